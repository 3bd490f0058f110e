// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Two edits of one policy that began with the same version: where they differ, and one policy out of both.
#pragma once

#include "models/policy/policy.h"

#include <string>
#include <vector>

namespace salvor {

struct PolicyDifference {
    std::string field; ///< its path in the document, at most two steps: "limits.threads"
    QJsonValue before;
    QJsonValue yours; ///< undefined: not set
    QJsonValue theirs;
    bool takeYours = true; ///< as proposed: yours, unless only they changed it
    /// Both changed it, each to something else: no side is the one to propose.
    bool changedByBoth() const { return yours != before && theirs != before; }
};

/// By field; "revision" is none.
std::vector<PolicyDifference> policyDifferences(const Policy& before, const Policy& yours,
                                                const Policy& theirs);
/// Theirs with those fields of yours that are taken, and their revision. InvalidInput when the parts do not
/// fit.
Result<Policy> mergedPolicy(const Policy& theirs, const std::vector<PolicyDifference>& differences);

} // namespace salvor

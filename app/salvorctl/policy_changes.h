// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What an edit of a policy changes, said in words: each field, what is protected no longer, and that its
// timers do not know it yet.
#pragma once

#include "app/salvorctl/command.h"
#include "models/policy/policy.h"

#include <QJsonObject>

#include <optional>
#include <vector>

namespace salvor::ctl {

/// Before the edit: the policy (none: it is new) and all policies, for what is protected by which.
struct PolicyBefore {
    std::optional<Policy> policy;
    std::vector<Policy> all;
};
Result<PolicyBefore> policyBefore(Context& context, const std::string& uuid);

/// Says it, and gives the same for the answer: "changes" ({"field", "before", "after"}), "databases_lost",
/// "databases_gained" (those that were seen on the server), "timers" ("outdated", or null). Of a new policy
/// there is nothing to say. `dryRun`: nothing was saved.
QJsonObject sayChanges(Context& context, const PolicyBefore& before, const Policy& after, bool dryRun);

} // namespace salvor::ctl

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a policy comes to in a run, and where each value is from.
#pragma once

#include "models/policy/policy.h"
#include "models/repositorypin.h"

namespace salvor {

enum class ValueOrigin { Default, Repository, Policy, CommandLine };
std::string_view toString(ValueOrigin origin); ///< "default", "repository", "policy", "command_line"

struct EffectiveValue {
    std::string field; ///< its path in the document: "limits.threads"
    QJsonValue value;
    ValueOrigin origin = ValueOrigin::Default;
};

/// What was said for one run only.
struct PolicyOverrides {
    std::optional<std::uint64_t> compressionLevel;
    std::optional<std::string> format; ///< the option "format"
};

struct EffectivePolicy {
    Policy policy;                      ///< every field set
    std::vector<EffectiveValue> values; ///< sorted by field; with "encryption", which is the repository's
    QJsonObject document; ///< as manifests keep it: the policy with every field, "encryption" and "origins"
};

/// `repository` null: "encryption" is left out. `engine` null: options that are not set are left out, too.
/// The errors of policyFromJson() for a policy or an override that it would refuse.
Result<EffectivePolicy> effectivePolicy(const Policy& policy, const RepositoryPin* repository,
                                        const PolicyOverrides& overrides = {},
                                        const EngineDescription* engine = nullptr);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which of a server's databases one backup run reads, and why not the others: a run and its dry run ask here.
#pragma once

#include "models/base/error.h"
#include "models/connectionreport.h"
#include "models/policy/policy.h"

#include <string>
#include <utility>
#include <vector>

namespace salvor {

struct RunSelection {
    std::vector<std::pair<Policy, std::vector<SourceInfo>>> chosen; ///< in the policies' order; none is empty
    /// Asked for, by name or by a rule, and it cannot be read or is not there: with the database's name.
    std::vector<std::pair<std::string, Error>> failures;
    std::vector<SourceInfo> copies;      ///< chosen by rules, and left out as restored copies
    std::vector<std::string> unselected; ///< no rule chooses them, and no copies; empty when names were given

    std::size_t count() const; ///< chosen databases
};

/// Of a profile (its title) without a policy.
Error hasNoPolicy(const std::string& profile);

/// By the policies' rules; with `named`, these only, each under the first policy that selects it, else under
/// the first. `server`: what profile `profile` (a title) has, copies marked (copyOf()). InvalidInput: there
/// is no policy. NotFound: no rule selects anything; what was asked for and cannot be is no error but in
/// `failures`.
Result<RunSelection> selectForRun(const std::vector<Policy>& policies, const std::vector<SourceInfo>& server,
                                  const std::vector<std::string>& named, const std::string& profile);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The salvorctl call that does what an edit in the window does.
#pragma once

#include "models/policy/policy.h"

#include <string>
#include <vector>

namespace salvor {

struct PolicyCommand {
    std::string line;           ///< for a POSIX shell; empty: nothing was changed
    bool needsDocument = false; ///< the options cannot say it: the document is its standard input
};

/// `before` null: a new policy. `profile` and `repository`: their titles.
PolicyCommand policyCommand(const Policy* before, const Policy& after, const std::string& profile,
                            const std::string& repository);
/// Words for a POSIX shell, quoted where they have to be.
std::string shellQuoted(const std::vector<std::string>& words);

} // namespace salvor

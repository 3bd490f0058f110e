// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Programs that talk to a terminal only (the stock age asks for its passphrase there), given a pseudo
// terminal.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace salvor::test {

struct PtyResult {
    bool finished =
        false; ///< false: not started, a prompt never came, or the limit was reached (it is then killed)
    int exitCode = -1;  ///< -1 when a signal ended it
    std::string output; ///< all that came on the terminal
};

/// One answer, given (with a line feed) once `prompt` has come after the answer before.
using PtyAnswer = std::pair<std::string, std::string>;

/// Runs argv[0], found in PATH, as a session of its own on a new terminal, to its end or the limit. Blocking.
PtyResult runOnPty(const std::vector<std::string>& argv, const std::vector<PtyAnswer>& answers,
                   std::chrono::seconds limit = std::chrono::seconds(60));

} // namespace salvor::test

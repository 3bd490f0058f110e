// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The root's side: takes a plan, believes nothing of it, and switches the units over in one step.
#pragma once

#include "engines/timers/timerplan.h"
#include "models/base/secret.h"

#include <map>
#include <string>
#include <vector>

namespace salvor {

/// By credential name.
using CredentialSecrets = std::map<std::string, Secret>;

/// A plan file as root takes it: a regular file, not a link, that nobody but its owner may write, whose
/// SHA-256 is `expectedHash`, and whose owner is the user whom the plan names, or root. PermissionDenied,
/// Corrupt, NotFound.
Result<std::string> readPlanFile(const std::string& path, const std::string& expectedHash);

/// salvorctl as system units may call it: only root may have written it. PermissionDenied.
Result<> checkProgram(const std::string& program);

/// Credentials on a pipe: for each "<name> <bytes>\n", the bytes, "\n". Corrupt.
Result<CredentialSecrets> readCredentialStream(const Secret& stream);
Secret writeCredentialStream(const CredentialSecrets& secrets);

struct AppliedTimers {
    TimersPlan plan;
    std::vector<std::string> started; ///< timers that are new, or count anew
    std::vector<std::string> stopped;
    std::vector<std::string> credentialsWritten;
    std::vector<std::string> credentialsKept; ///< no secret was given: as they were
    /// Metrics that the former watch wrote, and nobody writes any longer; it is in a folder of the user's, so
    /// it is left there. Empty: none.
    std::string formerTextfile;
};

/// Makes the plan again from what it wants; Conflict when something changed meanwhile, Corrupt when it holds
/// anything that does not come out the same. Then writes all, or puts all back: files, credentials, running
/// timers. SecretUnavailable: a credential is neither given nor there. `secrets` not of this plan are
/// refused. A cancel puts back what was done. Needs root for system units.
Result<AppliedTimers> applyTimers(const std::string& planBytes, const CredentialSecrets& secrets,
                                  const TimersHost& host, const CancelToken& cancel);

} // namespace salvor

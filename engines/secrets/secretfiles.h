// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reading a file that holds a secret, in memory that is wiped.
#pragma once

#include "models/base/result.h"
#include "models/base/secret.h"
#include "models/base/uniquefd.h"

#include <sys/types.h>

#include <string>

namespace salvor::secretfiles {

/// What a folder or file of secrets must be.
struct Demand {
    mode_t forbidden = 077; ///< permission bits that must not be set
    bool ownedByUs = true;
};

/// The folder, or SecretUnavailable "absent"; PermissionDenied with the command that helps when it is too
/// open.
Result<UniqueFd> openFolder(const std::string& path, const Demand& demand);
/// The file's whole content; `path` is for messages. SecretUnavailable "not_found"; PermissionDenied when it
/// is too open, or no regular file; IoError; Corrupt above 1 MiB.
Result<Secret> readFile(int folder, const std::string& name, const std::string& path, const Demand& demand);

Error systemError(const std::string& what, const std::string& path, int error);

} // namespace salvor::secretfiles

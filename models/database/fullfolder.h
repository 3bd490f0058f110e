// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Why nothing can be written beside a file: SQLite calls it an input/output error when it cannot grow its own
// files.
#pragma once

#include "models/base/error.h"

#include <optional>
#include <string>

namespace salvor {

/// NoSpace or PermissionDenied with the folder, and a hint that also says how backups are restored without
/// it; nothing when the file system has room and can be written to, or cannot be asked. `path` names a file.
std::optional<Error> whyNotWritable(const std::string& path);

/// What to do about a full folder, and without it.
std::string fullFolderHint(const std::string& folder);

} // namespace salvor

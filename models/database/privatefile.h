// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a database's file private before SQLite sees it.
#pragma once

#include "models/base/result.h"

#include <string>

namespace salvor {

/// Afterwards `path` is a regular file of mode 0600 (empty when it is new) that this process may read and
/// write; its folder is made when it is missing. Never opens an existing file: closing it would drop the
/// POSIX locks that another connection of this process holds. Errors: PermissionDenied, InvalidInput
/// (something else stands there), NoSpace, IoError.
Result<> preparePrivateFile(const std::string& path, const std::string& what);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes a database's file private before SQLite sees it.
#pragma once

#include "models/base/result.h"

#include <functional>
#include <string>

namespace salvor {

/// Afterwards `path` is a regular file of mode 0600 that this process may read and write; its folder is made
/// when it is missing. A new file is empty, or what `fill` made of the empty file whose path it is given: it
/// gets its name when it is whole, so of several that make it at once one wins and none sees half. Never
/// opens an existing file: closing it would drop the POSIX locks that another connection of this process
/// holds. Errors: PermissionDenied, InvalidInput (something else stands there), NoSpace, IoError.
Result<> preparePrivateFile(const std::string& path, const std::string& what,
                            const std::function<Result<>(const std::string& path)>& fill = {});

} // namespace salvor

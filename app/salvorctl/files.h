// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Small files that salvorctl reads and makes, and secrets it shows.
#pragma once

#include "models/base/result.h"
#include "models/base/secret.h"

#include <string>

namespace salvor::ctl {

/// At most 16 MiB. NotFound or PermissionDenied, naming the path.
Result<std::string> readWholeFile(const std::string& path);
/// AlreadyExists, NotFound (the folder), PermissionDenied; makes nothing.
Result<> checkCanCreate(const std::string& path);
/// Creates the file (0600), durable on return. AlreadyExists and nothing overwritten.
Result<> writeNewFile(const std::string& path, const std::string& bytes);
/// On the controlling terminal only, never on standard output.
Result<> showOnTerminal(const std::string& before, const Secret& secret, const std::string& after);
/// On standard output, with a newline.
Result<> printSecret(const Secret& secret);

} // namespace salvor::ctl

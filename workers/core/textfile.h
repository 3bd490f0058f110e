// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A file that another program reads at any moment: it is there whole, or as it was.
#pragma once

#include "models/base/result.h"

#include <string>

namespace salvor {

/// Mode 0644, by a temporary file beside it whose name does not end like the file's (the node exporter reads
/// "*.prom"). PermissionDenied, NotFound (the folder), NoSpace, IoError; then what was there stays.
Result<> writeTextfile(const std::string& path, const std::string& text);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which folder a store's address means: decided here for whoever opens it, shows it or lets a unit at it.
#pragma once

#include "models/base/result.h"

#include <string>
#include <string_view>

namespace salvor {

/// The folder on this computer that the address names, byte for byte, whether it is there or not: of `/path`
/// as it is, of `file:///path` and `file://localhost/path` with its percent-encoding undone ("?" and "#" are
/// characters like others). Unsupported for the kinds of stores that are known and not there yet (sftp, s3,
/// azure); InvalidInput for anything else. Of the address no more than the scheme is in the error.
Result<std::string> storeFolder(std::string_view url);

} // namespace salvor

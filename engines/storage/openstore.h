// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// From an address to its store.
#pragma once

#include "engines/storage/store.h"

#include <memory>
#include <string_view>

namespace salvor {

/// `/path` or `file:///path` (percent-encoded), which must exist. Unsupported for the kinds that are known
/// and not there yet (sftp, s3, azure); InvalidInput for anything else; NotFound, PermissionDenied as
/// openLocalStore. `clock` outlives the store.
Result<std::unique_ptr<Store>> openStore(std::string_view url, const Clock& clock);
/// As openStore, and makes the place (a folder, 0700; not the folder above it) when it is not there.
Result<std::unique_ptr<Store>> createStore(std::string_view url, const Clock& clock);

/// The folder on this computer that the address names, whether it is there or not. InvalidInput, Unsupported.
Result<std::string> storeFolder(std::string_view url);

} // namespace salvor

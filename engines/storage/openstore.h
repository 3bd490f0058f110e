// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// From an address to its store.
#pragma once

#include "engines/storage/store.h"

#include <memory>
#include <string_view>

namespace salvor {

/// The folder that storeFolder() finds in the address, which must exist. Errors as that one's, and NotFound,
/// PermissionDenied as openLocalStore. `clock` outlives the store.
Result<std::unique_ptr<Store>> openStore(std::string_view url, const Clock& clock);
/// As openStore, and makes the place (a folder, 0700; not the folder above it) when it is not there.
Result<std::unique_ptr<Store>> createStore(std::string_view url, const Clock& clock);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/storage/openstore.h"

#include "engines/storage/localstore.h"
#include "models/storefolder.h"

#include <string>

namespace salvor {

Result<std::unique_ptr<Store>> openStore(std::string_view url, const Clock& clock) {
    SALVOR_ASSIGN(const std::string path, storeFolder(url));
    SALVOR_ASSIGN(auto store, openLocalStore(path, clock));
    return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> createStore(std::string_view url, const Clock& clock) {
    SALVOR_ASSIGN(const std::string path, storeFolder(url));
    SALVOR_ASSIGN(auto store, createLocalStore(path, clock));
    return std::unique_ptr<Store>(std::move(store));
}

} // namespace salvor

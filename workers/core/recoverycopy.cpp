// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/recoverycopy.h"

#include "models/storefolder.h"
#include "workers/core/coreprivate.h"

#include <algorithm>
#include <filesystem>

namespace salvor {

Result<> checkOutsideStore(const std::string& url, const std::string& path) {
    namespace fs = std::filesystem;
    const auto folder = storeFolder(url);
    if (!folder)
        return {}; // whoever opens it is told
    std::error_code ignored;
    const fs::path store = fs::weakly_canonical(*folder, ignored);
    const fs::path file = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
    const auto parted = std::mismatch(store.begin(), store.end(), file.begin(), file.end());
    const bool isInside = !store.empty() && parted.first == store.end();
    if (!isInside && !fs::equivalent(fs::path(*folder) / "keys/recovery.age", file, ignored))
        return {};
    return failure(ErrorCode::InvalidInput,
                   "the recovery file " + path +
                       " lies in the store itself, which has a copy already: when the "
                       "store is lost or damaged, so is this one",
                   "use a place outside the store, on another disk or computer", {{"path", path}});
}

Result<bool> hasIdentity(const Core& core, const RepositoryPin& pin, const CancelToken& cancel) {
    const Core::Private& inside = core.inside();
    SALVOR_ASSIGN(const auto secrets, inside.secrets(pin.secretKind));
    return secretIfThere(*secrets, pin.identitySecretName(), cancel)
        .map([](const std::optional<Secret>& found) { return found.has_value(); });
}

Result<> checkSecondCopy(Core& core, const std::string& repository, const std::string& path) {
    SALVOR_ASSIGN(const auto pins, core.repositories());
    for (const auto& pin : pins) {
        if (pin.title == repository || pin.id == repository || (repository.empty() && pins.size() == 1))
            return checkOutsideStore(pin.url, path);
    }
    return {};
}

} // namespace salvor

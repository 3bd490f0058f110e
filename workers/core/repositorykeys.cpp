// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/repositorykeys.h"

#include "engines/secrets/secretname.h"
#include "workers/core/timelimit.h"

#include <algorithm>

namespace salvor {

Result<> trySecretStore(SecretStore& store, const CancelToken& cancel) {
    constexpr const char* kProbe = "repository-probe";
    SALVOR_TRY(store.put(kProbe, Secret("probe"), cancel));
    return store.remove(kProbe, cancel);
}

Result<> keepKeys(SecretStore& store, const RepositoryPin& pin, const Secret* identity,
                  const WriterKeys* keys, const CancelToken& cancel) {
    if (identity != nullptr && pin.encrypted)
        SALVOR_TRY(store.put(pin.identitySecretName(), *identity, cancel));
    if (keys == nullptr)
        return {};
    SALVOR_TRY(store.put(pin.idKeySecretName(), keys->idKey, cancel));
    return store.put(pin.signingKeySecretName(), keys->signingKey, cancel);
}

bool isMissingSecret(const Error& error) {
    return error.code == ErrorCode::SecretUnavailable && secretState(error) == "not_found";
}

Result<MissingKeys> missingKeys(SecretStore& store, const RepositoryPin& pin, const CancelToken& cancel) {
    const auto isMissing = [&](const std::string& name) {
        return secretIfThere(store, name, cancel).map([](const std::optional<Secret>& found) {
            return !found;
        });
    };
    MissingKeys missing;
    if (pin.encrypted) {
        SALVOR_ASSIGN(missing.identity, isMissing(pin.identitySecretName()));
    }
    for (const auto& name : {pin.idKeySecretName(), pin.signingKeySecretName()}) {
        if (!pin.isWriter || missing.writers)
            continue;
        SALVOR_ASSIGN(missing.writers, isMissing(name));
    }
    return missing;
}

void forgetKeys(SecretStore& store, const RepositoryPin& pin) {
    const TimeLimit limit(std::chrono::milliseconds(1500));
    for (const auto& name : {pin.identitySecretName(), pin.idKeySecretName(), pin.signingKeySecretName()})
        (void)store.remove(name, limit.token());
}

Result<> checkTitle(const std::string& title) {
    if (title.empty())
        return failure(ErrorCode::InvalidInput, "the repository has no name", "give it one");
    if (std::ranges::any_of(title, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
        return failure(ErrorCode::InvalidInput, "the repository's name holds a control character",
                       "choose a name of one line");
    return {};
}

Result<> requireFreeTitle(WorkspaceDatabase& workspace, const std::string& title) {
    SALVOR_TRY(checkTitle(title));
    const auto taken = workspace.repository(title);
    if (taken)
        return failure(ErrorCode::AlreadyExists, "there is a repository called \"" + title + "\" already",
                       "choose another name", {{"title", title}});
    if (taken.error().code != ErrorCode::NotFound)
        return failure(taken.error());
    return {};
}

} // namespace salvor

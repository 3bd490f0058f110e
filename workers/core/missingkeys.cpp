// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/missingkeys.h"

#include "models/base/json.h"
#include "models/jsonfields.h"
#include "workers/core/repositorykeys.h"
#include "workers/core/timelimit.h"

#include <algorithm>
#include <optional>

namespace salvor {

namespace {

/// Whether the secret store has this very key. One that cannot be understood is none.
Result<bool> holds(SecretStore& store, const RepositoryPin& pin, const std::string& name, const Secret& key,
                   const CancelToken& cancel) {
    const auto found = store.get(name, cancel);
    if (found)
        return std::ranges::equal(found->bytes(), key.bytes());
    if (isMissingSecret(found.error(), pin) || found.error().code == ErrorCode::Corrupt)
        return false;
    return failure(keyGone("a key", found.error(), pin));
}

/// Puts one back where it is not there; its name in `put` then.
Result<> putBack(SecretStore& store, const RepositoryPin& pin, const std::string& name, const Secret& key,
                 std::vector<std::string>& put, const CancelToken& cancel) {
    SALVOR_ASSIGN(const bool isThere, holds(store, pin, name, key, cancel));
    if (isThere)
        return {};
    SALVOR_TRY(store.put(name, key, cancel));
    put.push_back(name);
    return {};
}

/// In the order in which they are missed: what was put is in `put` also where a later one fails.
Result<> putAll(SecretStore& store, const RepositoryPin& pin, const Secret& identity, const WriterKeys* keys,
                std::vector<std::string>& put, const CancelToken& cancel) {
    if (pin.encrypted)
        SALVOR_TRY(putBack(store, pin, pin.identitySecretName(), identity, put, cancel));
    if (keys == nullptr)
        return {};
    SALVOR_TRY(putBack(store, pin, pin.idKeySecretName(), keys->idKey, put, cancel));
    return putBack(store, pin, pin.signingKeySecretName(), keys->signingKey, put, cancel);
}

/// Where the store has lost them; nothing where that place has none, or does not answer.
std::optional<WriterKeys> writerKeysIn(const Core::Private& core, const RepositoryPin& pin,
                                       const CancelToken& cancel) {
    const auto store = keyStoreOf(core, pin);
    if (!store)
        return std::nullopt;
    auto idKey = getKey(**store, pin, pin.idKeySecretName(), cancel);
    if (!idKey)
        return std::nullopt;
    auto signingKey = getKey(**store, pin, pin.signingKeySecretName(), cancel);
    if (!signingKey)
        return std::nullopt;
    return WriterKeys{std::move(*idKey), std::move(*signingKey)};
}

Result<> checkPinned(const RepositoryPin& known, const RepositoryPin& found) {
    if (found.signingPublicKey == known.signingPublicKey && found.encrypted == known.encrypted &&
        std::ranges::is_permutation(found.recipients, known.recipients))
        return {};
    return failure(ErrorCode::PinMismatch,
                   "the keys at that place are not those that are pinned here of repository \"" +
                       known.title + "\"",
                   "use the recovery file and the place of this very repository", {{"repository", known.id}});
}

Error writerKeysLost(const RepositoryPin& pin, bool identityCame) {
    return {
        ErrorCode::NotFound,
        "the keys with which this computer writes repository \"" + pin.title +
            "\" are missing here, and keys/writer.age, which holds them, is missing, damaged or not to be "
            "read in the store" +
            (identityCame ? "; the identity was put back: backups can be read and restored" : ""),
        "bring that file back from a copy of the store (or let this user read it), and open the repository "
        "again. Without it nobody becomes the writer: new backups go into a new repository (salvorctl "
        "repository init)",
        false,
        {{"repository", pin.id}, {"key", "keys/writer.age"}}};
}

tl::unexpected<Error> withPutBack(Error error, const std::vector<std::string>& put) {
    std::string names;
    for (const auto& name : put)
        names += (names.empty() ? "" : ", ") + name;
    return failure(names.empty() ? std::move(error) : withContext(std::move(error), "keys_put_back", names));
}

/// What failed leaves no key in a place that is none of the repository's.
void takeAway(SecretStore& store, const std::vector<std::string>& put) {
    const TimeLimit limit(std::chrono::milliseconds(1500));
    for (const auto& name : put)
        (void)store.remove(name, limit.token());
}

Result<RepositoryPin> openAgain(const Core::Private& core, const RepositoryPin& pin,
                                const std::vector<std::string>& put, const CancelToken& cancel) {
    auto opened = core.open(pin, RepositoryUse::Read, cancel);
    if (opened)
        return opened->pin;
    Error error = std::move(opened).error();
    error.message = "the keys of repository \"" + pin.title + "\" are here again; " + error.message;
    return withPutBack(std::move(error), put);
}

} // namespace

Error knownAlready(const RepositoryPin& known) {
    return {ErrorCode::AlreadyExists,
            "this repository is known here already, as \"" + known.title + "\"",
            "use that one; if this is the place it is at now: salvorctl repository edit \"" + known.title +
                "\" --url URL",
            false,
            {{"repository", known.id}}};
}

/// A keychain that was reset, a folder that was left behind: whoever has the recovery file has the keys.
Result<RepositoryPin> putKeysBack(const Core::Private& core, const RepositoryPin& known,
                                  const Repository::Recovered& recovered, const CancelToken& cancel) {
    SALVOR_TRY(checkPinned(known, recovered.pin));
    SALVOR_ASSIGN(const auto secrets, keyStoreOf(core, known));
    std::vector<std::string> put;
    const auto done =
        putAll(*secrets, known, recovered.identity, recovered.keys ? &*recovered.keys : nullptr, put, cancel);
    if (!put.empty()) {
        SALVOR_ASSIGN(const auto workspace, core.workspace());
        SALVOR_TRY(workspace->recordAudit("repository.keys", known.id, {},
                                          {{QStringLiteral("put_back"), toJsonArray(put)}}));
    }
    if (!done)
        return withPutBack(done.error(), put);
    if (known.isWriter && !recovered.keys) {
        SALVOR_ASSIGN(const bool writes, hasWriterKeys(*secrets, known, cancel));
        if (!writes)
            return withPutBack(writerKeysLost(known, !put.empty()), put);
    }
    if (put.empty())
        return failure(knownAlready(known));
    return openAgain(core, known, put, cancel);
}

bool movesKeys(const RepositoryPin& known, const std::string& kind) {
    return !kind.empty() && kind != known.secretKind;
}

Result<RepositoryPin> moveKeys(const Core::Private& core, const RepositoryPin& known,
                               const Repository::Recovered& recovered, const std::string& kind,
                               const CancelToken& cancel) {
    SALVOR_TRY(checkPinned(known, recovered.pin));
    RepositoryPin moved = known;
    moved.secretKind = kind;
    // With the secret store's own words: the way out of a place that keys are in leads nowhere here.
    SALVOR_ASSIGN(const auto secrets, core.secrets(kind));
    SALVOR_TRY(trySecretStore(*secrets, cancel)); // a keychain that is new asks for its password now
    SALVOR_ASSIGN(const auto workspace, core.workspace());
    const auto former = recovered.keys ? std::optional<WriterKeys>() : writerKeysIn(core, known, cancel);
    SALVOR_TRY(checkCancelled(cancel));
    const WriterKeys* const keys = recovered.keys ? &*recovered.keys : former ? &*former : nullptr;
    std::vector<std::string> put;
    const auto done = putAll(*secrets, moved, recovered.identity, keys, put, cancel);
    auto updated = done ? workspace->updateRepository(moved) : Result<RepositoryPin>(failure(done.error()));
    if (!updated) {
        takeAway(*secrets, put);
        return updated;
    }
    SALVOR_TRY(workspace->recordAudit(
        "repository.keys", known.id, {{QStringLiteral("secret_kind"), toQt(known.secretKind)}},
        {{QStringLiteral("secret_kind"), toQt(kind)}, {QStringLiteral("put_back"), toJsonArray(put)}}));
    if (known.isWriter && keys == nullptr) {
        SALVOR_ASSIGN(const bool writes, hasWriterKeys(*secrets, moved, cancel));
        if (!writes)
            return withPutBack(writerKeysLost(known, !put.empty()), put);
    }
    return openAgain(core, *updated, put, cancel);
}

} // namespace salvor

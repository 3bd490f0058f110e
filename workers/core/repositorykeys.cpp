// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/repositorykeys.h"

#include "engines/crypto/agekeys.h"
#include "engines/crypto/ed25519.h"
#include "engines/secrets/secretname.h"
#include "workers/core/timelimit.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::string_view kDamaged = "damaged"; ///< a state beside those of the secret stores

} // namespace

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

bool isDamagedSecret(const Error& error) { return secretState(error) == kDamaged; }

bool isMissingSecret(const Error& error, const RepositoryPin& pin) {
    const auto state = secretState(error);
    return error.code == ErrorCode::SecretUnavailable &&
           (state == "not_found" || state == kDamaged || (state == "absent" && pin.secretKind == "file"));
}

Error keyGone(const std::string& what, Error error, const RepositoryPin& pin) {
    const std::string open = "salvorctl repository open \"" + pin.url + "\" --recovery FILE";
    const std::string move = "salvorctl repository open \"" + pin.url + "\" --recovery FILE --secrets file";
    const auto state = secretState(error);
    if (isMissingSecret(error, pin)) {
        error.message = what + " of repository \"" + pin.title + "\" is not at hand: " + error.message;
        if (error.hint.empty()) // systemd's credentials say where they come from
            error.hint = "put it back with the recovery file and its passphrase: " + open;
    } else if (pin.secretKind == "keychain" && state == "absent") {
        error.hint = "log in to a desktop that has it, or keep the repository's keys in files from now on, "
                     "with the recovery file and its passphrase: " +
                     move;
    } else if (pin.secretKind == "keychain" && (state == "locked" || state == "timeout")) {
        error.hint += (error.hint.empty() ? "w" : "; w") +
                      std::string("here nobody can unlock it any more, keep the repository's keys in files "
                                  "from now on, with the recovery file and its passphrase: ") +
                      move;
    }
    return withContext(std::move(error), "repository", pin.id);
}

Result<std::unique_ptr<SecretStore>> keyStoreOf(const Core::Private& core, const RepositoryPin& pin) {
    auto store = core.secrets(pin.secretKind);
    if (!store)
        return failure(keyGone("a key", std::move(store).error(), pin));
    return store;
}

namespace {

bool isIdentity(const Secret& found, const RepositoryPin& pin) {
    const auto identity = AgeIdentity::parse(found.text());
    return identity &&
           std::ranges::find(pin.recipients, identity->recipient().toString()) != pin.recipients.end();
}

bool isSigningKey(const Secret& found, const RepositoryPin& pin) {
    const auto key = SigningKey::fromSeed(found);
    return key && toHex(key->publicKey().raw()) == pin.signingPublicKey;
}

bool looksRight(const Secret& found, const RepositoryPin& pin, const std::string& name) {
    if (name == pin.identitySecretName())
        return isIdentity(found, pin);
    if (name == pin.signingKeySecretName())
        return isSigningKey(found, pin);
    return found.bytes().size() == 32;
}

Error damaged(const RepositoryPin& pin, const std::string& name) {
    return secretUnavailable(
        kDamaged,
        "what is kept as " + name + " (" + pin.secretKind + ") is damaged, or another repository's key",
        pin.secretKind == "credentials" ? "apply the policy's timer again, which writes its credentials anew"
                                        : "");
}

Result<bool> isGood(SecretStore& store, const RepositoryPin& pin, const std::string& name,
                    const CancelToken& cancel) {
    const auto found = getKey(store, pin, name, cancel);
    if (!found && !isMissingSecret(found.error(), pin))
        return failure(found.error());
    return found.has_value();
}

} // namespace

Result<Secret> getKey(SecretStore& store, const RepositoryPin& pin, const std::string& name,
                      const CancelToken& cancel) {
    auto found = store.get(name, cancel);
    if (found && looksRight(*found, pin, name))
        return found;
    const bool isThere = found || found.error().code == ErrorCode::Corrupt;
    return failure(keyGone(name == pin.identitySecretName() ? "the identity" : "a writer's key",
                           isThere ? damaged(pin, name) : std::move(found).error(), pin));
}

Result<bool> hasWriterKeys(SecretStore& store, const RepositoryPin& pin, const CancelToken& cancel) {
    SALVOR_ASSIGN(const bool idKey, isGood(store, pin, pin.idKeySecretName(), cancel));
    SALVOR_ASSIGN(const bool signingKey, isGood(store, pin, pin.signingKeySecretName(), cancel));
    return idKey && signingKey;
}

Result<MissingKeys> missingKeys(SecretStore& store, const RepositoryPin& pin, const CancelToken& cancel) {
    MissingKeys missing;
    if (pin.encrypted) {
        SALVOR_ASSIGN(const bool identity, isGood(store, pin, pin.identitySecretName(), cancel));
        missing.identity = !identity;
    }
    SALVOR_ASSIGN(const bool writers, hasWriterKeys(store, pin, cancel));
    missing.writers = !writers;
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

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Making a repository. salvor-repository.json is written last: without it there is none, and what a crash
// left is removed by the next attempt.
#include "engines/crypto/hash.h"
#include "engines/crypto/passphrase.h"
#include "engines/repository/catalogdocument.h"
#include "engines/repository/format.h"
#include "engines/repository/freeplace.h"
#include "engines/repository/initdraft.h"
#include "engines/repository/repositoryfile.h"
#include "engines/repository/storeaccess.h"

#include <algorithm>
#include <array>

namespace salvor {

namespace {

/// In the order they are written. Nothing of value is lost with them while there is no
/// salvor-repository.json.
const std::array<std::string, 4>& initFiles() {
    static const std::array<std::string, 4> files{std::string(format::kRecoveryKey),
                                                  std::string(format::kWriterKey), format::catalogKey(1),
                                                  std::string(format::kReserveKey)};
    return files;
}

/// By its name: one whose salvor-repository.json was lost must not be built upon.
bool isOfARepository(const std::string& key) {
    return std::ranges::any_of(std::array{"catalog/", "manifests/", "objects/", "proofs/", "refs/", "runs/"},
                               [&](const char* folder) { return key.starts_with(folder); });
}

/// What an init that did not end left; refuses a place with anything else in it.
Result<std::vector<std::string>> leavingsAt(Store& store, const CancelToken& cancel) {
    std::vector<std::string> leavings;
    std::string foreign;
    bool repository = false;
    const auto look = [&](const StoreEntry& entry) -> Result<> {
        if (entry.key == format::kRepositoryKey)
            repository = true;
        else if (std::ranges::find(initFiles(), entry.key) != initFiles().end())
            leavings.push_back(entry.key);
        else if (foreign.empty() || (isOfARepository(entry.key) && !isOfARepository(foreign)))
            foreign = entry.key;
        return {};
    };
    SALVOR_TRY(store.list("", look, cancel));
    if (repository)
        return failure(ErrorCode::AlreadyExists,
                       "there is a Salvor repository at " + store.location() + " already",
                       "open it with salvorctl repository open, or choose another folder",
                       {{"location", store.location()}});
    if (isOfARepository(foreign))
        return failure(ErrorCode::AlreadyExists,
                       "there is a Salvor repository at " + store.location() + " already, without its file " +
                           std::string(format::kRepositoryKey),
                       "its writer's next backup writes that file anew; any other computer opens it with its "
                       "recovery file: salvorctl repository open",
                       {{"location", store.location()}, {"key", foreign}});
    if (!foreign.empty())
        return failure(ErrorCode::InvalidInput,
                       "cannot make a repository at " + store.location() + ": it is not empty, it has " +
                           foreign,
                       "choose an empty folder", {{"location", store.location()}, {"key", foreign}});
    return leavings;
}

Result<> clearPlace(Store& store, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto leavings, leavingsAt(store, cancel));
    for (const auto& key : leavings)
        SALVOR_TRY(store.remove(key, cancel));
    return {};
}

RepositoryPin makePin(const InitRequest& request, ByteView id, const AgeIdentity& identity,
                      const SigningKey& signing) {
    const Principal writer = request.principal.value_or(currentPrincipal());
    RepositoryPin pin;
    pin.id = toHex(id);
    pin.title = request.title;
    pin.formatVersion = format::kVersion;
    pin.encrypted = request.encrypted;
    pin.recipients = {identity.recipient().toString()};
    pin.signingPublicKey = toHex(signing.publicKey().raw());
    pin.writerMachine = writer.machine;
    pin.writerUser = writer.user;
    pin.isWriter = true;
    return pin;
}

Result<std::string> firstCatalog(const RepositoryPin& pin, const InitDraft& made, const SigningKey& signing,
                                 Instant now) {
    CatalogDocument document;
    document.repositoryId = pin.id;
    document.encrypted = pin.encrypted;
    document.files = {{std::string(format::kRecoveryKey), format::hashOf(made.files[0])},
                      {std::string(format::kWriterKey), format::hashOf(made.files[1])},
                      {std::string(format::kRepositoryKey), format::hashOf(asBytes(made.repositoryFile))}};
    document.catalog.number = 1;
    document.catalog.epoch = 1;
    document.catalog.created = now;
    document.catalog.writerMachine = pin.writerMachine;
    document.catalog.writerUser = pin.writerUser;
    document.catalog.recipients = pin.recipients;
    return signCatalog(document, signing);
}

/// Two inits of one place at a time could mix their files: what is there now must be what this one wrote.
Result<> confirm(Store& store, const InitDraft& made, const CancelToken& cancel) {
    for (std::size_t i = 0; i < made.files.size(); ++i) {
        const auto there = getFile(store, initFiles()[i], cancel);
        if (there && *there == made.files[i])
            continue;
        (void)store.remove(format::kRepositoryKey, {});
        return failure(ErrorCode::Conflict,
                       "cannot make a repository at " + store.location() + ": " + initFiles()[i] +
                           " was changed by somebody else meanwhile",
                       "try again", {{"key", initFiles()[i]}});
    }
    return {};
}

/// The file that makes it a repository goes first. Another init's files stay, and then the reserve too, which
/// tells nobody whose it is.
void takeBack(Store& store, const InitDraft& made) {
    bool alone = true;
    const auto remove = [&](const std::string& key, ByteView bytes) {
        const auto there = getFile(store, key, {});
        if (there && std::ranges::equal(*there, bytes))
            (void)store.remove(key, {});
        else if (there || there.error().code != ErrorCode::NotFound)
            alone = false;
    };
    remove(std::string(format::kRepositoryKey), asBytes(made.repositoryFile));
    for (std::size_t i = 0; i < made.files.size(); ++i)
        remove(initFiles()[i], made.files[i]);
    if (alone)
        (void)store.remove(format::kReserveKey, {});
}

Result<> putAll(Store& store, const InitDraft& made, const CancelToken& cancel) {
    for (std::size_t i = 0; i < made.files.size(); ++i)
        SALVOR_TRY(putExactly(store, initFiles()[i], made.files[i], cancel));
    SALVOR_TRY(ensureReserve(store, cancel));
    SALVOR_TRY(store.sync(cancel));
    SALVOR_TRY(putExactly(store, format::kRepositoryKey, asBytes(made.repositoryFile), cancel));
    SALVOR_TRY(store.sync(cancel));
    return confirm(store, made, cancel);
}

} // namespace

Result<InitDraft> draftRepository(const Clock& clock, const InitRequest& request) {
    SALVOR_ASSIGN(const Bytes id, randomBytes(16));
    SALVOR_ASSIGN(const Bytes idKey, randomBytes(32));
    SALVOR_ASSIGN(const SigningKey signing, SigningKey::generate());
    SALVOR_ASSIGN(AgeIdentity identity, AgeIdentity::generate());
    InitDraft made;
    InitOutcome& outcome = made.outcome;
    RepositoryPin& pin = outcome.pin;
    pin = makePin(request, id, identity, signing);
    outcome.keys = {Secret(ByteView(idKey)), signing.seed().clone()};
    outcome.identity = identity.toText();
    if (request.passphrase) {
        outcome.passphrase = request.passphrase->clone();
    } else {
        SALVOR_ASSIGN(outcome.passphrase, generatePassphrase());
    }
    const RecoveryContent content{pin.id, pin.signingPublicKey, pin.encrypted, std::move(identity)};
    SALVOR_ASSIGN(const std::string recovery, sealRecovery(content, outcome.passphrase, request.workFactor));
    outcome.recoveryFile = recoveryCopy(recovery, content, request.title);
    made.files[0] = toBytes(recovery);
    SALVOR_ASSIGN(made.files[1], sealWriterKeys(outcome.keys, pin.id, pin.recipients));
    SALVOR_ASSIGN(made.repositoryFile,
                  writeRepositoryFile({pin.id, pin.title, pin.encrypted, pin.formatVersion}, clock.now()));
    SALVOR_ASSIGN(const std::string catalog, firstCatalog(pin, made, signing, clock.now()));
    made.files[2] = toBytes(catalog);
    pin.highestCatalogSeen = 1;
    pin.highestCatalogHash = format::hashOf(asBytes(catalog));
    return made;
}

Result<> makeRepository(Store& store, const InitDraft& draft, const CancelToken& cancel) {
    SALVOR_TRY(clearPlace(store, cancel));
    auto put = putAll(store, draft, cancel);
    if (!put)
        takeBack(store, draft);
    return put;
}

Result<InitOutcome> Repository::init(Store& store, const Clock& clock, const InitRequest& request,
                                     const CancelToken& cancel) {
    SALVOR_ASSIGN(InitDraft draft, draftRepository(clock, request));
    SALVOR_TRY(makeRepository(store, draft, cancel));
    return std::move(draft.outcome);
}

Result<> checkFreePlace(Store& store, const CancelToken& cancel) {
    SALVOR_TRY(leavingsAt(store, cancel));
    return {};
}

} // namespace salvor

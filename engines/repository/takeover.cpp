// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Coming into a repository with nothing but its recovery file, and becoming its writer.
#include "engines/repository/format.h"
#include "engines/repository/repositoryfile.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/writerindex.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace salvor {

namespace {

/// The writer's, from keys/writer.age: whoever has the identity may become the writer.
Result<SigningKey> signerFromStore(const RepositoryImpl& repository, const CancelToken& cancel) {
    if (repository.identity() == nullptr)
        return failure(ErrorCode::SecretUnavailable,
                       "cannot take repository " + repository.pin().id + " over without its identity",
                       "open it with its recovery file and passphrase");
    SALVOR_ASSIGN(const Bytes writerFile, getFile(repository.store(), format::kWriterKey, cancel));
    SALVOR_ASSIGN(const WriterKeys keys,
                  openWriterKeys(writerFile, *repository.identity(), repository.pin().id,
                                 repository.pin().signingPublicKey));
    return SigningKey::fromSeed(keys.signingKey);
}

} // namespace

Result<Repository::Recovered> Repository::recover(Store& store, std::string_view recoveryFile,
                                                  const Secret& passphrase, const CancelToken& cancel) {
    SALVOR_ASSIGN(const RepositoryFile file, loadRepositoryFile(store, cancel));
    SALVOR_ASSIGN(const RecoveryContent content, openRecovery(recoveryFile, passphrase));
    if (content.repositoryId != file.id)
        return failure(ErrorCode::WrongIdentity,
                       "the recovery file belongs to repository " + content.repositoryId + ", at " +
                           store.location() + " is " + file.id,
                       "use the recovery file of this repository, or check the address");
    SALVOR_ASSIGN(const VerifyKey key, parseVerifyKey(content.signingPublicKey));
    SALVOR_ASSIGN(const NewestCatalog newest, findNewestCatalog(store, {file.id, key}, {}, nullptr, cancel));
    const Catalog& catalog = newest.document.catalog;
    // The passphrase vouches for the recovery file, that for the signing key, and that for the catalog.
    const std::string recipient = content.identity.recipient().toString();
    if (std::ranges::find(catalog.recipients, recipient) == catalog.recipients.end() ||
        newest.document.encrypted != content.encrypted)
        return failure(ErrorCode::WrongIdentity,
                       "the repository at " + store.location() +
                           " does not encrypt for the key of this recovery file",
                       "use the recovery file of this repository");
    Recovered recovered;
    RepositoryPin& pin = recovered.pin;
    pin.id = file.id;
    pin.title = file.title;
    pin.formatVersion = file.formatVersion;
    pin.encrypted = content.encrypted;
    pin.recipients = catalog.recipients;
    pin.signingPublicKey = content.signingPublicKey;
    pin.writerMachine = catalog.writerMachine;
    pin.writerUser = catalog.writerUser;
    pin.highestCatalogSeen = catalog.number;
    pin.highestCatalogHash = catalog.hash;
    recovered.identity = content.identity.toText();
    // Reading needs no writer keys, so a damaged file only stands in the way of a take-over, which names it.
    const auto writerFile = getFile(store, format::kWriterKey, cancel);
    if (writerFile) {
        auto keys = openWriterKeys(*writerFile, content.identity, pin.id, pin.signingPublicKey);
        if (keys)
            recovered.keys = std::move(*keys);
    } else if (writerFile.error().code != ErrorCode::NotFound &&
               writerFile.error().code != ErrorCode::Corrupt) {
        return failure(writerFile.error());
    }
    return recovered;
}

Result<RepositoryPin> RepositoryImpl::takeOver(const CancelToken& cancel) {
    SALVOR_ASSIGN(const RepositoryLock held, lock("take over"));
    std::optional<SigningKey> fetched;
    if (signingKey() == nullptr) {
        SALVOR_ASSIGN(fetched, signerFromStore(*this, cancel));
    }
    SALVOR_ASSIGN(const NewestCatalog newest, newestCatalog(false, cancel));
    SALVOR_ASSIGN(const Catalog judged, judgeCatalog(store(), newest, seen(), trust(), cancel));
    const bool setBack = !judged.warnings.empty();

    CatalogDocument next = newest.document;
    next.catalog.epoch += 1;
    next.catalog.writerMachine = m_principal.machine;
    next.catalog.writerUser = m_principal.user;
    // Above all that was ever seen: a roll-back is ended by this, and every reader takes the new one.
    const std::uint64_t above = std::max(newest.highestNumber, seen().number);
    SALVOR_ASSIGN(next, numberAfter(std::move(next), newest.document, above));
    SALVOR_TRY(checkCancelled(cancel));
    // What an index says is stored may be gone with the newer state: then it begins anew.
    const SigningKey& signer = fetched ? std::as_const(*fetched) : *signingKey();
    const KeepObject keep = setBack ? KeepObject() : KeepObject([](const Digest&) { return true; });
    SALVOR_ASSIGN(const std::string hash, publishWithoutBackup(next, newest.document, signer, keep));
    if (setBack) {
        std::error_code ignored; // it is bound to another catalog, so it is not used in any case
        std::filesystem::remove(m_state.path() / "index", ignored);
        std::filesystem::remove(m_state.path() / "index.next", ignored);
    }

    RepositoryPin taken = pin();
    taken.writerMachine = m_principal.machine;
    taken.writerUser = m_principal.user;
    taken.isWriter = true;
    taken.highestCatalogSeen = next.catalog.number;
    taken.highestCatalogHash = hash;
    return taken;
}

} // namespace salvor

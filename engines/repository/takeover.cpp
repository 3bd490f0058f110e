// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Coming into a repository with nothing but its recovery file, and becoming its writer.
#include "engines/repository/format.h"
#include "engines/repository/repositoryfile.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "engines/repository/storerecovery.h"
#include "engines/repository/writerindex.h"
#include "engines/repository/writtenonce.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace salvor {

namespace {

/// Of the repository that the recovery file is of. A place whose salvor-repository.json is missing, damaged
/// or unreadable is one all the same where a catalog is signed with the recovery file's key: nothing of trust
/// rests on it.
Result<RepositoryFile> fileOf(Store& store, const RecoveryContent& content, Result<RepositoryFile> found) {
    if (!found)
        return RepositoryFile{content.repositoryId, "repository " + content.repositoryId.substr(0, 8),
                              content.encrypted, format::kVersion};
    if (content.repositoryId != found->id)
        return failure(ErrorCode::WrongIdentity,
                       "the recovery file belongs to repository " + content.repositoryId + ", but " +
                           store.location() + " holds repository " + found->id,
                       "use the recovery file of this repository, or check the address",
                       {{kRecoveryFileOf, content.repositoryId}});
    return found;
}

} // namespace

Result<Repository::Recovered> Repository::recover(Store& store, std::string_view recoveryFile,
                                                  const Secret& passphrase, const CancelToken& cancel) {
    auto found = loadRepositoryFile(store, cancel);
    if (!found)
        SALVOR_TRY(requireCatalogs(store, found.error(), cancel));
    SALVOR_ASSIGN(const RecoveryContent content, openRecovery(recoveryFile, passphrase));
    SALVOR_ASSIGN(const RepositoryFile file, fileOf(store, content, std::move(found)));
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
    // Reading needs no writer keys, so a file that is damaged or cannot be read only stands in the way of a
    // take-over, which names it.
    const auto writerFile = getFile(store, format::kWriterKey, cancel);
    if (writerFile) {
        auto keys = openWriterKeys(*writerFile, content.identity, pin.id, pin.signingPublicKey);
        if (keys)
            recovered.keys = std::move(*keys);
    } else {
        SALVOR_TRY(requireAnswer(store, catalog.number, writerFile.error(), cancel));
    }
    return recovered;
}

Result<RepositoryPin> RepositoryImpl::takeOver(const CancelToken& cancel) {
    SALVOR_ASSIGN(const RepositoryLock held, lock("take over"));
    std::optional<WriterKeys> fetched;
    if (signingKey() == nullptr) {
        SALVOR_ASSIGN(fetched, storedWriterKeys(cancel));
    }
    const WriterKeys& keys = fetched ? *fetched : *access().writerKeys;
    SALVOR_ASSIGN(const SigningKey signer, SigningKey::fromSeed(keys.signingKey));
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
    (void)mendWrittenOnce(*this, keys, next, cancel); // as in a backup's commit
    SALVOR_TRY(checkCancelled(cancel));
    // What an index says is stored may be gone with the newer state: then it begins anew.
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

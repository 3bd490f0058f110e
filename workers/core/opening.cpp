// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Opening repositories: pins, keys, and letting the catalog database follow.
#include "engines/crypto/ed25519.h"
#include "engines/storage/openstore.h"
#include "engines/storage/throttledstore.h"
#include "models/base/json.h"
#include "models/jobphase.h"
#include "workers/core/coreprivate.h"
#include "workers/core/repositorykeys.h"
#include "workers/repositoryedit.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <unistd.h>

namespace salvor {

namespace {

constexpr const char* kReaderKeyName = "reader-signing-key";

std::string keyOf(const Error& error) {
    const auto found = error.context.find("key");
    return found == error.context.end() ? error.message : found->second;
}

Error foreignWriter(const RepositoryPin& pin) {
    return {ErrorCode::ForeignWriter,
            "repository \"" + pin.title + "\" is written by " + pin.writerUser + " on machine " +
                pin.writerMachine + ", not from here",
            "back up to a repository of your own, or make this computer its writer: salvorctl repository "
            "take-over",
            false,
            {{"repository", pin.id}}};
}

/// Proofs and run records of which the lists learn nothing, as one sentence: a folder of another owner is
/// full of them.
Error leftOutOfLists(const std::vector<Error>& leftOut, const RepositoryPin& pin) {
    constexpr std::size_t kNamed = 3;
    Error error = leftOut.front();
    const std::size_t more = leftOut.size() - 1;
    for (std::size_t i = 1; i < std::min(leftOut.size(), kNamed); ++i)
        error.message += (i == 1 ? "; nor " : ", ") + keyOf(leftOut[i]);
    if (leftOut.size() > kNamed)
        error.message += " and " + std::to_string(leftOut.size() - kNamed) + " more";
    error.message =
        (more == 0 ? "a proof or run record is left out of the lists: "
                   : std::to_string(leftOut.size()) + " proofs and run records are left out of the lists: ") +
        error.message;
    error.hint += (error.hint.empty() ? "" : ". ") +
                  std::string("Once they can be read, run: salvorctl repository rebuild \"") + pin.title +
                  "\"";
    return error;
}

/// What is only out of reach now stays known: a proof may be what keeps its backup.
Result<> addKnownProofs(CatalogDatabase& database, const std::string& repositoryId,
                        const std::string& backupId, std::vector<Proof>& proofs) {
    SALVOR_ASSIGN(auto known, database.proofs(repositoryId, backupId));
    for (Proof& proof : known) {
        if (std::ranges::find(proofs, proof.id, &Proof::id) == proofs.end())
            proofs.push_back(std::move(proof));
    }
    return {};
}

} // namespace

Result<RepositoryPin> Core::Private::pinOf(const std::string& name) const {
    if (config.job)
        return withSeen(config.job->repository);
    SALVOR_ASSIGN(const auto database, workspace());
    if (!name.empty())
        return database->repository(name);
    SALVOR_ASSIGN(auto pins, database->repositories());
    if (pins.empty())
        return failure(ErrorCode::NotFound, "no repository is known here",
                       "make one with salvorctl repository init, or open one with salvorctl repository open");
    if (pins.size() > 1)
        return failure(ErrorCode::InvalidInput, "several repositories are known here, and none was named",
                       "name one of them, for example \"" + pins.front().title + "\"");
    return std::move(pins.front());
}

Result<> Core::Private::loadKeys(RepositoryAccess& access, RepositoryUse use,
                                 const CancelToken& cancel) const {
    RepositoryPin pin = access.pin;
    if (config.job) // which has them from a place of its own
        pin.secretKind = config.job->secretKind;
    if (use == RepositoryUse::Write && !pin.isWriter)
        return failure(foreignWriter(pin));
    const bool wantsIdentity = pin.encrypted && use != RepositoryUse::Write;
    if (!pin.isWriter && !wantsIdentity)
        return {};
    auto store = keyStoreOf(*this, pin);
    if (!store)
        return use == RepositoryUse::Write || (wantsIdentity && use == RepositoryUse::Read)
                   ? Result<>(failure(store.error()))
                   : Result<>();
    if (pin.isWriter) {
        auto idKey = getKey(**store, pin, pin.idKeySecretName(), cancel);
        auto signingKey = getKey(**store, pin, pin.signingKeySecretName(), cancel);
        if (idKey && signingKey)
            access.writerKeys = WriterKeys{std::move(*idKey), std::move(*signingKey)};
        else if (use == RepositoryUse::Write)
            return failure(idKey ? signingKey.error() : idKey.error());
    }
    if (wantsIdentity) {
        auto identity = getKey(**store, pin, pin.identitySecretName(), cancel);
        if (identity)
            access.identity = std::move(*identity);
        else if (use == RepositoryUse::Read)
            return failure(std::move(identity).error());
    }
    return {};
}

Result<OpenedRepository> Core::Private::openStoreOf(const RepositoryPin& pin, RepositoryAccess access,
                                                    const CancelToken& cancel,
                                                    std::uint64_t bytesPerSecond) const {
    OpenedRepository opened;
    opened.pin = pin;
    SALVOR_ASSIGN(opened.store, openStore(pin.url, *config.clock));
    if (bytesPerSecond > 0)
        opened.store = std::make_unique<ThrottledStore>(std::move(opened.store), bytesPerSecond);
    access.store = opened.store.get();
    access.clock = config.clock;
    access.stateFolder = config.places.repositoryState(pin.id);
    access.principal = principal();
    access.process = "salvor, process " + std::to_string(getpid());
    SALVOR_ASSIGN(opened.repository, Repository::open(std::move(access), cancel));
    SALVOR_ASSIGN(opened.catalog, opened.repository->catalog(cancel));
    if (auto faults = opened.repository->writtenOnceFaults(cancel))
        opened.writtenOnce = std::move(*faults);
    SALVOR_TRY(checkCancelled(cancel)); // else who needs one of them meets the error
    return opened;
}

Result<OpenedRepository> Core::Private::open(const RepositoryPin& pin, RepositoryUse use,
                                             const CancelToken& cancel, std::uint64_t bytesPerSecond) const {
    RepositoryAccess access;
    access.pin = pin;
    SALVOR_TRY(loadKeys(access, use, cancel));
    const bool withKeys = access.writerKeys.has_value();
    auto opened = openStoreOf(pin, std::move(access), cancel, bytesPerSecond);
    if (!opened && opened.error().code == ErrorCode::ForeignWriter && withKeys &&
        use != RepositoryUse::Write) {
        // Another one took it over: reading stays possible.
        RepositoryAccess reading;
        reading.pin = pin;
        reading.pin.isWriter = false;
        SALVOR_TRY(loadKeys(reading, use, cancel));
        opened = openStoreOf(pin, std::move(reading), cancel);
    }
    if (!opened)
        return failure(withWayOut(withContext(std::move(opened).error(), "repository", pin.id), pin));
    SALVOR_TRY(catalogChanged(*opened, cancel));
    tell(*opened);
    return opened;
}

Result<> Core::Private::catalogChanged(OpenedRepository& opened, const CancelToken& cancel) const {
    SALVOR_ASSIGN(opened.catalog, opened.repository->catalog(cancel));
    if (opened.catalog.olderThanSeen) {
        // Nothing is learnt from it, except where nothing else is known.
        if (const auto database = catalog())
            followOrTell(opened, **database, false, cancel);
        return checkCancelled(cancel);
    }
    // A lower one stands in for newer ones that are damaged, and says nothing of what they have.
    const bool isNews = opened.catalog.number > opened.pin.highestCatalogSeen;
    if (config.job) {
        SALVOR_TRY(rememberSeen(opened));
    } else {
        SALVOR_ASSIGN(const auto workspaceDatabase, workspace());
        auto noted =
            workspaceDatabase->noteCatalogSeen(opened.pin.id, opened.catalog.number, opened.catalog.hash);
        // Without room for it the next opening remembers it; reading goes on.
        if (!noted && noted.error().code != ErrorCode::NoSpace &&
            noted.error().code != ErrorCode::PermissionDenied)
            return failure(std::move(noted).error());
        if (noted)
            opened.pin = std::move(*noted);
    }
    // A cache that cannot be written now stands in nobody's way: the next opening makes good for it.
    if (const auto database = catalog())
        followOrTell(opened, **database, isNews, cancel);
    return checkCancelled(cancel);
}

void Core::Private::followOrTell(const OpenedRepository& opened, CatalogDatabase& database, bool isNews,
                                 const CancelToken& cancel) const {
    auto followed = follow(opened, database, isNews, cancel);
    if (followed || followed.error().isCancelled())
        return;
    Error error = std::move(followed).error();
    error.message = "what backups it has could not be listed here: " + error.message;
    error.hint += (error.hint.empty() ? "" : "; ") +
                  std::string("then run: salvorctl repository rebuild \"") + opened.pin.title + "\"";
    tell(opened.pin, error, true);
}

Result<> Core::Private::follow(const OpenedRepository& opened, CatalogDatabase& database, bool isNews,
                               const CancelToken& cancel) const {
    SALVOR_ASSIGN(const auto known, database.marks(opened.pin.id));
    if (opened.catalog.olderThanSeen && !known.empty())
        return {};
    std::set<std::pair<std::string, bool>> inDatabase; // with whether they are held
    for (const auto& [id, marks] : known)
        inDatabase.emplace(id, marks.held);
    std::set<std::pair<std::string, bool>> inStore;
    for (const auto& entry : opened.catalog.entries) {
        if (!entry.trashed)
            inStore.emplace(entry.backupId, entry.summary.held);
    }
    // What is missing here is always made good; what is too many goes only with a catalog that is news.
    const bool complete = std::includes(inDatabase.begin(), inDatabase.end(), inStore.begin(), inStore.end());
    if (complete && (!isNews || inDatabase.size() == inStore.size()))
        return {};
    NullProgress nobody;
    return refill(opened, database, nobody, cancel).map([](std::uint64_t) {});
}

Result<std::uint64_t> Core::Private::refill(const OpenedRepository& opened, CatalogDatabase& database,
                                            ProgressSink& progress, const CancelToken& cancel) const {
    RepositoryContents contents;
    std::vector<Error> leftOut;
    Progress picture;
    picture.phase = jobPhaseId(JobPhase::Scan);
    picture.itemsTotal = opened.catalog.entries.size();
    for (const auto& entry : opened.catalog.entries) {
        SALVOR_TRY(checkCancelled(cancel));
        progress.progressed(picture);
        ++picture.itemsDone;
        if (entry.trashed)
            continue;
        BackupRecord record = entry.summary;
        record.repositoryId = opened.pin.id;
        contents.backups.push_back(std::move(record));
        std::vector<Error> unread;
        SALVOR_ASSIGN(auto proofs, opened.repository->proofs(entry.backupId, cancel, &unread));
        if (std::ranges::any_of(unread, [](const Error& error) { return error.code != ErrorCode::Corrupt; }))
            SALVOR_TRY(addKnownProofs(database, opened.pin.id, entry.backupId, proofs));
        std::ranges::move(proofs, std::back_inserter(contents.proofs));
        std::ranges::move(unread, std::back_inserter(leftOut));
    }
    SALVOR_ASSIGN(contents.runs, opened.repository->runs(cancel, &leftOut));
    SALVOR_TRY(database.replaceRepository(opened.pin.id, contents));
    if (!leftOut.empty())
        tell(opened.pin, leftOutOfLists(leftOut, opened.pin));
    progress.progressed(picture);
    return contents.backups.size();
}

Result<Core::Private::Found> Core::Private::findBackup(const std::string& repository,
                                                       const std::string& prefix, RepositoryUse use,
                                                       const CancelToken& cancel) const {
    std::string name = repository;
    if (name.empty()) {
        SALVOR_ASSIGN(const auto database, catalog());
        auto known = database->backup(prefix);
        if (known)
            name = known->repositoryId;
        else if (known.error().code != ErrorCode::NotFound)
            return failure(std::move(known).error());
    }
    if (!name.empty()) {
        SALVOR_ASSIGN(const auto pin, pinOf(name));
        Found found;
        SALVOR_ASSIGN(found.opened, open(pin, use, cancel));
        SALVOR_ASSIGN(found.backupId, found.opened.repository->resolve(prefix, cancel));
        return found;
    }
    // The database is a cache: the repositories decide.
    SALVOR_ASSIGN(const auto workspaceDatabase, workspace());
    SALVOR_ASSIGN(const auto pins, workspaceDatabase->repositories());
    std::optional<Error> unreachable;
    for (const auto& pin : pins) {
        auto opened = open(pin, use, cancel);
        if (!opened) {
            unreachable = std::move(opened).error();
            continue;
        }
        auto id = opened->repository->resolve(prefix, cancel);
        if (id)
            return Found{std::move(*opened), std::move(*id)};
    }
    SALVOR_TRY(checkCancelled(cancel));
    if (unreachable)
        return failure(std::move(*unreachable));
    return failure(ErrorCode::NotFound,
                   "there is no backup \"" + prefix + "\" in any repository that is known here",
                   "salvorctl backups list shows what there is", {{"id", prefix}});
}

Result<Secret> Core::Private::readerKey(const RepositoryPin& pin, const CancelToken& cancel) const {
    SALVOR_ASSIGN(const auto store, secrets(pin.secretKind));
    SALVOR_ASSIGN(auto found, secretIfThere(*store, kReaderKeyName, cancel));
    if (found)
        return std::move(*found);
    SALVOR_ASSIGN(const SigningKey made, SigningKey::generate());
    SALVOR_TRY(store->put(kReaderKeyName, made.seed(), cancel));
    return made.seed().clone();
}

namespace {

bool isInTrash(Repository& repository, const std::string& backupId, const CancelToken& cancel) {
    const auto now = repository.catalog(cancel);
    return now && std::ranges::any_of(now->entries, [&](const auto& entry) {
               return entry.backupId == backupId && entry.trashed;
           });
}

} // namespace

Result<> Core::Private::prove(OpenedRepository& opened, Proof proof, const CancelToken& cancel) const {
    SALVOR_ASSIGN(const Secret seed, readerKey(opened.pin, cancel));
    SALVOR_ASSIGN(const SigningKey key, SigningKey::fromSeed(seed));
    const ReaderKey reader{toHex(key.publicKey().raw()), principal()};
    const auto& registered = opened.catalog.readers;
    if (opened.pin.isWriter && std::find(registered.begin(), registered.end(), reader) == registered.end()) {
        // Without it (a backup runs right now) the proof is there and does not count until the next one.
        if (opened.repository->registerReader(reader, cancel)) {
            (void)audit("repository.register_reader", opened.pin.id, {},
                        {{QStringLiteral("key"), toQt(reader.publicKey)}}); // the catalog itself tells it too
            SALVOR_TRY(catalogChanged(opened, cancel));
        }
    }
    proof.machine = config.machineId;
    proof.user = config.userName;
    const auto recorded = opened.repository->recordProof(proof, seed, cancel);
    if (!recorded && !recorded.error().context.contains("kept"))
        return recorded;
    // As a reader sees it: whether it counts is decided by the catalog.
    SALVOR_ASSIGN(const auto proofs, opened.repository->proofs(proof.backupId, cancel));
    SALVOR_ASSIGN(const auto database, catalog());
    for (const auto& one : proofs) {
        if (one.id != proof.id)
            continue;
        auto saved = database->saveProof(opened.pin.id, one);
        // What went to the trash meanwhile is not listed, and is again, with this, once somebody takes it
        // out.
        if (!saved && saved.error().code == ErrorCode::NotFound &&
            isInTrash(*opened.repository, proof.backupId, cancel))
            return recorded;
        return saved ? recorded : saved;
    }
    SALVOR_TRY(recorded);
    return failure(ErrorCode::Internal, "the proof " + proof.id + " was recorded and cannot be found");
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: making, opening and looking at repositories.
#include "engines/repository/freeplace.h"
#include "engines/storage/openstore.h"
#include "models/base/json.h"
#include "models/policy/enginedefaults.h"
#include "workers/core/coreprivate.h"
#include "workers/core/timelimit.h"

#include <algorithm>

namespace salvor {

namespace {

/// Shown to be writable before anything is made whose keys would then have no home.
Result<> trySecretStore(SecretStore& store, const CancelToken& cancel) {
    constexpr const char* kProbe = "repository-probe";
    SALVOR_TRY(store.put(kProbe, Secret("probe"), cancel));
    return store.remove(kProbe, cancel);
}

/// Before a keychain asks its questions, which would be answered for nothing. A folder that is not there yet
/// is made later.
Result<> checkPlace(const std::string& url, const Clock& clock, const CancelToken& cancel) {
    const auto store = openStore(url, clock);
    if (!store && store.error().code == ErrorCode::NotFound)
        return {};
    if (!store)
        return failure(store.error());
    return checkFreePlace(**store, cancel);
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

void forgetKeys(SecretStore& store, const RepositoryPin& pin) {
    const TimeLimit limit(std::chrono::milliseconds(1500));
    for (const auto& name : {pin.identitySecretName(), pin.idKeySecretName(), pin.signingKeySecretName()})
        (void)store.remove(name, limit.token());
}

/// Takes back an init whose keys could not be kept: nobody could ever use it. There is nothing in it but its
/// own files.
void unmake(Store& store) {
    std::vector<std::string> keys;
    (void)store.list("",
                     [&](const StoreEntry& entry) -> Result<> {
                         keys.push_back(entry.key);
                         return {};
                     },
                     {});
    // The file that makes it a repository goes first.
    std::stable_partition(keys.begin(), keys.end(),
                          [](const std::string& key) { return key.find('/') == key.npos; });
    for (const auto& key : keys)
        (void)store.remove(key, {});
}

Result<> requireFreeTitle(WorkspaceDatabase& workspace, const std::string& title) {
    if (title.empty())
        return failure(ErrorCode::InvalidInput, "the repository has no name", "give it one");
    const auto taken = workspace.repository(title);
    if (taken)
        return failure(ErrorCode::AlreadyExists, "there is a repository called \"" + title + "\" already",
                       "choose another name", {{"title", title}});
    if (taken.error().code != ErrorCode::NotFound)
        return failure(taken.error());
    return {};
}

} // namespace

namespace {

/// Profiles that were saved before there was a repository get their default policy now.
Result<> adoptProfiles(const Core::Private& core, WorkspaceDatabase& workspace, const RepositoryPin& pin) {
    SALVOR_ASSIGN(const auto profiles, workspace.profiles());
    for (const auto& profile : profiles) {
        SALVOR_ASSIGN(const auto policies, workspace.policiesOfProfile(profile.uuid));
        if (!policies.empty())
            continue;
        const auto engine = core.engine(profile.engine);
        if (!engine)
            continue; // a newer version's
        Policy policy = makeDefaultPolicy(profile.uuid, profile.title, pin.id);
        takeDefaultsOf((*engine)->description(), policy);
        SALVOR_TRY(workspace.insertPolicy(std::move(policy)));
    }
    return {};
}

} // namespace

Result<RepositoryInitResult> Core::initRepository(RepositoryInitSpec spec, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_TRY(requireFreeTitle(*workspace, spec.title));
    SALVOR_ASSIGN(const auto secrets, m_private->secrets(spec.secretKind));
    SALVOR_TRY(checkPlace(spec.url, *m_private->config.clock, cancel));
    SALVOR_TRY(trySecretStore(*secrets, cancel));
    SALVOR_ASSIGN(const auto store, createStore(spec.url, *m_private->config.clock));
    InitRequest request;
    request.title = spec.title;
    request.encrypted = spec.encrypted;
    request.passphrase = std::move(spec.passphrase);
    request.principal = m_private->principal();
    SALVOR_ASSIGN(auto made, Repository::init(*store, *m_private->config.clock, request, cancel));
    made.pin.url = spec.url;
    made.pin.secretKind = spec.secretKind;
    auto kept = keepKeys(*secrets, made.pin, &made.identity, &made.keys, cancel);
    auto pin = kept ? workspace->insertRepository(made.pin) : Result<RepositoryPin>(failure(kept.error()));
    if (!pin) {
        forgetKeys(*secrets, made.pin);
        unmake(*store);
        return failure(withContext(std::move(pin).error(), "location", store->location()));
    }
    SALVOR_TRY(adoptProfiles(*m_private, *workspace, *pin));
    return RepositoryInitResult{std::move(*pin), std::move(made.passphrase), std::move(made.recoveryFile)};
}

Result<std::vector<RepositoryPin>> Core::repositories() {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    return workspace->repositories();
}

Result<RepositoryInfo> Core::repositoryInfo(const std::string& name, const CancelToken& cancel) {
    RepositoryInfo info;
    SALVOR_ASSIGN(info.pin, m_private->pinOf(name));
    auto opened = m_private->open(info.pin, RepositoryUse::Look, cancel);
    if (!opened) {
        SALVOR_TRY(checkCancelled(cancel));
        info.problem = std::move(opened).error();
        return info;
    }
    info.answered = true;
    info.pin = opened->pin;
    info.pin.writerMachine = opened->catalog.writerMachine; // by now, whoever it was when the pin was made
    info.pin.writerUser = opened->catalog.writerUser;
    info.catalogNumber = opened->catalog.number;
    info.catalogOlderThanSeen = opened->catalog.olderThanSeen;
    info.backups = static_cast<std::uint64_t>(std::count_if(opened->catalog.entries.begin(),
                                                            opened->catalog.entries.end(),
                                                            [](const auto& e) { return !e.trashed; }));
    if (auto lost = m_private->takenOver(*opened)) {
        info.pin.isWriter = false;
        info.problem = std::move(lost);
    }
    if (!opened->writtenOnce.empty())
        info.problem = opened->writtenOnce.front();
    if (!opened->catalog.warnings.empty())
        info.problem = opened->catalog.warnings.front();
    auto stored = opened->repository->referencedBytes(cancel);
    if (stored)
        info.storedBytes = *stored;
    else if (stored.error().isCancelled())
        return failure(std::move(stored).error());
    else {
        m_private->tell(info.pin, stored.error());
        info.problem = std::move(stored).error();
    }
    if (const auto space = opened->store->space(cancel); space && *space) {
        info.freeBytes = (*space)->freeBytes;
        info.totalBytes = (*space)->totalBytes;
    }
    return info;
}

Result<RepositoryPin> Core::openRepository(const std::string& url, const std::string& recoveryFile,
                                           const Secret& passphrase, const std::string& title,
                                           const std::string& secretKind, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(const auto secrets, m_private->secrets(secretKind));
    SALVOR_TRY(trySecretStore(*secrets, cancel));
    SALVOR_ASSIGN(const auto store, openStore(url, *m_private->config.clock));
    SALVOR_ASSIGN(auto recovered, Repository::recover(*store, recoveryFile, passphrase, cancel));
    RepositoryPin& pin = recovered.pin;
    if (const auto known = workspace->repository(pin.id))
        return failure(ErrorCode::AlreadyExists,
                       "this repository is known here already, as \"" + known->title + "\"",
                       "use that one; if this is the place it is at now: salvorctl repository edit \"" +
                           known->title + "\" --url URL",
                       {{"repository", pin.id}});
    if (!title.empty())
        pin.title = title;
    SALVOR_TRY(requireFreeTitle(*workspace, pin.title));
    pin.url = url;
    pin.secretKind = secretKind;
    // The very writer, come back without its workspace, goes on where it was; anybody else reads, or takes
    // over.
    const Principal writer{pin.writerMachine, pin.writerUser};
    pin.isWriter = recovered.keys.has_value() && writer == m_private->principal();
    const WriterKeys* const keys = recovered.keys ? &*recovered.keys : nullptr;
    if (const auto kept = keepKeys(*secrets, pin, &recovered.identity, keys, cancel); !kept) {
        forgetKeys(*secrets, pin);
        return failure(kept.error());
    }
    auto inserted = workspace->insertRepository(pin);
    if (!inserted) {
        forgetKeys(*secrets, pin);
        return inserted;
    }
    SALVOR_ASSIGN(const auto opened, m_private->open(*inserted, RepositoryUse::Read, cancel));
    // The file and the passphrase worked just now, but a rehearsal is a backup that they opened.
    const auto& entries = opened.catalog.entries;
    const auto read =
        entries.empty()
            ? Result<>()
            : opened.repository->manifest(entries.back().backupId, cancel).map([](const Manifest&) {});
    SALVOR_TRY(checkCancelled(cancel));
    if (!read) {
        m_private->tell(opened.pin, read.error());
        return opened.pin;
    }
    inserted = opened.pin;
    inserted->rehearsed = true;
    inserted->rehearsedAt = m_private->config.clock->now();
    return workspace->updateRepository(std::move(*inserted));
}

Result<std::uint64_t> Core::rebuildCatalog(const std::string& name, ProgressSink& progress,
                                           const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto pin, m_private->pinOf(name));
    SALVOR_ASSIGN(const auto opened, m_private->open(pin, RepositoryUse::Look, cancel));
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    SALVOR_ASSIGN(const auto backups, m_private->refill(opened, *catalog, progress, cancel));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_TRY(workspace->recordAudit("repository.rebuild", pin.id, {},
                                      {{QStringLiteral("backups"), static_cast<qint64>(backups)}}));
    return backups;
}

Result<> Core::rehearseRecovery(const std::string& name, const std::string& recoveryFile,
                                const Secret& passphrase, const CancelToken& cancel) {
    SALVOR_ASSIGN(RepositoryPin pin, m_private->pinOf(name));
    SALVOR_ASSIGN(const auto store, openStore(pin.url, *m_private->config.clock));
    SALVOR_ASSIGN(auto recovered, Repository::recover(*store, recoveryFile, passphrase, cancel));
    if (recovered.pin.id != pin.id || recovered.pin.signingPublicKey != pin.signingPublicKey)
        return failure(ErrorCode::PinMismatch,
                       "the recovery file opens repository " + recovered.pin.id + ", not \"" + pin.title +
                           "\"",
                       "use the recovery file of this repository", {{"repository", pin.id}});
    // With what the recovery gave and nothing that this computer knows.
    RepositoryAccess access;
    access.store = store.get();
    access.clock = m_private->config.clock;
    access.pin = recovered.pin;
    access.stateFolder = m_private->config.places.repositoryState(pin.id);
    if (recovered.pin.encrypted)
        access.identity = std::move(recovered.identity);
    access.principal = m_private->principal();
    SALVOR_ASSIGN(const auto repository, Repository::open(std::move(access), cancel));
    SALVOR_ASSIGN(const auto catalog, repository->catalog(cancel));
    std::string opened;
    if (!catalog.entries.empty()) {
        opened = catalog.entries.back().backupId;
        SALVOR_TRY(repository->manifest(opened, cancel));
    }
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    pin.rehearsed = true;
    pin.rehearsedAt = m_private->config.clock->now();
    SALVOR_TRY(workspace->updateRepository(pin));
    return workspace->recordAudit("repository.rehearse", pin.id, {},
                                  {{QStringLiteral("at"), toQt(toRfc3339(*pin.rehearsedAt))},
                                   {QStringLiteral("backup"), toQt(opened)}});
}

Result<> Core::rememberRecoveryCopy(const std::string& name, const std::string& path) {
    SALVOR_ASSIGN(RepositoryPin pin, m_private->pinOf(name));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    pin.recoveryFile = path;
    return workspace->updateRepository(pin).map([](const RepositoryPin&) {});
}

} // namespace salvor

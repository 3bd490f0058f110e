// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: looking at repositories, and rehearsing their recovery.
#include "engines/repository/storerecovery.h"
#include "engines/storage/openstore.h"
#include "models/base/json.h"
#include "workers/core/coreprivate.h"

#include <algorithm>

namespace salvor {

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

namespace {

/// Who rehearses is not sent to the copy that the store has: with that it is no rehearsal.
Error asOfSecondCopy(Error error) {
    if (error.hint.find("keys/recovery.age") != std::string::npos)
        error.hint =
            "that file is of no use: copy keys/recovery.age from the repository to a place outside it, and "
            "rehearse with that";
    return error;
}

/// It is the file that is to be changed: "path" says which.
Error withPathOf(const RecoveryCopy& copy, Error error) {
    return copy.path.empty() ? error : withContext(std::move(error), "path", copy.path);
}

/// By its title, where this computer knows it.
Error ofAnother(WorkspaceDatabase& workspace, const RepositoryPin& pin, const std::string& id) {
    const auto known = workspace.repository(id);
    const std::string named = id == pin.id ? "another repository of the same id"
                              : known      ? "the repository \"" + known->title + "\""
                                           : "repository " + id;
    return {ErrorCode::PinMismatch,
            "the recovery file is of " + named + ", not of \"" + pin.title + "\"",
            "use the recovery file of \"" + pin.title + "\"",
            false,
            {{"repository", pin.id}}};
}

} // namespace

Result<> Core::rehearseRecovery(const std::string& name, const RecoveryCopy& copy, const Secret& passphrase,
                                const CancelToken& cancel) {
    SALVOR_ASSIGN(RepositoryPin pin, m_private->pinOf(name));
    if (const auto checked = checkRecoveryFile(copy.bytes); !checked)
        return failure(withPathOf(copy, asOfSecondCopy(checked.error())));
    SALVOR_ASSIGN(const auto store, openStore(pin.url, *m_private->config.clock));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    auto found = Repository::recover(*store, copy.bytes, passphrase, cancel);
    if (!found) {
        const auto other = found.error().context.find(kRecoveryFileOf);
        return failure(other == found.error().context.end()
                           ? asOfSecondCopy(found.error())
                           : withPathOf(copy, ofAnother(*workspace, pin, other->second)));
    }
    Repository::Recovered& recovered = *found;
    if (recovered.pin.id != pin.id || recovered.pin.signingPublicKey != pin.signingPublicKey)
        return failure(withPathOf(copy, ofAnother(*workspace, pin, recovered.pin.id)));
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
    if (!copy.path.empty())
        pin.recoveryFile = copy.path;
    pin.rehearsed = true;
    pin.rehearsedAt = m_private->config.clock->now();
    SALVOR_TRY(workspace->updateRepository(pin));
    return workspace->recordAudit("repository.rehearse", pin.id, {},
                                  {{QStringLiteral("at"), toQt(toRfc3339(*pin.rehearsedAt))},
                                   {QStringLiteral("backup"), toQt(opened)}});
}

} // namespace salvor

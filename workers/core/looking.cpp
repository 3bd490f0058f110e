// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: what the lists and pages show.
#include "models/neverseen.h"
#include "models/watch/gonesources.h"
#include "workers/core/coreprivate.h"
#include "workers/core/droppedcopies.h"
#include "workers/core/namechanges.h"

namespace salvor {

namespace {

constexpr std::size_t kAll = 10'000'000;

std::vector<BackupItemRow> rowsOf(const Manifest& manifest) {
    std::vector<BackupItemRow> rows;
    rows.reserve(manifest.items.size());
    for (const ManifestItem& item : manifest.items)
        rows.push_back({item.id, item.kind, item.name, item.group, item.rows, item.sizeBytes,
                        item.contentHash, item.details});
    return rows;
}

} // namespace

Result<std::vector<SourceStatus>> Core::overview() {
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    SALVOR_ASSIGN(auto sources, catalog->sources());
    if (!m_private->isTimers()) {
        SALVOR_ASSIGN(const auto changes, m_private->nameChanges());
        SALVOR_TRY(judgeByDatabase(sources, *catalog, changes));
        SALVOR_ASSIGN(const auto workspace, m_private->workspace());
        GoneInput gone;
        SALVOR_ASSIGN(gone.policies, workspace->policies());
        gone.nameChanges = changes;
        gone.dropped = droppedCopies(workspace.get(), m_private->config.places.state);
        gone.now = m_private->config.clock->now();
        markGone(sources, gone);
    }
    dropNeverSeen(sources);
    return sources;
}

Result<std::map<std::string, Damage>> Core::damage() {
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    SALVOR_ASSIGN(const auto runs, catalog->runsOnDamage());
    return damageIn(runs);
}

Result<std::vector<BackupRecord>> Core::backups(const BackupQuery& query) {
    BackupFilter filter;
    if (!query.repository.empty()) {
        SALVOR_ASSIGN(const auto pin, m_private->pinOf(query.repository));
        filter.repositoryId = pin.id;
    }
    filter.profile = query.profile;
    filter.database = query.database;
    filter.since = query.since;
    filter.until = query.until;
    filter.limit = kAll;
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    SALVOR_ASSIGN(const auto page, catalog->backups(filter));
    return *page.rows;
}

Result<BackupRecord> Core::backup(const std::string& idPrefix) {
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    return catalog->backup(idPrefix);
}

Result<std::vector<BackupItemRow>> Core::backupItems(const std::string& idPrefix, const CancelToken& cancel) {
    {
        SALVOR_ASSIGN(const auto catalog, m_private->catalog());
        if (const auto record = catalog->backup(idPrefix)) {
            SALVOR_ASSIGN(const auto kept, catalog->items(record->repositoryId, record->id));
            if (kept)
                return **kept;
        }
    }
    SALVOR_ASSIGN(const auto found, m_private->findBackup({}, idPrefix, RepositoryUse::Read, cancel));
    SALVOR_ASSIGN(const auto manifest, found.opened.repository->manifest(found.backupId, cancel));
    auto rows = rowsOf(manifest);
    if (const auto catalog = m_private->catalog())
        (void)(*catalog)->saveItems(found.opened.pin.id, found.backupId, rows); // read again next time
    return rows;
}

Result<std::vector<RunRecord>> Core::runs(std::size_t limit) {
    RunFilter filter;
    filter.limit = limit;
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    SALVOR_ASSIGN(const auto page, catalog->runs(filter));
    return *page.rows;
}

Result<RunRecord> Core::run(const std::string& idPrefix) {
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    return catalog->run(idPrefix);
}

} // namespace salvor

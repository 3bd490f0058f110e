// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: delete, undelete, hold and release backups by name.
#include "models/jsonfields.h"
#include "workers/core/auditedact.h"
#include "workers/core/coreprivate.h"
#include "workers/core/freedspace.h"

#include <algorithm>
#include <map>
#include <set>

namespace salvor {

namespace {

const char* auditName(BackupAct act) {
    switch (act) {
    case BackupAct::Delete:
        return "backups.trash";
    case BackupAct::Undelete:
        return "backups.undelete";
    case BackupAct::Hold:
        return "backups.hold";
    case BackupAct::Release:
        return "backups.release";
    }
    return "backups";
}

/// Conflict when more goes than anybody does without meaning it.
Result<> requireConfirmation(const Catalog& catalog, const std::set<std::string>& going) {
    std::uint64_t live = 0;
    std::uint64_t leaving = 0;
    std::map<std::string, std::pair<std::string, bool>> sources; // → database, whether one is left
    for (const auto& entry : catalog.entries) {
        if (entry.trashed)
            continue;
        const bool goes = going.contains(entry.backupId);
        ++live;
        leaving += goes ? 1 : 0;
        auto& [database, left] = sources[retentionSource(entry.summary)];
        database = entry.summary.database;
        left = left || !goes;
    }
    for (const auto& [source, state] : sources) {
        if (!state.second)
            return failure(ErrorCode::Conflict,
                           "no backup of database \"" + state.first + "\" would be left; nothing was changed",
                           "if it is meant, add --confirm-large", {{"database", state.first}});
    }
    if (isLargeShare(leaving, live))
        return failure(ErrorCode::Conflict,
                       std::to_string(leaving) + " of " + std::to_string(live) +
                           " backups would be deleted at once, more than a quarter; nothing was changed",
                       "if it is meant, add --confirm-large",
                       {{"dropped", std::to_string(leaving)}, {"live", std::to_string(live)}});
    return {};
}

/// What is not in the trash cannot be taken out of it: nobody is told that it was.
Result<> requireTrashed(const Catalog& catalog, const std::set<std::string>& ids) {
    std::vector<std::string> live;
    for (const auto& entry : catalog.entries) {
        if (!entry.trashed && ids.contains(entry.backupId))
            live.push_back(entry.backupId);
    }
    if (live.empty())
        return {};
    std::string names;
    for (const auto& id : live)
        names += (names.empty() ? "" : ", ") + id;
    return failure(ErrorCode::Conflict, "not in the trash: " + names + "; nothing was changed",
                   "salvorctl backups trash lists what is", {{"backups", names}});
}

BackupChanges changesFor(const BackupActRequest& request, const std::vector<std::string>& ids) {
    BackupChanges changes;
    changes.grace = request.grace;
    switch (request.act) {
    case BackupAct::Delete:
        changes.trash = ids;
        break;
    case BackupAct::Undelete:
        changes.undelete = ids;
        break;
    case BackupAct::Hold:
        changes.hold = ids;
        break;
    case BackupAct::Release:
        changes.release = ids;
        break;
    }
    return changes;
}

} // namespace

Result<> Core::Private::auditBackups(const std::string& action, const OpenedRepository& opened,
                                     const std::vector<std::string>& ids, const QJsonObject& more) const {
    if (config.job)
        return {}; // it has no workspace: its run's record says it
    SALVOR_ASSIGN(const auto workspaceDatabase, workspace());
    QJsonObject after = more;
    after.insert(QStringLiteral("backups"), toJsonArray(ids));
    return workspaceDatabase->recordAudit(action, opened.pin.id, {}, after);
}

Result<BackupActOutcome> Core::changeBackups(const BackupActRequest& request, const CancelToken& cancel) {
    if (request.backups.empty())
        return failure(ErrorCode::InvalidInput, "no backup was named", "name one or more by their ids");
    SALVOR_ASSIGN(auto found, m_private->findBackup(request.repository, request.backups.front(),
                                                    RepositoryUse::Write, cancel));
    OpenedRepository& opened = found.opened;
    std::set<std::string> ids;
    for (const auto& prefix : request.backups) {
        SALVOR_ASSIGN(auto id, opened.repository->resolve(prefix, cancel));
        ids.insert(std::move(id));
    }
    const std::vector<std::string> all(ids.begin(), ids.end());
    BackupActOutcome outcome;
    outcome.dryRun = request.dryRun;
    if (request.act == BackupAct::Delete) {
        SALVOR_ASSIGN(outcome.freed, freedAsFarAsKnown(*m_private, opened, all, cancel));
        auto confirmed = requireConfirmation(opened.catalog, ids);
        outcome.needsConfirmation = !confirmed;
        if (!request.confirmLarge && !request.dryRun)
            SALVOR_TRY(std::move(confirmed));
    }
    if (request.act == BackupAct::Undelete)
        SALVOR_TRY(requireTrashed(opened.catalog, ids));
    if (!request.dryRun) {
        AuditedAct act(*m_private, opened, auditName(request.act), m_private->newId());
        SALVOR_TRY(act.begin(all));
        if (auto changed = opened.repository->changeBackups(changesFor(request, all), cancel); !changed)
            return failure(act.fail(std::move(changed).error()));
        SALVOR_TRY(act.end(all));
        SALVOR_TRY(m_private->catalogChanged(opened, cancel));
    }
    for (const auto& entry : opened.catalog.entries) {
        if (!ids.contains(entry.backupId))
            continue;
        outcome.backups.push_back(entry.summary);
        outcome.backups.back().repositoryId = opened.pin.id;
        if (request.act == BackupAct::Delete && !request.dryRun &&
            (!outcome.expires || entry.expires() < *outcome.expires))
            outcome.expires = entry.expires();
    }
    return outcome;
}

Result<std::vector<TrashedBackup>> Core::trash(const std::string& repository, const CancelToken& cancel) {
    std::vector<RepositoryPin> pins;
    if (repository.empty()) {
        SALVOR_ASSIGN(pins, repositories());
    } else {
        SALVOR_ASSIGN(auto pin, m_private->pinOf(repository));
        pins.push_back(std::move(pin));
    }
    std::vector<TrashedBackup> trashed;
    for (const auto& pin : pins) {
        SALVOR_ASSIGN(const auto opened, m_private->open(pin, RepositoryUse::Look, cancel));
        for (const auto& entry : opened.catalog.entries) {
            if (!entry.trashed)
                continue;
            trashed.push_back({entry.summary, entry.trashedAt, entry.expires()});
            trashed.back().record.repositoryId = pin.id;
        }
    }
    std::ranges::sort(trashed, [](const TrashedBackup& a, const TrashedBackup& b) {
        return std::tie(a.expires, a.record.id) < std::tie(b.expires, b.record.id);
    });
    return trashed;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: what long lists and charts show, and what is known here of a repository.
#include "workers/core/coreprivate.h"
#include "workers/core/namechanges.h"
#include "workers/core/repositorykeys.h"
#include "workers/namehistory.h"

namespace salvor {

namespace {

constexpr const char* kRehearsal = "repository.rehearse";

Result<> lookForKeys(SecretStore& store, const RepositoryPin& pin, StoreLook& look,
                     const CancelToken& cancel) {
    SALVOR_ASSIGN(const MissingKeys missing, missingKeys(store, pin, cancel));
    look.identityThere = pin.encrypted && !missing.identity;
    look.writerKeysThere = !missing.writers;
    return {};
}

} // namespace

/// A name goes from one database to another by a swap; what is shown is the one that has it now.
Result<std::vector<NameSpan>> nameSpansOf(const Core& core, const std::string& profileUuid,
                                          const std::string& database) {
    if (profileUuid.empty() || database.empty())
        return std::vector<NameSpan>();
    SALVOR_ASSIGN(auto changes, core.inside().nameChanges());
    return nameSpans(database, profileUuid, std::move(changes));
}

Result<Page<BackupRecord>> Core::backupPage(const BackupFilter& filter) {
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    return catalog->backups(filter);
}

Result<Page<RunRecord>> Core::runPage(const RunFilter& filter) {
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    return catalog->runs(filter);
}

Result<std::vector<TrendPoint>> Core::trend(const TrendQuery& query) {
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    SALVOR_ASSIGN(const auto names, nameSpansOf(*this, query.profileUuid, query.database));
    return catalog->trend(query, names);
}

Result<std::vector<DayOutcomes>> Core::outcomesByDay(const OutcomeQuery& query) {
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    SALVOR_ASSIGN(const auto names, nameSpansOf(*this, query.profileUuid, query.database));
    return catalog->outcomesByDay(query, names);
}

Result<StoreLook> Core::storeLook(const std::string& name, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto pin, m_private->pinOf(name));
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    StoreLook look;
    SALVOR_ASSIGN(look.totals, catalog->totals(pin.id));
    SALVOR_ASSIGN(look.growth, catalog->growth(pin.id));
    RunFilter verifications;
    verifications.repositoryId = pin.id;
    verifications.kind = "verify";
    verifications.limit = 1;
    SALVOR_ASSIGN(const auto newest, catalog->runs(verifications));
    if (!newest.rows->empty())
        look.lastVerify = newest.rows->front();
    AuditFilter rehearsals;
    rehearsals.subject = pin.id;
    rehearsals.action = kRehearsal;
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(look.rehearsals, workspace->auditTrail(rehearsals));
    auto keys = keyStoreOf(*m_private, pin);
    auto found = keys ? lookForKeys(**keys, pin, look, cancel) : Result<>(failure(keys.error()));
    SALVOR_TRY(checkCancelled(cancel));
    if (!found)
        look.keysProblem = std::move(found).error();
    return look;
}

} // namespace salvor

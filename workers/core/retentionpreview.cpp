// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: what the policies' rules say of the backups that are there.
#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/namechanges.h"
#include "models/watch/sizehistory.h"
#include "workers/core/coreprivate.h"
#include "workers/core/freedspace.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace salvor {

namespace {

class Decider {
public:
    Decider(const Core::Private& core, const OpenedRepository& opened, const RetentionQuery& query,
            Instant now)
        : m_core(core)
        , m_opened(opened)
        , m_query(query)
        , m_now(now) {}

    /// `policies`: all that are known; `wanted`: the UUID of the only one to decide upon, or empty.
    Result<RetentionPreview> run(const std::vector<Policy>& policies, const std::string& wanted,
                                 CatalogDatabase& catalog, const CancelToken& cancel) {
        SALVOR_TRY(choosePolicies(policies, wanted));
        SALVOR_ASSIGN(const auto looks, catalog.runsOnDamage(m_opened.pin.id));
        SALVOR_TRY(gather(catalog, damagedBackups(looks), wanted, cancel));
        judge();
        for (bool hasLearnt = true; hasLearnt;) {
            m_preview.dropIds.clear();
            for (const auto& [uuid, backups] : m_byPolicy)
                SALVOR_TRY(decide(m_rules.at(uuid), backups));
            SALVOR_ASSIGN(hasLearnt, readProofsOfThoseThatGo(cancel));
        }
        std::ranges::sort(m_preview.dropIds);
        m_preview.dropped = m_preview.dropIds.size();
        m_preview.needsConfirmation =
            m_preview.dropped > 0 && isLargeShare(m_preview.dropped, m_preview.live);
        std::ranges::sort(m_preview.rows, [](const RetentionRow& a, const RetentionRow& b) {
            return std::tie(a.record.started, a.record.id) > std::tie(b.record.started, b.record.id);
        });
        nameAsToday();
        SALVOR_ASSIGN(m_preview.freed, freedAsFarAsKnown(m_core, m_opened, m_preview.dropIds, cancel));
        return std::move(m_preview);
    }

private:
    Result<> choosePolicies(const std::vector<Policy>& policies, const std::string& wanted) {
        for (const Policy& policy : policies) {
            m_titles.emplace(policy.uuid, policy.title);
            if (!wanted.empty() && policy.uuid != wanted)
                continue;
            if (!policy.retention && !m_query.overrides.any())
                continue;
            const RetentionRules rules =
                overridden(policy.retention.value_or(RetentionRules{}), m_query.overrides);
            auto checked = checkRetentionRules(rules);
            if (!checked) {
                Error error = std::move(checked).error();
                error.message = "policy \"" + policy.title + "\": " + error.message;
                return failure(withContext(std::move(error), "policy", policy.uuid));
            }
            m_rules.emplace(policy.uuid, rules);
        }
        return {};
    }

    /// Of other policies nothing is said when one is wanted: their rules were not looked at.
    Result<> gather(CatalogDatabase& catalog, const std::set<std::string>& damaged, const std::string& wanted,
                    const CancelToken& cancel) {
        // Badges come from the catalog database; of a backup that it does not have the proofs are read.
        SALVOR_ASSIGN(const auto known, catalog.marks(m_opened.pin.id));
        for (const CatalogEntry& entry : m_opened.catalog.entries) {
            if (!wanted.empty() && entry.summary.policyUuid != wanted)
                continue;
            if (entry.trashed) { // still there, and a measure of what is usual
                if (m_rules.contains(entry.summary.policyUuid) && !damaged.contains(entry.backupId) &&
                    entry.summary.started <= m_now)
                    m_trashed.push_back(entry.summary);
                continue;
            }
            RetentionRow row;
            row.record = entry.summary;
            row.record.repositoryId = m_opened.pin.id;
            if (const auto found = known.find(entry.backupId); found != known.end()) {
                row.record.readBackAt = found->second.readBackAt;
                row.record.restoredAt = found->second.restoredAt;
            } else {
                SALVOR_TRY(readBadges(row.record, cancel));
                m_proofsRead.insert(entry.backupId);
            }
            const auto title = m_titles.find(row.record.policyUuid);
            row.policyTitle = title == m_titles.end() ? std::string() : title->second;
            row.hasRules = m_rules.contains(row.record.policyUuid);
            if (row.hasRules) {
                RetentionBackup backup = retentionBackupOf(row.record);
                backup.verifyFailed = damaged.contains(backup.id);
                row.damaged = backup.verifyFailed;
                m_byPolicy[row.record.policyUuid].push_back(std::move(backup));
                ++m_preview.live;
            }
            row.decision.backupId = row.record.id;
            m_rowOf.emplace(row.record.id, m_preview.rows.size());
            m_preview.rows.push_back(std::move(row));
        }
        return {};
    }

    /// Sizes, as the watch judges them: of each source by itself.
    void judge() {
        std::map<std::string, std::vector<const BackupRecord*>> sources;
        for (const BackupRecord& record : m_trashed)
            sources[retentionSource(record)].push_back(&record);
        for (const RetentionRow& row : m_preview.rows) {
            if (row.hasRules && !row.damaged && row.record.started <= m_now)
                sources[retentionSource(row.record)].push_back(&row.record);
        }
        std::map<std::string, SizeVerdict> verdicts;
        for (auto& [source, backups] : sources)
            verdicts.merge(judgeSizes(std::move(backups)));
        for (auto& [policy, backups] : m_byPolicy) {
            for (RetentionBackup& backup : backups) {
                const auto verdict = verdicts.find(backup.id);
                if (verdict == verdicts.end())
                    continue;
                backup.anomalous = verdict->second.unusual;
                backup.undecidedSize = verdict->second.decides;
                m_preview.rows[m_rowOf.at(backup.id)].unusualSize = backup.anomalous;
            }
        }
    }

    /// Only shown: without the changes that cannot be read, and nothing that is decided hangs on it.
    void nameAsToday() {
        std::vector<BackupRecord> records;
        for (const RetentionRow& row : m_preview.rows)
            records.push_back(row.record);
        auto changes = m_core.nameChanges();
        const auto names = namesToday(records, changes ? std::move(*changes) : std::vector<NameChange>());
        for (std::size_t i = 0; i < names.size(); ++i)
            m_preview.rows[i].databaseToday = names[i];
    }

    Result<> readBadges(BackupRecord& record, const CancelToken& cancel) const {
        std::vector<Error> leftOut;
        SALVOR_ASSIGN(const auto proofs, m_opened.repository->proofs(record.id, cancel, &leftOut));
        // A proof may be what keeps a backup: nothing is decided past one that is only out of reach now.
        for (Error& unread : leftOut) {
            if (unread.code == ErrorCode::Corrupt)
                continue;
            unread.message = "what may go is not decided: " + unread.message;
            return failure(std::move(unread));
        }
        for (const Proof& proof : proofs) {
            // One in part says what it had to leave out; it is no proof of the whole.
            if (proof.registered && proof.kind != "restored_in_part")
                (proof.kind == "restored" ? record.restoredAt : record.readBackAt) = proof.at;
        }
        return {};
    }

    /// The catalog database may lack a proof that could not be read when it was filled. Whether one was found
    /// that it does not have, so that what goes is to be decided again.
    Result<bool> readProofsOfThoseThatGo(const CancelToken& cancel) {
        bool hasLearnt = false;
        for (const std::string& id : m_preview.dropIds) {
            BackupRecord& record = m_preview.rows[m_rowOf.at(id)].record;
            if (record.restoredAt || !m_proofsRead.insert(id).second)
                continue;
            SALVOR_TRY(readBadges(record, cancel));
            if (!record.restoredAt)
                continue;
            hasLearnt = true;
            std::ranges::find(m_byPolicy.at(record.policyUuid), id, &RetentionBackup::id)->proven = true;
        }
        return hasLearnt;
    }

    Result<> decide(const RetentionRules& rules, const std::vector<RetentionBackup>& backups) {
        SALVOR_ASSIGN(auto decisions, decideRetention(backups, rules, m_now));
        for (auto& decision : decisions) {
            if (!decision.kept())
                m_preview.dropIds.push_back(decision.backupId);
            RetentionRow& row = m_preview.rows[m_rowOf.at(decision.backupId)];
            row.decision = std::move(decision);
        }
        return {};
    }

    const Core::Private& m_core;
    const OpenedRepository& m_opened;
    const RetentionQuery& m_query;
    const Instant m_now;
    RetentionPreview m_preview;
    std::map<std::string, std::string> m_titles;   ///< policy → title
    std::map<std::string, RetentionRules> m_rules; ///< policy → rules
    std::vector<BackupRecord> m_trashed;           ///< of policies with rules, intact
    std::map<std::string, std::vector<RetentionBackup>> m_byPolicy;
    std::unordered_map<std::string, std::size_t> m_rowOf;
    std::set<std::string> m_proofsRead; ///< backups whose proofs in the store were read
};

} // namespace

Result<RetentionPreview> Core::Private::decide(const OpenedRepository& opened, const RetentionQuery& query,
                                               const CancelToken& cancel) const {
    if (opened.catalog.olderThanSeen)
        return failure(opened.catalog.warnings.back());
    SALVOR_ASSIGN(const auto catalogDatabase, catalog());
    Decider decider(*this, opened, query, config.clock->now());
    if (config.job) // knows its own policy only, and touches the backups of no other
        return decider.run({config.job->policy}, config.job->policy.uuid, *catalogDatabase, cancel);
    SALVOR_ASSIGN(const auto workspaceDatabase, workspace());
    SALVOR_ASSIGN(const auto policies, workspaceDatabase->policies());
    std::string wanted;
    if (!query.policy.empty()) {
        SALVOR_ASSIGN(const Policy named, workspaceDatabase->policy(query.policy));
        wanted = named.uuid;
    }
    return decider.run(policies, wanted, *catalogDatabase, cancel);
}

Result<RetentionPreview> Core::previewRetention(const RetentionQuery& query, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto pin, m_private->pinOf(query.repository));
    SALVOR_ASSIGN(const auto opened, m_private->open(pin, RepositoryUse::Look, cancel));
    return m_private->decide(opened, query, cancel);
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/upkeep.h"

#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/policy/missedschedule.h"

#include <QJsonArray>

#include <algorithm>
#include <map>
#include <set>

namespace salvor {

namespace {

bool isBad(const RunRecord& run) {
    return run.outcome == RunOutcome::Failed || run.outcome == RunOutcome::Partial;
}

/// Of retention that would have taken more than a quarter, which waits for somebody's word.
bool waitsForConfirmation(const RunRecord& run) {
    return run.error && run.error->code == ErrorCode::Conflict && run.error->context.contains("dropped") &&
           run.error->context.contains("live");
}

qint64 numberIn(const RunRecord& run, const char* key) {
    const auto found = run.error->context.find(key);
    return found == run.error->context.end() ? 0 : QByteArray::fromStdString(found->second).toLongLong();
}

class Upkeep {
public:
    Upkeep(const Policy& policy, const PolicyHistory& history, const std::vector<RunRecord>& runs,
           const std::vector<BackupRecord>& backups, Instant now)
        : m_policy(policy)
        , m_history(history) {
        std::set<std::string> own;
        for (const auto& backup : backups) {
            if (backup.policyUuid != policy.uuid)
                continue;
            own.insert(backup.id);
            m_backups[backup.id] = &backup;
            takeNewer(m_newestOf[identityOf(backup)], backup);
            takeNewer(m_newestCalled[backup.database], backup);
        }
        for (const auto& run : runs) {
            if (run.started > now + kClockTolerance || (run.outcome != RunOutcome::Ok && !isBad(run)))
                continue;
            if (run.kind == "prune" && PolicyHistory::isOf(policy, run))
                takeNewer(m_prune, run);
            else if (run.kind == "verify" && isAbout(run, own))
                takeNewer(m_verify, run);
            else if (run.kind == "drill" && run.policyUuid == policy.uuid)
                noteDrill(run);
        }
    }

    std::vector<Finding> findings() {
        if (m_prune != nullptr && m_policy.retention && isBad(*m_prune))
            sayPrune(*m_prune);
        if (m_verify != nullptr && isBad(*m_verify) &&
            (wasCutShort(*m_verify) || PolicyHistory::namesIn(m_verify->details, "damaged_backups").empty() ||
             !PolicyHistory::namesIn(m_verify->details, "unread_backups").empty()))
            say("verify", "the newest verification of its store", {}, *m_verify, Severity::Critical);
        for (const auto& [source, drill] : m_drills) {
            if (isBad(*drill))
                sayDrill(source, *drill);
        }
        return std::move(m_findings);
    }

private:
    template <typename Record>
    static void takeNewer(const Record*& newest, const Record& one) {
        if (newest == nullptr || one.started > newest->started ||
            (one.started == newest->started && one.id > newest->id))
            newest = &one;
    }

    /// Which database it is, whatever it is called.
    static std::string identityOf(const BackupRecord& backup) {
        return backup.databaseId.empty() ? "\n" + backup.database : backup.systemId + "/" + backup.databaseId;
    }

    /// By its backup; where that is gone by now, by the backups of its name: until one with that name was
    /// another database.
    void noteDrill(const RunRecord& run) {
        for (const auto& id : run.backupIds) {
            if (const auto backup = m_backups.find(id); backup != m_backups.end())
                return takeNewer(m_drills[identityOf(*backup->second)], run);
        }
        const auto since = m_history.namedAt(run.database);
        if (since && run.started < *since)
            return;
        const auto called = m_newestCalled.find(run.database);
        takeNewer(
            m_drills[called == m_newestCalled.end() ? "\n" + run.database : identityOf(*called->second)],
            run);
    }

    void sayDrill(const std::string& source, const RunRecord& drill) {
        const auto newest = m_newestOf.find(source);
        const bool hasBackups = newest != m_newestOf.end();
        const std::string& database = hasBackups ? newest->second->database : drill.database;
        const bool isGone = m_history.isGone(database);
        if (isGone && !hasBackups)
            return; // there is nothing that could be drilled again, and nothing to be restored
        // Another database has its name by now, which is drilled by itself.
        const auto called = m_newestCalled.find(database);
        const bool isFormer =
            hasBackups && called != m_newestCalled.end() && identityOf(*called->second) != source;
        say("drill", "its newest drill", database, drill, Severity::Critical);
        if (isGone || isFormer)
            m_findings.back().severity = Severity::Notice;
    }

    /// By their ids, or what they begin with where a verification did not get as far as to find them.
    static bool isAnyOf(const std::vector<std::string>& named, const std::set<std::string>& own) {
        return std::ranges::any_of(named, [&](const std::string& name) {
            return std::ranges::any_of(own, [&](const std::string& id) {
                return toQt(id).startsWith(toQt(name), Qt::CaseInsensitive);
            });
        });
    }

    /// A verification is a store's, not a policy's: of the whole of it, or of some of these backups.
    bool isAbout(const RunRecord& run, const std::set<std::string>& own) const {
        if (run.repositoryId != m_policy.repositoryId)
            return false;
        if (const auto asked = PolicyHistory::namesIn(run.details, kAskedBackupsKey); !asked.empty())
            return isAnyOf(asked, own); // of the others it says nothing, whatever came of it
        std::vector<std::string> looked = PolicyHistory::namesIn(run.details, "damaged_backups");
        looked.insert(looked.end(), run.backupIds.begin(), run.backupIds.end());
        const auto unread = PolicyHistory::namesIn(run.details, "unread_backups");
        looked.insert(looked.end(), unread.begin(), unread.end());
        return looked.empty() || wasCutShort(run) ||
               std::ranges::any_of(looked, [&](const auto& id) { return own.contains(id); });
    }

    void sayPrune(const RunRecord& run) {
        if (!waitsForConfirmation(run))
            return say("prune", "its newest prune", {}, run, Severity::Warning);
        const qint64 dropped = numberIn(run, "dropped");
        const qint64 live = numberIn(run, "live");
        add(Severity::Warning, "prune_refused", {},
            "prunes nothing until somebody confirms it (" + run.id + "): " + std::to_string(dropped) +
                " of " + std::to_string(live) +
                " backups would go at once, more than a quarter. Each of its runs ends as partial until "
                "then. "
                "Look at: salvorctl retention preview --repository " +
                m_policy.repositoryId + " --policy " + m_policy.uuid +
                " — if it is meant, run: salvorctl prune --confirm-large --repository " +
                m_policy.repositoryId + " --policy " + m_policy.uuid +
                " — else keep more (salvorctl policy set), and apply the timers again",
            {{QStringLiteral("dropped"), dropped}, {QStringLiteral("live"), live}});
    }

    void say(const std::string& kind, const std::string& what, const std::string& database,
             const RunRecord& run, Severity ifFailed) {
        const bool failed = run.outcome == RunOutcome::Failed;
        add(failed ? ifFailed : Severity::Warning, kind + (failed ? "_failed" : "_partial"), database,
            ": " + what + (failed ? " failed (" : " got only a part (") + run.id + ")" +
                (run.error ? ": " + run.error->message : std::string()),
            {});
    }

    void add(Severity severity, const std::string& code, const std::string& database,
             const std::string& message, const QJsonObject& numbers) {
        const std::string whose =
            database.empty() ? "policy \"" + m_policy.title + "\"" : "\"" + database + "\"";
        m_findings.push_back({severity, code, m_policy.uuid, database,
                              whose + (message.starts_with(':') ? "" : " ") + message, numbers});
    }

    const Policy& m_policy;
    const PolicyHistory& m_history;
    const RunRecord* m_prune = nullptr;
    const RunRecord* m_verify = nullptr;
    std::map<std::string, const BackupRecord*> m_backups;      ///< by id
    std::map<std::string, const BackupRecord*> m_newestOf;     ///< by identityOf()
    std::map<std::string, const BackupRecord*> m_newestCalled; ///< by today's name
    std::map<std::string, const RunRecord*> m_drills;          ///< by identityOf()
    std::vector<Finding> m_findings;
};

} // namespace

std::vector<Finding> upkeepFindings(const Policy& policy, const PolicyHistory& history,
                                    const std::vector<RunRecord>& runs,
                                    const std::vector<BackupRecord>& backups, Instant now) {
    return Upkeep(policy, history, runs, backups, now).findings();
}

} // namespace salvor

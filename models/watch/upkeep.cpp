// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/upkeep.h"

#include "models/policy/missedschedule.h"
#include "models/watch/policyhistory.h"

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
    Upkeep(const Policy& policy, const std::vector<RunRecord>& runs, const std::vector<BackupRecord>& backups,
           Instant now)
        : m_policy(policy) {
        std::set<std::string> own;
        for (const auto& backup : backups) {
            if (backup.policyUuid == policy.uuid)
                own.insert(backup.id);
        }
        for (const auto& run : runs) {
            if (run.started > now + kClockTolerance || (run.outcome != RunOutcome::Ok && !isBad(run)))
                continue;
            if (run.kind == "prune" && PolicyHistory::isOf(policy, run))
                takeNewer(m_prune, run);
            else if (run.kind == "verify" && isAbout(run, own))
                takeNewer(m_verify, run);
            else if (run.kind == "drill" && run.policyUuid == policy.uuid)
                takeNewer(m_drills[run.database], run);
        }
    }

    std::vector<Finding> findings() {
        if (m_prune != nullptr && m_policy.retention && isBad(*m_prune))
            sayPrune(*m_prune);
        if (m_verify != nullptr && isBad(*m_verify) &&
            PolicyHistory::namesIn(m_verify->details, "damaged_backups").empty())
            say("verify", "the newest verification of its store", {}, *m_verify, Severity::Critical);
        for (const auto& [database, drill] : m_drills) {
            if (isBad(*drill))
                say("drill", "its newest drill", database, *drill, Severity::Critical);
        }
        return std::move(m_findings);
    }

private:
    static void takeNewer(const RunRecord*& newest, const RunRecord& run) {
        if (newest == nullptr || run.started > newest->started ||
            (run.started == newest->started && run.id > newest->id))
            newest = &run;
    }

    /// A verification is a store's, not a policy's: of the whole of it, or of some of these backups.
    bool isAbout(const RunRecord& run, const std::set<std::string>& own) const {
        if (run.repositoryId != m_policy.repositoryId)
            return false;
        std::vector<std::string> looked = PolicyHistory::namesIn(run.details, "damaged_backups");
        looked.insert(looked.end(), run.backupIds.begin(), run.backupIds.end());
        return looked.empty() ||
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
    const RunRecord* m_prune = nullptr;
    const RunRecord* m_verify = nullptr;
    std::map<std::string, const RunRecord*> m_drills; ///< by database
    std::vector<Finding> m_findings;
};

} // namespace

std::vector<Finding> upkeepFindings(const Policy& policy, const std::vector<RunRecord>& runs,
                                    const std::vector<BackupRecord>& backups, Instant now) {
    return Upkeep(policy, runs, backups, now).findings();
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/evaluation.h"

#include "models/base/counted.h"
#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/dataasof.h"
#include "models/policy/endedschedules.h"
#include "models/protection.h"
#include "models/schedule/calendarexpression.h"
#include "models/watch/policyhistory.h"
#include "models/watch/sizehistory.h"
#include "models/watch/storewatch.h"
#include "models/watch/upkeep.h"

#include <QJsonArray>

#include <algorithm>

namespace salvor {

namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

constexpr double kDurationLeastSeconds = 30;
constexpr seconds kLateRun{3600}; // longer than twice the run before
constexpr std::size_t kTrendSamples = 5;
constexpr std::size_t kNewestSamples = 30;

std::int64_t wholeSeconds(std::chrono::microseconds span) { return duration_cast<seconds>(span).count(); }
qint64 rounded(double value) { return static_cast<qint64>(value + 0.5); }

/// Works out one policy.
class PolicyEvaluation {
public:
    PolicyEvaluation(const WatchInput& input, const Policy& policy, Instant now,
                     std::optional<Instant> firstRun)
        : m_input(input)
        , m_policy(policy)
        , m_now(now)
        , m_firstRun(firstRun)
        , m_history(policy, input.runs, input.backups, input.nameChanges, input.dropped, now)
        , m_losses(m_history.losses()) {}

    PolicyWatch result() {
        m_out.uuid = m_policy.uuid;
        m_out.title = m_policy.title;
        m_out.profileUuid = m_policy.profileUuid;
        m_out.profileTitle = titleOf(m_policy.profileUuid);
        m_out.repositoryId = m_policy.repositoryId;
        m_out.repositoryTitle = titleOf(m_policy.repositoryId);
        const bool paused = m_policy.paused || m_input.paused.count(m_policy.uuid) > 0;
        if (const RunRecord* run = m_history.newestRun()) {
            m_out.lastRunId = run->id;
            m_out.lastRunOutcome = std::string(toString(run->outcome));
            m_out.lastRunAt = run->started;
        }
        for (const auto& loss : m_losses)
            m_lost.insert(loss.databases.begin(), loss.databases.end());
        for (const auto& database : m_history.databases())
            addSource(database, paused);
        checkFuture();
        if (paused) {
            sayPaused();
            checkUpkeep(true);
        } else {
            m_out.nextRun = nextRun();
            checkSchedules();
            checkJudged();
            checkLastRun();
            checkServer();
            checkCutShort();
            checkUpkeep(false);
            if (m_out.sources.empty() && m_history.decisiveRun() == nullptr)
                sayNever();
        }
        for (const auto& missing : missingChannels(m_policy, m_input.channels))
            find(Severity::Warning, "channel_missing", {},
                 "names the channel " + missing + ", which there is not: nobody is told", {}, missing);
        settleState(paused);
        return std::move(m_out);
    }

private:
    std::string titleOf(const std::string& id) const {
        const auto found = m_input.titles.find(id);
        return found == m_input.titles.end() ? id : found->second;
    }

    void find(Severity severity, const char* code, const std::string& database, const std::string& message,
              const QJsonObject& numbers, const std::string& subject = {}) {
        const std::string whose =
            database.empty() ? "policy \"" + m_policy.title + "\" " : "\"" + database + "\" ";
        m_out.findings.push_back(
            {severity, code, m_policy.uuid, database, whose + message, numbers, subject});
    }

    /// Of a policy that never ran as a whole, and of which no database has a backup.
    void sayNever() {
        if (!m_firstRun || hasTried() || !isInTime(*m_firstRun))
            return find(Severity::Critical, "never", {}, "was never backed up: " + runsByName(), {});
        const RunRecord* run = m_history.newestRun();
        const bool isAtWork = run != nullptr && run->outcome == RunOutcome::Running;
        find(Severity::Notice, "first_run", {},
             isAtWork ? "is at its first run (" + run->id + ")"
                      : std::string("was never backed up: its first run ") +
                            (*m_firstRun < m_now ? "was" : "is") + " expected at " + toRfc3339(*m_firstRun),
             {{QStringLiteral("expected_in_seconds"),
               static_cast<qint64>(wholeSeconds(*m_firstRun - m_now))}});
    }

    /// A run ended, and there is no backup. What somebody cancelled decides nothing.
    bool hasTried() const {
        return std::ranges::any_of(m_input.runs, [&](const RunRecord& run) {
            if (run.kind != "backup" || !PolicyHistory::isOf(m_policy, run) ||
                run.outcome == RunOutcome::Running)
                return false;
            const bool decidesNothing =
                run.outcome == RunOutcome::Cancelled || run.outcome == RunOutcome::Skipped;
            return !decidesNothing || run.trigger == "timer";
        });
    }

    /// As late as a run may be, and no later than the objective allows a backup made just now to become.
    bool isInTime(Instant firstRun) const {
        const auto objective = static_cast<std::int64_t>(m_policy.recoveryPointObjectiveSeconds.value_or(0));
        return m_now <= firstRun + scheduleGrace(m_policy) &&
               (objective == 0 || wholeSeconds(firstRun - m_now) <= objective);
    }

    /// Of a policy that never ran as a whole.
    std::string runsByName() const {
        if (const RunRecord* run = m_history.newestRun())
            return run->outcome == RunOutcome::Running
                       ? "its first run is at work (" + run->id + ")"
                       : "its newest run (" + run->id + ") ended as " + std::string(toString(run->outcome));
        const RunRecord* newest = nullptr;
        for (const auto& run : m_input.runs) {
            if (run.kind == "backup" && run.policyUuid == m_policy.uuid && run.started <= m_now &&
                (newest == nullptr || run.started > newest->started))
                newest = &run;
        }
        if (newest == nullptr)
            return "no run is recorded";
        return "no run of the whole policy is recorded; the newest, of \"" + newest->database +
               "\" alone, ended as " + std::string(toString(newest->outcome)) +
               (newest->error ? ": " + newest->error->message : std::string());
    }

    void addSource(const std::string& database, bool paused) {
        SourceWatch source;
        source.database = database;
        const std::vector<const BackupRecord*> good = m_history.goodBackups(database);
        if (!good.empty()) {
            const BackupRecord& newest = *good.front();
            source.lastGoodId = newest.id;
            source.lastGood = recoveryPointOf(newest, m_input.runs);
            source.lastGoodEnded = newest.ended;
            source.sizeBytes = newest.sizeBytes;
            source.storedBytes = newest.newStoredBytes;
            if (newest.ended > newest.started)
                source.durationSeconds = std::chrono::duration<double>(newest.ended - newest.started).count();
        }
        source.provedAt = m_history.provedAt(database);
        source.recoverySeconds = m_history.recoverySeconds(database);
        source.lastSuccess = m_history.lastSuccess(database);
        const bool isLost = m_lost.contains(database);
        if (isLost)
            source.lastSuccess = false; // of the newest run, which did not find it
        if (m_history.isGone(database) && !isLost) {
            source.state = WatchState::Gone;
            source.selected = selects(m_policy, database);
            if (!paused && source.selected) // else it is told with all that no policy selects
                sayGone(database);
        } else {
            checkAge(source, good.empty() ? Instant() : good.front()->started, paused);
            checkDamage(database, good); // also while it is paused: that asks for no new backups
            if (!paused) {
                checkProof(source);
                const auto all = m_history.goodByAnyName(database); // what is usual does not begin anew
                checkSize(database, all);
                checkDuration(database, all);
            }
            checkFormer(database);
        }
        m_out.sources.push_back(std::move(source));
    }

    void sayGone(const std::string& database) {
        if (const auto renamed = m_history.renamed(database))
            find(Severity::Notice, "renamed", database,
                 "is called \"" + renamed->name + "\" since its backup " + renamed->since->id +
                     ": it is the same database, and what was made of it before stays under its former name",
                 {}, renamed->name);
        else
            find(Severity::Notice, "gone", database, "is not on its server any longer; its backups stay", {});
    }

    /// One database that is dropped is somebody's decision, and daily business on some servers. That half of
    /// them go with one run, or the server itself, is none: it is said until it is put right or answered.
    void checkServer() {
        for (const auto& loss : m_losses)
            sayLost(loss);
        const auto other = m_history.newServer();
        const bool isSaid = std::ranges::any_of(m_losses, &ServerLoss::isOtherServer);
        if (!other || isSaid)
            return;
        find(Severity::Warning, "server_replaced", {},
             "is connected to another server since its run " + other->sinceRun + ": " +
                 identifiers(other->systemBefore, other->system) +
                 ". Its databases are there, by their names; nobody has looked yet whether they are the ones "
                 "that are meant. If it is the right one, back it up by hand once, in the window or at a "
                 "terminal; else this is said for a week",
             {{QStringLiteral("lost"), 0}}, other->sinceRun);
    }

    static std::string identifiers(const std::string& before, const std::string& since) {
        return "its system identifier is " + since + ", and it was " + before;
    }

    void sayLost(const ServerLoss& loss) {
        std::string text = loss.isOtherServer()
                               ? "is connected to another server since its run " + loss.since->id + ": " +
                                     identifiers(loss.systemBefore, loss.systemSince) + ", and "
                               : std::string("lost databases: ");
        text += std::to_string(loss.count) + " of the " + counted(loss.of, "database") +
                " that its run before (" + loss.last->id + ") saw " + (loss.count == 1 ? "is" : "are") +
                " not on it" + (loss.isOtherServer() ? "" : "s server since " + loss.since->id) + ": ";
        for (std::size_t i = 0; i < loss.databases.size() && i < 10; ++i)
            text += (i == 0 ? "\"" : ", \"") + loss.databases[i] + "\"";
        if (loss.databases.size() > 10)
            text += " and " + std::to_string(loss.databases.size() - 10) + " more";
        text +=
            ". Nothing backs them up any longer; their backups stay. Look whether the server came back "
            "empty or its address leads elsewhere; of those that went on purpose, exclude each by its name "
            "(salvorctl policy set) or delete its backups";
        find(loss.isLarge() ? Severity::Critical : Severity::Warning,
             loss.isOtherServer() ? "server_replaced" : "databases_gone", {}, text,
             {{QStringLiteral("lost"), static_cast<qint64>(loss.count)},
              {QStringLiteral("open"), static_cast<qint64>(loss.databases.size())},
              {QStringLiteral("seen_before"), static_cast<qint64>(loss.of)}},
             loss.since->id);
    }

    /// Each was a database of its own, and none gets newer backups that push the last ones of the rules out.
    void checkFormer(const std::string& database) {
        const std::size_t former = m_history.formerOf(database);
        if (former == 0 || !m_policy.retention)
            return;
        find(Severity::Notice, "former_databases", database,
             "was dropped and made again, or moved to another server: there are backups of " +
                 counted(former, "former database") +
                 " of that name, and retention counts each by itself, so that what its rules held of each "
                 "when "
                 "it ended stays until somebody deletes it",
             {{QStringLiteral("former"), static_cast<qint64>(former)}});
    }

    /// `begun`: its newest good backup, if any.
    void checkAge(SourceWatch& source, Instant begun, bool paused) {
        if (!source.lastGood) {
            // Dated in the future only: that is said instead, once for all of the policy.
            source.state =
                m_history.hasFutureBackup(source.database) ? WatchState::FutureDated : WatchState::Never;
            if (!m_history.damagedBackups(source.database).empty())
                source.state = WatchState::Failed; // it is said as damage
            if (!paused && source.state == WatchState::Never && m_history.wasBackedUp(source.database))
                find(Severity::Critical, "none_left", source.database,
                     "has no backup of this policy left: those that were made are in the trash or deleted "
                     "(salvorctl backups trash)",
                     {});
            else if (!paused && source.state == WatchState::Never)
                find(Severity::Critical, "never", source.database, neverText(source.database), {});
        } else if (const auto late = overdueBy(*source.lastGood, begun)) {
            source.overdueSeconds = late;
            source.state = WatchState::Overdue;
            if (!paused && !m_lost.contains(source.database)) // of those there is a finding that says why
                sayOverdue(source, begun, *late);
        } else if (!paused && m_policy.recoveryPointObjectiveSeconds.value_or(0) == 0 &&
                   begun - *source.lastGood > kOldData) {
            find(Severity::Warning, "data_old", source.database,
                 "was " + heldWhen(source, begun) + " when its newest good backup was made: see its notes",
                 {{QStringLiteral("behind_seconds"),
                   static_cast<qint64>(wholeSeconds(begun - *source.lastGood))}},
                 source.lastGoodId);
        }
        if (source.lastSuccess == false && source.state < WatchState::Failed)
            source.state = WatchState::Failed;
    }

    /// After a swap the old backups are those of the database that gave its name away.
    std::string neverText(const std::string& database) const {
        const auto since = m_history.namedAt(database);
        if (!since)
            return "was never backed up by this policy";
        return "was never backed up by this policy: it has that name only since " + toRfc3339(*since) +
               ", by a swap; the backups of the database that had it before are listed under that one's "
               "name of today";
    }

    /// Pausing ends new backups and prunes; what is wrong with the backups there are is said all the same.
    void checkUpkeep(bool paused) {
        for (auto& finding : upkeepFindings(m_policy, m_history, m_input.runs, m_input.backups, m_now)) {
            if (!paused || !finding.code.starts_with("prune_"))
                m_out.findings.push_back(std::move(finding));
        }
    }

    /// What a verification found. The next backup stores damaged parts anew; older backups stay damaged.
    void checkDamage(const std::string& database, const std::vector<const BackupRecord*>& good) {
        const auto damaged = m_history.damagedBackups(database);
        if (damaged.empty())
            return;
        const bool isNewest = good.empty() || damaged.front()->started > good.front()->started;
        find(isNewest ? Severity::Critical : Severity::Warning, "damaged", database,
             "has " + counted(damaged.size(), "backup") + " found damaged when read, the newest " +
                 damaged.front()->id + (good.empty() ? "; none is intact" : "") +
                 (isNewest ? ": make a new one" : "; a newer one is intact"),
             {{QStringLiteral("damaged"), static_cast<qint64>(damaged.size())},
              {QStringLiteral("intact"), static_cast<qint64>(good.size())}},
             damaged.front()->id);
    }

    /// The age is that of what it holds; a schedule is kept by a backup of whatever.
    std::optional<std::int64_t> overdueBy(Instant holdsAsOf, Instant begun) const {
        const std::int64_t age = wholeSeconds(m_now - holdsAsOf);
        const auto objective = static_cast<std::int64_t>(m_policy.recoveryPointObjectiveSeconds.value_or(0));
        if (objective > 0)
            return age > objective ? std::optional(age - objective) : std::nullopt;
        const auto missed = missedSchedule(m_policy, begun, m_now);
        return missed ? std::optional(static_cast<std::int64_t>(missed->count())) : std::nullopt;
    }

    static std::string heldWhen(const SourceWatch& source, Instant begun) {
        return "read from a server that was " + spanText(wholeSeconds(begun - *source.lastGood)) + " behind";
    }

    /// A run by the rules that is under way, after one that went well: it may make up for a computer that was
    /// off. One that takes more than twice as long as that one, and an hour, hangs. Null: none.
    const RunRecord* catchUp() const {
        const RunRecord* run = m_history.newestRun();
        const RunRecord* before = m_history.decisiveRun();
        if (run == nullptr || run->outcome != RunOutcome::Running || before == nullptr ||
            before->outcome != RunOutcome::Ok || !before->ended)
            return nullptr;
        const auto usual = std::max(*before->ended - before->started, std::chrono::microseconds(0));
        return m_now - run->started <= 2 * usual + kLateRun ? run : nullptr;
    }

    void sayOverdue(const SourceWatch& source, Instant begun, std::int64_t late) {
        const std::int64_t age = wholeSeconds(m_now - *source.lastGood);
        const auto objective = static_cast<qint64>(m_policy.recoveryPointObjectiveSeconds.value_or(0));
        const bool isOlderThanItsRun = *source.lastGood < begun;
        std::string text = isOlderThanItsRun ? "is overdue: what its newest good backup holds is "
                                             : "is overdue: its newest good backup is ";
        text += spanText(age) + " old" +
                (isOlderThanItsRun ? " (it was " + heldWhen(source, begun) + "), " : std::string(", "));
        text += objective > 0                        ? spanText(objective) + " is allowed"
                : allSchedulesEnded(m_policy, m_now) ? "and its schedule has no further run"
                                                     : "and two times of its schedule have passed since";
        const RunRecord* run = catchUp();
        if (run != nullptr)
            text += "; a run of its policy is under way (" + run->id + ")";
        find(run != nullptr ? Severity::Warning : Severity::Critical, "overdue", source.database, text,
             {{QStringLiteral("age_seconds"), static_cast<qint64>(age)},
              {QStringLiteral("objective_seconds"), objective},
              {QStringLiteral("overdue_seconds"), static_cast<qint64>(late)}});
    }

    void checkProof(const SourceWatch& source) {
        const auto within = static_cast<std::int64_t>(m_policy.proofWithinSeconds.value_or(0));
        if (within == 0 || !source.lastGood)
            return;
        const std::int64_t age = source.provedAt ? wholeSeconds(m_now - *source.provedAt) : -1;
        if (source.provedAt && age <= within)
            return;
        find(Severity::Warning, "proof_old", source.database,
             source.provedAt ? "was last proved by a restore " + spanText(age) + " ago, " + spanText(within) +
                                   " is allowed"
                             : "was never proved by a restore; a proof is wanted every " + spanText(within),
             {{QStringLiteral("proof_age_seconds"), static_cast<qint64>(age)},
              {QStringLiteral("proof_within_seconds"), static_cast<qint64>(within)}});
    }

    /// The newest against those before it, of its kind only.
    static std::vector<const BackupRecord*> before(const std::vector<const BackupRecord*>& good) {
        std::vector<const BackupRecord*> earlier;
        for (std::size_t i = 1; i < good.size() && earlier.size() < kNewestSamples; ++i) {
            if (good[i]->kind == good.front()->kind)
                earlier.push_back(good[i]);
        }
        return earlier;
    }

    void checkSize(const std::string& database, const std::vector<const BackupRecord*>& good) {
        if (good.empty())
            return;
        const BackupRecord& newest = *good.front();
        const SizeVerdict verdict = judgeSizes(good).at(newest.id);
        const auto text = [](double bytes) { return bytesText(static_cast<std::uint64_t>(bytes)); };
        const auto size = static_cast<double>(newest.sizeBytes);
        if (verdict.unusual)
            sayUnusual(database, newest, verdict);
        else if (verdict.change)
            find(Severity::Notice, "size_changed", database,
                 "has another size since " + toRfc3339(verdict.change->since) + ": " + text(size) +
                     " in its newest backup, and a median of " + text(verdict.change->medianBefore) +
                     " before; it lasted, so it is usual now",
                 {{QStringLiteral("size_bytes"), static_cast<qint64>(newest.sizeBytes)},
                  {QStringLiteral("median_before_bytes"), rounded(verdict.change->medianBefore)}});
    }

    void sayUnusual(const std::string& database, const BackupRecord& newest, const SizeVerdict& verdict) {
        const Usual& usual = *verdict.usual;
        const auto text = [](double bytes) { return bytesText(static_cast<std::uint64_t>(bytes)); };
        const auto size = static_cast<double>(newest.sizeBytes);
        const bool small = size < usual.median;
        std::string said = std::string(small ? "is unusually small: " : "is unusually large: ") + text(size) +
                           " in its newest backup; the median of the " + std::to_string(usual.samples) +
                           " usual ones before is " + text(usual.median) + ", up to " + text(usual.allowed) +
                           " more or less is usual (median absolute deviation " + text(usual.deviation) +
                           "). It takes no place of a usual one";
        if (verdict.inARow > 1)
            said += "; it is number " + std::to_string(verdict.inARow) + " in a row";
        said += "; from " + std::to_string(kLastingBackups) + " in a row over " +
                std::to_string(kLastingSpan.count() / 24) + " days on it counts as usual";
        find(Severity::Warning, small ? "size_small" : "size_large", database, said,
             {{QStringLiteral("size_bytes"), static_cast<qint64>(newest.sizeBytes)},
              {QStringLiteral("median_bytes"), rounded(usual.median)},
              {QStringLiteral("deviation_bytes"), rounded(usual.deviation)},
              {QStringLiteral("allowed_bytes"), rounded(usual.allowed)},
              {QStringLiteral("samples"), static_cast<qint64>(usual.samples)},
              {QStringLiteral("in_a_row"), static_cast<qint64>(verdict.inARow)}});
    }

    static std::vector<double> durationsOf(const std::vector<const BackupRecord*>& records) {
        std::vector<double> durations;
        for (const auto* record : records) {
            if (record->ended > record->started) // a clock that stepped back says nothing
                durations.push_back(std::chrono::duration<double>(record->ended - record->started).count());
        }
        return durations;
    }

    void checkDuration(const std::string& database, const std::vector<const BackupRecord*>& good) {
        if (good.empty() || good.front()->ended <= good.front()->started)
            return;
        const std::vector<double> earlier = durationsOf(before(good));
        const double took = durationsOf({good.front()}).front();
        const auto span = [](double value) { return spanText(static_cast<std::int64_t>(value)); };
        const auto usual = usualOf(earlier, {5, 3.5, 0.5, kDurationLeastSeconds});
        if (usual && took > usual->median + usual->allowed)
            find(Severity::Warning, "duration_long", database,
                 "took unusually long: " + span(took) + "; the median of the " +
                     std::to_string(usual->samples) + " backups before is " + span(usual->median) +
                     ", up to " + span(usual->allowed) + " more is usual (median absolute deviation " +
                     span(usual->deviation) + ")",
                 {{QStringLiteral("duration_seconds"), rounded(took)},
                  {QStringLiteral("median_seconds"), rounded(usual->median)},
                  {QStringLiteral("deviation_seconds"), rounded(usual->deviation)},
                  {QStringLiteral("allowed_seconds"), rounded(usual->allowed)},
                  {QStringLiteral("samples"), static_cast<qint64>(usual->samples)}});
        std::vector<double> all{took};
        all.insert(all.end(), earlier.begin(), earlier.end());
        if (all.size() < 2 * kTrendSamples)
            return;
        const double now = median({all.begin(), all.begin() + kTrendSamples});
        const double then = median({all.end() - kTrendSamples, all.end()});
        if (now > 2 * then && now - then > 2 * kDurationLeastSeconds)
            find(Severity::Warning, "duration_growing", database,
                 "takes longer and longer: the median of its newest " + std::to_string(kTrendSamples) +
                     " backups is " + span(now) + ", of the oldest " + std::to_string(kTrendSamples) +
                     " of " + std::to_string(all.size()) + " it was " + span(then),
                 {{QStringLiteral("newest_median_seconds"), rounded(now)},
                  {QStringLiteral("oldest_median_seconds"), rounded(then)},
                  {QStringLiteral("samples"), static_cast<qint64>(all.size())}});
    }

    void checkSchedules() {
        for (const auto& kind : endedSchedules(m_policy, m_now))
            find(Severity::Warning, "schedule_ended", {},
                 "has no further run of kind \"" + kind + "\": its schedule \"" +
                     m_policy.schedules.at(kind) + "\" never comes again",
                 {}, kind);
    }

    /// By hand and without an objective: a backup of any age would pass as well. As in the overview one
    /// protects for kProtectionAge, and until then it is said that nothing else was asked for.
    void checkJudged() {
        if (m_policy.recoveryPointObjectiveSeconds.value_or(0) > 0 || !m_policy.schedules.empty())
            return;
        const SourceWatch* oldest = nullptr;
        for (const auto& source : m_out.sources) {
            if (source.state != WatchState::Gone && source.lastGood &&
                (oldest == nullptr || *source.lastGood < *oldest->lastGood))
                oldest = &source;
        }
        if (oldest == nullptr)
            return; // that there is nothing is said otherwise
        const std::int64_t age = wholeSeconds(m_now - *oldest->lastGood);
        const std::int64_t allowed = wholeSeconds(kProtectionAge);
        find(age > allowed ? Severity::Warning : Severity::Notice, "no_objective", {},
             "has neither a schedule nor a recovery point objective: how old its backups may get is not "
             "said; the newest good one of \"" +
                 oldest->database + "\" is " + spanText(age) + " old" +
                 (age > allowed ? ", more than the " + spanText(allowed) + " that count without one" : ""),
             {{QStringLiteral("age_seconds"), static_cast<qint64>(age)},
              {QStringLiteral("allowed_seconds"), static_cast<qint64>(allowed)}});
    }

    /// Nothing of it is missing but that its backups were not read back, as it was told to end or the store
    /// went away; and a verification has done that, of all that are left of them.
    bool wasReadBackSince(const RunRecord& run) const {
        if (!run.error || !isOf(*run.error, "phase", "verify") ||
            !PolicyHistory::namesIn(run.details, "failed_databases").empty() || hadFailedHook(run))
            return false;
        const bool isQuick = isOf(*run.error, "depth", "quick") && m_policy.verifyAfter != "stored";
        const std::string depth = isQuick ? "quick" : "stored"; // there is no deeper one after a run
        std::size_t left = 0;
        for (const auto& backup : m_input.backups) {
            if (std::ranges::find(run.backupIds, backup.id) == run.backupIds.end())
                continue;
            ++left;
            const bool isIntact = std::ranges::any_of(m_input.runs, [&](const RunRecord& look) {
                return look.started <= m_now + kClockTolerance && foundIntact(look, backup.id, depth);
            });
            if (!isIntact || m_history.isDamaged(backup.id))
                return false;
        }
        return left > 0;
    }

    static bool isOf(const Error& error, const std::string& key, const std::string& value) {
        const auto found = error.context.find(key);
        return found != error.context.end() && found->second == value;
    }

    /// One after it, which the run's own error does not tell.
    static bool hadFailedHook(const RunRecord& run) {
        const auto hooks = run.details.value(QLatin1String("hooks")).toArray();
        return std::ranges::any_of(
            hooks, [](const auto& hook) { return hook.toObject().contains(QLatin1String("error")); });
    }

    void checkLastRun() {
        const RunRecord* run = m_history.decisiveRun();
        if (run == nullptr || (run->outcome != RunOutcome::Failed && run->outcome != RunOutcome::Partial))
            return;
        if (wasReadBackSince(*run))
            return;
        const bool failed = run->outcome == RunOutcome::Failed;
        const auto names = PolicyHistory::namesIn(run->details, "failed_databases");
        // A hook, or that nothing was read back, is beside the backups, which are there.
        const bool hasAll = !failed && names.empty() && !run->backupIds.empty();
        std::string text = failed   ? "failed in its newest run"
                           : hasAll ? "made all backups of its newest run"
                                    : "got only a part in its newest run";
        text += " (" + run->id + ")";
        for (std::size_t i = 0; i < names.size() && i < 10; ++i)
            text += (i == 0 ? ", without " : ", ") + names[i];
        if (names.size() > 10)
            text += " and " + std::to_string(names.size() - 10) + " more";
        if (run->error)
            text += (hasAll ? ", but: " : ": ") + run->error->message;
        find(failed ? Severity::Critical : Severity::Warning, failed ? "last_run_failed" : "last_run_partial",
             {}, text, {{QStringLiteral("failed_databases"), static_cast<qint64>(names.size())}});
    }

    /// By a shutdown, or somebody who stopped the service. systemd counts its time as kept: it is not caught
    /// up when the computer is on again, as a time that was missed is.
    void checkCutShort() {
        const RunRecord* run = m_history.cutShort();
        if (run == nullptr)
            return;
        find(Severity::Warning, "run_cut_short", {},
             "was told to end in its timer's newest run (" + run->id + ", begun at " +
                 toRfc3339(run->started) +
                 "), as a shutdown of the computer does, and no run has made up for it: a backup of all "
                 "its databases by hand does, or the next run of its timer",
             {{QStringLiteral("age_seconds"), static_cast<qint64>(wholeSeconds(m_now - run->started))}},
             run->id);
    }

    void checkFuture() {
        const auto future = m_history.future();
        if (!future)
            return;
        const std::int64_t ahead = wholeSeconds(future->newest - m_now);
        find(future->isPassed ? Severity::Notice : Severity::Critical, "future_dated", {},
             "has " + std::to_string(future->count) + " records dated up to " + spanText(ahead) +
                 " in the future: a clock was or is wrong; they count for nothing until it is past" +
                 (future->isPassed ? ". A run since then made backups by today's clock" : ""),
             {{QStringLiteral("records"), static_cast<qint64>(future->count)},
              {QStringLiteral("ahead_seconds"), static_cast<qint64>(ahead)}});
    }

    void sayPaused() {
        std::optional<Instant> oldest;
        for (const auto& source : m_out.sources) {
            if (source.lastGood && (!oldest || *source.lastGood < *oldest))
                oldest = source.lastGood;
        }
        const std::int64_t age = oldest ? wholeSeconds(m_now - *oldest) : -1;
        find(Severity::Notice, "paused", {},
             oldest ? "is paused; what it protects is up to " + spanText(age) + " old"
                    : std::string("is paused, and nothing was ever backed up by it"),
             {{QStringLiteral("age_seconds"), static_cast<qint64>(age)}});
    }

    std::optional<Instant> nextRun() const {
        std::optional<Instant> first;
        for (const auto& [kind, text] : m_policy.schedules) {
            const auto expression = CalendarExpression::parse(text);
            const auto at = expression ? expression->next(m_now) : std::nullopt;
            if (at && (!first || *at < *first))
                first = at;
        }
        return first;
    }

    void settleState(bool paused) {
        for (const auto& source : m_out.sources) {
            if (source.state != WatchState::Gone)
                m_out.state = std::max(m_out.state, source.state);
        }
        for (const auto& finding : m_out.findings) {
            if (finding.severity == Severity::Notice && finding.code == "future_dated")
                continue;
            const WatchState means = finding.code == "last_run_failed"    ? WatchState::Failed
                                     : finding.code == "last_run_partial" ? WatchState::Partial
                                     : finding.code == "never"            ? WatchState::Never
                                     : finding.code == "none_left"        ? WatchState::Never
                                     : finding.code == "first_run"        ? WatchState::Waiting
                                     : finding.code == "future_dated"     ? WatchState::FutureDated
                                                                          : WatchState::Ok;
            m_out.state = std::max(m_out.state, means);
        }
        if (paused)
            m_out.state = WatchState::Paused;
    }

    const WatchInput& m_input;
    const Policy& m_policy;
    const Instant m_now;
    const std::optional<Instant> m_firstRun;
    const PolicyHistory m_history;
    const std::vector<ServerLoss> m_losses;
    std::set<std::string>
        m_lost; ///< their databases: not on the server, and not as one that somebody dropped
    PolicyWatch m_out;
};

/// Servers or stores are known, and nobody wants anything of them: no other finding would say so.
std::vector<Finding> withoutPolicies(const WatchInput& input) {
    if (!input.policies.empty() || input.titles.empty())
        return {};
    return {{Severity::Warning, "no_policy", {}, {}, "there is no policy: nothing is protected", {}}};
}

} // namespace

WatchReport evaluateWatch(const WatchInput& input, Instant now,
                          const std::map<std::string, Instant>& firstRuns, const CancelToken& cancel) {
    WatchReport report;
    report.at = now;
    for (const auto& policy : input.policies) {
        if (cancel.stop_requested())
            return report;
        const auto first = firstRuns.find(policy.uuid);
        report.policies.push_back(
            PolicyEvaluation(input, policy, now,
                             first == firstRuns.end() ? std::nullopt : std::optional(first->second))
                .result());
    }
    std::sort(report.policies.begin(), report.policies.end(),
              [](const PolicyWatch& a, const PolicyWatch& b) { return a.title < b.title; });
    report.stores = watchStores(input, now);
    report.general = withoutPolicies(input);
    report.general.insert(report.general.end(), input.more.begin(), input.more.end());
    const auto bare = unprotectedDatabases(input, now);
    report.general.insert(report.general.end(), bare.begin(), bare.end());
    return report;
}

} // namespace salvor

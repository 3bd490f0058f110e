// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the watch says where it cannot judge, where two findings could say one thing, and of odd names.
#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/dataasof.h"
#include "models/jsonfields.h"
#include "models/retention/retention.h"
#include "models/watch/evaluation.h"
#include "models/watch/nagios.h"
#include "models/watch/prometheus.h"
#include "models/watchworld.h"
#include "support/check.h"

#include <QJsonArray>
#include <QSet>
#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

class TestWatchSaid : public QObject {
    Q_OBJECT
    static RunRecord& drill(World& world, Instant at, RunOutcome outcome, const BackupRecord& of) {
        RunRecord& run = world.run(at, outcome);
        run.kind = "drill";
        run.database = of.database;
        run.backupIds = {of.id};
        run.details = {};
        return run;
    }
    static BackupRecord& backupOf(World& world, Instant at, const std::string& database,
                                  const std::string& databaseId) {
        BackupRecord& made = world.backup(at, 1'000'000'000, 100s, database);
        made.systemId = "7301";
        made.databaseId = databaseId;
        return made;
    }

private slots:
    void databaseThatWasRenamed_isNotGone() {
        World world;
        for (int i = 9; i >= 4; --i) {
            BackupRecord& made = backupOf(world, kNow - i * kDay, "crm", "16400");
            made.restoredAt = kNow - i * kDay + 1h;
            world.run(kNow - i * kDay, RunOutcome::Ok, {"crm"});
        }
        const std::string first = backupOf(world, kNow - 3 * kDay, "kunden", "16400").id;
        BackupRecord& newest = backupOf(world, kNow - 1h, "kunden", "16400");
        newest.sizeBytes = 1'000'000; // of one gigabyte
        world.run(kNow - 1h, RunOutcome::Ok, {"kunden"});
        world.policy().proofWithinSeconds = 30 * 86400;
        const auto report = world.look();
        // Neither its proof nor its usual size began anew.
        QCOMPARE(codes(report), (QStringList{QStringLiteral("renamed"), QStringLiteral("size_small")}));
        const Finding* finding = findingOf(report, "renamed");
        QCOMPARE(finding->database, std::string("crm"));
        QCOMPARE(finding->subject, std::string("kunden"));
        QVERIFY2(finding->message.find("since its backup " + first) != std::string::npos,
                 finding->message.c_str());
        // Dropped and made again by that name it is another one.
        World other;
        backupOf(other, kNow - 2 * kDay, "crm", "16400");
        backupOf(other, kNow - 1h, "kunden", "16999");
        other.run(kNow - 1h, RunOutcome::Ok, {"kunden"});
        QCOMPARE(codes(other.look()), QStringList{QStringLiteral("gone")});
    }

    /// What was proved and measured of the one that had the name before says nothing of this one.
    void databaseThatWasMadeAgain_hasNoProofOfTheFormerOne() {
        World world;
        BackupRecord& former = backupOf(world, kNow - 2 * kDay, "crm", "16400");
        former.restoredAt = kNow - 2 * kDay + 1h;
        const BackupRecord proved = former;
        world.run(kNow - 2 * kDay, RunOutcome::Ok, {"crm"});
        RunRecord& drill = world.run(kNow - 2 * kDay + 1h, RunOutcome::Ok);
        drill.kind = "drill";
        drill.database = "crm";
        drill.backupIds = {proved.id};
        drill.details = {{QStringLiteral("restore_seconds"), 73}, {QStringLiteral("proof_seconds"), 7}};
        world.policy().proofWithinSeconds = 30 * 86400;
        QVERIFY(only(world.look()).sources.front().provedAt == proved.restoredAt);
        QCOMPARE(only(world.look()).sources.front().recoverySeconds, std::optional(80.0));
        backupOf(world, kNow - 1h, "crm", "16999");
        world.run(kNow - 1h, RunOutcome::Ok, {"crm"});
        const auto report = world.look();
        QVERIFY(!only(report).sources.front().provedAt && !only(report).sources.front().recoverySeconds);
        QCOMPARE(codes(report), QStringList{QStringLiteral("proof_old")});
    }

    /// A standby that receives nothing is backed up well, and what is in the backup gets older each night.
    void backupOfAServerThatIsBehind_isAsOldAsWhatItHolds() {
        World world;
        const std::string id = world.backup(kNow - 1h).id;
        RunRecord& run = world.run(kNow - 1h, RunOutcome::Ok);
        QVERIFY(only(world.look()).well());
        noteDataAsOf(run.details, id,
                     {{QLatin1String(kDataAsOfKey), QStringLiteral("2026-11-24T14:00:00Z")}});
        auto report = world.look(); // 22 hours, 25 are allowed
        QCOMPARE(codes(report), QStringList());
        QVERIFY(only(report).sources.front().lastGood == std::optional(kNow - 22h));
        report = world.look(kNow + 4h);
        QCOMPARE(codes(report), QStringList{QStringLiteral("overdue")});
        QCOMPARE(numberOf(findingOf(report, "overdue"), "age_seconds"), qint64(26 * 3600));
        const std::string& said = findingOf(report, "overdue")->message;
        QVERIFY2(said.find("was read from a server that was 21 h behind") != std::string::npos, said.c_str());
        // Without an objective a schedule is kept by a backup of whatever; but it is said.
        world.policy().recoveryPointObjectiveSeconds.reset();
        world.policy().schedules["full"] = "*-*-* 11:00:00 UTC";
        report = world.look(kNow + 4h);
        QCOMPARE(codes(report), QStringList{QStringLiteral("data_old")});
        QCOMPARE(numberOf(findingOf(report, "data_old"), "behind_seconds"), qint64(21 * 3600));
    }

    void databaseThatIsMadeAgainEachNight_isSaidWhereBackupsGoByRules() {
        World world;
        for (int i = 5; i >= 1; --i) {
            backupOf(world, kNow - i * kDay + 1h, "shop", std::to_string(16400 - i));
            world.run(kNow - i * kDay + 1h, RunOutcome::Ok);
        }
        QCOMPARE(codes(world.look()), QStringList()); // all stays anyway
        world.policy().retention = RetentionRules{};
        world.policy().retention->keepLast = 2;
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("former_databases")});
        QCOMPARE(numberOf(findingOf(world.look(), "former_databases"), "former"), qint64(4));
        QVERIFY(only(world.look()).well());
        std::vector<const BackupRecord*> records;
        for (const auto& backup : world.input.backups)
            records.push_back(&backup);
        const auto former = formerSources(records);
        QCOMPARE(former.size(), std::size_t(1));
        QCOMPARE(former.front().database, std::string("shop"));
        QCOMPARE(former.front().former, std::size_t(4));
        std::vector<std::string> ids; // all but those of today's
        for (std::size_t i = 0; i + 1 < records.size(); ++i)
            ids.push_back(records[i]->id);
        QCOMPARE(former.front().backupIds, ids);
        records.resize(1);
        QVERIFY(formerSources(records).empty());
    }

    /// By an orderly reboot: systemd does not catch it up, and it is no failure.
    void timersRun_thatWasToldToEnd_isSaidUntilOneMadeUpForIt() {
        World world;
        world.night(kNow - 24h);
        RunRecord& cut = world.run(kNow - 2h, RunOutcome::Cancelled);
        cut.trigger = "timer";
        cut.details.remove(QStringLiteral("databases"));
        const std::string id = cut.id;
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("run_cut_short")});
        QCOMPARE(findingOf(report, "run_cut_short")->subject, id);
        QVERIFY(!report.wellFor(world.policy().uuid));
        world.run(kNow - 90min, RunOutcome::Cancelled).trigger = "person"; // that one does not make up for it
        world.run(kNow - 80min, RunOutcome::Skipped).trigger = "timer";
        const auto byName = [&](Instant at, const std::string& database) {
            world.backup(at, 1'000'000'000, 100s, database);
            world.run(at, RunOutcome::Ok, {database})
                .details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        };
        byName(kNow - 70min, "crm"); // and the other one is open still
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("run_cut_short")});
        World other = world;
        byName(kNow - 65min, "shop");
        QCOMPARE(codes(world.look()), QStringList());
        world = other;
        world.night(kNow - 1h); // whose rules choose shop alone
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("gone")});
        world.run(kNow - 30min, RunOutcome::Cancelled).trigger = "person"; // it was meant
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("gone")});
    }

    void timersRun_thatWasToldToEnd_isMadeUpForByNameWhereNoneByTheRulesEverEnded() {
        World world;
        RunRecord& cut = world.run(kNow - 2h, RunOutcome::Cancelled, {"crm", "shop"});
        cut.trigger = "timer";
        const auto isSaid = [&] { return findingOf(world.look(), "run_cut_short") != nullptr; };
        const auto byName = [&](Instant at, const std::string& database) {
            world.backup(at, 1'000'000'000, 100s, database);
            world.run(at, RunOutcome::Ok, {database})
                .details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        };
        byName(kNow - 70min, "crm");
        QVERIFY(isSaid());
        byName(kNow - 65min, "shop");
        QVERIFY(!isSaid());
    }

    /// Of one store, in which another policy has the damaged backup: nobody knows how the rest of it is.
    void verificationThatWasCutShort_isNoWordAboutWhatItDidNotReach() {
        World world;
        world.night(kNow - 1h);
        world.verified(kNow - 3 * kDay, {world.input.backups.front().id}, {});
        QVERIFY(!findingOf(world.look(), "verify_failed"));
        const std::string own = world.input.backups.front().id;
        for (const std::string& damaged : {std::string("20260101T000000Z-AAAAAA"), own}) {
            World cut = world;
            cut.verified(kNow - 30min, {}, {damaged});
            RunRecord& run = cut.input.runs.back();
            QVERIFY(!findingOf(cut.look(), "verify_failed")); // it looked at everything: the damage is told
            run.error = Error{ErrorCode::IoError, "host is down", {}, true, {{kDamagedBackupsKey, damaged}}};
            QVERIFY(findingOf(cut.look(), "verify_failed"));
        }
    }

    /// A laptop that wakes up: what makes up for it is at work.
    void overdue_whileACatchUpIsUnderWay_isAWarning() {
        World world;
        world.night(kNow - 30h); // took 100 seconds
        const auto severity = [&](Instant now) {
            const auto report = world.look(now);
            const Finding* finding = findingOf(report, "overdue");
            return finding == nullptr ? Severity::Notice : finding->severity;
        };
        QVERIFY(severity(kNow) == Severity::Critical);
        RunRecord& run = world.run(kNow - 1min, RunOutcome::Running);
        run.ended.reset();
        const std::string id = run.id;
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("overdue")});
        QVERIFY(severity(kNow) == Severity::Warning);
        QVERIFY(findingOf(report, "overdue")->message.find("under way (" + id + ")") != std::string::npos);
        QVERIFY(only(report).state == WatchState::Overdue && !only(report).well());
        QVERIFY(severity(kNow + 1h + 2min) == Severity::Warning);
        QVERIFY(severity(kNow + 1h + 3min) == Severity::Critical); // that one hangs
        // After one that failed the next has to show first that it is better.
        world.input.runs.pop_back();
        world.run(kNow - 2h, RunOutcome::Failed, {"shop"}, {"shop"});
        world.run(kNow - 1min, RunOutcome::Running).ended.reset();
        QVERIFY(severity(kNow) == Severity::Critical);
    }

    /// "verify BACKUP" is not about the other policies of its store, whatever comes of it.
    void verificationOfNamedBackups_thatWasCutShort_accusesTheirPolicyAlone() {
        World world;
        world.night(kNow - 1h);
        const std::string own = world.input.backups.front().id;
        const std::string another = "20260101T000000Z-AAAAAA";
        const auto looking = [&](const std::string& asked, const std::string& damaged) {
            World cut = world;
            cut.verified(kNow - 30min, {},
                         damaged.empty() ? std::vector<std::string>() : std::vector<std::string>{damaged});
            RunRecord& run = cut.input.runs.back();
            run.outcome = RunOutcome::Failed; // also where it got to no backup
            run.details.insert(QLatin1String(kAskedBackupsKey), toJsonArray({asked}));
            run.error = Error{ErrorCode::IoError, "host is down", {}, true, {}};
            if (!damaged.empty())
                run.error->context.emplace(kDamagedBackupsKey, damaged);
            return cut.look();
        };
        QCOMPARE(codes(looking(another, another)), QStringList());
        QVERIFY(findingOf(looking(own, own), "verify_failed"));
        // The store was away, and the backup was named by what its id begins with.
        QVERIFY(findingOf(looking(own.substr(0, 14), {}), "verify_failed"));
        QVERIFY(findingOf(looking(toQt(own).toLower().toStdString(), {}), "verify_failed"));
        QVERIFY(!findingOf(looking("20260101", {}), "verify_failed"));
    }

    /// A run each half hour for ten days, from 40 % to 15 %.
    void store_withManyRunsADay_hasAForecast() {
        World world;
        for (int i = 480; i >= 1; --i) {
            RunRecord& run = world.run(kNow - i * 30min, RunOutcome::Ok);
            run.details.insert(QStringLiteral("store_free_bytes"),
                               toJsonCount(150'000'000'000 + static_cast<std::uint64_t>(i) * 520'833'333));
            run.details.insert(QStringLiteral("store_total_bytes"), toJsonCount(1'000'000'000'000));
        }
        world.backup(kNow - 30min);
        const auto report = world.look();
        const Finding* finding = findingOf(report, "store_full_soon");
        QVERIFY(finding);
        QVERIFY(std::abs(numberOf(finding, "full_in_seconds") - 6 * 86400) < 7200);
        QVERIFY(numberOf(finding, "samples") <= 30);
        QVERIFY2(finding->message.find("of the last 6 d") != std::string::npos, finding->message.c_str());
    }

    void store_thatMovedToASmallerDisk_isJudgedByThatOneOnly() {
        World world;
        world.nights(20);
        for (std::size_t i = 0; i < world.input.runs.size(); ++i) {
            QJsonObject& details = world.input.runs[i].details;
            const bool moved = i >= 15;
            const std::uint64_t free = (moved ? 500'000'000'000 : 2'000'000'000'000) - i * 100'000'000;
            details.insert(QStringLiteral("store_free_bytes"), toJsonCount(free));
            details.insert(QStringLiteral("store_total_bytes"),
                           toJsonCount(moved ? 1'000'000'000'000 : 4'000'000'000'000));
        }
        const auto report = world.look();
        QVERIFY(!findingOf(report, "store_full_soon"));
        QVERIFY(!report.stores.front().fullAt); // not within ten years
    }

    void failedDrill_ofADatabaseThatWasRenamed_isOverWithAGoodOne() {
        World world;
        const BackupRecord before = backupOf(world, kNow - 30h, "kunden", "16400");
        drill(world, kNow - 29h, RunOutcome::Failed, before);
        world.run(kNow - 30h, RunOutcome::Ok, {"kunden"});
        QVERIFY(findingOf(world.look(), "drill_failed"));
        const BackupRecord after = backupOf(world, kNow - 2h, "customers", "16400");
        world.run(kNow - 2h, RunOutcome::Ok, {"customers"});
        const auto renamed = world.look(); // it is of the database, which nobody has proved since
        QCOMPARE(findingOf(renamed, "drill_failed")->database, std::string("customers"));
        QVERIFY(findingOf(renamed, "drill_failed")->severity == Severity::Critical);
        drill(world, kNow - 1h, RunOutcome::Ok, after);
        QVERIFY(!findingOf(world.look(), "drill_failed"));
        std::erase_if(world.input.backups, [&](const BackupRecord& one) { return one.id == before.id; });
        QVERIFY(!findingOf(world.look(), "drill_failed")); // also when its own backup was purged
        QVERIFY(only(world.look()).well());
    }

    void failedDrill_ofADatabaseThatIsGone_isNoAlarmForEver() {
        World world;
        const BackupRecord dropped = backupOf(world, kNow - 30h, "staging", "16401");
        drill(world, kNow - 29h, RunOutcome::Failed, dropped);
        backupOf(world, kNow - 2h, "shop", "16400");
        world.run(kNow - 2h, RunOutcome::Ok, {"shop"});
        const auto report = world.look();
        const auto* said = findingOf(report, "drill_failed");
        QVERIFY(said && said->severity == Severity::Notice); // its backups are all that is left of it
        std::erase_if(world.input.backups, [&](const BackupRecord& one) { return one.id == dropped.id; });
        QVERIFY(!findingOf(world.look(), "drill_failed"));
    }

    /// Retention keeps the newest backup of each, so the failed one is there for good.
    void failedDrill_ofADatabaseThatWasMadeAnew_isNoAlarmForEver() {
        World world;
        const BackupRecord former = backupOf(world, kNow - 30h, "shop", "16400");
        drill(world, kNow - 29h, RunOutcome::Failed, former);
        const BackupRecord present = backupOf(world, kNow - 2h, "shop", "16999");
        world.run(kNow - 2h, RunOutcome::Ok, {"shop"});
        drill(world, kNow - 1h, RunOutcome::Ok, present);
        const auto report = world.look();
        const auto* said = findingOf(report, "drill_failed");
        QVERIFY(said && said->severity == Severity::Notice);
        QVERIFY(only(report).well());
    }

    void policy_atItsFirstRun_saysSo() {
        World world;
        RunRecord& first = world.run(kNow - 1h, RunOutcome::Running);
        first.details.remove(QStringLiteral("databases"));
        const std::string id = first.id;
        const auto report = world.look();
        const auto* never = findingOf(report, "never");
        QVERIFY(never != nullptr);
        QVERIFY2(never->message.find("at work (" + id + ")") != std::string::npos, never->message.c_str());
    }

    void policy_whoseFirstRunIsStillToCome_waits() {
        World world;
        world.policy().schedules = {{"full", "03:00"}};
        world.policy().randomDelaySeconds = 600;
        const Instant first = kNow + 15h;
        const auto report = world.lookWithTimer(first);
        QCOMPARE(codes(report), QStringList{QStringLiteral("first_run")});
        QVERIFY(findingOf(report, "first_run")->severity == Severity::Notice);
        QVERIFY2(findingOf(report, "first_run")->message.find("expected at 2026-11-26T03:00:00Z") !=
                     std::string::npos,
                 findingOf(report, "first_run")->message.c_str());
        QVERIFY(only(report).state == WatchState::Waiting);
        QCOMPARE(toJson(only(report)).value(QLatin1String("state")).toString(), QStringLiteral("waiting"));
        QVERIFY(only(report).well()); // nobody is woken for it
        QCOMPARE(codes(world.lookWithTimer(first, first + 69min)), QStringList{QStringLiteral("first_run")});
        QCOMPARE(codes(world.lookWithTimer(first, first + 71min)), QStringList{QStringLiteral("never")});
        QCOMPARE(codes(world.look()), QStringList{QStringLiteral("never")}); // without a timer
        world.policy().recoveryPointObjectiveSeconds = 10 * 3600;            // it will be broken until then
        QCOMPARE(codes(world.lookWithTimer(first)), QStringList{QStringLiteral("never")});
    }

    void policy_whoseFirstRunIsStillToCome_waitsUntilOneWasTried() {
        World world;
        world.policy().schedules = {{"full", "03:00"}};
        const auto said = [&] { return codes(world.lookWithTimer(kNow + 15h)); };
        RunRecord& run = world.run(kNow - 1h, RunOutcome::Cancelled);
        run.trigger = "person";
        QCOMPARE(said(), QStringList{QStringLiteral("first_run")});
        run.outcome = RunOutcome::Running;
        QCOMPARE(said(), QStringList{QStringLiteral("first_run")});
        run.details.insert(QStringLiteral("selection"), QStringLiteral("named"));
        run.outcome = RunOutcome::Failed;
        QCOMPARE(said(), QStringList{QStringLiteral("never")});
        run.outcome = RunOutcome::Cancelled;
        run.trigger = "timer";
        QVERIFY(said().contains(QStringLiteral("never")));
    }

    /// Two databases that changed names are none that was dropped.
    void databasesThatTookEachOthersPlace_areNoFormerOnes() {
        World world;
        world.policy().retention = RetentionRules{};
        world.policy().retention->keepLast = 2;
        backupOf(world, kNow - 30h, "shop", "16400");
        backupOf(world, kNow - 2h, "shop_old", "16400");
        backupOf(world, kNow - 2h, "shop", "16999");
        world.run(kNow - 2h, RunOutcome::Ok, {"shop", "shop_old"});
        QVERIFY(!findingOf(world.look(), "former_databases"));
        std::vector<const BackupRecord*> records;
        for (const auto& backup : world.input.backups)
            records.push_back(&backup);
        QVERIFY(formerSources(records).empty());
    }

    /// Though another database of the server was swapped once.
    void databaseThatWasRenamed_onAServerWithASwap_isSaid() {
        World world;
        world.input.nameChanges = {{kProfile, kNow - 50h, {{"x_new", "x"}, {"x", "x_before"}}}};
        backupOf(world, kNow - 26h, "crm", "16400");
        world.run(kNow - 26h, RunOutcome::Ok, {"crm"});
        backupOf(world, kNow - 2h, "kunden", "16400");
        world.run(kNow - 2h, RunOutcome::Ok, {"kunden"});
        const auto names = namesToday(world.input.backups, world.input.nameChanges, RenamesByHand::Keep);
        for (std::size_t i = 0; i < names.size(); ++i)
            world.input.backups[i].database = names[i];
        const Finding* finding = findingOf(world.look(), "renamed");
        QVERIFY(finding != nullptr);
        QCOMPARE(finding->database, std::string("crm"));
        QCOMPARE(finding->subject, std::string("kunden"));
    }

    void failedDrill_whoseBackupWasPurged_isOverWithAGoodOneOfTheSameDatabase() {
        World world;
        const BackupRecord purged = backupOf(world, kNow - 30h, "shop", "16400");
        drill(world, kNow - 29h, RunOutcome::Failed, purged);
        const BackupRecord kept = backupOf(world, kNow - 2h, "shop", "16400");
        world.run(kNow - 2h, RunOutcome::Ok, {"shop"});
        world.input.backups.erase(world.input.backups.begin());
        QVERIFY(findingOf(world.look(), "drill_failed"));
        drill(world, kNow - 1h, RunOutcome::Ok, kept);
        QVERIFY(!findingOf(world.look(), "drill_failed"));
    }

    /// The node exporter reads the files of all users, and takes no series twice.
    void prometheus_ofTwoUsersWithTheSameTitles_hasNoSeriesTwice() {
        World world;
        world.nights(8);
        world.policy().mail = {"nobody"}; // a finding
        QSet<QString> series;
        qsizetype lines = 0;
        for (const char* user : {"anna", "be\"rt"}) {
            const QString text = toQt(prometheusText(world.look(), user));
            for (const auto& line : text.split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
                if (line.startsWith(QLatin1Char('#')))
                    continue;
                series.insert(line.left(line.lastIndexOf(QLatin1Char(' '))));
                ++lines;
            }
        }
        QVERIFY(lines > 20);
        QCOMPARE(series.size(), lines);
        QVERIFY(series.contains(QStringLiteral("salvor_watch_last_run_timestamp_seconds{user=\"anna\"}")));
        QVERIFY(
            series.contains(QStringLiteral("salvor_watch_last_run_timestamp_seconds{user=\"be\\\"rt\"}")));
    }

    void database_thatThePolicyNoLongerSelects_isSaidOnce() {
        World world;
        world.backup(kNow - 3 * kDay, 1000, 10s, "old");
        world.nights(2);
        world.policy().rules = {{true, "*"}, {false, "old"}};
        world.input.runs.back().details.insert(QStringLiteral("unselected_databases"), toJsonArray({"old"}));
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("left_out")}); // and not "gone" as well
        QVERIFY(only(report).sources.front().state == WatchState::Gone);
        QVERIFY(!only(report).sources.front().selected);
    }

    void policy_byHandWithoutAnObjective_isNotFlattered() {
        World world;
        world.policy().schedules.clear();
        world.policy().recoveryPointObjectiveSeconds.reset();
        world.night(kNow - 2 * kDay);
        const auto report = world.look();
        QCOMPARE(codes(report), QStringList{QStringLiteral("no_objective")});
        const Finding* finding = findingOf(report, "no_objective");
        QVERIFY(finding->severity == Severity::Notice);
        QCOMPARE(numberOf(finding, "age_seconds"), 2 * 86400);
        QVERIFY(only(report).well());
        // As in the overview: without an objective a backup counts for seven days.
        const auto later = world.look(kNow + 5 * kDay + 1s);
        QVERIFY(findingOf(later, "no_objective")->severity == Severity::Warning);
        QVERIFY(!only(later).well());
        QVERIFY(nagiosAnswer(later).state == NagiosState::Warning);
        world.policy().recoveryPointObjectiveSeconds = 30 * 86400;
        QCOMPARE(codes(world.look(kNow + 5 * kDay + 1s)), QStringList());
    }

    /// What it promised and did not come to, somebody did for it.
    void runThatWasNotReadBack_isWholeOnceAVerificationFoundItIntact() {
        World world;
        world.nights(2);
        const std::string own = world.backup(kNow - 2h).id;
        RunRecord& cut = world.run(kNow - 2h, RunOutcome::Partial);
        cut.backupIds = {own, "one that was deleted since"};
        cut.error = Error{
            ErrorCode::Interrupted, "not read back", {}, false, {{"phase", "verify"}, {"depth", "stored"}}};
        const std::size_t at = world.input.runs.size() - 1;
        const QStringList partial{QStringLiteral("last_run_partial")};
        QCOMPARE(codes(world.look()), partial);
        world.verified(kNow - 1h, {own}, {}, QStringLiteral("quick"));
        QCOMPARE(codes(world.look()), partial); // sizes are no bytes
        world.verified(kNow - 50min, {"another one"}, {}, QStringLiteral("full"));
        QCOMPARE(codes(world.look()), partial);
        world.verified(kNow - 40min, {own}, {}, QStringLiteral("stored"));
        QCOMPARE(codes(world.look()), QStringList());
        QVERIFY(only(world.look()).well());
        World damaged = world;
        damaged.verified(kNow - 30min, {}, {own}, QStringLiteral("stored"));
        QVERIFY(findingOf(damaged.look(), "last_run_partial") != nullptr);
        World hook = world;
        hook.input.runs[at].details.insert(
            QStringLiteral("hooks"),
            QJsonArray{QJsonObject{{QStringLiteral("error"), QStringLiteral("tool_failed")}}});
        QCOMPARE(codes(hook.look()), partial);
        World without = world;
        without.input.runs[at].details.insert(QStringLiteral("failed_databases"), toJsonArray({"crm"}));
        QVERIFY(findingOf(without.look(), "last_run_partial") != nullptr);
        // As deep as the run was to do it, and as its policy wants it by now.
        World quick = world;
        quick.input.runs.pop_back(); // the one of all bytes
        quick.input.runs[at].error->context["depth"] = "quick";
        QCOMPARE(codes(quick.look()), QStringList());
        quick.policy().verifyAfter = "stored";
        QCOMPARE(codes(quick.look()), partial);
    }

    /// What a verification may not read is no damage, and not well either, whatever else it found.
    void verification_thatMayNotRead_isNotWell() {
        World world;
        world.nights(2);
        const auto look = [&](const std::vector<std::string>& unread) {
            RunRecord& run = world.run(kNow - 1h, RunOutcome::Failed);
            run.kind = "verify";
            run.policyUuid.clear();
            run.backupIds = {"somebody else's"};
            run.error = Error{ErrorCode::PermissionDenied, "cannot open refs/ab", {}, false, {}};
            run.details = {{QStringLiteral("unread_backups"), toJsonArray(unread)},
                           {QStringLiteral("damaged_backups"), toJsonArray({"of another policy"})}};
            const auto report = world.look();
            world.input.runs.pop_back();
            return report;
        };
        QCOMPARE(codes(look({"another"})), QStringList());
        const auto report = look({world.input.backups.front().id});
        QCOMPARE(codes(report), QStringList{QStringLiteral("verify_failed")});
        QVERIFY(findingOf(report, "verify_failed")->message.find("cannot open refs/ab") != std::string::npos);
        QVERIFY(!only(report).well());
    }

    void names_withLineBreaks_stayOnOneLine() {
        World world;
        world.backup(kNow - 100 * kDay, 1000, 10s, "two\nlines|'");
        world.nights(2);
        const std::string text = nagiosAnswer(world.look()).text;
        QVERIFY2(text.find("\"two\\nlines/'\"") != std::string::npos, text.c_str());
        QCOMPARE(std::count(text.begin(), text.end(), '\n'), 1); // the first line, and that of "gone"
        QVERIFY(findingOf(world.look(), "gone")->message.find("two\nlines|'") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestWatchSaid)
#include "test_watchsaid.moc"

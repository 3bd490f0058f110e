// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the catalog sums up for charts, against the same done by hand.
#include "models/catalog/catalogdatabase.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <map>
#include <set>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)) + 1h;

BackupRecord makeBackup(int number, std::uint64_t bytes) {
    BackupRecord backup;
    backup.id = "B" + std::to_string(100000 + number);
    backup.repositoryId = "r1";
    backup.runId = "run";
    backup.profileUuid = "p1";
    backup.profileTitle = "prod";
    backup.database = "shop";
    backup.kind = "full";
    backup.trigger = number % 2 == 0 ? "timer" : "person";
    backup.started = kStart + number * 1h;
    backup.ended = backup.started + 100s;
    backup.sizeBytes = bytes;
    backup.storedBytes = bytes / 2;
    backup.newStoredBytes = bytes / 8;
    return backup;
}

RunRecord makeRun(int number, RunOutcome outcome, Instant started, const std::string& database = "shop") {
    RunRecord run;
    run.id = "R" + std::to_string(100000 + number);
    run.kind = "backup";
    run.repositoryId = "r1";
    run.profileUuid = "p1";
    run.profileTitle = "prod";
    run.database = database;
    run.started = started;
    run.ended = started + 1min;
    run.outcome = outcome;
    return run;
}

class Catalog {
public:
    Catalog()
        : database(
              std::move(*CatalogDatabase::open(folder.filePath(QStringLiteral("c.sqlite")).toStdString()))) {}
    Result<> fill(std::vector<BackupRecord> backups, std::vector<RunRecord> runs = {}) {
        RepositoryContents contents;
        contents.backups = std::move(backups);
        contents.runs = std::move(runs);
        return database->replaceRepository("r1", contents);
    }
    QTemporaryDir folder;
    std::unique_ptr<CatalogDatabase> database;
};

TrendQuery queryOf(std::size_t buckets, int hours) {
    TrendQuery query;
    query.profileUuid = "p1";
    query.database = "shop";
    query.from = kStart;
    query.to = kStart + hours * 1h;
    query.buckets = buckets;
    return query;
}

/// The same each time: 1000 to 1099.
std::uint64_t wobble(int number) { return 1000 + static_cast<std::uint64_t>(number * 7919 % 100); }

} // namespace

class TestCatalogTrends : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() { qputenv("TZ", "Europe/Berlin"); }

    void trend_fewBackups_givesEach() {
        Catalog catalog;
        std::vector<BackupRecord> backups;
        for (int i = 0; i < 20; ++i)
            backups.push_back(makeBackup(i, 1000 + static_cast<std::uint64_t>(i)));
        QVERIFY(catalog.fill(backups).has_value());
        const auto points = catalog.database->trend(queryOf(1000, 20));
        QVERIFY2(points.has_value(), points ? "" : points.error().toText().c_str());
        QCOMPARE(points->size(), std::size_t(20));
        for (std::size_t i = 0; i < points->size(); ++i) {
            QCOMPARE((*points)[i].backupId, backups[i].id);
            QVERIFY((*points)[i].at == backups[i].started);
            QCOMPARE((*points)[i].value, static_cast<double>(backups[i].sizeBytes));
        }
    }

    void trend_many_keepsLeastGreatestAndLastOfEachBucket() {
        Catalog catalog;
        constexpr int kBackups = 3000;
        constexpr std::size_t kBuckets = 50;
        std::vector<BackupRecord> backups;
        for (int i = 0; i < kBackups; ++i)
            backups.push_back(makeBackup(i, wobble(i)));
        QVERIFY(catalog.fill(backups).has_value());
        const auto points = catalog.database->trend(queryOf(kBuckets, kBackups));
        QVERIFY(points.has_value());
        QVERIFY(points->size() <= 3 * kBuckets);
        QVERIFY(points->size() > kBuckets);
        QVERIFY(std::is_sorted(points->begin(), points->end(),
                               [](const auto& a, const auto& b) { return a.at < b.at; }));
        std::set<std::string> given;
        for (const auto& point : *points)
            given.insert(point.backupId);
        const auto width = std::chrono::microseconds(
            std::chrono::microseconds(kBackups * 1h).count() / static_cast<std::int64_t>(kBuckets) + 1);
        std::map<std::int64_t, std::vector<const BackupRecord*>> buckets;
        for (const auto& one : backups)
            buckets[(one.started - kStart) / width].push_back(&one);
        for (const auto& [bucket, members] : buckets) {
            const auto bySize = [](const auto* a, const auto* b) { return a->sizeBytes < b->sizeBytes; };
            const auto least = (*std::min_element(members.begin(), members.end(), bySize))->sizeBytes;
            const auto greatest = (*std::max_element(members.begin(), members.end(), bySize))->sizeBytes;
            bool hasLeast = false;
            bool hasGreatest = false;
            for (const auto* one : members) {
                if (!given.contains(one->id))
                    continue;
                hasLeast = hasLeast || one->sizeBytes == least;
                hasGreatest = hasGreatest || one->sizeBytes == greatest;
            }
            QVERIFY(hasLeast && hasGreatest);
            QVERIFY(given.contains(members.back()->id));
        }
    }

    void trend_onePeakAmongMany_isNeverLostAndMarked() {
        Catalog catalog;
        std::vector<BackupRecord> backups;
        for (int i = 0; i < 2000; ++i)
            backups.push_back(makeBackup(i, i == 1234 ? 90'000 : wobble(i)));
        QVERIFY(catalog.fill(backups).has_value());
        const auto points = catalog.database->trend(queryOf(10, 2000));
        QVERIFY(points.has_value());
        const auto peak = std::find_if(points->begin(), points->end(),
                                       [&](const auto& point) { return point.backupId == backups[1234].id; });
        QVERIFY(peak != points->end());
        QVERIFY(peak->anomaly);
        QVERIFY(peak->usual > 900 && peak->usual < 1200);
        QCOMPARE(std::count_if(points->begin(), points->end(), [](const auto& one) { return one.anomaly; }),
                 1);
    }

    void trend_usual_comesFromBeforeTheWindow() {
        Catalog catalog;
        std::vector<BackupRecord> backups;
        for (int i = 0; i < 30; ++i)
            backups.push_back(makeBackup(i, i == 29 ? 50'000 : wobble(i)));
        QVERIFY(catalog.fill(backups).has_value());
        TrendQuery query = queryOf(100, 30);
        query.from = backups[29].started;
        const auto points = catalog.database->trend(query);
        QVERIFY(points.has_value());
        QCOMPARE(points->size(), std::size_t(1));
        QVERIFY(points->front().anomaly);
    }

    void trend_measures_haveTheirUnits() {
        Catalog catalog;
        auto instant = makeBackup(1, 8000);
        instant.ended = instant.started; // no throughput can be told
        QVERIFY(catalog.fill({makeBackup(0, 8000), instant}).has_value());
        const std::pair<TrendMeasure, double> wanted[] = {{TrendMeasure::Size, 8000},
                                                          {TrendMeasure::StoredSize, 4000},
                                                          {TrendMeasure::Duration, 100},
                                                          {TrendMeasure::Throughput, 80},
                                                          {TrendMeasure::AlreadyStored, 75}};
        for (const auto& [measure, value] : wanted) {
            TrendQuery query = queryOf(10, 2);
            query.measure = measure;
            const auto points = catalog.database->trend(query);
            QVERIFY2(points.has_value(), points ? "" : points.error().toText().c_str());
            QCOMPARE(points->front().value, value);
            QCOMPARE(points->size(), measure == TrendMeasure::Throughput ? std::size_t(1) : std::size_t(2));
        }
        TrendQuery other = queryOf(10, 2);
        other.database = "another";
        QVERIFY(catalog.database->trend(other)->empty());
        other = queryOf(10, 0);
        QVERIFY(catalog.database->trend(other)->empty());
    }

    void outcomes_byLocalDay_withAndWithoutASource() {
        Catalog catalog;
        // 23:30 UTC is the next day in Berlin.
        const Instant late = Instant(std::chrono::sys_days(std::chrono::year(2026) / 3 / 1)) + 23h + 30min;
        QVERIFY(
            catalog
                .fill({}, {makeRun(1, RunOutcome::Ok, late), makeRun(2, RunOutcome::Failed, late - 2h),
                           makeRun(3, RunOutcome::Partial, late + 1h),
                           makeRun(4, RunOutcome::Ok, late, "crm"), makeRun(5, RunOutcome::Cancelled, late)})
                .has_value());
        OutcomeQuery query;
        query.from = late - 48h;
        query.to = late + 48h;
        auto days = catalog.database->outcomesByDay(query);
        QVERIFY2(days.has_value(), days ? "" : days.error().toText().c_str());
        QCOMPARE(days->size(), std::size_t(2));
        QCOMPARE(days->at(0).day, QDate(2026, 3, 1));
        QCOMPARE(days->at(0).failed, std::uint64_t(1));
        QCOMPARE(days->at(1).day, QDate(2026, 3, 2));
        QCOMPARE(days->at(1).ok, std::uint64_t(2));
        QCOMPARE(days->at(1).partial, std::uint64_t(1));
        QCOMPARE(days->at(1).other, std::uint64_t(1));
        query.profileUuid = "p1";
        query.database = "crm";
        days = catalog.database->outcomesByDay(query);
        QCOMPARE(days->size(), std::size_t(1));
        QCOMPARE(days->at(0).ok, std::uint64_t(1));
    }

    /// "shop" got its name by a swap: before, another database had it, and it was "fresh".
    void namesThatMoved_showTheDatabaseAndNotTheName() {
        Catalog catalog;
        std::vector<BackupRecord> backups;
        std::vector<RunRecord> runs;
        for (int i = 0; i < 10; ++i) {
            backups.push_back(makeBackup(i, i < 6 ? 100'000 : 500));
            runs.push_back(makeRun(i, i < 6 ? RunOutcome::Failed : RunOutcome::Ok, kStart + i * 1h));
        }
        backups.push_back(makeBackup(20, 400));
        backups.back().started = kStart + 3h;
        backups.back().database = "fresh";
        runs.push_back(makeRun(20, RunOutcome::Partial, kStart + 3h, "fresh"));
        QVERIFY(catalog.fill(backups, runs).has_value());
        const Instant swap = kStart + 5h + 30min;
        const std::vector<NameSpan> names{{"shop", swap, std::nullopt}, {"fresh", std::nullopt, swap}};
        const TrendQuery query = queryOf(100, 30);
        QCOMPARE(catalog.database->trend(query)->size(), std::size_t(10));
        const auto points = catalog.database->trend(query, names);
        QVERIFY2(points.has_value(), points ? "" : points.error().toText().c_str());
        QCOMPARE(points->size(), std::size_t(5));
        QCOMPARE(points->front().value, 400.0);
        for (const auto& point : *points)
            QVERIFY(point.value < 1000 &&
                    !point.anomaly); // nothing of the other one, not even in what is usual
        OutcomeQuery outcomes;
        outcomes.profileUuid = "p1";
        outcomes.database = "shop";
        outcomes.from = kStart - 48h;
        outcomes.to = kStart + 48h;
        std::uint64_t ok = 0;
        std::uint64_t partial = 0;
        const auto days = catalog.database->outcomesByDay(outcomes, names);
        QVERIFY2(days.has_value(), days ? "" : days.error().toText().c_str());
        for (const auto& day : *days) {
            QCOMPARE(day.failed, std::uint64_t(0));
            ok += day.ok;
            partial += day.partial;
        }
        QCOMPARE(ok, std::uint64_t(4));
        QCOMPARE(partial, std::uint64_t(1));
        SourceStatus source;
        source.profileUuid = "p1";
        source.database = "shop";
        QVERIFY(catalog.database->followNames(source, names).has_value());
        QCOMPARE(source.recentRuns.size(), std::size_t(5));
        QVERIFY(source.recentRuns.front().outcome == RunOutcome::Partial);
        QCOMPARE(source.state, std::string("ok"));
    }

    void growthAndTotals_sumByDay() {
        Catalog catalog;
        std::vector<BackupRecord> backups;
        for (int i = 0; i < 48; ++i)
            backups.push_back(makeBackup(i, 800));
        QVERIFY(catalog.fill(backups).has_value());
        const auto growth = catalog.database->growth("r1");
        QVERIFY(growth.has_value());
        QCOMPARE(growth->size(), std::size_t(3)); // from 1:00 on
        QCOMPARE(growth->at(0).addedBytes, std::uint64_t(2300));
        QCOMPARE(growth->at(1).addedBytes, std::uint64_t(2400));
        QVERIFY(growth->at(1).day == kStart - 1h + 24h);
        const auto totals = catalog.database->totals("r1");
        QCOMPARE(totals->backups, std::uint64_t(48));
        QCOMPARE(totals->sizeBytes, std::uint64_t(48 * 800));
        QCOMPARE(catalog.database->totals("nothing")->backups, std::uint64_t(0));
    }

    void lists_newFiltersAndOrders() {
        Catalog catalog;
        auto held = makeBackup(0, 10);
        held.held = true;
        auto read = makeBackup(1, 20);
        read.readBackAt = read.ended;
        auto proved = makeBackup(2, 30);
        proved.restoredAt = proved.ended;
        proved.kind = "differential";
        QVERIFY(catalog
                    .fill({held, read, proved},
                          {makeRun(1, RunOutcome::Ok, kStart), makeRun(2, RunOutcome::Failed, kStart),
                           makeRun(3, RunOutcome::Partial, kStart)})
                    .has_value());
        const auto ids = [&](const BackupFilter& filter) {
            std::vector<std::string> found;
            const auto page = catalog.database->backups(filter);
            for (const auto& one : *page->rows)
                found.push_back(one.id);
            return found;
        };
        BackupFilter filter;
        filter.onlyUnchecked = true;
        QCOMPARE(ids(filter), std::vector{held.id});
        filter = {};
        filter.onlyReadBack = true;
        QCOMPARE(ids(filter), std::vector{read.id});
        filter = {};
        filter.ids = {proved.id, "of none"};
        QCOMPARE(ids(filter), std::vector{proved.id});
        filter.ids->clear();
        QVERIFY(ids(filter).empty());
        filter = {};
        filter.kind = "differential";
        QCOMPARE(ids(filter), std::vector{proved.id});
        filter = {};
        filter.sort = BackupFilter::Sort::Checked;
        QCOMPARE(ids(filter), (std::vector{proved.id, read.id, held.id}));
        filter.sort = BackupFilter::Sort::Kind;
        QCOMPARE(ids(filter).back(), proved.id);
        filter.sort = BackupFilter::Sort::Trigger;
        QCOMPARE(ids(filter).back(), read.id);
        RunFilter runs;
        runs.onlyTroubled = true;
        QCOMPARE(catalog.database->runs(runs)->total, std::uint64_t(2));
    }
};

QTEST_GUILESS_MAIN(TestCatalogTrends)
#include "test_catalogtrends.moc"

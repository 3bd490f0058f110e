// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A target server whose lock table is too small for the proof: it is said before anything is written.
#include "engines/postgresql/pgprooflocks.h"

#include "roundtrip.h"

#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr int kTooMany = 1500; // for a server of these settings
const std::vector<std::string> kFewLocks{"max_connections=14",       "max_locks_per_transaction=10",
                                         "max_worker_processes=0",   "max_wal_senders=0",
                                         "autovacuum_max_workers=1", "huge_pages=off"};

/// Of a database with so many tables, in ranges some of them.
void addTables(BackupContents& contents, int count) {
    Phase phase{"data", true, {}};
    for (int i = 0; i < count; ++i) {
        Item item;
        item.kind = i % 10 == 0 ? "table_range" : "table";
        item.details = QJsonObject{{QStringLiteral("schema"), QStringLiteral("public")},
                                   {QStringLiteral("relation"), QStringLiteral("t%1").arg(i)}};
        for (int range = 0; range < (i % 10 == 0 ? 3 : 1); ++range) {
            item.id = item.kind + ":public.t" + std::to_string(i) + ":" + std::to_string(range);
            phase.items.push_back(item);
            contents.reports.emplace_back();
        }
    }
    contents.plan.phases.push_back(std::move(phase));
}

const PreflightFinding* locksOf(const Preflight& preflight) {
    const auto found = std::ranges::find(preflight.findings, std::string("locks"), &PreflightFinding::check);
    return found == preflight.findings.end() ? nullptr : &*found;
}

} // namespace

class TestPgProofLocks : public QObject {
    Q_OBJECT

private slots:
    void locksOfProof_areThoseOfTheBiggestArchive() {
        BackupContents contents;
        addTables(contents, 20);
        contents.plan.server = {{QStringLiteral("relations"),
                                 QJsonArray{QStringLiteral("p public.root"), QStringLiteral("r public.t0"),
                                            QStringLiteral("v public.view")}}};
        QCOMPARE(pgLocksOfProof(contents), std::uint64_t{21});
        // Those of an archive of chunks are not in the first one.
        Item part;
        part.kind = "schema_chunks";
        part.details = QJsonObject{
            {QStringLiteral("schema"), QStringLiteral("public")},
            {QStringLiteral("relations"), QJsonArray{QStringLiteral("t1"), QStringLiteral("t2")}}};
        contents.plan.phases.front().items.push_back(part);
        QCOMPARE(pgLocksOfProof(contents), std::uint64_t{19});
        QJsonArray many;
        for (int i = 0; i < 50; ++i)
            many.append(QStringLiteral("chunk%1").arg(i));
        part.details.insert(QStringLiteral("relations"), many);
        contents.plan.phases.front().items.push_back(part);
        QCOMPARE(pgLocksOfProof(contents), std::uint64_t{50});
    }

    void preflight_moreTablesThanLocks_isSaidWithNumbersAndSetting() {
        // The other one has hardly enough for pg_dump of an empty database.
        SALVOR_NEED_SERVER(server, "pg-plain");
        SALVOR_NEED_PRIVATE(own, "pg-plain", {.settings = kFewLocks});
        RoundTrip trip(server);
        const LabProfile few(own->server());
        const auto specOf = [&] {
            auto spec = trip.spec();
            spec.connection = few.connection();
            return spec;
        };
        const auto done = trip.backUp();
        QVERIFY2(done, why(done));
        const BackupContents small = trip.backup.contents;
        const auto level = [&](int tables, bool proves) -> std::string {
            trip.backup.contents = small;
            addTables(trip.backup.contents, tables);
            trip.restoreOptions = {{QStringLiteral("prove"), proves}};
            const auto preflight = trip.engine.preflight(specOf(), {});
            if (!preflight)
                return preflight.error().toText();
            const auto* finding = locksOf(*preflight);
            const auto blocker = std::ranges::find(preflight->findings, PreflightFinding::Level::Blocker,
                                                   &PreflightFinding::level);
            if (finding == nullptr)
                return blocker == preflight->findings.end() ? "" : blocker->text;
            if (finding->text.find(std::to_string(tables)) == std::string::npos ||
                finding->text.find("140 locks") == std::string::npos ||
                finding->hint.find("max_locks_per_transaction") == std::string::npos)
                return finding->text + " " + finding->hint;
            return finding->level == PreflightFinding::Level::Blocker ? "blocker" : "warning";
        };
        const std::string enough = level(100, true);
        QVERIFY2(enough.empty(), enough.c_str());
        QCOMPARE(level(200, true), std::string("warning"));
        QCOMPARE(level(kTooMany, true), std::string("blocker"));
        QCOMPARE(level(kTooMany, false), std::string());
        // The restore itself asks, too.
        trip.restoreOptions = {};
        const auto restored = trip.engine.prepareRestore(specOf(), trip.progress, {});
        QVERIFY(!restored);
        QCOMPARE(restored.error().context.at("check"), std::string("locks"));
        LabConnection there(own->server(), "postgres");
        QCOMPARE(there.value("SELECT count(*) FROM pg_database WHERE starts_with(datname, '" +
                             trip.finalName() + "')"),
                 std::string("0"));
    }

    /// What the preflight is sure of is so, and what pg_dump says then has the setting as its hint, and is
    /// short.
    void pgDump_moreTablesThanTheSureLimit_failsAndNamesTheSetting_data() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("the distribution's") << "pg-plain";
        QTest::newRow("one statement locks many") << "pg17";
    }
    void pgDump_moreTablesThanTheSureLimit_failsAndNamesTheSetting() {
        QFETCH(QString, kind);
        SALVOR_NEED_PRIVATE(own, kind.toStdString(), {.settings = kFewLocks});
        RoundTrip trip(own->server());
        for (int first = 0; first < kTooMany; first += 50)
            trip.source.run("DO $$ BEGIN FOR i IN " + std::to_string(first) + ".." +
                            std::to_string(first + 49) +
                            " LOOP EXECUTE 'CREATE TABLE t' || i || ' (a int)'; END LOOP; END $$");
        // As a proof does: it does not ask for room.
        trip.options = {{QStringLiteral("lock_budget"), 1'000'000}, {QStringLiteral("first_bytes"), 0}};
        const auto snapshot = trip.engine.prepareBackup(
            {trip.lab.connection(), trip.source.name(), trip.options}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        BytesSink sink;
        const auto session = (*snapshot)->openSession({});
        QVERIFY2(session, why(session));
        const auto items = itemsOf((*snapshot)->plan());
        const auto schema = std::ranges::find(items, std::string("schema"), &Item::id);
        QVERIFY(schema != items.end());
        const auto report = (*snapshot)->read(*schema, **session, sink, {});
        QVERIFY(!report);
        QVERIFY2(report.error().hint.find("raise max_locks_per_transaction") != std::string::npos,
                 why(report));
        QVERIFY2(report.error().message.size() < 4000, why(report));
    }
};

QTEST_GUILESS_MAIN(TestPgProofLocks)
#include "test_pgprooflocks.moc"

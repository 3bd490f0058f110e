// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A standby as the source of a backup: what cannot be read there, and what its replay does to a backup.
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgendpoint.h"
#include "engines/postgresql/pgstandby.h"
#include "engines/postgresql/pgstandbyage.h"
#include "models/base/clock.h"
#include "models/base/json.h"
#include "models/dataasof.h"

#include "roundtrip.h"
#include "support/patience.h"

#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

bool names(const std::vector<std::string>& notes, const std::string& text) {
    return std::ranges::any_of(notes, [&](const auto& note) { return note.find(text) != std::string::npos; });
}

bool names(const QJsonArray& notes, const std::string& text) {
    return std::ranges::any_of(notes, [&](const QJsonValue& note) {
        return note.toString().toStdString().find(text) != std::string::npos;
    });
}

Result<ItemReport> readOne(Snapshot& snapshot, const std::string& id) {
    for (const auto& item : itemsOf(snapshot.plan())) {
        if (item.id != id)
            continue;
        NullSink sink;
        SALVOR_ASSIGN(const auto session, snapshot.openSession({}));
        return snapshot.read(item, *session, sink, {});
    }
    return failure(ErrorCode::NotFound, "the plan has no item " + id);
}

} // namespace

class TestPgStandby : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        SALVOR_NEED_PRIVATE(primary, "pg-plain", {.settings = {"autovacuum=off"}});
        // What is in the way of the replay is ended at once; but not for the rows that VACUUM takes.
        SALVOR_NEED_PRIVATE(standby, "pg-plain",
                            {.settings = {"max_standby_streaming_delay=0", "hot_standby_feedback=on",
                                          "wal_receiver_status_interval=1"},
                             .follows = primary.get()});
        m_primary = std::move(primary);
        m_standby = std::move(standby);
    }
    void cleanupTestCase() {
        m_standby.reset();
        m_primary.reset();
    }

    void backUp_withUnloggedTables_leavesThemEmptyByName() {
        RoundTrip trip(m_primary->server());
        trip.source.run(
            "CREATE UNLOGGED TABLE cache (id int GENERATED ALWAYS AS IDENTITY, v text);"
            "INSERT INTO cache (v) VALUES ('a'), ('b'); CREATE UNLOGGED SEQUENCE counter;"
            "SELECT nextval('counter'), nextval('counter'); CREATE TABLE kept (id serial, v text);"
            "INSERT INTO kept (v) VALUES ('x'), ('y'), ('z')");
        QVERIFY(caughtUp());
        const LabProfile standby(m_standby->server());
        {
            const auto snapshot =
                trip.engine.prepareBackup({standby.connection(), trip.source.name(), {}}, trip.progress, {});
            QVERIFY2(snapshot, why(snapshot));
            auto saved = readAll(**snapshot);
            QVERIFY2(saved, why(saved));
            trip.backup = std::move(*saved);
        }
        QVERIFY(trip.backup.find("table:public.cache") == nullptr);
        QCOMPARE(trip.backup.report("table:public.kept")->rows, 3U);
        const auto& notes = trip.backup.contents.plan.notes;
        QVERIFY(names(notes, "the unlogged table public.cache, as the backup was made from a standby"));
        QVERIFY(names(notes, "the unlogged sequence public.counter"));
        QVERIFY(!names(notes, "captured like the others"));

        QVERIFY2(trip.restore(), "the restore failed");
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        QCOMPARE(*differences, std::vector<std::string>());
        QVERIFY(names(trip.finish[QStringLiteral("not_compared_because")].toArray(), "public.cache"));
        const auto revealed = trip.target->reveal({});
        QVERIFY2(revealed, why(revealed));
        QVERIFY(names((*revealed)[QStringLiteral("left_off")].toArray(), "public.cache"));
        LabConnection back(m_primary->server(), trip.finalName());
        QCOMPARE(back.value("SELECT count(*) FROM cache"), std::string("0"));
        QCOMPARE(back.value("INSERT INTO cache (v) VALUES ('new') RETURNING id"), std::string("1"));
        QCOMPARE(back.value("SELECT nextval('counter')"), std::string("1"));
        // The standby knows a sequence's value in steps of 32, never behind.
        QCOMPARE(back.value("SELECT count(*) || ' ' || (nextval('kept_id_seq') > 3) FROM kept"),
                 std::string("3 true"));
    }

    void backUp_ofThePrimary_holdsUnloggedTables() {
        RoundTrip trip(m_primary->server());
        trip.source.run("CREATE UNLOGGED TABLE cache (v text); INSERT INTO cache (v) VALUES ('a'), ('b')");
        QCOMPARE(trip.whole(), std::string());
        QCOMPARE(trip.backup.report("table:public.cache")->rows, 2U);
        QVERIFY(names(trip.backup.contents.plan.notes, "captured like the others"));
        QVERIFY(!trip.backup.contents.plan.server.contains(QStringLiteral("unlogged_on_standby")));
    }

    void testConnection_ofAStandby_saysWhatBackupsLeaveOut() {
        RoundTrip trip(m_primary->server());
        trip.source.run("CREATE UNLOGGED TABLE cache (v text)");
        QVERIFY(caughtUp());
        const LabProfile standby(m_standby->server());
        const auto report = trip.engine.testConnection(standby.connection(), {});
        QVERIFY2(report, why(report));
        QVERIFY(names(report->notes, "nothing can be restored to it"));
        QVERIFY(names(report->notes, trip.source.name() + " from here leave out what is in public.cache."));
        const auto notes = trip.engine.sourceNotes(standby.connection(), trip.source.name(), {});
        QVERIFY2(notes, why(notes));
        QVERIFY(names(*notes, "the unlogged table public.cache"));
        const auto own = trip.engine.testConnection(trip.lab.connection(), {});
        QVERIFY2(own, why(own));
        QVERIFY(!names(own->notes, "standby"));
    }

    void standbyThatHasAll_isNoWarningHoweverOldTheLastChangeIs() {
        RoundTrip trip(m_primary->server());
        QVERIFY(caughtUp());
        const auto server = factsOf(trip);
        const QJsonObject standby = server[QStringLiteral("standby")].toObject();
        QCOMPARE(standby[QStringLiteral("receives")].toString(), QStringLiteral("stream"));
        QVERIFY(!standby[QStringLiteral("behind")].toBool());
        QVERIFY(fromRfc3339(standby[QStringLiteral("as_of")].toString().toStdString()));
        QJsonObject old = standby;
        old.insert(QStringLiteral("lag_seconds"), 90 * 86'400);
        QCOMPARE(pgStandbyWarning(old), std::string());
        QVERIFY(!server.contains(QLatin1String(kDataAsOfKey)));
        QVERIFY(!server.contains(QLatin1String(kSourceWarningKey)));
        QVERIFY(names(m_notes, "Made from a standby that has replayed all that it received."));
        const auto own =
            trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), {}}, trip.progress, {});
        QVERIFY2(own, why(own));
        QVERIFY(!(*own)->plan().server.contains(QStringLiteral("standby")));
        QVERIFY(!names((*own)->plan().notes, "Made from a standby"));
    }

    void standbyThatReceivesNothing_isSaidInTestNotesAndWarning() {
        RoundTrip trip(m_primary->server());
        QVERIFY(caughtUp());
        LabConnection there(m_standby->server(), "postgres");
        const std::string conninfo = there.value("SHOW primary_conninfo");
        const auto connect = [&](const std::string& to) {
            there.run("ALTER SYSTEM SET primary_conninfo = '" + doubled(to) + "'");
            there.run("SELECT pg_reload_conf()");
        };
        const auto receivers = [&] { return there.value("SELECT count(*) FROM pg_stat_wal_receiver"); };
        connect("");
        QTRY_COMPARE_WITH_TIMEOUT(receivers(), std::string("0"), kPatience);
        trip.source.run("CREATE TABLE later (i int)");
        const auto server = factsOf(trip);
        const LabProfile standby(m_standby->server());
        const auto report = trip.engine.testConnection(standby.connection(), {});
        connect(conninfo);
        QTRY_COMPARE_WITH_TIMEOUT(receivers(), std::string("1"), kPatience);
        const std::string said = "The server is a standby that receives nothing: no server sends it changes";
        QCOMPARE(server[QStringLiteral("standby")][QStringLiteral("receives")].toString(),
                 QStringLiteral("nothing"));
        QVERIFY(server[QLatin1String(kSourceWarningKey)].toString().startsWith(toQt(said)));
        QVERIFY(names(m_notes, "Made from a standby that receives nothing"));
        QVERIFY2(report, why(report));
        QVERIFY(names(report->notes, said));
        // What a run records of it once that is old.
        QJsonObject old = server[QStringLiteral("standby")].toObject();
        old.insert(QStringLiteral("lag_seconds"), 86'400);
        QJsonObject facts;
        pgAddStandbyAge(facts, old);
        QCOMPARE(facts[QLatin1String(kDataAsOfKey)].toString(), old[QStringLiteral("as_of")].toString());
    }

    void standbyWhoseReplayIsPaused_isSaidAndBehindOnceThereIsMore() {
        RoundTrip trip(m_primary->server());
        QVERIFY(caughtUp());
        LabConnection there(m_standby->server(), "postgres");
        there.run("SELECT pg_wal_replay_pause()");
        const bool paused = QTest::qWaitFor(
            [&] { return there.value("SELECT pg_get_wal_replay_pause_state()") == "paused"; }, kPatience);
        trip.source.run("CREATE TABLE later (i int)");
        const bool received = QTest::qWaitFor(
            [&] { return there.value("SELECT pg_last_wal_receive_lsn() > pg_last_wal_replay_lsn()") == "t"; },
            kPatience);
        const auto server = factsOf(trip);
        const LabProfile standby(m_standby->server());
        const auto report = trip.engine.testConnection(standby.connection(), {});
        there.run("SELECT pg_wal_replay_resume()");
        QVERIFY(paused && received);
        QVERIFY(names(m_notes, "Made from a standby that is behind, as its replay is paused"));
        QVERIFY(server[QLatin1String(kSourceWarningKey)].toString().contains(
            QStringLiteral("pg_wal_replay_resume")));
        QVERIFY2(report, why(report));
        QVERIFY(names(report->notes, "is behind, as its replay is paused"));
        QVERIFY(caughtUp());
    }

    /// The session that holds the small tables is in the way of each TRUNCATE of one of them.
    void read_afterTheReplayEndedTheHolder_readsWhatIsAsItWas() {
        RoundTrip trip(m_primary->server());
        trip.source.run("CREATE TABLE kept (i int); INSERT INTO kept SELECT generate_series(1, 10);"
                        "CREATE TABLE queue (i int); INSERT INTO queue VALUES (1)");
        QVERIFY(caughtUp());
        const LabProfile standby(m_standby->server());
        const auto snapshot =
            trip.engine.prepareBackup({standby.connection(), trip.source.name(), {}}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        LabConnection look(m_standby->server(), trip.source.name());
        const std::string held = "SELECT count(*) FROM pg_locks WHERE relation = 'kept'::regclass";
        QCOMPARE(look.value(held), std::string("1"));
        trip.source.run("TRUNCATE queue");
        QTRY_COMPARE_WITH_TIMEOUT(look.value(held), std::string("0"), kPatience);
        QVERIFY(caughtUp());
        const auto kept = readOne(**snapshot, "table:public.kept");
        QVERIFY2(kept, why(kept));
        QCOMPARE(kept->rows, 10U);
        const auto queue = readOne(**snapshot, "table:public.queue");
        QVERIFY(!queue);
        QCOMPARE(nameOf(queue.error().code), nameOf(ErrorCode::SourceChanged));
        QCOMPARE(queue.error().context.at("relation"), std::string("public.queue"));
    }

    void read_afterTheReplayEndedTheSnapshot_isAChangedSource() {
        RoundTrip trip(m_primary->server());
        trip.source.run("CREATE TABLE kept (i int)");
        QVERIFY(caughtUp());
        const LabProfile standby(m_standby->server());
        const auto snapshot = trip.engine.prepareBackup(
            {standby.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        LabConnection look(m_standby->server(), trip.source.name());
        const std::string coordinators =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = "
            "'idle in transaction'";
        QCOMPARE(look.value(coordinators), std::string("1"));
        // Has been looked at in the snapshot's transaction, and nobody else needs it.
        trip.source.run("BEGIN");
        trip.source.run("LOCK TABLE pg_catalog.pg_parameter_acl IN ACCESS EXCLUSIVE MODE");
        trip.source.run("SELECT pg_catalog.pg_switch_wal()"); // has the lock's record sent before the COMMIT
        QTRY_COMPARE_WITH_TIMEOUT(look.value(coordinators), std::string("0"), kPatience);
        trip.source.run("ROLLBACK");
        QVERIFY(caughtUp());
        const auto kept = readOne(**snapshot, "table:public.kept");
        QVERIFY(!kept);
        isAConflict(kept.error());
    }

    void query_endedByTheReplay_isAChangedSourceWithTheSettingsToRaise() {
        RoundTrip trip(m_primary->server());
        trip.source.run("CREATE TABLE queue (i int)");
        QVERIFY(caughtUp());
        const LabProfile standby(m_standby->server());
        const auto endpoint = makePgEndpoint(standby.connection());
        QVERIFY2(endpoint, why(endpoint));
        const auto connection = PgConnection::open(*endpoint, trip.source.name(), {});
        QVERIFY2(connection, why(connection));
        QVERIFY((*connection)->script("locking", "BEGIN; LOCK TABLE queue IN ACCESS SHARE MODE", {}));
        LabConnection look(m_standby->server(), trip.source.name());
        const std::string held = "SELECT count(*) FROM pg_locks WHERE relation = 'queue'::regclass";
        trip.source.run("TRUNCATE queue");
        QTRY_COMPARE_WITH_TIMEOUT(look.value(held), std::string("0"), kPatience);
        const auto after = (*connection)->query("asking", "SELECT 1", {});
        QVERIFY(!after);
        isAConflict(after.error());
        QVERIFY(!(*connection)->usable());
    }

    void asConflict_whatPgDumpSaid_isAChangedSource() {
        const Error said{ErrorCode::ToolFailed,
                         "reading the schema: pg_dump ended with code 1: pg_dump: error: query failed: "
                         "ERROR:  canceling statement due to conflict with recovery",
                         {},
                         false,
                         {}};
        const auto conflict = pgAsConflict(said, false);
        QCOMPARE(nameOf(conflict.code), nameOf(ErrorCode::SourceChanged));
        QVERIFY(conflict.retryable);
        Error other{ErrorCode::ToolFailed, "pg_dump ended with code 1: out of memory", {}, false, {}};
        QCOMPARE(nameOf(pgAsConflict(other, false).code), nameOf(ErrorCode::ToolFailed));
        const auto likely = pgAsConflict(other, true);
        QCOMPARE(nameOf(likely.code), nameOf(ErrorCode::SourceChanged)); // as it may well be
        QVERIFY(likely.hint.starts_with("if the text above says"));
        QVERIFY(conflict.hint.starts_with("try again"));
        other.message += " max_locks_per_transaction";
        QCOMPARE(nameOf(pgAsConflict(other, true).code), nameOf(ErrorCode::ToolFailed));
    }

private:
    static void isAConflict(const Error& error) {
        QCOMPARE(nameOf(error.code), nameOf(ErrorCode::SourceChanged));
        QVERIFY2(error.message.find("conflict with recovery") != std::string::npos, error.message.c_str());
        QVERIFY2(error.hint.find("max_standby_streaming_delay") != std::string::npos, error.hint.c_str());
        QVERIFY(error.retryable);
        QVERIFY(pgIsConflict(error));
    }

    static std::string doubled(std::string text) {
        for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2)
            text.insert(at, 1, '\'');
        return text;
    }

    /// Of a backup of the trip's database from the standby; its notes are in m_notes.
    QJsonObject factsOf(RoundTrip& trip) {
        const LabProfile standby(m_standby->server());
        const auto snapshot =
            trip.engine.prepareBackup({standby.connection(), trip.source.name(), {}}, trip.progress, {});
        m_notes = snapshot ? (*snapshot)->plan().notes : std::vector{snapshot.error().toText()};
        return snapshot ? (*snapshot)->plan().server : QJsonObject();
    }

    /// What was committed on the primary until now is there.
    bool caughtUp() {
        const std::string lsn =
            LabConnection(m_primary->server(), "postgres").value("SELECT pg_current_wal_flush_lsn()");
        LabConnection standby(m_standby->server(), "postgres");
        return QTest::qWaitFor(
            [&] { return standby.value("SELECT pg_last_wal_replay_lsn() >= '" + lsn + "'") == "t"; },
            kPatience);
    }

    std::unique_ptr<PrivateServer> m_primary;
    std::unique_ptr<PrivateServer> m_standby;
    std::vector<std::string> m_notes;
};

QTEST_GUILESS_MAIN(TestPgStandby)
#include "test_pgstandby.moc"

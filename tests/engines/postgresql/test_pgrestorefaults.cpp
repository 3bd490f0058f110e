// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What must not happen in a restore: beginning where it cannot end well, showing what is not equal, leaving
// restore mode on.
#include "roundtrip.h"
#include "support/sampledata.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <functional>

using namespace salvor;
using namespace salvor::test;

namespace {

/// Gives the bytes and does something when the first are asked for.
class TriggerSource final : public ByteSource {
public:
    TriggerSource(const Bytes& bytes, std::function<void()> action)
        : m_bytes(bytes)
        , m_action(std::move(action)) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        if (m_action)
            std::exchange(m_action, nullptr)();
        return m_bytes.read(buffer);
    }

private:
    BytesSource m_bytes;
    std::function<void()> m_action;
};

const PreflightFinding* findingOf(const Preflight& preflight, const std::string& check) {
    for (const auto& finding : preflight.findings) {
        if (finding.check == check)
            return &finding;
    }
    return nullptr;
}

std::string restoringSetting(LabDatabase& source, const std::string& database) {
    return source.value("SELECT count(*) FROM pg_db_role_setting s JOIN pg_database d ON d.oid = "
                        "s.setdatabase, unnest(s.setconfig) c "
                        "WHERE d.datname = '" +
                        database + "' AND c ~ 'restoring'");
}

} // namespace

class TestPgRestoreFaults : public QObject {
    Q_OBJECT

private slots:
    void preflight_goodTarget_hasNoBlocker() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run("CREATE TABLE t (n int)");
        QVERIFY(trip.backUp());
        const auto preflight = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(preflight, why(preflight));
        QVERIFY(preflight->ok());
        QVERIFY(preflight->bytesNeeded > 1000000);
        for (const char* check :
             {"target_name", "rights", "server_version", "tools", "extension_timescaledb", "roles", "space"})
            QVERIFY2(findingOf(*preflight, check) != nullptr, check);
    }

    void prepareRestore_standby_isRefusedBeforeAnything() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        SALVOR_NEED_PRIVATE(standby, "pg-plain", {.standby = true});
        RoundTrip trip(server);
        QVERIFY(trip.backUp());
        LabProfile elsewhere(standby->server());
        auto spec = trip.spec();
        spec.connection = elsewhere.connection();
        const auto preflight = trip.engine.preflight(spec, {});
        QVERIFY2(preflight, why(preflight));
        QVERIFY(!preflight->ok());
        const auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        QVERIFY(!target);
        QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::Conflict));
        QVERIFY2(target.error().message.find("standby") != std::string::npos, why(target));
        QVERIFY2(target.error().hint.find("primary") != std::string::npos, why(target));
    }

    void prepareRestore_targetExists_alreadyExists() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        QVERIFY(trip.backUp());
        auto spec = trip.spec();
        spec.targetDatabase = trip.source.name();
        const auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        QVERIFY(!target);
        QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::AlreadyExists));
        QCOMPARE(target.error().context.at("check"), std::string("target_name"));
    }

    void prepareRestore_timescaleMissingOrOfAnotherVersion_versionMismatch() {
        SALVOR_NEED_SERVER(server, "timescale");
        SALVOR_NEED_SERVER(plain, "pg-plain");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        QVERIFY(trip.backUp());
        // On a server that has none. Of one version they are of one installation, and both have it.
        if (plain.major() != server.major()) {
            LabProfile elsewhere(plain);
            auto spec = trip.spec();
            spec.connection = elsewhere.connection();
            const auto preflight = trip.engine.preflight(spec, {});
            QVERIFY2(preflight, why(preflight));
            const auto* missing = findingOf(*preflight, "extension_timescaledb");
            QVERIFY(missing != nullptr && missing->level == PreflightFinding::Level::Blocker);
            QCOMPARE(nameOf(missing->code), nameOf(ErrorCode::VersionMismatch));
        }
        // Of a version that this one has not.
        auto extensions = trip.backup.contents.plan.server[QStringLiteral("extensions")].toArray();
        for (auto&& value : extensions) {
            auto object = value.toObject();
            if (object[QStringLiteral("name")].toString() == u"timescaledb")
                object[QStringLiteral("version")] = QStringLiteral("2.1.7");
            value = object;
        }
        trip.backup.contents.plan.server.insert(QStringLiteral("extensions"), extensions);
        const auto target = trip.engine.prepareRestore(trip.spec(), trip.progress, {});
        QVERIFY(!target);
        QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::VersionMismatch));
        QVERIFY2(target.error().message.find("2.1.7") != std::string::npos, why(target));
        QVERIFY(target.error().hint.find("install timescaledb 2.1.7") != std::string::npos);
    }

    void prepareRestore_timescaleNotPreloaded_unsupportedWithHint() {
        SALVOR_NEED_SERVER(server, "timescale");
        PrivateServer::Options options;
        options.settings = {"shared_preload_libraries="};
        SALVOR_NEED_PRIVATE(own, "timescale", options);
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        QVERIFY(trip.backUp());
        const LabProfile lab(own->server());
        auto spec = trip.spec();
        spec.connection = lab.connection();
        spec.noLoginRoles = {server.user};
        const auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        QVERIFY(!target);
        QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::Unsupported));
        QVERIFY2(target.error().hint.find("shared_preload_libraries") != std::string::npos, why(target));
    }

    void prepareRestore_olderServer_versionMismatch() {
        SALVOR_NEED_SERVER(newer, "pg17");
        SALVOR_NEED_SERVER(older, "pg-plain");
        if (older.major() >= newer.major())
            QSKIP("both servers have the same version here");
        RoundTrip trip(newer);
        QVERIFY(trip.backUp());
        const LabProfile lab(older);
        auto spec = trip.spec();
        spec.connection = lab.connection();
        const auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        QVERIFY(!target);
        QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::VersionMismatch));
        QCOMPARE(target.error().context.at("check"), std::string("server_version"));
    }

    void restore_newerServer_worksAndSaysWhatWasNotCompared() {
        SALVOR_NEED_SERVER(older, "pg-plain");
        SALVOR_NEED_SERVER(newer, "pg17");
        if (older.major() >= newer.major())
            QSKIP("both servers have the same version here");
        RoundTrip trip(older);
        trip.source.run(sample::plainDatabase());
        QVERIFY(trip.backUp());
        const LabProfile lab(newer);
        auto spec = trip.spec();
        spec.connection = lab.connection();
        auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        QVERIFY2(target, why(target));
        const auto written = writeAll(**target, trip.backup);
        const std::string hidden = (*target)->name();
        auto proof = trip.engine.prepareProof(spec, hidden, trip.progress, {});
        Result<MemoryBackup> again = proof ? readAll(**proof) : failure(proof.error());
        if (proof)
            proof->reset();
        // Lost on the way, and nothing but the list of what there is would tell.
        if (again)
            LabConnection(newer, hidden)
                .run("DROP INDEX shop.big_orders; DROP STATISTICS shop.orders_stat; CREATE FUNCTION "
                     "shop.more() RETURNS int LANGUAGE sql AS 'SELECT 1'");
        auto lossy = trip.engine.prepareProof(spec, hidden, trip.progress, {});
        Result<MemoryBackup> less = lossy ? readAll(**lossy) : failure(lossy.error());
        if (lossy)
            lossy->reset();
        target->reset();
        dropDatabase(newer, hidden);
        QVERIFY2(written, why(written));
        QVERIFY2(again, why(again));
        QVERIFY(!again->contents.finish[QStringLiteral("schema_compared")].toBool());
        QVERIFY(again->contents.finish[QStringLiteral("schema_names_compared")].toBool());
        QVERIFY(!again->contents.finish[QStringLiteral("not_compared")].toArray().contains(
            QStringLiteral("schema")));
        QVERIFY(
            again->contents.finish[QStringLiteral("not_compared_because")].toArray()[0].toString().contains(
                QStringLiteral("by kind, schema and name")));
        const QJsonDocument differences(
            again->report("schema")->details[QStringLiteral("differences")].toArray());
        QCOMPARE(differences.toJson(QJsonDocument::Compact), QByteArray("[]"));
        for (const auto& item : itemsOf(again->contents.plan))
            QCOMPARE(again->report(item.id)->contentHash, trip.backup.report(item.id)->contentHash);
        QVERIFY2(less, why(less));
        QVERIFY(less->report("schema")->contentHash != trip.backup.report("schema")->contentHash);
        QStringList named;
        for (const auto& one : less->report("schema")->details[QStringLiteral("differences")].toArray())
            named << one[QStringLiteral("item")].toString() + u' ' + one[QStringLiteral("found")].toString();
        QCOMPARE(named, (QStringList{QStringLiteral("FUNCTION shop.more() there"),
                                     QStringLiteral("INDEX shop.big_orders missing"),
                                     QStringLiteral("STATISTICS shop.orders_stat missing")}));
    }

    void prepareRestore_missingRole_isNamedAndMadeOnlyWhenAskedFor() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const std::string role = trip.source.name() + "_gone";
        trip.source.run("CREATE ROLE " + role +
                        " LOGIN; CREATE TABLE owned (n int); ALTER TABLE owned OWNER TO " + role);
        QVERIFY(trip.backUp());
        trip.source.run("DROP OWNED BY " + role + "; DROP ROLE " + role);
        const auto preflight = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(preflight, why(preflight));
        QVERIFY(!preflight->ok());
        QCOMPARE(preflight->missingRoles, std::vector<std::string>{role});
        const auto refused = trip.engine.prepareRestore(trip.spec(), trip.progress, {});
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::NotFound));
        QVERIFY(refused.error().message.find(role) != std::string::npos);
        auto spec = trip.spec();
        spec.noLoginRoles = {role};
        auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        const auto written = target ? writeAll(**target, trip.backup) : Result<>(failure(target.error()));
        const auto login = trip.source.value(
            "SELECT coalesce(bool_or(rolcanlogin), true) FROM pg_roles WHERE rolname = '" + role + "'");
        if (target) {
            const std::string hidden = (*target)->name();
            target->reset();
            dropDatabase(server, hidden);
        }
        trip.source.run("DROP ROLE IF EXISTS " + role);
        QVERIFY2(written, why(written));
        QCOMPARE(login, std::string("f"));
    }

    void prepareRestore_roleThatMayNotCreate_missingRightWithSql() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        QVERIFY(trip.backUp());
        const std::string role = trip.source.name() + "_weak";
        trip.source.run("CREATE ROLE " + role + " LOGIN PASSWORD 'weak'");
        LabProfile lab(server);
        lab.profile.user = role;
        lab.password = Secret("weak");
        auto spec = trip.spec();
        spec.connection = lab.connection();
        const auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        trip.source.run("DROP ROLE " + role);
        QVERIFY(!target);
        QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::MissingRight));
        QCOMPARE(target.error().hint, "ALTER ROLE \"" + role + "\" CREATEDB;");
    }

    void prepareRestore_roleThatNothingNeeds_isRefused() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        QVERIFY(trip.backUp());
        auto spec = trip.spec();
        spec.noLoginRoles = {"nobody at all"};
        const auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        QVERIFY(!target);
        QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::InvalidInput));
        QVERIFY2(target.error().message.find("nobody at all") != std::string::npos, why(target));
    }

    void prepareRestore_extensionsForSuperusers_missingRightWithSql() {
        SALVOR_NEED_SERVER(server, "timescale");
        LabProfile lab(server);
        for (const bool timescale : {true, false}) {
            RoundTrip trip(server, timescale ? LabDatabase::TimescaleDb::Yes : LabDatabase::TimescaleDb::No);
            if (!timescale)
                trip.source.run("CREATE EXTENSION postgres_fdw");
            QVERIFY(trip.backUp());
            const std::string role = trip.source.name() + "_maker";
            trip.source.run("CREATE ROLE " + role + " LOGIN CREATEDB PASSWORD 'weak'");
            lab.profile.user = role;
            lab.password = Secret("weak");
            auto spec = trip.spec();
            spec.connection = lab.connection();
            const auto found = trip.engine.preflight(spec, {});
            const auto target = trip.engine.prepareRestore(spec, trip.progress, {});
            trip.source.run("DROP ROLE " + role);
            QVERIFY2(found, why(found));
            QVERIFY(!found->ok());
            QVERIFY(!target);
            QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::MissingRight));
            QVERIFY2(target.error().message.find(timescale ? "TimescaleDB" : "postgres_fdw") !=
                         std::string::npos,
                     why(target));
            QVERIFY(target.error().hint.starts_with("ALTER ROLE \"" + role + "\" SUPERUSER;"));
        }
    }

    void prepareRestore_toolsTooOld_toolMissing() {
        SALVOR_NEED_SERVER(newer, "pg17");
        SALVOR_NEED_SERVER(older, "pg-plain");
        if (older.major() >= newer.major())
            QSKIP("both servers have the same version here");
        RoundTrip trip(newer);
        QVERIFY(trip.backUp());
        trip.lab.profile.toolsCommand = older.toolsCommand;
        trip.lab.profile.toolsCommand.push_back(older.binDir + "/");
        const auto target = trip.engine.prepareRestore(trip.spec(), trip.progress, {});
        QVERIFY(!target);
        QCOMPARE(nameOf(target.error().code), nameOf(ErrorCode::ToolMissing));
        QVERIFY(target.error().message.find("pg_restore " + std::to_string(newer.major())) !=
                std::string::npos);
    }

    void prepareRestore_failsAfterCreate_leavesNoDatabase() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        QVERIFY(trip.backUp());
        auto extensions = trip.backup.contents.plan.server[QStringLiteral("extensions")].toArray();
        // There, but it cannot be created: its schema's owner does not exist.
        extensions.append(QJsonObject{
            {QStringLiteral("name"), QStringLiteral("hstore")},
            {QStringLiteral("version"), QString::fromStdString(trip.source.value(
                                            "SELECT coalesce(max(version), '') FROM "
                                            "pg_available_extension_versions WHERE name = 'hstore'"))},
            {QStringLiteral("schema"), QStringLiteral("s")},
            {QStringLiteral("schema_owner"), QStringLiteral("nobody at all")}});
        trip.backup.contents.plan.server.insert(QStringLiteral("extensions"), extensions);
        const auto target = trip.engine.prepareRestore(trip.spec(), trip.progress, {});
        QVERIFY(!target);
        QCOMPARE(trip.source.value("SELECT count(*) FROM pg_database WHERE datname LIKE '" +
                                   trip.finalName() + "%'"),
                 std::string("0"));
    }

    void write_wrongBytes_failsAndStaysHiddenWithoutRestoreMode() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::hypertable("m", 4, 5));
        QVERIFY(trip.backUp());
        std::string victim;
        for (auto& [id, bytes] : trip.backup.bytes) {
            if (id.starts_with("chunk:")) {
                victim = id;
                bytes.resize(bytes.size() / 2);
                break;
            }
        }
        QVERIFY(!victim.empty());
        const auto restored = trip.restore();
        QVERIFY(!restored);
        QVERIFY2(restored.error().message.find("_hyper_") != std::string::npos, why(restored));
        QCOMPARE(restoringSetting(trip.source, trip.hiddenName()), std::string("1"));
        trip.target.reset();
        QCOMPARE(restoringSetting(trip.source, trip.hiddenName()), std::string("0"));
        const auto list = trip.engine.listRestored(trip.lab.connection(), {});
        QVERIFY2(list, why(list));
        bool incomplete = false;
        for (const auto& one : *list)
            incomplete = incomplete || (one.name == trip.hiddenName() && one.state == "incomplete");
        QVERIFY(incomplete);
        const auto dropped = trip.engine.dropRestored(trip.lab.connection(), trip.hiddenName(), {});
        QVERIFY2(dropped, why(dropped));
    }

    void write_rowsMissing_isCorrupt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TYPE mood AS ENUM ('a'); CREATE TABLE t (m mood); INSERT INTO t SELECT 'a' "
                        "FROM generate_series(1, 10)");
        QVERIFY(trip.backUp());
        trip.backup.bytes["table:public.t"] = toBytes("a\na\na\n");
        const auto restored = trip.restore();
        QVERIFY(!restored);
        QCOMPARE(nameOf(restored.error().code), nameOf(ErrorCode::Corrupt));
        QVERIFY(restored.error().message.find("10") != std::string::npos &&
                restored.error().message.find("3") != std::string::npos);
    }

    void prove_eachKindOfDifference_isFound_data() {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("found"); ///< an item that differs, or part of the error
        QTest::newRow("row deleted")
            << "DELETE FROM shop.lines WHERE ctid = (SELECT min(ctid) FROM shop.lines)"
            << "table:shop.lines";
        QTest::newRow("value changed") << "UPDATE t SET n = n + 1 WHERE n = 1" << "table:public.t";
        QTest::newRow("row doubled") << "INSERT INTO t SELECT 1" << "table:public.t";
        QTest::newRow("table missing") << "DROP TABLE t" << "missing: r public.t";
        QTest::newRow("table too many") << "CREATE TABLE surplus (n int)" << "too many: r public.surplus";
        QTest::newRow("column too many") << "ALTER TABLE t ADD COLUMN extra int" << "more columns";
        QTest::newRow("index missing") << "DROP INDEX t_n" << "schema | INDEX public.t_n | ";
        QTest::newRow("function changed")
            << "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'"
            << "schema | FUNCTION public.f() | ";
        QTest::newRow("sequence moved") << "SELECT nextval('s')" << "sequences";
        QTest::newRow("large object changed") << "SELECT lo_put(4711, 0, 'X')" << "large_objects";
        QTest::newRow("large object's owner")
            << "GRANT SELECT ON LARGE OBJECT 4711 TO PUBLIC" << "large_object_owners";
        QTest::newRow("constraint not valid") << "ALTER TABLE t DROP CONSTRAINT positive; ALTER TABLE t ADD "
                                                 "CONSTRAINT positive CHECK (n > 0) NOT VALID"
                                              << "unvalidated constraints";
        QTest::newRow("index not valid")
            << "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 't_n'::regclass" << "invalid index";
    }
    void prove_eachKindOfDifference_isFound() {
        QFETCH(QString, sql);
        QFETCH(QString, found);
        SALVOR_NEED_SERVER(server, "pg-plain");
        if (!m_proven) {
            m_proven = std::make_unique<RoundTrip>(server);
            m_proven->source.run(sample::shop(20));
            m_proven->source.run(
                "CREATE TABLE t (n int CONSTRAINT positive CHECK (n > 0)); INSERT INTO t SELECT "
                "generate_series(1, 5);"
                "CREATE INDEX t_n ON t (n); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';"
                "CREATE SEQUENCE s; SELECT nextval('s'); SELECT lo_from_bytea(4711, 'abc')");
            const auto problem = m_proven->whole();
            QVERIFY2(problem.empty(), problem.c_str());
        }
        // Each difference in a copy of its own.
        const std::string copy = m_proven->finalName() + "_copy";
        m_proven->source.run("CREATE DATABASE " + quoteIdentifier(copy) + " TEMPLATE " +
                             quoteIdentifier(m_proven->finalName()));
        LabConnection(server, copy).run(sql.toStdString());
        const auto differences = m_proven->prove(copy);
        dropDatabase(server, copy);
        if (differences) {
            // What differs in the schema is named with both texts behind it.
            const auto isFound = [&](const std::string& one) {
                return one == found.toStdString() ||
                       (found.endsWith(QLatin1String(" | ")) && one.starts_with(found.toStdString()));
            };
            QVERIFY2(std::ranges::any_of(*differences, isFound),
                     differences->empty() ? "no difference" : differences->front().c_str());
        } else {
            QCOMPARE(nameOf(differences.error().code), nameOf(ErrorCode::ProofFailed));
            QVERIFY2(QString::fromStdString(differences.error().message).contains(found), why(differences));
        }
    }

    void cancel_atEachPhase_endsWithinTwoSecondsAndSwitchesRestoreModeOff_data() {
        QTest::addColumn<QString>("phase");
        QTest::addColumn<QString>("kind");
        QTest::newRow("schema") << "pre_data" << "schema";
        QTest::newRow("catalog") << "catalog" << "catalog_table";
        QTest::newRow("rows") << "data" << "table";
        QTest::newRow("chunks") << "data" << "chunk";
        QTest::newRow("sequences") << "sequences" << "sequences";
        QTest::newRow("indexes") << "post_data" << "schema";
        QTest::newRow("views") << "finish" << "";
    }
    void cancel_atEachPhase_endsWithinTwoSecondsAndSwitchesRestoreModeOff() {
        QFETCH(QString, phase);
        QFETCH(QString, kind);
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::hypertable("m", 2, 5));
        // An index and a view that take long, but only on the restored side.
        trip.source.run(
            "CREATE TABLE big AS SELECT g AS n, repeat('x', 400) AS t FROM generate_series(1, 50000) g;"
            "CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN "
            "IF current_database() LIKE '%_salvor_%' THEN PERFORM pg_sleep(0.2); END IF; RETURN n; END $$;"
            "CREATE INDEX slow_index ON big (slow(n)); CREATE MATERIALIZED VIEW slow_view AS SELECT slow(n) "
            "FROM big LIMIT 300");
        QVERIFY(trip.backUp());
        auto target = trip.engine.prepareRestore(trip.spec(), trip.progress, {});
        QVERIFY2(target, why(target));
        const std::string hidden = (*target)->name();
        std::stop_source stop;
        QElapsedTimer timer;
        Result<> outcome;
        {
            auto session = (*target)->openSession({});
            QVERIFY2(session, why(session));
            for (const auto& step : (*target)->phases()) {
                for (const auto& item : step.items) {
                    if (!outcome || (phase == u"finish" && step.name == "post_data"))
                        continue;
                    const bool here = step.name == phase.toStdString() && item.kind == kind.toStdString();
                    TriggerSource source(trip.backup.bytes.at(item.id), [&] {
                        if (!here)
                            return;
                        timer.start();
                        stop.request_stop();
                    });
                    if (here && step.name == "post_data") { // well into the index build
                        timer.start();
                        CancelLater later(std::chrono::milliseconds(1500));
                        BytesSource plain(trip.backup.bytes.at(item.id));
                        outcome = (*target)
                                      ->write(step, item, **session, plain, later.token())
                                      .map([](const auto&) {});
                    } else {
                        outcome = (*target)
                                      ->write(step, item, **session, source, stop.get_token())
                                      .map([](const auto&) {});
                    }
                }
            }
        }
        if (phase == u"finish") {
            QVERIFY2(outcome, why(outcome));
            timer.start();
            CancelLater later(std::chrono::milliseconds(1500));
            outcome = (*target)->finish(later.token());
        }
        const auto elapsed = timer.elapsed();
        timer.start();
        target->reset();
        const auto closing = timer.elapsed();
        const auto left = restoringSetting(trip.source, hidden);
        dropDatabase(server, hidden);
        QVERIFY2(!outcome, "nothing was cancelled");
        QVERIFY2(outcome.error().isCancelled(), why(outcome));
        QVERIFY2(elapsed < 2000 + (phase == u"finish" || phase == u"post_data" ? 1500 : 0),
                 std::to_string(elapsed).c_str());
        QVERIFY2(closing < 2000, std::to_string(closing).c_str());
        QCOMPARE(left, std::string("0"));
    }

    void cleanupTestCase() { m_proven.reset(); }

private:
    std::unique_ptr<RoundTrip> m_proven;
};

QTEST_GUILESS_MAIN(TestPgRestoreFaults)
#include "test_pgrestorefaults.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Through a proxy that cuts off who is silent: what must stay is heard of, and what need not is opened anew.
// Through one that leads to several servers by turns: it is said.
#include "engines/postgresql/pgpulse.h"
#include "engines/postgresql/pgsnapshot.h"

#include "relay.h"
#include "roundtrip.h"
#include "support/patience.h"

#include <QTest>

#include <csignal>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kSilence = 4s;

/// Often enough for that, and nothing locked before the snapshot.
QJsonObject oftenHeard() {
    QJsonObject options = holdingNothing();
    options.insert(QStringLiteral("pulse_ms"), 500);
    return options;
}

/// Ends a session with its first bytes, and takes some milliseconds for each of the others: it asks the
/// server for something each time.
class EndingSink final : public ByteSink {
public:
    EndingSink(LabDatabase& database, std::string process)
        : m_database(database)
        , m_process(std::move(process)) {}
    Result<> write(ByteView) override {
        if (!std::exchange(m_hasEnded, true))
            m_database.run("SELECT pg_terminate_backend(" + m_process + ")");
        (void)m_database.value("SELECT count(*) FROM pg_class a, pg_class b");
        return {};
    }

private:
    LabDatabase& m_database;
    const std::string m_process;
    bool m_hasEnded = false;
};

} // namespace

template <typename T>
void isOfSeveralServers(const Result<T>& result) {
    QVERIFY2(!result, "sessions on different servers were taken for those of one");
    QCOMPARE(nameOf(result.error().code), nameOf(ErrorCode::Unsupported));
    QVERIFY2(result.error().message.find("different PostgreSQL servers") != std::string::npos, why(result));
    QVERIFY2(result.error().hint.find("the address of one server") != std::string::npos, why(result));
    QVERIFY(!result.error().retryable);
}

class TestPgProxy : public QObject {
    Q_OBJECT

private slots:
    void backup_longerThanTheProxysSilence_isWhole() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (i int); INSERT INTO a SELECT generate_series(1, 7)");
        Relay relay({server}, kSilence);
        const LabProfile proxied(relay.server());
        const auto snapshot = trip.engine.prepareBackup(
            {proxied.connection(), trip.source.name(), oftenHeard()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        const auto session = (*snapshot)->openSession({});
        QVERIFY2(session, why(session));
        const auto items = itemsOf((*snapshot)->plan());
        BytesSink first;
        const auto before = (*snapshot)->read(items.front(), **session, first, {});
        QVERIFY2(before, why(before));
        // As while another session reads a big table.
        QTRY_VERIFY_WITH_TIMEOUT(relay.hasOldOne(), kPatience);
        QVERIFY2(relay.cutOff() > 0, "the session that had nothing to do was not cut off");
        std::uint64_t rows = 0;
        for (const auto& item : items) {
            BytesSink sink;
            const auto report = (*snapshot)->read(item, **session, sink, {});
            QVERIFY2(report, why(report));
            rows += item.kind == "table" ? report->rows : 0;
        }
        QCOMPARE(rows, std::uint64_t{7});
        const auto finished = (*snapshot)->finish({});
        QVERIFY2(finished, why(finished));
    }

    void restoreAndProof_longerThanTheProxysSilence_areWhole() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE a (i int PRIMARY KEY); INSERT INTO a SELECT generate_series(1, 7)");
        trip.options = holdingNothing();
        const auto saved = trip.backUp();
        QVERIFY2(saved, why(saved));
        Relay relay({server}, kSilence);
        const LabProfile proxied(relay.server());
        auto spec = trip.spec();
        spec.connection = proxied.connection();
        spec.options.insert(QStringLiteral("pulse_ms"), 500);
        auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        QVERIFY2(target, why(target));
        trip.target = std::move(*target);
        const auto session = trip.target->openSession({});
        QVERIFY2(session, why(session));
        const int before = relay.cutOff();
        QTRY_VERIFY_WITH_TIMEOUT(relay.cutOff() > before, kPatience);
        for (const auto& phase : trip.target->phases()) {
            for (const auto& item : phase.items) {
                BytesSource source(trip.backup.bytes.at(item.id));
                const auto written = trip.target->write(phase, item, **session, source, {});
                QVERIFY2(written, why(written));
            }
        }
        const auto finished = trip.target->finish({});
        QVERIFY2(finished, why(finished));

        auto proof = trip.engine.prepareProof(spec, trip.target->name(), trip.progress, {});
        QVERIFY2(proof, why(proof));
        const int beforeProof = relay.cutOff();
        const auto reader = (*proof)->openSession({});
        QVERIFY2(reader, why(reader));
        QTRY_VERIFY_WITH_TIMEOUT(relay.cutOff() > beforeProof, kPatience);
        for (const auto& item : itemsOf((*proof)->plan())) {
            BytesSink sink;
            const auto report = (*proof)->read(item, **reader, sink, {});
            QVERIFY2(report, why(report));
            QCOMPARE(report->contentHash, trip.backup.report(item.id)->contentHash);
        }
        const auto proved = (*proof)->finish({});
        QVERIFY2(proved, why(proved));
    }

    /// Hours may be left of it, of which nothing would count.
    void read_theSnapshotEndsInTheMiddle_endsToo() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE big AS SELECT repeat('x', 1000) AS t FROM generate_series(1, 100000)");
        QJsonObject options = holdingNothing();
        options.insert(QStringLiteral("pulse_ms"), 20);
        const auto snapshot = trip.engine.prepareBackup({trip.lab.connection(), trip.source.name(), options},
                                                        trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        const std::string coordinator =
            trip.source.value("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND "
                              "application_name = 'salvor'");
        const auto session = (*snapshot)->openSession({});
        QVERIFY2(session, why(session));

        EndingSink sink(trip.source, coordinator);
        const auto items = itemsOf((*snapshot)->plan());
        const auto big = std::ranges::find(items, std::string("table:public.big"), &Item::id);
        QVERIFY(big != items.end());
        const auto report = (*snapshot)->read(*big, **session, sink, {});
        QVERIFY2(!report, "a table was read to its end for a snapshot that is gone");
        QCOMPARE(nameOf(report.error().code), nameOf(ErrorCode::ConnectionLost));
        QVERIFY2(report.error().message.find("keeping the snapshot") != std::string::npos, why(report));
    }

    /// As Patroni's port for reading, and a name with several addresses.
    void everything_throughAnAddressOfSeveralServers_saysSo() {
        SALVOR_NEED_PRIVATE(first, "pg-plain", {});
        SALVOR_NEED_PRIVATE(second, "pg-plain", {});
        RoundTrip trip(first->server());
        LabConnection other(second->server(), "postgres");
        other.run("CREATE DATABASE " + quoteIdentifier(trip.source.name()));
        other.run("ALTER ROLE " + quoteIdentifier(second->server().user) + " PASSWORD '" +
                  first->server().password + "'");
        const Relay relay({first->server(), second->server()});
        const LabProfile proxied(relay.server());
        isOfSeveralServers(trip.engine.testConnection(proxied.connection(), {}));

        const auto snapshot = trip.engine.prepareBackup(
            {proxied.connection(), trip.source.name(), holdingNothing()}, trip.progress, {});
        QVERIFY2(snapshot, why(snapshot));
        auto session = (*snapshot)->openSession({});
        if (!session) {
            isOfSeveralServers(session);
            session = (*snapshot)->openSession({});
        }
        QVERIFY2(session, why(session));
        // The next one is pg_dump's own.
        const auto items = itemsOf((*snapshot)->plan());
        const auto schema = std::ranges::find(items, std::string("schema"), &Item::kind);
        QVERIFY(schema != items.end());
        BytesSink sink;
        isOfSeveralServers((*snapshot)->read(*schema, **session, sink, {}));
        const auto third = (*snapshot)->openSession({});
        const auto fourth = (*snapshot)->openSession({});
        isOfSeveralServers(third ? fourth : third);
    }

    void pulse_ofASessionThatSomebodyEnded_knowsIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabProfile lab(server);
        const auto endpoint = makePgEndpoint(lab.connection());
        QVERIFY2(endpoint, why(endpoint));
        const auto connection = PgConnection::open(*endpoint, "postgres", {});
        QVERIFY2(connection, why(connection));
        const auto number = (*connection)->value("asking", "SELECT pg_backend_pid()", {});
        QVERIFY2(number, why(number));
        PgPulse pulse(**connection, "keeping it", 20ms);
        QVERIFY2(pulse.ask("asking", {}), "a session that is there is none");
        QVERIFY(!pulse.isLost());
        LabConnection other(server, "postgres");
        other.run("SELECT pg_terminate_backend(" + *number + ")");
        QTRY_VERIFY_WITH_TIMEOUT(pulse.isLost(), kPatience);
        const auto asked = pulse.ask("asking", {});
        QVERIFY(!asked);
        QCOMPARE(nameOf(asked.error().code), nameOf(ErrorCode::ConnectionLost));
        QVERIFY2(asked.error().message.starts_with("keeping it"), why(asked));
    }

    /// The server answers nothing any more: neither who waits nor the end may hang.
    void pulse_ofAServerThatIsFrozen_endsAtOnceWhenCancelled() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        const LabProfile lab(own->server());
        const auto endpoint = makePgEndpoint(lab.connection());
        QVERIFY2(endpoint, why(endpoint));
        const auto connection = PgConnection::open(*endpoint, "postgres", {});
        QVERIFY2(connection, why(connection));
        const auto number = (*connection)->value("asking", "SELECT pg_backend_pid()", {});
        QVERIFY2(number, why(number));
        QCOMPARE(::kill(std::stoi(*number), SIGSTOP), 0);
        {
            PgPulse pulse(**connection, "keeping it", 20ms);
            const CancelLater later(500ms);
            const auto asked = pulse.ask("asking", later.token());
            QVERIFY(!asked);
            QVERIFY2(asked.error().isCancelled() || !(*connection)->usable(), why(asked));
        }
        ::kill(std::stoi(*number), SIGCONT);
        QVERIFY(!(*connection)->usable());
    }
};

QTEST_GUILESS_MAIN(TestPgProxy)
#include "test_pgproxy.moc"

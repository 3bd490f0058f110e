// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Restores by logins that are no superusers, on real servers: what is in their way is known beforehand, with
// the line that grants it, and what the checks let begin comes to its end.
#include "engines/postgresql/pgrestorerights.h"

#include "roundtrip.h"

#include <QtTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

const PreflightFinding* finding(const Preflight& preflight, const std::string& check,
                                PreflightFinding::Level level) {
    const auto found = std::ranges::find_if(preflight.findings, [&](const PreflightFinding& one) {
        return one.check == check && one.level == level;
    });
    return found == preflight.findings.end() ? nullptr : &*found;
}

/// Roles of a test's own, which go after its databases.
class Roles {
public:
    explicit Roles(const LabServer& server)
        : m_admin(server, "postgres") {}
    ~Roles() {
        for (const auto& role : m_made) {
            try {
                m_admin.run("DROP OWNED BY " + role);
                m_admin.run("DROP ROLE " + role);
            } catch (const std::exception& problem) {
                qWarning("%s", problem.what());
            }
        }
    }
    std::string make(const std::string& suffix, const std::string& words) {
        std::string role = "salvor_rights_" + std::to_string(::getpid()) + suffix;
        m_admin.run("CREATE ROLE " + role + " " + words);
        m_made.push_back(role);
        return role;
    }
    void forget(const std::string& role) { std::erase(m_made, role); }
    void adopt(const std::string& role) { m_made.push_back(role); }
    void run(const std::string& sql) { m_admin.run(sql); }
    std::string value(const std::string& sql) { return m_admin.value(sql); }

private:
    LabConnection m_admin;
    std::vector<std::string> m_made;
};

void restoreAs(RoundTrip& trip, const std::string& login) {
    trip.lab.profile.user = login;
    trip.lab.password = Secret("weak");
}

const std::string kLogin = "LOGIN CREATEDB PASSWORD 'weak'";

} // namespace

class TestPgRestoreRights : public QObject {
    Q_OBJECT

private slots:
    void ownersOfOthers_data() { servers(); }
    /// The whole of it: blocked with the line; with the line granted, restored and proved, each thing its
    /// owner's. A table in public asks for more than the membership: the database must be the owner's.
    void ownersOfOthers() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        Roles roles(server);
        const std::string app = roles.make("_app", "NOLOGIN");
        const std::string login = roles.make("_login", kLogin);
        RoundTrip trip(server);
        trip.source.run("ALTER DATABASE " + trip.source.name() + " OWNER TO " + app + "; SET ROLE " + app +
                        "; CREATE TABLE public.orders (a int PRIMARY KEY, b text); INSERT INTO orders VALUES "
                        "(1, 'x'); COMMENT ON TABLE orders IS 'kept'; CREATE SCHEMA s; CREATE VIEW s.v AS "
                        "SELECT * FROM orders; CREATE TYPE mood AS ENUM ('good'); SELECT lo_create(4711)");
        QVERIFY(trip.backUp());
        restoreAs(trip, login);
        const auto before = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(before, why(before));
        const auto* owners = finding(*before, "owners", PreflightFinding::Level::Blocker);
        QVERIFY(owners != nullptr);
        QVERIFY2(owners->text.find(app) != std::string::npos, owners->text.c_str());
        QVERIFY(owners->code == ErrorCode::MissingRight);
        const auto refused = trip.engine.prepareRestore(trip.spec(), trip.progress, {});
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::MissingRight));
        QVERIFY2(refused.error().hint.starts_with("GRANT \"" + app + "\" TO \"" + login + "\""),
                 refused.error().hint.c_str());
        const auto* stays = finding(*before, "owner", PreflightFinding::Level::Warning);
        QVERIFY(stays != nullptr);
        QVERIFY2(stays->text.find("will belong to the user " + login) != std::string::npos,
                 stays->text.c_str());

        roles.run(owners->hint);
        const auto after = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(after, why(after));
        for (const auto& one : after->findings)
            QVERIFY2(one.level != PreflightFinding::Level::Blocker, one.text.c_str());
        QVERIFY(finding(*after, "owner", PreflightFinding::Level::Ok) != nullptr);
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        QVERIFY2(differences->empty(), differences->empty() ? "" : differences->front().c_str());
        const auto shown = trip.target->reveal({});
        QVERIFY2(shown, why(shown));
        QCOMPARE(roles.value("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '" +
                             trip.finalName() + "'"),
                 app);
        LabConnection fresh(server, trip.finalName());
        QCOMPARE(fresh.value("SELECT string_agg(DISTINCT pg_get_userbyid(relowner), ',') FROM pg_class WHERE "
                             "relname IN ('orders', 'v')"),
                 app);
    }

    /// A membership that gives rights and cannot be taken on, or the other way round, is not enough.
    void membershipWithoutSet_blocks() {
        SALVOR_NEED_SERVER(server, "pg17");
        Roles roles(server);
        const std::string app = roles.make("_app", "NOLOGIN");
        const std::string login = roles.make("_login", kLogin);
        RoundTrip trip(server);
        trip.source.run("ALTER DATABASE " + trip.source.name() + " OWNER TO " + app + "; SET ROLE " + app +
                        "; CREATE TABLE orders (a int)");
        QVERIFY(trip.backUp());
        restoreAs(trip, login);
        for (const char* words : {"INHERIT TRUE, SET FALSE", "INHERIT FALSE, SET TRUE"}) {
            roles.run("GRANT " + app + " TO " + login + " WITH " + words);
            const auto found = trip.engine.preflight(trip.spec(), {});
            QVERIFY2(found, why(found));
            QVERIFY2(finding(*found, "owners", PreflightFinding::Level::Blocker) != nullptr, words);
        }
    }

    void rolesMadeFirst_data() { servers(); }
    void rolesMadeFirst() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        Roles roles(server);
        const std::string app = roles.make("_app", "NOLOGIN");
        const std::string login = roles.make("_login", "CREATEROLE " + kLogin);
        RoundTrip trip(server);
        trip.source.run("ALTER DATABASE " + trip.source.name() + " OWNER TO " + app + "; SET ROLE " + app +
                        "; CREATE TABLE orders (a int); INSERT INTO orders VALUES (1)");
        QVERIFY(trip.backUp());
        roles.run("ALTER ROLE " + app + " RENAME TO " + app + "_old");
        roles.forget(app);
        roles.adopt(app + "_old");
        restoreAs(trip, login);
        RestoreSpec spec = trip.spec();
        spec.noLoginRoles = {app};
        const auto found = trip.engine.preflight(spec, {});
        QVERIFY2(found, why(found));
        QVERIFY2(found->ok(), "the login makes the role, and may give to it");
        auto target = trip.engine.prepareRestore(spec, trip.progress, {});
        roles.adopt(app);
        QVERIFY2(target, why(target));
        const std::string hidden = (*target)->name();
        const auto written = writeAll(**target, trip.backup, {});
        const std::string owner =
            written ? LabConnection(server, hidden)
                          .value("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'orders'")
                    : std::string();
        target->reset();
        dropDatabase(server, hidden);
        QVERIFY2(written, why(written));
        QCOMPARE(owner, app);
    }

    void whatOnlySuperusersMake_isNamed_data() {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("named");
        QTest::newRow("event trigger")
            << "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; "
               "CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION e()"
            << "event trigger watch";
        QTest::newRow("foreign data wrapper") << "CREATE FOREIGN DATA WRAPPER far"
                                              << "foreign data wrapper far";
        QTest::newRow("function in C")
            << "CREATE FUNCTION plain(int) RETURNS int LANGUAGE internal AS 'int4abs'"
            << "function public.plain";
        QTest::newRow("all tables") << "CREATE PUBLICATION every FOR ALL TABLES"
                                    << "publication every";
        QTest::newRow("operator family") << "CREATE OPERATOR FAMILY odd USING btree"
                                         << "operator family public.odd";
    }
    void whatOnlySuperusersMake_isNamed() {
        QFETCH(QString, sql);
        QFETCH(QString, named);
        SALVOR_NEED_SERVER(server, "pg-plain");
        Roles roles(server);
        const std::string login = roles.make("_login", kLogin);
        RoundTrip trip(server);
        trip.source.run(sql.toStdString());
        QVERIFY(trip.backUp());
        restoreAs(trip, login);
        const auto found = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(found, why(found));
        const auto* super = finding(*found, "superuser", PreflightFinding::Level::Blocker);
        QVERIFY(super != nullptr);
        QVERIFY2(super->text.find(named.toStdString()) != std::string::npos, super->text.c_str());
        QVERIFY2(super->hint.find("restore with another login") != std::string::npos, super->hint.c_str());
    }

    void largeObjectsOfOthers_blockWithTheirOwner() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Roles roles(server);
        const std::string app = roles.make("_app", "NOLOGIN");
        const std::string login = roles.make("_login", kLogin);
        RoundTrip trip(server);
        trip.source.run("SELECT lo_create(4711); ALTER LARGE OBJECT 4711 OWNER TO " + app);
        QVERIFY(trip.backUp());
        restoreAs(trip, login);
        const auto found = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(found, why(found));
        const auto* owners = finding(*found, "owners", PreflightFinding::Level::Blocker);
        QVERIFY(owners != nullptr);
        QVERIFY2(owners->text.find("large object 4711 belongs to " + app) != std::string::npos,
                 owners->text.c_str());
    }

    void tableInPublic_ofAnotherThanTheDatabasesOwner_data() {
        QTest::addColumn<QString>("serverName");
        QTest::addColumn<bool>("granted");
        for (const char* name : {"pg-plain", "pg17"}) {
            QTest::addRow("%s, with a right on public", name) << QString::fromLatin1(name) << true;
            QTest::addRow("%s, without", name) << QString::fromLatin1(name) << false;
        }
    }
    /// In public it may create while the restore lasts, and has afterwards what the backup says.
    void tableInPublic_ofAnotherThanTheDatabasesOwner() {
        QFETCH(QString, serverName);
        QFETCH(bool, granted);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        Roles roles(server);
        const std::string app = roles.make("_app", "NOLOGIN");
        const std::string login = roles.make("_login", kLogin);
        roles.run("GRANT " + app + " TO " + login);
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE public.orders (a int PRIMARY KEY, b int); CREATE STATISTICS counted ON a, b "
            "FROM orders; INSERT INTO orders VALUES (1, 2); ALTER TABLE orders OWNER TO " +
            app + "; ALTER STATISTICS counted OWNER TO " + app);
        if (granted)
            trip.source.run("GRANT CREATE ON SCHEMA public TO " + app);
        QVERIFY(trip.backUp());
        restoreAs(trip, login);
        const auto found = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(found, why(found));
        for (const auto& one : found->findings)
            QVERIFY2(one.level != PreflightFinding::Level::Blocker, one.text.c_str());
        QVERIFY(finding(*found, "owner", PreflightFinding::Level::Warning) != nullptr);
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        QVERIFY2(differences->empty(), differences->empty() ? "" : differences->front().c_str());
        LabConnection hidden(server, trip.target->name());
        QCOMPARE(hidden.value("SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'orders'"),
                 app);
        QCOMPARE(hidden.value("SELECT has_schema_privilege('" + app + "', 'public', 'CREATE')"),
                 std::string(granted ? "t" : "f"));
    }

    /// Memberships are not all: who gets a table must have been able to make it where it is.
    void tableInAnothersSchema_blocks() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Roles roles(server);
        const std::string host = roles.make("_host", "NOLOGIN");
        const std::string guest = roles.make("_guest", "NOLOGIN");
        const std::string login = roles.make("_login", kLogin);
        roles.run("GRANT " + host + ", " + guest + " TO " + login);
        RoundTrip trip(server);
        trip.source.run("ALTER DATABASE " + trip.source.name() + " OWNER TO " + host +
                        "; CREATE SCHEMA s "
                        "AUTHORIZATION " +
                        host + "; GRANT ALL ON SCHEMA s TO " + guest + "; SET ROLE " + guest +
                        "; CREATE TABLE s.visitors (a int)");
        QVERIFY(trip.backUp());
        restoreAs(trip, login);
        const auto found = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(found, why(found));
        const auto* owners = finding(*found, "owners", PreflightFinding::Level::Blocker);
        QVERIFY(owners != nullptr);
        QVERIFY2(owners->text.find("table s.visitors in schema s belongs to " + guest) != std::string::npos,
                 owners->text.c_str());
    }

    void forcedRowSecurity_data() { servers(); }
    /// FORCE binds the owner as well, who could write all rows and not read them back.
    void forcedRowSecurity() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        Roles roles(server);
        const std::string login = roles.make("_login", kLogin);
        RoundTrip trip(server);
        trip.source.run(
            "ALTER DATABASE " + trip.source.name() + " OWNER TO " + login + "; SET ROLE " + login +
            "; CREATE TABLE tenants (a int); INSERT INTO tenants VALUES (1), (2); ALTER TABLE "
            "tenants ENABLE ROW LEVEL SECURITY; CREATE POLICY one ON tenants USING (a = 1); ALTER "
            "TABLE tenants FORCE ROW LEVEL SECURITY; CREATE TABLE loose (a int); ALTER TABLE loose "
            "FORCE ROW LEVEL SECURITY; CREATE TABLE own (a int); ALTER TABLE own ENABLE ROW LEVEL "
            "SECURITY");
        QVERIFY(trip.backUp());
        restoreAs(trip, login);
        const auto before = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(before, why(before));
        const auto* forced = finding(*before, "row_security", PreflightFinding::Level::Blocker);
        QVERIFY(forced != nullptr);
        QVERIFY2(forced->text.ends_with(": table public.tenants"), forced->text.c_str());
        QCOMPARE(forced->hint, "ALTER ROLE \"" + login + "\" BYPASSRLS;");
        RestoreSpec unproved = trip.spec();
        unproved.options.insert(QStringLiteral("prove"), false);
        const auto without = trip.engine.preflight(unproved, {});
        QVERIFY2(without, why(without));
        QVERIFY(finding(*without, "row_security", PreflightFinding::Level::Blocker) == nullptr);

        roles.run(forced->hint);
        const auto after = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(after, why(after));
        for (const auto& one : after->findings)
            QVERIFY2(one.level != PreflightFinding::Level::Blocker, one.text.c_str());
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        const auto differences = trip.prove(trip.target->name());
        QVERIFY2(differences, why(differences));
        QVERIFY2(differences->empty(), differences->empty() ? "" : differences->front().c_str());
    }

    void extensionsOfOthers_data() { servers(); }
    /// What a trusted extension belongs to comes back; where it cannot, it is said.
    void extensionsOfOthers() {
        QFETCH(QString, serverName);
        SALVOR_NEED_SERVER(server, serverName.toStdString());
        Roles roles(server);
        const std::string app = roles.make("_app", "NOLOGIN");
        RoundTrip trip(server);
        trip.source.run("GRANT CREATE ON DATABASE " + trip.source.name() + " TO " + app + "; SET ROLE " +
                        app +
                        "; CREATE EXTENSION citext; RESET ROLE; CREATE EXTENSION hstore; CREATE TABLE t (c "
                        "citext, h hstore); INSERT INTO t VALUES ('a', 'b=>c')");
        // No longer a role that could make it.
        trip.source.run("ALTER ROLE " + app + " SUPERUSER; SET ROLE " + app +
                        "; CREATE EXTENSION dblink; RESET ROLE; ALTER ROLE " + app + " NOSUPERUSER");
        QCOMPARE(trip.whole(), std::string());
        LabConnection fresh(server, trip.finalName());
        const std::string owners =
            "SELECT string_agg(extname || ' ' || pg_get_userbyid(extowner), ', ' ORDER "
            "BY extname) FROM pg_extension WHERE extname <> 'plpgsql'";
        QCOMPARE(trip.source.value(owners), "citext " + app + ", dblink " + app + ", hstore " + server.user);
        QCOMPARE(fresh.value(owners),
                 "citext " + app + ", dblink " + server.user + ", hstore " + server.user);
        const std::string rights =
            "SELECT string_agg(concat_ws(' ', a.grantee::regrole, a.privilege_type), ', ' ORDER BY "
            "a.grantee::regrole::text, a.privilege_type) FROM pg_database d, aclexplode(d.datacl) a WHERE "
            "d.datname = current_database()";
        QCOMPARE(fresh.value(rights), trip.source.value(rights));
        const QString said = QStringLiteral("The extension dblink belongs to the role ") +
                             QString::fromStdString(server.user + " and not to " + app);
        for (const auto& list : {trip.revealed[QStringLiteral("left_off")].toArray(),
                                 trip.finish[QStringLiteral("not_compared_because")].toArray()}) {
            const auto about = [&](const QString& words) {
                return std::ranges::count_if(
                    list, [&](const QJsonValue& one) { return one.toString().startsWith(words); });
            };
            QCOMPARE(about(said), 1);
            QCOMPARE(about(QStringLiteral("The extension ")), 1);
        }
    }

    void archiveThatCannotBeRead_isAWarning() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Roles roles(server);
        const std::string login = roles.make("_login", kLogin);
        RoundTrip trip(server);
        QVERIFY(trip.backUp());
        restoreAs(trip, login);
        RestoreSpec spec = trip.spec();
        spec.openItem = [](const std::string&, const CancelToken&) -> Result<std::unique_ptr<ByteSource>> {
            return failure(ErrorCode::Corrupt, "an object is damaged");
        };
        const auto found = trip.engine.preflight(spec, {});
        QVERIFY2(found, why(found));
        const auto* owners = finding(*found, "owners", PreflightFinding::Level::Warning);
        QVERIFY(owners != nullptr);
        QVERIFY2(owners->text.find("could not be looked at") != std::string::npos, owners->text.c_str());
    }

    void superuser_isAskedForNothing() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (a int)");
        QVERIFY(trip.backUp());
        const auto found = trip.engine.preflight(trip.spec(), {});
        QVERIFY2(found, why(found));
        QVERIFY(found->ok());
        const auto* owner = finding(*found, "owner", PreflightFinding::Level::Ok);
        QVERIFY(owner != nullptr);
        QVERIFY2(owner->text.find("will belong to " + server.user) != std::string::npos, owner->text.c_str());
    }

    void failure_hasTheGrantInItsHint() {
        const Error failed{
            ErrorCode::ToolFailed,
            "writing the schema (pre-data): pg_restore ended with code 1",
            "the text above is the program's own",
            false,
            {{"stderr", "pg_restore: error: could not execute query: ERROR:  must be member of role "
                        "\"the owner\"\nCommand was: ALTER TABLE public.orders OWNER TO \"the owner\";\n"}}};
        QCOMPARE(pgWithOwnerHint(failed, "back\"up").hint,
                 std::string("the text above is the program's own; the user needs a membership: GRANT \"the "
                             "owner\" TO \"back\"\"up\"; or restore with a superuser's login"));
        Error other = failed;
        other.context["stderr"] = "pg_restore: error: could not execute query: ERROR:  syntax error";
        QCOMPARE(pgWithOwnerHint(other, "backup").hint, failed.hint);
    }

private:
    static void servers() {
        QTest::addColumn<QString>("serverName");
        QTest::newRow("15") << QStringLiteral("pg-plain");
        QTest::newRow("17") << QStringLiteral("pg17");
    }
};

QTEST_GUILESS_MAIN(TestPgRestoreRights)
#include "test_pgrestorerights.moc"

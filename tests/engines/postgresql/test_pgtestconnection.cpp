// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a test connection tells, against real servers.
#include "engines/postgresql/pgtestconnection.h"
#include "engines/postgresql/pgtools.h"
#include "models/sourcetexts.h"

#include "labprofile.h"

#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

const SourceInfo* findSource(const ConnectionReport& report, const std::string& name) {
    const auto found = std::find_if(report.sources.begin(), report.sources.end(),
                                    [&](const auto& s) { return s.name == name; });
    return found != report.sources.end() ? &*found : nullptr;
}

} // namespace

class TestPgTestConnection : public QObject {
    Q_OBJECT

private slots:
    void testConnection_superuser_tellsVersionsSizesTools() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase database(server);
        const LabProfile lab(server);
        const auto report = pgTestConnection(m_processes, lab.connection(), {});
        QVERIFY2(report, report ? "" : report.error().toText().c_str());
        QVERIFY(report->serverVersion.starts_with(std::to_string(server.major())));
        QVERIFY(report->encrypted);
        QVERIFY(!report->systemId.empty());
        QVERIFY2(report->toolProblem.empty(), report->toolProblem.c_str());
        QVERIFY(pgToolMajor("x (PostgreSQL) " + report->toolVersion, nullptr) >= server.major());
        QVERIFY(std::abs(report->clockSkew.count()) < 5000);
        const auto* source = findSource(*report, database.name());
        QVERIFY(source != nullptr);
        QVERIFY(source->sizeBytes > 1000000);
        QVERIFY(!source->databaseId.empty());
        QVERIFY(findSource(*report, "template1") == nullptr);
    }

    void listSources_namesWhatATestConnectionNames_andLooksIntoNone() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase database(server);
        const LabProfile lab(server);
        const auto listed = pgListSources(lab.connection(), {});
        QVERIFY2(listed, listed ? "" : listed.error().toText().c_str());
        const auto tested = pgTestConnection(m_processes, lab.connection(), {});
        QVERIFY(tested);
        QCOMPARE(listed->serverVersion, tested->serverVersion);
        QCOMPARE(listed->systemId, tested->systemId);
        QCOMPARE(listed->encrypted, tested->encrypted);
        const auto* source = findSource(*listed, database.name());
        QVERIFY(source != nullptr);
        QCOMPARE(source->databaseId, findSource(*tested, database.name())->databaseId);
        QCOMPARE(source->systemId, tested->systemId);
        QVERIFY(source->details.isEmpty());
        QVERIFY(findSource(*listed, "template1") == nullptr);
    }

    void testConnection_timescale_tellsTheExtension() {
        SALVOR_NEED_SERVER(server, "timescale");
        LabDatabase database(server, LabDatabase::TimescaleDb::Yes);
        database.run("CREATE TABLE m (at timestamptz NOT NULL)");
        database.run("SELECT create_hypertable('m', 'at')");
        const LabProfile lab(server);
        const auto report = pgTestConnection(m_processes, lab.connection(), {});
        QVERIFY2(report, report ? "" : report.error().toText().c_str());
        const auto* source = findSource(*report, database.name());
        QVERIFY(source != nullptr);
        const QString version = source->details[QStringLiteral("extensions")]
                                    .toObject()[QStringLiteral("timescaledb")]
                                    .toString();
        QVERIFY(!version.isEmpty());
        QCOMPARE(QString::fromStdString(extensionsText(*source)), QStringLiteral("TimescaleDB ") + version);
        QCOMPARE(source->details[QStringLiteral("hypertables")].toInteger(), 1);
    }

    void testConnection_databaseThatWasDroppedInPart_isNamedWithWhatToDo() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase database(server);
        // As a server leaves it that stopped in the middle of DROP DATABASE.
        const std::string limit =
            "UPDATE pg_database SET datconnlimit = %1 WHERE datname = '" + database.name() + "'";
        const auto set = [&](const char* value) {
            database.run(QString::fromStdString(limit).arg(QLatin1String(value)).toStdString());
        };
        set("-2");
        const LabProfile lab(server);
        const auto report = pgTestConnection(m_processes, lab.connection(), {});
        set("-1");
        QVERIFY2(report, report ? "" : report.error().toText().c_str());
        const auto* source = findSource(*report, database.name());
        QVERIFY(source != nullptr);
        const auto refused = refusalOf(*source);
        QVERIFY(refused.has_value());
        QVERIFY2(refused->why.find("invalid") != std::string::npos, refused->why.c_str());
        QCOMPARE(refused->sql, "DROP DATABASE " + quoteIdentifier(database.name()));
        QVERIFY(!refused->isRight);
        QVERIFY(std::any_of(report->notes.begin(), report->notes.end(), [&](const std::string& note) {
            return note.find(database.name()) != std::string::npos &&
                   note.find("DROP DATABASE") != std::string::npos;
        }));
    }

    void testConnection_weakRole_namesEachRightWithItsGrant() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase database(server);
        const std::string role = database.name() + "_reader";
        database.run(
            "CREATE SCHEMA closed; CREATE TABLE closed.\"od\"\"d\" (n int); CREATE SEQUENCE counter; "
            "CREATE TABLE guarded (n int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; SELECT "
            "lo_create(4711); SELECT lo_create(0) FROM generate_series(1, 3000); CREATE ROLE \"" +
            database.name() + " o'ner\"; ALTER LARGE OBJECT 4711 OWNER TO \"" + database.name() +
            " o'ner\"; CREATE ROLE " + role + " LOGIN PASSWORD 'weak'; GRANT SELECT ON guarded TO " + role);
        LabProfile lab(server);
        lab.profile.user = role;
        lab.profile.database = database.name();
        lab.password = Secret("weak");
        const auto report = pgTestConnection(m_processes, lab.connection(), {});
        const auto isHere = [here = "in database " + database.name() + ": "](const MissingRight& right) {
            return !right.what.starts_with("in database") || right.what.starts_with(here);
        };
        QStringList sql;
        if (report) {
            // The server's other databases are other tests' own.
            for (const auto& right : report->missingRights) {
                if (isHere(right))
                    sql << QString::fromStdString(right.sql);
            }
        }
        // Granting them all leaves nothing to ask for.
        std::string left;
        if (report) {
            for (const auto& right : report->missingRights) {
                if (isHere(right))
                    database.run(right.sql);
            }
            auto again = pgTestConnection(m_processes, lab.connection(), {});
            for (const auto& right : again ? again->missingRights : std::vector<MissingRight>{{"?", "?"}}) {
                if (isHere(right))
                    left += right.what + "; ";
            }
        }
        database.run("DROP OWNED BY " + role + ", \"" + database.name() + " o'ner\"; DROP ROLE " + role +
                     ", \"" + database.name() + " o'ner\"");
        QVERIFY2(report, report ? "" : report.error().toText().c_str());
        QCOMPARE(sql.filter(QStringLiteral("LARGE OBJECT")).size(), 2);
        const QString name = QString::fromStdString(role);
        QVERIFY2(sql.contains(QStringLiteral("GRANT USAGE ON SCHEMA closed TO ") + name),
                 qPrintable(sql.join(u';')));
        QVERIFY(sql.contains(QStringLiteral("GRANT SELECT ON TABLE closed.\"od\"\"d\" TO ") + name));
        QVERIFY(sql.contains(QStringLiteral("GRANT SELECT ON SEQUENCE public.counter TO ") + name));
        QVERIFY(sql.contains(QStringLiteral("ALTER ROLE %1 BYPASSRLS").arg(name)));
        QVERIFY(sql.contains(QStringLiteral("GRANT SELECT ON LARGE OBJECT 4711 TO ") + name));
        QCOMPARE(QString::fromStdString(left), QString());
    }

    /// A login that may only read makes backups; a restore takes another one.
    void testConnection_mayNotCreateDatabases_isANoteOnly() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase database(server);
        const std::string role = database.name() + "_reader";
        database.run("CREATE TABLE t (a int); CREATE ROLE " + role +
                     " LOGIN NOCREATEDB PASSWORD 'weak'; GRANT pg_read_all_data TO " + role);
        LabProfile lab(server);
        lab.profile.user = role;
        lab.profile.database = database.name();
        lab.password = Secret("weak");
        const auto report = pgTestConnection(m_processes, lab.connection(), {});
        database.run("DROP ROLE " + role);
        QVERIFY2(report, report ? "" : report.error().toText().c_str());
        for (const auto& right : report->missingRights)
            QVERIFY2(right.sql.find("CREATEDB") == std::string::npos, right.sql.c_str());
        QVERIFY(std::ranges::any_of(report->notes, [&](const std::string& note) {
            return note.find("ALTER ROLE \"" + role + "\" CREATEDB;") != std::string::npos;
        }));
    }

    void testConnection_toolsTooOld_saysFoundAndNeeded() {
        SALVOR_NEED_SERVER(newer, "pg17");
        SALVOR_NEED_SERVER(older, "pg-plain");
        if (older.major() >= newer.major())
            QSKIP("both servers have the same version here");
        LabProfile lab(newer);
        lab.profile.toolsCommand = older.toolsCommand;
        lab.profile.toolsCommand.push_back(older.binDir + "/");
        const auto report = pgTestConnection(m_processes, lab.connection(), {});
        QVERIFY2(report, report ? "" : report.error().toText().c_str());
        QVERIFY(report->toolProblem.find("needs pg_dump " + std::to_string(newer.major())) !=
                std::string::npos);
        QVERIFY(report->toolVersion.starts_with(std::to_string(older.major())));
    }

    void findTool_none_toolMissingWithHint() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabProfile lab(server);
        lab.profile.toolsCommand = {"/nonexistent/"};
        const auto endpoint = makePgEndpoint(lab.connection());
        const auto tool = PgTools(m_processes, *endpoint).find("pg_dump", server.major(), {});
        QVERIFY(!tool);
        QCOMPARE(nameOf(tool.error().code), nameOf(ErrorCode::ToolMissing));
        QCOMPARE(tool.error().context.at("needed_version"), std::to_string(server.major()));
        QVERIFY(tool.error().hint.find("postgresql-client-") != std::string::npos);
    }

private:
    SystemProcessRunner m_processes;
};

QTEST_GUILESS_MAIN(TestPgTestConnection)
#include "test_pgtestconnection.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The whole script of docs/recovery-without-salvor.md: a real database is backed up into a repository,
// restored by the stock programs alone, and then proved equal by the engine.
#include "engines/postgresql/roundtrip.h"
#include "engines/repository/fixture.h"
#include "engines/repository/recipe.h"
#include "support/need.h"
#include "support/sampledata.h"

#include <filesystem>
#include <fstream>
#include <functional>

using namespace salvor;
using namespace salvor::test;

namespace {

QJsonObject merged(QJsonObject details, const QJsonObject& found) {
    for (auto it = found.begin(); it != found.end(); ++it)
        details.insert(it.key(), it.value());
    return details;
}

/// One stream a group, as a job does it.
Result<> store(Repository& repository, const MemoryBackup& backup, const std::string& id) {
    InlineRunner runner;
    SALVOR_ASSIGN(const auto writer, repository.beginBackup(backupRequest(id), {}));
    std::vector<std::pair<std::string, std::vector<std::pair<const Phase*, const Item*>>>> groups;
    for (const auto& phase : backup.contents.plan.phases) {
        for (const auto& item : phase.items) {
            auto group = std::ranges::find(groups, item.group, [](const auto& entry) { return entry.first; });
            if (group == groups.end())
                group = groups.insert(groups.end(), {item.group, {}});
            group->second.emplace_back(&phase, &item);
        }
    }
    std::uint64_t order = 0;
    for (const auto& [name, items] : groups) {
        const auto stream = writer->openStream(order++, runner, {});
        for (const auto& [phase, item] : items) {
            ManifestItem entry;
            entry.phase = phase->name;
            entry.parallelPhase = phase->parallel;
            entry.id = item->id;
            entry.kind = item->kind;
            entry.name = item->name;
            entry.group = item->group;
            entry.details = item->details;
            stream->beginItem(entry);
            SALVOR_TRY(stream->write(backup.bytes.at(item->id)));
            const ItemReport& report = *backup.report(item->id);
            SALVOR_TRY(
                stream->endItem(report.rows, report.contentHash, merged(item->details, report.details)));
        }
        SALVOR_TRY(stream->finish());
    }
    Manifest manifest;
    manifest.server = backup.contents.plan.server;
    manifest.finish = backup.contents.finish;
    SALVOR_TRY(writer->commit(std::move(manifest), {}));
    return {};
}

void writeFile(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::trunc) << text;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

/// A folder with the client programs of the server's own version, which may need a loader before them.
std::string makeTools(const LabServer& server, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    for (const char* program : {"psql", "pg_restore", "createdb"}) {
        std::string command;
        for (const auto& word : server.toolsCommand)
            command += "'" + word + "' ";
        writeFile(folder / program,
                  "#!/bin/sh\nexec " + command + "'" + server.binDir + "/" + program + "' \"$@\"\n");
    }
    return folder;
}

} // namespace

class TestRecipePostgresql : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        SALVOR_NEED(recipeProgramsMissing() == 0, "age, zstd, jq, openssl or basenc is not installed");
    }

    void recipe_plainDatabase_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(sample::plainDatabase());
        restores(server, trip);
    }

    void recipe_timescaleDatabase_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run(sample::timescaleDatabase(20));
        restores(server, trip);
    }

    void recipe_timescaleInASchemaOfItsOwn_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server);
        trip.source.run("CREATE SCHEMA \"Ext 1\"");
        trip.source.run("CREATE EXTENSION timescaledb SCHEMA \"Ext 1\"");
        trip.source.run("GRANT USAGE ON SCHEMA \"Ext 1\" TO PUBLIC");
        trip.source.run("SET search_path = public, \"Ext 1\"");
        trip.source.run(sample::timescaleDatabase(3));
        restores(server, trip);
    }

    /// Letters that UTF-8 has once, and settings that the schema brings or that rows must not be read in by.
    void recipe_encodingAndSettingsOfTheDatabasesOwn_areAsTheyWere() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server, LabDatabase::TimescaleDb::No, "ENCODING 'EUC_JP' LOCALE 'C'");
            const std::string alter = "ALTER DATABASE " + quoteIdentifier(trip.source.name()) + " SET ";
            trip.source.run(
                "CREATE SCHEMA app; CREATE TEXT SEARCH CONFIGURATION app.\"The shop\" (COPY = simple); " +
                alter + "search_path = app, public; " + alter +
                "default_text_search_config = '\"The shop\"'; " + alter + "IntervalStyle = 'iso_8601'; " +
                alter + "app.tenant = 'north \\ one'");
            LabConnection maker(server, trip.source.name());
            maker.run("SET search_path = public");
            maker.run(
                "CREATE FUNCTION words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE AS "
                "'SELECT pg_catalog.to_tsvector($1)';"
                "CREATE TABLE t (a text UNIQUE, body text, span interval, kept tsvector GENERATED ALWAYS AS "
                "(public.words(body)) STORED);"
                "INSERT INTO t (a, body, span) VALUES (E'\\xad\\xfc', 'the running', '-1 month +2 days'), "
                "(E'\\xa2\\xc0', 'of it', '1 day');"
                "CREATE MATERIALIZED VIEW told AS SELECT a, to_tsvector(body) AS v, span::text, "
                "current_setting('app.tenant') FROM t");
            restores(server, trip);
            LabConnection restored(server, trip.finalName());
            for (const char* table : {"told", "(SELECT a, body, kept FROM public.t)"}) {
                const std::string sql = std::string("SELECT string_agg(encode(convert_to(t::text, 'EUC_JP'), "
                                                    "'hex'), ' ' ORDER BY a) FROM ") +
                                        (table[0] == '(' ? table : std::string("public.") + table) + " t";
                QCOMPARE(restored.value(sql), maker.value(sql));
            }
        }
    }

    void recipe_foreignKeyToHypertableAndPublishedChunks_isProvedEqual() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run("CREATE TABLE orders (ts timestamptz PRIMARY KEY, v int); SELECT create_hypertable("
                        "'orders', by_range('ts', INTERVAL '1 day')); INSERT INTO orders SELECT TIMESTAMPTZ "
                        "'2026-01-01 00:00Z' + g * INTERVAL '1 day', g FROM generate_series(0, 4) g");
        trip.source.run(
            "CREATE TABLE \"It em\" AS SELECT ts FROM orders LIMIT 3; ALTER TABLE \"It em\" ADD "
            "CONSTRAINT \"to orders\" FOREIGN KEY (ts) REFERENCES orders; COMMENT ON CONSTRAINT "
            "\"to orders\" ON \"It em\" IS 'x'; CREATE PUBLICATION pub FOR TABLE orders WHERE (v > "
            "1)");
        trip.source.run("CREATE FUNCTION forbid() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN RAISE "
                        "EXCEPTION ''no''; END'; CREATE EVENT TRIGGER no_drop ON sql_drop EXECUTE FUNCTION "
                        "forbid(); COMMENT ON EVENT TRIGGER no_drop IS 'y'");
        trip.options.insert(QStringLiteral("lock_budget"), 10);
        restores(server, trip);
        LabConnection restored(server, trip.finalName());
        QCOMPARE(
            restored.value("SELECT count(*) FROM pg_constraint WHERE conrelid = '\"It em\"'::regclass AND "
                           "conparentid <> 0"),
            std::string("5"));
        QCOMPARE(restored.value("SELECT count(*) FROM pg_publication_rel"), std::string("6"));
    }

    void recipe_keysOfPartitionsThatAreSwitchedOff_areMade() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE pk (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE pk1 PARTITION OF pk "
            "FOR VALUES FROM (0) TO (100); CREATE TABLE fk (id int REFERENCES pk) PARTITION BY RANGE (id); "
            "CREATE TABLE fk1 PARTITION OF fk FOR VALUES FROM (0) TO (100); INSERT INTO pk VALUES (1); "
            "INSERT INTO fk VALUES (1); ALTER TABLE fk1 DISABLE TRIGGER ALL; ALTER TABLE pk1 DISABLE TRIGGER "
            "ALL");
        restores(server, trip);
    }

    /// As on a new server: the roles are not there, and their names are nothing for a shell.
    void recipe_missingRolesWithAwkwardNames_areMadeByTheirNames() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        const auto owned = [&](const std::string& end) { return "\"" + trip.source.name() + end + "\""; };
        const std::string owner = owned(" new\nrole's \"\"x\"\" ");
        const std::string reader = owned("\treader\\");
        trip.source.run("CREATE ROLE " + owner + "; CREATE ROLE " + reader +
                        "; CREATE TABLE t (n int); INSERT INTO t VALUES (1), (2); ALTER TABLE t OWNER TO " +
                        owner + "; GRANT SELECT ON t TO " + reader +
                        "; CREATE MATERIALIZED VIEW \"sum\nof 'it' \" AS SELECT sum(n) FROM t");
        restores(server, trip, [&] {
            trip.source.run("ALTER ROLE " + owner + " RENAME TO " + owned("_was_owner") + "; ALTER ROLE " +
                            reader + " RENAME TO " + owned("_was_reader"));
        });
        LabConnection restored(server, trip.finalName());
        const std::string found =
            restored.value("SELECT tableowner || ':' || has_table_privilege('" + trip.source.name() +
                           "\treader' || chr(92), 't', 'SELECT') FROM pg_tables WHERE tablename = 't'");
        const std::string sum = restored.value("SELECT sum FROM \"sum\nof 'it' \"");
        const std::string like =
            "SELECT string_agg(rolname, '|' ORDER BY rolname) FROM pg_roles WHERE starts_with(rolname, '" +
            trip.source.name() + "')";
        const std::string roles = restored.value(like);
        restored.run("DROP OWNED BY " + owner + ", " + reader + " CASCADE; DROP ROLE " + owner + ", " +
                     reader);
        trip.source.run("DROP OWNED BY " + owned("_was_owner") + ", " + owned("_was_reader") +
                        " CASCADE; DROP ROLE " + owned("_was_owner") + ", " + owned("_was_reader"));
        QCOMPARE(found, trip.source.name() + " new\nrole's \"x\" :true");
        QCOMPARE(sum, std::string("3"));
        QCOMPARE(std::ranges::count(roles, '|'), 3); // none with a part of a name
    }

private:
    void restores(const LabServer& server, RoundTrip& trip, const std::function<void()>& before = {}) {
        const auto backedUp = trip.backUp();
        QVERIFY2(backedUp, describe(backedUp).toUtf8());
        if (before)
            before();
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(store(**fixture.openWriter(), trip.backup, backupId(1)));

        const std::string base = fixture.statePath("tools").string();
        const std::string tools = makeTools(server, base);
        writeFile(base + ".pass", "*:*:*:*:" + server.password + "\n");
        std::filesystem::permissions(base + ".pass", std::filesystem::perms::owner_read);
        writeFile(base + ".sh", (recipeBlock(QStringLiteral("recipe-files")) +
                                 recipeBlock(QStringLiteral("recipe-postgresql")))
                                    .toStdString());
        std::vector<std::string> command{"env",
                                         "REPO=" + fixture.root(),
                                         "WORK=" + fixture.statePath("work").string(),
                                         "TARGET=" + trip.finalName(),
                                         "PATH=" + tools + ":" + qEnvironmentVariable("PATH").toStdString(),
                                         "PGHOST=" + server.host,
                                         "PGPORT=" + std::to_string(server.port),
                                         "PGUSER=" + server.user,
                                         "PGPASSFILE=" + base + ".pass"};
        if (!server.caFile.empty()) {
            command.push_back("PGSSLMODE=verify-full");
            command.push_back("PGSSLROOTCERT=" + server.caFile);
        }
        command.insert(command.end(), {"sh", base + ".sh"});
        const PtyResult ran =
            runOnPty(command, {{"passphrase", std::string(fixture.outcome.passphrase.text())}},
                     std::chrono::seconds(240));
        QVERIFY2(
            ran.finished && ran.exitCode == 0,
            ran.output.substr(ran.output.size() - std::min<std::size_t>(ran.output.size(), 2000)).c_str());

        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, describe(differences).toUtf8());
        QVERIFY2(differences->empty(), differences->empty() ? "" : differences->front().c_str());
    }
};

QTEST_GUILESS_MAIN(TestRecipePostgresql)
#include "test_recipe_postgresql.moc"

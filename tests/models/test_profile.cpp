// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/postgresqldescription.h"
#include "models/connectionreport.h"
#include "models/profilefields.h"
#include "models/sourcetexts.h"
#include "support/check.h"

#include <QTest>

#include <functional>

using namespace salvor;

namespace {

Result<ParsedUri> parseProfileUri(std::string_view uri) {
    return salvor::parseProfileUri(uri, {postgresqlDescription()});
}

Profile completeProfile() {
    Profile profile;
    profile.uuid = makeUuid();
    profile.title = "billing";
    profile.engine = "postgresql";
    profile.host = "db.example.org";
    profile.port = 5432;
    profile.user = "backup";
    profile.database = "postgres";
    return profile;
}

} // namespace

class TestProfile : public QObject {
    Q_OBJECT
private slots:
    void parse_everyPart_isTaken() {
        const auto parsed =
            parseProfileUri("postgresql://back%40up:p%3Aw%20d@db.example.org:6432/my%2Fdb?sslmode="
                            "verify-ca&sslrootcert=%2Fetc%2Fca.pem");
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->profile.engine, std::string("postgresql"));
        QCOMPARE(parsed->profile.user, std::string("back@up"));
        QCOMPARE(parsed->password, std::string("p:w d"));
        QVERIFY(parsed->hasPassword);
        QCOMPARE(parsed->profile.host, std::string("db.example.org"));
        QCOMPARE(parsed->profile.port, std::uint16_t(6432));
        QCOMPARE(parsed->profile.database, std::string("my/db"));
        QCOMPARE(parsed->profile.tlsMode, std::string("verify-ca"));
        QCOMPARE(parsed->profile.tlsCaFile, std::string("/etc/ca.pem"));
    }

    void rightsScript_severalDatabases_isWhatPsqlRuns() {
        ConnectionReport report;
        report.sources = {SourceInfo{"shop", "1", "", 0, {}}, SourceInfo{"od\"d", "2", "", 0, {}}};
        report.sources[1].details = {
            {QStringLiteral("refused"), QStringLiteral("the login backup may not connect to it")},
            {QStringLiteral("refused_sql"),
             QStringLiteral("GRANT CONNECT ON DATABASE \"od\"\"d\" TO backup")},
            {QStringLiteral("refused_right"), true}};
        report.missingRights = {
            {"in database shop: read table public.t", "GRANT SELECT ON TABLE public.t TO backup"},
            {"in database shop: read table public.u", "GRANT SELECT ON TABLE public.u TO backup"},
            {"in database od\"d: connect to it", "GRANT CONNECT ON DATABASE \"od\"\"d\" TO backup"},
            {"in database od\"d: use schema s", "GRANT USAGE ON SCHEMA s TO backup"},
            {"create databases, which a restore needs", "ALTER ROLE backup CREATEDB;"}};
        QCOMPARE(
            rightsScript(report, "backup"),
            std::string("-- Instead of schema by schema and table by table, with those that are made later\n"
                        "-- (PostgreSQL 14 or newer): GRANT pg_read_all_data TO \"backup\";\n"
                        "\\connect \"shop\"\n"
                        "-- in database shop: read table public.t\n"
                        "GRANT SELECT ON TABLE public.t TO backup;\n"
                        "-- in database shop: read table public.u\n"
                        "GRANT SELECT ON TABLE public.u TO backup;\n"
                        "-- in database od\"d: connect to it\n"
                        "GRANT CONNECT ON DATABASE \"od\"\"d\" TO backup;\n"
                        "\\connect \"od\"\"d\"\n"
                        "-- in database od\"d: use schema s\n"
                        "GRANT USAGE ON SCHEMA s TO backup;\n"
                        "-- create databases, which a restore needs\n"
                        "ALTER ROLE backup CREATEDB;\n"));
        QCOMPARE(withoutRightsOf(report, {"shop", "od\"d"}).missingRights.size(), std::size_t(1));
    }

    void parse_whatSalvorSetsItself_isLeftOut() {
        const auto parsed =
            parseProfileUri("postgresql://u@db/shop?application_name=psql&connect_timeout=5&sslmode=require");
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->profile.database, std::string("shop"));
        QCOMPARE(parsed->profile.tlsMode, std::string("require"));
    }

    void parse_onlyHost_takesSafeDefaults() {
        const auto parsed = parseProfileUri("postgres://db");
        QVERIFY(parsed.has_value());
        QCOMPARE(parsed->profile.host, std::string("db"));
        QCOMPARE(parsed->profile.port, std::uint16_t(5432));
        QCOMPARE(parsed->profile.database, std::string("postgres"));
        QCOMPARE(parsed->profile.tlsMode, std::string("verify-full"));
        QVERIFY(!parsed->hasPassword);
        QVERIFY(parsed->profile.user.empty());
    }

    void parse_places_data() {
        QTest::addColumn<QByteArray>("uri");
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<int>("port");
        QTest::newRow("socket in the authority")
            << QByteArray("postgresql://u@%2Fvar%2Frun%2Fpostgresql:5433/db")
            << QByteArray("/var/run/postgresql") << 5433;
        QTest::newRow("socket as a parameter")
            << QByteArray("postgresql://u@/db?host=%2Fvar%2Frun&port=5434") << QByteArray("/var/run") << 5434;
        QTest::newRow("socket, no authority")
            << QByteArray("postgresql:///db?host=/tmp") << QByteArray("/tmp") << 5432;
        QTest::newRow("port, host as a parameter")
            << QByteArray("postgresql://:7000/db?host=/tmp") << QByteArray("/tmp") << 7000;
        QTest::newRow("IPv6") << QByteArray("postgresql://u@[2001:db8::1]:5435/db")
                              << QByteArray("2001:db8::1") << 5435;
        QTest::newRow("IPv6, no port") << QByteArray("postgresql://[::1]") << QByteArray("::1") << 5432;
        QTest::newRow("empty parameters") << QByteArray("postgresql://h/?") << QByteArray("h") << 5432;
    }
    void parse_places() {
        QFETCH(QByteArray, uri);
        QFETCH(QByteArray, host);
        QFETCH(int, port);
        const auto parsed = parseProfileUri(uri.toStdString());
        QVERIFY2(parsed.has_value(), parsed ? "" : parsed.error().message.c_str());
        QCOMPARE(parsed->profile.host, host.toStdString());
        QCOMPARE(int(parsed->profile.port), port);
    }

    void parse_bad_data() {
        QTest::addColumn<QByteArray>("uri");
        QTest::addColumn<QByteArray>("part");
        const auto row = [](const char* name, const char* uri, const char* part) {
            QTest::newRow(name) << QByteArray(uri) << QByteArray(part);
        };
        row("empty", "", "scheme");
        row("mysql", "mysql://u@h/db", "scheme");
        row("no scheme", "u:secret@h/db", "scheme");
        row("no host", "postgresql:///db", "host");
        row("list of hosts", "postgresql://a,b/db", "host");
        row("bare IPv6", "postgresql://::1/db", "host");
        row("open bracket", "postgresql://[::1/db", "host");
        row("name in brackets", "postgresql://[host]/db", "host");
        row("text behind brackets", "postgresql://[::1]x/db", "host");
        row("port of letters", "postgresql://h:secret/db", "port");
        row("port zero", "postgresql://h:0/db", "port");
        row("port too large", "postgresql://h:65536/db", "port");
        row("empty port", "postgresql://h:/db", "port");
        row("half a percent", "postgresql://u:secret%4@h/db", "password");
        row("percent at the end", "postgresql://u%@h/db", "user");
        row("NUL", "postgresql://h/d%00b", "dbname");
        row("fragment", "postgresql://h/db#secret", "text");
        row("slash in a password", "postgresql://u:se/cret@h/db", "text");
        row("question mark in a password", "postgresql://u:se?secret=1@h/db", "text");
        row("two slashes", "postgresql://h/a/b", "database");
        row("unknown parameter", "postgresql://h/db?keepalives=0", "parameters");
        row("parameter without value", "postgresql://h/db?sslmode", "parameters");
        row("unknown mode", "postgresql://h/db?sslmode=always", "sslmode");
        row("weak mode", "postgresql://h/db?sslmode=prefer", "sslmode");
        row("twice", "postgresql://h/db?host=g", "host");
        row("parameter twice", "postgresql://h/?user=a&user=b", "user");
    }
    void parse_bad() {
        QFETCH(QByteArray, uri);
        QFETCH(QByteArray, part);
        const auto parsed = parseProfileUri(uri.toStdString());
        CHECK_FAILS(parsed, ErrorCode::InvalidInput);
        QCOMPARE(parsed.error().context.at("part"), part.toStdString());
        QVERIFY2(parsed.error().toText().find("secret") == std::string::npos, "a message quotes a password");
    }

    void parse_unknownParameter_isNamed() {
        const auto parsed = parseProfileUri("postgresql://h/db?options=-cfoo");
        QVERIFY(!parsed.has_value());
        QCOMPARE(parsed.error().context.at("parameter"), std::string("options"));
    }

    void parse_schemeOfAnotherEngine_isReadByItsDescription() {
        EngineDescription other;
        other.id = "other";
        other.label = "Other Store";
        other.uriSchemes = {"other"};
        other.fields = {{"host", ProfileField::Kind::Text, "", "", "", "", true},
                        {"port", ProfileField::Kind::Number, "", "", "", "7777", true},
                        {"read_from", ProfileField::Kind::Choice, "", "", "", "first"}};
        other.fields[2].choices = {{"first", ""}, {"second", ""}};
        other.fields[2].uriParameter = "from";
        const std::vector<EngineDescription> engines{postgresqlDescription(), other};
        const auto parsed = salvor::parseProfileUri("other://box?from=second", engines);
        CHECK_OK(parsed);
        QCOMPARE(parsed->profile.engine, std::string("other"));
        QCOMPARE(int(parsed->profile.port), 7777);
        QCOMPARE(fieldValue(parsed->profile, "read_from"), std::string("second"));
        QVERIFY(parsed->profile.database.empty());
        for (const char* uri : {"other://box?from=third", "other://box?sslmode=require", "other://anna@box",
                                "other://box/shop"})
            CHECK_FAILS(salvor::parseProfileUri(uri, engines), ErrorCode::InvalidInput);
        const auto unknown = salvor::parseProfileUri("mysql://box", engines);
        CHECK_FAILS(unknown, ErrorCode::InvalidInput);
        QCOMPARE(unknown.error().hint, std::string("start with postgresql:// or other://"));
        CHECK_OK(salvor::parseProfileUri("postgresql://u@db/shop", engines));
    }

    void parse_weakMode_isRefusedForWhatItDoes() {
        const auto parsed = parseProfileUri("postgresql://h/db?sslmode=prefer");
        CHECK_FAILS(parsed, ErrorCode::InvalidInput);
        QVERIFY(parsed.error().message.find("no encryption in silence") != std::string::npos);
        QCOMPARE(parsed.error().hint, std::string("use disable, require, verify-ca or verify-full"));
    }

    void fieldValue_ofEachKey_isWhatWasSet() {
        Profile profile;
        for (const char* key : {"host", "user", "database", "tls_mode", "tls_ca_file", "an_option"}) {
            CHECK_OK(setFieldValue(profile, key, key));
            QCOMPARE(fieldValue(profile, key), std::string(key));
        }
        CHECK_FAILS(setFieldValue(profile, "port", "70000"), ErrorCode::InvalidInput);
        CHECK_OK(setFieldValue(profile, "port", "70"));
        QCOMPARE(int(profile.port), 70);
        QCOMPARE(profile.options.size(), std::size_t(1));
        CHECK_OK(setFieldValue(profile, "an_option", {}));
        QVERIFY(profile.options.empty());
    }

    void validate_complete_passes() { CHECK_OK(validateFor(completeProfile(), postgresqlDescription())); }

    void validate_bad_data() {
        QTest::addColumn<QByteArray>("field");
        for (const char* field : {"uuid", "title", "engine", "host", "port", "user", "database", "tls_mode",
                                  "tls_ca_file", "secret_kind", "tools_command"})
            QTest::newRow(field) << QByteArray(field);
    }
    void validate_bad() {
        QFETCH(QByteArray, field);
        Profile profile = completeProfile();
        const std::map<std::string, std::function<void()>> spoil = {
            {"uuid", [&] { profile.uuid = "ABC"; }},
            {"title", [&] { profile.title = std::string(201, 'x'); }},
            {"engine", [&] { profile.engine.clear(); }},
            {"host", [&] { profile.host = "a\nb"; }},
            {"port", [&] { profile.port = 0; }},
            {"user", [&] { profile.user.clear(); }},
            {"database", [&] { profile.database.clear(); }},
            {"tls_mode", [&] { profile.tlsMode = "prefer"; }},
            {"tls_ca_file", [&] { profile.tlsCaFile = "ca.pem"; }},
            {"secret_kind", [&] { profile.secretKind = "environment"; }},
            {"tools_command", [&] { profile.toolsCommand = {""}; }},
        };
        spoil.at(field.toStdString())();
        const auto result = validateFor(profile, postgresqlDescription());
        CHECK_FAILS(result, ErrorCode::InvalidInput);
        QCOMPARE(result.error().context.at("field"), field.toStdString());
    }

    void json_roundTrip_isEqual() {
        Profile profile = completeProfile();
        profile.title = "Rechnung – größer";
        profile.tlsCaFile = "/etc/ca.pem";
        profile.secretKind = "file";
        profile.toolsCommand = {"docker", "exec", "-i", "pg"};
        profile.options = {{"a", "1"}};
        profile.revision = 7;
        const auto back = profileFromJson(toJson(profile));
        QVERIFY(back.has_value());
        QCOMPARE(toJson(*back), toJson(profile));
        QCOMPARE(back->toolsCommand, profile.toolsCommand);
        QCOMPARE(back->options, profile.options);
        QCOMPARE(back->revision, std::int64_t(7));
    }

    void json_fieldMissingOrWrong_isCorrupt() {
        for (const char* key : {"uuid", "title", "engine", "tls_mode"}) {
            QJsonObject object = toJson(completeProfile());
            object.remove(QLatin1String(key));
            const auto back = profileFromJson(object);
            QVERIFY2(!back.has_value(), key);
            QVERIFY(back.error().code == ErrorCode::Corrupt);
            QVERIFY(back.error().message.find(key) != std::string::npos);
        }
        QJsonObject object = toJson(completeProfile());
        object.insert(QStringLiteral("port"), 70000);
        QVERIFY(!profileFromJson(object).has_value());
        object.insert(QStringLiteral("port"), 1.5);
        QVERIFY(!profileFromJson(object).has_value());
    }

    void makeUuid_twice_differs() {
        const std::string uuid = makeUuid();
        QVERIFY(uuid != makeUuid());
        QCOMPARE(uuid.size(), std::size_t(36));
        QCOMPARE(uuid[14], '4');
    }
};

QTEST_APPLESS_MAIN(TestProfile)
#include "test_profile.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgsettings.h"

#include "models/base/json.h"

#include <algorithm>
#include <set>
#include <utility>

namespace salvor {

namespace {

using Settings = PgSettings;

/// By these functions compute. Not among them: those by which rows are read in (money by lc_monetary,
/// intervals, arrays with NULL, XML), which are fixed; and what bounds or refuses (time-outs, read only).
constexpr const char* kSessionNames = "'timezone', 'timezone_abbreviations', 'datestyle', "
                                      "'default_text_search_config', 'lc_numeric', 'lc_time', "
                                      "'bytea_output', 'extra_float_digits', 'xmlbinary'";
/// By these the queries of materialized views compute as well, and rows are read in: see pgReadForms().
constexpr const char* kFormNames = "'intervalstyle', 'lc_monetary', 'quote_all_identifiers', 'xmloption'";

bool isOwnParameter(const std::string& name) {
    return name.find('.') != std::string::npos && !name.starts_with("timescaledb.");
}

/// Of names and messages; rows have an encoding of their own (pgCopyEncoding). Where there is no conversion
/// to UTF-8 the bytes go as they are.
std::string clientEncoding(const PgConnection& connection) {
    const auto server = connection.parameter("server_encoding");
    return server == "SQL_ASCII" || server == "MULE_INTERNAL" ? server : "UTF8";
}

/// Those that the server does not have (transaction_timeout before 17) are left out by the server itself.
Result<> apply(PgConnection& connection, const Settings& settings, const CancelToken& cancel) {
    std::string values;
    for (const auto& [name, value] : settings)
        values += (values.empty() ? "" : ", ") +
                  ("(" + connection.quoteText(name) + ", " + connection.quoteText(value) + ")");
    return connection
        .query("preparing the session",
               "SELECT pg_catalog.set_config(s.name, v.value, false) FROM (VALUES " + values +
                   ") v (name, value) JOIN pg_catalog.pg_settings s ON pg_catalog.lower(s.name) = v.name",
               cancel)
        .map([](const PgRows&) {});
}

Settings commonSettings(const PgConnection& connection) {
    return {{"statement_timeout", "0"},
            {"idle_in_transaction_session_timeout", "0"},
            {"idle_session_timeout", "0"},
            {"transaction_timeout", "0"},
            {"datestyle", "ISO, YMD"},
            {"intervalstyle", "postgres"},
            {"timezone", "UTC"},
            {"extra_float_digits", "3"},
            {"bytea_output", "hex"},
            {"lc_monetary", "C"},
            {"xmloption", "content"},
            {"client_min_messages", "error"},
            {"quote_all_identifiers", "off"},
            {"client_encoding", clientEncoding(connection)},
            {"search_path", ""}};
}

} // namespace

Result<> pgPrepareReading(PgConnection& connection, int lockTimeoutSeconds, const CancelToken& cancel) {
    Settings settings = commonSettings(connection);
    settings.insert(settings.end(),
                    {{"row_security", "off"}, // an error instead of a part of the rows
                     {"synchronize_seqscans", "off"},
                     {"lock_timeout", std::to_string(lockTimeoutSeconds) + "s"},
                     // Nobody may slip a view, and with it code of theirs, under the name of a table.
                     {"restrict_nonsystem_relation_kind", "view, foreign-table"}});
    return apply(connection, settings, cancel);
}

Result<> pgPrepareWriting(PgConnection& connection, const PgSettings& session, const CancelToken& cancel) {
    Settings settings = commonSettings(connection);
    std::set<std::string> given;
    PgSettings own;
    for (const auto& [name, value] : session) {
        given.insert(name);
        if (isOwnParameter(name)) // no server lists it
            own.emplace_back(name, value);
    }
    std::erase_if(settings, [&](const auto& setting) { return given.contains(setting.first); });
    settings.insert(settings.end(), session.begin(), session.end());
    SALVOR_TRY(pgSetAlso(connection, own, cancel));
    settings.insert(settings.end(),
                    {{"lock_timeout", "60s"},
                     {"array_nulls", "on"},
                     {"synchronous_commit", "off"}, // a synchronous commit follows before anything counts
                     {"row_security", "off"},
                     {"check_function_bodies", "off"}});
    return apply(connection, settings, cancel);
}

Result<std::string> pgDumpOptions(PgConnection& connection, PgTextForms forms, const CancelToken& cancel) {
    // pg_dump sets the forms of dates, intervals and numbers itself, and these it does not.
    return connection.value("looking at the settings", R"sql(
SELECT coalesce(pg_catalog.string_agg('-c ' || w.name || '=' || w.value, ' ' ORDER BY w.name), '')
  FROM (VALUES ('quote_all_identifiers', 'off'), ('timezone', 'UTC'), ('bytea_output', 'hex'),
               ('standard_conforming_strings', 'on'), ('lc_monetary', 'C'), ('xmlbinary', 'base64')) w (name, value)
  JOIN pg_catalog.pg_settings s ON pg_catalog.lower(s.name) = w.name AND s.reset_val <> w.value
 WHERE w.name = 'quote_all_identifiers' OR $1::bool)sql",
                            cancel, {forms == PgTextForms::Fixed ? "true" : "false"});
}

namespace {

// What a client without settings of its own has: the database's, else that of all roles, else reset_val,
// which is the server's and not what this session was set to. Where the backup's own login has one, reset_val
// is that one, so it is asked last.
constexpr const char* kSaid = R"sql(
WITH said AS (
  SELECT d.setdatabase, pg_catalog.lower(pg_catalog.split_part(c, '=', 1)) AS name,
         pg_catalog.substr(c, pg_catalog.strpos(c, '=') + 1) AS value
    FROM pg_catalog.pg_db_role_setting d, pg_catalog.unnest(d.setconfig) c
   WHERE d.setrole = 0 AND d.setdatabase IN (0, (SELECT oid FROM pg_catalog.pg_database
                                                  WHERE datname = pg_catalog.current_database())))
SELECT pg_catalog.lower(s.name), coalesce((SELECT w.value FROM said w WHERE w.name = pg_catalog.lower(s.name)
                                            ORDER BY w.setdatabase = 0 LIMIT 1), s.reset_val)
  FROM pg_catalog.pg_settings s WHERE pg_catalog.lower(s.name) IN ()sql";

// Those of the database itself are among its settings, and overrule these.
constexpr const char* kOwnOfAllRoles = R"sql( UNION ALL
SELECT name, value FROM said WHERE setdatabase = 0 AND name ~ '[.]' AND name !~ '^timescaledb[.]')sql";

// A configuration of the user's own under its whole name, found as clients find it: a restore looks with an
// empty search_path. ("$user" is another schema for each of them, and is left out.)
constexpr const char* kWholeName = R"sql(
SELECT pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.cfgname)
  FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
  LEFT JOIN pg_catalog.regexp_split_to_table($2::text, ',') WITH ORDINALITY p (name, place)
       ON pg_catalog.btrim(p.name, ' "') = n.nspname
 WHERE $1::text IN (c.cfgname::text, pg_catalog.quote_ident(c.cfgname)) AND (p.place IS NOT NULL OR n.nspname = 'pg_catalog')
 ORDER BY coalesce(p.place, 0) LIMIT 1)sql";

Result<QJsonObject> readSaid(PgConnection& connection, const std::string& names, const char* more,
                             const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("reading the settings",
                                                    kSaid + names + ")" + more + " ORDER BY 1", cancel));
    QJsonObject out;
    for (int row = 0; row < rows.size(); ++row)
        out.insert(toQt(rows.view(row, 0)), toQt(rows.view(row, 1)));
    return out;
}

} // namespace

Result<QJsonObject> pgReadSession(PgConnection& connection, const CancelToken& cancel) {
    const QString path = QStringLiteral("search_path");
    const QString search = QStringLiteral("default_text_search_config");
    SALVOR_ASSIGN(auto session, readSaid(connection, kSessionNames + std::string(", 'search_path'"),
                                         kOwnOfAllRoles, cancel));
    const std::string searchPath = fromQt(session.take(path).toString());
    SALVOR_ASSIGN(const auto whole,
                  connection.value("looking for the text search configuration", kWholeName, cancel,
                                   {fromQt(session[search].toString()), searchPath}));
    if (!whole.empty())
        session.insert(search, toQt(whole));
    return session;
}

Result<QJsonObject> pgReadForms(PgConnection& connection, const CancelToken& cancel) {
    return readSaid(connection, kFormNames, "", cancel);
}

namespace {

PgSettings settingsOf(const QJsonObject& values) {
    PgSettings out;
    for (auto one = values.begin(); one != values.end(); ++one)
        out.emplace_back(fromQt(one.key()), fromQt(one.value().toString()));
    return out;
}

} // namespace

PgSettings pgSessionOf(const QJsonObject& server) {
    const QJsonObject session = server[QStringLiteral("session")].toObject();
    PgSettings out = settingsOf(session);
    const auto database = server[QStringLiteral("database")].toObject();
    for (const auto& value : database[QStringLiteral("settings")].toArray()) {
        const auto setting = value.toObject();
        const std::string name = fromQt(setting[QStringLiteral("name")].toString());
        if (!isOwnParameter(name) || !setting[QStringLiteral("role")].toString().isEmpty())
            continue;
        std::erase_if(out, [&](const auto& ofAllRoles) { return ofAllRoles.first == name; });
        out.emplace_back(name, fromQt(setting[QStringLiteral("value")].toString()));
    }
    return out;
}

std::optional<std::string> pgSearchPathOf(const QJsonObject& server, const std::string& role) {
    const auto database = server[QStringLiteral("database")].toObject();
    for (const auto& value : database[QStringLiteral("settings")].toArray()) {
        const auto setting = value.toObject();
        if (setting[QStringLiteral("name")].toString() == QStringLiteral("search_path") &&
            fromQt(setting[QStringLiteral("role")].toString()) == role)
            return fromQt(setting[QStringLiteral("value")].toString());
    }
    return std::nullopt;
}

Result<PgSettings> pgUsableSettings(PgConnection& connection, const PgSettings& settings,
                                    QJsonArray& sentences, const CancelToken& cancel) {
    PgSettings usable;
    for (const auto& [name, value] : settings) {
        const auto tried = connection.query("trying the setting " + name,
                                            "SELECT pg_catalog.set_config(" + connection.quoteText(name) +
                                                ", " + connection.quoteText(value) + ", true)",
                                            cancel);
        if (tried)
            usable.emplace_back(name, value);
        else if (!connection.usable() || tried.error().isCancelled())
            return failure(tried.error());
        else
            sentences.append(toQt("The source computed with " + name + " = " + value +
                                  ", which the restored database does not take (" + tried.error().message +
                                  "): what depends on it was computed with this server's own."));
    }
    return usable;
}

Result<> pgSetForms(PgConnection& connection, const QJsonObject& server, QJsonArray& sentences,
                    const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto forms,
                  pgUsableSettings(connection, settingsOf(server[QStringLiteral("session_forms")].toObject()),
                                   sentences, cancel));
    return pgSetAlso(connection, forms, cancel);
}

Result<> pgSetAlso(PgConnection& connection, const PgSettings& settings, const CancelToken& cancel) {
    std::string sql;
    for (const auto& [name, value] : settings)
        sql += (sql.empty() ? "SELECT " : ", ") + std::string("pg_catalog.set_config(") +
               connection.quoteText(name) + ", " + connection.quoteText(value) + ", false)";
    return sql.empty() ? Result<>()
                       : connection.query("preparing the session", sql, cancel).map([](const PgRows&) {});
}

std::string pgAsOptions(const PgSettings& settings) {
    std::string options;
    for (const auto& [name, value] : settings) {
        options += (options.empty() ? "-c " : " -c ") + name + "=";
        for (const char c : value) {
            if (c == ' ' || c == '\\' || c == '\t' || c == '\n')
                options += '\\';
            options += c;
        }
    }
    return options;
}

Result<PgEndpointPtr> pgQuietEndpoint(PgConnection& server, const PgEndpointPtr& endpoint,
                                      const CancelToken& cancel) {
    constexpr int kFirstWithSwitch = 170000;
    const PgEndpointPtr own =
        server.overrides().empty() ? endpoint : pgWithOptions(*endpoint, server.overrides());
    if (server.serverVersion() < kFirstWithSwitch)
        return own;
    SALVOR_ASSIGN(const auto super,
                  server.value("looking at the role",
                               // The login: options of a connection are set before any other role.
                               "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = session_user",
                               cancel));
    return super == "t" ? pgWithOptions(*own, "-c event_triggers=off") : own;
}

namespace {

/// A saved list as SET takes it: an empty name is saved as "", and only '' says it.
std::string listOf(const std::string& value) {
    std::string out;
    bool inName = false;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool begins = !inName && (i == 0 || value[i - 1] == ' ' || value[i - 1] == ',');
        if (begins && value.compare(i, 2, "\"\"") == 0 && (i + 2 == value.size() || value[i + 2] == ',')) {
            out += "''";
            ++i;
            continue;
        }
        inName = (value[i] == '"') != inName; // two quotes in a name close and open it
        out += value[i];
    }
    return out;
}

} // namespace

std::string pgSettingClause(const PgConnection& connection, const std::string& name,
                            const std::string& value) {
    std::string quoted;
    for (std::size_t begin = 0;;) {
        const auto dot = name.find('.', begin);
        quoted += connection.quoteName(name.substr(begin, dot - begin));
        if (dot == std::string::npos)
            break;
        quoted += ".";
        begin = dot + 1;
    }
    const bool isList = name == "search_path" || name == "temp_tablespaces" ||
                        name == "session_preload_libraries" || name == "local_preload_libraries";
    return quoted + " TO " + (isList && !value.empty() ? listOf(value) : connection.quoteText(value));
}

} // namespace salvor

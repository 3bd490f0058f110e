// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgsettings.h"

#include <utility>

namespace salvor {

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// UTF-8 is lossless for every encoding that has a conversion; without one the bytes go as they are.
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

Result<> pgPrepareWriting(PgConnection& connection, const CancelToken& cancel) {
    Settings settings = commonSettings(connection);
    settings.insert(settings.end(),
                    {{"lock_timeout", "60s"},
                     {"synchronous_commit", "off"}, // a synchronous commit follows before anything counts
                     {"row_security", "off"},
                     {"check_function_bodies", "off"}});
    return apply(connection, settings, cancel);
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
    return quoted + " TO " + (isList && !value.empty() ? value : connection.quoteText(value));
}

} // namespace salvor

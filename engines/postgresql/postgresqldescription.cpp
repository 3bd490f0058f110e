// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/postgresqldescription.h"

#include <QtGlobal>

namespace salvor {

namespace {

/// For people: ui looks the translation up.
#define SALVOR_TEXT(text) QT_TRANSLATE_NOOP("EngineDescription", text)

ProfileField text(const char* key, const char* label, const char* help) {
    ProfileField field;
    field.key = key;
    field.label = label;
    field.help = help;
    return field;
}

ProfileField tlsMode() {
    ProfileField field = text("tls_mode", SALVOR_TEXT("&Encryption"), "");
    field.kind = ProfileField::Kind::Choice;
    field.name = SALVOR_TEXT("Encryption of the connection");
    field.defaultValue = "verify-full";
    field.required = true;
    field.uriParameter = "sslmode";
    field.choices = {{"verify-full", SALVOR_TEXT("TLS, certificate and host name verified")},
                     {"verify-ca", SALVOR_TEXT("TLS, certificate verified")},
                     {"require", SALVOR_TEXT("TLS, nothing verified (can be eavesdropped on)")},
                     {"disable", SALVOR_TEXT("No TLS (only for a unix socket or this computer)")}};
    const char* const why = "would fall back to no encryption in silence";
    field.uriRefuses = {{"allow", why}, {"prefer", why}};
    return field;
}

// Parameters of URIs: PostgreSQL documentation, "Parameter Key Words".
std::vector<ProfileField> fields() {
    using Kind = ProfileField::Kind;
    ProfileField host =
        text("host", SALVOR_TEXT("&Host"),
             SALVOR_TEXT("Name or address; or the folder of a unix socket, such as /run/postgresql"));
    host.uriParameter = "host";
    ProfileField port = text("port", SALVOR_TEXT("P&ort"), "");
    port.kind = Kind::Number;
    port.defaultValue = "5432";
    port.uriParameter = "port";
    ProfileField user = text("user", SALVOR_TEXT("Use&r"), SALVOR_TEXT("The role to log in as"));
    user.uriParameter = "user";
    ProfileField password = text("password", SALVOR_TEXT("&Password"),
                                 SALVOR_TEXT("Kept where the field below says, and nowhere else"));
    password.kind = Kind::Password;
    password.uriParameter = "password";
    ProfileField database = text("database", SALVOR_TEXT("First &database"),
                                 SALVOR_TEXT("Connected to first, to see the others; usually postgres"));
    database.defaultValue = "postgres";
    database.uriParameter = "dbname";
    for (ProfileField* one : {&host, &port, &user, &database})
        one->required = true;
    ProfileField ca = text("tls_ca_file", SALVOR_TEXT("Private &CA"),
                           SALVOR_TEXT("Certificate of a private authority, trusted for this server only"));
    ca.kind = Kind::File;
    ca.placeholder = SALVOR_TEXT("The system's authorities");
    ca.uriParameter = "sslrootcert";
    ProfileField tools = text("tools_command", SALVOR_TEXT("Too&ls command"),
                              SALVOR_TEXT("Words put before pg_dump and pg_restore, such as: docker exec -i "
                                          "NAME. A last word ending in / is their folder"));
    tools.kind = Kind::Words;
    tools.placeholder = SALVOR_TEXT("Found by themselves");
    return {host, port, user, password, database, tlsMode(), ca, tools};
}

std::vector<MethodOption> options() {
    MethodOption format{"format", {"auto", "text", "binary"}, 0, 0};
    format.label = SALVOR_TEXT("Rows are copied as");
    format.choiceLabels = {SALVOR_TEXT("What suits the table"), SALVOR_TEXT("Text"), SALVOR_TEXT("Binary")};
    MethodOption range{"range_bytes", {}, 8192, std::uint64_t(1) << 50U};
    range.label = SALVOR_TEXT("Big tables are read in pieces of");
    range.unit = SALVOR_TEXT("MiB");
    range.factor = 1U << 20U;
    MethodOption timeout{"lock_timeout_seconds", {}, 1, 86'400}; // PostgreSQL's own end is 24 days
    timeout.label = SALVOR_TEXT("A lock on a table is waited for");
    timeout.unit = SALVOR_TEXT("s");
    MethodOption budget{"lock_budget", {}, 1, 1'000'000};
    budget.label = SALVOR_TEXT("Locks held at once on the server");
    MethodOption first{"first_bytes", {}, 0, std::uint64_t(1) << 40U};
    first.label = SALVOR_TEXT("Small tables that are locked and read first, up to");
    first.unit = SALVOR_TEXT("MiB");
    first.factor = 1U << 20U;
    return {format, range, timeout, budget, first};
}

EngineDescription make() {
    EngineDescription out;
    out.id = "postgresql";
    out.label = "PostgreSQL and TimescaleDB";
    out.uriSchemes = {"postgresql", "postgres"};
    out.ignoredUriParameters = {"application_name", "fallback_application_name", "connect_timeout"};
    out.fields = fields();
    out.methods = {{"logical", {"full"}, options(), false}};
    out.restoreScope = SALVOR_TEXT("The whole database");
    out.longestDatabaseName = 63; // NAMEDATALEN - 1
    out.swapsRestored = true;
    out.throwawayServers = true;
    out.checkQueries = true;
    return out;
}

} // namespace

const EngineDescription& postgresqlDescription() {
    static const EngineDescription description = make();
    return description;
}

} // namespace salvor

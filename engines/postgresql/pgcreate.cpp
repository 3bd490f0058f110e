// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgcreate.h"

#include "engines/postgresql/pgrestorerights.h"
#include "models/base/json.h"

#include <algorithm>

namespace salvor {

namespace {

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

Result<> discard(Result<PgRows> rows) {
    return std::move(rows).map([](const PgRows&) {});
}

/// The words of CREATE DATABASE that fix encoding and locale. Releases named the ICU locale differently:
/// daticulocale in 15 and 16, datlocale from 17 on, which serves the builtin provider too.
std::string localeWords(const PgConnection& connection, const QJsonObject& database) {
    std::string out = " ENCODING " + connection.quoteText(textOf(database, "encoding_name")) +
                      " LC_COLLATE " + connection.quoteText(textOf(database, "datcollate")) + " LC_CTYPE " +
                      connection.quoteText(textOf(database, "datctype"));
    const std::string provider = textOf(database, "datlocprovider");
    std::string locale = textOf(database, "datlocale");
    if (locale.empty())
        locale = textOf(database, "daticulocale");
    if (provider == "i") {
        out += " LOCALE_PROVIDER icu ICU_LOCALE " + connection.quoteText(locale);
        if (const auto rules = textOf(database, "daticurules"); !rules.empty())
            out += " ICU_RULES " + connection.quoteText(rules);
    } else if (provider == "b") {
        out += " LOCALE_PROVIDER builtin BUILTIN_LOCALE " + connection.quoteText(locale);
    } else {
        out += " LOCALE_PROVIDER libc";
    }
    return out;
}

/// Superusers have no need of it: theirs stays their own until the end.
Result<bool> givesAtOnce(PgConnection& maintenance, const std::string& owner, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto super,
                  maintenance.value("looking at the role",
                                    "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user",
                                    cancel));
    if (super == "t" || owner.empty())
        return false;
    return pgMayOwnFor(maintenance, owner, cancel);
}

} // namespace

std::vector<PgSavedExtension> pgSavedExtensions(const QJsonObject& server) {
    std::vector<PgSavedExtension> out;
    for (const auto& value : server[QStringLiteral("extensions")].toArray()) {
        const auto object = value.toObject();
        out.push_back({textOf(object, "name"), textOf(object, "version"), textOf(object, "schema"),
                       textOf(object, "schema_oid"), textOf(object, "schema_owner"),
                       object[QStringLiteral("owns_schema")].toBool()});
    }
    return out;
}

std::string pgTimescaleSchema(const QJsonObject& server) {
    for (const auto& extension : pgSavedExtensions(server)) {
        if (extension.name == "timescaledb")
            return extension.schema;
    }
    return {};
}

Result<> pgCreateHidden(PgConnection& maintenance, const std::string& name, const QJsonObject& server,
                        bool keepTablespace, const PgMarker& marker, const CancelToken& cancel) {
    const std::string doing = "creating database " + name;
    const std::string quoted = maintenance.quoteName(name);
    const auto database = server[QStringLiteral("database")].toObject();
    std::string tablespace = keepTablespace ? textOf(database, "tablespace") : std::string();
    // template0's own. Naming it asks for a right on it that only superusers have.
    if (tablespace == "pg_default")
        tablespace.clear();
    // A login that is no superuser gives something to an owner only where that one may create, and in public
    // that is the database's owner.
    const std::string owner = textOf(database, "owner");
    SALVOR_ASSIGN(const bool given, givesAtOnce(maintenance, owner, cancel));
    // Nobody gets in before the rights are taken away.
    SALVOR_TRY(discard(maintenance.query(
        doing,
        "CREATE DATABASE " + quoted + (given ? " OWNER " + maintenance.quoteName(owner) : std::string()) +
            " TEMPLATE template0" + localeWords(maintenance, database) +
            (tablespace.empty() ? "" : " TABLESPACE " + maintenance.quoteName(tablespace)) +
            " ALLOW_CONNECTIONS false",
        cancel)));
    SALVOR_TRY(pgMark(maintenance, name, marker, cancel));
    SALVOR_TRY(
        discard(maintenance.query(doing, "REVOKE ALL ON DATABASE " + quoted + " FROM PUBLIC", cancel)));
    // Who may enter is asked of the login, whatever role it works in.
    SALVOR_ASSIGN(const bool disguised, pgWearsRole(maintenance, cancel));
    if (disguised)
        SALVOR_TRY(discard(
            maintenance.query(doing, "GRANT CONNECT ON DATABASE " + quoted + " TO SESSION_USER", cancel)));
    return discard(maintenance.query(doing, "ALTER DATABASE " + quoted + " ALLOW_CONNECTIONS true", cancel));
}

Result<bool> pgWearsRole(PgConnection& connection, const CancelToken& cancel) {
    return connection.value("looking at the role", "SELECT session_user <> current_user", cancel)
        .map([](const std::string& answer) { return answer == "t"; });
}

Result<> pgCreateRoles(PgConnection& maintenance, const std::vector<std::string>& roles,
                       const CancelToken& cancel) {
    for (const auto& role : roles) {
        SALVOR_ASSIGN(const auto found,
                      maintenance.value("looking for role " + role,
                                        "SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = $1", cancel,
                                        {role}));
        if (found != "0")
            continue;
        const std::string doing = "creating role " + role;
        SALVOR_TRY(discard(
            maintenance.query(doing, "CREATE ROLE " + maintenance.quoteName(role) + " NOLOGIN", cancel)));
        // Who made a role may not yet give anything to it, unless a superuser.
        SALVOR_ASSIGN(const bool owns, pgMayOwnFor(maintenance, role, cancel));
        if (!owns)
            SALVOR_TRY(discard(maintenance.query(
                doing,
                "GRANT " + maintenance.quoteName(role) + " TO CURRENT_USER" +
                    (maintenance.serverVersion() / 10000 >= 16 ? " WITH INHERIT TRUE, SET TRUE" : ""),
                cancel)));
    }
    return {};
}

Result<std::vector<std::string>> pgCreateExtensions(PgConnection& hidden, const QJsonObject& server,
                                                    const CancelToken& cancel) {
    std::vector<std::string> madeSchemas;
    SALVOR_ASSIGN(const auto present,
                  hidden.query("looking for extensions",
                               "SELECT extname, extversion FROM pg_catalog.pg_extension", cancel));
    for (const auto& extension : pgSavedExtensions(server)) {
        bool there = false;
        for (int row = 0; row < present.size(); ++row)
            there = there || present.view(row, 0) == extension.name;
        if (there)
            continue; // plpgsql, which every new database has
        const std::string doing = "creating extension " + extension.name + " " + extension.version;
        std::string sql = "CREATE EXTENSION " + hidden.quoteName(extension.name) + " WITH";
        if (!extension.ownsSchema) {
            sql += " SCHEMA " + hidden.quoteName(extension.schema);
            if (extension.schema != "public" && extension.schema != "pg_catalog" &&
                std::find(madeSchemas.begin(), madeSchemas.end(), extension.schemaOid) == madeSchemas.end()) {
                SALVOR_TRY(
                    discard(hidden.query(doing,
                                         "CREATE SCHEMA " + hidden.quoteName(extension.schema) +
                                             " AUTHORIZATION " + hidden.quoteName(extension.schemaOwner),
                                         cancel)));
                madeSchemas.push_back(extension.schemaOid);
            }
        }
        SALVOR_TRY(
            discard(hidden.query(doing, sql + " VERSION " + hidden.quoteText(extension.version), cancel)));
    }
    if (const auto schema = pgTimescaleSchema(server); !schema.empty())
        SALVOR_TRY(discard(hidden.query("switching TimescaleDB to restoring",
                                        "SELECT " + hidden.quoteName(schema) + ".timescaledb_pre_restore()",
                                        cancel)));
    return madeSchemas;
}

} // namespace salvor

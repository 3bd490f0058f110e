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

/// Makes the extension as the role that it belonged to, as PostgreSQL makes it its creator's and has no
/// statement that gives it to another. False, with nothing done, where this login or that role may not.
Result<bool> createAsOwner(PgConnection& hidden, const PgSavedExtension& extension, const std::string& sql,
                           const CancelToken& cancel) {
    if (extension.owner.empty())
        return false;
    SALVOR_ASSIGN(const bool may, pgMayOwnFor(hidden, extension.owner, cancel));
    if (!may)
        return false;
    SALVOR_ASSIGN(
        const auto rows,
        hidden.query("looking at the owner of the extension " + extension.name,
                     "SELECT r.rolsuper OR coalesce(v.trusted OR NOT v.superuser, false), "
                     "pg_catalog.has_database_privilege(r.oid, d.oid, 'CREATE'), current_user, d.datname "
                     "FROM pg_catalog.pg_roles r JOIN pg_catalog.pg_database d ON d.datname = "
                     "pg_catalog.current_database() LEFT JOIN pg_catalog.pg_available_extension_versions v "
                     "ON v.name = $2 AND v.version = $3 WHERE r.rolname = $1",
                     cancel, {extension.owner, extension.name, extension.version}));
    if (rows.size() != 1 || !rows.flag(0, 0) || rows.view(0, 2) == extension.owner)
        return false;
    const std::string owner = hidden.quoteName(extension.owner);
    const std::string right =
        rows.flag(0, 1) ? std::string() : "CREATE ON DATABASE " + hidden.quoteName(rows.text(0, 3));
    const auto made = hidden.script(
        "creating extension " + extension.name + " as " + extension.owner,
        "BEGIN;\n" + (right.empty() ? right : "GRANT " + right + " TO " + owner + ";\n") + "SET LOCAL ROLE " +
            owner + ";\n" + sql + ";\nSET LOCAL ROLE " + hidden.quoteName(rows.text(0, 2)) + ";\n" +
            (right.empty() ? right : "REVOKE " + right + " FROM " + owner + ";\n") + "COMMIT",
        cancel);
    if (made)
        return true;
    if (!hidden.usable() || made.error().isCancelled())
        return failure(made.error());
    // What else is wrong with it, making it as ourselves says; whose it is then, pgExtensionOwnerNotes().
    SALVOR_TRY(discard(hidden.query("creating extension " + extension.name, "ROLLBACK", cancel)));
    return false;
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
                       object[QStringLiteral("owns_schema")].toBool(), textOf(object, "owner")});
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

Result<std::vector<std::string>> pgCreateExtensions(
    PgConnection& hidden, const QJsonObject& server, const std::function<bool(const std::string&)>& isLeftOut,
    const std::function<Result<>(const std::string&, const Error&)>& refused, const CancelToken& cancel) {
    std::vector<std::string> madeSchemas;
    SALVOR_ASSIGN(const auto present,
                  hidden.query("looking for extensions",
                               "SELECT extname, extversion FROM pg_catalog.pg_extension", cancel));
    for (const auto& extension : pgSavedExtensions(server)) {
        bool there = false;
        for (int row = 0; row < present.size(); ++row)
            there = there || present.view(row, 0) == extension.name;
        if (isLeftOut(extension.name))
            continue;
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
        sql += " VERSION " + hidden.quoteText(extension.version);
        SALVOR_ASSIGN(const bool made, createAsOwner(hidden, extension, sql, cancel));
        if (made)
            continue;
        const auto done = hidden.query(doing, sql, cancel);
        if (!done && (!hidden.usable() || done.error().isCancelled()))
            return failure(done.error());
        if (!done)
            SALVOR_TRY(refused(extension.name, done.error()));
    }
    if (const auto schema = pgTimescaleSchema(server); !schema.empty())
        SALVOR_TRY(discard(hidden.query("switching TimescaleDB to restoring",
                                        "SELECT " + hidden.quoteName(schema) + ".timescaledb_pre_restore()",
                                        cancel)));
    return madeSchemas;
}

std::vector<std::string> pgExtensionOwnerNotes(const QJsonObject& server, const PgExtensions& found) {
    std::vector<std::string> notes;
    for (const auto& saved : pgSavedExtensions(server)) {
        const auto here = std::ranges::find(found.all, saved.name, &PgExtension::name);
        if (saved.owner.empty() || here == found.all.end() || here->owner == saved.owner)
            continue;
        const std::string belongs =
            here->owner.empty() ? "the server's first superuser" : "the role " + here->owner;
        notes.push_back("The extension " + saved.name + " belongs to " + belongs + " and not to " +
                        saved.owner +
                        ", as it did: PostgreSQL gives it to the role that makes it, which has to be a "
                        "superuser unless the extension is a trusted one. Unless it is a superuser, " +
                        saved.owner + " can neither update nor drop it.");
    }
    return notes;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgrestorerights.h"

#include "engines/postgresql/pgcreate.h"
#include "engines/postgresql/pgschema.h"
#include "engines/postgresql/pgsmallitems.h"
#include "models/base/json.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace salvor {

namespace {

using Level = PreflightFinding::Level;

constexpr int kMajorWithSet = 16; ///< membership with INHERIT and SET of its own
constexpr std::size_t kMostNamed = 5;

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

/// "public.orders", as people read it.
std::string titleOf(const PgArchiveEntry& entry) {
    std::string kind = entry.kind;
    std::ranges::transform(kind, kind.begin(), [](unsigned char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : static_cast<char>(c);
    });
    return kind + " " + (entry.schema.empty() ? "" : entry.schema + ".") + entry.name;
}

bool holds(const PgArchiveEntry& entry, std::string_view text) {
    return entry.definition.find(text) != std::string::npos;
}

/// Language and attributes stand on one line.
bool isForSuperusers(const std::string& function) {
    constexpr std::string_view kMark = "\n    LANGUAGE ";
    const auto at = function.find(kMark);
    if (at == std::string::npos)
        return false;
    const auto end = function.find('\n', at + kMark.size());
    const std::string line = function.substr(at + kMark.size(), end - at - kMark.size()) + " ";
    return line.starts_with("c ") || line.starts_with("internal ") ||
           line.find(" LEAKPROOF ") != std::string::npos || line.find(" SUPPORT ") != std::string::npos;
}

bool takesSuperuser(const PgArchiveEntry& entry, bool rightsMayFail) {
    constexpr std::array kKinds{"EVENT TRIGGER",        "FOREIGN DATA WRAPPER",
                                "PROCEDURAL LANGUAGE",  "TEXT SEARCH PARSER",
                                "TEXT SEARCH TEMPLATE", "ACCESS METHOD",
                                "OPERATOR CLASS",       "OPERATOR FAMILY",
                                "SHELL TYPE",           "PUBLICATION TABLES IN SCHEMA"};
    if (std::ranges::find(kKinds, entry.kind) != kKinds.end())
        return true;
    if (entry.kind == "FUNCTION" || entry.kind == "PROCEDURE")
        return isForSuperusers(entry.definition);
    if (entry.kind == "TYPE")
        return holds(entry, "\n    INPUT = ");
    if (entry.kind == "CAST")
        return holds(entry, "WITHOUT FUNCTION");
    if (entry.kind == "AGGREGATE")
        return holds(entry, "STYPE = internal");
    if (entry.kind == "PUBLICATION")
        return holds(entry, "FOR ALL TABLES");
    // Rights that a role other than the owner granted are granted in its name.
    return (entry.kind == "ACL" || entry.kind == "DEFAULT ACL") && !rightsMayFail &&
           holds(entry, "SET SESSION AUTHORIZATION ");
}

/// The archive has the database's own lines, also its comment's and rights', though a restore into a database
/// that is there takes none of them; whose it will be is said by itself.
bool isOfDatabase(const PgArchiveEntry& entry) {
    return entry.kind == "DATABASE" || entry.kind == "DATABASE PROPERTIES" ||
           ((entry.kind == "ACL" || entry.kind == "COMMENT" || entry.kind == "SECURITY LABEL") &&
            entry.name.starts_with("DATABASE "));
}

/// What ALTER … OWNER is run on, and asks that the new owner may create in the schema.
bool isGivenInSchema(const PgArchiveEntry& entry) {
    constexpr std::array kKinds{"AGGREGATE",
                                "COLLATION",
                                "CONVERSION",
                                "DOMAIN",
                                "FOREIGN TABLE",
                                "FUNCTION",
                                "OPERATOR",
                                "OPERATOR CLASS",
                                "OPERATOR FAMILY",
                                "MATERIALIZED VIEW",
                                "PROCEDURE",
                                "SEQUENCE",
                                "STATISTICS",
                                "TABLE",
                                "TEXT SEARCH CONFIGURATION",
                                "TEXT SEARCH DICTIONARY",
                                "TYPE",
                                "VIEW"};
    return !entry.schema.empty() && std::ranges::find(kKinds, entry.kind) != kKinds.end();
}

/// What belongs to whom: the first thing by name, and how many.
struct Belongings {
    std::string first;
    std::size_t count = 0;
    void add(const std::string& title) {
        if (count++ == 0)
            first = title;
    }
    std::string text() const {
        return first + (count > 1 ? " and " + std::to_string(count - 1) + " more" : std::string());
    }
};

/// The lines of an item, one at a time.
template <typename Take>
Result<> eachJsonLine(ByteSource& source, Take take) {
    Bytes buffer(64 * 1024);
    std::string rest;
    for (;;) {
        SALVOR_ASSIGN(const auto got, source.read(buffer));
        if (got == 0)
            return {};
        rest += asText(ByteView(buffer).first(got));
        std::size_t begin = 0;
        for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
            SALVOR_ASSIGN(const auto line, parseJsonObject(pgReadable(rest.substr(begin, end - begin)),
                                                           "a large object's line"));
            take(line);
            begin = end + 1;
        }
        rest.erase(0, begin);
    }
}

class RightsChecker {
public:
    RightsChecker(PgConnection& server, const RestoreSpec& spec, const CancelToken& cancel)
        : m_server(server)
        , m_spec(spec)
        , m_facts(spec.contents->plan.server)
        , m_owner(textOf(m_facts[QStringLiteral("database")].toObject(), "owner"))
        , m_rightsMayFail(spec.options[QStringLiteral("keep_going")].toBool())
        , m_proves(spec.options[QStringLiteral("prove")].toBool(true))
        , m_cancel(cancel) {}

    Result<std::vector<PreflightFinding>> run() {
        SALVOR_TRY(readLogin());
        if (m_super) {
            add(Level::Ok, "owner", "the database will belong to " + m_owner + ", as the saved one does");
            return std::move(m_out);
        }
        // What is damaged in the store is for the check of the chain to say.
        const auto collected = collect();
        SALVOR_TRY(checkCancelled(m_cancel));
        const bool known = collected && *collected;
        SALVOR_TRY(readRoles());
        sayOwner();
        if (!known) {
            add(Level::Warning, "owners",
                "the user is no superuser: objects of other owners need a membership in their roles, which "
                "could not be looked at beforehand");
            return std::move(m_out);
        }
        sayOwners();
        saySuperuser();
        sayCreate();
        sayRowSecurity();
        SALVOR_TRY(checkTablespaces());
        if (m_fine)
            add(Level::Ok, "owners", "the user may make everything in the backup, and give it to its owner");
        return std::move(m_out);
    }

private:
    Result<> readLogin();
    Result<bool> collect();
    Result<bool> collectSchema(const Item& item);
    Result<> collectLargeObjects(const Item& item);
    Result<> readRoles();
    Result<> checkTablespaces();
    void take(const PgArchiveEntry& entry);
    void sayOwner();
    void sayOwners();
    void saySuperuser();
    void sayCreate();
    void sayRowSecurity();
    void need(const std::string& role, const std::string& title) {
        if (!role.empty() && role != m_login && role != "pg_database_owner")
            m_belongings[role].add(title);
    }
    /// One that the restore makes has this login as its member from the start.
    bool mayOwn(const std::string& role) const {
        return role == m_login || m_member.contains(role) || (!m_present.contains(role) && m_inherits);
    }
    bool mayCreate(const std::string& role, const std::string& schemaOwner) const {
        return role == schemaOwner || m_superusers.contains(role) || m_holds.contains({role, schemaOwner});
    }
    void add(Level level, const char* check, std::string text, std::string hint = {}) {
        if (level == Level::Blocker)
            m_fine = false;
        m_out.push_back({level, check, std::move(text), std::move(hint),
                         level == Level::Blocker ? ErrorCode::MissingRight : ErrorCode::Internal});
    }
    std::string asSuperuser() const {
        const std::string user = m_server.quoteName(m_login);
        return "ALTER ROLE " + user + " SUPERUSER; afterwards ALTER ROLE " + user +
               " NOSUPERUSER; or restore with another login";
    }
    std::string listed(const std::set<std::string>& roles) const {
        std::string out;
        for (const auto& role : roles)
            out += (out.empty() ? "" : ", ") + m_server.quoteText(role);
        return out;
    }

    PgConnection& m_server;
    const RestoreSpec& m_spec;
    QJsonObject m_facts;
    std::string m_owner;
    bool m_rightsMayFail = false;
    bool m_proves = true;
    const CancelToken& m_cancel;
    std::string m_login;
    bool m_super = false;
    bool m_bypasses = false; ///< row security
    bool m_inherits = true;  ///< what it is made a member of without saying how
    bool m_fine = true;
    std::map<std::string, Belongings> m_belongings;                       ///< by role
    std::map<std::string, std::string> m_schemas;                         ///< and their owners
    std::map<std::pair<std::string, std::string>, Belongings> m_inSchema; ///< by role and schema
    std::vector<std::string> m_forSuperusers;
    std::map<std::string, std::string> m_forced; ///< tables with FORCE ROW LEVEL SECURITY: title by name
    std::set<std::string> m_secured;             ///< those with row security switched on
    std::set<std::string> m_present;
    std::set<std::string> m_member; ///< whose rights the login has, and that it may become
    std::set<std::string> m_superusers;
    std::set<std::pair<std::string, std::string>> m_holds; ///< a role, and one whose rights it has
    std::vector<PreflightFinding> m_out;
};

Result<> RightsChecker::readLogin() {
    SALVOR_ASSIGN(
        const auto rows,
        m_server.query("looking at the role",
                       "SELECT current_user, rolsuper, rolinherit, rolbypassrls FROM pg_catalog.pg_roles "
                       "WHERE rolname = current_user",
                       m_cancel));
    if (rows.size() != 1)
        return failure(ErrorCode::ServerError, "looking at the role: it is not there");
    m_login = rows.text(0, 0);
    m_super = rows.flag(0, 1);
    m_bypasses = rows.flag(0, 3);
    m_inherits = m_server.serverVersion() / 10000 >= kMajorWithSet || rows.flag(0, 2);
    return {};
}

void RightsChecker::take(const PgArchiveEntry& entry) {
    if (isOfDatabase(entry))
        return;
    if (entry.kind == "SCHEMA")
        m_schemas[entry.name] = entry.owner;
    if (takesSuperuser(entry, m_rightsMayFail))
        m_forSuperusers.push_back(titleOf(entry));
    // FORCE is part of the table, and means nothing until row security is switched on, behind the rows.
    if (entry.kind == "TABLE" && holds(entry, " FORCE ROW LEVEL SECURITY;"))
        m_forced[entry.schema + "." + entry.name] = titleOf(entry);
    if (entry.kind == "ROW SECURITY")
        m_secured.insert(entry.schema + "." + entry.name);
    if (m_rightsMayFail && (entry.kind == "ACL" || entry.kind == "DEFAULT ACL"))
        return;
    need(entry.owner, titleOf(entry));
    // The new owner of a publication has to be one that may create in the database.
    if (isGivenInSchema(entry) || entry.kind == "PUBLICATION")
        m_inSchema[{entry.owner, entry.schema}].add(titleOf(entry));
}

/// False: a pg_dump wrote it that this version does not know.
Result<bool> RightsChecker::collectSchema(const Item& item) {
    SALVOR_ASSIGN(const auto source, m_spec.openItem(item.id, m_cancel));
    SALVOR_ASSIGN(const Bytes archive, pgReadWhole(*source));
    const auto entries = pgReadArchive(archive);
    if (!entries && entries.error().code == ErrorCode::Unsupported)
        return false;
    SALVOR_TRY(entries);
    for (const auto& entry : *entries)
        take(entry);
    return true;
}

Result<> RightsChecker::collectLargeObjects(const Item& item) {
    SALVOR_ASSIGN(const auto source, m_spec.openItem(item.id, m_cancel));
    return eachJsonLine(*source, [&](const QJsonObject& line) {
        const std::string title = "large object " + textOf(line, "oid");
        need(textOf(line, "owner"), title);
        for (const auto& value : line[QStringLiteral("acl")].toArray())
            need(textOf(value.toObject(), "by"), title); // granted in its name
    });
}

Result<bool> RightsChecker::collect() {
    if (!m_spec.openItem)
        return false;
    for (const auto& extension : pgSavedExtensions(m_facts)) {
        if (extension.ownsSchema || extension.schema == "public" || extension.schema == "pg_catalog")
            continue;
        m_schemas[extension.schema] = extension.schemaOwner;
        need(extension.schemaOwner, "schema " + extension.schema);
    }
    for (const auto& phase : m_spec.contents->plan.phases) {
        for (const auto& item : phase.items) {
            if (item.kind == "large_object_owners")
                SALVOR_TRY(collectLargeObjects(item));
            if (item.kind != "schema" && item.kind != "schema_chunks")
                continue;
            SALVOR_ASSIGN(const bool known, collectSchema(item));
            if (!known)
                return false;
        }
    }
    return true;
}

Result<> RightsChecker::readRoles() {
    std::set<std::string> asked{m_login, m_owner};
    for (const auto& [role, of] : m_belongings)
        asked.insert(role);
    for (const auto& [schema, role] : m_schemas)
        asked.insert(role);
    const std::string becomes = m_server.serverVersion() / 10000 >= kMajorWithSet ? "'SET'" : "'MEMBER'";
    SALVOR_ASSIGN(const auto roles,
                  m_server.query("looking at the owners",
                                 "SELECT rolname, rolsuper, pg_catalog.pg_has_role(oid, 'USAGE') AND "
                                 "pg_catalog.pg_has_role(oid, " +
                                     becomes + ") FROM pg_catalog.pg_roles WHERE rolname IN (" +
                                     listed(asked) + ")",
                                 m_cancel));
    for (int row = 0; row < roles.size(); ++row) {
        m_present.insert(roles.text(row, 0));
        if (roles.flag(row, 1))
            m_superusers.insert(roles.text(row, 0));
        if (roles.flag(row, 2))
            m_member.insert(roles.text(row, 0));
    }
    SALVOR_ASSIGN(
        const auto pairs,
        m_server.query("looking at the owners",
                       "SELECT a.rolname, b.rolname FROM pg_catalog.pg_roles a, pg_catalog.pg_roles "
                       "b WHERE a.rolname IN (" +
                           listed(asked) + ") AND b.rolname IN (" + listed(asked) +
                           ") AND pg_catalog.pg_has_role(a.oid, b.oid, 'USAGE')",
                       m_cancel));
    for (int row = 0; row < pairs.size(); ++row)
        m_holds.emplace(pairs.text(row, 0), pairs.text(row, 1));
    return {};
}

void RightsChecker::sayOwner() {
    if (mayOwn(m_owner))
        add(Level::Ok, "owner", "the database will belong to " + m_owner + ", as the saved one does");
    else
        add(Level::Warning, "owner",
            "the database will belong to the user " + m_login + ": the saved one belongs to " + m_owner +
                ", in which the user has no membership",
            pgMembershipSql(m_server, m_owner, m_login));
}

void RightsChecker::sayOwners() {
    std::string text;
    std::string sql;
    bool fromSuperuser = false;
    for (const auto& [role, things] : m_belongings) {
        if (mayOwn(role))
            continue;
        text += (text.empty() ? "" : "; ") + things.text() +
                (things.count == 1 ? " belongs to " : " belong to ") + role;
        if (m_present.contains(role)) // else the restore makes it, and the user its member
            sql += (sql.empty() ? "" : " ") + pgMembershipSql(m_server, role, m_login);
        fromSuperuser = fromSuperuser || m_superusers.contains(role);
    }
    if (text.empty())
        return;
    if (!m_inherits)
        sql += (sql.empty() ? "ALTER ROLE " : " ALTER ROLE ") + m_server.quoteName(m_login) + " INHERIT;";
    if (fromSuperuser)
        sql += " It gives the user a superuser's rights; restoring with a superuser's login needs no such "
               "grant.";
    add(Level::Blocker, "owners",
        "the user " + m_login + " cannot give what it restores to its owner: " + text, sql);
}

void RightsChecker::saySuperuser() {
    if (m_forSuperusers.empty())
        return;
    std::string text;
    for (std::size_t i = 0; i < m_forSuperusers.size() && i < kMostNamed; ++i)
        text += (i == 0 ? "" : ", ") + m_forSuperusers[i];
    if (m_forSuperusers.size() > kMostNamed)
        text += " and " + std::to_string(m_forSuperusers.size() - kMostNamed) + " more";
    add(Level::Blocker, "superuser",
        "only a superuser may make what the backup holds, and the user is none: " + text, asSuperuser());
}

/// ALTER … OWNER asks whether the new owner may create in the schema; rights on schemas are granted later.
void RightsChecker::sayCreate() {
    auto schemas = m_schemas;
    schemas.emplace(std::string(), "pg_database_owner");
    for (const auto& [place, things] : m_inSchema) {
        const auto& [role, schema] = place;
        const auto found = schemas.find(schema);
        // In public we let it create while the restore lasts: pgOpenPublic().
        if (found == schemas.end() || role == m_login || role.empty() || schema == "public")
            continue;
        const std::string owner =
            found->second == "pg_database_owner" ? mayOwn(m_owner) ? m_owner : m_login : found->second;
        if (!mayOwn(role) || mayCreate(role, owner))
            continue; // the first is told already
        add(Level::Blocker, "owners",
            things.text() + (schema.empty() ? " in the database" : " in schema " + schema) +
                (things.count == 1 ? " belongs to " : " belong to ") + role +
                ", which has no rights there before the restore grants them; only a superuser gives "
                "something to such an owner",
            asSuperuser());
    }
}

/// The proof reads what the restore wrote, and with FORCE not even the owner sees all of it.
void RightsChecker::sayRowSecurity() {
    if (!m_proves || m_bypasses)
        return;
    Belongings tables;
    for (const auto& [name, title] : m_forced) {
        if (m_secured.contains(name))
            tables.add(title);
    }
    if (tables.count > 0)
        add(Level::Blocker, "row_security",
            "row security is forced on its owner too (FORCE ROW LEVEL SECURITY), so that the user " +
                m_login + " could not read back what it restores: " + tables.text(),
            "ALTER ROLE " + m_server.quoteName(m_login) + " BYPASSRLS;");
}

Result<> RightsChecker::checkTablespaces() {
    std::set<std::string> needed;
    for (const auto& value : m_facts[QStringLiteral("tablespaces")].toArray())
        needed.insert(fromQt(value.toString()));
    needed.insert(textOf(m_facts[QStringLiteral("database")].toObject(), "tablespace"));
    needed.erase("pg_default");
    needed.erase(std::string());
    if (needed.empty())
        return {};
    SALVOR_ASSIGN(const auto rows,
                  m_server.query("looking at the tablespaces",
                                 "SELECT spcname, pg_catalog.has_tablespace_privilege(oid, 'CREATE') FROM "
                                 "pg_catalog.pg_tablespace WHERE spcname IN (" +
                                     listed(needed) + ") ORDER BY 1",
                                 m_cancel));
    if (static_cast<std::size_t>(rows.size()) < needed.size())
        return {}; // then everything goes into the default one
    for (int row = 0; row < rows.size(); ++row) {
        if (rows.flag(row, 1))
            continue;
        const std::string name = rows.text(row, 0);
        add(Level::Blocker, "tablespaces_right", "the user may not create in the tablespace " + name,
            "GRANT CREATE ON TABLESPACE " + m_server.quoteName(name) + " TO " + m_server.quoteName(m_login) +
                ";");
    }
    return {};
}

} // namespace

Result<std::vector<PreflightFinding>> pgCheckRestoreRights(PgConnection& server, const RestoreSpec& spec,
                                                           const CancelToken& cancel) {
    return RightsChecker(server, spec, cancel).run();
}

Result<bool> pgMayOwnFor(PgConnection& server, const std::string& role, const CancelToken& cancel) {
    const std::string becomes = server.serverVersion() / 10000 >= kMajorWithSet ? "'SET'" : "'MEMBER'";
    return server
        .value("looking at the role " + role,
               "SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = $1 AND "
               "pg_catalog.pg_has_role(oid, 'USAGE') AND pg_catalog.pg_has_role(oid, " +
                   becomes + ")",
               cancel, {role})
        .map([](const std::string& count) { return count == "1"; });
}

std::string pgMembershipSql(const PgConnection& server, const std::string& role, const std::string& login) {
    return "GRANT " + server.quoteName(role) + " TO " + server.quoteName(login) +
           (server.serverVersion() / 10000 >= kMajorWithSet ? " WITH INHERIT TRUE, SET TRUE;" : ";");
}

Result<std::vector<std::string>> pgOpenPublic(PgConnection& hidden, const std::vector<std::string>& roles,
                                              const CancelToken& cancel) {
    constexpr std::string_view kDoing = "letting owners create in schema public";
    std::string list;
    for (const auto& role : roles)
        list += (list.empty() ? "" : ", ") + hidden.quoteText(role);
    if (list.empty())
        return std::vector<std::string>();
    SALVOR_ASSIGN(const auto rows,
                  hidden.query(kDoing,
                               "SELECT r.rolname FROM pg_catalog.pg_roles r, pg_catalog.pg_namespace n WHERE "
                               "n.nspname = 'public' AND r.rolname IN (" +
                                   list +
                                   ") AND NOT pg_catalog.has_schema_privilege(r.oid, n.oid, 'CREATE') AND "
                                   "NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = "
                                   "current_user) ORDER BY 1",
                               cancel));
    std::vector<std::string> opened;
    for (int row = 0; row < rows.size(); ++row) {
        opened.push_back(rows.text(row, 0));
        SALVOR_TRY(
            hidden
                .query(kDoing, "GRANT CREATE ON SCHEMA public TO " + hidden.quoteName(opened.back()), cancel)
                .map([](const PgRows&) {}));
    }
    return opened;
}

Result<> pgClosePublic(PgConnection& hidden, const std::vector<std::string>& opened,
                       const std::vector<PgArchiveEntry>& entries, bool rightsMayFail,
                       const CancelToken& cancel) {
    constexpr std::string_view kDoing = "putting the rights on schema public back";
    for (const auto& role : opened) {
        // Its owner by now keeps what is an owner's.
        SALVOR_ASSIGN(const auto owns, hidden.value(kDoing,
                                                    "SELECT pg_catalog.pg_get_userbyid(nspowner) = $1 FROM "
                                                    "pg_catalog.pg_namespace WHERE nspname = 'public'",
                                                    cancel, {role}));
        if (owns == "f")
            SALVOR_TRY(
                hidden.query(kDoing, "REVOKE CREATE ON SCHEMA public FROM " + hidden.quoteName(role), cancel)
                    .map([](const PgRows&) {}));
    }
    // What the backup grants was there already, and went with it.
    for (const auto& entry : entries) {
        if (opened.empty() || entry.kind != "ACL" || !entry.schema.empty() || entry.name != "SCHEMA public")
            continue;
        const auto again = hidden.script(kDoing, entry.definition, cancel);
        if (!again && (!rightsMayFail || !hidden.usable()))
            return failure(again.error());
    }
    return {};
}

Error pgWithOwnerHint(Error error, const std::string& login) {
    // "Command was: ALTER TABLE public.orders OWNER TO salvor_admin;", the command in whatever language.
    constexpr std::string_view kMark = " OWNER TO ";
    const auto found = error.context.find("stderr");
    const auto at = found == error.context.end() ? std::string::npos : found->second.find(kMark);
    if (at == std::string::npos)
        return error;
    const std::string rest = found->second.substr(at + kMark.size());
    const auto end = rest.find(";");
    if (end == std::string::npos || end == 0 || rest.substr(0, end).find('\n') != std::string::npos)
        return error;
    const std::string user = pgQuotedName(login);
    error.hint += (error.hint.empty() ? "" : "; ") + std::string("the user needs a membership: GRANT ") +
                  rest.substr(0, end) + " TO " + user + "; or restore with a superuser's login";
    return error;
}

} // namespace salvor

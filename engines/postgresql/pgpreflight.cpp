// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgpreflight.h"

#include "engines/postgresql/pgextensionparts.h"
#include "engines/postgresql/pgleftout.h"
#include "engines/postgresql/pgmarker.h"
#include "engines/postgresql/pgomission.h"
#include "engines/postgresql/pgomitter.h"
#include "engines/postgresql/pgprooflocks.h"
#include "engines/postgresql/pgrestorerights.h"
#include "engines/postgresql/pgspace.h"
#include "engines/postgresql/pgtools.h"
#include "models/base/json.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>

namespace salvor {

namespace {

using Level = PreflightFinding::Level;

class Checker {
public:
    Checker(ProcessRunner& processes, PgConnection& server, const PgEndpointPtr& endpoint,
            const RestoreSpec& spec, const CancelToken& cancel)
        : m_tools(processes, endpoint)
        , m_server(server)
        , m_spec(spec)
        , m_facts(spec.contents->plan.server)
        , m_cancel(cancel) {}

    Result<Preflight> run() {
        SALVOR_TRY(checkWrites());
        SALVOR_TRY(checkName());
        SALVOR_TRY(checkRights());
        checkServerVersion();
        SALVOR_TRY(checkTools());
        SALVOR_TRY(checkExtensions());
        SALVOR_TRY(checkRoles());
        SALVOR_ASSIGN(auto rights, pgCheckRestoreRights(m_server, m_spec, m_cancel));
        std::ranges::move(rights, std::back_inserter(m_out.findings));
        SALVOR_TRY(checkTablespaces());
        SALVOR_TRY(checkSpace());
        SALVOR_TRY(checkLocale());
        SALVOR_TRY(checkLocks());
        SALVOR_ASSIGN(auto omissions, pgCheckOmissions(m_spec, m_cancel));
        std::ranges::move(omissions, std::back_inserter(m_out.findings));
        for (auto& note : pgLeftOutNotes(m_facts))
            add(Level::Warning, "left_out", std::move(note));
        return std::move(m_out);
    }

private:
    Result<> checkWrites();
    Result<> checkName();
    Result<> checkRights();
    void checkServerVersion();
    Result<> checkTools();
    Result<> checkExtensions();
    Result<> checkPreloaded();
    /// A blocker, with the way without the extension where there is one.
    void addLacking(const std::string& extension, const std::string& said, std::string hint, ErrorCode code);
    Result<> checkRefusal(const std::string& name, const std::string& version);
    Result<> checkRoles();
    Result<> checkTablespaces();
    Result<> checkSpace();
    Result<> checkLocale();
    Result<> checkLocks();
    Result<bool> checkIcu(const std::string& locale);
    Result<std::optional<std::string>> refusal(const std::string& sql);
    void addNoLocale(const std::string& locale, const std::string& because);

    void add(Level level, std::string check, std::string text, std::string hint = {},
             ErrorCode code = ErrorCode::Internal) {
        m_out.findings.push_back({level, std::move(check), std::move(text), std::move(hint), code});
    }
    Result<std::set<std::string>> names(const char* sql) {
        SALVOR_ASSIGN(const auto rows, m_server.query("looking at the target server", sql, m_cancel));
        std::set<std::string> out;
        for (int row = 0; row < rows.size(); ++row)
            out.insert(rows.text(row, 0));
        return out;
    }
    int major() const { return m_server.serverVersion() / 10000; }
    int sourceMajor() const { return m_facts[QStringLiteral("version_number")].toInt() / 10000; }

    PgTools m_tools;
    PgConnection& m_server;
    const RestoreSpec& m_spec;
    QJsonObject m_facts;
    const CancelToken& m_cancel;
    Preflight m_out;
    bool m_super = false;
};

std::string list(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

Result<> Checker::checkWrites() {
    SALVOR_ASSIGN(
        const std::string standby,
        m_server.value("looking at the target server", "SELECT pg_catalog.pg_is_in_recovery()", m_cancel));
    if (standby == "t")
        add(Level::Blocker, "connection", "the target server is a standby, which only reads",
            "restore to its primary, or promote it first", ErrorCode::Conflict);
    return {};
}

Result<> Checker::checkName() {
    if (m_spec.targetDatabase.empty() || m_spec.targetDatabase.size() > 63) {
        add(Level::Blocker, "target_name", "a database name has 1 to 63 bytes", "choose another name",
            ErrorCode::InvalidInput);
        return {};
    }
    SALVOR_ASSIGN(const auto databases, names("SELECT datname FROM pg_catalog.pg_database"));
    const std::string hidden = pgHiddenName(m_spec.targetDatabase, m_spec.runId);
    for (const auto& name : {m_spec.targetDatabase, hidden}) {
        if (databases.contains(name)) {
            add(Level::Blocker, "target_name", "there is a database " + name + " already",
                "choose another name, or drop that one first", ErrorCode::AlreadyExists);
            return {};
        }
    }
    add(Level::Ok, "target_name", "the name " + m_spec.targetDatabase + " is free");
    return {};
}

Result<> Checker::checkRights() {
    SALVOR_ASSIGN(const auto rows,
                  m_server.query("looking at the role",
                                 "SELECT rolsuper, rolcreatedb, rolcreaterole FROM pg_catalog.pg_roles "
                                 "WHERE rolname = current_user",
                                 m_cancel));
    const std::string user = m_server.quoteName(m_server.endpoint().user);
    const bool super = rows.size() == 1 && rows.flag(0, 0);
    if (!super && !rows.flag(0, 1))
        add(Level::Blocker, "rights", "the user may not create databases",
            "ALTER ROLE " + user + " CREATEDB;", ErrorCode::MissingRight);
    else if (!super && !m_spec.noLoginRoles.empty() && !rows.flag(0, 2))
        add(Level::Blocker, "rights", "the user may not create the missing roles",
            "ALTER ROLE " + user + " CREATEROLE;", ErrorCode::MissingRight);
    else if (!super && m_facts.contains(QStringLiteral("timescaledb")))
        // timescaledb_pre_restore() sets timescaledb.restoring, which could be granted, and stops background
        // workers, which cannot; the extension's own tables belong to the first superuser.
        add(Level::Blocker, "rights",
            "TimescaleDB's restore mode and its own tables take a superuser, and the user is none",
            "ALTER ROLE " + user + " SUPERUSER; afterwards ALTER ROLE " + user +
                " NOSUPERUSER; or restore with another login",
            ErrorCode::MissingRight);
    else if (!super)
        add(Level::Ok, "rights", "the user may create databases");
    else
        add(Level::Ok, "rights", "the user may create databases and everything in them");
    m_super = super;
    return {};
}

void Checker::checkServerVersion() {
    if (major() < sourceMajor())
        add(Level::Blocker, "server_version",
            "the backup is of PostgreSQL " + std::to_string(sourceMajor()) +
                " and the target server is older: " + m_server.parameter("server_version"),
            "restore into PostgreSQL " + std::to_string(sourceMajor()) + " or newer",
            ErrorCode::VersionMismatch);
    else if (major() > sourceMajor())
        add(Level::Warning, "server_version",
            "the target server is newer than the backup's: the proof compares rows, relations and what is in "
            "the schema by kind and name, not the schema's text");
    else
        add(Level::Ok, "server_version", "both servers are PostgreSQL " + std::to_string(major()));
}

Result<> Checker::checkTools() {
    const int needed = std::max(major(), pgArchiveMajor(*m_spec.contents));
    auto tool = m_tools.find("pg_restore", needed, m_cancel);
    if (!tool && tool.error().isCancelled())
        return failure(tool.error());
    if (!tool)
        add(Level::Blocker, "tools", tool.error().message, tool.error().hint, tool.error().code);
    else if (tool->major >= 17 && major() < 17)
        // pg_restore 17 begins with SET transaction_timeout, which older servers do not know, and which ends
        // it.
        add(Level::Blocker, "tools",
            "pg_restore " + std::to_string(tool->major) + " does not work with a server before 17",
            "install the package postgresql-client-" + std::to_string(needed), ErrorCode::ToolMissing);
    else
        add(Level::Ok, "tools", "pg_restore " + tool->version);
    return {};
}

Result<> Checker::checkPreloaded() {
    SALVOR_ASSIGN(const auto rows, m_server.query("looking for preloaded libraries",
                                                  "SELECT setting FROM pg_catalog.pg_settings "
                                                  "WHERE name = 'shared_preload_libraries'",
                                                  m_cancel));
    // A user without pg_read_all_settings does not see it; CREATE EXTENSION will say it then.
    if (rows.size() == 1 && rows.view(0, 0).find("timescaledb") == std::string_view::npos)
        add(Level::Blocker, "extension_timescaledb", "TimescaleDB is not preloaded on the target server",
            "add timescaledb to shared_preload_libraries there and restart it", ErrorCode::Unsupported);
    return {};
}

Result<> Checker::checkExtensions() {
    SALVOR_ASSIGN(const auto rows, m_server.query("looking for extensions",
                                                  "SELECT name, version, superuser AND NOT trusted FROM "
                                                  "pg_catalog.pg_available_extension_versions",
                                                  m_cancel));
    std::map<std::string, std::vector<std::string>> available;
    std::set<std::pair<std::string, std::string>> forSuperusers;
    for (int row = 0; row < rows.size(); ++row) {
        available[rows.text(row, 0)].push_back(rows.text(row, 1));
        if (rows.flag(row, 2))
            forSuperusers.emplace(rows.text(row, 0), rows.text(row, 1));
    }
    std::set<std::string> leftOut; // pgCheckOmissions() tells of them
    const auto asked = pgAskedOmissions(m_spec.options);
    for (const auto& one : asked.value_or(std::vector<PgOmission>())) {
        if (one.kind == PgOmission::Kind::Extension)
            leftOut.insert(one.name);
    }
    for (const auto& value : m_facts[QStringLiteral("extensions")].toArray()) {
        const std::string name = fromQt(value[QStringLiteral("name")].toString());
        const std::string version = fromQt(value[QStringLiteral("version")].toString());
        if (leftOut.contains(name))
            continue;
        const auto& versions = available[name];
        const std::string check = "extension_" + name;
        const std::string hint = "install " + name + " " + version + " on the target server";
        if (versions.empty())
            addLacking(name, "the extension " + name + " is not installed on the target server", hint,
                       ErrorCode::VersionMismatch);
        else if (std::find(versions.begin(), versions.end(), version) == versions.end())
            addLacking(name,
                       "the backup needs " + name + " " + version + ", and the target server has " +
                           list(versions),
                       hint, ErrorCode::VersionMismatch);
        else if (!m_super && forSuperusers.contains({name, version}))
            addLacking(name, "only a superuser may create the extension " + name + ", and the user is none",
                       "ALTER ROLE " + m_server.quoteName(m_server.endpoint().user) +
                           " SUPERUSER; afterwards ALTER ROLE " +
                           m_server.quoteName(m_server.endpoint().user) +
                           " NOSUPERUSER; or restore with another login",
                       ErrorCode::MissingRight);
        else
            SALVOR_TRY(checkRefusal(name, version));
        if (name == "timescaledb" && !versions.empty())
            SALVOR_TRY(checkPreloaded());
    }
    return {};
}

void Checker::addLacking(const std::string& extension, const std::string& said, std::string hint,
                         ErrorCode code) {
    const bool leaves = extension != "timescaledb" && extension != "plpgsql"; // see pgCannotLeaveOut()
    if (leaves)
        hint += "; or restore without it: --leave-out extension " + pgShownName(extension);
    add(Level::Blocker, "extension_" + extension, said, hint, code);
}

Result<> Checker::checkRefusal(const std::string& name, const std::string& version) {
    const std::string check = "extension_" + name;
    std::optional<std::string> refused;
    // A new database has plpgsql. TimescaleDB's workers would begin to look at the database.
    if (name != "plpgsql" && name != "timescaledb") {
        SALVOR_ASSIGN(refused, pgExtensionRefusal(m_server, name, version, m_cancel));
    }
    const std::string said =
        "the server does not make the extension " + name + " in a new database: " + refused.value_or("");
    if (!refused)
        add(Level::Ok, check, name + " " + version + " is there");
    else if (m_spec.options[QStringLiteral("keep_going")].toBool())
        add(Level::Warning, check, said + "; it will be left out",
            "the restored database will not be as its backup; the restore gives the SQL that makes it",
            ErrorCode::Unsupported);
    else
        add(Level::Blocker, check, said,
            pgWithWayOut({}, {"extension " + pgShownName(name)}).hint +
                "; the restore gives the SQL that makes it afterwards",
            ErrorCode::Unsupported);
    return {};
}

Result<> Checker::checkRoles() {
    SALVOR_ASSIGN(const auto present, names("SELECT rolname FROM pg_catalog.pg_roles"));
    std::vector<std::string> left;
    std::set<std::string> needed;
    for (const auto& value : m_facts[QStringLiteral("roles")].toArray()) {
        const std::string role = fromQt(value.toString());
        needed.insert(role);
        if (present.contains(role))
            continue;
        m_out.missingRoles.push_back(role);
        if (std::find(m_spec.noLoginRoles.begin(), m_spec.noLoginRoles.end(), role) ==
            m_spec.noLoginRoles.end())
            left.push_back(role);
    }
    for (const auto& role : m_spec.noLoginRoles) {
        if (!needed.contains(role))
            add(Level::Blocker, "roles",
                "the role " + role + " was to be made, and nothing in the backup needs it",
                "leave it out, or correct its name", ErrorCode::InvalidInput);
    }
    if (!left.empty())
        add(Level::Blocker, "roles", "roles that own something or have rights are missing: " + list(left),
            "make them (salvorctl backups show BACKUP --roles has the SQL), or have them made without login "
            "(--make-role)",
            ErrorCode::NotFound);
    else if (!m_out.missingRoles.empty())
        add(Level::Warning, "roles", "missing roles will be made without login: " + list(m_out.missingRoles));
    else
        add(Level::Ok, "roles", "all roles are there");
    return {};
}

/// What CREATE DATABASE would find out, asked without making anything. lc_time may be set by every session,
/// is checked by the same setlocale(), and does not ask for the encoding of the database that we are
/// connected to.
Result<> Checker::checkLocale() {
    const auto database = m_facts[QStringLiteral("database")].toObject();
    const auto text = [&](const char* key) { return fromQt(database[QLatin1String(key)].toString()); };
    bool known = true;
    for (const auto& locale : std::set<std::string>{text("datcollate"), text("datctype")}) {
        if (locale.empty())
            continue;
        SALVOR_ASSIGN(const auto refused, refusal("SELECT pg_catalog.set_config('lc_time', " +
                                                  m_server.quoteText(locale) + ", true)"));
        known = known && !refused;
        if (refused)
            addNoLocale(locale, *refused);
    }
    if (text("datlocprovider") == "i") {
        SALVOR_ASSIGN(const bool icu,
                      checkIcu(text("datlocale").empty() ? text("daticulocale") : text("datlocale")));
        known = known && icu;
    }
    if (known)
        add(Level::Ok, "locale", "the server has the database's locale");
    return {};
}

Result<> Checker::checkLocks() {
    SALVOR_ASSIGN(auto finding, pgCheckProofLocks(m_server, m_spec, m_cancel));
    if (!finding)
        return {};
    // Between different versions the proof runs pg_dump only where there is one: see schemaProof().
    if (major() != sourceMajor()) {
        const auto tool = m_tools.find("pg_dump", major(), m_cancel);
        if (!tool && tool.error().isCancelled())
            return failure(tool.error());
        if (!tool)
            return {};
    }
    m_out.findings.push_back(std::move(*finding));
    return {};
}

/// A server that was built with ICU has its collations in every database. In an encoding that ICU knows the
/// locale itself is tried, in a transaction that is rolled back.
Result<bool> Checker::checkIcu(const std::string& locale) {
    SALVOR_ASSIGN(
        const auto built,
        m_server.value("looking for ICU",
                       "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_collation WHERE collprovider = 'i')",
                       m_cancel));
    if (built != "t") {
        addNoLocale("ICU " + locale, "it was built without ICU");
        return false;
    }
    const std::string encoding = m_server.parameter("server_encoding");
    if (encoding == "SQL_ASCII" || encoding == "MULE_INTERNAL" || locale.empty())
        return true;
    SALVOR_TRY(m_server.query("looking for the locale", "BEGIN", m_cancel));
    const auto refused = refusal("CREATE COLLATION pg_temp.salvor_probe (provider = icu, locale = " +
                                 m_server.quoteText(locale) + ")");
    if (m_server.usable())
        SALVOR_TRY(m_server.query("looking for the locale", "ROLLBACK", m_cancel));
    SALVOR_TRY(refused);
    if (*refused)
        addNoLocale("ICU " + locale, **refused);
    return !*refused;
}

/// What the server says of a locale that it does not have; nothing when it has it, or when we may not ask.
Result<std::optional<std::string>> Checker::refusal(const std::string& sql) {
    const auto done = m_server.query("looking for the locale", sql, m_cancel);
    if (done)
        return std::nullopt;
    if (!m_server.usable())
        return failure(done.error());
    const auto state = done.error().context.find("sqlstate");
    // 22023: no such locale; 0A000: a server built without ICU.
    if (state == done.error().context.end() || (state->second != "22023" && state->second != "0A000"))
        return std::nullopt;
    return std::optional(done.error().message);
}

void Checker::addNoLocale(const std::string& locale, const std::string& because) {
    add(Level::Blocker, "locale",
        "the target server does not have the saved database's locale, " + locale + ": " + because,
        "install that locale on the server's computer, and restart the server", ErrorCode::Unsupported);
}

Result<> Checker::checkTablespaces() {
    SALVOR_ASSIGN(const auto missing, pgMissingTablespaces(m_server, m_facts, m_cancel));
    if (!missing.empty())
        add(Level::Warning, "tablespaces",
            "tablespaces are missing, so everything goes into the server's default one: " + list(missing),
            "create them first to have every table where it was");
    return {};
}

Result<> Checker::checkSpace() {
    m_out.bytesNeeded = static_cast<std::uint64_t>(std::max<qint64>(
        0, m_facts[QStringLiteral("database")].toObject()[QStringLiteral("size_bytes")].toInteger()));
    const std::uint64_t needed = m_out.bytesNeeded;
    // Powers of ten and one decimal, as the window and salvorctl write sizes.
    const auto megabytes = [](std::uint64_t bytes) {
        const char* const units[] = {" kB", " MB", " GB", " TB"};
        double value = static_cast<double>(bytes) / 1000;
        std::size_t unit = 0;
        for (; value >= 999.95 && unit + 1 < std::size(units); ++unit)
            value /= 1000;
        return QString::number(value, 'f', 1).toStdString() + units[unit];
    };
    SALVOR_ASSIGN(const auto space, pgServerSpace(m_server, m_cancel));
    if (!space) {
        add(Level::Warning, "space",
            "about " + megabytes(needed) +
                " are needed on the server; how much is free there cannot be seen over the connection");
        return {};
    }
    m_out.bytesFree = space->freeBytes;
    const std::string text = "about " + megabytes(needed) + " are needed on the server, and " +
                             megabytes(space->freeBytes) + " are free there";
    // What is left has to serve the server's own work: log, sorting, growth.
    if (needed > space->freeBytes)
        add(Level::Blocker, "space", text, "free space there, or restore to another server",
            ErrorCode::NoSpace);
    else if (space->freeBytes - needed < space->totalBytes / 5)
        add(Level::Warning, "space", text + ": less than a fifth of the disk would be left",
            "free space there, or restore to another server", ErrorCode::NoSpace);
    else
        add(Level::Ok, "space", text);
    return {};
}

} // namespace

int pgArchiveMajor(const BackupContents& contents) {
    int newest = 0;
    for (const auto& report : contents.reports)
        newest = std::max(newest, report.details[QStringLiteral("tool_major")].toInt());
    return newest;
}

Result<std::vector<std::string>> pgMissingTablespaces(PgConnection& server, const QJsonObject& saved,
                                                      const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, server.query("looking at the tablespaces",
                                                "SELECT spcname FROM pg_catalog.pg_tablespace", cancel));
    std::set<std::string> present;
    for (int row = 0; row < rows.size(); ++row)
        present.insert(rows.text(row, 0));
    std::set<std::string> needed;
    for (const auto& value : saved[QStringLiteral("tablespaces")].toArray())
        needed.insert(fromQt(value.toString()));
    const auto database = saved[QStringLiteral("database")].toObject();
    if (const auto own = database[QStringLiteral("tablespace")].toString(); !own.isEmpty())
        needed.insert(fromQt(own));
    std::vector<std::string> missing;
    std::set_difference(needed.begin(), needed.end(), present.begin(), present.end(),
                        std::back_inserter(missing));
    return missing;
}

Result<Preflight> pgPreflight(ProcessRunner& processes, PgConnection& server, const PgEndpointPtr& endpoint,
                              const RestoreSpec& spec, const CancelToken& cancel) {
    if (spec.contents == nullptr)
        return failure(ErrorCode::Internal, "a restore without a backup");
    return Checker(processes, server, endpoint, spec, cancel).run();
}

Result<> pgPreflightVerdict(const Preflight& preflight) {
    for (const auto& finding : preflight.findings) {
        if (finding.level == Level::Blocker)
            return failure(finding.code, "the restore cannot begin: " + finding.text, finding.hint,
                           {{"check", finding.check}});
    }
    return {};
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgomitter.h"

#include "engines/postgresql/pgextensionparts.h"

#include <algorithm>
#include <utility>

namespace salvor {

namespace {

using Kind = PgOmission::Kind;
using Outcome = PgOmission::Outcome;

// Of a table and all that it inherits from: CHECKs where they are their own, and not an ancestor's. Those of
// TimescaleDB's chunks say which rows are theirs.
constexpr const char* kChecks = R"sql(
WITH RECURSIVE up(oid) AS (SELECT $1::pg_catalog.regclass::pg_catalog.oid
  UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN up ON i.inhrelid = up.oid)
SELECT r.oid, n.nspname, r.relname, r.oid::pg_catalog.regclass, c.conname, pg_catalog.pg_get_constraintdef(c.oid),
       pg_catalog.obj_description(c.oid, 'pg_constraint')
  FROM up JOIN pg_catalog.pg_constraint c ON c.conrelid = up.oid AND c.contype = 'c' AND c.coninhcount = 0
  JOIN pg_catalog.pg_class r ON r.oid = up.oid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
 WHERE ($2 = '' OR c.conname = $2) AND n.nspname !~ '^_timescaledb_' ORDER BY 2, 3, 5)sql";

constexpr const char* kCheckCarriers = R"sql(
WITH RECURSIVE down(oid) AS (SELECT $1::pg_catalog.oid
  UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN down ON i.inhparent = down.oid)
SELECT n.nspname, r.relname FROM down JOIN pg_catalog.pg_constraint c ON c.conrelid = down.oid AND c.contype = 'c' AND c.conname = $2
  JOIN pg_catalog.pg_class r ON r.oid = down.oid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace ORDER BY 1, 2)sql";

constexpr const char* kDomainChecks = R"sql(
SELECT pg_catalog.format('%I.%I', n.nspname, t.typname), pg_catalog.pg_get_constraintdef(c.oid),
       pg_catalog.obj_description(c.oid, 'pg_constraint')
  FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_type t ON t.oid = c.contypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
 WHERE n.nspname = $1 AND t.typname = $2 AND c.conname = $3 AND c.contype = 'c')sql";

constexpr const char* kGenerated = R"sql(
WITH RECURSIVE up(oid) AS (SELECT $1::pg_catalog.regclass::pg_catalog.oid
  UNION SELECT i.inhparent FROM pg_catalog.pg_inherits i JOIN up ON i.inhrelid = up.oid)
SELECT r.oid, n.nspname, r.relname, r.oid::pg_catalog.regclass, a.attname, pg_catalog.pg_get_expr(d.adbin, d.adrelid),
       pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM up JOIN pg_catalog.pg_attribute a ON a.attrelid = up.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated <> '' AND a.attinhcount = 0
  JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  JOIN pg_catalog.pg_class r ON r.oid = up.oid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
 WHERE $2 = '' OR a.attname = $2 ORDER BY 2, 3, 5)sql";

constexpr const char* kGeneratedCarriers = R"sql(
WITH RECURSIVE down(oid) AS (SELECT $1::pg_catalog.oid
  UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN down ON i.inhparent = down.oid)
SELECT n.nspname, r.relname FROM down JOIN pg_catalog.pg_attribute a ON a.attrelid = down.oid AND a.attname = $2 AND a.attgenerated <> ''
  JOIN pg_catalog.pg_class r ON r.oid = down.oid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace ORDER BY 1, 2)sql";

constexpr int kMostRounds = 100; ///< of taking off what several ancestors have of one name

Result<> discard(Result<PgRows> rows) {
    return std::move(rows).map([](const PgRows&) {});
}

std::string contextOf(const Error& error, const char* key) {
    const auto found = error.context.find(key);
    return found == error.context.end() ? std::string() : found->second;
}

/// Names stand with quotes in rows of the catalog, and without in archives.
std::string withoutQuotes(std::string text) {
    std::erase(text, '"');
    return text;
}

/// No such schema, relation, function, or anything else.
bool namesNothing(const std::string& state) {
    return state == "3F000" || state == "42P01" || state == "42883" || state == "42704";
}

bool isCheckViolation(const Error& error) { return contextOf(error, "sqlstate") == "23514"; }

/// With the key that the server names, where it names one.
std::string reasonOf(const Error& error) {
    const std::string detail = contextOf(error, "detail");
    return error.message + (detail.empty() ? "" : ": " + detail);
}

/// What is wrong with the connection or the disk is wrong with whatever comes next.
bool endsAll(const Error& error, bool connectionUsable) {
    return !connectionUsable || error.isCancelled() || error.code == ErrorCode::NoSpace;
}

PgOmission omissionOf(const std::vector<PgArchiveEntry>& entries, const PgArchiveEntry& entry) {
    PgOmission out;
    out.schema = entry.schema;
    out.name = entry.name;
    out.sql = entry.definition;
    if (entry.kind == "INDEX") {
        out.kind = Kind::Index;
        return out;
    }
    // "orders orders_check": the table is one that it needs.
    for (const auto& other : entries) {
        if (other.schema == entry.schema && entry.name.starts_with(other.name + " ") &&
            std::ranges::find(entry.needs, other.id) != entry.needs.end())
            out.relation = other.name;
    }
    if (out.relation.empty())
        out.relation = entry.name.substr(0, entry.name.find(' '));
    out.name = entry.name.substr(std::min(out.relation.size() + 1, entry.name.size()));
    return out;
}

/// "… FOREIGN KEY … NOT VALID"; empty where there is no such thing, or it says so already.
std::string notValid(const PgArchiveEntry& entry, const std::string& sql) {
    if (entry.kind != "FK CONSTRAINT" && entry.kind != "CHECK CONSTRAINT")
        return {};
    const auto end = sql.find_last_not_of(" \n;");
    const std::string body = sql.substr(0, end == std::string::npos ? 0 : end + 1);
    return body.ends_with(" NOT VALID") ? std::string() : body + " NOT VALID;\n";
}

} // namespace

PgOmitter::PgOmitter(Options options)
    : m_options(std::move(options)) {}

bool PgOmitter::isAsked(const PgOmission& omission) const {
    return std::ranges::any_of(m_options.asked, [&](const PgOmission& one) {
        return one.kind == omission.kind && one.schema == omission.schema &&
               one.relation == omission.relation && one.name == omission.name;
    });
}

Result<> PgOmitter::leaveExtensionOut(const std::string& name,
                                      const std::vector<std::vector<PgArchiveEntry>>& archives,
                                      const std::string& reason) {
    if (auto problem = pgCannotLeaveOut(archives, name))
        return failure(std::move(*problem));
    const std::scoped_lock lock(m_mutex);
    if (m_extensions.contains(name))
        return {};
    PgOmission one;
    one.kind = Kind::Extension;
    one.name = name;
    one.asked = reason.empty();
    one.reason = reason;
    m_extensions.emplace(name, name);
    for (const auto& entries : archives) {
        const auto parts = pgExtensionParts(entries, name);
        for (const auto& extension : parts.extensions)
            m_extensions.emplace(extension, name);
        for (const auto& entry : entries) {
            if (entry.kind == "SEQUENCE")
                m_sequences.insert(withoutQuotes(entry.schema + "." + entry.name));
        }
        one.entries.insert(parts.titles.begin(), parts.titles.end());
        one.carriers.insert(one.carriers.end(), parts.views.begin(), parts.views.end());
        one.sql += parts.sql;
    }
    m_left.push_back(std::move(one));
    return {};
}

std::set<std::string> PgOmitter::withoutExtensions() const {
    const std::scoped_lock lock(m_mutex);
    std::set<std::string> out;
    for (const auto& [name, root] : m_extensions)
        out.insert(name);
    return out;
}

std::set<int> PgOmitter::ofExtensions(const std::vector<PgArchiveEntry>& entries) const {
    std::set<int> out;
    for (const auto& name : withoutExtensions())
        out.merge(pgExtensionParts(entries, name).ids);
    return out;
}

void PgOmitter::lacks(const std::string& extension, const std::string& quoted, const std::string& lost) {
    const std::scoped_lock lock(m_mutex);
    const auto root = m_extensions.find(extension);
    const auto one = std::ranges::find_if(m_left, [&](const PgOmission& left) {
        return left.kind == Kind::Extension && root != m_extensions.end() && left.name == root->second;
    });
    const auto dot = quoted.find('.');
    if (one == m_left.end() || dot == std::string::npos)
        return;
    const PgTableName name(quoted.substr(0, dot), quoted.substr(dot + 1));
    if (std::ranges::find(one->carriers, name) == one->carriers.end())
        one->carriers.push_back(name);
    if (!lost.empty() && std::ranges::find(one->lost, lost) == one->lost.end())
        one->lost.push_back(lost);
}

std::string PgOmitter::extensionOf(const std::string& sequence) const {
    const std::scoped_lock lock(m_mutex);
    if (m_extensions.empty() || m_sequences.contains(withoutQuotes(sequence)))
        return {};
    const std::string schema = sequence.substr(0, sequence.find('.'));
    for (const auto& one : m_left) {
        const auto isBeside = [&](const PgTableName& relation) { return relation.first == schema; };
        if (one.kind == Kind::Extension && std::ranges::any_of(one.carriers, isBeside))
            return one.name;
    }
    return m_extensions.begin()->first;
}

Result<> PgOmitter::begin(PgConnection& connection, const CancelToken& cancel) {
    const std::scoped_lock lock(m_mutex);
    if (std::exchange(m_begun, true))
        return {};
    for (const auto& one : m_options.asked) {
        if (one.kind == Kind::Index || one.kind == Kind::Extension)
            continue;
        SALVOR_ASSIGN(
            const auto table,
            connection.value(
                "looking for " + pgOmissionText(one),
                "SELECT pg_catalog.format('%I.%I', n.nspname, r.relname) FROM pg_catalog.pg_class r "
                "JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace WHERE n.nspname = $1 AND "
                "r.relname = $2 AND r.relkind IN ('r', 'p', 'f')",
                cancel, {one.schema, one.relation}));
        if (table.empty() && one.kind == Kind::Constraint)
            SALVOR_TRY(takeDomainCheck(connection, one.schema, one.relation, one.name, cancel));
        else if (!table.empty() && one.kind == Kind::Constraint)
            SALVOR_TRY(takeChecks(connection, table, one.name, cancel));
        else if (!table.empty())
            SALVOR_TRY(takeExpressions(connection, table, one.name, cancel));
    }
    return {};
}

Result<std::vector<PgTableName>> PgOmitter::carriers(PgConnection& connection, const char* sql,
                                                     const std::string& oid, const std::string& name,
                                                     const CancelToken& cancel) const {
    SALVOR_ASSIGN(const auto rows, connection.query("looking for heirs", sql, cancel, {oid, name}));
    std::vector<PgTableName> out;
    for (int row = 0; row < rows.size(); ++row)
        out.emplace_back(rows.text(row, 0), rows.text(row, 1));
    return out;
}

Result<> PgOmitter::take(PgConnection& connection, Taken taken, const CancelToken& cancel) {
    PgOmission& one = taken.omission;
    one.asked = isAsked(one);
    one.reason = one.asked ? std::string() : m_reason;
    const std::string name = connection.quoteName(one.name);
    std::string sql = "ALTER " + taken.owner;
    if (one.kind == Kind::Generated)
        sql += " ALTER COLUMN " + name + " DROP EXPRESSION, ALTER COLUMN " + name + " DROP NOT NULL";
    else
        sql += " DROP CONSTRAINT " + name;
    SALVOR_TRY(discard(connection.query("leaving out the " + pgOmissionText(one), sql, cancel)));
    if (one.kind == Kind::Constraint) {
        one.sql = "ALTER " + taken.owner + " ADD CONSTRAINT " + name + " " + taken.definition + ";";
        for (const auto& [schema, relation] : one.carriers)
            one.entries.insert("COMMENT " + schema + ".CONSTRAINT " + one.name + " ON " + relation);
    }
    m_taken.push_back(std::move(taken));
    ++m_changes;
    return {};
}

Result<std::size_t> PgOmitter::takeChecks(PgConnection& connection, const std::string& table,
                                          const std::string& name, const CancelToken& cancel) {
    std::size_t count = 0;
    // What an ancestor and an heir each have by that name is inherited until the ancestor's is gone.
    for (int round = 0; round < kMostRounds; ++round) {
        SALVOR_ASSIGN(const auto rows, connection.query("looking for constraints of " + table, kChecks,
                                                        cancel, {table, name}));
        if (rows.size() == 0)
            break;
        for (int row = 0; row < rows.size(); ++row) {
            Taken taken;
            taken.omission.schema = rows.text(row, 1);
            taken.omission.relation = rows.text(row, 2);
            taken.omission.name = rows.text(row, 4);
            taken.owner = "TABLE " + rows.text(row, 3);
            taken.definition = rows.text(row, 5);
            taken.comment = rows.text(row, 6);
            SALVOR_ASSIGN(taken.omission.carriers, carriers(connection, kCheckCarriers, rows.text(row, 0),
                                                            taken.omission.name, cancel));
            SALVOR_TRY(take(connection, std::move(taken), cancel));
            ++count;
        }
    }
    return count;
}

Result<std::size_t> PgOmitter::takeDomainCheck(PgConnection& connection, const std::string& schema,
                                               const std::string& domain, const std::string& name,
                                               const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("looking for constraints of the domain " + domain,
                                                    kDomainChecks, cancel, {schema, domain, name}));
    for (int row = 0; row < rows.size(); ++row) {
        Taken taken;
        taken.omission.schema = schema;
        taken.omission.relation = domain;
        taken.omission.name = name;
        taken.owner = "DOMAIN " + rows.text(row, 0);
        taken.definition = rows.text(row, 1);
        taken.comment = rows.text(row, 2);
        taken.omission.carriers = {{schema, domain}};
        SALVOR_TRY(take(connection, std::move(taken), cancel));
    }
    return static_cast<std::size_t>(rows.size());
}

Result<std::size_t> PgOmitter::takeExpressions(PgConnection& connection, const std::string& table,
                                               const std::string& column, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("looking for generated columns of " + table, kGenerated,
                                                    cancel, {table, column}));
    for (int row = 0; row < rows.size(); ++row) {
        Taken taken;
        PgOmission& one = taken.omission;
        one.kind = Kind::Generated;
        one.schema = rows.text(row, 1);
        one.relation = rows.text(row, 2);
        one.name = rows.text(row, 4);
        taken.owner = "TABLE " + rows.text(row, 3);
        const std::string name = connection.quoteName(one.name);
        one.sql = "ALTER TABLE " + rows.text(row, 3) + " DROP COLUMN " + name + ", ADD COLUMN " + name + " " +
                  rows.text(row, 6) + " GENERATED ALWAYS AS (" + rows.text(row, 5) + ") STORED" +
                  (rows.flag(row, 7) ? " NOT NULL;" : ";");
        SALVOR_ASSIGN(one.carriers,
                      carriers(connection, kGeneratedCarriers, rows.text(row, 0), one.name, cancel));
        SALVOR_TRY(take(connection, std::move(taken), cancel));
    }
    return static_cast<std::size_t>(rows.size());
}

Result<bool> PgOmitter::loosen(PgConnection& connection, const std::string& table, const Error& error,
                               std::uint64_t seen, const CancelToken& cancel) {
    if (!keepsGoing() || endsAll(error, connection.usable()) || error.code != ErrorCode::ServerError)
        return false;
    SALVOR_TRY(discard(connection.query("writing table " + table, "ROLLBACK", cancel)));
    const std::scoped_lock lock(m_mutex);
    if (m_changes != seen)
        return true; // another session had the same trouble
    m_reason = reasonOf(error);
    if (isCheckViolation(error)) {
        const std::string name = contextOf(error, "constraint");
        SALVOR_ASSIGN(const std::size_t checks, takeChecks(connection, table, name, cancel));
        if (checks > 0)
            return true;
        SALVOR_ASSIGN(const std::size_t ofDomain,
                      takeDomainCheck(connection, contextOf(error, "schema"), contextOf(error, "datatype"),
                                      name, cancel));
        return ofDomain > 0;
    }
    // A function failed, and the server does not say for what it was called.
    SALVOR_ASSIGN(const std::size_t checks, takeChecks(connection, table, {}, cancel));
    if (checks > 0)
        return true;
    SALVOR_ASSIGN(const std::size_t expressions, takeExpressions(connection, table, {}, cancel));
    return expressions > 0;
}

std::set<int> PgOmitter::dependents(const std::vector<PgArchiveEntry>& entries, int id) {
    std::set<int> out;
    for (const auto& entry : entries) {
        const bool needs = std::ranges::find(entry.needs, id) != entry.needs.end();
        if (needs && (entry.kind == "COMMENT" || entry.kind == "INDEX ATTACH"))
            out.insert(entry.id);
    }
    return out;
}

std::set<int> PgOmitter::leaveOut(const std::vector<PgArchiveEntry>& entries) {
    const std::scoped_lock lock(m_mutex);
    std::set<int> out;
    for (const auto& asked : m_options.asked) {
        for (const auto& entry : entries) {
            if (asked.kind == Kind::Extension || !pgMakes(entry, asked))
                continue;
            PgOmission one = asked;
            one.sql = entry.definition;
            one.entries.insert(pgEntryTitle(entry));
            out.insert(entry.id);
            const auto with = dependents(entries, entry.id);
            for (const auto& other : entries) {
                if (with.contains(other.id))
                    one.entries.insert(pgEntryTitle(other));
            }
            out.insert(with.begin(), with.end());
            m_left.push_back(std::move(one));
        }
    }
    for (std::size_t asked = 0; asked < m_options.asked.size(); ++asked)
        leaveChunksOut(entries, asked, out);
    return out;
}

Result<> PgOmitter::giveUp(const PgArchiveEntry& entry, const Error& error, bool connectionUsable) {
    if (!keepsGoing() || endsAll(error, connectionUsable))
        return failure(error);
    PgOmission one = omissionOf({}, entry);
    one.reason = reasonOf(error);
    one.entries.insert(pgEntryTitle(entry));
    const std::scoped_lock lock(m_mutex);
    m_left.push_back(std::move(one));
    return {};
}

Result<> PgOmitter::make(PgConnection& connection, const std::vector<PgArchiveEntry>& entries,
                         const PgArchiveEntry& entry, const std::string& sql, const CancelToken& cancel) {
    PgOmission one = omissionOf(entries, entry);
    const std::string doing = "making the " + pgOmissionText(one);
    const auto with = dependents(entries, entry.id);
    std::string comments;
    for (const auto& other : entries)
        comments += with.contains(other.id) && other.kind == "COMMENT" ? other.definition : "";
    const auto made = connection.script(doing, sql + comments, cancel);
    if (made)
        return {};
    if (endsAll(made.error(), connection.usable()))
        return failure(made.error());
    if (!keepsGoing())
        return failure(pgWithWayOut(made.error(), {pgOmissionText(one)}));
    one.reason = reasonOf(made.error());
    if (const std::string loose = notValid(entry, sql); !loose.empty()) {
        const auto again = connection.script(doing, loose + comments, cancel);
        if (!again && endsAll(again.error(), connection.usable()))
            return failure(again.error());
        if (again) {
            one.outcome = Outcome::NotValid;
            one.sql = "ALTER TABLE " + pgShownName(one.schema) + "." + pgShownName(one.relation) +
                      " VALIDATE CONSTRAINT " + pgShownName(one.name) + ";";
        }
    }
    one.entries.insert(pgEntryTitle(entry));
    for (const auto& other : entries) {
        if (one.outcome == Outcome::Missing && with.contains(other.id))
            one.entries.insert(pgEntryTitle(other));
    }
    const std::scoped_lock lock(m_mutex);
    m_left.push_back(std::move(one));
    return {};
}

Result<> PgOmitter::grant(PgConnection& connection, const PgArchiveEntry& entry, const CancelToken& cancel) {
    PgOmission one;
    one.kind = Kind::Acl;
    one.schema = entry.schema;
    one.name = entry.name;
    const std::string doing = "granting the rights of " + pgOmissionText(one).substr(4);
    for (const auto& sql : pgRightsStatements(entry.definition)) {
        const auto done = connection.script(doing, sql, cancel);
        if (done)
            continue;
        if (endsAll(done.error(), connection.usable()))
            return failure(done.error());
        // What an extension's member would be that is not there.
        const bool ofExtension =
            !withoutExtensions().empty() && namesNothing(contextOf(done.error(), "sqlstate"));
        if (!keepsGoing() && !ofExtension)
            return failure(pgWithWayOut(done.error(), {}));
        one.reason = one.reason.empty() ? reasonOf(done.error()) : one.reason;
        one.sql += sql;
    }
    if (one.sql.empty())
        return {};
    one.entries.insert(pgEntryTitle(entry));
    const std::scoped_lock lock(m_mutex);
    m_left.push_back(std::move(one));
    return {};
}

Result<bool> PgOmitter::putOneBack(PgConnection& connection, Taken& taken, const CancelToken& cancel) const {
    PgOmission& one = taken.omission;
    const std::string doing = "putting back the " + pgOmissionText(one);
    const std::string name = connection.quoteName(one.name);
    const auto sql = [&](const char* end) {
        std::string out = "BEGIN; SELECT pg_catalog.set_config('search_path', " +
                          connection.quoteText(m_options.searchPath) + ", true); ALTER " + taken.owner +
                          " ADD CONSTRAINT " + name + " " + taken.definition + end + ";";
        if (!taken.comment.empty())
            out += " COMMENT ON CONSTRAINT " + name + " ON " +
                   (taken.owner.starts_with("DOMAIN ") ? taken.owner : taken.owner.substr(6)) + " IS " +
                   connection.quoteText(taken.comment) + ";";
        return out + " COMMIT";
    };
    const auto valid = connection.script(doing, sql(""), cancel);
    if (valid)
        return true;
    if (endsAll(valid.error(), connection.usable()))
        return failure(valid.error());
    SALVOR_TRY(discard(connection.query(doing, "ROLLBACK", cancel)));
    const auto loose = connection.script(doing, sql(" NOT VALID"), cancel);
    if (!loose && endsAll(loose.error(), connection.usable()))
        return failure(loose.error());
    one.reason = reasonOf(valid.error());
    if (!loose) {
        SALVOR_TRY(discard(connection.query(doing, "ROLLBACK", cancel)));
        return false;
    }
    one.outcome = Outcome::NotValid;
    one.entries.clear();
    for (const auto& [schema, relation] : one.carriers)
        one.entries.insert("CHECK CONSTRAINT " + schema + "." + relation + " " + one.name);
    one.sql = "ALTER " + taken.owner + " VALIDATE CONSTRAINT " + name + ";";
    return false;
}

Result<> PgOmitter::putBack(PgConnection& connection, const CancelToken& cancel) {
    const std::scoped_lock lock(m_mutex);
    // The last first: what an heir has of its own stood there before its ancestor's was taken off.
    while (!m_taken.empty()) {
        Taken taken = std::move(m_taken.back());
        m_taken.pop_back();
        bool whole = false;
        if (!taken.omission.asked && taken.omission.kind == Kind::Constraint) {
            SALVOR_ASSIGN(whole, putOneBack(connection, taken, cancel));
        }
        if (!whole)
            m_left.push_back(std::move(taken.omission));
    }
    return {};
}

std::vector<PgOmission> PgOmitter::omissions() const {
    const std::scoped_lock lock(m_mutex);
    return m_left;
}

std::string pgEntryText(const std::vector<PgArchiveEntry>& entries, const PgArchiveEntry& entry) {
    return pgOmissionText(omissionOf(entries, entry));
}

Error pgWithWayOut(Error error, const std::vector<std::string>& named) {
    const auto option = [](const std::string& text) {
        // Names that a shell would take apart.
        const auto at = text.find(' ') + 1;
        const std::string name = text.substr(at);
        const bool plain = name.find_first_of(" \"'$`\\;&|<>()*?!#~") == std::string::npos;
        return "--leave-out " + text.substr(0, at) + (plain ? name : "'" + name + "'");
    };
    constexpr std::size_t kMost = 5;
    std::string sentence =
        "the rows come back with salvorctl restore --keep-going, which names what it could not make";
    for (std::size_t i = 0; i < named.size() && i < kMost; ++i)
        sentence += (i == 0 ? "; or with " : " ") + option(named[i]);
    error.hint += (error.hint.empty() ? "" : "; ") + sentence;
    if (!named.empty())
        error.context["leave_out"] = named.front();
    return error;
}

Error pgRestoreWayOut(Error error, const std::vector<PgArchiveEntry>& entries) {
    // "from TOC entry 3240; 2606 16400 FK CONSTRAINT orders orders_fkey owner", in whatever language; with
    // several jobs no more than the statement that failed.
    constexpr std::size_t kEnough = 200;
    const std::string text = contextOf(error, "stderr");
    for (const auto& entry : entries) {
        const bool isRights = pgIsRights(entry);
        if (!isRights && (!entry.postData || (entry.kind != "INDEX" && !entry.kind.ends_with("CONSTRAINT"))))
            continue;
        const std::string number = " " + std::to_string(entry.id) + "; ";
        std::string statement = entry.definition.substr(0, kEnough);
        statement.resize(statement.find_last_not_of(" \n;") + 1);
        const bool told = text.find(number) != std::string::npos &&
                          text.find(entry.kind + " " + entry.name) != std::string::npos;
        if (told || (!statement.empty() && text.find(statement) != std::string::npos))
            return pgWithWayOut(std::move(error), isRights ? std::vector<std::string>()
                                                           : std::vector{pgEntryText(entries, entry)});
    }
    return error;
}

Error pgRowsWayOut(Error error, PgConnection& connection, const std::string& table,
                   const CancelToken& cancel) {
    if (error.code != ErrorCode::ServerError)
        return error;
    std::vector<std::string> named;
    PgOmission one;
    const std::string name = isCheckViolation(error) ? contextOf(error, "constraint") : std::string();
    if (!contextOf(error, "datatype").empty() && !name.empty()) {
        one.schema = contextOf(error, "schema");
        one.relation = contextOf(error, "datatype");
        one.name = name;
        return pgWithWayOut(std::move(error), {pgOmissionText(one)});
    }
    for (const auto& [kind, sql] :
         {std::pair{Kind::Constraint, kChecks}, std::pair{Kind::Generated, kGenerated}}) {
        const auto rows = connection.query("looking for constraints of " + table, sql, cancel, {table, name});
        for (int row = 0; rows && row < rows->size(); ++row) {
            one.kind = kind;
            one.schema = rows->text(row, 1);
            one.relation = rows->text(row, 2);
            one.name = rows->text(row, 4);
            named.push_back(pgOmissionText(one));
        }
    }
    return named.empty() ? error : pgWithWayOut(std::move(error), named);
}

} // namespace salvor

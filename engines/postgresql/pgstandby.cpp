// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgstandby.h"

#include "engines/postgresql/pgerror.h"
#include "models/base/json.h"

#include <algorithm>
#include <string_view>

namespace salvor {

namespace {

constexpr std::string_view kTable = "r ";
constexpr std::string_view kSequence = "S ";
constexpr const char* kConflict = "40001"; // as a snapshot that only reads never fails otherwise

constexpr const char* kUnlogged = R"sql(
SELECT pg_catalog.format('%s %I.%I', c.relkind, n.nspname, c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'S') AND c.relpersistence = 'u' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND (NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                       AND d.objid = c.oid AND d.deptype = 'e')
        OR EXISTS (SELECT 1 FROM pg_catalog.pg_extension e WHERE c.oid = ANY (e.extconfig)))
 ORDER BY c.relkind = 'S', n.nspname, c.relname)sql";

std::vector<std::string> ofKind(const QJsonObject& server, std::string_view kind) {
    std::vector<std::string> out;
    for (const auto& value : server[QStringLiteral("unlogged_on_standby")].toArray()) {
        if (std::string one = fromQt(value.toString()); one.starts_with(kind))
            out.push_back(one.substr(kind.size()));
    }
    return out;
}

} // namespace

bool pgIsStandby(const PgConnection& connection) { return connection.parameter("in_hot_standby") == "on"; }

Result<QJsonArray> pgUnloggedOnStandby(PgConnection& connection, const CancelToken& cancel) {
    QJsonArray out;
    if (!pgIsStandby(connection))
        return out;
    SALVOR_ASSIGN(const auto rows, connection.query("looking for unlogged tables", kUnlogged, cancel));
    for (int row = 0; row < rows.size(); ++row)
        out.append(toQt(rows.view(row, 0)));
    return out;
}

std::set<std::string> pgUnloggedTables(const QJsonObject& server) {
    const auto tables = ofKind(server, kTable);
    return {tables.begin(), tables.end()};
}

std::vector<std::string> pgUnloggedSequences(const QJsonObject& server) { return ofKind(server, kSequence); }

std::string pgUnloggedNote(const std::string& one) {
    const bool isTable = one.starts_with(kTable);
    const std::string name = one.substr(kTable.size());
    return std::string("Not kept: ") +
           (isTable ? "the rows of the unlogged table " : "the value of the unlogged sequence ") + name +
           ", as the backup was made from a standby, where nobody can read " + (isTable ? "them" : "it") +
           ". In a restored database " + (isTable ? "the table is empty" : "the sequence begins anew") +
           "; a backup of the primary has " + (isTable ? "them." : "it.");
}

std::string pgUnloggedSummary(const std::string& database, const QJsonArray& unlogged) {
    constexpr qsizetype kNamed = 5;
    if (unlogged.isEmpty())
        return {};
    std::string names;
    for (qsizetype i = 0; i < std::min(unlogged.size(), kNamed); ++i)
        names += (i == 0 ? "" : ", ") + fromQt(unlogged[i].toString()).substr(kTable.size());
    if (unlogged.size() > kNamed)
        names += " and " + std::to_string(unlogged.size() - kNamed) + " more";
    return "The server is a standby, where nobody can read what is unlogged: backups of the database " +
           database + " from here leave out what is in " + names + ".";
}

bool pgIsConflict(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() && state->second == kConflict;
}

bool pgWasEnded(const Error& error) { return error.code == ErrorCode::ConnectionLost || pgIsConflict(error); }

bool pgTellsInAnotherLanguage(PgConnection& connection, const CancelToken& cancel) {
    if (!pgIsStandby(connection))
        return false;
    const auto shown = connection.query("asking for the language", "SHOW lc_messages", cancel);
    const std::string locale = shown && shown->size() == 1 ? shown->text(0, 0) : std::string();
    const auto isOf = [&](std::string_view name) { return locale.starts_with(name); };
    return !locale.empty() && !isOf("en") && !isOf("En") && !isOf("POSIX") && locale != "C" && !isOf("C.");
}

Error pgAsConflict(Error error, bool mayBe) {
    const bool said = error.message.find("conflict with recovery") != std::string::npos;
    // A setting has its name in every language.
    const bool isOfLocks = error.message.find("max_locks_per_transaction") != std::string::npos;
    if (error.code != ErrorCode::ToolFailed || !(said || (mayBe && !isOfLocks)))
        return error;
    error.code = ErrorCode::SourceChanged;
    error.hint = (said ? "" : "if the text above says that the replay of the standby was in the way: ") +
                 std::string(pgErrorHint(kConflict));
    error.retryable = true;
    return error;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgtablelock.h"

#include "engines/postgresql/pgfacts.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace salvor {

namespace {

constexpr const char* kEndThatSession =
    "wait until that session is done and try again, or end it with pg_terminate_backend";

Error changed(const std::string& relation, const std::string& how) {
    return {ErrorCode::SourceChanged,
            "the table " + relation + " was " + how + " during the backup",
            "begin the backup again",
            true,
            {{"relation", relation}}};
}

/// One statement for each thing that could have happened to a table since the snapshot; see checkResults.
std::string checks(const PgRelation& relation) {
    const std::string oid = std::to_string(relation.oid);
    std::string columns;
    for (const auto& column : relation.columns)
        columns += (columns.empty() ? "" : ", ") + column.quoted;
    // The catalog is seen as of the snapshot, pg_relation_filenode answers as of now: a difference means that
    // TRUNCATE, compress_chunk or a rewrite put another file in place, in which the snapshot's rows are not,
    // without any error.
    return "LOCK TABLE ONLY " + relation.quoted +
           " IN ACCESS SHARE MODE;\n"
           "SELECT count(*) FROM pg_catalog.pg_class c WHERE (c.oid = " +
           oid + " OR c.oid = (SELECT reltoastrelid FROM pg_catalog.pg_class WHERE oid = " + oid +
           ")) AND c.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(c.oid);\n"
           "SELECT " +
           columns + " FROM ONLY " + relation.quoted + " LIMIT 0;\n";
}

/// `results` ends with those of checks().
Result<> checkResults(const PgRelation& relation, const std::vector<PgRows>& results) {
    if (results.size() < 2)
        return failure(ErrorCode::Internal, "the server answered fewer statements than were sent");
    if (results[results.size() - 2].integer(0, 0) != 0)
        return failure(changed(relation.quoted, "truncated or rewritten"));
    const PgRows& described = results.back();
    for (int column = 0; column < described.columns(); ++column) {
        const auto& expected = relation.columns[static_cast<std::size_t>(column)];
        // By number, so that neither another table under the same name nor swapped columns pass.
        if (described.sourceTable(column) != relation.oid)
            return failure(changed(relation.quoted, "replaced by another one"));
        if (described.sourceColumn(column) != expected.number)
            return failure(changed(relation.quoted, "altered"));
    }
    return {};
}

/// Errors that mean that the table is no longer what the plan says.
bool meansChanged(const Error& error) {
    // No such table, column or schema; a view in its place (which restrict_nonsystem_relation_kind refuses
    // with 55000).
    constexpr std::array<std::string_view, 5> kStates{"42P01", "42703", "3F000", "42809", "55000"};
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() &&
           std::find(kStates.begin(), kStates.end(), state->second) != kStates.end();
}

/// The same with the session to look at, as far as the server still knows it.
Error withHolders(Error error, const PgRelation& relation, PgConnection& connection,
                  const CancelToken& cancel) {
    error.context["relation"] = relation.quoted;
    if (!connection.query("ending the transaction", "ROLLBACK", cancel))
        return error;
    const auto holders = pgLockHolders(connection, relation.oid, cancel);
    if (!holders || holders->empty())
        return error;
    error.message += "; it is locked by " + *holders;
    error.context["holders"] = *holders;
    error.hint = kEndThatSession;
    return error;
}

} // namespace

bool pgMeansLocked(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() && state->second == "55P03";
}

Result<> pgLockAndCheck(PgConnection& connection, const PgRelation& relation, const std::string& before,
                        const CancelToken& cancel) {
    auto results = connection.script("locking table " + relation.quoted, before + checks(relation), cancel);
    if (!results && pgMeansLocked(results.error()))
        return failure(withHolders(results.error(), relation, connection, cancel));
    if (!results)
        return failure(meansChanged(results.error()) ? changed(relation.quoted, "dropped, renamed or altered")
                                                     : results.error());
    return checkResults(relation, *results);
}

Error pgWithLockedTables(Error error, PgConnection& connection, const CancelToken& cancel) {
    if (!connection.query("ending the transaction", "ROLLBACK", cancel))
        return error;
    const auto locked = pgLockedTables(connection, cancel);
    if (!locked || locked->empty())
        return error;
    error.message += "; " + *locked;
    error.context["holders"] = *locked;
    error.hint = kEndThatSession;
    return error;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgtablelock.h"

#include "engines/postgresql/pgfacts.h"

#include <algorithm>
#include <array>
#include <functional>
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
std::string checks(const PgRelation& relation, const std::string& locked) {
    const std::string oid = std::to_string(relation.oid);
    std::string numbers = "0"; // the table itself
    for (const auto& column : relation.columns)
        numbers += "," + std::to_string(column.number);
    // The catalog is seen as of the snapshot, pg_relation_filenode and pg_identify_object answer as of now: a
    // difference means that TRUNCATE, compress_chunk or a rewrite put another file in place, in which the
    // snapshot's rows are not, without any error; or that a name is another one's.
    return "LOCK TABLE ONLY " + relation.quoted + " IN ACCESS SHARE MODE;\n" + locked +
           "SELECT count(*) FROM pg_catalog.pg_class c WHERE (c.oid = " + oid +
           " OR c.oid = (SELECT reltoastrelid FROM pg_catalog.pg_class WHERE oid = " + oid +
           ")) AND c.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(c.oid);\n"
           "SELECT i.identity FROM pg_catalog.unnest('{" +
           numbers +
           "}'::pg_catalog.int4[]) WITH ORDINALITY n (number, place), LATERAL "
           "pg_catalog.pg_identify_object('pg_catalog.pg_class'::pg_catalog.regclass, " +
           oid + ", n.number) i ORDER BY n.place;\n";
}

/// `results` ends with those of checks().
Result<> checkResults(const PgRelation& relation, const std::vector<PgRows>& results) {
    if (results.size() < 2)
        return failure(ErrorCode::Internal, "the server answered fewer statements than were sent");
    if (results[results.size() - 2].integer(0, 0) != 0)
        return failure(changed(relation.quoted, "truncated or rewritten"));
    const PgRows& identities = results.back();
    if (identities.size() != static_cast<int>(relation.columns.size()) + 1)
        return failure(ErrorCode::Internal, "the server answered for fewer columns than were asked for");
    // By number, so that neither another table under the same name nor swapped columns pass.
    if (identities.view(0, 0) != relation.quoted)
        return failure(changed(relation.quoted, "replaced by another one"));
    for (std::size_t i = 0; i < relation.columns.size(); ++i) {
        if (identities.view(static_cast<int>(i) + 1, 0) != relation.quoted + "." + relation.columns[i].quoted)
            return failure(changed(relation.quoted, "altered"));
    }
    return {};
}

/// Errors that mean that the table is no longer what the plan says.
bool meansChanged(const Error& error) {
    // No such table or schema; what cannot be locked in its place.
    constexpr std::array<std::string_view, 3> kStates{"42P01", "3F000", "42809"};
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() &&
           std::find(kStates.begin(), kStates.end(), state->second) != kStates.end();
}

/// What `ask` says behind the transaction, which has failed, after these words; nothing where nobody is in
/// the way any more.
Error withSessions(Error error, PgConnection& connection, const char* words,
                   const std::function<Result<std::string>()>& ask, const CancelToken& cancel) {
    if (!connection.query("ending the transaction", "ROLLBACK", cancel))
        return error;
    const auto said = ask();
    if (!said || said->empty())
        return error;
    error.message += std::string("; ") + words + *said;
    error.context["holders"] = *said;
    error.hint = kEndThatSession;
    return error;
}

} // namespace

bool pgMeansLocked(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() && state->second == "55P03";
}

Error pgWithHolders(Error error, const PgRelation& relation, PgConnection& connection,
                    const CancelToken& cancel) {
    error.context["relation"] = relation.quoted;
    return withSessions(
        std::move(error), connection, "it is locked by ",
        [&] { return pgLockHolders(connection, relation.oid, cancel); }, cancel);
}

Result<> pgLockAndCheck(PgConnection& connection, const PgRelation& relation, const PgLockScript& script,
                        const CancelToken& cancel) {
    auto results = connection.script("locking table " + relation.quoted,
                                     script.before + checks(relation, script.behind), cancel);
    if (!results && pgMeansLocked(results.error()))
        return failure(pgWithHolders(results.error(), relation, connection, cancel));
    if (!results)
        return failure(meansChanged(results.error()) ? changed(relation.quoted, "dropped, renamed or altered")
                                                     : results.error());
    return checkResults(relation, *results);
}

Error pgWithLockedTables(Error error, PgConnection& connection, const CancelToken& cancel) {
    return withSessions(
        std::move(error), connection, "", [&] { return pgLockedTables(connection, cancel); }, cancel);
}

} // namespace salvor

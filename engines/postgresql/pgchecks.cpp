// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgchecks.h"

#include "engines/postgresql/pgconnection.h"

#include <algorithm>

namespace salvor {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t kMostFound = 300;

Result<> discard(Result<PgRows> rows) {
    return std::move(rows).map([](const PgRows&) {});
}

std::string shortened(std::string text) {
    if (text.size() <= kMostFound)
        return text;
    std::size_t length = kMostFound;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
        --length;
    return text.substr(0, length) + "…";
}

/// A query may end with a semicolon; the cursor's statement goes on behind it.
std::string withoutEnd(const std::string& sql) {
    const auto last = sql.find_last_not_of(" \t\r\n;");
    return last == std::string::npos ? std::string() : sql.substr(0, last + 1);
}

Result<PgRows> firstRows(PgConnection& connection, const DrillCheck& check, std::chrono::seconds timeout,
                         const CancelToken& cancel) {
    const std::string doing = "running the check \"" + check.name + "\"";
    SALVOR_TRY(discard(connection.query(doing, "BEGIN TRANSACTION READ ONLY", cancel)));
    SALVOR_TRY(discard(connection.query(
        doing, "SET LOCAL statement_timeout = " + std::to_string(timeout.count() * 1000), cancel)));
    // A line end first: a comment at the end of the query must not swallow what follows.
    SALVOR_TRY(discard(connection.query(
        doing, "DECLARE salvor_check NO SCROLL CURSOR FOR\n" + withoutEnd(check.sql) + "\n", cancel)));
    return connection.query(doing, "FETCH 2 FROM salvor_check", cancel);
}

void judge(const DrillCheck& check, const PgRows& rows, DrillCheckResult& result) {
    const std::string count = rows.size() == 0 ? "no rows" : rows.size() == 1 ? "one row" : "several rows";
    switch (check.expect) {
    case DrillCheck::Expect::Rows:
        result.passed = rows.size() > 0;
        result.found = rows.size() > 0 ? "rows" : count;
        return;
    case DrillCheck::Expect::NoRows:
        result.passed = rows.size() == 0;
        result.found = count;
        return;
    case DrillCheck::Expect::Value:
        break;
    }
    if (rows.size() != 1 || rows.columns() < 1) {
        result.found = rows.columns() < 1 ? "no columns" : count;
        return;
    }
    result.passed = !rows.isNull(0, 0) && rows.view(0, 0) == check.value;
    result.found = rows.isNull(0, 0) ? "NULL" : shortened("\"" + rows.text(0, 0) + "\"");
}

} // namespace

Result<std::vector<DrillCheckResult>> pgRunChecks(const PgEndpointPtr& endpoint, const std::string& database,
                                                  const std::vector<DrillCheck>& checks,
                                                  std::chrono::seconds timeout, const CancelToken& cancel) {
    std::vector<DrillCheckResult> results;
    std::unique_ptr<PgConnection> connection;
    for (const auto& check : checks) {
        if (!connection || !connection->usable()) {
            SALVOR_ASSIGN(connection, PgConnection::open(endpoint, database, cancel));
            // The server ends it; a server that does not is left after a while more.
            connection->setPatience(timeout + std::chrono::seconds(30));
        }
        DrillCheckResult result;
        result.name = check.name;
        result.expected = expectedText(check);
        const auto begin = SteadyClock::now();
        const auto rows = firstRows(*connection, check, timeout, cancel);
        result.seconds = std::chrono::duration<double>(SteadyClock::now() - begin).count();
        SALVOR_TRY(checkCancelled(cancel));
        if (rows)
            judge(check, *rows, result);
        else if (rows.error().code == ErrorCode::Timeout)
            result.found = "no answer within " + std::to_string(timeout.count()) + " s";
        else
            result.found = shortened("the error: " + rows.error().message);
        if (connection->usable())
            SALVOR_TRY(discard(connection->query("ending a check", "ROLLBACK", cancel)));
        results.push_back(std::move(result));
    }
    return results;
}

} // namespace salvor

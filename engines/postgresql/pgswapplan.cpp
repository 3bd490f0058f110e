// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgswapplan.h"

#include "engines/postgresql/pgfacts.h"
#include "engines/postgresql/pgswapsql.h"
#include "engines/postgresql/pgwriteitems.h"
#include "models/base/json.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace salvor {

namespace {

constexpr std::chrono::seconds kOwnSessionsEnd{5};

// What has to be gone before a rename: sessions, and prepared transactions, which count as such.
constexpr const char* kClients = R"sql(
SELECT a.pid, a.datname, coalesce(a.usename, ''), coalesce(a.application_name, ''), coalesce(host(a.client_addr), ''),
       CASE WHEN a.backend_type = 'client backend' THEN coalesce(a.state, '') ELSE a.backend_type END
  FROM pg_catalog.pg_stat_activity a
 WHERE a.datname IN ($1, $2) AND a.pid <> pg_catalog.pg_backend_pid() AND a.backend_type IN ('client backend', 'walsender')
UNION ALL
SELECT 0, p.database, p.owner, p.gid, '', 'prepared transaction' FROM pg_catalog.pg_prepared_xacts p
 WHERE p.database IN ($1, $2) ORDER BY 2, 1)sql";

constexpr const char* kSlots = R"sql(
SELECT slot_name, coalesce(plugin, ''), active FROM pg_catalog.pg_replication_slots WHERE database = $1 ORDER BY 1)sql";

constexpr const char* kSubscriptions = R"sql(
SELECT s.subname FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
 WHERE d.datname = $1 ORDER BY 1)sql";

constexpr const char* kEmptyViews = R"sql(
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'm' AND NOT c.relispopulated ORDER BY 1)sql";

constexpr const char* kRowsWritten =
    "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int8 FROM pg_catalog.pg_stat_user_tables";

std::string list(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names)
        out += (out.empty() ? "" : ", ") + name;
    return out;
}

std::string commentOf(const QJsonObject& facts) {
    return fromQt(facts[QStringLiteral("comment")].toString());
}

Result<PgSwapSide> readSide(PgConnection& outside, const std::string& name, const CancelToken& cancel) {
    PgSwapSide side;
    side.name = name;
    SALVOR_ASSIGN(side.facts, pgReadDatabaseFacts(outside, name, cancel));
    std::tie(side.rawMarker, side.comment) = pgSplitMarker(commentOf(side.facts));
    return side;
}

/// What only a session inside can see; that session is over when this returns.
Result<> lookInside(const PgEndpointPtr& endpoint, PgSwapSide& side, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto inside, PgConnection::open(endpoint, side.name, cancel));
    const std::string doing = "looking into database " + side.name;
    SALVOR_ASSIGN(const auto publications,
                  inside->query(doing, "SELECT pubname FROM pg_catalog.pg_publication ORDER BY 1", cancel));
    for (int row = 0; row < publications.size(); ++row)
        side.publications.push_back(publications.text(row, 0));
    SALVOR_ASSIGN(const auto extension,
                  inside->value(doing,
                                "SELECT count(*) FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'",
                                cancel));
    side.timescale = extension != "0";
    if (side.timescale) {
        SALVOR_ASSIGN(const auto jobs,
                      inside->query(doing,
                                    std::string("SELECT count(*) FILTER (WHERE scheduled), count(*) FILTER "
                                                "(WHERE NOT scheduled) FROM ") +
                                        kPgJobTable + " WHERE id >= 1000",
                                    cancel));
        side.jobsOn = jobs.integer(0, 0);
        side.jobsOff = jobs.integer(0, 1);
    }
    SALVOR_ASSIGN(const auto views, inside->query(doing, kEmptyViews, cancel));
    for (int row = 0; row < views.size(); ++row)
        side.emptyViews.push_back(views.text(row, 0));
    SALVOR_ASSIGN(const auto written, inside->query(doing, kRowsWritten, cancel));
    side.writes = written.integer(0, 0);
    return {};
}

/// What belongs to the database itself and goes where it goes, whatever it is called.
Result<std::vector<std::string>> boundTo(PgConnection& outside, const PgSwapSide& side,
                                         const std::string& nameAfter, const CancelToken& cancel) {
    std::vector<std::string> out;
    SALVOR_ASSIGN(const auto found,
                  outside.query("looking for replication slots", kSlots, cancel, {side.name}));
    for (int row = 0; row < found.size(); ++row)
        out.push_back("The replication slot " + found.text(row, 0) + " (" + found.text(row, 1) +
                      ") stays with " + nameAfter + ": whoever reads it goes on reading that database.");
    auto subscriptions = outside.query("looking for subscriptions", kSubscriptions, cancel, {side.name});
    if (!subscriptions && subscriptions.error().code == ErrorCode::MissingRight)
        out.emplace_back("Whether subscriptions write into the replaced database could not be seen.");
    else if (!subscriptions)
        return failure(std::move(subscriptions).error());
    else
        for (int row = 0; row < subscriptions->size(); ++row)
            out.push_back("The subscription " + subscriptions->text(row, 0) + " goes on writing into " +
                          nameAfter + ".");
    if (!side.publications.empty())
        out.push_back("What subscribes to " + list(side.publications) + " reads from " + nameAfter +
                      " through its slots; a swap moves no subscriber.");
    if (side.jobsOn > 0)
        out.push_back(std::to_string(side.jobsOn) + " of TimescaleDB's jobs are switched on in " + nameAfter +
                      ", and go on there.");
    return out;
}

Result<> requireState(const PgMarker& marker, const SwapSpec& spec) {
    const std::string what = "database " + spec.database;
    if (marker.state == "swapped_in")
        return failure(ErrorCode::Conflict, what + " is live already, since " + marker.at,
                       "salvorctl restored undo takes it back", {{"database", spec.database}});
    if (marker.state == "swapped_out")
        return failure(ErrorCode::Conflict,
                       what + " is no restored database: " + marker.with + " took its place",
                       "salvorctl restored undo brings it back", {{"database", spec.database}});
    if ((marker.state == "unproven" || marker.state == "proved_in_part") && spec.evenUnproven)
        return {};
    if (marker.state == "proved_in_part") {
        std::string without;
        for (const auto& one : marker.omissions)
            without += (without.empty() ? "" : ", ") + pgOmissionText(one);
        return failure(
            ErrorCode::Conflict, what + " was restored and proved but for this: " + without,
            "make it good with the SQL that the restore gave; or say --unproven if it may go on so",
            {{"database", spec.database}, {"state", marker.state}});
    }
    if (marker.state != "proved")
        return failure(ErrorCode::Conflict,
                       what + (marker.state == "unproven" ? " was not proved equal to its backup"
                                                          : " was not restored to its end"),
                       marker.state == "unproven"
                           ? "restore it again with its proof; or say --unproven if you know what is in it"
                           : "drop it, and restore again",
                       {{"database", spec.database}, {"state", marker.state}});
    return {};
}

Result<> requireFree(PgConnection& outside, const std::string& name, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto taken,
                  outside.value("looking for database " + name,
                                "SELECT count(*) FROM pg_catalog.pg_database WHERE datname = $1", cancel,
                                {name}));
    if (taken == "0")
        return {};
    return failure(ErrorCode::AlreadyExists, "there is a database " + name + " already",
                   "drop or rename that one, then try again", {{"database", name}});
}

Result<PgMarker> markerOf(const PgSwapSide& side) {
    auto marker = pgParseMarker(commentOf(side.facts));
    if (marker)
        return std::move(*marker);
    return failure(ErrorCode::InvalidInput, "no restore made database " + side.name,
                   "salvorctl restored list shows those that a restore made", {{"database", side.name}});
}

/// Nothing has the name, so there is nothing to swap with.
Error nothingToReplace(const PgConnection& outside, const SwapSpec& spec) {
    return {ErrorCode::NotFound,
            "there is no database " + spec.liveName + " that " + spec.database +
                " could replace; nothing was changed",
            "the name is free, so give it by a rename: ALTER DATABASE " + outside.quoteName(spec.database) +
                " RENAME TO " + outside.quoteName(spec.liveName),
            false,
            {{"database", spec.liveName}}};
}

Result<> planForward(PgConnection& outside, const SwapSpec& spec, PgSwapPlan& plan,
                     const CancelToken& cancel) {
    SALVOR_ASSIGN(plan.restored, readSide(outside, spec.database, cancel));
    SALVOR_ASSIGN(plan.marker, markerOf(plan.restored));
    SALVOR_TRY(requireState(plan.marker, spec));
    if (spec.liveName.empty() || spec.liveName == spec.database)
        return failure(ErrorCode::InvalidInput,
                       "the name that " + spec.database + " is to take over is missing",
                       "name the database that it replaces", {{"database", spec.database}});
    auto replaced = readSide(outside, spec.liveName, cancel);
    if (!replaced && replaced.error().code == ErrorCode::NotFound)
        return failure(nothingToReplace(outside, spec));
    SALVOR_ASSIGN(plan.replaced, std::move(replaced));
    if (plan.replaced.facts[QStringLiteral("datistemplate")].toBool())
        return failure(ErrorCode::InvalidInput, "database " + spec.liveName + " is a template",
                       "name the database that clients use", {{"database", spec.liveName}});
    DatabaseSwap& swap = plan.swap;
    swap.liveName = spec.liveName;
    swap.restored = spec.database;
    swap.restoredAs = spec.liveName;
    swap.replaced = spec.liveName;
    swap.replacedAs = pgSuffixedName(spec.liveName, "_replaced_" + spec.stamp);
    return requireFree(outside, swap.replacedAs, cancel);
}

/// The other half of a swap: the same run, the other state. Looked for by its marker, as somebody may have
/// renamed it.
Result<std::string> partnerOf(PgConnection& outside, const PgMarker& marker, const std::string& state,
                              const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto made, pgListRestored(outside, cancel));
    for (const auto& one : made) {
        if (one.runId == marker.runId && one.state == state)
            return one.name;
    }
    return failure(ErrorCode::NotFound,
                   "the other database of the swap at " + marker.at +
                       " is not there any longer: " + marker.with,
                   "there is nothing to go back to", {{"database", marker.with}});
}

Result<> planBack(PgConnection& outside, const SwapSpec& spec, PgSwapPlan& plan, const CancelToken& cancel) {
    SALVOR_ASSIGN(PgSwapSide named, readSide(outside, spec.database, cancel));
    SALVOR_ASSIGN(const PgMarker marker, markerOf(named));
    if (marker.state != "swapped_in" && marker.state != "swapped_out")
        return failure(ErrorCode::InvalidInput,
                       "database " + spec.database + " was not swapped: it is " + marker.state,
                       "there is nothing to undo", {{"database", spec.database}, {"state", marker.state}});
    const bool isIn = marker.state == "swapped_in";
    SALVOR_ASSIGN(const std::string partner,
                  partnerOf(outside, marker, isIn ? "swapped_out" : "swapped_in", cancel));
    SALVOR_ASSIGN(PgSwapSide other, readSide(outside, partner, cancel));
    plan.restored = isIn ? std::move(named) : other;
    plan.replaced = isIn ? std::move(other) : std::move(named);
    SALVOR_ASSIGN(plan.marker, markerOf(plan.restored));
    DatabaseSwap& swap = plan.swap;
    swap.undo = true;
    swap.liveName = plan.restored.name;
    swap.restored = plan.restored.name;
    swap.replaced = plan.replaced.name;
    swap.replacedAs = plan.restored.name;
    swap.restoredAs = plan.marker.was;
    // Its old name may have been given away; going back is not refused for that.
    if (swap.restoredAs.empty() || !requireFree(outside, swap.restoredAs, cancel))
        swap.restoredAs = pgSuffixedName(swap.liveName, "_restored_" + spec.stamp);
    SALVOR_TRY(requireFree(outside, swap.restoredAs, cancel));
    if (const auto at = fromRfc3339(plan.marker.at))
        swap.since = *at;
    return {};
}

Result<> sayForward(PgConnection& outside, PgSwapPlan& plan, const CancelToken& cancel) {
    DatabaseSwap& swap = plan.swap;
    swap.staysBehind.push_back("What was written to " + swap.liveName + " after backup " +
                               plan.marker.backupId + " began stays in " + swap.replacedAs + ".");
    SALVOR_ASSIGN(const auto bound, boundTo(outside, plan.replaced, swap.replacedAs, cancel));
    swap.staysBehind.insert(swap.staysBehind.end(), bound.begin(), bound.end());
    if (plan.restored.timescale && plan.restored.jobsOff > 0)
        swap.staysBehind.push_back(
            std::to_string(plan.restored.jobsOff) +
            " of TimescaleDB's jobs are switched off in the restored database; the report of "
            "the restore has the SQL that switches them on.");
    for (const auto& view : plan.marker.unfilled) {
        if (std::ranges::find(plan.restored.emptyViews, view) != plan.restored.emptyViews.end())
            swap.staysBehind.push_back("The materialized view " + view +
                                       " is empty in the restored database, which could not fill it: the "
                                       "report of the restore says why.");
    }
    const auto space = [](const PgSwapSide& side) {
        return side.facts[QStringLiteral("tablespace")].toString();
    };
    if (space(plan.restored) != space(plan.replaced))
        swap.staysBehind.push_back("The tablespace stays as it is: " + fromQt(space(plan.restored)) +
                                   ", not " + fromQt(space(plan.replaced)) + ".");
    if (!plan.replaced.facts[QStringLiteral("datallowconn")].toBool(true))
        swap.staysBehind.push_back("Database " + swap.replaced + " lets nobody connect; that stays with it.");
    swap.staysBehind.push_back("Backups of " + swap.liveName +
                               " count anew for retention: to the server it is "
                               "another database. Those of the replaced one stay.");
    return {};
}

void sayBack(PgSwapPlan& plan) {
    DatabaseSwap& swap = plan.swap;
    if (plan.restored.writes && plan.marker.writes >= 0 && *plan.restored.writes >= plan.marker.writes)
        swap.rowsChanged = static_cast<std::uint64_t>(*plan.restored.writes - plan.marker.writes);
    swap.staysBehind.push_back("What was written to " + swap.liveName + " since " + plan.marker.at +
                               " stays in " + swap.restoredAs + ".");
    swap.staysBehind.push_back("Rights and settings that were changed since then stay there too: " +
                               swap.replaced + " comes back with its own.");
}

} // namespace

std::optional<std::int64_t> pgRowsWritten(const PgEndpointPtr& endpoint, const std::string& database,
                                          const CancelToken& cancel) {
    const auto inside = PgConnection::open(endpoint, database, cancel);
    if (!inside)
        return std::nullopt;
    const auto written = (*inside)->query("counting what was written", kRowsWritten, cancel);
    return written && written->size() == 1 ? std::optional(written->integer(0, 0)) : std::nullopt;
}

Result<std::vector<DatabaseClient>> pgClientsOf(PgConnection& outside, const std::string& one,
                                                const std::string& other, const CancelToken& cancel) {
    const auto until = std::chrono::steady_clock::now() + kOwnSessionsEnd;
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (true) {
        SALVOR_ASSIGN(const auto rows, outside.query("looking for clients", kClients, cancel, {one, other}));
        std::vector<DatabaseClient> out;
        for (int row = 0; row < rows.size(); ++row)
            out.push_back({rows.integer(row, 0), rows.text(row, 1), rows.text(row, 2), rows.text(row, 3),
                           rows.text(row, 4), rows.text(row, 5)});
        // Our own sessions, of the restore that came before, are seen until their server processes have
        // ended.
        const bool ownOnes = std::ranges::count(out, "salvor", &DatabaseClient::application) != 0;
        if (!ownOnes || std::chrono::steady_clock::now() >= until)
            return out;
        never.wait_for(lock, cancel, std::chrono::milliseconds(50), [] { return false; });
        SALVOR_TRY(checkCancelled(cancel));
    }
}

Result<std::unique_ptr<PgConnection>> pgOutside(const PgEndpointPtr& endpoint, const std::string& one,
                                                const std::string& other, const CancelToken& cancel) {
    Error last{ErrorCode::InvalidInput,
               "a swap needs a database to connect to that is neither " + one + " nor " + other,
               "name another first database in the profile",
               false,
               {}};
    for (const std::string& name : {endpoint->database, std::string("postgres"), std::string("template1")}) {
        if (name == one || name == other)
            continue;
        auto outside = PgConnection::open(endpoint, name, cancel);
        if (outside || outside.error().code != ErrorCode::NotFound)
            return outside;
        last = std::move(outside).error();
    }
    return failure(std::move(last));
}

Result<PgSwapPlan> pgMakeSwapPlan(const PgEndpointPtr& endpoint, const SwapSpec& spec,
                                  const CancelToken& cancel) {
    PgSwapPlan plan;
    {
        SALVOR_ASSIGN(const auto anywhere, pgOutside(endpoint, spec.database, spec.liveName, cancel));
        SALVOR_TRY(spec.undo ? planBack(*anywhere, spec, plan, cancel)
                             : planForward(*anywhere, spec, plan, cancel));
    }
    SALVOR_ASSIGN(const auto outside, pgOutside(endpoint, plan.restored.name, plan.replaced.name, cancel));
    SALVOR_ASSIGN(plan.swap.clients, pgClientsOf(*outside, plan.restored.name, plan.replaced.name, cancel));
    SALVOR_TRY(lookInside(endpoint, plan.restored, cancel));
    if (plan.replaced.facts[QStringLiteral("datallowconn")].toBool(true))
        SALVOR_TRY(lookInside(endpoint, plan.replaced, cancel));
    if (spec.undo)
        sayBack(plan);
    else
        SALVOR_TRY(sayForward(*outside, plan, cancel));
    plan.swap.backupId = plan.marker.backupId;
    plan.swap.state = plan.marker.state;
    plan.swap.statements =
        spec.undo ? pgUndoStatements(*outside, plan) : pgSwapStatements(*outside, plan, spec);
    return plan;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgviewfill.h"

#include "engines/postgresql/pgsettings.h"
#include "models/base/json.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace salvor {

namespace {

/// REFRESH sets a search_path of its own, pg_catalog and pg_temp.
constexpr int kFirstWithSafePath = 170000;

// The owner of a relation, and the search_path that he has in every database; NULL: none of his own.
constexpr const char* kOwner = R"sql(
SELECT pg_catalog.pg_get_userbyid(c.relowner),
       (SELECT pg_catalog.substr(o, pg_catalog.strpos(o, '=') + 1)
          FROM pg_catalog.pg_db_role_setting s, pg_catalog.unnest(s.setconfig) o
         WHERE s.setrole = c.relowner AND s.setdatabase = 0 AND pg_catalog.lower(o) LIKE 'search\_path=%')
  FROM pg_catalog.pg_class c WHERE c.oid = pg_catalog.to_regclass($1::pg_catalog.text))sql";

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

Result<> discard(Result<PgRows> rows) {
    return std::move(rows).map([](const PgRows&) {});
}

/// No such schema, relation, function, type or configuration of text search.
bool findsNothing(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() && (state->second == "3F000" || state->second == "42P01" ||
                                            state->second == "42883" || state->second == "42704");
}

bool endsAll(const Error& error, const PgConnection& connection) {
    return !connection.usable() || error.isCancelled() || error.code == ErrorCode::NoSpace;
}

/// That of the view's owner first, who fills it mostly, then what other clients have; none of a view that is
/// not there at all (somebody added it to an extension, or its extension was left out).
Result<std::vector<std::string>> searchPaths(PgConnection& hidden, const std::string& quoted,
                                             const QJsonObject& server, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto owner,
                  hidden.query("looking at the owner of " + quoted, kOwner, cancel, {quoted}));
    std::vector<std::string> paths;
    if (owner.size() == 0)
        return paths;
    const std::string ofRole = owner.text(0, 1);
    paths.push_back(pgSearchPathOf(server, owner.text(0, 0)).value_or(ofRole));
    paths.push_back(pgSearchPathOf(server, {}).value_or(kPgDefaultSearchPath));
    std::erase(paths, std::string());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

std::string sentenceOf(const PgConnection& hidden, const std::string& quoted, const Error& error,
                       const std::string& refresh) {
    std::string out = "The materialized view " + quoted + " is not filled (" + error.message + ")";
    if (!findsNothing(error))
        return out + ": " + refresh + " does it.";
    if (hidden.serverVersion() < kFirstWithSafePath)
        return out + ": " + refresh + " does it, under a search_path by which its functions find that.";
    return out +
           ". From PostgreSQL 17 on REFRESH finds nothing of the database by its bare name: write the "
           "schema into the function that the view calls, or ALTER FUNCTION … SET search_path; then " +
           refresh + " does it.";
}

} // namespace

Result<std::vector<PgUnfilled>> pgFillViews(PgConnection& hidden, const QJsonObject& server,
                                            const CancelToken& cancel) {
    std::vector<PgUnfilled> out;
    for (const auto& value : server[QStringLiteral("materialized_views")].toArray()) {
        const auto view = value.toObject();
        if (!view[QStringLiteral("populated")].toBool())
            continue;
        const std::string quoted = textOf(view, "quoted");
        const std::string doing = "refreshing materialized view " + quoted;
        const std::string refresh = "REFRESH MATERIALIZED VIEW " + quoted;
        Result<> filled = discard(hidden.query(doing, refresh, cancel));
        std::vector<std::string> paths;
        if (!filled && !endsAll(filled.error(), hidden) && findsNothing(filled.error()) &&
            hidden.serverVersion() < kFirstWithSafePath) {
            SALVOR_ASSIGN(paths, searchPaths(hidden, quoted, server, cancel));
        }
        for (const auto& path : paths) {
            filled = hidden
                         .script(doing,
                                 "BEGIN; SELECT pg_catalog.set_config('search_path', " +
                                     hidden.quoteText(path) + ", true); " + refresh + "; COMMIT",
                                 cancel)
                         .map([](const auto&) {});
            if (filled || endsAll(filled.error(), hidden))
                break;
            SALVOR_TRY(discard(hidden.query(doing, "ROLLBACK", cancel)));
        }
        if (filled)
            continue;
        // It may need another server that is away. The rows it is made from are restored; that it is empty
        // is told.
        if (endsAll(filled.error(), hidden))
            return failure(std::move(filled).error());
        out.push_back({quoted, sentenceOf(hidden, quoted, filled.error(), refresh)});
    }
    return out;
}

std::string pgViewsNote(const QJsonArray& saved, const QJsonArray& found) {
    constexpr std::size_t kNamed = 5;
    std::set<std::string> full;
    for (const auto& view : found) {
        if (view[QStringLiteral("populated")].toBool())
            full.insert(fromQt(view[QStringLiteral("quoted")].toString()));
    }
    std::size_t filled = 0;
    std::size_t count = 0;
    std::string names;
    for (const auto& view : saved) {
        if (!view[QStringLiteral("populated")].toBool())
            continue;
        const std::string quoted = fromQt(view[QStringLiteral("quoted")].toString());
        if (full.contains(quoted))
            ++filled;
        else if (++count <= kNamed)
            names += (names.empty() ? "" : ", ") + quoted;
    }
    if (filled + count == 0)
        return {};
    if (count > kNamed)
        names += " and " + std::to_string(count - kNamed) + " more";
    std::string out = "The rows of materialized views: ";
    if (filled > 0)
        out += "they were made anew from the restored tables";
    if (count > 0)
        out += (filled > 0 ? ", but for those that could not be filled and are empty: "
                           : "these could not be filled and are empty: ") +
               names;
    return out + ".";
}

} // namespace salvor

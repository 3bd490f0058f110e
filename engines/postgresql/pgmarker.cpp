// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgmarker.h"

#include "models/base/json.h"

namespace salvor {

namespace {

constexpr std::string_view kPrefix = "salvor-restored: ";
constexpr std::size_t kMostNameBytes = 63;

constexpr const char* kMarked = R"sql(
SELECT d.datname, pg_catalog.shobj_description(d.oid, 'pg_database'),
       CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') THEN pg_catalog.pg_database_size(d.oid) ELSE 0 END
  FROM pg_catalog.pg_database d
 WHERE pg_catalog.strpos(pg_catalog.shobj_description(d.oid, 'pg_database'), 'salvor-restored: ') > 0 ORDER BY 1)sql";

} // namespace

std::string pgHiddenName(const std::string& finalName, const std::string& runId) {
    const std::string suffix = "_salvor_" + runId;
    std::string name = finalName;
    if (name.size() + suffix.size() > kMostNameBytes) {
        std::size_t length = suffix.size() < kMostNameBytes ? kMostNameBytes - suffix.size() : 0;
        while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U)
            --length;
        name.resize(length);
    }
    return name + suffix;
}

std::string pgMarkerComment(const PgMarker& marker) {
    const QJsonObject object{{QStringLiteral("backup"), toQt(marker.backupId)},
                             {QStringLiteral("run"), toQt(marker.runId)},
                             {QStringLiteral("final"), toQt(marker.finalName)},
                             {QStringLiteral("state"), toQt(marker.state)}};
    const auto json = toCanonicalJson(object);
    return marker.sourceComment + (marker.sourceComment.empty() ? "" : "\n") + std::string(kPrefix) +
           (json ? *json : "{}");
}

std::optional<PgMarker> pgParseMarker(std::string_view comment) {
    const auto line = comment.rfind('\n');
    const auto last = line == std::string_view::npos ? comment : comment.substr(line + 1);
    if (!last.starts_with(kPrefix))
        return std::nullopt;
    const auto object = parseJsonObject(last.substr(kPrefix.size()), "a database's marker");
    if (!object)
        return std::nullopt;
    const auto text = [&](const char* key) { return fromQt((*object)[QLatin1String(key)].toString()); };
    PgMarker marker{text("backup"), text("run"), text("final"), text("state"), {}};
    if (line != std::string_view::npos)
        marker.sourceComment = comment.substr(0, line);
    return marker;
}

Result<> pgMark(PgConnection& connection, const std::string& database, const PgMarker& marker,
                const CancelToken& cancel) {
    return connection
        .query("marking database " + database,
               "COMMENT ON DATABASE " + connection.quoteName(database) + " IS " +
                   connection.quoteText(pgMarkerComment(marker)),
               cancel)
        .map([](const PgRows&) {});
}

Result<std::vector<RestoredDatabase>> pgListRestored(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("listing the restored databases", kMarked, cancel));
    std::vector<RestoredDatabase> out;
    for (int row = 0; row < rows.size(); ++row) {
        if (const auto marker = pgParseMarker(rows.view(row, 1)))
            out.push_back({rows.text(row, 0), marker->backupId, marker->runId, marker->state,
                           marker->finalName, rows.count(row, 2)});
    }
    return out;
}

Result<> pgDropRestored(PgConnection& connection, const std::string& name, const CancelToken& cancel) {
    const std::string doing = "dropping database " + name;
    SALVOR_ASSIGN(const auto rows,
                  connection.query(doing,
                                   "SELECT pg_catalog.shobj_description(d.oid, 'pg_database') "
                                   "FROM pg_catalog.pg_database d WHERE d.datname = $1",
                                   cancel, {name}));
    if (rows.size() == 0)
        return failure(ErrorCode::NotFound, doing + ": there is no such database",
                       "list the restored databases", {{"database", name}});
    if (!pgParseMarker(rows.view(0, 0)))
        return failure(ErrorCode::InvalidInput, doing + ": no restore made this database",
                       "Salvor drops only databases that it restored", {{"database", name}});
    return connection.query(doing, "DROP DATABASE " + connection.quoteName(name), cancel)
        .map([](const PgRows&) {});
}

} // namespace salvor

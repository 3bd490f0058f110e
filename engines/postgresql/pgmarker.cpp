// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgmarker.h"

#include "models/base/json.h"

#include <QJsonArray>

namespace salvor {

namespace {

constexpr std::string_view kPrefix = "salvor-restored: ";
constexpr std::size_t kMostNameBytes = 63;

constexpr const char* kMarked = R"sql(
SELECT d.datname, pg_catalog.shobj_description(d.oid, 'pg_database'),
       CASE WHEN pg_catalog.has_database_privilege(d.oid, 'CONNECT') THEN pg_catalog.pg_database_size(d.oid) ELSE 0 END
  FROM pg_catalog.pg_database d
 WHERE pg_catalog.strpos(pg_catalog.shobj_description(d.oid, 'pg_database'), 'salvor-restored: ') > 0 ORDER BY 1)sql";

QJsonArray arrayOf(const std::vector<std::string>& texts) {
    QJsonArray out;
    for (const auto& text : texts)
        out.append(toQt(text));
    return out;
}

std::vector<std::string> textsOf(const QJsonArray& array) {
    std::vector<std::string> out;
    for (const auto& value : array)
        out.push_back(fromQt(value.toString()));
    return out;
}

/// The same JSON: the database that the marker is written from may have an encoding without these letters.
std::string inAscii(const std::string& json) {
    std::string out;
    for (const QChar letter : toQt(json)) {
        if (letter.unicode() < 0x80)
            out += letter.toLatin1();
        else
            out += "\\u" +
                   QString::number(letter.unicode(), 16).rightJustified(4, QLatin1Char('0')).toStdString();
    }
    return out;
}

} // namespace

std::string pgSuffixedName(const std::string& name, const std::string& suffix) {
    std::string out = name;
    if (out.size() + suffix.size() > kMostNameBytes) {
        std::size_t length = suffix.size() < kMostNameBytes ? kMostNameBytes - suffix.size() : 0;
        while (length > 0 && (static_cast<unsigned char>(out[length]) & 0xC0U) == 0x80U)
            --length;
        out.resize(length);
    }
    return out + suffix;
}

std::string pgHiddenName(const std::string& finalName, const std::string& runId) {
    return pgSuffixedName(finalName, "_salvor_" + runId);
}

std::string pgJoinMarker(const std::string& marker, const std::string& sourceComment) {
    if (marker.empty())
        return sourceComment;
    return sourceComment + (sourceComment.empty() ? "" : "\n") + std::string(kPrefix) + marker;
}

std::string pgMarkerComment(const PgMarker& marker) {
    QJsonObject object{{QStringLiteral("backup"), toQt(marker.backupId)},
                       {QStringLiteral("run"), toQt(marker.runId)},
                       {QStringLiteral("final"), toQt(marker.finalName)},
                       {QStringLiteral("state"), toQt(marker.state)}};
    const auto setText = [&](const char* key, const std::string& text) {
        if (!text.empty())
            object.insert(QLatin1String(key), toQt(text));
    };
    setText("with", marker.with);
    setText("was", marker.was);
    setText("at", marker.at);
    setText("before", marker.before);
    setText("of_oid", marker.ofOid);
    setText("of_system", marker.ofSystem);
    if (marker.drill)
        object.insert(QStringLiteral("drill"), true);
    if (!marker.omissions.empty())
        object.insert(QStringLiteral("left_out"), pgOmissionsToMarker(marker.omissions));
    if (!marker.unfilled.empty())
        object.insert(QStringLiteral("unfilled"), arrayOf(marker.unfilled));
    if (!marker.leftOff.empty())
        object.insert(QStringLiteral("left_off"), arrayOf(marker.leftOff));
    if (marker.writes >= 0)
        object.insert(QStringLiteral("writes"), static_cast<qint64>(marker.writes));
    const auto json = toCanonicalJson(object);
    return pgJoinMarker(json ? inAscii(*json) : "{}", marker.sourceComment);
}

std::pair<std::string, std::string> pgSplitMarker(std::string_view comment) {
    const auto line = comment.rfind('\n');
    const auto last = line == std::string_view::npos ? comment : comment.substr(line + 1);
    if (!last.starts_with(kPrefix))
        return {std::string(), std::string(comment)};
    return {std::string(last.substr(kPrefix.size())),
            std::string(line == std::string_view::npos ? std::string_view() : comment.substr(0, line))};
}

std::optional<PgMarker> pgParseMarker(std::string_view comment) {
    const auto [json, before] = pgSplitMarker(comment);
    if (json.empty())
        return std::nullopt;
    const auto object = parseJsonObject(json, "a database's marker");
    if (!object)
        return std::nullopt;
    const auto text = [&](const char* key) { return fromQt((*object)[QLatin1String(key)].toString()); };
    PgMarker marker;
    marker.backupId = text("backup");
    marker.runId = text("run");
    marker.finalName = text("final");
    marker.state = text("state");
    marker.sourceComment = before;
    marker.drill = (*object)[QLatin1String("drill")].toBool();
    marker.with = text("with");
    marker.was = text("was");
    marker.at = text("at");
    marker.before = text("before");
    marker.ofOid = text("of_oid");
    marker.ofSystem = text("of_system");
    marker.omissions = pgOmissionsFromMarker((*object)[QLatin1String("left_out")].toArray());
    marker.unfilled = textsOf((*object)[QLatin1String("unfilled")].toArray());
    marker.leftOff = textsOf((*object)[QLatin1String("left_off")].toArray());
    marker.writes = (*object)[QLatin1String("writes")].toInteger(-1);
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
        const auto marker = pgParseMarker(rows.view(row, 1));
        if (!marker)
            continue;
        RestoredDatabase one;
        one.name = rows.text(row, 0);
        one.backupId = marker->backupId;
        one.runId = marker->runId;
        one.state = marker->state;
        one.finalName = marker->finalName;
        one.sizeBytes = rows.count(row, 2);
        one.hidden = one.name == pgHiddenName(marker->finalName, marker->runId);
        one.drill = marker->drill;
        one.counterpart = marker->with;
        if (const auto at = fromRfc3339(marker->at))
            one.swapped = *at;
        out.push_back(std::move(one));
    }
    return out;
}

namespace {

Result<PgMarker> markerToDrop(PgConnection& connection, const std::string& doing, const std::string& name,
                              const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows,
                  connection.query(doing,
                                   "SELECT pg_catalog.shobj_description(d.oid, 'pg_database') "
                                   "FROM pg_catalog.pg_database d WHERE d.datname = $1",
                                   cancel, {name}));
    if (rows.size() == 0)
        return failure(ErrorCode::NotFound, doing + ": there is no such database",
                       "list the restored databases", {{"database", name}});
    auto marker = pgParseMarker(rows.view(0, 0));
    if (!marker)
        return failure(ErrorCode::InvalidInput, doing + ": no restore made this database",
                       "Salvor drops only databases that it restored", {{"database", name}});
    return std::move(*marker);
}

Result<> drop(PgConnection& connection, const std::string& doing, const std::string& name,
              const CancelToken& cancel) {
    return connection.query(doing, "DROP DATABASE " + connection.quoteName(name), cancel)
        .map([](const PgRows&) {});
}

} // namespace

Result<> pgDropRestored(PgConnection& connection, const std::string& name, const CancelToken& cancel) {
    const std::string doing = "dropping database " + name;
    SALVOR_ASSIGN(const PgMarker marker, markerToDrop(connection, doing, name, cancel));
    if (marker.state == "swapped_in")
        return failure(ErrorCode::Conflict, doing + ": it is live since " + marker.at,
                       "undo the swap first: salvorctl restored undo", {{"database", name}});
    if (marker.state == "swapped_out")
        return failure(ErrorCode::Conflict,
                       doing + ": it is no restored database, but the one that clients used until " +
                           marker.at + ", when " + marker.with + " took its place",
                       "if it is not needed any longer, say so with --confirm " + name, {{"database", name}});
    return drop(connection, doing, name, cancel);
}

Result<> pgDropReplaced(PgConnection& connection, const std::string& name, const CancelToken& cancel) {
    const std::string doing = "dropping database " + name;
    SALVOR_ASSIGN(const PgMarker marker, markerToDrop(connection, doing, name, cancel));
    if (marker.state != "swapped_out")
        return failure(ErrorCode::InvalidInput, doing + ": no swap replaced this database",
                       "salvorctl restored list shows what each one is", {{"database", name}});
    return drop(connection, doing, name, cancel);
}

} // namespace salvor

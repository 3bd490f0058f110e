// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The catalog, summed up by the database itself.
#include "models/catalog/catalogtrends.h"

#include "models/base/json.h"
#include "models/catalog/catalogdatabase.h"
#include "models/catalog/catalogrows.h"
#include "models/catalog/catalogschema.h"
#include "models/catalog/catalogsql.h"
#include "models/statistics/unusual.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>

namespace salvor {

namespace {

/// NULL where there is nothing to show.
const char* expressionOf(TrendMeasure measure) {
    switch (measure) {
    case TrendMeasure::Size:
        break;
    case TrendMeasure::StoredSize:
        return "CAST(stored_bytes AS REAL)";
    case TrendMeasure::Duration:
        return "(ended_us - started_us) / 1e6";
    case TrendMeasure::Throughput:
        return "size_bytes * 1e6 / nullif(ended_us - started_us, 0)";
    case TrendMeasure::AlreadyStored:
        return "100.0 * (stored_bytes - min(stored_bytes, "
               "coalesce(json_extract(document, '$.new_stored_bytes'), stored_bytes))) / "
               "nullif(stored_bytes, 0)";
    }
    return "CAST(size_bytes AS REAL)";
}

Result<TrendPoint> pointFromRow(const QSqlQuery& row) {
    TrendPoint point;
    point.backupId = fromQt(row.value(0).toString());
    point.repositoryId = fromQt(row.value(1).toString());
    point.at = fromMicroseconds(row.value(2));
    point.value = row.value(3).toDouble();
    return point;
}

/// In SQLite the other columns of a query with one min() or max() come from the row that has it.
QString bucketSql(TrendMeasure measure, const QString& source) {
    return QStringLiteral("WITH b AS (SELECT id, repository_id, started_us, %1 AS v, (started_us - ?) / ? AS "
                          "bucket FROM backups WHERE %2 AND started_us >= ? "
                          "AND started_us < ? AND %1 IS NOT NULL) "
                          "SELECT id, repository_id, started_us, min(v) FROM b GROUP BY bucket UNION "
                          "SELECT id, repository_id, started_us, max(v) FROM b GROUP BY bucket UNION "
                          "SELECT id, repository_id, max(started_us), v FROM b GROUP BY bucket "
                          "ORDER BY started_us, id")
        .arg(QLatin1String(expressionOf(measure)), source);
}

bool isEarlier(const TrendPoint& a, const TrendPoint& b) {
    return std::tie(a.at, a.backupId) < std::tie(b.at, b.backupId);
}

/// Says of each point what was usual then; a point that is unusual is added where its bucket left it out.
void addAnomalies(std::vector<TrendPoint>& points, const std::vector<TrendPoint>& all, Instant from) {
    std::vector<double> values;
    values.reserve(all.size());
    for (const TrendPoint& point : all)
        values.push_back(point.value);
    const auto found = findUnusual(values);
    std::unordered_map<std::string, std::size_t> shown;
    for (std::size_t i = 0; i < points.size(); ++i)
        shown.emplace(points[i].repositoryId + points[i].backupId, i);
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!found[i] || all[i].at < from)
            continue;
        const auto known = shown.find(all[i].repositoryId + all[i].backupId);
        if (known == shown.end() && !found[i]->anomaly)
            continue;
        TrendPoint& point = known != shown.end() ? points[known->second] : points.emplace_back(all[i]);
        point.usual = found[i]->usual;
        point.anomaly = found[i]->anomaly;
    }
    std::sort(points.begin(), points.end(), isEarlier);
}

void countOutcome(DayOutcomes& day, const QString& outcome, std::uint64_t runs) {
    switch (runOutcomeFromString(fromQt(outcome))) {
    case RunOutcome::Ok:
        day.ok += runs;
        break;
    case RunOutcome::Partial:
        day.partial += runs;
        break;
    case RunOutcome::Failed:
        day.failed += runs;
        break;
    default:
        day.other += runs;
    }
}

} // namespace

Result<std::vector<TrendPoint>> CatalogDatabase::trend(const TrendQuery& query,
                                                       const std::vector<NameSpan>& names) {
    const qint64 from = toMicroseconds(query.from);
    const qint64 to = toMicroseconds(query.to);
    if (to <= from || query.buckets == 0)
        return std::vector<TrendPoint>{};
    const qint64 width = std::max<qint64>(1, (to - from) / static_cast<qint64>(query.buckets) + 1);
    const SqlCondition is = sourceIs(query.profileUuid, query.database, names);
    const QVariantList& source = is.values;
    std::vector<TrendPoint> points;
    std::vector<TrendPoint> all;
    SALVOR_TRY(m_database->snapshot([&]() -> Result<> {
        SALVOR_ASSIGN(points, rowsOf<TrendPoint>(*m_database, bucketSql(query.measure, is.where),
                                                 QVariantList{from, width} + source + QVariantList{from, to},
                                                 pointFromRow));
        // What is usual comes from before, so the history of the first point is read as well.
        SALVOR_ASSIGN(all,
                      rowsOf<TrendPoint>(
                          *m_database,
                          QStringLiteral("SELECT id, repository_id, started_us, %1 AS v FROM backups WHERE "
                                         "%2 AND started_us < ? AND started_us >= "
                                         "coalesce((SELECT started_us FROM backups WHERE %2 AND "
                                         "started_us < ? ORDER BY started_us DESC LIMIT 1 OFFSET "
                                         "?), 0) AND %1 IS NOT NULL ORDER BY started_us, id")
                              .arg(QLatin1String(expressionOf(query.measure)), is.where),
                          source + QVariantList{to} + source +
                              QVariantList{from, static_cast<qint64>(SeriesRule{}.window) - 1},
                          pointFromRow));
        return {};
    }));
    addAnomalies(points, all, query.from);
    return points;
}

Result<std::vector<DayOutcomes>> CatalogDatabase::outcomesByDay(const OutcomeQuery& query,
                                                                const std::vector<NameSpan>& names) {
    QString where = QStringLiteral("kind = 'backup' AND started_us >= ? AND started_us < ?");
    QVariantList values{toMicroseconds(query.from), toMicroseconds(query.to)};
    if (!names.empty()) {
        const SqlCondition is = sourceIs(query.profileUuid, query.database, names);
        where += QStringLiteral(" AND ") + is.where;
        values += is.values;
    } else {
        if (!query.profileUuid.empty()) {
            where += QStringLiteral(" AND profile_uuid = ?");
            values << toQt(query.profileUuid);
        }
        if (!query.database.empty()) {
            where += QStringLiteral(" AND database = ?");
            values << toQt(query.database);
        }
    }
    using Row = std::tuple<QDate, QString, std::uint64_t>;
    SALVOR_ASSIGN(
        const auto rows,
        rowsOf<Row>(*m_database,
                    QStringLiteral("SELECT date(started_us / 1000000, 'unixepoch', 'localtime') AS day, "
                                   "outcome, count(*) FROM run_databases WHERE %1 "
                                   "GROUP BY day, outcome ORDER BY day")
                        .arg(where),
                    values, [](const QSqlQuery& row) -> Result<Row> {
                        return Row{QDate::fromString(row.value(0).toString(), Qt::ISODate),
                                   row.value(1).toString(), row.value(2).toULongLong()};
                    }));
    std::vector<DayOutcomes> days;
    for (const auto& [day, outcome, runs] : rows) {
        if (days.empty() || days.back().day != day)
            days.push_back({day, 0, 0, 0, 0});
        countOutcome(days.back(), outcome, runs);
    }
    return days;
}

Result<std::vector<DailyGrowth>> CatalogDatabase::growth(const std::string& repositoryId) {
    return rowsOf<DailyGrowth>(
        *m_database,
        QStringLiteral("SELECT started_us / 86400000000 AS day, "
                       "sum(coalesce(json_extract(document, '$.new_stored_bytes'), 0)), count(*) "
                       "FROM backups WHERE repository_id = ? GROUP BY day ORDER BY day"),
        {toQt(repositoryId)}, [](const QSqlQuery& row) -> Result<DailyGrowth> {
            return DailyGrowth{Instant(std::chrono::days(row.value(0).toLongLong())),
                               row.value(1).toULongLong(), row.value(2).toULongLong()};
        });
}

Result<CatalogTotals> CatalogDatabase::totals(const std::string& repositoryId) {
    SALVOR_ASSIGN(const auto rows,
                  rowsOf<CatalogTotals>(
                      *m_database,
                      QStringLiteral("SELECT count(*), coalesce(sum(size_bytes), 0) FROM backups WHERE "
                                     "repository_id = ?"),
                      {toQt(repositoryId)}, [](const QSqlQuery& row) -> Result<CatalogTotals> {
                          return CatalogTotals{row.value(0).toULongLong(), row.value(1).toULongLong()};
                      }));
    return rows.front();
}

} // namespace salvor

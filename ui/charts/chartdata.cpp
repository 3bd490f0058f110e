// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartdata.h"

#include "models/base/json.h"
#include "workers/namehistory.h"

#include <QCoreApplication>
#include <QDateTime>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kOneEach = 1'000'000'000; ///< buckets: in a year each is a thirtieth of a second long

struct ChartNames {
    Q_DECLARE_TR_FUNCTIONS(ChartNames)
};

TrendMeasure measureOf(ChartKind kind) {
    switch (kind) {
    case ChartKind::StoredSize:
        return TrendMeasure::StoredSize;
    case ChartKind::Duration:
        return TrendMeasure::Duration;
    case ChartKind::Throughput:
        return TrendMeasure::Throughput;
    case ChartKind::AlreadyStored:
        return TrendMeasure::AlreadyStored;
    default:
        return TrendMeasure::Size;
    }
}

/// A little before the oldest backup of the sources was made, under whatever name, at least an hour before
/// the end.
Result<Instant> firstBackup(Core& core, const ChartRequest& request) {
    Instant first = request.to - std::chrono::hours(1);
    std::vector<ChartSource> sources = request.sources;
    if (request.kind == ChartKind::Capacity)
        sources = {{{}, {}}};
    for (const ChartSource& source : sources) {
        BackupFilter oldest;
        oldest.profile = fromQt(source.source.profileUuid);
        oldest.descending = false;
        oldest.limit = 1;
        const std::string database = fromQt(source.source.database);
        SALVOR_ASSIGN(auto spans, nameSpansOf(core, oldest.profile, database));
        spans.push_back({database, {}, {}}); // those of its name that are another one's are told of
        for (const NameSpan& span : spans) {
            oldest.database = span.name;
            oldest.since = span.from;
            oldest.until = span.until;
            SALVOR_ASSIGN(const auto page, core.backupPage(oldest));
            if (!page.rows->empty())
                first = std::min(first, page.rows->front().started);
        }
    }
    return first - (request.to - first) / 40;
}

Result<std::uint64_t> backupsIn(Core& core, const TrendQuery& query) {
    BackupFilter filter;
    filter.profile = query.profileUuid;
    filter.database = query.database;
    filter.since = query.from;
    filter.until = query.to;
    filter.limit = 1;
    SALVOR_ASSIGN(const auto page, core.backupPage(filter));
    return page.total;
}

/// Those of the line's database, under each name while it had that; those of its name that are another one's
/// are counted beside them.
Result<> countBackups(Core& core, const TrendQuery& query, ChartSeries& series) {
    SALVOR_ASSIGN(const std::uint64_t named, backupsIn(core, query));
    SALVOR_ASSIGN(const auto spans, nameSpansOf(core, query.profileUuid, query.database));
    series.backups = named;
    if (spans.empty())
        return {};
    std::uint64_t own = 0;
    std::uint64_t ownOfName = 0;
    for (const NameSpan& span : spans) {
        TrendQuery part = query;
        part.database = span.name;
        part.from = std::max(query.from, span.from.value_or(query.from));
        part.to = std::min(query.to, span.until.value_or(query.to));
        if (part.from >= part.to)
            continue;
        SALVOR_ASSIGN(const std::uint64_t count, backupsIn(core, part));
        own += count;
        ownOfName += span.name == query.database ? count : 0;
    }
    series.backups = own;
    series.ofFormer = named - std::min(named, ownOfName);
    series.namedSince = spans.front().from;
    return {};
}

Result<ChartSeries> fetchSeries(Core& core, const ChartRequest& request, const ChartSource& source,
                                TrendMeasure measure) {
    TrendQuery query;
    query.profileUuid = fromQt(source.source.profileUuid);
    query.database = fromQt(source.source.database);
    query.measure = measure;
    query.from = request.from;
    query.to = request.to;
    query.buckets = static_cast<std::size_t>(std::max(30, request.pixels * 2 / 3));
    ChartSeries series;
    // Every backup where the table beside the chart can hold them, else as many as can be drawn.
    SALVOR_TRY(countBackups(core, query, series));
    if (series.backups <= 2 * query.buckets)
        query.buckets = kOneEach;
    SALVOR_ASSIGN(const auto points, core.trend(query));
    if (query.buckets == kOneEach)
        series.backups = points.size(); // one without a measure is no point
    series.name = source.name;
    for (const TrendPoint& point : points)
        series.points.push_back({point.at,
                                 point.value,
                                 point.usual,
                                 point.anomaly,
                                 {toQt(point.repositoryId), toQt(point.backupId)}});
    return series;
}

/// What a store holds, day by day up to what it holds now; then what it would, and how much room there is.
void addStore(ChartAnswer& answer, const RepositoryInfo& info, const std::vector<DailyGrowth>& growth,
              const ChartRequest& request) {
    StoreRoom room{toQt(info.pin.title), info.storedBytes, info.freeBytes,
                   forecastCapacity(growth, info.freeBytes, request.now)};
    std::uint64_t added = 0;
    for (const DailyGrowth& day : growth)
        added += day.addedBytes;
    double bytes = static_cast<double>(info.storedBytes) - static_cast<double>(added);
    ChartSeries stored;
    stored.name = ChartNames::tr("%1: stored").arg(room.title);
    for (const DailyGrowth& day : growth) {
        bytes += static_cast<double>(day.addedBytes);
        const Instant end = std::min(request.now, day.day + std::chrono::hours(24));
        if (end >= request.from && end < request.now)
            stored.points.push_back({end, std::max(0.0, bytes), 0, false, {}});
    }
    const auto now = static_cast<double>(info.storedBytes);
    stored.points.push_back({request.now, now, 0, false, {}});
    answer.series.push_back(std::move(stored));
    if (room.forecast) {
        ChartSeries ahead;
        ahead.name = ChartNames::tr("%1: if it goes on").arg(room.title);
        ahead.dashed = true;
        // As far ahead as the chart looks back.
        const Instant end = std::min(room.forecast->full, request.now + (request.to - request.from));
        const double days = std::chrono::duration<double>(end - request.now).count() / 86400;
        ahead.points = {{request.now, now, 0, false, {}},
                        {end, now + days * room.forecast->bytesPerDay, 0, false, {}}};
        answer.series.push_back(std::move(ahead));
    }
    answer.stores.push_back(std::move(room));
}

QString csvField(const QVariant& value) {
    if (value.typeId() == QMetaType::Double)
        return QString::number(value.toDouble(), 'g', 15);
    if (value.typeId() == QMetaType::QDateTime)
        return value.toDateTime().toUTC().toString(Qt::ISODate);
    QString text = value.toString();
    if (value.typeId() != QMetaType::QString)
        return text;
    if (!text.isEmpty() && QStringLiteral("=+-@\t\r").contains(text.front()))
        text.prepend(QLatin1Char('\''));
    const bool quoted = text.contains(QLatin1Char('"')) || text.contains(QLatin1Char(',')) ||
                        text.contains(QLatin1Char('\n')) || text.contains(QLatin1Char('\r')) ||
                        text.startsWith(QLatin1Char(' ')) || text.endsWith(QLatin1Char(' '));
    if (!quoted)
        return text;
    text.replace(QLatin1Char('"'), QStringLiteral("\"\""));
    return QLatin1Char('"') + text + QLatin1Char('"');
}

} // namespace

Result<ChartAnswer> fetchChart(Core& core, const ChartRequest& asked, const CancelToken& cancel) {
    ChartRequest request = asked;
    if (request.from == Instant{} || (request.trimmed && request.kind != ChartKind::Success)) {
        SALVOR_ASSIGN(const Instant first, firstBackup(core, request));
        request.from = std::max(request.from, first);
    }
    ChartAnswer answer;
    answer.from = request.from;
    if (request.kind == ChartKind::Success) {
        OutcomeQuery query{fromQt(request.chosen.profileUuid), fromQt(request.chosen.database), request.from,
                           request.to};
        SALVOR_ASSIGN(answer.days, core.outcomesByDay(query));
        return answer;
    }
    if (request.kind == ChartKind::Capacity) {
        for (const RepositoryInfo& info : request.stores) {
            SALVOR_ASSIGN(const auto look, core.storeLook(info.pin.id, cancel));
            addStore(answer, info, look.growth, request);
        }
        return answer;
    }
    for (const ChartSource& source : request.sources) {
        SALVOR_TRY(checkCancelled(cancel));
        SALVOR_ASSIGN(auto series, fetchSeries(core, request, source, measureOf(request.kind)));
        answer.series.push_back(std::move(series));
    }
    // Of one database there is room for both.
    if (request.kind == ChartKind::Size && request.sources.size() == 1) {
        SALVOR_ASSIGN(auto stored,
                      fetchSeries(core, request, request.sources.front(), TrendMeasure::StoredSize));
        stored.name = ChartNames::tr("%1, stored").arg(stored.name);
        stored.backups = stored.ofFormer = 0; // the same ones
        answer.series.push_back(std::move(stored));
    }
    return answer;
}

QByteArray toCsv(const ChartTable& table) {
    QString text;
    const auto addLine = [&](const QStringList& fields) {
        text += fields.join(QLatin1Char(',')) + QStringLiteral("\r\n");
    };
    addLine(table.fileHeaders);
    for (const ChartRow& row : table.rows) {
        QStringList fields;
        for (const QVariant& value : row.values)
            fields << csvField(value);
        addLine(fields);
    }
    return text.toUtf8();
}

} // namespace salvor

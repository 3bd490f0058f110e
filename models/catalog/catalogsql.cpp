// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/catalog/catalogsql.h"

#include "models/base/json.h"
#include "models/catalog/catalogschema.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QStringList>

namespace salvor {

namespace {

class ConditionBuilder {
public:
    void add(const QString& term, const QVariantList& values = {}) {
        m_terms << term;
        m_values += values;
    }
    void equals(const char* column, const std::string& value) {
        if (!value.empty())
            add(QLatin1String(column) + QStringLiteral(" = ?"), {toQt(value)});
    }
    void profile(const std::string& name) {
        if (!name.empty())
            add(QStringLiteral("(profile_uuid = ? OR profile_title = ?)"), {toQt(name), toQt(name)});
    }
    void times(const std::optional<Instant>& since, const std::optional<Instant>& until) {
        if (since)
            add(QStringLiteral("started_us >= ?"), {toMicroseconds(*since)});
        if (until)
            add(QStringLiteral("started_us < ?"), {toMicroseconds(*until)});
    }
    void text(const std::string& text) {
        if (text.empty())
            return;
        QString pattern = toQt(text);
        for (const QChar special : {QLatin1Char('\\'), QLatin1Char('%'), QLatin1Char('_')})
            pattern.replace(special, QString(QLatin1Char('\\')) + special);
        pattern = QLatin1Char('%') + pattern + QLatin1Char('%');
        add(QStringLiteral(
                "(id LIKE ? ESCAPE '\\' OR database LIKE ? ESCAPE '\\' OR profile_title LIKE ? ESCAPE '\\')"),
            {pattern, pattern, pattern});
    }
    SqlCondition finish(const char* sortBy, bool descending) const {
        const QString direction = descending ? QStringLiteral(" DESC") : QStringLiteral(" ASC");
        SqlCondition condition;
        condition.where = m_terms.isEmpty() ? QStringLiteral("1") : m_terms.join(QStringLiteral(" AND "));
        condition.values = m_values;
        condition.orderBy = QLatin1String(sortBy) + direction;
        if (QLatin1String(sortBy) != QLatin1String("started_us"))
            condition.orderBy += QStringLiteral(", started_us DESC");
        condition.orderBy += QStringLiteral(", id") + direction;
        return condition;
    }

private:
    QStringList m_terms;
    QVariantList m_values;
};

const char* columnOf(BackupFilter::Sort sort) {
    switch (sort) {
    case BackupFilter::Sort::Started:
        break;
    case BackupFilter::Sort::Database:
        return "database";
    case BackupFilter::Sort::Profile:
        return "profile_title";
    case BackupFilter::Sort::Size:
        return "size_bytes";
    case BackupFilter::Sort::StoredSize:
        return "stored_bytes";
    case BackupFilter::Sort::Duration:
        return "(ended_us - started_us)";
    case BackupFilter::Sort::Kind:
        return "json_extract(document, '$.kind')";
    case BackupFilter::Sort::Trigger:
        return "json_extract(document, '$.trigger')";
    case BackupFilter::Sort::Checked:
        return "(CASE WHEN restored_us IS NOT NULL THEN 2 WHEN read_back_us IS NOT NULL THEN 1 ELSE 0 END)";
    }
    return "started_us";
}

const char* columnOf(RunFilter::Sort sort) {
    switch (sort) {
    case RunFilter::Sort::Started:
        break;
    case RunFilter::Sort::Duration:
        return "(ended_us - started_us)";
    case RunFilter::Sort::Size:
        return "size_bytes";
    }
    return "started_us";
}

} // namespace

SqlCondition conditionOf(const BackupFilter& filter) {
    ConditionBuilder builder;
    builder.equals("repository_id", filter.repositoryId);
    builder.equals("run_id", filter.runId);
    builder.profile(filter.profile);
    builder.equals("database", filter.database);
    builder.times(filter.since, filter.until);
    builder.text(filter.text);
    if (!filter.kind.empty())
        builder.add(QStringLiteral("json_extract(document, '$.kind') = ?"), {toQt(filter.kind)});
    if (filter.onlyReadBack)
        builder.add(QStringLiteral("read_back_us IS NOT NULL"));
    if (filter.onlyUnchecked)
        builder.add(QStringLiteral("read_back_us IS NULL AND restored_us IS NULL"));
    if (filter.onlyHeld)
        builder.add(QStringLiteral("held = 1"));
    if (filter.onlyRestored)
        builder.add(QStringLiteral("restored_us IS NOT NULL"));
    if (filter.ids) { // in one value: there may be more of them than a statement takes
        QJsonArray ids;
        for (const auto& id : *filter.ids)
            ids.append(toQt(id));
        builder.add(QStringLiteral("id IN (SELECT value FROM json_each(?))"),
                    {QString::fromUtf8(QJsonDocument(ids).toJson(QJsonDocument::Compact))});
    }
    return builder.finish(columnOf(filter.sort), filter.descending);
}

SqlCondition conditionOf(const RunFilter& filter) {
    ConditionBuilder builder;
    builder.equals("repository_id", filter.repositoryId);
    builder.profile(filter.profile);
    if (!filter.database.empty())
        builder.add(QStringLiteral("EXISTS (SELECT 1 FROM run_databases AS d WHERE d.run_id = runs.id "
                                   "AND d.database = ?)"),
                    {toQt(filter.database)});
    builder.equals("kind", filter.kind);
    if (filter.outcome)
        builder.equals("outcome", std::string(toString(*filter.outcome)));
    if (filter.onlyTroubled)
        builder.add(QStringLiteral("outcome IN ('failed', 'partial')"));
    builder.times(filter.since, filter.until);
    builder.text(filter.text);
    return builder.finish(columnOf(filter.sort), filter.descending);
}

SqlCondition idBeginsWith(const std::string& prefix) {
    const QString upper = toQt(prefix).toUpper();
    // A range, so that the index serves it; '~' is behind every character of an id.
    return {QStringLiteral("id >= ? AND id < ?"), {upper, upper + QLatin1Char('~')}, QStringLiteral("id")};
}

SqlCondition sourceIs(const std::string& profileUuid, const std::string& database,
                      const std::vector<NameSpan>& spans) {
    SqlCondition condition;
    condition.where = QStringLiteral("profile_uuid = ? AND ");
    condition.values << toQt(profileUuid);
    if (spans.empty()) {
        condition.where += QStringLiteral("database = ?");
        condition.values << toQt(database);
        return condition;
    }
    QStringList terms;
    for (const NameSpan& span : spans) {
        QString term = QStringLiteral("(database = ?");
        condition.values << toQt(span.name);
        if (span.from) {
            term += QStringLiteral(" AND started_us >= ?");
            condition.values << toMicroseconds(*span.from);
        }
        if (span.until) {
            term += QStringLiteral(" AND started_us < ?");
            condition.values << toMicroseconds(*span.until);
        }
        terms << term + QLatin1Char(')');
    }
    condition.where += QLatin1Char('(') + terms.join(QStringLiteral(" OR ")) + QLatin1Char(')');
    return condition;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads rows into vectors and pages.
#pragma once

#include "models/base/canceltoken.h"
#include "models/catalog/catalogsql.h"
#include "models/database/sqlitedatabase.h"
#include "models/page.h"

#include <QSqlError>

namespace salvor {

/// `parse` is called as Result<Row>(const QSqlQuery&). Cancelled between two rows.
template <typename Row, typename Parse>
Result<std::vector<Row>> rowsOf(SqliteDatabase& database, const QString& sql, const QVariantList& values,
                                Parse parse, const CancelToken& cancel = {}) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_ASSIGN(QSqlQuery query, database.query(sql, values));
    std::vector<Row> rows;
    while (query.next()) {
        SALVOR_TRY(checkCancelled(cancel));
        SALVOR_ASSIGN(Row row, parse(query));
        rows.push_back(std::move(row));
    }
    if (query.lastError().isValid())
        return failure(database.errorOf(query, "reading"));
    return rows;
}

/// Rows and their total number out of one state of the file.
template <typename Row, typename Parse>
Result<Page<Row>> pageOf(SqliteDatabase& database, const QString& table, const QString& columns,
                         const SqlCondition& condition, std::size_t limit, std::size_t offset, Parse parse) {
    Page<Row> page;
    page.offset = offset;
    SALVOR_TRY(database.snapshot([&]() -> Result<> {
        const QString from = QStringLiteral(" FROM %1 WHERE %2").arg(table, condition.where);
        SALVOR_ASSIGN(const auto counts, rowsOf<qint64>(database, QStringLiteral("SELECT count(*)") + from,
                                                        condition.values, [](const QSqlQuery& row) {
                                                            return Result<qint64>(row.value(0).toLongLong());
                                                        }));
        page.total = static_cast<std::uint64_t>(counts.front());
        QVariantList values = condition.values;
        values << static_cast<qint64>(limit) << static_cast<qint64>(offset);
        SALVOR_ASSIGN(auto rows, rowsOf<Row>(database,
                                             QStringLiteral("SELECT %1%2 ORDER BY %3 LIMIT ? OFFSET ?")
                                                 .arg(columns, from, condition.orderBy),
                                             values, parse));
        page.rows = std::make_shared<const std::vector<Row>>(std::move(rows));
        return {};
    }));
    return page;
}

/// The one that a prefix means: an exact id wins; NotFound for none, InvalidInput naming the candidates for
/// several.
template <typename Record>
Result<Record> onlyOne(const std::string& noun, const std::string& prefix, std::vector<Record> found) {
    if (prefix.empty())
        return failure(ErrorCode::InvalidInput, "no " + noun + " was named", "give the beginning of its id");
    if (found.empty())
        return failure(ErrorCode::NotFound, "there is no " + noun + " \"" + prefix + "\" in the catalog",
                       "salvorctl " + noun + "s list shows what there is", {{"id", prefix}});
    if (found.size() == 1 || (found[0].id.size() == prefix.size() && found[1].id != found[0].id))
        return std::move(found.front());
    std::string candidates;
    for (const auto& record : found)
        candidates += (candidates.empty() ? "" : ", ") + record.id;
    const bool same = found[0].id == found[1].id;
    return failure(ErrorCode::InvalidInput, "\"" + prefix + "\" is the beginning of several " + noun + "s",
                   same ? "it is in several repositories: name the repository too" : "give more of the id",
                   {{"candidates", candidates}});
}

} // namespace salvor

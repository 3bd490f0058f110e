// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Turns a filter into SQL. Values are always bound, never written into the text.
#pragma once

#include "models/catalog/catalogfilter.h"
#include "models/namechanges.h"

#include <QString>
#include <QVariantList>

namespace salvor {

struct SqlCondition {
    QString where; ///< without the word WHERE; never empty
    QVariantList values;
    QString orderBy; ///< without the words ORDER BY; total, so that pages do not overlap
};

SqlCondition conditionOf(const BackupFilter& filter);
SqlCondition conditionOf(const RunFilter& filter);
/// A row whose id begins with `prefix`; ids are upper case, the prefix may be in either.
SqlCondition idBeginsWith(const std::string& prefix);
/// Rows of one database: under each of its names for as long as it had it; without any, under `database`.
SqlCondition sourceIs(const std::string& profileUuid, const std::string& database,
                      const std::vector<NameSpan>& spans);

} // namespace salvor

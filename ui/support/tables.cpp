// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/tables.h"

#include "ui/support/columnfit.h"

#include <QHeaderView>
#include <QTableView>

#include <algorithm>

namespace salvor {

void setUpTable(QTableView& table, const char* objectName, const QString& accessibleName) {
    table.setObjectName(QLatin1String(objectName));
    table.setAccessibleName(accessibleName);
    table.setSelectionBehavior(QAbstractItemView::SelectRows);
    table.setSelectionMode(QAbstractItemView::SingleSelection);
    table.setEditTriggers(QAbstractItemView::NoEditTriggers);
    table.setShowGrid(false);
    table.setWordWrap(false);
    table.setSortingEnabled(true);
    table.setTabKeyNavigation(false);
    table.setFrameShape(QFrame::NoFrame);
    table.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    table.verticalHeader()->hide();
    table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + 14);
    QHeaderView* header = table.horizontalHeader();
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setSectionResizeMode(QHeaderView::Interactive);
    header->setAccessibleName(accessibleName);
}

void setColumnWidths(QTableView& table, std::initializer_list<int> characters) {
    QHeaderView* header = table.horizontalHeader();
    int column = 0;
    for (const int width : characters) {
        header->resizeSection(column, std::max(width * table.fontMetrics().averageCharWidth(),
                                               header->sectionSizeHint(column)));
        ++column;
    }
    header->setStretchLastSection(true);
    new ColumnFit(table); // until somebody drags one
}

} // namespace salvor

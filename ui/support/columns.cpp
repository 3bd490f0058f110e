// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/columns.h"

#include "ui/main/windowsettings.h"
#include "ui/support/columnfit.h"

#include <QHeaderView>
#include <QMenu>
#include <QTableView>

namespace salvor {

ColumnChooser::ColumnChooser(QTableView& table, WindowSettings& settings, const QString& name)
    : QObject(&table)
    , m_table(table)
    , m_settings(settings)
    , m_name(name)
    , m_menu(new QMenu(&table)) {
    QHeaderView* header = table.horizontalHeader();
    m_first = header->saveState();
    m_fit = table.findChild<ColumnFit*>();
    restore();
    header->setSectionsMovable(true);
    m_menu->setObjectName(name + QStringLiteral("Columns"));
    m_menu->setTitle(tr("Columns"));
    m_menu->setAccessibleName(tr("Columns"));
    connect(m_menu, &QMenu::aboutToShow, this, &ColumnChooser::fill);
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, m_menu,
            [this, header](const QPoint& at) { m_menu->popup(header->mapToGlobal(at)); });
    connect(header, &QHeaderView::sectionResized, this, &ColumnChooser::remember);
    connect(header, &QHeaderView::sectionMoved, this, &ColumnChooser::remember);
}

void ColumnChooser::restore() {
    QHeaderView* header = m_table.horizontalHeader();
    // A state of other columns than today's says nothing about them.
    const QByteArray before = m_settings.columns(m_name, header->count());
    if (before.isEmpty())
        return;
    if (!header->restoreState(before))
        header->restoreState(m_first);
    else if (m_fit != nullptr && m_settings.hasOwnWidths(m_name))
        m_fit->stop();
}

void ColumnChooser::fill() {
    m_menu->clear();
    QHeaderView* header = m_table.horizontalHeader();
    for (int column = 0; column < header->count(); ++column) {
        QAction* action = m_menu->addAction(header->model()->headerData(column, Qt::Horizontal).toString());
        action->setCheckable(true);
        action->setChecked(!header->isSectionHidden(column));
        action->setEnabled(column > 0);
        connect(action, &QAction::toggled, this, [this, header, column](bool shown) {
            header->setSectionHidden(column, !shown);
            if (shown && header->sectionSize(column) < header->sectionSizeHint(column))
                header->resizeSection(column, header->sectionSizeHint(column));
            if (m_fit != nullptr && !m_fit->isStopped())
                m_fit->goOn(); // the others have more room, or less
            remember();
        });
    }
    m_menu->addSeparator();
    QAction* reset = m_menu->addAction(tr("&Reset"));
    reset->setObjectName(QStringLiteral("columnsReset"));
    connect(reset, &QAction::triggered, this, [this, header] {
        header->restoreState(m_first);
        if (m_fit != nullptr)
            m_fit->goOn();
        remember();
    });
}

void ColumnChooser::remember() {
    if (m_fit != nullptr && m_fit->isFitting())
        return;
    QHeaderView* header = m_table.horizontalHeader();
    m_settings.setColumns(m_name, header->count(), header->saveState());
    m_settings.setOwnWidths(m_name, m_fit == nullptr || m_fit->isStopped());
}

} // namespace salvor

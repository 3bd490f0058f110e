// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/trashview.h"

#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/icons.h"
#include "ui/support/tables.h"

#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace salvor {

TrashView::TrashView(const WindowContext& context, Lookups& lookups, QWidget* parent)
    : QWidget(parent)
    , m_core(context.core)
    , m_lookups(lookups)
    , m_model(context.clock)
    , m_filter(m_model) {
    setObjectName(QStringLiteral("trashView"));
    setAccessibleName(tr("Trash"));
    m_error = new ErrorPanel(this);
    makeTable();
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("trashNote"));
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_note->setWordWrap(true);
    m_note->setText(
        tr("Deleted backups stay whole until their time is over and a prune runs (Stores page)."));
    m_undelete = new QPushButton(Icons::of(Icons::Restore), tr("Brin&g back"), this);
    m_undelete->setObjectName(QStringLiteral("trashUndelete"));
    m_undelete->setAccessibleName(tr("Bring the chosen backups back"));
    connect(m_undelete, &QPushButton::clicked, this, [this] { emit undeleteWanted(chosen()); });
    m_empty = new EmptyState(this);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    auto* foot = new QHBoxLayout;
    foot->addWidget(m_undelete);
    foot->addSpacing(10);
    foot->addWidget(m_note, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(8);
    layout->addWidget(m_error);
    layout->addWidget(m_stack, 1);
    layout->addLayout(foot);
    showState();
}

void TrashView::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "trashTable", tr("Backups in the trash"));
    m_table->setModel(&m_filter);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->sortByColumn(TrashModel::ExpiresColumn, Qt::AscendingOrder);
    setColumnWidths(*m_table, {27, 19, 17, 13, 13, 27, 40});
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    auto* undelete = new QAction(Icons::of(Icons::Restore), tr("&Bring back"), m_table);
    undelete->setObjectName(QStringLiteral("trashUndeleteAction"));
    m_table->addAction(undelete);
    connect(undelete, &QAction::triggered, this, [this] { emit undeleteWanted(chosen()); });
    connect(m_table, &QAbstractItemView::activated, this, [this] { emit undeleteWanted(chosen()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &TrashView::showState);
}

Result<TrashView::Answer> TrashView::ask(Core& core, const CancelToken& cancel) {
    Answer answer;
    SALVOR_ASSIGN(const auto pins, core.repositories());
    for (const auto& pin : pins) {
        auto trashed = core.trash(pin.id, cancel);
        if (!trashed && trashed.error().isCancelled())
            return failure(std::move(trashed).error());
        if (!trashed) {
            answer.problem = std::move(trashed).error();
            continue;
        }
        std::move(trashed->begin(), trashed->end(), std::back_inserter(answer.trashed));
    }
    return answer;
}

void TrashView::refresh() {
    m_lookups.run<Answer>(
        this, [&core = m_core](const CancelToken& cancel) { return ask(core, cancel); },
        [this](Result<Answer> answer) { take(std::move(answer)); });
}

void TrashView::take(Result<Answer> answer) {
    if (!answer) {
        if (!answer.error().isCancelled())
            m_error->showError(answer.error());
        return;
    }
    if (answer->problem)
        m_error->showError(*answer->problem);
    else
        m_error->clear();
    m_loaded = true;
    m_model.setRows(std::make_shared<const std::vector<TrashedBackup>>(std::move(answer->trashed)));
    if (m_filter.rowCount() > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_filter.index(0, 0));
    showState();
    emit countChanged();
}

void TrashView::select(const Selection& selection) {
    m_filter.setSelection(selection);
    showState();
}

void TrashView::showState() {
    const bool nothing = m_loaded && m_filter.rowCount() == 0;
    if (nothing && m_model.rowCount() == 0)
        m_empty->setTexts(tr("The trash is empty"),
                          tr("Backups that are deleted, by you or by a policy's retention, wait here."));
    else if (nothing)
        m_empty->setTexts(tr("Nothing of this is in the trash"),
                          tr("The trash holds only backups of other databases."));
    m_stack->setCurrentWidget(nothing ? static_cast<QWidget*>(m_empty) : m_table);
    m_undelete->setEnabled(!chosen().empty());
}

std::vector<BackupRecord> TrashView::chosen() const {
    std::vector<BackupRecord> backups;
    for (const auto& index : m_table->selectionModel()->selectedRows()) {
        if (const TrashedBackup* one = m_filter.record(index))
            backups.push_back(one->record);
    }
    return backups;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/backupspage.h"

#include "ui/backups/backupdetail.h"
#include "ui/backups/badgedelegate.h"
#include "ui/main/windowactions.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/tables.h"

#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

BackupsPage::BackupsPage(const WindowContext& context, QWidget* parent)
    : WindowPage(parent)
    , m_context(context)
    , m_texts(m_model) {
    setObjectName(QStringLiteral("backupsPage"));
    setAccessibleName(tr("Backups"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 10);
    layout->setSpacing(8);
    m_error = new ErrorPanel(this);
    layout->addWidget(m_error);
    layout->addWidget(makeFilter());
    makeTable();
    m_detail = new BackupDetail(context, this);
    m_detail->setMinimumHeight(200);
    connect(m_detail, &BackupDetail::restoreWanted, this, [this] { emit restoreWanted(chosenBackup()); });
    connect(m_detail, &BackupDetail::verifyWanted, this,
            [this](VerifyDepth depth) { emit verifyWanted(chosenBackup(), depth); });
    m_empty = new EmptyState(this);
    connect(m_empty, &EmptyState::actionWanted, m_filter, &QLineEdit::clear);
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(QStringLiteral("backupsSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_detail);
    m_splitter->setStretchFactor(0, 5);
    m_splitter->setStretchFactor(1, 4);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_splitter);
    m_stack->addWidget(m_empty);
    layout->addWidget(m_stack, 1);
    showCount();
}

QWidget* BackupsPage::makeFilter() {
    auto* bar = new QWidget(this);
    m_filter = new QLineEdit(bar);
    m_filter->setObjectName(QStringLiteral("backupsFilter"));
    m_filter->setAccessibleName(tr("Filter by database, server or id"));
    m_filter->setPlaceholderText(tr("Filter by database, server or id (Ctrl+F)"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMaximumWidth(420);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_texts.setFilterText(text);
        showCount();
    });
    auto* find = new QShortcut(QKeySequence::Find, this);
    connect(find, &QShortcut::activated, m_filter, [this] { m_filter->setFocus(Qt::ShortcutFocusReason); });
    m_count = new QLabel(bar);
    m_count->setObjectName(QStringLiteral("backupsCount"));
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_filter, 1);
    row->addWidget(m_count);
    row->addStretch(1);
    return bar;
}

void BackupsPage::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "backupsTable", tr("Backups"));
    m_table->setModel(&m_texts);
    m_table->setItemDelegateForColumn(BackupListModel::BadgesColumn, new BadgeDelegate(m_table));
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->sortByColumn(BackupListModel::StartedColumn, Qt::DescendingOrder);
    setColumnWidths(*m_table, {27, 19, 17, 10, 13, 13, 15, 11});
    connect(m_table, &QWidget::customContextMenuRequested, this, &BackupsPage::showMenu);
    connect(m_table, &QAbstractItemView::activated, this, [this] { emit restoreWanted(chosenBackup()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &BackupsPage::showChosen);
    connect(&m_texts, &QAbstractItemModel::dataChanged, this, &BackupsPage::showChosen);
}

void BackupsPage::refresh() {
    m_context.lookups.run<std::vector<BackupRecord>>(
        this, [&core = m_context.core](const CancelToken&) { return core.backups({}); },
        [this](Result<std::vector<BackupRecord>> result) { take(std::move(result)); });
}

void BackupsPage::take(Result<std::vector<BackupRecord>> result) {
    if (!result) {
        m_error->showError(result.error());
        return;
    }
    m_error->clear();
    m_loaded = true;
    const bool onlyFull =
        std::all_of(result->begin(), result->end(), [](const auto& one) { return one.kind == "full"; });
    m_table->setColumnHidden(BackupListModel::KindColumn, onlyFull);
    m_model.setRows(std::make_shared<const std::vector<BackupRecord>>(std::move(*result)));
    showCount();
}

void BackupsPage::select(const Selection& selection) {
    m_texts.setSelection(selection);
    showCount();
}

void BackupsPage::showCount() {
    const int shown = m_texts.rowCount();
    const int all = m_model.rowCount();
    m_count->setText(shown == all ? tr("%n backup(s)", nullptr, all)
                                  : tr("%1 of %n backup(s)", nullptr, all).arg(shown));
    m_count->setVisible(m_loaded);
    if (m_loaded && shown == 0) {
        if (all == 0)
            m_empty->setTexts(tr("There is no backup yet"),
                              tr("“Back up now” in the Backup menu makes the first one."));
        else if (!m_filter->text().isEmpty())
            m_empty->setTexts(
                tr("No backup fits the filter"),
                tr("It looks at database, server and id, and only at what is chosen on the left."),
                tr("&Clear the filter"));
        else
            m_empty->setTexts(tr("Nothing of this is backed up"),
                              tr("“Back up now” in the Backup menu makes the first backup of it."));
    }
    m_stack->setCurrentWidget(m_loaded && shown == 0 ? static_cast<QWidget*>(m_empty) : m_splitter);
    if (shown > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_texts.index(0, 0));
    showChosen();
}

void BackupsPage::showChosen() {
    m_detail->show(m_texts.record(m_table->currentIndex()));
    emit choiceChanged();
}

Selection BackupsPage::chosenSource() const {
    const BackupRecord* record = m_texts.record(m_table->currentIndex());
    return record == nullptr ? Selection{}
                             : Selection{QString::fromStdString(record->profileUuid),
                                         QString::fromStdString(record->database)};
}

BackupChoice BackupsPage::chosenBackup() const {
    const BackupRecord* record = m_texts.record(m_table->currentIndex());
    return record == nullptr ? BackupChoice{}
                             : BackupChoice{QString::fromStdString(record->repositoryId),
                                            QString::fromStdString(record->id)};
}

void BackupsPage::showMenu(const QPoint& at) {
    if (chosenBackup().backupId.isEmpty())
        return;
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* restore = menu->addAction(Icons::of(Icons::Restore), tr("&Restore…"));
    connect(restore, &QAction::triggered, this, [this] { emit restoreWanted(chosenBackup()); });
    QMenu* verify = menu->addMenu(Icons::of(Icons::Verify), tr("&Verify"));
    addVerifyActions(verify, this, [this](VerifyDepth depth) { emit verifyWanted(chosenBackup(), depth); });
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

} // namespace salvor

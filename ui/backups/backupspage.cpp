// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/backupspage.h"

#include "models/base/json.h"
#include "ui/backups/backupacts.h"
#include "ui/backups/backupdetail.h"
#include "ui/backups/backupfilterbar.h"
#include "ui/backups/badgedelegate.h"
#include "ui/backups/trashview.h"
#include "ui/main/windowactions.h"
#include "ui/main/workspacefeed.h"
#include "ui/support/columns.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/tables.h"

#include <QApplication>
#include <QClipboard>
#include <QDateTime>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QScrollBar>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>
#include <set>

namespace salvor {

namespace {

enum Mode { ListMode, TrashMode };

BackupFilter::Sort sortOf(int column) {
    using Sort = BackupFilter::Sort;
    static constexpr Sort kSorts[BackupListModel::kColumns] = {
        Sort::Started,    Sort::Database, Sort::Profile, Sort::Kind,   Sort::Size,
        Sort::StoredSize, Sort::Duration, Sort::Trigger, Sort::Checked};
    return column >= 0 && column < BackupListModel::kColumns ? kSorts[column] : Sort::Started;
}

QStringList kindsOf(const Core& core) {
    std::set<QString> kinds;
    for (const auto& engine : core.engines()) {
        for (const auto& method : engine.methods) {
            for (const auto& kind : method.kinds)
                kinds.insert(toQt(kind));
        }
    }
    return {kinds.begin(), kinds.end()};
}

QDate dateOf(Instant at) {
    return QDateTime::fromMSecsSinceEpoch(
               std::chrono::floor<std::chrono::milliseconds>(at).time_since_epoch().count())
        .date();
}

} // namespace

BackupsPage::BackupsPage(const WindowContext& context, QWidget* parent)
    : WindowPage(parent)
    , m_context(context)
    , m_settings(context.core.config().places)
    , m_texts(m_model) {
    setObjectName(QStringLiteral("backupsPage"));
    setAccessibleName(tr("Backups"));
    m_acts = new BackupActs(context, this);
    connect(m_acts, &BackupActs::changed, this, &BackupsPage::acted);
    connect(m_acts, &BackupActs::failed, this, [this](const Error& error) { m_error->showError(error); });
    m_error = new ErrorPanel(this);
    m_done = new QLabel(this);
    m_done->setObjectName(QStringLiteral("backupsDone"));
    m_done->setTextFormat(Qt::PlainText);
    m_done->hide();
    makeBar();
    makeTable();
    makeActions();
    makeDetail();
    m_trash = new TrashView(context, m_acts->lookups(), this);
    connect(m_trash, &TrashView::undeleteWanted, this,
            [this](const auto& backups) { m_acts->change(BackupAct::Undelete, backups); });
    connect(m_trash, &TrashView::countChanged, this, &BackupsPage::showMode);
    m_empty = new EmptyState(this);
    connect(m_empty, &EmptyState::actionWanted, m_bar, &BackupFilterBar::clear);
    m_stack = new QStackedWidget(this);
    for (QWidget* one : std::initializer_list<QWidget*>{m_splitter, m_empty, m_trash})
        m_stack->addWidget(one);
    auto* head = new QHBoxLayout;
    head->setSpacing(12);
    head->addWidget(m_mode, 0, Qt::AlignTop);
    head->addWidget(m_bar, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 10, 16, 10);
    layout->setSpacing(8);
    layout->addWidget(m_error);
    layout->addLayout(head);
    layout->addWidget(m_done);
    layout->addWidget(m_stack, 1);
    showMode();
}

void BackupsPage::makeBar() {
    m_mode = new QTabBar(this);
    m_mode->setObjectName(QStringLiteral("backupsMode"));
    m_mode->setAccessibleName(tr("Backups or trash"));
    m_mode->setDrawBase(false);
    m_mode->setExpanding(false);
    m_mode->setUsesScrollButtons(false); // both are always there
    m_mode->addTab(tr("Kept"));
    m_mode->addTab(tr("Trash"));
    connect(m_mode, &QTabBar::currentChanged, this, [this] {
        showMode();
        refresh();
    });
    m_bar = new BackupFilterBar(this);
    m_bar->setToday(dateOf(m_context.clock.now()));
    m_bar->setKinds(kindsOf(m_context.core));
    connect(m_bar, &BackupFilterBar::changed, this, [this] { fetch(0, kPageRows); });
    connect(m_bar, &BackupFilterBar::selectionDropped, this, [this] { emit backupsWanted({}); });
    auto* find = new QShortcut(QKeySequence::Find, this);
    connect(find, &QShortcut::activated, m_bar, &BackupFilterBar::focusSearch);
}

void BackupsPage::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "backupsTable", tr("Backups"));
    m_table->setModel(&m_texts);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setItemDelegateForColumn(BackupListModel::BadgesColumn, new BadgeDelegate(m_table));
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    setColumnWidths(*m_table, {27, 19, 17, 10, 13, 13, 15, 11});
    m_table->setColumnHidden(BackupListModel::KindColumn, kindsOf(m_context.core).size() < 2);
    m_table->sortByColumn(BackupListModel::StartedColumn, Qt::DescendingOrder);
    auto* columns = new ColumnChooser(*m_table, m_settings, QStringLiteral("backups"));
    m_bar->setColumnsMenu(columns->menu());
    // What the header remembers may be another order.
    const QHeaderView* header = m_table->horizontalHeader();
    m_order.sort = sortOf(header->sortIndicatorSection());
    m_order.descending = header->sortIndicatorOrder() == Qt::DescendingOrder;
    connect(&m_model, &PagedModel::sortNeeded, this, &BackupsPage::setSort);
    connect(&m_model, &PagedModel::moreNeeded, this,
            [this](quint64 offset) { fetch(static_cast<std::size_t>(offset), kPageRows); });
    connect(m_table, &QWidget::customContextMenuRequested, this, &BackupsPage::showMenu);
    connect(m_table, &QAbstractItemView::activated, this, [this] { emit restoreWanted(chosenBackup()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &BackupsPage::showChosen);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &BackupsPage::showChosen);
    connect(&m_texts, &QAbstractItemModel::dataChanged, this, &BackupsPage::showChosen);
}

QAction* BackupsPage::addAction(const char* name, const QString& text, const QKeySequence& keys,
                                std::function<void()> act) {
    auto* action = new QAction(text, m_table);
    action->setObjectName(QLatin1String(name));
    action->setShortcut(keys);
    action->setShortcutContext(Qt::WidgetShortcut);
    m_table->addAction(action);
    connect(action, &QAction::triggered, this, std::move(act));
    return action;
}

void BackupsPage::makeActions() {
    m_restore =
        addAction("backupRestoreAction", tr("&Restore…"), {}, [this] { emit restoreWanted(chosenBackup()); });
    m_restore->setIcon(Icons::of(Icons::Restore));
    m_drill = addAction("backupDrillAction", tr("&Test restore…"), {},
                        [this] { emit drillWanted(chosenBackup()); });
    m_restored = addAction("backupRestoredAction", tr("Restored data&bases…"), {},
                           [this] { emit restoredWanted(chosenSource().profileUuid); });
    m_hold = addAction("backupHoldAction", tr("H&old"), QKeySequence(tr("Ctrl+L")),
                       [this] { m_acts->change(BackupAct::Hold, chosenAll()); });
    m_release = addAction("backupReleaseAction", tr("Re&lease"), QKeySequence(tr("Ctrl+Shift+L")),
                          [this] { m_acts->change(BackupAct::Release, chosenAll()); });
    m_delete = addAction("backupDeleteAction", tr("&Delete…"), QKeySequence::Delete,
                         [this] { m_acts->askDelete(chosenAll()); });
    m_hold->setIcon(Icons::of(Icons::Hold));
    m_delete->setIcon(Icons::of(Icons::Trash));
    m_copy = addAction("backupCopyAction", tr("&Copy the id"), QKeySequence::Copy, [this] {
        QStringList ids;
        for (const auto& one : chosenAll())
            ids << toQt(one.id);
        QApplication::clipboard()->setText(ids.join(QLatin1Char('\n')));
    });
    m_copy->setIcon(Icons::of(Icons::Copy));
}

void BackupsPage::makeDetail() {
    m_detail = new BackupDetail(m_context, this);
    m_detail->setMinimumHeight(200);
    connect(m_detail, &BackupDetail::restoreWanted, this, [this] { emit restoreWanted(chosenBackup()); });
    connect(m_detail, &BackupDetail::verifyWanted, this,
            [this](VerifyDepth depth) { emit verifyWanted(chosenBackup(), depth); });
    connect(m_detail, &BackupDetail::holdWanted, this,
            [this](bool hold) { m_acts->change(hold ? BackupAct::Hold : BackupAct::Release, chosenAll()); });
    connect(m_detail, &BackupDetail::deleteWanted, this, [this] { m_acts->askDelete(chosenAll()); });
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(QStringLiteral("backupsSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(m_detail);
    m_splitter->setStretchFactor(0, 5);
    m_splitter->setStretchFactor(1, 4);
}

void BackupsPage::refresh() {
    fetch(0, std::max(kPageRows, static_cast<std::size_t>(m_model.rowCount())));
    m_trash->refresh();
}

void BackupsPage::fetch(std::size_t offset, std::size_t limit) {
    if (offset == 0)
        ++m_generation;
    BackupFilter filter = m_bar->filter(m_context.clock.now());
    filter.sort = m_order.sort;
    filter.descending = m_order.descending;
    filter.offset = offset;
    filter.limit = limit;
    m_context.lookups.run<Page<BackupRecord>>(
        this,
        [&core = m_context.core, filter,
         damaged = m_bar->wantsDamaged()](const CancelToken&) mutable -> Result<Page<BackupRecord>> {
            if (damaged) {
                SALVOR_ASSIGN(const auto found, core.damage());
                filter.ids.emplace();
                for (const auto& [id, damage] : found)
                    filter.ids->push_back(id);
            }
            return core.backupPage(filter);
        },
        [this, generation = m_generation](Result<Page<BackupRecord>> result) {
            if (generation == m_generation)
                take(std::move(result));
        });
    if (offset == 0)
        fetchDamage();
}

/// After the rows, which do not wait for it.
void BackupsPage::fetchDamage() {
    m_context.lookups.run<std::map<std::string, Damage>>(
        this, [&core = m_context.core](const CancelToken&) { return core.damage(); },
        [this, generation = m_generation](Result<std::map<std::string, Damage>> found) {
            if (generation != m_generation)
                return;
            if (found)
                m_texts.setDamage(std::move(*found));
            else
                m_error->showError(found.error());
        });
}

void BackupsPage::take(Result<Page<BackupRecord>> result) {
    if (!result) {
        m_error->showError(result.error());
        return;
    }
    m_error->clear();
    m_loaded = true;
    m_total = result->total;
    if (result->offset == 0)
        m_model.setPage(*result);
    else
        m_model.appendPage(*result);
    chooseWanted();
    showState();
}

void BackupsPage::setSort(int column, Qt::SortOrder order) {
    m_order.sort = sortOf(column);
    m_order.descending = order == Qt::DescendingOrder;
    fetch(0, kPageRows);
    m_table->verticalScrollBar()->setValue(0);
}

void BackupsPage::select(const Selection& selection) {
    if (selection == m_selection && m_loaded)
        return;
    m_selection = selection;
    const auto snapshot = m_context.feed.snapshot();
    const Profile* profile = snapshot ? snapshot->profile(selection.profileUuid.toStdString()) : nullptr;
    const QString server = profile != nullptr ? toQt(profile->title) : selection.profileUuid;
    m_bar->setSelection(
        selection, selection.database.isEmpty() ? server : tr("%1 on %2").arg(selection.database, server));
    m_trash->select(selection);
    if (isVisible())
        fetch(0, kPageRows);
}

void BackupsPage::choose(const BackupChoice& backup) {
    m_mode->setCurrentIndex(ListMode);
    m_wanted = backup;
    m_bar->clear();
}

void BackupsPage::chooseWanted() {
    if (m_wanted.backupId.isEmpty())
        return;
    const BackupChoice wanted = std::exchange(m_wanted, {});
    const QModelIndex found = m_model.indexOfKey(
        BackupListModel::keyOf(wanted.repositoryId.toStdString(), wanted.backupId.toStdString()));
    if (found.isValid()) {
        m_table->setCurrentIndex(m_texts.mapFromSource(found));
        m_table->scrollTo(m_table->currentIndex(), QAbstractItemView::PositionAtCenter);
    } else if (m_total > static_cast<std::uint64_t>(m_model.rowCount())) {
        m_bar->setSearch(wanted.backupId); // further down than what is here
    }
}

void BackupsPage::showMode() {
    const int trashed = m_trash != nullptr ? m_trash->count() : 0;
    m_mode->setTabText(TrashMode, trashed > 0 ? tr("Trash (%1)").arg(trashed) : tr("Trash"));
    m_bar->setVisible(m_mode->currentIndex() == ListMode);
    showState();
}

void BackupsPage::showState() {
    m_bar->setCount(m_loaded ? tr("%n backup(s)", nullptr, static_cast<int>(m_total)) : QString());
    const bool nothing = m_loaded && m_model.rowCount() == 0;
    if (nothing && m_bar->wantsDamaged())
        m_empty->setTexts(
            tr("No backup is known to be damaged"),
            tr("None that fits the filter and what is chosen on the left. Only a verification "
               "finds damage, or a backup run that reads back what it made: “Checked” says when "
               "each was looked at last."),
            tr("&Clear the filter"));
    else if (nothing && m_bar->isNarrowed())
        m_empty->setTexts(tr("No backup fits the filter"),
                          tr("It looks at database, server and id, and only at what is chosen on the left."),
                          tr("&Clear the filter"));
    else if (nothing && m_selection.profileUuid.isEmpty())
        m_empty->setTexts(tr("There is no backup yet"),
                          tr("“Back up now” in the Backup menu makes the first one."));
    else if (nothing && m_context.feed.snapshot() != nullptr &&
             m_context.feed.snapshot()->lacksPolicy(m_selection.profileUuid.toStdString()))
        m_empty->setTexts(tr("No policy backs this server up"),
                          tr("“Protect a database…” in the File menu makes one, and the first backup."));
    else if (nothing)
        m_empty->setTexts(tr("Nothing of this is backed up"),
                          tr("“Back up now” in the Backup menu makes the first backup of it."));
    m_stack->setCurrentWidget(m_mode->currentIndex() == TrashMode ? static_cast<QWidget*>(m_trash)
                              : nothing                           ? static_cast<QWidget*>(m_empty)
                                                                  : m_splitter);
    if (!nothing && m_model.rowCount() > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_texts.index(0, 0));
    showChosen();
}

void BackupsPage::showChosen() {
    const auto chosen = chosenAll();
    const BackupRecord* shown = current();
    m_detail->show(shown, static_cast<int>(chosen.size()), shown ? m_texts.damageOf(*shown) : nullptr);
    const bool some = !chosen.empty();
    m_restore->setEnabled(chosen.size() == 1);
    m_drill->setEnabled(chosen.size() == 1);
    const auto snapshot = m_context.feed.snapshot();
    // What was restored may be on another server than it came from.
    m_restored->setEnabled(chosen.size() == 1 && snapshot != nullptr && !snapshot->profiles.empty());
    m_hold->setEnabled(std::any_of(chosen.begin(), chosen.end(), [](const auto& b) { return !b.held; }));
    m_release->setEnabled(std::any_of(chosen.begin(), chosen.end(), [](const auto& b) { return b.held; }));
    m_delete->setEnabled(some);
    m_copy->setEnabled(some);
    emit choiceChanged();
}

const BackupRecord* BackupsPage::current() const { return m_texts.record(m_table->currentIndex()); }

std::vector<BackupRecord> BackupsPage::chosenAll() const {
    std::vector<BackupRecord> chosen;
    for (const auto& index : m_table->selectionModel()->selectedRows()) {
        if (const BackupRecord* one = m_texts.record(index))
            chosen.push_back(*one);
    }
    return chosen;
}

Selection BackupsPage::chosenSource() const {
    const BackupRecord* record = m_mode->currentIndex() == ListMode ? current() : nullptr;
    return record == nullptr ? Selection{} : Selection{toQt(record->profileUuid), toQt(record->database)};
}

BackupChoice BackupsPage::chosenBackup() const {
    const BackupRecord* record = m_mode->currentIndex() == ListMode ? current() : nullptr;
    return record == nullptr ? BackupChoice{} : BackupChoice{toQt(record->repositoryId), toQt(record->id)};
}

void BackupsPage::acted(const QString& what) {
    m_error->clear();
    m_done->setText(what);
    m_done->show();
    m_context.feed.refresh();
    refresh();
}

void BackupsPage::showMenu(const QPoint& at) {
    if (chosenAll().empty())
        return;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("backupsMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(m_restore);
    menu->addAction(m_drill);
    QMenu* verify = menu->addMenu(Icons::of(Icons::Verify), tr("&Verify"));
    verify->setEnabled(m_restore->isEnabled());
    addVerifyActions(verify, this, [this](VerifyDepth depth) { emit verifyWanted(chosenBackup(), depth); });
    menu->addSeparator();
    for (QAction* action : {m_hold, m_release, m_delete})
        menu->addAction(action);
    menu->addSeparator();
    menu->addAction(m_restored);
    menu->addAction(m_copy);
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

} // namespace salvor

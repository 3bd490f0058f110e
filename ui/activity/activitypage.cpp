// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/activity/activitypage.h"

#include "models/base/json.h"
#include "ui/activity/runningjobs.h"
#include "ui/activity/runtexts.h"
#include "ui/jobs/leftdatabase.h"
#include "ui/main/workspacefeed.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/tables.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace salvor {

namespace {

const QString kEverything = QStringLiteral("");
const QString kChanges = QStringLiteral("changes");
const QString kRuns = QStringLiteral("runs");

struct ActivityQuery {
    RunFilter runs;
    bool withRuns = true;
    bool withChanges = true;
};

Result<std::vector<ActivityEntry>> fetchActivity(Core& core, const ActivityQuery& query) {
    Page<RunRecord> runs;
    if (query.withRuns) {
        SALVOR_ASSIGN(runs, core.runPage(query.runs));
    }
    AuditFilter filter; // also where only runs are listed: it has who began them
    filter.since = query.runs.since;
    filter.limit = query.runs.limit;
    SALVOR_ASSIGN(auto changes, core.auditTrail(filter));
    dropBeginnings(changes);
    if (query.withChanges)
        return mergeActivity(*runs.rows, changes, query.runs.limit);
    auto merged = mergeActivity(*runs.rows, changes, runs.rows->size() + changes.size());
    std::erase_if(merged, [](const ActivityEntry& entry) { return !entry.run; });
    return merged;
}

} // namespace

ActivityPage::ActivityPage(const WindowContext& context, QWidget* parent)
    : WindowPage(parent)
    , m_context(context)
    , m_texts(m_model) {
    setObjectName(QStringLiteral("activityPage"));
    setAccessibleName(tr("Activity"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 10);
    layout->setSpacing(8);
    m_error = new ErrorPanel(this);
    m_running = new RunningJobs(context, this);
    layout->addWidget(m_error);
    layout->addWidget(m_running);
    layout->addWidget(makeBar());
    makeTable();
    m_empty = new EmptyState(this);
    connect(m_empty, &EmptyState::actionWanted, this, &ActivityPage::showEverything);
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(QStringLiteral("activitySplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(makeDetail());
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setSizes({400, 220});
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_splitter);
    m_stack->addWidget(m_empty);
    layout->addWidget(m_stack, 1);
    connect(&context.feed, &WorkspaceFeed::changed, this, &ActivityPage::takeNames);
    showState();
}

QWidget* ActivityPage::makeBar() {
    auto* bar = new QWidget(this);
    m_search = new QLineEdit(bar);
    m_search->setObjectName(QStringLiteral("activitySearch"));
    m_search->setAccessibleName(tr("Search in what the table shows"));
    m_search->setPlaceholderText(tr("Search (Ctrl+F)"));
    m_search->setClearButtonEnabled(true);
    m_search->setMaximumWidth(300);
    connect(m_search, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_texts.setFilterText(text);
        showState();
    });
    auto* find = new QShortcut(QKeySequence::Find, this);
    connect(find, &QShortcut::activated, m_search, [this] { m_search->setFocus(Qt::ShortcutFocusReason); });
    m_kind = new QComboBox(bar);
    m_kind->setObjectName(QStringLiteral("activityKind"));
    m_kind->setAccessibleName(tr("What is listed"));
    m_kind->addItem(tr("Runs and changes"), kEverything);
    m_kind->addItem(tr("All runs"), kRuns);
    for (const char* kind : {"backup", "verify", "restore", "drill", "prune"}) {
        const QString text = runKindText(kind);
        m_kind->addItem(tr("Runs: %1").arg(text), QLatin1String(kind));
    }
    m_kind->addItem(tr("Changes"), kChanges);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &ActivityPage::refresh);
    m_onlyTroubled = new QCheckBox(tr("Only what fai&led or was partial"), bar);
    m_onlyTroubled->setObjectName(QStringLiteral("activityOnlyTroubled"));
    m_onlyTroubled->setAccessibleName(tr("Only what failed or was partial"));
    connect(m_onlyTroubled, &QCheckBox::toggled, this, &ActivityPage::refresh);
    m_onlySince = new QCheckBox(bar);
    m_onlySince->setObjectName(QStringLiteral("activityOnlySince"));
    m_onlySince->hide();
    connect(m_onlySince, &QCheckBox::toggled, this, &ActivityPage::refresh);
    m_count = new QLabel(bar);
    m_count->setObjectName(QStringLiteral("activityCount"));
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    for (QWidget* one : std::initializer_list<QWidget*>{m_search, m_kind, m_onlyTroubled, m_onlySince})
        row->addWidget(one);
    row->addStretch(1);
    row->addWidget(m_count);
    return bar;
}

void ActivityPage::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "activityTable", tr("Runs and changes"));
    m_table->setModel(&m_texts);
    m_table->sortByColumn(ActivityListModel::TimeColumn, Qt::DescendingOrder);
    setColumnWidths(*m_table, {27, 24, 23, 15, 22, 17, 15, 13});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ActivityPage::showChosen);
    connect(&m_texts, &QAbstractItemModel::dataChanged, this, &ActivityPage::showChosen);
    connect(m_table, &QAbstractItemView::activated, this, &ActivityPage::openChosen);
}

QWidget* ActivityPage::makeDetail() {
    auto* inner = new QWidget(this);
    m_summary = new QLabel(inner);
    m_summary->setObjectName(QStringLiteral("runSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    QFont bold = m_summary->font();
    bold.setBold(true);
    m_summary->setFont(bold);
    m_facts = new QLabel(inner);
    m_facts->setObjectName(QStringLiteral("runFacts"));
    m_facts->setTextFormat(Qt::PlainText);
    m_facts->setWordWrap(true);
    m_facts->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_runError = new ErrorPanel(inner);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(0, 8, 0, 0);
    column->addWidget(m_summary);
    column->addWidget(m_runError);
    column->addWidget(m_facts);
    column->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("runDetail"));
    scroll->setAccessibleName(tr("Details of the run or change"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setMinimumHeight(110);
    scroll->setWidget(inner);
    m_show = new QPushButton(Icons::of(Icons::Backups), tr("&Show the backup"), this);
    m_show->setObjectName(QStringLiteral("activityShow"));
    connect(m_show, &QPushButton::clicked, this, &ActivityPage::openChosen);
    m_copy = new QPushButton(Icons::of(Icons::Copy), tr("&Copy"), this);
    m_copy->setObjectName(QStringLiteral("activityCopy"));
    m_copy->setAccessibleName(tr("Copy all of it as text"));
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QStringList texts{m_summary->text(), m_facts->text()};
        if (!m_runError->fullText().isEmpty())
            texts << m_runError->fullText();
        QApplication::clipboard()->setText(texts.join(QStringLiteral("\n\n")));
    });
    m_drop = new QPushButton(Icons::of(Icons::Trash), tr("&Drop what it left…"), this);
    m_drop->setObjectName(QStringLiteral("activityDrop"));
    connect(m_drop, &QPushButton::clicked, this, [this] {
        const ActivityEntry* entry = m_texts.entry(m_table->currentIndex());
        const auto left = entry != nullptr && entry->run ? leftDatabase(*entry->run) : std::nullopt;
        if (left)
            emit dropWanted(left->profileUuid, left->database);
    });
    auto* side = new QWidget(this);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_show);
    buttons->addWidget(m_copy);
    buttons->addWidget(m_drop);
    buttons->addStretch(1);
    auto* all = new QVBoxLayout(side);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(scroll, 1);
    all->addLayout(buttons);
    return side;
}

void ActivityPage::refresh() {
    m_running->refresh();
    ActivityQuery query;
    const QString kind = m_kind->currentData().toString();
    const bool troubled = m_onlyTroubled->isChecked();
    query.withRuns = kind != kChanges;
    query.withChanges = !troubled && (kind == kChanges || kind == kEverything);
    query.runs.profile = fromQt(m_selection.profileUuid);
    query.runs.database = fromQt(m_selection.database);
    query.runs.kind = kind == kRuns || kind == kChanges ? std::string() : fromQt(kind);
    query.runs.onlyTroubled = troubled;
    if (m_onlySince->isChecked())
        query.runs.since = m_since;
    query.runs.limit = kNewest;
    m_context.lookups.run<std::vector<ActivityEntry>>(
        this, [&core = m_context.core, query](const CancelToken&) { return fetchActivity(core, query); },
        [this, generation = ++m_generation](Result<std::vector<ActivityEntry>> result) {
            if (generation == m_generation)
                take(std::move(result));
        });
}

void ActivityPage::take(Result<std::vector<ActivityEntry>> result) {
    if (!result) {
        m_error->showError(result.error());
        return;
    }
    m_error->clear();
    m_loaded = true;
    takeNames();
    m_model.setRows(std::make_shared<const std::vector<ActivityEntry>>(std::move(*result)));
    showState();
}

/// At the start the page may be filled before the first snapshot is there.
void ActivityPage::takeNames() {
    const auto snapshot = m_context.feed.snapshot();
    if (snapshot == nullptr)
        return;
    ActivityNames names;
    for (const auto& profile : snapshot->profiles)
        names[toQt(profile.uuid)] = toQt(profile.title);
    for (const auto& policy : snapshot->policies)
        names[toQt(policy.uuid)] = toQt(policy.title);
    for (const auto& pin : snapshot->repositories)
        names[toQt(pin.id)] = toQt(pin.title);
    if (names == m_names)
        return;
    m_names = std::move(names);
    m_texts.setNames(m_names);
    if (m_loaded)
        showChosen();
}

void ActivityPage::select(const Selection& selection) {
    if (selection == m_selection)
        return;
    m_selection = selection;
    m_texts.setSelection(selection);
    refresh();
}

void ActivityPage::showSince(Instant since, bool onlyTroubled) {
    m_since = since;
    const QString text = tr("Since %1").arg(Format::time(since));
    m_onlySince->setText(text);
    m_onlySince->setAccessibleName(text);
    m_onlySince->show();
    {
        const QSignalBlocker one(m_kind);
        const QSignalBlocker other(m_onlyTroubled);
        const QSignalBlocker third(m_onlySince);
        m_kind->setCurrentIndex(m_kind->findData(kRuns));
        m_onlyTroubled->setChecked(onlyTroubled);
        m_onlySince->setChecked(true);
    }
    refresh();
}

bool ActivityPage::isNarrowed() const {
    return m_onlyTroubled->isChecked() || m_onlySince->isChecked() || m_kind->currentIndex() > 0 ||
           !m_search->text().trimmed().isEmpty();
}

bool ActivityPage::showsAllTroubled() const {
    const QString kind = m_kind->currentData().toString();
    return m_onlyTroubled->isChecked() && !m_onlySince->isChecked() &&
           (kind == kEverything || kind == kRuns) && m_search->text().trimmed().isEmpty();
}

void ActivityPage::showEverything() {
    m_search->clear();
    m_onlyTroubled->setChecked(false);
    m_onlySince->setChecked(false);
    m_kind->setCurrentIndex(0);
}

void ActivityPage::showState() {
    const int shown = m_texts.rowCount();
    const bool cut = m_model.rowCount() == static_cast<int>(kNewest);
    m_count->setText(cut ? tr("%n of the newest %1", nullptr, shown).arg(kNewest)
                         : tr("%n row(s)", nullptr, shown));
    m_count->setVisible(m_loaded);
    const bool nothing = m_loaded && shown == 0;
    if (nothing && showsAllTroubled())
        m_empty->setTexts(tr("Nothing failed"), tr("Of what is chosen on the left, no run failed."),
                          tr("Show &everything"));
    else if (nothing && isNarrowed())
        m_empty->setTexts(tr("Nothing fits"), tr("No run and no change of what is chosen on the left fits."),
                          tr("Show &everything"));
    else if (nothing)
        m_empty->setTexts(tr("Nothing was done yet"),
                          tr("Every backup, verification, restore and change will be listed here."));
    m_stack->setCurrentWidget(nothing ? static_cast<QWidget*>(m_empty) : m_splitter);
    if (shown > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_texts.index(0, 0));
    showChosen();
}

void ActivityPage::showChosen() {
    const ActivityEntry* entry = m_texts.entry(m_table->currentIndex());
    const RunRecord* run = entry != nullptr && entry->run ? &*entry->run : nullptr;
    if (entry == nullptr) {
        m_summary->setText(tr("Nothing is chosen"));
        m_facts->clear();
    } else {
        m_summary->setText(activitySummaryText(*entry, m_names));
        m_facts->setText(activityFactsText(*entry, m_names));
    }
    const auto left = run != nullptr ? leftDatabase(*run) : std::nullopt;
    m_drop->setVisible(left.has_value());
    if (left)
        m_facts->setText(m_facts->text() + QStringLiteral("\n\n") + leftDatabaseText(*left));
    if (run != nullptr && run->error)
        m_runError->showError(*run->error);
    else
        m_runError->clear();
    m_show->setEnabled(!chosenBackup().backupId.isEmpty());
    m_copy->setEnabled(entry != nullptr);
    emit choiceChanged();
}

void ActivityPage::openChosen() {
    if (!chosenBackup().backupId.isEmpty())
        emit showBackupWanted(chosenBackup());
}

BackupChoice ActivityPage::chosenBackup() const {
    const ActivityEntry* entry = m_texts.entry(m_table->currentIndex());
    // A prune names what is gone.
    if (entry == nullptr || !entry->run || entry->run->kind == "prune" || entry->run->backupIds.size() != 1)
        return {};
    return {toQt(entry->run->repositoryId), toQt(entry->run->backupIds.front())};
}

} // namespace salvor

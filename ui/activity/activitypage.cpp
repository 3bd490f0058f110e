// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/activity/activitypage.h"

#include "ui/backups/backuptexts.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"
#include "ui/support/tables.h"

#include <QCheckBox>
#include <QLabel>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace salvor {

namespace {

QString qt(const std::string& text) { return QString::fromStdString(text); }

QString summaryOf(const RunRecord& run) {
    const QString kind = runKindText(run.kind);
    const QString what = run.database.empty()
                             ? qt(run.profileTitle)
                             : ActivityPage::tr("%1 on %2").arg(qt(run.database), qt(run.profileTitle));
    return ActivityPage::tr("%1 of %2: %3", "kind of run, database, outcome")
        .arg(kind.left(1).toUpper() + kind.mid(1), what, StateMark::text(run.outcome));
}

QString factsOf(const RunRecord& run) {
    QStringList lines{ActivityPage::tr("Run %1").arg(qt(run.id))};
    lines << (run.ended
                  ? ActivityPage::tr("From %1 to %2, %3")
                        .arg(Format::timeExact(run.started), Format::timeExact(*run.ended),
                             runDurationText(run))
                  : ActivityPage::tr("Since %1; nobody saw the end").arg(Format::timeExact(run.started)));
    if (run.outcome == RunOutcome::Running)
        lines.last() = ActivityPage::tr("Since %1; still running").arg(Format::timeExact(run.started));
    lines << ActivityPage::tr("Started by %1, on %2").arg(triggerText(run.trigger), qt(run.host));
    if (run.sizeBytes > 0)
        lines << ActivityPage::tr("%1 read, %2 stored")
                     .arg(Format::size(run.sizeBytes), Format::size(run.storedBytes));
    for (const auto& id : run.backupIds)
        lines << ActivityPage::tr("Backup %1").arg(qt(id));
    return lines.join(QLatin1Char('\n'));
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
    layout->addWidget(m_error);
    layout->addWidget(makeBar());
    makeTable();
    m_empty = new EmptyState(this);
    connect(m_empty, &EmptyState::actionWanted, this, [this] { m_onlyTroubled->setChecked(false); });
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
    showState();
}

QWidget* ActivityPage::makeBar() {
    auto* bar = new QWidget(this);
    m_onlyTroubled = new QCheckBox(tr("Only what &failed or was partial"), bar);
    m_onlyTroubled->setObjectName(QStringLiteral("activityOnlyTroubled"));
    m_onlyTroubled->setAccessibleName(tr("Only what failed or was partial"));
    connect(m_onlyTroubled, &QCheckBox::toggled, this, [this](bool only) {
        m_texts.setOnlyTroubled(only);
        showState();
    });
    m_count = new QLabel(bar);
    m_count->setObjectName(QStringLiteral("activityCount"));
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_onlyTroubled);
    row->addSpacing(16);
    row->addWidget(m_count);
    row->addStretch(1);
    return bar;
}

void ActivityPage::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "activityTable", tr("Runs"));
    m_table->setModel(&m_texts);
    m_table->sortByColumn(RunListModel::StartedColumn, Qt::DescendingOrder);
    setColumnWidths(*m_table, {27, 14, 15, 22, 18, 15, 13, 11});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ActivityPage::showChosen);
    connect(&m_texts, &QAbstractItemModel::dataChanged, this, &ActivityPage::showChosen);
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
    scroll->setAccessibleName(tr("Details of the run"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setMinimumHeight(130);
    scroll->setWidget(inner);
    return scroll;
}

void ActivityPage::refresh() {
    m_context.lookups.run<std::vector<RunRecord>>(
        this, [&core = m_context.core](const CancelToken&) { return core.runs(kNewest); },
        [this](Result<std::vector<RunRecord>> result) { take(std::move(result)); });
}

void ActivityPage::take(Result<std::vector<RunRecord>> result) {
    if (!result) {
        m_error->showError(result.error());
        return;
    }
    m_error->clear();
    m_loaded = true;
    m_model.setRows(std::make_shared<const std::vector<RunRecord>>(std::move(*result)));
    showState();
}

void ActivityPage::select(const Selection& selection) {
    m_texts.setSelection(selection);
    showState();
}

void ActivityPage::showState() {
    const int shown = m_texts.rowCount();
    const bool cut = m_model.rowCount() == static_cast<int>(kNewest);
    m_count->setText(cut ? tr("%n run(s), of the newest %1", nullptr, shown).arg(kNewest)
                         : tr("%n run(s)", nullptr, shown));
    m_count->setVisible(m_loaded);
    const bool nothing = m_loaded && shown == 0;
    if (nothing && m_onlyTroubled->isChecked())
        m_empty->setTexts(tr("Nothing failed"), tr("Of what is chosen on the left, no run failed."),
                          tr("Show &all runs"));
    else if (nothing)
        m_empty->setTexts(tr("Nothing was done yet"),
                          tr("Every backup, verification and restore will be listed here."));
    m_stack->setCurrentWidget(nothing ? static_cast<QWidget*>(m_empty) : m_splitter);
    if (shown > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_texts.index(0, 0));
    showChosen();
}

void ActivityPage::showChosen() {
    const RunRecord* run = m_texts.record(m_table->currentIndex());
    m_summary->setText(run != nullptr ? summaryOf(*run) : tr("No run is chosen"));
    m_facts->setText(run != nullptr ? factsOf(*run) : QString());
    if (run != nullptr && run->error)
        m_runError->showError(*run->error);
    else
        m_runError->clear();
    emit choiceChanged();
}

BackupChoice ActivityPage::chosenBackup() const {
    const RunRecord* run = m_texts.record(m_table->currentIndex());
    if (run == nullptr || run->backupIds.size() != 1)
        return {};
    return {qt(run->repositoryId), qt(run->backupIds.front())};
}

} // namespace salvor

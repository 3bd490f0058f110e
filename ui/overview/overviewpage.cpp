// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/overview/overviewpage.h"

#include "ui/overview/historydelegate.h"
#include "ui/policies/policyeditor.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/columnfit.h"
#include "ui/support/columns.h"
#include "ui/support/emptystate.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/statemark.h"
#include "ui/support/tables.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>

#include <algorithm>

namespace salvor {

OverviewPage::OverviewPage(const WindowContext& context, QWidget* parent)
    : WindowPage(parent)
    , m_context(context)
    , m_settings(context.core.config().places)
    , m_texts(m_model) {
    setObjectName(QStringLiteral("overviewPage"));
    setAccessibleName(tr("Overview"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 10);
    layout->setSpacing(10);
    makeBanner(layout);
    makeTable();
    m_empty = new EmptyState(this);
    connect(m_empty, &EmptyState::actionWanted, this, [this] {
        const auto snapshot = m_context.feed.snapshot();
        if (snapshot == nullptr || snapshot->policies.empty() || snapshot->lacksPolicy(chosenProfile()))
            emit protectWanted();
        else
            emit backupWanted({QString::fromStdString(snapshot->policies.front().profileUuid), {}});
    });
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    layout->addWidget(m_stack, 1);
    layout->addWidget(makeActions());
    connect(&m_context.feed, &WorkspaceFeed::changed, this, &OverviewPage::showSnapshot);
    connect(&m_context.feed, &WorkspaceFeed::repositoryInfosChanged, this, &OverviewPage::showSentence);
    updateButtons();
}

void OverviewPage::makeBanner(QVBoxLayout* layout) {
    m_banner = new QFrame(this);
    m_banner->setObjectName(QStringLiteral("overviewBanner"));
    m_banner->setAutoFillBackground(true);
    m_mark = new QLabel(m_banner);
    m_mark->setFixedSize(30, 30);
    m_sentence = new QLabel(m_banner);
    m_sentence->setObjectName(QStringLiteral("overviewSentence"));
    m_sentence->setTextFormat(Qt::PlainText);
    m_sentence->setWordWrap(true);
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_sentence->setToolTip(
        tr("Protected: the last run succeeded, and the newest good backup is no older than the recovery "
           "point "
           "objective of its policy; without one, no two times of the schedule in a row were missed; without "
           "a schedule too, it is at most %1 old. Proven: a backup of it was restored and compared within "
           "the "
           "time that its policy says, else within %2.")
            .arg(Format::distance(std::chrono::duration<double>(kProtectionAge).count()),
                 Format::distance(std::chrono::duration<double>(kProofAge).count())));
    QFont big = m_sentence->font();
    big.setPointSizeF(big.pointSizeF() * 1.3);
    big.setBold(true);
    m_sentence->setFont(big);
    m_asOf = new QLabel(m_banner);
    m_asOf->setObjectName(QStringLiteral("overviewAsOf"));
    m_concerns = new QVBoxLayout;
    m_concerns->setSpacing(4);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(3);
    texts->addWidget(m_sentence);
    texts->addWidget(m_asOf);
    texts->addLayout(m_concerns);
    auto* row = new QHBoxLayout(m_banner);
    row->setContentsMargins(14, 12, 14, 12);
    row->setSpacing(12);
    row->addWidget(m_mark, 0, Qt::AlignTop);
    row->addLayout(texts, 1);
    layout->addWidget(m_banner);
}

void OverviewPage::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "overviewTable", tr("Databases"));
    m_table->setModel(&m_texts);
    auto* history = new HistoryDelegate(m_table);
    history->setProperty(kLeastWidth, HistoryDelegate::widthFor(HistoryDelegate::kFewest));
    m_table->setItemDelegateForColumn(DatabaseListModel::HistoryColumn, history);
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    m_table->sortByColumn(DatabaseListModel::StateColumn, Qt::DescendingOrder);
    setColumnWidths(*m_table, {17, 14, 22, 0, 21, 17, 35, 13, 10});
    m_table->setColumnWidth(DatabaseListModel::HistoryColumn,
                            history->sizeHint(QStyleOptionViewItem(), {}).width());
    m_table->setColumnHidden(DatabaseListModel::SizeColumn, true);
    new ColumnChooser(*m_table, m_settings, QStringLiteral("overview"));
    connect(m_table, &QWidget::customContextMenuRequested, this, &OverviewPage::showMenu);
    connect(m_table, &QAbstractItemView::activated, this, [this] { emit backupsWanted(chosenSource()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &OverviewPage::updateButtons);
}

QWidget* OverviewPage::makeActions() {
    auto* bar = new QWidget(this);
    const auto button = [&](const char* name, const QString& text, Icons::Name icon) {
        auto* made = new QPushButton(Icons::of(icon), text, bar);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        return made;
    };
    m_backUp = button("overviewBackUp", tr("Back &up now"), Icons::Backup);
    m_restore = button("overviewRestore", tr("Restor&e…"), Icons::Restore);
    m_beside = button("overviewBeside", tr("Restore bes&ide…"), Icons::Restore);
    m_beside->setToolTip(tr("Restores the newest good backup into a new database beside the original."));
    m_drill = button("overviewDrill", tr("&Test restore…"), Icons::Verify);
    m_drill->setToolTip(
        tr("Restores the newest good backup for a trial: compared, measured, removed again."));
    m_restored = button("overviewRestored", tr("Restored &databases…"), Icons::Database);
    m_restored->setToolTip(tr("What restores made on a server: swap, undo, drop."));
    m_showBackups = button("overviewBackups", tr("Show b&ackups"), Icons::Backups);
    connect(m_backUp, &QPushButton::clicked, this, [this] { emit backupWanted(chosenSource()); });
    connect(m_restore, &QPushButton::clicked, this, [this] { emit restoreWanted(chosenBackup()); });
    connect(m_beside, &QPushButton::clicked, this, [this] { emit besideWanted(chosenBackup()); });
    connect(m_drill, &QPushButton::clicked, this, [this] { emit drillWanted(chosenBackup()); });
    connect(m_restored, &QPushButton::clicked, this, [this] { emit restoredWanted(serverOfRestored()); });
    connect(m_showBackups, &QPushButton::clicked, this, [this] { emit backupsWanted(chosenSource()); });
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    for (QPushButton* one : {m_backUp, m_restore, m_beside, m_drill, m_restored, m_showBackups})
        row->addWidget(one);
    row->addStretch(1);
    return bar;
}

void OverviewPage::select(const Selection& selection) {
    m_selection = selection;
    m_texts.setSelection(selection);
    if (m_context.feed.snapshot() != nullptr)
        showSnapshot();
}

std::string OverviewPage::chosenProfile() const { return m_selection.profileUuid.toStdString(); }

Selection OverviewPage::chosenSource() const {
    const QModelIndex current = m_table->currentIndex();
    return {current.data(DatabaseListModel::ProfileUuidRole).toString(),
            current.data(DatabaseListModel::DatabaseRole).toString()};
}

QString OverviewPage::serverOfRestored() const {
    const QString ofRow = chosenSource().profileUuid;
    return ofRow.isEmpty() ? m_selection.profileUuid : ofRow;
}

BackupChoice OverviewPage::chosenBackup() const {
    const SourceStanding* status = m_model.record(m_texts.mapToSource(m_table->currentIndex()));
    if (status == nullptr || !status->lastGood)
        return {};
    return {QString::fromStdString(status->lastGood->repositoryId),
            QString::fromStdString(status->lastGood->id)};
}

void OverviewPage::showSnapshot() {
    const auto snapshot = m_context.feed.snapshot();
    m_texts.setNow(snapshot->takenAt);
    m_model.setRows({snapshot, &snapshot->sources});
    m_texts.invalidate();
    showSentence();
    const bool nothing = m_texts.rowCount() == 0;
    if (nothing)
        showEmpty(*snapshot);
    m_stack->setCurrentWidget(nothing ? static_cast<QWidget*>(m_empty) : m_table);
    if (!nothing && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_texts.index(0, 0));
    updateButtons();
    askTheWatch();
}

/// It sees what the table has no row for. Reads this computer's records only, in the background.
void OverviewPage::askTheWatch() {
    // Over a long history it takes long: the rows of another page do not wait behind it, and what changes
    // meanwhile is one more look, however often it changes.
    m_askAgain = m_isAsking;
    if (std::exchange(m_isAsking, true))
        return;
    lookupsOf(*this, "watchLookups")
        .run<std::vector<Finding>>(
            this,
            // Closing the window waits for it no longer than its next step.
            [&core = m_context.core](const CancelToken& cancel) { return lookBesideTheTable(core, cancel); },
            [this](Result<std::vector<Finding>> found) {
                m_isAsking = false;
                if (m_askAgain)
                    askTheWatch();
                if (!found && found.error().isCancelled())
                    return;
                const QString problem = found ? QString() : QString::fromStdString(found.error().message);
                auto findings = found ? std::move(*found) : std::vector<Finding>();
                const bool same =
                    problem == m_watchProblem &&
                    std::ranges::equal(findings, m_findings, {}, &Finding::message, &Finding::message);
                m_findings = std::move(findings);
                m_watchProblem = problem;
                if (!same)
                    showSentence();
            });
}

void OverviewPage::showEmpty(const WorkspaceSnapshot& snapshot) {
    if (snapshot.lacksPolicy(chosenProfile()))
        m_empty->setTexts(
            tr("No policy backs this server up"),
            tr("Backups can be restored to it. Protecting it makes a policy and the first backup."),
            tr("&Protect a database…"));
    else if (!snapshot.sources.empty())
        m_empty->setTexts(tr("Nothing of this server is backed up"),
                          tr("“Back up now” in the Backup menu makes the first backup of it."));
    else if (snapshot.policies.empty())
        m_empty->setTexts(tr("No database is protected"),
                          tr("Choose a server and where its backups are kept."), tr("&Protect a database…"));
    else
        m_empty->setTexts(tr("Everything is set up, but there is no backup yet"),
                          tr("The first backup shows that it works."), tr("Back up &now"));
}

void OverviewPage::showSentence() {
    const auto snapshot = m_context.feed.snapshot();
    if (snapshot == nullptr)
        return;
    OverviewSentence sentence = overviewSentence(*snapshot, m_context.feed.repositoryInfos(),
                                                 m_context.feed.identityProblems(), m_findings);
    if (!m_watchProblem.isEmpty()) {
        sentence.concerns.push_back(
            {tr("What the watch would say is not known: %1").arg(m_watchProblem), {}, {}});
        sentence.tone = Tone::Bad;
    }
    const QPalette palette = QApplication::palette();
    QPalette coloured = palette;
    coloured.setColor(QPalette::Window, Theme::toneBackground(sentence.tone, palette));
    m_banner->setPalette(coloured);
    m_mark->setPixmap(StateMark::icon(sentence.tone).pixmap(QSize(30, 30), devicePixelRatioF()));
    m_sentence->setText(sentence.text);
    m_sentence->setAccessibleName(sentence.text);
    m_asOf->setText(tr("as of %1").arg(Format::time(snapshot->takenAt)));
    showConcerns(sentence.concerns);
}

void OverviewPage::showConcerns(const std::vector<OverviewConcern>& concerns) {
    while (QLayoutItem* item = m_concerns->takeAt(0)) {
        if (item->widget() != nullptr) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    for (const auto& concern : concerns) {
        auto* line = new QWidget(m_banner);
        auto* text = new QLabel(concern.text, line);
        text->setObjectName(QStringLiteral("overviewConcern"));
        text->setTextFormat(Qt::PlainText);
        text->setWordWrap(true);
        auto* row = new QHBoxLayout(line);
        row->setContentsMargins(0, 0, 0, 0);
        row->addWidget(text, 1);
        addRemedies(concern, line, row);
        m_concerns->addWidget(line);
    }
}

void OverviewPage::addRemedies(const OverviewConcern& concern, QWidget* line, QHBoxLayout* row) {
    const auto add = [&](const char* name, const QString& text, const QString& spoken, auto act) {
        auto* button = new QPushButton(text, line);
        button->setObjectName(QLatin1String(name));
        button->setAccessibleName(spoken);
        row->addWidget(button, 0, Qt::AlignTop);
        connect(button, &QPushButton::clicked, this, act);
    };
    if (concern.remedy == OverviewConcern::Remedy::Rehearse)
        add("overviewRehearse", tr("Rehearse…"), tr("Rehearse the recovery"),
            [this, id = concern.repositoryId] { emit rehearsalWanted(id); });
    if (concern.remedy == OverviewConcern::Remedy::RepositoryInfo)
        add("overviewRepositoryInfo", tr("Look…"), tr("Look at the repository"),
            [this, id = concern.repositoryId] { emit repositoryInfoWanted(id); });
    if (!concern.backup.backupId.isEmpty())
        add("overviewRestoreLost", tr("Restore…"), tr("Restore a database that is lost"),
            [this, backup = concern.backup] { emit restoreWanted(backup); });
    if (!concern.policyUuid.isEmpty())
        add("overviewEditPolicy", tr("Edit the policy…"), tr("Edit the policy that this is about"),
            [this, uuid = concern.policyUuid] { editPolicy(uuid); });
}

void OverviewPage::editPolicy(const QString& uuid) {
    const auto snapshot = m_context.feed.snapshot();
    const auto policy = std::ranges::find(snapshot->policies, uuid.toStdString(), &Policy::uuid);
    if (policy == snapshot->policies.end())
        return; // it went meanwhile, and what is said of it goes with the next look
    auto* editor = new PolicyEditor(m_context, *policy, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    connect(editor, &PolicyEditor::saved, this, [this] { m_context.feed.refresh(); });
    editor->open(PolicyEditor::Section::What, {});
}

void OverviewPage::updateButtons() {
    const auto snapshot = m_context.feed.snapshot();
    const Selection source = chosenSource();
    m_backUp->setEnabled(snapshot != nullptr &&
                         snapshot->profile(source.profileUuid.toStdString()) != nullptr);
    // What was restored may be on any of them.
    m_restored->setEnabled(snapshot != nullptr && !snapshot->profiles.empty());
    for (QPushButton* one : {m_restore, m_beside, m_drill})
        one->setEnabled(!chosenBackup().backupId.isEmpty());
    m_showBackups->setEnabled(!source.profileUuid.isEmpty());
    emit choiceChanged();
}

void OverviewPage::showMenu(const QPoint& at) {
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("overviewMenu"));
    menu->setAccessibleName(tr("What can be done with it"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    for (QPushButton* button : {m_backUp, m_restore, m_beside, m_drill, m_restored, m_showBackups}) {
        QAction* action = menu->addAction(button->icon(), button->text());
        action->setEnabled(button->isEnabled());
        connect(action, &QAction::triggered, button, &QPushButton::click);
    }
    menu->popup(m_table->viewport()->mapToGlobal(at));
}

void OverviewPage::changeEvent(QEvent* event) {
    WindowPage::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        showSentence();
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/policiespage.h"

#include "models/base/json.h"
#include "models/policy/enginedefaults.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/workspacefeed.h"
#include "ui/policies/policyeditor.h"
#include "ui/policies/policytransfer.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/tables.h"
#include "ui/timers/timersdialog.h"
#include "ui/timers/timersplandialog.h"
#include "workers/engines.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QTimeZone>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace salvor {

namespace {

/// What its timers make of a policy; nothing: no more than that it has a schedule.
std::optional<PolicyState> stateBy(const PolicyTimersView& timers) {
    if (timers.othersUnits)
        return PolicyState::Applied; // they follow it; the dialog of timers says the rest
    switch (timers.state) {
    case TimersState::Installed:
        return PolicyState::Applied;
    case TimersState::Outdated:
        return PolicyState::Outdated;
    case TimersState::Drift:
        return PolicyState::Drifted;
    case TimersState::NotRunning:
        return PolicyState::NotRunning;
    case TimersState::NotInstalled:
    case TimersState::PolicyGone:
    case TimersState::OtherHome:
        break;
    }
    return std::nullopt;
}

/// The policy's state, where its timers say more than that it has a schedule.
void followTimers(PolicyRow& row, const AllTimersView& timers) {
    for (const auto& one : timers.policies) {
        if (one.timers.policyUuid == row.policy.uuid && !one.timers.timers.empty() &&
            one.timers.state != TimersState::OtherHome && !row.hasTimers) {
            row.hasTimers = true;
            row.timersOfSession = one.userUnits;
        }
    }
    if (row.state != PolicyState::NotApplied)
        return;
    for (const auto& one : timers.policies) {
        const auto state = one.timers.policyUuid == row.policy.uuid ? stateBy(one.timers) : std::nullopt;
        // A timer that runs makes up for one of the other scope that does not.
        if (!state || (*state == PolicyState::NotRunning && row.state == PolicyState::Applied))
            continue;
        row.state = *state;
        row.timersOfSession = one.userUnits;
    }
}

Result<std::vector<PolicyRow>> fetch(Core& core, const TimersRoad& road, Instant now,
                                     const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto policies, core.policies());
    SALVOR_ASSIGN(const auto profiles, core.profiles());
    SALVOR_ASSIGN(const auto pins, core.repositories());
    SALVOR_ASSIGN(const auto timers, timersAsTheyRun(core, road, cancel));
    std::vector<PolicyRow> rows;
    for (const auto& policy : policies) {
        const auto profile = std::ranges::find(profiles, policy.profileUuid, &Profile::uuid);
        const auto pin = std::ranges::find(pins, policy.repositoryId, &RepositoryPin::id);
        rows.push_back(makePolicyRow(policy, profile == profiles.end() ? policy.profileUuid : profile->title,
                                     pin == pins.end() ? policy.repositoryId : pin->title, false, now));
        followTimers(rows.back(), timers);
    }
    return rows;
}

/// What makes its timers follow the policy as it is now, and run.
TimersWish wishFor(const PolicyRow& row) {
    TimersWish wish;
    wish.policies = {row.policy.title};
    wish.userUnits = row.timersOfSession;
    return wish;
}

} // namespace

PoliciesPage::PoliciesPage(const WindowContext& context, QWidget* parent)
    : WindowPage(parent)
    , m_context(context)
    , m_texts(m_model) {
    setObjectName(QStringLiteral("policiesPage"));
    setAccessibleName(tr("Policies"));
    m_call = new BackgroundCall(context.lookups, this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 10);
    layout->setSpacing(8);
    m_error = new ErrorPanel(this);
    makeTable();
    m_empty = new EmptyState(this);
    connect(m_empty, &EmptyState::actionWanted, this, [this] {
        const auto snapshot = m_context.feed.snapshot();
        if (snapshot == nullptr || snapshot->profiles.empty())
            emit protectWanted();
        else
            makeNew();
    });
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    layout->addWidget(m_error);
    layout->addWidget(m_stack, 1);
    layout->addWidget(makeDetail());
    layout->addWidget(makeActions());
    showChosen();
}

void PoliciesPage::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "policiesTable", tr("Policies"));
    m_table->setModel(&m_texts);
    m_table->sortByColumn(PolicyListModel::TitleColumn, Qt::AscendingOrder);
    setColumnWidths(*m_table, {17, 37, 15, 27, 29, 26});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, [this] {
        m_told.clear();
        showChosen();
    });
    connect(&m_texts, &QAbstractItemModel::dataChanged, this, &PoliciesPage::showChosen);
    connect(m_table, &QAbstractItemView::activated, this, [this] {
        if (const PolicyRow* row = chosen())
            edit(row->policy);
    });
}

QWidget* PoliciesPage::makeDetail() {
    m_detail = new QWidget(this);
    const auto label = [this](const char* name) {
        auto* made = new QLabel(m_detail);
        made->setObjectName(QLatin1String(name));
        made->setTextFormat(Qt::PlainText);
        made->setWordWrap(true);
        made->setTextInteractionFlags(Qt::TextSelectableByMouse);
        return made;
    };
    m_title = label("policyName");
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_facts = label("policyFacts");
    m_notes = label("policyNotes");
    m_callBox = new QWidget(m_detail);
    m_command = new QLineEdit(m_callBox);
    m_command->setObjectName(QStringLiteral("policyTimerCall"));
    m_command->setAccessibleName(tr("What a timer of your own can call"));
    m_command->setReadOnly(true);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    auto* copy = new QPushButton(Icons::of(Icons::Copy), tr("&Copy"), m_callBox);
    copy->setObjectName(QStringLiteral("policyTimerCopy"));
    copy->setAccessibleName(tr("Copy the call"));
    connect(copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_command->text()); });
    auto* row = new QHBoxLayout(m_callBox);
    row->setContentsMargins(0, 0, 0, 0);
    m_applyTimers = new QPushButton(tr("&Apply timers…"), m_callBox);
    m_applyTimers->setObjectName(QStringLiteral("policyApplyTimers"));
    m_applyTimers->setAccessibleName(tr("Apply timers"));
    m_applyTimers->setToolTip(tr("Shows what would be installed, then asks"));
    connect(m_applyTimers, &QPushButton::clicked, this, &PoliciesPage::applyTimers);
    row->addWidget(m_applyTimers);
    row->addWidget(m_command, 1);
    row->addWidget(copy);
    auto* column = new QVBoxLayout(m_detail);
    column->setContentsMargins(0, 6, 0, 6);
    column->setSpacing(5);
    column->addWidget(m_title);
    column->addWidget(m_facts);
    column->addWidget(m_notes);
    column->addWidget(m_callBox);
    return m_detail;
}

QWidget* PoliciesPage::makeActions() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    const auto button = [&](const char* name, const QString& text, auto slot) {
        auto* made = new QPushButton(text, bar);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        connect(made, &QPushButton::clicked, this, slot);
        row->addWidget(made);
        return made;
    };
    auto* fresh = button("policyNew", tr("&New policy…"), [this] { makeNew(); });
    fresh->setIcon(Icons::of(Icons::Add));
    m_edit = button("policyEdit", tr("&Edit…"), [this] {
        if (const PolicyRow* chosenRow = chosen())
            edit(chosenRow->policy);
    });
    m_duplicate = button("policyDuplicate", tr("&Duplicate…"), [this] { duplicate(); });
    m_pause = button("policyPause", tr("&Pause"), [this] { pauseOrResume(); });
    m_run = button("policyRun", tr("R&un now"), [this] { runNow(); });
    m_run->setIcon(Icons::of(Icons::Backup));
    m_remove = button("policyRemove", tr("Re&move…"), [this] { askToRemove(); });
    makeTransfer();
    row->addWidget(makeMore(bar));
    row->addStretch(1);
    auto* timers = button("policyTimers", tr("&Timers…"), [this] { showTimers(); });
    timers->setIcon(Icons::of(Icons::Calendar));
    timers->setToolTip(tr("What is installed on this computer, when it runs next, and what differs"));
    return bar;
}

void PoliciesPage::refresh() {
    m_context.lookups.run<std::vector<PolicyRow>>(
        this,
        [&core = m_context.core, road = m_context.timers,
         now = m_context.clock.now()](const CancelToken& cancel) { return fetch(core, road, now, cancel); },
        [this](Result<std::vector<PolicyRow>> rows) { take(std::move(rows)); });
}

void PoliciesPage::take(Result<std::vector<PolicyRow>> rows) {
    if (!rows) {
        if (!rows.error().isCancelled()) {
            m_error->showError(rows.error());
            m_readFailed = true;
        }
        return;
    }
    m_loaded = true;
    if (std::exchange(m_readFailed, false))
        m_error->clear();
    m_model.setRows(std::make_shared<const std::vector<PolicyRow>>(std::move(*rows)));
    if (!m_wanted.isEmpty()) {
        const QModelIndex wanted = m_texts.mapFromSource(m_model.indexOfKey(m_wanted.toStdString()));
        if (wanted.isValid())
            m_table->setCurrentIndex(wanted);
        m_wanted.clear();
    }
    showState();
}

void PoliciesPage::select(const Selection& selection) {
    m_selection = selection;
    m_texts.setSelection(selection);
    showState();
}

void PoliciesPage::showState() {
    const bool nothing = m_loaded && m_texts.rowCount() == 0;
    if (nothing && m_model.rowCount() == 0)
        m_empty->setTexts(
            tr("There is no policy yet"),
            tr("A policy says which databases of a server are backed up, when, and how long the "
               "backups stay."),
            tr("Ma&ke a policy…"));
    else if (nothing)
        m_empty->setTexts(tr("No policy is for what is chosen on the left"),
                          tr("Without a policy its databases are backed up by nobody."),
                          tr("Ma&ke a policy…"));
    m_stack->setCurrentWidget(nothing ? static_cast<QWidget*>(m_empty) : m_table);
    if (!nothing && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_texts.index(0, 0));
    showChosen();
}

const PolicyRow* PoliciesPage::chosen() const { return m_texts.record(m_table->currentIndex()); }

QString PoliciesPage::notesOf(const PolicyRow& row) const {
    QStringList notes;
    if (row.state == PolicyState::NotApplied)
        notes << tr("Not applied on this computer: no timer follows this policy.");
    if (row.state == PolicyState::Outdated)
        notes << tr("Edited since it was applied: the timers on this computer run it as it was then.");
    if (row.state == PolicyState::Drifted)
        notes << tr("Somebody changed its timers on this computer by hand; “Timers…” says which files.");
    if (row.state == PolicyState::NotRunning)
        notes << tr("A timer of it is disabled, stopped or failed, so nothing will start its runs. Applying "
                    "the timers enables and starts it again.");
    if (row.state == PolicyState::Paused)
        notes << tr("Paused: timers skip it. By hand it runs.");
    QStringList idle;
    for (const auto& field : fieldsNotActedOn(row.policy)) {
        if (field != "when.expressions" && field != "when.random_delay_seconds" && field != "retention")
            idle << PolicyTexts::field(field);
    }
    if (!idle.isEmpty())
        notes << tr("Set, but nothing in this version acts on: %1.").arg(idle.join(tr(", ", "list")));
    if (!m_told.isEmpty())
        notes << m_told;
    return notes.join(QLatin1Char('\n'));
}

void PoliciesPage::showChosen() {
    const PolicyRow* row = chosen();
    const bool is = row != nullptr;
    const bool busy = m_call->isRunning();
    m_detail->setVisible(is);
    for (QPushButton* button : {m_edit, m_duplicate, m_pause, m_run, m_remove})
        button->setEnabled(is && !busy);
    m_export->setEnabled(is);
    const QString pauseText = is && row->policy.paused ? tr("Re&sume") : tr("&Pause");
    m_pause->setText(pauseText);
    m_pause->setAccessibleName(QString(pauseText).remove(QLatin1Char('&')));
    if (is) {
        m_title->setText(toQt(row->policy.title));
        QStringList facts{tr("Backs up: %1, of %2 to %3")
                              .arg(PolicyTexts::selection(row->policy.rules), toQt(row->profileTitle),
                                   toQt(row->repositoryTitle)),
                          tr("When: %1").arg(PolicyTexts::schedules(row->policy))};
        if (row->next && !row->policy.paused && row->state == PolicyState::NotApplied)
            facts.last() += tr("; it would be %1, but no timer follows it").arg(Format::time(*row->next));
        else if (row->next && row->state == PolicyState::NotRunning)
            facts.last() += tr("; it would be %1, but its timer does not run").arg(Format::time(*row->next));
        else if (row->next && !row->policy.paused)
            facts.last() += tr("; next %1").arg(Format::time(*row->next));
        facts << tr("Keeps: %1").arg(PolicyTexts::keeps(row->policy.retention));
        if (row->policy.retention)
            facts.last() += tr("; the rest goes by “Prune” on the page Stores, or after each run of a timer");
        m_facts->setText(facts.join(QLatin1Char('\n')));
        const QString notes = notesOf(*row);
        m_notes->setText(notes);
        m_notes->setVisible(!notes.isEmpty());
        m_callBox->setVisible(row->state == PolicyState::NotApplied || row->state == PolicyState::Outdated ||
                              row->state == PolicyState::Drifted || row->state == PolicyState::NotRunning);
        m_command->setText(TimersTexts::call(wishFor(*row)));
        m_command->setToolTip(m_command->text());
        m_command->setCursorPosition(0);
    }
    emit choiceChanged();
}

void PoliciesPage::edit(const Policy& policy, const QString& why) {
    auto* editor = new PolicyEditor(m_context, policy, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    connect(editor, &PolicyEditor::saved, this, [this](const QString& uuid) { done({}, uuid); });
    editor->open(PolicyEditor::Section::None, why);
}

void PoliciesPage::makeTransfer() {
    m_transfer = new PolicyTransfer(m_context, *this);
    connect(m_transfer, &PolicyTransfer::exported, this, [this](const QString& path) {
        m_error->clear();
        m_told = tr("Exported to %1.").arg(path);
        showChosen();
    });
    connect(m_transfer, &PolicyTransfer::wanted, this, [this](const Policy& policy, const QString& why) {
        m_error->clear();
        edit(policy, why);
    });
    connect(m_transfer, &PolicyTransfer::replaced, this, [this](const QString& uuid) { done({}, uuid); });
    connect(m_transfer, &PolicyTransfer::failed, this, [this](const Error& error) {
        m_readFailed = false;
        m_error->showError(error, tr("Nothing was changed."));
    });
}

QToolButton* PoliciesPage::makeMore(QWidget* bar) {
    auto* more = new QToolButton(bar);
    more->setObjectName(QStringLiteral("policyMore"));
    more->setText(tr("M&ore"));
    more->setAccessibleName(tr("More that can be done with policies"));
    more->setPopupMode(QToolButton::InstantPopup);
    more->setFocusPolicy(Qt::StrongFocus);
    more->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    more->setMinimumHeight(m_remove->sizeHint().height());
    auto* acts = new QMenu(more);
    auto* in = acts->addAction(tr("&Import from a file…"), m_transfer, &PolicyTransfer::askForImport);
    in->setObjectName(QStringLiteral("policyImport"));
    m_export = acts->addAction(tr("E&xport to a file…"), this, [this] {
        if (const PolicyRow* row = chosen())
            m_transfer->askForExport(row->policy);
    });
    m_export->setObjectName(QStringLiteral("policyExport"));
    more->setMenu(acts);
    return more;
}

void PoliciesPage::makeNew() {
    const auto snapshot = m_context.feed.snapshot();
    const Profile* profile = snapshot ? snapshot->profile(m_selection.profileUuid.toStdString()) : nullptr;
    if (profile == nullptr && snapshot != nullptr && !snapshot->profiles.empty())
        profile = &snapshot->profiles.front();
    Policy policy = makeDefaultPolicy(profile != nullptr ? profile->uuid : std::string(), {},
                                      snapshot != nullptr && !snapshot->repositories.empty()
                                          ? snapshot->repositories.front().id
                                          : std::string());
    const EngineDescription* engine =
        profile != nullptr ? engineById(engineDescriptions(), profile->engine) : nullptr;
    if (engine != nullptr)
        takeDefaultsOf(*engine, policy);
    policy.uuid = makeUuid();
    policy.revision = 0;
    policy.title = tr("nightly", "name of a new policy").toStdString();
    if (!m_selection.database.isEmpty())
        policy.rules = {{true, m_selection.database.toStdString()}};
    applyPreset(policy, PolicyPreset::EveryNight,
                QString::fromLatin1(QTimeZone::systemTimeZoneId()).toStdString());
    edit(policy);
}

void PoliciesPage::duplicate() {
    const PolicyRow* row = chosen();
    if (row == nullptr)
        return;
    Policy copy = row->policy;
    copy.uuid = makeUuid();
    copy.revision = 0;
    copy.paused = false;
    copy.title = tr("%1, copy").arg(toQt(copy.title)).toStdString();
    edit(copy);
}

void PoliciesPage::pauseOrResume() {
    const PolicyRow* row = chosen();
    if (row == nullptr)
        return;
    m_call->run<Policy>(
        [&core = m_context.core, uuid = row->policy.uuid, paused = !row->policy.paused](const CancelToken&) {
            return core.pausePolicy(uuid, paused);
        },
        [this](Result<Policy> policy) { done(policy ? Result<>() : Result<>(failure(policy.error()))); });
    showChosen();
}

void PoliciesPage::askToRemove() {
    const PolicyRow* row = chosen();
    if (row == nullptr)
        return;
    auto* box = new QMessageBox(QMessageBox::Question, tr("Remove a policy"),
                                tr("Remove the policy “%1”?").arg(toQt(row->policy.title)),
                                QMessageBox::NoButton, this);
    box->setTextFormat(Qt::PlainText);
    box->setObjectName(QStringLiteral("policyRemoveQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    const QString backups =
        tr("Its backups stay until they are deleted by name: no rule is for them any longer.");
    box->setInformativeText(
        row->hasTimers ? backups + QLatin1Char(' ') +
                             tr("Its timers are installed and go on, with backups and deletions by its last "
                                "rules, until they are removed too: the plan for that is shown next.")
                       : backups);
    auto* yes = box->addButton(tr("&Remove"), QMessageBox::DestructiveRole);
    yes->setObjectName(QStringLiteral("policyRemoveConfirm"));
    auto* no = box->addButton(tr("&Keep it"), QMessageBox::RejectRole);
    no->setObjectName(QStringLiteral("policyRemoveKeep"));
    box->setDefaultButton(no);
    box->setEscapeButton(no);
    connect(yes, &QPushButton::clicked, this, [this, row = *row] { remove(row); });
    box->open();
}

void PoliciesPage::remove(const PolicyRow& row) {
    m_call->run<bool>(
        [&core = m_context.core, uuid = row.policy.uuid,
         revision = row.policy.revision](const CancelToken&) -> Result<bool> {
            SALVOR_TRY(core.removePolicy(uuid, revision));
            return true;
        },
        [this, row](Result<bool> removed) {
            done(removed ? Result<>() : Result<>(failure(removed.error())));
            if (removed && row.hasTimers)
                removeTimers(row);
        });
    showChosen();
}

void PoliciesPage::removeTimers(const PolicyRow& row) {
    TimersWish wish;
    wish.kind = TimersWish::Kind::Remove;
    wish.policies = {row.policy.uuid}; // what is installed may have another title
    wish.userUnits = row.timersOfSession;
    auto* dialog = new TimersPlanDialog(m_context.core, m_context.timers, wish, this);
    connect(dialog, &TimersPlanDialog::applied, this, &PoliciesPage::refresh);
    dialog->open();
}

void PoliciesPage::runNow() {
    const PolicyRow* row = chosen();
    if (row == nullptr)
        return;
    BackupJob job;
    job.policy = row->policy.uuid;
    m_context.jobs.start(tr("Backing up by the policy %1").arg(toQt(row->policy.title)), job);
}

void PoliciesPage::applyTimers() {
    const PolicyRow* row = chosen();
    if (row == nullptr)
        return;
    auto* dialog = new TimersPlanDialog(m_context.core, m_context.timers, wishFor(*row), this);
    connect(dialog, &TimersPlanDialog::applied, this, &PoliciesPage::refresh);
    dialog->open();
}

void PoliciesPage::showTimers() {
    auto* dialog = new TimersDialog(m_context.core, m_context.timers, this);
    if (const PolicyRow* row = chosen())
        dialog->choose(row->policy.uuid);
    connect(dialog, &TimersDialog::applied, this, &PoliciesPage::refresh);
    dialog->open();
}

void PoliciesPage::done(const Result<>& result, const QString& chooseUuid) {
    m_readFailed = false;
    if (result)
        m_error->clear();
    else
        m_error->showError(result.error(), tr("The list shows what is saved now."));
    m_wanted = chooseUuid;
    refresh();
    m_context.feed.refresh();
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timers/timersdialog.h"

#include "models/base/json.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/tables.h"
#include "ui/timers/timersplandialog.h"

#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kPathLines = 4;

} // namespace

TimersDialog::TimersDialog(Core& core, TimersRoad road, QWidget* parent)
    : QDialog(parent)
    , m_core(core)
    , m_road(std::move(road)) {
    setObjectName(QStringLiteral("timersDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Timers on this computer"));
    QWidget* owner = parent != nullptr ? parent->window() : this;
    m_call = new BackgroundCall(lookupsOf(*owner, "timersLookups"), this);
    connect(m_call, &BackgroundCall::runningChanged, this, &TimersDialog::showChosen);
    build();
    resize(1000, 500);
    look();
}

void TimersDialog::build() {
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("timersStatusSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_error = new ErrorPanel(this);
    m_table = new QTableView(this);
    setUpTable(*m_table, "timersTable", tr("Timers"));
    m_table->setSortingEnabled(false);
    m_table->setModel(&m_model);
    setColumnWidths(*m_table, {20, 26, 20, 27, 27, 15});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &TimersDialog::showChosen);
    connect(m_table, &QAbstractItemView::activated, this, [this] { openPlan(TimersWish::Kind::Apply); });
    m_advice = new QLabel(this);
    m_advice->setObjectName(QStringLiteral("timersAdvice"));
    m_advice->setTextFormat(Qt::PlainText);
    m_advice->setWordWrap(true);
    m_paths = new QPlainTextEdit(this);
    m_paths->setObjectName(QStringLiteral("timersPaths"));
    m_paths->setAccessibleName(tr("Files that differ, and settings of your own"));
    m_paths->setReadOnly(true);
    m_paths->setTabChangesFocus(true);
    m_paths->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_paths->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_paths->setFixedHeight(m_paths->fontMetrics().lineSpacing() * kPathLines + 14);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(m_summary);
    layout->addWidget(m_error);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_advice);
    layout->addWidget(m_paths);
    layout->addLayout(makeButtons());
}

QLayout* TimersDialog::makeButtons() {
    auto* row = new QHBoxLayout;
    const auto button = [&](const char* name, const QString& text, auto slot) {
        auto* made = new QPushButton(text, this);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        made->setAutoDefault(false);
        connect(made, &QPushButton::clicked, this, slot);
        row->addWidget(made);
        return made;
    };
    m_apply = button("timersApplyAll", tr("&Apply timers…"), [this] { openPlan(TimersWish::Kind::Apply); });
    m_apply->setToolTip(tr("Of every policy that has a schedule; those whose policy is gone are removed"));
    m_remove = button("timersRemove", tr("Re&move…"), [this] { openPlan(TimersWish::Kind::Remove); });
    m_remove->setToolTip(tr("The timers of the chosen policy"));
    m_undo = button("timersUndo", tr("&Undo the last change…"), [this] { openPlan(TimersWish::Kind::Undo); });
    m_again = button("timersLook", tr("&Look again"), [this] { look(); });
    row->addStretch(1);
    auto* close = button("timersStatusClose", tr("Close"), [this] { reject(); });
    close->setDefault(true);
    return row;
}

void TimersDialog::look() {
    if (m_model.rowCount() == 0)
        m_summary->setText(tr("Asking systemd…"));
    m_call->run<AllTimersView>([&core = m_core, road = m_road](
                                   const CancelToken& cancel) { return timersAsTheyRun(core, road, cancel); },
                               [this](Result<AllTimersView> timers) { show(std::move(timers)); });
}

bool TimersDialog::isBusy() const { return m_call->isRunning(); }

void TimersDialog::show(Result<AllTimersView> timers) {
    if (!timers) {
        m_summary->setText(tr("What is installed cannot be told."));
        m_error->showError(timers.error(), tr("Nothing was changed."));
        return;
    }
    m_error->clear();
    if (timers->problem)
        m_error->showError(*timers->problem, tr("What could be read is shown; times may be missing."));
    const auto& all = timers->policies;
    const auto wrong = std::ranges::count_if(
        all, [](const ScopedTimersView& one) { return one.timers.state != TimersState::Installed; });
    m_summary->setText(
        all.empty()  ? tr("No policy has a schedule, and no timer is installed.")
        : wrong == 0 ? tr("Every schedule has its timer, as its policy is now.")
                     : tr("Something is to be done about %n timer(s).", nullptr, static_cast<int>(wrong)));
    if (m_wanted.empty() && chosen() != nullptr)
        m_wanted = chosen()->timers.policyUuid;
    m_model.setTimers(std::move(*timers));
    QModelIndex choice = m_model.index(0, 0);
    for (int row = m_model.rowCount() - 1; row >= 0; --row) {
        if (m_model.policy(m_model.index(row, 0))->timers.policyUuid == m_wanted)
            choice = m_model.index(row, 0);
    }
    m_wanted.clear();
    m_table->setCurrentIndex(choice);
    showChosen();
}

const ScopedTimersView* TimersDialog::chosen() const { return m_model.policy(m_table->currentIndex()); }

void TimersDialog::showChosen() {
    const ScopedTimersView* policy = chosen();
    const bool busy = m_call->isRunning();
    QStringList paths;
    if (policy != nullptr) {
        for (const auto& path : policy->timers.edited)
            paths << tr("edited:   %1").arg(toQt(path));
        for (const auto& path : policy->timers.missing)
            paths << tr("missing:  %1").arg(toQt(path));
        for (const auto& unit : policy->timers.unrecorded)
            paths << tr("not recorded: %1").arg(toQt(unit));
        if (!policy->timers.damagedRecord.empty())
            paths << tr("damaged:  %1").arg(toQt(policy->timers.damagedRecord));
        for (const auto& timer : policy->timers.timers) {
            for (const auto& path : timer.dropIns)
                paths << tr("your own: %1").arg(toQt(path));
        }
    }
    paths.removeDuplicates();
    const QString advice = policy == nullptr ? QString() : TimersTexts::advice(policy->timers);
    m_advice->setText(advice);
    m_advice->setVisible(!advice.isEmpty());
    m_paths->setPlainText(paths.join(QLatin1Char('\n')));
    m_paths->setVisible(!paths.isEmpty());
    const auto& all = m_model.timers();
    m_apply->setEnabled(!busy && !all.policies.empty());
    m_remove->setEnabled(!busy && policy != nullptr && policy->timers.state != TimersState::NotInstalled &&
                         !policy->timers.policyUuid.empty());
    m_undo->setEnabled(!busy && (all.canUndoSystem || all.canUndoUser));
    m_again->setEnabled(!busy);
}

void TimersDialog::openPlan(TimersWish::Kind kind) {
    const ScopedTimersView* policy = chosen();
    TimersWish wish;
    wish.kind = kind;
    // Where they are, or where all that is installed is.
    const auto& all = m_model.timers();
    const auto installed = std::ranges::find_if(all.policies, [](const ScopedTimersView& one) {
        return one.timers.state != TimersState::NotInstalled;
    });
    wish.userUnits = policy != nullptr && policy->timers.state != TimersState::NotInstalled
                         ? policy->userUnits
                         : installed != all.policies.end() && installed->userUnits;
    if (kind == TimersWish::Kind::Undo)
        wish.userUnits = all.canUndoUser && (!all.canUndoSystem || wish.userUnits);
    if (kind == TimersWish::Kind::Remove && policy != nullptr)
        wish.policies = {policy->timers.policyRemoved || policy->timers.policyUnknown
                             ? policy->timers.policyUuid // another may have its title
                             : policy->timers.title};
    auto* dialog = new TimersPlanDialog(m_core, m_road, wish, this);
    connect(dialog, &TimersPlanDialog::applied, this, [this] {
        look();
        emit applied();
    });
    dialog->open();
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timers/timersplandialog.h"

#include "models/base/json.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/busybar.h"
#include "ui/support/errorpanel.h"
#include "ui/support/icons.h"
#include "ui/support/tables.h"

#include <QApplication>
#include <QButtonGroup>
#include <QClipboard>
#include <QFontDatabase>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSplitter>
#include <QSyntaxHighlighter>
#include <QTableView>
#include <QVBoxLayout>

namespace salvor {

namespace {

/// Added and removed lines, by sign as well as by colour.
class DifferenceColours final : public QSyntaxHighlighter {
public:
    using QSyntaxHighlighter::QSyntaxHighlighter;

private:
    void highlightBlock(const QString& text) override {
        const Tone tone = text.startsWith(QLatin1Char('+'))   ? Tone::Good
                          : text.startsWith(QLatin1Char('-')) ? Tone::Bad
                                                              : Tone::Neutral;
        if (tone != Tone::Neutral)
            setFormat(0, static_cast<int>(text.size()), Theme::tone(tone, QApplication::palette()));
    }
};

QString titleOf(TimersWish::Kind kind) {
    return kind == TimersWish::Kind::Apply    ? TimersPlanDialog::tr("Apply timers")
           : kind == TimersWish::Kind::Remove ? TimersPlanDialog::tr("Remove timers")
                                              : TimersPlanDialog::tr("Undo the last change of timers");
}

const char* actionOf(TimersWish::Kind kind) {
    return kind == TimersWish::Kind::Apply    ? "timers.apply"
           : kind == TimersWish::Kind::Remove ? "timers.remove"
                                              : "timers.undo";
}

Result<TimersPlanView> planFor(Core& core, const TimersRoad& road, const TimersWish& wish,
                               const CancelToken& cancel) {
    Timers timers(core, road.setup);
    switch (wish.kind) {
    case TimersWish::Kind::Apply: {
        TimersQuery query;
        query.policies = wish.policies;
        return timers.plan(query, cancel);
    }
    case TimersWish::Kind::Remove:
        return timers.planRemoval(wish.policies, cancel);
    case TimersWish::Kind::Undo:
        break;
    }
    return timers.planUndo(cancel);
}

QLineEdit* readOnlyLine(const char* name, const QString& spoken, QWidget* parent) {
    auto* made = new QLineEdit(parent);
    made->setObjectName(QLatin1String(name));
    made->setAccessibleName(spoken);
    made->setReadOnly(true);
    made->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    return made;
}

} // namespace

TimersPlanDialog::TimersPlanDialog(Core& core, TimersRoad road, TimersWish wish, QWidget* parent)
    : QDialog(parent)
    , m_core(core)
    , m_road(std::move(road))
    , m_wish(std::move(wish)) {
    setObjectName(QStringLiteral("timersPlanDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(titleOf(m_wish.kind));
    QWidget* owner = parent != nullptr ? parent->window() : this;
    m_call = new BackgroundCall(lookupsOf(*owner, "timersLookups"), this);
    connect(m_call, &BackgroundCall::runningChanged, this, &TimersPlanDialog::updateButtons);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(10);
    layout->addLayout(makeHead());
    layout->addWidget(makePlan(), 1);
    layout->addLayout(makeCall());
    m_roadText = new QLabel(this);
    m_roadText->setObjectName(QStringLiteral("timersRoad"));
    m_roadText->setTextFormat(Qt::PlainText);
    m_roadText->setWordWrap(true);
    layout->addWidget(m_roadText);
    m_error = new ErrorPanel(this);
    layout->addWidget(m_error);
    layout->addLayout(makeButtons());
    resize(980, 620);
    plan();
}

QLayout* TimersPlanDialog::makeHead() {
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("timersSummary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    m_summary->setTextInteractionFlags(Qt::TextSelectableByMouse);
    QFont bold = m_summary->font();
    bold.setBold(true);
    m_summary->setFont(bold);
    m_scope = new QButtonGroup(this);
    auto* column = new QVBoxLayout;
    column->addWidget(m_summary);
    const auto choice = [&](const char* name, const QString& text, bool userUnits) {
        auto* made = new QRadioButton(text, this);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        made->setChecked(m_wish.userUnits == userUnits);
        m_scope->addButton(made, userUnits ? 1 : 0);
        column->addWidget(made);
    };
    choice("timersOfComputer", tr("Of this &computer: they run whether you are logged in or not"), false);
    choice("timersOfSession", tr("Of your own &session: without an administrator, and confined less"), true);
    connect(m_scope, &QButtonGroup::idClicked, this, [this](int id) {
        m_wish.userUnits = id == 1;
        plan();
    });
    return column;
}

QWidget* TimersPlanDialog::makePlan() {
    auto* splitter = new QSplitter(this);
    splitter->setObjectName(QStringLiteral("timersSplitter"));
    splitter->setChildrenCollapsible(false);
    m_table = new QTableView(splitter);
    setUpTable(*m_table, "timersPlanTable", tr("What is on the plan"));
    m_table->setSortingEnabled(false);
    m_table->setModel(&m_model);
    setColumnWidths(*m_table, {21, 40});
    m_table->setTextElideMode(Qt::ElideMiddle);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &TimersPlanDialog::showDetail);
    m_detail = new QPlainTextEdit(splitter);
    m_detail->setObjectName(QStringLiteral("timersDifference"));
    m_detail->setAccessibleName(tr("Difference of the chosen file"));
    m_detail->setReadOnly(true);
    m_detail->setTabChangesFocus(true);
    m_detail->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    new DifferenceColours(m_detail->document());
    splitter->addWidget(m_table);
    splitter->addWidget(m_detail);
    splitter->setSizes({480, 460});
    return splitter;
}

QLayout* TimersPlanDialog::makeCall() {
    m_hash = readOnlyLine("timersHash", tr("Hash of the plan"), this);
    m_line = readOnlyLine("timersCall", tr("The call that does the same"), this);
    m_callLabel = new QLabel(this);
    m_callLabel->setObjectName(QStringLiteral("timersCallLabel"));
    m_callLabel->setBuddy(m_line);
    auto* copy = new QPushButton(Icons::of(Icons::Copy), tr("Cop&y"), this);
    copy->setObjectName(QStringLiteral("timersCopy"));
    copy->setAccessibleName(tr("Copy the call"));
    copy->setAutoDefault(false);
    connect(copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_line->text()); });
    auto* label = new QLabel(tr("&Hash of the plan:"), this);
    label->setBuddy(m_hash);
    auto* grid = new QGridLayout;
    grid->addWidget(label, 0, 0);
    grid->addWidget(m_hash, 0, 1, 1, 2);
    grid->addWidget(m_callLabel, 1, 0);
    grid->addWidget(m_line, 1, 1);
    grid->addWidget(copy, 1, 2);
    return grid;
}

QLayout* TimersPlanDialog::makeButtons() {
    m_bar = makeBusyBar(this, "timersBusy");
    const auto button = [this](const char* name, const QString& text) {
        auto* made = new QPushButton(text, this);
        made->setObjectName(QLatin1String(name));
        made->setAutoDefault(false);
        return made;
    };
    m_again = button("timersAgain", tr("&Look again"));
    m_apply = button("timersApply", QString());
    m_close = button("timersClose", tr("Cancel"));
    for (QPushButton* one : {m_apply, m_close})
        one->setAutoDefault(m_wish.unasked); // whoever goes to Apply by keys presses it with Enter
    connect(m_again, &QPushButton::clicked, this, [this] {
        emit applied(); // somebody may have run the line
        plan();
    });
    connect(m_apply, &QPushButton::clicked, this, &TimersPlanDialog::apply);
    connect(m_close, &QPushButton::clicked, this, &TimersPlanDialog::reject);
    auto* row = new QHBoxLayout;
    row->addWidget(m_bar, 1);
    row->addWidget(m_again);
    row->addWidget(m_close);
    row->addWidget(m_apply);
    return row;
}

void TimersPlanDialog::plan() {
    m_road.setup.userUnits = m_wish.userUnits;
    m_plan.reset();
    m_done = false;
    m_error->clear();
    m_model.clear();
    m_detail->clear();
    m_hash->clear();
    m_callLabel->setText(tr("The same as a call:"));
    m_line->setText(TimersTexts::call(m_wish));
    m_line->setCursorPosition(0);
    m_roadText->setText(TimersTexts::road(m_road, m_wish.userUnits));
    m_summary->setText(tr("Working out what would change…"));
    m_call->run<TimersPlanView>(
        [&core = m_core, road = m_road, wish = m_wish](const CancelToken& cancel) {
            return planFor(core, road, wish, cancel);
        },
        [this](Result<TimersPlanView> planned) {
            if (planned) {
                showPlan(*planned);
            } else {
                m_summary->setText(planned.error().isCancelled() ? tr("Stopped.") : tr("There is no plan."));
                m_error->showError(planned.error(), tr("Nothing was changed."));
            }
            updateButtons();
        });
}

void TimersPlanDialog::showPlan(const TimersPlanView& plan) {
    m_plan = plan;
    m_error->clear();
    m_summary->setText(TimersTexts::summary(plan, m_wish.kind));
    m_model.setPlan(plan);
    m_table->setCurrentIndex(m_model.index(0, 0));
    m_hash->setText(toQt(plan.sha256));
    m_hash->setCursorPosition(0);
    updateButtons();
    if (m_wish.unasked)
        m_close->setFocus();
    else if (m_apply->isEnabled())
        m_apply->setFocus();
}

bool TimersPlanDialog::isBusy() const { return m_call->isRunning(); }

void TimersPlanDialog::showDetail() { m_detail->setPlainText(m_model.detail(m_table->currentIndex())); }

void TimersPlanDialog::updateButtons() {
    const bool busy = m_call->isRunning();
    const bool something = m_plan && !(m_plan->changesNothing && m_plan->credentials.empty());
    m_bar->setVisible(busy);
    for (QAbstractButton* one : m_scope->buttons())
        one->setEnabled(!m_applying && !m_done);
    m_apply->setText(m_road.leadsThere() ? titleOf(m_wish.kind) : tr("&Write the plan down"));
    m_apply->setAccessibleName(m_apply->text().remove(QLatin1Char('&')));
    m_apply->setEnabled(!busy && something && !m_done);
    // Enter of the step before is not to install anything.
    m_apply->setDefault(m_apply->isEnabled() && !m_wish.unasked);
    m_close->setDefault(m_wish.unasked || m_done);
    m_apply->setVisible(!m_done);
    m_again->setVisible(!m_applying && (m_done || m_error->isVisibleTo(this)));
    m_again->setEnabled(!busy);
    m_close->setText(m_applying || !m_done ? tr("Cancel") : tr("Close"));
}

void TimersPlanDialog::apply() {
    if (!m_plan)
        return;
    m_applying = true;
    m_error->clear();
    m_summary->setText(m_road.leadsThere() && !m_road.isRoot && !m_wish.userUnits
                           ? tr("Waiting for an administrator, then installing…")
                           : tr("Working…"));
    m_call->run<AppliedTimersView>(
        [&core = m_core, road = m_road, plan = *m_plan,
         action = std::string(actionOf(m_wish.kind))](const CancelToken& cancel) {
            Timers timers(core, road.setup);
            return applyTimersPlan(timers, road, plan, action, cancel);
        },
        [this](Result<AppliedTimersView> done) {
            m_applying = false;
            showApplied(done);
            updateButtons();
            emit applied();
        });
    updateButtons();
}

void TimersPlanDialog::showApplied(const Result<AppliedTimersView>& done) {
    if (done) {
        m_done = true;
        m_model.clear();
        m_detail->clear();
        m_summary->setText(TimersTexts::applied(*done));
        m_roadText->setText(tr("The list of timers shows when they run next."));
        m_close->setFocus();
        return;
    }
    const Error& error = done.error();
    const auto line = error.context.find("command");
    if (line != error.context.end()) {
        m_line->setText(toQt(line->second));
        m_line->setCursorPosition(0);
        m_callLabel->setText(tr("For an administrator:"));
    }
    if (line != error.context.end() && !m_road.leadsThere()) {
        m_done = true; // as far as it goes from here
        m_summary->setText(tr("The plan is written down. Nothing is installed yet."));
        m_roadText->setText(tr("Run the line above in a terminal; sudo asks for the password there. Then "
                               "look again."));
        m_line->setFocus();
        m_line->selectAll();
        return;
    }
    m_summary->setText(TimersTexts::summary(*m_plan, m_wish.kind));
    m_error->showError(error, tr("Timers are installed all or not at all: what was there before is there "
                                 "now. “Look again” compares."));
}

void TimersPlanDialog::reject() {
    if (m_applying)
        m_call->cancel(); // the answer still comes, and says what is
    else
        QDialog::reject();
}

} // namespace salvor

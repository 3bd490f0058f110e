// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calendar/calendarpage.h"

#include "models/base/json.h"
#include "models/schedule/schedulemove.h"
#include "ui/calendar/monthview.h"
#include "ui/calendar/weekview.h"
#include "ui/main/workspacefeed.h"
#include "ui/policies/policyeditor.h"
#include "ui/policies/policytexts.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/tables.h"
#include "ui/timers/timersplandialog.h"

#include <QButtonGroup>
#include <QDate>
#include <QFontDatabase>
#include <QLabel>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSortFilterProxyModel>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace salvor {

namespace {

constexpr std::size_t kNewestRuns = 5000;
constexpr int kNextTimes = 10;

struct Range {
    CalendarDate first;
    int days = 7;
    int markMinutes = WeekView::kMarkMinutes;
    std::string profileUuid; ///< empty: all
};

/// The mark of the table's current row, which are by time; -1: none.
int chosenRow(const QTableView& table) {
    return static_cast<QSortFilterProxyModel*>(table.model())->mapToSource(table.currentIndex()).row();
}

CalendarDate mondayOf(const CalendarDate& date) { return date.plus(-date.weekday()); }

void addRules(CalendarRequest& request, const std::vector<Policy>& policies) {
    for (const auto& policy : policies) {
        for (const auto& [kind, text] : policy.schedules) {
            auto expression = CalendarExpression::parse(text); // in the computer's zone, shown in this one's
            if (!expression)
                continue; // the Policies page says so
            CalendarRule rule;
            rule.policyUuid = policy.uuid;
            rule.policyTitle = policy.title;
            rule.kind = kind;
            rule.profileUuid = policy.profileUuid;
            rule.repositoryId = policy.repositoryId;
            rule.expression = std::move(*expression);
            rule.randomDelay = std::chrono::seconds(policy.randomDelaySeconds.value_or(0));
            rule.expected = usualDuration(request.runs, policy.uuid, policy.profileUuid);
            rule.paused = policy.paused;
            request.rules.push_back(std::move(rule));
        }
    }
}

/// One that runs makes up for one of the other scope that does not.
void addUnfollowed(CalendarPicture& picture, const AllTimersView& timers) {
    const auto followed = followedPolicies(timers);
    for (const auto& one : timers.policies) {
        if (std::ranges::find(followed, one.timers.policyUuid) == followed.end())
            picture.unfollowed.push_back({one.timers.policyUuid, one.timers.state == TimersState::NotRunning,
                                          one.userUnits && one.timers.state != TimersState::NotInstalled});
    }
}

Result<PicturePtr> fetch(Core& core, const TimersRoad& road, const Range& range, Instant now,
                         const CancelToken& cancel) {
    auto picture = std::make_shared<CalendarPicture>();
    CalendarRequest& request = picture->request;
    SALVOR_ASSIGN(request.zone, Zone::local());
    request.first = range.first;
    request.days = range.days;
    request.markMinutes = range.markMinutes;
    request.now = now;
    SALVOR_ASSIGN(picture->policies, core.policies());
    SALVOR_ASSIGN(const auto profiles, core.profiles());
    SALVOR_ASSIGN(request.runs, core.runs(kNewestRuns));
    for (const auto& profile : profiles) {
        if (range.profileUuid.empty() || range.profileUuid == profile.uuid)
            request.lanes.push_back({profile.uuid, profile.title});
    }
    addRules(request, picture->policies);
    SALVOR_ASSIGN(const auto timers, timersAsTheyRun(core, road, cancel));
    addUnfollowed(*picture, timers);
    picture->plan = makeCalendarPlan(request);
    return PicturePtr(picture);
}

} // namespace

CalendarPage::CalendarPage(const WindowContext& context, QWidget* parent)
    : WindowPage(parent)
    , m_context(context) {
    setObjectName(QStringLiteral("calendarPage"));
    setAccessibleName(tr("Calendar"));
    m_fetch = new BackgroundCall(context.lookups, this);
    m_save = new BackgroundCall(context.lookups, this);
    m_error = new ErrorPanel(this);
    m_week = new WeekView(this);
    m_month = new MonthView(this);
    connectGrid(m_week);
    connectGrid(m_month);
    m_tableView = new QTableView(this);
    setUpTable(*m_tableView, "calendarTable", tr("Planned and past runs"));
    m_tableView->setSortingEnabled(false);
    auto* byTime = new QSortFilterProxyModel(this);
    byTime->setSourceModel(&m_table);
    byTime->setSortRole(Qt::UserRole);
    byTime->sort(CalendarTable::WhenColumn);
    m_tableView->setModel(byTime);
    setColumnWidths(*m_tableView, {24, 18, 34, 40});
    connect(m_tableView->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this] { showChosen(chosenRow(*m_tableView)); });
    connect(m_tableView, &QAbstractItemView::activated, this, [this] { activate(chosenRow(*m_tableView)); });
    const auto scrolled = [this](QWidget* view, const char* name) {
        auto* area = new QScrollArea(this);
        area->setObjectName(QLatin1String(name));
        area->setAccessibleName(view->accessibleName());
        area->setFrameShape(QFrame::NoFrame);
        area->setWidgetResizable(true);
        area->setFocusPolicy(Qt::NoFocus);
        area->setWidget(view);
        return area;
    };
    m_views = new QStackedWidget(this);
    m_views->addWidget(scrolled(m_week, "calendarWeekArea"));
    m_views->addWidget(scrolled(m_month, "calendarMonthArea"));
    m_views->addWidget(m_tableView);
    m_empty = new EmptyState(this);
    connect(m_empty, &EmptyState::actionWanted, this, &WindowPage::protectWanted);
    auto* both = new QWidget(this);
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    row->addWidget(m_views, 1);
    row->addWidget(makeSide());
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(both);
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 10, 16, 10);
    layout->setSpacing(8);
    layout->addWidget(m_error);
    layout->addWidget(makeBar());
    layout->addWidget(m_stack, 1);
    showChosen(-1);
}

QWidget* CalendarPage::makeBar() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    const auto button = [&](const char* name, const QString& text, const QString& spoken) {
        auto* made = new QToolButton(bar);
        made->setObjectName(QLatin1String(name));
        made->setText(text);
        made->setAccessibleName(spoken);
        made->setToolTip(spoken);
        row->addWidget(made);
        return made;
    };
    auto* earlier = button("calendarEarlier", QString(), tr("Earlier"));
    earlier->setArrowType(Qt::LeftArrow);
    auto* today = button("calendarToday", tr("&Today"), tr("Today"));
    auto* later = button("calendarLater", QString(), tr("Later"));
    later->setArrowType(Qt::RightArrow);
    connect(earlier, &QToolButton::clicked, this, [this] { go(-1); });
    connect(today, &QToolButton::clicked, this, [this] { go(0); });
    connect(later, &QToolButton::clicked, this, [this] { go(1); });
    m_range = new QLabel(bar);
    m_range->setObjectName(QStringLiteral("calendarRange"));
    m_range->setTextFormat(Qt::PlainText);
    QFont bold = m_range->font();
    bold.setBold(true);
    m_range->setFont(bold);
    row->addSpacing(8);
    row->addWidget(m_range);
    row->addStretch(1);
    m_choice = new QButtonGroup(this);
    const auto choice = [&](const char* name, const QString& text, View view) {
        auto* made = button(name, text, QString(text).remove(QLatin1Char('&')));
        made->setCheckable(true);
        connect(made, &QToolButton::toggled, made, [made](bool on) { // seen in the dark as well
            QFont font = made->font();
            font.setBold(on);
            made->setFont(font);
        });
        m_choice->addButton(made, view);
    };
    choice("calendarAsWeek", tr("&Week"), Week);
    choice("calendarAsMonth", tr("&Month"), Month);
    choice("calendarAsTable", tr("As a tab&le"), Table);
    m_choice->button(Week)->setChecked(true);
    connect(m_choice, &QButtonGroup::idClicked, this, [this](int view) { setView(static_cast<View>(view)); });
    return bar;
}

QWidget* CalendarPage::makeSide() {
    // On a low screen, or with longer words, it scrolls.
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("calendarSide"));
    scroll->setAccessibleName(tr("The chosen run"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setFixedWidth(scroll->fontMetrics().averageCharWidth() * 38);
    auto* side = new QWidget(scroll);
    const auto label = [&](const char* name) {
        auto* made = new QLabel(side);
        made->setObjectName(QLatin1String(name));
        made->setTextFormat(Qt::PlainText);
        made->setWordWrap(true);
        return made;
    };
    m_what = label("calendarWhat");
    m_hint = label("calendarHint");
    m_timesLabel = label("calendarExpression");
    m_times = new QPlainTextEdit(side);
    m_times->setObjectName(QStringLiteral("calendarTimes"));
    m_times->setAccessibleName(tr("The next ten times"));
    m_times->setReadOnly(true);
    m_times->setTabChangesFocus(true);
    m_times->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_times->setFixedHeight(m_times->fontMetrics().lineSpacing() * kNextTimes + 14);
    const auto button = [&](const char* name, const QString& text) {
        auto* made = new QPushButton(text, side);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        return made;
    };
    m_edit = button("calendarEdit", tr("&Edit the policy…"));
    m_applyTimers = button("calendarApplyTimers", tr("&Apply timers…"));
    connect(m_applyTimers, &QPushButton::clicked, this, &CalendarPage::applyTimers);
    m_backups = button("calendarBackups", tr("Show bac&kups"));
    m_undoButton = button("calendarUndo", tr("&Undo the move"));
    connect(m_edit, &QPushButton::clicked, this, [this] {
        const CalendarMark* mark = chosenMark();
        const Policy* policy = mark != nullptr && mark->planned
                                   ? pictured()->policy(pictured()->rule(*mark).policyUuid)
                                   : nullptr;
        if (policy != nullptr)
            edit(*policy, {});
    });
    connect(m_backups, &QPushButton::clicked, this, [this] {
        if (const CalendarMark* mark = chosenMark())
            emit backupsWanted({toQt(pictured()->request.lanes[mark->lane].profileUuid), {}});
    });
    connect(m_undoButton, &QPushButton::clicked, this, &CalendarPage::undo);
    auto* legend = label("calendarLegend");
    legend->setText(tr(
        "Dashed: planned; dotted and faint: no timer that runs follows it. Hatched: it may start that much "
        "later. "
        "The bar at the right of a day: how much "
        "runs at the same time. Drag a planned run, or move it with Ctrl and the arrow keys and Enter: all "
        "runs of its schedule move."));
    legend->setForegroundRole(QPalette::PlaceholderText);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    column->addWidget(m_what);
    column->addWidget(m_timesLabel);
    column->addWidget(m_times);
    column->addWidget(m_edit);
    column->addWidget(m_applyTimers);
    column->addWidget(m_backups);
    column->addWidget(m_hint);
    column->addWidget(m_undoButton);
    column->addStretch(1);
    column->addWidget(legend);
    scroll->setWidget(side);
    return scroll;
}

void CalendarPage::connectGrid(CalendarGrid* grid) {
    connect(grid, &CalendarGrid::chosenChanged, this, &CalendarPage::showChosen);
    connect(grid, &CalendarGrid::activated, this, &CalendarPage::activate);
    connect(grid, &CalendarGrid::moving, this, &CalendarPage::preview);
    connect(grid, &CalendarGrid::moved, this, &CalendarPage::drop);
    connect(grid, &CalendarGrid::moveEnded, this,
            [this] { showChosen(this->grid() != nullptr ? this->grid()->chosen() : -1); });
    // Not at once: what ends a move goes on with the marks that it knows.
    connect(grid, &CalendarGrid::moved, this, &CalendarPage::takeHeld, Qt::QueuedConnection);
    connect(grid, &CalendarGrid::moveEnded, this, &CalendarPage::takeHeld, Qt::QueuedConnection);
    connect(grid, &CalendarGrid::pageWanted, this, &CalendarPage::go);
    connect(grid, &CalendarGrid::undoWanted, this, &CalendarPage::undo);
}

CalendarGrid* CalendarPage::grid() const {
    return m_view == Week ? static_cast<CalendarGrid*>(m_week) : m_view == Month ? m_month : nullptr;
}

const PicturePtr& CalendarPage::pictured() const { return grid() != nullptr ? grid()->picture() : m_picture; }

void CalendarPage::setView(View view) {
    leaveMove();
    m_view = view;
    m_views->setCurrentIndex(view);
    m_choice->button(view)->setChecked(true);
    refresh();
}

void CalendarPage::go(int by) {
    leaveMove();
    if (by == 0)
        m_started = false;
    else if (m_view == Month) {
        const QDate month = QDate(m_first.year, m_first.month, 1).addMonths(by);
        m_first = {month.year(), month.month(), 1};
    } else {
        m_first = mondayOf(m_first).plus(7 * by);
    }
    refresh();
}

void CalendarPage::refresh() {
    const Instant now = m_context.clock.now();
    if (!m_started) {
        const auto zone = Zone::local(); // one small file, read at most once a start
        m_first = dateOf(now, zone ? **zone : *Zone::utc());
        m_started = true;
    }
    Range range;
    range.profileUuid = m_selection.profileUuid.toStdString();
    range.first = mondayOf(m_first);
    if (m_view == Month) {
        const CalendarDate first{m_first.year, m_first.month, 1};
        range.first = mondayOf(first);
        const int days = QDate(first.year, first.month, 1).daysInMonth() + first.weekday();
        range.days = (days + 6) / 7 * 7;
        range.markMinutes = MonthView::kMarkMinutes;
    }
    m_fetch->run<PicturePtr>([&core = m_context.core, road = m_context.timers, range, now](
                                 const CancelToken& cancel) { return fetch(core, road, range, now, cancel); },
                             [this](Result<PicturePtr> picture) { take(std::move(picture)); });
}

void CalendarPage::take(Result<PicturePtr> picture) {
    if (!picture) {
        if (!picture.error().isCancelled())
            m_error->showError(picture.error());
        return;
    }
    // Somebody's run would be pulled out of their hand. That its policy was changed meanwhile is found when
    // it is saved.
    if (grid() != nullptr && grid()->isHeld()) {
        m_held = *picture;
        return;
    }
    m_held.reset();
    m_picture = *picture;
    const CalendarDate& first = m_picture->plan.days.front().date;
    const CalendarDate& last = m_picture->plan.days.back().date;
    const QString zone = toQt(m_picture->request.zone->name());
    if (m_view == Month) {
        m_month->setMonth(m_first.month);
        m_range->setText(tr("%1, %2", "month, zone")
                             .arg(QLocale().toString(QDate(m_first.year, m_first.month, 1),
                                                     tr("MMMM yyyy", "date format")),
                                  zone));
    } else {
        m_range->setText(tr("%1 to %2, %3", "first day, last day, zone")
                             .arg(CalendarTexts::dateOf(first, true),
                                  QLocale().toString(QDate(last.year, last.month, last.day),
                                                     tr("ddd d MMM yyyy", "date format")),
                                  zone));
    }
    (m_view == Month ? static_cast<CalendarGrid*>(m_month) : m_week)->setPicture(m_picture);
    m_table.setPicture(m_picture);
    showState();
    showChosen(grid() != nullptr ? grid()->chosen() : chosenRow(*m_tableView));
}

void CalendarPage::leaveMove() {
    if (grid() != nullptr)
        grid()->leaveMove();
    m_held.reset();
}

void CalendarPage::takeHeld() {
    if (m_held != nullptr)
        take(std::exchange(m_held, nullptr));
}

void CalendarPage::select(const Selection& selection) {
    if (selection != m_selection)
        leaveMove();
    m_selection = selection;
    if (isVisible())
        refresh();
}

void CalendarPage::showState() {
    const bool nothing = m_picture != nullptr && m_picture->request.lanes.empty();
    if (nothing)
        m_empty->setTexts(tr("There is no server yet"),
                          tr("What is planned and what happened stands here, once a database is protected."),
                          tr("&Protect a database…"));
    m_stack->setCurrentIndex(nothing ? 1 : 0);
}

const CalendarMark* CalendarPage::chosenMark() const {
    const int index = grid() != nullptr ? grid()->chosen() : chosenRow(*m_tableView);
    if (pictured() == nullptr || index < 0 || index >= static_cast<int>(pictured()->plan.marks.size()))
        return nullptr;
    return &pictured()->plan.marks[static_cast<std::size_t>(index)];
}

void CalendarPage::showChosen(int) {
    const CalendarMark* mark = chosenMark();
    const bool planned = mark != nullptr && mark->planned;
    m_edit->setVisible(planned);
    m_applyTimers->setVisible(planned && !pictured()->isApplied(pictured()->rule(*mark).policyUuid));
    m_backups->setVisible(mark != nullptr && !planned);
    m_timesLabel->setVisible(planned);
    m_times->setVisible(planned);
    m_undoButton->setVisible(m_undo.has_value());
    m_undoButton->setEnabled(!m_save->isRunning());
    m_hint->setText(m_save->isRunning() ? tr("Saving…") : QString());
    m_hint->setVisible(!m_hint->text().isEmpty());
    if (mark == nullptr) {
        const bool any = pictured() != nullptr && !pictured()->plan.marks.empty();
        m_what->setText(
            any ? tr("Choose a run to see what it is.")
                : tr("Nothing is planned and nothing ran in these days. Schedules are set on the Policies "
                     "page."));
        return;
    }
    QString what = CalendarTexts::full(*pictured(), *mark);
    if (planned) {
        const CalendarRule& rule = pictured()->rule(*mark);
        m_timesLabel->setText(tr("%1\nNext times:").arg(toQt(rule.expression.normalForm())));
        QStringList lines;
        for (const Instant at : rule.expression.between(pictured()->request.now, Instant::max(), kNextTimes))
            lines << PolicyTexts::weekday(dateOf(at, *rule.expression.zone()).weekday(), true) +
                         QLatin1Char(' ') + toQt(rule.expression.zone()->show(at));
        m_times->setPlainText(lines.join(QLatin1Char('\n')));
    }
    m_what->setText(what);
}

void CalendarPage::applyTimers() {
    const CalendarMark* mark = chosenMark();
    if (mark == nullptr || !mark->planned)
        return;
    TimersWish wish;
    const CalendarRule& rule = pictured()->rule(*mark);
    wish.policies = {rule.policyTitle};
    if (const auto* unfollowed = pictured()->unfollowedOf(rule.policyUuid))
        wish.userUnits = unfollowed->ofSession;
    auto* dialog = new TimersPlanDialog(m_context.core, m_context.timers, wish, this);
    connect(dialog, &TimersPlanDialog::applied, this, &CalendarPage::refresh);
    dialog->open();
}

void CalendarPage::activate(int) {
    const CalendarMark* mark = chosenMark();
    if (mark == nullptr)
        return;
    (mark->planned ? m_edit : m_backups)->click();
}

void CalendarPage::preview(int index, int days, int minutes) {
    const PicturePtr picture = pictured();
    const CalendarMark& mark = picture->plan.marks[static_cast<std::size_t>(index)];
    const CalendarRule& rule = picture->rule(mark);
    const ScheduleMove move = moveSchedule(rule.expression, days, minutes);
    std::vector<CalendarMark> ghosts;
    QString hint = PolicyTexts::refusal(move.refusal);
    if (move.refusal == ScheduleMove::Refusal::None) {
        CalendarRequest moved = picture->request;
        moved.runs.clear();
        moved.rules = {rule};
        if (auto expression = CalendarExpression::parse(move.expression))
            moved.rules[0].expression = std::move(*expression);
        ghosts = makeCalendarPlan(moved).marks;
        for (auto& ghost : ghosts)
            ghost.rule = mark.rule;
        hint = tr("All runs of this schedule move: %1. Enter or letting go saves it, Escape leaves it.")
                   .arg(PolicyTexts::schedule(move.expression));
    } else {
        hint += QLatin1Char(' ') + tr("Letting go opens its policy.");
    }
    m_hint->setText(hint);
    m_hint->setVisible(true);
    if (grid() != nullptr)
        grid()->setGhosts(std::move(ghosts));
}

void CalendarPage::drop(int index, int days, int minutes) {
    const PicturePtr picture = pictured();
    const CalendarMark& mark = picture->plan.marks[static_cast<std::size_t>(index)];
    const CalendarRule& rule = picture->rule(mark);
    const Policy* policy = picture->policy(rule.policyUuid);
    showChosen(index);
    if (policy == nullptr)
        return;
    const ScheduleMove move = moveSchedule(rule.expression, days, minutes);
    if (move.refusal != ScheduleMove::Refusal::None)
        edit(*policy, PolicyTexts::refusal(move.refusal));
    else
        saveSchedule(*policy, rule.kind, move.expression, true);
}

void CalendarPage::saveSchedule(Policy policy, const std::string& kind, const std::string& expression,
                                bool canUndo) {
    const Undo before{policy.uuid, kind, policy.schedules[kind]};
    policy.schedules[kind] = expression;
    m_save->run<Policy>(
        [&core = m_context.core, policy](const CancelToken&) { return core.savePolicy(policy); },
        [this, before, canUndo](Result<Policy> saved) {
            if (saved) {
                m_undo = canUndo ? std::optional(before) : std::nullopt;
                m_error->clear();
            } else {
                if (saved.error().code == ErrorCode::Conflict)
                    m_undo.reset(); // what it would bring back is not what stood there before
                m_error->showError(saved.error(),
                                   saved.error().code == ErrorCode::Conflict
                                       ? tr("Nothing was changed; the calendar shows what is saved now.")
                                       : tr("The schedule is as it was."));
            }
            refresh();
            m_context.feed.refresh();
        });
    showChosen(-1);
}

void CalendarPage::undo() {
    if (!m_undo || m_save->isRunning() || m_picture == nullptr)
        return;
    const Policy* policy = m_picture->policy(m_undo->policyUuid);
    if (policy == nullptr)
        return;
    const Undo back = *m_undo;
    saveSchedule(*policy, back.kind, back.expression, false);
}

void CalendarPage::edit(const Policy& policy, const QString& why) {
    auto* editor = new PolicyEditor(m_context, policy, this);
    editor->setAttribute(Qt::WA_DeleteOnClose);
    connect(editor, &PolicyEditor::saved, this, [this] {
        refresh();
        m_context.feed.refresh();
    });
    editor->open(PolicyEditor::Section::When, why);
}

} // namespace salvor

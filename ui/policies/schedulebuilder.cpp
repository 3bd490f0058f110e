// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/schedulebuilder.h"

#include "models/base/json.h"
#include "models/schedule/calendarplan.h"
#include "ui/policies/policytexts.h"
#include "ui/support/theme.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QSpinBox>
#include <QTimeEdit>
#include <QVBoxLayout>

namespace salvor {

namespace {

constexpr int kNextTimes = 10;
constexpr int kByHand = -1;

} // namespace

ScheduleBuilder::ScheduleBuilder(QWidget* parent)
    : QWidget(parent) {
    setObjectName(QStringLiteral("scheduleBuilder"));
    makeChoices();
    makeText();
    auto* first = new QHBoxLayout;
    first->setSpacing(10);
    for (QWidget* part :
         std::initializer_list<QWidget*>{m_kind, m_everyLabel, m_every, m_minuteLabel, m_minute,
                                         m_monthDayLabel, m_monthDay, m_timeLabel, m_time})
        first->addWidget(part);
    first->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(first);
    column->addWidget(m_days);
    column->addWidget(m_textBox);
    setExpression(std::nullopt);
}

void ScheduleBuilder::makeChoices() {
    m_kind = new QComboBox(this);
    m_kind->setObjectName(QStringLiteral("scheduleKind"));
    m_kind->setAccessibleName(tr("How often"));
    const auto add = [this](const QString& text, ScheduleChoice::Kind kind) {
        m_kind->addItem(text, static_cast<int>(kind));
    };
    m_kind->addItem(tr("By hand only"), kByHand);
    add(tr("Every few hours"), ScheduleChoice::Kind::Hourly);
    add(tr("Every day"), ScheduleChoice::Kind::Daily);
    add(tr("On days of the week"), ScheduleChoice::Kind::Weekly);
    add(tr("Every month"), ScheduleChoice::Kind::Monthly);
    add(tr("As a calendar expression"), ScheduleChoice::Kind::Custom);
    const auto label = [this](const QString& text, QWidget* buddy) {
        auto* made = new QLabel(text, this);
        made->setBuddy(buddy);
        return made;
    };
    m_every = new QComboBox(this);
    m_every->setObjectName(QStringLiteral("scheduleEvery"));
    m_every->setAccessibleName(tr("Hours between two runs"));
    for (const int hours : {1, 2, 3, 4, 6, 8, 12})
        m_every->addItem(tr("%n hour(s)", nullptr, hours), hours);
    m_everyLabel = label(tr("each"), m_every);
    m_minute = new QSpinBox(this);
    m_minute->setObjectName(QStringLiteral("scheduleMinute"));
    m_minute->setAccessibleName(tr("Minutes past the hour"));
    m_minute->setRange(0, 59);
    m_minuteLabel = label(tr("minutes past:"), m_minute);
    m_time = new QTimeEdit(this);
    m_time->setObjectName(QStringLiteral("scheduleTime"));
    m_time->setAccessibleName(tr("Time of day"));
    m_time->setDisplayFormat(QStringLiteral("HH:mm"));
    m_timeLabel = label(tr("at"), m_time);
    m_monthDay = new QComboBox(this);
    m_monthDay->setObjectName(QStringLiteral("scheduleMonthDay"));
    m_monthDay->setAccessibleName(tr("Day of the month"));
    for (int day = 1; day <= 28; ++day)
        m_monthDay->addItem(QString::number(day), day);
    m_monthDay->addItem(tr("the last day"), 0);
    m_monthDayLabel = label(tr("on day"), m_monthDay);
    m_days = makeWeekdays();
    connect(m_kind, &QComboBox::currentIndexChanged, this, &ScheduleBuilder::choose);
    connect(m_every, &QComboBox::currentIndexChanged, this, &ScheduleBuilder::choose);
    connect(m_minute, &QSpinBox::valueChanged, this, &ScheduleBuilder::choose);
    connect(m_time, &QTimeEdit::timeChanged, this, &ScheduleBuilder::choose);
    connect(m_monthDay, &QComboBox::currentIndexChanged, this, &ScheduleBuilder::choose);
}

QWidget* ScheduleBuilder::makeWeekdays() {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(14);
    for (int day = 0; day < 7; ++day) {
        auto* check = new QCheckBox(PolicyTexts::weekday(day, true), box);
        check->setObjectName(QStringLiteral("scheduleDay%1").arg(day));
        check->setAccessibleName(PolicyTexts::weekday(day));
        connect(check, &QCheckBox::toggled, this, &ScheduleBuilder::choose);
        m_weekdays[static_cast<std::size_t>(day)] = check;
        row->addWidget(check);
    }
    row->addStretch(1);
    return box;
}

void ScheduleBuilder::makeText() {
    m_textBox = new QWidget(this);
    m_text = new QLineEdit(m_textBox);
    m_text->setObjectName(QStringLiteral("scheduleText"));
    m_text->setAccessibleName(tr("Calendar expression"));
    const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    m_text->setFont(fixed);
    auto* label = new QLabel(tr("Calendar e&xpression:"), m_textBox);
    label->setBuddy(m_text);
    m_note = new QLabel(m_textBox);
    m_note->setObjectName(QStringLiteral("scheduleNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_times = new QPlainTextEdit(m_textBox);
    m_times->setObjectName(QStringLiteral("scheduleTimes"));
    m_times->setAccessibleName(tr("The next ten times"));
    m_times->setReadOnly(true);
    m_times->setTabChangesFocus(true);
    m_times->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_times->setFont(fixed);
    m_times->setFixedHeight(m_times->fontMetrics().lineSpacing() * kNextTimes + 14);
    connect(m_text, &QLineEdit::textEdited, this, [this] {
        readText();
        emit changed();
    });
    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_text, 1);
    auto* column = new QVBoxLayout(m_textBox);
    column->setContentsMargins(0, 0, 0, 0);
    column->addLayout(row);
    column->addWidget(m_note);
    column->addWidget(m_times);
}

void ScheduleBuilder::setNow(Instant now) {
    m_now = now;
    readText();
}

void ScheduleBuilder::setExpression(const std::optional<std::string>& expression) {
    m_quiet = true;
    m_text->setText(expression ? toQt(*expression) : QString());
    if (!expression) {
        showChoice({});
        m_kind->setCurrentIndex(0);
    }
    m_quiet = false;
    readText();
}

std::optional<std::string> ScheduleBuilder::expression() const {
    if (m_kind->currentData().toInt() == kByHand)
        return std::nullopt;
    return m_text->text().trimmed().toStdString();
}

void ScheduleBuilder::choose() {
    showParts();
    if (m_quiet)
        return;
    const int kind = m_kind->currentData().toInt();
    ScheduleChoice choice;
    choice.kind = static_cast<ScheduleChoice::Kind>(kind);
    choice.everyHours = m_every->currentData().toInt();
    const bool hourly = choice.kind == ScheduleChoice::Kind::Hourly;
    choice.minute = hourly ? m_minute->value() : m_time->time().minute();
    choice.hour = m_time->time().hour();
    choice.weekdays = 0;
    for (std::size_t day = 0; day < m_weekdays.size(); ++day)
        choice.weekdays |= m_weekdays[day]->isChecked() ? 1 << day : 0;
    choice.dayOfMonth = m_monthDay->currentData().toInt();
    choice.zone = m_zone;
    if (choice.kind == ScheduleChoice::Kind::Weekly && choice.weekdays == 0) {
        m_problem = tr("Choose at least one day of the week.");
        m_note->setText(m_problem);
        m_times->clear();
    } else if (kind == kByHand) {
        m_problem.clear();
    } else {
        if (choice.kind != ScheduleChoice::Kind::Custom)
            m_text->setText(toQt(toExpression(choice)));
        readText();
        if (choice.kind == ScheduleChoice::Kind::Custom) {
            m_quiet = true; // reading may have recognised it as one of the choices
            m_kind->setCurrentIndex(m_kind->findData(kind));
            m_quiet = false;
            m_text->setFocus();
        }
    }
    emit changed();
}

void ScheduleBuilder::readText() {
    showParts();
    m_problem.clear();
    const std::string text = m_text->text().trimmed().toStdString();
    if (text.empty()) {
        m_times->clear();
        if (m_kind->currentData().toInt() != kByHand)
            m_problem = tr("Write a calendar expression, for example Mon..Fri 02:30.");
        m_note->setText(m_problem);
        return;
    }
    const auto expression = CalendarExpression::parse(text);
    if (!expression) {
        const auto offset = expression.error().context.find("offset");
        const int at =
            offset == expression.error().context.end() ? 0 : QString::fromStdString(offset->second).toInt();
        m_problem = tr("At character %1: %2").arg(at + 1).arg(toQt(expression.error().message));
        m_note->setText(m_problem);
        m_times->setPlainText(m_text->text().trimmed() + QLatin1Char('\n') + QString(at, QLatin1Char(' ')) +
                              QLatin1Char('^'));
        return;
    }
    showChoice(scheduleChoiceOf(*expression));
    showTimes(*expression);
}

void ScheduleBuilder::showTimes(const CalendarExpression& expression) {
    const auto times = expression.between(m_now, Instant::max(), kNextTimes);
    m_note->setText(tr("Normal form: %1. Next times in the zone %2:")
                        .arg(toQt(expression.normalForm()), toQt(expression.zone()->name())));
    QStringList lines;
    for (const Instant at : times)
        lines << PolicyTexts::weekday(dateOf(at, *expression.zone()).weekday(), true) + QLatin1Char(' ') +
                     toQt(expression.zone()->show(at));
    if (times.empty()) {
        m_problem = expression.elapse(m_now).gaveUp
                        ? tr("systemd gives up on this expression; write its hours out.")
                        : tr("This expression never comes again.");
        m_note->setText(m_problem);
    }
    m_times->setPlainText(lines.join(QLatin1Char('\n')));
}

void ScheduleBuilder::showChoice(const ScheduleChoice& choice) {
    m_quiet = true;
    m_zone = choice.zone;
    m_kind->setCurrentIndex(m_kind->findData(static_cast<int>(choice.kind)));
    if (choice.kind == ScheduleChoice::Kind::Hourly) {
        m_every->setCurrentIndex(m_every->findData(choice.everyHours));
        m_minute->setValue(choice.minute);
    } else if (choice.kind != ScheduleChoice::Kind::Custom) {
        m_time->setTime(QTime(choice.hour, choice.minute));
    }
    if (choice.kind == ScheduleChoice::Kind::Weekly || choice.weekdays == 1) {
        for (std::size_t day = 0; day < m_weekdays.size(); ++day)
            m_weekdays[day]->setChecked((choice.weekdays >> day & 1) != 0);
    }
    if (choice.kind == ScheduleChoice::Kind::Monthly)
        m_monthDay->setCurrentIndex(m_monthDay->findData(choice.dayOfMonth));
    m_quiet = false;
    showParts();
}

void ScheduleBuilder::showParts() {
    const int kind = m_kind->currentData().toInt();
    const auto is = [kind](ScheduleChoice::Kind one) { return kind == static_cast<int>(one); };
    const bool hourly = is(ScheduleChoice::Kind::Hourly);
    const bool timed = is(ScheduleChoice::Kind::Daily) || is(ScheduleChoice::Kind::Weekly) ||
                       is(ScheduleChoice::Kind::Monthly);
    for (QWidget* part : std::initializer_list<QWidget*>{m_everyLabel, m_every, m_minuteLabel, m_minute})
        part->setVisible(hourly);
    m_time->setVisible(timed);
    m_timeLabel->setVisible(timed);
    m_monthDay->setVisible(is(ScheduleChoice::Kind::Monthly));
    m_monthDayLabel->setVisible(is(ScheduleChoice::Kind::Monthly));
    m_days->setVisible(is(ScheduleChoice::Kind::Weekly));
    m_textBox->setVisible(kind != kByHand);
}

} // namespace salvor

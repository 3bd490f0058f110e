// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/calendar/calendarpicture.h"

#include "models/base/json.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <QDate>
#include <QLocale>

#include <algorithm>

namespace salvor {

const Policy* CalendarPicture::policy(const std::string& uuid) const {
    const auto found = std::ranges::find(policies, uuid, &Policy::uuid);
    return found == policies.end() ? nullptr : &*found;
}

const CalendarPicture::Unfollowed* CalendarPicture::unfollowedOf(const std::string& policyUuid) const {
    const auto found = std::ranges::find(unfollowed, policyUuid, &Unfollowed::policyUuid);
    return found == unfollowed.end() ? nullptr : &*found;
}

Tone CalendarTexts::tone(const CalendarMark& mark) {
    if (mark.planned)
        return mark.collidesWith.empty() ? Tone::Neutral : Tone::Warning;
    return StateMark::tone(mark.worst);
}

QString CalendarTexts::time(int minuteOfDay) {
    return QStringLiteral("%1:%2")
        .arg(minuteOfDay / 60, 2, 10, QLatin1Char('0'))
        .arg(minuteOfDay % 60, 2, 10, QLatin1Char('0'));
}

QString CalendarTexts::dateOf(const CalendarDate& date, bool brief) {
    const QDate day(date.year, date.month, date.day);
    return QLocale().toString(day,
                              brief ? tr("ddd d MMM", "date format") : tr("dddd d MMMM yyyy", "date format"));
}

QString CalendarTexts::clockChange(const CalendarDay& day) {
    const double seconds = 60.0 * static_cast<double>(std::abs(day.clockChange.count()));
    if (day.clockChange.count() == 0)
        return {};
    const QString by = day.clockChange.count() % 60 == 0
                           ? tr("%1 h").arg(std::abs(day.clockChange.count()) / 60)
                           : Format::distance(seconds);
    return day.clockChange.count() > 0 ? tr("clocks go forward %1").arg(by) : tr("clocks go back %1").arg(by);
}

QString CalendarTexts::day(const CalendarDay& day) {
    const QString change = clockChange(day);
    return change.isEmpty() ? dateOf(day.date, false)
                            : tr("%1, %2", "date, clocks").arg(dateOf(day.date, false), change);
}

QString CalendarTexts::server(const CalendarPicture& picture, const CalendarMark& mark) {
    return toQt(picture.request.lanes[mark.lane].title);
}

QString CalendarTexts::what(const CalendarPicture& picture, const CalendarMark& mark) {
    if (mark.planned) {
        const QString title = toQt(picture.rule(mark).policyTitle);
        return mark.times > 1 ? tr("%1, planned %n time(s)", nullptr, mark.times).arg(title)
                              : tr("%1, planned").arg(title);
    }
    const int count = static_cast<int>(mark.runs.size());
    if (count == 1) {
        const RunRecord& run = picture.request.runs[mark.runs.front()];
        return tr("%1: %2", "database, outcome").arg(toQt(run.database), StateMark::text(run.outcome));
    }
    const auto good = std::ranges::count_if(
        mark.runs, [&](std::size_t run) { return picture.request.runs[run].outcome == RunOutcome::Ok; });
    if (good == count)
        return tr("%n run(s): ok", nullptr, count);
    return tr("%n run(s), %1 ok; the worst %2", nullptr, count).arg(good).arg(StateMark::text(mark.worst));
}

QString CalendarTexts::notes(const CalendarPicture& picture, const CalendarMark& mark) {
    QStringList notes;
    if (!mark.planned)
        return {};
    const CalendarRule& rule = picture.rule(mark);
    if (rule.paused)
        notes << tr("paused: timers skip it");
    if (const auto* unfollowed = picture.unfollowedOf(rule.policyUuid))
        notes << (unfollowed->isOff ? tr("its timer is disabled, stopped or failed: nothing will start it")
                                    : tr("not applied on this computer: no timer follows it as it is now"));
    if (mark.windowMinutes > 0)
        notes << tr("starts up to %1 later").arg(Format::distance(60.0 * mark.windowMinutes));
    if (rule.expected.count() > 0)
        notes << tr("usually takes %1").arg(Format::duration(static_cast<double>(rule.expected.count())));
    QStringList others;
    for (const std::size_t other : mark.collidesWith)
        others << toQt(picture.request.rules[other].policyTitle);
    others.removeDuplicates();
    if (!others.isEmpty())
        notes << tr("collides with %1: the repository takes one run at a time, the later one waits")
                     .arg(others.join(tr(", ", "list")));
    return notes.join(tr("; ", "between notes"));
}

QString CalendarTexts::full(const CalendarPicture& picture, const CalendarMark& mark) {
    const QString notes = CalendarTexts::notes(picture, mark);
    const QString text = tr("%1 %2, %3, %4", "date, time, server, what happens")
                             .arg(dateOf(picture.plan.days[mark.day].date, false), time(mark.beginMinute),
                                  server(picture, mark), what(picture, mark));
    return notes.isEmpty() ? text : tr("%1; %2", "what happens, notes").arg(text, notes);
}

void CalendarTable::setPicture(PicturePtr picture) {
    beginResetModel();
    m_picture = std::move(picture);
    endResetModel();
}

int CalendarTable::rowCount(const QModelIndex& parent) const {
    return parent.isValid() || m_picture == nullptr ? 0 : static_cast<int>(m_picture->plan.marks.size());
}
int CalendarTable::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant CalendarTable::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const CalendarMark& mark = m_picture->plan.marks[static_cast<std::size_t>(index.row())];
    if (role == Qt::UserRole) // for sorting
        return QVariant::fromValue<qlonglong>(mark.at.time_since_epoch().count());
    if (role == Qt::DecorationRole && index.column() == WhatColumn)
        return StateMark::icon(CalendarTexts::tone(mark));
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case WhenColumn:
        return tr("%1 %2", "date, time")
            .arg(CalendarTexts::dateOf(m_picture->plan.days[mark.day].date, true),
                 CalendarTexts::time(mark.beginMinute));
    case ServerColumn:
        return CalendarTexts::server(*m_picture, mark);
    case WhatColumn:
        return CalendarTexts::what(*m_picture, mark);
    default:
        return CalendarTexts::notes(*m_picture, mark);
    }
}

QVariant CalendarTable::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case WhenColumn:
        return tr("When");
    case ServerColumn:
        return tr("Server");
    case WhatColumn:
        return tr("What");
    default:
        return tr("Notes");
    }
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Moving every occurrence of a rule, as a drag in the calendar does: what that makes of its expression, or
// why it is not one movement.
#pragma once

#include "models/schedule/calendarexpression.h"

#include <string>

namespace salvor {

struct ScheduleMove {
    enum class Refusal {
        None,
        SeveralTimes, ///< it has more than one time of day, or seconds
        EveryDay,     ///< it runs every day: another day says nothing
        SeveralDays,  ///< it has more than one weekday, or dates
        LeavesDay,    ///< the new time lies on another day, and it cannot change its days
        Abbreviation, ///< it ends with an abbreviation like CEST: what moves is not clear
    };
    Refusal refusal = Refusal::None;
    std::string expression; ///< in the normal form; empty when it is refused
};

/// `days`: whole days that the drag crosses, as they are shown; `minutes`: by which the time of day moves.
/// Both may be negative. The day at which the expression's own zone arrives follows from both.
ScheduleMove moveSchedule(const CalendarExpression& expression, int days, int minutes);
/// Why it cannot be moved at all, whatever the way; None if it can be moved within a day.
ScheduleMove::Refusal refusalToMove(const CalendarExpression& expression);
/// Whether a drag may change its day.
bool movesAcrossDays(const CalendarExpression& expression);

} // namespace salvor

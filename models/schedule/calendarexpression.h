// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// systemd's calendar expressions ("Mon..Fri *-*-* 02:30:00 Europe/Berlin"): read, written in their normal
// form, and computed as systemd 252 and 257 do. Format: systemd.time(7), CALENDAR EVENTS; in detail
// docs/schedules.md.
#pragma once

#include "models/base/clock.h"
#include "models/base/result.h"
#include "models/schedule/calendarfields.h"
#include "models/schedule/wallclock.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// A value; immutable after parse(), so it may be used by any thread. Nothing but parse() does I/O.
class CalendarExpression {
public:
    /// The first years' and last years' limits of systemd: it never computes a time outside of them.
    static constexpr int kFirstYear = 1970;
    static constexpr int kLastYear = 2199;

    /// `local` is the zone of the computer whose timer it is: expressions without a zone are meant there, and
    /// may end with one of its abbreviations ("CEST"). Reads the zone database for a zone that is named.
    /// InvalidInput; context "expression" and "offset": the character that is wrong, counted from 0, at most
    /// the length of the text. Unsupported: a zone with leap seconds. Corrupt: a broken zone file.
    static Result<CalendarExpression> parse(std::string_view text, const ZonePtr& local);
    /// In the zone of this computer, as systemd does: see Zone::ofComputer(). $TZ changes nothing.
    static Result<CalendarExpression> parse(std::string_view text);

    /// As systemd prints it. parse() accepts it and gives an equal expression.
    std::string normalForm() const;
    /// The zone it is computed in.
    const ZonePtr& zone() const { return m_zone; }
    /// True if the expression itself says its zone: then it means the same everywhere.
    bool hasZone() const { return m_fields.utc || !m_fields.zoneName.empty(); }
    const CalendarFields& fields() const { return m_fields; }

    /// What a search for the next time ended with.
    struct Elapse {
        std::optional<Instant> at;
        /// systemd stops after 1,000 steps, with an error in its journal, or (only with an abbreviation at
        /// the end) comes back to a time that is not later, again and again.
        bool gaveUp = false;
    };
    Elapse elapse(Instant after, SystemdRules rules = SystemdRules::V257) const;
    /// The first time later than `after`; nothing if there is none up to the end of 2199.
    std::optional<Instant> next(Instant after, SystemdRules rules = SystemdRules::V257) const {
        return elapse(after, rules).at;
    }
    /// Times later than `after` and not later than `until`, ascending, at most `most`.
    std::vector<Instant> between(Instant after, Instant until, std::size_t most,
                                 SystemdRules rules = SystemdRules::V257) const;

private:
    CalendarFields m_fields;
    ZonePtr m_zone;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How figures are written everywhere in the window: one unit system, times with their zone.
#pragma once

#include "models/base/clock.h"

#include <QCoreApplication>
#include <QString>

#include <cstdint>
#include <string>

namespace salvor {

class Format {
    Q_DECLARE_TR_FUNCTIONS(Format)

public:
    static QString size(std::uint64_t bytes);   ///< "1.4 GB", powers of ten
    static QString rate(double bytesPerSecond); ///< "38.2 MB/s"
    static QString count(std::uint64_t number); ///< with separators of thousands
    static QString items(std::uint64_t number); ///< "1 item", "214 items"
    static QString rows(std::uint64_t number);  ///< "1 row", "405,000 rows"
    static QString time(Instant instant);       ///< local, with its zone: "21 Nov 2026 08:40 CET"
    /// "21 Nov 08:40 CET": without the year where that is `now`'s.
    static QString timeShort(Instant instant, Instant now);
    /// What the layers below say, in English: UTC times in it ("2026-11-21T07:40:00Z") become local ones, and
    /// calls of salvorctl the window's controls.
    static QString told(const std::string& text);
    static QString date(Instant instant);             ///< local: "21 Nov 2026"
    static QString utc(Instant instant);              ///< "2026-11-21", with the time unless it is midnight
    static QString timeExact(Instant instant);        ///< with seconds
    static QString ago(Instant instant, Instant now); ///< "3 h ago", "just now", "in 2 min"
    static QString distance(double seconds);          ///< coarse: "6 h", "2 days"
    static QString duration(double seconds);          ///< "3.4 s", "1 min 05 s", "2 h 10 min"
    /// The same of what was done between the two; "under 1 s" where that was too short, or they are known in
    /// whole seconds only.
    static QString took(Instant started, Instant ended);
    static QString left(double seconds); ///< coarse: "about 3 min left"
};

} // namespace salvor

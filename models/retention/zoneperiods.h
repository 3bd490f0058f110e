// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Names of the hour, day, week, month and year in which an instant falls, in one time zone.
#pragma once

#include "models/base/clock.h"

#include <QTimeZone>

#include <string>

namespace salvor {

struct ZonePeriods {
    std::string hour;  ///< "2026-10-25T02+01:00": with its offset, as an hour that comes twice is two
    std::string day;   ///< "2026-10-25"
    std::string week;  ///< ISO 8601: "2026-W43"
    std::string month; ///< "2026-10"
    std::string year;  ///< "2026"
};

ZonePeriods zonePeriods(Instant instant, const QTimeZone& zone);

} // namespace salvor

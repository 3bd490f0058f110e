// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core values as the types that Qt's views know. No text for people.
#pragma once

#include "models/base/clock.h"

#include <QDateTime>
#include <QTimeZone>

#include <optional>

namespace salvor {

/// In UTC, to the millisecond.
inline QDateTime toQDateTime(Instant instant) {
    const auto milliseconds =
        std::chrono::floor<std::chrono::milliseconds>(instant).time_since_epoch().count();
    return QDateTime::fromMSecsSinceEpoch(milliseconds, QTimeZone::utc());
}

/// An invalid QDateTime where there is none.
inline QDateTime toQDateTime(const std::optional<Instant>& instant) {
    return instant ? toQDateTime(*instant) : QDateTime();
}

} // namespace salvor

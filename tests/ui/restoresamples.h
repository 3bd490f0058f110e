// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of restores and of restored databases share.
#pragma once

#include "models/base/clock.h"
#include "models/profile.h"

#include <QString>
#include <QWidget>

namespace salvor::test {

inline const Instant kNow =
    Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + std::chrono::hours(7);

inline Profile profileOf(const std::string& uuid, const std::string& title) {
    Profile profile;
    profile.uuid = uuid;
    profile.title = title;
    profile.engine = "postgresql";
    profile.host = title + ".example.org";
    profile.user = "salvor";
    profile.secretKind = "file";
    return profile;
}

/// Of the error that is to be seen; empty: none is.
inline QString shownError(const QWidget& window) {
    for (const QWidget* panel : window.findChildren<QWidget*>(QStringLiteral("errorPanel"))) {
        if (panel->isVisible())
            return panel->accessibleDescription();
    }
    return {};
}

} // namespace salvor::test

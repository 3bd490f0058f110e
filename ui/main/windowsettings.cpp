// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/windowsettings.h"

#include <array>
#include <utility>

namespace salvor {

namespace {

const std::array kThemes = {
    std::pair{ThemeChoice::System, "system"},
    std::pair{ThemeChoice::Light, "light"},
    std::pair{ThemeChoice::Dark, "dark"},
    std::pair{ThemeChoice::HighContrast, "high-contrast"},
};

const std::array kNotify = {
    std::pair{NotifyChoice::Always, "always"},
    std::pair{NotifyChoice::Troubled, "troubled"},
    std::pair{NotifyChoice::Never, "never"},
};

} // namespace

QRect firstWindowPlace(const QRect& available) {
    constexpr QSize kLeast(1200, 720);
    constexpr QSize kMost(1680, 1000);
    constexpr QSize kFrame(16, 44); // no desktop says it before the window is there; title bars have up to 40
    const QSize share(available.width() * 85 / 100, available.height() * 88 / 100);
    const QSize size = share.boundedTo(kMost).expandedTo(kLeast).boundedTo(available.size() - kFrame);
    const QSize around = available.size() - size - kFrame;
    return {available.topLeft() + QPoint(around.width() / 2, around.height() / 2), size};
}

WindowSettings::WindowSettings(const Places& places)
    : m_file(QString::fromStdString(places.config) + QStringLiteral("/window.ini"), QSettings::IniFormat) {}

ThemeChoice WindowSettings::theme() const {
    const QString name = m_file.value(QStringLiteral("window/theme")).toString();
    for (const auto& [choice, text] : kThemes) {
        if (name == QLatin1String(text))
            return choice;
    }
    return ThemeChoice::System;
}

NotifyChoice WindowSettings::notify() const {
    const QString name = m_file.value(QStringLiteral("window/notify")).toString();
    for (const auto& [choice, text] : kNotify) {
        if (name == QLatin1String(text))
            return choice;
    }
    return NotifyChoice::Always;
}

void WindowSettings::setNotify(NotifyChoice choice) {
    for (const auto& [one, text] : kNotify) {
        if (one == choice)
            m_file.setValue(QStringLiteral("window/notify"), QLatin1String(text));
    }
}

void WindowSettings::setTheme(ThemeChoice choice) {
    for (const auto& [one, text] : kThemes) {
        if (one == choice)
            m_file.setValue(QStringLiteral("window/theme"), QLatin1String(text));
    }
}

} // namespace salvor

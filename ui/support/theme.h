// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The three palettes over Fusion, and the few colours that carry meaning.
#pragma once

#include <QColor>
#include <QObject>
#include <QPalette>

class QApplication;

namespace salvor {

/// What a state looks like: always a shape as well as a colour.
enum class Tone { Neutral, Good, Warning, Bad, Running };

/// Which palette; System follows the lightness of the system's palette (Qt 6.4 has no colour scheme).
enum class ThemeChoice { System, Light, Dark, HighContrast };

/// Applies a palette to the application. Lives in the window's thread.
class Theme : public QObject {
    Q_OBJECT

public:
    explicit Theme(QApplication& application);
    ThemeChoice choice() const { return m_choice; }
    void apply(ThemeChoice choice);

    static QPalette light();
    static QPalette dark();
    static QPalette highContrast();
    /// Colour of a tone on the given palette's base; contrast at least 4.5:1 on Base and Window.
    static QColor tone(Tone tone, const QPalette& palette);
    /// A faint background of that tone.
    static QColor toneBackground(Tone tone, const QPalette& palette);
    static bool isDark(const QPalette& palette);
    /// WCAG 2.1 contrast ratio of two opaque colours, 1 to 21.
    static double contrast(const QColor& one, const QColor& other);

private:
    QPalette m_system;
    ThemeChoice m_choice = ThemeChoice::System;
};

} // namespace salvor

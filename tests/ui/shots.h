// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of windows, each checked while it is taken.
#pragma once

#include <QSize>
#include <QStringList>
#include <QWidget>

namespace salvor::test {

/// Writes FOLDER/NAME-SUFFIX.png for each window and looks for what is squeezed, cut off, covered or off the
/// screen. On the window's thread.
class Shots {
public:
    /// `screen` in device-independent pixels: no window may be larger.
    Shots(QString folder, QString suffix, QSize screen);

    /// Shows the window, waits until it is painted, takes the picture. False: it cannot be written.
    bool take(QWidget& window, const QString& name);
    /// Everything found so far, as sentences that begin with the picture's name.
    const QStringList& problems() const { return m_problems; }
    /// Texts that did not come through tr(), with where they stand; told only in the pseudo-locale.
    const QStringList& untranslated() const { return m_untranslated; }
    bool good() const { return m_good; }
    const QSize& screen() const { return m_screen; }

private:
    QString m_folder;
    QString m_suffix;
    QSize m_screen;
    QStringList m_problems;
    QStringList m_untranslated;
    bool m_good = true;
};

} // namespace salvor::test

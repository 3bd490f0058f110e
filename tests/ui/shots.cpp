// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shots.h"

#include "ui/widgetchecks.h"

#include <QTest>

#include <cstdio>
#include <utility>

namespace salvor::test {

namespace {

constexpr int kSettling = 1500; // milliseconds

} // namespace

Shots::Shots(QString folder, QString suffix, QSize screen)
    : m_folder(std::move(folder))
    , m_suffix(std::move(suffix))
    , m_screen(screen) {}

bool Shots::take(QWidget& window, const QString& name) {
    window.show();
    QTest::qWait(50);  // for what is painted later: icons, elided texts
    QStringList found; // a layout that still moves is none yet
    (void)QTest::qWaitFor(
        [&] {
            found = layoutProblems(window, m_screen);
            return found.isEmpty();
        },
        kSettling);
    found << untranslatedControls(window);
    for (const QString& problem : found)
        m_problems << name + QStringLiteral(": ") + problem;
    const QStringList plain = untranslatedTexts(window);
    for (const QString& text : plain) {
        if (!m_untranslated.contains(text))
            m_untranslated << text;
    }
    const QString file = m_folder + QLatin1Char('/') + name + m_suffix + QStringLiteral(".png");
    if (window.grab().save(file))
        return true;
    std::fprintf(stderr, "cannot write %s\n", qPrintable(file));
    m_good = false;
    return false;
}

} // namespace salvor::test

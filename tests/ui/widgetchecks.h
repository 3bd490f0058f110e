// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every window: names for screen readers, names for tests, nothing squeezed.
#pragma once

#include <QStringList>
#include <QTest>
#include <QWidget>

namespace salvor::test {

/// Every visible control without an object name or without an accessible name, as sentences.
QStringList nameProblems(const QWidget& window);
/// Every visible control that is smaller than its minimum size hint, or a label or button whose text does not
/// fit.
QStringList sizeProblems(const QWidget& window);

/// The child of that object name; fails the test and returns null when there is none.
template <typename T>
T* child(const QWidget& window, const char* name) {
    T* found = window.findChild<T*>(QLatin1String(name));
    if (found == nullptr)
        QTest::qFail(name, __FILE__, __LINE__);
    return found;
}

inline void click(QWidget* widget) { QTest::mouseClick(widget, Qt::LeftButton); }
/// Replaces what the field holds, by keys.
inline void type(QWidget* field, const QString& text) {
    field->setFocus();
    QTest::keyClick(field, Qt::Key_A, Qt::ControlModifier);
    QTest::keyClick(field, Qt::Key_Delete);
    QTest::keyClicks(field, text);
}

} // namespace salvor::test

#define CHECK_NONE(problems)                                                                                 \
    do {                                                                                                     \
        const QStringList checkProblems_ = (problems);                                                       \
        QVERIFY2(checkProblems_.isEmpty(), qPrintable(checkProblems_.join(QLatin1Char('\n'))));              \
    } while (false)

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Finding controls by name, and using them as a person does.
#pragma once

#include <QStringList>
#include <QTest>
#include <QWidget>

namespace salvor::test {

/// The child of that object name; fails the test and returns null when there is none.
template <typename T>
T* child(const QWidget& window, const char* name) {
    T* found = window.findChild<T*>(QLatin1String(name));
    if (found == nullptr)
        QTest::qFail(name, __FILE__, __LINE__);
    return found;
}

inline void click(QWidget* widget) { QTest::mouseClick(widget, Qt::LeftButton); }
/// A check box may be wider than what it reacts to.
inline void tick(QWidget* box) {
    box->setFocus();
    QTest::keyClick(box, Qt::Key_Space);
}
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

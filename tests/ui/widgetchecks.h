// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every window: names for screen readers, names for tests, nothing squeezed.
#pragma once

#include "ui/clicks.h"
#include "ui/keychecks.h"

#include <QStringList>

namespace salvor::test {

/// Every visible control without an object name or without an accessible name, as sentences.
QStringList nameProblems(const QWidget& window);
/// Every visible control that is smaller than its minimum size hint, or a label or button whose text does not
/// fit.
QStringList sizeProblems(const QWidget& window);
/// sizeProblems(), mnemonicProblems(), trapProblems(), and: a window larger than the screen, a control
/// outside its window or over another one, and a cell or column head that is cut off and has no tooltip. The
/// window is shown.
QStringList layoutProblems(const QWidget& window, const QSize& screen);
/// In the pseudo-locale: the texts of buttons, tabs, column heads and titles that did not come through tr();
/// nothing in any other.
QStringList untranslatedControls(const QWidget& window);
/// The same of labels, fields, choices and tooltips, where data of the workspace stand too.
QStringList untranslatedTexts(const QWidget& window);

} // namespace salvor::test

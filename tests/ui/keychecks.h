// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every window by keys. In salvor_widget_checks.
#pragma once

#include <QStringList>

class QWidget;

namespace salvor::test {

/// Every letter behind Alt that belongs to two things of the window or of one menu, and every "&" that is
/// shown instead of underlining a letter. Looks at what is visible.
QStringList mnemonicProblems(const QWidget& window);
/// Tables whose cells Tab walks, and begins anew: what follows is reached by no key.
QStringList trapProblems(const QWidget& window);

} // namespace salvor::test

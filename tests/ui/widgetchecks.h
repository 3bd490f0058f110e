// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What holds for every window: names for screen readers, names for tests, nothing squeezed.
#pragma once

#include "ui/clicks.h"

#include <QStringList>

namespace salvor::test {

/// Every visible control without an object name or without an accessible name, as sentences.
QStringList nameProblems(const QWidget& window);
/// Every visible control that is smaller than its minimum size hint, or a label or button whose text does not
/// fit.
QStringList sizeProblems(const QWidget& window);

} // namespace salvor::test

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done to a database that a restore made.
#pragma once

#include <QMetaType>

namespace salvor {

enum class RestoredAct { Show, Swap, Undo, Drop };

} // namespace salvor

Q_DECLARE_METATYPE(salvor::RestoredAct)

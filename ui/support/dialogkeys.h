// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Enter in dialogs that ask for a typed name.
#pragma once

class QDialog;
class QKeyEvent;

namespace salvor {

/// For keyPressEvent(): Enter on a button that is not the default one presses that button. QDialog would
/// press the default one: "Forget it", with the focus on Cancel. False: it is another key or place,
/// QDialog's.
bool pressedByEnter(const QDialog& dialog, const QKeyEvent& event);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/dialogkeys.h"

#include <QDialog>
#include <QKeyEvent>
#include <QPushButton>

namespace salvor {

bool pressedByEnter(const QDialog& dialog, const QKeyEvent& event) {
    if (event.key() != Qt::Key_Return && event.key() != Qt::Key_Enter)
        return false;
    auto* button = qobject_cast<QPushButton*>(dialog.focusWidget());
    if (button == nullptr || button->isDefault() || !button->isEnabled())
        return false;
    button->click();
    return true;
}

} // namespace salvor

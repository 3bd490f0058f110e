// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/busybar.h"

#include <QCoreApplication>
#include <QProgressBar>

namespace salvor {

QProgressBar* makeBusyBar(QWidget* parent, const char* objectName) {
    auto* bar = new QProgressBar(parent);
    bar->setObjectName(QLatin1String(objectName));
    bar->setAccessibleName(QCoreApplication::translate("BusyBar", "Under way"));
    bar->setRange(0, 0);
    bar->setTextVisible(false);
    bar->setFixedHeight(4);
    QSizePolicy keeps = bar->sizePolicy();
    keeps.setRetainSizeWhenHidden(true);
    bar->setSizePolicy(keeps);
    return bar;
}

} // namespace salvor

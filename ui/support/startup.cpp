// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/startup.h"

#include "ui/support/icons.h"

#include <QApplication>
#include <QLocale>
#include <QTranslator>

/// Resources of a static library have to be asked for; the macro wants the global namespace.
static void initResources() {
    Q_INIT_RESOURCE(salvor);
    Q_INIT_RESOURCE(translations);
}

namespace salvor {

void setUpApplication(QApplication& application) {
    initResources();
    QCoreApplication::setApplicationName(QStringLiteral("salvor"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SALVOR_VERSION));
    QGuiApplication::setApplicationDisplayName(QStringLiteral("Salvor"));
    QGuiApplication::setDesktopFileName(QStringLiteral("salvor"));
    QApplication::setWindowIcon(Icons::application());
    // English too: its singulars and plurals.
    auto* translator = new QTranslator(&application);
    if (translator->load(QLocale(), QStringLiteral("salvor"), QStringLiteral("_"),
                         QStringLiteral(":/i18n")) ||
        translator->load(QStringLiteral(":/i18n/salvor_en.qm")))
        QCoreApplication::installTranslator(translator);
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window.
#include "app/coresetup.h"
#include "ui/main/mainwindow.h"
#include "ui/main/windowflows.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/startup.h"

#include <QApplication>
#include <QMessageBox>

namespace {

int refuse(const salvor::Error& error) {
    QMessageBox box(QMessageBox::Critical, QStringLiteral("Salvor"), salvor::ErrorPanel::title(error.code),
                    QMessageBox::Close);
    box.setInformativeText(salvor::Format::told(error.message) + QStringLiteral("\n\n") +
                           salvor::Format::told(error.hint));
    box.exec();
    return 1;
}

} // namespace

int main(int argc, char** argv) {
    salvor::hardenProcess();
    QApplication application(argc, argv);
    salvor::setUpApplication(application);
    salvor::Theme theme(application);
    auto config = salvor::coreConfigFromEnvironment();
    if (!config)
        return refuse(config.error());
    salvor::Core core(std::move(*config));
    salvor::MainWindow window(core, theme);
    salvor::WindowFlows flows(window);
    window.start();
    return QApplication::exec();
}

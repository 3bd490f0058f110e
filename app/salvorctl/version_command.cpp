// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"

namespace salvor::ctl {

void addVersionCommand(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand(
        "version", text(Text::tr("Version of this program and what it can do")));
    commands.onChosen(verb, "version.show", [](Context& context) -> Result<Exit> {
        QJsonArray engines;
        std::string names;
        for (const auto& engine : context.core().engines()) {
            engines.append(QString::fromStdString(engine.id));
            names += (names.empty() ? "" : ", ") + engine.label;
        }
        context.out().line("salvorctl " SALVOR_VERSION);
        context.out().line(text(Text::tr("Engines: %1").arg(QString::fromStdString(names))));
        context.out().data(QJsonObject{{QStringLiteral("version"), QStringLiteral(SALVOR_VERSION)},
                                       {QStringLiteral("qt"), QString::fromLatin1(qVersion())},
                                       {QStringLiteral("engines"), engines}});
        return Exit::Ok;
    });
}

} // namespace salvor::ctl

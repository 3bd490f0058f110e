// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl: everything the window does, for scripts, timers and machines without a screen.
#include "app/coresetup.h"
#include "app/salvorctl/command.h"
#include "app/salvorctl/signals.h"
#include "app/salvorctl/timers_output.h"
#include "models/watch/nagios.h"

#include <QCoreApplication>
#include <QLibraryInfo>
#include <QTranslator>

#include <algorithm>
#include <clocale>
#include <cstdio>
#include <sstream>
#include <string_view>

using namespace salvor;
using namespace salvor::ctl;

namespace {

/// Singulars and plurals of what salvorctl counts, "%n backup(s)"; the window has a file of them.
class Counts final : public QTranslator {
public:
    bool isEmpty() const override { return false; }
    QString translate(const char* context, const char* source, const char*, int count) const override {
        QString text = QString::fromUtf8(source);
        if (count < 0 || qstrcmp(context, "salvorctl") != 0 ||
            (!text.contains(QLatin1String("%n")) && !text.contains(QLatin1String("%Ln"))))
            return {};
        const bool isOne = count == 1;
        text.replace(QLatin1String("(es)"), QLatin1String(isOne ? "" : "es"));
        text.replace(QLatin1String("(s)"), QLatin1String(isOne ? "" : "s"));
        return text;
    }
};

/// What was written where a verb has to stand; empty where nothing was. CLI11 only says that one is missing.
Error missingVerb(const CLI::App& app) {
    const CLI::App* noun = &app;
    std::string words = "salvorctl";
    while (!noun->get_subcommands().empty()) {
        noun = noun->get_subcommands().front();
        words += " " + noun->get_name();
    }
    std::string there;
    for (const CLI::App* verb :
         noun->get_subcommands([](const CLI::App* one) { return !one->get_group().empty(); }))
        there += (there.empty() ? "" : ", ") + verb->get_name();
    const auto unknown = app.remaining(true);
    const QString message =
        unknown.empty()
            ? Text::tr("%1 needs a verb").arg(toQt(words))
            : Text::tr("there is no \"%1 %2\"").arg(toQt(words), toQt(printable(unknown.front())));
    return {ErrorCode::InvalidInput,
            text(message),
            text(Text::tr("There is: %1. More: %2 --help").arg(toQt(there), toQt(words))),
            false,
            {}};
}

/// Whatever else was asked for: --json and --quiet are no answer to that.
int sayHelp(const CLI::App& app, const CLI::ParseError& error) {
    std::ostringstream help;
    app.exit(error, help, help);
    std::string shown = help.str();
    if (shown.ends_with('\n'))
        shown.pop_back(); // the line has its own
    Output out(false, false, "usage");
    out.line(shown);
    const auto written = out.flush();
    if (!written)
        out.error(written.error());
    return static_cast<int>(written ? Exit::Ok : Exit::Failed);
}

int parseFailed(const CLI::App& app, const CLI::ParseError& error, bool json, bool nagios) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success))
        return sayHelp(app, error); // --help, --help-all
    if (nagios) {                   // our 2 would mean: critical
        const NagiosAnswer answer = nagiosUnknown(error.what());
        std::printf("%s\n", answer.text.c_str());
        return static_cast<int>(answer.state);
    }
    Error usage{ErrorCode::InvalidInput,
                error.what(),
                text(Text::tr("run salvorctl --help, or salvorctl VERB --help")),
                false,
                {}};
    if (error.get_name() == "RequiredError" &&
        std::string_view(error.what()).find("ubcommand") != std::string_view::npos)
        usage = missingVerb(app);
    Output(json, false, "usage").error(usage);
    return static_cast<int>(Exit::Usage);
}

int runChosen(Commands& commands, const GlobalOptions& options, const SignalWatch& signalWatch) {
    Context context(options, commands.schemaName(), signalWatch);
    const Result<Exit> result = commands.run(context);
    context.endProgress();
    if (!result)
        context.out().error(result.error());
    if (const auto written = context.out().flush(); !written) {
        Output(false, false, commands.schemaName()).error(written.error());
        if (result && *result == Exit::Ok)
            return static_cast<int>(Exit::Failed);
    }
    if (result)
        return static_cast<int>(*result);
    return static_cast<int>(exitCodeOf(result.error()));
}

} // namespace

int main(int argc, char** argv) {
    hardenProcess();
    SignalWatch signalWatch; // before any other thread: they inherit the blocked signals
    std::setlocale(LC_CTYPE, "");
    QCoreApplication application(argc, argv);
    Counts counts;
    QCoreApplication::installTranslator(&counts);
    QCoreApplication::setApplicationName(QStringLiteral("salvorctl"));
    QCoreApplication::setApplicationVersion(QStringLiteral(SALVOR_VERSION));

    CLI::App app{text(Text::tr("Backs up, verifies and restores database servers.")), "salvorctl"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "salvorctl " SALVOR_VERSION, text(Text::tr("Version of this program")));
    app.set_help_all_flag("--help-all", text(Text::tr("Help for every verb")));
    app.fallthrough();
    GlobalOptions options;
    app.add_flag("--json", options.json,
                 text(Text::tr("Answer with one JSON object; progress as JSON lines on standard error")));
    app.add_flag("-q,--quiet", options.quiet, text(Text::tr("No progress and no sentences; errors only")));

    Commands commands(app);
    addRepositoryCommands(commands);
    addProfileCommands(commands);
    addBackupCommands(commands);
    addRetentionCommands(commands);
    addRestoreCommands(commands);
    addRestoredCommands(commands);
    addDrillCommand(commands);
    addRunCommands(commands);
    addPolicyCommands(commands);
    addJobCommand(commands);
    addTimersCommands(commands);
    addChannelCommands(commands);
    addWatchCommands(commands);
    addStatusCommands(commands);
    addAuditCommands(commands);
    addAgeCommands(commands);
    addCalendarCommand(commands);
    addVersionCommand(commands);
    addCompletion(commands);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const bool nagios = std::any_of(
            argv, argv + argc, [](const char* word) { return std::string_view(word) == "--nagios"; });
        return parseFailed(app, error, options.json, nagios);
    }
    return runChosen(commands, options, signalWatch);
}

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl watch: what is overdue, unusual or silent. With --file it is what the watch's timer calls.
#include "app/coresetup.h"
#include "app/salvorctl/command.h"
#include "app/salvorctl/files.h"

#include <QJsonArray>

#include <cstdio>

namespace salvor::ctl {

namespace {

struct WatchOptions {
    bool once = false;
    std::string file;
    std::string hash;
    std::string textfile;
    bool dryRun = false;
};

/// The workspace's core, or that of a watch file.
Result<> useWatchCore(Context& context, const std::string& file, const std::string& hash) {
    if (file.empty())
        return context.prepareCore();
    CoreConfig config = jobConfigFromEnvironment();
    config.warnings = context.warnings();
    SALVOR_ASSIGN(auto core, Core::forWatchFile(file, hash, std::move(config)));
    context.useCore(std::move(core));
    return {};
}

std::string severityText(Severity severity) {
    switch (severity) {
    case Severity::Notice:
        return text(Text::tr("notice"));
    case Severity::Warning:
        return text(Text::tr("warning"));
    case Severity::Critical:
        break;
    }
    return text(Text::tr("CRITICAL"));
}

void sayFindings(Context& context, const WatchOutcome& outcome) {
    if (context.out().quiet())
        return; // the exit code says whether there is anything
    std::vector<std::vector<std::string>> rows;
    for (const auto& finding : outcome.report.findings())
        rows.push_back({severityText(finding.severity), finding.code, finding.message});
    if (rows.empty() && outcome.report.policies.empty())
        context.out().line(text(Text::tr("There is no policy: nothing is watched.")));
    else if (rows.empty() && outcome.quiet())
        context.out().line(text(Text::tr("Nothing to say: every policy is well.")));
    else if (rows.empty())
        context.out().line(
            text(Text::tr("Every policy is well, but this look did not do all that it had to.")));
    else
        context.out().table({text(Text::tr("HOW BAD")), text(Text::tr("CODE")), text(Text::tr("WHAT"))},
                            rows);
}

Result<Exit> watchOnce(Context& context, const WatchOptions& options) {
    if (!options.once)
        return failure(ErrorCode::InvalidInput, "watch looks once and ends: the timer comes again",
                       "use salvorctl watch --once");
    SALVOR_TRY(useWatchCore(context, options.file, options.hash));
    WatchJob job;
    job.textfile = options.textfile;
    job.notify = !options.dryRun;
    SALVOR_ASSIGN(const auto outcome, context.core().watch(job, context.cancel()));
    sayFindings(context, outcome);
    QJsonArray deliveries;
    for (const auto& delivery : outcome.deliveries) {
        deliveries.append(toJson(delivery));
        if (!delivery.accepted && delivery.error)
            context.out().warn(
                text(Text::tr("Channel %1 was not told: %2")
                         .arg(toQt(delivery.channel), toQt(printable(delivery.error->toText())))));
    }
    QJsonArray undelivered;
    for (const auto& one : outcome.undelivered)
        undelivered.append(toJson(one));
    QJsonArray problems;
    for (const auto& problem : outcome.problems) {
        problems.append(toJson(problem));
        context.out().warn(printable(problem.toText()));
    }
    QJsonObject data = toJson(outcome.report);
    data.insert(QStringLiteral("deliveries"), deliveries);
    data.insert(QStringLiteral("undelivered"), undelivered);
    data.insert(QStringLiteral("problems"), problems);
    data.insert(QStringLiteral("textfile"), toQt(outcome.textfile));
    context.out().data(data);
    return outcome.quiet() ? Exit::Ok : Exit::Partial;
}

struct ExportOptions {
    WatchFileSpec spec;
    std::string output;
};

/// Which secrets the file's reader asks for: as credentials under these names, and where they are kept now.
QJsonArray credentialsJson(const WatchFile& watch) {
    QJsonArray array;
    for (const auto& channel : watch.channels) {
        if (!channel.secretKind.empty())
            array.append(QJsonObject{
                {QStringLiteral("secret"), toQt(channel.secretName())},
                {QStringLiteral("credential"),
                 toQt(std::string("salvor-") + kWatchCredentialsOwner + "-" + channel.secretName())},
                {QStringLiteral("kept_in"), toQt(channel.secretKind)}});
    }
    return array;
}

Result<Exit> exportFile(Context& context, const ExportOptions& options) {
    SALVOR_ASSIGN(const std::string bytes, context.core().watchFile(options.spec));
    SALVOR_ASSIGN(const WatchFile watch, readWatchFile(bytes));
    QJsonArray secrets;
    for (const auto& name : secretNames(watch))
        secrets.append(toQt(name));
    QJsonObject data{{QStringLiteral("policies"), static_cast<qint64>(watch.policies.size())},
                     {QStringLiteral("sha256"), toQt(watch.sha256)},
                     {QStringLiteral("state_folder"), toQt(watch.stateFolder)},
                     {QStringLiteral("textfile"), toQt(watch.textfile)},
                     {QStringLiteral("secrets"), secrets},
                     {QStringLiteral("credentials"), credentialsJson(watch)}};
    if (!options.output.empty()) {
        SALVOR_TRY(writeNewFile(options.output, bytes));
        data.insert(QStringLiteral("file"), toQt(options.output));
        context.out().line(text(Text::tr("Wrote %1.").arg(toQt(options.output))));
    } else if (!context.out().json() && std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) {
        return failure(ErrorCode::IoError, "writing to standard output failed");
    }
    context.out().data(data);
    return Exit::Ok;
}

} // namespace

void addWatchCommands(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand(
        "watch", text(Text::tr("Say what is overdue, unusual or silent, and tell who has to know")));
    auto options = std::make_shared<WatchOptions>();
    verb->add_flag("--once", options->once, text(Text::tr("Look once and end")));
    verb->add_option(
        "--file", options->file,
        text(Text::tr("Made by: salvorctl watch export. No workspace and no keychain are read")));
    verb->add_option("--hash", options->hash,
                     text(Text::tr("SHA-256 that the file has to have, as the unit has it written down")));
    verb->add_option("--textfile", options->textfile,
                     text(Text::tr("Write metrics for Prometheus's node exporter to this file (*.prom)")));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Look only: tell nobody, write nothing")));
    commands.onChosen(
        verb, "watch.once", [options](Context& context) { return watchOnce(context, *options); }, false);

    CLI::App* out = verb->add_subcommand(
        "export", text(Text::tr("The file that the watch's timer reads, on standard output")));
    auto exporting = std::make_shared<ExportOptions>();
    out->add_option("-o,--output", exporting->output, text(Text::tr("Into a new file instead")));
    out->add_option("--textfile", exporting->spec.textfile,
                    text(Text::tr("Let the watch write metrics for Prometheus's node exporter there")));
    out->add_option("--secrets", exporting->spec.secretKind,
                    text(Text::tr("Where the watch takes its secrets from")))
        ->check(CLI::IsMember({"credentials", "file"}))
        ->capture_default_str();
    commands.onChosen(out, "watch.export",
                      [exporting](Context& context) { return exportFile(context, *exporting); });
}

} // namespace salvor::ctl

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl run --policy FILE: what a timer calls. Reads no workspace and no keychain.
#include "app/coresetup.h"
#include "app/salvorctl/backup_report.h"
#include "app/salvorctl/signals.h"
#include "workers/interruption.h"

#include <cstdlib>

#include <unistd.h>

namespace salvor::ctl {

namespace {

struct JobOptions {
    std::string file;
    std::string hash;
    std::string kind;
    std::string trigger = "timer";
    std::optional<std::int64_t> wait;
    bool dryRun = false;
    bool noPrune = false;
};

/// What the policy's rules no longer keep goes after its backups were made. The prune has a run of its own,
/// which says what went, or why nothing did.
struct Pruned {
    QJsonObject data;
    bool failed = false;
};
Pruned pruneAfter(Context& context, const JobOptions& options) {
    PruneJob job;
    job.trigger = options.trigger;
    const auto outcome = context.core().prune(job, context.progress(), context.cancel());
    if (!outcome) {
        context.endProgress();
        context.out().warn(text(Text::tr("The backups are there, but what the rules drop was not pruned: %1")
                                    .arg(toQt(printable(outcome.error().toText())))));
        return {{{QStringLiteral("error"), toJson(outcome.error())}}, true};
    }
    context.out().line(
        text(Text::tr("Retention: %1 to the trash, %2 deleted for good, %3 freed.")
                 .arg(toQt(count(outcome->preview.dropped)), toQt(count(outcome->report.purged.size())),
                      toQt(size(outcome->report.freedBytes())))));
    return {{{QStringLiteral("run"), outcome->run ? toJson(*outcome->run) : QJsonValue()}},
            outcome->report.failedBecause.has_value()};
}

/// systemd names to each process that it starts as a unit's own, and to no other, its number.
bool isUnitsOwn() {
    const char* pid = std::getenv("SYSTEMD_EXEC_PID");
    return pid != nullptr && pid == std::to_string(getpid());
}

/// A unit that is stopped gets SIGTERM, by a shutdown too; Ctrl+C and a lost terminal are a person's.
Interruption interruptionBy(const SignalWatch& signalWatch) {
    if (isUnitsOwn()) // systemctl kill may send it anything
        return Interruption::None;
    return signalWatch.signal() == SIGINT   ? Interruption::Keyboard
           : signalWatch.signal() == SIGHUP ? Interruption::Hangup
                                            : Interruption::None;
}

Result<Exit> runJobFile(Context& context, const JobOptions& options) {
    CoreConfig config = jobConfigFromEnvironment();
    config.warnings = context.warnings();
    SALVOR_ASSIGN(auto core, Core::forJobFile(options.file, options.hash, std::move(config)));
    context.useCore(std::move(core));
    if (options.dryRun) {
        const JobFile& file = *context.core().config().job;
        return reportSelection(context, file.profile, {file.policy}, {});
    }
    BackupJob job;
    job.trigger = options.trigger;
    job.kind = options.kind;
    if (options.wait)
        job.lockWait = std::chrono::seconds(*options.wait);
    SALVOR_ASSIGN(const auto report,
                  runAttended(context.core(), job,
                              {[&] { return interruptionBy(context.signalWatch()); }, isSeen()},
                              context.progress(), context.cancel()));
    const auto& outcome = std::get<BackupOutcome>(report);
    const RunOutcome ended = outcome.run.outcome;
    const bool prunes = !options.noPrune && context.core().config().job->policy.retention &&
                        (ended == RunOutcome::Ok || ended == RunOutcome::Partial) &&
                        !context.cancel().stop_requested(); // partial, as it was not read back
    if (!prunes)
        return reportBackup(context, outcome);
    context.endProgress();
    const Pruned pruned = pruneAfter(context, options);
    const Exit exit = reportBackup(context, outcome, {{QStringLiteral("prune"), pruned.data}});
    return exit == Exit::Ok && pruned.failed ? Exit::Partial : exit;
}

} // namespace

void addJobCommand(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand(
        "run", text(Text::tr("Run a job file: what a timer calls. No workspace and no keychain are read")));
    auto options = std::make_shared<JobOptions>();
    verb->add_option("--policy", options->file, text(Text::tr("Made by: salvorctl policy export --job")))
        ->required();
    verb->add_option("--hash", options->hash,
                     text(Text::tr("SHA-256 that the file has to have, as the unit has it written down")));
    verb->add_option("--kind", options->kind,
                     text(Text::tr("Kind of backup; the policy's first by default")));
    verb->add_option("--trigger", options->trigger, text(Text::tr("What the run's record says started it")))
        ->check(CLI::IsMember({"timer", "person"}))
        ->capture_default_str();
    verb->add_option(
            "--wait", options->wait,
            text(Text::tr("Seconds to wait for a repository that is in use; the policy's by default")))
        ->check(CLI::Range(0, 86400));
    verb->add_flag("--no-prune", options->noPrune,
                   text(Text::tr("Leave the backups that the policy's rules no longer keep")));
    verb->add_flag("--dry-run", options->dryRun,
                   text(Text::tr("Check the file, connect, and say what would be backed up")));
    commands.onChosen(
        verb, "run.policy", [options](Context& context) { return runJobFile(context, *options); }, false);
}

} // namespace salvor::ctl

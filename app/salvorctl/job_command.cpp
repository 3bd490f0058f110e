// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl run --policy FILE: what a timer calls. Reads no workspace and no keychain.
#include "app/coresetup.h"
#include "app/salvorctl/command.h"

namespace salvor::ctl {

namespace {

struct JobOptions {
    std::string file;
    std::string hash;
    std::string kind;
    std::string trigger = "timer";
    std::optional<std::int64_t> wait;
    bool dryRun = false;
};

Result<Exit> runJobFile(Context& context, const JobOptions& options) {
    SALVOR_ASSIGN(auto core, Core::forJobFile(options.file, options.hash, jobConfigFromEnvironment()));
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
    SALVOR_ASSIGN(const auto report, context.core().runJob(job, context.progress(), context.cancel()));
    return reportBackup(context, std::get<BackupOutcome>(report));
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
    verb->add_flag("--dry-run", options->dryRun,
                   text(Text::tr("Check the file, connect, and say what would be backed up")));
    commands.onChosen(
        verb, "run.policy", [options](Context& context) { return runJobFile(context, *options); }, false);
}

} // namespace salvor::ctl

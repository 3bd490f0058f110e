// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/files.h"
#include "app/salvorctl/timers_output.h"
#include "app/salvorctl/timers_root.h"

#include <unistd.h>

namespace salvor::ctl {

namespace {

struct TimersOptions {
    TimersQuery query;
    PlanFileOptions file;
    std::string output;
    bool userUnits = false;
    bool dryRun = false;
};

TimersRoad roadFor(bool userUnits) {
    TimersRoad road = findTimersRoad(timersProgram(fromQt(QCoreApplication::applicationFilePath())));
    road.setup.userUnits = userUnits;
    return road;
}

Result<Exit> plan(Context& context, const TimersOptions& options) {
    Timers timers(context.core(), roadFor(options.userUnits).setup);
    SALVOR_ASSIGN(const auto planned, timers.plan(options.query, context.cancel()));
    showPlan(context, planned);
    QJsonObject data = toJson(planned);
    if (!options.output.empty()) {
        SALVOR_TRY(writeNewFile(options.output, planned.bytes));
        data.insert(QStringLiteral("file"), toQt(options.output));
        context.out().line(text(Text::tr("Wrote %1.").arg(toQt(options.output))));
        context.out().line(text(Text::tr("Its SHA-256, for --plan-hash: %1").arg(toQt(planned.sha256))));
    }
    context.out().data(data);
    return Exit::Ok;
}

Result<Exit> go(Context& context, const TimersOptions& options, const std::string& action,
                const std::function<Result<TimersPlanView>(Timers&)>& make) {
    const TimersRoad road = roadFor(options.userUnits);
    Timers timers(context.core(), road.setup);
    SALVOR_ASSIGN(const auto planned, make(timers));
    const bool nothingToDo = planned.changesNothing && planned.credentials.empty();
    if (options.dryRun || nothingToDo) {
        showPlan(context, planned);
        context.out().line(text(Text::tr("Nothing was changed.")));
        context.out().data(toJson(planned));
        return Exit::Ok;
    }
    return applyPlan(context, timers, road, planned, action);
}

Result<Exit> apply(Context& context, const TimersOptions& options) {
    if (!options.file.plan.empty())
        return applyPlanFile(context, options.file); // as root: no workspace is opened
    SALVOR_TRY(context.prepareCore());
    return go(context, options, "timers.apply",
              [&](Timers& timers) { return timers.plan(options.query, context.cancel()); });
}

Result<Exit> secrets(Context& context, const std::string& file) {
    if (::isatty(STDOUT_FILENO) != 0)
        return failure(
            ErrorCode::InvalidInput, "secrets are not shown on a terminal",
            "pipe them to: sudo salvorctl timers apply --plan FILE --plan-hash HASH --secrets-fd 0");
    SALVOR_ASSIGN(const std::string bytes, readWholeFile(file));
    Timers timers(context.core(), roadFor(false).setup);
    SALVOR_ASSIGN(const Secret stream, timers.secretsFor(bytes, context.cancel()));
    ByteView rest = stream.bytes();
    while (!rest.empty()) {
        const ssize_t put = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failure(ErrorCode::IoError, "writing the secrets to the pipe failed");
        rest = rest.subspan(static_cast<std::size_t>(put));
    }
    return Exit::Ok;
}

void addUserUnits(CLI::App* verb, TimersOptions& options) {
    verb->add_flag(
        "--user-units", options.userUnits,
        text(Text::tr("Units of your own manager (systemctl --user), without root: they run only while "
                      "it runs, and can be confined less")));
}

void addPolicies(CLI::App* verb, TimersOptions& options, const QString& help) {
    verb->add_option("POLICY", options.query.policies, text(help));
    addUserUnits(verb, options);
}

void addReplaceHome(CLI::App* verb, TimersOptions& options) {
    verb->add_flag("--replace-home", options.query.replaceHome,
                   text(Text::tr("Also end or replace timers that another Salvor home of yours installed")));
}

CLI::App* addSecretKind(CLI::App* verb, TimersOptions& options) {
    verb->add_option("--secrets", options.query.secretKind,
                     text(Text::tr("Where the jobs take their secrets from")))
        ->check(CLI::IsMember({"credentials", "file"}))
        ->capture_default_str();
    verb->add_option("--textfile", options.query.textfile,
                     text(Text::tr("Let the watch write metrics for Prometheus's node exporter to this file "
                                   "(*.prom); \"\": no longer. As it is when left out")));
    addReplaceHome(verb, options);
    return verb;
}

void addApply(Commands& commands, CLI::App* noun) {
    CLI::App* verb =
        noun->add_subcommand("apply", text(Text::tr("Install the policies' timers, all or nothing")));
    auto options = std::make_shared<TimersOptions>();
    addPolicies(verb, *options, Text::tr("Only these; without one, all that have a schedule"));
    addSecretKind(verb, *options);
    CLI::Option* file = verb->add_option(
        "--plan", options->file.plan,
        text(Text::tr("Apply this plan and nothing else: what root runs; reads no workspace")));
    CLI::Option* hash = verb->add_option("--plan-hash", options->file.hash,
                                         text(Text::tr("SHA-256 that the plan has to have")));
    verb->add_option("--secrets-fd", options->file.secretsFd,
                     text(Text::tr("Descriptor with what timers secrets writes")))
        ->needs(file);
    file->needs(hash);
    hash->needs(file);
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Show the plan only")));
    commands.onChosen(
        verb, "timers.apply", [options](Context& context) { return apply(context, *options); }, false);
}

void addRemoval(Commands& commands, CLI::App* noun) {
    CLI::App* remove = noun->add_subcommand("remove", text(Text::tr("Remove timers; nothing of them stays")));
    auto removal = std::make_shared<TimersOptions>();
    addPolicies(remove, *removal, Text::tr("Only of these; without one, all of this user"));
    addReplaceHome(remove, *removal);
    remove->add_flag("--dry-run", removal->dryRun, text(Text::tr("Show the plan only")));
    commands.onChosen(remove, "timers.remove", [removal](Context& context) {
        return go(context, *removal, "timers.remove", [&](Timers& timers) {
            return timers.planRemoval(removal->query.policies, context.cancel(), removal->query.replaceHome);
        });
    });
    CLI::App* undo =
        noun->add_subcommand("undo", text(Text::tr("Go back to what was installed before the last change")));
    auto undoing = std::make_shared<TimersOptions>();
    addUserUnits(undo, *undoing);
    addReplaceHome(undo, *undoing);
    undo->add_flag("--dry-run", undoing->dryRun, text(Text::tr("Show the plan only")));
    commands.onChosen(undo, "timers.undo", [undoing](Context& context) {
        return go(context, *undoing, "timers.undo", [&](Timers& timers) {
            return timers.planUndo(context.cancel(), undoing->query.replaceHome);
        });
    });
}

} // namespace

void addTimersCommands(Commands& commands) {
    CLI::App* noun = commands.app().add_subcommand(
        "timers", text(Text::tr("Units that run the policies on this computer at their times")));
    noun->require_subcommand(1);
    CLI::App* planVerb =
        noun->add_subcommand("plan", text(Text::tr("Show what apply would write, against what is there")));
    auto planning = std::make_shared<TimersOptions>();
    addPolicies(planVerb, *planning, Text::tr("Only these; without one, all that have a schedule"));
    addSecretKind(planVerb, *planning);
    planVerb->add_option("-o,--output", planning->output, text(Text::tr("Also write it into a new file")));
    commands.onChosen(planVerb, "timers.plan",
                      [planning](Context& context) { return plan(context, *planning); });

    addApply(commands, noun);
    addRemoval(commands, noun);

    CLI::App* statusVerb = noun->add_subcommand(
        "status",
        text(Text::tr("Timers that are installed, when they elapse, and what differs from the policies")));
    auto looking = std::make_shared<TimersOptions>();
    addUserUnits(statusVerb, *looking);
    commands.onChosen(statusVerb, "timers.status", [looking](Context& context) -> Result<Exit> {
        Timers timers(context.core(), roadFor(looking->userUnits).setup);
        SALVOR_ASSIGN(const auto states, timers.status(true, context.cancel()));
        return showTimers(context, states);
    });

    CLI::App* secretsVerb = noun->add_subcommand(
        "secrets", text(Text::tr("The secrets that a plan needs, for a pipe to root; never for a terminal")));
    auto file = std::make_shared<std::string>();
    secretsVerb->add_option("--plan", *file, text(Text::tr("The plan")))->required();
    commands.onChosen(secretsVerb, "timers.secrets",
                      [file](Context& context) { return secrets(context, *file); });
}

} // namespace salvor::ctl

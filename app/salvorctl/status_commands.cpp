// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl status and check: what the watch sees, for people and for monitoring. Nothing is sent or written.
#include "app/coresetup.h"
#include "app/salvorctl/command.h"
#include "models/jsonfields.h"
#include "models/watch/nagios.h"
#include "workers/timers.h"

#include <QJsonArray>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace salvor::ctl {

namespace {

struct StatusOptions {
    std::string file;
    std::string hash;
    std::string policy;
    bool nagios = false;
};

Result<> useCore(Context& context, const StatusOptions& options) {
    if (options.file.empty())
        return context.prepareCore();
    CoreConfig config = jobConfigFromEnvironment();
    config.warnings = context.warnings();
    SALVOR_ASSIGN(auto core, Core::forWatchFile(options.file, options.hash, std::move(config)));
    context.useCore(std::move(core));
    return {};
}

/// Of one policy only, when one was named; what belongs to no policy stays.
Result<WatchReport> reportOf(Context& context, const StatusOptions& options) {
    SALVOR_TRY(useCore(context, options));
    SALVOR_ASSIGN(WatchReport report, context.core().watchReport());
    if (options.policy.empty())
        return report;
    std::erase_if(report.policies, [&](const PolicyWatch& policy) {
        return policy.title != options.policy && policy.uuid != options.policy;
    });
    if (report.policies.empty())
        return failure(ErrorCode::NotFound, "there is no policy \"" + options.policy + "\"",
                       "salvorctl policy list shows what there is", {{"name", options.policy}});
    // Databases that no policy selects are of a server: other servers' are no matter of this policy.
    std::erase_if(report.general, [&](const Finding& finding) {
        return (finding.code == "unprotected" || finding.code == "left_out") &&
               finding.subject != report.policies.front().profileUuid;
    });
    std::erase_if(report.stores, [&](const StoreWatch& store) {
        return store.repositoryId != report.policies.front().repositoryId;
    });
    return report;
}

std::string stateText(WatchState state) {
    switch (state) {
    case WatchState::Ok:
        return text(Text::tr("ok"));
    case WatchState::Paused:
        return text(Text::tr("paused"));
    case WatchState::Gone:
        return text(Text::tr("gone"));
    case WatchState::Waiting:
        return text(Text::tr("waiting"));
    case WatchState::Partial:
        return text(Text::tr("PARTIAL"));
    case WatchState::Overdue:
        return text(Text::tr("OVERDUE"));
    case WatchState::Never:
        return text(Text::tr("NEVER"));
    case WatchState::FutureDated:
        return text(Text::tr("FROM THE FUTURE"));
    case WatchState::Failed:
        break;
    }
    return text(Text::tr("FAILED"));
}

std::string timeText(const std::optional<Instant>& at) { return at ? localTime(*at) : "-"; }

/// UUIDs of the policies that a timer keeps; nothing where that is not known: a watch file does not say, and
/// what cannot be read is a warning.
std::optional<std::vector<std::string>> keptByTimers(Context& context) {
    if (context.core().config().watch)
        return std::nullopt;
    auto kept = policiesFollowedByTimers(context.core(), {});
    if (kept)
        return std::move(*kept);
    context.out().warning(kept.error().toText(), {});
    return std::nullopt;
}

bool isKept(const std::vector<std::string>& kept, const std::string& uuid) {
    return std::ranges::find(kept, uuid) != kept.end();
}

/// When its timer elapses, or by its schedule; no time is promised that no timer keeps.
std::string nextRunText(const PolicyWatch& policy, const std::optional<std::vector<std::string>>& kept) {
    if (policy.nextRunByTimer && policy.timersOutdated)
        return text(Text::tr("%1, timers not up to date").arg(toQt(timeText(policy.nextRun))));
    if (policy.nextRunByTimer)
        return timeText(policy.nextRun);
    if (policy.nextRun && kept && !isKept(*kept, policy.uuid))
        return text(Text::tr("no timer"));
    return timeText(policy.nextRun);
}

void addRows(const PolicyWatch& policy, Instant now, const std::string& nextRun,
             std::vector<std::vector<std::string>>& rows) {
    if (policy.sources.empty())
        rows.push_back(
            {policy.title, policy.profileTitle, "-", stateText(policy.state), "-", "-", nextRun, "-", "-"});
    for (const auto& source : policy.sources) {
        const bool paused = policy.state == WatchState::Paused;
        std::string age = "-";
        if (source.lastGood)
            age = spanText(std::chrono::duration_cast<std::chrono::seconds>(now - *source.lastGood).count());
        rows.push_back({policy.title, policy.profileTitle, source.database,
                        paused             ? stateText(WatchState::Paused)
                        : !source.selected ? text(Text::tr("not selected"))
                                           : stateText(source.state),
                        timeText(source.lastGood), age, nextRun,
                        source.recoverySeconds ? duration(*source.recoverySeconds) : "-",
                        timeText(source.provedAt)});
    }
}

/// Whether each repository's recovery file was tried, and when that has to be done again.
Result<QJsonArray> rehearsals(Context& context) {
    QJsonArray array;
    if (context.core().config().watch)
        return array; // a watch file does not know
    const Instant now = context.core().config().clock->now();
    SALVOR_ASSIGN(const auto pins, context.core().repositories());
    for (const auto& pin : pins) {
        const auto due = rehearsalDueAt(pin, now);
        array.append(QJsonObject{{QStringLiteral("repository"), toQt(pin.id)},
                                 {QStringLiteral("title"), toQt(pin.title)},
                                 {QStringLiteral("rehearsed"), pin.rehearsed},
                                 {QStringLiteral("rehearsal"), toQt(toString(rehearsalOf(pin, now)))},
                                 {QStringLiteral("due_at"), due ? toJsonTime(*due) : QJsonValue()}});
        if (const std::string reminder = rehearsalReminder(context, pin); !reminder.empty())
            context.out().warning(reminder, {{QStringLiteral("repository"), toQt(pin.id)}});
    }
    return array;
}

Result<Exit> status(Context& context, const StatusOptions& options) {
    SALVOR_ASSIGN(const WatchReport report, reportOf(context, options));
    const auto kept = keptByTimers(context);
    std::vector<std::vector<std::string>> rows;
    for (const auto& policy : report.policies)
        addRows(policy, report.at, nextRunText(policy, kept), rows);
    if (rows.empty())
        context.out().line(
            text(Text::tr("No policy yet. Make one with: salvorctl policy set NAME --profile PROFILE")));
    else
        context.out().table({text(Text::tr("POLICY")), text(Text::tr("PROFILE")), text(Text::tr("DATABASE")),
                             text(Text::tr("STATE")), text(Text::tr("LAST GOOD")), text(Text::tr("AGE")),
                             text(Text::tr("NEXT RUN")), text(Text::tr("RECOVERY")),
                             text(Text::tr("PROVED"))},
                            rows);
    for (const auto& finding : report.findings())
        context.out().line(finding.code + ": " + printable(finding.message));
    SALVOR_ASSIGN(const auto undelivered, context.core().undelivered());
    QJsonArray waiting;
    for (const auto& one : undelivered)
        waiting.append(toJson(one));
    QJsonObject data = toJson(report);
    data.insert(QStringLiteral("undelivered"), waiting);
    QJsonArray policies;
    for (const auto& policy : report.policies) {
        QJsonObject one = toJson(policy);
        // Also one that runs the policy as it was, or whose files somebody changed: that is said beside it.
        one.insert(QStringLiteral("timer"),
                   kept ? QJsonValue(isKept(*kept, policy.uuid) || policy.nextRunByTimer) : QJsonValue());
        policies.append(one);
    }
    data.insert(QStringLiteral("policies"), policies);
    SALVOR_ASSIGN(const QJsonArray rehearsed, rehearsals(context));
    data.insert(QStringLiteral("rehearsals"), rehearsed);
    context.out().data(data);
    return Exit::Ok;
}

/// The one answer on standard output, whatever happens: a plug-in that prints nothing is of no use.
Exit nagios(Context& context, const StatusOptions& options) {
    const auto report = reportOf(context, options);
    const NagiosAnswer answer = report ? nagiosAnswer(*report) : nagiosUnknown(report.error().message);
    if (!context.out().json()) {
        std::printf("%s\n", answer.text.c_str());
    } else if (report) {
        QJsonObject data = toJson(*report);
        data.insert(QStringLiteral("nagios"),
                    QJsonObject{{QStringLiteral("state"), static_cast<int>(answer.state)},
                                {QStringLiteral("text"), toQt(answer.text)}});
        context.out().data(data);
    } else {
        context.out().error(report.error());
    }
    return static_cast<Exit>(answer.state);
}

Result<Exit> check(Context& context, const StatusOptions& options) {
    if (options.nagios)
        return nagios(context, options);
    SALVOR_ASSIGN(const WatchReport report, reportOf(context, options));
    const auto findings = report.findings();
    for (const auto& finding : findings)
        context.out().line(finding.code + ": " + printable(finding.message));
    context.out().data(toJson(report));
    return findings.empty() || findings.front().severity == Severity::Notice ? Exit::Ok : Exit::Partial;
}

void addOptions(CLI::App* verb, const std::shared_ptr<StatusOptions>& options) {
    verb->add_option("--policy", options->policy, text(Text::tr("Only this policy; title or UUID")));
    verb->add_option(
        "--file", options->file,
        text(Text::tr("Made by: salvorctl watch export. No workspace and no keychain are read")));
    verb->add_option("--hash", options->hash, text(Text::tr("SHA-256 that the file has to have")));
}

} // namespace

void addStatusCommands(Commands& commands) {
    auto options = std::make_shared<StatusOptions>();
    CLI::App* statusVerb =
        commands.app().add_subcommand("status", text(Text::tr("How well each database is protected")));
    addOptions(statusVerb, options);
    commands.onChosen(
        statusVerb, "status.show", [options](Context& context) { return status(context, *options); }, false);
    CLI::App* checkVerb =
        commands.app().add_subcommand("check", text(Text::tr("For monitoring: is every policy well?")));
    addOptions(checkVerb, options);
    checkVerb->add_flag("--nagios", options->nagios,
                        text(Text::tr("Answer as a plug-in for Nagios: one line, exit code 0 to 3")));
    commands.onChosen(
        checkVerb, "check.show", [options](Context& context) { return check(context, *options); }, false);
}

} // namespace salvor::ctl

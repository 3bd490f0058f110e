// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/policy_options.h"

#include "app/salvorctl/command.h"
#include "app/salvorctl/files.h"

namespace salvor::ctl {

namespace {

template <typename T>
void take(std::optional<T>& field, const std::optional<T>& given) {
    if (given)
        field = given;
}

Result<> takeSpan(std::optional<std::uint64_t>& field, const std::string& span) {
    if (span.empty())
        return {};
    SALVOR_ASSIGN(const auto seconds, parseRetentionSpan(span));
    field = static_cast<std::uint64_t>(seconds.count());
    return {};
}

/// Rules in the order in which they stand on the command line: --include and --exclude take the place of
/// those that there were (only excludes mean: all but these), those that are added come behind.
void applyRules(Policy& policy, const PolicyOptions& options) {
    if (!options.include.empty() || !options.exclude.empty()) {
        policy.rules.clear();
        if (options.include.empty())
            policy.rules.push_back({true, "*"});
    }
    struct Given {
        const char* name;
        bool isInclude;
        const std::vector<std::string>& globs;
        std::size_t taken = 0;
    };
    const auto take = [&](std::initializer_list<Given> kinds) {
        std::vector<Given> left(kinds);
        for (const CLI::Option* option : options.verb->parse_order()) {
            for (Given& given : left) {
                if (option->check_lname(given.name) && given.taken < given.globs.size())
                    policy.rules.push_back({given.isInclude, given.globs[given.taken++]});
            }
        }
    };
    take({{"include", true, options.include}, {"exclude", false, options.exclude}});
    take({{"add-include", true, options.addInclude}, {"add-exclude", false, options.addExclude}});
}

Result<> applySchedules(Policy& policy, const PolicyOptions& options) {
    if (options.noSchedule)
        policy.schedules.clear();
    for (const auto& given : options.when) {
        const auto equals = given.find('=');
        const std::string kind = equals == std::string::npos
                                     ? (policy.kinds.empty() ? std::string() : policy.kinds.front())
                                     : given.substr(0, equals);
        policy.schedules[kind] = equals == std::string::npos ? given : given.substr(equals + 1);
    }
    take(policy.randomDelaySeconds, options.randomDelaySeconds);
    return takeSpan(policy.recoveryPointObjectiveSeconds, options.recoveryPoint);
}

Result<> applyRetention(Policy& policy, const PolicyOptions& options) {
    if (options.keepEverything)
        policy.retention.reset();
    RetentionRules rules = policy.retention.value_or(RetentionRules{});
    bool given = false;
    const auto count = [&](std::uint32_t& field, const std::optional<std::uint32_t>& value) {
        given = given || value.has_value();
        field = value.value_or(field);
    };
    count(rules.keepLast, options.keepLast);
    count(rules.hourly, options.keepHourly);
    count(rules.daily, options.keepDaily);
    count(rules.weekly, options.keepWeekly);
    count(rules.monthly, options.keepMonthly);
    count(rules.yearly, options.keepYearly);
    if (!options.keepWithin.empty()) {
        SALVOR_ASSIGN(rules.keepWithin, parseRetentionSpan(options.keepWithin));
        given = true;
    }
    if (!options.keepZone.empty()) {
        rules.timeZone = options.keepZone;
        given = true;
    }
    if (!given)
        return {};
    SALVOR_TRY(checkRetentionRules(rules));
    policy.retention = rules;
    return {};
}

Result<> applyEngineOptions(Policy& policy, const PolicyOptions& options) {
    for (const auto& given : options.engineOptions) {
        const auto equals = given.find('=');
        if (equals == std::string::npos || equals == 0)
            return failure(ErrorCode::InvalidInput, "an option is given as KEY=VALUE, not \"" + given + "\"");
        const QString value = QString::fromStdString(given.substr(equals + 1));
        bool isNumber = false;
        const qint64 number = value.toLongLong(&isNumber);
        const QString key = QString::fromStdString(given.substr(0, equals));
        if (value.isEmpty())
            policy.options.remove(key);
        else
            policy.options.insert(key, isNumber ? QJsonValue(number) : QJsonValue(value));
    }
    return {};
}

Result<> applyHooks(Policy& policy, const PolicyOptions& options) {
    if (options.noHooks) {
        policy.hooksBefore.clear();
        policy.hooksAfter.clear();
    }
    const HookFailure means = options.hookFailure == "success"   ? HookFailure::Success
                              : options.hookFailure == "partial" ? HookFailure::Partial
                                                                 : HookFailure::Failed;
    if (!options.hookBefore.empty())
        policy.hooksBefore = {{options.hookBefore, options.hookTimeoutSeconds, means, {}, options.hookPaths}};
    if (!options.hookAfter.empty())
        policy.hooksAfter = {{options.hookAfter, options.hookTimeoutSeconds, means, {}, options.hookPaths}};
    if (options.hookPaths.empty() || !options.hookBefore.empty() || !options.hookAfter.empty())
        return {};
    if (policy.hooksBefore.empty() && policy.hooksAfter.empty())
        return failure(ErrorCode::InvalidInput, "--hook-path is for hooks, and the policy has none",
                       "give one with --hook-before or --hook-after", {{"field", "hooks"}});
    for (auto* hooks : {&policy.hooksBefore, &policy.hooksAfter}) {
        for (Hook& hook : *hooks)
            hook.paths = options.hookPaths;
    }
    return {};
}

Result<> applyDrills(Policy& policy, const PolicyOptions& options) {
    if (!options.drillTarget.empty())
        policy.drillTarget = options.drillTarget;
    if (options.drillChecks.empty())
        return {};
    policy.drillChecks.clear();
    for (const auto& file : options.drillChecks) {
        SALVOR_ASSIGN(const std::string bytes, readWholeFile(file));
        SALVOR_ASSIGN(auto checks, parseDrillChecks(bytes, file));
        policy.drillChecks.insert(policy.drillChecks.end(), checks.begin(), checks.end());
    }
    return {};
}

/// By the document: every optional field has a path there.
Result<> unset(Policy& policy, const std::vector<std::string>& paths) {
    if (paths.empty())
        return {};
    QJsonObject document = toJson(policy);
    for (const auto& path : paths) {
        const QStringList parts = QString::fromStdString(path).split(QLatin1Char('.'));
        const QString& key = parts.front();
        QJsonObject part = document.value(key).toObject();
        if (parts.size() == 2 && part.contains(parts.back())) {
            part.remove(parts.back());
            document.insert(key, part);
        } else if (parts.size() == 1 && document.contains(key)) {
            document.remove(key);
        } else {
            return failure(ErrorCode::InvalidInput, "the policy sets no field \"" + path + "\"",
                           "salvorctl policy show --effective lists them", {{"field", path}});
        }
    }
    SALVOR_ASSIGN(policy, policyFromJson(document));
    return {};
}

void addWhen(CLI::App* verb, PolicyOptions& options) {
    verb->add_option("--when", options.when,
                     text(Text::tr("Calendar expression of systemd, or KIND=EXPRESSION; once for each kind")))
        ->allow_extra_args(false);
    verb->add_flag("--no-schedule", options.noSchedule, text(Text::tr("By hand only")));
    verb->add_option("--random-delay", options.randomDelaySeconds,
                     text(Text::tr("Start up to this many seconds later")));
    verb->add_option("--recovery-point", options.recoveryPoint,
                     text(Text::tr("How old the newest good backup may get: 25h, 7d")));
}

void addRetention(CLI::App* verb, PolicyOptions& options) {
    verb->add_option("--keep-last", options.keepLast,
                     text(Text::tr("Keep the newest so many of each database")));
    verb->add_option("--keep-within", options.keepWithin, text(Text::tr("Keep all of the last 30d, 8w, 1y")));
    verb->add_option("--keep-hourly", options.keepHourly,
                     text(Text::tr("Keep one for each of so many hours")));
    verb->add_option("--keep-daily", options.keepDaily, text(Text::tr("Keep one for each of so many days")));
    verb->add_option("--keep-weekly", options.keepWeekly,
                     text(Text::tr("Keep one for each of so many weeks")));
    verb->add_option("--keep-monthly", options.keepMonthly,
                     text(Text::tr("Keep one for each of so many months")));
    verb->add_option("--keep-yearly", options.keepYearly,
                     text(Text::tr("Keep one for each of so many years")));
    verb->add_option("--keep-zone", options.keepZone,
                     text(Text::tr("Time zone in which hours, days and years begin; UTC by default")));
    verb->add_flag("--keep-everything", options.keepEverything, text(Text::tr("No retention rules")));
}

void addLimits(CLI::App* verb, PolicyOptions& options) {
    verb->add_option("--bandwidth", options.bandwidth,
                     text(Text::tr("Bytes per second to and from the store (20M, 512KiB); 0: no limit")))
        ->transform(CLI::AsSizeValue(true));
    verb->add_option("--threads", options.threads,
                     text(Text::tr("Threads that compress and store; 0: one a processor")));
    verb->add_option("--sessions", options.sessions, text(Text::tr("Connections that read at once; 0: two")));
    verb->add_option("--memory", options.memory, text(Text::tr("Memory limit of the timer's unit")))
        ->transform(CLI::AsSizeValue(true));
    verb->add_option("--cpu", options.cpu,
                     text(Text::tr("Processor limit of the timer's unit in percent of one processor")));
    verb->add_option(
        "--lock-wait", options.lockWait,
        text(Text::tr("Seconds that a timer waits for a repository in use, then it is skipped")));
}

void addAround(CLI::App* verb, PolicyOptions& options) {
    verb->add_option("--verify-after", options.verifyAfter,
                     text(Text::tr("Check the new backups in the store after each run")))
        ->check(CLI::IsMember({"none", "quick", "stored"}));
    verb->add_option("--proof-within", options.proofWithin,
                     text(Text::tr("Complain when the newest proof by a restore is older: 90d")));
    verb->add_option("--drill-target", options.drillTarget,
                     text(Text::tr("Where drills of its backups restore: a profile of another server, or "
                                   "throwaway")));
    verb->add_option("--drill-check", options.drillChecks,
                     text(Text::tr("A JSON file of check queries that each drill runs (docs/drills.md); may "
                                   "be repeated, replaces those there are")))
        ->allow_extra_args(false);
    verb->add_option("--hook-before", options.hookBefore,
                     text(Text::tr("Command to run before, one option a word; the first is a full path")))
        ->allow_extra_args(false);
    verb->add_option("--hook-after", options.hookAfter, text(Text::tr("Command to run after, the same way")))
        ->allow_extra_args(false);
    verb->add_option("--hook-timeout", options.hookTimeoutSeconds,
                     text(Text::tr("Seconds until it is killed")))
        ->check(CLI::Range(1, 86400))
        ->capture_default_str();
    verb->add_option(
            "--hook-failure", options.hookFailure,
            text(Text::tr("What its failure makes of the run; failed before a run: nothing is backed up")))
        ->check(CLI::IsMember({"success", "partial", "failed"}))
        ->capture_default_str();
    verb->add_option("--hook-path", options.hookPaths,
                     text(Text::tr("Where these hooks write, for the sandbox of the timer's unit")))
        ->allow_extra_args(false);
    verb->add_flag("--no-hooks", options.noHooks, text(Text::tr("Remove all hooks")));
    verb->add_option("--mail", options.mail, text(Text::tr("Name of a mail channel for notifications")))
        ->allow_extra_args(false);
    verb->add_option("--webhook", options.webhooks, text(Text::tr("Name of a webhook channel")))
        ->allow_extra_args(false);
    verb->add_option("--notify-on", options.notifyOn,
                     text(Text::tr("Outcomes of a run that are told; partial and failed by default")))
        ->check(CLI::IsMember({"ok", "partial", "failed", "cancelled", "skipped"}))
        ->allow_extra_args(false);
    verb->add_option("--heartbeat", options.heartbeat, text(Text::tr("Name of a heartbeat channel")));
}

} // namespace

void addPolicyOptions(CLI::App* verb, const std::shared_ptr<PolicyOptions>& options) {
    options->verb = verb;
    verb->add_option("--title", options->title, text(Text::tr("What to call it")));
    verb->add_option("--profile", options->profile,
                     text(Text::tr("Whose databases; may be left out when there is only one")));
    verb->add_option("--repository", options->repository,
                     text(Text::tr("Where its backups go; may be left out when there is only one")));
    verb->add_option(
            "--include", options->include,
            text(Text::tr(
                "Databases that are backed up, as a glob; with --exclude in order, the last match wins. "
                "These take the place of all rules that there are")))
        ->allow_extra_args(false);
    verb->add_option("--exclude", options->exclude,
                     text(Text::tr("Databases that are not; without --include: all but these")))
        ->allow_extra_args(false);
    verb->add_option(
            "--add-include", options->addInclude,
            text(Text::tr("One more rule behind those that there are: databases that are backed up")))
        ->allow_extra_args(false);
    verb->add_option("--add-exclude", options->addExclude,
                     text(Text::tr("One more rule behind those that there are: databases that are not")))
        ->allow_extra_args(false);
    verb->add_option("--level", options->level, text(Text::tr("zstd compression level, 1 to 19")));
    verb->add_option("--option", options->engineOptions,
                     text(Text::tr("KEY=VALUE for the engine; an empty value removes it")))
        ->allow_extra_args(false);
    addWhen(verb, *options);
    addRetention(verb, *options);
    addLimits(verb, *options);
    addAround(verb, *options);
    verb->add_option("--unset", options->unset,
                     text(Text::tr("Give a field its default again: limits.threads")))
        ->allow_extra_args(false);
}

Result<> applyPolicyOptions(Policy& policy, const PolicyOptions& options) {
    SALVOR_TRY(unset(policy, options.unset));
    policy.title = options.title.value_or(policy.title);
    applyRules(policy, options);
    take(policy.compressionLevel, options.level);
    SALVOR_TRY(applyEngineOptions(policy, options));
    SALVOR_TRY(applySchedules(policy, options));
    SALVOR_TRY(applyRetention(policy, options));
    take(policy.verifyAfter, options.verifyAfter);
    SALVOR_TRY(takeSpan(policy.proofWithinSeconds, options.proofWithin));
    SALVOR_TRY(applyDrills(policy, options));
    take(policy.bandwidthBytesPerSecond, options.bandwidth);
    take(policy.threads, options.threads);
    take(policy.sessions, options.sessions);
    take(policy.memoryBytes, options.memory);
    take(policy.cpuPercent, options.cpu);
    take(policy.lockWaitSeconds, options.lockWait);
    SALVOR_TRY(applyHooks(policy, options));
    if (!options.mail.empty())
        policy.mail = options.mail;
    if (!options.webhooks.empty())
        policy.webhooks = options.webhooks;
    take(policy.heartbeat, options.heartbeat);
    if (!options.notifyOn.empty()) {
        policy.notifyOn.clear();
        for (const auto& outcome : options.notifyOn)
            policy.notifyOn.push_back(runOutcomeFromString(outcome));
    }
    return {};
}

} // namespace salvor::ctl

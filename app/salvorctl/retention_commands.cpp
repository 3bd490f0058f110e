// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// retention preview, prune
#include "app/salvorctl/command.h"
#include "models/jsonfields.h"
#include "workers/timersroad.h"

#include <QCoreApplication>
#include <QJsonDocument>

namespace salvor::ctl {

namespace {

QJsonObject toJson(const FileCount& count) {
    return {{QStringLiteral("files"), static_cast<qint64>(count.files)},
            {QStringLiteral("size_bytes"), static_cast<qint64>(count.bytes)}};
}

QJsonValue bytesIfKnown(const FreedSpace& freed) {
    return freed.known ? QJsonValue(static_cast<qint64>(freed.bytes())) : QJsonValue();
}

QJsonValue toJson(const FreedSpace& freed) {
    if (!freed.known)
        return {};
    return QJsonObject{{QStringLiteral("objects"), toJson(freed.objects)},
                       {QStringLiteral("refs"), toJson(freed.refs)},
                       {QStringLiteral("manifests"), toJson(freed.manifests)}};
}

QString ruleText(const KeepReason& reason) {
    switch (reason.rule) {
    case RetentionRule::KeepLast:
        return Text::tr("last (%1)").arg(reason.place);
    case RetentionRule::KeepWithin:
        return Text::tr("within");
    case RetentionRule::Hourly:
        return Text::tr("hourly (%1)").arg(reason.place);
    case RetentionRule::Daily:
        return Text::tr("daily (%1)").arg(reason.place);
    case RetentionRule::Weekly:
        return Text::tr("weekly (%1)").arg(reason.place);
    case RetentionRule::Monthly:
        return Text::tr("monthly (%1)").arg(reason.place);
    case RetentionRule::Yearly:
        return Text::tr("yearly (%1)").arg(reason.place);
    case RetentionRule::Held:
        return Text::tr("held");
    case RetentionRule::NewestComplete:
        return Text::tr("newest");
    case RetentionRule::NewestProven:
        return Text::tr("newest proven by a restore");
    case RetentionRule::NewestIncomplete:
        return Text::tr("newest, not complete");
    case RetentionRule::UndecidedSize:
        return Text::tr("by it is told whether a changed size lasts");
    case RetentionRule::Future:
        return Text::tr("dated in the future");
    }
    return {};
}

QString reasonText(const RetentionRow& row) {
    if (!row.hasRules)
        return row.policyTitle.empty() ? Text::tr("its policy is not known here")
                                       : Text::tr("its policy keeps everything");
    QStringList texts;
    if (!row.decision.kept())
        texts.append(row.decision.complete ? Text::tr("no rule keeps it")
                                           : Text::tr("not complete, and complete ones take the places"));
    for (const auto& reason : row.decision.keptBy)
        texts.append(ruleText(reason));
    if (row.damaged)
        texts.append(Text::tr("damaged"));
    else if (row.unusualSize)
        texts.append(Text::tr("unusual in size"));
    return texts.join(QStringLiteral(", "));
}

QJsonObject toJson(const RetentionRow& row) {
    QJsonArray rules;
    for (const auto& reason : row.decision.keptBy) {
        const std::string_view name = toString(reason.rule);
        QJsonObject rule{{QStringLiteral("rule"), toQt(name)}};
        if (reason.place > 0)
            rule.insert(QStringLiteral("place"), static_cast<qint64>(reason.place));
        if (!reason.period.empty())
            rule.insert(QStringLiteral("period"), toQt(reason.period));
        rules.append(rule);
    }
    return {{QStringLiteral("id"), toQt(row.record.id)},
            {QStringLiteral("profile_title"), toQt(row.record.profileTitle)},
            {QStringLiteral("database"), toQt(row.record.database)},
            {QStringLiteral("started"), toQt(toRfc3339(row.record.started))},
            {QStringLiteral("policy_uuid"), toQt(row.record.policyUuid)},
            {QStringLiteral("policy_title"), toQt(row.policyTitle)},
            {QStringLiteral("has_rules"), row.hasRules},
            {QStringLiteral("complete"), row.decision.complete},
            {QStringLiteral("unusual_size"), row.unusualSize},
            {QStringLiteral("damaged"), row.damaged},
            {QStringLiteral("kept"), row.stays()},
            {QStringLiteral("rules"), rules}};
}

std::string rulesText(const std::optional<RetentionRules>& rules) {
    if (!rules)
        return text(Text::tr("everything"));
    return QJsonDocument(salvor::toJson(*rules)).toJson(QJsonDocument::Compact).toStdString();
}

/// Timers that prune by other rules than those shown, as long as nobody applies them again.
QJsonArray otherTimers(Context& context, const RetentionQuery& query) {
    QJsonArray others;
    const TimersRoad road = findTimersRoad(timersProgram(fromQt(QCoreApplication::applicationFilePath())));
    const auto all = allTimers(context.core(), road, false, context.cancel());
    if (!all) {
        context.out().warning(text(Text::tr("what the timers prune by could not be read: %1")
                                       .arg(toQt(printable(all.error().message)))),
                              {});
        return others;
    }
    for (const auto& one : all->policies) {
        const PolicyTimersView& timers = one.timers;
        if (!timers.otherRules ||
            (!query.policy.empty() && query.policy != timers.title && query.policy != timers.policyUuid))
            continue;
        QJsonObject entry{{QStringLiteral("policy"), toQt(timers.policyUuid)},
                          {QStringLiteral("title"), toQt(timers.title)},
                          {QStringLiteral("state"), toQt(toString(timers.state))},
                          {QStringLiteral("version"), static_cast<qint64>(timers.version)},
                          {QStringLiteral("retention"),
                           timers.keeps ? QJsonValue(salvor::toJson(*timers.keeps)) : QJsonValue()}};
        others.append(entry);
        context.out().warning(
            text(Text::tr("the timers of policy \"%1\" have revision %2 of it and prune by other rules than "
                          "shown here; they keep: %3. salvorctl timers apply gives them today's")
                     .arg(toQt(printable(timers.title)))
                     .arg(timers.version)
                     .arg(toQt(printable(rulesText(timers.keeps))))),
            entry);
    }
    return others;
}

/// Databases that are dropped and made again: nothing thins their backups, and nobody would see why.
QJsonArray formerDatabases(Context& context, const RetentionPreview& found) {
    std::vector<BackupRecord> records;
    for (const auto& row : found.rows) {
        if (!row.hasRules || !row.stays())
            continue;
        records.push_back(row.record);
        records.back().database = row.databaseToday;
    }
    std::vector<const BackupRecord*> staying;
    for (const auto& record : records)
        staying.push_back(&record);
    QJsonArray array;
    for (const auto& one : formerSources(staying)) {
        array.append(QJsonObject{{QStringLiteral("policy_uuid"), toQt(one.policyUuid)},
                                 {QStringLiteral("profile_title"), toQt(one.profileTitle)},
                                 {QStringLiteral("database"), toQt(one.database)},
                                 {QStringLiteral("former"), static_cast<qint64>(one.former)},
                                 {QStringLiteral("backups"), toJsonArray(one.backupIds)}});
        QStringList ids;
        for (const auto& id : one.backupIds)
            ids.append(toQt(id));
        context.out().line(text(
            Text::tr("\"%1\" on %2 was dropped and made again, or moved to another server: backups of "
                     "%n former database(s) of that name stay. Each is counted by itself, so what the "
                     "rules held of it when it ended stays until it is deleted: salvorctl backups delete "
                     "%3",
                     nullptr, static_cast<int>(one.former))
                .arg(toQt(printable(one.database)), toQt(printable(one.profileTitle)),
                     ids.join(QLatin1Char(' ')))));
    }
    return array;
}

Result<Exit> preview(Context& context, const RetentionQuery& query) {
    SALVOR_ASSIGN(const auto found, context.core().previewRetention(query, context.cancel()));
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& row : found.rows) {
        array.append(toJson(row));
        rows.push_back({row.stays() ? text(Text::tr("stays")) : text(Text::tr("GOES")), row.record.id,
                        row.record.profileTitle, row.record.database, localTime(row.record.started),
                        text(reasonText(row))});
    }
    if (rows.empty())
        context.out().line(text(Text::tr("There are no backups.")));
    else
        context.out().table({text(Text::tr("RESULT")), text(Text::tr("BACKUP")), text(Text::tr("PROFILE")),
                             text(Text::tr("DATABASE")), text(Text::tr("WHEN")), text(Text::tr("WHY"))},
                            rows);
    context.out().line(text(
        found.freed.known
            ? Text::tr("%1 of %2 backups under rules would go, and free %3 (%4 bytes) once they are pruned. "
                       "Nothing was changed.")
                  .arg(toQt(count(found.dropped)), toQt(count(found.live)), toQt(size(found.freed.bytes())),
                       toQt(count(found.freed.bytes())))
            : Text::tr("%1 of %2 backups under rules would go; how much that frees is not known. Nothing was "
                       "changed.")
                  .arg(toQt(count(found.dropped)), toQt(count(found.live)))));
    if (found.needsConfirmation)
        context.out().line(
            text(Text::tr("That is more than a quarter at once: salvorctl prune asks for --confirm-large.")));
    context.out().data(QJsonObject{{QStringLiteral("backups"), array},
                                   {QStringLiteral("other_timers"), otherTimers(context, query)},
                                   {QStringLiteral("former_databases"), formerDatabases(context, found)},
                                   {QStringLiteral("dropped"), static_cast<qint64>(found.dropped)},
                                   {QStringLiteral("live"), static_cast<qint64>(found.live)},
                                   {QStringLiteral("needs_confirmation"), found.needsConfirmation},
                                   {QStringLiteral("freed_bytes"), bytesIfKnown(found.freed)},
                                   {QStringLiteral("freed"), toJson(found.freed)}});
    return Exit::Ok;
}

QJsonArray idsJson(const std::vector<std::string>& ids) {
    QJsonArray array;
    for (const auto& id : ids)
        array.append(toQt(id));
    return array;
}

QJsonObject withError(QJsonObject count, const std::optional<Error>& error) {
    if (error)
        count.insert(QStringLiteral("error"), salvor::toJson(*error));
    return count;
}

QJsonObject toJson(const PruneOutcome& outcome) {
    const PruneReport& report = outcome.report;
    QJsonObject data{{QStringLiteral("dry_run"), !outcome.run.has_value()},
                     {QStringLiteral("trashed"), idsJson(outcome.preview.dropIds)},
                     {QStringLiteral("trashed_frees_bytes"), bytesIfKnown(outcome.preview.freed)},
                     {QStringLiteral("needs_confirmation"), outcome.preview.needsConfirmation},
                     {QStringLiteral("pruned"), idsJson(report.purged)},
                     {QStringLiteral("freed_bytes"), static_cast<qint64>(report.freedBytes())},
                     {QStringLiteral("of_backups"), toJson(report.ofBackups)},
                     {QStringLiteral("proofs"), toJson(report.proofs)},
                     {QStringLiteral("orphans"), toJson(report.orphans)},
                     {QStringLiteral("young_orphans"), toJson(report.young)},
                     {QStringLiteral("retained"), withError(toJson(report.retained), report.retainedBecause)},
                     {QStringLiteral("failed"), withError(toJson(report.failed), report.failedBecause)},
                     {QStringLiteral("in_trash"), static_cast<qint64>(report.inTrash)},
                     {QStringLiteral("clock_jumped"), report.clockJumped},
                     {QStringLiteral("used_reserve"), report.usedReserve}};
    if (report.nextExpiry)
        data.insert(QStringLiteral("next_expiry"), toQt(toRfc3339(*report.nextExpiry)));
    if (outcome.run)
        data.insert(QStringLiteral("run"), salvor::toJson(*outcome.run));
    return data;
}

void describe(Context& context, const PruneOutcome& outcome) {
    const PruneReport& report = outcome.report;
    const bool dry = !outcome.run.has_value();
    Output& out = context.out();
    const int dropped = static_cast<int>(outcome.preview.dropped);
    out.line(text(dry ? Text::tr("Into the trash would go: %n backup(s).", nullptr, dropped)
                      : Text::tr("Into the trash: %n backup(s).", nullptr, dropped)));
    if (dry && outcome.preview.needsConfirmation)
        out.line(text(Text::tr("That is more than a quarter at once: it needs --confirm-large.")));
    const int purged = static_cast<int>(report.purged.size());
    out.line(text(
        (dry ? Text::tr("For good would go: %n backup(s), and %1 of them and of leftovers.", nullptr, purged)
             : Text::tr("Gone for good: %n backup(s), and %1 of them and of leftovers.", nullptr, purged))
            .arg(toQt(size(report.freedBytes())))));
    if (report.clockJumped)
        out.warn(text(
            Text::tr("For months nobody wrote to this repository, or the clock jumped: every grace in the "
                     "trash begins anew.")));
    if (report.inTrash > 0 && report.nextExpiry)
        out.line(text(Text::tr("In the trash: %n backup(s); the first can be pruned from %1.", nullptr,
                               static_cast<int>(report.inTrash))
                          .arg(toQt(localTime(*report.nextExpiry)))));
    if (report.usedReserve)
        out.warn(text(Text::tr("The store was full: the reserve was used.")));
    if (report.retainedBecause)
        out.line(text(Text::tr("Retained: %1 files (%2), which the store refuses to delete: %3")
                          .arg(toQt(count(report.retained.files)), toQt(size(report.retained.bytes)),
                               toQt(printable(report.retainedBecause->message)))));
    if (report.failedBecause)
        out.warn(text(Text::tr("Not deleted, the next prune tries again: %1 files (%2): %3")
                          .arg(toQt(count(report.failed.files)), toQt(size(report.failed.bytes)),
                               toQt(printable(report.failedBecause->message)))));
}

Result<Exit> prune(Context& context, const PruneJob& job) {
    SALVOR_ASSIGN(const auto outcome, context.core().prune(job, context.progress(), context.cancel()));
    if (outcome.run)
        warnOfRehearsal(context, outcome.run->repositoryId);
    context.endProgress();
    describe(context, outcome);
    context.out().data(toJson(outcome));
    return outcome.run ? exitCodeOf(outcome.run->outcome) : Exit::Ok;
}

/// The options as they are typed; what was not typed does not override.
struct TypedRules {
    std::map<std::string, std::uint32_t> counts;
    std::string within;
    std::string zone;
};

Result<RetentionOverrides> overridesOf(const TypedRules& typed) {
    RetentionOverrides overrides;
    const auto take = [&](const char* name, std::optional<std::uint32_t>& into) {
        if (const auto found = typed.counts.find(name); found != typed.counts.end())
            into = found->second;
    };
    take("last", overrides.keepLast);
    take("hourly", overrides.hourly);
    take("daily", overrides.daily);
    take("weekly", overrides.weekly);
    take("monthly", overrides.monthly);
    take("yearly", overrides.yearly);
    if (!typed.within.empty()) {
        SALVOR_ASSIGN(overrides.keepWithin, parseRetentionSpan(typed.within));
    }
    if (!typed.zone.empty())
        overrides.timeZone = typed.zone;
    return overrides;
}

void addPreview(Commands& commands) {
    CLI::App* noun = commands.app().add_subcommand("retention", text(Text::tr("Which backups stay")));
    noun->require_subcommand(1);
    CLI::App* verb = noun->add_subcommand(
        "preview", text(Text::tr("By which rule each backup stays, and what going frees")));
    auto query = std::make_shared<RetentionQuery>();
    auto typed = std::make_shared<TypedRules>();
    verb->add_option("--repository", query->repository,
                     text(Text::tr("Title or id; may be left out when there is only one")));
    verb->add_option("--policy", query->policy, text(Text::tr("Only this policy's backups")));
    for (const char* name : {"last", "hourly", "daily", "weekly", "monthly", "yearly"}) {
        const std::string key = name;
        verb->add_option_function<std::uint32_t>(
                "--keep-" + key, [typed, key](const std::uint32_t& value) { typed->counts[key] = value; },
                text(Text::tr("As if the policy said so")))
            ->type_name("COUNT");
    }
    verb->add_option("--keep-within", typed->within, text(Text::tr("The same, a time: 36h, 30d, 8w, 1y")));
    verb->add_option("--time-zone", typed->zone, text(Text::tr("The same, where days begin: Europe/Berlin")));
    commands.onChosen(verb, "retention.preview", [query, typed](Context& context) -> Result<Exit> {
        SALVOR_ASSIGN(query->overrides, overridesOf(*typed));
        return preview(context, *query);
    });
}

} // namespace

void addRetentionCommands(Commands& commands) {
    addPreview(commands);
    CLI::App* verb = commands.app().add_subcommand(
        "prune", text(Text::tr("Delete what no rule keeps: first into the trash, then for good")));
    auto job = std::make_shared<PruneJob>();
    verb->add_option("--repository", job->repository,
                     text(Text::tr("Title or id; may be left out when there is only one")));
    verb->add_option("--policy", job->policy, text(Text::tr("Decide upon this policy's backups only")));
    verb->add_flag("--dry-run", job->dryRun, text(Text::tr("Say what would be done")));
    verb->add_flag("--free-space-now", job->freeSpaceNow,
                   text(Text::tr("Empty the trash before its grace ends; needs --yes")));
    verb->add_flag("--yes", job->confirmed,
                   text(Text::tr("With --free-space-now: do it without asking again")));
    verb->add_flag("--confirm-large", job->confirmLarge,
                   text(Text::tr("Also when more than a quarter goes at once")));
    commands.onChosen(verb, "prune.run", [job](Context& context) { return prune(context, *job); });
}

} // namespace salvor::ctl

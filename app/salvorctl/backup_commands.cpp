// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/backup_report.h"
#include "app/salvorctl/trashwords.h"

#include "models/policy/selection.h"
#include "models/sourcetexts.h"
#include "models/watch/serverchange.h"
#include "workers/backupnotes.h"
#include "workers/interruption.h"
#include "workers/savedserver.h"
#include "workers/standings.h"

#include <algorithm>
#include <set>

#include <unistd.h>

namespace salvor::ctl {

namespace {

struct BackupOptions {
    std::string source;
    std::string format = "auto";
    int level = 0;
    std::optional<std::int64_t> wait;
    bool dryRun = false;
};

/// PROFILE, POLICY or PROFILE/DATABASE, looked for in this order: a title may hold a '/'.
Result<BackupJob> jobFor(Context& context, const std::string& source) {
    BackupJob job;
    job.profile = source;
    const auto found = context.core().profile(source);
    if (found)
        return job;
    if (found.error().code != ErrorCode::NotFound)
        return failure(found.error());
    const auto policy = context.core().policy(source);
    if (policy) {
        job.profile.clear();
        job.policy = policy->uuid;
        return job;
    }
    if (policy.error().code != ErrorCode::NotFound)
        return failure(policy.error());
    const auto slash = source.find('/');
    if (slash == std::string::npos)
        return failure(found.error());
    job.profile = source.substr(0, slash);
    job.databases = {source.substr(slash + 1)};
    SALVOR_TRY(context.core().profile(job.profile).map([](const Profile&) {}));
    return job;
}

QJsonObject toJson(const BackupOutcome& outcome) {
    QJsonArray backups;
    for (const auto& backup : outcome.backups)
        backups.append(salvor::toJson(backup));
    QJsonArray failures;
    for (const auto& failed : outcome.failures)
        failures.append(QJsonObject{{QStringLiteral("database"), toQt(failed.database)},
                                    {QStringLiteral("error"), salvor::toJson(failed.error)}});
    QJsonArray untold;
    for (const auto& problem : outcome.notificationProblems)
        untold.append(salvor::toJson(problem));
    return {{QStringLiteral("run"), salvor::toJson(outcome.run)},
            {QStringLiteral("notification_problems"), untold},
            {QStringLiteral("backups"), backups},
            {QStringLiteral("failures"), failures}};
}

Result<Exit> dryRun(Context& context, const BackupJob& job) {
    std::vector<Policy> policies;
    std::string profileName = job.profile;
    if (!job.policy.empty()) {
        SALVOR_ASSIGN(auto policy, context.core().policy(job.policy));
        profileName = policy.profileUuid;
        policies.push_back(std::move(policy));
    }
    SALVOR_ASSIGN(const Profile profile, context.core().profile(profileName));
    if (job.policy.empty()) {
        SALVOR_ASSIGN(const auto all, context.core().policies());
        for (const auto& policy : all) {
            if (policy.profileUuid == profile.uuid)
                policies.push_back(policy);
        }
    }
    return reportSelection(context, profile, policies, job.databases);
}

Result<Exit> backup(Context& context, const BackupOptions& options) {
    SALVOR_ASSIGN(BackupJob job, jobFor(context, options.source));
    if (options.dryRun)
        return dryRun(context, job);
    job.format = options.format;
    job.compressionLevel = options.level;
    if (options.wait)
        job.lockWait = std::chrono::seconds(*options.wait);
    SALVOR_ASSIGN(const auto report,
                  runAttended(context.core(), job, {{}, isSeen()}, context.progress(), context.cancel()));
    const auto& outcome = std::get<BackupOutcome>(report);
    const Exit exit = reportBackup(context, outcome);
    std::set<std::string> repositories;
    for (const auto& backup : outcome.backups) {
        if (repositories.insert(backup.repositoryId).second)
            warnOfRehearsal(context, backup.repositoryId);
    }
    return exit;
}

Result<Exit> verify(Context& context, const VerifyJob& job) {
    SALVOR_ASSIGN(const auto done, context.core().runJob(job, context.progress(), context.cancel()));
    context.endProgress();
    const auto& outcome = std::get<VerifyOutcome>(done);
    const VerifyReport& report = outcome.report;
    // What is damaged is an error, which --quiet does not silence.
    const auto say = [&](const QString& sentence) {
        if (context.out().quiet() && !context.out().json() && !report.ok())
            context.out().warn(text(sentence));
        else
            context.out().line(text(sentence));
    };
    QJsonArray problems;
    for (const auto& problem : report.problems) {
        QJsonArray backups;
        for (const auto& id : problem.backupIds)
            backups.append(toQt(id));
        QJsonArray items;
        for (const auto& item : problem.items)
            items.append(toQt(item));
        problems.append(QJsonObject{{QStringLiteral("error"), salvor::toJson(problem.error)},
                                    {QStringLiteral("backups"), backups},
                                    {QStringLiteral("items"), items},
                                    {QStringLiteral("unread"), problem.unread}});
        say((problem.unread ? Text::tr("CANNOT BE READ: %1") : Text::tr("DAMAGED: %1"))
                .arg(toQt(printable(problem.error.toText()))));
        for (const auto& id : problem.backupIds)
            say(Text::tr("  hits backup %1").arg(toQt(id)));
        for (const auto& item : problem.items)
            say(Text::tr("  hits %1").arg(toQt(printable(item))));
    }
    QJsonArray intact;
    for (const auto& id : report.intactBackupIds)
        intact.append(toQt(id));
    say(Text::tr("Checked %n backup(s), %1, %2 read: %3", nullptr, static_cast<int>(report.backups))
            .arg(Text::tr("%Ln object(s)", nullptr, static_cast<int>(report.objects)),
                 toQt(size(report.bytesRead)),
                 report.ok() ? Text::tr("all intact")
                             : Text::tr("%n problem(s)", nullptr, static_cast<int>(report.problems.size()))));
    const Exit exit = sayUnrecorded(context, outcome.run, report.ok() ? Exit::Ok : Exit::Failed);
    context.out().data(QJsonObject{{QStringLiteral("backups"), static_cast<qint64>(report.backups)},
                                   {QStringLiteral("objects"), static_cast<qint64>(report.objects)},
                                   {QStringLiteral("read_bytes"), static_cast<qint64>(report.bytesRead)},
                                   {QStringLiteral("intact"), intact},
                                   {QStringLiteral("problems"), problems},
                                   {QStringLiteral("run"), salvor::toJson(outcome.run)}});
    return exit;
}

QJsonObject toJson(const BackupRecord& backup, const std::set<std::string>& damaged) {
    QJsonObject object = salvor::toJson(backup);
    object.insert(QStringLiteral("damaged"), damaged.contains(backup.id));
    return object;
}

std::string badges(const BackupRecord& backup, const std::set<std::string>& damaged) {
    const QString proof = damaged.contains(backup.id) ? Text::tr("DAMAGED")
                          : backup.restoredAt
                              ? Text::tr("restored on %1").arg(toQt(localTime(*backup.restoredAt)))
                          : backup.readBackAt ? Text::tr("checksums read back")
                                              : Text::tr("stored");
    return text(backup.held ? Text::tr("%1, held").arg(proof) : proof);
}

/// Where what was asked for is in the trash, the days of its grace run: that comes before the advice to make
/// a backup, and is in the JSON as well.
Result<> sayNone(Context& context, const BackupQuery& query) {
    Output& out = context.out();
    SALVOR_ASSIGN(const auto trashed, trashedLike(context, query));
    const bool all = query.profile.empty() && query.database.empty() && !query.since && !query.until;
    if (all && context.hasUnlisted()) // there may be some that could not be listed
        out.line(text(
            Text::tr("No backups are known here. Stores may have some all the same: see the warnings.")));
    else if (!trashed.empty())
        out.line(text(all ? Text::tr("No backups but those in the trash.")
                          : Text::tr("No backup is like that but in the trash.")));
    else
        out.line(text(all ? Text::tr("No backups. Make one with: salvorctl backup PROFILE")
                          : Text::tr("No backup is like that. All of them: salvorctl backups list")));
    if (!trashed.empty())
        out.warning(trashSentence(trashed), {{QStringLiteral("trashed"), static_cast<qint64>(trashed.size())},
                                             {QStringLiteral("message"), toQt(trashSentence(trashed))}});
    return {};
}

Result<Exit> list(Context& context, const BackupQuery& query) {
    // The list is what this computer remembers: whether the stores still have it is said with it.
    SALVOR_TRY(context.core().checkRepositories(query.repository, context.cancel()));
    SALVOR_ASSIGN(const auto backups, context.core().backups(query));
    SALVOR_ASSIGN(const auto damaged, knownDamage(context.core()));
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& backup : backups) {
        array.append(toJson(backup, damaged));
        rows.push_back({backup.id, backup.profileTitle, backup.database, localTime(backup.started),
                        backup.kind, size(backup.sizeBytes), size(backup.storedBytes),
                        badges(backup, damaged)});
    }
    if (rows.empty())
        SALVOR_TRY(sayNone(context, query));
    else
        context.out().table({text(Text::tr("BACKUP")), text(Text::tr("PROFILE")), text(Text::tr("DATABASE")),
                             text(Text::tr("WHEN")), text(Text::tr("KIND")), text(Text::tr("SIZE")),
                             text(Text::tr("STORED")), text(Text::tr("STATE"))},
                            rows);
    context.out().data(array);
    return Exit::Ok;
}

/// SQL alone on standard output, so that it can be looked at, cut and piped into psql.
Result<Exit> showRoles(Context& context, const std::string& id) {
    SALVOR_ASSIGN(const auto saved, savedServer(context.core(), id, {}, context.cancel()));
    QJsonArray array;
    context.out().line(
        "-- " +
        text(Text::tr("Roles of the server of %1, as backup %2 has them. Passwords are not saved: set "
                      "them anew.")
                 .arg(toQt(printable(saved.database)), toQt(saved.backupId))));
    for (const auto& one : saved.statements) {
        context.out().line(one.sql);
        array.append(QJsonObject{{QStringLiteral("kind"), toQt(one.kind)},
                                 {QStringLiteral("name"), toQt(one.name)},
                                 {QStringLiteral("sql"), toQt(one.sql)}});
    }
    context.out().data(QJsonObject{{QStringLiteral("id"), toQt(saved.backupId)},
                                   {QStringLiteral("roles"), array},
                                   {QStringLiteral("profile"), saved.profile}});
    return Exit::Ok;
}

Result<Exit> show(Context& context, const std::string& id, bool withItems) {
    SALVOR_ASSIGN(const auto backup, context.core().backup(id));
    SALVOR_TRY(context.core().checkRepositories(backup.repositoryId, context.cancel()));
    SALVOR_ASSIGN(const auto damaged, knownDamage(context.core()));
    context.out().fields({{text(Text::tr("Backup")), backup.id},
                          {text(Text::tr("Profile")), backup.profileTitle},
                          {text(Text::tr("Database")), backup.database},
                          {text(Text::tr("Server")), backup.serverVersion},
                          {text(Text::tr("Started")), localTime(backup.started)},
                          {text(Text::tr("Took")), took(backup.started, backup.ended)},
                          {text(Text::tr("Kind")), backup.method + ", " + backup.kind},
                          {text(Text::tr("Items")), count(backup.items)},
                          {text(Text::tr("Rows")), count(backup.rows)},
                          {text(Text::tr("Size")), size(backup.sizeBytes)},
                          {text(Text::tr("Stored")), size(backup.storedBytes)},
                          {text(Text::tr("State")), badges(backup, damaged)}});
    for (const auto& note : backup.notes)
        context.out().line(text(Text::tr("Note: %1").arg(toQt(note))));
    QJsonObject data = toJson(backup, damaged);
    if (withItems) {
        SALVOR_ASSIGN(const auto items, context.core().backupItems(backup.id, context.cancel()));
        QJsonArray array;
        std::vector<std::vector<std::string>> rows;
        for (const auto& item : items) {
            array.append(QJsonObject{{QStringLiteral("id"), toQt(item.id)},
                                     {QStringLiteral("kind"), toQt(item.kind)},
                                     {QStringLiteral("name"), toQt(item.name)},
                                     {QStringLiteral("group"), toQt(item.group)},
                                     {QStringLiteral("rows"), static_cast<qint64>(item.rows)},
                                     {QStringLiteral("size_bytes"), static_cast<qint64>(item.sizeBytes)},
                                     {QStringLiteral("content_hash"), toQt(item.contentHash)},
                                     {QStringLiteral("details"), item.details}});
            rows.push_back({item.name, item.kind, count(item.rows), size(item.sizeBytes)});
        }
        context.out().table(
            {text(Text::tr("ITEM")), text(Text::tr("KIND")), text(Text::tr("ROWS")), text(Text::tr("SIZE"))},
            rows);
        data.insert(QStringLiteral("item_list"), array);
    }
    context.out().data(data);
    return Exit::Ok;
}

void addVerify(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand("verify", text(Text::tr("Check what is in the store")));
    auto job = std::make_shared<VerifyJob>();
    verb->add_option("BACKUP", job->backups,
                     text(Text::tr("Backup ids or unique beginnings; all when left out")));
    verb->add_option("--repository", job->repository,
                     text(Text::tr("Title or id; may be left out when there is only one")));
    const auto depth = std::make_shared<std::string>("stored");
    verb->add_option(
            "--depth", *depth,
            text(Text::tr("quick: catalog and sizes; stored: every stored byte; full: decrypted too")))
        ->check(CLI::IsMember({"quick", "stored", "full"}))
        ->capture_default_str();
    commands.onChosen(verb, "verify.run", [job, depth](Context& context) {
        job->depth = *depth == "quick"  ? VerifyDepth::Quick
                     : *depth == "full" ? VerifyDepth::Full
                                        : VerifyDepth::Stored;
        return verify(context, *job);
    });
}

void addBackups(Commands& commands) {
    CLI::App* noun = commands.app().add_subcommand("backups", text(Text::tr("Backups that exist")));
    noun->require_subcommand(1);
    CLI::App* listVerb = noun->add_subcommand("list", text(Text::tr("Backups, newest first")));
    auto query = std::make_shared<BackupQuery>();
    listVerb->add_option("--repository", query->repository, text(Text::tr("Only of this repository")));
    listVerb->add_option("--profile", query->profile, text(Text::tr("Only of this profile")));
    listVerb->add_option("--database", query->database, text(Text::tr("Only of this database")));
    auto since = std::make_shared<std::string>();
    auto until = std::make_shared<std::string>();
    listVerb->add_option("--since", *since, text(Text::tr("Only from this time on (2026-11-21T00:00:00Z)")));
    listVerb->add_option("--until", *until, text(Text::tr("Only up to this time")));
    commands.onChosen(listVerb, "backups.list", [query, since, until](Context& context) -> Result<Exit> {
        if (!since->empty()) {
            SALVOR_ASSIGN(query->since, fromRfc3339(*since));
        }
        if (!until->empty()) {
            SALVOR_ASSIGN(query->until, fromRfc3339(*until));
        }
        return list(context, *query);
    });
    CLI::App* showVerb = noun->add_subcommand("show", text(Text::tr("One backup")));
    auto id = std::make_shared<std::string>();
    auto items = std::make_shared<bool>(false);
    showVerb->add_option("BACKUP", *id, text(Text::tr("Backup id or a unique beginning of it")))->required();
    showVerb->add_flag("--items", *items, text(Text::tr("With its tables and chunks")));
    auto roles = std::make_shared<bool>(false);
    showVerb
        ->add_flag(
            "--roles", *roles,
            text(Text::tr("Only the SQL that makes the server's roles again; with --json also the profile")))
        ->excludes("--items");
    commands.onChosen(showVerb, "backups.show", [id, items, roles](Context& context) {
        return *roles ? showRoles(context, *id) : show(context, *id, *items);
    });
    addBackupActCommands(commands, noun);
}

/// Each once, also where two policies choose it.
std::vector<SourceInfo> inOrder(const RunSelection& selection) {
    std::vector<SourceInfo> out;
    for (const auto& [policy, sources] : selection.chosen) {
        for (const auto& source : sources) {
            if (std::ranges::find(out, source.name, &SourceInfo::name) == out.end())
                out.push_back(source);
        }
    }
    return out;
}

} // namespace

Result<Exit> reportSelection(Context& context, const Profile& profile, const std::vector<Policy>& policies,
                             const std::vector<std::string>& named) {
    SALVOR_ASSIGN(const auto report, context.core().testConnection(profile, nullptr, context.cancel()));
    SALVOR_ASSIGN(const auto selection, selectForRun(policies, report.sources, named, profile.title));
    QJsonArray names;
    QJsonArray refusals;
    QJsonArray notes;
    QJsonArray copies;
    std::vector<std::string> problems;
    std::vector<std::string> sentences;
    std::vector<std::vector<std::string>> rows;
    std::set<std::string> chosen;
    const auto refuse = [&](const std::string& name, const Error& error) {
        refusals.append(toQt(name));
        problems.push_back(text(Text::tr("Cannot be backed up: \"%1\": %2")
                                    .arg(toQt(printable(name)), toQt(printable(error.toText())))));
    };
    for (const auto& [name, error] : selection.failures) {
        chosen.insert(name);
        refuse(name, error);
    }
    for (const auto& source : selection.copies) {
        copies.append(toQt(source.name));
        sentences.push_back(
            text(Text::tr("Left out: %1, a restored copy of %2, which no rule names")
                     .arg(toQt(printable(source.name)), toQt(printable(copyOf(source).value_or(""))))));
    }
    for (const auto& source : inOrder(selection)) {
        chosen.insert(source.name);
        const auto said = backupNotes(context.core(), profile, source.name, context.cancel());
        if (!said && said.error().isCancelled())
            return failure(said.error());
        if (!said) {
            refuse(source.name, said.error());
            continue;
        }
        for (const auto& note : *said) {
            notes.append(QJsonObject{{QStringLiteral("database"), toQt(source.name)},
                                     {QStringLiteral("note"), toQt(note)}});
            sentences.push_back(
                text(Text::tr("Note on %1: %2").arg(toQt(printable(source.name)), toQt(printable(note)))));
        }
        names.append(toQt(source.name));
        rows.push_back({source.name, size(source.sizeBytes)});
    }
    context.out().line(text(Text::tr("Would back up:")));
    context.out().table({text(Text::tr("DATABASE")), text(Text::tr("SIZE ON THE SERVER"))}, rows);
    if (!report.toolProblem.empty())
        context.out().line(
            text(Text::tr("Cannot be backed up: %1").arg(toQt(printable(report.toolProblem)))));
    for (const auto& sentence : sentences)
        context.out().line(sentence);
    for (const auto& problem : problems)
        context.out().line(problem);
    // Those of databases that are not backed up, and what only a restore needs, do not hinder a backup.
    bool mayRead = true;
    for (const auto& right : report.missingRights) {
        if (!chosen.contains(databaseOf(right, report)))
            continue;
        mayRead = false;
        context.out().line(
            text(Text::tr("Missing: %1\n  %2;").arg(toQt(printable(right.what)), toQt(right.sql))));
    }
    context.out().data(QJsonObject{{QStringLiteral("databases"), names},
                                   {QStringLiteral("notes"), notes},
                                   {QStringLiteral("restored_copies"), copies},
                                   {QStringLiteral("cannot_be_backed_up"), refusals},
                                   {QStringLiteral("dry_run"), true}});
    return problems.empty() && mayRead && report.toolProblem.empty() ? Exit::Ok : Exit::Failed;
}

namespace {

/// What is backed up may be none of what is meant: said before all else.
void sayOtherServer(Context& context, const RunRecord& run) {
    const QString said = run.details.value(QLatin1String(kServerWarningKey)).toString();
    if (said.isEmpty())
        return;
    QJsonObject entry{{QStringLiteral("code"), QStringLiteral("server_replaced")},
                      {QStringLiteral("message"), said}};
    for (const char* key : {"system_id", kSystemIdBeforeKey, kServerAnsweredByKey}) {
        if (const auto value = run.details.value(QLatin1String(key)); !value.isUndefined())
            entry.insert(QLatin1String(key), value);
    }
    context.out().warning(printable(fromQt(said)), entry);
}

} // namespace

Exit reportBackup(Context& context, const BackupOutcome& outcome) {
    return reportBackup(context, outcome, {});
}

bool isSeen() { return ::isatty(STDERR_FILENO) != 0; }

Exit reportBackup(Context& context, const BackupOutcome& outcome, const QJsonObject& more) {
    context.endProgress();
    sayOtherServer(context, outcome.run);
    for (const auto& made : outcome.backups) {
        context.out().line(text(
            Text::tr("Backed up %1: %2 (%3 items, %4 rows) stored in %5, %6 of it new, in %7: %8")
                .arg(toQt(printable(made.database)), toQt(size(made.sizeBytes)), toQt(count(made.items)),
                     toQt(count(made.rows)), toQt(size(made.storedBytes)), toQt(size(made.newStoredBytes)),
                     toQt(took(made.started, made.ended)), toQt(made.id))));
        for (const auto& note : made.notes)
            context.out().line(text(Text::tr("  Note: %1").arg(toQt(printable(note)))));
    }
    for (const auto& failed : outcome.failures)
        context.out().warn(
            text(Text::tr("%1 failed: %2")
                     .arg(toQt(printable(failed.database)), toQt(printable(failed.error.toText())))));
    for (const auto& name : outcome.run.details.value(QLatin1String("restored_copies")).toArray())
        context.out().line(text(Text::tr("Left out: %1, a restored copy, which no rule names")
                                    .arg(toQt(printable(fromQt(name.toString()))))));
    if (outcome.failures.empty() && outcome.run.error)
        context.out().warn(text(
            Text::tr("The backups are there, but: %1").arg(toQt(printable(outcome.run.error->toText())))));
    for (const auto& problem : outcome.notificationProblems)
        context.out().warn(
            text(Text::tr("A notification did not arrive: %1").arg(toQt(printable(problem.toText())))));
    (void)sayUnrecorded(context, outcome.run, Exit::Ok); // the backups are there
    if (outcome.run.details.value(QStringLiteral("skipped")).toString() == QStringLiteral("paused"))
        context.out().line(text(Text::tr("Skipped: the policy is paused.")));
    QJsonObject data = toJson(outcome);
    for (auto it = more.begin(); it != more.end(); ++it)
        data.insert(it.key(), it.value());
    context.out().data(data);
    return exitCodeOf(outcome.run.outcome);
}

void addBackupCommands(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand("backup", text(Text::tr("Back up now")));
    auto options = std::make_shared<BackupOptions>();
    verb->add_option("SOURCE", options->source, text(Text::tr("PROFILE, POLICY or PROFILE/DATABASE")))
        ->required();
    verb->add_option("--format", options->format,
                     text(Text::tr("How rows are read: auto is binary where every type allows it")))
        ->check(CLI::IsMember({"auto", "text", "binary"}))
        ->capture_default_str();
    verb->add_option("--level", options->level, text(Text::tr("zstd compression level; 0 is the policy's")))
        ->check(CLI::Range(0, 19));
    verb->add_option("--wait", options->wait,
                     text(Text::tr("Seconds to wait for a repository that is in use; not at all by default")))
        ->check(CLI::Range(0, 86400));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Say what would be backed up")));
    commands.onChosen(verb, "backup.run", [options](Context& context) { return backup(context, *options); });
    addVerify(commands);
    addBackups(commands);
}

} // namespace salvor::ctl

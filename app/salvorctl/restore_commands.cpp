// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"

namespace salvor::ctl {

namespace {

const char* levelName(PreflightFinding::Level level) {
    switch (level) {
    case PreflightFinding::Level::Ok:
        return "ok";
    case PreflightFinding::Level::Warning:
        return "warning";
    case PreflightFinding::Level::Blocker:
        return "blocker";
    }
    return "blocker";
}

std::string levelText(PreflightFinding::Level level) {
    switch (level) {
    case PreflightFinding::Level::Ok:
        return text(Text::tr("ok"));
    case PreflightFinding::Level::Warning:
        return text(Text::tr("warning"));
    case PreflightFinding::Level::Blocker:
        break;
    }
    return text(Text::tr("STOPS"));
}

Result<Exit> preflight(Context& context, const RestoreJob& job) {
    SALVOR_ASSIGN(const Preflight found, context.core().preflightRestore(job, context.cancel()));
    QJsonArray findings;
    std::vector<std::vector<std::string>> rows;
    for (const auto& finding : found.findings) {
        findings.append(QJsonObject{{QStringLiteral("level"), QString::fromLatin1(levelName(finding.level))},
                                    {QStringLiteral("check"), toQt(finding.check)},
                                    {QStringLiteral("text"), toQt(finding.text)},
                                    {QStringLiteral("hint"), toQt(finding.hint)}});
        rows.push_back({levelText(finding.level), finding.check,
                        finding.text + (finding.hint.empty() ? "" : " – " + finding.hint)});
    }
    context.out().table({text(Text::tr("RESULT")), text(Text::tr("CHECK")), text(Text::tr("FOUND"))}, rows);
    QJsonArray roles;
    for (const auto& role : found.missingRoles)
        roles.append(toQt(role));
    context.out().line(found.ok() ? text(Text::tr("The restore can start. Nothing was changed."))
                                  : text(Text::tr("The restore would be refused. Nothing was changed.")));
    context.out().data(QJsonObject{{QStringLiteral("ok"), found.ok()},
                                   {QStringLiteral("needed_bytes"), static_cast<qint64>(found.bytesNeeded)},
                                   {QStringLiteral("findings"), findings},
                                   {QStringLiteral("missing_roles"), roles}});
    return found.ok() ? Exit::Ok : Exit::Failed;
}

QJsonObject toJson(const RestoreOutcome& outcome) {
    QJsonArray differences;
    for (const auto& difference : outcome.differences)
        differences.append(QJsonObject{{QStringLiteral("item"), toQt(difference.item)},
                                       {QStringLiteral("expected"), toQt(difference.expected)},
                                       {QStringLiteral("found"), toQt(difference.found)}});
    QJsonArray leftOff;
    for (const auto& line : outcome.leftOff)
        leftOff.append(toQt(line));
    return {{QStringLiteral("run"), salvor::toJson(outcome.run)},
            {QStringLiteral("backup"), toQt(outcome.backupId)},
            {QStringLiteral("database"), toQt(outcome.database)},
            {QStringLiteral("proved"), outcome.proved},
            {QStringLiteral("items"), static_cast<qint64>(outcome.items)},
            {QStringLiteral("rows"), static_cast<qint64>(outcome.rows)},
            {QStringLiteral("plain_bytes"), static_cast<qint64>(outcome.bytes)},
            {QStringLiteral("restore_seconds"), outcome.restoreSeconds},
            {QStringLiteral("proof_seconds"), outcome.proofSeconds},
            {QStringLiteral("differences"), differences},
            {QStringLiteral("left_off"), leftOff}};
}

Result<Exit> restore(Context& context, const RestoreJob& job) {
    SALVOR_ASSIGN(const auto report, context.core().runJob(job, context.progress(), context.cancel()));
    context.endProgress();
    const auto& outcome = std::get<RestoreOutcome>(report);
    context.out().line(text(Text::tr("Restored backup %1 as database %2: %3 items, %4 rows, %5 in %6.")
                                .arg(toQt(outcome.backupId), toQt(printable(outcome.database)),
                                     toQt(count(outcome.items)), toQt(count(outcome.rows)),
                                     toQt(size(outcome.bytes)), toQt(duration(outcome.restoreSeconds)))));
    if (outcome.proved)
        context.out().line(
            text(Text::tr("PROVED EQUAL: every item was read back from the restored database, and counts, "
                          "contents and schema are those of the backup (%1).")
                     .arg(toQt(duration(outcome.proofSeconds)))));
    else if (outcome.differences.empty())
        context.out().line(text(Text::tr("Not proved: the proof was left out (--no-proof).")));
    for (const auto& difference : outcome.differences)
        context.out().warn(
            text(Text::tr("NOT EQUAL: %1: expected %2, found %3")
                     .arg(toQt(printable(difference.item)), toQt(printable(difference.expected)),
                          toQt(printable(difference.found)))));
    if (outcome.run.error && !context.out().json())
        context.out().error(*outcome.run.error);
    for (const auto& line : outcome.leftOff)
        context.out().line(text(Text::tr("Left off: %1").arg(toQt(printable(line)))));
    context.out().data(toJson(outcome));
    return exitCodeOf(outcome.run.outcome);
}

Result<Exit> listRestored(Context& context, const std::string& profile) {
    SALVOR_ASSIGN(const auto found, context.core().restoredDatabases(profile, context.cancel()));
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& database : found) {
        array.append(QJsonObject{{QStringLiteral("database"), toQt(database.name)},
                                 {QStringLiteral("backup"), toQt(database.backupId)},
                                 {QStringLiteral("run"), toQt(database.runId)},
                                 {QStringLiteral("state"), toQt(database.state)},
                                 {QStringLiteral("final_name"), toQt(database.finalName)},
                                 {QStringLiteral("size_bytes"), static_cast<qint64>(database.sizeBytes)}});
        rows.push_back(
            {database.name, database.state, database.finalName, database.backupId, size(database.sizeBytes)});
    }
    if (rows.empty())
        context.out().line(text(Text::tr("No database on that server was made by a restore.")));
    else
        context.out().table({text(Text::tr("DATABASE")), text(Text::tr("STATE")),
                             text(Text::tr("MEANT TO BE")), text(Text::tr("FROM BACKUP")),
                             text(Text::tr("SIZE"))},
                            rows);
    context.out().data(array);
    return Exit::Ok;
}

Result<Exit> dropRestored(Context& context, const std::string& profile, const std::string& database,
                          bool dryRun) {
    if (dryRun) {
        SALVOR_ASSIGN(const auto found, context.core().restoredDatabases(profile, context.cancel()));
        const bool known =
            std::any_of(found.begin(), found.end(), [&](const auto& one) { return one.name == database; });
        if (!known)
            return failure(ErrorCode::NotFound,
                           "no restore made a database called \"" + database + "\" there",
                           "see salvorctl restored list " + profile);
    } else {
        SALVOR_TRY(context.core().dropRestoredDatabase(profile, database, context.cancel()));
    }
    context.out().line(text((dryRun ? Text::tr("Would drop database %1.") : Text::tr("Dropped database %1."))
                                .arg(toQt(printable(database)))));
    context.out().data(
        QJsonObject{{QStringLiteral("database"), toQt(database)}, {QStringLiteral("dry_run"), dryRun}});
    return Exit::Ok;
}

void addRestored(Commands& commands) {
    CLI::App* noun =
        commands.app().add_subcommand("restored", text(Text::tr("Databases that a restore made")));
    noun->require_subcommand(1);
    auto profile = std::make_shared<std::string>();
    CLI::App* listVerb =
        noun->add_subcommand("list", text(Text::tr("Finished and unfinished ones on a server")));
    listVerb->add_option("PROFILE", *profile, text(Text::tr("Title or UUID")))->required();
    commands.onChosen(listVerb, "restored.list",
                      [profile](Context& context) { return listRestored(context, *profile); });
    auto database = std::make_shared<std::string>();
    auto dryRun = std::make_shared<bool>(false);
    CLI::App* dropVerb = noun->add_subcommand("drop", text(Text::tr("Drop one; refuses any other database")));
    dropVerb->add_option("PROFILE", *profile, text(Text::tr("Title or UUID")))->required();
    dropVerb->add_option("DATABASE", *database, text(Text::tr("Its name, as restored list shows it")))
        ->required();
    dropVerb->add_flag("--dry-run", *dryRun, text(Text::tr("Say what would be done")));
    commands.onChosen(dropVerb, "restored.drop", [profile, database, dryRun](Context& context) {
        return dropRestored(context, *profile, *database, *dryRun);
    });
}

} // namespace

void addRestoreCommands(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand(
        "restore", text(Text::tr("Restore a backup into a new database, and prove it equal")));
    auto job = std::make_shared<RestoreJob>();
    auto noProof = std::make_shared<bool>(false);
    auto noAnalyze = std::make_shared<bool>(false);
    auto dryRun = std::make_shared<bool>(false);
    verb->add_option("BACKUP", job->backup, text(Text::tr("Backup id or a unique beginning of it")))
        ->required();
    verb->add_option("--database", job->targetDatabase,
                     text(Text::tr("Name of the new database; must not exist")))
        ->required();
    verb->add_option("--to-profile", job->targetProfile,
                     text(Text::tr("Server to restore to; the one it came from when left out")));
    verb->add_option("--repository", job->repository,
                     text(Text::tr("Title or id; found by the backup when left out")));
    verb->add_option("--make-role", job->noLoginRoles,
                     text(Text::tr("Make this missing role, without login; may be repeated")))
        ->allow_extra_args(false);
    verb->add_flag("--no-proof", *noProof, text(Text::tr("Do not read everything back")));
    verb->add_flag("--no-analyze", *noAnalyze,
                   text(Text::tr("Open the database sooner: leave its planner statistics to autovacuum")));
    verb->add_flag("--dry-run", *dryRun, text(Text::tr("Check everything, change nothing")));
    commands.onChosen(verb, "restore.run", [job, noProof, noAnalyze, dryRun](Context& context) {
        job->prove = !*noProof;
        job->analyze = !*noAnalyze;
        return *dryRun ? preflight(context, *job) : restore(context, *job);
    });
    addRestored(commands);
}

} // namespace salvor::ctl

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

QJsonArray findingsOf(const Preflight& found) {
    QJsonArray findings;
    for (const auto& finding : found.findings)
        findings.append(QJsonObject{{QStringLiteral("level"), QString::fromLatin1(levelName(finding.level))},
                                    {QStringLiteral("check"), toQt(finding.check)},
                                    {QStringLiteral("text"), toQt(finding.text)},
                                    {QStringLiteral("hint"), toQt(finding.hint)}});
    return findings;
}

struct RestoreOptions {
    RestoreJob job;
    std::vector<std::pair<std::string, std::string>> leaveOut;
    bool noProof = false;
    bool noAnalyze = false;
    bool dryRun = false;
};

Result<Exit> preflight(Context& context, const RestoreOptions& options) {
    SALVOR_ASSIGN(const Preflight found, context.core().preflightRestore(options.job, context.cancel()));
    return reportPreflight(context, found, Text::tr("The restore can start. Nothing was changed."),
                           Text::tr("The restore would be refused. Nothing was changed."));
}

QJsonArray notCompared(const RestoreOutcome& outcome) {
    return outcome.run.details.value(QLatin1String("not_compared")).toArray();
}

QJsonObject toJson(const RestoreOutcome& outcome) {
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
            {QStringLiteral("schema_compared"),
             outcome.run.details.value(QLatin1String("schema_compared")).toBool(outcome.proved)},
            {QStringLiteral("schema_names_compared"),
             outcome.run.details.value(QLatin1String("schema_names_compared")).toBool(outcome.proved)},
            {QStringLiteral("not_compared"), notCompared(outcome)},
            {QStringLiteral("proved_in_part"),
             outcome.run.details.value(QLatin1String("proved_in_part")).toBool()},
            {QStringLiteral("left_out"), outcome.run.details.value(QLatin1String("left_out")).toArray()},
            {QStringLiteral("differences"), differencesJson(outcome.differences)},
            {QStringLiteral("left_off"), leftOff}};
}

/// The sentences about a proof that left something out.
void sayInPart(Context& context, const RestoreOutcome& outcome) {
    const auto count = outcome.run.details.value(QLatin1String("left_out")).toArray().size();
    context.out().warn(text(
        Text::tr(
            "PROVED BUT FOR WHAT WAS LEFT OUT: every table was read back from the restored database, and "
            "counts and contents are those of the backup (%1). Not as in the backup, and named below: %n of "
            "its constraints, indexes, generated columns, rights and extensions.",
            nullptr, static_cast<int>(count))
            .arg(toQt(duration(outcome.proofSeconds)))));
}

Result<Exit> restore(Context& context, const RestoreOptions& options) {
    SALVOR_ASSIGN(const auto report,
                  context.core().runJob(options.job, context.progress(), context.cancel()));
    context.endProgress();
    const auto& outcome = std::get<RestoreOutcome>(report);
    context.out().line(text(Text::tr("Restored backup %1 as database %2: %3 items, %4 rows, %5 in %6.")
                                .arg(toQt(outcome.backupId), toQt(printable(outcome.database)),
                                     toQt(count(outcome.items)), toQt(count(outcome.rows)),
                                     toQt(size(outcome.bytes)), toQt(duration(outcome.restoreSeconds)))));
    if (outcome.proved) {
        const bool schema = outcome.run.details.value(QLatin1String("schema_compared")).toBool(true);
        const bool names = outcome.run.details.value(QLatin1String("schema_names_compared")).toBool();
        const QString proved =
            schema
                ? Text::tr("PROVED EQUAL: every item was read back from the restored database, and counts, "
                           "contents and schema are those of the backup (%1).")
            : names
                ? Text::tr("PROVED EQUAL: every table was read back from the restored database, and counts "
                           "and contents are those of the backup; of the schema the names were compared, "
                           "entry by entry (%1).")
                : Text::tr("PROVED EQUAL: every table was read back from the restored database, and counts "
                           "and contents are those of the backup; the schema was not compared (%1).");
        context.out().line(text(proved.arg(toQt(duration(outcome.proofSeconds)))));
        for (const auto& line : notCompared(outcome))
            context.out().line(
                text(Text::tr("Not compared: %1").arg(toQt(printable(fromQt(line.toString()))))));
    } else if (outcome.run.details.value(QLatin1String("proved_in_part")).toBool())
        sayInPart(context, outcome);
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
    const Exit exit = sayUnrecorded(context, outcome.run, exitCodeOf(outcome.run.outcome));
    context.out().data(toJson(outcome));
    return exit;
}

} // namespace

QJsonArray differencesJson(const std::vector<ProofDifference>& differences) {
    QJsonArray out;
    for (const auto& difference : differences)
        out.append(QJsonObject{{QStringLiteral("item"), toQt(difference.item)},
                               {QStringLiteral("expected"), toQt(difference.expected)},
                               {QStringLiteral("found"), toQt(difference.found)}});
    return out;
}

Exit reportPreflight(Context& context, const Preflight& found, const QString& canStart,
                     const QString& cannot) {
    std::vector<std::vector<std::string>> rows;
    for (const auto& finding : found.findings)
        rows.push_back({levelText(finding.level), finding.check,
                        finding.text + (finding.hint.empty() ? "" : " – " + finding.hint)});
    context.out().table({text(Text::tr("RESULT")), text(Text::tr("CHECK")), text(Text::tr("FOUND"))}, rows);
    QJsonArray roles;
    for (const auto& role : found.missingRoles)
        roles.append(toQt(role));
    context.out().line(text(found.ok() ? canStart : cannot));
    QJsonObject data{{QStringLiteral("ok"), found.ok()},
                     {QStringLiteral("needed_bytes"), static_cast<qint64>(found.bytesNeeded)},
                     {QStringLiteral("findings"), findingsOf(found)},
                     {QStringLiteral("missing_roles"), roles}};
    if (found.bytesFree)
        data.insert(QStringLiteral("free_bytes"), static_cast<qint64>(*found.bytesFree));
    if (found.expectedSeconds)
        data.insert(QStringLiteral("expected_seconds"), *found.expectedSeconds);
    context.out().data(data);
    return found.ok() ? Exit::Ok : Exit::Failed;
}

void addRestoreCommands(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand(
        "restore", text(Text::tr("Restore a backup into a new database, and prove it equal")));
    auto options = std::make_shared<RestoreOptions>();
    RestoreJob* job = &options->job;
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
    verb->add_option(
            "--leave-out", options->leaveOut,
            text(Text::tr("Do not make this constraint (SCHEMA.TABLE.NAME), index (SCHEMA.NAME), "
                          "generated column (SCHEMA.TABLE.COLUMN) or extension (NAME); may be repeated")))
        ->type_name("KIND:{constraint,index,generated,extension} NAME")
        ->allow_extra_args(false);
    verb->add_flag(
        "--keep-going", options->job.exceptions.keepGoing,
        text(Text::tr("Bring the rows back also where they do not fulfil a constraint, or an index "
                      "cannot be made: name what is left out")));
    verb->add_flag("--although-damaged", options->job.exceptions.althoughDamaged,
                   text(Text::tr("Try a backup that is known to be damaged or incomplete: it stops at what "
                                 "is missing, and leaves what it got hidden")));
    verb->add_flag("--no-proof", options->noProof, text(Text::tr("Do not read everything back")));
    verb->add_flag("--no-analyze", options->noAnalyze,
                   text(Text::tr("Open the database sooner: leave its planner statistics to autovacuum")));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Check everything, change nothing")));
    commands.onChosen(verb, "restore.run", [options](Context& context) {
        options->job.prove = !options->noProof;
        options->job.analyze = !options->noAnalyze;
        for (const auto& [kind, name] : options->leaveOut)
            options->job.exceptions.leaveOut.push_back({kind, name});
        return options->dryRun ? preflight(context, *options) : restore(context, *options);
    });
}

} // namespace salvor::ctl

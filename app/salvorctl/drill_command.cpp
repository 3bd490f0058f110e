// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// drill
#include "app/salvorctl/command.h"
#include "app/salvorctl/files.h"

namespace salvor::ctl {

namespace {

struct DrillOptions {
    DrillJob job;
    std::vector<std::string> files;
    std::vector<std::string> queries;
    std::int64_t timeoutSeconds = 60;
    bool dryRun = false;
};

Result<DrillJob> jobOf(const DrillOptions& options) {
    DrillJob job = options.job;
    for (const auto& file : options.files) {
        SALVOR_ASSIGN(const std::string bytes, readWholeFile(file));
        SALVOR_ASSIGN(auto checks, parseDrillChecks(bytes, file));
        job.checks.insert(job.checks.end(), checks.begin(), checks.end());
    }
    for (std::size_t i = 0; i < options.queries.size(); ++i) {
        DrillCheck check;
        check.name = "query " + std::to_string(i + 1);
        check.sql = options.queries[i];
        job.checks.push_back(std::move(check));
    }
    job.checkTimeout = std::chrono::seconds(options.timeoutSeconds);
    return job;
}

QJsonObject toJson(const DrillOutcome& outcome) {
    QJsonArray checks;
    for (const auto& check : outcome.checks)
        checks.append(QJsonObject{{QStringLiteral("name"), toQt(check.name)},
                                  {QStringLiteral("passed"), check.passed},
                                  {QStringLiteral("expected"), toQt(check.expected)},
                                  {QStringLiteral("found"), toQt(check.found)},
                                  {QStringLiteral("seconds"), check.seconds}});
    QJsonArray left;
    for (const auto& sentence : outcome.leftBehind)
        left.append(toQt(sentence));
    return {{QStringLiteral("run"), salvor::toJson(outcome.run)},
            {QStringLiteral("backup"), toQt(outcome.backupId)},
            {QStringLiteral("target"), toQt(outcome.target)},
            {QStringLiteral("server_user"), toQt(outcome.serverUser)},
            {QStringLiteral("proved"), outcome.proved},
            {QStringLiteral("items"), static_cast<qint64>(outcome.items)},
            {QStringLiteral("rows"), static_cast<qint64>(outcome.rows)},
            {QStringLiteral("plain_bytes"), static_cast<qint64>(outcome.bytes)},
            {QStringLiteral("restore_seconds"), outcome.restoreSeconds},
            {QStringLiteral("proof_seconds"), outcome.proofSeconds},
            {QStringLiteral("total_seconds"), outcome.totalSeconds},
            {QStringLiteral("checks"), checks},
            {QStringLiteral("differences"), differencesJson(outcome.differences)},
            {QStringLiteral("left_off"), outcome.run.details.value(QLatin1String("left_off")).toArray()},
            {QStringLiteral("left_behind"), left}};
}

void say(Context& context, const DrillOutcome& outcome) {
    Output& out = context.out();
    if (outcome.serverUser.empty())
        out.line(
            text(Text::tr("Restored backup %1 on %2: %3 items, %4 rows, %5.")
                     .arg(toQt(outcome.backupId), toQt(printable(outcome.target)), toQt(count(outcome.items)),
                          toQt(count(outcome.rows)), toQt(size(outcome.bytes)))));
    else
        out.line(
            text(Text::tr("Restored backup %1 on a private server, run as user %2: %3 items, %4 rows, %5.")
                     .arg(toQt(outcome.backupId), toQt(printable(outcome.serverUser)),
                          toQt(count(outcome.items)), toQt(count(outcome.rows)), toQt(size(outcome.bytes)))));
    out.line(text(Text::tr("Measured recovery time: %1. Proof: %2. All in all: %3.")
                      .arg(toQt(duration(outcome.restoreSeconds)), toQt(duration(outcome.proofSeconds)),
                           toQt(duration(outcome.totalSeconds)))));
    if (outcome.proved) {
        const bool schema = outcome.run.details.value(QLatin1String("schema_compared")).toBool(true);
        const bool names = outcome.run.details.value(QLatin1String("schema_names_compared")).toBool();
        out.line(text(
            schema
                ? Text::tr("PROVED EQUAL: every item was read back from the restored database, and counts, "
                           "contents and schema are those of the backup.")
            : names
                ? Text::tr("PROVED EQUAL: every table was read back from the restored database, and counts "
                           "and contents are those of the backup; of the schema the names were compared, "
                           "entry by entry.")
                : Text::tr("PROVED EQUAL: every table was read back from the restored database, and counts "
                           "and contents are those of the backup; the schema was not compared.")));
        for (const auto& line : outcome.run.details.value(QLatin1String("not_compared")).toArray())
            out.line(text(Text::tr("Not compared: %1").arg(toQt(printable(fromQt(line.toString()))))));
    }
    for (const auto& difference : outcome.differences)
        out.warn(text(Text::tr("NOT EQUAL: %1: expected %2, found %3")
                          .arg(toQt(printable(difference.item)), toQt(printable(difference.expected)),
                               toQt(printable(difference.found)))));
    for (const auto& check : outcome.checks) {
        if (check.passed)
            out.line(text(Text::tr("Check passed: %1 (%2)")
                              .arg(toQt(printable(check.name)), toQt(duration(check.seconds)))));
        else
            out.warn(text(Text::tr("CHECK FAILED: %1: expected %2, found %3")
                              .arg(toQt(printable(check.name)), toQt(printable(check.expected)),
                                   toQt(printable(check.found)))));
    }
    for (const auto& line : outcome.run.details.value(QLatin1String("left_off")).toArray())
        out.line(text(Text::tr("Left off: %1").arg(toQt(printable(fromQt(line.toString()))))));
    for (const auto& sentence : outcome.leftBehind)
        out.warn(printable(sentence));
    if (outcome.run.error && !out.json())
        out.error(*outcome.run.error);
}

Result<Exit> drill(Context& context, const DrillOptions& options) {
    SALVOR_ASSIGN(const DrillJob job, jobOf(options));
    if (options.dryRun) {
        SALVOR_ASSIGN(const Preflight found, context.core().preflightDrill(job, context.cancel()));
        return reportPreflight(context, found, Text::tr("The drill can start. Nothing was changed."),
                               Text::tr("The drill would be refused. Nothing was changed."));
    }
    SALVOR_ASSIGN(const auto report, context.core().runJob(job, context.progress(), context.cancel()));
    context.endProgress();
    const auto& outcome = std::get<DrillOutcome>(report);
    say(context, outcome);
    context.out().data(toJson(outcome));
    return sayUnrecorded(context, outcome.run, exitCodeOf(outcome.run.outcome));
}

} // namespace

void addDrillCommand(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand(
        "drill",
        text(Text::tr("Restore a backup somewhere else, prove it, run check queries, time it, drop it")));
    auto options = std::make_shared<DrillOptions>();
    DrillJob& job = options->job;
    verb->add_option("BACKUP", job.backup, text(Text::tr("Backup id or a unique beginning of it")))
        ->required();
    verb->add_option(
        "--target", job.target,
        text(Text::tr("A profile of another server, or throwaway: a private server made for the drill; the "
                      "policy's drill target when left out, else throwaway")));
    verb->add_option("--check", options->files,
                     text(Text::tr("A JSON file of check queries (docs/drills.md); may be repeated")))
        ->allow_extra_args(false);
    verb->add_option("--query", options->queries,
                     text(Text::tr("A query that has to return rows; may be repeated")))
        ->allow_extra_args(false);
    verb->add_option("--check-timeout", options->timeoutSeconds, text(Text::tr("Seconds for each query")))
        ->check(CLI::Range(std::int64_t{1}, std::int64_t{86400}))
        ->capture_default_str();
    verb->add_option(
            "--make-role", job.noLoginRoles,
            text(Text::tr("Make this missing role on the profile's server, without login; it stays there")))
        ->allow_extra_args(false);
    verb->add_option(
        "--folder", job.folder,
        text(Text::tr("Where the private server keeps its data meanwhile; that for temporary files when "
                      "left out")));
    verb->add_option(
        "--server-user", job.serverUser,
        text(Text::tr("Whom the private server runs as when this is root: postgres, or nobody")));
    verb->add_option("--repository", job.repository,
                     text(Text::tr("Title or id; found by the backup when left out")));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Check everything, change nothing")));
    commands.onChosen(verb, "drill.run", [options](Context& context) { return drill(context, *options); });
}

} // namespace salvor::ctl

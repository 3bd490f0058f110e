// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"

namespace salvor::ctl {

namespace {

std::string outcomeText(const RunRecord& run) {
    switch (run.outcome) {
    case RunOutcome::Running:
        return text(Text::tr("running"));
    case RunOutcome::Ok:
        return text(Text::tr("ok"));
    case RunOutcome::Partial:
        return text(Text::tr("partial"));
    case RunOutcome::Failed:
        return text(Text::tr("failed"));
    case RunOutcome::Cancelled:
        return text(Text::tr("cancelled"));
    case RunOutcome::Skipped:
        return text(Text::tr("skipped"));
    }
    return {};
}

/// Who began it by hand; empty of a timer's, and of a run by an older version.
std::string userOf(const RunRecord& run) {
    return fromQt(run.details.value(QLatin1String("user")).toString());
}

/// Who, else what.
std::string startedBy(const RunRecord& run) {
    const std::string user = userOf(run);
    return user.empty() ? run.trigger : user;
}

/// The record, and in "user" who began it by hand, null where nobody did.
QJsonObject withUser(const RunRecord& run) {
    QJsonObject object = toJson(run);
    const std::string user = userOf(run);
    object.insert(QStringLiteral("user"), user.empty() ? QJsonValue() : QJsonValue(toQt(user)));
    return object;
}

Result<Exit> list(Context& context, std::size_t limit, const std::string& outcome) {
    SALVOR_ASSIGN(const auto runs, context.core().runs(limit));
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    bool hasUsers = false;
    for (const RunRecord& run : runs) {
        if (!outcome.empty() && toString(run.outcome) != outcome)
            continue;
        array.append(withUser(run));
        rows.push_back({run.id, run.kind, run.profileTitle, run.database, localTime(run.started),
                        startedBy(run), run.ended ? took(run.started, *run.ended) : "", outcomeText(run),
                        run.error ? run.error->message : ""});
        hasUsers = hasUsers || !userOf(run).empty();
    }
    std::vector<std::string> titles{
        text(Text::tr("RUN")),      text(Text::tr("WHAT")),    text(Text::tr("PROFILE")),
        text(Text::tr("DATABASE")), text(Text::tr("STARTED")), text(Text::tr("BY")),
        text(Text::tr("TOOK")),     text(Text::tr("OUTCOME")), text(Text::tr("ERROR"))};
    if (!hasUsers) { // of none is it known: timers began them, or an older version
        constexpr int kBy = 5;
        titles.erase(titles.begin() + kBy);
        for (auto& row : rows)
            row.erase(row.begin() + kBy);
    }
    if (rows.empty())
        context.out().line(text(Text::tr("No runs yet. Start one with: salvorctl backup PROFILE")));
    else
        context.out().table(titles, rows);
    context.out().data(array);
    return Exit::Ok;
}

Result<Exit> show(Context& context, const std::string& id) {
    SALVOR_ASSIGN(const RunRecord run, context.core().run(id));
    std::vector<std::pair<std::string, std::string>> fields{
        {text(Text::tr("Run")), run.id},
        {text(Text::tr("What")), run.kind},
        {text(Text::tr("Profile")), run.profileTitle},
        {text(Text::tr("Database")), run.database},
        {text(Text::tr("Started by")), startedBy(run)},
        {text(Text::tr("On")), run.host},
        {text(Text::tr("Started")), localTime(run.started)},
        {text(Text::tr("Outcome")), outcomeText(run)},
        {text(Text::tr("Size")), size(run.sizeBytes)},
        {text(Text::tr("Stored")), size(run.storedBytes)},
    };
    if (run.ended)
        fields.emplace_back(text(Text::tr("Took")), took(run.started, *run.ended));
    if (const auto by = run.details.value(QLatin1String("cancelled_by")).toString(); !by.isEmpty())
        fields.emplace_back(text(Text::tr("Cancelled by")), fromQt(by));
    for (const auto& backup : run.backupIds)
        fields.emplace_back(text(Text::tr("Backup")), backup);
    if (run.error) {
        fields.emplace_back(text(Text::tr("Error")), run.error->message);
        fields.emplace_back(text(Text::tr("What to do")), run.error->hint);
    }
    for (const auto& [list, name] : {std::pair{"warnings", Text::tr("Warning")},
                                     std::pair{"restored_copies", Text::tr("Left out, a restored copy")},
                                     std::pair{"record_problems", Text::tr("Could not be recorded")}}) {
        for (const auto& sentence : run.details.value(QLatin1String(list)).toArray())
            fields.emplace_back(text(name), fromQt(sentence.toString()));
    }
    context.out().fields(fields);
    context.out().data(withUser(run));
    return Exit::Ok;
}

} // namespace

Exit sayUnrecorded(Context& context, const RunRecord& run, Exit exit) {
    const auto problems = run.details.value(QLatin1String("record_problems")).toArray();
    for (const auto& problem : problems)
        context.out().warn(
            text(Text::tr("Could not be recorded: %1").arg(toQt(printable(fromQt(problem.toString()))))));
    return problems.isEmpty() || exit != Exit::Ok ? exit : Exit::Partial;
}

void addRunCommands(Commands& commands) {
    CLI::App* noun =
        commands.app().add_subcommand("runs", text(Text::tr("What was executed, and how it ended")));
    noun->require_subcommand(1);

    CLI::App* listVerb = noun->add_subcommand("list", text(Text::tr("Runs, newest first")));
    auto limit = std::make_shared<std::size_t>(50);
    auto outcome = std::make_shared<std::string>();
    listVerb->add_option("--limit", *limit, text(Text::tr("At most this many")))
        ->check(CLI::Range(1, 1000000));
    listVerb->add_option("--outcome", *outcome, text(Text::tr("Only runs that ended so")))
        ->check(CLI::IsMember({"running", "ok", "partial", "failed", "cancelled", "skipped"}));
    commands.onChosen(listVerb, "runs.list",
                      [limit, outcome](Context& context) { return list(context, *limit, *outcome); });

    CLI::App* showVerb = noun->add_subcommand("show", text(Text::tr("One run with its error")));
    auto id = std::make_shared<std::string>();
    showVerb->add_option("RUN", *id, text(Text::tr("Run id or a unique beginning of it")))->required();
    commands.onChosen(showVerb, "runs.show", [id](Context& context) { return show(context, *id); });
}

} // namespace salvor::ctl

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// restored list, swap, undo, drop
#include "app/salvorctl/command.h"
#include "models/policy/policycommand.h"
#include "workers/restoreddrop.h"
#include "workers/swaprecord.h"

namespace salvor::ctl {

namespace {

std::string stateText(const RestoredDatabase& database) {
    const std::string& state = database.state;
    const QString found = state == "incomplete"       ? Text::tr("incomplete")
                          : state == "unproven"       ? Text::tr("unproven")
                          : state == "proved"         ? Text::tr("proved")
                          : state == "proved_in_part" ? Text::tr("proved but for what was left out")
                          : state == "swapped_in"     ? Text::tr("swapped in: live")
                          : state == "swapped_out"    ? Text::tr("swapped out: kept")
                                                      : toQt(printable(state));
    return text(database.hidden ? Text::tr("hidden, %1").arg(found) : found);
}

Result<Exit> listRestored(Context& context, const std::string& profile) {
    SALVOR_ASSIGN(const auto found, context.core().restoredDatabases(profile, context.cancel()));
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& database : found) {
        QJsonObject object{{QStringLiteral("database"), toQt(database.name)},
                           {QStringLiteral("backup"), toQt(database.backupId)},
                           {QStringLiteral("run"), toQt(database.runId)},
                           {QStringLiteral("state"), toQt(database.state)},
                           {QStringLiteral("hidden"), database.hidden},
                           {QStringLiteral("drill"), database.drill},
                           {QStringLiteral("final_name"), toQt(database.finalName)},
                           {QStringLiteral("size_bytes"), static_cast<qint64>(database.sizeBytes)}};
        if (!database.counterpart.empty())
            object.insert(QStringLiteral("counterpart"), toQt(database.counterpart));
        if (database.swapped)
            object.insert(QStringLiteral("swapped_at"), toQt(toRfc3339(*database.swapped)));
        array.append(object);
        rows.push_back({database.name, stateText(database), database.finalName, database.counterpart,
                        database.backupId, size(database.sizeBytes)});
    }
    if (rows.empty())
        context.out().line(text(Text::tr("No database on that server was made by a restore.")));
    else
        context.out().table({text(Text::tr("DATABASE")), text(Text::tr("STATE")),
                             text(Text::tr("MEANT TO BE")), text(Text::tr("SWAPPED WITH")),
                             text(Text::tr("FROM BACKUP")), text(Text::tr("SIZE"))},
                            rows);
    context.out().data(array);
    return Exit::Ok;
}

struct DropOptions {
    std::string profile;
    std::string database;
    std::string confirm;
    bool dryRun = false;
};

Result<Exit> dropRestored(Context& context, const DropOptions& options) {
    if (options.dryRun) {
        SALVOR_TRY(checkRestoredDrop(context.core(), options.profile, options.database, options.confirm,
                                     context.cancel()));
    } else {
        SALVOR_TRY(context.core().dropRestoredDatabase(options.profile, options.database, context.cancel(),
                                                       options.confirm));
    }
    context.out().line(
        text((options.dryRun ? Text::tr("Would drop database %1.") : Text::tr("Dropped database %1."))
                 .arg(toQt(printable(options.database)))));
    context.out().data(QJsonObject{{QStringLiteral("database"), toQt(options.database)},
                                   {QStringLiteral("dry_run"), options.dryRun}});
    return Exit::Ok;
}

QJsonArray textsOf(const std::vector<std::string>& texts) {
    QJsonArray out;
    for (const auto& one : texts)
        out.append(toQt(one));
    return out;
}

QJsonObject toJson(const DatabaseSwap& swap, bool dryRun) {
    QJsonArray clients;
    for (const auto& client : swap.clients)
        clients.append(QJsonObject{{QStringLiteral("process_id"), static_cast<qint64>(client.processId)},
                                   {QStringLiteral("database"), toQt(client.database)},
                                   {QStringLiteral("user"), toQt(client.user)},
                                   {QStringLiteral("application"), toQt(client.application)},
                                   {QStringLiteral("address"), toQt(client.address)},
                                   {QStringLiteral("state"), toQt(client.state)}});
    QJsonObject object{{QStringLiteral("live_name"), toQt(swap.liveName)},
                       {QStringLiteral("restored"), toQt(swap.restored)},
                       {QStringLiteral("restored_as"), toQt(swap.restoredAs)},
                       {QStringLiteral("replaced"), toQt(swap.replaced)},
                       {QStringLiteral("replaced_as"), toQt(swap.replacedAs)},
                       {QStringLiteral("backup"), toQt(swap.backupId)},
                       {QStringLiteral("statements"), textsOf(swap.statements)},
                       {QStringLiteral("stays_behind"), textsOf(swap.staysBehind)},
                       {QStringLiteral("not_recorded"), textsOf(notRecordedOf(swap))},
                       {QStringLiteral("clients"), clients},
                       {QStringLiteral("dry_run"), dryRun}};
    if (swap.since)
        object.insert(QStringLiteral("since"), toQt(toRfc3339(*swap.since)));
    if (swap.rowsChanged)
        object.insert(QStringLiteral("rows_changed"), static_cast<qint64>(*swap.rowsChanged));
    return object;
}

void sayPlan(Context& context, const DatabaseSwap& swap) {
    Output& out = context.out();
    for (const auto& statement : swap.statements)
        out.line("    " + printable(statement) + ";");
    std::vector<std::vector<std::string>> rows;
    for (const auto& client : swap.clients)
        rows.push_back({client.database, std::to_string(client.processId), client.user, client.application,
                        client.address, client.state});
    if (rows.empty())
        return;
    out.line(text(Text::tr("Connected, and in the way:")));
    out.table({text(Text::tr("DATABASE")), text(Text::tr("PROCESS")), text(Text::tr("USER")),
               text(Text::tr("APPLICATION")), text(Text::tr("FROM")), text(Text::tr("STATE"))},
              rows);
}

void sayNames(Context& context, const DatabaseSwap& swap, bool dryRun) {
    const auto shown = [](const std::string& name) { return toQt(printable(name)); };
    context.out().line(text((dryRun ? Text::tr("Database %1 would be called %2, and %3 would be called %4.")
                                    : Text::tr("Database %1 is now called %2, and %3 is called %4."))
                                .arg(shown(swap.restored), shown(swap.restoredAs), shown(swap.replaced),
                                     shown(swap.replacedAs))));
    if (swap.undo && swap.since)
        context.out().line(text(
            swap.rowsChanged
                ? Text::tr("%1 was live since %2; about %3 rows were written to it since then.")
                      .arg(shown(swap.restored), toQt(localTime(*swap.since)), toQt(count(*swap.rowsChanged)))
                : Text::tr("%1 was live since %2; how much was written to it since then is not known.")
                      .arg(shown(swap.restored), toQt(localTime(*swap.since)))));
    for (const auto& sentence : swap.staysBehind)
        context.out().line(printable(sentence));
}

Result<Exit> swap(Context& context, const SwapRequest& request) {
    SALVOR_ASSIGN(const DatabaseSwap done, context.core().swapRestored(request, context.cancel()));
    sayNames(context, done, request.dryRun);
    if (request.dryRun) {
        sayPlan(context, done);
        context.out().line(text(Text::tr("Nothing was changed.")));
    } else if (!request.undo) {
        const std::string line = shellQuoted(
            {"salvorctl", "restored", "undo", request.profile, done.liveName, "--confirm", done.liveName});
        context.out().line(text(Text::tr("Back again: %1").arg(toQt(printable(line)))));
    }
    context.out().data(toJson(done, request.dryRun));
    return notRecordedOf(done).empty() ? Exit::Ok : Exit::Partial;
}

void addSwap(Commands& commands, CLI::App* noun, bool undo) {
    CLI::App* verb =
        undo ? noun->add_subcommand("undo", text(Text::tr("Take a swap back: both names as they were")))
             : noun->add_subcommand(
                   "swap", text(Text::tr("Give a restored database the name that clients use; the one "
                                         "that has it is kept under another")));
    auto request = std::make_shared<SwapRequest>();
    request->undo = undo;
    verb->add_option("PROFILE", request->profile, text(Text::tr("Title or UUID")))->required();
    verb->add_option("DATABASE", request->database,
                     text(undo ? Text::tr("Either of the two") : Text::tr("The restored one")))
        ->required();
    if (!undo) {
        verb->add_option(
            "--name", request->liveName,
            text(Text::tr("The database that it replaces; the one its backup is of when left out")));
        verb->add_flag("--unproven", request->evenUnproven,
                       text(Text::tr("Also one that was restored without a proof")));
    }
    verb->add_option("--confirm", request->confirm,
                     text(Text::tr("The name that clients use, typed as a confirmation")));
    verb->add_flag("--terminate-clients", request->terminateClients,
                   text(Text::tr("End the sessions of whoever is connected to either")));
    verb->add_flag("--dry-run", request->dryRun,
                   text(Text::tr("Show exactly what would be changed, and who is connected")));
    commands.onChosen(verb, undo ? "restored.undo" : "restored.swap",
                      [request](Context& context) { return swap(context, *request); });
}

} // namespace

void addRestoredCommands(Commands& commands) {
    CLI::App* noun =
        commands.app().add_subcommand("restored", text(Text::tr("Databases that a restore made")));
    noun->require_subcommand(1);
    auto profile = std::make_shared<std::string>();
    CLI::App* listVerb =
        noun->add_subcommand("list", text(Text::tr("Finished and unfinished ones on a server")));
    listVerb->add_option("PROFILE", *profile, text(Text::tr("Title or UUID")))->required();
    commands.onChosen(listVerb, "restored.list",
                      [profile](Context& context) { return listRestored(context, *profile); });
    addSwap(commands, noun, false);
    addSwap(commands, noun, true);
    auto drop = std::make_shared<DropOptions>();
    CLI::App* dropVerb = noun->add_subcommand("drop", text(Text::tr("Drop one; refuses any other database")));
    dropVerb->add_option("PROFILE", drop->profile, text(Text::tr("Title or UUID")))->required();
    dropVerb->add_option("DATABASE", drop->database, text(Text::tr("Its name, as restored list shows it")))
        ->required();
    dropVerb->add_option(
        "--confirm", drop->confirm,
        text(Text::tr(
            "Its name once more, for one that is whole, or that a swap took out: clients may use it")));
    dropVerb->add_flag("--dry-run", drop->dryRun, text(Text::tr("Say what would be done")));
    commands.onChosen(dropVerb, "restored.drop",
                      [drop](Context& context) { return dropRestored(context, *drop); });
}

} // namespace salvor::ctl

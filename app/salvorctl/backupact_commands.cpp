// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// backups delete, undelete, hold, release, trash
#include "app/salvorctl/trashwords.h"

namespace salvor::ctl {

namespace {

std::string sentence(const BackupActOutcome& outcome, BackupAct act, const BackupRecord& backup) {
    const QString id = toQt(backup.id);
    const QString database = toQt(printable(backup.database));
    switch (act) {
    case BackupAct::Delete:
        return text((outcome.dryRun ? Text::tr("Would put %1 of %2 into the trash.")
                                    : Text::tr("Put %1 of %2 into the trash."))
                        .arg(id, database));
    case BackupAct::Undelete:
        return text((outcome.dryRun ? Text::tr("Would take %1 of %2 out of the trash.")
                                    : Text::tr("Took %1 of %2 out of the trash."))
                        .arg(id, database));
    case BackupAct::Hold:
        return text((outcome.dryRun ? Text::tr("Would hold %1 of %2.")
                                    : Text::tr("Holds %1 of %2: nothing deletes it until it is released."))
                        .arg(id, database));
    case BackupAct::Release:
        break;
    }
    return text((outcome.dryRun ? Text::tr("Would release %1 of %2.") : Text::tr("Released %1 of %2."))
                    .arg(id, database));
}

Result<Exit> act(Context& context, const BackupActRequest& request) {
    SALVOR_ASSIGN(const auto outcome, context.core().changeBackups(request, context.cancel()));
    QJsonArray ids;
    for (const auto& backup : outcome.backups) {
        ids.append(toQt(backup.id));
        context.out().line(sentence(outcome, request.act, backup));
    }
    QJsonObject data{{QStringLiteral("backups"), ids}, {QStringLiteral("dry_run"), outcome.dryRun}};
    if (request.act == BackupAct::Delete) {
        context.out().line(
            text(outcome.freed.known
                     ? Text::tr("This frees %1 once they are pruned.").arg(toQt(size(outcome.freed.bytes())))
                     : Text::tr("How much this frees once they are pruned is not known.")));
        if (outcome.expires)
            context.out().line(text(Text::tr("Until %1 they can be taken back: salvorctl backups undelete")
                                        .arg(toQt(localTime(*outcome.expires)))));
        if (outcome.dryRun && outcome.needsConfirmation)
            context.out().line(text(Text::tr("It needs --confirm-large.")));
        data.insert(QStringLiteral("freed_bytes"),
                    outcome.freed.known ? QJsonValue(static_cast<qint64>(outcome.freed.bytes()))
                                        : QJsonValue());
        data.insert(QStringLiteral("needs_confirmation"), outcome.needsConfirmation);
        if (outcome.expires)
            data.insert(QStringLiteral("expires"), toQt(toRfc3339(*outcome.expires)));
    }
    if (request.act == BackupAct::Undelete && !outcome.dryRun)
        context.out().line(
            text(Text::tr("Where a policy's rules do not keep them the next prune deletes them again; "
                          "salvorctl backups hold prevents that.")));
    context.out().data(data);
    return Exit::Ok;
}

Result<Exit> listTrash(Context& context, const std::string& repository) {
    SALVOR_ASSIGN(const auto trashed, context.core().trash(repository, context.cancel()));
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& one : trashed) {
        QJsonObject object = salvor::toJson(one.record);
        object.insert(QStringLiteral("trashed_at"), toQt(toRfc3339(one.trashedAt)));
        object.insert(QStringLiteral("expires"), toQt(toRfc3339(one.expires)));
        array.append(object);
        rows.push_back({one.record.id, one.record.profileTitle, one.record.database,
                        localTime(one.record.started), localTime(one.expires)});
    }
    if (rows.empty())
        context.out().line(text(Text::tr("The trash is empty.")));
    else
        context.out().table({text(Text::tr("BACKUP")), text(Text::tr("PROFILE")), text(Text::tr("DATABASE")),
                             text(Text::tr("WHEN")), text(Text::tr("PRUNED FROM"))},
                            rows);
    context.out().data(array);
    return Exit::Ok;
}

void addAct(Commands& commands, CLI::App* noun, const std::string& name, const std::string& help,
            BackupAct which) {
    CLI::App* verb = noun->add_subcommand(name, help);
    auto request = std::make_shared<BackupActRequest>();
    request->act = which;
    verb->add_option("BACKUP", request->backups, text(Text::tr("Backup ids or unique beginnings")))
        ->required();
    verb->add_option("--repository", request->repository,
                     text(Text::tr("Title or id; found by the first backup when left out")));
    verb->add_flag("--dry-run", request->dryRun, text(Text::tr("Say what would be done")));
    auto grace = std::make_shared<std::string>();
    if (which == BackupAct::Delete) {
        verb->add_option("--grace", *grace, text(Text::tr("How long they stay in the trash: 7d, 36h")));
        verb->add_flag("--confirm-large", request->confirmLarge,
                       text(Text::tr("Also more than a quarter at once, or the last one of a database")));
    }
    commands.onChosen(verb, "backups." + name, [request, grace](Context& context) -> Result<Exit> {
        if (!grace->empty()) {
            SALVOR_ASSIGN(request->grace, parseRetentionSpan(*grace));
        }
        return act(context, *request);
    });
}

} // namespace

Result<std::vector<TrashedBackup>> trashedLike(Context& context, const BackupQuery& query) {
    SALVOR_ASSIGN(const auto pins, context.core().repositories());
    std::vector<TrashedBackup> found;
    for (const auto& pin : pins) {
        if (!query.repository.empty() && query.repository != pin.id && query.repository != pin.title)
            continue;
        const auto trashed = context.core().trash(pin.id, context.cancel());
        if (!trashed && trashed.error().isCancelled())
            return failure(trashed.error());
        for (const auto& one : trashed.value_or(std::vector<TrashedBackup>())) {
            const BackupRecord& backup = one.record;
            const bool ofProfile = query.profile.empty() || query.profile == backup.profileUuid ||
                                   query.profile == backup.profileTitle;
            const bool ofDatabase = query.database.empty() || query.database == backup.database;
            if (ofProfile && ofDatabase && (!query.since || backup.started >= *query.since) &&
                (!query.until || backup.started < *query.until))
                found.push_back(one);
        }
    }
    std::ranges::stable_sort(found, {}, &TrashedBackup::expires);
    return found;
}

Result<std::optional<std::size_t>> trashedIn(Context& context, const std::string& repositoryId) {
    const auto trashed = context.core().trash(repositoryId, context.cancel());
    if (trashed)
        return std::optional(trashed->size());
    if (trashed.error().isCancelled())
        return failure(trashed.error());
    return std::optional<std::size_t>();
}

std::string trashSentence(const std::vector<TrashedBackup>& trashed) {
    return text(
        Text::tr("In the trash: %n backup(s); the first can be pruned from %1. See: salvorctl backups "
                 "trash",
                 nullptr, static_cast<int>(trashed.size()))
            .arg(toQt(localTime(trashed.front().expires))));
}

void addBackupActCommands(Commands& commands, CLI::App* noun) {
    addAct(commands, noun, "delete", text(Text::tr("Put backups into the trash")), BackupAct::Delete);
    addAct(commands, noun, "undelete", text(Text::tr("Take backups out of the trash")), BackupAct::Undelete);
    addAct(commands, noun, "hold", text(Text::tr("Keep backups whatever the rules say")), BackupAct::Hold);
    addAct(commands, noun, "release", text(Text::tr("Hold them no longer")), BackupAct::Release);
    CLI::App* trash = noun->add_subcommand("trash", text(Text::tr("What is in the trash, and until when")));
    auto repository = std::make_shared<std::string>();
    trash->add_option("--repository", *repository, text(Text::tr("Only of this repository")));
    commands.onChosen(trash, "backups.trash",
                      [repository](Context& context) { return listTrash(context, *repository); });
}

} // namespace salvor::ctl

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// repository list, info, rebuild: what is known of one and what its store says.
#include "app/salvorctl/repository_verbs.h"
#include "app/salvorctl/trashwords.h"

#include "workers/recoverycopy.h"

namespace salvor::ctl {

namespace {

QJsonObject publicJson(const RepositoryInfo& info) {
    QJsonObject json = toJson(info.pin);
    json.insert(QStringLiteral("catalog"), static_cast<qint64>(info.catalogNumber));
    json.insert(QStringLiteral("catalog_older_than_seen"), info.catalogOlderThanSeen);
    json.insert(QStringLiteral("backups"), static_cast<qint64>(info.backups));
    json.insert(QStringLiteral("stored_bytes"), static_cast<qint64>(info.storedBytes));
    json.insert(QStringLiteral("free_bytes"), static_cast<qint64>(info.freeBytes));
    json.insert(QStringLiteral("total_bytes"), static_cast<qint64>(info.totalBytes));
    if (info.problem)
        json.insert(QStringLiteral("problem"), toJson(*info.problem));
    return json;
}

Result<Exit> list(Context& context) {
    SALVOR_ASSIGN(const auto pins, context.core().repositories());
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& pin : pins) {
        array.append(toJson(pin));
        rows.push_back({pin.title, pin.url,
                        pin.encrypted ? text(Text::tr("encrypted")) : text(Text::tr("NOT encrypted")),
                        pin.isWriter ? text(Text::tr("writes")) : text(Text::tr("reads")),
                        pin.rehearsed ? text(Text::tr("rehearsed")) : text(Text::tr("not rehearsed")),
                        pin.secretKind, pin.id});
    }
    if (rows.empty())
        context.out().line(text(
            Text::tr("No repository yet. Make one with: salvorctl repository init URL --recovery-out FILE")));
    else
        context.out().table({text(Text::tr("TITLE")), text(Text::tr("PLACE")), text(Text::tr("ENCRYPTION")),
                             text(Text::tr("THIS COMPUTER")), text(Text::tr("RECOVERY")),
                             text(Text::tr("KEYS IN")), text(Text::tr("ID"))},
                            rows);
    context.out().data(array);
    return Exit::Ok;
}

std::string rehearsedText(Context& context, const RepositoryPin& pin) {
    const Instant now = context.core().config().clock->now();
    switch (rehearsalOf(pin, now)) {
    case Rehearsal::NotNeeded:
        return text(Text::tr("not needed: not encrypted"));
    case Rehearsal::Never:
        return text(Text::tr("no: run salvorctl repository rehearse"));
    case Rehearsal::Due:
        return pin.rehearsedAt
                   ? text(Text::tr("on %1, over a year ago: run salvorctl repository rehearse")
                              .arg(toQt(localTime(*pin.rehearsedAt))))
                   : text(Text::tr("yes, it is not known when: run salvorctl repository rehearse"));
    case Rehearsal::Fresh:
        break;
    }
    return text(Text::tr("on %1; due again on %2")
                    .arg(toQt(localTime(*pin.rehearsedAt)), toQt(localTime(*rehearsalDueAt(pin, now)))));
}

/// Without encryption everybody reads who gets at the store.
std::string identityText(const RepositoryPin& pin, const Result<KeysHere>& keys) {
    if (!pin.encrypted)
        return text(Text::tr("not needed: not encrypted"));
    if (!keys)
        return text(Text::tr("not known: the secret store does not answer"));
    return keys->identity ? text(Text::tr("on this computer: it reads every backup"))
                          : text(Text::tr("not on this computer: it reads no backup"));
}

std::string writerKeysText(const RepositoryPin& pin, const Result<KeysHere>& keys) {
    if (!pin.isWriter)
        return text(Text::tr("not needed: another computer writes it"));
    if (!keys)
        return text(Text::tr("not known: the secret store does not answer"));
    return keys->writers ? text(Text::tr("on this computer"))
                         : text(Text::tr("not on this computer: it makes no backup"));
}

void warnOfKeys(Context& context, const Error& problem) {
    std::string said = problem.message;
    if (!problem.hint.empty())
        said += " (" + problem.hint + ")";
    context.out().warning(said, toJson(problem));
}

Result<Exit> info(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const auto found, context.core().repositoryInfo(name, context.cancel()));
    if (!found.answered && context.out().json())
        return failure(*found.problem);
    const RepositoryPin& pin = found.pin;
    const auto keys = keysHere(context.core(), pin, context.cancel());
    std::optional<std::size_t> trashed;
    if (found.answered) {
        SALVOR_ASSIGN(trashed, trashedIn(context, pin.id));
    }
    std::vector<std::pair<std::string, std::string>> fields{
        {text(Text::tr("Title")), pin.title},
        {text(Text::tr("Id")), pin.id},
        {text(Text::tr("Place")), pin.url},
        {text(Text::tr("Format")), std::to_string(pin.formatVersion)},
        {text(Text::tr("Encrypted")), pin.encrypted ? text(Text::tr("yes")) : text(Text::tr("no"))},
        {text(Text::tr("Writer")), pin.writerUser + " @ " + pin.writerMachine},
        {text(Text::tr("Keys kept in")), pin.secretKind},
        {text(Text::tr("Identity")), identityText(pin, keys)},
        {text(Text::tr("Writer's keys")), writerKeysText(pin, keys)},
        {text(Text::tr("Recovery file")), pin.recoveryFile},
        {text(Text::tr("Rehearsed")), rehearsedText(context, pin)},
    };
    for (const auto& recipient : pin.recipients)
        fields.emplace_back(text(Text::tr("Recipient")), recipient);
    if (found.answered) {
        fields.emplace_back(text(Text::tr("Backups")), count(found.backups));
        if (trashed && *trashed > 0)
            fields.emplace_back(text(Text::tr("In the trash")),
                                text(Text::tr("%1: salvorctl backups trash").arg(toQt(count(*trashed)))));
        fields.emplace_back(text(Text::tr("Stored")), size(found.storedBytes));
        if (found.totalBytes > 0)
            fields.emplace_back(text(Text::tr("Free")),
                                size(found.freeBytes) + " / " + size(found.totalBytes));
    }
    context.out().fields(fields);
    if (keys && keys->problem)
        warnOfKeys(context, *keys->problem);
    if (!found.answered)
        return failure(*found.problem);
    const Instant now = context.core().config().clock->now();
    QJsonObject data = publicJson(found);
    if (trashed)
        data.insert(QStringLiteral("trashed"), static_cast<qint64>(*trashed));
    if (keys && pin.encrypted)
        data.insert(QStringLiteral("identity_here"), keys->identity);
    if (keys)
        data.insert(QStringLiteral("writer_keys_here"), keys->writers);
    const auto rehearsal = rehearsalOf(pin, now);
    data.insert(QStringLiteral("rehearsal"), toQt(toString(rehearsal)));
    if (const auto due = rehearsalDueAt(pin, now))
        data.insert(QStringLiteral("rehearsal_due_at"), toQt(toRfc3339(*due)));
    context.out().data(data);
    // What it is was said as a warning.
    return found.problem || (keys && keys->problem) ? Exit::Partial : Exit::Ok;
}

Result<Exit> rebuild(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const auto found,
                  context.core().rebuildCatalog(name, context.progress(), context.cancel()));
    context.endProgress();
    context.out().line(text(Text::tr("Found %n backup(s) in the store.", nullptr, static_cast<int>(found))));
    context.out().data(QJsonObject{{QStringLiteral("backups"), static_cast<qint64>(found)}});
    return Exit::Ok;
}

} // namespace

void addRepositoryList(Commands& commands, CLI::App* noun) {
    commands.onChosen(noun->add_subcommand("list", text(Text::tr("Repositories known here"))),
                      "repository.list", list);
}

void addRepositoryInfo(Commands& commands, CLI::App* noun) {
    auto name = std::make_shared<std::string>();
    commands.onChosen(addRepositoryVerb(noun, "info", Text::tr("Keys, place, backups, space"), *name),
                      "repository.info", [name](Context& context) { return info(context, *name); });
}

void addRepositoryRebuild(Commands& commands, CLI::App* noun) {
    auto name = std::make_shared<std::string>();
    commands.onChosen(
        addRepositoryVerb(noun, "rebuild", Text::tr("Scan the store and rebuild the list of backups"), *name),
        "repository.rebuild", [name](Context& context) { return rebuild(context, *name); });
}

} // namespace salvor::ctl

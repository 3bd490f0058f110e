// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// repository take-over, forget: whether this computer writes it, or knows it at all.
#include "app/salvorctl/repository_verbs.h"

#include <algorithm>

namespace salvor::ctl {

namespace {

QJsonObject toJson(const TakeOverOutcome& outcome, bool dryRun) {
    QJsonObject json = salvor::toJson(outcome.pin);
    QJsonArray lost;
    for (const auto& backup : outcome.lost)
        lost.append(salvor::toJson(backup));
    json.insert(QStringLiteral("former_writer"),
                QJsonObject{{QStringLiteral("machine"), toQt(outcome.formerMachine)},
                            {QStringLiteral("user"), toQt(outcome.formerUser)}});
    if (outcome.obstacle)
        json.insert(QStringLiteral("obstacle"), salvor::toJson(*outcome.obstacle));
    json.insert(QStringLiteral("given_up"), lost);
    json.insert(QStringLiteral("needs_confirmation"), outcome.needsConfirmation);
    json.insert(QStringLiteral("dry_run"), dryRun);
    return json;
}

void sayTakenOver(Context& context, const TakeOverOutcome& outcome, bool dryRun) {
    const QString title = toQt(printable(outcome.pin.title));
    const QString writer =
        toQt(printable(outcome.formerUser)) + QStringLiteral(" @ ") + toQt(printable(outcome.formerMachine));
    if (dryRun)
        context.out().line(text(
            Text::tr(
                "Would make this computer the writer of \"%1\", in a new epoch. It is written by %2 now: "
                "whoever else that is, their next backup would be refused.")
                .arg(title, writer)));
    else
        context.out().line(
            text(Text::tr("This computer now writes \"%1\", in a new epoch. Whoever else wrote it "
                          "(%2), their next backup is refused.")
                     .arg(title, writer)));
    if (!outcome.obstacle)
        return;
    context.out().line(text(
        Text::tr("It goes on from an older state: %1.").arg(toQt(printable(outcome.obstacle->message)))));
    for (const auto& backup : outcome.lost)
        context.out().line(text(
            Text::tr("Given up: %1 of %2, from %3.")
                .arg(toQt(backup.id), toQt(printable(backup.database)), toQt(localTime(backup.started)))));
    if (outcome.lost.empty())
        context.out().line(text(Text::tr("No backup is known here that the store does not have.")));
    context.out().line(text(Text::tr("The next backup reads and stores everything again.")));
    if (outcome.needsConfirmation)
        context.out().line(text(Text::tr("It needs --accept-loss.")));
}

Result<Exit> takeOver(Context& context, const TakeOverRequest& request) {
    SALVOR_ASSIGN(const auto outcome, context.core().takeOverRepository(request, context.cancel()));
    sayTakenOver(context, outcome, request.dryRun);
    context.out().data(toJson(outcome, request.dryRun));
    return Exit::Ok;
}

struct ForgetOptions {
    std::string name;
    std::string confirm;
    bool dryRun = false;
};

Result<Exit> forget(Context& context, const ForgetOptions& options) {
    SALVOR_ASSIGN(const auto known, context.core().repositories());
    const auto pin = std::find_if(known.begin(), known.end(), [&](const RepositoryPin& one) {
        return one.title == options.name || one.id == options.name;
    });
    if (pin == known.end())
        return failure(ErrorCode::NotFound, "no repository \"" + options.name + "\" is known here",
                       "see salvorctl repository list");
    if (!options.dryRun && options.confirm != pin->title && options.confirm != pin->id)
        return failure(
            ErrorCode::InvalidInput,
            "forgetting \"" + pin->title + "\" removes its keys from this computer: only " +
                (pin->encrypted ? "its recovery file and passphrase open" : "its recovery file opens") +
                " it again",
            "give --confirm \"" + pin->title + "\" if that is meant; the store is not touched",
            {{"repository", pin->id}});
    if (!options.dryRun)
        SALVOR_TRY(context.core().forgetRepository(pin->id));
    context.out().line(text(
        (options.dryRun ? Text::tr("Would forget \"%1\" and remove its keys from this computer. The store "
                                   "at %2 would not be touched.")
                        : Text::tr("Forgot \"%1\" and removed its keys from this computer. The store at %2 "
                                   "was not touched; salvorctl repository open opens it again."))
            .arg(toQt(printable(pin->title)), toQt(printable(pin->url)))));
    QJsonObject data = salvor::toJson(*pin);
    data.insert(QStringLiteral("dry_run"), options.dryRun);
    context.out().data(data);
    return Exit::Ok;
}

} // namespace

void addRepositoryTakeOver(Commands& commands, CLI::App* noun) {
    auto request = std::make_shared<TakeOverRequest>();
    CLI::App* verb = noun->add_subcommand(
        "take-over", text(Text::tr("Make this computer the writer; also after the store was set back")));
    verb->add_option("REPOSITORY", request->repository,
                     text(Text::tr("Title or id; may be left out when there is only one")));
    verb->add_flag(
        "--accept-loss", request->acceptLoss,
        text(Text::tr("Also from a store that is older than what was seen: newer backups are given up")));
    verb->add_flag("--dry-run", request->dryRun, text(Text::tr("Say what would be done, and what be lost")));
    commands.onChosen(verb, "repository.take_over",
                      [request](Context& context) { return takeOver(context, *request); });
}

void addRepositoryForget(Commands& commands, CLI::App* noun) {
    auto options = std::make_shared<ForgetOptions>();
    CLI::App* verb = noun->add_subcommand(
        "forget", text(Text::tr("Take it off this computer's list, with its keys; the store stays")));
    verb->add_option("REPOSITORY", options->name, text(Text::tr("Title or id")))->required();
    verb->add_option("--confirm", options->confirm, text(Text::tr("Its title once more")));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Say what would be done")));
    commands.onChosen(verb, "repository.forget",
                      [options](Context& context) { return forget(context, *options); });
}

} // namespace salvor::ctl

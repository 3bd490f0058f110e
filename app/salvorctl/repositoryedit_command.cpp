// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// repository edit: another place, another title.
#include "app/salvorctl/repository_verbs.h"

#include "models/jsonfields.h"
#include "workers/repositoryedit.h"

namespace salvor::ctl {

namespace {

QJsonObject toJson(const RepositoryEditOutcome& outcome, bool dryRun) {
    QJsonObject json = salvor::toJson(outcome.pin);
    json.insert(QStringLiteral("former_url"), toQt(outcome.before.url));
    json.insert(QStringLiteral("former_title"), toQt(outcome.before.title));
    if (outcome.pin.url != outcome.before.url) {
        json.insert(QStringLiteral("catalog"), static_cast<qint64>(outcome.catalogNumber));
        json.insert(QStringLiteral("backups"), static_cast<qint64>(outcome.backups));
        json.insert(QStringLiteral("former_answers"), outcome.formerAnswers);
        json.insert(QStringLiteral("timers_to_apply"), toJsonArray(outcome.timers));
    }
    if (outcome.older)
        json.insert(QStringLiteral("older"), salvor::toJson(*outcome.older));
    json.insert(QStringLiteral("dry_run"), dryRun);
    return json;
}

void sayMoved(Context& context, const RepositoryEditOutcome& outcome, const RepositoryEdit& edit) {
    Output& out = context.out();
    out.line(text((edit.dryRun ? Text::tr("Would look for \"%1\" at %2, no longer at %3. It is the same "
                                          "repository, with %4.")
                               : Text::tr("\"%1\" is at %2 now, no longer at %3. It is the same repository, "
                                          "with %4."))
                      .arg(toQt(printable(outcome.before.title)), toQt(printable(outcome.pin.url)),
                           toQt(printable(outcome.before.url)),
                           Text::tr("%n backup(s)", nullptr, static_cast<int>(outcome.backups)))));
    if (outcome.older) {
        out.line(text(Text::tr("It is older than what was seen before: %1.")
                          .arg(toQt(printable(outcome.older->message)))));
        out.line(text(edit.acceptOlder
                          ? Text::tr("To go on writing from it: salvorctl repository take-over --accept-loss")
                          : Text::tr("It needs --accept-older.")));
    }
    if (outcome.formerAnswers)
        out.line(text(Text::tr("It answers at the former place as well: one of the two is a copy. Only the "
                               "new place is written from now on.")));
    for (const auto& policy : outcome.timers)
        out.line(
            text(Text::tr("The timers of \"%1\" still have the former place.").arg(toQt(printable(policy)))));
    if (!outcome.timers.empty())
        out.line(text(Text::tr("Let them follow: salvorctl timers apply")));
}

Result<Exit> edit(Context& context, const RepositoryEdit& request) {
    SALVOR_ASSIGN(const auto outcome, editRepository(context.core(), request, context.cancel()));
    if (outcome.pin.title != outcome.before.title)
        context.out().line(
            text((request.dryRun ? Text::tr("Would call \"%1\" by the name \"%2\".")
                                 : Text::tr("\"%1\" is called \"%2\" now."))
                     .arg(toQt(printable(outcome.before.title)), toQt(printable(outcome.pin.title)))));
    if (outcome.pin.url != outcome.before.url)
        sayMoved(context, outcome, request);
    context.out().data(toJson(outcome, request.dryRun));
    return Exit::Ok;
}

} // namespace

void addRepositoryEdit(Commands& commands, CLI::App* noun) {
    CLI::App* verb = noun->add_subcommand(
        "edit", text(Text::tr("Say where it is now, or give it another name; the store stays as it is")));
    auto request = std::make_shared<RepositoryEdit>();
    verb->add_option("REPOSITORY", request->repository,
                     text(Text::tr("Title or id; may be left out when there is only one")));
    verb->add_option("--url", request->url,
                     text(Text::tr("Where it is by now: /path or file:///path; nothing is copied")));
    verb->add_option("--title", request->title, text(Text::tr("What to call it here")));
    verb->add_flag("--accept-older", request->acceptOlder,
                   text(Text::tr("Also a place that is older than what was seen of the repository")));
    verb->add_flag("--dry-run", request->dryRun, text(Text::tr("Look at the place, change nothing")));
    commands.onChosen(verb, "repository.edit",
                      [request](Context& context) { return edit(context, *request); });
}

} // namespace salvor::ctl

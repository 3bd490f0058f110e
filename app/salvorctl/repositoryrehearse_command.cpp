// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// repository rehearse, and what reminds of it.
#include "app/salvorctl/repository_verbs.h"

#include "app/salvorctl/secretinput.h"
#include "workers/recoverycopy.h"

namespace salvor::ctl {

namespace {

/// The passphrase is not asked for: with it there is nothing left that would not be the rehearsal itself.
Result<Exit> sayRehearsal(Context& context, const std::string& name, const std::string& file) {
    SALVOR_ASSIGN(const auto found, context.core().repositoryInfo(name, context.cancel()));
    if (!found.answered)
        return failure(*found.problem);
    context.out().line(text(
        Text::tr("Would try to open the newest of %1 backups in \"%2\" with the recovery file %3 and its "
                 "passphrase, and remember when. Nothing was changed.")
            .arg(toQt(count(found.backups)), toQt(printable(found.pin.title)), toQt(printable(file)))));
    context.out().data(QJsonObject{{QStringLiteral("repository"), toQt(found.pin.id)},
                                   {QStringLiteral("backups"), static_cast<qint64>(found.backups)},
                                   {QStringLiteral("rehearsed"), found.pin.rehearsed},
                                   {QStringLiteral("dry_run"), true}});
    return Exit::Ok;
}

Result<Exit> rehearse(Context& context, const std::string& name, const std::string& file, int fd,
                      bool dryRun) {
    // Else it would say nothing of the day when the store is gone.
    SALVOR_ASSIGN(const RecoveryCopy recovery, readSecondCopy(context.core(), name, file));
    if (dryRun)
        return sayRehearsal(context, name, file);
    SALVOR_ASSIGN(const Secret passphrase,
                  obtainSecret(fd, text(Text::tr("Recovery passphrase:")), context.cancel()));
    SALVOR_TRY(context.core().rehearseRecovery(name, recovery, passphrase, context.cancel()));
    context.out().line(text(Text::tr("That file and that passphrase open a backup.")));
    const auto pin = context.core().repositoryInfo(name, context.cancel());
    QJsonObject data{{QStringLiteral("rehearsed"), true}};
    if (pin && pin->pin.rehearsedAt)
        data.insert(QStringLiteral("rehearsed_at"), toQt(toRfc3339(*pin->pin.rehearsedAt)));
    context.out().line(text(Text::tr("Try it again in a year; salvorctl repository info says when.")));
    context.out().data(data);
    return Exit::Ok;
}

} // namespace

std::string rehearsalReminder(Context& context, const RepositoryPin& pin) {
    const QString title = toQt(printable(pin.title));
    switch (rehearsalOf(pin, context.core().config().clock->now())) {
    case Rehearsal::Due:
        return text(
            Text::tr("the recovery of \"%1\" was not rehearsed for a year: salvorctl repository rehearse")
                .arg(title));
    case Rehearsal::Never:
        return text(
            Text::tr("the recovery of \"%1\" was never rehearsed: salvorctl repository rehearse").arg(title));
    case Rehearsal::NotNeeded:
    case Rehearsal::Fresh:
        break;
    }
    return {};
}

void warnOfRehearsal(Context& context, const std::string& repository) {
    const auto pins = context.core().repositories();
    if (!pins)
        return; // a job: it reads no workspace
    for (const auto& pin : *pins) {
        if (pin.id != repository)
            continue;
        if (const std::string reminder = rehearsalReminder(context, pin); !reminder.empty())
            context.out().warning(reminder, {{QStringLiteral("repository"), toQt(pin.id)}});
    }
}

void addRepositoryRehearse(Commands& commands, CLI::App* noun) {
    auto name = std::make_shared<std::string>();
    auto file = std::make_shared<std::string>();
    auto fd = std::make_shared<int>(-1);
    auto dryRun = std::make_shared<bool>(false);
    CLI::App* verb = addRepositoryVerb(
        noun, "rehearse", Text::tr("Try that recovery file and passphrase open a backup"), *name);
    verb->add_option("--recovery", *file, text(Text::tr("The second copy of the recovery file")))->required();
    verb->add_option("--passphrase-fd", *fd, text(Text::tr("Read its passphrase from this descriptor")));
    verb->add_flag("--dry-run", *dryRun,
                   text(Text::tr("Say what would be tried; the passphrase is not asked for")));
    commands.onChosen(verb, "repository.rehearse", [name, file, fd, dryRun](Context& context) {
        return rehearse(context, *name, *file, *fd, *dryRun);
    });
}

} // namespace salvor::ctl

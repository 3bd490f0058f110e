// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"

#include "app/salvorctl/files.h"
#include "app/salvorctl/repositoryedit_command.h"
#include "app/salvorctl/secretinput.h"
#include "engines/crypto/passphrase.h"
#include "models/storefolder.h"
#include "workers/recoverycopy.h"

#include <algorithm>

namespace salvor::ctl {

namespace {

struct InitOptions {
    std::string url;
    std::string title; ///< empty: from the place
    std::string secretKind = "keychain";
    std::string recoveryOut;
    int passphraseFd = -1;
    bool noEncryption = false;
    bool dryRun = false;
};

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

/// Shown once on the terminal, typed back once.
Result<> showAndConfirm(Context& context, const Secret& passphrase) {
    SALVOR_TRY(showOnTerminal(text(Text::tr("Recovery passphrase (write it down, it is shown only now):")) +
                                  "\n\n    ",
                              passphrase, "\n\n"));
    for (int attempt = 0; attempt < 5; ++attempt) {
        SALVOR_ASSIGN(const Secret typed, askSecret(text(Text::tr("Type it back:")), context.cancel()));
        const auto normal = normalisePassphrase(typed.text());
        if (normal && normal->text() == passphrase.text())
            return {};
        context.out().warn(normal ? text(Text::tr("That is not the passphrase shown above. Try again."))
                                  : normal.error().message);
    }
    context.out().warn(
        text(Text::tr("The passphrase was not confirmed. The repository stays marked as not rehearsed: "
                      "run salvorctl repository rehearse as soon as you can.")));
    return {};
}

/// The last folder of the place, with a number behind it where that name is taken: "offsite", "offsite 2".
Result<std::string> titleFor(Context& context, const std::string& url) {
    std::string place = storeFolder(url).value_or(url); // whoever opens it is told what is wrong with it
    while (place.size() > 1 && place.back() == '/')
        place.pop_back();
    std::string base = place.substr(place.rfind('/') + 1);
    if (base.empty() || base.find(':') != std::string::npos)
        base = "backups";
    SALVOR_ASSIGN(const auto known, context.core().repositories());
    std::string title = base;
    const auto isTaken = [&](const RepositoryPin& pin) { return pin.title == title; };
    for (int number = 2; std::any_of(known.begin(), known.end(), isTaken); ++number)
        title = base + " " + std::to_string(number);
    return title;
}

Result<Exit> init(Context& context, const InitOptions& options) {
    const bool unattended = options.passphraseFd >= 0;
    // Also without encryption: it holds the signing key, and its passphrase opens the copy in the store.
    if (options.recoveryOut.empty())
        return failure(ErrorCode::InvalidInput, "where should the recovery file go?",
                       "give --recovery-out FILE, outside the store: without that file and its passphrase "
                       "no other computer opens the repository when this one is lost");
    if (!unattended && !hasTerminal())
        return failure(
            ErrorCode::InvalidInput, "there is no terminal to show the recovery passphrase on",
            "make one with salvorctl repository passphrase, keep it, and pass it with --passphrase-fd N");
    SALVOR_TRY(checkOutsideStore(options.url, options.recoveryOut));
    SALVOR_TRY(checkCanCreate(options.recoveryOut));
    std::string title = options.title;
    if (title.empty()) {
        SALVOR_ASSIGN(title, titleFor(context, options.url));
    }
    if (options.dryRun) {
        context.out().line(
            text(Text::tr("Would make a repository \"%1\" at %2 and write its recovery file to %3.")
                     .arg(toQt(title), toQt(options.url), toQt(options.recoveryOut))));
        context.out().data(QJsonObject{{QStringLiteral("url"), toQt(options.url)},
                                       {QStringLiteral("title"), toQt(title)},
                                       {QStringLiteral("dry_run"), true}});
        return Exit::Ok;
    }
    RepositoryInitSpec spec;
    spec.url = options.url;
    spec.title = title;
    spec.encrypted = !options.noEncryption;
    spec.secretKind = options.secretKind;
    if (unattended) {
        SALVOR_ASSIGN(const Secret given, readSecretFromFd(options.passphraseFd, context.cancel()));
        SALVOR_ASSIGN(spec.passphrase, normalisePassphrase(given.text()));
    }
    SALVOR_ASSIGN(const auto made, context.core().initRepository(std::move(spec), context.cancel()));
    if (!made.recoveryFile.empty() && !options.recoveryOut.empty()) {
        SALVOR_TRY(writeNewFile(options.recoveryOut, made.recoveryFile));
        SALVOR_TRY(context.core().rememberRecoveryCopy(made.pin.id, options.recoveryOut));
        if (!unattended)
            SALVOR_TRY(showAndConfirm(context, made.passphrase));
    }
    context.out().line(text(Text::tr("Made repository \"%1\" (%2) at %3.")
                                .arg(toQt(made.pin.title), toQt(made.pin.id), toQt(made.pin.url))));
    if (!options.recoveryOut.empty())
        context.out().line(text(
            Text::tr(
                "Recovery file: %1. Keep it and its passphrase away from this computer and from the store.")
                .arg(toQt(options.recoveryOut))));
    if (options.secretKind == "file")
        context.out().line(
            text(Text::tr("The keys are kept in files that only you can read, not in a keychain.")));
    context.out().data(toJson(made.pin));
    return Exit::Ok;
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
std::optional<bool> identityHere(Context& context, const RepositoryPin& pin) {
    if (!pin.encrypted)
        return std::nullopt;
    const auto found = hasIdentity(context.core(), pin, context.cancel());
    return found ? std::optional(*found) : std::nullopt;
}

std::string identityText(const RepositoryPin& pin, std::optional<bool> here) {
    if (!pin.encrypted)
        return text(Text::tr("not needed: not encrypted"));
    if (!here)
        return text(Text::tr("not known: the secret store does not answer"));
    return *here ? text(Text::tr("on this computer: it reads every backup"))
                 : text(Text::tr("not on this computer: it reads no backup"));
}

Result<Exit> info(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const auto found, context.core().repositoryInfo(name, context.cancel()));
    if (!found.answered && context.out().json())
        return failure(*found.problem);
    const RepositoryPin& pin = found.pin;
    const auto identity = identityHere(context, pin);
    std::vector<std::pair<std::string, std::string>> fields{
        {text(Text::tr("Title")), pin.title},
        {text(Text::tr("Id")), pin.id},
        {text(Text::tr("Place")), pin.url},
        {text(Text::tr("Format")), std::to_string(pin.formatVersion)},
        {text(Text::tr("Encrypted")), pin.encrypted ? text(Text::tr("yes")) : text(Text::tr("no"))},
        {text(Text::tr("Writer")), pin.writerUser + " @ " + pin.writerMachine},
        {text(Text::tr("Keys kept in")), pin.secretKind},
        {text(Text::tr("Identity")), identityText(pin, identity)},
        {text(Text::tr("Recovery file")), pin.recoveryFile},
        {text(Text::tr("Rehearsed")), rehearsedText(context, pin)},
    };
    for (const auto& recipient : pin.recipients)
        fields.emplace_back(text(Text::tr("Recipient")), recipient);
    if (found.answered) {
        fields.emplace_back(text(Text::tr("Backups")), count(found.backups));
        fields.emplace_back(text(Text::tr("Stored")), size(found.storedBytes));
        if (found.totalBytes > 0)
            fields.emplace_back(text(Text::tr("Free")),
                                size(found.freeBytes) + " / " + size(found.totalBytes));
    }
    context.out().fields(fields);
    if (!found.answered)
        return failure(*found.problem);
    const Instant now = context.core().config().clock->now();
    QJsonObject data = publicJson(found);
    if (identity)
        data.insert(QStringLiteral("identity_here"), *identity);
    const auto rehearsal = rehearsalOf(pin, now);
    data.insert(QStringLiteral("rehearsal"), toQt(toString(rehearsal)));
    if (const auto due = rehearsalDueAt(pin, now))
        data.insert(QStringLiteral("rehearsal_due_at"), toQt(toRfc3339(*due)));
    context.out().data(data);
    return found.problem ? Exit::Partial : Exit::Ok; // what it is was said as a warning
}

struct OpenOptions {
    std::string url;
    std::string recovery;
    std::string title; ///< empty: from the place
    std::string secretKind = "keychain";
    int passphraseFd = -1;
};

Result<Exit> open(Context& context, const OpenOptions& options) {
    std::string title = options.title;
    if (title.empty()) {
        SALVOR_ASSIGN(title, titleFor(context, options.url));
    }
    SALVOR_ASSIGN(const std::string recovery, readWholeFile(options.recovery));
    SALVOR_ASSIGN(
        const Secret passphrase,
        obtainSecret(options.passphraseFd, text(Text::tr("Recovery passphrase:")), context.cancel()));
    SALVOR_ASSIGN(const auto pin, context.core().openRepository(options.url, recovery, passphrase, title,
                                                                options.secretKind, context.cancel()));
    context.out().line(text(Text::tr("Opened repository \"%1\" (%2). Its backups: salvorctl backups list")
                                .arg(toQt(pin.title), toQt(pin.id))));
    context.out().data(toJson(pin));
    return Exit::Ok;
}

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
    SALVOR_TRY(checkSecondCopy(context.core(), name, file));
    SALVOR_ASSIGN(const std::string recovery, readWholeFile(file));
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

Result<Exit> rebuild(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const auto found,
                  context.core().rebuildCatalog(name, context.progress(), context.cancel()));
    context.endProgress();
    context.out().line(text(Text::tr("Found %n backup(s) in the store.", nullptr, static_cast<int>(found))));
    context.out().data(QJsonObject{{QStringLiteral("backups"), static_cast<qint64>(found)}});
    return Exit::Ok;
}

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

Result<Exit> newPassphrase(Context& context) {
    SALVOR_ASSIGN(const Secret passphrase, generatePassphrase());
    if (context.out().json())
        return failure(ErrorCode::InvalidInput, "a passphrase is not printed as JSON",
                       "run it without --json and redirect it into a file only you can read");
    return printSecret(passphrase).map([] { return Exit::Ok; });
}

void addInit(Commands& commands, CLI::App* noun) {
    CLI::App* verb =
        noun->add_subcommand("init", text(Text::tr("Make a repository: keys, recovery file, passphrase")));
    auto options = std::make_shared<InitOptions>();
    verb->add_option("URL", options->url, text(Text::tr("Where: /path or file:///path")))->required();
    verb->add_option("--title", options->title,
                     text(Text::tr("What to call it here; the last folder of the place when left out")));
    verb->add_option("--secrets", options->secretKind, text(Text::tr("Where the keys are kept")))
        ->check(CLI::IsMember({"keychain", "file"}))
        ->capture_default_str();
    verb->add_option("--recovery-out", options->recoveryOut,
                     text(Text::tr("Write the recovery file here; must not exist")));
    verb->add_option("--passphrase-fd", options->passphraseFd,
                     text(Text::tr("Read the recovery passphrase from this descriptor")));
    verb->add_flag("--no-encryption", options->noEncryption,
                   text(Text::tr("Store backups readable by anybody who can read the store")));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Say what would be done")));
    commands.onChosen(verb, "repository.init",
                      [options](Context& context) { return init(context, *options); });
}

void addOpen(Commands& commands, CLI::App* noun) {
    CLI::App* verb =
        noun->add_subcommand("open", text(Text::tr("Open a repository on a machine that never saw it")));
    auto options = std::make_shared<OpenOptions>();
    verb->add_option("URL", options->url, text(Text::tr("Where: /path or file:///path")))->required();
    verb->add_option("--recovery", options->recovery, text(Text::tr("The recovery file")))->required();
    verb->add_option("--passphrase-fd", options->passphraseFd,
                     text(Text::tr("Read its passphrase from this descriptor")));
    verb->add_option("--title", options->title,
                     text(Text::tr("What to call it here; the last folder of the place when left out")));
    verb->add_option("--secrets", options->secretKind, text(Text::tr("Where the keys are kept")))
        ->check(CLI::IsMember({"keychain", "file"}))
        ->capture_default_str();
    commands.onChosen(verb, "repository.open",
                      [options](Context& context) { return open(context, *options); });
}

void addTakeOverAndForget(Commands& commands, CLI::App* noun) {
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
    auto options = std::make_shared<ForgetOptions>();
    CLI::App* forgetVerb = noun->add_subcommand(
        "forget", text(Text::tr("Take it off this computer's list, with its keys; the store stays")));
    forgetVerb->add_option("REPOSITORY", options->name, text(Text::tr("Title or id")))->required();
    forgetVerb->add_option("--confirm", options->confirm, text(Text::tr("Its title once more")));
    forgetVerb->add_flag("--dry-run", options->dryRun, text(Text::tr("Say what would be done")));
    commands.onChosen(forgetVerb, "repository.forget",
                      [options](Context& context) { return forget(context, *options); });
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

void addRepositoryCommands(Commands& commands) {
    CLI::App* noun = commands.app().add_subcommand("repository", text(Text::tr("Where backups are kept")));
    noun->require_subcommand(1);
    addInit(commands, noun);
    addOpen(commands, noun);
    commands.onChosen(noun->add_subcommand("list", text(Text::tr("Repositories known here"))),
                      "repository.list", list);
    commands.onChosen(
        noun->add_subcommand("passphrase", text(Text::tr("Print a new recovery passphrase, for scripts"))),
        "repository.passphrase", newPassphrase, false);

    auto name = std::make_shared<std::string>();
    const auto named = [&](const char* verbName, const QString& help) {
        CLI::App* verb = noun->add_subcommand(verbName, text(help));
        verb->add_option("REPOSITORY", *name,
                         text(Text::tr("Title or id; may be left out when there is only one")));
        return verb;
    };
    commands.onChosen(named("info", Text::tr("Keys, place, backups, space")), "repository.info",
                      [name](Context& context) { return info(context, *name); });
    commands.onChosen(named("rebuild", Text::tr("Scan the store and rebuild the list of backups")),
                      "repository.rebuild", [name](Context& context) { return rebuild(context, *name); });
    addTakeOverAndForget(commands, noun);
    addRepositoryEditCommand(commands, noun);
    auto file = std::make_shared<std::string>();
    auto fd = std::make_shared<int>(-1);
    CLI::App* rehearseVerb =
        named("rehearse", Text::tr("Try that recovery file and passphrase open a backup"));
    rehearseVerb->add_option("--recovery", *file, text(Text::tr("The second copy of the recovery file")))
        ->required();
    rehearseVerb->add_option("--passphrase-fd", *fd,
                             text(Text::tr("Read its passphrase from this descriptor")));
    auto dryRun = std::make_shared<bool>(false);
    rehearseVerb->add_flag("--dry-run", *dryRun,
                           text(Text::tr("Say what would be tried; the passphrase is not asked for")));
    commands.onChosen(rehearseVerb, "repository.rehearse", [name, file, fd, dryRun](Context& context) {
        return rehearse(context, *name, *file, *fd, *dryRun);
    });
}

} // namespace salvor::ctl

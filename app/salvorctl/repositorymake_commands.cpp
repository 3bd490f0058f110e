// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// repository init, open, passphrase: one that is new, or new to this computer.
#include "app/salvorctl/repository_verbs.h"
#include "app/salvorctl/trashwords.h"

#include "app/salvorctl/files.h"
#include "app/salvorctl/secretinput.h"
#include "engines/crypto/passphrase.h"
#include "models/storefolder.h"
#include "workers/newrepository.h"
#include "workers/recoverycopy.h"
#include "workers/repositoryopening.h"

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

/// Shown once on the terminal, typed back once.
Result<> showAndConfirm(Context& context, const Secret& passphrase) {
    SALVOR_TRY(showOnTerminal(text(Text::tr("Recovery passphrase (write it down, it is shown only now):")) +
                                  "\n\n    ",
                              passphrase, "\n\n"));
    for (int attempt = 0; attempt < 5; ++attempt) {
        const auto typed = askSecret(text(Text::tr("Type it back:")), context.cancel());
        if (!typed && typed.error().code != ErrorCode::InvalidInput) // which is an empty line
            return failure(typed.error());
        const auto normal =
            typed ? normalisePassphrase(typed->text()) : Result<Secret>(failure(typed.error()));
        if (normal && normal->text() == passphrase.text())
            return {};
        context.out().warn(normal ? text(Text::tr("That is not the passphrase shown above. Try again."))
                                  : normal.error().message);
    }
    return failure(ErrorCode::InvalidInput, "the passphrase was not typed back",
                   "begin anew; write the passphrase down while it is shown");
}

/// The recovery file and its passphrase are somebody's before the repository is there: none that nobody could
/// recover is ever left, whatever fails or whoever ends this on the way.
Result<RepositoryPin> makeConfirmed(Context& context, RepositoryInitSpec spec, const std::string& recoveryOut,
                                    bool showPassphrase) {
    SALVOR_ASSIGN(const auto drawn, NewRepository::draw(context.core(), std::move(spec), context.cancel()));
    SALVOR_TRY(drawn->saveCopy(recoveryOut));
    if (!showPassphrase)
        return drawn->make(context.cancel());
    auto confirmed = showAndConfirm(context, drawn->result().passphrase);
    auto made = confirmed ? drawn->make(context.cancel())
                          : Result<RepositoryPin>(failure(std::move(confirmed).error()));
    if (!made)
        context.out().warn(
            text(Text::tr("No repository was made, and the passphrase shown above opens nothing.")));
    return made;
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
    SALVOR_ASSIGN(const RepositoryPin made,
                  makeConfirmed(context, std::move(spec), options.recoveryOut, !unattended));
    context.out().line(text(
        Text::tr("Made repository \"%1\" (%2) at %3.").arg(toQt(made.title), toQt(made.id), toQt(made.url))));
    context.out().line(text(
        Text::tr("Recovery file: %1. Keep it and its passphrase away from this computer and from the store.")
            .arg(toQt(options.recoveryOut))));
    if (const auto copy = readRecoveryCopy(options.recoveryOut); !copy)
        context.out().warning(
            text(Text::tr(
                     "it is not there any more (%1): make sure that you have it, or make another repository")
                     .arg(toQt(printable(copy.error().message)))),
            {{QStringLiteral("path"), toQt(options.recoveryOut)}});
    if (options.secretKind == "file")
        context.out().line(
            text(Text::tr("The keys are kept in files that only you can read, not in a keychain.")));
    context.out().data(toJson(made));
    return Exit::Ok;
}

struct OpenOptions {
    std::string url;
    std::string recovery;
    std::string title;      ///< empty: from the place
    std::string secretKind; ///< empty: see OpeningSpec
    int passphraseFd = -1;
};

/// What was done with the keys of one that was known here, as `before`.
void sayKeys(Context& context, const RepositoryPin& before, const RepositoryPin& pin) {
    Output& out = context.out();
    if (pin.secretKind == before.secretKind) {
        out.line(
            text(Text::tr("Put the keys that were missing of repository \"%1\" (%2) back on this computer.")
                     .arg(toQt(pin.title), toQt(pin.id))));
        return;
    }
    out.line(text((pin.secretKind == "file"
                       ? Text::tr("The keys of repository \"%1\" (%2) are in files from now on that only you "
                                  "can read. What the keychain has of them stays there.")
                       : Text::tr("The keys of repository \"%1\" (%2) are in the keychain from now on. The "
                                  "files with them stay, for timers that read secrets from files."))
                      .arg(toQt(pin.title), toQt(pin.id))));
}

Result<Exit> open(Context& context, const OpenOptions& options) {
    std::string title = options.title;
    if (title.empty()) {
        SALVOR_ASSIGN(title, titleFor(context, options.url));
    }
    OpeningSpec spec;
    spec.url = options.url;
    spec.title = title;
    spec.secretKind = options.secretKind;
    SALVOR_ASSIGN(spec.recovery, readRecoveryCopy(options.recovery));
    SALVOR_TRY(checkOpening(context.core(), spec, context.cancel())); // not typed for nothing
    SALVOR_ASSIGN(const auto before, context.core().repositories());
    SALVOR_ASSIGN(
        const Secret passphrase,
        obtainSecret(options.passphraseFd, text(Text::tr("Recovery passphrase:")), context.cancel()));
    SALVOR_ASSIGN(const auto pin, context.core().openRepository(spec, passphrase, context.cancel()));
    const auto known = std::ranges::find(before, pin.id, &RepositoryPin::id);
    const bool wasKnown = known != before.end();
    QJsonObject data = toJson(pin);
    data.insert(QStringLiteral("keys_put_back"), wasKnown);
    if (wasKnown) {
        sayKeys(context, *known, pin);
        data.insert(QStringLiteral("former_secret_kind"), toQt(known->secretKind));
    } else {
        context.out().line(text(Text::tr("Opened repository \"%1\" (%2). Its backups: salvorctl backups list")
                                    .arg(toQt(pin.title), toQt(pin.id))));
    }
    BackupQuery ofIt;
    ofIt.repository = pin.id;
    SALVOR_ASSIGN(const auto trashed, trashedLike(context, ofIt));
    if (!trashed.empty())
        context.out().line(trashSentence(trashed));
    data.insert(QStringLiteral("trashed"), static_cast<qint64>(trashed.size()));
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

} // namespace

void addRepositoryInit(Commands& commands, CLI::App* noun) {
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

void addRepositoryOpen(Commands& commands, CLI::App* noun) {
    CLI::App* verb = noun->add_subcommand(
        "open",
        text(Text::tr(
            "Open a repository on a machine that never saw it, or that lost its keys or its keychain")));
    auto options = std::make_shared<OpenOptions>();
    verb->add_option("URL", options->url, text(Text::tr("Where: /path or file:///path")))->required();
    verb->add_option("--recovery", options->recovery, text(Text::tr("The recovery file")))->required();
    verb->add_option("--passphrase-fd", options->passphraseFd,
                     text(Text::tr("Read its passphrase from this descriptor")));
    verb->add_option("--title", options->title,
                     text(Text::tr("What to call it here; the last folder of the place when left out")));
    verb->add_option(
            "--secrets", options->secretKind,
            text(Text::tr("Where the keys are kept: keychain when left out. Of a repository that is "
                          "known here: put them there from now on, with no need of where they were")))
        ->check(CLI::IsMember({"keychain", "file"}));
    commands.onChosen(verb, "repository.open",
                      [options](Context& context) { return open(context, *options); });
}

void addRepositoryPassphrase(Commands& commands, CLI::App* noun) {
    commands.onChosen(
        noun->add_subcommand("passphrase", text(Text::tr("Print a new recovery passphrase, for scripts"))),
        "repository.passphrase", newPassphrase, false);
}

} // namespace salvor::ctl

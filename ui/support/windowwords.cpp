// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/windowwords.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <array>
#include <vector>

namespace salvor {

namespace {

struct Wording {
    const char* pattern; ///< options that follow a call: kOptions is put after %
    const char* words;
};

/// Options with their values, none or several.
constexpr const char* kOptions = R"((?: --[a-z-]+(?: "[^"]*"| [^\s;,.()–—-][^\s;,.()–—]*)?)*)";

/// In this order: what stands further up is part of a longer text.
constexpr std::array kWordings{
    // Restores.
    Wording{"salvorctl restore --although-damaged starts",
            QT_TRANSLATE_NOOP("WindowWords", "“Try it although the backup is known to be damaged or "
                                             "incomplete” on the page “Scope” of “Restore…” starts")},
    Wording{"the rows come back with salvorctl restore --keep-going,",
            QT_TRANSLATE_NOOP("WindowWords",
                              "the rows come back with “Bring the rows back also where a constraint or an "
                              "index cannot be made” on the page “Scope” of “Restore…”,")},
    Wording{"or with (?=--leave-out)", QT_TRANSLATE_NOOP("WindowWords", "or leave out by name there: ")},
    Wording{"--leave-out (constraint|index|generated|extension) ", QT_TRANSLATE_NOOP("WindowWords", "\\1 ")},
    Wording{"Then its options --keep-going and --leave-out get the rows back",
            QT_TRANSLATE_NOOP("WindowWords", "Then what “Restore…” offers on its page “Scope” for a backup "
                                             "that cannot be loaded as it is gets the rows back")},
    Wording{
        R"(make them \(salvorctl backups show BACKUP --roles has the SQL\), or have them made without login \(--make-role\))",
        QT_TRANSLATE_NOOP("WindowWords",
                          "make them there, or tick them before the restore starts: they are made "
                          "without the right to log in then")},
    Wording{"drill on another server, or with --target throwaway",
            QT_TRANSLATE_NOOP("WindowWords",
                              "test-restore on another server, or on a private one on this computer")},
    Wording{"drill with --target throwaway",
            QT_TRANSLATE_NOOP("WindowWords", "test-restore on a private server on this computer")},
    Wording{"drill on another server: --target PROFILE",
            QT_TRANSLATE_NOOP("WindowWords", "choose another server for the test restore")},
    Wording{"name the profile to restore to with --to-profile",
            QT_TRANSLATE_NOOP("WindowWords", "choose the server to restore to")},
    // Databases that a restore made.
    Wording{"salvorctl restored undo",
            QT_TRANSLATE_NOOP("WindowWords", "“Undo the swap…” under “Restored databases…”")},
    Wording{"salvorctl restored swap",
            QT_TRANSLATE_NOOP("WindowWords", "“Swap…” under “Restored databases…”")},
    Wording{"salvorctl restored drop",
            QT_TRANSLATE_NOOP("WindowWords", "“Drop…” under “Restored databases…”")},
    Wording{"salvorctl restored list", QT_TRANSLATE_NOOP("WindowWords", "“Restored databases…”")},
    Wording{"or add --terminate-clients, which ends their sessions and what they have not committed",
            QT_TRANSLATE_NOOP("WindowWords", "or tick that their sessions are ended: what they have not "
                                             "committed is lost then")},
    Wording{"say --unproven if", QT_TRANSLATE_NOOP("WindowWords", "tick that you mean it, if")},
    Wording{R"(say so with --confirm ?("[^"]*"|\S+)?)",
            QT_TRANSLATE_NOOP("WindowWords", "say so by typing its name")},
    Wording{R"(look at it with --dry-run; if it is meant, add --confirm ("[^"]*"|\S+))",
            QT_TRANSLATE_NOOP("WindowWords", "look at the plan; if it is meant, type the name")},
    Wording{R"(if it is meant, add --confirm ("[^"]*"|\S+))",
            QT_TRANSLATE_NOOP("WindowWords", "if it is meant, type its name")},
    Wording{"look again what would be done, with --dry-run",
            QT_TRANSLATE_NOOP("WindowWords", "look again what would be done")},
    Wording{"say it with --name", QT_TRANSLATE_NOOP("WindowWords", "write it at “Takes over the name”")},
    // Backups, retention, prune.
    Wording{R"(salvorctl verify \S+ --depth full)",
            QT_TRANSLATE_NOOP("WindowWords", "“Verify”, full, on the page Backups")},
    Wording{"salvorctl verify", QT_TRANSLATE_NOOP("WindowWords", "“Verify” on the page Stores")},
    Wording{"look at: salvorctl retention preview%",
            QT_TRANSLATE_NOOP("WindowWords", "look at “Prune…” on the page Stores")},
    Wording{"Look at: salvorctl retention preview%",
            QT_TRANSLATE_NOOP("WindowWords", "Look at “Prune…” on the page Stores")},
    Wording{"run: salvorctl prune --confirm-large%",
            QT_TRANSLATE_NOOP("WindowWords", "prune there, and say that it is meant")},
    Wording{"look at it with --dry-run; if it is meant, add --yes",
            QT_TRANSLATE_NOOP("WindowWords", "look at the plan; if it is meant, tick that")},
    Wording{"if it is meant, add --confirm-large",
            QT_TRANSLATE_NOOP("WindowWords", "if it is meant, tick that")},
    Wording{
        "delete the backups that need it: salvorctl backups delete(?: [0-9A-Z-]+)+,",
        QT_TRANSLATE_NOOP("WindowWords",
                          "delete the backups that need it with “Delete…” on the page Backups (“Verify” on "
                          "the page Stores names them),")},
    Wording{"salvorctl prune --free-space-now",
            QT_TRANSLATE_NOOP("WindowWords", "“Prune…” on the page Stores, with “Delete what is in the trash "
                                             "as well, before its time is over”")},
    Wording{"salvorctl backups trash", QT_TRANSLATE_NOOP("WindowWords", "“Trash” on the page Backups")},
    Wording{R"(salvorctl \S+ list shows what there is)",
            QT_TRANSLATE_NOOP("WindowWords", "look at the list again (F5): it may have gone meanwhile")},
    // Repositories.
    Wording{R"(run: salvorctl repository rebuild(?: "[^"]*")?)",
            QT_TRANSLATE_NOOP("WindowWords", "use “Read it anew…” on the page Stores")},
    Wording{"repository edit --url with --accept-older, then salvorctl repository take-over --accept-loss",
            QT_TRANSLATE_NOOP("WindowWords", "open it as another one with “Recover from a backup…”, then "
                                             "“Take it over…” on the page Stores")},
    Wording{"salvorctl repository take-over%",
            QT_TRANSLATE_NOOP("WindowWords", "“Take it over…” on the page Stores")},
    Wording{"take the repository over with --accept-loss",
            QT_TRANSLATE_NOOP("WindowWords", "take the repository over, and type its name")},
    Wording{R"(salvorctl repository edit "[^"]*"%)",
            QT_TRANSLATE_NOOP("WindowWords", "“Change the place…” on the page Stores")},
    Wording{"give --url with the place it is at now, or --title",
            QT_TRANSLATE_NOOP("WindowWords", "give the place where it is now")},
    Wording{"salvorctl repository init", QT_TRANSLATE_NOOP("WindowWords", "“New repository…”")},
    Wording{R"(salvorctl repository open "[^"]*" --recovery FILE --secrets file)",
            QT_TRANSLATE_NOOP("WindowWords", "“Recover from a backup…”, with “File that only you can read” "
                                             "at “Keys kept in”")},
    Wording{R"(salvorctl repository open "[^"]*"%)",
            QT_TRANSLATE_NOOP("WindowWords", "“Recover from a backup…”")},
    Wording{"salvorctl repository open", QT_TRANSLATE_NOOP("WindowWords", "“Recover from a backup…”")},
    Wording{"the next salvorctl command, or the window, reads the other stores",
            QT_TRANSLATE_NOOP("WindowWords", "the next look (F5) reads the other stores")},
    // Servers and policies.
    Wording{R"(salvorctl profile test "[^"]*" lists)",
            QT_TRANSLATE_NOOP("WindowWords", "“Edit the server…” and its “Test connection” list")},
    Wording{R"(salvorctl profile edit "[^"]*" --secrets file --ask-password)",
            QT_TRANSLATE_NOOP("WindowWords", "“Edit the server…”, with the password and “File that only you "
                                             "can read” at “Kept in”")},
    Wording{R"(salvorctl profile edit "[^"]*" --ask-password)",
            QT_TRANSLATE_NOOP("WindowWords", "“Edit the server…”")},
    Wording{"salvorctl profile edit --repository", QT_TRANSLATE_NOOP("WindowWords", "“Edit the server…”")},
    Wording{"name it with --repository, for example",
            QT_TRANSLATE_NOOP("WindowWords", "choose it, for example")},
    Wording{"salvorctl policy set POLICY --repository",
            QT_TRANSLATE_NOOP("WindowWords", "“Edit…” on the page Policies, repository")},
    Wording{"salvorctl policy set --when",
            QT_TRANSLATE_NOOP("WindowWords", "“Edit…” on the page Policies, part “When”")},
    Wording{"salvorctl policy (set|edit)", QT_TRANSLATE_NOOP("WindowWords", "“Edit…” on the page Policies")},
    Wording{"for example --include '\\*'", QT_TRANSLATE_NOOP("WindowWords", "for example *")},
    Wording{"compare it with salvorctl policy export; to go back to it all the same, leave \"revision\" out "
            "of the file",
            QT_TRANSLATE_NOOP("WindowWords", "compare it with what “Export…” writes; to go back to it all "
                                             "the same, leave \"revision\" out of the file")},
    Wording{"use --replace to overwrite it, or --new-uuid to have both",
            QT_TRANSLATE_NOOP("WindowWords", "“Replace it” overwrites it, “Open a copy” has both")},
    Wording{"import it with --new-uuid", QT_TRANSLATE_NOOP("WindowWords", "import it as a copy")},
    Wording{"give the new one another name with --title",
            QT_TRANSLATE_NOOP("WindowWords", "give the new one another name")},
    // Timers.
    Wording{"make it with salvorctl (policy export --job|watch export), or apply the timers again",
            QT_TRANSLATE_NOOP("WindowWords", "apply the timers again")},
    Wording{"salvorctl (policy export --job|watch export)",
            QT_TRANSLATE_NOOP("WindowWords", "“Apply timers…” on the page Policies")},
    Wording{"run salvorctl timers apply --user-units as that user",
            QT_TRANSLATE_NOOP("WindowWords", "log in as that user, and apply the timers there")},
    Wording{"salvorctl timers (plan|apply)",
            QT_TRANSLATE_NOOP("WindowWords", "“Apply timers…” on the page Policies")},
    Wording{"do it from there, or end what that home does here with --replace-home",
            QT_TRANSLATE_NOOP("WindowWords", "do it from there")},
    Wording{", with --user-units,", ""},
    Wording{"run salvorctl timers remove(?: [0-9a-f-]{36})?",
            QT_TRANSLATE_NOOP("WindowWords", "remove the timers with “Timers…” on the page Policies")},
    Wording{"salvorctl timers remove", QT_TRANSLATE_NOOP("WindowWords", "“Remove…” in “Timers…” there")},
    Wording{"salvorctl timers status lists",
            QT_TRANSLATE_NOOP("WindowWords", "“Timers…” on the page Policies lists")},
    Wording{"salvorctl timers status", QT_TRANSLATE_NOOP("WindowWords", "“Timers…” on the page Policies")},
    // Secrets and channels.
    Wording{R"( \(--secrets file\))", ""},
    Wording{"choose one: --secrets keychain or file",
            QT_TRANSLATE_NOOP("WindowWords", "choose one: keychain or file")},
    Wording{"use --secrets credentials, or keep it in a file",
            QT_TRANSLATE_NOOP("WindowWords", "keep it in a file")},
    Wording{"give it with --secret-fd", QT_TRANSLATE_NOOP("WindowWords", "write it there")},
    Wording{": salvorctl channel set", QT_TRANSLATE_NOOP("WindowWords", " in the channel (“Channels…”)")},
    Wording{"given with --tls-ca", QT_TRANSLATE_NOOP("WindowWords", "named in the channel")},
};

/// Compiled once: the texts come a hundred at a time.
const std::vector<QRegularExpression>& patterns() {
    static const auto* all = [] { // goes with the program
        auto* made = new std::vector<QRegularExpression>;
        for (const Wording& wording : kWordings)
            made->emplace_back(
                QString::fromUtf8(wording.pattern).replace(QLatin1Char('%'), QLatin1String(kOptions)));
        return made;
    }();
    return *all;
}

} // namespace

QString windowWords(QString text) {
    if (!text.contains(QLatin1String("salvorctl")) && !text.contains(QLatin1String("--")))
        return text;
    for (std::size_t i = 0; i < kWordings.size(); ++i) {
        const char* words = kWordings[i].words;
        text.replace(patterns()[i],
                     *words == '\0' ? QString() : QCoreApplication::translate("WindowWords", words));
    }
    return text;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Advice that is worded for the command line names the window's controls in the window: all that the sources
// hold.
#include "support/check.h"
#include "ui/activity/activitytexts.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/startup.h"

#include <QApplication>
#include <QDirIterator>
#include <QFile>
#include <QLabel>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>

using namespace salvor;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// The texts of a source file. Neighbours are one, and so is what is put together around a variable.
QStringList literalsOf(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {s("cannot be read: ") + path};
    QString text = QString::fromUtf8(file.readAll());
    static const QRegularExpression comment(s(R"(^\s*//.*$)"), QRegularExpression::MultilineOption);
    static const QRegularExpression neighbours(s(R"re(([^\\])"\s*")re"));
    static const QRegularExpression around(s(R"re(([^\\])"\s*\+\s*[A-Za-z_][\w.>():-]*\s*\+\s*")re"));
    static const QRegularExpression literal(s(R"re("((?:[^"\\\n]|\\.)*)")re"));
    text.remove(comment);
    text.replace(around, s("\\1NAME"));
    text.replace(neighbours, s("\\1"));
    QStringList found;
    for (auto one = literal.globalMatch(text); one.hasNext();)
        found << one.next().captured(1).replace(s("\\\""), s("\""));
    return found;
}

/// What people read has spaces; arguments of programs have none.
bool namesTheCommandLine(const QString& text) {
    static const QRegularExpression call(s(R"(salvorctl \w|(^|[ (])--[a-z])"));
    return text.contains(QLatin1Char(' ')) && text.contains(call);
}

/// Only there on the command line, and parts of texts that are put together.
bool isMeant(const QString& text) {
    static const char* const all[] = {
        "#!/bin/sh",                         // a script
        "let cron call salvorctl run",       // there is no control for another computer's cron
        "salvorctl timers secrets",          // root's own calls
        "install salvorctl as root",         // the program itself
        "salvorctl as root did not install", //
    };
    // Options that are put behind a call that is there.
    if (text.startsWith(s(" --")) || text == s("--leave-out "))
        return true;
    return std::ranges::any_of(all, [&](const char* part) { return text.contains(s(part)); });
}

} // namespace

class TestWindowWords : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { setUpApplication(*qApp); }

    void told_allThatTheSourcesAdvise_namesNoCall() {
        int seen = 0;
        QStringList left;
        for (const char* folder : {"/models", "/engines", "/workers"}) {
            QDirIterator files(s(SALVOR_SOURCES) + s(folder), {s("*.cpp"), s("*.h")}, QDir::Files,
                               QDirIterator::Subdirectories);
            while (files.hasNext()) {
                const QString path = files.next();
                for (const QString& text : literalsOf(path)) {
                    if (!namesTheCommandLine(text) || isMeant(text))
                        continue;
                    ++seen;
                    const QString told = Format::told(text.toStdString());
                    if (namesTheCommandLine(told))
                        left << path.mid(s(SALVOR_SOURCES).size()) + s(": ") + told;
                }
            }
        }
        QVERIFY2(left.isEmpty(), qPrintable(left.join(QLatin1Char('\n'))));
        QVERIFY2(seen > 50, qPrintable(QString::number(seen))); // the texts were found at all
    }

    void told_examples_readWell_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("told");
        QTest::newRow("prune")
            << s("look at: salvorctl retention preview --repository 0a-1b --policy \"every night\" — if it "
                 "is meant, run: salvorctl prune --confirm-large --repository 0a-1b --policy \"every night\" "
                 "— else keep more: salvorctl policy set, and salvorctl timers apply where timers prune")
            << s("look at “Prune…” on the page Stores — if it is meant, prune there, and say that it is "
                 "meant — else keep more: “Edit…” on the page Policies, and “Apply timers…” on the page "
                 "Policies where timers prune");
        QTest::newRow("leave out")
            << s("the rows come back with salvorctl restore --keep-going, which names what it could not "
                 "make; or with --leave-out constraint 'public.my orders.fkey' --leave-out index public.i")
            << s("the rows come back with “Bring the rows back also where a constraint or an index cannot "
                 "be made” on the page “Scope” of “Restore…”, which names what it could not make; or leave "
                 "out by name there: constraint 'public.my orders.fkey' index public.i");
        QTest::newRow("place") << s("if it is at another place now: salvorctl repository edit \"my store\" "
                                    "--url URL")
                               << s("if it is at another place now: “Change the place…” on the page Stores");
        QTest::newRow("hidden") << s("what was made so far is hidden as x_salvor_1: salvorctl restored drop "
                                     "removes it")
                                << s("what was made so far is hidden as x_salvor_1: “Drop…” under “Restored "
                                     "databases…” removes it");
        QTest::newRow("there already")
            << s("open it with salvorctl repository open, or choose another folder")
            << s("open it with “Recover from a backup…”, or choose another folder");
        QTest::newRow("keys")
            << s("put it back with the recovery file and its passphrase: salvorctl repository "
                 "open \"file:///srv/my store\" --recovery FILE")
            << s("put it back with the recovery file and its passphrase: “Recover from a "
                 "backup…”");
        QTest::newRow("keychain") << s("with the recovery file and its passphrase: salvorctl repository "
                                       "open \"file:///srv/my store\" --recovery FILE --secrets file")
                                  << s("with the recovery file and its passphrase: “Recover from a "
                                       "backup…”, with “File that only you can read” at “Keys kept in”");
        QTest::newRow("password")
            << s("keep the password in a file from now on: salvorctl profile edit \"my server\" --secrets "
                 "file --ask-password")
            << s("keep the password in a file from now on: “Edit the server…”, with the password and “File "
                 "that only you can read” at “Kept in”");
        QTest::newRow("lost list")
            << s("delete the backups that need it: salvorctl backups delete 20261126T190815Z-HZXKFG "
                 "20261125T190815Z-AAAAAA, and then empty the trash with salvorctl prune --free-space-now")
            << s("delete the backups that need it with “Delete…” on the page Backups (“Verify” on the page "
                 "Stores names them), and then empty the trash with “Prune…” on the page Stores, with "
                 "“Delete what is in the trash as well, before its time is over”");
        QTest::newRow("none") << s("a table is called --leave-out") << s("a table is called --leave-out");
    }
    void told_examples_readWell() {
        QFETCH(const QString, text);
        QFETCH(const QString, told);
        QCOMPARE(Format::told(text.toStdString()), told);
    }

    /// Activity shows no name of a program's.
    void changes_allThatAreRecorded_haveWords() {
        static const QRegularExpression recorded(
            s(R"re([aA]udit(?:ed|Act|Backups)?\w*[^;{}]{0,60}?"([a-z]+\.[a-z_]+)")re"));
        QStringList left;
        int seen = 0;
        QDirIterator files(s(SALVOR_SOURCES) + s("/workers"), {s("*.cpp")}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY(file.open(QIODevice::ReadOnly));
            const QString text = QString::fromUtf8(file.readAll());
            for (auto one = recorded.globalMatch(text); one.hasNext();) {
                const QString action = one.next().captured(1);
                ++seen;
                if (changeText(action.toStdString()) == action)
                    left << action;
            }
        }
        QVERIFY2(left.isEmpty(), qPrintable(left.join(QLatin1Char(' '))));
        QVERIFY2(seen > 8, qPrintable(QString::number(seen)));
    }

    void errorPanel_hintForTheCommandLine_saysTheWindowsWayAlsoInTheCopy() {
        ErrorPanel panel;
        panel.showError({ErrorCode::NotFound,
                         "there is no repository",
                         "make one with salvorctl repository init",
                         false,
                         {}});
        QVERIFY(panel.findChild<QLabel*>(s("errorHint"))->text().contains(s("“New repository…”")));
        QVERIFY2(!panel.fullText().contains(s("salvorctl")), qPrintable(panel.fullText()));
    }
};

QTEST_MAIN(TestWindowWords)
#include "test_windowwords.moc"

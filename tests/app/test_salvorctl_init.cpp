// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// repository init and open, where something comes between.
#include "app/agedhome.h"
#include "support/pty.h"

#include <QDirIterator>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QSet>

using namespace salvor;
using namespace salvor::test;

namespace {

PtyResult initOnTerminal(const CtlHome& home, const std::vector<PtyAnswer>& answers) {
    return runOnPty({"env", "SALVOR_HOME=" + home.path(s("home")).toStdString(), "LC_ALL=C.UTF-8",
                     CtlHome::program().toStdString(), "repository", "init",
                     home.path(s("store")).toStdString(), "--secrets", "file", "--recovery-out",
                     home.path(s("recovery.age")).toStdString()},
                    answers);
}

QSet<QString> filesBelow(const QString& folder) {
    QSet<QString> files;
    QDirIterator it(folder, QDir::Files, QDirIterator::Subdirectories);
    while (it.hasNext())
        files.insert(it.next());
    return files;
}

} // namespace

class TestSalvorctlInit : public QObject {
    Q_OBJECT

private:
    static void expectNothing(const CtlHome& home) {
        QVERIFY(!QFileInfo::exists(home.path(s("store"))));
        QVERIFY(!QFileInfo::exists(home.path(s("recovery.age"))));
        QVERIFY(home.run({s("--json"), s("repository"), s("list")}).data().toArray().isEmpty());
    }

private slots:
    void init_cancelledAtTypeItBack_leavesNothing() {
        const CtlHome home;
        const auto cancelled = initOnTerminal(home, {{"Type it back:", "\x03"}});
        QVERIFY(cancelled.finished);
        QVERIFY2(cancelled.exitCode == 4, cancelled.output.c_str());
        QVERIFY2(cancelled.output.find("No repository was made") != std::string::npos,
                 cancelled.output.c_str());
        expectNothing(home);
    }

    void init_neverTypedBack_leavesNothing() {
        const CtlHome home;
        const auto wrong =
            initOnTerminal(home, std::vector<PtyAnswer>(5, {"Type it back:", "not that at all"}));
        QVERIFY(wrong.finished);
        QVERIFY2(wrong.exitCode == 2, wrong.output.c_str());
        expectNothing(home);
    }

    /// It is a folder that root may write to, as far as anybody can ask, and that takes no file.
    void init_recoveryFileCannotBeWritten_leavesNothing() {
        const CtlHome home;
        const auto passphrase = home.run({s("repository"), s("passphrase")}).out;
        const auto failed =
            home.run({s("--json"), s("repository"), s("init"), home.path(s("store")), s("--secrets"),
                      s("file"), s("--recovery-out"), s("/proc/recovery.age"), s("--passphrase-fd"), s("3")},
                     {{3, passphrase}});
        QCOMPARE(failed.exitCode, 1);
        expectNothing(home);
        const auto again = home.run({s("--json"), s("repository"), s("init"), home.path(s("store")),
                                     s("--secrets"), s("file"), s("--recovery-out"),
                                     home.path(s("recovery.age")), s("--passphrase-fd"), s("3")},
                                    {{3, passphrase}});
        QVERIFY2(again.exitCode == 0, again.out.constData());
        QVERIFY(QFileInfo::exists(home.path(s("recovery.age"))));
    }

    void open_whatNeedsNoPassphrase_isToldBeforeItIsRead() {
        const CtlHome home;
        QVERIFY(!home.makeRepository().isEmpty());
        QFile letter(home.path(s("letter")));
        QVERIFY(letter.open(QIODevice::WriteOnly) && letter.write("dear") == 4);
        letter.close();
        const auto opening = [&](const QString& url, const QString& file) {
            return home.run({s("--json"), s("repository"), s("open"), url, s("--recovery"), file,
                             s("--secrets"), s("file"), s("--passphrase-fd"), s("3")},
                            {{3, ""}});
        };
        const QString good = home.path(s("recovery-backups.age"));
        QCOMPARE(opening(home.path(s("nowhere")), good).errorCode(), s("not_found"));
        QVERIFY(opening(s("relative/path"), good)
                    .errorText()
                    .contains(s("not the address of a store that is known")));
        const auto noFile = opening(home.path(s("store-backups")), letter.fileName());
        QVERIFY2(noFile.errorText().contains(s("not a recovery file")), noFile.out.constData());
        QCOMPARE(opening(home.path(s("store-backups")), good).errorCode(), s("already_exists"));
    }

    /// The figure of what is freed must not keep the backup that is hit from going.
    void listOfObjectsLost_backupGoesAndTheRestIsIntact() {
        AgedHome home;
        QVERIFY(home.make(2));
        const QString refs = home.path(s("store-backups/refs"));
        const auto before = filesBelow(refs);
        const auto hit = home.backUp(77);
        QVERIFY(hit.has_value());
        const auto ofHit = filesBelow(refs) - before;
        QVERIFY(!ofHit.isEmpty());
        for (const auto& file : ofHit)
            QVERIFY(QFile::remove(file));
        QVERIFY(home.keepDaily(2));
        const auto preview = home.run({s("retention"), s("preview")});
        QVERIFY2(preview.exitCode == 0, preview.out.constData());
        QVERIFY(preview.data().toObject().value(s("freed_bytes")).isNull());
        QVERIFY(preview.data().toObject().value(s("freed")).isNull());
        const auto gone = home.run({s("backups"), s("delete"), toQt(hit->id), s("--confirm-large")});
        QVERIFY2(gone.exitCode == 0, gone.out.constData());
        QVERIFY(gone.data().toObject().value(s("freed_bytes")).isNull());
        const auto pruned = home.run({s("prune"), s("--free-space-now"), s("--yes"), s("--confirm-large")});
        QVERIFY2(pruned.exitCode == 0, pruned.out.constData());
        const auto intact = home.run({s("verify")});
        QVERIFY2(intact.exitCode == 0, intact.out.constData());
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlInit)
#include "test_salvorctl_init.moc"

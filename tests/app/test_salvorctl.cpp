// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The command line without a server: grammar, exit codes, JSON shapes, files, secrets.
#include "app/ctlprocess.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QTest>

#include <algorithm>

using namespace salvor::test;

namespace {
QString s(const char* text) { return QString::fromUtf8(text); }
} // namespace

class TestSalvorctl : public QObject {
    Q_OBJECT

private slots:
    void help_namesEveryNoun();
    void unknownVerb_isUsageError();
    void unknownVerbWithJson_isUsageErrorInJson();
    void version_namesEngines();
    void lists_empty_sayWhatToDoFirst();
    void age_roundTripsWithPassphrase();
    void init_withoutARecoveryFile_isRefused();
    void age_damagedInput_failsAndReleasesNoWrongByte();
    void age_withoutRecipientOrPassphrase_isUsageError();
    void repositoryPassphrase_isWellFormedAndNew();
    void repositoryInit_withoutRecoveryOut_isRefused();
    void repositoryInit_recoveryFileExists_touchesNothing();
    void repositoryInit_makesListsAndInfo();
    void repositoryInit_dryRun_changesNothing();
    void repositoryInit_secretIsNowhereInTheStore();
    void repositoryInit_relativeOrUnknownUrl_isRefused_data();
    void repositoryInit_relativeOrUnknownUrl_isRefused();
    void repositoryOpen_onOtherMachine_needsOnlyStoreFileAndPassphrase();
    void repositoryOpen_wrongPassphrase_isRefused();
    void profileAdd_passwordInUri_isRefused();
    void profileAdd_editShowRemove();
    void profileAdd_sameTitle_isRefused();
    void profileShow_unknown_isNotFound();
    void profile_passwordNeverInFilesButTheSecretStore();
    void backup_serverUnreachable_saysHostAndPort();
    void restore_unknownBackup_isNotFound();
    void completion_followsTheGrammar();
    void operations_haveEveryCommand();
};

void TestSalvorctl::help_namesEveryNoun() {
    const CtlHome home;
    const auto result = home.run({s("--help")});
    QCOMPARE(result.exitCode, 0);
    for (const char* noun :
         {"repository", "profile", "backup", "verify", "backups", "restore", "restored", "runs", "retention",
          "prune", "age", "calendar", "version", "policy", "run", "audit"})
        QVERIFY2(result.out.contains(noun), noun);
    QVERIFY(!result.out.contains("complete-words"));
}

void TestSalvorctl::unknownVerb_isUsageError() {
    const CtlHome home;
    const auto result = home.run({s("backpu"), s("x")});
    QCOMPARE(result.exitCode, 2);
    QVERIFY(result.out.isEmpty());
    QVERIFY(result.err.contains("--help"));
}

void TestSalvorctl::unknownVerbWithJson_isUsageErrorInJson() {
    const CtlHome home;
    const auto result = home.run({s("--json"), s("profile"), s("show")});
    QCOMPARE(result.exitCode, 2);
    QCOMPARE(result.errorCode(), s("invalid_input"));
}

void TestSalvorctl::version_namesEngines() {
    const CtlHome home;
    const auto asked = home.run({s("--version")});
    QCOMPARE(asked.exitCode, 0);
    QVERIFY(asked.out.startsWith("salvorctl "));
    const auto result = home.run({s("--json"), s("version")});
    QCOMPARE(result.exitCode, 0);
    QCOMPARE(result.json().value(s("schema")).toString(), s("salvor.version.show/1"));
    QVERIFY(result.data().toObject().value(s("engines")).toArray().contains(s("postgresql")));
}

void TestSalvorctl::lists_empty_sayWhatToDoFirst() {
    const CtlHome home;
    for (const QStringList& words : {QStringList{s("profile"), s("list")},
                                     {s("repository"), s("list")},
                                     {s("backups"), s("list")},
                                     {s("runs"), s("list")}}) {
        const auto text = home.run(words);
        QCOMPARE(text.exitCode, 0);
        QVERIFY2(text.out.contains("salvorctl "), text.out.constData());
        const auto json = home.run(QStringList{s("--json")} + words);
        QCOMPARE(json.data().toArray().size(), 0);
        QVERIFY(json.data().isArray());
    }
}

void TestSalvorctl::age_roundTripsWithPassphrase() {
    const CtlHome home;
    QByteArray plain;
    for (int i = 0; i < 50000; ++i)
        plain += QByteArray::number(i);
    const auto sealed = home.run({s("age"), s("encrypt"), s("--armor"), s("--passphrase-fd"), s("5")},
                                 {{5, "correct horse\n"}}, plain);
    QCOMPARE(sealed.exitCode, 0);
    QVERIFY(sealed.out.startsWith("-----BEGIN AGE ENCRYPTED FILE-----"));
    const auto opened =
        home.run({s("age"), s("decrypt"), s("--passphrase-fd"), s("5")}, {{5, "correct horse"}}, sealed.out);
    QCOMPARE(opened.exitCode, 0);
    QCOMPARE(opened.out, plain);
    const auto wrong =
        home.run({s("age"), s("decrypt"), s("--passphrase-fd"), s("5")}, {{5, "wrong horse"}}, sealed.out);
    QCOMPARE(wrong.exitCode, 1);
    QVERIFY(wrong.out.isEmpty());
    QVERIFY(!wrong.err.contains("horse"));
}

/// Without encryption too: another computer opens the repository with the recovery file only.
void TestSalvorctl::init_withoutARecoveryFile_isRefused() {
    const CtlHome home;
    const auto made =
        home.run({s("--json"), s("repository"), s("init"), home.path(s("store")), s("--no-encryption"),
                  s("--secrets"), s("file"), s("--passphrase-fd"), s("3")},
                 {{3, "correct horse battery"}});
    QCOMPARE(made.exitCode, 2);
    QVERIFY2(made.errorText().contains(s("recovery file")), made.out.constData());
    QVERIFY(!QFile::exists(home.path(s("store/salvor-repository.json"))));
}

void TestSalvorctl::age_damagedInput_failsAndReleasesNoWrongByte() {
    const CtlHome home;
    const QByteArray plain(200000, 'x');
    auto sealed = home.run({s("age"), s("encrypt"), s("--passphrase-fd"), s("5")}, {{5, "pw"}}, plain).out;
    QVERIFY(sealed.size() > 200000);
    sealed[sealed.size() - 100] = static_cast<char>(sealed[sealed.size() - 100] ^ 1);
    const auto opened = home.run({s("age"), s("decrypt"), s("--passphrase-fd"), s("5")}, {{5, "pw"}}, sealed);
    QCOMPARE(opened.exitCode, 1);
    QVERIFY(plain.startsWith(opened.out));
    QVERIFY(opened.out.size() < plain.size());
}

void TestSalvorctl::age_withoutRecipientOrPassphrase_isUsageError() {
    const CtlHome home;
    QCOMPARE(home.run({s("age"), s("encrypt")}).exitCode, 2);
    QCOMPARE(home.run({s("age"), s("decrypt")}).exitCode, 2);
    QCOMPARE(home.run({s("age"), s("encrypt"), s("-r"), s("age1nonsense")}).exitCode, 2);
}

void TestSalvorctl::repositoryPassphrase_isWellFormedAndNew() {
    const CtlHome home;
    const auto one = home.run({s("repository"), s("passphrase")}).out.trimmed();
    const auto two = home.run({s("repository"), s("passphrase")}).out.trimmed();
    QCOMPARE(one.size(), 29);
    QCOMPARE(one.count('-'), 5);
    QVERIFY(one != two);
}

void TestSalvorctl::repositoryInit_withoutRecoveryOut_isRefused() {
    const CtlHome home;
    const auto result = home.run({s("--json"), s("repository"), s("init"), home.path(s("store"))});
    QCOMPARE(result.exitCode, 2);
    QVERIFY2(result.errorText().contains(s("--recovery-out")), result.out.constData());
    QVERIFY(!QFileInfo::exists(home.path(s("store"))));
}

void TestSalvorctl::repositoryInit_recoveryFileExists_touchesNothing() {
    const CtlHome home;
    QFile existing(home.path(s("recovery.age")));
    QVERIFY(existing.open(QIODevice::WriteOnly));
    existing.write("mine");
    existing.close();
    const auto result =
        home.run({s("--json"), s("repository"), s("init"), home.path(s("store")), s("--recovery-out"),
                  existing.fileName(), s("--secrets"), s("file"), s("--passphrase-fd"), s("3")},
                 {{3, home.run({s("repository"), s("passphrase")}).out}});
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(result.errorCode(), s("already_exists"));
    QVERIFY(existing.open(QIODevice::ReadOnly));
    QCOMPARE(existing.readAll(), QByteArray("mine"));
    QVERIFY(!QFileInfo::exists(home.path(s("store"))));
}

void TestSalvorctl::repositoryInit_makesListsAndInfo() {
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    const auto list = home.run({s("--json"), s("repository"), s("list")});
    QCOMPARE(list.data().toArray().size(), 1);
    const auto info = home.run({s("--json"), s("repository"), s("info")});
    QCOMPARE(info.exitCode, 0);
    const QJsonObject data = info.data().toObject();
    QCOMPARE(data.value(s("title")).toString(), s("backups"));
    QCOMPARE(data.value(s("encrypted")).toBool(), true);
    QCOMPARE(data.value(s("rehearsed")).toBool(), false);
    QCOMPARE(data.value(s("backups")).toInt(-1), 0);
    QVERIFY(data.value(s("free_bytes")).toDouble() > 0);
    const QFileInfo recovery(home.path(s("recovery-backups.age")));
    QVERIFY(recovery.exists());
    QCOMPARE(static_cast<int>(recovery.permissions() & (QFile::ReadGroup | QFile::ReadOther)), 0);
}

void TestSalvorctl::repositoryInit_dryRun_changesNothing() {
    const CtlHome home;
    const auto result = home.run({s("--json"), s("repository"), s("init"), home.path(s("store")),
                                  s("--recovery-out"), home.path(s("r.age")), s("--secrets"), s("file"),
                                  s("--passphrase-fd"), s("3"), s("--dry-run")},
                                 {{3, "unused"}});
    QCOMPARE(result.exitCode, 0);
    QVERIFY(!QFileInfo::exists(home.path(s("store"))));
    QVERIFY(!QFileInfo::exists(home.path(s("r.age"))));
}

void TestSalvorctl::repositoryInit_secretIsNowhereInTheStore() {
    const CtlHome home;
    const QByteArray passphrase = home.makeRepository();
    QVERIFY(!passphrase.isEmpty());
    QFile recovery(home.path(s("recovery-backups.age")));
    QVERIFY(recovery.open(QIODevice::ReadOnly));
    const QByteArray content = recovery.readAll();
    QVERIFY(content.contains("age1"));
    QVERIFY(!content.contains("AGE-SECRET-KEY"));
    QVERIFY(!content.contains(passphrase));
}

void TestSalvorctl::repositoryInit_relativeOrUnknownUrl_isRefused_data() {
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("code");
    QTest::newRow("relative") << s("some/folder") << s("invalid_input");
    QTest::newRow("sftp") << s("sftp://host/folder") << s("unsupported");
    QTest::newRow("s3") << s("s3://bucket/prefix") << s("unsupported");
    QTest::newRow("nonsense") << s("gopher://x") << s("invalid_input");
}

void TestSalvorctl::repositoryInit_relativeOrUnknownUrl_isRefused() {
    QFETCH(const QString, url);
    QFETCH(const QString, code);
    const CtlHome home;
    const auto passphrase = home.run({s("repository"), s("passphrase")}).out;
    const auto result =
        home.run({s("--json"), s("repository"), s("init"), url, s("--recovery-out"), home.path(s("r.age")),
                  s("--secrets"), s("file"), s("--passphrase-fd"), s("3")},
                 {{3, passphrase}});
    QVERIFY(result.exitCode != 0);
    QCOMPARE(result.errorCode(), code);
    QVERIFY(!QFileInfo::exists(home.path(s("r.age"))));
}

void TestSalvorctl::repositoryOpen_onOtherMachine_needsOnlyStoreFileAndPassphrase() {
    const CtlHome writer;
    const QByteArray passphrase = writer.makeRepository();
    QVERIFY(!passphrase.isEmpty());
    const CtlHome other;
    const auto typed = passphrase.toLower().replace("-", " ").replace("0", "o"); // as people type
    const auto opened = other.run({s("--json"), s("repository"), s("open"), writer.path(s("store-backups")),
                                   s("--recovery"), writer.path(s("recovery-backups.age")), s("--secrets"),
                                   s("file"), s("--passphrase-fd"), s("3")},
                                  {{3, typed}});
    QVERIFY2(opened.exitCode == 0, opened.out.constData());
    // This test's "other machine" is the same machine and user, so it may write as well; that the passphrase
    // and the file were just tried counts as a rehearsal.
    QCOMPARE(opened.data().toObject().value(s("rehearsed")).toBool(false), true);
    QCOMPARE(opened.data().toObject().value(s("title")).toString(), s("store-backups"));
    QCOMPARE(other.run({s("--json"), s("repository"), s("list")}).data().toArray().size(), 1);
    // Where that name is taken it gets a number.
    const CtlHome third;
    QVERIFY(!third.makeRepository(s("store-backups")).isEmpty());
    const auto second = third.run({s("--json"), s("repository"), s("open"), writer.path(s("store-backups/")),
                                   s("--recovery"), writer.path(s("recovery-backups.age")), s("--secrets"),
                                   s("file"), s("--passphrase-fd"), s("3")},
                                  {{3, typed}});
    QCOMPARE(second.data().toObject().value(s("title")).toString(), s("store-backups 2"));
}

void TestSalvorctl::repositoryOpen_wrongPassphrase_isRefused() {
    const CtlHome writer;
    QVERIFY(!writer.makeRepository().isEmpty());
    const CtlHome other;
    const auto wrong = other.run({s("repository"), s("passphrase")}).out;
    const auto opened = other.run({s("--json"), s("repository"), s("open"), writer.path(s("store-backups")),
                                   s("--recovery"), writer.path(s("recovery-backups.age")), s("--secrets"),
                                   s("file"), s("--passphrase-fd"), s("3")},
                                  {{3, wrong}});
    QCOMPARE(opened.exitCode, 1);
    QCOMPARE(opened.errorCode(), s("wrong_identity"));
    QCOMPARE(other.run({s("--json"), s("repository"), s("list")}).data().toArray().size(), 0);
}

void TestSalvorctl::profileAdd_passwordInUri_isRefused() {
    const CtlHome home;
    const auto result = home.run({s("--json"), s("profile"), s("add"),
                                  s("postgresql://bob:hunter2@db.example/x"), s("--title"), s("db")});
    QCOMPARE(result.exitCode, 2);
    QVERIFY(result.errorText().contains(s("--password-fd")));
    QVERIFY(!result.out.contains("hunter2") && !result.err.contains("hunter2"));
}

void TestSalvorctl::profileAdd_editShowRemove() {
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    const auto added = home.run({s("--json"), s("profile"), s("add"),
                                 s("postgresql://bob@db.example:6432/app?sslmode=verify-ca"), s("--title"),
                                 s("db"), s("--secrets"), s("file"), s("--password-fd"), s("3")},
                                {{3, "pw"}});
    QVERIFY2(added.exitCode == 0, added.out.constData());
    QCOMPARE(home.run({s("profile"), s("edit"), s("db"), s("--port"), s("6433")}).exitCode, 0);
    const auto shown = home.run({s("--json"), s("profile"), s("show"), s("db")}).data().toObject();
    QCOMPARE(shown.value(s("port")).toInt(), 6433);
    QCOMPARE(shown.value(s("user")).toString(), s("bob"));
    QCOMPARE(home.run({s("profile"), s("remove"), s("db"), s("--dry-run")}).exitCode, 0);
    QCOMPARE(home.run({s("--json"), s("profile"), s("list")}).data().toArray().size(), 1);
    QCOMPARE(home.run({s("profile"), s("remove"), s("db")}).exitCode, 0);
    QCOMPARE(home.run({s("--json"), s("profile"), s("list")}).data().toArray().size(), 0);
}

void TestSalvorctl::profileAdd_sameTitle_isRefused() {
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    const QStringList words{
        s("--json"),  s("profile"), s("add"),          s("postgresql://bob@db.example/app"),
        s("--title"), s("db"),      s("--no-password")};
    QCOMPARE(home.run(words).exitCode, 0);
    const auto again = home.run(words);
    QCOMPARE(again.exitCode, 1);
    QCOMPARE(again.errorCode(), s("already_exists"));
}

void TestSalvorctl::profileShow_unknown_isNotFound() {
    const CtlHome home;
    const auto result = home.run({s("--json"), s("profile"), s("show"), s("nowhere")});
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(result.errorCode(), s("not_found"));
}

void TestSalvorctl::profile_passwordNeverInFilesButTheSecretStore() {
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(home.run({s("profile"), s("add"), s("postgresql://bob@db.example/app"), s("--title"), s("db"),
                       s("--secrets"), s("file"), s("--password-fd"), s("3")},
                      {{3, "canary-7f3a"}})
                 .exitCode,
             0);
    QStringList folders{home.path(s("home")), home.path(s("store-backups"))};
    int found = 0;
    while (!folders.isEmpty()) {
        const QDir folder(folders.takeFirst());
        for (const QFileInfo& entry :
             folder.entryInfoList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot)) {
            if (entry.isDir()) {
                folders << entry.filePath();
                continue;
            }
            QFile file(entry.filePath());
            QVERIFY(file.open(QIODevice::ReadOnly));
            if (!file.readAll().contains("canary-7f3a"))
                continue;
            ++found;
            QVERIFY2(entry.filePath().contains(s("secrets")), qPrintable(entry.filePath()));
            QCOMPARE(static_cast<int>(entry.permissions() & (QFile::ReadGroup | QFile::ReadOther)), 0);
        }
    }
    QCOMPARE(found, 1);
}

void TestSalvorctl::backup_serverUnreachable_saysHostAndPort() {
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    QCOMPARE(home.run({s("profile"), s("add"), s("postgresql://bob@127.0.0.1:1/app?sslmode=disable"),
                       s("--title"), s("db"), s("--no-password")})
                 .exitCode,
             0);
    const auto result = home.run({s("--json"), s("backup"), s("db")});
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(result.errorCode(), s("connection_failed"));
    QVERIFY2(result.errorText().contains(s("127.0.0.1")), result.out.constData());
    const auto runs = home.run({s("--json"), s("runs"), s("list")}).data().toArray();
    QCOMPARE(runs.size(), 1);
    QCOMPARE(runs.at(0).toObject().value(s("outcome")).toString(), s("failed"));
}

void TestSalvorctl::restore_unknownBackup_isNotFound() {
    const CtlHome home;
    QVERIFY(!home.makeRepository().isEmpty());
    const auto result = home.run({s("--json"), s("restore"), s("20200101"), s("--database"), s("x")});
    QCOMPARE(result.exitCode, 1);
    QCOMPARE(result.errorCode(), s("not_found"));
}

/// docs/operations.md promises every command: it is asked for each that the command tree has.
void TestSalvorctl::operations_haveEveryCommand() {
    QFile page(QStringLiteral(SALVOR_SOURCE "/docs/operations.md"));
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QList<QByteArray> lines = page.readAll().split('\n');
    const auto words = [](const QByteArray& out) {
        QList<QByteArray> found = out.split('\n');
        found.removeIf([](const QByteArray& word) { return word.isEmpty() || word.startsWith('-'); });
        return found;
    };
    const CtlHome home;
    const auto nouns = words(home.run({s("complete-words"), s("")}).out);
    QVERIFY(nouns.size() > 15);
    for (const QByteArray& noun : nouns) {
        const auto row = std::find_if(lines.begin(), lines.end(), [&](const QByteArray& line) {
            return line.startsWith("| `") && line.left(line.indexOf('|', 1)).contains("`" + noun + "`");
        });
        QVERIFY2(row != lines.end(), noun.constData());
        for (const QByteArray& verb :
             words(home.run({s("complete-words"), QString::fromUtf8(noun), s("")}).out))
            QVERIFY2(row->contains("`" + verb) || row->contains(noun + " " + verb),
                     (noun + " " + verb).constData());
    }
}

void TestSalvorctl::completion_followsTheGrammar() {
    const CtlHome home;
    const auto nouns = home.run({s("complete-words"), s("re")}).out;
    QCOMPARE(nouns, QByteArray("repository\nretention\nrestore\nrestored\n"));
    const auto verbs = home.run({s("complete-words"), s("runs"), s("")}).out;
    QCOMPARE(verbs, QByteArray("list\nshow\n"));
    const auto options = home.run({s("complete-words"), s("restore"), s("--da")}).out;
    QCOMPARE(options, QByteArray("--database\n"));
    const auto depths = home.run({s("complete-words"), s("verify"), s("--depth"), s("")}).out;
    QCOMPARE(depths, QByteArray("quick\nstored\nfull\n"));
    QCOMPARE(home.run({s("complete-words"), s("verify"), s("--depth"), s("f")}).out, QByteArray("full\n"));
    QVERIFY(!home.makeRepository(s("offsite")).isEmpty());
    QCOMPARE(home.run({s("complete-words"), s("verify"), s("--repository"), s("")}).out,
             QByteArray("offsite\n"));
    QCOMPARE(home.run({s("complete-words"), s("repository"), s("open"), s("--recovery"), s("")}).out,
             QByteArray());
    QVERIFY(home.run({s("verify"), s("--help")}).out.contains("{quick,stored,full}"));
    QCOMPARE(home.run({s("verify"), s("--depth"), s("deep")}).exitCode, 2);
}

QTEST_GUILESS_MAIN(TestSalvorctl)
#include "test_salvorctl.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The command line on a bad day: a full or read-only home, a store that takes nothing, files lost from it,
// the recovery file in the wrong place. Real repositories, whose backups are made without a server.
#include "app/agedhome.h"
#include "support/boundbyrights.h"
#include "support/need.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QProcess>
#include <QScopeGuard>

#include <csignal>

using namespace salvor;
using namespace salvor::test;

namespace {

bool mountSmall(const QString& place) {
    return QDir().mkpath(place) &&
           QProcess::execute(s("mount"),
                             {s("-t"), s("tmpfs"), s("-o"), s("size=24m,mode=700"), s("tmpfs"), place}) == 0;
}
bool remount(const QString& place, const char* how) {
    return QProcess::execute(s("mount"), {s("-o"), s("remount,") + s(how), place}) == 0;
}
void unmount(const QString& place) { QProcess::execute(s("umount"), {place}); }
constexpr const char* kNoMount = "a small file system cannot be mounted here (not root)";

void fill(const QString& path) {
    QFile filler(path);
    if (!filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered))
        return;
    for (const int size : {65536, 4096}) {
        while (filler.write(QByteArray(size, 'x')) == size) {
        }
    }
}

/// A child that works for as long as it is given something to encrypt.
struct Encrypting {
    /// `starter`: the words before the program; none: started by itself, with no signal ignored.
    explicit Encrypting(const QStringList& starter) {
        process.setEnvironment(home.environment());
        process.setChildProcessModifier([] { // whoever runs the tests may ignore some
            for (const int signal : {SIGINT, SIGHUP, SIGTERM})
                std::signal(signal, SIG_DFL);
        });
        const QStringList words =
            starter + QStringList{CtlHome::program(), s("age"), s("encrypt"), s("-r"),
                                  s("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p")};
        process.start(words.first(), words.mid(1));
    }
    ~Encrypting() {
        process.kill();
        process.waitForFinished(5000);
    }
    /// Gives it a megabyte, and waits until some of it comes back.
    bool isAtWork() {
        if (!process.waitForStarted(30'000))
            return false;
        process.write(QByteArray(1'000'000, 'x'));
        if (!process.waitForReadyRead(60'000))
            return false;
        taken += process.readAllStandardOutput().size();
        return process.state() == QProcess::Running;
    }
    void send(int signal) { ::kill(static_cast<pid_t>(process.processId()), signal); }

    const CtlHome home;
    QProcess process;
    qsizetype taken = 0;
};

std::map<int, QByteArray> passphraseOf(const QByteArray& passphrase) { return {{3, passphrase}}; }

} // namespace

class TestSalvorctlTrouble : public QObject {
    Q_OBJECT

private slots:
    void home_fullOrReadOnly_readsOn_data() {
        QTest::addColumn<bool>("readOnly");
        QTest::newRow("full") << false;
        QTest::newRow("read-only") << true;
    }
    void home_fullOrReadOnly_readsOn() {
        QFETCH(bool, readOnly);
        AgedHome home;
        const QString place = home.path(s("home"));
        if (!mountSmall(place))
            QSKIP(kNoMount);
        const auto away = qScopeGuard([&] { unmount(place); });
        QVERIFY(home.make(2));
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        if (readOnly)
            QVERIFY(remount(place, "ro"));
        else
            fill(place + s("/filler"));
        const QByteArray why = readOnly ? "is read-only" : "is full";
        for (const QStringList& words :
             {QStringList{s("backups"), s("list")}, QStringList{s("runs"), s("list")},
              QStringList{s("repository"), s("info")}, QStringList{s("repository"), s("list")},
              QStringList{s("verify"), s("--depth"), s("quick")},
              QStringList{s("verify"), s("--depth"), s("full")}}) {
            const auto result = home.run(words);
            const QByteArray said = words.join(QLatin1Char(' ')).toUtf8() + ": " + result.out + result.err;
            QVERIFY2(result.exitCode == 0 || result.exitCode == 3, said.constData());
            QVERIFY2(result.json().contains(s("data")), said.constData());
            // Runs are read from the catalog alone, without a word about the workspace.
            if (words.first() != s("runs"))
                QVERIFY2(result.err.contains(why) && result.err.contains("SALVOR_HOME"), said.constData());
            QVERIFY2(!said.contains("health"), said.constData());
        }
        QCOMPARE(home.run({s("backups"), s("list")}).data().toArray().size(), 2);
        // What has to write says why it cannot, and where.
        const auto refused = home.run({s("profile"), s("remove"), s("shop")});
        QVERIFY(refused.exitCode != 0);
        QCOMPARE(refused.errorCode(), readOnly ? s("permission_denied") : s("no_space"));
        QVERIFY2(refused.errorText().contains(place), qPrintable(refused.errorText()));
    }

    void home_gone_anotherOneOpensTheStore() {
        // As the hint of a full home says.
        const CtlHome writer;
        const QByteArray passphrase = writer.makeRepository();
        QVERIFY(!passphrase.isNull());
        const CtlHome elsewhere;
        const auto opened = elsewhere.run(
            {s("--json"), s("repository"), s("open"), writer.path(s("store-backups")), s("--recovery"),
             writer.path(s("recovery-backups.age")), s("--secrets"), s("file"), s("--passphrase-fd"), s("3")},
            passphraseOf(passphrase));
        QVERIFY2(opened.exitCode == 0, opened.out.constData());
    }

    void verify_storeReadOnly_saysThatTheProofIsKept() {
        AgedHome home;
        const QString place = home.path(s("store-backups"));
        if (!mountSmall(place))
            QSKIP(kNoMount);
        const auto away = qScopeGuard([&] { unmount(place); });
        QVERIFY(home.make(1));
        QVERIFY(remount(place, "ro"));
        const auto said = home.say({s("verify")});
        QCOMPARE(said.exitCode, 3);
        QVERIFY2(said.err.contains("Could not be recorded: ") && said.err.contains("it is kept in "),
                 said.err.constData());
        QVERIFY(said.out.contains("all intact"));
        const QString run =
            home.run({s("runs"), s("list")}).data().toArray().first().toObject().value(s("id")).toString();
        const auto shown = home.say({s("runs"), s("show"), run});
        QVERIFY2(shown.out.contains("Could not be recorded") && shown.out.contains("it is kept in "),
                 shown.out.constData());
        QVERIFY(remount(place, "rw"));
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        QCOMPARE(QDir(place + s("/proofs")).entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 1);
        QCOMPARE(home.say({s("verify")}).exitCode, 0);
    }

    void verify_quietOnDamage_namesItOnStandardError() {
        AgedHome home;
        QVERIFY(home.make(1));
        QVERIFY(QFile::remove(home.path(s("store-backups/keys/writer.age"))));
        const auto quiet = home.say({s("--quiet"), s("verify"), s("--depth"), s("quick")});
        QCOMPARE(quiet.exitCode, 1);
        QVERIFY(quiet.out.isEmpty());
        QVERIFY2(quiet.err.contains("DAMAGED: keys/writer.age"), quiet.err.constData());
    }

    /// Root restored or copied the store, or a part of it.
    void verify_filesOfAnotherUser_areNotCalledDamaged() {
        AgedHome home;
        QVERIFY(home.make(1));
        const QString shard = QDir(home.path(s("store-backups/objects")))
                                  .entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot)
                                  .first()
                                  .filePath();
        const QString object = QDir(shard).entryInfoList(QDir::Files).first().filePath();
        const auto rights = QFile::permissions(object);
        QVERIFY(QFile::setPermissions(object, {}));
        {
            const BoundByRights bound;
            SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
            const auto said = home.say({s("verify")});
            QCOMPARE(said.exitCode, 1);
            QVERIFY2(said.out.contains("CANNOT BE READ: object objects/") && said.out.contains("who owns"),
                     said.out.constData());
            QVERIFY2(!said.out.contains("DAMAGED"), said.out.constData());
            const auto problem = home.run({s("verify")}).data()[s("problems")].toArray().first().toObject();
            QVERIFY(problem.value(s("unread")).toBool());
            QCOMPARE(problem.value(s("backups")).toArray().size(), 1);
        }
        QVERIFY(!home.say({s("backups"), s("list")}).out.contains("DAMAGED"));
        const auto status = home.say({s("status")});
        QVERIFY2(status.out.contains("\nverify_failed: ") && !status.out.contains("\ndamaged: "),
                 status.out.constData());
        QVERIFY(QFile::setPermissions(object, rights));
        QCOMPARE(home.say({s("verify")}).exitCode, 0);
    }

    /// "No backups" would be taken for the truth by whoever has to restore.
    void backupsList_storeAway_doesNotSayThatThereAreNone() {
        AgedHome home;
        QVERIFY(home.make(1));
        const QString store = home.path(s("store-backups"));
        QVERIFY(QDir().rename(store, store + s("-away")));
        const auto away = home.say({s("backups"), s("list")});
        QCOMPARE(away.exitCode, 0);
        QVERIFY2(away.err.contains("warning: ") && away.out.contains("Stores may have some all the same"),
                 (away.out + away.err).constData());
        QVERIFY2(!away.out.contains("Make one with"), away.out.constData());
        QVERIFY(QDir().rename(store + s("-away"), store));
        const auto back = home.say({s("backups"), s("list")});
        QVERIFY2(back.out.contains(home.ids.first().toUtf8()), back.out.constData());
    }

    void writtenOnce_lost_everyCommandSaysSo() {
        AgedHome home;
        QVERIFY(home.make(1));
        for (const char* key : {"keys/writer.age", "salvor-repository.json"}) {
            QVERIFY(QFile::remove(home.path(s("store-backups/") + s(key))));
            const auto info = home.run({s("repository"), s("info")});
            QCOMPARE(info.exitCode, 3);
            QVERIFY2(info.err.contains(key) && info.err.contains("writes it anew"), info.err.constData());
            const auto listed = home.run({s("backups"), s("list")});
            QCOMPARE(listed.exitCode, 0);
            QVERIFY2(listed.err.contains(key), listed.err.constData());
            CHECK_OK(home.backUp(static_cast<std::uint64_t>(key[0])));
            QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        }
        QCOMPARE(home.run({s("verify"), s("--depth"), s("full")}).exitCode, 0);
    }

    void info_saysWhetherTheIdentityIsHere() {
        AgedHome home;
        QVERIFY(home.make(1));
        const auto here = home.run({s("repository"), s("info")});
        QCOMPARE(here.data().toObject().value(s("identity_here")).toBool(), true);
        QVERIFY(home.say({s("repository"), s("info")}).out.contains("it reads every backup"));
        const QDir secrets(toQt(home.source().places.secrets));
        for (const auto& name : secrets.entryList({s("*identity*")}, QDir::Files))
            QVERIFY(QFile::remove(secrets.filePath(name)));
        const auto gone = home.run({s("repository"), s("info")});
        QVERIFY(gone.data().toObject().contains(s("identity_here")));
        QCOMPARE(gone.data().toObject().value(s("identity_here")).toBool(true), false);
    }

    void identity_lost_openPutsItBack() {
        AgedHome home;
        QVERIFY(home.make(1));
        QVERIFY(QFile::remove(toQt(home.source().places.secrets) + s("/") +
                              toQt(home.source().pin.identitySecretName())));
        const auto refused = home.run({s("verify"), s("--depth"), s("full")});
        QCOMPARE(refused.exitCode, 1);
        QCOMPARE(refused.errorCode(), s("secret_unavailable"));
        QVERIFY2(refused.errorText().contains(s("salvorctl repository open \"")), refused.out.constData());
        // With what the hint names, and nothing else: the keys go where those of this repository are.
        const auto open = [&] {
            return home.home().run({s("--json"), s("repository"), s("open"), toQt(home.source().pin.url),
                                    s("--recovery"), home.path(s("recovery-backups.age")),
                                    s("--passphrase-fd"), s("3")},
                                   passphraseOf(home.passphrase));
        };
        const auto opened = open();
        QVERIFY2(opened.exitCode == 0, opened.out.constData());
        QCOMPARE(opened.data().toObject().value(s("keys_put_back")).toBool(false), true);
        QCOMPARE(opened.data().toObject().value(s("title")).toString(), s("backups"));
        QCOMPARE(home.run({s("verify"), s("--depth"), s("full")}).exitCode, 0);
        QCOMPARE(open().errorCode(), s("already_exists"));
    }

    void keys_damaged_infoSaysSoAndOpenPutsThemBack_data() {
        QTest::addColumn<bool>("identity");
        QTest::newRow("identity") << true;
        QTest::newRow("signing key") << false;
    }
    void keys_damaged_infoSaysSoAndOpenPutsThemBack() {
        QFETCH(const bool, identity);
        AgedHome home;
        QVERIFY(home.make(1));
        const RepositoryPin& pin = home.source().pin;
        const QString name = toQt(identity ? pin.identitySecretName() : pin.signingKeySecretName());
        QVERIFY(QFile::resize(toQt(home.source().places.secrets) + s("/") + name, 0));
        const auto info = home.run({s("repository"), s("info")});
        QCOMPARE(info.exitCode, 3);
        QCOMPARE(info.data().toObject().value(s("identity_here")).toBool(identity), !identity);
        QCOMPARE(info.data().toObject().value(s("writer_keys_here")).toBool(!identity), identity);
        QVERIFY2(info.err.contains(name.toUtf8()) && info.err.contains("salvorctl repository open \""),
                 info.err.constData());
        const auto said = home.say({s("repository"), s("info")});
        QVERIFY2(said.out.contains(identity ? "it reads no backup" : "it makes no backup"),
                 said.out.constData());
        // Reading needs no writer's key.
        const auto read = home.run({s("verify"), s("--depth"), s("full")});
        QVERIFY2((read.exitCode == 1) == identity, read.out.constData());
        if (identity)
            QVERIFY2(read.errorText().contains(s("salvorctl repository open \"")), read.out.constData());
        const auto opened =
            home.home().run({s("--json"), s("repository"), s("open"), toQt(pin.url), s("--recovery"),
                             home.path(s("recovery-backups.age")), s("--passphrase-fd"), s("3")},
                            passphraseOf(home.passphrase));
        QVERIFY2(opened.exitCode == 0, opened.out.constData());
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        QCOMPARE(home.run({s("verify"), s("--depth"), s("full")}).exitCode, 0);
    }

    /// A home of a desktop, over ssh or on a server: what the hint says is all that is needed.
    void keychain_notHere_whatTheHintSaysHelps() {
        AgedHome home;
        QVERIFY(home.make(1));
        const SystemClock clock;
        {
            const auto workspace = WorkspaceDatabase::open(home.source().places.workspaceFile, clock, "test");
            CHECK_OK(workspace);
            RepositoryPin pin = (*workspace)->repositories()->front();
            pin.secretKind = "keychain";
            CHECK_OK((*workspace)->updateRepository(pin));
        }
        QVERIFY(QDir(toQt(home.source().places.secrets)).removeRecursively());
        const QByteArray bus = qgetenv("DBUS_SESSION_BUS_ADDRESS");
        const bool hadBus = qEnvironmentVariableIsSet("DBUS_SESSION_BUS_ADDRESS");
        qputenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
        const auto back = qScopeGuard([&] {
            hadBus ? qputenv("DBUS_SESSION_BUS_ADDRESS", bus) : qunsetenv("DBUS_SESSION_BUS_ADDRESS");
        });
        const QString url = toQt(home.source().pin.url);
        const QString way = s("salvorctl repository open \"") + url + s("\" --recovery FILE --secrets file");
        const auto open = [&](const QStringList& more) {
            return home.home().run(QStringList{s("--json"), s("repository"), s("open"), url, s("--recovery"),
                                               home.path(s("recovery-backups.age")), s("--passphrase-fd"),
                                               s("3")} +
                                       more,
                                   passphraseOf(home.passphrase));
        };
        for (const auto& refused : {home.run({s("verify"), s("--depth"), s("full")}),
                                    home.run({s("repository"), s("take-over")}), open({})}) {
            QCOMPARE(refused.exitCode, 1);
            QCOMPARE(refused.errorCode(), s("secret_unavailable"));
            QVERIFY2(refused.errorText().contains(way), refused.out.constData());
        }
        const auto opened = open({s("--secrets"), s("file")});
        QVERIFY2(opened.exitCode == 0, opened.out.constData());
        QCOMPARE(opened.data().toObject().value(s("secret_kind")).toString(), s("file"));
        QCOMPARE(opened.data().toObject().value(s("former_secret_kind")).toString(), s("keychain"));
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        QCOMPARE(home.run({s("verify"), s("--depth"), s("full")}).exitCode, 0);
        CHECK_OK(home.backUp(7));
        QCOMPARE(open({s("--secrets"), s("file")}).errorCode(), s("already_exists"));
    }

    void init_recoveryFileInTheStore_isRefused() {
        const CtlHome home;
        QVERIFY(QDir().mkpath(home.path(s("real"))));
        QVERIFY(QFile::link(home.path(s("real")), home.path(s("link"))));
        for (const char* out : {"real/rec.age", "link/keys/rec.age", "real/../real/rec.age"}) {
            const auto refused =
                home.run({s("--json"), s("repository"), s("init"), home.path(s("real")), s("--recovery-out"),
                          home.path(s(out)), s("--secrets"), s("file"), s("--passphrase-fd"), s("3")},
                         passphraseOf("0000-0000-0000-0000-0000-0000"));
            QCOMPARE(refused.exitCode, 2);
            QVERIFY2(refused.errorText().contains(s("in the store itself")), refused.out.constData());
        }
        QVERIFY(QDir(home.path(s("real"))).isEmpty());
    }

    void rehearse_withTheStoresOwnCopy_doesNotCount() {
        const CtlHome home;
        const QByteArray passphrase = home.makeRepository();
        QVERIFY(!passphrase.isNull());
        const QString store = home.path(s("store-backups"));
        QCOMPARE(::link(qPrintable(store + s("/keys/recovery.age")), qPrintable(home.path(s("hard.age")))),
                 0);
        const auto rehearse = [&](const QString& file) {
            return home.run({s("--json"), s("repository"), s("rehearse"), s("--recovery"), file,
                             s("--passphrase-fd"), s("3")},
                            passphraseOf(passphrase));
        };
        for (const QString& file : {store + s("/keys/recovery.age"), home.path(s("hard.age"))}) {
            const auto refused = rehearse(file);
            QCOMPARE(refused.exitCode, 2);
            QVERIFY2(refused.errorText().contains(s("in the store itself")), refused.out.constData());
        }
        const auto info = home.run({s("--json"), s("repository"), s("info")});
        QCOMPARE(info.data().toObject().value(s("rehearsed")).toBool(true), false);
        const auto done = rehearse(home.path(s("recovery-backups.age")));
        QVERIFY2(done.exitCode == 0, done.out.constData());
    }

    void ageDecrypt_savedRecoveryFile_opensWithItsCommentLines() {
        const CtlHome home;
        const QByteArray passphrase = home.makeRepository();
        QVERIFY(!passphrase.isNull());
        QFile saved(home.path(s("recovery-backups.age")));
        QVERIFY(saved.open(QIODevice::ReadOnly));
        const QByteArray bytes = saved.readAll();
        QVERIFY(bytes.startsWith("# "));
        const auto opened =
            home.run({s("age"), s("decrypt"), s("--passphrase-fd"), s("3")}, passphraseOf(passphrase), bytes);
        QVERIFY2(opened.exitCode == 0, opened.err.constData());
        QVERIFY(opened.out.contains("AGE-SECRET-KEY-1"));
        const auto nothing = home.run({s("age"), s("decrypt"), s("--passphrase-fd"), s("3")},
                                      passphraseOf(passphrase), "# only\n# comments\n");
        QVERIFY(nothing.exitCode == 1 && nothing.out.isEmpty());
    }

    void ageEncrypt_interrupted_isCancelled_data() {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGHUP") << SIGHUP;
        QTest::newRow("SIGTERM") << SIGTERM;
    }
    void ageEncrypt_interrupted_isCancelled() {
        QFETCH(const int, signal);
        Encrypting child({});
        QVERIFY(child.isAtWork());
        child.send(signal);
        QVERIFY(child.process.waitForFinished(60'000));
        QVERIFY(child.process.exitStatus() == QProcess::NormalExit);
        QCOMPARE(child.process.exitCode(), 4);
    }

    /// As after a lost connection: whoever starts it with nohup wants it to go on.
    void ageEncrypt_signalIgnoredFromTheStart_goesOn_data() {
        QTest::addColumn<QStringList>("starter");
        QTest::addColumn<int>("signal");
        QTest::newRow("nohup") << QStringList{s("nohup")} << SIGHUP;
        const QStringList shell{s("sh"), s("-c"), s("trap '' INT HUP; exec \"$0\" \"$@\"")};
        QTest::newRow("a script's background job") << shell << SIGINT;
        QTest::newRow("trap") << shell << SIGHUP;
    }
    void ageEncrypt_signalIgnoredFromTheStart_goesOn() {
        QFETCH(const QStringList, starter);
        QFETCH(const int, signal);
        Encrypting child(starter);
        QVERIFY(child.isAtWork());
        for (int i = 0; i < 8; ++i) { // a second one would end it at once
            child.send(signal);
            QVERIFY2(child.isAtWork(), child.process.readAllStandardError().constData());
        }
        child.process.closeWriteChannel();
        QVERIFY(child.process.waitForFinished(60'000));
        QVERIFY2(child.process.exitStatus() == QProcess::NormalExit && child.process.exitCode() == 0,
                 child.process.readAllStandardError().constData());
        QVERIFY(child.taken + child.process.readAllStandardOutput().size() > 9'000'000);
    }

    void answer_thatCannotBeWritten_isNoSuccess() {
        const CtlHome home;
        for (const QStringList& words :
             {QStringList{s("version")}, QStringList{s("--json"), s("version")}, QStringList{s("--help")},
              QStringList{s("--json"), s("backups"), s("list"), s("--help")}}) {
            QProcess child;
            child.setEnvironment(home.environment());
            child.setStandardOutputFile(s("/dev/full"));
            child.start(CtlHome::program(), words);
            QVERIFY(child.waitForFinished(60'000));
            QVERIFY(child.exitStatus() == QProcess::NormalExit);
            QCOMPARE(child.exitCode(), 1);
            const QByteArray said = child.readAllStandardError();
            QVERIFY2(said.contains("not all of the answer could be written"), said.constData());
        }
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlTrouble)
#include "test_salvorctl_trouble.moc"

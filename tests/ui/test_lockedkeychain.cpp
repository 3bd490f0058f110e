// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window while the keychain is locked, with a real GNOME Keyring on a bus of the test's own: it is said
// whose password is out of reach and what helps, nothing is lost, and once it is unlocked the same click
// works.
#include "support/check.h"
#include "support/need.h"
#include "support/patience.h"
#include "ui/clicks.h"
#include "ui/main/windowflows.h"
#include "ui/profiles/profiledialog.h"
#include "ui/support/errorpanel.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QAction>
#include <QDBusArgument>
#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QDir>
#include <QLineEdit>
#include <QPointer>
#include <QProcess>
#include <QPushButton>
#include <QTcpServer>
#include <QTreeView>

#include <sys/prctl.h>

#include <csignal>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

constexpr const char* kLoginPassword = "the login password of a test";

/// What the keyring's prompt hands to its daemon.
struct PlainSecret {
    QDBusObjectPath session;
    QByteArray parameters;
    QByteArray value;
    QString contentType;
};
QDBusArgument& operator<<(QDBusArgument& argument, const PlainSecret& secret) {
    argument.beginStructure();
    argument << secret.session << secret.parameters << secret.value << secret.contentType;
    argument.endStructure();
    return argument;
}
const QDBusArgument& operator>>(const QDBusArgument& argument, PlainSecret& secret) {
    argument.beginStructure();
    argument >> secret.session >> secret.parameters >> secret.value >> secret.contentType;
    argument.endStructure();
    return argument;
}

/// A session bus and a keyring, in folders of their own, that cannot outlive the test.
class Keyring {
public:
    bool start() {
        for (const char* name :
             {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"}) {
            const QString path = m_folder.filePath(QLatin1String(name));
            if (!QDir().mkdir(path) ||
                !QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner))
                return false;
            qputenv(name, path.toUtf8());
        }
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "DESKTOP_SESSION"})
            qunsetenv(name);
        tie(m_bus, s("dbus-daemon"),
            {s("--config-file=" SALVOR_BUS_CONFIG), s("--nofork"),
             s("--address=unix:path=") + m_folder.filePath(s("bus")), s("--print-address=1")});
        if (!m_bus.waitForStarted(kPatience) || !m_bus.waitForReadyRead(kPatience))
            return false;
        qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus.readLine().trimmed());
        return QDBusConnection::sessionBus().isConnected() && startDaemon();
    }
    ~Keyring() {
        end(m_keyring);
        end(m_bus);
    }
    static bool lock() {
        return call(s("org.freedesktop.Secret.Service"), s("Lock"),
                    {QVariant::fromValue(QList<QDBusObjectPath>{QDBusObjectPath(s(kCollection))})})
                   .type() == QDBusMessage::ReplyMessage;
    }
    /// As its prompt does, once somebody has typed the password.
    static bool unlock() {
        qDBusRegisterMetaType<PlainSecret>();
        const auto session = call(s("org.freedesktop.Secret.Service"), s("OpenSession"),
                                  {s("plain"), QVariant::fromValue(QDBusVariant(QString()))});
        const PlainSecret secret{
            session.arguments().value(1).value<QDBusObjectPath>(), {}, kLoginPassword, s("text/plain")};
        return call(s("org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface"),
                    s("UnlockWithMasterPassword"),
                    {QVariant::fromValue(QDBusObjectPath(s(kCollection))), QVariant::fromValue(secret)})
                   .type() == QDBusMessage::ReplyMessage;
    }

private:
    bool startDaemon() {
        tie(m_keyring, s("gnome-keyring-daemon"),
            {s("--foreground"), s("--unlock"), s("--components=secrets")});
        if (!m_keyring.waitForStarted(kPatience))
            return false;
        m_keyring.write(kLoginPassword);
        m_keyring.closeWriteChannel();
        return QTest::qWaitFor(
            [] {
                const auto answer = call(s("org.freedesktop.Secret.Service"), s("ReadAlias"), {s("default")});
                return answer.type() == QDBusMessage::ReplyMessage &&
                       answer.arguments().value(0).value<QDBusObjectPath>().path() == s(kCollection);
            },
            kPatience);
    }
    static constexpr const char* kCollection = "/org/freedesktop/secrets/collection/login";
    static QDBusMessage call(const QString& interface, const QString& method, const QVariantList& arguments) {
        auto message = QDBusMessage::createMethodCall(s("org.freedesktop.secrets"),
                                                      s("/org/freedesktop/secrets"), interface, method);
        message.setArguments(arguments);
        return QDBusConnection::sessionBus().call(message, QDBus::Block, 5000);
    }
    static void tie(QProcess& process, const QString& program, const QStringList& arguments) {
        process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
        process.start(program, arguments);
    }
    static void end(QProcess& process) {
        if (process.state() == QProcess::NotRunning)
            return;
        process.kill();
        process.waitForFinished(kPatience);
    }

    QTemporaryDir m_folder;
    QProcess m_bus;
    QProcess m_keyring;
};

/// Of the newest job that has ended; null: none did.
const Error* jobError(const MainWindow& window) {
    const auto& jobs = const_cast<MainWindow&>(window).context().jobs.jobs();
    return jobs.empty() || !jobs.back()->isFinished() ? nullptr : jobs.back()->error();
}

} // namespace

Q_DECLARE_METATYPE(PlainSecret)

class TestLockedKeychain : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
#ifndef SALVOR_HAVE_KEYCHAIN
        SALVOR_NEED(false, "built without QtKeychain");
#endif
        SALVOR_NEED_PROGRAM("dbus-daemon");
        SALVOR_NEED_PROGRAM("gnome-keyring-daemon");
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void backup_keychainLocked_isToldAndWorksOnceItIsUnlocked() {
        Keyring keyring;
        QVERIFY(keyring.start());
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window.reset();
        CoreConfig config = fixture.sample.config();
        config.pluginFolder = SALVOR_PLUGIN_DIR;
        fixture.core = std::make_unique<Core>(config);
        QTcpServer nobody; // a port that was free, and at which nobody answers
        QVERIFY(nobody.listen(QHostAddress::LocalHost));
        Profile profile;
        profile.title = "a locked one";
        profile.engine = "postgresql";
        profile.host = "127.0.0.1";
        profile.port = nobody.serverPort();
        profile.user = "backup";
        profile.database = "postgres";
        profile.tlsMode = "disable";
        profile.secretKind = "keychain";
        nobody.close();
        CHECK_OK(fixture.core->saveProfile(profile, Secret(std::string_view("s3cret")), "nas"));
        QVERIFY(Keyring::lock());

        fixture.open();
        MainWindow& window = *fixture.window;
        const WindowFlows flows(window);
        auto* tree = fixture.find<QTreeView>("serverTree");
        const auto server = [&] {
            const auto found = tree->model()->match(tree->model()->index(0, 0), Qt::DisplayRole,
                                                    s("a locked one"), 1, Qt::MatchExactly);
            return found.isEmpty() ? QModelIndex() : found.front();
        };
        QTRY_VERIFY_WITH_TIMEOUT(server().isValid(), kPatience);
        tree->setCurrentIndex(server());
        auto* backUp = fixture.find<QAction>("backUpAction");
        QTRY_VERIFY_WITH_TIMEOUT(backUp->isEnabled(), kPatience);
        backUp->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(jobError(window) != nullptr, kPatience);
        QVERIFY2(jobError(window)->code == ErrorCode::SecretUnavailable, jobError(window)->message.c_str());
        auto* foot = fixture.find<QWidget>("jobPanel");
        const QString said = child<QLabel>(*foot, "jobState")->text();
        QVERIFY2(said.startsWith(ErrorPanel::title(ErrorCode::SecretUnavailable)) &&
                     said.contains(s("locked")),
                 qPrintable(said));
        QVERIFY(server().isValid()); // under its name

        // A new password cannot be kept either: what was typed stays, and it is not said to be read.
        fixture.find<QAction>("editServerAction")->trigger();
        ProfileDialog* dialog = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT((dialog = window.findChild<ProfileDialog*>()) != nullptr, kPatience);
        auto* save = child<QPushButton>(*dialog, "profileSave");
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        type(child<QLineEdit>(*dialog, "profilePassword"), s("another"));
        click(save);
        auto* panel = child<ErrorPanel>(*dialog, "errorPanel");
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY2(panel->fullText().contains(s("locked")) && !panel->fullText().contains(s("read")),
                 qPrintable(panel->fullText()));
        QCOMPARE(child<QLineEdit>(*dialog, "profilePassword")->text(), s("another"));
        QVERIFY(Keyring::unlock());
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        const QPointer<ErrorPanel> stillThere(panel);
        QTRY_VERIFY2_WITH_TIMEOUT(window.findChild<ProfileDialog*>() == nullptr,
                                  stillThere ? qPrintable(stillThere->fullText()) : "", kPatience);

        QTRY_VERIFY_WITH_TIMEOUT(backUp->isEnabled(), kPatience);
        backUp->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window.context().jobs.jobs().size() == 2 && jobError(window) != nullptr,
                                 kPatience);
        QVERIFY2(jobError(window)->code == ErrorCode::ConnectionFailed, // the password was there
                 jobError(window)->message.c_str());
    }
};

QTEST_MAIN(TestLockedKeychain)
#include "test_lockedkeychain.moc"

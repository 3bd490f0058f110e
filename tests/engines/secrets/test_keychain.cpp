// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The keychain plug-in against a real GNOME Keyring on a session bus of the test's own, with folders of its
// own. Slots run in order: no keyring yet, in use, stopped, locked, gone, and no bus any more.
#include "engines/process/process.h"
#include "engines/secrets/opensecretstore.h"
#include "engines/secrets/secretname.h"

#include "engines/secrets/standingprompter.h"
#include "support/check.h"
#include "support/need.h"
#include "support/patience.h"
#include "support/streams.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusVariant>
#include <QDir>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <sys/prctl.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <future>
#include <thread>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

constexpr const char* kName = "profile-0b5a5f3e-password";
const QString kService = QStringLiteral("org.freedesktop.secrets");
const QString kCollection = QStringLiteral("/org/freedesktop/secrets/collection/login");

template <typename T>
std::string stateOf(const Result<T>& result) {
    return result ? "ok" : std::string(secretState(result.error()));
}

QDBusMessage call(const QString& path, const QString& interface, const QString& method,
                  const QVariantList& arguments) {
    QDBusMessage message = QDBusMessage::createMethodCall(kService, path, interface, method);
    message.setArguments(arguments);
    return QDBusConnection::sessionBus().call(message, QDBus::Block, 5000);
}

bool hasDefaultCollection() {
    const QDBusMessage answer =
        call(QStringLiteral("/org/freedesktop/secrets"), QStringLiteral("org.freedesktop.Secret.Service"),
             QStringLiteral("ReadAlias"), {QStringLiteral("default")});
    return answer.type() == QDBusMessage::ReplyMessage &&
           answer.arguments().value(0).value<QDBusObjectPath>().path() == kCollection;
}

/// A child of this test that cannot outlive it.
void startTied(QProcess& process, const QString& program, const QStringList& arguments) {
    process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
    process.setProcessChannelMode(QProcess::SeparateChannels);
    process.start(program, arguments);
}

void end(QProcess& process) {
    if (process.state() == QProcess::NotRunning)
        return;
    process.kill();
    process.waitForFinished(10000);
}

} // namespace

class TestKeychain : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void cleanupTestCase();
    void noBus_isAbsent();
    void noKeyring_isAbsent();
    void put_get_remove_roundTrip();
    void put_binary_staysExact();
    void get_unknown_isNotFound();
    void get_fromManyThreads_works();
    void secretOnDisk_isEncrypted();
    void stoppedKeyring_isTimeout();
    void stoppedKeyring_cancel_endsSoon();
    void lockedKeyring_isLocked();
    void lockedKeyring_refusedOnce_doesNotPromptAgainAtOnce();
    void lockedKeyring_promptStands_aPutIsGivenItsTime();
    void keyringGone_isAbsent();
    void busGone_isAbsent_andWeLiveOn();
    void library_linksNoDBus();

private:
    Result<std::unique_ptr<SecretStore>> open(std::chrono::milliseconds timeout = 20s) {
        return loadKeychain(SALVOR_PLUGIN_DIR, timeout);
    }

    QTemporaryDir m_dir;
    QProcess m_bus;
    QProcess m_keyring;
};

void TestKeychain::initTestCase() {
#ifndef SALVOR_HAVE_KEYCHAIN
    SALVOR_NEED(false, "built without QtKeychain");
#endif
    SALVOR_NEED_PROGRAM("dbus-daemon");
    SALVOR_NEED_PROGRAM("gnome-keyring-daemon");
    for (const char* name :
         {"HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"}) {
        const QString path = m_dir.filePath(QLatin1String(name));
        QVERIFY(QDir().mkdir(path));
        QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        qputenv(name, path.toUtf8());
    }
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "XDG_CURRENT_DESKTOP", "DESKTOP_SESSION", "KDEWM"})
        qunsetenv(name);
    startTied(m_bus, QStringLiteral("dbus-daemon"),
              {QStringLiteral("--config-file=" SALVOR_BUS_CONFIG), QStringLiteral("--nofork"),
               QStringLiteral("--address=unix:path=") + m_dir.filePath(QStringLiteral("bus")),
               QStringLiteral("--print-address=1")});
    QVERIFY(m_bus.waitForStarted(10000));
    QVERIFY(m_bus.waitForReadyRead(20000));
    qputenv("DBUS_SESSION_BUS_ADDRESS", m_bus.readLine().trimmed());
    QVERIFY(QDBusConnection::sessionBus().isConnected());
}

void TestKeychain::cleanupTestCase() {
    end(m_keyring);
    end(m_bus);
}

void TestKeychain::noBus_isAbsent() {
    ProcessRequest request;
    request.command = {SALVOR_KEYCHAINPROBE, SALVOR_PLUGIN_DIR, kName, "20000"};
    request.environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent/bus";
    request.environment["ASAN_OPTIONS"] = "detect_leaks=0"; // of the desktop's libraries
    request.timeout = 60s;
    CollectingSink sink;
    request.output = &sink;
    const auto report = SystemProcessRunner().run(request, {});
    CHECK_OK(report);
    QVERIFY2(report->exitCode == 0, report->errorTail.c_str());
    QCOMPARE(sink.text(), std::string("absent\n"));
}

void TestKeychain::noKeyring_isAbsent() {
    const auto store = open();
    CHECK_OK(store);
    QCOMPARE((*store)->kind(), std::string_view("keychain"));
    QCOMPARE(stateOf((*store)->get(kName, {})), std::string("absent"));
    QCOMPARE(stateOf((*store)->put(kName, Secret(std::string_view("x")), {})), std::string("absent"));
    QCOMPARE(stateOf((*store)->remove(kName, {})), std::string("absent"));
    // All the rest of the test has a keyring.
    startTied(
        m_keyring, QStringLiteral("gnome-keyring-daemon"),
        {QStringLiteral("--foreground"), QStringLiteral("--unlock"), QStringLiteral("--components=secrets")});
    QVERIFY(m_keyring.waitForStarted(10000));
    m_keyring.write("the login password of a test");
    m_keyring.closeWriteChannel();
    QTRY_VERIFY_WITH_TIMEOUT(hasDefaultCollection(), kPatience);
}

void TestKeychain::put_get_remove_roundTrip() {
    const auto store = open();
    CHECK_OK(store);
    CHECK_OK((*store)->put(kName, Secret(std::string_view("s3cret \xc3\xa4")), {}));
    const auto got = (*store)->get(kName, {});
    CHECK_OK(got);
    QCOMPARE(got->text(), std::string_view("s3cret \xc3\xa4"));
    CHECK_OK((*store)->put(kName, Secret(std::string_view("changed")), {}));
    const auto changed = (*store)->get(kName, {});
    CHECK_OK(changed);
    QCOMPARE(changed->text(), std::string_view("changed"));
    CHECK_OK((*store)->remove(kName, {}));
    QCOMPARE(stateOf((*store)->get(kName, {})), std::string("not_found"));
    CHECK_OK((*store)->remove(kName, {}));
}

void TestKeychain::put_binary_staysExact() {
    const auto store = open();
    CHECK_OK(store);
    const Bytes bytes = makeBytes(4096);
    CHECK_OK((*store)->put("repository-1-signing-key", Secret(ByteView(bytes)), {}));
    const auto got = (*store)->get("repository-1-signing-key", {});
    CHECK_OK(got);
    QVERIFY(std::equal(bytes.begin(), bytes.end(), got->bytes().begin(), got->bytes().end()));
}

void TestKeychain::get_unknown_isNotFound() {
    const auto store = open();
    CHECK_OK(store);
    const auto got = (*store)->get("profile-unknown-password", {});
    CHECK_FAILS(got, ErrorCode::SecretUnavailable);
    QCOMPARE(stateOf(got), std::string("not_found"));
    CHECK_FAILS((*store)->get("../x", {}), ErrorCode::InvalidInput);
    std::stop_source stop;
    stop.request_stop();
    CHECK_FAILS((*store)->get(kName, stop.get_token()), ErrorCode::Cancelled);
}

void TestKeychain::get_fromManyThreads_works() {
    const auto store = open();
    CHECK_OK(store);
    std::vector<std::string> texts(6);
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            threads.emplace_back([&, i] {
                const std::string name = "thread-" + std::to_string(i);
                if (!(*store)->put(name, Secret(std::string_view(name)), {}))
                    return;
                if (const auto got = (*store)->get(name, {}))
                    texts[i] = got->text();
            });
        }
    }
    for (std::size_t i = 0; i < texts.size(); ++i)
        QCOMPARE(texts[i], "thread-" + std::to_string(i));
}

void TestKeychain::secretOnDisk_isEncrypted() {
    const auto store = open();
    CHECK_OK(store);
    CHECK_OK((*store)->put(kName, Secret(std::string_view("canary-77ab")), {}));
    const QDir keyrings(m_dir.filePath(QStringLiteral("XDG_DATA_HOME/keyrings")));
    const QStringList names = keyrings.entryList(QDir::Files);
    QVERIFY(!names.isEmpty());
    for (const QString& name : names) {
        QFile file(keyrings.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(!bytes.contains("canary-77ab") && !bytes.contains(QByteArray("canary-77ab").toBase64()));
    }
}

void TestKeychain::stoppedKeyring_isTimeout() {
    QCOMPARE(::kill(static_cast<pid_t>(m_keyring.processId()), SIGSTOP), 0);
    const auto store = open(1s);
    CHECK_OK(store);
    const auto start = std::chrono::steady_clock::now();
    const auto got = (*store)->get(kName, {});
    const auto took = std::chrono::steady_clock::now() - start;
    QCOMPARE(::kill(static_cast<pid_t>(m_keyring.processId()), SIGCONT), 0);
    QCOMPARE(stateOf(got), std::string("timeout"));
    QVERIFY(got.error().retryable);
    QVERIFY(took >= 1s && took < 3s);
    const auto patient = open();
    CHECK_OK(patient);
    CHECK_OK((*patient)->get(kName, {})); // and it works again afterwards
}

void TestKeychain::stoppedKeyring_cancel_endsSoon() {
    QCOMPARE(::kill(static_cast<pid_t>(m_keyring.processId()), SIGSTOP), 0);
    const auto store = open();
    CHECK_OK(store);
    std::stop_source stop;
    std::chrono::steady_clock::time_point cancelled;
    Result<Secret> got;
    {
        const std::jthread waiting([&] { got = (*store)->get(kName, stop.get_token()); });
        cancelled = std::chrono::steady_clock::now();
        stop.request_stop();
    }
    const auto took = std::chrono::steady_clock::now() - cancelled;
    QCOMPARE(::kill(static_cast<pid_t>(m_keyring.processId()), SIGCONT), 0);
    CHECK_FAILS(got, ErrorCode::Cancelled);
    QVERIFY(took < 2s);
}

void TestKeychain::lockedKeyring_isLocked() {
    const auto store = open(10s);
    CHECK_OK(store);
    CHECK_OK((*store)->get(kName, {}));
    const QDBusMessage done = call(
        QStringLiteral("/org/freedesktop/secrets"), QStringLiteral("org.freedesktop.Secret.Service"),
        QStringLiteral("Lock"), {QVariant::fromValue(QList<QDBusObjectPath>{QDBusObjectPath(kCollection)})});
    QVERIFY2(done.type() == QDBusMessage::ReplyMessage, qPrintable(done.errorMessage()));
    const auto got = (*store)->get(kName, {});
    QCOMPARE(stateOf(got), std::string("locked")); // nobody is there to answer the prompt
    QVERIFY(got.error().retryable);
    QCOMPARE(stateOf((*store)->put(kName, Secret(std::string_view("x")), {})), std::string("locked"));
}

/// One look at several repositories is one prompt, not one for each key.
void TestKeychain::lockedKeyring_refusedOnce_doesNotPromptAgainAtOnce() {
    const auto promptsSoFar = [] { // each prompt of the daemon has the next number; this makes one as well
        const QDBusMessage answer =
            call(QStringLiteral("/org/freedesktop/secrets"), QStringLiteral("org.freedesktop.Secret.Service"),
                 QStringLiteral("Unlock"),
                 {QVariant::fromValue(QList<QDBusObjectPath>{QDBusObjectPath(kCollection)})});
        const QString path = answer.arguments().value(1).value<QDBusObjectPath>().path();
        static const QRegularExpression number(QStringLiteral("\\d+$"));
        return number.match(path).captured().toInt();
    };
    const int before = promptsSoFar();
    QVERIFY(before > 0);
    const auto one = open(10s);
    const auto other = open(10s);
    CHECK_OK(one);
    CHECK_OK(other);
    QCOMPARE(stateOf((*one)->get(kName, {})), std::string("locked"));
    const int after = promptsSoFar();
    QVERIFY(after <= before + 2); // at most one, if the test before was slow
    for (int i = 0; i < 3; ++i)
        QCOMPARE(stateOf((*other)->get(kName, {})), std::string("locked"));
    QCOMPARE(promptsSoFar(), after + 1); // its own
    // Later it asks again: whoever said no may have thought better of it.
    QVERIFY(QTest::qWaitFor(
        [&] {
            const int asked = promptsSoFar();
            (void)(*other)->get(kName, {});
            return promptsSoFar() > asked + 1;
        },
        kPatience));
}

/// Somebody reads what the prompt asks, and types: that takes longer than a look-up may.
void TestKeychain::lockedKeyring_promptStands_aPutIsGivenItsTime() {
    StandingPrompter prompter;
    QVERIFY(prompter.start());
    const auto store = loadKeychain(SALVOR_PLUGIN_DIR, 1s, 5s);
    CHECK_OK(store);
    Result<> put;
    std::chrono::steady_clock::duration took{};
    const auto tryIt = [&] {
        const auto begun = std::chrono::steady_clock::now();
        auto waiting = std::async(std::launch::async,
                                  [&] { return (*store)->put(kName, Secret(std::string_view("x")), {}); });
        while (waiting.wait_for(0s) != std::future_status::ready)
            QTest::qWait(10); // the prompter lives here
        put = waiting.get();
        took = std::chrono::steady_clock::now() - begun;
    };
    // What was refused just before is not asked again at once.
    QVERIFY(QTest::qWaitFor(
        [&] {
            tryIt();
            return prompter.prompts > 0;
        },
        kPatience));
    QCOMPARE(stateOf(put), std::string("locked"));
    QVERIFY2(put.error().message.find("prompt was not answered within 5 s") != std::string::npos,
             put.error().message.c_str());
    QVERIFY(mayComeYet(put.error())); // whoever answers that prompt saves it
    QVERIFY(took >= 5s);
}

void TestKeychain::keyringGone_isAbsent() {
    end(m_keyring);
    const auto store = open();
    CHECK_OK(store);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf((*store)->get(kName, {})), std::string("absent"), kPatience);
}

void TestKeychain::busGone_isAbsent_andWeLiveOn() {
    end(m_bus); // as at a log-out; libsecret's connection would end this process
    const auto store = open();
    CHECK_OK(store);
    QTRY_VERIFY_WITH_TIMEOUT(!QDBusConnection::sessionBus().isConnected(), kPatience);
    QCOMPARE(stateOf((*store)->get(kName, {})), std::string("absent"));
}

void TestKeychain::library_linksNoDBus() {
    ProcessRequest request;
    request.command = {"ldd", SALVOR_KEYCHAINPROBE}; // it links salvor_secrets, as salvorctl does
    request.timeout = 60s;
    CollectingSink sink;
    request.output = &sink;
    CHECK_OK(SystemProcessRunner().run(request, {}));
    const QString text = QString::fromStdString(sink.text());
    QVERIFY(text.contains(QStringLiteral("libQt6Core")));
    for (const char* library : {"DBus", "dbus", "keychain", "Gui", "Widgets"})
        QVERIFY2(!text.contains(QLatin1String(library)), library);
}

QTEST_GUILESS_MAIN(TestKeychain)
#include "test_keychain.moc"

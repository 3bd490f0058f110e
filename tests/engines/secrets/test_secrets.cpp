// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The two kinds of secret store that need nothing but files, and the choice between kinds.
#include "engines/secrets/credentialssecretstore.h"
#include "engines/secrets/filesecretstore.h"
#include "engines/secrets/opensecretstore.h"
#include "engines/secrets/secretname.h"

#include "support/check.h"
#include "support/patience.h"
#include "support/streams.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

using namespace salvor;
using namespace salvor::test;

namespace {

const std::string kUuid = "0b5a5f3e-7c35-4d4c-9f0e-3f3c9f9d2a11";
constexpr const char* kName = "profile-0b5a5f3e-password";

int modeOf(const std::string& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0 ? static_cast<int>(info.st_mode & 07777) : -1;
}

void writeFile(const std::string& path, const QByteArray& bytes, mode_t mode) {
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
    file.close();
    QCOMPARE(::chmod(path.c_str(), mode), 0);
}

template <typename T>
std::string stateOf(const Result<T>& result) {
    return result ? "ok" : std::string(secretState(result.error()));
}

CancelToken stoppedToken() {
    std::stop_source stop;
    stop.request_stop();
    return stop.get_token();
}

} // namespace

class TestSecrets : public QObject {
    Q_OBJECT

private slots:
    void init();
    void file_putGetRemove_roundTrip();
    void file_binary_staysExact();
    void file_put_isPrivateWhateverTheUmask();
    void file_put_replacesAtomically();
    void file_putFails_keepsTheOldOne();
    void file_absentAndMissing_areStates();
    void file_looseAccess_isRefused_data();
    void file_looseAccess_isRefused();
    void file_strangeFiles_areRefused();
    void file_badName_isInvalidInput_data();
    void file_badName_isInvalidInput();
    void file_errors_neverHoldTheSecret();
    void file_cancelled_doesNothing();
    void credentials_get_readsSystemdsFile();
    void credentials_changes_areReadOnly();
    void credentials_absentAndMissing_areStates();
    void credentials_openToAll_areRefused();
    void open_kinds_areTheOnesAskedFor();
    void open_keychainWithoutPlugin_isAbsent();
    void open_keychainBrokenPlugin_isAbsent();

private:
    std::string folder() const { return m_dir->path().toStdString() + "/secrets"; }
    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestSecrets::init() { m_dir = std::make_unique<QTemporaryDir>(); }

void TestSecrets::file_putGetRemove_roundTrip() {
    FileSecretStore store(folder());
    QCOMPARE(store.kind(), std::string_view("file"));
    CHECK_OK(store.put(kName, Secret(std::string_view("s3cret")), {}));
    const auto got = store.get(kName, {});
    CHECK_OK(got);
    QCOMPARE(got->text(), std::string_view("s3cret"));
    const auto again = FileSecretStore(folder()).get(kName, {}); // another process
    CHECK_OK(again);
    QCOMPARE(again->text(), std::string_view("s3cret"));
    CHECK_OK(store.remove(kName, {}));
    QCOMPARE(stateOf(store.get(kName, {})), std::string("not_found"));
    CHECK_OK(store.remove(kName, {}));
}

void TestSecrets::file_binary_staysExact() {
    FileSecretStore store(folder());
    const Bytes bytes = makeBytes(100000);
    CHECK_OK(store.put("key", Secret(ByteView(bytes)), {}));
    const auto got = store.get("key", {});
    CHECK_OK(got);
    QVERIFY(std::equal(bytes.begin(), bytes.end(), got->bytes().begin(), got->bytes().end()));
    CHECK_OK(store.put("empty", Secret(), {}));
    const auto empty = store.get("empty", {});
    CHECK_OK(empty);
    QVERIFY(empty->empty());
}

void TestSecrets::file_put_isPrivateWhateverTheUmask() {
    const mode_t before = ::umask(0);
    const auto done = FileSecretStore(folder()).put(kName, Secret(std::string_view("x")), {});
    ::umask(before);
    CHECK_OK(done);
    QCOMPARE(modeOf(folder()), 0700);
    QCOMPARE(modeOf(folder() + "/" + kName), 0600);
}

void TestSecrets::file_put_replacesAtomically() {
    FileSecretStore store(folder());
    const std::string one(5000, '1');
    const std::string two(9000, '2');
    CHECK_OK(store.put(kName, Secret(std::string_view(one)), {}));
    std::atomic<bool> torn = false;
    std::atomic<int> reads = 0;
    {
        std::jthread reader([&](const std::stop_token& stop) {
            while (!stop.stop_requested()) {
                const auto got = store.get(kName, {});
                torn = torn || !got || (got->text() != one && got->text() != two);
                ++reads;
            }
        });
        for (int i = 0; i < 50; ++i)
            CHECK_OK(store.put(kName, Secret(std::string_view(i % 2 == 0 ? two : one)), {}));
        QTRY_VERIFY_WITH_TIMEOUT(reads > 0, kPatience);
    }
    QVERIFY(!torn);
    const QDir left(QString::fromStdString(folder()));
    QCOMPARE(left.entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot).size(), 1);
}

void TestSecrets::file_putFails_keepsTheOldOne() {
    FileSecretStore store(folder());
    CHECK_OK(store.put("old", Secret(std::string_view("kept")), {}));
    QVERIFY(QDir(QString::fromStdString(folder())).mkdir(QStringLiteral("taken")));
    const auto failed = store.put("taken", Secret(std::string_view("x")), {});
    QVERIFY(!failed);
    const QDir left(QString::fromStdString(folder()));
    QCOMPARE(left.entryList(QDir::Files | QDir::Hidden), QStringList{QStringLiteral("old")});
    const auto old = store.get("old", {});
    CHECK_OK(old);
    QCOMPARE(old->text(), std::string_view("kept"));
}

void TestSecrets::file_absentAndMissing_areStates() {
    FileSecretStore store(folder());
    QCOMPARE(stateOf(store.get(kName, {})), std::string("absent"));
    CHECK_OK(store.remove(kName, {}));
    QVERIFY(!QDir(QString::fromStdString(folder())).exists()); // looking makes nothing
    CHECK_OK(store.put("other", Secret(std::string_view("x")), {}));
    QCOMPARE(stateOf(store.get(kName, {})), std::string("not_found"));
}

void TestSecrets::file_looseAccess_isRefused_data() {
    QTest::addColumn<int>("folderMode");
    QTest::addColumn<int>("fileMode");
    QTest::newRow("folder for the group") << 0750 << 0600;
    QTest::newRow("folder passable by all") << 0711 << 0600;
    QTest::newRow("file for the group") << 0700 << 0640;
    QTest::newRow("file for all") << 0700 << 0604;
    QTest::newRow("file to be written by all") << 0700 << 0602;
}

void TestSecrets::file_looseAccess_isRefused() {
    QFETCH(int, folderMode);
    QFETCH(int, fileMode);
    FileSecretStore store(folder());
    CHECK_OK(store.put(kName, Secret(std::string_view("x")), {}));
    const std::string path = folder() + "/" + kName;
    QCOMPARE(::chmod(path.c_str(), static_cast<mode_t>(fileMode)), 0);
    QCOMPARE(::chmod(folder().c_str(), static_cast<mode_t>(folderMode)), 0);
    const auto got = store.get(kName, {});
    CHECK_FAILS(got, ErrorCode::PermissionDenied);
    QVERIFY(got.error().hint.find("chmod") != std::string::npos);
    if (folderMode != 0700)
        CHECK_FAILS(store.put("new", Secret(std::string_view("x")), {}), ErrorCode::PermissionDenied);
    QCOMPARE(modeOf(folder()), folderMode); // never repaired silently
    QCOMPARE(modeOf(path), fileMode);
}

void TestSecrets::file_strangeFiles_areRefused() {
    FileSecretStore store(folder());
    CHECK_OK(store.put("x", Secret(std::string_view("x")), {}));
    const std::string target = m_dir->path().toStdString() + "/target";
    writeFile(target, "elsewhere", 0600);
    QCOMPARE(::symlink(target.c_str(), (folder() + "/link").c_str()), 0);
    QCOMPARE(::mkfifo((folder() + "/pipe").c_str(), 0600), 0);
    writeFile(folder() + "/giant", QByteArray((1 << 20) + 1, 'x'), 0600);
    CHECK_FAILS(store.get("link", {}), ErrorCode::PermissionDenied);
    CHECK_FAILS(store.get("pipe", {}), ErrorCode::PermissionDenied);
    CHECK_FAILS(store.get("giant", {}), ErrorCode::Corrupt);
    CHECK_OK(store.put("link", Secret(std::string_view("new")), {})); // takes the link's place
    QFile file(QString::fromStdString(target));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("elsewhere"));
}

void TestSecrets::file_badName_isInvalidInput_data() {
    QTest::addColumn<QByteArray>("name");
    QTest::newRow("empty") << QByteArray("");
    QTest::newRow("parent") << QByteArray("..");
    QTest::newRow("hidden") << QByteArray(".x");
    QTest::newRow("path") << QByteArray("a/b");
    QTest::newRow("NUL") << QByteArray("a\0b", 3);
    QTest::newRow("blank") << QByteArray("a b");
    QTest::newRow("option") << QByteArray("-x");
    QTest::newRow("long") << QByteArray(201, 'a');
}

void TestSecrets::file_badName_isInvalidInput() {
    QFETCH(QByteArray, name);
    const std::string_view text(name.constData(), static_cast<std::size_t>(name.size()));
    FileSecretStore store(folder());
    CHECK_FAILS(store.get(text, {}), ErrorCode::InvalidInput);
    CHECK_FAILS(store.put(text, Secret(std::string_view("x")), {}), ErrorCode::InvalidInput);
    CHECK_FAILS(store.remove(text, {}), ErrorCode::InvalidInput);
    CHECK_FAILS(CredentialsSecretStore(folder(), kUuid).get(text, {}), ErrorCode::InvalidInput);
    QVERIFY(!QDir(QString::fromStdString(folder())).exists());
}

void TestSecrets::file_errors_neverHoldTheSecret() {
    FileSecretStore store(folder());
    const Secret canary(std::string_view("canary-91c2"));
    CHECK_OK(store.put(kName, canary, {}));
    QCOMPARE(::chmod(folder().c_str(), 0755), 0);
    const auto put = store.put(kName, canary, {});
    const auto get = store.get(kName, {});
    CHECK_FAILS(put, ErrorCode::PermissionDenied);
    CHECK_FAILS(get, ErrorCode::PermissionDenied);
    QVERIFY(put.error().toText().find("canary") == std::string::npos);
    QVERIFY(get.error().toText().find("canary") == std::string::npos);
}

void TestSecrets::file_cancelled_doesNothing() {
    FileSecretStore store(folder());
    CHECK_FAILS(store.put(kName, Secret(std::string_view("x")), stoppedToken()), ErrorCode::Cancelled);
    CHECK_FAILS(store.get(kName, stoppedToken()), ErrorCode::Cancelled);
    CHECK_FAILS(store.remove(kName, stoppedToken()), ErrorCode::Cancelled);
    QVERIFY(!QDir(QString::fromStdString(folder())).exists());
}

void TestSecrets::credentials_get_readsSystemdsFile() {
    QVERIFY(QDir().mkdir(QString::fromStdString(folder())));
    QCOMPARE(credentialName(kUuid, kName), "salvor-" + kUuid + "-" + kName);
    writeFile(folder() + "/" + credentialName(kUuid, kName), "s3cret", 0400);
    writeFile(folder() + "/" + credentialName(kUuid, "shared"), "by access list", 0440);
    CredentialsSecretStore store(folder(), kUuid);
    QCOMPARE(store.kind(), std::string_view("credentials"));
    const auto got = store.get(kName, {});
    CHECK_OK(got);
    QCOMPARE(got->text(), std::string_view("s3cret"));
    CHECK_OK(store.get("shared", {}));
    QCOMPARE(stateOf(CredentialsSecretStore(folder(), "other").get(kName, {})), std::string("not_found"));
    // In a unit that somebody wrote by hand there is no policy.
    QCOMPARE(credentialName("", "profile-1-password"), std::string("salvor-profile-1-password"));
    SecretStoreConfig byHand;
    byHand.credentialsFolder = folder();
    const auto opened = openSecretStore("credentials", byHand);
    CHECK_OK(opened);
    QCOMPARE(stateOf((*opened)->get("profile-1-password", {})), std::string("not_found"));
}

void TestSecrets::credentials_changes_areReadOnly() {
    QVERIFY(QDir().mkdir(QString::fromStdString(folder())));
    CredentialsSecretStore store(folder(), kUuid);
    QCOMPARE(stateOf(store.put(kName, Secret(std::string_view("x")), {})), std::string("read_only"));
    QCOMPARE(stateOf(store.remove(kName, {})), std::string("read_only"));
    QVERIFY(QDir(QString::fromStdString(folder())).isEmpty());
}

void TestSecrets::credentials_absentAndMissing_areStates() {
    QCOMPARE(stateOf(CredentialsSecretStore("", kUuid).get(kName, {})), std::string("absent"));
    QCOMPARE(stateOf(CredentialsSecretStore(folder(), kUuid).get(kName, {})), std::string("absent"));
    QVERIFY(QDir().mkdir(QString::fromStdString(folder())));
    const auto missing = CredentialsSecretStore(folder(), kUuid).get(kName, {});
    QCOMPARE(stateOf(missing), std::string("not_found"));
    QVERIFY(missing.error().message.find(credentialName(kUuid, kName)) != std::string::npos);
}

void TestSecrets::credentials_openToAll_areRefused() {
    QVERIFY(QDir().mkdir(QString::fromStdString(folder())));
    writeFile(folder() + "/" + credentialName(kUuid, kName), "s3cret", 0444);
    CHECK_FAILS(CredentialsSecretStore(folder(), kUuid).get(kName, {}), ErrorCode::PermissionDenied);
    writeFile(folder() + "/" + credentialName(kUuid, "good"), "s3cret", 0400);
    CHECK_OK(CredentialsSecretStore(folder(), kUuid).get("good", {}));
    QCOMPARE(::chmod(folder().c_str(), 0777), 0);
    CHECK_FAILS(CredentialsSecretStore(folder(), kUuid).get("good", {}), ErrorCode::PermissionDenied);
}

void TestSecrets::open_kinds_areTheOnesAskedFor() {
    SecretStoreConfig config;
    config.fileFolder = folder();
    config.credentialsUuid = kUuid;
    const auto file = openSecretStore("file", config);
    CHECK_OK(file);
    QCOMPARE((*file)->kind(), std::string_view("file"));
    const auto credentials = openSecretStore("credentials", config); // absent is said by get(), as everywhere
    CHECK_OK(credentials);
    QCOMPARE((*credentials)->kind(), std::string_view("credentials"));
    QCOMPARE(stateOf((*credentials)->get(kName, {})), std::string("absent"));
    CHECK_FAILS(openSecretStore("plain", config), ErrorCode::InvalidInput);
    CHECK_FAILS(openSecretStore("", config), ErrorCode::InvalidInput);
    CHECK_FAILS(openSecretStore("file", {}), ErrorCode::InvalidInput);
    config.pluginFolder = "relative";
    CHECK_FAILS(openSecretStore("keychain", config), ErrorCode::InvalidInput);
    config.credentialsFolder = "relative";
    CHECK_FAILS(openSecretStore("credentials", config), ErrorCode::InvalidInput);
}

void TestSecrets::open_keychainWithoutPlugin_isAbsent() {
    SecretStoreConfig config;
    config.fileFolder = folder();
    config.pluginFolder = m_dir->path().toStdString();
    const auto opened = openSecretStore("keychain", config);
    QCOMPARE(stateOf(opened), std::string("absent"));
    QVERIFY(!opened.error().hint.empty());
    QVERIFY(!QDir(QString::fromStdString(folder())).exists()); // no fall-back to files
    QCOMPARE(stateOf(openSecretStore("keychain", {})), std::string("absent"));
}

void TestSecrets::open_keychainBrokenPlugin_isAbsent() {
    SecretStoreConfig config;
    config.pluginFolder = m_dir->path().toStdString();
    writeFile(config.pluginFolder + "/salvor_keychain.so", "not a library", 0700);
    QCOMPARE(stateOf(openSecretStore("keychain", config)), std::string("absent"));
}

QTEST_GUILESS_MAIN(TestSecrets)
#include "test_secrets.moc"

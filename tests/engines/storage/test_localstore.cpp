// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/storage/localfiles.h"
#include "engines/storage/localstore.h"
#include "engines/storage/openstore.h"

#include "storesuite.h"
#include "support/boundbyrights.h"
#include "support/check.h"
#include "support/need.h"
#include "support/streams.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

class FixedClock final : public Clock {
public:
    Instant now() const override { return value; }
    Instant value = SystemClock().now();
};

int modeOf(const std::string& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0 ? static_cast<int>(info.st_mode & 07777) : -1;
}

} // namespace

class TestLocalStore : public StoreSuite {
    Q_OBJECT

protected:
    std::unique_ptr<Store> makeStore() override {
        m_dir = std::make_unique<QTemporaryDir>();
        auto made = createLocalStore(root(), m_clock);
        return made ? std::move(*made) : nullptr;
    }
    std::unique_ptr<Store> reopenStore() override {
        auto opened = openLocalStore(root(), m_clock);
        return opened ? std::move(*opened) : nullptr;
    }

private slots:
    void create_newFolder_isPrivate();
    void create_missingParent_isNotFound();
    void open_badPlaces_areRefused();
    void put_modes_arePrivateWhateverTheUmask();
    void put_byRootInAnothersStore_isTheOwners();
    void put_inASharedStore_isReadableByItsGroup();
    void put_leavesNoTemporary();
    void error_ofAShareThatIsAway_mayPass();
    void put_rootGone_isNotFoundWithHint();
    void put_rootReplaced_isRefused();
    void put_rootBySymbolicLink_works();
    void symbolicLinkBelow_isNeverFollowed();
    void namedPipe_doesNotBlock();
    void sparseGiant_isCorrupt();
    void shrunkFile_isCorrupt();
    void list_strangeFiles_arePassedOver();
    void removeLeftovers_onlyOldOnes_areRemoved();
    void foldersOfOthers_areInNobodysWay_data();
    void foldersOfOthers_areInNobodysWay();
    void openStore_addresses_data();
    void openStore_addresses();

private:
    std::string root() const { return m_dir->path().toStdString() + "/store"; }
    std::string at(const std::string& key) const { return root() + "/" + key; }

    FixedClock m_clock;
    std::unique_ptr<QTemporaryDir> m_dir;
};

void TestLocalStore::create_newFolder_isPrivate() {
    QCOMPARE(modeOf(root()), 0700);
    CHECK_OK(createLocalStore(root(), m_clock)); // there already is fine
}

void TestLocalStore::create_missingParent_isNotFound() {
    const auto made = createLocalStore(root() + "/a/b", m_clock);
    CHECK_FAILS(made, ErrorCode::NotFound);
    QVERIFY(made.error().hint.find("mounted") != std::string::npos);
}

void TestLocalStore::open_badPlaces_areRefused() {
    const auto missing = openLocalStore(root() + "/missing", m_clock);
    CHECK_FAILS(missing, ErrorCode::NotFound);
    QVERIFY(missing.error().hint.find("mounted") != std::string::npos);
    CHECK_FAILS(openLocalStore("relative/path", m_clock), ErrorCode::InvalidInput);
    CHECK_FAILS(openLocalStore("", m_clock), ErrorCode::InvalidInput);
    CHECK_OK(store().put("file", asBytes("x"), {}));
    CHECK_FAILS(openLocalStore(at("file"), m_clock), ErrorCode::NotFound);
}

void TestLocalStore::put_modes_arePrivateWhateverTheUmask() {
    const mode_t before = ::umask(0);
    const auto done = store().put("objects/aa/x", asBytes("x"), {});
    ::umask(before);
    CHECK_OK(done);
    QCOMPARE(modeOf(at("objects")), 0700);
    QCOMPARE(modeOf(at("objects/aa")), 0700);
    QCOMPARE(modeOf(at("objects/aa/x")), 0600);
}

/// Root only looks, and signs for that: who keeps the store reads what it left there.
void TestLocalStore::put_byRootInAnothersStore_isTheOwners() {
    SALVOR_NEED(::geteuid() == 0, "only root makes files of other users");
    constexpr uid_t kOwner = 54321;
    constexpr gid_t kGroup = 54322;
    QCOMPARE(::chown(root().c_str(), kOwner, kGroup), 0);
    CHECK_OK(store().put("proofs/aa/x", asBytes("x"), {}));
    for (const char* key : {"proofs", "proofs/aa", "proofs/aa/x"}) {
        struct stat info{};
        QCOMPARE(::lstat(at(key).c_str(), &info), 0);
        QCOMPARE(info.st_uid, kOwner);
        QCOMPARE(info.st_gid, kGroup);
    }
    QCOMPARE(modeOf(at("proofs/aa")), 0700);
    QCOMPARE(modeOf(at("proofs/aa/x")), 0600);
}

void TestLocalStore::put_inASharedStore_isReadableByItsGroup() {
    SALVOR_NEED(::geteuid() == 0, "only root becomes another user");
    constexpr uid_t kOwner = 54321;
    constexpr uid_t kReader = 54323;
    constexpr gid_t kGroup = 54322;
    QCOMPARE(::chown(root().c_str(), kOwner, kGroup), 0);
    QCOMPARE(::chmod(root().c_str(), 0770), 0);
    QCOMPARE(::chmod(m_dir->path().toUtf8().constData(), 0755), 0);
    const gid_t before = ::getegid();
    const bool became = ::setegid(kGroup) == 0 && ::seteuid(kReader) == 0;
    const bool reaches = became && ::faccessat(AT_FDCWD, root().c_str(), W_OK, AT_EACCESS) == 0;
    const auto done = reaches ? store().put("proofs/aa/x", asBytes("x"), {}) : Result<>();
    const auto other = reaches ? store().put("runs/aa/x", asBytes("x"), {}) : Result<>();
    QCOMPARE(::seteuid(0), 0);
    QCOMPARE(::setegid(before), 0);
    QVERIFY(became);
    if (!reaches)
        QSKIP("the folder for temporary files cannot be reached by other users");
    CHECK_OK(done);
    CHECK_OK(other);
    struct stat info{};
    QCOMPARE(::lstat(at("proofs/aa/x").c_str(), &info), 0);
    QCOMPARE(info.st_uid, kReader);
    QCOMPARE(info.st_gid, kGroup);
    QCOMPARE(modeOf(at("proofs/aa/x")), 0640);
    QCOMPARE(modeOf(at("proofs/aa")), 0770); // so that the owner can remove it, too
    QCOMPARE(modeOf(at("runs/aa/x")), 0600); // what is not a reader's is nobody else's, either
    QCOMPARE(modeOf(at("runs/aa")), 0700);
}

void TestLocalStore::put_leavesNoTemporary() {
    CHECK_OK(store().put("objects/aa/x", makeBytes(100), {}));
    CHECK_FAILS(store().put("objects/aa/x", makeBytes(100), {}), ErrorCode::AlreadyExists);
    // Stopped somewhere between two pieces: either all of it is there or nothing.
    std::stop_source stop;
    const Bytes big = makeBytes(64 << 20);
    std::jthread stopper([&] { stop.request_stop(); });
    const auto done = store().put("objects/aa/y", big, stop.get_token());
    stopper.join();
    QStringList expected{QStringLiteral("x")};
    if (done)
        expected << QStringLiteral("y");
    else
        CHECK_FAILS(done, ErrorCode::Cancelled);
    const QDir folder(QString::fromStdString(at("objects/aa")));
    QCOMPARE(folder.entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot), expected);
}

void TestLocalStore::error_ofAShareThatIsAway_mayPass() {
    for (const int number : {ETIMEDOUT, ESTALE, ENOTCONN, EHOSTDOWN, EHOSTUNREACH, ECONNRESET, ENODEV}) {
        const Error away = localfiles::systemError("cannot open", "/mnt/nas/objects/ab", number);
        QVERIFY(away.code == ErrorCode::IoError && away.retryable);
        QVERIFY2(away.hint.find("mounted") != std::string::npos, away.message.c_str());
    }
    QVERIFY(!localfiles::systemError("cannot read", "/mnt/disk/objects/ab", EIO).retryable); // a bad sector
}

void TestLocalStore::put_rootGone_isNotFoundWithHint() {
    QVERIFY(QDir(QString::fromStdString(root())).removeRecursively());
    const auto put = store().put("objects/aa/x", asBytes("x"), {});
    CHECK_FAILS(put, ErrorCode::NotFound);
    QVERIFY(put.error().hint.find("mounted") != std::string::npos);
    CHECK_FAILS(store().get("objects/aa/x", {}), ErrorCode::NotFound);
    CHECK_FAILS(store().list("", [](const StoreEntry&) { return Result<>(); }, {}), ErrorCode::NotFound);
    CHECK_FAILS(store().stat("objects/aa/x", {}), ErrorCode::NotFound);
    CHECK_FAILS(store().remove("objects/aa/x", {}), ErrorCode::NotFound);
    CHECK_FAILS(store().space({}), ErrorCode::NotFound);
    CHECK_FAILS(store().sync({}), ErrorCode::NotFound);
    QVERIFY(!QDir(QString::fromStdString(root())).exists()); // never made again by a put
}

void TestLocalStore::put_rootReplaced_isRefused() {
    const QString path = QString::fromStdString(root());
    CHECK_OK(store().put("objects/aa/x", asBytes("x"), {}));
    QVERIFY(QDir().rename(path, path + QStringLiteral(".away")));
    QVERIFY(QDir().mkdir(path)); // the empty mount point below a disk that went
    CHECK_FAILS(store().put("objects/aa/y", asBytes("x"), {}), ErrorCode::NotFound);
    CHECK_FAILS(store().list("", [](const StoreEntry&) { return Result<>(); }, {}), ErrorCode::NotFound);
    CHECK_FAILS(store().sync({}), ErrorCode::NotFound);
    QVERIFY(QDir(path).isEmpty());
    QVERIFY(QDir().rmdir(path) && QDir().rename(path + QStringLiteral(".away"), path));
    CHECK_OK(store().sync({})); // what was not durable yet was not forgotten
    CHECK_OK(store().get("objects/aa/x", {}));
}

void TestLocalStore::put_rootBySymbolicLink_works() {
    const std::string link = root() + ".link";
    QCOMPARE(::symlink(root().c_str(), link.c_str()), 0);
    auto linked = openLocalStore(link, m_clock);
    CHECK_OK(linked);
    CHECK_OK((*linked)->put("a/b", asBytes("x"), {}));
    CHECK_OK(store().get("a/b", {}));
}

void TestLocalStore::symbolicLinkBelow_isNeverFollowed() {
    const std::string outside = m_dir->path().toStdString() + "/outside";
    QVERIFY(QDir().mkdir(QString::fromStdString(outside)));
    QFile secret(QString::fromStdString(outside + "/file"));
    QVERIFY(secret.open(QIODevice::WriteOnly) && secret.write("outside") == 7);
    secret.close();
    QCOMPARE(::symlink(outside.c_str(), at("objects").c_str()), 0);
    QCOMPARE(::symlink((outside + "/file").c_str(), at("link").c_str()), 0);
    QCOMPARE(::symlink("store-missing", at("dangling").c_str()), 0);

    CHECK_FAILS(store().put("objects/x", asBytes("x"), {}), ErrorCode::Corrupt);
    CHECK_FAILS(store().get("objects/file", {}), ErrorCode::Corrupt);
    CHECK_FAILS(store().remove("objects/file", {}), ErrorCode::Corrupt);
    CHECK_FAILS(store().get("link", {}), ErrorCode::Corrupt);
    CHECK_FAILS(store().put("link", asBytes("x"), {}), ErrorCode::AlreadyExists);
    CHECK_FAILS(store().put("dangling", asBytes("x"), {}), ErrorCode::AlreadyExists);
    int listed = 0;
    const auto count = [&](const StoreEntry& entry) {
        listed += entry.sizeBytes == 0 ? 1 : 100;
        return Result<>();
    };
    CHECK_OK(store().list("", count, {}));
    QCOMPARE(listed, 3); // they do not pass for absent
    CHECK_FAILS(store().list("objects/", count, {}), ErrorCode::Corrupt);
    CHECK_OK(store().remove("link", {})); // takes the link away, not what it points to
    QVERIFY(secret.open(QIODevice::ReadOnly));
    QCOMPARE(secret.readAll(), QByteArray("outside"));
    QCOMPARE(QDir(QString::fromStdString(outside)).entryList(QDir::Files),
             QStringList{QStringLiteral("file")});
}

void TestLocalStore::namedPipe_doesNotBlock() {
    QCOMPARE(::mkfifo(at("pipe").c_str(), 0600), 0);
    CHECK_FAILS(store().get("pipe", {}), ErrorCode::Corrupt);
    CHECK_FAILS(store().put("pipe", asBytes("x"), {}), ErrorCode::AlreadyExists);
}

void TestLocalStore::sparseGiant_isCorrupt() {
    CHECK_OK(store().put("objects/aa/x", asBytes("x"), {}));
    QCOMPARE(::truncate(at("objects/aa/x").c_str(), off_t(1) << 40), 0);
    CHECK_FAILS(store().get("objects/aa/x", {}), ErrorCode::Corrupt);
    CHECK_FAILS(store().getRange("objects/aa/x", 0, std::uint64_t(1) << 39, {}), ErrorCode::Corrupt);
}

void TestLocalStore::shrunkFile_isCorrupt() {
    CHECK_OK(store().put("objects/aa/x", makeBytes(1000), {}));
    QCOMPARE(::truncate(at("objects/aa/x").c_str(), 500), 0);
    CHECK_FAILS(store().getRange("objects/aa/x", 0, 1000, {}), ErrorCode::Corrupt);
}

void TestLocalStore::list_strangeFiles_arePassedOver() {
    CHECK_OK(store().put("a", asBytes("x"), {}));
    QVERIFY(QDir(QString::fromStdString(root())).mkdir(QStringLiteral("lost+found")));
    for (const char* name : {"/a name with blanks", "/+tmp.0123", "/\xc3\xa4"}) {
        QFile file(QString::fromStdString(root() + name));
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
    std::vector<std::string> keys;
    CHECK_OK(store().list("",
                          [&](const StoreEntry& entry) {
                              keys.push_back(entry.key);
                              return Result<>();
                          },
                          {}));
    QCOMPARE(keys, std::vector<std::string>{"a"});
}

void TestLocalStore::removeLeftovers_onlyOldOnes_areRemoved() {
    CHECK_OK(store().put("objects/aa/x", asBytes("x"), {}));
    QFile leftover(QString::fromStdString(at("objects/aa/+tmp.0123")));
    QVERIFY(leftover.open(QIODevice::WriteOnly));
    leftover.close();
    const auto early = store().removeLeftovers(24h, {});
    CHECK_OK(early);
    QCOMPARE(*early, std::uint64_t(0));
    QVERIFY(leftover.exists());
    m_clock.value += 48h;
    const auto late = store().removeLeftovers(24h, {});
    m_clock.value -= 48h;
    CHECK_OK(late);
    QCOMPARE(*late, std::uint64_t(1));
    QVERIFY(!leftover.exists());
    CHECK_OK(store().get("objects/aa/x", {}));
}

/// The top of a disk or a share has a trash and snapshots; so may every folder of some file systems.
void TestLocalStore::foldersOfOthers_areInNobodysWay_data() {
    QTest::addColumn<int>("mode");
    QTest::newRow("closed") << 0;
    QTest::newRow("listed and not entered") << 0400;
}

void TestLocalStore::foldersOfOthers_areInNobodysWay() {
    QFETCH(int, mode);
    const auto make = [&](const char* folder) {
        QFile file(QString::fromStdString(at(folder)) + QStringLiteral("/photo"));
        return QDir().mkpath(QString::fromStdString(at(folder))) && file.open(QIODevice::WriteOnly) &&
               ::chmod(at(folder).c_str(), static_cast<mode_t>(mode)) == 0;
    };
    CHECK_OK(store().put("objects/aa/x", asBytes("x"), {}));
    QFile leftover(QString::fromStdString(at("objects/aa/+tmp.0123")));
    QVERIFY(leftover.open(QIODevice::WriteOnly));
    leftover.close();
    for (const char* folder : {".Trash-0", "of-root", "objects/.snap"})
        QVERIFY(make(folder));
    std::vector<std::string> keys;
    const auto collect = [&](const StoreEntry& entry) {
        keys.push_back(entry.key);
        return Result<>();
    };
    m_clock.value += 48h;
    {
        const BoundByRights bound;
        SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
        CHECK_OK(store().list("objects/", collect, {}));
        QCOMPARE(keys, std::vector<std::string>{"objects/aa/x"});
        const auto removed = store().removeLeftovers(24h, {});
        CHECK_OK(removed);
        QCOMPARE(*removed, std::uint64_t(1));
        // A folder that may be its own is no shorter listing.
        QVERIFY(make("objects/bb"));
        CHECK_FAILS(store().list("objects/", collect, {}), ErrorCode::PermissionDenied);
    }
    m_clock.value -= 48h;
    for (const char* folder : {".Trash-0", "of-root", "objects/.snap", "objects/bb"})
        QCOMPARE(::chmod(at(folder).c_str(), 0700), 0);
}

void TestLocalStore::openStore_addresses_data() {
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("outcome");
    QTest::newRow("path") << "DIR" << "ok";
    QTest::newRow("file") << "file://DIR" << "ok";
    QTest::newRow("file on localhost") << "file://localhostDIR" << "ok";
    QTest::newRow("encoded") << "FILE://DIR/a%20b" << "ok";
    QTest::newRow("wrong encoding") << "file://DIR/a%2" << "invalid_input";
    QTest::newRow("NUL") << "file://DIR/a%00" << "invalid_input";
    QTest::newRow("file on a host") << "file://nas/share" << "invalid_input";
    QTest::newRow("relative") << "backups" << "invalid_input";
    QTest::newRow("relative file") << "file:backups" << "invalid_input";
    QTest::newRow("empty") << "" << "invalid_input";
    QTest::newRow("other scheme") << "gopher://host/" << "invalid_input";
    QTest::newRow("missing") << "DIR/missing" << "not_found";
    QTest::newRow("sftp") << "sftp://me:s3cret@host/path" << "unsupported";
    QTest::newRow("s3") << "s3:bucket/prefix" << "unsupported";
    QTest::newRow("azure") << "AZURE://account/container" << "unsupported";
}

void TestLocalStore::openStore_addresses() {
    QFETCH(QString, url);
    QFETCH(QString, outcome);
    QVERIFY(QDir(QString::fromStdString(root())).mkdir(QStringLiteral("a b")));
    url.replace(QStringLiteral("DIR"), QString::fromStdString(root()));
    const auto opened = openStore(url.toStdString(), m_clock);
    const std::string_view said = opened ? "ok" : toString(opened.error().code);
    QCOMPARE(said, std::string_view(outcome.toStdString()));
    if (!opened)
        QVERIFY(opened.error().toText().find("s3cret") == std::string::npos);
    const auto created = createStore(url.toStdString(), m_clock);
    QCOMPARE(created.has_value(), outcome == QStringLiteral("ok") || outcome == QStringLiteral("not_found"));
}

QTEST_GUILESS_MAIN(TestLocalStore)
#include "test_localstore.moc"

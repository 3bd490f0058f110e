// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/verifyfixture.h"
#include "models/damagedbackups.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

using namespace salvor;
using namespace salvor::test;

namespace {

using Damage = std::string (*)(const std::string& bytes, const std::string& other);
const std::vector<std::pair<const char*, Damage>> kDamages = {
    {"bit",
     [](const std::string& bytes, const std::string&) {
         std::string flipped = bytes;
         flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 0x10);
         return flipped;
     }},
    {"truncated",
     [](const std::string& bytes, const std::string&) { return bytes.substr(0, bytes.size() - 1); }},
    {"grown", [](const std::string& bytes, const std::string&) { return bytes + "x"; }},
    {"empty", [](const std::string&, const std::string&) { return std::string(); }},
    {"swapped", [](const std::string&, const std::string& other) { return other; }},
};

} // namespace

class TestVerify : public QObject, private VerifyWorld {
    Q_OBJECT

private slots:
    void verify_goodRepository_isOkInEveryDepth() {
        make(true);
        for (const auto depth : {VerifyDepth::Quick, VerifyDepth::Stored, VerifyDepth::Full}) {
            const auto report = verify(*m_reader, depth);
            CHECK_OK(report);
            QVERIFY2(report->ok(), report->ok() ? "" : report->problems[0].error.message.c_str());
            QCOMPARE(report->backups, std::uint64_t{2});
            QCOMPARE(report->objects, std::uint64_t{4});
            const std::vector<std::string> all{backupId(1), backupId(2)};
            QCOMPARE(report->intactBackupIds, all);
            QCOMPARE(report->bytesRead > 0, depth != VerifyDepth::Quick);
        }
    }

    void verify_withoutIdentity_doesAllButFull() {
        make(true);
        RepositoryAccess access = m_fixture->readerAccess();
        access.identity.reset();
        const auto blind = Repository::open(std::move(access), {});
        QVERIFY(verify(**blind, VerifyDepth::Quick)->ok());
        QVERIFY(verify(**blind, VerifyDepth::Stored)->ok());
        CHECK_FAILS(verify(**blind, VerifyDepth::Full), ErrorCode::SecretUnavailable);
        const std::string key = m_fixture->keys("objects/").front();
        m_fixture->writeRaw(key, "x");
        const auto report = verify(**blind, VerifyDepth::Quick);
        const VerifyProblem* problem = problemOf(*report, key);
        QVERIFY(problem != nullptr && problem->items.empty() && !problem->backupIds.empty());
    }

    void verify_everyDamageToEveryFile_isNamedAndNothingWrongIsRestored_data() {
        QTest::addColumn<bool>("encrypted");
        QTest::newRow("encrypted") << true;
        QTest::newRow("plain") << false;
    }
    void verify_everyDamageToEveryFile_isNamedAndNothingWrongIsRestored() {
        QFETCH(bool, encrypted);
        make(encrypted);
        const auto keys = m_fixture->keys();
        QVERIFY(keys.size() >= 16);
        for (std::size_t i = 0; i < keys.size(); ++i) {
            if (keys[i] == "reserve") // nothing is ever read from it
                continue;
            const std::string good = m_fixture->readRaw(keys[i]);
            const std::string other =
                m_fixture->readRaw(keys[i + 1 < keys.size() && keys[i + 1] != "reserve" ? i + 1 : 0]);
            for (const auto& [name, damage] : kDamages) {
                m_fixture->writeRaw(keys[i], damage(good, other));
                const std::string what = keys[i] + " " + name;
                for (const auto depth : {VerifyDepth::Stored, VerifyDepth::Full})
                    checkNamed(keys[i], what, depth);
                checkNothingWrong(what);
                if (QTest::currentTestFailed())
                    return;
            }
            m_fixture->removeRaw(keys[i]);
            if (!keys[i].starts_with("runs/") && !keys[i].starts_with("proofs/") &&
                !keys[i].starts_with("catalog/"))
                checkNamed(keys[i], keys[i] + " removed", VerifyDepth::Quick);
            checkNothingWrong(keys[i] + " removed");
            m_fixture->writeRaw(keys[i], good);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(verify(*m_reader, VerifyDepth::Full)->ok()); // good copies heal
    }

    void verify_whatIsNoFile_isOneFindingAmongOthers_data() {
        QTest::addColumn<int>("type");
        QTest::newRow("link") << S_IFLNK;
        QTest::newRow("pipe") << S_IFIFO;
        QTest::newRow("socket") << S_IFSOCK;
        QTest::newRow("folder") << S_IFDIR;
    }
    void verify_whatIsNoFile_isOneFindingAmongOthers() {
        QFETCH(int, type);
        make(true);
        for (const auto& key : m_fixture->keys()) {
            const bool isBackups =
                key.starts_with("objects/") || key.starts_with("refs/") || key.starts_with("manifests/");
            const bool isRecord =
                key.starts_with("catalog/") || key.starts_with("runs/") || key.starts_with("proofs/");
            // Records may be absent, and a folder is no record.
            if (!isBackups && (!isRecord || type == S_IFDIR))
                continue;
            const std::string good = m_fixture->readRaw(key);
            m_fixture->removeRaw(key);
            putInPlace(key, static_cast<mode_t>(type));
            const std::string other = key == "keys/writer.age" ? "keys/recovery.age" : "keys/writer.age";
            const std::string goodOther = m_fixture->readRaw(other);
            m_fixture->writeRaw(other, "x");
            for (const auto depth : {VerifyDepth::Quick, VerifyDepth::Stored, VerifyDepth::Full}) {
                checkNamed(key, key, depth);
                checkNamed(other, key, depth);
            }
            checkNothingWrong(key);
            if (isBackups) {
                NullProgress progress;
                const auto pruned = m_writer->prune({}, progress, {});
                CHECK_FAILS(pruned, ErrorCode::Corrupt);
                QVERIFY2(pruned.error().message.find(key) != std::string::npos,
                         pruned.error().message.c_str());
            }
            CHECK_OK(m_reader->runs({}));
            CHECK_OK(m_reader->proofs(backupId(1), {}));
            std::filesystem::remove(m_fixture->root() + "/" + key);
            m_fixture->writeRaw(key, good);
            m_fixture->writeRaw(other, goodOther);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(verify(*m_reader, VerifyDepth::Full)->ok());
    }

    /// What desktops and half made copies leave behind is nobody's record; a record's name is taken at its
    /// word.
    void verify_whatIsNotTheRepositorys_isPassedOver() {
        make(true);
        const std::string proofs = "proofs/" + backupId(1) + "/";
        const std::size_t runs = m_reader->runs({})->size();
        for (const std::string& key :
             {std::string("runs/.DS_Store"), "runs/." + backupId(1) + ".json.Xy12Zq",
              "runs/" + backupId(1) + " (conflict copy).json", "runs/" + backupId(1) + "/x.json",
              std::string("runs/.json"), std::string("runs/desktop.ini"), proofs + "Thumbs.db",
              proofs + "." + backupId(10) + ".json.Xy12Zq", proofs + backupId(10) + ".json~"})
            m_fixture->writeRaw(key, "Bud1");
        for (const auto depth : {VerifyDepth::Quick, VerifyDepth::Full})
            QVERIFY(verify(*m_reader, depth)->ok());
        std::vector<Error> leftOut;
        QCOMPARE(m_reader->runs({}, &leftOut)->size(), runs);
        QCOMPARE(m_reader->proofs(backupId(1), {}, &leftOut)->size(), std::size_t{1});
        QVERIFY(leftOut.empty());
        for (const std::string& key : {"runs/" + backupId(5) + ".json", proofs + backupId(11) + ".json"}) {
            m_fixture->writeRaw(key, "Bud1");
            QVERIFY(problemOf(*verify(*m_reader, VerifyDepth::Quick), key) != nullptr);
        }
    }

    void verify_shardThatIsNoFolder_namesEachObjectInIt() {
        make(true);
        const std::string key = m_fixture->keys("objects/").front();
        const std::string shard = m_fixture->root() + "/" + key.substr(0, key.rfind('/'));
        std::filesystem::rename(shard, shard + ".away");
        std::filesystem::create_directory_symlink(shard + ".away", shard); // same bytes, not followed
        checkNamed(key, key, VerifyDepth::Stored);
        std::filesystem::remove(shard);
        std::filesystem::rename(shard + ".away", shard);
        const std::string runs = m_fixture->root() + "/runs";
        std::filesystem::rename(runs, runs + ".away");
        putInPlace("runs", S_IFIFO);
        const auto report = verify(*m_reader, VerifyDepth::Quick);
        CHECK_OK(report);
        QVERIFY(std::ranges::any_of(report->problems, [](const auto& problem) {
            return problem.error.message.find("runs") != std::string::npos;
        }));
        CHECK_OK(m_reader->runs({}));
    }

    void verify_damagedObject_namesItemsAndBackupsHit() {
        make(true);
        const auto shared = objectsOf(*m_fixture, *m_reader, backupId(1), "a.same");
        QCOMPARE(shared.size(), std::size_t{1});
        const auto bundle = objectsOf(*m_fixture, *m_reader, backupId(2), "b.changes");
        QVERIFY(bundle == objectsOf(*m_fixture, *m_reader, backupId(2), "b.small"));
        m_fixture->writeRaw(shared[0], "x");
        m_fixture->writeRaw(bundle[0], "x");
        const auto report = verify(*m_reader, VerifyDepth::Stored);
        CHECK_OK(report);
        QCOMPARE(report->problems.size(), std::size_t{2});
        const std::vector<std::string> both{backupId(1), backupId(2)};
        QCOMPARE(problemOf(*report, shared[0])->backupIds, both);
        QCOMPARE(problemOf(*report, shared[0])->items, std::vector<std::string>{"a.same"});
        QCOMPARE(problemOf(*report, bundle[0])->backupIds, std::vector<std::string>{backupId(2)});
        const std::vector<std::string> items{"b.changes", "b.small"};
        QCOMPARE(problemOf(*report, bundle[0])->items, items);
        QVERIFY(report->intactBackupIds.empty());
        // What is not hit is restored from the damaged repository.
        const Manifest manifest = m_reader->manifest(backupId(1), {}).value();
        const auto item = std::ranges::find(manifest.items, "b.small", &ManifestItem::name);
        QVERIFY(
            readItem(*m_reader, manifest, static_cast<std::size_t>(item - manifest.items.begin())).value() ==
            tinyContent()["b"]["b.small"]);
    }

    void verify_oneBackup_looksAtThatOnly() {
        make(true);
        const auto bundle = objectsOf(*m_fixture, *m_reader, backupId(2), "b.changes");
        m_fixture->writeRaw(bundle[0], "x");
        QVERIFY(verify(*m_reader, VerifyDepth::Full, {backupId(1)})->ok());
        QVERIFY(!verify(*m_reader, VerifyDepth::Full, {backupId(2)})->ok());
        CHECK_FAILS(verify(*m_reader, VerifyDepth::Full, {backupId(9)}), ErrorCode::NotFound);
    }

    void verify_objectDamaged_nextBackupStoresItAnew_data() {
        QTest::addColumn<bool>("encrypted");
        QTest::newRow("encrypted") << true;
        QTest::newRow("plain") << false;
    }
    void verify_objectDamaged_nextBackupStoresItAnew() {
        QFETCH(bool, encrypted);
        make(encrypted);
        const auto shared = objectsOf(*m_fixture, *m_reader, backupId(1), "a.same");
        std::string bytes = m_fixture->readRaw(shared[0]);
        bytes[bytes.size() / 2] =
            static_cast<char>(bytes[bytes.size() / 2] ^ 1); // the same size: no listing shows it
        m_fixture->writeRaw(shared[0], bytes);
        QVERIFY(!verify(*m_writer, VerifyDepth::Stored)->ok());
        const auto record = backUp(*m_writer, backupId(3), tinyContent());
        CHECK_OK(record);
        QVERIFY(record->newStoredBytes > 0);
        QVERIFY(readAll(*m_reader, backupId(3)).value() == tinyContent());
        const auto report = verify(*m_writer, VerifyDepth::Full);
        // Not encrypted, the same bytes have the same name, so the older backups are healed as well.
        QCOMPARE(report->ok(), !encrypted);
        QVERIFY(std::ranges::find(report->intactBackupIds, backupId(3)) != report->intactBackupIds.end());
    }

    void restore_objectDamaged_nextBackupStoresItAnew() {
        make(true);
        const auto shared = objectsOf(*m_fixture, *m_reader, backupId(1), "a.same");
        std::string bytes = m_fixture->readRaw(shared[0]);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        m_fixture->writeRaw(shared[0], bytes);
        CHECK_FAILS(readAll(*m_writer, backupId(1)), ErrorCode::Corrupt);
        m_writer = m_fixture->openWriter().value();
        CHECK_OK(backUp(*m_writer, backupId(3), tinyContent()));
        QVERIFY(readAll(*m_writer, backupId(3)).value() == tinyContent());
    }

    void verify_refsDamaged_nextBackupHealsThem() {
        make(true);
        const std::string key = m_fixture->keys("refs/").front();
        m_fixture->writeRaw(key, "");
        QVERIFY(!verify(*m_writer, VerifyDepth::Quick)->ok());
        m_writer = m_fixture->openWriter().value();
        CHECK_OK(backUp(*m_writer, backupId(3), tinyContent(2)));
        QVERIFY(readAll(*m_reader, backupId(3)).value() == tinyContent(2));
    }

    void verify_unreadableObject_isAProblemAndTheRestGoesOn() {
        make(true);
        const auto shared = objectsOf(*m_fixture, *m_reader, backupId(1), "a.same");
        m_fixture->store().inject({.op = StoreOp::Get, .keyPrefix = shared[0], .sticky = true});
        for (const auto depth : {VerifyDepth::Stored, VerifyDepth::Full}) {
            const auto report = verify(*m_reader, depth);
            CHECK_OK(report);
            QCOMPARE(report->problems.size(), std::size_t{1});
            QVERIFY(problemOf(*report, shared[0]) != nullptr);
        }
    }

    void verify_storeThatDoesNotAnswer_isAnError() {
        make(true);
        m_fixture->store().inject({.error = {ErrorCode::ConnectionLost, "gone", {}, true, {}},
                                   .op = StoreOp::Get,
                                   .keyPrefix = "objects/",
                                   .sticky = true});
        CHECK_FAILS(verify(*m_reader, VerifyDepth::Stored), ErrorCode::ConnectionLost);
        CHECK_FAILS(verify(*m_reader, VerifyDepth::Full), ErrorCode::ConnectionLost);
    }

    /// What was seen before somebody cancelled it stays true, and the next backup stores it anew.
    void verify_oddListings_areNoDamage() {
        make(true);
        for (const auto kind : {StoreFault::Kind::PartialList, StoreFault::Kind::DoubledList}) {
            m_fixture->store().inject({.kind = kind, .sticky = true});
            QVERIFY(verify(*m_reader, VerifyDepth::Stored)->ok());
            m_fixture->store().heal();
        }
    }

    void verify_brokenChain_isNamed() {
        make(true);
        // Another catalog of the same writer in the place of an older one.
        Fixture copy;
        const std::string one = m_fixture->readRaw("catalog/2.json");
        m_fixture->removeRaw("catalog/2.json");
        m_fixture->removeRaw("catalog/3.json");
        m_fixture->removeRaw("catalog/4.json");
        std::filesystem::remove_all(m_fixture->statePath("alice"));
        std::filesystem::remove_all(m_fixture->statePath("bob"));
        m_fixture->clock.advance(std::chrono::hours(1));
        const auto writer = m_fixture->openWriter();
        CHECK_OK(backUp(**writer, backupId(5), tinyContent()));
        CHECK_OK(backUp(**writer, backupId(6), tinyContent()));
        m_fixture->writeRaw("catalog/2.json", one);
        const auto report = verify(**m_fixture->openReader(), VerifyDepth::Quick);
        CHECK_OK(report);
        QVERIFY(problemOf(*report, "catalog/3.json") != nullptr);
        QVERIFY(problemOf(*report, "catalog/3.json")->error.message.find("does not continue") !=
                std::string::npos);
    }

    void verify_rolledBack_isAProblem() {
        make(true);
        (void)m_reader->catalog({});
        m_fixture->removeRaw("catalog/4.json");
        const auto report = verify(**m_fixture->openReader(), VerifyDepth::Quick);
        CHECK_OK(report);
        QVERIFY(std::ranges::any_of(report->problems, [](const auto& problem) {
            return problem.error.code == ErrorCode::RolledBack;
        }));
    }

    void verify_cancelled_ends() {
        make(true);
        std::stop_source stop;
        m_fixture->store().onOperation([&](StoreOp op, std::string_view key) {
            if (op == StoreOp::Get && key.starts_with("objects/"))
                stop.request_stop();
        });
        NullProgress progress;
        CHECK_FAILS(m_reader->verify({VerifyDepth::Stored, {}}, progress, stop.get_token()),
                    ErrorCode::Cancelled);
        CHECK_FAILS(m_reader->verify({VerifyDepth::Full, {}}, progress, stop.get_token()),
                    ErrorCode::Cancelled);
    }

    /// Hours of reading end so when a laptop is closed: what is known by then is not thrown away.
    void verify_cancelledAfterDamageWasFound_saysAndNotesIt() {
        for (const auto depth : {VerifyDepth::Stored, VerifyDepth::Full}) {
            make(true);
            const auto bundle = objectsOf(*m_fixture, *m_reader, backupId(2), "b.changes");
            m_fixture->writeRaw(bundle[0], "x"); // met by its size, before any object is read
            std::stop_source stop;
            m_fixture->store().onOperation([&](StoreOp op, std::string_view key) {
                if (op == StoreOp::Get && key.starts_with("objects/"))
                    stop.request_stop();
            });
            NullProgress progress;
            const auto report = m_writer->verify({depth, {}}, progress, stop.get_token());
            m_fixture->store().onOperation({});
            CHECK_FAILS(report, ErrorCode::Cancelled);
            QVERIFY2(report.error().message.find(bundle[0]) != std::string::npos,
                     report.error().message.c_str());
            QVERIFY(damagedIn(report.error()) == std::vector<std::string>{backupId(2)});
            QVERIFY(std::filesystem::exists(m_fixture->statePath("alice") / "suspects"));
        }
        make(true);
        std::stop_source stop;
        stop.request_stop();
        NullProgress progress;
        const auto report = m_writer->verify({VerifyDepth::Stored, {}}, progress, stop.get_token());
        CHECK_FAILS(report, ErrorCode::Cancelled);
        QVERIFY(damagedIn(report.error()).empty());
        QVERIFY(!std::filesystem::exists(m_fixture->statePath("alice") / "suspects"));
    }

    void verify_progress_reachesItsTotals() {
        make(true);
        struct Last final : ProgressSink {
            void progressed(const Progress& progress) override { last = progress; }
            Progress last;
        } sink;
        CHECK_OK(m_reader->verify({VerifyDepth::Stored, {}}, sink, {}));
        QCOMPARE(sink.last.itemsDone, sink.last.itemsTotal);
        QCOMPARE(sink.last.bytesDone, sink.last.bytesTotal);
        QCOMPARE(sink.last.phase, std::string("verify"));
    }

private:
    /// Something that is no file, under a key's name.
    void putInPlace(const std::string& key, mode_t type) const {
        const std::string path = m_fixture->root() + "/" + key;
        if (type == S_IFLNK)
            std::filesystem::create_symlink("/etc/passwd", path);
        else if (type == S_IFDIR)
            std::filesystem::create_directory(path);
        else
            QCOMPARE(::mknod(path.c_str(), type | 0600, 0), 0);
    }

    void checkNamed(const std::string& key, const std::string& what, VerifyDepth depth) {
        const auto report = verify(*m_reader, depth);
        QVERIFY2(report, what.c_str());
        const VerifyProblem* problem = problemOf(*report, key);
        QVERIFY2(problem != nullptr, what.c_str());
        QVERIFY2(!problem->error.hint.empty(), what.c_str());
        // What is called intact is.
        for (const auto& id : report->intactBackupIds)
            QVERIFY2(readAll(*m_reader, id).value() == tinyContent(id == backupId(1) ? 1 : 2), what.c_str());
    }

    void checkNothingWrong(const std::string& what) {
        const auto reader = m_fixture->openReader();
        if (!reader)
            return;
        for (int i = 1; i <= 2; ++i) {
            const auto manifest = (*reader)->manifest(backupId(i), {});
            const Content expected = tinyContent(static_cast<std::uint64_t>(i));
            for (std::size_t item = 0; manifest && item < manifest->items.size(); ++item) {
                const auto bytes = readItem(**reader, *manifest, item);
                const ManifestItem& entry = manifest->items[item];
                QVERIFY2(!bytes || *bytes == expected.at(entry.group).at(entry.name), what.c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestVerify)
#include "test_verify.moc"

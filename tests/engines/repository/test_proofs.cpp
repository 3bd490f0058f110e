// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/ed25519.h"
#include "engines/repository/fixture.h"

#include <filesystem>
#include <fstream>

using namespace salvor;
using namespace salvor::test;

namespace {

Proof sampleProof(int backup, int number) {
    Proof proof;
    proof.id = backupId(number);
    proof.backupId = backupId(backup);
    proof.kind = "restored";
    proof.at = fromRfc3339("2026-11-22T08:00:00Z").value();
    proof.machine = kBob.machine;
    proof.user = kBob.user;
    proof.details = {{QStringLiteral("rows"), 12}};
    return proof;
}

ReaderKey readerKey(const SigningKey& key) { return {toHex(key.publicKey().raw()), kBob}; }

} // namespace

class TestProofs : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_fixture = std::make_unique<Fixture>();
        CHECK_OK(m_fixture->init());
        m_writer = m_fixture->openWriter().value();
        CHECK_OK(backUp(*m_writer, backupId(1), tinyContent()));
        CHECK_OK(backUp(*m_writer, backupId(2), tinyContent(2)));
        m_reader = m_fixture->openReader().value();
    }

    void recordProof_unknownReader_isShownAsUnregistered() {
        CHECK_OK(m_reader->recordProof(sampleProof(1, 10), m_key.seed(), {}));
        const auto proofs = m_writer->proofs(backupId(1), {});
        CHECK_OK(proofs);
        QCOMPARE(proofs->size(), std::size_t{1});
        const Proof& proof = proofs->front();
        QVERIFY(!proof.registered);
        QCOMPARE(proof.keyId, m_key.publicKey().id());
        QCOMPARE(proof.kind, std::string("restored"));
        QCOMPARE(proof.user, kBob.user);
        QCOMPARE(proof.at, sampleProof(1, 10).at);
        QCOMPARE(proof.details, sampleProof(1, 10).details);
        QVERIFY(m_writer->proofs(backupId(2), {})->empty());
    }

    void recordProof_storeRefuses_isKeptAndGoesOutLater() {
        m_fixture->store().inject(
            {.error = {ErrorCode::PermissionDenied, "read-only", "mount it writable", false, {}},
             .op = StoreOp::Put,
             .sticky = true});
        const auto refused = m_reader->recordProof(sampleProof(1, 10), m_key.seed(), {});
        CHECK_FAILS(refused, ErrorCode::PermissionDenied);
        const std::filesystem::path kept = refused.error().context.at("kept");
        QVERIFY(std::filesystem::exists(kept));
        QVERIFY(refused.error().hint.find(kept.string()) != std::string::npos);
        QVERIFY(m_fixture->keys("proofs/").empty());
        // It is known here, and stays while the store refuses it.
        QCOMPARE(m_reader->proofs(backupId(1), {})->size(), std::size_t{1});
        QVERIFY(m_reader->proofs(backupId(2), {})->empty());
        CHECK_OK(m_fixture->openReader());
        QVERIFY(std::filesystem::exists(kept));
        QVERIFY(m_writer->proofs(backupId(1), {})->empty());

        m_fixture->store().heal();
        CHECK_OK(m_fixture->openReader());
        QVERIFY(!std::filesystem::exists(kept));
        QCOMPARE(m_fixture->keys("proofs/").size(), std::size_t{1});
        const auto proofs = m_writer->proofs(backupId(1), {});
        CHECK_OK(proofs);
        QCOMPARE(proofs->size(), std::size_t{1});
        QCOMPARE(proofs->front().id, backupId(10));
        QCOMPARE(m_reader->proofs(backupId(1), {})->size(), std::size_t{1});
    }

    void recordProof_nowhereToKeepIt_saysThatItIsLost() {
        m_fixture->store().inject(
            {.error = {ErrorCode::NoSpace, "full", {}, false, {}}, .op = StoreOp::Put, .sticky = true});
        std::ofstream(m_fixture->statePath("bob") / "proofs") << "in the way";
        const auto refused = m_reader->recordProof(sampleProof(1, 10), m_key.seed(), {});
        CHECK_FAILS(refused, ErrorCode::NoSpace);
        QVERIFY(!refused.error().context.contains("kept"));
        QVERIFY(refused.error().message.find("keeping it here failed too") != std::string::npos);
    }

    void registerReader_makesItsProofsCount() {
        CHECK_OK(m_reader->recordProof(sampleProof(1, 10), m_key.seed(), {}));
        CHECK_OK(m_writer->registerReader(readerKey(m_key), {}));
        QVERIFY(m_reader->proofs(backupId(1), {})->front().registered);
        const auto catalog = m_reader->catalog({});
        QCOMPARE(catalog->number, std::uint64_t{4});
        QCOMPARE(catalog->entries.size(), std::size_t{2});
        QCOMPARE(catalog->readers.size(), std::size_t{1});
        CHECK_OK(m_writer->registerReader(readerKey(m_key), {})); // known: no further catalog
        QCOMPARE(m_reader->catalog({})->number, std::uint64_t{4});
    }

    /// Rebuilding a list of ten thousand backups asks ten thousand times.
    void proofs_ofAKnownBackup_doNotLookForTheNewestCatalog() {
        CHECK_OK(m_writer->registerReader(readerKey(m_key), {}));
        CHECK_OK(m_reader->recordProof(sampleProof(1, 10), m_key.seed(), {}));
        CHECK_OK(m_reader->catalog({}));
        m_fixture->store().inject({.op = StoreOp::List, .keyPrefix = "catalog/", .sticky = true});
        const auto proofs = m_reader->proofs(backupId(1), {});
        CHECK_OK(proofs);
        QCOMPARE(proofs->size(), std::size_t{1});
        QVERIFY(proofs->front().registered);
        QVERIFY(m_reader->proofs(backupId(2), {})->empty());
        CHECK_FAILS(m_reader->proofs(backupId(7), {}), ErrorCode::IoError); // it might be new
    }

    void registerReader_keepsTheIndexInUse() {
        CHECK_OK(m_writer->registerReader(readerKey(m_key), {}));
        const auto record = backUp(*m_writer, backupId(3), tinyContent(2));
        CHECK_OK(record);
        QCOMPARE(record->newStoredBytes, std::uint64_t{0});
    }

    void registerReader_notTheWriter_isRefused() {
        CHECK_FAILS(m_reader->registerReader(readerKey(m_key), {}), ErrorCode::SecretUnavailable);
        CHECK_FAILS(m_writer->registerReader({"no key", kBob}, {}), ErrorCode::InvalidInput);
    }

    void recordProof_ofTheWriterItself_isRegistered() {
        CHECK_OK(m_writer->recordProof(sampleProof(1, 10), m_fixture->outcome.keys.signingKey, {}));
        QVERIFY(m_reader->proofs(backupId(1), {})->front().registered);
    }

    void recordProof_whileTheLockIsHeld_isPossible() {
        const auto running = writeStreams(*m_writer, backupId(3), tinyContent());
        CHECK_OK(running);
        CHECK_OK(m_reader->recordProof(sampleProof(1, 10), m_key.seed(), {}));
    }

    void recordProof_unknownBackup_isNotFound() {
        CHECK_FAILS(m_reader->recordProof(sampleProof(7, 10), m_key.seed(), {}), ErrorCode::NotFound);
        CHECK_FAILS(m_reader->proofs(backupId(7), {}), ErrorCode::NotFound);
        Proof bad = sampleProof(1, 10);
        bad.id = "../x";
        CHECK_FAILS(m_reader->recordProof(bad, m_key.seed(), {}), ErrorCode::InvalidInput);
    }

    void proofs_forgedReplayedOrDamaged_areLeftOutAndNamedByVerify() {
        CHECK_OK(m_reader->recordProof(sampleProof(1, 10), m_key.seed(), {}));
        const std::string good = m_fixture->readRaw(key(1, 10));
        m_fixture->writeRaw(key(2, 10), good); // of another backup
        m_fixture->writeRaw(key(1, 11), good); // under another name
        std::string altered = good;
        altered.replace(altered.find("restored"), 8, "Restored");
        m_fixture->writeRaw(key(1, 12), altered);
        m_fixture->writeRaw(key(1, 13), "");
        QCOMPARE(m_reader->proofs(backupId(1), {})->size(), std::size_t{1});
        QVERIFY(m_reader->proofs(backupId(2), {})->empty());
        NullProgress progress;
        const auto report = m_reader->verify({VerifyDepth::Quick, {}}, progress, {});
        CHECK_OK(report);
        QCOMPARE(report->problems.size(), std::size_t{4});
        QCOMPARE(report->intactBackupIds.size(), std::size_t{2});
    }

    void proofs_unreadable_areLeftOutAndNamed_data() {
        QTest::addColumn<int>("code");
        QTest::newRow("bad sector") << static_cast<int>(ErrorCode::IoError);
        QTest::newRow("another owner") << static_cast<int>(ErrorCode::PermissionDenied);
    }
    void proofs_unreadable_areLeftOutAndNamed() {
        QFETCH(int, code);
        for (const int proof : {10, 11})
            CHECK_OK(m_reader->recordProof(sampleProof(1, proof), m_key.seed(), {}));
        const Error error{static_cast<ErrorCode>(code), "injected", "ask its owner", false, {}};
        m_fixture->store().inject(
            {.error = error, .op = StoreOp::Get, .keyPrefix = key(1, 10), .sticky = true});
        std::vector<Error> leftOut;
        const auto proofs = m_reader->proofs(backupId(1), {}, &leftOut);
        CHECK_OK(proofs);
        QCOMPARE(proofs->size(), std::size_t{1});
        QCOMPARE(leftOut.size(), std::size_t{1});
        QCOMPARE(leftOut.front().context.at("key"), key(1, 10));
        QVERIFY(leftOut.front().hint.starts_with("ask its owner; "));
        m_fixture->store().inject({.error = error,
                                   .op = StoreOp::List,
                                   .keyPrefix = "proofs/" + backupId(1) + "/",
                                   .sticky = true});
        leftOut.clear();
        QVERIFY(m_reader->proofs(backupId(1), {}, &leftOut)->empty());
        QCOMPARE(leftOut.size(), std::size_t{1});
    }

    void proofs_storeAway_isAnError() {
        CHECK_OK(m_reader->recordProof(sampleProof(1, 10), m_key.seed(), {}));
        m_fixture->store().inject({.error = {ErrorCode::IoError, "host is down", {}, true, {}},
                                   .op = StoreOp::Get,
                                   .keyPrefix = "proofs/",
                                   .sticky = true});
        CHECK_FAILS(m_reader->proofs(backupId(1), {}), ErrorCode::IoError);
        m_fixture->store().heal();
        m_fixture->store().inject({.op = StoreOp::Get, .sticky = true});
        CHECK_FAILS(m_reader->proofs(backupId(1), {}), ErrorCode::IoError);
    }

private:
    static std::string key(int backup, int proof) {
        return "proofs/" + backupId(backup) + "/" + backupId(proof) + ".json";
    }

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<Repository> m_writer;
    std::unique_ptr<Repository> m_reader;
    const SigningKey m_key = SigningKey::generate().value();
};

QTEST_GUILESS_MAIN(TestProofs)
#include "test_proofs.moc"

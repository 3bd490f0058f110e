// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Both keys and salvor-repository.json lost or damaged: no backup depends on them, somebody says so, and the
// writer writes anew what it can.
#include "engines/repository/fixture.h"

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr const char* kFile = "salvor-repository.json";
constexpr const char* kWriterKeys = "keys/writer.age";
constexpr const char* kRecovery = "keys/recovery.age";

std::vector<std::string> faultyKeys(Repository& repository) {
    std::vector<std::string> keys;
    const auto faults = repository.writtenOnceFaults({});
    if (!faults)
        return {describe(faults).toStdString()};
    for (const Error& fault : *faults)
        keys.push_back(fault.code == ErrorCode::Corrupt && !fault.hint.empty() ? fault.context.at("key")
                                                                               : fault.toText());
    return keys;
}

std::size_t problemsOf(Repository& repository) {
    NullProgress nobody;
    const auto report = repository.verify({VerifyDepth::Quick, {}}, nobody, {});
    return report ? report->problems.size() : 9999;
}

/// What may have become of a file.
void addDamages() {
    QTest::addColumn<bool>("missing");
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("missing") << true << QByteArray();
    QTest::newRow("empty") << false << QByteArray();
    QTest::newRow("zeros") << false << QByteArray(180, '\0');
    QTest::newRow("something else") << false << QByteArray("{\"document\":\"recipe\"}");
    QTest::newRow("large") << false << QByteArray(3'000'000, 'x');
}

void damage(const Fixture& fixture, const std::string& key) {
    QFETCH(bool, missing);
    QFETCH(QByteArray, bytes);
    if (missing)
        fixture.removeRaw(key);
    else
        fixture.writeRaw(key, bytes.toStdString());
}

} // namespace

class TestWrittenOnce : public QObject {
    Q_OBJECT

private slots:
    void writtenOnceFaults_wholeRepository_areNone() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        QVERIFY(faultyKeys(**fixture.openReader()).empty());
    }

    void open_repositoryFileDamaged_readsOnAndSaysSo_data() { addDamages(); }
    void open_repositoryFileDamaged_readsOnAndSaysSo() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
        damage(fixture, kFile);
        auto reader = fixture.openReader();
        CHECK_OK(reader);
        QCOMPARE(faultyKeys(**reader), std::vector<std::string>{kFile});
        const auto read = readAll(**reader, backupId(1));
        CHECK_OK(read);
        QVERIFY(*read == tinyContent());
        const auto recovered = Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                                   fixture.outcome.passphrase, {});
        CHECK_OK(recovered);
        QCOMPARE(recovered->pin.id, fixture.outcome.pin.id);
        QCOMPARE(recovered->pin.formatVersion, fixture.outcome.pin.formatVersion);
        QVERIFY(!recovered->pin.title.empty());
    }

    void backup_repositoryFileDamaged_writesTheSameBytes_data() { addDamages(); }
    void backup_repositoryFileDamaged_writesTheSameBytes() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const std::string before = fixture.readRaw(kFile);
        damage(fixture, kFile);
        fixture.clock.advance(std::chrono::hours(100));
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        CHECK_OK(backUp(**writer, backupId(1), tinyContent()));
        QCOMPARE(fixture.readRaw(kFile), before);
        QVERIFY(faultyKeys(**writer).empty());
        QCOMPARE(problemsOf(**writer), std::size_t{0});
    }

    void backup_firstCatalogGoneToo_writesAFileThatSaysTheSame() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
        fixture.removeRaw(kFile);
        fixture.removeRaw("catalog/1.json");
        fixture.clock.advance(std::chrono::hours(100));
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        CHECK_OK(backUp(**writer, backupId(2), tinyContent(2)));
        QVERIFY(fixture.readRaw(kFile).find(fixture.outcome.pin.id) != std::string::npos);
        QVERIFY(faultyKeys(**fixture.openReader()).empty()); // the catalog names the new bytes
        QCOMPARE(problemsOf(**writer), std::size_t{0});
    }

    void open_nothingButTheFileMissing_stillRefusesANewerFormatAndOthers() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        Fixture other;
        CHECK_OK(other.init());
        fixture.removeRaw(kFile);
        fixture.writeRaw("catalog/1.json", other.readRaw("catalog/1.json"));
        CHECK_FAILS(fixture.openReader(), ErrorCode::PinMismatch);
        fixture.removeRaw("catalog/1.json");
        CHECK_FAILS(fixture.openReader(), ErrorCode::NotARepository);
        CHECK_FAILS(Repository::recover(fixture.store(), fixture.outcome.recoveryFile,
                                        fixture.outcome.passphrase, {}),
                    ErrorCode::NotARepository);
    }

    void backup_writerKeysDamaged_writesThemAnew_data() { addDamages(); }
    void backup_writerKeysDamaged_writesThemAnew() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
        damage(fixture, kWriterKeys);
        const auto reader = fixture.openReader();
        CHECK_OK(reader);
        QCOMPARE(faultyKeys(**reader), std::vector<std::string>{kWriterKeys});
        QVERIFY(!(*reader)->storedWriterKeys({}));
        QVERIFY(!(*reader)->takeOver({}));
        RepositoryAccess access = fixture.writerAccess();
        access.identity.reset(); // a writer has none
        const auto writer = Repository::open(std::move(access), {});
        CHECK_OK(writer);
        CHECK_OK(backUp(**writer, backupId(2), tinyContent(2)));
        QVERIFY(faultyKeys(**writer).empty());
        QCOMPARE(problemsOf(**writer), std::size_t{0});
        const auto next = fixture.openReader();
        CHECK_OK(next);
        const auto keys = (*next)->storedWriterKeys({});
        CHECK_OK(keys);
        QVERIFY(keys->signingKey.text() == fixture.outcome.keys.signingKey.text());
        QVERIFY(keys->idKey.text() == fixture.outcome.keys.idKey.text());
        CHECK_OK((*next)->takeOver({}));
    }

    void backup_storeRefusesToMend_succeedsAndStaysSaid() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.removeRaw(kWriterKeys);
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        fixture.store().inject({.error = {ErrorCode::PermissionDenied, "no", {}, false, {}},
                                .op = StoreOp::Put,
                                .keyPrefix = "keys/",
                                .sticky = true});
        CHECK_OK(backUp(**writer, backupId(1), tinyContent()));
        QCOMPARE(faultyKeys(**writer), std::vector<std::string>{kWriterKeys});
        fixture.store().heal();
        CHECK_OK(backUp(**writer, backupId(2), tinyContent(2)));
        QVERIFY(faultyKeys(**writer).empty());
    }

    void takeOver_repositoryFileLost_writesItAnew() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.removeRaw(kFile);
        const auto reader = fixture.openReader();
        CHECK_OK(reader);
        CHECK_OK((*reader)->takeOver({}));
        QVERIFY(fixture.existsRaw(kFile));
        QVERIFY(faultyKeys(**fixture.openReader()).empty());
    }

    void recoveryKeyLost_staysSaid_untilTheSavedCopyIsThere() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        fixture.removeRaw(kRecovery);
        const auto writer = fixture.openWriter();
        CHECK_OK(writer);
        CHECK_OK(backUp(**writer, backupId(1), tinyContent()));
        QCOMPARE(faultyKeys(**writer), std::vector<std::string>{kRecovery});
        // As its hint says.
        const std::string& saved = fixture.outcome.recoveryFile;
        fixture.writeRaw(kRecovery, saved.substr(saved.find("-----BEGIN AGE")));
        QVERIFY(faultyKeys(**writer).empty());
    }

    void init_onARepositoryWithoutItsFile_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        CHECK_OK(backUp(**fixture.openWriter(), backupId(1), tinyContent()));
        fixture.removeRaw(kFile);
        const auto before = fixture.keys();
        const auto made = Repository::init(fixture.store(), fixture.clock, fixture.initRequest(), {});
        CHECK_FAILS(made, ErrorCode::AlreadyExists);
        QVERIFY(made.error().hint.find("repository open") != std::string::npos);
        QCOMPARE(fixture.keys(), before);
    }

    void storedWriterKeys_withoutTheIdentity_areNotAtHand() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        RepositoryAccess access = fixture.readerAccess();
        access.identity.reset();
        const auto reader = Repository::open(std::move(access), {});
        CHECK_OK(reader);
        CHECK_FAILS((*reader)->storedWriterKeys({}), ErrorCode::SecretUnavailable);
    }
};

QTEST_GUILESS_MAIN(TestWrittenOnce)
#include "test_writtenonce.moc"

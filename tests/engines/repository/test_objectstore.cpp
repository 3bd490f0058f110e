// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "repository/objectfixture.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

Error transientError() { return {ErrorCode::IoError, "connection reset", {}, true, {}}; }

Result<StoredObject> put(ObjectFixture& run, ByteView plain) { return run.objects->put(plain, 1, {}); }

} // namespace

class TestObjectStore : public QObject {
    Q_OBJECT
private slots:
    void put_newPlaintext_isStoredUnderItsName() {
        ObjectFixture run;
        const Bytes plain = rowData(300'000, 1);
        const auto object = put(run, plain);
        CHECK_OK(object);
        QCOMPARE(object->plainBytes, std::uint32_t{300'000});
        const Bytes stored = run.store.get(objectKey(object->name), {}).value();
        QCOMPARE(stored.size(), std::size_t{object->storedBytes});
        QVERIFY(sha256(stored) == object->name);
        QVERIFY(decodeNamedObject(object->name, stored, &run.identity).value() == plain);
        QCOMPARE(run.objects->figures().newObjects, std::uint64_t{1});
        QCOMPARE(run.objects->figures().storedBytes, std::uint64_t{object->storedBytes});
        QCOMPARE(run.objects->figures().newStoredBytes, std::uint64_t{object->storedBytes});
    }

    void put_samePlaintextTwice_isStoredOnce() {
        ObjectFixture run;
        const Bytes plain = rowData(1000, 1);
        const auto first = put(run, plain);
        const auto second = put(run, plain);
        CHECK_OK(second);
        QVERIFY(*first == *second);
        QCOMPARE(run.store.operations(StoreOp::Put), std::uint64_t{1});
        QCOMPARE(run.objects->figures().storedBytes, std::uint64_t{first->storedBytes});
    }

    void put_inTheNextRun_isSharedWhenNamedAndListed() {
        ObjectFixture run;
        const Bytes plain = rowData(1000, 1);
        const auto first = put(run, plain);
        run.rememberEverything();
        const auto second = put(run, plain);
        CHECK_OK(second);
        QVERIFY(*first == *second);
        QCOMPARE(run.store.operations(StoreOp::Put), std::uint64_t{1});
        QCOMPARE(run.objects->figures().newObjects, std::uint64_t{0});
        QCOMPARE(run.objects->figures().storedBytes, std::uint64_t{first->storedBytes});
        bool isNew = true;
        run.objects->visit(
            [&](const Digest&, const StoredObject&, bool visitedIsNew) { isNew = visitedIsNew; });
        QVERIFY(!isNew);
    }

    void put_indexedButNotConfirmed_isStoredAnew_data() {
        QTest::addColumn<QString>("what");
        for (const char* what :
             {"orphan", "lost", "other size", "distrusted", "forced", "index lies of the length"})
            QTest::newRow(what) << QString::fromLatin1(what);
    }
    void put_indexedButNotConfirmed_isStoredAnew() {
        QFETCH(QString, what);
        ObjectFixture run;
        const Bytes plain = rowData(1000, 1);
        const auto first = put(run, plain).value();
        const Digest keyedId = hmacSha256(run.idKey.bytes(), plain);
        run.rememberEverything();
        if (what == QLatin1String("orphan")) {
            run.known = {}; // no signed refs name it
            run.listAgain();
        } else if (what == QLatin1String("lost")) {
            CHECK_OK(run.store.remove(objectKey(first.name), {}));
            run.known = {};
            run.known.name(first.name);
            run.listAgain();
        } else if (what == QLatin1String("other size")) {
            run.overwrite(first.name, asBytes("short"));
            run.listAgain();
        } else if (what == QLatin1String("distrusted")) {
            run.known.distrust(first.name);
        } else if (what == QLatin1String("forced")) {
            run.nextRun(true);
        } else {
            run.index.add(keyedId, {first.name, first.storedBytes, first.plainBytes + 1});
        }
        const auto second = put(run, plain);
        CHECK_OK(second);
        QVERIFY(second->name != first.name);
        QCOMPARE(run.objects->figures().newObjects, std::uint64_t{1});
        const Bytes stored = run.store.get(objectKey(second->name), {}).value();
        QVERIFY(decodeNamedObject(second->name, stored, &run.identity).value() == plain);
    }

    void put_notEncryptedAndThereAlready_isKeptWhenItIsRight() {
        ObjectFixture run(false);
        const Bytes plain = rowData(1000, 1);
        const auto first = put(run, plain).value();
        run.nextRun();
        const auto second = put(run, plain);
        CHECK_OK(second);
        QVERIFY(*second == first);
        QCOMPARE(run.store.operations(StoreOp::Remove), std::uint64_t{0});
    }

    void put_notEncryptedAndDamaged_isWrittenAnew() {
        ObjectFixture run(false);
        const Bytes plain = rowData(1000, 1);
        const auto first = put(run, plain).value();
        const Bytes good = run.store.get(objectKey(first.name), {}).value();
        Bytes bad = good;
        bad[bad.size() / 2] ^= std::byte{4};
        for (const Bytes& there : {bad, Bytes(), Bytes(good.begin(), good.end() - 1)}) {
            run.overwrite(first.name, there);
            run.nextRun();
            CHECK_OK(put(run, plain));
            QVERIFY(run.store.get(objectKey(first.name), {}).value() == good);
        }
    }

    void put_damagedButCannotBeRead_isNotRemoved() {
        // It may be whole, and an older backup may need it.
        ObjectFixture run(false);
        const Bytes plain = rowData(1000, 1);
        const auto first = put(run, plain).value();
        run.nextRun();
        run.store.inject({.kind = StoreFault::Kind::Fail, .op = StoreOp::Get, .sticky = true});
        CHECK_FAILS(put(run, plain), ErrorCode::IoError);
        run.store.heal();
        CHECK_OK(run.store.get(objectKey(first.name), {}));
    }

    void put_timedOutAfterItWorked_isHarmless() {
        for (const bool encrypted : {true, false}) {
            ObjectFixture run(encrypted);
            run.store.inject(
                {.kind = StoreFault::Kind::FailAfterwards, .error = transientError(), .op = StoreOp::Put});
            const auto object = put(run, rowData(1000, 1));
            CHECK_OK(object);
            QCOMPARE(run.filesInStore(), std::uint64_t{1});
            CHECK_OK(run.reader()->read(object->name, false, {}));
        }
    }

    void put_transientFault_isTriedAgainAndNotForEver() {
        ObjectFixture run;
        run.store.inject({.error = transientError(), .op = StoreOp::Put});
        CHECK_OK(put(run, rowData(1000, 1)));
        run.store.inject({.error = transientError(), .op = StoreOp::Put, .sticky = true});
        const auto before = run.store.operations(StoreOp::Put);
        CHECK_FAILS(put(run, rowData(1000, 2)), ErrorCode::IoError);
        QCOMPARE(run.store.operations(StoreOp::Put) - before, std::uint64_t{3});
    }

    void put_diskFull_failsAtOnceAndCanBeDoneLater() {
        ObjectFixture run;
        run.store.inject({.error = {ErrorCode::NoSpace, "disk full", {}, false, {}}, .op = StoreOp::Put});
        const auto refused = put(run, rowData(1000, 1));
        CHECK_FAILS(refused, ErrorCode::NoSpace);
        QCOMPARE(run.store.operations(StoreOp::Put), std::uint64_t{1});
        QCOMPARE(run.objects->figures().storedBytes, std::uint64_t{0});
        CHECK_OK(put(run, rowData(1000, 1)));
    }

    void put_cancelled_storesNothing() {
        ObjectFixture run;
        std::stop_source stop;
        stop.request_stop();
        CHECK_FAILS(run.objects->put(rowData(1000, 1), 1, stop.get_token()), ErrorCode::Cancelled);
        QCOMPARE(run.filesInStore(), std::uint64_t{0});
    }

    void put_nothingOrTooMuch_isABug() {
        ObjectFixture run;
        CHECK_FAILS(put(run, {}), ErrorCode::Internal);
        CHECK_FAILS(put(run, Bytes(Chunker::kMaxBytes + 1)), ErrorCode::Internal);
    }
};

QTEST_APPLESS_MAIN(TestObjectStore)
#include "test_objectstore.moc"

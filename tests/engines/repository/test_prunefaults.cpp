// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Prune on a store that fails at every operation, lists wrongly, refuses, or is full.
#include "engines/repository/prunefixture.h"

using namespace salvor;
using namespace salvor::test;

namespace {

using Kind = StoreFault::Kind;

struct Mode {
    const char* name;
    Kind kind;
    ErrorCode code;
    bool sticky;
};
const Mode kModes[] = {
    {"input/output error once", Kind::Fail, ErrorCode::IoError, false},
    {"input/output error for good", Kind::Fail, ErrorCode::IoError, true},
    {"full for good", Kind::Fail, ErrorCode::NoSpace, true},
    {"no answer although it worked, for good", Kind::FailAfterwards, ErrorCode::ConnectionLost, true},
    {"refused for good", Kind::Fail, ErrorCode::PermissionDenied, true},
};

StoreFault failing(ErrorCode code, StoreOp op, const std::string& prefix = {}, bool sticky = true) {
    StoreFault fault;
    fault.error = {code, "injected", {}, false, {}};
    fault.op = op;
    fault.keyPrefix = prefix;
    fault.sticky = sticky;
    return fault;
}

} // namespace

class TestPruneFaults : public QObject {
    Q_OBJECT

private slots:
    /// Four backups, two of them due, and an orphan of each kind.
    void initTestCase() {
        m_prepared.clock.set(toRfc3339(later()));
        CHECK_OK(m_prepared.init());
        const auto writer = m_prepared.openWriter();
        for (int i = 1; i <= 4; ++i)
            CHECK_OK(backUp(**writer, backupId(i), tinyContent(static_cast<std::uint64_t>(i))));
        CHECK_OK(writeStreams(**writer, backupId(5), tinyContent(55)));
        CHECK_OK(trash(m_prepared, {1, 3}));
        m_prepared.clock.advance(std::chrono::hours(8 * 24));
        const auto counted = m_prepared.clone();
        const auto report = prune(*counted);
        CHECK_OK(report);
        QVERIFY(report->ofBackups.objects.files > 0 && report->orphans.files > 0);
        m_operations = counted->store().operations();
        checkExactlyNeeded(*counted);
    }

    void storeFailsAtEveryOperation_nothingNeededIsLost_data() {
        QTest::addColumn<int>("mode");
        for (int i = 0; i < static_cast<int>(std::size(kModes)); ++i)
            QTest::newRow(kModes[i].name) << i;
    }
    void storeFailsAtEveryOperation_nothingNeededIsLost() {
        QFETCH(int, mode);
        const Mode& how = kModes[mode];
        int failures = 0;
        for (std::uint64_t at = 1; at <= m_operations; ++at) {
            const auto fixture = m_prepared.clone();
            fixture->store().inject({.kind = how.kind,
                                     .error = {how.code, "injected", {}, false, {}},
                                     .at = at,
                                     .sticky = how.sticky});
            const auto report = prune(*fixture);
            fixture->store().heal();
            const std::string where = std::string(how.name) + ", operation " + std::to_string(at);
            if (!report) {
                ++failures;
                QVERIFY2(report.error().code == how.code, (where + ": " + report.error().message).c_str());
            } else if (how.sticky && how.code == ErrorCode::PermissionDenied) {
                QVERIFY2(report->retainedBecause || storedKeys(*fixture) == neededKeys(*fixture),
                         where.c_str());
            }
            checkAfter(*fixture, where);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(!how.sticky || failures > 5);
    }

    void cancelledAtEveryOperation_nothingNeededIsLost() {
        int cancelled = 0;
        for (std::uint64_t at = 1; at <= m_operations; ++at) {
            const auto fixture = m_prepared.clone();
            std::stop_source stop;
            std::uint64_t seen = 0;
            fixture->store().onOperation([&](StoreOp, std::string_view) {
                if (++seen == at)
                    stop.request_stop();
            });
            const auto report = prune(*fixture, {}, stop.get_token());
            fixture->store().onOperation({});
            cancelled += failsWith(report, ErrorCode::Cancelled) ? 1 : 0;
            checkAfter(*fixture, "cancelled at operation " + std::to_string(at));
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(cancelled > 10);
    }

    void powerCut_whatACatalogNamesIsThere() {
        const auto fixture = m_prepared.clone();
        fixture->store().startRecording();
        CHECK_OK(prune(*fixture));
        const PowerCut cut(fixture->store().recording());
        for (std::size_t count = 0; count <= cut.length(); ++count) {
            const auto uncertain = cut.uncertain(count);
            for (const bool lose : {false, true}) {
                const auto after = m_prepared.clone();
                const std::set<std::size_t> lost =
                    lose ? std::set<std::size_t>(uncertain.begin(), uncertain.end())
                         : std::set<std::size_t>();
                CHECK_OK(cut.replay(count, lost, after->local()));
                checkAfter(*after, "power cut after operation " + std::to_string(count));
                if (QTest::currentTestFailed())
                    return;
            }
        }
    }

    void wrongListing_deletesNothingThatIsNeeded_data() {
        QTest::addColumn<QString>("prefix");
        for (const char* prefix : {"objects/", "refs/", "manifests/"})
            QTest::newRow(prefix) << QString::fromLatin1(prefix);
    }
    void wrongListing_deletesNothingThatIsNeeded() {
        QFETCH(QString, prefix);
        const auto partial = m_prepared.clone();
        partial->store().inject(
            {.kind = Kind::PartialList, .keyPrefix = prefix.toStdString(), .sticky = true});
        BackupChanges back;
        back.undelete = {backupId(1)}; // the listing leaves out the first entry
        CHECK_OK((*partial->openWriter())->changeBackups(back, {}));
        const auto before = partial->keys();
        const auto report = prune(*partial);
        CHECK_FAILS(report, ErrorCode::Corrupt);
        QVERIFY(report.error().context.at("key").starts_with(prefix.toStdString()));
        QVERIFY(!report.error().hint.empty());
        QVERIFY(partial->keys() == before);

        const auto doubled = m_prepared.clone();
        doubled->store().inject(
            {.kind = Kind::DoubledList, .keyPrefix = prefix.toStdString(), .sticky = true});
        const auto right = prune(*doubled);
        CHECK_OK(right);
        QCOMPARE(right->freedBytes(), prune(*m_prepared.clone())->freedBytes());
        checkExactlyNeeded(*doubled);

        const auto stale = m_prepared.clone();
        stale->store().inject({.kind = Kind::StaleList, .keyPrefix = prefix.toStdString(), .sticky = true});
        CHECK_OK(backUp(**stale->openWriter(), backupId(6), tinyContent(66)));
        CHECK_FAILS(prune(*stale), ErrorCode::Corrupt);
        stale->store().heal();
        checkAfter(*stale, "stale list");
    }

    void missingOrDamaged_isNamedAndNothingGoes() {
        const auto kept = neededKeys(*[this] {
            static auto pruned = m_prepared.clone();
            (void)prune(*pruned);
            return pruned.get();
        }());
        for (const auto& key : kept) {
            for (const bool gone : {true, false}) {
                const auto fixture = m_prepared.clone();
                if (gone)
                    fixture->removeRaw(key);
                else
                    fixture->writeRaw(key, fixture->readRaw(key) + "x");
                const auto before = fixture->keys();
                const auto report = prune(*fixture);
                CHECK_FAILS(report, ErrorCode::Corrupt);
                QCOMPARE(report.error().context.at("key"), key);
                if (!key.starts_with("objects/")) // whose list or manifest it is, the catalog says
                    QVERIFY(report.error().context.contains("backups"));
                QVERIFY(fixture->keys() == before);
            }
        }
    }

    void damagedBackup_canBeDeleted() {
        const auto fixture = m_prepared.clone();
        const auto catalog = (*fixture->openReader())->catalog({});
        fixture->removeRaw(format::manifestKey(backupId(1), true)); // of one that is due
        for (const auto& ref : catalog->entries[0].refs) {
            const auto& others = catalog->entries[1].refs;
            if (std::ranges::find(others, ref) == others.end())
                fixture->writeRaw(format::refKey(ref), "damaged");
        }
        const auto report = prune(*fixture);
        CHECK_OK(report);
        QCOMPARE(report->purged.size(), std::size_t(2));
        checkAfter(*fixture, "damaged");
    }

    /// Of what is there and cannot be read now, no backup has to go; unless it is a sector that stays bad.
    void unreadableListOfAStayingOne_keepsTheErrorsOwnHint_data() {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("retryable");
        QTest::addColumn<QString>("hint");
        QTest::addColumn<QString>("said");
        QTest::newRow("of another user")
            << static_cast<int>(ErrorCode::PermissionDenied) << false << QStringLiteral("ask its owner")
            << QStringLiteral("ask its owner");
        QTest::newRow("share is down")
            << static_cast<int>(ErrorCode::IoError) << true << QString() << QStringLiteral("try again");
        QTest::newRow("bad sector") << static_cast<int>(ErrorCode::IoError) << false
                                    << QStringLiteral("look at the log") << QStringLiteral("look at the log");
    }
    void unreadableListOfAStayingOne_keepsTheErrorsOwnHint() {
        QFETCH(int, code);
        QFETCH(bool, retryable);
        QFETCH(QString, hint);
        QFETCH(QString, said);
        const auto fixture = m_prepared.clone();
        const auto before = fixture->keys();
        StoreFault fault = failing(static_cast<ErrorCode>(code), StoreOp::Get, "refs/");
        fault.error.retryable = retryable;
        fault.error.hint = hint.toStdString();
        fixture->store().inject(fault);
        const auto report = prune(*fixture);
        CHECK_FAILS(report, static_cast<ErrorCode>(code));
        const Error& error = report.error();
        QCOMPARE(error.retryable, retryable);
        QVERIFY2(error.message.starts_with("nothing is pruned"), error.message.c_str());
        QVERIFY2(error.hint.find(said.toStdString()) != std::string::npos, error.hint.c_str());
        const bool mayStay = static_cast<ErrorCode>(code) == ErrorCode::IoError && !retryable;
        QVERIFY2((error.hint.find("backups delete") != std::string::npos) == mayStay, error.hint.c_str());
        QVERIFY2((error.hint.find("--free-space-now") != std::string::npos) == mayStay, error.hint.c_str());
        QVERIFY(fixture->keys() == before);
    }

    /// A disk that is unmounted has no file any longer, and a list on it is not lost for that.
    void storeThatIsGone_isNoLostList() {
        const auto fixture = m_prepared.clone();
        fixture->store().onOperation([&](StoreOp op, std::string_view key) {
            if (op != StoreOp::Get || !key.starts_with("refs/"))
                return;
            fixture->store().inject(failing(ErrorCode::NotFound, StoreOp::Get));
        });
        const auto report = prune(*fixture);
        fixture->store().onOperation({});
        CHECK_FAILS(report, ErrorCode::NotFound);
        QVERIFY2(report.error().hint.find("backups delete") == std::string::npos,
                 report.error().hint.c_str());
        // One that is lost in a store that answers.
        fixture->store().heal();
        fixture->store().inject(failing(ErrorCode::NotFound, StoreOp::Get, "refs/"));
        const auto lost = prune(*fixture);
        CHECK_FAILS(lost, ErrorCode::Corrupt);
        QVERIFY2(lost.error().hint.find("backups delete") != std::string::npos, lost.error().hint.c_str());
    }

    /// A bad sector under a list that goes is in nobody's way.
    void unreadableListOfADeletedOne_goesWithIt() {
        const auto fixture = m_prepared.clone();
        const auto catalog = (*fixture->openReader())->catalog({});
        const auto& others = catalog->entries[1].refs;
        int hit = 0;
        for (const auto& ref : catalog->entries[0].refs) {
            if (std::ranges::find(others, ref) != others.end())
                continue;
            fixture->store().inject(
                {.op = StoreOp::Get, .keyPrefix = format::refKey(ref), .sticky = true}); // of one that is due
            ++hit;
        }
        QVERIFY(hit > 0);
        const auto report = prune(*fixture);
        CHECK_OK(report);
        QCOMPARE(report->purged.size(), std::size_t(2));
        fixture->store().heal();
        checkAfter(*fixture, "bad sector");
    }

    void refusedDeletes_areRetained() {
        const auto fixture = m_prepared.clone();
        fixture->store().inject(failing(ErrorCode::PermissionDenied, StoreOp::Remove, "objects/"));
        const auto before = fixture->keys("objects/");
        const auto report = prune(*fixture);
        CHECK_OK(report);
        QCOMPARE(report->purged.size(), std::size_t(2)); // the catalog does not name them any longer
        QCOMPARE(report->retained.files, report->ofBackups.objects.files + report->orphans.files);
        QVERIFY(report->retainedBecause->code == ErrorCode::PermissionDenied);
        QVERIFY(fixture->keys("objects/") == before);
        fixture->store().heal();
        const auto again = prune(*fixture);
        CHECK_OK(again);
        QCOMPARE(again->orphans.files, report->retained.files);
        checkExactlyNeeded(*fixture);
    }

    void readOnlyStore_saysSoAndChangesNothing() {
        const auto fixture = m_prepared.clone();
        const auto before = fixture->keys();
        fixture->store().inject(failing(ErrorCode::PermissionDenied, StoreOp::Put));
        fixture->store().inject(failing(ErrorCode::PermissionDenied, StoreOp::Remove));
        CHECK_FAILS(prune(*fixture), ErrorCode::PermissionDenied);
        CHECK_FAILS(trash(*fixture, {2}), ErrorCode::PermissionDenied);
        QVERIFY(fixture->keys() == before);
        PruneRequest look;
        look.dryRun = true;
        CHECK_OK(prune(*fixture, look));
    }

    void fullStore_reserveMakesRoom() {
        const auto fixture = m_prepared.clone();
        // No put works while the reserve is there; that is how a full disk looks.
        const auto fill = [&] { fixture->store().inject(failing(ErrorCode::NoSpace, StoreOp::Put)); };
        fill();
        fixture->store().onOperation([&](StoreOp op, std::string_view key) {
            if (op == StoreOp::Remove && key == format::kReserveKey)
                fixture->store().heal();
        });
        const auto changed = trash(*fixture, {4});
        CHECK_OK(changed);
        fill();
        const auto report = prune(*fixture);
        CHECK_OK(report);
        QVERIFY(report->usedReserve);
        QCOMPARE(report->purged.size(), std::size_t(2));
        QVERIFY(fixture->existsRaw("reserve"));
        fixture->store().heal();
        checkAfter(*fixture, "full");
    }

    void fullStoreWithoutReserve_orphansMakeRoom() {
        const auto fixture = m_prepared.clone();
        fixture->removeRaw("reserve");
        fixture->store().inject(failing(ErrorCode::NoSpace, StoreOp::Put));
        fixture->store().onOperation([&](StoreOp op, std::string_view key) {
            if (op == StoreOp::Remove && key.starts_with("objects/"))
                fixture->store().heal();
        });
        const auto report = prune(*fixture);
        CHECK_OK(report);
        QVERIFY(report->orphans.files > 0);
        fixture->store().onOperation({});
        checkAfter(*fixture, "full, without reserve");
    }

    void fullForGood_saysWhatToDo() {
        const auto fixture = m_prepared.clone();
        fixture->store().inject(failing(ErrorCode::NoSpace, StoreOp::Put));
        const auto report = prune(*fixture);
        CHECK_FAILS(report, ErrorCode::NoSpace);
        QVERIFY(report.error().hint.find("free a few megabytes") != std::string::npos);
        fixture->store().heal();
        checkAfter(*fixture, "full for good");
    }

    void anotherWriter_endsIt() {
        const auto fixture = m_prepared.clone();
        const auto writer = fixture->openWriter();
        // Between the plan and the catalog another one takes over, as after a long stop of this process.
        bool taken = false;
        fixture->store().onOperation([&](StoreOp op, std::string_view prefix) {
            if (op != StoreOp::List || prefix != "proofs/" || taken)
                return;
            taken = true;
            RepositoryAccess access = fixture->readerAccess();
            access.store = &fixture->local();
            QVERIFY((*Repository::open(std::move(access), {}))->takeOver({}));
        });
        const auto before = fixture->keys("objects/");
        NullProgress progress;
        CHECK_FAILS((*writer)->prune({}, progress, {}), ErrorCode::ForeignWriter);
        QVERIFY(taken);
        QVERIFY(fixture->keys("objects/") == before);
    }

    void lockHeldByABackup_isBusy() {
        const auto fixture = m_prepared.clone();
        const auto backing = writeStreams(**fixture->openWriter(), backupId(6), tinyContent(6));
        CHECK_OK(backing);
        const auto report = prune(*fixture);
        CHECK_FAILS(report, ErrorCode::Busy);
        QVERIFY(report.error().context.at("job").find("backup of") != std::string::npos);
        CHECK_FAILS(trash(*fixture, {2}), ErrorCode::Busy);
        PruneRequest look;
        look.dryRun = true;
        CHECK_OK(prune(*fixture, look));
    }

private:
    /// What a catalog names is whole; another prune succeeds and leaves nothing over.
    void checkAfter(Fixture& fixture, const std::string& where) {
        const auto check = [&] {
            const auto reader = fixture.openReader();
            QVERIFY2(reader, where.c_str());
            const auto catalog = (*reader)->catalog({});
            QVERIFY2(catalog && catalog->entries.size() >= 2, where.c_str());
            for (const int number : {2, 4}) {
                const auto content = readAll(**reader, backupId(number));
                QVERIFY2(content && *content == tinyContent(static_cast<std::uint64_t>(number)),
                         where.c_str());
            }
            NullProgress progress;
            const auto report = (*reader)->verify({VerifyDepth::Full, {}}, progress, {});
            QVERIFY2(report && report->ok(), (where + ": verify").c_str());
        };
        check();
        if (QTest::currentTestFailed())
            return;
        const auto again = prune(fixture);
        QVERIFY2(again, (where + ", again: " + describe(again).toStdString()).c_str());
        check();
        QVERIFY2(storedKeys(fixture) == neededKeys(fixture), where.c_str());
        QVERIFY2(fixture.existsRaw("reserve"), where.c_str());
    }

    Fixture m_prepared;
    std::uint64_t m_operations = 0;
};

QTEST_GUILESS_MAIN(TestPruneFaults)
#include "test_prunefaults.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A backup while the store fails at every operation in turn, in every way, once and for good; and power cuts.
#include "engines/repository/fixture.h"

#include <chrono>

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
    {"quota once", Kind::Fail, ErrorCode::NoSpace, false},
    {"no answer although it worked, once", Kind::FailAfterwards, ErrorCode::Timeout, false},
    {"no answer although it worked, for good", Kind::FailAfterwards, ErrorCode::ConnectionLost, true},
    {"refused for good", Kind::Fail, ErrorCode::PermissionDenied, true},
};

Result<BackupRecord> openAndBackUp(Fixture& fixture, int number) {
    SALVOR_ASSIGN(const auto writer, fixture.openWriter());
    return backUp(*writer, backupId(number), tinyContent(static_cast<std::uint64_t>(number)));
}

} // namespace

class TestFaults : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        CHECK_OK(m_prepared.init());
        CHECK_OK(openAndBackUp(m_prepared, 1));
        const auto counted = m_prepared.clone();
        CHECK_OK(openAndBackUp(*counted, 2));
        m_operations = counted->store().operations();
        QVERIFY(m_operations > 30);
    }

    void backup_storeFailsAtEveryOperation_losesNothingAndCanBeRepeated_data() {
        QTest::addColumn<int>("mode");
        for (int i = 0; i < static_cast<int>(std::size(kModes)); ++i)
            QTest::newRow(kModes[i].name) << i;
    }
    void backup_storeFailsAtEveryOperation_losesNothingAndCanBeRepeated() {
        QFETCH(int, mode);
        const Mode& how = kModes[mode];
        int failures = 0;
        for (std::uint64_t at = 1; at <= m_operations; ++at) {
            const auto fixture = m_prepared.clone();
            fixture->store().inject({.kind = how.kind,
                                     .error = {how.code, "injected", {}, false, {}},
                                     .at = at,
                                     .sticky = how.sticky});
            const auto record = openAndBackUp(*fixture, 2);
            fixture->store().heal();
            const std::string where = std::string(how.name) + ", operation " + std::to_string(at);
            if (!record) {
                ++failures;
                QVERIFY2(record.error().code == how.code, (where + ": " + record.error().message).c_str());
            }
            checkAfter(*fixture, record.has_value(), where);
            if (QTest::currentTestFailed())
                return;
        }
        // What happens once is mostly got over, what stays is not; but none is silent.
        QVERIFY(!how.sticky || failures > static_cast<int>(m_operations) / 2);
    }

    void backup_fullDisk_reserveIsLeftForPrune() {
        const auto fixture = m_prepared.clone();
        fixture->store().inject({.error = {ErrorCode::NoSpace, "full", "free some", false, {}},
                                 .op = StoreOp::Put,
                                 .sticky = true});
        const auto record = openAndBackUp(*fixture, 2);
        CHECK_FAILS(record, ErrorCode::NoSpace);
        QCOMPARE(record.error().hint, std::string("free some"));
        QVERIFY(fixture->existsRaw("reserve"));
        QCOMPARE(fixture->keys("catalog/").size(), std::size_t{2});
        QCOMPARE(fixture->keys("manifests/").size(), std::size_t{1});
    }

    void backup_readOnlyStore_saysSo() {
        const auto fixture = m_prepared.clone();
        fixture->store().inject({.error = {ErrorCode::PermissionDenied, "read only", {}, false, {}},
                                 .op = StoreOp::Put,
                                 .sticky = true});
        CHECK_FAILS(openAndBackUp(*fixture, 2), ErrorCode::PermissionDenied);
        QVERIFY(readAll(**fixture->openReader(), backupId(1)).value() == tinyContent(1));
    }

    void backup_bitFlippedOnEveryRead_isNeverBelieved() {
        for (std::uint64_t at = 1; at <= m_prepared.store().operations(StoreOp::Get) + 20; ++at) {
            for (const auto kind : {Kind::FlipBit, Kind::Truncate}) {
                const auto fixture = m_prepared.clone();
                fixture->store().inject({.kind = kind, .at = at});
                const auto record = openAndBackUp(*fixture, 2);
                const auto reader = fixture->openReader();
                for (int i = 1; reader && i <= 2; ++i) {
                    const auto content = readAll(**reader, backupId(i));
                    QVERIFY(!content || *content == tinyContent(static_cast<std::uint64_t>(i)));
                }
                fixture->store().heal();
                checkAfter(*fixture, record.has_value(), "read " + std::to_string(at));
                if (QTest::currentTestFailed())
                    return;
            }
        }
    }

    void powerCut_aVisibleBackupIsAWholeBackup() {
        const auto fixture = m_prepared.clone();
        fixture->store().startRecording();
        CHECK_OK(openAndBackUp(*fixture, 2));
        const PowerCut cut(fixture->store().recording());
        int visible = 0;
        int losses = 0;
        for (std::size_t count = 0; count <= cut.length(); ++count) {
            const auto uncertain = cut.uncertain(count);
            std::vector<std::set<std::size_t>> subsets{{}, {uncertain.begin(), uncertain.end()}};
            for (const std::size_t one : uncertain) {
                std::set<std::size_t> others(uncertain.begin(), uncertain.end());
                others.erase(one);
                subsets.push_back({one});
                subsets.push_back(std::move(others));
            }
            for (const auto& lost : subsets) {
                const auto after = m_prepared.clone();
                CHECK_OK(cut.replay(count, lost, after->local()));
                losses += lost.empty() ? 0 : 1;
                visible += after->existsRaw("catalog/3.json") ? 1 : 0;
                checkVisible(*after, "power cut after operation " + std::to_string(count));
                if (QTest::currentTestFailed())
                    return;
            }
        }
        QVERIFY(visible > 0 && losses > 0);
    }

private:
    /// Every backup that a catalog names gives back what was put in.
    void checkVisible(Fixture& fixture, const std::string& where) {
        const auto reader = fixture.openReader();
        QVERIFY2(reader, (where + ": " + describe(reader).toStdString()).c_str());
        const auto catalog = (*reader)->catalog({});
        QVERIFY2(catalog, where.c_str());
        QVERIFY2(!catalog->entries.empty() && catalog->entries[0].backupId == backupId(1), where.c_str());
        for (std::size_t i = 0; i < catalog->entries.size(); ++i) {
            const auto content = readAll(**reader, catalog->entries[i].backupId);
            QVERIFY2(content && *content == tinyContent(i + 1), where.c_str());
        }
    }

    void checkAfter(Fixture& fixture, bool succeeded, const std::string& where) {
        checkVisible(fixture, where);
        if (QTest::currentTestFailed())
            return;
        const auto before = (*fixture.openReader())->catalog({});
        if (succeeded)
            QVERIFY2(before->entries.size() == 2, where.c_str());
        // Running again succeeds, and all is well then.
        const int next = static_cast<int>(before->entries.size()) + 1;
        const auto again = openAndBackUp(fixture, next);
        QVERIFY2(again, (where + ", again: " + describe(again).toStdString()).c_str());
        checkVisible(fixture, where);
        NullProgress progress;
        const auto report = (*fixture.openReader())->verify({VerifyDepth::Full, {}}, progress, {});
        QVERIFY2(report && report->ok(), (where + ": verify").c_str());
    }

    Fixture m_prepared;
    std::uint64_t m_operations = 0;
};

QTEST_GUILESS_MAIN(TestFaults)
#include "test_faults.moc"

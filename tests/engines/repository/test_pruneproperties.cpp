// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Random repositories, made by the real repository over a real folder: whatever is trashed, taken back, held
// and pruned in whatever order, what is needed is there, and nothing else.
#include "engines/repository/prunefixture.h"
#include "engines/repository/randomdata.h"

#include <algorithm>
#include <random>

using namespace salvor;
using namespace salvor::test;

namespace {

using Rng = std::mt19937_64;

std::size_t pick(Rng& rng, std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(rng);
}

/// Few different contents a group, so that backups share objects, and whole lists of them.
Content randomContent(Rng& rng) {
    Content content;
    for (const char* group : {"a", "b", "c"}) {
        const std::size_t items = pick(rng, 3);
        for (std::size_t i = 0; i <= items; ++i) {
            const std::string name = std::string(group) + "." + std::to_string(i);
            content[group][name] = rowData(500 + 200 * i, 1000 + pick(rng, 4) + 10 * i);
        }
    }
    return content;
}

class History {
public:
    explicit History(std::uint64_t seed)
        : m_rng(seed)
        , m_fixture(seed % 4 != 0) {}

    void run(int steps) {
        m_fixture.clock.set(toRfc3339(later()));
        CHECK_OK(m_fixture.init());
        for (int step = 0; step < steps && !QTest::currentTestFailed(); ++step) {
            switch (pick(m_rng, 8)) {
            case 0:
            case 1:
            case 2:
                backUpAnother();
                break;
            case 3:
                change(&BackupChanges::trash);
                break;
            case 4:
                change(pick(m_rng, 2) == 0 ? &BackupChanges::undelete : &BackupChanges::hold);
                break;
            case 5:
                change(&BackupChanges::release);
                break;
            case 6:
                abandonOne();
                break;
            default:
                pruneAndCompare();
                break;
            }
            m_fixture.clock.advance(std::chrono::hours(pick(m_rng, 6 * 24)));
        }
        if (!QTest::currentTestFailed())
            pruneAndCompare();
        verifyFully(m_fixture);
    }
    std::size_t purged = 0;
    std::size_t kept = 0;

private:
    struct Known {
        Content content;
        bool trashed = false;
        bool held = false;
    };

    void backUpAnother() {
        const std::string id = backupId(++m_number);
        const Content content = randomContent(m_rng);
        CHECK_OK(backUp(**m_fixture.openWriter(), id, content));
        m_known[id] = {content, false, false};
    }

    void abandonOne() {
        CHECK_OK(
            writeStreams(**m_fixture.openWriter(), backupId(900'000 + ++m_number), randomContent(m_rng)));
    }

    void change(std::vector<std::string> BackupChanges::* list) {
        if (m_known.empty())
            return;
        auto at = m_known.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(pick(m_rng, m_known.size())));
        BackupChanges changes;
        (changes.*list).push_back(at->first);
        const auto changed = (*m_fixture.openWriter())->changeBackups(changes, {});
        Known& one = at->second;
        const bool refused = (list == &BackupChanges::trash && one.held && !one.trashed) ||
                             (list == &BackupChanges::hold && one.trashed);
        if (refused) {
            CHECK_FAILS(changed, ErrorCode::Conflict);
            return;
        }
        CHECK_OK(changed);
        if (list == &BackupChanges::trash)
            one.trashed = true;
        else if (list == &BackupChanges::undelete)
            one.trashed = false;
        else
            one.held = list == &BackupChanges::hold;
    }

    /// What the store holds below these folders, in bytes.
    std::uint64_t stored() {
        std::uint64_t bytes = 0;
        for (const auto& key : storedKeys(m_fixture))
            bytes += m_fixture.readRaw(key).size();
        return bytes;
    }

    void pruneAndCompare() {
        PruneRequest request;
        request.freeSpaceNow = pick(m_rng, 4) == 0;
        const std::uint64_t before = stored();
        const auto report = prune(m_fixture, request);
        CHECK_OK(report);
        QVERIFY(!report->retainedBecause && !report->failedBecause);
        QCOMPARE(before - stored(), report->freedBytes());
        purged += report->purged.size();
        for (const auto& id : report->purged) {
            QVERIFY(m_known.contains(id) && m_known[id].trashed);
            m_known.erase(id);
        }
        checkExactlyNeeded(m_fixture);
        const auto reader = m_fixture.openReader();
        for (const auto& [id, one] : m_known) {
            QVERIFY(!request.freeSpaceNow || !one.trashed);
            const auto content = readAll(**reader, id);
            CHECK_OK(content);
            QVERIFY(*content == one.content);
            ++kept;
        }
        QCOMPARE((*reader)->catalog({})->entries.size(), m_known.size());
    }

    Rng m_rng;
    Fixture m_fixture;
    std::map<std::string, Known> m_known;
    int m_number = 0;
};

} // namespace

class TestPruneProperties : public QObject {
    Q_OBJECT

private slots:
    void randomHistories_neverLoseWhatIsNeeded_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 1; seed <= 12; ++seed)
            QTest::newRow(qPrintable(QString::number(seed))) << seed;
    }
    void randomHistories_neverLoseWhatIsNeeded() {
        QFETCH(int, seed);
        History history(static_cast<std::uint64_t>(seed));
        history.run(40);
        m_purged += history.purged;
        m_kept += history.kept;
    }

    void cleanupTestCase() { QVERIFY(m_purged > 10 && m_kept > 20); }

    void freedBy_isWhatPruneFrees() {
        Rng rng(99);
        Fixture fixture;
        fixture.clock.set(toRfc3339(later()));
        CHECK_OK(fixture.init());
        constexpr int kBackups = 8;
        for (int i = 1; i <= kBackups; ++i)
            CHECK_OK(backUp(**fixture.openWriter(), backupId(i), randomContent(rng)));
        std::uint64_t most = 0;
        for (unsigned choice = 0; choice < 16; ++choice) {
            const auto copy = fixture.clone();
            BackupChanges changes;
            for (int i = 1; i <= kBackups; ++i) {
                if (pick(rng, 2) == 0)
                    changes.trash.push_back(backupId(i));
            }
            const auto freed = (*copy->openReader())->freedBy(changes.trash, {});
            CHECK_OK(freed);
            CHECK_OK((*copy->openWriter())->changeBackups(changes, {}));
            PruneRequest now;
            now.freeSpaceNow = true;
            const auto report = prune(*copy, now);
            CHECK_OK(report);
            QVERIFY(report->ofBackups == *freed);
            most = std::max(most, freed->bytes());
        }
        QVERIFY(most > 0);
        CHECK_FAILS((*fixture.openReader())->freedBy({backupId(77)}, {}), ErrorCode::NotFound);
    }

private:
    std::size_t m_purged = 0;
    std::size_t m_kept = 0;
};

QTEST_GUILESS_MAIN(TestPruneProperties)
#include "test_pruneproperties.moc"

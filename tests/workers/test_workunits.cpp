// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/workunits.h"

#include <QTest>

using namespace salvor;

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

Phase phaseOf(const std::vector<std::pair<std::string, std::uint64_t>>& groupsAndSizes) {
    Phase phase{"data", true, {}};
    for (const auto& [group, size] : groupsAndSizes) {
        Item item;
        item.id = "item" + std::to_string(phase.items.size());
        item.group = group;
        item.sizeEstimateBytes = size;
        phase.items.push_back(item);
    }
    return phase;
}

std::vector<std::size_t> counts(const std::vector<WorkUnit>& units) {
    std::vector<std::size_t> result;
    for (const auto& unit : units)
        result.push_back(unit.count);
    return result;
}

using Counts = std::vector<std::size_t>;

} // namespace

class TestWorkUnits : public QObject {
    Q_OBJECT

private slots:
    void cutForReading_bigItems_standAlone();
    void cutForReading_smallNeighbours_shareAUnit();
    void cutForReading_otherGroup_beginsANewUnit();
    void cutForReading_bundle_endsAt256ItemsOr16MiB();
    void cutForReading_everyItem_isInExactlyOneUnit();
    void cutForWriting_itemsInOneObject_shareAUnit();
    void biggestFirst_ties_keepTheirOrder();
};

void TestWorkUnits::cutForReading_bigItems_standAlone() {
    const auto units = cutForReading(phaseOf({{"a", kMiB}, {"a", 5 * kMiB}, {"a", 1}}));
    QCOMPARE(counts(units), (Counts{1, 1, 1}));
}

void TestWorkUnits::cutForReading_smallNeighbours_shareAUnit() {
    const auto units =
        cutForReading(phaseOf({{"a", 1}, {"a", kMiB - 1}, {"a", 2 * kMiB}, {"a", 0}, {"a", 7}}));
    QCOMPARE(counts(units), (Counts{2, 1, 2}));
    QCOMPARE(units[2].first, std::size_t{3});
    QCOMPARE(units[2].sizeBytes, std::uint64_t{7});
}

void TestWorkUnits::cutForReading_otherGroup_beginsANewUnit() {
    QCOMPARE(counts(cutForReading(phaseOf({{"a", 1}, {"a", 1}, {"b", 1}, {"a", 1}}))), (Counts{2, 1, 1}));
}

void TestWorkUnits::cutForReading_bundle_endsAt256ItemsOr16MiB() {
    QCOMPARE(counts(cutForReading(phaseOf({600, {"a", 10}}))), (Counts{256, 256, 88}));
    QCOMPARE(counts(cutForReading(phaseOf({40, {"a", kMiB / 2}}))), (Counts{32, 8}));
}

void TestWorkUnits::cutForReading_everyItem_isInExactlyOneUnit() {
    std::vector<std::pair<std::string, std::uint64_t>> sizes;
    for (std::uint64_t i = 0; i < 2000; ++i)
        sizes.emplace_back(i % 700 < 350 ? "a" : "b", (i * 7919) % (2 * kMiB));
    std::size_t next = 0;
    for (const auto& unit : cutForReading(phaseOf(sizes))) {
        QCOMPARE(unit.first, next);
        QVERIFY(unit.count > 0);
        next += unit.count;
    }
    QCOMPARE(next, sizes.size());
}

void TestWorkUnits::cutForWriting_itemsInOneObject_shareAUnit() {
    const Phase phase = phaseOf({{"a", 0}, {"a", 0}, {"a", 0}, {"b", 0}, {"b", 0}});
    std::vector<ManifestItem> items(5);
    const auto place = [&](std::size_t i, const char* group, std::uint64_t first, std::uint64_t count) {
        items[i].group = group;
        items[i].firstObject = first;
        items[i].objectCount = count;
    };
    place(0, "a", 0, 1);
    place(1, "a", 0, 1);
    place(2, "a", 1, 3);
    place(3, "b", 1, 1);
    place(4, "b", 1, 0); // empty: has no object to share
    std::vector<const ManifestItem*> located;
    for (const auto& item : items)
        located.push_back(&item);
    QCOMPARE(counts(cutForWriting(phase, located)), (Counts{2, 1, 1, 1}));
}

void TestWorkUnits::biggestFirst_ties_keepTheirOrder() {
    const std::vector<WorkUnit> units{{0, 1, 5}, {1, 1, 9}, {2, 1, 5}, {3, 1, 9}};
    QCOMPARE(biggestFirst(units), (std::vector<std::size_t>{1, 3, 0, 2}));
    QCOMPARE(biggestFirst(units, 1), (std::vector<std::size_t>{0, 1, 3, 2}));
    QCOMPARE(biggestFirst(units, 9), (std::vector<std::size_t>{0, 1, 2, 3}));
}

QTEST_APPLESS_MAIN(TestWorkUnits)
#include "test_workunits.moc"

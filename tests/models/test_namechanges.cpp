// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/namechanges.h"

#include <QTest>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

constexpr Instant kStart = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));

BackupRecord backup(const char* name, const char* oid, std::chrono::hours at, const char* server = "p") {
    BackupRecord made;
    made.profileUuid = server;
    made.systemId = "7";
    made.databaseId = oid;
    made.database = name;
    made.started = kStart + at;
    return made;
}

NameChange change(std::chrono::hours at, std::map<std::string, std::string> names) {
    return {"p", kStart + at, std::move(names)};
}

using Texts = std::vector<std::string>;

} // namespace

class TestNameChanges : public QObject {
    Q_OBJECT
private slots:
    void noChange_keepsTheNames() {
        QCOMPARE(namesToday({backup("shop", "1", 1h), backup("shop", "2", 2h)}, {}), (Texts{"shop", "shop"}));
    }

    void swap_theOriginalIsCalledAsItIsNow() {
        const auto swap = change(2h, {{"shop_restored", "shop"}, {"shop", "shop_before"}});
        QCOMPARE(namesToday({backup("shop", "1", 1h)}, {swap}), (Texts{"shop_before"}));
        QCOMPARE(namesToday({backup("shop", "2", 3h), backup("shop", "1", 1h)}, {swap}),
                 (Texts{"shop", "shop_before"}));
    }

    void undo_givesTheNameBack() {
        const auto swap = change(2h, {{"shop_restored", "shop"}, {"shop", "shop_before"}});
        const auto undo = change(4h, {{"shop", "shop_restored"}, {"shop_before", "shop"}});
        // In any order, as a log of changes or a catalog has them.
        QCOMPARE(namesToday({backup("shop", "2", 3h), backup("shop", "1", 1h)}, {undo, swap}),
                 (Texts{"shop_restored", "shop"}));
        QCOMPARE(namesToday({backup("shop", "1", 5h), backup("shop", "2", 3h), backup("shop", "1", 1h)},
                            {swap, undo}),
                 (Texts{"shop", "shop_restored", "shop"}));
    }

    void renamed_byHand_followsTheNumber() {
        const auto elsewhere = change(0h, {{"x", "y"}});
        QCOMPARE(namesToday({backup("store", "1", 2h), backup("shop", "1", 1h)}, {elsewhere}),
                 (Texts{"store", "store"}));
    }

    void numbersMissing_goByName() {
        const auto swap = change(2h, {{"shop_restored", "shop"}, {"shop", "shop_before"}});
        QCOMPARE(namesToday({backup("shop", "", 3h), backup("shop", "", 1h)}, {swap}),
                 (Texts{"shop", "shop"}));
        QCOMPARE(namesToday({backup("shop", "", 1h), backup("crm", "", 1h)}, {swap}),
                 (Texts{"shop_before", "crm"}));
    }

    void spans_followTheDatabaseThroughItsNames() {
        const auto swap = change(2h, {{"shop_restored", "shop"}, {"shop", "shop_before"}});
        const auto undo = change(4h, {{"shop", "shop_restored"}, {"shop_before", "shop"}});
        const auto told = [](const std::vector<NameSpan>& spans) {
            std::string all;
            for (const auto& span : spans) {
                const auto hours = [](const std::optional<Instant>& at) {
                    return at ? std::to_string((*at - kStart) / 1h) : std::string("*");
                };
                all += span.name + " " + hours(span.from) + "-" + hours(span.until) + "; ";
            }
            return all;
        };
        QCOMPARE(told(nameSpans("shop", "p", {})), std::string());
        QCOMPARE(told(nameSpans("shop", "other", {swap})), std::string());
        QCOMPARE(told(nameSpans("crm", "p", {swap})), std::string("crm *-*; "));
        QCOMPARE(told(nameSpans("shop", "p", {swap})), std::string("shop 2-*; shop_restored *-2; "));
        QCOMPARE(told(nameSpans("shop_before", "p", {swap})), std::string("shop_before 2-*; shop *-2; "));
        // Given away, and nothing was seen to get it.
        QCOMPARE(told(nameSpans("shop_restored", "p", {swap})), std::string("shop_restored 2-*; "));
        QCOMPARE(told(nameSpans("shop", "p", {undo, swap})),
                 std::string("shop 4-*; shop_before 2-4; shop *-2; "));
        QCOMPARE(told(nameSpans("shop_restored", "p", {undo, swap})),
                 std::string("shop_restored 4-*; shop 2-4; shop_restored *-2; "));
    }

    /// So that it can be said: only what a change of names tells of is put away.
    void renamed_byHand_keepsTheFormerNameWhereItIsAsked() {
        const auto keep = RenamesByHand::Keep;
        const auto elsewhere = change(0h, {{"x", "y"}});
        QCOMPARE(namesToday({backup("store", "1", 2h), backup("shop", "1", 1h)}, {elsewhere}, keep),
                 (Texts{"store", "shop"}));
        const auto swap = change(2h, {{"shop_restored", "shop"}, {"shop", "shop_before"}});
        // After the swap, by hand: what the swap gave is the former name.
        QCOMPARE(namesToday({backup("shop", "1", 1h), backup("shop", "2", 3h), backup("old", "1", 4h)},
                            {swap}, keep),
                 (Texts{"shop_before", "shop", "old"}));
        // Swapped, backed up by its new name, and taken back by hand: it had that name before.
        QCOMPARE(
            namesToday({backup("shop", "1", 1h), backup("shop_before", "1", 3h), backup("shop", "1", 5h)},
                       {swap}, keep),
            (Texts{"shop", "shop", "shop"}));
        // Renamed by hand, and what has the name now swapped.
        QCOMPARE(namesToday({backup("a", "1", 0h), backup("b", "1", 1h)},
                            {change(2h, {{"b_new", "b"}, {"b", "b_before"}})}, keep),
                 (Texts{"a", "b_before"}));
    }

    void otherServers_areLeftAlone() {
        const auto swap = change(2h, {{"shop_restored", "shop"}, {"shop", "shop_before"}});
        QCOMPARE(namesToday({backup("shop", "1", 1h, "other"), backup("shop", "1", 1h)}, {swap}),
                 (Texts{"shop", "shop_before"}));
    }
};

QTEST_APPLESS_MAIN(TestNameChanges)
#include "test_namechanges.moc"

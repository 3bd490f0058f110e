// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/selection.h"

#include <QTest>

using namespace salvor;

namespace {

SourceInfo database(const char* name) {
    SourceInfo source;
    source.name = name;
    return source;
}

SourceInfo copy(const char* name, const char* of) {
    SourceInfo source = database(name);
    source.details.insert(QStringLiteral("copy_of"), QString::fromUtf8(of));
    return source;
}

SourceInfo closed(const char* name) {
    SourceInfo source = database(name);
    source.details = {
        {QStringLiteral("refused"), QStringLiteral("nobody may connect to it")},
        {QStringLiteral("refused_sql"), QStringLiteral("ALTER DATABASE x ALLOW_CONNECTIONS true")}};
    return source;
}

Policy policy(const char* title, std::vector<SelectionRule> rules) {
    Policy out;
    out.uuid = std::string("uuid-") + title;
    out.title = title;
    out.rules = std::move(rules);
    return out;
}

std::vector<std::string> names(const std::vector<SourceInfo>& sources) {
    std::vector<std::string> out;
    for (const auto& source : sources)
        out.push_back(source.name);
    return out;
}

using Names = std::vector<std::string>;

} // namespace

class TestSelection : public QObject {
    Q_OBJECT
private slots:
    void rules_ofTwoPolicies_eachChoosesItsOwn() {
        const std::vector<Policy> policies{policy("first", {{true, "shop*"}}),
                                           policy("second", {{true, "*"}, {false, "tmp*"}})};
        const auto found =
            selectForRun(policies, {database("shop"), database("other"), database("tmp1")}, {}, "lab");
        QVERIFY(found);
        QCOMPARE(found->chosen.size(), 2U);
        QCOMPARE(found->chosen[0].first.title, std::string("first"));
        QCOMPARE(names(found->chosen[0].second), Names{"shop"});
        QCOMPARE(names(found->chosen[1].second), (Names{"shop", "other"}));
        QCOMPARE(found->count(), 3U);
        QCOMPARE(found->unselected, Names{"tmp1"});
        QVERIFY(found->failures.empty());
    }

    void copies_areLeftOutUnlessARuleNamesThem() {
        const std::vector<SourceInfo> server{database("shop"), copy("shop_restored", "shop"),
                                             copy("shop_again", "shop")};
        const auto found =
            selectForRun({policy("all", {{true, "*"}, {true, "shop_again"}})}, server, {}, "lab");
        QVERIFY(found);
        QCOMPARE(names(found->chosen[0].second), (Names{"shop", "shop_again"}));
        QCOMPARE(names(found->copies), Names{"shop_restored"});
        QVERIFY(found->unselected.empty());
    }

    void copies_chosenByNoRule_areNoUnprotectedDatabases() {
        const auto found = selectForRun({policy("one", {{true, "shop"}})},
                                        {database("shop"), copy("shop_restored", "shop")}, {}, "lab");
        QVERIFY(found);
        QVERIFY(found->copies.empty() && found->unselected.empty());
    }

    void closedDatabase_thatARuleCovers_failsByName() {
        const auto found =
            selectForRun({policy("all", {{true, "*"}})}, {database("shop"), closed("x")}, {}, "lab");
        QVERIFY(found);
        QCOMPARE(found->count(), 1U);
        QCOMPARE(found->failures.size(), 1U);
        QCOMPARE(found->failures[0].first, std::string("x"));
        QVERIFY(found->failures[0].second.code == ErrorCode::MissingRight);
        QVERIFY(found->failures[0].second.hint.find("ALLOW_CONNECTIONS") != std::string::npos);
        QVERIFY(found->failures[0].second.hint.find("\"all\"") != std::string::npos);
    }

    void onlyClosedDatabase_isAFailureAndNotNothing() {
        const auto found = selectForRun({policy("all", {{true, "*"}})}, {closed("x")}, {}, "lab");
        QVERIFY(found);
        QCOMPARE(found->failures.size(), 1U);
        QVERIFY(found->chosen.empty());
    }

    void namedInARule_andNotThere_failsAndSaysWhichPolicy() {
        const auto found =
            selectForRun({policy("p", {{true, "shop"}, {true, "shopp"}})}, {database("shop")}, {}, "lab");
        QVERIFY(found);
        QCOMPARE(found->failures.size(), 1U);
        QCOMPARE(found->failures[0].first, std::string("shopp"));
        QVERIFY(found->failures[0].second.code == ErrorCode::NotFound);
        QVERIFY(found->failures[0].second.hint.starts_with("did you mean \"shop\"?"));
        QVERIFY(found->failures[0].second.hint.ends_with("the policy \"p\" names it"));
    }

    void named_goesToThePolicyThatSelectsIt_elseToTheFirst() {
        const std::vector<Policy> policies{policy("first", {{true, "a"}}), policy("second", {{true, "b"}})};
        const auto found =
            selectForRun(policies, {database("a"), database("b"), copy("c", "a")}, {"b", "c", "gone"}, "lab");
        QVERIFY(found);
        QCOMPARE(found->chosen.size(), 2U);
        QCOMPARE(found->chosen[0].first.title, std::string("second"));
        QCOMPARE(names(found->chosen[0].second), Names{"b"});
        QCOMPARE(found->chosen[1].first.title, std::string("first"));
        QCOMPARE(names(found->chosen[1].second), Names{"c"}); // who names a copy means it
        QCOMPARE(found->failures.size(), 1U);
        QCOMPARE(found->failures[0].first, std::string("gone"));
        QVERIFY(found->unselected.empty() && found->copies.empty());
    }

    void nothing_isAnError() {
        const auto found = selectForRun({policy("p", {{true, "z*"}})}, {database("a")}, {}, "lab");
        QVERIFY(!found);
        QVERIFY(found.error().code == ErrorCode::NotFound);
        const auto none = selectForRun({}, {database("a")}, {}, "lab");
        QVERIFY(!none);
        QVERIFY(none.error().code == ErrorCode::InvalidInput);
        QCOMPARE(none.error().message, hasNoPolicy("lab").message);
    }
};

QTEST_GUILESS_MAIN(TestSelection)
#include "test_selection.moc"

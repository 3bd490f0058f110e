// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/neverseen.h"

#include <QJsonArray>
#include <QTest>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

const Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 7h;

RunRecord run(std::chrono::hours age, RunOutcome outcome, const char* selection) {
    RunRecord made;
    made.profileUuid = "p";
    made.kind = "backup";
    made.started = kNow - age;
    made.outcome = outcome;
    made.details.insert(QStringLiteral("selection"), QLatin1String(selection));
    return made;
}

/// Somebody named "shpo".
RunRecord byName(std::chrono::hours age, RunOutcome outcome = RunOutcome::Failed, bool missing = true) {
    RunRecord made = run(age, outcome, "named");
    made.details.insert(QStringLiteral("databases"), QJsonArray{QStringLiteral("shpo")});
    if (missing)
        made.details.insert(QStringLiteral("missing_databases"), QJsonArray{QStringLiteral("shpo")});
    return made;
}

/// A run of the whole server: it backed up "shop".
RunRecord byRules(std::chrono::hours age, const QJsonArray& unselected = {}) {
    RunRecord made = run(age, RunOutcome::Ok, "policy");
    made.details.insert(QStringLiteral("databases"), QJsonArray{QStringLiteral("shop")});
    made.details.insert(QStringLiteral("unselected_databases"), unselected);
    return made;
}

SourceStatus source(const char* database, std::vector<RunRecord> runs) {
    SourceStatus status;
    status.profileUuid = "p";
    status.database = database;
    status.recentRuns = std::move(runs);
    return status;
}

QStringList left(std::vector<SourceStatus> sources) {
    dropNeverSeen(sources);
    QStringList names;
    for (const auto& one : sources)
        names << QString::fromStdString(one.database);
    return names;
}

const QStringList kBoth{QStringLiteral("shop"), QStringLiteral("shpo")};
const QStringList kShop{QStringLiteral("shop")};

} // namespace

class TestNeverSeen : public QObject {
    Q_OBJECT

private slots:
    void mistyped_theServerHasNone_isNoDatabase() {
        QCOMPARE(left({source("shop", {byRules(9h)}), source("shpo", {byName(1h)})}), kShop);
        QCOMPARE(left({source("shpo", {byName(2h), byName(1h, RunOutcome::Running)})}), QStringList());
    }

    void mistyped_nobodyAskedTheServer_goesWithTheNextWholeRun() {
        const auto unknown = byName(3h, RunOutcome::Failed, false); // the server did not answer
        QCOMPARE(left({source("shop", {byRules(9h)}), source("shpo", {unknown})}), kBoth);
        QCOMPARE(left({source("shop", {byRules(1h)}), source("shpo", {unknown})}), kShop);
        const QJsonArray seen{QStringLiteral("shpo")};
        QCOMPARE(left({source("shop", {byRules(1h, seen)}), source("shpo", {unknown})}), kBoth);
        RunRecord copies = byRules(1h);
        copies.details.insert(QStringLiteral("restored_copies"), seen);
        QCOMPARE(left({source("shop", {copies}), source("shpo", {unknown})}), kBoth);
        QJsonArray many;
        for (int i = 0; i < 1000; ++i)
            many.append(QString::number(i));
        QCOMPARE(left({source("shop", {byRules(1h, many)}), source("shpo", {unknown})}), kBoth);
        auto other = source("shpo", {unknown});
        other.profileUuid = "q"; // of another server
        QCOMPARE(left({source("shop", {byRules(1h)}), other}), kBoth);
    }

    /// The workspace could not be read, or has no such server any more: nothing but its name was known.
    void ofNoServer_isNoDatabase() {
        auto lost = source("shop", {byName(1h, RunOutcome::Failed, false)});
        QCOMPARE(left({lost}), kShop);
        lost.profileUuid.clear();
        lost.recentRuns.front().profileUuid.clear();
        QCOMPARE(left({lost}), QStringList());
        QCOMPARE(left({source("shop", {byRules(9h)}), lost}), kShop);
        lost.lastGood.emplace();
        QCOMPARE(left({lost}), kShop);
    }

    void everBackedUp_stays() {
        auto kept = source("shpo", {byName(1h)});
        kept.lastGood.emplace();
        QCOMPARE(left({kept}), QStringList{QStringLiteral("shpo")});
        QCOMPARE(left({source("shpo", {byName(2h, RunOutcome::Ok, false), byName(1h)})}),
                 QStringList{QStringLiteral("shpo")});
        QCOMPARE(left({source("shpo", {})}), QStringList{QStringLiteral("shpo")});
    }

    void namedByARule_stays() {
        RunRecord promised = run(1h, RunOutcome::Partial, "policy");
        promised.outcome = RunOutcome::Failed; // for this source
        promised.details.insert(QStringLiteral("databases"),
                                QJsonArray{QStringLiteral("shop"), QStringLiteral("shpo")});
        promised.details.insert(QStringLiteral("missing_databases"), QJsonArray{QStringLiteral("shpo")});
        promised.details.insert(QStringLiteral("unselected_databases"), QJsonArray());
        QCOMPARE(left({source("shop", {byRules(9h)}), source("shpo", {promised})}), kBoth);
    }

    void failedByName_thereIsSuchADatabase_stays() {
        QCOMPARE(left({source("shpo", {byName(1h, RunOutcome::Failed, false)})}),
                 QStringList{QStringLiteral("shpo")});
    }
};

QTEST_GUILESS_MAIN(TestNeverSeen)
#include "test_neverseen.moc"

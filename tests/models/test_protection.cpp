// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/servertreemodel.h"
#include "models/protection.h"

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

using Model = ServerTreeModel;
const Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 7h;

SourceStatus source(const std::string& profile, const std::string& database, std::vector<RunOutcome> outcomes,
                    std::optional<std::chrono::hours> goodAge = {}, const std::string& state = "ok") {
    SourceStatus status;
    status.profileUuid = profile;
    status.profileTitle = "title of " + profile;
    status.database = database;
    status.state = state;
    for (const auto outcome : outcomes) {
        RunRecord run;
        run.outcome = outcome;
        status.recentRuns.push_back(run);
    }
    if (goodAge) {
        status.lastGood.emplace();
        status.lastGood->started = kNow - *goodAge;
    }
    return status;
}

/// As they stand by a policy that selects everything of `a` and of `lost`, and is run by hand.
std::vector<SourceStanding> standing(std::vector<SourceStatus> sources) {
    StandingInput input;
    input.now = kNow;
    input.policies = {makeDefaultPolicy("a", "of a", "r"), makeDefaultPolicy("lost", "of lost", "r")};
    return standingsOf(std::move(sources), input);
}

Profile profile(const std::string& uuid, const std::string& host = "db.example.org") {
    Profile made;
    made.uuid = uuid;
    made.title = "title of " + uuid;
    made.host = host;
    made.port = 5432;
    return made;
}

} // namespace

Q_DECLARE_METATYPE(salvor::SourceStatus)

class TestProtection : public QObject {
    Q_OBJECT
private slots:
    void protectionOf_histories_data() {
        QTest::addColumn<SourceStatus>("status");
        QTest::addColumn<int>("expected");
        const auto row = [](const char* name, const SourceStatus& status, Protection expected) {
            QTest::newRow(name) << status << static_cast<int>(expected);
        };
        using enum RunOutcome;
        row("young good backup", source("p", "d", {Ok}, 3h), Protection::Protected);
        row("exactly the limit", source("p", "d", {Ok}, kProtectionAge), Protection::Protected);
        row("too old", source("p", "d", {Ok}, kProtectionAge + 1h), Protection::Overdue);
        row("failed after good", source("p", "d", {Ok, Failed}, 3h), Protection::Failed);
        row("good after failed", source("p", "d", {Failed, Ok}, 3h), Protection::Protected);
        row("partial", source("p", "d", {Ok, Partial}, 3h), Protection::Partial);
        row("running hides no failure", source("p", "d", {Failed, Running}, 3h, "running"),
            Protection::Failed);
        row("running over good", source("p", "d", {Ok, Running}, 3h, "running"), Protection::Protected);
        row("cancelled does not count", source("p", "d", {Ok, Cancelled, Skipped}, 3h),
            Protection::Protected);
        row("only cancelled", source("p", "d", {Cancelled}, {}, "never"), Protection::Never);
        row("first one running", source("p", "d", {Running}, {}, "running"), Protection::Never);
        row("failed, runs forgotten", source("p", "d", {}, 3h, "failed"), Protection::Failed);
        row("unknown state is never good", source("p", "d", {}, 3h, "wonderful"), Protection::Failed);
        row("gone", source("p", "d", {Ok}, 3h, "gone"), Protection::Gone);
        auto whole = source("p", "d", {Ok, Partial}, 3h); // as the catalog has it: no database failed
        whole.recentRuns.back().id = whole.lastGood->runId = "20261121T040000Z-ABC123";
        row("partial after the backup", whole, Protection::Incomplete);
        whole.recentRuns.back().error =
            Error{ErrorCode::Interrupted, "not read back", "", false, {{"phase", "verify"}}};
        row("not read back", whole, Protection::Incomplete);
        whole.recentRuns.back().started = kNow - 3h;
        whole.lastGood->readBackAt = kNow - 1h;
        row("read back since", whole, Protection::Protected);
        whole.recentRuns.back().details.insert(
            QStringLiteral("hooks"),
            QJsonArray{QJsonObject{{QStringLiteral("error"), QStringLiteral("tool_failed")}}});
        row("read back since, and a hook failed", whole, Protection::Incomplete);
        whole.lastGood->started = kNow - kProtectionAge - 1h;
        row("incomplete and too old", whole, Protection::Overdue);
        row("lost", source("p", "d", {Ok}, 3h, "lost"), Protection::Lost);
        auto away = source("p", "d", {Ok, Failed}, 3h);
        away.recentRuns.back().error = Error{ErrorCode::ConnectionFailed, "no route to host", "", true, {}};
        row("unreachable", away, Protection::Unreachable);
    }
    void protectionOf_histories() {
        QFETCH(SourceStatus, status);
        QFETCH(int, expected);
        QCOMPARE(static_cast<int>(protectionOf(status, kNow)), expected);
    }

    void tree_serversAndSources_worstStateWins() {
        Model model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setContents(
            {profile("a"), profile("b", "/run/postgresql")},
            standing({source("a", "zoo", {RunOutcome::Failed}, 1h), source("a", "app", {RunOutcome::Ok}, 1h),
                      source("lost", "old", {RunOutcome::Ok}, 1h)}));
        QCOMPARE(model.rowCount(), 4); // everything, a, b, and the removed profile
        const QModelIndex everything = model.index(0, 0);
        QVERIFY(everything.data(Model::KindRole).value<Model::Kind>() == Model::Kind::Everything);
        QCOMPARE(everything.data(Model::CountRole).toInt(), 3);
        QVERIFY(everything.data(Model::ProtectionRole).value<Protection>() == Protection::Failed);
        QVERIFY(everything.data(Model::ProfileUuidRole).toString().isEmpty());

        const QModelIndex first = model.index(1, 0);
        QCOMPARE(first.data(Model::TitleRole).toString(), QStringLiteral("title of a"));
        QCOMPARE(first.data(Model::HostRole).toString(), QStringLiteral("db.example.org:5432"));
        QVERIFY(first.data(Model::ProtectionRole).value<Protection>() == Protection::Failed);
        QCOMPARE(model.rowCount(first), 2);
        const QModelIndex app = model.index(0, 0, first);
        QCOMPARE(app.data().toString(), QStringLiteral("app"));
        QCOMPARE(app.parent(), first);
        QVERIFY(app.data(Model::ProtectionRole).value<Protection>() == Protection::Protected);

        const QModelIndex second = model.index(2, 0);
        QVERIFY(second.data(Model::ProtectionRole).value<Protection>() == Protection::Never);
        QCOMPARE(second.data(Model::HostRole).toString(), QStringLiteral("/run/postgresql"));
        QVERIFY(model.index(3, 0).data(Model::HostRole).toString().isEmpty());
    }

    void tree_serverWhoseFirstRunIsToCome_isNotNeverBackedUp() {
        Model model;
        model.setContents({profile("a"), profile("b")}, standing({source("a", "app", {RunOutcome::Ok}, 1h)}),
                          {"b"});
        QVERIFY(model.index(2, 0).data(Model::ProtectionRole).value<Protection>() == Protection::Waiting);
        QVERIFY(model.index(0, 0).data(Model::ProtectionRole).value<Protection>() == Protection::Waiting);
    }

    void tree_whatIsPast_makesNothingWorse() {
        auto all =
            standing({source("a", "app", {RunOutcome::Ok}, 1h), source("a", "zoo", {RunOutcome::Ok}, 1h),
                      source("old", "crm", {RunOutcome::Ok}, 1h)});
        all[0].protection = Protection::Untimed;
        all[1].protection = Protection::Gone;
        all[2].protection = Protection::Removed;
        const auto stateAt = [](const QModelIndex& index) {
            return index.data(Model::ProtectionRole).value<Protection>();
        };
        Model model;
        model.setContents({profile("a")}, all);
        QVERIFY(stateAt(model.index(0, 0)) == Protection::Untimed);
        QVERIFY(stateAt(model.indexOf(QStringLiteral("a"), {})) == Protection::Untimed);
        QVERIFY(stateAt(model.indexOf(QStringLiteral("old"), {})) == Protection::Removed);
        model.setContents({}, {all[2]});
        QVERIFY(stateAt(model.index(0, 0)) == Protection::Removed); // nothing is protected, either
    }

    void tree_sameNodes_keepsIndexesAndSaysWhatChanged() {
        Model model;
        model.setContents({profile("a")}, standing({source("a", "app", {RunOutcome::Ok}, 1h)}));
        const QPersistentModelIndex app = model.indexOf(QStringLiteral("a"), QStringLiteral("app"));
        QVERIFY(app.isValid());
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        model.setContents({profile("a")}, standing({source("a", "app", {RunOutcome::Failed}, 1h)}));
        QCOMPARE(resets.count(), 0);
        QCOMPARE(changes.count(), 2);
        QVERIFY(app.data(Model::ProtectionRole).value<Protection>() == Protection::Failed);
        model.setContents({profile("a")}, {});
        QCOMPARE(resets.count(), 1);
        QVERIFY(!app.isValid());
    }

    void indexOf_unknown_isInvalid() {
        Model model;
        model.setContents({profile("a")}, standing({source("a", "app", {RunOutcome::Ok}, 1h)}));
        QCOMPARE(model.indexOf({}, {}), model.index(0, 0));
        QCOMPARE(model.indexOf(QStringLiteral("a"), {}), model.index(1, 0));
        QVERIFY(!model.indexOf(QStringLiteral("a"), QStringLiteral("nothing")).isValid());
        QVERIFY(!model.indexOf(QStringLiteral("b"), {}).isValid());
    }
};

QTEST_GUILESS_MAIN(TestProtection)
#include "test_protection.moc"

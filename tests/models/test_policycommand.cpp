// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The call that says the same as an edit, and the list of policies.
#include "models/lists/policylistmodel.h"
#include "models/policy/policycommand.h"
#include "support/check.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace salvor;

namespace {

Policy base() {
    Policy policy = makeDefaultPolicy("11111111-2222-4333-8444-555555555550", "prod", "r");
    policy.title = "nightly";
    policy.uuid = "21111111-2222-4333-8444-555555555550";
    policy.revision = 3;
    return policy;
}

QString line(const Policy* before, const Policy& after) {
    return QString::fromStdString(policyCommand(before, after, "prod eu", "nas").line);
}
QString s(const char* text) { return QString::fromUtf8(text); }

} // namespace

class TestPolicyCommand : public QObject {
    Q_OBJECT

private slots:
    void new_policy_namesServerRepositoryAndRules() {
        QCOMPARE(line(nullptr, base()),
                 s("salvorctl policy set nightly --profile 'prod eu' --repository nas --include '*'"));
    }

    void unchanged_isNothing() {
        const Policy policy = base();
        QCOMPARE(line(&policy, policy), QString());
    }

    void changes_areOptions() {
        const Policy before = base();
        Policy after = before;
        after.title = "it's new";
        after.rules = {{true, "*"}, {false, "tmp_*"}};
        after.schedules["full"] = "Mon *-*-* 02:00:00";
        after.retention = RetentionRules{};
        after.retention->daily = 7;
        after.retention->keepWithin = std::chrono::hours(48);
        after.retention->timeZone = "Europe/Berlin";
        after.threads = 4;
        after.verifyAfter = "stored";
        after.options = {{s("format"), s("binary")}};
        QCOMPARE(
            line(&before, after),
            s("salvorctl policy set nightly --title 'it'\\''s new' --include '*' --exclude 'tmp_*' --option "
              "format=binary --when 'full=Mon *-*-* 02:00:00' --keep-within 2d --keep-daily 7 --keep-zone "
              "Europe/Berlin --verify-after stored --threads 4"));
        // And back: what was set is unset.
        QCOMPARE(line(&after, before),
                 s("salvorctl policy set 'it'\\''s new' --title nightly --include '*' --option format= "
                   "--no-schedule --keep-everything --unset checks.verify_after --unset limits.threads"));
    }

    void retention_changed_saysWhatChanges() {
        Policy before = base();
        before.retention = RetentionRules{};
        before.retention->keepLast = 3;
        before.retention->daily = 7;
        Policy after = before;
        after.retention->keepLast = 1;
        QCOMPARE(line(&before, after), s("salvorctl policy set nightly --keep-last 1"));
        after.retention->daily = 0;
        QCOMPARE(line(&before, after), s("salvorctl policy set nightly --keep-last 1 --keep-daily 0"));
        before.retention->keepWithin = std::chrono::hours(48); // no option says that it goes
        QCOMPARE(line(&before, after), s("salvorctl policy set nightly --keep-everything --keep-last 1"));
    }

    void hooks_oneEach_areOptions_moreNeedTheDocument() {
        const Policy before = base();
        Policy after = before;
        Hook hook;
        hook.command = {"/usr/bin/true", "a b"};
        hook.timeoutSeconds = 30;
        hook.failureMeans = HookFailure::Partial;
        after.hooksBefore = {hook};
        QCOMPARE(line(&before, after),
                 s("salvorctl policy set nightly --no-hooks --hook-before /usr/bin/true --hook-before 'a b' "
                   "--hook-timeout 30 --hook-failure partial"));
        after.hooksBefore.front().paths = {"/srv/app"};
        QVERIFY(line(&before, after).endsWith(s("--hook-failure partial --hook-path /srv/app")));
        after.hooksAfter = {hook}; // with other paths than the one before
        QVERIFY(policyCommand(&before, after, "prod", "nas").needsDocument);
        after.hooksAfter.clear();
        after.hooksBefore.push_back(after.hooksBefore.front());
        const auto command = policyCommand(&before, after, "prod", "nas");
        QVERIFY(command.needsDocument);
        QCOMPARE(QString::fromStdString(command.line), s("salvorctl policy set nightly --file -"));
    }

    void document_isNeededForWhatOptionsCannotSay() {
        const Policy before = base();
        Policy after = before;
        after.relationRules = {{false, "public.log_*"}};
        QVERIFY(policyCommand(&before, after, "prod", "nas").needsDocument);
        after = before;
        after.mail = {"admins"};
        QVERIFY(policyCommand(&before, after, "prod", "nas").needsDocument);
        after = before;
        after.drillChecks = {{"orders", "SELECT 1", DrillCheck::Expect::Rows, {}}};
        QVERIFY(policyCommand(&before, after, "prod", "nas").needsDocument);
        after = before;
        after.drillTarget = "throwaway";
        QCOMPARE(line(&before, after), s("salvorctl policy set nightly --drill-target throwaway"));
        QCOMPARE(line(&after, before), s("salvorctl policy set nightly --unset checks.drill_target"));
    }

    void list_states_andNextTime() {
        const Instant now = fromRfc3339("2026-11-21T07:40:00Z").value();
        Policy policy = base();
        QVERIFY(makePolicyRow(policy, "prod", "nas", false, now).state == PolicyState::ByHand);
        policy.schedules["full"] = "02:00 UTC";
        const auto row = makePolicyRow(policy, "prod", "nas", false, now);
        QVERIFY(row.state == PolicyState::NotApplied);
        QCOMPARE(row.next.value(), fromRfc3339("2026-11-22T02:00:00Z").value());
        QVERIFY(makePolicyRow(policy, "prod", "nas", true, now).state == PolicyState::Applied);
        policy.paused = true;
        QVERIFY(makePolicyRow(policy, "prod", "nas", true, now).state == PolicyState::Paused);
        policy.schedules["full"] = "25:00";
        QVERIFY(makePolicyRow(policy, "prod", "nas", true, now).state == PolicyState::Unreadable);
    }

    void list_model_holdsWhatModelsHaveTo() {
        PolicyListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const Instant now = fromRfc3339("2026-11-21T07:40:00Z").value();
        Policy policy = base();
        policy.schedules["full"] = "02:00 UTC";
        auto rows = std::make_shared<std::vector<PolicyRow>>();
        rows->push_back(makePolicyRow(policy, "prod", "nas", false, now));
        model.setRows(rows);
        Policy second = base();
        second.uuid.back() = '1';
        auto more = std::make_shared<std::vector<PolicyRow>>(*rows);
        more->insert(more->begin(), makePolicyRow(second, "office", "nas", false, now));
        model.setRows(more);
        QCOMPARE(model.rowCount(), 2);
        const QModelIndex index = model.indexOfKey(policy.uuid);
        QCOMPARE(index.row(), 1);
        QCOMPARE(index.data(PolicyListModel::WhenRole).toString(), s("02:00 UTC"));
        QCOMPARE(index.data(PolicyListModel::StateRole).toInt(), static_cast<int>(PolicyState::NotApplied));
        QVERIFY(index.data(PolicyListModel::NextRole).toDateTime().isValid());
        QCOMPARE(index.data(PolicyListModel::ServerRole).toString(), s("prod"));
        QCOMPARE(index.data(PolicyListModel::RevisionRole).toLongLong(), 3);
        QVERIFY(model.roleNames().values().contains("when"));
        model.setRows(std::make_shared<std::vector<PolicyRow>>());
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_GUILESS_MAIN(TestPolicyCommand)
#include "test_policycommand.moc"

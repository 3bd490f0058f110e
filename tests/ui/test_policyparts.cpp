// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of the policy editor by themselves: a schedule for each kind, the engine's options, notifications.
#include "ui/clicks.h"
#include "ui/policies/notificationssection.h"
#include "ui/policies/schedulebuilder.h"
#include "ui/policies/selectionsection.h"
#include "ui/policies/whensection.h"
#include "ui/support/startup.h"
#include "ui/widgetchecks.h"

#include <QApplication>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QSignalSpy>
#include <QSpinBox>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

Policy sample() { return makeDefaultPolicy("p", "prod", "r"); }
/// What the section makes of the policy that it shows.
Policy applied(const PolicySection& section, Policy policy) {
    section.applyTo(policy);
    return policy;
}

} // namespace

class TestPolicyParts : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void when_severalKinds_eachHasItsSchedule() {
        WhenSection section;
        section.setNow(SystemClock().now());
        Policy policy = sample();
        policy.kinds = {"full", "incremental"};
        policy.schedules = {{"full", "Sun 02:00"}, {"incremental", "Mon..Sat 02:00"}};
        section.setPolicy(policy);
        section.show();
        QVERIFY(applied(section, policy).schedules == policy.schedules);
        const auto builders = section.findChildren<ScheduleBuilder*>();
        QCOMPARE(builders.size(), 2);
        QVERIFY(builders[0]->accessibleName().contains(s("full")));
        QVERIFY(builders[1]->accessibleName().contains(s("incremental")));
        CHECK_NONE(nameProblems(section));
        QVERIFY2(section.summary().contains(s("incremental: ")), qPrintable(section.summary()));
        QSignalSpy changed(&section, &PolicySection::changed);
        type(child<QLineEdit>(*builders[1], "scheduleText"), s("*:00"));
        QVERIFY(changed.count() > 0);
        const Policy after = applied(section, policy);
        QCOMPARE(after.schedules.at("full"), std::string("Sun 02:00"));
        QCOMPARE(after.schedules.at("incremental"), std::string("*:00"));
        type(child<QLineEdit>(*builders[1], "scheduleText"), s("nonsense"));
        QVERIFY2(section.problem().startsWith(s("incremental: At character")), qPrintable(section.problem()));
    }

    void when_scheduleOfAKindThatIsNotMade_isShownAndKept() {
        WhenSection section;
        section.setNow(SystemClock().now());
        Policy policy = sample();
        policy.schedules = {{"log", "*:0/15"}};
        section.setPolicy(policy);
        QCOMPARE(section.findChildren<ScheduleBuilder*>().size(), 2);
        QVERIFY(applied(section, policy).schedules == policy.schedules);
        policy.schedules = {{"full", "03:00"}};
        section.setPolicy(policy); // as after another version was taken in
        QCOMPARE(section.findChildren<ScheduleBuilder*>().size(), 1);
        QVERIFY(applied(section, policy).schedules == policy.schedules);
    }

    void limits_options_areTheEnginesAndKeptExactly() {
        LimitsSection section;
        Policy policy = sample();
        policy.options.insert(s("range_bytes"), 100'000'000); // no whole number of MiB
        policy.options.insert(s("other"), s("kept"));
        section.setPolicy(policy);
        section.show();
        QVERIFY(applied(section, policy).options == policy.options);
        QCOMPARE(child<QSpinBox>(section, "policyRange")->value(), 95);
        child<QSpinBox>(section, "policyRange")->setValue(64);
        child<QSpinBox>(section, "policyLockTimeout")->setValue(90);
        const Policy after = applied(section, policy);
        QCOMPARE(after.options.value(s("range_bytes")).toInteger(), qint64(64) << 20);
        QCOMPARE(after.options.value(s("lock_timeout_seconds")).toInteger(), qint64(90));
        QCOMPARE(after.options.value(s("other")).toString(), s("kept"));
        QVERIFY(section.summary().contains(s("64 MiB")));
        child<QSpinBox>(section, "policyRange")->setValue(0);
        QVERIFY(!applied(section, after).options.contains(s("range_bytes")));
        CHECK_NONE(nameProblems(section));
    }

    void limits_optionWhoseZeroIsAValue_isNotTheUsualOne() {
        LimitsSection section;
        Policy policy = sample();
        section.setPolicy(policy);
        section.show();
        auto* first = child<QSpinBox>(section, "policyFirst");
        QCOMPARE(first->text(), s("usual"));
        first->setValue(0);
        QCOMPARE(applied(section, policy).options.value(s("first_bytes")).toInteger(-1), qint64(0));
        policy.options.insert(s("first_bytes"), 0);
        section.setPolicy(policy);
        QCOMPARE(first->text(), s("0 MiB"));
        QVERIFY(section.summary().contains(s("0 MiB")));
        QVERIFY(applied(section, policy).options == policy.options);
        first->setValue(first->minimum());
        QVERIFY(!applied(section, policy).options.contains(s("first_bytes")));
    }

    void preview_restoredCopy_isBackedUpOnlyWhereARuleNamesIt() {
        SelectionPreviewModel model;
        model.setDatabases({s("shop"), s("shop_restored")}, {{s("shop_restored"), s("shop")}});
        model.setRules({{true, "*"}});
        QCOMPARE(model.selectedCount(), 1);
        const QString said = model.index(1, 1).data().toString();
        QVERIFY2(said.contains(s("restored copy of shop")), qPrintable(said));
        model.setRules({{true, "*"}, {true, "shop_restored"}});
        QCOMPARE(model.selectedCount(), 2);
        QCOMPARE(model.index(1, 1).data().toString(), s("backed up, by rule 2"));
        model.setRules({{true, "*"}, {false, "shop_*"}});
        QCOMPARE(model.index(1, 1).data().toString(), s("left out, by rule 2"));
    }

    void notifications_outcomes_defaultStaysUnwritten() {
        NotificationsSection section;
        Policy policy = sample();
        section.setPolicy(policy);
        section.show();
        QVERIFY(!section.isEmpty());
        QCOMPARE(section.summary(), s("Nobody is told"));
        QVERIFY(child<QCheckBox>(section, "policyNotifyOn1")->isChecked());  // partial
        QVERIFY(child<QCheckBox>(section, "policyNotifyOn2")->isChecked());  // failed
        QVERIFY(!child<QCheckBox>(section, "policyNotifyOn0")->isChecked()); // ok
        QVERIFY(applied(section, policy).notifyOn.empty());
        auto* ok = child<QCheckBox>(section, "policyNotifyOn0");
        ok->setFocus();
        QTest::keyClick(ok, Qt::Key_Space);
        QCOMPARE(applied(section, policy).notifyOn.size(), std::size_t(3));
        auto* skipped = child<QCheckBox>(section, "policyNotifyOn4");
        QCOMPARE(skipped->text(), s("skipped"));
        skipped->setChecked(true);
        QVERIFY(notifiesOn(applied(section, policy), RunOutcome::Skipped));
        skipped->setChecked(false);
        for (const char* name : {"policyNotifyOn0", "policyNotifyOn1", "policyNotifyOn2"})
            child<QCheckBox>(section, name)->setChecked(false);
        QVERIFY(section.problem().startsWith(s("Choose at least one outcome")));
        policy.notifyOn = {RunOutcome::Failed, RunOutcome::Partial}; // written out: kept as it is
        section.setPolicy(policy);
        QVERIFY(applied(section, policy).notifyOn == policy.notifyOn);
        CHECK_NONE(nameProblems(section));
    }

    void notifications_channels_areNamedAndMissingOnesSaid() {
        NotificationsSection section;
        Policy policy = sample();
        policy.mail = {"admins"};
        section.setPolicy(policy);
        section.show();
        const auto note = [&] { return child<QLabel>(section, "policyChannels")->text(); };
        QVERIFY(!note().contains(s("Nobody is told")));
        section.setChannels({});
        QVERIFY(note().contains(s("no channel yet")));
        Channel admins;
        admins.title = "admins";
        admins.kind = "mail";
        section.setChannels({admins});
        QCOMPARE(note(), s("Channels there are: admins (mail)."));
        type(child<QLineEdit>(section, "policyMail"), s("admins, boss"));
        QVERIFY2(note().contains(s("boss")), qPrintable(note()));
        QVERIFY(section.problem().isEmpty()); // it may be made later
        type(child<QLineEdit>(section, "policyHeartbeat"), s("pulse"));
        QCOMPARE(applied(section, policy).heartbeat.value_or(""), std::string("pulse"));
    }
};

QTEST_MAIN(TestPolicyParts)
#include "test_policyparts.moc"

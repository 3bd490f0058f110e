// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timershots.h"
#include "support/patience.h"

#include "ui/main/absencenote.h"
#include "ui/main/preferencesdialog.h"
#include "ui/timers/timersdialog.h"
#include "ui/timers/timersplandialog.h"

#include <QAbstractItemView>
#include <QTcpServer>
#include <QTest>

#include <cstdio>

namespace salvor::test {

namespace {

using namespace std::chrono_literals;

TimersPlanView samplePlan() {
    TimersPlanView plan;
    plan.user = "anna";
    plan.sha256 = "4b1d9c7ae02f5386c11de7a9f0b85d43627ce80fa1459bd2370c86ee51fa9d04";
    plan.files = {
        {"/etc/salvor/policies/0a1b2c3d-53d1-4b1c-a2f7-1c8e0a4b9d10/4.json", TimersFileChange::Added, {}},
        {"/etc/salvor/policies/0a1b2c3d-53d1-4b1c-a2f7-1c8e0a4b9d10/3.json", TimersFileChange::Removed, {}},
        {"/etc/systemd/system/salvor-0a1b2c3d-full.service", TimersFileChange::Changed,
         "-ExecStart=/usr/bin/salvorctl run --policy /etc/salvor/policies/0a1b2c3d-53d1-4b1c-a2f7-"
         "1c8e0a4b9d10/3.json\n+ExecStart=/usr/bin/salvorctl run --policy "
         "/etc/salvor/policies/0a1b2c3d-53d1-4b1c-a2f7-1c8e0a4b9d10/4.json\n"},
        {"/etc/systemd/system/salvor-0a1b2c3d-full.timer", TimersFileChange::Changed,
         " [Timer]\n-OnCalendar=*-*-* 02:00:00\n+OnCalendar=Mon..Fri *-*-* 22:00:00\n "
         "RandomizedDelaySec=900\n Persistent=true\n"}};
    plan.credentials = {"salvor-0a1b2c3d-53d1-4b1c-a2f7-1c8e0a4b9d10-profile-password",
                        "salvor-0a1b2c3d-53d1-4b1c-a2f7-1c8e0a4b9d10-signing-key"};
    plan.scores = {{"salvor-0a1b2c3d-full.service", 17}};
    plan.leftOut = {"office"};
    plan.notRunning = {"salvor-77aa0c11-full.timer"};
    return plan;
}

AllTimersView sampleTimers(const SampleWorkspace& sample) {
    const auto timer = [](const char* name, std::optional<Instant> last, int code) {
        TimerView one;
        one.timer = name;
        one.active = "active";
        one.next = FixedClock::kNow + 18h + 20min;
        one.last = last;
        one.exitCode = code;
        return one;
    };
    const auto policy = [](std::string uuid, const char* title, TimersState state, std::int64_t version) {
        PolicyTimersView one;
        one.policyUuid = std::move(uuid);
        one.title = title;
        one.state = state;
        one.version = version;
        return one;
    };
    AllTimersView all;
    auto good = policy(sample.server(0).uuid, "prod-eu", TimersState::Installed, 3);
    good.timers = {timer("salvor-0a1b2c3d-full.timer", FixedClock::kNow - 5h - 40min, 0)};
    auto drift = policy(sample.server(1).uuid, "timescale", TimersState::Drift, 2);
    drift.timers = {timer("salvor-77aa0c11-full.timer", FixedClock::kNow - 5h - 30min, 3)};
    drift.timers[0].dropIns = {"/etc/systemd/system/salvor-77aa0c11-full.service.d/nice.conf"};
    drift.edited = {"/etc/systemd/system/salvor-77aa0c11-full.timer"};
    const auto missing = policy(sample.server(2).uuid, "office", TimersState::NotInstalled, 0);
    auto old = policy("x", "crm by day", TimersState::Outdated, 1);
    old.paused = true;
    old.timers = {timer("salvor-90ab1234-full.timer", std::nullopt, 0)};
    PolicyTimersView watch;
    watch.state = TimersState::Installed;
    watch.timers = {timer("salvor-watch-anna.timer", FixedClock::kNow - 10min, 0)};
    for (const auto& one : {old, missing, good, drift, watch})
        all.policies.push_back({false, one});
    all.canUndoSystem = true;
    return all;
}

} // namespace

bool takeTimers(MainWindow& window, Core& core, SampleWorkspace& sample, Shots& shots) {
    TimersRoad road = window.context().timers;
    road.hasPolkit = true;
    TimersPlanDialog plan(core, road, {TimersWish::Kind::Apply, {"prod-eu"}, false}, &window);
    plan.setAttribute(Qt::WA_DeleteOnClose, false);
    if (!QTest::qWaitFor([&] { return !plan.isBusy(); }, kPatience))
        return false;
    plan.showPlan(samplePlan());
    auto* rows = plan.findChild<QAbstractItemView*>(QStringLiteral("timersPlanTable"));
    rows->setCurrentIndex(rows->model()->index(3, 0));
    TimersDialog status(core, road, &window);
    status.setAttribute(Qt::WA_DeleteOnClose, false);
    if (!shots.take(plan, QStringLiteral("timers-plan")) ||
        !QTest::qWaitFor([&] { return !status.isBusy(); }, kPatience))
        return false;
    status.choose(sample.server(1).uuid);
    status.show(sampleTimers(sample));
    WindowSettings settings(core.config().places);
    PreferencesDialog preferences(settings, true, &window);
    preferences.setAttribute(Qt::WA_DeleteOnClose, false);
    if (!shots.take(status, QStringLiteral("timers-status")) ||
        !shots.take(preferences, QStringLiteral("preferences")))
        return false;
    preferences.hide();
    Absence absence;
    absence.since = FixedClock::kNow - 62h;
    absence.good = 19;
    absence.failed = 2;
    absence.partial = 1;
    absence.troubled = {"iot_raw", "crm"};
    absence.overdue = {"wiki"};
    window.showPage(QStringLiteral("overview"));
    window.findChild<AbsenceNote*>()->show(absence);
    if (!shots.take(window, QStringLiteral("absence")))
        return false;
    window.findChild<AbsenceNote*>()->hide();
    QTcpServer silent; // accepts and never answers
    if (!silent.listen(QHostAddress::LocalHost))
        return false;
    sample.addServerAt(silent.serverPort());
    window.refresh();
    window.showPage(QStringLiteral("activity"));
    if (!QTest::qWaitFor(
            [&] { return window.context().feed.snapshot()->profile(sample.server(3).uuid) != nullptr; },
            20'000))
        return false;
    window.startBackup({QString::fromStdString(sample.server(3).uuid), {}});
    const bool saved = shots.take(window, QStringLiteral("activity-running"));
    window.context().jobs.cancelAll();
    return saved && QTest::qWaitFor([&] { return !window.context().jobs.anyRunning(); }, kPatience);
}

} // namespace salvor::test

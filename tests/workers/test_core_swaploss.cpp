// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Swaps whose connection is lost in COMMIT, or whose process is killed: what is said of them, and what the
// records say.
#include "models/workspace/workspacedatabase.h"
#include "support/check.h"
#include "support/commitproxy.h"
#include "workers/core/begunswaps.h"
#include "workers/restoredtrip.h"
#include "workers/swaprecord.h"

#include <QFile>
#include <QProcess>
#include <QScopeGuard>

#include <algorithm>
#include <thread>

using namespace salvor;
using namespace salvor::test;

namespace {

std::size_t marks(const Restored& trip) {
    const auto swaps = begunSwaps(trip.fixture.config().places.state);
    return swaps ? swaps->size() : 99;
}

/// Of a process that was killed.
ProcessMark deadProcess() {
    QProcess process;
    process.start(QStringLiteral("sleep"), {QStringLiteral("600")});
    if (!process.waitForStarted())
        return {};
    const ProcessMark mark = markOfProcess(process.processId());
    process.kill();
    process.waitForFinished(20000);
    return mark;
}

/// What a process leaves in the state folder that was killed between the beginning of a swap and its end.
Result<BegunSwap> leaveMark(Restored& trip, const SwapRequest& request, const std::string& act,
                            const std::optional<ProcessMark>& process = deadProcess()) {
    SwapRequest look = request;
    look.dryRun = true;
    BegunSwap swap;
    SALVOR_ASSIGN(swap.plan, trip.fixture.core.swapRestored(look, {}));
    SALVOR_ASSIGN(const auto profiles, trip.fixture.core.profiles());
    swap.act = act;
    swap.profileUuid = profiles.front().uuid;
    swap.at = trip.fixture.config().clock->now();
    swap.process = process;
    swap.ids = {trip.admin.value("SELECT system_identifier FROM pg_control_system()"),
                oidOf(trip.admin, swap.plan.restored), oidOf(trip.admin, swap.plan.replaced)};
    SALVOR_TRY(writeBegunSwap(trip.fixture.config().places.state, swap));
    return swap;
}

/// What its server did.
void rename(Restored& trip, const DatabaseSwap& plan) {
    const auto one = [&](const std::string& from, const std::string& to) {
        trip.admin.run("ALTER DATABASE " + from + " RENAME TO " + to);
    };
    if (plan.undo)
        one(plan.restored, plan.restoredAs);
    one(plan.replaced, plan.replacedAs);
    if (!plan.undo)
        one(plan.restored, plan.restoredAs);
}

/// Actions and acts of swaps in the audit, newest first: "restored.swap a".
std::vector<std::string> trail(Restored& trip) {
    AuditFilter filter;
    filter.action = "restored";
    std::vector<std::string> out;
    for (const auto& one : trip.fixture.core.auditTrail(filter).value_or(std::vector<AuditRecord>()))
        out.push_back(one.action + " " + one.after.value(QStringLiteral("act")).toString().toStdString());
    return out;
}

/// What status and the watch say of swaps whose end is not known.
std::vector<std::string> told(Restored& trip) {
    std::vector<std::string> out;
    const auto report = trip.fixture.core.watchReport();
    if (!report)
        return {report.error().message};
    for (const auto& finding : report->general) {
        if (finding.code == "swap_open")
            out.push_back(finding.message);
    }
    return out;
}

using Texts = std::vector<std::string>;

} // namespace

class TestCoreSwapLoss : public QObject {
    Q_OBJECT

private slots:
    void swap_lostInCommit_isRecordedAsItEnded_data();
    void swap_lostInCommit_isRecordedAsItEnded();
    void swap_whoseOutcomeIsUnknown_isSettledByTheNextLook_data();
    void swap_whoseOutcomeIsUnknown_isSettledByTheNextLook();
    void swap_ofAProcessThatDied_isSettledByWhateverAsksTheServer_data();
    void swap_ofAProcessThatDied_isSettledByWhateverAsksTheServer();
    void swapAndUndo_bothCutShort_areBothSettled();
    void swap_ofAProcessThatLives_isLeftAlone();
    void swap_whoseServerHoldsItStill_staysOpenUntilItIsOver();
    void swap_onAnotherServer_staysOpenAndIsTold();
    void swap_whoseEndIsInTheAudit_isNotRecordedTwice();
    void swap_thatATimersJobSettled_isRecordedByTheNextWatch();
    void swap_whoseMarkIsDamaged_isTold();
    void swap_thatIsRefused_hasAnEnd();
    void beginning_withoutAnEnd_isUnfinished();
};

void TestCoreSwapLoss::swap_lostInCommit_isRecordedAsItEnded_data() {
    QTest::addColumn<CommitProxy::Cut>("cut");
    QTest::addColumn<bool>("isDone");
    QTest::newRow("never got there") << CommitProxy::Cut::Before << false;
    QTest::newRow("answer lost") << CommitProxy::Cut::After << true;
}

void TestCoreSwapLoss::swap_lostInCommit_isRecordedAsItEnded() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    QFETCH(CommitProxy::Cut, cut);
    QFETCH(bool, isDone);
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const CommitProxy proxy(server, cut);
    CHECK_OK(trip.fixture.addProfile(proxy.server(), "bad line"));
    auto request = trip.swap();
    request.profile = "bad line";
    const auto done = trip.fixture.core.swapRestored(request, {});
    QVERIFY(proxy.hasCut());
    QCOMPARE(done.has_value(), isDone);
    QCOMPARE(isAudited(trip.fixture, "restored.swap"), isDone);
    QVERIFY(!isAudited(trip.fixture, "restored.unknown"));
    QCOMPARE(marks(trip), std::size_t(0));
    QCOMPARE(stateOf(trip.fixture, trip.live), std::string(isDone ? "swapped_in" : "none"));
    QCOMPARE(stateOf(trip.fixture, trip.fresh), std::string(isDone ? "none" : "proved"));
}

void TestCoreSwapLoss::swap_whoseOutcomeIsUnknown_isSettledByTheNextLook_data() {
    QTest::addColumn<bool>("undo");
    QTest::newRow("swap") << false;
    QTest::newRow("undo") << true;
}

void TestCoreSwapLoss::swap_whoseOutcomeIsUnknown_isSettledByTheNextLook() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    QFETCH(bool, undo);
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    if (undo)
        CHECK_OK(trip.fixture.core.swapRestored(trip.swap(), {}));
    auto profiles = trip.fixture.core.profiles();
    CHECK_OK(profiles);
    Profile profile = profiles->front();
    const std::string before = oidOf(trip.admin, trip.live);
    const CommitProxy proxy(server, CommitProxy::Cut::Gone);
    const Profile away = CoreFixture::profileOf(proxy.server());
    profile.host = away.host;
    profile.port = away.port;
    profile.tlsMode = away.tlsMode;
    profile.tlsCaFile = away.tlsCaFile;
    const auto moved = trip.fixture.core.saveProfile(profile, std::nullopt, {});
    CHECK_OK(moved);
    std::stop_source stop;
    Result<DatabaseSwap> done = failure(ErrorCode::Internal, "it was not begun");
    {
        std::jthread swapping([&] {
            done = trip.fixture.core.swapRestored(undo ? trip.undo() : trip.swap(), stop.get_token());
        });
        const auto end = qScopeGuard([&] { stop.request_stop(); }); // it looks for a minute else
        QTRY_VERIFY_WITH_TIMEOUT(proxy.hasCut(), 60000);
    }
    QVERIFY(!done);
    QVERIFY2(isOutcomeUnknown(done.error()), done.error().message.c_str());
    QVERIFY(isAudited(trip.fixture, "restored.unknown"));
    QVERIFY(!isAudited(trip.fixture, undo ? "restored.undo" : "restored.swap"));
    QTRY_VERIFY_WITH_TIMEOUT(oidOf(trip.admin, trip.live) != before, 60000);
    // The line is good again.
    Profile back = *moved;
    const Profile good = CoreFixture::profileOf(server);
    back.host = good.host;
    back.port = good.port;
    back.tlsMode = good.tlsMode;
    back.tlsCaFile = good.tlsCaFile;
    CHECK_OK(trip.fixture.core.saveProfile(back, std::nullopt, {}));
    CHECK_OK(trip.fixture.core.restoredDatabases("lab", {}));
    AuditFilter filter;
    filter.action = undo ? "restored.undo" : "restored.swap";
    const auto trail = trip.fixture.core.auditTrail(filter);
    CHECK_OK(trail);
    QCOMPARE(trail->size(), std::size_t(1));
    QCOMPARE(trail->front().before.value(QStringLiteral("restored")).toString().toStdString(),
             undo ? trip.live : trip.fresh);
    QVERIFY(trail->front().after.contains(QStringLiteral("at")));
    CHECK_OK(trip.fixture.core.restoredDatabases("lab", {})); // and it is written once
    QCOMPARE(trip.fixture.core.auditTrail(filter)->size(), std::size_t(1));
}

void TestCoreSwapLoss::swap_ofAProcessThatDied_isSettledByWhateverAsksTheServer_data() {
    QTest::addColumn<QString>("look");
    QTest::addColumn<bool>("isDone");
    for (const char* look : {"list", "backup", "undo", "drop"}) {
        QTest::addRow("%s, done", look) << QString::fromLatin1(look) << true;
        QTest::addRow("%s, not done", look) << QString::fromLatin1(look) << false;
    }
}

void TestCoreSwapLoss::swap_ofAProcessThatDied_isSettledByWhateverAsksTheServer() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    QFETCH(QString, look);
    QFETCH(bool, isDone);
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const auto swap = leaveMark(trip, trip.swap(), "killed");
    CHECK_OK(swap);
    if (isDone)
        rename(trip, swap->plan);
    const auto said = told(trip);
    QCOMPARE(said.size(), std::size_t(1));
    QVERIFY2(said.front().find(trip.live) != std::string::npos &&
                 said.front().find("salvorctl restored list") != std::string::npos,
             said.front().c_str());
    if (look == QLatin1String("list"))
        CHECK_OK(trip.fixture.core.restoredDatabases("lab", {}));
    else if (look == QLatin1String("backup"))
        CHECK_OK(trip.fixture.backUp(trip.live));
    else if (look == QLatin1String("undo")) // there is nothing to undo by the markers
        QVERIFY(!trip.fixture.core.swapRestored(trip.undo(), {}));
    else
        CHECK_OK(trip.fixture.core.dropRestoredDatabase("lab", isDone ? trip.live : trip.fresh, {},
                                                        isDone ? trip.live : trip.fresh));
    Texts recorded = trail(trip);
    std::erase_if(recorded, [](const std::string& one) { return one.starts_with("restored.drop"); });
    QCOMPARE(recorded, Texts{isDone ? "restored.swap killed" : "restored.not_done killed"});
    QCOMPARE(marks(trip), std::size_t(0));
    QCOMPARE(told(trip), Texts());
    if (look != QLatin1String("list") || !isDone)
        return;
    // What has the name by now was never backed up.
    const auto sources = trip.fixture.core.overview();
    CHECK_OK(sources);
    const auto live = std::ranges::find(*sources, trip.live, &SourceStatus::database);
    QVERIFY(live == sources->end() || !live->lastGood);
}

void TestCoreSwapLoss::swapAndUndo_bothCutShort_areBothSettled() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const auto swap = leaveMark(trip, trip.swap(), "first");
    CHECK_OK(swap);
    rename(trip, swap->plan);
    BegunSwap undo = *swap; // begun, and never got to the server
    undo.act = "second";
    undo.at += std::chrono::seconds(5);
    undo.plan.undo = true;
    std::swap(undo.plan.restored, undo.plan.restoredAs);
    std::swap(undo.plan.replaced, undo.plan.replacedAs);
    CHECK_OK(writeBegunSwap(trip.fixture.config().places.state, undo));
    QCOMPARE(told(trip).size(), std::size_t(2));
    CHECK_OK(trip.fixture.core.restoredDatabases("lab", {}));
    Texts recorded = trail(trip);
    std::ranges::sort(recorded);
    QCOMPARE(recorded, (Texts{"restored.not_done second", "restored.swap first"}));
    QCOMPARE(marks(trip), std::size_t(0));
}

void TestCoreSwapLoss::swap_ofAProcessThatLives_isLeftAlone() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    auto swap = leaveMark(trip, trip.swap(), "running", markOfThisProcess());
    CHECK_OK(swap);
    CHECK_OK(trip.fixture.core.restoredDatabases("lab", {}));
    QCOMPARE(trail(trip), Texts());
    QCOMPARE(told(trip), Texts());
    QCOMPARE(marks(trip), std::size_t(1));
    // Of another container nobody can tell that it died, but no swap lasts for an hour.
    swap->process->pidNamespace = "pid:[1]";
    QVERIFY(!isOver(*swap, swap->at + std::chrono::minutes(59)));
    QVERIFY(isOver(*swap, swap->at + std::chrono::minutes(61)));
}

void TestCoreSwapLoss::swap_whoseServerHoldsItStill_staysOpenUntilItIsOver() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    const auto swap = leaveMark(trip, trip.swap(), "held");
    CHECK_OK(swap);
    LabConnection left(server, "postgres"); // the session that nobody speaks to any longer
    left.run("BEGIN");
    left.run("ALTER DATABASE " + swap->plan.replaced + " RENAME TO " + swap->plan.replacedAs);
    left.run("ALTER DATABASE " + swap->plan.restored + " RENAME TO " + swap->plan.restoredAs);
    CHECK_OK(trip.fixture.core.restoredDatabases("lab", {}));
    QCOMPARE(trail(trip), Texts());
    const auto said = told(trip);
    QCOMPARE(said.size(), std::size_t(1));
    QVERIFY2(said.front().find("process " + left.value("SELECT pg_backend_pid()")) != std::string::npos,
             said.front().c_str());
    left.run("COMMIT");
    CHECK_OK(trip.fixture.core.restoredDatabases("lab", {}));
    QCOMPARE(trail(trip), Texts{"restored.swap held"});
    QCOMPARE(told(trip), Texts());
}

void TestCoreSwapLoss::swap_onAnotherServer_staysOpenAndIsTold() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    auto swap = leaveMark(trip, trip.swap(), "elsewhere");
    CHECK_OK(swap);
    swap->ids.systemId = "17"; // the profile led to another one then
    const std::string& state = trip.fixture.config().places.state;
    CHECK_OK(writeBegunSwap(state, *swap));
    CHECK_OK(trip.fixture.core.restoredDatabases("lab", {}));
    QCOMPARE(trail(trip), Texts());
    const auto said = told(trip);
    QCOMPARE(said.size(), std::size_t(1));
    QVERIFY2(said.front().find("another server") != std::string::npos, said.front().c_str());
    // The way out that it names.
    const auto open = begunSwaps(state);
    CHECK_OK(open);
    QVERIFY2(said.front().find(open->front().path + " is deleted") != std::string::npos,
             said.front().c_str());
    QVERIFY(QFile::remove(QString::fromStdString(open->front().path)));
    QCOMPARE(told(trip), Texts());
}

void TestCoreSwapLoss::swap_whoseEndIsInTheAudit_isNotRecordedTwice() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    CHECK_OK(trip.fixture.core.swapRestored(trip.swap(), {}));
    AuditFilter filter;
    filter.action = "restored.swap";
    const auto ends = trip.fixture.core.auditTrail(filter);
    CHECK_OK(ends);
    QCOMPARE(ends->size(), std::size_t(1));
    // Killed after it wrote the end: its mark is there still.
    const AuditRecord& end = ends->front();
    const auto name = [](const QJsonObject& of, const char* which) {
        return of.value(QLatin1String(which)).toString().toStdString();
    };
    BegunSwap swap;
    swap.act = name(end.after, "act");
    swap.profileUuid = end.subject;
    swap.at = *fromRfc3339(name(end.after, "at"));
    swap.process = deadProcess();
    swap.plan.liveName = trip.live;
    swap.plan.restored = name(end.before, "restored");
    swap.plan.replaced = name(end.before, "replaced");
    swap.plan.restoredAs = name(end.after, "restored");
    swap.plan.replacedAs = name(end.after, "replaced");
    swap.ids = {trip.admin.value("SELECT system_identifier FROM pg_control_system()"),
                oidOf(trip.admin, swap.plan.restoredAs), oidOf(trip.admin, swap.plan.replacedAs)};
    CHECK_OK(writeBegunSwap(trip.fixture.config().places.state, swap));
    CHECK_OK(trip.fixture.core.restoredDatabases("lab", {}));
    QCOMPARE(trip.fixture.core.auditTrail(filter)->size(), std::size_t(1));
    QCOMPARE(marks(trip), std::size_t(0));
}

void TestCoreSwapLoss::swap_thatATimersJobSettled_isRecordedByTheNextWatch() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    auto swap = leaveMark(trip, trip.swap(), "timer");
    CHECK_OK(swap);
    rename(trip, swap->plan);
    swap->state = BegunSwap::State::Done; // what a job without an audit leaves
    CHECK_OK(writeBegunSwap(trip.fixture.config().places.state, *swap));
    QCOMPARE(told(trip), Texts());
    CHECK_OK(trip.fixture.core.watch({}, {}));
    QCOMPARE(trail(trip), Texts{"restored.swap timer"});
    QCOMPARE(marks(trip), std::size_t(0));
}

void TestCoreSwapLoss::swap_whoseMarkIsDamaged_isTold() {
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    const QString folder = QString::fromStdString(fixture.config().places.state + "/begun-swaps");
    BegunSwap swap;
    swap.act = "damaged";
    CHECK_OK(writeBegunSwap(fixture.config().places.state, swap)); // makes the folder as it has to be
    QFile file(folder + QStringLiteral("/damaged.json"));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write("{"), qint64(1));
    file.close();
    const auto report = fixture.core.watchReport();
    CHECK_OK(report);
    const auto finding = std::ranges::find(report->general, "swap_open", &Finding::code);
    QVERIFY(finding != report->general.end());
    QVERIFY2(finding->message.find(file.fileName().toStdString()) != std::string::npos,
             finding->message.c_str());
}

void TestCoreSwapLoss::swap_thatIsRefused_hasAnEnd() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    Restored trip(server, "CREATE TABLE a (b int)");
    CHECK_OK(trip.prepare());
    {
        const LabConnection client(server, trip.live);
        CHECK_FAILS(trip.fixture.core.swapRestored(trip.swap(), {}), ErrorCode::Busy);
    }
    AuditFilter filter;
    filter.action = "restored";
    const auto records = trip.fixture.core.auditTrail(filter);
    CHECK_OK(records);
    QCOMPARE(records->size(), std::size_t(2));
    const AuditRecord& end = records->at(0);
    const AuditRecord& begin = records->at(1);
    QCOMPARE(end.action, std::string("restored.not_done"));
    QCOMPARE(begin.action, std::string("restored.begin"));
    QCOMPARE(end.after.value(QStringLiteral("act")), begin.after.value(QStringLiteral("act")));
    QCOMPARE(end.after.value(QStringLiteral("state")).toString(), QStringLiteral("failed"));
    QVERIFY(end.after.value(QStringLiteral("error")).toString().contains(QLatin1String("connected")));
    QCOMPARE(begin.after.value(QStringLiteral("state")).toString(), QStringLiteral("started"));
    QCOMPARE(marks(trip), std::size_t(0));
}

void TestCoreSwapLoss::beginning_withoutAnEnd_isUnfinished() {
    CoreFixture fixture;
    CHECK_OK(fixture.init());
    const auto& config = fixture.config();
    const auto record = [&](const char* action, const char* act, const char* state) {
        const auto workspace = WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, "anna@vm");
        return workspace && (*workspace)
                                ->recordAudit(action, "a server", {},
                                              {{QStringLiteral("act"), QLatin1String(act)},
                                               {QStringLiteral("state"), QLatin1String(state)}});
    };
    QVERIFY(record("restored.begin", "a", "started"));
    QVERIFY(record("restored.unknown", "a", "unknown")); // which is no end
    QVERIFY(record("restored.begin", "b", "started"));
    QVERIFY(record("restored.undo", "b", "done"));
    AuditFilter filter;
    filter.action = "restored.begin";
    const auto begun = fixture.core.auditTrail(filter);
    CHECK_OK(begun);
    QCOMPARE(begun->size(), std::size_t(2));
    const auto stateOfAct = [](const AuditRecord& one) {
        return one.after.value(QStringLiteral("state")).toString();
    };
    QCOMPARE(stateOfAct(begun->at(0)), QStringLiteral("started"));
    QCOMPARE(stateOfAct(begun->at(1)), QStringLiteral("unfinished"));
}

QTEST_GUILESS_MAIN(TestCoreSwapLoss)
#include "test_core_swaploss.moc"

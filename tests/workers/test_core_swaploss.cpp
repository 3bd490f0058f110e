// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Swaps whose connection is lost in COMMIT: what is said of them, and what the records say.
#include "support/check.h"
#include "support/commitproxy.h"
#include "workers/restoredtrip.h"
#include "workers/swaprecord.h"

#include <QFile>
#include <QScopeGuard>

#include <thread>

using namespace salvor;
using namespace salvor::test;

class TestCoreSwapLoss : public QObject {
    Q_OBJECT

private slots:
    void swap_lostInCommit_isRecordedAsItEnded_data();
    void swap_lostInCommit_isRecordedAsItEnded();
    void swap_whoseOutcomeIsUnknown_isSettledByTheNextLook_data();
    void swap_whoseOutcomeIsUnknown_isSettledByTheNextLook();
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
    QVERIFY(!QFile::exists(
        QString::fromStdString(trip.fixture.config().places.state + "/name-changes.begun.json")));
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

QTEST_GUILESS_MAIN(TestCoreSwapLoss)
#include "test_core_swaploss.moc"

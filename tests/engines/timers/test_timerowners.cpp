// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Two users of one computer, of whom one means harm or copied the other's workspace: what bert installed is
// neither read, written over nor removed by anna's plans. And what is known without a record.
#include "engines/timers/timerowners.h"

#include "timersfixture.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

const std::string kUuid = "0a1b2c3d-53d1-4b1c-a2f7-1c8e0a4b9d10"; // bert's policy
const std::string kOther = "ffffffff-53d1-4b1c-a2f7-1c8e0a4b9d10";
const std::string kStore = "/etc/credstore.encrypted/";
const std::string kChannelSecret = "salvor-watch-channel-c0ffee00-53d1-4b1c-a2f7-1c8e0a4b9d10-secret";
const std::string kTimer = "/etc/systemd/system/salvor-0a1b2c3d-full.timer";
const std::string kRecord = "/etc/salvor/timers/bert.json";

TimersWanted of(const std::string& user, TimersWanted wanted) {
    wanted.user = user;
    return wanted;
}

TimersWanted undoOf(const std::string& user) {
    TimersWanted wanted = of(user, FakeHost::wanted({}));
    wanted.action = TimersAction::Undo;
    return wanted;
}

WatchFile watchWith(const std::string& channelUuid, const JobFile& job) {
    WatchFile watch = sampleWatch({job.policy});
    watch.channels.front().uuid = channelUuid;
    return watch;
}

/// anna's own policy and channel.
const JobFile& annasJob() {
    static const JobFile job = sampleJob("weekly", kOther);
    return job;
}
TimersWanted annas() {
    return of("anna",
              FakeHost::watched({annasJob()}, watchWith("aaaaaaaa-53d1-4b1c-a2f7-1c8e0a4b9d10", annasJob())));
}

bool remove(const FakeHost& host, const std::string& path) {
    return QFile::remove(QString::fromStdString(host.host.files.inRoot(path)));
}

/// A plan that no planner made: what somebody writes by hand, as root would read it.
std::string handMade(const TimersWanted& wanted) {
    TimersPlan plan;
    plan.wanted = wanted;
    return *writeTimersPlan(plan);
}

} // namespace

class TestTimerOwners : public QObject {
    Q_OBJECT
private slots:
    void channel_ofAnotherUser_isRefusedByNameHoweverThePlanIsMade() {
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::watched({sampleJob()})), "berts-secret"));
        const auto before = host.files();
        QVERIFY(before.contains(kStore + kChannelSecret));
        // Her own policy; bert's channel, whose UUID everybody can read.
        const auto wanted = of("anna", FakeHost::watched({annasJob()}, sampleWatch({annasJob().policy})));
        const auto plan = host.plan(wanted);
        CHECK_FAILS(plan, ErrorCode::AlreadyExists);
        QCOMPARE(plan.error().context.at("owner"), std::string("bert"));
        QVERIFY2(plan.error().message.find(kChannelSecret) != std::string::npos,
                 plan.error().message.c_str());
        QVERIFY(plan.error().message.find("bert") != std::string::npos);
        CredentialSecrets secrets;
        secrets.insert_or_assign(kChannelSecret, Secret(std::string_view("annas")));
        CHECK_FAILS(applyTimers(handMade(wanted), {}, host.host, {}), ErrorCode::AlreadyExists);
        CHECK_FAILS(applyTimers(handMade(wanted), secrets, host.host, {}), ErrorCode::AlreadyExists);
        QVERIFY(host.files() == before);
        CHECK_OK(host.apply(annas())); // with a channel of her own all is well
        QCOMPARE(host.files().at(kStore + kChannelSecret), before.at(kStore + kChannelSecret));
    }

    void policy_ofAnotherUser_isRefusedAlsoUnderOtherUnits_data() {
        QTest::addColumn<QString>("uuid");
        QTest::addColumn<QString>("kind");
        QTest::newRow("the same policy") << QString::fromStdString(kUuid) << QStringLiteral("full");
        QTest::newRow("another kind: no unit collides")
            << QString::fromStdString(kUuid) << QStringLiteral("incremental");
        QTest::newRow("the same first digits")
            << QStringLiteral("0a1b2c3d-0000-4b1c-a2f7-1c8e0a4b9d10") << QStringLiteral("incremental");
    }
    void policy_ofAnotherUser_isRefusedAlsoUnderOtherUnits() {
        QFETCH(const QString, uuid);
        QFETCH(const QString, kind);
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({sampleJob()}))));
        const auto before = host.files();
        JobFile job = sampleJob("mine", uuid.toStdString());
        job.policy.kinds = {kind.toStdString()};
        job.policy.schedules = {{kind.toStdString(), "02:00"}};
        const auto wanted = of("anna", FakeHost::wanted({job}));
        CHECK_FAILS(host.plan(wanted), ErrorCode::AlreadyExists);
        const auto done = applyTimers(handMade(wanted), {}, host.host, {});
        CHECK_FAILS(done, ErrorCode::AlreadyExists);
        QCOMPARE(done.error().context.at("owner"), std::string("bert"));
        QVERIFY(host.files() == before);
    }

    /// Without bert's record his units still say whose they are.
    void another_withoutOrWithADamagedRecord_keepsWhatIsHis_data() {
        QTest::addColumn<bool>("damaged");
        QTest::newRow("lost") << false;
        QTest::newRow("damaged") << true;
    }
    void another_withoutOrWithADamagedRecord_keepsWhatIsHis() {
        QFETCH(const bool, damaged);
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::watched({sampleJob()}))));
        if (damaged)
            host.write(kRecord, "{broken");
        else
            QVERIFY(remove(host, kRecord));
        const auto before = host.files();
        CHECK_FAILS(host.plan(of("anna", FakeHost::watched({annasJob()}, sampleWatch({annasJob().policy})))),
                    ErrorCode::AlreadyExists);
        CHECK_FAILS(host.plan(of("anna", FakeHost::wanted({sampleJob()}))), ErrorCode::AlreadyExists);
        QVERIFY(host.files() == before);
        CHECK_OK(host.apply(annas()));
    }

    void remove_ofWhatAnotherUserHasToo_leavesIt() {
        FakeHost host;
        CHECK_OK(host.apply(annas()));
        const std::string annasRecord = host.files().at("/etc/salvor/timers/anna.json");
        CHECK_OK(host.apply(of("bert", FakeHost::watched({sampleJob()}))));
        // As an older version let her write it: bert's secret is in her record.
        std::string mixed = annasRecord;
        const std::string hers = "salvor-watch-channel-aaaaaaaa-53d1-4b1c-a2f7-1c8e0a4b9d10-secret";
        const auto at = mixed.find(hers);
        QVERIFY(at != std::string::npos);
        mixed.replace(at, hers.size(), kChannelSecret);
        host.write("/etc/salvor/timers/anna.json", mixed);
        const auto before = host.files();
        CHECK_OK(host.apply(of("anna", FakeHost::wanted({}, {kOther}))));
        const auto after = host.files();
        QVERIFY(!after.contains("/etc/systemd/system/salvor-ffffffff-full.timer"));
        QCOMPARE(after.at(kStore + kChannelSecret), before.at(kStore + kChannelSecret));
        QCOMPARE(after.at(kTimer), before.at(kTimer));
        QVERIFY(host.systemd.active.contains("salvor-0a1b2c3d-full.timer"));
    }

    void undo_toWhatAnotherUserHasNow_isRefused() {
        FakeHost host;
        CHECK_OK(host.apply(of("anna", FakeHost::wanted({sampleJob(), annasJob()}))));
        CHECK_OK(host.apply(of("anna", FakeHost::wanted({}, {kUuid}))));
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({sampleJob()})), "berts"));
        const auto before = host.files();
        const auto back = host.apply(undoOf("anna"));
        CHECK_FAILS(back, ErrorCode::AlreadyExists);
        QCOMPARE(back.error().context.at("owner"), std::string("bert"));
        QVERIFY(host.files() == before);
    }

    void credentialFile_thatNoRecordOwns_isNotKeptForAPlan() {
        FakeHost host;
        const auto plan = host.plan(FakeHost::wanted({sampleJob()}));
        CHECK_OK(plan);
        for (const auto& name : plan->credentials)
            host.write(kStore + name, "sealed by somebody");
        const auto before = host.files();
        const auto refused = host.apply(FakeHost::wanted({sampleJob()}), "");
        CHECK_FAILS(refused, ErrorCode::SecretUnavailable);
        QVERIFY(host.files() == before);
        const auto done = host.apply(FakeHost::wanted({sampleJob()})); // with its own secrets it may
        CHECK_OK(done);
        QVERIFY(done->credentialsKept.empty());
        // And where the record was lost, they come with the stream again.
        QVERIFY(remove(host, "/etc/salvor/timers/anna.json"));
        CHECK_FAILS(host.apply(FakeHost::wanted({sampleJob()}), ""), ErrorCode::SecretUnavailable);
        CHECK_OK(host.apply(FakeHost::wanted({sampleJob()})));
    }

    void credential_thatIsNoPlainName_isRefused() {
        FakeHost host;
        JobFile job = sampleJob();
        job.repository.id = "../../../etc/x";
        const auto before = host.files();
        const auto plan = host.plan(FakeHost::wanted({job}));
        QVERIFY(!plan);
        QVERIFY(host.files() == before);
    }

    void watch_ofAnotherUserWhoseUnitsAreMissing_keepsItsName() {
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::watched({sampleJob()}))));
        QVERIFY(remove(host, "/etc/systemd/system/salvor-watch.timer"));
        QVERIFY(remove(host, "/etc/systemd/system/salvor-watch.service"));
        CHECK_OK(host.apply(annas()));
        QVERIFY(host.files().contains("/etc/systemd/system/salvor-watch-anna.timer"));
        QVERIFY(!host.files().contains("/etc/systemd/system/salvor-watch.timer"));
    }

    void owners_ofAUsersOwnManager_areNobody() {
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::watched({sampleJob()}))));
        const auto seen = TimerOwners::load(host.host.files, host.host.layout, "anna");
        CHECK_OK(seen);
        QCOMPARE(seen->ofPath(kTimer), std::string("bert"));
        QCOMPARE(seen->ofPolicy(kUuid), std::string("bert"));
        QCOMPARE(seen->ofCredential(kChannelSecret), std::string("bert"));
        QCOMPARE(seen->ofPath("/etc/systemd/system/salvor-ffffffff-full.timer"), std::string());
        const auto own = TimerOwners::load(host.host.files, host.host.layout, "bert");
        CHECK_OK(own);
        QVERIFY(own->ofPath(kTimer).empty() && own->ofPolicy(kUuid).empty());
        const auto none =
            TimerOwners::load(host.host.files, TimersLayout::ofUser("/home/anna/.config", "/x"), "anna");
        CHECK_OK(none);
        QVERIFY(none->ofPath(kTimer).empty());
    }

    /// The units say whose they are, what they run and which secrets they read.
    void record_lostOrDamaged_isMadeUpFromTheUnits_data() {
        QTest::addColumn<bool>("damaged");
        QTest::newRow("lost") << false;
        QTest::newRow("damaged") << true;
    }
    void record_lostOrDamaged_isMadeUpFromTheUnits() {
        QFETCH(const bool, damaged);
        FakeHost host;
        const auto nothing = host.files();
        const auto noFolders = host.folders();
        CHECK_OK(host.apply(of("bert", FakeHost::watched({sampleJob(), annasJob()}))));
        const auto load = [&] { return loadInstalledTimers(host.host.files, host.host.layout, "bert"); };
        const auto fine = load();
        CHECK_OK(fine);
        QVERIFY(!fine->needsMending() && fine->unrecorded.empty());
        if (damaged)
            host.write(kRecord, "{broken");
        else
            QVERIFY(remove(host, kRecord));
        const auto found = load();
        CHECK_OK(found);
        QVERIFY(found->state == (damaged ? RecordState::Damaged : RecordState::Missing));
        QCOMPARE(found->unrecorded.size(), std::size_t(6));
        QVERIFY(found->written.empty());
        QCOMPARE(found->record.timers(), fine->record.timers());
        QCOMPARE(found->record.find(kUuid)->title, std::string("nightly"));
        QCOMPARE(found->record.find(kUuid)->jobPath, fine->record.find(kUuid)->jobPath);
        auto names = found->record.credentials();
        auto before = fine->record.credentials();
        std::ranges::sort(names);
        std::ranges::sort(before);
        QCOMPARE(names, before);
        // A plan that would change no file writes the record anew.
        const auto plan = host.plan(of("bert", FakeHost::watched({sampleJob(), annasJob()})));
        CHECK_OK(plan);
        QVERIFY(plan->files.empty() && plan->mendsRecord() && !plan->changesNothing());
        // And a removal leaves nothing: units, job files, credentials, the record, folders.
        const auto done = host.apply(of("bert", FakeHost::wanted({}, {kUuid, kOther})));
        CHECK_OK(done);
        QCOMPARE(done->stopped.size(), std::size_t(3));
        QVERIFY(host.files() == nothing);
        auto folders = host.folders();
        std::erase(folders, host.host.files.inRoot("/etc/credstore.encrypted")); // may be systemd's own
        QCOMPARE(folders, noFolders);
    }

    void undo_ofAnApplyOverADamagedRecord_goesBackToWhatRan() {
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({sampleJob()}))));
        const std::string timer = host.files().at(kTimer);
        host.write(kRecord, "{broken");
        JobFile next = sampleJob();
        next.version = next.policy.revision = 4;
        next.policy.schedules["full"] = "03:00";
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({next}))));
        QVERIFY(host.files().at(kTimer) != timer);
        CHECK_OK(host.apply(undoOf("bert")));
        QCOMPARE(host.files().at(kTimer), timer);
        QVERIFY(host.systemd.active.contains("salvor-0a1b2c3d-full.timer"));
        const auto found = loadInstalledTimers(host.host.files, host.host.layout, "bert");
        CHECK_OK(found);
        QVERIFY(!found->needsMending()); // what is there is written down
        QCOMPARE(found->record.find(kUuid)->version, std::int64_t(3));
    }

    void jobFile_ofBeforeTheRecordWasLost_goesWithTheNextApply() {
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({sampleJob()}))));
        const std::string old = "/etc/salvor/policies/" + kUuid + "/3.json";
        QVERIFY(host.files().contains(old) && remove(host, kRecord));
        JobFile next = sampleJob();
        next.version = next.policy.revision = 4;
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({next}))));
        QVERIFY(!host.files().contains(old));
        QVERIFY(host.files().contains("/etc/salvor/policies/" + kUuid + "/4.json"));
    }

    /// As an apply leaves them that is killed before it writes the record.
    void unit_thatTheRecordDoesNotName_isToldAndGoes() {
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({sampleJob()}))));
        const std::string record = host.files().at(kRecord);
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({annasJob()}))));
        host.write(kRecord, record);
        const auto plan = host.plan(of("bert", FakeHost::wanted({sampleJob()}, {kOther})));
        CHECK_OK(plan);
        QCOMPARE(plan->unrecorded,
                 (std::vector<std::string>{"salvor-ffffffff-full.service", "salvor-ffffffff-full.timer"}));
        QVERIFY(plan->recordState == RecordState::Fine && !plan->changesNothing());
        const auto done = host.apply(of("bert", FakeHost::wanted({}, {kOther})));
        CHECK_OK(done);
        QCOMPARE(done->stopped, std::vector<std::string>{"salvor-ffffffff-full.timer"});
        QVERIFY(!host.files().contains("/etc/systemd/system/salvor-ffffffff-full.service"));
        QVERIFY(host.files().contains(kTimer));
    }

    void record_ofANewerVersion_isAnErrorAndNotTakenOver() {
        FakeHost host;
        CHECK_OK(host.apply(of("bert", FakeHost::wanted({sampleJob()}))));
        host.write(kRecord, R"({"document":"timers_record","schema_version":9})");
        CHECK_FAILS(host.plan(of("bert", FakeHost::wanted({sampleJob()}))), ErrorCode::NewerFormat);
    }

    /// A unit of somebody's own that only looks alike is left alone.
    void unit_thatIsNotFromHere_isNotFound() {
        FakeHost host;
        host.write("/etc/systemd/system/salvor-mine.timer", "[Timer]\nX-Salvor-User=bert\n");
        host.write("/etc/systemd/system/other.timer",
                   "# Made by salvorctl timers apply.\nX-Salvor-User=bert\n");
        const auto found = loadInstalledTimers(host.host.files, host.host.layout, "bert");
        CHECK_OK(found);
        QVERIFY(found->record.empty() && !found->needsMending());
    }
};

QTEST_GUILESS_MAIN(TestTimerOwners)
#include "test_timerowners.moc"

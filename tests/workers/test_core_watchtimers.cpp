// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the watch knows of installed timers, from a systemctl that says what it is told.
#include "engines/timers/timerrecord.h"
#include "models/policy/jobfile.h"
#include "models/watch/nagios.h"
#include "models/watch/prometheus.h"
#include "support/check.h"
#include "workers/standings.h"
#include "workers/watchedworld.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <sys/stat.h>

using namespace salvor;
using namespace salvor::test;

namespace {

/// A world whose policy has one timer in the record of the user's own manager.
class TimedWorld : public World {
public:
    Result<> begin() {
        SALVOR_TRY(init());
        return addNight(clock.now() - 1h);
    }
    /// `jobSha256`: of the job that is installed. The shell words answer systemctl show.
    Result<> install(const std::string& jobSha256, const std::string& timer, const std::string& service,
                     std::vector<InstalledFile> files = {}) {
        TimersRecord record;
        record.user = config.userName;
        InstalledPolicy installed;
        installed.uuid = policy.uuid;
        installed.title = policy.title;
        installed.jobSha256 = jobSha256;
        installed.timers = {"salvor-x-full.timer"};
        installed.files = std::move(files);
        record.policies = {installed};
        SALVOR_ASSIGN(const auto bytes, writeTimersRecord(record));
        SALVOR_TRY(write("config/salvor/timers/alice.json", bytes));
        SALVOR_TRY(write("bin/systemctl", "#!/bin/sh\necho \"$*\" >>" + path("asked") +
                                              "\ncase \"$*\" in\n*.timer*) " + timer + ";;\n*) " + service +
                                              ";;\nesac\n"));
        ::chmod(path("bin/systemctl").c_str(), 0700);
        return {};
    }

    /// What systemctl was asked since the last time.
    QStringList asked() const {
        QFile file(toQt(path("asked")));
        const QByteArray lines = file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        file.remove();
        return QString::fromUtf8(lines).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    }

    Result<> write(const std::string& name, const std::string& text) const {
        const QString at = toQt(path(name));
        QDir().mkpath(at.section(QLatin1Char('/'), 0, -2));
        QFile file(at);
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) ||
            file.write(QByteArray::fromStdString(text)) != static_cast<qint64>(text.size()))
            return failure(ErrorCode::IoError, "cannot write " + path(name));
        return {};
    }
};

/// While it lives this process finds the world's systemctl and record.
class Surroundings {
public:
    explicit Surroundings(const World& world)
        : m_path(qgetenv("PATH"))
        , m_config(qgetenv("XDG_CONFIG_HOME")) {
        qputenv("PATH", QByteArray::fromStdString(world.path("bin:")) + m_path);
        qputenv("XDG_CONFIG_HOME", QByteArray::fromStdString(world.path("config")));
    }
    ~Surroundings() {
        qputenv("PATH", m_path);
        m_config.isEmpty() ? qunsetenv("XDG_CONFIG_HOME") : qputenv("XDG_CONFIG_HOME", m_config);
    }
    Q_DISABLE_COPY_MOVE(Surroundings)

private:
    QByteArray m_path;
    QByteArray m_config;
};

QStringList codes(const WatchReport& report) {
    QStringList out;
    for (const auto& finding : report.findings())
        out << toQt(finding.code);
    return out;
}

} // namespace

class TestCoreWatchTimers : public QObject {
    Q_OBJECT

    // 03:03 of the next day: 03:00 and a random delay.
    static constexpr const char* kRuns =
        "echo UnitFileState=enabled; echo ActiveState=active; echo NextElapseUSecRealtime=@1795662180";

private slots:
    void watch_asksSystemdAboutTheInstalledTimers() {
        TimedWorld world;
        CHECK_OK(world.begin());
        const auto well = world.watch();
        CHECK_OK(well);
        QVERIFY2(codes(well->report).isEmpty(), qPrintable(codes(well->report).join(QLatin1Char(' '))));
        CHECK_OK(world.install({}, "echo UnitFileState=disabled; echo ActiveState=inactive",
                               "echo Result=exit-code; echo ExecMainStatus=243; "
                               "echo ExecMainStartTimestamp=@1795608000; "
                               "echo ExecMainExitTimestamp=@1795608000"));
        const Surroundings here(world);
        const auto alarmed = world.watch();
        world.asked();
        const auto seen = world.core->watchReport();
        CHECK_OK(alarmed);
        CHECK_OK(seen);
        // Once for the alarms and the next times together: of the timer and of its service.
        const QStringList asked = world.asked();
        QVERIFY2(asked.size() == 2, qPrintable(asked.join(QLatin1Char('\n'))));
        QCOMPARE(codes(alarmed->report),
                 (QStringList{QStringLiteral("timer_off"), QStringLiteral("service_failed")}));
        QVERIFY(!alarmed->quiet() && !alarmed->report.wellFor(world.policy.uuid));
        QCOMPARE(codes(*seen).size(), 2);
        QCOMPARE(nagiosAnswer(*seen).state, NagiosState::Critical);
    }

    /// systemd is content with any unit: only what was installed tells that it is another one.
    void watch_ofAUnitThatWasChangedByHand_saysWhichOne() {
        TimedWorld world;
        CHECK_OK(world.begin());
        const std::string unit = "[Service]\nExecStart=/usr/bin/salvorctl run\n";
        CHECK_OK(world.write("service", unit));
        CHECK_OK(world.write("timer", "[Timer]\n"));
        CHECK_OK(world.install(
            {}, kRuns, "echo Result=success",
            {{world.path("service"), sha256Hex(unit)}, {world.path("timer"), sha256Hex("[Timer]\n")}}));
        const Surroundings here(world);
        const auto findings = [&] {
            QStringList said;
            for (const auto& finding : world.core->watchReport()->findings()) {
                if (finding.code == "timers_drift")
                    said << toQt(toString(finding.severity)) + QLatin1Char(' ') + toQt(finding.subject);
            }
            return said;
        };
        QVERIFY(findings().isEmpty());
        CHECK_OK(world.write("service", "[Service]\nExecStart=/bin/true\n"));
        const QString edited = QStringLiteral("warning ") + toQt(world.path("service"));
        QCOMPARE(findings(), QStringList{edited});
        QCOMPARE(nagiosAnswer(*world.core->watchReport()).state, NagiosState::Warning);
        CHECK_OK(world.core->pausePolicy(world.policy.uuid, true)); // the pause stands in that unit
        QVERIFY(QFile::remove(toQt(world.path("timer"))));
        QCOMPARE(findings(), (QStringList{edited, QStringLiteral("warning ") + toQt(world.path("timer"))}));
    }

    /// Its file still has the policy: a mark tells the installed watch, which is the one that sends mail.
    void installedWatch_ofAPolicyThatWasRemoved_tellsWhomItTold() {
        TimedWorld world;
        CHECK_OK(world.begin());
        Channel chat;
        chat.title = "chat";
        chat.kind = "webhook";
        chat.url = "https://localhost:1/"; // nobody listens: it waits
        CHECK_OK(world.core->saveChannel(chat, std::nullopt));
        world.policy.webhooks = {"chat"};
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.install({}, kRuns, "echo Result=success"));
        const Surroundings here(world);
        const auto timer = world.exported({"file", {}});
        CHECK_OK(timer);
        const auto before = (*timer)->watch({}, {});
        CHECK_OK(before);
        QVERIFY(before->undelivered.empty());
        CHECK_OK(world.core->removePolicy(world.policy.uuid, {}));
        const auto gone = (*timer)->watch({}, {});
        CHECK_OK(gone);
        QVERIFY2(codes(gone->report).contains(QStringLiteral("policy_gone")),
                 qPrintable(codes(gone->report).join(QLatin1Char(' '))));
        QVERIFY(gone->report.policies.empty());
        QCOMPARE(gone->undelivered.size(), std::size_t(1));
        world.policy.revision = 0; // and it is here again
        world.policy.webhooks.clear();
        CHECK_OK(world.save(world.policy));
        const auto again = (*timer)->watch({}, {});
        CHECK_OK(again);
        QVERIFY(!codes(again->report).contains(QStringLiteral("policy_gone")));
        QCOMPARE(again->report.policies.size(), std::size_t(1));
    }

    /// 12:00 is now. systemd says a stamp's age where a timer has not elapsed yet: when it was installed.
    void newPolicy_waitsForTheFirstTimeOfItsTimer_data() {
        QTest::addColumn<QByteArray>("timer");
        QTest::addColumn<QByteArray>("service");
        QTest::addColumn<QString>("code");
        const QByteArray next = "; echo NextElapseUSecRealtime=@1795662180"; // 03:03
        const QByteArray runs = "echo UnitFileState=enabled; echo ActiveState=active" + next;
        const QByteArray never = "echo Result=success";
        const auto last = [&](const char* at) {
            const auto since = fromRfc3339(at)->time_since_epoch();
            return "; echo LastTriggerUSec=@" +
                   QByteArray::number(
                       qint64(std::chrono::duration_cast<std::chrono::seconds>(since).count()));
        };
        const QString waits = QStringLiteral("first_run");
        const QString alarm = QStringLiteral("never");
        QTest::newRow("just installed") << runs << never << waits;
        QTest::newRow("installed today, started again since")
            << runs + last("2026-11-25T09:00:00Z") << never << waits;
        QTest::newRow("installed yesterday, off at its time")
            << runs + last("2026-11-24T20:00:00Z") << never << alarm;
        QTest::newRow("elapsed at its time") << runs + last("2026-11-25T03:03:00Z") << never << alarm;
        QTest::newRow("its service ran")
            << runs << never + "; echo ExecMainStartTimestamp=@1795575780" << alarm;
        QTest::newRow("its service began just now")
            << runs << never + "; echo ExecMainStartTimestamp=@1795607990" << waits;
        QTest::newRow("a timer that does not run")
            << "echo UnitFileState=disabled; echo ActiveState=inactive" + next << never << alarm;
    }
    void newPolicy_waitsForTheFirstTimeOfItsTimer() {
        QFETCH(const QByteArray, timer);
        QFETCH(const QByteArray, service);
        QFETCH(const QString, code);
        TimedWorld world;
        CHECK_OK(world.init());
        world.policy.schedules = {{"full", "*-*-* 03:00:00 UTC"}};
        world.policy.randomDelaySeconds = 300;
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.install({}, timer.toStdString(), service.toStdString()));
        const auto withoutSystemd = world.core->watchReport(); // of another user's timers
        CHECK_OK(withoutSystemd);
        QVERIFY(codes(*withoutSystemd).contains(QStringLiteral("never")));
        const Surroundings here(world);
        const auto report = world.core->watchReport();
        CHECK_OK(report);
        const QStringList said = codes(*report);
        QVERIFY2(said.contains(code), qPrintable(said.join(QLatin1Char(' '))));
        QCOMPARE(said.contains(QStringLiteral("never")), code == QLatin1String("never"));
        // As the window has it.
        const auto waiting = waitingServers(*world.core, {}, {});
        CHECK_OK(waiting);
        QCOMPARE(waiting->contains(world.policy.profileUuid), code == QLatin1String("first_run"));
        world.policy.schedules.clear(); // and its timers stayed
        CHECK_OK(world.save(world.policy));
        const auto byHand = world.core->watchReport();
        CHECK_OK(byHand);
        QVERIFY(codes(*byHand).contains(QStringLiteral("never")));
    }

    void nextRun_isTheInstalledTimersAlsoOfAnEditedPolicy() {
        TimedWorld world;
        CHECK_OK(world.begin());
        world.policy.schedules = {{"full", "*-*-* 03:00:00 UTC"}};
        CHECK_OK(world.save(world.policy));
        const auto job = world.core->jobFile(world.policy.uuid, "file");
        CHECK_OK(job);
        const auto read = readJobFile(*job);
        CHECK_OK(read);
        CHECK_OK(world.install(read->sha256, kRuns, "echo Result=success"));
        const Surroundings here(world);
        const auto applied = world.core->watchReport();
        CHECK_OK(applied);
        const PolicyWatch& well = applied->policies.front();
        QVERIFY(well.nextRun && well.nextRunByTimer && !well.timersOutdated);
        QCOMPARE(toRfc3339(*well.nextRun), std::string("2026-11-26T03:03:00Z"));
        QVERIFY2(codes(*applied).isEmpty(), qPrintable(codes(*applied).join(QLatin1Char(' '))));

        world.policy.schedules = {{"full", "*-*-* 05:00:00 UTC"}};
        CHECK_OK(world.save(world.policy));
        const auto edited = world.core->watchReport();
        CHECK_OK(edited);
        const PolicyWatch& outdated = edited->policies.front();
        QVERIFY(outdated.nextRun && outdated.nextRunByTimer && outdated.timersOutdated);
        QCOMPARE(toRfc3339(*outdated.nextRun), std::string("2026-11-26T03:03:00Z"));
        QCOMPARE(codes(*edited), QStringList{QStringLiteral("timers_outdated")});
        QVERIFY(outdated.findings.front().message.find("salvorctl timers apply") != std::string::npos);
        QVERIFY(outdated.well()); // nobody is woken for it
        QCOMPARE(toJson(outdated).value(QLatin1String("next_run_by")).toString(), QStringLiteral("timer"));
        QVERIFY(prometheusText(*edited, "alice").find("} 1795662180") != std::string::npos);
    }

    void nextRun_withoutATimerThatRuns_isTheSchedules() {
        TimedWorld world;
        CHECK_OK(world.begin());
        world.policy.schedules = {{"full", "*-*-* 05:00:00 UTC"}};
        CHECK_OK(world.save(world.policy));
        const auto bare = world.core->watchReport();
        CHECK_OK(bare);
        CHECK_OK(world.install({}, "echo UnitFileState=disabled; echo ActiveState=inactive",
                               "echo Result=success"));
        const Surroundings here(world);
        const auto off = world.core->watchReport();
        CHECK_OK(off);
        for (const auto* report : {&*bare, &*off}) {
            const PolicyWatch& policy = report->policies.front();
            QVERIFY(policy.nextRun && !policy.nextRunByTimer && !policy.timersOutdated);
            QCOMPARE(toRfc3339(*policy.nextRun), std::string("2026-11-26T05:00:00Z"));
            QCOMPARE(toJson(policy).value(QLatin1String("next_run_by")).toString(),
                     QStringLiteral("schedule"));
        }
    }
};

QTEST_GUILESS_MAIN(TestCoreWatchTimers)
#include "test_core_watchtimers.moc"

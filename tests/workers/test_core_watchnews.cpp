// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What happens while the watch is telling: a channel's server keeps it waiting, and something fails.
#include "engines/timers/timerrecord.h"
#include "models/base/json.h"
#include "support/check.h"
#include "support/notifyservers.h"
#include "support/patience.h"
#include "workers/watchedworld.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <cstdio>
#include <future>

#include <sys/stat.h>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

void write(const std::string& path, const std::string& text) {
    QFile file(toQt(path));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(QByteArray::fromStdString(text)), static_cast<qint64>(text.size()));
}

QStringList codes(const WatchReport& report) {
    QStringList out;
    for (const auto& finding : report.findings())
        out << toQt(finding.code);
    return out;
}

/// A record of a timer of the world's policy, and a systemctl that knows it; as long as this is there.
class FakeSystemd {
public:
    FakeSystemd(World& world, const std::string& enabled, const std::string& active)
        : m_service(world.path("service-state")) {
        TimersRecord record;
        record.user = world.config.userName;
        InstalledPolicy installed;
        installed.uuid = world.policy.uuid;
        installed.title = world.policy.title;
        installed.timers = {"salvor-x-full.timer"};
        record.policies = {installed};
        const auto bytes = writeTimersRecord(record);
        m_made = bytes && QDir().mkpath(toQt(world.path("config/salvor/timers"))) &&
                 QDir().mkpath(toQt(world.path("bin")));
        if (!m_made)
            return;
        write(world.path("config/salvor/timers/alice.json"), *bytes);
        write(m_service, "Result=success\n");
        write(world.path("bin/systemctl"),
              "#!/bin/sh\ncase \"$*\" in\n*.timer*) echo UnitFileState=" + enabled +
                  "; echo ActiveState=" + active + ";;\n*) cat '" + m_service + "';;\nesac\n");
        m_made = ::chmod(world.path("bin/systemctl").c_str(), 0700) == 0;
        qputenv("PATH", QByteArray::fromStdString(world.path("bin:")) + m_path);
        qputenv("XDG_CONFIG_HOME", QByteArray::fromStdString(world.path("config")));
    }
    FakeSystemd(const FakeSystemd&) = delete;
    FakeSystemd& operator=(const FakeSystemd&) = delete;
    ~FakeSystemd() {
        qputenv("PATH", m_path);
        if (m_config.isEmpty())
            qunsetenv("XDG_CONFIG_HOME");
        else
            qputenv("XDG_CONFIG_HOME", m_config);
    }
    bool isMade() const { return m_made; }
    /// The policy's service could not begin: a credential is not there.
    bool fail() const {
        // In one step: the watch may be reading it.
        write(m_service + ".new", "Result=exit-code\nExecMainStatus=243\n"
                                  "ExecMainStartTimestamp=@1795608000\nExecMainExitTimestamp=@1795608000\n");
        return std::rename((m_service + ".new").c_str(), m_service.c_str()) == 0;
    }

private:
    const std::string m_service;
    const QByteArray m_path = qgetenv("PATH");
    const QByteArray m_config = qgetenv("XDG_CONFIG_HOME");
    bool m_made = false;
};

} // namespace

class TestCoreWatchNews : public QObject {
    Q_OBJECT

    std::unique_ptr<NotifyCertificates> m_certificates;

    static Secret secret() { return Secret(std::string_view(NotifyServer::secret().toStdString())); }
    /// A policy that is overdue, and whose webhook keeps the watch waiting until it is let go.
    Result<> beginHeld(World& world, const NotifyServer& server) {
        SALVOR_TRY(world.init());
        Channel held;
        held.title = "chat";
        held.kind = "webhook";
        held.secretKind = "file";
        held.caFile = m_certificates->ca();
        held.url = "https://localhost:" + std::to_string(server.port()) + "/held";
        SALVOR_ASSIGN(const auto saved, world.core->saveChannel(held, secret()));
        world.policy.webhooks = {saved.title};
        SALVOR_TRY(world.save(world.policy));
        return world.addNight(world.clock.now() - 30h);
    }
    std::unique_ptr<NotifyServer> https() {
        return std::make_unique<NotifyServer>(*m_certificates, QStringLiteral("hookserver.py"));
    }

private slots:
    void initTestCase() {
        qputenv("no_proxy", "*");
        m_certificates = std::make_unique<NotifyCertificates>();
        QVERIFY2(m_certificates->made(), "openssl could not make certificates");
    }

    /// systemd starts no second watch beside one that is at work: what fails meanwhile is that one's to tell.
    void run_thatFailsWhileTheWatchTells_isToldByTheSameWatch() {
        World world;
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        CHECK_OK(beginHeld(world, *server));
        auto telling = std::async(std::launch::async, [&] { return world.watch(); });
        QTRY_VERIFY_WITH_TIMEOUT(server->isHeld(), kPatience);
        CHECK_OK(world.addRun(world.clock.now() - 1h, RunOutcome::Failed));
        QVERIFY(server->letGo());
        const auto outcome = telling.get();
        CHECK_OK(outcome);
        QVERIFY(codes(outcome->report).contains(QStringLiteral("last_run_failed")));
        QCOMPARE(outcome->deliveries.size(), std::size_t(2));
        QCOMPARE(server->taken().size(), std::size_t(2));
        QVERIFY(!server->taken().front().contains("last_run_failed"));
        QVERIFY2(server->taken().back().contains("last_run_failed"), server->taken().back().constData());
        const auto next = world.watch(); // and it is told once
        CHECK_OK(next);
        QVERIFY(next->deliveries.empty());
    }

    void run_thatIsUnderWayWhileTheWatchTells_isNoReasonToLookAgain() {
        World world;
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        CHECK_OK(beginHeld(world, *server));
        world.policy.heartbeat = "hc";
        Channel beat;
        beat.title = "hc";
        beat.kind = "heartbeat";
        beat.caFile = m_certificates->ca();
        beat.url = "https://localhost:" + std::to_string(server->port()) + "/beat";
        beat.failUrl = beat.url + "/fail";
        CHECK_OK(world.core->saveChannel(beat, std::nullopt));
        CHECK_OK(world.save(world.policy));
        auto telling = std::async(std::launch::async, [&] { return world.watch(); });
        QTRY_VERIFY_WITH_TIMEOUT(server->isHeld(), kPatience);
        CHECK_OK(world.addRun(world.clock.now() - 1min, RunOutcome::Running));
        QVERIFY(server->letGo());
        const auto outcome = telling.get();
        CHECK_OK(outcome);
        QCOMPARE(outcome->deliveries.size(), std::size_t(2)); // one webhook, one heartbeat: one look
    }

    void service_thatFailsWhileTheWatchTells_isToldByTheSameWatch() {
        World world;
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        CHECK_OK(beginHeld(world, *server));
        const FakeSystemd systemd(world, "enabled", "active");
        QVERIFY(systemd.isMade());
        auto telling = std::async(std::launch::async, [&] { return world.watch(); });
        QTRY_VERIFY_WITH_TIMEOUT(server->isHeld(), kPatience);
        QVERIFY(systemd.fail());
        QVERIFY(server->letGo());
        const auto outcome = telling.get();
        CHECK_OK(outcome);
        QVERIFY(codes(outcome->report).contains(QStringLiteral("service_failed")));
        QCOMPARE(server->taken().size(), std::size_t(2));
        QVERIFY2(server->taken().back().contains("service_failed"), server->taken().back().constData());
    }
};

QTEST_GUILESS_MAIN(TestCoreWatchNews)
#include "test_core_watchnews.moc"

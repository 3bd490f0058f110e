// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerunits.h"

#include "engines/timers/unitpaths.h"
#include "timersfixture.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

PolicyUnits unitsOf(const JobFile& job, UnitScope scope = UnitScope::System) {
    const JobFile read = asRead(job);
    return {read,
            "/etc/salvor/policies/" + read.policy.uuid + "/3.json",
            scope,
            "anna",
            "/usr/bin/salvorctl",
            "salvor-watch.service"};
}

bool hasLine(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

std::string serviceOf(const JobFile& job, UnitScope scope = UnitScope::System) {
    const auto files = renderUnits(unitsOf(job, scope));
    return files ? files->front().text : "error: " + files.error().toText();
}

Result<std::vector<UnitFile>> watchUnits(const WatchFile& watch, UnitScope scope = UnitScope::System) {
    const auto read = readWatchFile(bytesOf(watch));
    if (!read)
        return failure(read.error());
    return renderUnits(
        WatchUnits{*read, "salvor-watch", "/etc/salvor/watch/anna.json", scope, "anna", "/usr/bin/true"});
}

std::string watchService(const WatchFile& watch, UnitScope scope = UnitScope::System) {
    const auto files = watchUnits(watch, scope);
    return files ? files->front().text : "error: " + files.error().toText();
}

#define HAS_LINE(text, line) QVERIFY2(hasLine(text, line), (text).c_str())

} // namespace

class TestTimerUnits : public QObject {
    Q_OBJECT
private slots:
    void service_ofAPolicy_hasItsHashItsUserAndItsSandbox() {
        const JobFile job = asRead(sampleJob());
        const std::string text = serviceOf(job);
        HAS_LINE(text, "Description=Salvor: backup of policy nightly, full");
        HAS_LINE(text, "X-Salvor-Policy=" + job.policy.uuid);
        HAS_LINE(text, "X-Salvor-Hash=" + job.sha256);
        HAS_LINE(text, "User=anna");
        HAS_LINE(text, "ExecStart=/usr/bin/salvorctl --quiet run --policy /etc/salvor/policies/" +
                           job.policy.uuid + "/3.json --hash " + job.sha256 + " --kind full");
        for (const char* line :
             {"Type=oneshot", "SuccessExitStatus=4", "OnFailure=salvor-watch.service", "ProtectSystem=strict",
              "ProtectHome=tmpfs", "BindReadOnlyPaths=/home/anna",
              "ReadWritePaths=-/srv/backups /home/anna/.local/state/salvor", "PrivateTmp=yes",
              "PrivateDevices=yes", "NoNewPrivileges=yes",
              "CapabilityBoundingSet=", "SystemCallFilter=@system-service", "UMask=0077",
              "MemoryDenyWriteExecute=yes", "RestrictNamespaces=yes", "RemoveIPC=yes", "LimitCORE=0"})
            HAS_LINE(text, line);
        HAS_LINE(text, "ConditionPathExists=!/home/anna/.local/state/salvor/paused/" + job.policy.uuid);
        QVERIFY2(text.find("{{") == std::string::npos, text.c_str());
        QVERIFY2(text.find("CPUQuota") == std::string::npos && text.find("MemoryMax") == std::string::npos,
                 text.c_str());
    }

    void service_credentials_areOneLineForEachSecret() {
        const JobFile job = sampleJob();
        const std::string text = serviceOf(job);
        const auto names = credentialNames(job);
        QCOMPARE(names.size(), std::size_t(3));
        for (const auto& name : names)
            HAS_LINE(text, "LoadCredentialEncrypted=" + name + ":/etc/credstore.encrypted/" + name);
        JobFile fromFiles = job;
        fromFiles.secretKind = "file";
        fromFiles.secretsFolder = "/home/anna/.local/share/salvor/secrets";
        const std::string other = serviceOf(fromFiles);
        QVERIFY(other.find("LoadCredential") == std::string::npos);
        HAS_LINE(other, "BindReadOnlyPaths=/home/anna");
    }

    void service_limits_areThePolicys() {
        JobFile job = sampleJob();
        job.policy.cpuPercent = 150;
        job.policy.memoryBytes = 536870912;
        const std::string text = serviceOf(job);
        HAS_LINE(text, "CPUQuota=150%");
        HAS_LINE(text, "MemoryMax=536870912");
        job.policy.cpuPercent = 0;
        job.policy.memoryBytes = 0;
        QVERIFY(serviceOf(job).find("CPUQuota") == std::string::npos);
    }

    void service_filesInHomes_areReachedByTheWholeHome() {
        JobFile job = sampleJob();
        job.repository.url = "file:///home/anna/my%20backups";
        job.profile.tlsCaFile = "/home/anna/ca.crt";
        job.profile.host = "/run/postgresql";
        job.policy.hooksBefore = {
            {{"/home/anna/bin/freeze", "/not/a/path"}, 30, HookFailure::Failed, {}, {}}};
        job.policy.hooksAfter = {{{"/usr/bin/thaw"}, 30, HookFailure::Failed, {}, {}}};
        const std::string text = serviceOf(job);
        HAS_LINE(text, "BindReadOnlyPaths=/home/anna");
        QVERIFY(text.find("BindPaths") == std::string::npos);
        HAS_LINE(text, "ReadWritePaths=\"-/home/anna/my backups\" /home/anna/.local/state/salvor");
    }

    /// Root makes the mounts: one of a folder of somebody else's would go past the folder that guards it.
    void service_filesOfSomebodyElse_areNotBoundThemselves() {
        JobFile job = sampleJob();
        job.policy.hooksBefore = {
            {{"/usr/bin/freeze"}, 30, HookFailure::Failed, {}, {"/home/bert/docs", "/run/user/1001/x"}}};
        job.profile.tlsCaFile = "/home/bert/private/ca.crt";
        HAS_LINE(serviceOf(job), "BindReadOnlyPaths=/home/anna /home/bert -/run/user/1001");
        job.profile.tlsCaFile = "/home";
        CHECK_FAILS(renderUnits(unitsOf(job)), ErrorCode::Unsupported);
    }

    void service_filesOfRoot_areRefusedByName_data() {
        QTest::addColumn<int>("field");
        int field = 0;
        for (const char* name : {"hook's folder", "hook's program", "certificate", "channel", "store"})
            QTest::newRow(name) << field++;
    }
    void service_filesOfRoot_areRefusedByName() {
        QFETCH(const int, field);
        const std::string path = "/root/scripts";
        JobFile job = sampleJob();
        Channel channel;
        channel.caFile = path;
        Hook hook{{"/usr/bin/freeze"}, 30, HookFailure::Failed, {}, {}};
        if (field == 0)
            hook.paths = {path};
        if (field == 1)
            hook.command = {path};
        if (field == 2)
            job.profile.tlsCaFile = path;
        if (field == 3)
            job.channels = {channel};
        if (field == 4)
            job.repository.url = "file://" + path;
        job.policy.hooksAfter = {hook};
        const auto refused = unitPathsOf(job, "/usr/bin/salvorctl", "anna");
        CHECK_FAILS(refused, ErrorCode::PermissionDenied);
        QCOMPARE(refused.error().context.at("path"), path);
        QVERIFY2(refused.error().message.find("\"anna\" may not enter") != std::string::npos,
                 refused.error().message.c_str());
        const auto own = unitPathsOf(job, "/usr/bin/salvorctl", "root");
        CHECK_OK(own);
        QCOMPARE(own->bound.back(), (field == 0 || field == 4 ? "-" : "") + path);
    }

    void service_hooksPaths_areWritableAndNoOthers() {
        JobFile job = sampleJob();
        job.policy.hooksBefore = {
            {{"/usr/bin/freeze"}, 30, HookFailure::Failed, {}, {"/srv/app/state/", "/home/anna/app data"}}};
        job.policy.hooksAfter = {{{"/usr/bin/thaw"}, 30, HookFailure::Failed, {}, {"/srv/app/../app/state"}}};
        const std::string text = serviceOf(job);
        HAS_LINE(text, "ReadWritePaths=\"-/home/anna/app data\" -/srv/app/state -/srv/backups "
                       "/home/anna/.local/state/salvor");
        HAS_LINE(text, "BindReadOnlyPaths=/home/anna");
        for (const char* path : {"/tmp/app", "/", "/dev/shm", "/srv/a\nb"}) {
            job.policy.hooksBefore.front().paths = {path};
            const auto refused = renderUnits(unitsOf(job));
            QVERIFY2(!refused, path);
            QVERIFY2(refused.error().message.find("the hook's folder") != std::string::npos,
                     refused.error().message.c_str());
        }
    }

    void timer_ofAPolicy_catchesUpAndWaitsAtRandom() {
        JobFile job = sampleJob();
        job.policy.randomDelaySeconds = 300;
        job.policy.schedules = {{"full", "Sat 02:00"}};
        const auto files = renderUnits(unitsOf(job));
        CHECK_OK(files);
        QCOMPARE(files->size(), std::size_t(2));
        QCOMPARE(files->back().name, std::string("salvor-0a1b2c3d-full.timer"));
        const std::string& text = files->back().text;
        for (const char* line : {"OnCalendar=Sat *-*-* 02:00:00", "Persistent=true", "RandomizedDelaySec=300",
                                 "Unit=salvor-0a1b2c3d-full.service", "WantedBy=timers.target"})
            HAS_LINE(text, line);
        HAS_LINE(text, "X-Salvor-Hash=" + asRead(job).sha256);
    }

    void units_ofSeveralKinds_areOnePairEach() {
        JobFile job = sampleJob();
        job.policy.kinds = {"full", "incremental"};
        job.policy.schedules = {{"full", "Sun 02:00"}, {"incremental", "Mon..Sat 02:00"}};
        const auto files = renderUnits(unitsOf(job));
        CHECK_OK(files);
        QCOMPARE(files->size(), std::size_t(4));
        QCOMPARE(files->at(2).name, std::string("salvor-0a1b2c3d-incremental.service"));
        QVERIFY(files->at(2).text.find("--kind incremental") != std::string::npos);
        QVERIFY(files->at(3).text.find("OnCalendar=Mon..Sat *-*-* 02:00:00") != std::string::npos);
    }

    void title_withSigns_staysOneLineOfText() {
        JobFile job = sampleJob("100 % of \"it\" %h; rm \\");
        const std::string text = serviceOf(job);
        HAS_LINE(text, "Description=Salvor: backup of policy 100 %% of \"it\" %%h; rm \\, full");
    }

    void paths_theStore_isTheFolderThatOpeningTakes() {
        JobFile job = sampleJob();
        const auto writable = [&job](const char* url) {
            job.repository.url = url;
            const auto paths = unitPathsOf(job, "/usr/bin/salvorctl", "anna");
            return paths ? paths->writable : std::vector<std::string>{paths.error().toText()};
        };
        const std::vector<std::string> elsewhere = writable("s3://bucket/x");
        QCOMPARE(elsewhere, std::vector<std::string>{job.stateFolder});
        // What ends the path of other addresses is a part of the folder's name here.
        for (const auto& [url, folder] :
             {std::pair{"file:///srv/a?b", "-/srv/a?b"}, std::pair{"/srv/a#b", "-/srv/a#b"},
              std::pair{"file:///srv/%FF", "-/srv/\xff"}}) {
            const auto paths = writable(url);
            QVERIFY2(std::ranges::find(paths, folder) != paths.end(), paths.front().c_str());
        }
    }

    void paths_thatASandboxCannotGive_areRefused_data() {
        QTest::addColumn<QString>("store");
        QTest::addColumn<QString>("state");
        QTest::addColumn<int>("code");
        const QString good = QStringLiteral("/var/lib/salvor");
        QTest::newRow("store in /tmp") << "file:///tmp/x" << good << int(ErrorCode::Unsupported);
        QTest::newRow("state in /var/tmp") << "file:///srv/x" << "/var/tmp/x" << int(ErrorCode::Unsupported);
        QTest::newRow("store is the root") << "file:///" << good << int(ErrorCode::Unsupported);
        QTest::newRow("by way of ..") << "file:///srv/../tmp/x" << good << int(ErrorCode::Unsupported);
        QTest::newRow("device") << "file:///dev/shm/x" << good << int(ErrorCode::Unsupported);
        QTest::newRow("line end") << "file:///srv/a%0AUser=root" << good << int(ErrorCode::InvalidInput);
        QTest::newRow("colon") << "file:///srv/a:b" << good << int(ErrorCode::InvalidInput);
        QTest::newRow("quote") << "file:///srv/a%22b" << good << int(ErrorCode::InvalidInput);
        QTest::newRow("no store has it") << "file://nas/share" << good << int(ErrorCode::InvalidInput);
    }
    void paths_thatASandboxCannotGive_areRefused() {
        QFETCH(const QString, store);
        QFETCH(const QString, state);
        QFETCH(const int, code);
        JobFile job = sampleJob();
        job.repository.url = store.toStdString();
        job.stateFolder = state.toStdString();
        CHECK_FAILS(unitPathsOf(job, "/usr/bin/salvorctl", "anna"), static_cast<ErrorCode>(code));
    }

    void units_thatCannotBe_areRefused() {
        JobFile job = sampleJob();
        CHECK_FAILS(unitPathsOf(job, "/home/anna/bin/salvorctl", "anna"), ErrorCode::PermissionDenied);
        PolicyUnits units = unitsOf(job);
        units.user = "anna\nUser=root";
        CHECK_FAILS(renderUnits(units), ErrorCode::InvalidInput);
        units = unitsOf(job);
        units.job.policy.uuid = "../../etc/passwd";
        CHECK_FAILS(renderUnits(units), ErrorCode::InvalidInput);
        units = unitsOf(job);
        units.job.policy.schedules.clear();
        CHECK_FAILS(renderUnits(units), ErrorCode::InvalidInput);
    }

    void words_ofAUnitFile_areEscaped() {
        QCOMPARE(unitWord("/srv/100%"), std::string("/srv/100%%"));
        QCOMPARE(unitWord("/srv/a b"), std::string("\"/srv/a b\""));
        QCOMPARE(unitWord("/srv/$x"), std::string("/srv/$x"));
        QCOMPARE(commandWord("/srv/$x"), std::string("/srv/$$x"));
    }

    /// The gate: what this computer's systemd says of the rendered units.
    void units_realSystemd_takesThemAndRatesThemLow_data() {
        QTest::addColumn<QString>("user");
        QTest::newRow("a person") << QStringLiteral("anna");
        QTest::newRow("root") << QStringLiteral("root");
        QTest::newRow("the watch") << QString();
    }
    void units_realSystemd_takesThemAndRatesThemLow() {
        QFETCH(const QString, user);
        SystemProcessRunner processes;
        const UnitSystem system(processes, UnitScope::System);
        JobFile job = sampleJob("100 %h \"quoted\" \\");
        job.policy.cpuPercent = 50;
        job.policy.memoryBytes = 1U << 30U;
        job.policy.randomDelaySeconds = 60;
        job.policy.hooksBefore = {{{"/home/anna/bin/x"}, 30, HookFailure::Failed, {}, {}}};
        PolicyUnits units = unitsOf(job);
        units.user = user.toStdString();
        units.program = "/usr/bin/true";
        const auto files = user.isEmpty() ? watchUnits(sampleWatch()) : renderUnits(units);
        CHECK_OK(files);
        QTemporaryDir folder;
        std::vector<std::string> paths;
        for (const auto& unit : *files) {
            QFile file(folder.filePath(QString::fromStdString(unit.name)));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(QByteArray::fromStdString(unit.text));
            paths.push_back(file.fileName().toStdString());
        }
        const auto verified = system.verify(paths, {});
        if (!verified && verified.error().code == ErrorCode::ToolMissing)
            QSKIP("systemd-analyze is not installed");
        CHECK_OK(verified);
        const auto tenths = system.exposureTenths(paths.front(), {});
        CHECK_OK(tenths);
        QVERIFY2(*tenths > 0 && *tenths <= kMostExposureTenths, std::to_string(*tenths).c_str());

        QFile broken(QString::fromStdString(paths.front()));
        QVERIFY(broken.open(QIODevice::Append) && broken.write("RemoveIPX=yes\n") > 0);
        broken.close();
        CHECK_FAILS(system.verify(paths, {}), ErrorCode::ToolFailed);
    }

    void watch_ofAUser_seesItsStateAndNothingElse() {
        WatchFile watch = sampleWatch();
        watch.textfile = "/var/lib/metrics/salvor.prom";
        watch.channels.front().caFile = "/home/anna/mail.pem";
        const std::string text = watchService(watch);
        HAS_LINE(text, "User=anna");
        HAS_LINE(text, "SuccessExitStatus=3 4");
        HAS_LINE(text, "ReadWritePaths=-/var/lib/metrics /home/anna/.local/state/salvor");
        HAS_LINE(text, "BindReadOnlyPaths=/home/anna");
        HAS_LINE(text,
                 "LoadCredentialEncrypted=salvor-watch-channel-c0ffee00-53d1-4b1c-a2f7-1c8e0a4b9d10-secret:"
                 "/etc/credstore.encrypted/salvor-watch-channel-c0ffee00-53d1-4b1c-a2f7-1c8e0a4b9d10-"
                 "secret");
        QVERIFY2(text.find(" --quiet watch --once --file /etc/salvor/watch/anna.json --hash ") !=
                     std::string::npos,
                 text.c_str());
        QVERIFY2(text.find("{{") == std::string::npos, text.c_str());
        watch.textfile = "/tmp/salvor.prom";
        CHECK_FAILS(watchUnits(watch), ErrorCode::Unsupported);
    }

    void watch_ofAUsersManager_hasNoUserAndNoCredentials() {
        WatchFile watch = sampleWatch();
        watch.secretKind = "file";
        watch.secretsFolder = "/home/anna/.local/share/salvor/secrets";
        const std::string text = watchService(watch, UnitScope::User);
        QVERIFY2(text.find("\nUser=") == std::string::npos &&
                     text.find("LoadCredential") == std::string::npos &&
                     text.find("ProtectHome") == std::string::npos && text.find("{{") == std::string::npos,
                 text.c_str());
        HAS_LINE(text, "NoNewPrivileges=yes");
    }

    void userUnit_ofAPolicy_hasNoUserAndNoMounts() {
        JobFile job = sampleJob();
        job.secretKind = "file";
        job.secretsFolder = "/home/anna/.local/share/salvor/secrets";
        const std::string text = serviceOf(job, UnitScope::User);
        QVERIFY2(text.find("\nUser=") == std::string::npos && text.find("ProtectHome") == std::string::npos &&
                     text.find("BindPaths") == std::string::npos,
                 text.c_str());
        HAS_LINE(text, "NoNewPrivileges=yes");
        HAS_LINE(text, "X-Salvor-User=anna");
    }
};

QTEST_GUILESS_MAIN(TestTimerUnits)
#include "test_timerunits.moc"

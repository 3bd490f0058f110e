// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A workspace with a policy that has a schedule, over a core; and a computer to install timers on: a root
// folder of its own, a systemd that does what it is told, and a pkexec that is root at once.
#pragma once

#include "engines/timers/timersfixture.h"
#include "workers/core.h"
#include "workers/timersroad.h"

#include <QDir>
#include <QFile>

#include <memory>
#include <mutex>
#include <stdexcept>

namespace salvor::test {

/// The fake systemd, and beside it pkexec. Any thread may run its programs, one at a time.
class FakeComputer final : public ProcessRunner {
public:
    /// Changes to `systemd` while a window's threads may be asking it.
    template <typename Act>
    auto locked(const Act& act) {
        const std::lock_guard lock(m_mutex);
        return act(systemd);
    }

    Result<ProcessReport> run(const ProcessRequest& request, const CancelToken& cancel) override {
        const std::lock_guard lock(m_mutex); // pkexec runs the others from inside
        if (request.command.front() != "pkexec") {
            auto report = systemd.run(request, cancel);
            calls = systemd.calls;
            return report;
        }
        std::string words;
        for (const auto& word : request.command)
            words += word + " ";
        pkexecCalls.push_back(words);
        pkexecInput.clear();
        std::byte buffer[4096];
        while (request.input) {
            const auto got = request.input->read(buffer);
            if (!got || *got == 0)
                break;
            pkexecInput.append(asText(ByteView(buffer, *got)));
        }
        if (pkexecExit != 0)
            return ProcessReport{pkexecExit, "it was told to fail", true};
        const auto done = applyTimersPlanFile(request.command.at(5), request.command.at(7),
                                              Secret(std::string_view(pkexecInput)), *road, cancel);
        return done ? ProcessReport{} : ProcessReport{1, done.error().toText(), true};
    }

    FakeSystemd systemd;
    std::vector<std::string> calls;       ///< of systemd's programs
    std::vector<std::string> pkexecCalls; ///< with all their words
    std::string pkexecInput;              ///< of the last call
    int pkexecExit = 0;
    const TimersRoad* road = nullptr; ///< root's

private:
    std::recursive_mutex m_mutex;
};

/// Throws std::runtime_error where it cannot be made. Not below /tmp: no timer can use what is there.
class TimersWorkspace {
public:
    explicit TimersWorkspace(const Clock& clock = systemClock())
        : m_folder(QDir::current().filePath(QStringLiteral("salvor-timers-XXXXXX"))) {
        if (!m_folder.isValid())
            throw std::runtime_error("no temporary folder in the working folder");
        CoreConfig config;
        config.places = *findPlaces(PlacesKind::User, [&](const char* name) -> std::optional<std::string> {
            return std::string_view(name) == "SALVOR_HOME" ? std::optional(path("/salvor")) : std::nullopt;
        });
        (void)createFolders(config.places);
        config.clock = &clock;
        core = std::make_unique<Core>(std::move(config));
        RepositoryInitSpec spec;
        spec.url = path("/store");
        spec.title = "vault";
        spec.secretKind = "file";
        need(core->initRepository(std::move(spec), {}));
        Profile profile;
        profile.title = "nightly";
        profile.engine = "postgresql";
        profile.host = "db.example.org";
        profile.port = 5432;
        profile.user = "backup";
        profile.database = "postgres";
        profile.secretKind = "file";
        need(core->saveProfile(profile, Secret(std::string_view("canary-password")), "vault"));
        Policy policy = need(core->policy("nightly"));
        policy.schedules["full"] = "02:00";
        need(core->savePolicy(policy));
        policyUuid = policy.uuid;
        road.setup.program = "/usr/bin/true";
        road.setup.root = path("/root");
        road.setup.configHome = "/home/config";
        road.setup.dataHome = "/home/data";
        road.setup.processes = &computer;
        computer.road = &road;
        QDir().mkpath(QString::fromStdString(path("/root/etc/systemd/system")));
    }

    static const Clock& systemClock() {
        static const SystemClock clock;
        return clock;
    }
    std::string path(const std::string& below) const { return m_folder.path().toStdString() + below; }
    std::string user() const { return core->config().userName; }
    std::string stem() const { return "salvor-" + policyUuid.substr(0, 8) + "-full"; }
    bool exists(const std::string& onComputer) const {
        return QFile::exists(QString::fromStdString(path("/root" + onComputer)));
    }
    void write(const std::string& onComputer, const std::string& content) const {
        const QString file = QString::fromStdString(path("/root" + onComputer));
        QDir().mkpath(file.section(QLatin1Char('/'), 0, -2));
        QFile out(file);
        if (!out.open(QIODevice::WriteOnly | QIODevice::Truncate) ||
            out.write(QByteArray::fromStdString(content)) < 0)
            throw std::runtime_error("cannot write " + onComputer);
    }
    Result<AppliedTimersView> applyAll() {
        Timers timers(*core, road.setup);
        SALVOR_ASSIGN(const auto plan, timers.plan({}, {}));
        return applyTimersPlan(timers, road, plan, "timers.apply", {});
    }
    /// In the first scope that has it.
    std::string stateOf(const std::string& title) {
        for (const auto& one : need(allTimers(*core, road, false, {})).policies) {
            if (one.timers.title == title)
                return std::string(toString(one.timers.state));
        }
        throw std::runtime_error(title + " is not listed");
    }
    int audits(const std::string& action) {
        int count = 0;
        for (const auto& record : need(core->auditTrail({})))
            count += record.action == action ? 1 : 0;
        return count;
    }

    template <typename T>
    static T need(Result<T> result) {
        if (!result)
            throw std::runtime_error(result.error().toText());
        return std::move(*result);
    }

private:
    QTemporaryDir m_folder;

public:
    FakeComputer computer;
    std::unique_ptr<Core> core;
    TimersRoad road; ///< there is none: neither root nor polkit
    std::string policyUuid;
};

} // namespace salvor::test

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A host in a temporary folder, with a systemd that does what it is told: for faults that a real one will not
// make. The real ones are in tests/app (booted servers).
#pragma once

#include "engines/process/process.h"
#include "engines/timers/timerapply.h"
#include "models/profile.h"
#include "support/check.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace salvor::test {

inline JobFile sampleJob(const std::string& title = "nightly",
                         const std::string& uuid = "0a1b2c3d-53d1-4b1c-a2f7-1c8e0a4b9d10") {
    JobFile job;
    job.profile.uuid = "5b0f1c7e-53d1-4b1c-a2f7-1c8e0a4b9d10";
    job.profile.title = "billing";
    job.profile.engine = "postgresql";
    job.profile.host = "127.0.0.1";
    job.profile.port = 5432;
    job.profile.user = "backup";
    job.profile.database = "postgres";
    job.profile.secretKind = "file";
    job.repository.id = "0123456789abcdef0123456789abcdef";
    job.repository.title = "nas";
    job.repository.url = "file:///srv/backups";
    job.repository.formatVersion = 1;
    job.repository.signingPublicKey = std::string(64, 'a');
    job.repository.recipients = {"age1qyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqszqgpqyqs3290gq"};
    job.repository.isWriter = true;
    job.repository.secretKind = "file";
    job.policy = makeDefaultPolicy(job.profile.uuid, title, job.repository.id);
    job.policy.uuid = uuid;
    job.policy.revision = 3;
    job.policy.schedules = {{"full", "02:00"}};
    job.version = 3;
    job.secretKind = "credentials";
    job.stateFolder = "/home/anna/.local/state/salvor";
    return job;
}

/// Of the same policy, with a mail channel that has a password.
inline WatchFile sampleWatch(std::vector<Policy> policies = {sampleJob().policy}) {
    WatchFile watch;
    watch.policies = std::move(policies);
    Channel ops;
    ops.uuid = "c0ffee00-53d1-4b1c-a2f7-1c8e0a4b9d10";
    ops.title = "ops";
    ops.kind = "mail";
    ops.host = "mail.example.org";
    ops.port = 587;
    ops.tls = "starttls";
    ops.from = "salvor@example.org";
    ops.to = {"ops@example.org"};
    ops.user = "salvor";
    ops.secretKind = "file";
    watch.channels = {ops};
    watch.secretKind = "credentials";
    watch.stateFolder = "/home/anna/.local/state/salvor";
    return watch;
}
inline std::string bytesOf(const WatchFile& watch) {
    const auto bytes = writeWatchFile(watch);
    return bytes ? *bytes : "not a watch file: " + bytes.error().toText();
}

inline std::string bytesOf(const JobFile& job) {
    const auto bytes = writeJobFile(job);
    return bytes ? *bytes : "not a job: " + bytes.error().toText();
}

/// As read: with its hash.
inline JobFile asRead(const JobFile& job) { return *readJobFile(bytesOf(job)); }

/// Answers for systemctl, systemd-analyze and systemd-creds; remembers what was asked of it.
class FakeSystemd final : public ProcessRunner {
public:
    Result<ProcessReport> run(const ProcessRequest& request, const CancelToken&) override {
        std::string words;
        for (const auto& word : request.command)
            words += (words.empty() ? "" : " ") + word;
        calls.push_back(words);
        if (onCall)
            onCall(words);
        std::string input;
        std::byte buffer[4096];
        while (request.input) {
            const auto got = request.input->read(buffer);
            if (!got || *got == 0)
                break;
            input.append(asText(ByteView(buffer, *got)));
        }
        for (auto& [part, times] : failures) {
            if (words.find(part) != std::string::npos && times > 0) {
                --times;
                return ProcessReport{1, failureText, true};
            }
        }
        std::string out;
        if (words.find("security") != std::string::npos)
            out = "→ Overall exposure level for x.service: " + exposure + " OK\n";
        if (words.find(" show ") != std::string::npos)
            out = words.find(".timer") != std::string::npos ? showTimer(request.command) : serviceShow;
        if (request.command.front() == "systemctl")
            remember(request.command);
        if (request.command.front() == "systemd-creds")
            out = "sealed:" + std::to_string(++sealed) + ":" + input;
        if (request.output)
            (void)request.output->write(asBytes(out));
        return ProcessReport{0, {}, true};
    }
    bool asked(const std::string& part) const {
        for (const auto& call : calls) {
            if (call.find(part) != std::string::npos)
                return true;
        }
        return false;
    }

    /// As `systemctl disable --now` by somebody else.
    void turnOff(const std::string& timer) {
        enabled.erase(timer);
        active.erase(timer);
    }

    std::set<std::string> enabled; ///< timers, as systemctl was told
    std::set<std::string> active;
    std::vector<std::string> calls;
    std::function<void(const std::string&)> onCall; ///< before the answer
    std::map<std::string, int> failures;            ///< part of a call → how often it fails
    std::string failureText = "it was told to fail";
    std::string exposure = "1.7";
    std::string timerShow;   ///< what `systemctl show` says of a timer besides whether it runs
    std::string serviceShow; ///< and of a service
    int sealed = 0;

private:
    void remember(const std::vector<std::string>& command) {
        for (const auto& word : command) {
            if (!word.ends_with(".timer"))
                continue;
            if (holds(command, "enable"))
                enabled.insert(word);
            if (holds(command, "restart"))
                active.insert(word);
            if (holds(command, "disable"))
                turnOff(word);
        }
    }
    std::string showTimer(const std::vector<std::string>& command) const {
        const auto timer = std::find_if(command.begin(), command.end(),
                                        [](const std::string& word) { return word.ends_with(".timer"); });
        const auto knows = [&](const std::set<std::string>& units) {
            return timer != command.end() && units.contains(*timer);
        };
        std::string out = timerShow;
        if (out.find("UnitFileState=") == std::string::npos)
            out += std::string("UnitFileState=") + (knows(enabled) ? "enabled\n" : "disabled\n");
        if (out.find("ActiveState=") == std::string::npos)
            out += std::string("ActiveState=") + (knows(active) ? "active\n" : "inactive\n");
        return out;
    }
    static bool holds(const std::vector<std::string>& words, const std::string& word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    }
};

class FakeHost {
public:
    FakeHost()
        : system(systemd, UnitScope::System)
        , host{HostFiles(m_folder.path().toStdString()), TimersLayout::system(), &system} {
        QDir(m_folder.path()).mkpath(QStringLiteral("etc/systemd/system"));
        QDir(m_folder.path()).mkpath(QStringLiteral("var/lib/systemd/timers"));
    }
    /// Path → content of every file.
    std::map<std::string, std::string> files() const {
        std::map<std::string, std::string> found;
        QDirIterator walk(m_folder.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (walk.hasNext()) {
            QFile file(walk.next());
            (void)file.open(QIODevice::ReadOnly);
            found.emplace(file.fileName().mid(m_folder.path().size()).toStdString(),
                          file.readAll().toStdString());
        }
        return found;
    }
    std::vector<std::string> folders() const {
        std::vector<std::string> found;
        QDirIterator walk(m_folder.path(), QDir::Dirs | QDir::NoDotAndDotDot | QDir::Hidden,
                          QDirIterator::Subdirectories);
        while (walk.hasNext())
            found.push_back(walk.next().toStdString());
        std::sort(found.begin(), found.end());
        return found;
    }
    void write(const std::string& path, const std::string& content) const {
        QDir().mkpath(QString::fromStdString(host.files.inRoot(path.substr(0, path.rfind('/')))));
        QFile file(QString::fromStdString(host.files.inRoot(path)));
        (void)file.open(QIODevice::WriteOnly | QIODevice::Truncate);
        file.write(QByteArray::fromStdString(content));
    }

    static TimersWanted wanted(const std::vector<JobFile>& jobs, std::vector<std::string> remove = {}) {
        TimersWanted all;
        all.user = "anna";
        all.program = "/usr/bin/true";
        all.remove = std::move(remove);
        for (const auto& job : jobs)
            all.jobs.push_back(bytesOf(job));
        return all;
    }
    static TimersWanted watched(const std::vector<JobFile>& jobs, const WatchFile& watch = sampleWatch()) {
        TimersWanted all = wanted(jobs);
        all.watch = bytesOf(watch);
        return all;
    }
    Result<TimersPlan> plan(const TimersWanted& all) const { return planTimers(all, host, {}); }
    /// Plans and applies, with a secret for each credential.
    Result<AppliedTimers> apply(const TimersWanted& all, const std::string& secret = "s3cret") const {
        SALVOR_ASSIGN(const TimersPlan made, plan(all));
        SALVOR_ASSIGN(const std::string bytes, writeTimersPlan(made));
        CredentialSecrets secrets;
        for (const auto& name : secret.empty() ? std::vector<std::string>() : made.credentials)
            secrets.insert_or_assign(name, Secret(std::string_view(secret)));
        return applyTimers(bytes, secrets, host, {});
    }

private:
    QTemporaryDir m_folder;

public:
    FakeSystemd systemd;
    UnitSystem system;
    TimersHost host;
};

} // namespace salvor::test

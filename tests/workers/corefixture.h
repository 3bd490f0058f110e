// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A whole Salvor in a temporary folder: a Core with places of its own, a repository and a profile of a lab
// server.
#pragma once

#include "models/jobphase.h"
#include "support/check.h"
#include "support/labprofile.h"
#include "workers/core.h"

#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>

#include <mutex>
#include <string>
#include <vector>

namespace salvor::test {

/// Keeps every picture; may call something when a phase begins.
class PhaseWatcher final : public ProgressSink {
public:
    void progressed(const Progress& progress) override {
        const std::lock_guard lock(m_mutex);
        m_last = progress;
        if (!m_phases.empty() && m_phases.back() == progress.phase)
            return;
        m_phases.push_back(progress.phase);
        if (m_onPhase)
            m_onPhase(progress.phase);
    }
    /// Called in the job's thread, once for each phase that begins.
    void onPhase(std::function<void(const std::string&)> call) { m_onPhase = std::move(call); }
    std::vector<std::string> phases() const {
        const std::lock_guard lock(m_mutex);
        return m_phases;
    }
    /// Those that no program has words for.
    std::vector<std::string> unknownPhases() const {
        std::vector<std::string> unknown = phases();
        std::erase_if(unknown, [](const auto& phase) { return phase.empty() || jobPhaseFrom(phase); });
        return unknown;
    }
    Progress last() const {
        const std::lock_guard lock(m_mutex);
        return m_last;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<std::string> m_phases;
    Progress m_last;
    std::function<void(const std::string&)> m_onPhase;
};

inline RestoreJob restoreJob(const std::string& backup, const std::string& database) {
    RestoreJob job;
    job.backup = backup;
    job.targetDatabase = database;
    return job;
}

class CoreFixture {
public:
    explicit CoreFixture(const std::string& user = "alice")
        : m_config(makeConfig(user))
        , core(m_config) {}

    /// A second program on the same places.
    std::unique_ptr<Core> another() const { return std::make_unique<Core>(m_config); }
    const CoreConfig& config() const { return m_config; }

    std::string path(const std::string& name) const { return (m_folder.path().toStdString() + "/") + name; }
    std::string storePath() const { return path("store"); }

    Result<RepositoryInitResult> init(const std::string& url = {}) {
        RepositoryInitSpec spec;
        spec.url = url.empty() ? storePath() : url;
        spec.title = "vault";
        spec.secretKind = "file";
        return core.initRepository(std::move(spec), {});
    }

    static Profile profileOf(const LabServer& server, const std::string& title = "lab") {
        Profile profile = profileOfLab(server, title);
        profile.secretKind = "file";
        return profile;
    }

    Result<Profile> addProfile(const LabServer& server, const std::string& title = "lab") {
        return core.saveProfile(profileOf(server, title), Secret(server.password), "vault");
    }

    Result<BackupOutcome> backUp(const std::string& database, ProgressSink& progress,
                                 const CancelToken& cancel = {}) {
        BackupJob job;
        job.profile = "lab";
        job.databases = {database};
        auto report = core.runJob(job, progress, cancel);
        if (!report)
            return tl::unexpected<Error>(report.error());
        return std::get<BackupOutcome>(std::move(*report));
    }
    Result<BackupOutcome> backUp(const std::string& database) {
        NullProgress nobody;
        return backUp(database, nobody);
    }

    Result<VerifyOutcome> verify(VerifyDepth depth) {
        NullProgress nobody;
        VerifyJob job;
        job.depth = depth;
        auto report = core.runJob(job, nobody, {});
        if (!report)
            return tl::unexpected<Error>(report.error());
        return std::get<VerifyOutcome>(std::move(*report));
    }

    Result<RestoreOutcome> restore(RestoreJob job, ProgressSink& progress, const CancelToken& cancel = {}) {
        auto report = core.runJob(std::move(job), progress, cancel);
        if (!report)
            return tl::unexpected<Error>(report.error());
        return std::get<RestoreOutcome>(std::move(*report));
    }
    Result<RestoreOutcome> restore(const std::string& backup, const std::string& database) {
        NullProgress nobody;
        return restore(restoreJob(backup, database), nobody);
    }

    /// Every regular file below the folder, the store and the secrets included.
    std::vector<QString> files(const QString& below = {}) const {
        std::vector<QString> found;
        QDirIterator walk(below.isEmpty() ? m_folder.path() : below,
                          QDir::Files | QDir::Hidden | QDir::System, QDirIterator::Subdirectories);
        while (walk.hasNext())
            found.push_back(walk.next());
        return found;
    }

private:
    CoreConfig makeConfig(const std::string& user) const {
        const std::string home = m_folder.path().toStdString() + "/home";
        CoreConfig config;
        config.places = *findPlaces(PlacesKind::User, [&](const char* name) -> std::optional<std::string> {
            return std::string_view(name) == "SALVOR_HOME" ? std::optional(home) : std::nullopt;
        });
        config.clock = &m_clock;
        config.machineId = "0123456789abcdef0123456789abcdef";
        config.userName = user;
        return config;
    }

    QTemporaryDir m_folder;
    SystemClock m_clock;
    CoreConfig m_config;

public:
    Core core;
};

} // namespace salvor::test

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A core with a repository, whose backups are made without a server, and what it says of that repository.
#pragma once

#include "engines/repository/format.h"
#include "workers/agedbackups.h"
#include "workers/core.h"

#include <QDirIterator>
#include <QFile>
#include <QTemporaryDir>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace salvor::test {

class AgedCore : private RepositoryWarnings {
public:
    /// Its clock stands.
    explicit AgedCore(Instant now = SystemClock().now()) {
        clock.set(toRfc3339(std::chrono::floor<std::chrono::seconds>(now)));
        CoreConfig config;
        config.places = placesIn(path("home"));
        config.clock = &clock;
        config.machineId = kAlice.machine;
        config.userName = kAlice.user;
        config.warnings = this;
        core = std::make_unique<Core>(config);
    }

    /// A repository "vault" with keys in files, a profile, and its policy, which keeps everything.
    Result<> make(bool encrypted = true) {
        RepositoryInitSpec spec;
        spec.url = path("store");
        spec.title = "vault";
        spec.secretKind = "file";
        spec.encrypted = encrypted;
        SALVOR_ASSIGN(auto made, core->initRepository(std::move(spec), {}));
        recoveryFile = made.recoveryFile;
        passphrase = std::move(made.passphrase);
        Profile profile;
        profile.title = "shop server";
        profile.engine = "postgresql";
        profile.host = "db.example.org";
        profile.port = 5432;
        profile.user = "backup";
        profile.database = "postgres";
        SALVOR_ASSIGN(const Profile saved, core->saveProfile(profile, std::nullopt, "vault"));
        SALVOR_ASSIGN(const auto policies, core->policies());
        source = {core->config().places, &clock, made.pin, kAlice, policies.front().uuid, saved.uuid};
        return {};
    }
    /// One each day, of other contents each, the last one an hour ago; oldest first.
    Result<std::vector<std::string>> backUpDaily(const std::string& database, int days) {
        std::vector<std::string> ids;
        for (int day = days - 1; day >= 0; --day) {
            const Instant when = clock.now() - std::chrono::hours(24 * day + 1);
            SALVOR_ASSIGN(const auto record,
                          makeAged(source, database, when, static_cast<std::uint64_t>(day)));
            ids.push_back(record.id);
        }
        return ids;
    }
    /// The file of a list of objects that only this backup needs.
    Result<QString> ownList(const std::string& backupId) const {
        SALVOR_ASSIGN(const auto opened, openAged(source));
        SALVOR_ASSIGN(const Catalog catalog, opened.repository->catalog({}));
        std::set<std::string> others;
        std::vector<std::string> own;
        for (const CatalogEntry& entry : catalog.entries) {
            if (entry.backupId == backupId)
                own = entry.refs;
            else
                others.insert(entry.refs.begin(), entry.refs.end());
        }
        const auto found = std::ranges::find_if(own, [&](const auto& ref) { return !others.contains(ref); });
        if (found == own.end())
            return failure(ErrorCode::NotFound, "backup " + backupId + " has no list of its own");
        return QString::fromStdString(path("store/") + format::refKey(*found));
    }
    std::set<QString> objects() const {
        std::set<QString> found;
        QDirIterator walk(QString::fromStdString(path("store/objects")), QDir::Files,
                          QDirIterator::Subdirectories);
        while (walk.hasNext())
            found.insert(walk.next());
        return found;
    }
    Result<VerifyOutcome> verify(const std::vector<std::string>& backups = {}) {
        NullProgress nobody;
        VerifyJob job;
        job.backups = backups;
        job.repository = backups.empty() ? "" : "vault";
        job.depth = VerifyDepth::Full;
        auto report = core->runJob(job, nobody, {});
        if (!report)
            return failure(report.error());
        return std::get<VerifyOutcome>(std::move(*report));
    }
    Result<PruneOutcome> prune(const PruneJob& job = {}) {
        NullProgress nobody;
        return core->prune(job, nobody, {});
    }
    std::vector<AuditRecord> audit(const std::string& action) const {
        AuditFilter filter;
        filter.action = action;
        return core->auditTrail(filter).value();
    }
    std::string path(const std::string& name) const { return folder.path().toStdString() + "/" + name; }
    std::vector<RepositoryWarning> takeWarnings() { return std::exchange(m_heard, {}); }

    QTemporaryDir folder;
    SetClock clock;
    std::unique_ptr<Core> core;
    AgedSource source;
    std::string recoveryFile;
    Secret passphrase;

private:
    void warned(const RepositoryWarning& warning) override { m_heard.push_back(warning); }

    std::vector<RepositoryWarning> m_heard;
};

} // namespace salvor::test

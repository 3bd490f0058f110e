// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A Salvor for the watch to look at: records written by hand, and a clock of the test's.
#pragma once

#include "models/base/json.h"
#include "models/catalog/catalogdatabase.h"
#include "models/jsonfields.h"
#include "workers/core.h"

#include <QFile>
#include <QTemporaryDir>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include <sys/stat.h>

namespace salvor::test {

using namespace std::chrono_literals;

class TestClock final : public Clock {
public:
    Instant now() const override { return m_now.load(); }
    void set(Instant now) { m_now = now; }
    void pass(std::chrono::seconds span) { m_now = m_now.load() + span; }

private:
    std::atomic<Instant> m_now{*fromRfc3339("2026-11-25T12:00:00Z")};
};

/// A Salvor in a folder: a repository, a profile whose server is not there, its policy.
class World {
public:
    World() { makeCore(); }

    Result<> init() {
        RepositoryInitSpec spec;
        spec.url = path("store");
        spec.title = "vault";
        spec.secretKind = "file";
        SALVOR_ASSIGN(const auto made, core->initRepository(std::move(spec), {}));
        m_repository = made.pin.id;
        Profile profile;
        profile.title = "shop server";
        profile.engine = "postgresql";
        profile.host = "127.0.0.1";
        profile.port = 1; // nobody listens there
        profile.user = "salvor";
        profile.database = "postgres";
        profile.tlsMode = "disable";
        SALVOR_ASSIGN(const auto saved, core->saveProfile(profile, std::nullopt, "vault"));
        SALVOR_ASSIGN(auto policies, core->policies());
        policies.front().recoveryPointObjectiveSeconds = 25 * 3600;
        return save(policies.front());
    }
    Result<> save(Policy changed) {
        SALVOR_ASSIGN(policy, core->savePolicy(std::move(changed)));
        return {};
    }

    std::string path(const std::string& name) const { return m_folder.path().toStdString() + "/" + name; }

    Result<> addRun(Instant at, RunOutcome outcome, const std::vector<std::string>& databases = {"shop"}) {
        RunRecord run;
        run.id = makeRecordId(at);
        run.kind = "backup";
        run.repositoryId = m_repository;
        run.policyUuid = policy.uuid;
        run.profileUuid = policy.profileUuid;
        run.profileTitle = "shop server";
        run.started = at;
        run.ended = at + 60s;
        run.outcome = outcome;
        run.details = {{QStringLiteral("selection"), QStringLiteral("policy")},
                       {QStringLiteral("databases"), toJsonArray(databases)}};
        SALVOR_ASSIGN(const auto catalog, CatalogDatabase::open(config.places.catalogFile));
        return catalog->saveRun(run);
    }
    Result<> addNight(Instant at) {
        SALVOR_TRY(addRun(at, RunOutcome::Ok));
        BackupRecord backup;
        backup.id = makeRecordId(at);
        backup.repositoryId = m_repository;
        backup.policyUuid = policy.uuid;
        backup.profileUuid = policy.profileUuid;
        backup.profileTitle = "shop server";
        backup.engine = "postgresql";
        backup.database = "shop";
        backup.kind = "full";
        backup.started = at;
        backup.ended = at + 60s;
        backup.sizeBytes = 1000;
        SALVOR_ASSIGN(const auto catalog, CatalogDatabase::open(config.places.catalogFile));
        return catalog->saveBackup(backup);
    }
    Result<WatchOutcome> watch() { return core->watch({}, {}); }

    Result<std::unique_ptr<Core>> exported(const WatchFileSpec& spec) {
        SALVOR_ASSIGN(const std::string bytes, core->watchFile(spec));
        return fromFile(bytes, "watch.json", false);
    }
    Result<std::unique_ptr<Core>> job() {
        SALVOR_ASSIGN(const std::string bytes, core->jobFile(policy.uuid, "file"));
        return fromFile(bytes, "job.json", true);
    }

    TestClock clock;
    CoreConfig config;
    std::unique_ptr<Core> core;
    Policy policy;

private:
    void makeCore() {
        const std::string home = path("home");
        config.places = *findPlaces(PlacesKind::User, [&](const char* name) -> std::optional<std::string> {
            return std::string_view(name) == "SALVOR_HOME" ? std::optional(home) : std::nullopt;
        });
        config.clock = &clock;
        config.machineId = "0123456789abcdef0123456789abcdef";
        config.userName = "alice";
        core = std::make_unique<Core>(config);
    }
    Result<std::unique_ptr<Core>> fromFile(const std::string& bytes, const std::string& name, bool isJob) {
        QFile file(toQt(path(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(QByteArray::fromStdString(bytes)) < 0)
            return failure(ErrorCode::IoError, "writing " + name);
        file.close();
        ::chmod(path(name).c_str(), 0600);
        CoreConfig base = config;
        base.places = {};
        return isJob ? Core::forJobFile(path(name), {}, base) : Core::forWatchFile(path(name), {}, base);
    }

    QTemporaryDir m_folder;
    std::string m_repository;
};

} // namespace salvor::test

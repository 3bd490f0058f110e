// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "bench/windowhistory.h"

#include "models/catalog/catalogdatabase.h"
#include "models/workspace/workspacedatabase.h"
#include "support/labprofile.h"
#include "support/sampledata.h"

#include <stdexcept>

namespace salvor::test {

namespace {

/// A backup of it takes some seconds.
constexpr int kRows = 400'000;

Profile historyProfile() {
    Profile profile;
    profile.uuid = makeUuid();
    profile.title = "bench";
    profile.engine = "postgresql";
    profile.host = "db.example.org";
    profile.port = 5432;
    profile.user = "salvor";
    profile.database = "postgres";
    return profile;
}

BackupRecord backupOf(const RunRecord& run, int number, int database) {
    BackupRecord backup;
    backup.id = toCompactUtc(run.started) + "-B" + std::to_string(10000 + number % 90000);
    backup.repositoryId = run.repositoryId;
    backup.runId = run.id;
    backup.policyUuid = run.policyUuid;
    backup.engine = "postgresql";
    backup.systemId = "7341900000000000001";
    backup.databaseId = std::to_string(16384 + database);
    backup.profileUuid = run.profileUuid;
    backup.profileTitle = run.profileTitle;
    backup.database = run.database;
    backup.method = "logical";
    backup.kind = "full";
    backup.trigger = run.trigger;
    backup.serverVersion = "17.6 (Debian 17.6-0+deb13u1)";
    backup.started = run.started;
    backup.ended = *run.ended;
    backup.items = 40;
    backup.rows = run.sizeBytes / 60;
    backup.sizeBytes = run.sizeBytes;
    backup.storedBytes = run.storedBytes;
    backup.newStoredBytes = run.storedBytes / 20;
    return backup;
}

} // namespace

Result<> fillHistory(const CoreConfig& config, const std::string& repositoryId, int runs, int databases) {
    SALVOR_ASSIGN(const auto workspace,
                  WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, "bench"));
    SALVOR_ASSIGN(const Profile profile, workspace->insertProfile(historyProfile()));
    Policy policy = makeDefaultPolicy(profile.uuid, profile.title, repositoryId);
    policy.schedules["full"] = "*-*-* 00/4:10:00";
    policy.recoveryPointObjectiveSeconds = 2 * 24 * 3600;
    SALVOR_ASSIGN(policy, workspace->insertPolicy(std::move(policy)));
    RepositoryContents contents;
    const Instant now = config.clock->now();
    for (int i = 0; i < runs; ++i) {
        RunRecord run;
        run.started = now - std::chrono::minutes(5) * (runs - i);
        run.id = toCompactUtc(run.started) + "-" + std::to_string(100000 + i % 900000);
        run.kind = "backup";
        run.repositoryId = repositoryId;
        run.policyUuid = policy.uuid;
        run.profileUuid = profile.uuid;
        run.profileTitle = profile.title;
        run.database = "database" + std::to_string(i % databases);
        run.trigger = "timer";
        run.host = "bench";
        run.ended = run.started + std::chrono::seconds(20 + i % 70);
        run.outcome = i % 97 == 0 ? RunOutcome::Failed : RunOutcome::Ok;
        run.sizeBytes = 1'000'000'000 + static_cast<std::uint64_t>(i) * 1000;
        run.storedBytes = run.sizeBytes / 3;
        if (run.outcome == RunOutcome::Ok) {
            contents.backups.push_back(backupOf(run, i, i % databases));
            run.backupIds = {contents.backups.back().id};
        } else {
            run.error =
                Error{ErrorCode::ConnectionLost, "the server closed the connection", "try again", true, {}};
        }
        contents.runs.push_back(std::move(run));
    }
    SALVOR_ASSIGN(const auto catalog, CatalogDatabase::open(config.places.catalogFile));
    return catalog->replaceRepository(repositoryId, contents);
}

Result<> BackedUpServer::prepare(Core& core, const QString& folder) {
    std::string reason;
    m_server = PrivateServer::start("pg-plain", {}, &reason);
    if (!m_server)
        return failure(ErrorCode::ToolMissing, reason);
    const LabServer& server = m_server->server();
    for (int i = 0; i < kBackupJobs; ++i) {
        const std::string title = backupJobTitle(i);
        try {
            m_databases.push_back(std::make_unique<LabDatabase>(server));
            m_databases.back()->run(sample::bigTable(kRows));
            m_databases.back()->disconnect();
        } catch (const std::runtime_error& error) {
            return failure(ErrorCode::Internal, error.what());
        }
        RepositoryInitSpec spec;
        spec.url = folder.toStdString() + "/" + title;
        spec.title = title;
        spec.secretKind = "file";
        SALVOR_TRY(core.initRepository(std::move(spec), {}));
        Profile profile = profileOfLab(server, title);
        profile.secretKind = "file";
        SALVOR_TRY(core.saveProfile(profile, Secret(server.password), title));
    }
    return {};
}

std::vector<std::string> BackedUpServer::databases() const {
    std::vector<std::string> names;
    for (const auto& database : m_databases)
        names.push_back(database->name());
    return names;
}

} // namespace salvor::test

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/restoresource.h"

#include "models/base/json.h"
#include "workers/executor/proofexecutor.h"

#include <algorithm>

namespace salvor {

std::string lowerCase(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return text;
}

RestoreAim aimOf(const RestoreJob& job, const std::string& runId) {
    return {job.targetDatabase, runId, job.noLoginRoles, job.prove, job.analyze, false, job.exceptions};
}

Result<> proofVerdict(const std::string& backupId, const std::vector<ProofDifference>& differences) {
    if (differences.empty())
        return {};
    const ProofDifference& first = differences.front();
    return failure(ErrorCode::ProofFailed,
                   "the restored database is not equal to backup " + backupId + ": " +
                       std::to_string(differences.size()) + " differences, the first in " + first.item +
                       ": " + first.expected + " were backed up, " + first.found + " were found",
                   "do not use the restored database; restore again, and report this when it comes back",
                   {{"backup", backupId}});
}

Result<> RestoreSource::find(const Core::Private& core, const std::string& repository,
                             const std::string& backup, const CancelToken& cancel) {
    SALVOR_ASSIGN(auto found, core.findBackup(repository, backup, RepositoryUse::Read, cancel));
    opened = std::move(found.opened);
    backupId = found.backupId;
    SALVOR_ASSIGN(manifest, opened.repository->manifest(backupId, cancel));
    contents = contentsOf(manifest);
    SALVOR_ASSIGN(engine, core.engine(manifest.record.engine));
    return {};
}

Result<Profile> RestoreSource::profileFor(const Core::Private& core, const std::string& name) const {
    const BackupRecord& record = manifest.record;
    SALVOR_ASSIGN(const auto workspace, core.workspace());
    auto profile = workspace->profile(name.empty() ? record.profileUuid : name);
    if (!profile && name.empty() && profile.error().code == ErrorCode::NotFound)
        return failure(
            ErrorCode::NotFound,
            "the profile \"" + record.profileTitle + "\" that the backup came from is not known here",
            "name the profile to restore to with --to-profile; a server that is new here is added first",
            {{"backup", record.id}});
    if (!profile)
        return profile;
    if (profile->engine != record.engine)
        return failure(ErrorCode::InvalidInput,
                       "backup " + record.id + " is of " + record.engine + ", and the profile \"" +
                           profile->title + "\" leads to " + profile->engine,
                       "restore to a server of the same kind", {{"backup", record.id}});
    return profile;
}

Result<> RestoreSource::aim(const Core::Private& core, Profile profile, const RestoreAim& aim,
                            const CancelToken& cancel) {
    const std::string& id = manifest.record.id;
    if (aim.database.empty())
        return failure(ErrorCode::InvalidInput, "no name was given for the restored database",
                       "name the new database", {{"backup", id}});
    SALVOR_ASSIGN(login, core.login(std::move(profile), cancel));
    spec.connection = login.connection();
    spec.contents = &contents;
    spec.targetDatabase = aim.database;
    spec.runId = lowerCase(aim.runId);
    spec.noLoginRoles = aim.noLoginRoles;
    spec.options = QJsonObject{{QStringLiteral("backup_id"), toQt(id)},
                               {QStringLiteral("prove"), aim.prove},
                               {QStringLiteral("analyze"), aim.analyze}};
    spec.openItem = [this](const std::string& item, const CancelToken& token) { return open(item, token); };
    QJsonArray leaveOut;
    for (const auto& one : aim.exceptions.leaveOut)
        leaveOut.append(
            QJsonObject{{QStringLiteral("kind"), toQt(one.kind)}, {QStringLiteral("name"), toQt(one.name)}});
    if (!leaveOut.isEmpty())
        spec.options.insert(QStringLiteral("leave_out"), leaveOut);
    if (aim.exceptions.keepGoing)
        spec.options.insert(QStringLiteral("keep_going"), true);
    if (aim.drill)
        spec.options.insert(QStringLiteral("drill"), true);
    return {};
}

Result<std::unique_ptr<ByteSource>> RestoreSource::open(const std::string& id,
                                                        const CancelToken& cancel) const {
    const auto found = std::find_if(manifest.items.begin(), manifest.items.end(),
                                    [&](const ManifestItem& item) { return item.id == id; });
    if (found == manifest.items.end())
        return failure(ErrorCode::Internal, "the backup has no item " + id);
    return opened.repository->openItem(manifest, static_cast<std::size_t>(found - manifest.items.begin()),
                                       cancel);
}

Result<std::string> RestoreSource::textOf(const std::string& kind, const CancelToken& cancel) const {
    for (std::size_t i = 0; i < manifest.items.size(); ++i) {
        if (manifest.items[i].kind != kind)
            continue;
        SALVOR_ASSIGN(const auto source, opened.repository->openItem(manifest, i, cancel));
        std::string text;
        Bytes buffer(std::size_t{64} * 1024);
        for (;;) {
            SALVOR_ASSIGN(const auto got, source->read(buffer));
            if (got == 0)
                return text;
            text += asText(ByteView(buffer).first(got));
        }
    }
    return std::string();
}

Result<RestoreFigures> RestoreSource::write(const Core::Private& core, Target& target, ProgressMeter& meter,
                                            const CancelToken& cancel) const {
    RestoreTask task;
    task.target = &target;
    task.manifest = &manifest;
    task.meter = &meter;
    task.writers = core.readThreads();
    task.open = [this](std::size_t item, const CancelToken& token) {
        return opened.repository->openItem(manifest, item, token);
    };
    return executeRestore(task, cancel);
}

Result<std::vector<ProofDifference>> RestoreSource::prove(const Core::Private& core, const Target& target,
                                                          ProgressMeter& meter, const CancelToken& cancel) {
    meter.setPhase(JobPhase::Proof);
    SALVOR_ASSIGN(const auto snapshot,
                  engine->prepareProof(spec, target.name(), meter.passThrough(), cancel));
    QJsonObject said;
    const ProofTask task{snapshot.get(), &manifest, &meter, core.readThreads(), &said};
    SALVOR_ASSIGN(const auto found, executeProof(task, cancel));
    // What a proof did not compare belongs to what it says.
    for (const char* key : {"schema_compared", "schema_names_compared", "left_out"}) {
        if (said.contains(QLatin1String(key)))
            compared.insert(QLatin1String(key), said[QLatin1String(key)]);
    }
    leftOff = said[QStringLiteral("left_off")].toArray();
    compared.insert(QStringLiteral("not_compared"), said[QStringLiteral("not_compared_because")].toArray());
    std::vector<ProofDifference> differences;
    for (const auto& one : found)
        differences.push_back({one.item, one.expected, one.found});
    return differences;
}

} // namespace salvor

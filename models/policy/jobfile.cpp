// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/jobfile.h"

#include "models/base/hashedfile.h"
#include "models/jsonfields.h"

#include <QJsonArray>

namespace salvor {

namespace {

constexpr HashedFileKind kKind{"job", "job file", "salvorctl policy export --job",
                               "change the policy (salvorctl policy edit), then apply the timers again",
                               kJobSchemaVersion};

Result<> check(const JobFile& job) {
    if (job.secretKind != "credentials" && job.secretKind != "file")
        return failure(ErrorCode::InvalidInput,
                       "a job cannot take its secrets from \"" + job.secretKind + "\"",
                       "use credentials (systemd gives them to the unit) or file", {{"field", "secrets"}});
    if (job.secretKind == "file" && !job.secretsFolder.starts_with('/'))
        return failure(ErrorCode::InvalidInput, "the job's folder of secrets is not an absolute path", {},
                       {{"field", "secrets.folder"}});
    if (!job.stateFolder.starts_with('/'))
        return failure(ErrorCode::InvalidInput, "the job's state folder is not an absolute path", {},
                       {{"field", "state_folder"}});
    if (job.policy.profileUuid != job.profile.uuid || job.policy.repositoryId != job.repository.id)
        return failure(ErrorCode::InvalidInput,
                       "the job's policy belongs to another profile or repository than the job names");
    return validate(job.policy);
}

/// As it was pinned: what was seen of the store meanwhile is kept beside the job, in the state folder.
RepositoryPin settled(RepositoryPin pin) {
    pin.highestCatalogSeen = 0;
    pin.highestCatalogHash.clear();
    pin.rehearsed = false;
    pin.rehearsedAt.reset();
    pin.recoveryFile.clear();
    pin.revision = 0;
    return pin;
}

} // namespace

Result<std::string> writeJobFile(const JobFile& job) {
    SALVOR_TRY(check(job));
    Policy policy = job.policy;
    policy.paused = false; // pausing works at once, through the state folder
    Profile profile = job.profile;
    profile.revision = 0;
    QJsonObject secrets{{QStringLiteral("kind"), toQt(job.secretKind)}};
    if (job.secretKind == "file")
        secrets.insert(QStringLiteral("folder"), toQt(job.secretsFolder));
    QJsonObject payload{
        {QStringLiteral("version"), static_cast<qint64>(job.version)},
        {QStringLiteral("policy"), toJson(policy)},
        {QStringLiteral("profile"), toJson(profile)},
        {QStringLiteral("repository"), toJson(settled(job.repository))},
        {QStringLiteral("secrets"), secrets},
        {QStringLiteral("state_folder"), toQt(job.stateFolder)},
    };
    if (!job.channels.empty())
        payload.insert(QStringLiteral("channels"), channelsToJson(job.channels));
    return writeHashedFile(kKind, std::move(payload));
}

Result<JobFile> readJobFile(std::string_view bytes) {
    SALVOR_ASSIGN(const HashedFile file, readHashedFile(kKind, bytes));
    JobFile job;
    job.sha256 = file.sha256;
    JsonFields fields(file.payload, "job file");
    job.version = static_cast<std::int64_t>(fields.count("version"));
    const QJsonObject policy = fields.objectOr("policy");
    const QJsonObject profile = fields.objectOr("profile");
    const QJsonObject repository = fields.objectOr("repository");
    const QJsonObject secrets = fields.objectOr("secrets");
    job.stateFolder = fields.text("state_folder");
    const QJsonArray channels = fields.arrayOr("channels");
    SALVOR_TRY(fields.finish());
    SALVOR_ASSIGN(job.channels, channelsFromJson(channels));
    SALVOR_ASSIGN(job.policy, policyFromJson(policy));
    SALVOR_ASSIGN(job.profile, profileFromJson(profile));
    SALVOR_TRY(validate(job.profile));
    SALVOR_ASSIGN(job.repository, repositoryPinFromJson(repository));
    SALVOR_ASSIGN(job.secretKind, requireString(secrets, "kind", "the job file's secrets"));
    job.secretsFolder = fromQt(secrets.value(QLatin1String("folder")).toString());
    SALVOR_TRY(check(job));
    return job;
}

std::vector<std::string> secretNames(const JobFile& job) {
    std::vector<std::string> names{job.repository.idKeySecretName(), job.repository.signingKeySecretName()};
    if (!job.profile.secretKind.empty())
        names.push_back(job.profile.passwordSecretName());
    for (const auto& channel : job.channels) {
        if (!channel.secretKind.empty())
            names.push_back(channel.secretName());
    }
    return names;
}

std::string secretKindOf(const JobFile& job, const std::string& secretName) {
    if (secretName == job.profile.passwordSecretName())
        return job.profile.secretKind;
    for (const auto& channel : job.channels) {
        if (secretName == channel.secretName())
            return channel.secretKind;
    }
    return job.repository.secretKind;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/jobfile.h"

#include "models/jsonfields.h"

#include <QCryptographicHash>

namespace salvor {

namespace {

std::string sha256Of(std::string_view bytes) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())));
    return hash.result().toHex().toStdString();
}

tl::unexpected<Error> notAJob(const std::string& why) {
    return failure(ErrorCode::Corrupt, "this is not a job file: " + why,
                   "job files are made by salvorctl policy export --job");
}

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
    const QJsonObject payload{
        {QStringLiteral("document"), QStringLiteral("job")},
        {QStringLiteral("schema_version"), static_cast<qint64>(kJobSchemaVersion)},
        {QStringLiteral("version"), static_cast<qint64>(job.version)},
        {QStringLiteral("policy"), toJson(policy)},
        {QStringLiteral("profile"), toJson(profile)},
        {QStringLiteral("repository"), toJson(settled(job.repository))},
        {QStringLiteral("secrets"), secrets},
        {QStringLiteral("state_folder"), toQt(job.stateFolder)},
    };
    SALVOR_ASSIGN(const std::string line, toCanonicalJson(payload));
    return line + "\n{\"sha256\":\"" + sha256Of(line) + "\"}\n";
}

Result<JobFile> readJobFile(std::string_view bytes) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos)
        return notAJob("it has no second line with its hash");
    const std::string_view line = bytes.substr(0, end);
    const auto seal = parseJsonObject(bytes.substr(end + 1), "the second line");
    if (!seal)
        return notAJob(seal.error().message);
    JobFile job;
    SALVOR_ASSIGN(const std::string said, requireString(*seal, "sha256", "the job file's second line"));
    job.sha256 = sha256Of(line);
    if (said != job.sha256)
        return failure(
            ErrorCode::Corrupt,
            "the job file was changed after it was made: it says that its SHA-256 is " + said +
                ", and it is " + job.sha256,
            "job files are never edited: change the policy (salvorctl policy edit), then apply the "
            "timers again. Nothing was run",
            {{"expected", said}, {"found", job.sha256}});
    const auto payload = parseJsonObject(line, "the job file");
    if (!payload)
        return notAJob(payload.error().message);
    JsonFields fields(*payload, "job file");
    if (fields.textOr("document") != "job")
        return notAJob("it does not say that it is one");
    const std::uint64_t version = fields.count("schema_version");
    SALVOR_TRY(fields.finish());
    if (version > kJobSchemaVersion)
        return failure(ErrorCode::NewerFormat,
                       "the job file has schema version " + std::to_string(version) +
                           ", this Salvor knows versions up to " + std::to_string(kJobSchemaVersion),
                       "a newer Salvor made it: use that one, or update this one");
    job.version = static_cast<std::int64_t>(fields.count("version"));
    const QJsonObject policy = fields.objectOr("policy");
    const QJsonObject profile = fields.objectOr("profile");
    const QJsonObject repository = fields.objectOr("repository");
    const QJsonObject secrets = fields.objectOr("secrets");
    job.stateFolder = fields.text("state_folder");
    SALVOR_TRY(fields.finish());
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
    return names;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerrecord.h"

#include "models/base/json.h"
#include "models/jsonfields.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::uint64_t kRecordVersion = 1;

QJsonArray filesToJson(const std::vector<InstalledFile>& files) {
    QJsonArray list;
    for (const auto& file : files)
        list.append(QJsonObject{{QStringLiteral("path"), toQt(file.path)},
                                {QStringLiteral("sha256"), toQt(file.sha256)}});
    return list;
}

Result<std::vector<InstalledFile>> filesFromJson(const QJsonArray& list, const std::string& what) {
    std::vector<InstalledFile> files;
    for (const auto& one : list) {
        JsonFields fields(one.toObject(), what);
        files.push_back({fields.text("path"), fields.text("sha256")});
        SALVOR_TRY(fields.finish());
    }
    return files;
}

QJsonObject toJson(const InstalledPolicy& policy) {
    QJsonObject object{{QStringLiteral("uuid"), toQt(policy.uuid)},
                       {QStringLiteral("title"), toQt(policy.title)},
                       {QStringLiteral("version"), static_cast<qint64>(policy.version)},
                       {QStringLiteral("job_path"), toQt(policy.jobPath)},
                       {QStringLiteral("job_sha256"), toQt(policy.jobSha256)},
                       {QStringLiteral("files"), filesToJson(policy.files)},
                       {QStringLiteral("timers"), toJsonArray(policy.timers)},
                       {QStringLiteral("credentials"), toJsonArray(policy.credentials)}};
    if (policy.passwordChange)
        object.insert(QStringLiteral("password_change"), toQt(*policy.passwordChange));
    return object;
}

Result<InstalledPolicy> policyFromRecord(const QJsonObject& object, const std::string& what) {
    JsonFields fields(object, what);
    InstalledPolicy policy;
    policy.uuid = fields.text("uuid");
    policy.title = fields.text("title");
    policy.version = static_cast<std::int64_t>(fields.count("version"));
    policy.jobPath = fields.text("job_path");
    policy.jobSha256 = fields.text("job_sha256");
    policy.timers = fields.textsOr("timers");
    policy.credentials = fields.textsOr("credentials");
    if (object.contains(QLatin1String("password_change")))
        policy.passwordChange = fields.textOr("password_change");
    SALVOR_TRY(fields.finish());
    SALVOR_ASSIGN(policy.files, filesFromJson(fields.arrayOr("files"), what));
    return policy;
}

} // namespace

TimersLayout TimersLayout::system() {
    return {UnitScope::System, "/etc/systemd/system", "/etc/salvor", "/etc/credstore.encrypted",
            "/var/lib/systemd/timers"};
}

TimersLayout TimersLayout::ofUser(const std::string& configHome, const std::string& dataHome) {
    return {UnitScope::User,
            configHome + "/systemd/user",
            configHome + "/salvor",
            {},
            dataHome + "/systemd/timers"};
}

const InstalledPolicy* TimersRecord::find(const std::string& uuid) const {
    const auto found = std::ranges::find(policies, uuid, &InstalledPolicy::uuid);
    return found == policies.end() ? nullptr : &*found;
}

std::vector<std::string> TimersRecord::timers() const {
    std::vector<std::string> all;
    for (const auto& policy : policies)
        all.insert(all.end(), policy.timers.begin(), policy.timers.end());
    if (!watchTimer.empty())
        all.push_back(watchTimer);
    return all;
}

std::vector<InstalledFile> TimersRecord::files() const {
    std::vector<InstalledFile> all;
    for (const auto& policy : policies)
        all.insert(all.end(), policy.files.begin(), policy.files.end());
    all.insert(all.end(), watchFiles.begin(), watchFiles.end());
    return all;
}

std::vector<std::string> TimersRecord::credentials() const {
    std::vector<std::string> all = watchCredentials;
    for (const auto& policy : policies)
        all.insert(all.end(), policy.credentials.begin(), policy.credentials.end());
    return all;
}

bool TimersRecord::owns(const std::string& path) const {
    return std::ranges::any_of(files(), [&](const InstalledFile& file) { return file.path == path; });
}

Result<std::string> writeTimersRecord(const TimersRecord& record) {
    QJsonArray policies;
    for (const auto& policy : record.policies)
        policies.append(toJson(policy));
    QJsonObject document{{QStringLiteral("document"), QStringLiteral("timers_record")},
                         {QStringLiteral("schema_version"), static_cast<qint64>(kRecordVersion)},
                         {QStringLiteral("user"), toQt(record.user)},
                         {QStringLiteral("policies"), policies},
                         {QStringLiteral("made_folders"), toJsonArray(record.madeFolders)}};
    if (!record.watchTimer.empty()) {
        document.insert(QStringLiteral("watch_timer"), toQt(record.watchTimer));
        document.insert(QStringLiteral("watch_files"), filesToJson(record.watchFiles));
        document.insert(QStringLiteral("watch_credentials"), toJsonArray(record.watchCredentials));
    }
    SALVOR_ASSIGN(std::string line, toCanonicalJson(document));
    return line + "\n";
}

Result<TimersRecord> readTimersRecord(std::string_view bytes, const std::string& path) {
    SALVOR_ASSIGN(const auto document, parseJsonObject(bytes, path));
    JsonFields fields(document, path);
    TimersRecord record;
    if (fields.textOr("document") != "timers_record")
        return failure(ErrorCode::Corrupt, path + " is not a record of timers", "apply the timers again",
                       {{"path", path}});
    if (fields.count("schema_version") > kRecordVersion)
        return failure(ErrorCode::NewerFormat, path + " was written by a newer Salvor", "use that one",
                       {{"path", path}});
    record.user = fields.text("user");
    record.madeFolders = fields.textsOr("made_folders");
    record.watchTimer = fields.textOr("watch_timer");
    record.watchCredentials = fields.textsOr("watch_credentials");
    const QJsonArray policies = fields.arrayOr("policies");
    const QJsonArray watch = fields.arrayOr("watch_files");
    SALVOR_TRY(fields.finish());
    for (const auto& one : policies) {
        SALVOR_ASSIGN(auto policy, policyFromRecord(one.toObject(), path));
        record.policies.push_back(std::move(policy));
    }
    SALVOR_ASSIGN(record.watchFiles, filesFromJson(watch, path));
    return record;
}

Result<TimersRecord> loadTimersRecord(const HostFiles& files, const TimersLayout& layout,
                                      const std::string& user) {
    SALVOR_ASSIGN(const auto bytes, files.read(layout.record(user)));
    if (bytes)
        return readTimersRecord(*bytes, layout.record(user));
    TimersRecord none;
    none.user = user;
    return none;
}

} // namespace salvor

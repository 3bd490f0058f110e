// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/watchfile.h"

#include "models/base/hashedfile.h"
#include "models/jsonfields.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr HashedFileKind kKind{"watch", "watch file", "salvorctl watch export",
                               "change policies and channels, then apply the timers again",
                               kWatchSchemaVersion};

Result<> checkPath(const std::string& path, const char* what, const char* field) {
    if (path.starts_with('/') && path.find('\0') == std::string::npos)
        return {};
    return failure(ErrorCode::InvalidInput, std::string("the watch's ") + what + " is not an absolute path",
                   {}, {{"field", field}});
}

Result<> check(const WatchFile& watch) {
    if (watch.secretKind != "credentials" && watch.secretKind != "file")
        return failure(ErrorCode::InvalidInput,
                       "the watch cannot take its secrets from \"" + watch.secretKind + "\"",
                       "use credentials (systemd gives them to the unit) or file", {{"field", "secrets"}});
    if (watch.secretKind == "file")
        SALVOR_TRY(checkPath(watch.secretsFolder, "folder of secrets", "secrets.folder"));
    SALVOR_TRY(checkPath(watch.stateFolder, "state folder", "state_folder"));
    if (!watch.textfile.empty())
        SALVOR_TRY(checkPath(watch.textfile, "text file for Prometheus", "textfile"));
    return {};
}

} // namespace

Result<std::string> writeWatchFile(WatchFile watch) {
    SALVOR_TRY(check(watch));
    std::sort(watch.policies.begin(), watch.policies.end(),
              [](const Policy& a, const Policy& b) { return a.uuid < b.uuid; });
    QJsonArray policies;
    for (auto& policy : watch.policies) {
        policy.paused = false; // pausing works at once, through the state folder
        policies.append(toJson(policy));
    }
    QJsonObject secrets{{QStringLiteral("kind"), toQt(watch.secretKind)}};
    if (watch.secretKind == "file")
        secrets.insert(QStringLiteral("folder"), toQt(watch.secretsFolder));
    QJsonObject payload{
        {QStringLiteral("policies"), policies},
        {QStringLiteral("channels"), channelsToJson(watch.channels)},
        {QStringLiteral("titles"), toJsonObject(watch.titles)},
        {QStringLiteral("secrets"), secrets},
        {QStringLiteral("state_folder"), toQt(watch.stateFolder)},
    };
    if (!watch.textfile.empty())
        payload.insert(QStringLiteral("textfile"), toQt(watch.textfile));
    return writeHashedFile(kKind, std::move(payload));
}

Result<WatchFile> readWatchFile(std::string_view bytes) {
    SALVOR_ASSIGN(const HashedFile file, readHashedFile(kKind, bytes));
    WatchFile watch;
    watch.sha256 = file.sha256;
    JsonFields fields(file.payload, "watch file");
    const QJsonArray policies = fields.arrayOr("policies");
    const QJsonArray channels = fields.arrayOr("channels");
    const QJsonObject secrets = fields.objectOr("secrets");
    watch.titles = fields.textMapOr("titles");
    watch.stateFolder = fields.text("state_folder");
    watch.textfile = fields.textOr("textfile");
    SALVOR_TRY(fields.finish());
    for (const auto& element : policies) {
        SALVOR_ASSIGN(Policy policy, policyFromJson(element.toObject()));
        watch.policies.push_back(std::move(policy));
    }
    SALVOR_ASSIGN(watch.channels, channelsFromJson(channels));
    SALVOR_ASSIGN(watch.secretKind, requireString(secrets, "kind", "the watch file's secrets"));
    watch.secretsFolder = fromQt(secrets.value(QLatin1String("folder")).toString());
    SALVOR_TRY(check(watch));
    return watch;
}

std::vector<std::string> secretNames(const WatchFile& watch) {
    std::vector<std::string> names;
    for (const auto& channel : watch.channels) {
        if (!channel.secretKind.empty())
            names.push_back(channel.secretName());
    }
    return names;
}

} // namespace salvor

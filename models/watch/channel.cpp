// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/channel.h"

#include "models/base/json.h"
#include "models/jsonfields.h"
#include "models/policy/documentfields.h"
#include "models/policy/policy.h"

#include <QUrl>
#include <QUuid>

#include <algorithm>

namespace salvor {

namespace {

constexpr TextRule kName{1, 100, true, "._-"};
constexpr TextRule kLine{1, 1000, true, nullptr};
constexpr const char* kPlaceholder = "{secret}";

tl::unexpected<Error> bad(const char* field, const std::string& problem, const std::string& hint = {}) {
    return failure(ErrorCode::InvalidInput, std::string("the channel's field \"") + field + "\" " + problem,
                   hint, {{"field", field}});
}

Result<> checkMail(const Channel& channel) {
    if (channel.host.empty())
        return bad("host", "is missing", "name the mail server");
    if (channel.host.find_first_of(" /@\\?#%") != std::string::npos)
        return bad("host", "is no host name: \"" + channel.host + "\"");
    if (channel.port == 0)
        return bad("port", "is missing", "587 with starttls, 465 with tls");
    if (channel.tls != "starttls" && channel.tls != "tls")
        return bad("tls", "is not starttls or tls");
    if (!isMailAddress(channel.from))
        return bad("from", "is no mail address: \"" + channel.from + "\"");
    if (channel.to.empty())
        return bad("to", "names nobody");
    for (const auto& one : channel.to) {
        if (!isMailAddress(one))
            return bad("to", "holds what is no mail address: \"" + one + "\"");
    }
    if (channel.user.empty() != channel.secretKind.empty())
        return bad("user", channel.user.empty() ? "is missing: there is a password, and nobody to log in"
                                                : "is set, and there is no password to log in with");
    return {};
}

Result<> checkUrl(const char* field, const std::string& text) {
    QString tried = toQt(text);
    tried.replace(QLatin1String(kPlaceholder), QStringLiteral("x"));
    const QUrl url(tried, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty())
        return bad(field, "is no URL");
    if (url.scheme() != QLatin1String("https"))
        return bad(field, "is no https URL", "what is sent would be readable on its way");
    if (!url.userInfo().isEmpty())
        return bad(field, "holds a login", "put {secret} in its place, and the secret into the secret store");
    return {};
}

} // namespace

bool isMailAddress(const std::string& text) {
    const auto at = text.rfind('@');
    const auto plain = [](char c) {
        return static_cast<unsigned char>(c) > 0x20 && c != '<' && c != '>' && c != ',' && c != ';' &&
               c != '"' && c != '\\' && c != '(' && c != ')' && c != 0x7f;
    };
    return at != std::string::npos && at > 0 && at + 1 < text.size() && text.size() <= 254 &&
           std::all_of(text.begin(), text.end(), plain) && std::count(text.begin(), text.end(), '@') == 1;
}

bool Channel::secretIsInUrl() const {
    return url.find(kPlaceholder) != std::string::npos || failUrl.find(kPlaceholder) != std::string::npos;
}

QJsonObject toJson(const Channel& channel) {
    QJsonObject object{{QStringLiteral("uuid"), toQt(channel.uuid)},
                       {QStringLiteral("title"), toQt(channel.title)},
                       {QStringLiteral("kind"), toQt(channel.kind)},
                       {QStringLiteral("secret_kind"), toQt(channel.secretKind)},
                       {QStringLiteral("revision"), static_cast<qint64>(channel.revision)}};
    const auto put = [&object](const char* key, const std::string& value) {
        if (!value.empty())
            object.insert(QLatin1String(key), toQt(value));
    };
    put("host", channel.host);
    if (channel.port != 0)
        object.insert(QStringLiteral("port"), channel.port);
    put("tls", channel.tls);
    put("from", channel.from);
    if (!channel.to.empty())
        object.insert(QStringLiteral("to"), toJsonArray(channel.to));
    put("user", channel.user);
    put("url", channel.url);
    put("fail_url", channel.failUrl);
    put("ca_file", channel.caFile);
    return object;
}

Result<Channel> channelFromJson(const QJsonObject& object) {
    DocumentFault fault("channel");
    DocumentFields fields(object, {}, fault);
    Channel channel;
    channel.uuid = fields.text("uuid", kName);
    channel.title = fields.text("title", kName);
    channel.kind = fields.text("kind", kName);
    channel.secretKind = fields.textIfThere("secret_kind", {0, 40, true, nullptr}).value_or("");
    channel.host = fields.textIfThere("host", kLine).value_or("");
    channel.port = static_cast<std::uint16_t>(fields.numberIfThere("port", 1, 65535).value_or(0));
    channel.tls = fields.textIfThere("tls", kLine).value_or("");
    channel.from = fields.textIfThere("from", kLine).value_or("");
    channel.to = fields.texts("to", 0, 50, kLine, true);
    channel.user = fields.textIfThere("user", kLine).value_or("");
    channel.url = fields.textIfThere("url", {1, 2000, true, nullptr}).value_or("");
    channel.failUrl = fields.textIfThere("fail_url", {1, 2000, true, nullptr}).value_or("");
    channel.caFile = fields.textIfThere("ca_file", kLine).value_or("");
    channel.revision = static_cast<std::int64_t>(
        fields.numberIfThere("revision", 0, (std::uint64_t{1} << 53U) - 1).value_or(0));
    fields.refuseOthers();
    SALVOR_TRY(fault.result());
    SALVOR_TRY(validate(channel));
    return channel;
}

Result<> validate(const Channel& channel) {
    if (QUuid::fromString(toQt(channel.uuid)).toString(QUuid::WithoutBraces) != toQt(channel.uuid))
        return bad("uuid", "is not a UUID in lower case: \"" + channel.uuid + "\"");
    if (channel.title.empty())
        return bad("title", "is missing");
    if (channel.secretKind != "" && channel.secretKind != "keychain" && channel.secretKind != "file")
        return bad("secret_kind", "is not keychain or file");
    if (!channel.caFile.empty() && channel.caFile.front() != '/')
        return bad("ca_file", "is not an absolute path: \"" + channel.caFile + "\"",
                   "timers run in another folder: give the full path");
    const bool mail = channel.kind == "mail";
    const bool beats = channel.kind == "heartbeat";
    if (!mail && !beats && channel.kind != "webhook")
        return bad("kind", "is not mail, webhook or heartbeat: \"" + channel.kind + "\"");
    const auto stray = [&](const char* field, bool set, bool belongs) -> Result<> {
        if (set && !belongs)
            return bad(field, "does not belong to a channel of kind " + channel.kind);
        return {};
    };
    SALVOR_TRY(stray("host", !channel.host.empty(), mail));
    SALVOR_TRY(stray("port", channel.port != 0, mail));
    SALVOR_TRY(stray("tls", !channel.tls.empty(), mail));
    SALVOR_TRY(stray("from", !channel.from.empty(), mail));
    SALVOR_TRY(stray("to", !channel.to.empty(), mail));
    SALVOR_TRY(stray("user", !channel.user.empty(), mail));
    SALVOR_TRY(stray("url", !channel.url.empty(), !mail));
    SALVOR_TRY(stray("fail_url", !channel.failUrl.empty(), beats));
    if (mail)
        return checkMail(channel);
    SALVOR_TRY(checkUrl("url", channel.url));
    if (!channel.failUrl.empty())
        SALVOR_TRY(checkUrl("fail_url", channel.failUrl));
    if (channel.secretIsInUrl() && channel.secretKind.empty())
        return bad("url", "has a place for a secret, and there is none", "give the channel its secret");
    if (beats && !channel.secretKind.empty() && !channel.secretIsInUrl())
        return bad("url", "has no place for the secret", "write {secret} where it belongs");
    return {};
}

QJsonArray channelsToJson(const std::vector<Channel>& channels) {
    QJsonArray array;
    for (const auto& channel : channels) {
        QJsonObject object = toJson(channel);
        object.remove(QStringLiteral("revision")); // an edit and its undoing give the same bytes
        array.append(object);
    }
    return array;
}

Result<std::vector<Channel>> channelsFromJson(const QJsonArray& array) {
    std::vector<Channel> channels;
    for (const auto& element : array) {
        SALVOR_ASSIGN(Channel channel, channelFromJson(element.toObject()));
        channels.push_back(std::move(channel));
    }
    return channels;
}

namespace {

/// Each name in the policy, with the kind that it has to be.
std::vector<std::pair<std::string, std::string>> namesIn(const Policy& policy) {
    std::vector<std::pair<std::string, std::string>> names;
    for (const auto& name : policy.mail)
        names.emplace_back("mail", name);
    for (const auto& name : policy.webhooks)
        names.emplace_back("webhook", name);
    if (policy.heartbeat && !policy.heartbeat->empty())
        names.emplace_back("heartbeat", *policy.heartbeat);
    return names;
}

bool is(const Channel& channel, const std::pair<std::string, std::string>& named) {
    return channel.kind == named.first && channel.title == named.second;
}

} // namespace

std::vector<Channel> channelsOf(const std::vector<Policy>& policies, const std::vector<Channel>& all) {
    std::vector<Channel> named;
    for (const auto& channel : all) {
        const bool wanted = std::any_of(policies.begin(), policies.end(), [&](const Policy& policy) {
            const auto names = namesIn(policy);
            return std::any_of(names.begin(), names.end(), [&](const auto& one) { return is(channel, one); });
        });
        if (wanted)
            named.push_back(channel);
    }
    std::sort(named.begin(), named.end(), [](const auto& a, const auto& b) { return a.title < b.title; });
    return named;
}

std::vector<std::string> missingChannels(const Policy& policy, const std::vector<Channel>& all) {
    std::vector<std::string> missing;
    for (const auto& one : namesIn(policy)) {
        if (std::none_of(all.begin(), all.end(), [&](const Channel& channel) { return is(channel, one); }))
            missing.push_back(one.first + " \"" + one.second + "\"");
    }
    return missing;
}

} // namespace salvor

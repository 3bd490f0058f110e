// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A channel: one way to tell somebody. Policies name channels; a channel's secret is in a secret store, never
// in its document. docs/watch.md.
#pragma once

#include "models/base/result.h"

#include <QJsonArray>
#include <QJsonObject>

#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

struct Policy;

/// Kinds: "mail" (SMTP), "webhook" (JSON by HTTPS, signed when there is a secret), "heartbeat" (a URL that is
/// asked for while all is well). Fields of another kind stay empty.
struct Channel {
    std::string uuid;
    std::string title; ///< the name that policies use: letters, digits, "._-"
    std::string kind;
    // mail
    std::string host;
    std::uint16_t port = 0;
    std::string tls; ///< "starttls" or "tls"; the certificate is always verified
    std::string from;
    std::vector<std::string> to;
    std::string user; ///< empty: no login; else the secret is the password
    // webhook and heartbeat: https. "{secret}" in it stands for the secret, which is then no signing key.
    std::string url;
    std::string failUrl;    ///< heartbeat: asked for while something is wrong; may be empty
    std::string caFile;     ///< absolute; a private CA for this channel only; empty: the system's
    std::string secretKind; ///< "keychain", "file"; empty: no secret
    std::int64_t revision = 0;

    /// Name of the secret in the store.
    std::string secretName() const { return "channel-" + uuid + "-secret"; }
    bool secretIsInUrl() const;
};

QJsonObject toJson(const Channel& channel);
/// InvalidInput names the first field (context "field") that is missing, unknown or not what it has to be.
Result<Channel> channelFromJson(const QJsonObject& object);
/// What the form does not show: a URL that is no https, a login without a secret …
Result<> validate(const Channel& channel);

/// An address alone, without a name. RFC 5321 is wider; this is what mail servers take, and no way to smuggle
/// in a header or a second command.
bool isMailAddress(const std::string& text);

QJsonArray channelsToJson(const std::vector<Channel>& channels);
Result<std::vector<Channel>> channelsFromJson(const QJsonArray& array);

/// Those of `all` that one of the policies names with the right kind, sorted by title.
std::vector<Channel> channelsOf(const std::vector<Policy>& policies, const std::vector<Channel>& all);
/// Names in the policy that are no channel of that kind: "mail \"ops\"".
std::vector<std::string> missingChannels(const Policy& policy, const std::vector<Channel>& all);

} // namespace salvor

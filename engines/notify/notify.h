// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Tells somebody through a channel: mail (RFC 5321, RFC 3207), a signed webhook, a heartbeat. libcurl does
// the protocols and the MIME.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/clock.h"
#include "models/base/result.h"
#include "models/base/secret.h"
#include "models/watch/channel.h"

#include <chrono>
#include <string>
#include <vector>

namespace salvor {

/// Every call blocks, at most for `total` and two seconds of a farewell; a cancel ends it within two seconds.
struct NotifyLimits {
    std::chrono::seconds connect{10};
    std::chrono::seconds total{30};
};

struct MailText {
    std::string subject; ///< UTF-8; control characters become spaces
    std::string body;    ///< UTF-8
    std::string id;      ///< of the notification; stands in Message-ID, so that a second try is known as one
    Instant at{};        ///< Date: when it happened, not when it is delivered
};

/// The server's own words when it took the message over. The certificate is always verified, for the
/// channel's host, against the system's authorities or the channel's own.
///
/// Errors, with context "stage" ("connect", "tls", "login", "transfer", "answer") and "reply" where the
/// server said something: ConnectionFailed, ConnectionLost, TlsFailed, AuthenticationFailed, Timeout,
/// ServerError (refused), Cancelled, Internal. `retryable` where a second try may end otherwise. No secret is
/// in any of them. Context "refused" is "message" where another message may well be taken: the server
/// answered for good (SMTP 5xx but of the greeting and the HELO, whenever it is said; HTTP 4xx but those that
/// are about the login, the address or the time). Of an answer 64 KiB are read at most. A mail that was taken
/// for some recipients and refused for others is such an error too; missingRecipients() has the others, and
/// the hint asks to check them unless all were refused for a time only (4xx). Where nobody took it, the
/// message names those who were refused.
Result<std::string> sendMail(const Channel& channel, const Secret* password, const MailText& mail,
                             const NotifyLimits& limits, const CancelToken& cancel);

/// POSTs the JSON body. With a key, "Salvor-Timestamp" (seconds since 1970) and "Salvor-Signature": "v1=" and
/// the HMAC-SHA-256 in hex over the timestamp, a full stop and the body. Accepted is a status of 200 to 299;
/// redirects are followed to https only.
Result<std::string> postWebhook(const Channel& channel, const Secret* key, const std::string& body,
                                Instant at, const NotifyLimits& limits, const CancelToken& cancel);

/// GETs the channel's URL, or its fail URL. InvalidInput when there is none.
Result<std::string> beat(const Channel& channel, const Secret* secret, bool well, const NotifyLimits& limits,
                         const CancelToken& cancel);

/// Whether it was this message that was refused, and not the channel that cannot be used.
bool refusesTheMessage(const Error& error);

/// The addresses that a mail is still to reach, where it was taken for others; else none.
std::vector<std::string> missingRecipients(const Error& error);

/// "v1=…" as above; for tests and for whoever verifies.
std::string webhookSignature(const Secret& key, const std::string& timestamp, const std::string& body);

} // namespace salvor

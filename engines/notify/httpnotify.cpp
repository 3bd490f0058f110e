// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Webhooks and heartbeats.
#include "engines/crypto/hash.h"
#include "engines/notify/curltransfer.h"
#include "engines/notify/hiding.h"

#include <string.h> // explicit_bzero

#include <string_view>

namespace salvor {

namespace {

constexpr std::string_view kPlaceholder = "{secret}";

/// The secret in its place, percent-encoded; wiped with the value.
Secret filledIn(const std::string& url, const Secret* secret, CURL* handle) {
    std::string text = url;
    std::unique_ptr<char, decltype(&curl_free)> escaped(
        secret == nullptr
            ? nullptr
            : curl_easy_escape(handle, secret->text().data(), static_cast<int>(secret->text().size())),
        &curl_free);
    for (auto at = text.find(kPlaceholder); escaped && at != std::string::npos;
         at = text.find(kPlaceholder, at))
        text.replace(at, kPlaceholder.size(), escaped.get());
    if (escaped)
        explicit_bzero(escaped.get(), std::string_view(escaped.get()).size());
    return withEnd(std::move(text));
}

void hideKey(CurlTransfer& transfer, const Secret& key) {
    transfer.hide(key);
    for (const Secret& way : base64Ways(key.text()))
        transfer.hide(way);
}

/// Without what comes after the host: that may be as good as a password.
std::string hostOf(const std::string& url) {
    const auto begin = url.find("://");
    const auto from = begin == std::string::npos ? 0 : begin + 3;
    return url.substr(from, url.find_first_of("/?#", from) - from);
}

} // namespace

std::string webhookSignature(const Secret& key, const std::string& timestamp, const std::string& body) {
    const std::string signedText = timestamp + "." + body;
    return "v1=" + toHex(hmacSha256(key.bytes(), asBytes(signedText)));
}

Result<std::string> postWebhook(const Channel& channel, const Secret* key, const std::string& body,
                                Instant at, const NotifyLimits& limits, const CancelToken& cancel) {
    CurlTransfer transfer("telling the webhook at " + hostOf(channel.url), channel, limits, cancel);
    if (transfer.handle() == nullptr)
        return transfer.perform();
    const Secret url = filledIn(channel.url, key, transfer.handle());
    transfer.set(CURLOPT_URL, url.text().data());
    transfer.set(CURLOPT_POST, 1L);
    transfer.set(CURLOPT_POSTFIELDS, body.c_str());
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    transfer.addHeader("Content-Type: application/json");
    transfer.addHeader(std::string("User-Agent: salvor/") + SALVOR_VERSION);
    transfer.addHeader("Expect:");
    if (key != nullptr) {
        hideKey(transfer, *key);
        const auto seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
        const std::string timestamp = std::to_string(seconds);
        if (!channel.secretIsInUrl()) {
            transfer.addHeader("Salvor-Timestamp: " + timestamp);
            transfer.addHeader("Salvor-Signature: " + webhookSignature(*key, timestamp, body));
        }
    }
    return transfer.perform();
}

Result<std::string> beat(const Channel& channel, const Secret* secret, bool well, const NotifyLimits& limits,
                         const CancelToken& cancel) {
    const std::string& chosen = well ? channel.url : channel.failUrl;
    if (chosen.empty())
        return failure(ErrorCode::InvalidInput,
                       "the heartbeat \"" + channel.title + "\" has no URL for failures");
    CurlTransfer transfer("the heartbeat to " + hostOf(chosen), channel, limits, cancel);
    if (transfer.handle() == nullptr)
        return transfer.perform();
    const Secret url = filledIn(chosen, secret, transfer.handle());
    transfer.set(CURLOPT_URL, url.text().data());
    transfer.set(CURLOPT_HTTPGET, 1L);
    transfer.addHeader(std::string("User-Agent: salvor/") + SALVOR_VERSION);
    if (secret != nullptr)
        hideKey(transfer, *secret);
    return transfer.perform();
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Mail: RFC 5321 with STARTTLS (RFC 3207) or TLS from the start (RFC 8314); headers as RFC 5322 and RFC 2047.
#include "engines/notify/curltransfer.h"
#include "engines/notify/greeting.h"

#include <string.h> // explicit_bzero

#include <array>
#include <ctime>

namespace salvor {

namespace {

/// Encoded words are at most 75 characters long, and do not split a character (RFC 2047, 2 and 5).
std::string encodedWords(const std::string& text) {
    constexpr std::size_t kMostBytes = 42; // 56 characters of base64
    std::string out;
    std::size_t begin = 0;
    while (begin < text.size()) {
        std::size_t end = std::min(begin + kMostBytes, text.size());
        while (end > begin && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U)
            --end;
        out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") +
               toBase64(asBytes(std::string_view(text).substr(begin, end - begin))) + "?=";
        begin = end;
    }
    return out;
}

constexpr std::size_t kLongestPlain = 500; // a line may have 998 (RFC 5322, 2.1.1)

std::string headerText(std::string text) {
    bool plain = true;
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
        plain = plain && static_cast<unsigned char>(c) < 0x80;
    }
    return plain && text.size() <= kLongestPlain ? text : encodedWords(text);
}

/// RFC 5322, 3.3; the names are English whatever the locale is.
std::string dateText(Instant at) {
    constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count();
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    std::snprintf(text, sizeof text, "%s, %d %s %d %02d:%02d:%02d +0000",
                  kDays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                  kMonths.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900, parts.tm_hour,
                  parts.tm_min, parts.tm_sec);
    return text;
}

/// Lines end with both in mail (RFC 5322, 2.1); curl would write a line feed alone as "=0A".
std::string withCrLf(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n' && (out.empty() || out.back() != '\r'))
            out.push_back('\r');
        out.push_back(c);
    }
    return out;
}

/// As a login sends it; without the padding, which whoever repeats it may leave out.
Secret inBase64(const std::string& text) {
    std::string encoded = toBase64(asBytes(text));
    while (encoded.ends_with('='))
        encoded.pop_back();
    Secret secret{std::string_view(encoded)};
    explicit_bzero(encoded.data(), encoded.size());
    return secret;
}

/// The ways to log in that have the password in them: PLAIN (RFC 4616) and LOGIN.
void hideLogin(CurlTransfer& transfer, const std::string& user, const Secret& password) {
    transfer.hide(password);
    for (const std::string& before : {std::string(), '\0' + user + '\0', user + '\0' + user + '\0'}) {
        std::string login;
        login.reserve(before.size() + password.text().size()); // or a copy would be left behind
        transfer.hide(inBase64(login.append(before).append(password.text())));
        explicit_bzero(login.data(), login.size());
    }
}

std::string bracketed(const std::string& address) { return "<" + address + ">"; }

void addHeaders(CurlTransfer& transfer, const Channel& channel, const MailText& mail) {
    std::string to;
    for (const auto& one : channel.to)
        to += (to.empty() ? "" : ",\r\n ") + bracketed(one);
    transfer.addHeader("Date: " + dateText(mail.at));
    transfer.addHeader("From: Salvor " + bracketed(channel.from));
    transfer.addHeader("To: " + to);
    transfer.addHeader("Subject: " + headerText(mail.subject));
    transfer.addHeader("Message-ID: <" + mail.id + "@salvor." +
                       channel.from.substr(channel.from.rfind('@') + 1) + ">");
    transfer.addHeader("Auto-Submitted: auto-generated"); // RFC 3834: no out-of-office answers
}

struct FreeMime {
    void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};

} // namespace

Result<std::string> sendMail(const Channel& channel, const Secret* password, const MailText& mail,
                             const NotifyLimits& limits, const CancelToken& cancel) {
    const std::string where = channel.host + ":" + std::to_string(channel.port);
    CurlTransfer transfer("sending mail through " + where, channel, limits, cancel);
    if (transfer.handle() == nullptr)
        return transfer.perform();
    const bool literal = channel.host.find(':') != std::string::npos;
    const std::string host = literal ? "[" + channel.host + "]" : channel.host;
    // The path is what it is greeted with; without one libcurl cuts this computer's name at its first dot.
    const std::string url = (channel.tls == "tls" ? "smtps://" : "smtp://") + host + ":" +
                            std::to_string(channel.port) + "/" + greetingName(channel.from);
    transfer.set(CURLOPT_URL, url.c_str());
    transfer.set(CURLOPT_USE_SSL, static_cast<long>(CURLUSESSL_ALL)); // never a word in the clear
    const std::string from = bracketed(channel.from);
    transfer.set(CURLOPT_MAIL_FROM, from.c_str());
    for (const auto& one : channel.to)
        transfer.addRecipient(one);
    Secret ended; // curl wants its end marked
    if (password != nullptr && !channel.user.empty()) {
        ended = withEnd(std::string(password->text()));
        transfer.set(CURLOPT_USERNAME, channel.user.c_str());
        transfer.set(CURLOPT_PASSWORD, ended.text().data());
        hideLogin(transfer, channel.user, *password);
    }
    addHeaders(transfer, channel, mail);
    const std::unique_ptr<curl_mime, FreeMime> mime(curl_mime_init(transfer.handle()));
    curl_mimepart* const part = mime ? curl_mime_addpart(mime.get()) : nullptr;
    if (part == nullptr)
        return failure(ErrorCode::Internal, "libcurl could not make a MIME message");
    const std::string body = withCrLf(mail.body);
    curl_mime_data(part, body.data(), body.size());
    curl_mime_type(part, "text/plain; charset=utf-8");
    curl_mime_encoder(part, "quoted-printable");
    transfer.set(CURLOPT_MIMEPOST, mime.get());
    return transfer.perform();
}

} // namespace salvor

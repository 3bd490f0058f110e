// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/notify/curltransfer.h"

#include "engines/notify/hiding.h"

#include <string.h> // explicit_bzero

#include <algorithm>
#include <array>
#include <sstream>

namespace salvor {

namespace {

constexpr std::size_t kMostBody = std::size_t{16} << 10U;
constexpr std::size_t kMostRead = std::size_t{64} << 10U; ///< nobody has more to say to us
constexpr std::size_t kMostReply = 300;
constexpr long kMostRedirects = 3;
constexpr std::chrono::seconds kFarewell{2};

/// Once a process: curl_global_init() is not safe beside other threads before 7.84.
bool initialised() {
    static const bool good = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return good;
}

struct Meaning {
    ErrorCode code;
    const char* stage;
    bool retryable;
};

Meaning meaningOf(CURLcode code) {
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        return {ErrorCode::ConnectionFailed, "connect", true};
    case CURLE_OPERATION_TIMEDOUT:
        return {ErrorCode::Timeout, "transfer", true};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_USE_SSL_FAILED:
        return {ErrorCode::TlsFailed, "tls", false};
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
        return {ErrorCode::AuthenticationFailed, "login", false};
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_PARTIAL_FILE:
        return {ErrorCode::ConnectionLost, "transfer", true};
    case CURLE_SEND_ERROR: // of mail: MAIL, RCPT or DATA was refused
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP_RETURNED_ERROR:
    case CURLE_REMOTE_ACCESS_DENIED:
        return {ErrorCode::ServerError, "answer", true};
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return {ErrorCode::ServerError, "answer", false};
    default:
        return {ErrorCode::IoError, "transfer", true};
    }
}

const char* hintOf(ErrorCode code, bool mail) {
    switch (code) {
    case ErrorCode::ConnectionFailed:
        return "check the host and the port, and that this computer may reach them";
    case ErrorCode::TlsFailed:
        return mail ? "check the host's name, the port and the TLS mode; a private CA is given with --tls-ca"
                    : "check the host's name; a private CA is given with --tls-ca";
    case ErrorCode::AuthenticationFailed:
        return "check the login and its password: salvorctl channel set";
    case ErrorCode::Timeout:
        return "the server may be busy, or a firewall swallows what is sent";
    case ErrorCode::ServerError:
        return "the server's own words say why";
    default:
        return "";
    }
}

/// Of HTTP: not the login, not the address, not the time.
bool isAboutTheMessage(long status) {
    constexpr std::array kAboutTheChannel = {401L, 403L, 404L, 407L, 408L, 429L};
    return status >= 400 && status <= 499 &&
           std::ranges::find(kAboutTheChannel, status) == kAboutTheChannel.end();
}

/// Of SMTP: the client or what it calls itself, which many servers say no earlier than at the recipient
/// (Postfix: smtpd_delay_reject).
bool isAboutTheClient(std::string reply) {
    std::ranges::transform(reply, reply.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    return reply.starts_with("504") || reply.find("helo command rejected") != std::string::npos ||
           reply.find("client host rejected") != std::string::npos;
}

std::string printable(std::string text) {
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    }
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
    if (text.size() > kMostReply)
        text = text.substr(0, kMostReply) + "…";
    return text;
}

} // namespace

Secret withEnd(std::string text) {
    text.reserve(text.size() + 1); // the copy that a growing string leaves behind would not be wiped
    text.push_back('\0');
    Secret secret{std::string_view(text)};
    explicit_bzero(text.data(), text.size());
    return secret;
}

CurlTransfer::CurlTransfer(std::string what, const Channel& channel, const NotifyLimits& limits,
                           const CancelToken& cancel)
    : m_what(std::move(what))
    , m_cancel(cancel)
    , m_isMail(channel.kind == "mail")
    , m_limits(limits)
    , m_guard(cancel, limits.total)
    , m_handle(initialised() ? curl_easy_init() : nullptr) {
    if (!m_handle)
        return;
    set(CURLOPT_ERRORBUFFER, m_errorText);
    set(CURLOPT_NOSIGNAL, 1L); // time-outs by signals and threads do not go together
    set(CURLOPT_CONNECTTIMEOUT, static_cast<long>(limits.connect.count()));
    set(CURLOPT_TIMEOUT, static_cast<long>(limits.total.count()));
    set(CURLOPT_SERVER_RESPONSE_TIMEOUT, static_cast<long>(limits.total.count()));
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &CurlTransfer::stopWhenCancelled);
    set(CURLOPT_XFERINFODATA, this);
    set(CURLOPT_OPENSOCKETFUNCTION, &SocketGuard::openSocket);
    set(CURLOPT_OPENSOCKETDATA, &m_guard);
    set(CURLOPT_CLOSESOCKETFUNCTION, &SocketGuard::closeSocket);
    set(CURLOPT_CLOSESOCKETDATA, &m_guard);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L); // what a proxy says is no greeting
    set(CURLOPT_HEADERFUNCTION, &CurlTransfer::takeHeader);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &CurlTransfer::takeBody);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!channel.caFile.empty()) {
        set(CURLOPT_CAINFO, channel.caFile.c_str());
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr)); // that one only
    }
    set(CURLOPT_PROTOCOLS_STR, m_isMail ? "smtp,smtps" : "https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, "https");
    set(CURLOPT_MAXREDIRS, kMostRedirects);
    set(CURLOPT_FOLLOWLOCATION, m_isMail ? 0L : 1L);
    set(CURLOPT_POSTREDIR, static_cast<long>(CURL_REDIR_POST_ALL));
    if (m_isMail) {
        set(CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L); // so curl wrote it until 8.2, and knows it still
        set(CURLOPT_DEBUGFUNCTION, &CurlTransfer::takeTrace);
        set(CURLOPT_DEBUGDATA, this);
        set(CURLOPT_VERBOSE, 1L); // or that function is not called
    }
}

/// A mail server is told goodbye, and not waited for long.
CurlTransfer::~CurlTransfer() {
    m_guard.endWithin(kFarewell);
    m_handle.reset();
}

void CurlTransfer::append(std::unique_ptr<curl_slist, Close>& list, const std::string& text) {
    curl_slist* const longer = curl_slist_append(list.get(), text.c_str());
    if (longer == nullptr)
        return;
    (void)list.release();
    list.reset(longer);
}

void CurlTransfer::addHeader(const std::string& line) { append(m_headers, line); }
void CurlTransfer::addRecipient(const std::string& address) {
    append(m_recipients, "<" + address + ">");
    m_addresses.push_back(address);
}

/// Which recipient a reply is about: nothing else tells. Nothing is kept of what is sent.
int CurlTransfer::takeTrace(CURL*, curl_infotype kind, char* data, size_t size, void* self) {
    auto* const transfer = static_cast<CurlTransfer*>(self);
    if (kind != CURLINFO_HEADER_OUT)
        return 0;
    transfer->m_isNaming = std::string_view(data, size).starts_with("RCPT TO:");
    if (transfer->m_isNaming)
        ++transfer->m_named;
    return 0;
}

/// The last line of a reply has a space behind its number (RFC 5321, 4.2.1), or ends there.
void CurlTransfer::noteReplyToRecipient(const std::string& line) {
    if (!m_isNaming || line.size() < 3 || (line.size() > 3 && line[3] == '-'))
        return;
    m_isNaming = false;
    if ((line[0] == '4' || line[0] == '5') && m_named >= 1 && m_named <= m_addresses.size())
        m_refusedFor.push_back({m_addresses[m_named - 1], line});
}

size_t CurlTransfer::takeHeader(char* data, size_t size, size_t count, void* self) {
    auto* const transfer = static_cast<CurlTransfer*>(self);
    if (!transfer->count(size * count))
        return 0;
    const std::string line = transfer->shown({data, size * count});
    const bool isRefusal = line.size() >= 3 && (line[0] == '4' || line[0] == '5');
    if (isRefusal && transfer->m_lastLine.empty())
        transfer->m_refusedByGreeting = true;
    if (isRefusal)
        transfer->m_refusal = line;
    transfer->noteReplyToRecipient(line);
    if (!line.empty())
        transfer->m_lastLine = line;
    return size * count;
}

/// What is more than is kept is read on and dropped, up to a limit.
size_t CurlTransfer::takeBody(char* data, size_t size, size_t count, void* self) {
    auto* const transfer = static_cast<CurlTransfer*>(self);
    transfer->m_answered = true;
    std::string& body = transfer->m_body;
    body.append(data, std::min(size * count, kMostBody - std::min(kMostBody, body.size())));
    return transfer->count(size * count) ? size * count : 0;
}

/// False ends the transfer: the server does not stop.
bool CurlTransfer::count(std::size_t bytes) {
    m_read += bytes;
    m_flooded = m_flooded || m_read > kMostRead;
    return !m_flooded;
}

int CurlTransfer::stopWhenCancelled(void* self, curl_off_t, curl_off_t downloaded, curl_off_t, curl_off_t) {
    auto* const transfer = static_cast<CurlTransfer*>(self);
    // The body of a redirect is shown to nobody else.
    if (downloaded > static_cast<curl_off_t>(kMostRead))
        transfer->m_flooded = true;
    return transfer->m_flooded || transfer->m_cancel.stop_requested() || transfer->m_guard.isOver() ? 1 : 0;
}

/// Hidden before it is cut: half a secret would be known no longer.
std::string CurlTransfer::shown(std::string_view reply) const {
    std::string text(reply);
    for (const Secret& secret : m_hidden)
        text = withoutSecret(text, secret.text());
    return printable(std::move(text));
}

Error CurlTransfer::errorOf(CURLcode code) const {
    const bool isShut = !m_flooded && (code == CURLE_ABORTED_BY_CALLBACK || m_guard.isOver());
    if (isShut && m_cancel.stop_requested())
        return cancelledError();
    const Meaning meaning = meaningOf(isShut      ? CURLE_OPERATION_TIMEDOUT
                                      : m_flooded ? CURLE_WEIRD_SERVER_REPLY
                                                  : code);
    std::string why = m_errorText[0] != '\0' ? m_errorText : curl_easy_strerror(code);
    if (m_flooded)
        why = "its answer has more than " + std::to_string(kMostRead >> 10U) + " KiB and does not end";
    else if (isShut)
        why = "it was not over within " + std::to_string(m_limits.total.count()) + " seconds";
    Error error{meaning.code,
                m_what + ": " + shown(why),
                hintOf(meaning.code, m_isMail),
                meaning.retryable,
                {{"stage", meaning.stage}}};
    if (m_isMail && !m_refusal.empty()) {
        error.context.emplace("reply", m_refusal);
        if (meaning.code == ErrorCode::ServerError || meaning.code == ErrorCode::AuthenticationFailed)
            error.message += "; the server said: " + m_refusal + refusedAddresses();
        // Who is not let in at all (the greeting, the HELO) would not be with another message either.
        const bool isAboutTheChannel = m_refusedByGreeting || m_flooded ||
                                       code == CURLE_REMOTE_ACCESS_DENIED || isAboutTheClient(m_refusal);
        if (meaning.code == ErrorCode::ServerError && m_refusal.front() == '5' && !isAboutTheChannel)
            error.context.emplace("refused", "message");
    }
    return error;
}

/// A server that does not say whom its refusal is about leaves it to us.
std::string CurlTransfer::refusedAddresses() const {
    std::string out;
    for (const Refused& one : m_refusedFor) {
        if (one.reply != m_refusal || one.reply.find(one.address) == std::string::npos)
            out += "; refused: " + one.address;
    }
    return out;
}

Error CurlTransfer::takenForSome() const {
    std::string refused;
    std::string missing;
    bool isForGood = false;
    for (const Refused& one : m_refusedFor) {
        isForGood = isForGood || one.reply.front() == '5';
        refused += (refused.empty() ? "" : "; ") + one.address + ": " + one.reply;
        missing += (missing.empty() ? "" : " ") + one.address;
    }
    return {ErrorCode::ServerError,
            m_what + ": it was taken for " + std::to_string(m_addresses.size() - m_refusedFor.size()) +
                " of " + std::to_string(m_addresses.size()) + " recipients, and refused for " + refused,
            isForGood ? "check these addresses; who is gone has to go from the channel, too"
                      : "it is tried again for these",
            true,
            {{"stage", "answer"},
             {"reply", m_refusedFor.back().reply},
             {"refused", "message"},
             {"missing", missing}}};
}

Result<std::string> CurlTransfer::perform() {
    SALVOR_TRY(checkCancelled(m_cancel));
    if (!m_handle)
        return failure(ErrorCode::Internal, m_what + ": libcurl cannot be used");
    if (m_headers)
        set(CURLOPT_HTTPHEADER, m_headers.get());
    if (m_recipients)
        set(CURLOPT_MAIL_RCPT, m_recipients.get());
    if (m_setup != CURLE_OK)
        return failure(ErrorCode::Internal, m_what + ": libcurl refuses: " + curl_easy_strerror(m_setup));
    const CURLcode code = curl_easy_perform(m_handle.get());
    // A web server that has given its status and goes on and on has answered all the same.
    if (code != CURLE_OK && (m_isMail || !m_flooded || !m_answered))
        return failure(errorOf(code));
    long status = 0;
    curl_easy_getinfo(m_handle.get(), CURLINFO_RESPONSE_CODE, &status);
    if (m_isMail && !m_refusedFor.empty())
        return failure(takenForSome());
    if (m_isMail)
        return m_lastLine;
    const std::string reply = "HTTP " + std::to_string(status) + (m_body.empty() ? "" : " " + shown(m_body));
    if (status < 200 || status > 299) {
        Error error{ErrorCode::ServerError,
                    m_what + ": the server refused it: " + reply,
                    hintOf(ErrorCode::ServerError, false),
                    status >= 500 || status == 429 || status == 408,
                    {{"stage", "answer"}, {"reply", reply}, {"status", std::to_string(status)}}};
        if (isAboutTheMessage(status))
            error.context.emplace("refused", "message");
        return failure(std::move(error));
    }
    return reply;
}

std::vector<std::string> missingRecipients(const Error& error) {
    std::vector<std::string> out;
    const auto found = error.context.find("missing");
    std::istringstream addresses(found == error.context.end() ? "" : found->second);
    for (std::string one; addresses >> one;)
        out.push_back(one);
    return out;
}

bool refusesTheMessage(const Error& error) {
    const auto found = error.context.find("refused");
    return found != error.context.end() && found->second == "message";
}

} // namespace salvor

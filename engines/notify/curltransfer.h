// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One transfer by libcurl's easy interface: bounded, cancelled by its progress callback, its errors as ours.
#pragma once

#include "engines/notify/notify.h"
#include "engines/notify/socketguard.h"

#include <curl/curl.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// The text with a NUL behind it, as C wants it; the text itself is wiped.
Secret withEnd(std::string text);

/// One thread, used once.
class CurlTransfer {
public:
    /// `what` begins every message: "sending mail to smtp.example.org:587".
    CurlTransfer(std::string what, const Channel& channel, const NotifyLimits& limits,
                 const CancelToken& cancel);
    CurlTransfer(const CurlTransfer&) = delete;
    CurlTransfer& operator=(const CurlTransfer&) = delete;
    ~CurlTransfer();

    CURL* handle() { return m_handle.get(); }
    template <typename Value>
    void set(CURLoption option, Value value) {
        const CURLcode code = curl_easy_setopt(m_handle.get(), option, value);
        if (code != CURLE_OK && m_setup == CURLE_OK)
            m_setup = code;
    }
    void addHeader(const std::string& line); ///< for HTTP headers and mail headers
    void addRecipient(const std::string& address);
    /// Never shown, should a server repeat it, in whatever way it writes it (hiding.h).
    void hide(const Secret& secret) { m_hidden.push_back(secret.clone()); }

    /// The last thing the server said; its status has to be 200 to 299.
    Result<std::string> perform();

private:
    struct Close {
        void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
        void operator()(curl_slist* list) const { curl_slist_free_all(list); }
    };
    static size_t takeHeader(char* data, size_t size, size_t count, void* self);
    static int takeTrace(CURL*, curl_infotype kind, char* data, size_t size, void* self);
    void noteReplyToRecipient(const std::string& line);
    std::string refusedAddresses() const;
    Error takenForSome() const;
    static size_t takeBody(char* data, size_t size, size_t count, void* self);
    bool count(std::size_t bytes);
    static int stopWhenCancelled(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
    static void append(std::unique_ptr<curl_slist, Close>& list, const std::string& text);
    Error errorOf(CURLcode code) const;
    std::string shown(std::string_view reply) const;

    const std::string m_what;
    const CancelToken m_cancel;
    const bool m_isMail;
    const NotifyLimits m_limits;
    SocketGuard m_guard; ///< before the handle, which calls it until it is gone
    std::unique_ptr<CURL, Close> m_handle;
    std::unique_ptr<curl_slist, Close> m_headers;
    std::unique_ptr<curl_slist, Close> m_recipients;
    struct Refused {
        std::string address;
        std::string reply;
    };
    std::vector<std::string> m_addresses; ///< of the recipients, in the order in which they are named
    std::size_t m_named = 0;              ///< so many of them were named to the server
    bool m_isNaming = false;              ///< the next reply is about the one that was named last
    std::vector<Refused> m_refusedFor;
    std::vector<Secret> m_hidden;
    std::string m_lastLine; ///< of the server's headers, or its SMTP replies
    std::string m_refusal;  ///< the last SMTP reply of 400 and above: a "221 Bye" may follow it
    bool m_refusedByGreeting = false;
    std::string m_body;
    std::size_t m_read = 0;  ///< bytes of headers, replies and body
    bool m_answered = false; ///< HTTP: the headers are over
    bool m_flooded = false;  ///< too many bytes: the rest is not read
    char m_errorText[CURL_ERROR_SIZE] = "";
    CURLcode m_setup = CURLE_OK;
};

} // namespace salvor

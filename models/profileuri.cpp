// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar: RFC 3986 as libpq reads it (PostgreSQL documentation, "Connection URIs"), one host only.
#include "models/profile.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace salvor {

namespace {

constexpr std::uint16_t kDefaultPort = 5432;

// The URI may hold a password: messages name the part, and never quote the URI or what follows an '@' or ':'.
tl::unexpected<Error> badUri(const char* part, std::string_view problem, std::string hint = {}) {
    return failure(ErrorCode::InvalidInput, "the URI's " + std::string(part) + " " + std::string(problem),
                   std::move(hint), {{"part", part}});
}

std::optional<int> hexDigit(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return std::nullopt;
}

Result<std::string> percentDecode(const char* part, std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        const auto high = i + 2 < text.size() ? hexDigit(text[i + 1]) : std::nullopt;
        const auto low = i + 2 < text.size() ? hexDigit(text[i + 2]) : std::nullopt;
        if (!high || !low)
            return badUri(part, "has a '%' without two hexadecimal digits", "write a plain '%' as %25");
        const char c = static_cast<char>(*high * 16 + *low);
        if (c == '\0')
            return badUri(part, "holds a NUL character (%00)");
        out.push_back(c);
        i += 2;
    }
    return out;
}

Result<std::uint16_t> parsePort(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (error != std::errc{} || end != text.data() + text.size() || port == 0)
        return badUri("port", "is not a number from 1 to 65535");
    return port;
}

/// Collects the parts; each may be given once, in the authority or as a parameter.
class Builder {
public:
    Builder() {
        m_parsed.profile.engine = "postgresql";
        m_parsed.profile.port = kDefaultPort;
        m_parsed.profile.database = "postgres";
    }

    Result<> userInfo(std::string_view text) {
        const auto colon = text.find(':');
        if (colon != std::string_view::npos)
            SALVOR_TRY(set("password", text.substr(colon + 1)));
        if (text.substr(0, colon).empty())
            return {};
        return set("user", text.substr(0, colon));
    }

    Result<> hostAndPort(std::string_view text) {
        if (text.find(',') != std::string_view::npos)
            return badUri("host", "is a list", "name one server; make one profile for each");
        std::string_view rest = text;
        if (text.starts_with('[')) {
            const auto close = text.find(']');
            if (close == std::string_view::npos)
                return badUri("host", "has a '[' without ']'");
            SALVOR_TRY(set("host", text.substr(1, close - 1)));
            if (m_parsed.profile.host.find(':') == std::string::npos)
                return badUri("host", "in brackets is not an IPv6 address");
            rest = text.substr(close + 1);
            if (!rest.empty() && rest.front() != ':')
                return badUri("host", "is followed by something that is not a port");
        } else {
            const auto colon = text.find(':');
            if (colon != text.rfind(':'))
                return badUri("host", "has more than one ':'", "write an IPv6 address in brackets: [::1]");
            if (colon != 0 && !text.empty())
                SALVOR_TRY(set("host", text.substr(0, colon)));
            rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
        }
        return rest.empty() ? Result<>() : set("port", rest.substr(1));
    }

    Result<> parameter(std::string_view text) {
        const auto equals = text.find('=');
        if (equals == std::string_view::npos)
            return badUri("parameters", "hold one without '='");
        const std::string_view name = text.substr(0, equals);
        for (const char* known : {"host", "port", "user", "password", "dbname", "sslmode", "sslrootcert"}) {
            if (name == known)
                return set(known, text.substr(equals + 1));
        }
        // Nothing of where the server is or who logs in: a pasted URI may have them, Salvor sets its own.
        for (const char* ours : {"application_name", "fallback_application_name", "connect_timeout"}) {
            if (name == ours)
                return {};
        }
        // Names are no secrets; a value is never quoted.
        return failure(
            ErrorCode::InvalidInput,
            "the URI has a parameter that is not supported: \"" + std::string(name) + "\"",
            "remove it: only host, port, user, password, dbname, sslmode and sslrootcert are understood",
            {{"part", "parameters"}, {"parameter", std::string(name)}});
    }

    Result<> set(const char* part, std::string_view encoded) {
        if (!m_seen.emplace(part, true).second)
            return badUri(part, "is given twice");
        SALVOR_ASSIGN(std::string value, percentDecode(part, encoded));
        const std::string_view name = part;
        Profile& profile = m_parsed.profile;
        if (name == "host")
            profile.host = std::move(value);
        else if (name == "user")
            profile.user = std::move(value);
        else if (name == "dbname")
            profile.database = std::move(value);
        else if (name == "sslmode")
            return setTlsMode(std::move(value));
        else if (name == "sslrootcert")
            profile.tlsCaFile = value == "system" ? std::string() : std::move(value);
        else if (name == "port") {
            SALVOR_ASSIGN(profile.port, parsePort(value));
        } else {
            m_parsed.password = std::move(value);
            m_parsed.hasPassword = true;
        }
        return {};
    }

    Result<ParsedUri> finish() {
        if (m_parsed.profile.host.empty())
            return badUri("host", "is missing",
                          "name the server, or the folder of its socket as host=%2Fvar%2Frun%2Fpostgresql");
        return std::move(m_parsed);
    }

private:
    Result<> setTlsMode(std::string value) {
        if (value == "allow" || value == "prefer")
            return badUri("sslmode", "\"" + value + "\" would fall back to no encryption in silence",
                          "use disable, require, verify-ca or verify-full");
        for (const char* known : {"disable", "require", "verify-ca", "verify-full"}) {
            if (value == known) {
                m_parsed.profile.tlsMode = std::move(value);
                return {};
            }
        }
        return badUri("sslmode", "is not known: \"" + value + "\"",
                      "use disable, require, verify-ca or verify-full");
    }

    ParsedUri m_parsed;
    std::map<std::string, bool> m_seen;
};

} // namespace

Result<ParsedUri> parseProfileUri(std::string_view uri) {
    const auto schemeEnd = uri.find("://");
    const std::string_view scheme = uri.substr(0, schemeEnd == std::string_view::npos ? 0 : schemeEnd);
    if (scheme != "postgresql" && scheme != "postgres")
        return badUri("scheme", "is not known", "start with postgresql://");
    std::string_view rest = uri.substr(schemeEnd + 3);
    if (rest.find('#') != std::string_view::npos)
        return badUri("text", "has a '#'", "write a '#' as %23");

    Builder builder;
    const auto question = rest.find('?');
    const std::string_view parameters = question == std::string_view::npos ? "" : rest.substr(question + 1);
    rest = rest.substr(0, question);
    const auto slash = rest.find('/');
    // A password with a plain '/' or '?' lands behind the authority; nothing of it may be quoted by a later
    // message.
    if (parameters.find('@') != std::string_view::npos ||
        (slash != std::string_view::npos && rest.find('@', slash) != std::string_view::npos))
        return badUri("text", "has an '@' behind the host",
                      "in a password or name write '/' as %2F, '?' as %3F and '@' as %40");
    const std::string_view authority = rest.substr(0, slash);
    const auto at = authority.rfind('@');
    if (at != std::string_view::npos)
        SALVOR_TRY(builder.userInfo(authority.substr(0, at)));
    SALVOR_TRY(builder.hostAndPort(at == std::string_view::npos ? authority : authority.substr(at + 1)));
    if (slash != std::string_view::npos && slash + 1 < rest.size()) {
        if (rest.find('/', slash + 1) != std::string_view::npos)
            return badUri("database", "has a '/'", "write a '/' in a name as %2F");
        SALVOR_TRY(builder.set("dbname", rest.substr(slash + 1)));
    }
    for (std::size_t from = 0; from < parameters.size();) {
        const auto end = std::min(parameters.find('&', from), parameters.size());
        SALVOR_TRY(builder.parameter(parameters.substr(from, end - from)));
        from = end + 1;
    }
    return builder.finish();
}

} // namespace salvor

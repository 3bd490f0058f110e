// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The grammar: RFC 3986, one host only; of one in the parameters as libpq has it (PostgreSQL documentation,
// "Connection URIs").
#include "models/profilefields.h"

#include <algorithm>
#include <optional>
#include <set>

namespace salvor {

namespace {

// The URI may hold a password: messages name the part, and never quote the URI or what follows an '@' or ':'.
tl::unexpected<Error> badUri(const std::string& part, std::string_view problem, std::string hint = {}) {
    return failure(ErrorCode::InvalidInput, "the URI's " + part + " " + std::string(problem), std::move(hint),
                   {{"part", part}});
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

Result<std::string> percentDecode(const std::string& part, std::string_view text) {
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

/// `texts` as a hint writes them: "a, b and c".
std::string listed(const std::vector<std::string>& texts, const char* last) {
    std::string out;
    for (std::size_t i = 0; i < texts.size(); ++i)
        out += (i == 0 ? "" : i + 1 == texts.size() ? std::string(" ") + last + " " : ", ") + texts[i];
    return out;
}

/// Collects the parts; each may be given once, in the authority or as a parameter.
class Builder {
public:
    explicit Builder(const EngineDescription& engine)
        : m_engine(engine) {
        m_parsed.profile = freshProfile(engine);
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
        std::vector<std::string> known;
        for (const auto& field : m_engine.fields) {
            if (!field.uriParameter.empty() && field.uriParameter == name)
                return take(field, field.uriParameter, text.substr(equals + 1));
            if (!field.uriParameter.empty())
                known.push_back(field.uriParameter);
        }
        // Nothing of where the server is or who logs in: a pasted URI may have them, Salvor sets its own.
        if (std::ranges::find(m_engine.ignoredUriParameters, name) != m_engine.ignoredUriParameters.end())
            return {};
        // Names are no secrets; a value is never quoted.
        return failure(
            ErrorCode::InvalidInput,
            "the URI has a parameter that is not supported: \"" + std::string(name) + "\"",
            "remove it: " +
                (known.empty() ? std::string("none is") : "only " + listed(known, "and") + " are") +
                " understood",
            {{"part", "parameters"}, {"parameter", std::string(name)}});
    }

    /// What stands in front of the parameters: the field of this key.
    Result<> set(const char* key, std::string_view encoded) {
        const ProfileField* field = fieldOf(m_engine, key);
        if (field == nullptr)
            return badUri(key, "says something that " + m_engine.label + " does not have");
        return take(*field, field->uriParameter.empty() ? field->key : field->uriParameter, encoded);
    }

    Result<ParsedUri> finish() {
        const ProfileField* host = fieldOf(m_engine, "host");
        if (host != nullptr && host->required && m_parsed.profile.host.empty())
            return badUri("host", "is missing",
                          host->uriParameter.empty() ? "name the server"
                                                     : "name the server, or the folder of its socket as " +
                                                           host->uriParameter + "=%2F…");
        return std::move(m_parsed);
    }

private:
    Result<> take(const ProfileField& field, const std::string& part, std::string_view encoded) {
        if (!m_seen.insert(part).second)
            return badUri(part, "is given twice");
        SALVOR_ASSIGN(std::string value, percentDecode(part, encoded));
        if (field.kind == ProfileField::Kind::Password) {
            m_parsed.password = std::move(value);
            m_parsed.hasPassword = true;
            return {};
        }
        if (field.kind == ProfileField::Kind::Choice)
            SALVOR_TRY(checkChoice(field, part, value));
        // No path begins so: libpq's word for the authorities of the system.
        if (field.kind == ProfileField::Kind::File && value == "system")
            value.clear();
        if (!setFieldValue(m_parsed.profile, field.key, std::move(value)))
            return badUri(part, "is not a number from 1 to 65535");
        return {};
    }

    static Result<> checkChoice(const ProfileField& field, const std::string& part,
                                const std::string& value) {
        std::vector<std::string> known;
        for (const auto& choice : field.choices) {
            if (choice.value == value)
                return {};
            known.insert(known.begin(), choice.value); // the best one last
        }
        const std::string hint = "use " + listed(known, "or");
        for (const auto& refused : field.uriRefuses) {
            if (refused.value == value)
                return badUri(part, "\"" + value + "\" " + refused.why, hint);
        }
        return badUri(part, "is not known: \"" + value + "\"", hint);
    }

    const EngineDescription& m_engine;
    ParsedUri m_parsed;
    std::set<std::string> m_seen;
};

} // namespace

Result<ParsedUri> parseProfileUri(std::string_view uri, const std::vector<EngineDescription>& engines) {
    const auto schemeEnd = uri.find("://");
    const std::string_view scheme = uri.substr(0, schemeEnd == std::string_view::npos ? 0 : schemeEnd);
    std::vector<std::string> known;
    const EngineDescription* engine = nullptr;
    for (const auto& one : engines) {
        if (std::ranges::find(one.uriSchemes, scheme) != one.uriSchemes.end())
            engine = &one;
        if (!one.uriSchemes.empty())
            known.push_back(one.uriSchemes.front() + "://");
    }
    if (engine == nullptr)
        return badUri("scheme", "is not known", "start with " + listed(known, "or"));
    std::string_view rest = uri.substr(schemeEnd + 3);
    if (rest.find('#') != std::string_view::npos)
        return badUri("text", "has a '#'", "write a '#' as %23");

    Builder builder(*engine);
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
        SALVOR_TRY(builder.set("database", rest.substr(slash + 1)));
    }
    for (std::size_t from = 0; from < parameters.size();) {
        const auto end = std::min(parameters.find('&', from), parameters.size());
        SALVOR_TRY(builder.parameter(parameters.substr(from, end - from)));
        from = end + 1;
    }
    return builder.finish();
}

} // namespace salvor

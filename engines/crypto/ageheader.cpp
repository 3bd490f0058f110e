// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/ageheader.h"

#include "engines/crypto/evp.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::string_view kIntro = "age-encryption.org/v1\n";
constexpr std::string_view kStanza = "->";
constexpr std::string_view kFooter = "---";
constexpr std::size_t kColumns = 64;
// A header is held in memory before anything in it is authenticated: bounded, but far beyond thousands of
// recipients.
constexpr std::size_t kMaxLine = std::size_t{64} * 1024;
constexpr std::size_t kMaxHeader = std::size_t{4} * 1024 * 1024;

tl::unexpected<Error> corrupt(std::string_view what) {
    return failure(ErrorCode::Corrupt, "age header: " + std::string(what));
}

/// A line without its line feed; Corrupt at the end of the file.
Result<std::string> takeLine(Lookahead& in, std::string& taken) {
    SALVOR_ASSIGN(std::string line, in.line(kMaxLine, "age header"));
    taken += line;
    if (taken.size() > kMaxHeader)
        return corrupt("it is longer than 4 MiB");
    if (!line.ends_with('\n'))
        return corrupt("the file ends inside the header");
    line.pop_back();
    return line;
}

bool isArgument(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

Result<AgeStanza> parseOpeningLine(std::string_view line) {
    if (!line.starts_with(kStanza) || line.size() < 3 || line[2] != ' ')
        return corrupt("a stanza does not begin with \"-> \"");
    line.remove_prefix(3);
    AgeStanza out;
    for (bool more = true; more;) {
        const std::size_t space = line.find(' ');
        const std::string_view argument = line.substr(0, space);
        if (!isArgument(argument))
            return corrupt("a stanza has an argument that is empty or not of printable ASCII");
        if (out.type.empty())
            out.type = argument;
        else
            out.arguments.emplace_back(argument);
        more = space != std::string_view::npos;
        if (more)
            line.remove_prefix(space + 1);
    }
    return out;
}

Result<AgeStanza> readStanza(Lookahead& in, std::string& taken) {
    SALVOR_ASSIGN(const std::string opening, takeLine(in, taken));
    SALVOR_ASSIGN(AgeStanza stanza, parseOpeningLine(opening));
    for (;;) {
        SALVOR_ASSIGN(const std::string line, takeLine(in, taken));
        if (line.size() > kColumns)
            return corrupt("a line of a stanza's body is longer than 64 columns");
        const auto bytes = fromHeaderBase64(line);
        if (!bytes)
            return corrupt("a stanza's body is not canonical base64 ended by a short line");
        stanza.body.insert(stanza.body.end(), bytes->begin(), bytes->end());
        if (line.size() < kColumns)
            return stanza;
    }
}

Result<Digest> macOf(std::string_view authenticated, const Secret& fileKey) {
    SALVOR_ASSIGN(const Secret key, evp::hkdf(fileKey.bytes(), {}, "header", 32));
    return hmacSha256(key.bytes(), asBytes(authenticated));
}

void appendStanza(std::string& out, const AgeStanza& stanza) {
    out.append(kStanza).append(" ").append(stanza.type);
    for (const std::string& argument : stanza.arguments)
        out.append(" ").append(argument);
    out += '\n';
    const std::string body = toHeaderBase64(stanza.body);
    // Ends with a line under 64 columns, so with an empty one after a full one.
    for (std::size_t i = 0; i <= body.size(); i += kColumns)
        out.append(body, i, kColumns).push_back('\n');
}

} // namespace

std::string toHeaderBase64(ByteView bytes) {
    std::string out = toBase64(bytes);
    while (out.ends_with('='))
        out.pop_back();
    return out;
}

Result<Bytes> fromHeaderBase64(std::string_view text) {
    if (text.find('=') != std::string_view::npos || text.size() % 4 == 1)
        return failure(ErrorCode::InvalidInput, "text is not base64 without padding");
    std::string padded(text);
    padded.append((4 - text.size() % 4) % 4, '=');
    return fromBase64(padded);
}

Result<AgeHeader> readAgeHeader(Lookahead& in) {
    SALVOR_ASSIGN(const ByteView intro, in.peek(kIntro.size()));
    if (asText(intro) != kIntro)
        return corrupt(
            "the file does not begin with \"age-encryption.org/v1\"; it is no age file of version 1");
    AgeHeader header;
    header.authenticated = kIntro;
    in.skip(kIntro.size());
    for (;;) {
        SALVOR_ASSIGN(const ByteView next, in.peek(kFooter.size()));
        if (asText(next) == kFooter)
            break;
        SALVOR_ASSIGN(AgeStanza stanza, readStanza(in, header.authenticated));
        header.stanzas.push_back(std::move(stanza));
    }
    std::string taken;
    SALVOR_ASSIGN(const std::string last, takeLine(in, taken));
    header.authenticated += kFooter;
    if (header.stanzas.empty())
        return corrupt("it has no stanza");
    const auto mac = last.size() == 47 && last[3] == ' ' ? fromHeaderBase64(std::string_view(last).substr(4))
                                                         : Result<Bytes>(Bytes{});
    if (!mac || mac->size() != header.mac.size())
        return corrupt("its last line is not \"--- \" and 43 characters of canonical base64");
    std::copy(mac->begin(), mac->end(), header.mac.begin());
    return header;
}

Result<> checkAgeHeader(const AgeHeader& header, const Secret& fileKey) {
    SALVOR_ASSIGN(const Digest mac, macOf(header.authenticated, fileKey));
    if (!equalConstantTime(mac, header.mac))
        return corrupt("its MAC does not fit: the header was altered");
    return {};
}

Result<std::string> writeAgeHeader(std::span<const AgeStanza> stanzas, const Secret& fileKey) {
    std::string out(kIntro);
    for (const AgeStanza& stanza : stanzas)
        appendStanza(out, stanza);
    out += kFooter;
    SALVOR_ASSIGN(const Digest mac, macOf(out, fileKey));
    out.append(" ").append(toHeaderBase64(mac)).append("\n");
    return out;
}

} // namespace salvor

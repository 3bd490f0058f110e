// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/agearmor.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::string_view kBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kEnd = "-----END AGE ENCRYPTED FILE-----";
constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";
constexpr std::size_t kColumns = 64;
constexpr std::size_t kLineBytes = 48;
constexpr std::size_t kMaxWhiteSpace = 1024;

tl::unexpected<Error> corrupt(std::string_view what) {
    return failure(ErrorCode::Corrupt, "age armor: " + std::string(what));
}

bool isBlank(std::string_view text) { return text.find_first_not_of(kWhiteSpace) == std::string_view::npos; }

} // namespace

Result<> ArmorWriter::begin() {
    if (m_begun)
        return {};
    m_begun = true;
    SALVOR_TRY(m_out.write(asBytes(kBegin)));
    return m_out.write(asBytes("\n"));
}

Result<> ArmorWriter::flush(ByteView bytes) {
    if (bytes.empty())
        return {};
    const std::string text = toBase64(bytes);
    std::string lines;
    lines.reserve(text.size() + text.size() / kColumns + 1);
    for (std::size_t i = 0; i < text.size(); i += kColumns)
        lines.append(text, i, kColumns).push_back('\n');
    return m_out.write(asBytes(lines));
}

Result<> ArmorWriter::write(ByteView bytes) {
    SALVOR_TRY(begin());
    const std::size_t needed = m_pending.empty() ? 0 : std::min(bytes.size(), kLineBytes - m_pending.size());
    m_pending.insert(m_pending.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(needed));
    bytes = bytes.subspan(needed);
    if (m_pending.size() == kLineBytes) {
        SALVOR_TRY(flush(m_pending));
        m_pending.clear();
    }
    const std::size_t whole = bytes.size() / kLineBytes * kLineBytes;
    SALVOR_TRY(flush(bytes.first(whole)));
    const ByteView rest = bytes.subspan(whole);
    m_pending.insert(m_pending.end(), rest.begin(), rest.end());
    return {};
}

Result<> ArmorWriter::finish() {
    SALVOR_TRY(begin());
    SALVOR_TRY(flush(m_pending));
    m_pending.clear();
    SALVOR_TRY(m_out.write(asBytes(kEnd)));
    return m_out.write(asBytes("\n"));
}

Result<bool> ArmorReader::isNext(Lookahead& in) {
    SALVOR_ASSIGN(const ByteView seen, in.peek(kMaxWhiteSpace + kBegin.size()));
    std::string_view text = asText(seen);
    const std::size_t first = text.find_first_not_of(kWhiteSpace);
    return first != std::string_view::npos && text.substr(first).starts_with("-----BEGIN");
}

Result<std::string> ArmorReader::line() {
    SALVOR_ASSIGN(std::string text, m_in.line(kMaxWhiteSpace, "age armor"));
    if (text.empty())
        return corrupt("it ends without its end line");
    if (text.ends_with('\n'))
        text.pop_back();
    if (text.ends_with('\r'))
        text.pop_back();
    return text;
}

Result<> ArmorReader::begin() {
    std::size_t blank = 0;
    for (;;) {
        SALVOR_ASSIGN(const std::string text, line());
        if (text == kBegin)
            break;
        blank += text.size() + 1;
        if (!isBlank(text) || blank > kMaxWhiteSpace)
            return corrupt("the begin line is not \"" + std::string(kBegin) + "\"");
    }
    m_begun = true;
    return {};
}

/// After the end line: white space only, and little of it.
Result<> ArmorReader::end() {
    m_ended = true;
    SALVOR_ASSIGN(const ByteView seen, m_in.peek(kMaxWhiteSpace));
    if (!isBlank(asText(seen)))
        return corrupt("there is data after the end line");
    if (seen.size() == kMaxWhiteSpace)
        return corrupt("there is too much white space after the end line");
    m_in.skip(seen.size());
    return {};
}

Result<> ArmorReader::nextLine() {
    SALVOR_ASSIGN(const std::string text, line());
    if (text == kEnd)
        return end();
    if (text.empty() || text.size() > kColumns)
        return corrupt("a line is empty or longer than 64 columns");
    auto bytes = fromBase64(text);
    if (!bytes)
        return corrupt("a line is not canonical base64");
    m_ready = std::move(*bytes);
    m_used = 0;
    if (m_ready.size() == kLineBytes)
        return {};
    SALVOR_ASSIGN(const std::string last, line());
    if (last != kEnd)
        return corrupt("a line is shorter than 64 columns and not the last");
    return end();
}

Result<std::size_t> ArmorReader::read(std::span<std::byte> buffer) {
    if (!m_begun)
        SALVOR_TRY(begin());
    std::size_t done = 0;
    while (done < buffer.size()) {
        if (m_used == m_ready.size()) {
            if (m_ended)
                break;
            SALVOR_TRY(nextLine());
            continue;
        }
        const std::size_t count = std::min(buffer.size() - done, m_ready.size() - m_used);
        std::copy_n(m_ready.begin() + static_cast<std::ptrdiff_t>(m_used), count,
                    buffer.begin() + static_cast<std::ptrdiff_t>(done));
        m_used += count;
        done += count;
    }
    return done;
}

} // namespace salvor

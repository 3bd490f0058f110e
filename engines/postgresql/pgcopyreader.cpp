// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgcopyreader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <utility>

namespace salvor {

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr std::size_t kLeastRoom = 64 * 1024; ///< so that few messages are cut
constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr std::size_t kHeaderBytes = 19; ///< signature, flags, length of an extension

std::uint32_t bigEndian32(const std::byte* at) {
    return (std::to_integer<std::uint32_t>(at[0]) << 24U) | (std::to_integer<std::uint32_t>(at[1]) << 16U) |
           (std::to_integer<std::uint32_t>(at[2]) << 8U) | std::to_integer<std::uint32_t>(at[3]);
}

std::uint32_t bigEndian16(const std::byte* at) {
    return (std::to_integer<std::uint32_t>(at[0]) << 8U) | std::to_integer<std::uint32_t>(at[1]);
}

tl::unexpected<Error> unexpectedFraming(const char* what) {
    return failure(ErrorCode::Corrupt,
                   std::string("the COPY stream of the server is not what its format says: ") + what,
                   "report this with the server's version");
}

} // namespace

std::string PgRowHash::hex() const {
    std::array<std::byte, 16> bytes{};
    for (unsigned i = 0; i < 8; ++i) {
        bytes[i] = static_cast<std::byte>((m_high >> (56U - 8U * i)) & 0xFFU);
        bytes[i + 8] = static_cast<std::byte>((m_low >> (56U - 8U * i)) & 0xFFU);
    }
    return toHex(bytes);
}

PgRowHash::Number PgRowHash::parse(std::string_view sum) {
    Number number;
    if (sum.size() == 32) {
        std::from_chars(sum.data(), sum.data() + 16, number.high, 16);
        std::from_chars(sum.data() + 16, sum.data() + 32, number.low, 16);
    }
    return number;
}

PgCopyReader::PgCopyReader(PgFormat format, int columns, ByteSink& sink)
    : m_format(format)
    , m_columns(columns)
    , m_sink(sink)
    , m_buffer(std::make_unique_for_overwrite<std::byte[]>(kBufferBytes))
    , m_size(kBufferBytes) {}

Result<> PgCopyReader::take(ByteView message) {
    while (!message.empty()) {
        SALVOR_ASSIGN(const auto free, room());
        const std::size_t count = std::min(free.size(), message.size());
        std::memcpy(free.data(), message.data(), count);
        SALVOR_TRY(took(count));
        message = message.subspan(count);
    }
    return {};
}

Result<std::span<std::byte>> PgCopyReader::room() {
    if (m_size - m_filled < kLeastRoom)
        SALVOR_TRY(flush(kLeastRoom));
    return std::span(m_buffer.get() + m_filled, m_size - m_filled);
}

Result<> PgCopyReader::took(std::size_t bytes) {
    m_filled += bytes;
    m_bytes += bytes;
    SALVOR_TRY(m_format == PgFormat::Text ? parseText() : parseBinary());
    if (m_parsed != m_filled && m_filled != m_size)
        return unexpectedFraming("a row does not end with its message");
    return {};
}

void PgCopyReader::rowEnds(std::size_t length) {
    m_hash.add(unparsed().first(length));
    ++m_rows;
    m_parsed += length;
}

Result<> PgCopyReader::parseText() {
    for (ByteView rest = unparsed(); !rest.empty(); rest = unparsed()) {
        // A line feed inside a value is written as \n, so each one ends a row.
        const auto* end = static_cast<const std::byte*>(std::memchr(rest.data(), '\n', rest.size()));
        if (end == nullptr)
            break;
        rowEnds(static_cast<std::size_t>(end - rest.data()) + 1);
    }
    return {};
}

Result<> PgCopyReader::parseBinary() {
    if (!m_begun) {
        // The server sends the header in one message with the first row.
        const ByteView rest = unparsed();
        if (rest.size() < kHeaderBytes ||
            std::memcmp(rest.data(), kSignature.data(), kSignature.size()) != 0 ||
            bigEndian32(rest.data() + 11) != 0 || bigEndian32(rest.data() + 15) != 0)
            return unexpectedFraming("the header is missing or unknown");
        m_begun = true;
        m_parsed += kHeaderBytes;
    }
    for (ByteView rest = unparsed(); !rest.empty(); rest = unparsed()) {
        if (m_ended)
            return unexpectedFraming("data after the trailer");
        if (rest.size() < 2)
            break;
        const std::uint32_t columns = bigEndian16(rest.data());
        if (columns == 0xFFFF) {
            m_ended = true;
            m_parsed += 2;
            continue;
        }
        if (columns != static_cast<std::uint32_t>(m_columns))
            return unexpectedFraming("a row has another number of columns");
        const std::size_t length = binaryRow(rest);
        if (length == 0)
            break;
        rowEnds(length);
    }
    return {};
}

std::size_t PgCopyReader::binaryRow(ByteView rest) const {
    std::size_t at = 2;
    for (int column = 0; column < m_columns; ++column) {
        if (rest.size() - at < 4)
            return 0;
        const std::uint32_t length = bigEndian32(rest.data() + at);
        at += 4;
        if (length == 0xFFFFFFFFU) // NULL
            continue;
        if (rest.size() - at < length)
            return 0;
        at += length;
    }
    return at;
}

Result<> PgCopyReader::flush(std::size_t least) {
    if (m_parsed > 0)
        SALVOR_TRY(m_sink.write({m_buffer.get(), m_parsed}));
    const std::size_t left = m_filled - m_parsed;
    // Twice as much for a row that does not fit, and back again behind it.
    const std::size_t size = left + least > kBufferBytes ? 2 * std::max(left, kBufferBytes) : kBufferBytes;
    if (size != m_size) {
        auto buffer = std::make_unique_for_overwrite<std::byte[]>(size);
        std::memcpy(buffer.get(), m_buffer.get() + m_parsed, left);
        m_buffer = std::move(buffer);
        m_size = size;
    } else {
        std::memmove(m_buffer.get(), m_buffer.get() + m_parsed, left);
    }
    m_parsed = 0;
    m_filled = left;
    return {};
}

Result<ItemReport> PgCopyReader::finish() {
    if (m_parsed != m_filled)
        return unexpectedFraming("it ends inside a row");
    if (m_format == PgFormat::Binary && !m_ended)
        return unexpectedFraming("the trailer is missing");
    SALVOR_TRY(flush(0));
    ItemReport report;
    report.rows = m_rows;
    report.bytes = m_bytes;
    report.contentHash = m_hash.hex();
    return report;
}

Result<ItemReport> pgReadCopy(PgConnection& connection, std::string_view doing, const std::string& sql,
                              PgFormat format, int columns, ByteSink& sink, const CancelToken& cancel) {
    SALVOR_TRY(connection.copyOut(doing, sql, cancel));
    PgCopyReader reader(format, columns, sink);
    for (;;) {
        SALVOR_ASSIGN(const auto room, reader.room());
        SALVOR_ASSIGN(const std::size_t got, connection.copyRead(doing, room, cancel));
        if (got == 0)
            return reader.finish();
        SALVOR_TRY(reader.took(got));
    }
}

} // namespace salvor

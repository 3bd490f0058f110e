// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgcopyreader.h"

#include <array>
#include <charconv>
#include <cstring>

namespace salvor {

namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
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
    , m_sink(sink) {
    m_buffer.reserve(kBufferBytes);
}

Result<> PgCopyReader::take(ByteView message) {
    SALVOR_TRY(m_format == PgFormat::Text ? takeText(message) : takeBinary(message));
    return hand(message);
}

Result<> PgCopyReader::takeText(ByteView message) {
    ByteView rest = message;
    while (!rest.empty()) {
        // A line feed inside a value is written as \n, so each one ends a row.
        const auto* end = static_cast<const std::byte*>(std::memchr(rest.data(), '\n', rest.size()));
        if (end == nullptr)
            return unexpectedFraming("a row does not end with its message");
        const auto length = static_cast<std::size_t>(end - rest.data()) + 1;
        m_hash.add(rest.first(length));
        ++m_rows;
        rest = rest.subspan(length);
    }
    return {};
}

Result<> PgCopyReader::takeBinary(ByteView message) {
    ByteView rest = message;
    if (!m_begun) {
        // The server sends the header in one message with the first row.
        if (rest.size() < kHeaderBytes ||
            std::memcmp(rest.data(), kSignature.data(), kSignature.size()) != 0 ||
            bigEndian32(rest.data() + 11) != 0 || bigEndian32(rest.data() + 15) != 0)
            return unexpectedFraming("the header is missing or unknown");
        m_begun = true;
        rest = rest.subspan(kHeaderBytes);
    }
    while (!rest.empty()) {
        if (m_ended)
            return unexpectedFraming("data after the trailer");
        if (rest.size() >= 2 && bigEndian16(rest.data()) == 0xFFFF) {
            m_ended = true;
            rest = rest.subspan(2);
            continue;
        }
        const std::size_t length = binaryRow(rest);
        if (length == 0)
            return unexpectedFraming("a row does not end with its message, or has another number of columns");
        m_hash.add(rest.first(length));
        ++m_rows;
        rest = rest.subspan(length);
    }
    return {};
}

std::size_t PgCopyReader::binaryRow(ByteView rest) const {
    if (rest.size() < 2 || bigEndian16(rest.data()) != static_cast<std::uint32_t>(m_columns))
        return 0;
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

Result<> PgCopyReader::hand(ByteView bytes) {
    m_bytes += bytes.size();
    if (m_buffer.size() + bytes.size() > kBufferBytes && !m_buffer.empty()) {
        SALVOR_TRY(m_sink.write(m_buffer));
        m_buffer.clear();
    }
    if (bytes.size() >= kBufferBytes)
        return m_sink.write(bytes);
    m_buffer.insert(m_buffer.end(), bytes.begin(), bytes.end());
    return {};
}

Result<ItemReport> PgCopyReader::finish() {
    if (m_format == PgFormat::Binary && !m_ended)
        return unexpectedFraming("the trailer is missing");
    if (!m_buffer.empty())
        SALVOR_TRY(m_sink.write(m_buffer));
    m_buffer.clear();
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
        SALVOR_ASSIGN(const ByteView message, connection.copyNext(doing, cancel));
        if (message.empty())
            return reader.finish();
        SALVOR_TRY(reader.take(message));
    }
}

} // namespace salvor

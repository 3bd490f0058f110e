// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Takes the messages of a COPY … TO STDOUT apart into rows, for hash and count, and hands the bytes on in
// large pieces.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgrowhash.h"

#include <cstdint>
#include <memory>
#include <span>

namespace salvor {

enum class PgFormat { Text, Binary };

/// Framing is checked, not assumed: a binary row must have `columns` fields and end where its message ends,
/// the header must be the documented one (PostgreSQL documentation, COPY, "Binary Format"), the trailer must
/// come and be the last. A row is hashed as it stands in the stream: binary from its field count on, text
/// with its line feed.
class PgCopyReader {
public:
    PgCopyReader(PgFormat format, int columns, ByteSink& sink);

    /// Corrupt: the stream is not what the format says. Else the sink's error.
    Result<> take(ByteView message);

    /// The same without a copy: whole messages are put at the beginning of room(), and took() is told of how
    /// many bytes. Only where they fill it to its last byte may the last message be cut; what follows goes on
    /// with it. Neither is called between the other's two calls; the room is valid until took().
    Result<std::span<std::byte>> room();
    Result<> took(std::size_t bytes);
    /// Flushes. The stream must have come to its end.
    Result<ItemReport> finish();

private:
    ByteView unparsed() const { return {m_buffer.get() + m_parsed, m_filled - m_parsed}; }
    Result<> parseText();
    Result<> parseBinary();
    /// Bytes of the row at the beginning of `rest`, which has its number of columns; 0 when it is not whole.
    std::size_t binaryRow(ByteView rest) const;
    void rowEnds(std::size_t length);
    /// Hands on what is parsed, and makes place for `least` bytes more.
    Result<> flush(std::size_t least);

    PgFormat m_format;
    int m_columns;
    ByteSink& m_sink;
    std::unique_ptr<std::byte[]> m_buffer;
    std::size_t m_size = 0;   ///< of the buffer
    std::size_t m_parsed = 0; ///< whole rows, header and trailer
    std::size_t m_filled = 0;
    PgRowHash m_hash;
    std::uint64_t m_rows = 0;
    std::uint64_t m_bytes = 0;
    bool m_begun = false;
    bool m_ended = false;
};

/// Runs `sql`, a COPY … TO STDOUT, to its end.
Result<ItemReport> pgReadCopy(PgConnection& connection, std::string_view doing, const std::string& sql,
                              PgFormat format, int columns, ByteSink& sink, const CancelToken& cancel);

} // namespace salvor

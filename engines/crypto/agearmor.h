// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// ASCII armor of age files: strict PEM with the label AGE ENCRYPTED FILE, lines of 64 columns. Written with
// LF; read with LF or CR LF, and up to 1 KiB of white space before and after. Internal to engines/crypto.
#pragma once

#include "engines/crypto/lookahead.h"
#include "models/base/bytes.h"

namespace salvor {

/// Borrows its sink. Not finished = without its end line.
class ArmorWriter final : public ByteSink {
public:
    explicit ArmorWriter(ByteSink& out)
        : m_out(out) {}
    Result<> write(ByteView bytes) override;
    Result<> finish();

private:
    Result<> begin();
    Result<> flush(ByteView bytes);

    ByteSink& m_out;
    Bytes m_pending; ///< less than a line
    bool m_begun = false;
};

/// Borrows its source. Corrupt for anything but one armored file to the very end.
class ArmorReader final : public ByteSource {
public:
    explicit ArmorReader(Lookahead& in)
        : m_in(in) {}
    /// Whether an armored file begins here (white space before it is looked through). Takes nothing.
    static Result<bool> isNext(Lookahead& in);
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    Result<std::string> line();
    Result<> begin();
    Result<> nextLine();
    Result<> end();

    Lookahead& m_in;
    Bytes m_ready;
    std::size_t m_used = 0;
    bool m_begun = false;
    bool m_ended = false;
};

} // namespace salvor

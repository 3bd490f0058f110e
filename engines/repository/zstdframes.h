// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// zstd frames (RFC 8878) with contexts that each thread keeps. Internal to the object codec.
#pragma once

#include "models/base/bytes.h"
#include "models/base/canceltoken.h"

#include <memory>
#include <string_view>

namespace salvor::zstd {

/// The most scratch memory that a thread keeps from one call to the next, for each of its two uses.
constexpr std::size_t kKeepScratch = std::size_t{32} << 20U;

/// Memory that is not cleared when it grows; what it holds is lost then.
class Scratch {
public:
    std::span<std::byte> room(std::size_t bytes);
    void release(); ///< after something large

private:
    std::unique_ptr<std::byte[]> m_bytes;
    std::size_t m_size = 0;
};
/// The calling thread's, until its next use on that thread.
Scratch& threadScratch();

/// The most that compress() may need in `out`.
std::size_t compressBound(std::size_t plainBytes);
/// One frame with content size and checksum; gives its length. Level 1 to 19. Cancelled within a second or
/// so.
Result<std::size_t> compress(ByteView plain, std::span<std::byte> out, int level, const CancelToken& cancel);

/// A skippable frame of zeros that fills `out` (eight bytes at least).
void writePadding(std::span<std::byte> out);

/// All frames of `frames`, joined. Corrupt: not whole zstd frames, a window over 2^27, or more than
/// `maxPlainBytes`.
Result<Bytes> decompress(ByteView frames, std::string_view what, std::uint64_t maxPlainBytes);
/// Whether `frames` gives exactly `plain`. The calling thread keeps room for one of up to kKeepScratch bytes.
bool decompressesTo(ByteView frames, ByteView plain);

} // namespace salvor::zstd

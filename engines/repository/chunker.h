// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Content-defined chunking: where a stream is cut depends on the bytes around the cut only, so that an
// insertion changes the chunks near it and no others. The cut points are part of the format only in so far as
// a writer that cuts otherwise finds nothing to share with older backups; a reader needs none of this.
//
// FastCDC (Xia et al., USENIX ATC 2016) with a gear hash and normalised chunking, 64 bits:
//   gear[i]  the i-th output of SplitMix64 seeded with kSeed
//   hash     begins at 0 behind the first kMinBytes of a chunk; per byte: hash = (hash << 1) + gear[byte]
//   cut      behind a byte after which hash < 2^40 (while the chunk is shorter than kNormalBytes)
//            or hash < 2^44 (from then on), and behind byte kMaxBytes in any case.
// On random data a chunk has 4.57 MiB on average.
#pragma once

#include "models/base/bytes.h"

#include <array>
#include <cstdint>

namespace salvor {

/// One stream's chunker. One thread; copies nothing. Runs at memory speed (more than 2 GB/s when optimised).
class Chunker {
public:
    static constexpr std::size_t kMinBytes = std::size_t{1} << 20U;
    static constexpr std::size_t kNormalBytes = std::size_t{4} << 20U;
    static constexpr std::size_t kMaxBytes = std::size_t{16} << 20U;
    static constexpr std::uint64_t kSeed = 0x53616c766f720001; ///< "Salvor", 1

    struct Step {
        std::size_t taken = 0; ///< how many of the bytes belong to the chunk in hand
        bool cut = false;      ///< the chunk ends behind them
    };
    /// Takes bytes up to the end of the chunk in hand or the end of `bytes`; call again with what is left.
    /// After a cut the next chunk has begun.
    Step take(ByteView bytes);
    /// Begins a new chunk here (the caller cut the stream itself).
    void restart();

    static const std::array<std::uint64_t, 256>& gear();

private:
    std::size_t m_length = 0; ///< of the chunk in hand
    std::uint64_t m_hash = 0;
};

} // namespace salvor

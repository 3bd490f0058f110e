// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads ahead: fetching and decrypting in one thread while another one feeds the server.
#pragma once

#include "models/base/bytes.h"
#include "models/base/canceltoken.h"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace salvor {

/// Owns its source, which is read by a thread of this object only. Keeps at most `blocks` blocks of
/// `blockBytes`. Errors come in order, after the bytes before them. Destructor: stops reading ahead and joins
/// (one read of the source at most).
class PrefetchSource final : public ByteSource {
public:
    PrefetchSource(std::unique_ptr<ByteSource> source, CancelToken cancel, std::size_t blocks = 4,
                   std::size_t blockBytes = std::size_t{1} << 20);
    ~PrefetchSource() override;

    /// Cancelled when the token was stopped while it waited.
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    void readAhead();
    Result<std::size_t> fill(Bytes& block);

    const std::unique_ptr<ByteSource> m_source;
    const CancelToken m_cancel;
    const std::size_t m_blocks;
    const std::size_t m_blockBytes;
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::deque<Bytes> m_ready;
    std::optional<Result<>> m_end; ///< how the source ended, once it did
    bool m_stopping = false;
    Bytes m_current; ///< of the reader's side only
    std::size_t m_position = 0;
    std::jthread m_thread;
};

} // namespace salvor

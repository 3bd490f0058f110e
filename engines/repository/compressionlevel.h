// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The compression level of a run, which steps down while the source waits for the pool. Internal to the
// repository.
#pragma once

#include <mutex>

namespace salvor {

/// Thread safe; shared by the streams of one run.
class CompressionLevel {
public:
    CompressionLevel(int level, bool adaptive);
    /// The level for the next chunk. `poolIsBottleneck`: the source waits for the pool now. Two such chunks
    /// in a row step down by one (to 1 at least), eight others in a row step up by one (to the level asked
    /// for at most).
    int next(bool poolIsBottleneck);

private:
    std::mutex m_mutex;
    const int m_asked;
    const bool m_adaptive;
    int m_level;
    int m_waited = 0; ///< chunks in a row for which the source waited (positive) or did not (negative)
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/compressionlevel.h"

#include <algorithm>

namespace salvor {

CompressionLevel::CompressionLevel(int level, bool adaptive)
    : m_asked(std::clamp(level, 1, 19))
    , m_adaptive(adaptive)
    , m_level(m_asked) {}

int CompressionLevel::next(bool poolIsBottleneck) {
    constexpr int kDownAfter = 2;
    constexpr int kUpAfter = 8;
    if (!m_adaptive)
        return m_asked;
    const std::lock_guard lock(m_mutex);
    if (poolIsBottleneck) {
        m_waited = std::max(m_waited, 0) + 1;
        if (m_waited == kDownAfter) {
            m_level = std::max(m_level - 1, 1);
            m_waited = 0;
        }
    } else {
        m_waited = std::min(m_waited, 0) - 1;
        if (m_waited == -kUpAfter) {
            m_level = std::min(m_level + 1, m_asked);
            m_waited = 0;
        }
    }
    return m_level;
}

} // namespace salvor

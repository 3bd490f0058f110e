// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How well a source is protected, judged from its history: never better than it is.
#pragma once

#include "models/sourcestatus.h"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace salvor {

/// From best to worst, so that the worst of many is the greatest.
enum class Protection {
    Protected, ///< the newest finished run was good, and the newest good backup is young enough
    Gone,      ///< the database is not on its server any longer; its backups are
    Partial,   ///< the newest finished run did not get everything
    Overdue,   ///< the newest good backup is too old
    Never,     ///< there is no good backup, and nothing failed
    Failed,    ///< the newest finished run failed
};

/// Until a policy says otherwise, a good backup protects for this long.
constexpr std::chrono::hours kProtectionAge{7 * 24};

/// Cancelled and skipped runs, and those still running, do not count.
Protection protectionOf(const SourceStatus& source, Instant now,
                        std::chrono::seconds maximumAge = kProtectionAge);

/// One source that is not protected.
struct Concern {
    std::string database;
    std::string profileTitle;
    Protection state = Protection::Never;
    std::chrono::seconds overdueBy{0}; ///< of an overdue one
};

/// Databases that are gone from their servers are not counted in `total`.
struct ProtectionSummary {
    std::size_t total = 0;
    std::size_t protectedNow = 0;
    std::size_t proven = 0;        ///< of the protected: the newest good backup was restored and proved equal
    std::vector<Concern> concerns; ///< the worst first
};
ProtectionSummary summarize(const std::vector<SourceStatus>& sources, Instant now,
                            std::chrono::seconds maximumAge = kProtectionAge);

} // namespace salvor

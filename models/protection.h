// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How well a source is protected, judged from its history: never better than it is.
#pragma once

#include "models/sourcestatus.h"

#include <chrono>

namespace salvor {

/// From best to worst, so that the worst of many is the greatest.
enum class Protection {
    Protected,   ///< the newest finished run was good, and the newest good backup is young enough
    Untimed,     ///< so it is, but no timer of this computer will keep its schedule
    Incomplete,  ///< so it is, but its run did not do all that its policy wants: see isWhole()
    Gone,        ///< the database is not on its server any longer; its backups are
    Removed,     ///< somebody removed its server here, and kept its backups
    Waiting,     ///< there is no backup yet, and the first run of its timer is still to come
    Paused,      ///< every policy that selects it is paused
    Partial,     ///< the newest finished run did not get everything
    Behind,      ///< the newest good backup is of a server that was far behind its source (kOldData)
    Overdue,     ///< the newest good backup is too old
    Unprotected, ///< no policy selects it
    Never,       ///< there is no good backup, and nothing failed
    FutureDated, ///< the newest good backup is dated in the future: a clock was wrong, its age is not known
    Unreachable, ///< the newest finished run could not reach the server
    Failed,      ///< the newest finished run failed
    Lost,        ///< gone from its server with half of all databases, or with the server itself
    StoreLost,   ///< the store that holds the newest good backup does not answer: nothing can be brought back
};

/// Where no policy says otherwise, a good backup protects for this long.
constexpr std::chrono::hours kProtectionAge{7 * 24};

/// Cancelled and skipped runs, and those still running, do not count. Of policies, timers and
/// stores, and of what was removed, it knows nothing (Untimed, Removed, Waiting, Paused, Behind, Unprotected,
/// StoreLost): standing.h does.
Protection protectionOf(const SourceStatus& source, Instant now,
                        std::chrono::seconds maximumAge = kProtectionAge);

/// Of a run that ended as partial: the newest good backup of the source is this run's own. Then that is
/// whole, and what the run lacks is something after it: reading back what it had made, or a hook.
bool isWhole(const SourceStatus& source, const RunRecord& run);
/// Such a run was told to end, or its store went away, before its backups were read back.
bool lacksReadBack(const RunRecord& run);

/// Whether what there is can be brought back, and is young enough.
constexpr bool isProtected(Protection state) { return state <= Protection::Incomplete; }
/// Whether nobody wants it backed up any more: such a source is listed and not counted.
constexpr bool isPast(Protection state) { return state == Protection::Gone || state == Protection::Removed; }

} // namespace salvor

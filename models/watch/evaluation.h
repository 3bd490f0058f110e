// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// From policies and records to what the watch says. Pure: no file, no server, the time is given.
#pragma once

#include "models/backuprecord.h"
#include "models/base/canceltoken.h"
#include "models/droppedcopy.h"
#include "models/namechanges.h"
#include "models/policy/missedschedule.h"
#include "models/policy/policy.h"
#include "models/watch/channel.h"
#include "models/watch/watchreport.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace salvor {

struct WatchInput {
    std::vector<Policy> policies;
    std::vector<Channel> channels;
    std::set<std::string> paused;              ///< UUIDs with a mark in the state folder
    std::map<std::string, std::string> titles; ///< of profiles and repositories, by UUID and id
    std::vector<RunRecord> runs;               ///< in any order
    std::vector<BackupRecord> backups;         ///< in any order; each under its database's name of today
    std::vector<NameChange> nameChanges;       ///< by which those names are today's; in any order
    std::vector<DroppedCopy> dropped;          ///< in any order
    std::vector<Finding> more;                 ///< of neither, to be told with the rest
};

/// What runs record for the watch, in RunRecord::details:
/// - "databases", "failed_databases": names of the time; "policies": UUIDs of the policies that selected
/// them;
/// - "selection": "policy" when the rules chose, "named" when somebody named the databases;
/// - "system_id": the server's own identifier; and of another one than is meant models/watch/serverchange.h;
/// - "unselected_databases": on the server, and chosen by no policy of the run;
/// - "data_as_of": see models/dataasof.h;
/// - "dated_ahead": the newest time of a record that was there before the run and is dated after it;
/// - "damaged_backups", "asked_backups", "verified": see models/damagedbackups.h;
/// - "store_free_bytes", "store_total_bytes": of the store, when the run ended;
/// - of a restore or drill what models/recoverytime.h says.
///
/// Nothing is ever better than the records say: what cannot be known counts as not done.
///
/// `firstRuns`: by UUID, of policies for which an installed timer runs, when the first run since it was
/// installed is or was to begin. What has not begun yet is not late; without one nothing will begin.
/// Cancelled between two policies: what it gives back is then no report, and the token says so.
WatchReport evaluateWatch(const WatchInput& input, Instant now,
                          const std::map<std::string, Instant>& firstRuns = {},
                          const CancelToken& cancel = {});

} // namespace salvor

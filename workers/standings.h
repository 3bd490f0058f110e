// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How every source stands, from the workspace, the catalog and the timers of this computer.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/result.h"
#include "models/standing.h"

#include <set>
#include <string>
#include <vector>

namespace salvor {

class Core;
struct TimersRoad;

/// Blocks; no server and no store is asked. Whether timers follow a policy, and run, is told by
/// timersAsTheyRun(); where that cannot be read, it is not known (NextRunKind::NotKnown), and no error.
/// `lostStores`: ids of repositories that did not answer when they were last asked.
Result<std::vector<SourceStanding>> sourceStandings(Core& core, const TimersRoad& road,
                                                    const CancelToken& cancel,
                                                    std::set<std::string> lostStores = {});

/// UUIDs of servers of which `sources` has nothing, and whose policies wait for the first run of their
/// timers, as the watch has it (WatchState::Waiting); one that is paused does not count. Blocks; asks systemd
/// only where there is such a server.
Result<std::set<std::string>> waitingServers(Core& core, const std::vector<SourceStanding>& sources,
                                             const CancelToken& cancel);

/// Ids of the backups that are known to be damaged; see models/damagedbackups.h. Blocks.
Result<std::set<std::string>> knownDamage(Core& core);

} // namespace salvor

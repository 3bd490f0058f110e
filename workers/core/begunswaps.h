// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Swaps of databases that were begun here and whose end is not in the audit: one file each in the state
// folder ("begun-swaps/<act>.json"), written before the swap and removed once its end is recorded. A process
// that is killed in between leaves its file. Internal to workers/.
#pragma once

#include "engines/base/swapsettler.h"
#include "models/catalog/processmark.h"
#include "models/namechanges.h"
#include "models/watch/watchreport.h"
#include "workers/core.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct BegunSwap {
    enum class State {
        Begun, ///< at work, or cut short if its process is gone
        Lost,  ///< its process said that it does not know
        Done,  ///< known; only its record is missing
        NotDone
    };

    std::string act; ///< ties its records in the audit together
    std::string profileUuid;
    Instant at{};                       ///< when it was begun; also of the change of names
    DatabaseSwap plan;                  ///< undo, the names, the backup; nothing else of it
    SwapIds ids;                        ///< empty of an engine that has none
    std::optional<ProcessMark> process; ///< that does it
    State state = State::Begun;
    std::string why;  ///< why the end is not known, or why it was not done
    std::string path; ///< its file
};

/// Nobody is at it any longer: what the server says of it stays so.
bool isOver(const BegunSwap& swap, Instant now);

NameChange changeOf(const BegunSwap& swap);

/// Writes or replaces its file. A Begun one also takes the room that the list of names will need, so that a
/// swap is begun only where its end can be written.
Result<> writeBegunSwap(const std::string& stateFolder, const BegunSwap& swap);
/// Absent is success.
Result<> forgetBegunSwap(const std::string& stateFolder, const std::string& act);
/// Oldest first. One that cannot be read is Lost, of no profile, and says why.
Result<std::vector<BegunSwap>> begunSwaps(const std::string& stateFolder);

/// Asks the server what became of those of one profile that are over, and writes it into their files and the
/// list of names, then into the audit where it can. A timer's job has no audit: recordSettledSwaps() of a
/// later command writes it. Nothing is asked where there is none. The first error, where a server could not
/// be asked or a file not be written.
Result<> settleSwaps(const Core::Private& core, Engine& engine, const Connection& connection,
                     const CancelToken& cancel);
/// Writes the ends that are known and not in the audit yet.
Result<> recordSettledSwaps(const Core::Private& core);

/// "swap_open" of each whose end is not known, unless its process is at it still. `titles` of profiles.
std::vector<Finding> openSwapFindings(const std::string& stateFolder,
                                      const std::map<std::string, std::string>& titles, Instant now);

/// The record of its end: what stands in `after`.
QJsonObject endOfSwap(const BegunSwap& swap);
/// Its action: "restored.swap", "restored.undo" or "restored.not_done".
std::string actionOf(const BegunSwap& swap);

} // namespace salvor

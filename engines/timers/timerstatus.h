// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is installed, whether somebody edited it by hand, and what systemd says of it. Needs no root.
#pragma once

#include "engines/timers/timerplan.h"
#include "models/base/clock.h"

#include <optional>
#include <string>
#include <vector>

namespace salvor {

enum class FileDrift { Same, Edited, Missing };
std::string_view toString(FileDrift drift); ///< "same", "edited", "missing"

struct FileStatus {
    std::string path;
    FileDrift drift = FileDrift::Same;
};

struct TimerUnitStatus {
    std::string timer;
    std::string enabled;         ///< systemd's word: "enabled", "disabled", "masked"; empty: no such unit
    std::string active;          ///< systemd's word: "active", "inactive", "failed"
    std::optional<Instant> next; ///< when it elapses
    std::optional<Instant> last; ///< when it elapsed last
    std::string result;          ///< of the service's last run: "success", "exit-code" …
    std::optional<int> exitCode; ///< of the last run
    std::vector<std::string> dropIns; ///< settings of the admin's own
    std::optional<Instant> began;     ///< the service's last run; whole seconds
    std::optional<Instant> ended;     ///< likewise; before began: systemd gave up before there was a process

    bool elapsed = false; ///< active, and systemd has no next time for it: it will not elapse again

    /// It will elapse, also after the next start of the computer. False also of one that was not asked about.
    bool runs() const { return enabled == "enabled" && active == "active" && !elapsed; }
    bool serviceFailed() const { return !result.empty() && result != "success"; }
};

struct InstalledStatus {
    InstalledPolicy policy;
    std::vector<FileStatus> files;
    std::vector<TimerUnitStatus> timers;
    bool drifted() const;
    bool allRun() const; ///< its timers; nothing is known when systemd was not asked
};

/// For every policy of the record, then for the watch (with an empty policy) where one is installed.
/// `withSystem` false: systemd is not asked.
Result<std::vector<InstalledStatus>> timersStatus(const TimersHost& host, const TimersRecord& record,
                                                  bool withSystem, const CancelToken& cancel);

/// Whether the units that `by`'s program would write, for what is installed as it is installed, are others
/// than those that are there: another program or another version wrote these. That the policy was edited
/// since does not count. False also where it cannot be told: there would be no such units, or the job's file
/// is not read.
bool areOthersUnits(const InstalledStatus& status, const TimersRecord& record, const TimersWanted& by,
                    const TimersHost& host);

/// Those of `timers` that will not elapse, or not after the next start of the computer: as systemd says, not
/// as the record does.
Result<std::vector<std::string>>
timersNotRunning(const UnitSystem& system, const std::vector<std::string>& timers, const CancelToken& cancel);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which process does a run: enough to tell later that it is dead, and never to take another process for it.
#pragma once

#include "models/backuprecord.h"

#include <cstdint>
#include <optional>
#include <string>

namespace salvor {

struct ProcessMark {
    std::string machine;      ///< /etc/machine-id, or the host's name where there is none
    std::string bootId;       ///< /proc/sys/kernel/random/boot_id
    std::string pidNamespace; ///< "pid:[4026531836]": a container counts its own pids
    std::int64_t pid = 0;
    std::uint64_t startTicks = 0; ///< proc(5), stat, field 22: since boot, so a reused pid differs
};

ProcessMark markOfThisProcess();
/// The mark of another process of this boot and namespace; pid 0 when there is none.
ProcessMark markOfProcess(std::int64_t pid);

/// True only when it is sure: the pid is free or was given to another process, or, where another pid
/// namespace counts, the machine has booted since. A mark of another machine is never called dead.
bool isSurelyDead(const ProcessMark& mark);

/// The mark in `details.process` of a run that is not over, where a reader of the run's file finds it.
std::optional<ProcessMark> processMarkOf(const RunRecord& run);
void setProcessMark(RunRecord& run, const std::optional<ProcessMark>& mark); ///< nothing: takes it away

} // namespace salvor

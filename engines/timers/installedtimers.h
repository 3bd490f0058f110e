// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is installed for a user: by the record, and by the units themselves where the record was lost, is
// damaged or does not name them. Each unit says whose it is; only root writes where they are.
#pragma once

#include "engines/timers/timerrecord.h"

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// One of our units, as its own file says.
struct FoundUnit {
    std::string name; ///< "salvor-0123abcd-full.timer"
    std::string path;
    std::string sha256; ///< of the file
    std::string user;
    std::string policyUuid;               ///< empty: the watch's
    std::string jobSha256;                ///< of the job or watch file that it runs
    std::vector<std::string> credentials; ///< names
};

/// Whether a unit's text is from here and made for this user.
bool isUnitFor(std::string_view unit, const std::string& user);
/// All of the layout's units that are from here, of every user, by name. What cannot be read, or is a link,
/// is none of them: we write regular files that everybody may read.
std::vector<FoundUnit> findUnits(const HostFiles& files, const TimersLayout& layout);

enum class RecordState {
    Fine,
    Missing, ///< though there are units
    Damaged, ///< it is there, and is no record
};

struct InstalledTimers {
    TimersRecord record;  ///< what was written down, and what the units of this user say besides
    TimersRecord written; ///< what was written down alone
    RecordState state = RecordState::Fine;
    std::vector<std::string> unrecorded; ///< names of units of this user that are not written down

    /// There is something that only the next apply or remove writes down.
    bool needsMending() const { return state != RecordState::Fine || !unrecorded.empty(); }
};

/// NewerFormat: the record is a newer Salvor's; PermissionDenied, IoError. A damaged record is no error.
Result<InstalledTimers> loadInstalledTimers(const HostFiles& files, const TimersLayout& layout,
                                            const std::string& user);

/// The state folder of the Salvor home that an installed job is of, as its file says; empty where that cannot
/// be read.
std::string stateFolderOf(const HostFiles& files, const InstalledPolicy& installed);

} // namespace salvor

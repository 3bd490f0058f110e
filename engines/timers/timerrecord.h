// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What was installed for one user, as root wrote it down beside the job files; and where everything is.
#pragma once

#include "engines/timers/hostfiles.h"
#include "engines/timers/timerunits.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// Absolute folders on the host.
struct TimersLayout {
    UnitScope scope = UnitScope::System;
    std::string units;       ///< /etc/systemd/system
    std::string settings;    ///< /etc/salvor
    std::string credentials; ///< /etc/credstore.encrypted
    std::string stamps;      ///< where systemd remembers when a persistent timer elapsed last

    static TimersLayout system();
    /// `configHome`, `dataHome`: $XDG_CONFIG_HOME, $XDG_DATA_HOME or their defaults.
    static TimersLayout ofUser(const std::string& configHome, const std::string& dataHome);

    std::string unit(const std::string& name) const { return units + "/" + name; }
    std::string jobFolder(const std::string& policyUuid) const {
        return settings + "/policies/" + policyUuid;
    }
    std::string watchFile(const std::string& user) const { return settings + "/watch/" + user + ".json"; }
    std::string record(const std::string& user) const { return settings + "/timers/" + user + ".json"; }
    /// What undo goes back to; readable by root only, since it holds the credentials of before.
    std::string previous(const std::string& user) const { return settings + "/timers/" + user + ".previous"; }
    std::string credential(const std::string& name) const { return credentials + "/" + name; }
    std::string stamp(const std::string& timer) const { return stamps + "/stamp-" + timer; }
};

struct InstalledFile {
    std::string path;
    std::string sha256;
};

struct InstalledPolicy {
    std::string uuid;
    std::string title;
    std::int64_t version = 0;
    std::string jobPath;
    std::string jobSha256;
    std::vector<InstalledFile> files;     ///< units and the job file
    std::vector<std::string> timers;      ///< unit names
    std::vector<std::string> credentials; ///< names
    /// Which change of the profile's password its credential has: TimersWanted::passwordChanges. Nothing:
    /// not known (installed before this was recorded, or without credentials).
    std::optional<std::string> passwordChange = {};

    /// The credential has another password than the profile has by now. An empty `change` says nothing of one
    /// where there was one before: its mark was lost with the state folder.
    bool isOlderThan(const std::string& change) const {
        return !credentials.empty() && passwordChange && !change.empty() && *passwordChange != change;
    }
};

struct TimersRecord {
    std::string user;
    std::vector<InstalledPolicy> policies; ///< sorted by UUID
    std::vector<InstalledFile> watchFiles; ///< none: no watch is installed
    std::string watchTimer;
    std::vector<std::string> watchCredentials; ///< names
    std::vector<std::string> madeFolders;      ///< they go when they are empty at the end

    bool empty() const { return policies.empty() && watchTimer.empty(); }
    const InstalledPolicy* find(const std::string& uuid) const;
    std::vector<std::string> timers() const; ///< all, the watch's among them
    std::vector<InstalledFile> files() const;
    std::vector<std::string> credentials() const;
    bool owns(const std::string& path) const;
};

Result<std::string> writeTimersRecord(const TimersRecord& record);
/// Corrupt, NewerFormat.
Result<TimersRecord> readTimersRecord(std::string_view bytes, const std::string& path);
/// An empty one where nothing is installed.
Result<TimersRecord> loadTimersRecord(const HostFiles& files, const TimersLayout& layout,
                                      const std::string& user);

} // namespace salvor

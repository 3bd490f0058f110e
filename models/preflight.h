// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What was found before a restore, without changing anything.
#pragma once

#include "models/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct PreflightFinding {
    enum class Level { Ok, Warning, Blocker };
    Level level = Level::Ok;
    std::string check; ///< stable: "tools", "server_version", "extension_timescaledb", "space", "rights",
                       ///< "roles", "target_name", "tablespaces", "connection", "keys", "chain", "time"
    std::string text;  ///< what was found
    std::string hint;  ///< what to do
    ErrorCode code = ErrorCode::Internal; ///< of a blocker: what the restore would fail with
};

struct Preflight {
    std::vector<PreflightFinding> findings;
    std::uint64_t bytesNeeded = 0;
    std::optional<std::uint64_t> bytesFree; ///< where the target server keeps its data; not known: nothing
    std::optional<double> expectedSeconds;  ///< of the restore, from what was measured; not measured: nothing
    std::vector<std::string> missingRoles;
    bool ok() const {
        for (const auto& finding : findings) {
            if (finding.level == PreflightFinding::Level::Blocker)
                return false;
        }
        return true;
    }
};

} // namespace salvor

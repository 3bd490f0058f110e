// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What Core takes about databases that a restore made: swap, undo, drop. docs/restore.md.
#pragma once

#include "models/databaseswap.h"

#include <string>

namespace salvor {

struct SwapRequest {
    std::string profile;  ///< title or UUID
    std::string database; ///< the restored one; of an undo either of the two
    std::string liveName; ///< what it replaces; empty: the database that its backup is of
    bool undo = false;
    bool dryRun = false; ///< gives the plan
    std::string confirm; ///< the name that clients use, as somebody typed it; not needed for a dry run
    bool terminateClients = false; ///< end their sessions; else Busy while there are any
    bool evenUnproven = false;     ///< also one that was restored without a proof
    /// Goes into the name of what is put aside: that of the plan that was shown, so that what is done has the
    /// names that it told. Nothing: now.
    std::optional<Instant> namesFrom;
};

} // namespace salvor

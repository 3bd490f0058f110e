// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Restores of backups that cannot be loaded as they are: their rows come back, and what does not is named.
#pragma once

#include <string>
#include <vector>

namespace salvor {

/// When any of them was needed, the run is partial, its details hold "left_out" (a list of kind, name,
/// outcome, reason and the SQL that makes it good), the report's `leftOff` a sentence for each, and `proved`
/// is false: the proof is signed as one in part, and names them. InvalidInput: the backup has nothing of a
/// name.
struct RestoreExceptions {
    struct Named {
        std::string
            kind; ///< "constraint", "index" or "generated" (a generated column becomes an ordinary one)
        std::string name; ///< SCHEMA.TABLE.NAME, of an index SCHEMA.NAME; in double quotes where a part has a
                          ///< dot
    };
    std::vector<Named> leaveOut; ///< is not made
    /// What fails is put off until the rows are there, then made NOT VALID, and left out as a last resort.
    bool keepGoing = false;
    /// Also a backup that is known to be damaged, or of which the store lacks something: the restore stops
    /// where it meets that, and the record says so. Without it such a restore is refused before it begins.
    bool althoughDamaged = false;
};

} // namespace salvor

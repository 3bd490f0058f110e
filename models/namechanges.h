// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Names move from one database to another (a swap, its undoing); what a backup is of stays the same database.
#pragma once

#include "models/backuprecord.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// Databases of one server that got other names, all at once.
struct NameChange {
    std::string profileUuid;
    Instant at{};
    std::map<std::string, std::string> names; ///< before → after
};

/// A database that got another name by hand: no change of names tells of it, only a later backup.
enum class RenamesByHand {
    Follow, ///< all its backups are under the newest name
    Keep,   ///< those from before stay under the former one, so that the rename can be said
};

/// What the database of each backup is called by now: in the order of `backups`. A database is told by its
/// server's own identifier and its own (PostgreSQL: OID); where a record has none, by its name at the time. A
/// name counts as moved by `changes`, in any order, and by a later backup under another name, unless
/// `renames` says otherwise; servers without a change keep the names of their backups.
std::vector<std::string> namesToday(const std::vector<BackupRecord>& backups, std::vector<NameChange> changes,
                                    RenamesByHand renames = RenamesByHand::Follow);

/// Of two backups under one name. Records without the server's own numbers are told by that name alone.
bool isOfSameDatabase(const BackupRecord& a, const BackupRecord& b);

/// A database had this name for so long.
struct NameSpan {
    std::string name;
    std::optional<Instant> from;  ///< inclusive; none: always had
    std::optional<Instant> until; ///< exclusive; none: has it still
};
/// The names of the database that is called so by now, newest first; what runs recorded of it stands under
/// these. None where no name ever moved on that server: then it is `database` alone. `changes` in any order.
std::vector<NameSpan> nameSpans(const std::string& database, const std::string& profileUuid,
                                std::vector<NameChange> changes);

} // namespace salvor

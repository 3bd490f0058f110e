// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A restored database takes the name of the one that clients use, and gives it back: what that changes.
#pragma once

#include "models/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// A session that stands in the way: it has to end before its database can get another name.
struct DatabaseClient {
    std::int64_t processId = 0; ///< the server's number for it
    std::string database;
    std::string user;
    std::string application;
    std::string address; ///< empty: this computer's socket, or a process of the server itself
    std::string state;   ///< "active", "idle in transaction", "prepared transaction" …
};

/// What a swap or its undoing does; as a plan, or as what was done.
struct DatabaseSwap {
    bool undo = false;
    std::string liveName;   ///< the name that clients use
    std::string restored;   ///< the restored database, as it is called before
    std::string restoredAs; ///< and after
    std::string replaced;   ///< the other one, as it is called before
    std::string replacedAs; ///< and after
    std::string backupId;
    std::string state;                    ///< of the restored one before: "proved", "swapped_in" …
    std::vector<std::string> statements;  ///< what is executed, in one transaction, in this order
    std::vector<std::string> staysBehind; ///< what does not follow, in whole sentences
    std::vector<DatabaseClient> clients;  ///< connected to either
    std::optional<Instant> since;         ///< of an undo: since when the restored one was live
    std::optional<std::uint64_t>
        rowsChanged; ///< of an undo: rows written in it since then; not known: nothing
};

} // namespace salvor

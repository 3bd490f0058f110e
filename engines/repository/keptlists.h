// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of objects, kept on this computer so that looking at what deleting would free does not read each of
// them from the store, every time. Only for looking: what deletes, shares or verifies reads the store's own.
// File "lists" in the state folder, text: for each list a line "<hash> <bytes>" and then its bytes, as the
// store has them (refs.h); one that is not of its hash is no list. Internal to the repository.
#pragma once

#include "engines/repository/refs.h"
#include "engines/repository/statefolder.h"

#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace salvor {

class KeptLists {
public:
    /// None where there is no file, or none that can be read: they are only read again.
    static KeptLists load(const StateFolder& state);

    using Read = std::function<Result<GroupObjects>(const std::string& ref)>;
    /// The kept one, or what `read` brings, which is kept from then on while all take less than 64 MB. Good
    /// until the next call.
    Result<const GroupObjects*> get(const std::string& ref, const Read& read);
    /// Writes the file where that changes it: lists that nothing names any more go.
    Result<> save(const StateFolder& state, const std::unordered_set<std::string>& named) const;

private:
    std::unordered_map<std::string, GroupObjects> m_lists;
    std::size_t m_bytes = 0;
    GroupObjects m_unkept; ///< the last one that has no room
    bool m_changed = false;
};

} // namespace salvor

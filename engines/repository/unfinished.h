// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which files runs of this writer put into the store that no catalog names: they ended without a backup. The
// next prune removes them however young they are. A list in the state folder, written along; whoever holds
// the writer's lock may believe it. Where it is lost, or cannot be written, such files stay for a day.
#pragma once

#include "engines/repository/statefolder.h"
#include "models/base/uniquefd.h"

#include <sys/types.h>

#include <functional>
#include <set>
#include <string>

namespace salvor {

/// One run's part of the list. Thread safe.
class UnfinishedFiles {
public:
    explicit UnfinishedFiles(const StateFolder& state);
    void add(const std::string& key) const;
    /// A catalog names them now.
    void forget() const;

private:
    UniqueFd m_file; ///< invalid where it could not be opened
    off_t m_begin = 0;
};

using UnfinishedKeys = std::set<std::string, std::less<>>;
UnfinishedKeys loadUnfinished(const StateFolder& state);
Result<> clearUnfinished(const StateFolder& state);

} // namespace salvor

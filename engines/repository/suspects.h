// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What failed a check, remembered in the state folder: objects are stored anew by the next backup, catalogs
// that a later one supersedes are removed by the next prune. Internal to the repository.
#pragma once

#include "engines/repository/objectname.h"
#include "engines/repository/statefolder.h"

#include <cstdint>
#include <set>

namespace salvor {

Result<std::set<Digest>> loadSuspects(const StateFolder& state);
/// Adds to what is there.
Result<> addSuspects(const StateFolder& state, const std::set<Digest>& objects);
/// After a backup that did not use them.
Result<> clearSuspects(const StateFolder& state, const std::set<Digest>& handled);

/// Numbers of superseded catalogs whose bytes are wrong, as the last verification found them: of all of them,
/// so the new set takes the place of the old one.
Result<std::set<std::uint64_t>> loadSuspectCatalogs(const StateFolder& state);
Result<> keepSuspectCatalogs(const StateFolder& state, const std::set<std::uint64_t>& numbers);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Objects that failed a check, remembered in the state folder: the next backup stores them anew. Internal to
// the repository.
#pragma once

#include "engines/repository/objectname.h"
#include "engines/repository/statefolder.h"

#include <set>

namespace salvor {

Result<std::set<Digest>> loadSuspects(const StateFolder& state);
/// Adds to what is there.
Result<> addSuspects(const StateFolder& state, const std::set<Digest>& objects);
/// After a backup that did not use them.
Result<> clearSuspects(const StateFolder& state, const std::set<Digest>& handled);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Under which names a database was backed up, by the swaps and their undoing that are known here.
#pragma once

#include "models/base/result.h"
#include "models/namechanges.h"

#include <string>
#include <vector>

namespace salvor {

class Core;

/// Those that the core's trends and outcomes go by; see nameSpans(). None where no name ever moved on that
/// server, or where `profileUuid` or `database` is empty. Blocks; reads this computer's own records only.
Result<std::vector<NameSpan>> nameSpansOf(const Core& core, const std::string& profileUuid,
                                          const std::string& database);

} // namespace salvor

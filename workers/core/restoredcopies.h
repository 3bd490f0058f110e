// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Databases that a restore made beside the original are no databases of their own until somebody says so.
#pragma once

#include "models/connectionreport.h"
#include "workers/core/coreprivate.h"

#include <string>

namespace salvor {

/// Says of each such copy in the report what it is a copy of: details "copy_of", see copyOf(). One whose
/// original is not on that server (it was lost, or is elsewhere), or that was backed up before under the
/// profile is none: leaving it out could lose data. Nor is one whose mark does not say what it is a copy of
/// (before the version that wrote it there) and whose backup is not known here.
Result<> markCopies(const Core::Private& core, const std::string& profileUuid, ConnectionReport& report);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Whether anybody wrote the workspace or the catalog since somebody last looked, told without opening them.
#pragma once

#include "models/places.h"

#include <string>

namespace salvor {

/// Another text than before: one of the two databases, or its write-ahead log, was written meanwhile (also by
/// SQLite itself, when the last to leave folds the log in). Four stat() calls; any thread; may wait for the
/// disk.
std::string changeMark(const Places& places);

} // namespace salvor

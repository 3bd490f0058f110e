// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Who needs a list of objects that cannot be had, and how to go on without it. Internal to the repository.
#pragma once

#include "engines/repository/repository.h"

#include <string>
#include <vector>

namespace salvor {

/// Those that need the list of objects of that key; they point into `entries`.
std::vector<const CatalogEntry*> needing(const std::vector<CatalogEntry>& entries, const std::string& refKey);

/// Their ids, by ", ".
std::string idsOf(const std::vector<const CatalogEntry*>& entries);
/// The same for a sentence: of many the first few, and how many more.
std::string namesOf(const std::vector<const CatalogEntry*>& entries);

/// What helps where a file that `hit` need is lost for good: the file comes back from a copy, or the backups
/// that need it go, and what goes need not be whole. Begins in lower case, with no stop at the end.
std::string wayOnWithout(const std::vector<const CatalogEntry*>& hit);

} // namespace salvor

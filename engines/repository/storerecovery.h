// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What can be told of a recovery file and of its store without the passphrase.
#pragma once

#include "engines/storage/store.h"

#include <string>
#include <string_view>

namespace salvor {

/// Byte for byte, from wherever it was read: a second copy begins with comment lines, which the store's own
/// has not. The store's errors; a store that has lost its own has none.
Result<bool> isStoresOwnRecovery(Store& store, std::string_view file, const CancelToken& cancel);

/// Of the error of Repository::recover() for another repository's recovery file: the id of that one.
inline constexpr const char* kRecoveryFileOf = "recovery_file_of";

/// What shows without a passphrase: InvalidInput for something else than a recovery file.
Result<> checkRecoveryFile(std::string_view file);

/// Of the repository there; empty where its salvor-repository.json is lost and its catalogs are not. Not
/// signed. NotARepository, NewerFormat, NotFound (no such place) and the store's errors.
Result<std::string> repositoryIdAt(Store& store, const CancelToken& cancel);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What an error of a store says: that one file is damaged, that this user may not read it, or that the store
// itself is away. Internal to the repository.
#pragma once

#include "engines/storage/store.h"

#include <cstdint>
#include <string>

namespace salvor {

/// The file is damaged or lost, provided that the store still answers (requireAnswer()). What a retry may
/// mend (a share that is away, too many open files) is of the store, never of the file.
bool isDamage(const Error& error);

/// This user may not read the file. Nothing is known of its bytes, so it is neither damaged nor lost.
bool isRefused(const Error& error);

/// One of both: nothing is said of the store by it, provided that it still answers (requireAnswer()).
inline bool concernsOneFile(const Error& error) { return isDamage(error) || isRefused(error); }

/// That error with the words that belong to it: who has to look, and that it says nothing of the bytes.
Error asRefused(Error error);

/// Of a run record or a proof (`what`, `key`) that could not be had: named, with the hint of the error, or
/// where to get it again. No backup depends on one, which it says.
Error recordFault(const std::string& what, const std::string& key, Error error);

/// Whether what failed with `error` is the matter of that one file, so that looking at others goes on.
/// Otherwise the error that ends it: the same one, or, where the store gives what it gave before no longer,
/// what it says now. Asks the store for a part of the newest catalog, whose number it takes; where reading
/// failed, also of the reserve. Cancelled.
Result<> requireAnswer(Store& store, std::uint64_t newestCatalog, const Error& error,
                       const CancelToken& cancel);

} // namespace salvor

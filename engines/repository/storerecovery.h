// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a recovery file is a second copy, or the one that the store has itself.
#pragma once

#include "engines/storage/store.h"

#include <string_view>

namespace salvor {

/// Byte for byte, from wherever it was read: a second copy begins with comment lines, which the store's own
/// has not. The store's errors; a store that has lost its own has none.
Result<bool> isStoresOwnRecovery(Store& store, std::string_view file, const CancelToken& cancel);

} // namespace salvor

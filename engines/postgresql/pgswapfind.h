// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What became of a swap whose process was killed: by the OIDs that were written down before it.
#pragma once

#include "engines/base/swapsettler.h"
#include "engines/postgresql/pgendpoint.h"

namespace salvor {

/// See SwapSettler::swapIds().
Result<SwapIds> pgSwapIds(const PgEndpointPtr& endpoint, const DatabaseSwap& plan, const CancelToken& cancel);
/// See SwapSettler::findSwap(). ALTER DATABASE … RENAME locks the database until its transaction is over, and
/// a COMMIT that waits for a standby keeps the lock: the names are believed where nobody holds one.
Result<SwapFound> pgFindSwap(const PgEndpointPtr& endpoint, const DatabaseSwap& plan, const SwapIds& ids,
                             const CancelToken& cancel);

} // namespace salvor

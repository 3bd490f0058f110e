// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What became of a swap whose process is gone: the server is asked later, by somebody else.
#pragma once

#include "engines/base/engine.h"

#include <string>

namespace salvor {

/// How the server tells the two databases of a swap, whatever they are called.
struct SwapIds {
    std::string systemId; ///< the server's own identifier
    std::string restored; ///< PostgreSQL: OID
    std::string replaced;
};

enum class SwapOutcome { Done, NotDone, Unknown };

struct SwapFound {
    SwapOutcome outcome = SwapOutcome::Unknown;
    std::string why; ///< of Unknown: what was seen instead
};

/// An engine that swaps may have it; a dynamic_cast tells. Thread safe; blocks.
class SwapSettler {
public:
    virtual ~SwapSettler() = default;
    /// Of the two databases that `plan` would swap; before anything is changed. NotFound: one is not there.
    virtual Result<SwapIds> swapIds(const Connection& connection, const DatabaseSwap& plan,
                                    const CancelToken& cancel) = 0;
    /// Whether the two have the names of before or of after; asked once whoever swapped is gone. Unknown
    /// while the server still holds them in a transaction. Where it is known TimescaleDB's workers, which a
    /// swap stops, are told to go on.
    virtual Result<SwapFound> findSwap(const Connection& connection, const DatabaseSwap& plan,
                                       const SwapIds& ids, const CancelToken& cancel) = 0;
};

} // namespace salvor

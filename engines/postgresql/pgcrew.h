// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Many statements over a few connections at once.
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace salvor {

using PgOpener = std::function<Result<std::unique_ptr<PgConnection>>(const CancelToken&)>;
using PgPiece = std::function<Result<>(std::size_t piece, PgConnection&, const CancelToken&)>;

/// Does the pieces 0 to `count` - 1, begun in this order, over at most `sessions` connections, each of a
/// thread of its own and opened with its first piece. Blocks until all threads have ended. The first error
/// stops what runs, keeps the rest from beginning, and is returned; Cancelled within what a connection needs.
Result<> pgInParallel(std::size_t count, std::size_t sessions, const PgOpener& open, const PgPiece& piece,
                      const CancelToken& cancel);

} // namespace salvor

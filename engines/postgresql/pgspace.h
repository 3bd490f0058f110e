// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Room on the disk that a server keeps its data on.
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <cstdint>
#include <optional>

namespace salvor {

struct PgSpace {
    std::uint64_t freeBytes = 0;
    std::uint64_t totalBytes = 0;
};

/// Nothing where it cannot be known: a server on another machine or in a container, a data folder that this
/// user may not look into. Errors are those of the connection.
Result<std::optional<PgSpace>> pgServerSpace(PgConnection& connection, const CancelToken& cancel);

} // namespace salvor

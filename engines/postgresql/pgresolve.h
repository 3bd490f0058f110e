// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Names into addresses, apart from libpq, whose own look-up can neither be cancelled nor bounded.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/result.h"

#include <string>
#include <vector>

namespace salvor {

/// Numeric addresses in the order the system prefers. Blocks at most 10 s. ConnectionFailed: no such name, or
/// no answer.
Result<std::vector<std::string>> pgResolve(const std::string& host, const CancelToken& cancel);

} // namespace salvor

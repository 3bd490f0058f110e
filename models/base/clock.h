// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Time, injected. UTC inside; zones only where something is shown.
#pragma once

#include "models/base/result.h"

#include <chrono>
#include <string>
#include <string_view>

namespace salvor {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

class Clock {
public:
    virtual ~Clock() = default;
    /// Wall clock; may step in either direction. Thread safe.
    virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
public:
    Instant now() const override;
};

/// RFC 3339 in UTC with whole seconds: "2026-11-21T07:40:00Z".
std::string toRfc3339(Instant instant);
/// The same, with six decimals when the time has any.
std::string toRfc3339Micros(Instant instant);
/// "20261121T074000Z", as in backup ids.
std::string toCompactUtc(Instant instant);
/// Accepts what toRfc3339 writes, with optional fractions of up to six digits. InvalidInput otherwise.
Result<Instant> fromRfc3339(std::string_view text);

} // namespace salvor

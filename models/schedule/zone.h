// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A time zone: what its clocks show at each instant, from the zone database in /usr/share/zoneinfo.
// Format: TZif, RFC 9636. Looked up as the GNU C library does, because systemd does: see docs/schedules.md,
// also for why this is not QTimeZone.
#pragma once

#include "models/base/clock.h"
#include "models/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// From `start` (seconds since 1970) until the next span, clocks show UTC plus `offset` seconds.
struct ZoneSpan {
    std::int64_t start = 0;
    std::int32_t offset = 0;
    bool daylight = false;   ///< as the database says; in Europe/Dublin that is winter
    std::uint16_t label = 0; ///< index of the abbreviation
};

class Zone;
using ZonePtr = std::shared_ptr<const Zone>;

/// Immutable, so it may be used by any thread. Later than the year 2201 the last span goes on.
class Zone {
public:
    static ZonePtr utc();
    /// A name of the zone database: "Europe/Berlin". Blocking: reads one small file.
    /// InvalidInput: no name. NotFound: no such zone here. Corrupt: not a zone file.
    /// Unsupported: a zone that counts leap seconds ("right/…").
    static Result<ZonePtr> named(std::string_view name);
    /// Of this process: $TZ, else /etc/localtime, else UTC. What is no zone counts as UTC, as in the C
    /// library. Unsupported as above.
    static Result<ZonePtr> local();
    /// Of this computer's clock, in which systemd computes timers: /etc/localtime, whatever $TZ says; UTC
    /// where that is no zone. Unsupported as above.
    static Result<ZonePtr> ofComputer();
    /// For tests, before any other thread asks: this file instead of /etc/localtime.
    static void setComputersFile(std::string path);
    /// From the bytes of a zone file. Pure. Corrupt, Unsupported.
    static Result<ZonePtr> fromBytes(std::string_view bytes, std::string_view name);
    /// From a rule like "CET-1CEST,M3.5.0,M10.5.0/3". Pure. InvalidInput.
    static Result<ZonePtr> fromRule(std::string_view rule);

    const std::string& name() const { return m_name; }
    /// The index of the span in force; `hint` is any index, the last answer makes it fast.
    std::size_t indexAt(std::int64_t seconds, std::size_t hint = 0) const;
    const std::vector<ZoneSpan>& spans() const { return m_spans; } ///< never empty, ascending
    const std::string& abbreviation(const ZoneSpan& span) const { return m_labels[span.label]; }
    /// The C library's tzname[0] and tzname[1]: the abbreviations that an expression may end with.
    const std::string& standardName() const { return m_standardName; }
    const std::string& daylightName() const { return m_daylightName; }

    /// "2026-03-29 03:00:00.5 CEST" as clocks show it; fractions only when there are any.
    std::string show(Instant instant) const;

private:
    friend class ZoneBuilder;
    Zone() = default;
    std::string m_name;
    std::vector<ZoneSpan> m_spans;
    std::vector<std::string> m_labels;
    std::string m_standardName;
    std::string m_daylightName;
};

/// True for what systemd takes as the name of a zone; says nothing about whether it exists.
bool isZoneName(std::string_view name);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Makes zones from zone files and rules. Internal to models/schedule.
#pragma once

#include "models/schedule/posixrule.h"
#include "models/schedule/zone.h"

namespace salvor {

class ZoneBuilder {
public:
    explicit ZoneBuilder(std::string_view name);
    Result<ZonePtr> fromFile(std::string_view bytes);
    ZonePtr fromRule(const PosixRule& rule);
    ZonePtr utc();

private:
    struct Header;
    struct Kind {
        std::int32_t offset = 0;
        bool daylight = false;
        std::uint16_t label = 0;
    };
    Result<Header> header(std::string_view bytes, std::size_t at) const;
    Result<> block(std::string_view bytes, const Header& header);
    Result<> kinds(std::string_view bytes, const Header& header, std::size_t at, std::size_t labelsAt);
    Result<> table(std::string_view bytes, const Header& header, std::size_t at);
    void nameByLastUse();
    /// Spans of a rule from `from` on, for each year by itself: so the C library does it.
    void append(const PosixRule& rule, std::int64_t from);
    void append(std::int64_t start, std::int32_t offset, bool daylight, std::uint16_t label);
    std::uint16_t label(std::string_view text);
    Error corrupt(const std::string& what) const;

    std::shared_ptr<Zone> m_zone;
    std::vector<Kind> m_kinds;
    std::vector<std::pair<std::int64_t, std::uint8_t>> m_changes; ///< when, index of the kind from then on
};

} // namespace salvor

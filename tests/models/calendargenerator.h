// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Calendar expressions by chance, most of them readable, from a seed.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <vector>

namespace salvor::test {

class CalendarGenerator {
public:
    explicit CalendarGenerator(std::uint64_t seed)
        : m_random(seed) {}

    /// Without a zone.
    std::string expression();
    /// A few characters of it changed, so that it is often wrong.
    std::string damaged(std::string text);
    std::int64_t number(std::int64_t from, std::int64_t to) {
        return std::uniform_int_distribution<std::int64_t>(from, to)(m_random);
    }
    bool chance(int percent) { return number(1, 100) <= percent; }
    template <typename T>
    const T& oneOf(const std::vector<T>& values) {
        return values[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(values.size()) - 1))];
    }

private:
    std::string weekdays();
    std::string date();
    std::string time();
    std::string list(int from, int to, int most, int starPercent);
    std::string range(int from, int to);
    std::string seconds();

    std::mt19937_64 m_random;
};

} // namespace salvor::test

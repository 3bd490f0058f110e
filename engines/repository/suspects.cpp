// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/suspects.h"

#include <sstream>
#include <string>
#include <string_view>

namespace salvor {

namespace {

constexpr const char* kName = "suspects";
constexpr const char* kCatalogsName = "suspect-catalogs";

Result<> save(const StateFolder& state, const std::set<Digest>& objects) {
    if (objects.empty())
        return state.remove(kName);
    std::string text;
    for (const Digest& object : objects)
        text += toHex(object) + "\n";
    return state.write(kName, asBytes(text));
}

} // namespace

Result<std::set<Digest>> loadSuspects(const StateFolder& state) {
    std::set<Digest> objects;
    SALVOR_ASSIGN(const auto text, state.read(kName));
    std::string_view rest = text ? std::string_view(*text) : std::string_view();
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        if (const auto object = digestFromHex(rest.substr(0, end)))
            objects.insert(*object);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return objects;
}

Result<std::set<std::uint64_t>> loadSuspectCatalogs(const StateFolder& state) {
    std::set<std::uint64_t> numbers;
    SALVOR_ASSIGN(const auto text, state.read(kCatalogsName));
    std::istringstream lines(text.value_or(std::string()));
    for (std::uint64_t number = 0; lines >> number;)
        numbers.insert(number);
    return numbers;
}

Result<> keepSuspectCatalogs(const StateFolder& state, const std::set<std::uint64_t>& numbers) {
    if (numbers.empty())
        return state.remove(kCatalogsName);
    std::string text;
    for (const auto number : numbers)
        text += std::to_string(number) + "\n";
    return state.write(kCatalogsName, asBytes(text));
}

Result<> addSuspects(const StateFolder& state, const std::set<Digest>& objects) {
    if (objects.empty())
        return {};
    SALVOR_ASSIGN(std::set<Digest> all, loadSuspects(state));
    all.insert(objects.begin(), objects.end());
    return save(state, all);
}

Result<> clearSuspects(const StateFolder& state, const std::set<Digest>& handled) {
    SALVOR_ASSIGN(std::set<Digest> all, loadSuspects(state));
    for (const Digest& object : handled)
        all.erase(object);
    return save(state, all);
}

} // namespace salvor

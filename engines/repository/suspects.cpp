// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/suspects.h"

#include <string>
#include <string_view>

namespace salvor {

namespace {

constexpr const char* kName = "suspects";

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

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/keptlists.h"

#include "models/base/bytes.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

namespace salvor {

namespace {

constexpr const char* kFile = "lists";
constexpr std::size_t kMostBytes = std::size_t{64} << 20;
constexpr std::size_t kHashChars = 64;

/// What a list takes in the file, and more than it takes in memory.
std::size_t sizeOf(const GroupObjects& objects) {
    constexpr std::size_t kLine = kHashChars + 12;
    return (objects.size() + 1) * kLine;
}

/// Takes the line "<hash> <bytes>\n" and so many bytes off the front; empty at whatever is no such thing.
struct OneList {
    std::string_view hash;
    std::string_view text;
};
std::optional<OneList> takeOne(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos || end <= kHashChars + 1 || rest[kHashChars] != ' ')
        return std::nullopt;
    std::size_t bytes = 0;
    const char* last = rest.data() + end;
    const auto [stop, error] = std::from_chars(rest.data() + kHashChars + 1, last, bytes);
    if (error != std::errc{} || stop != last || bytes > rest.size() - end - 1)
        return std::nullopt;
    const OneList one{rest.substr(0, kHashChars), rest.substr(end + 1, bytes)};
    rest.remove_prefix(end + 1 + bytes);
    return one;
}

} // namespace

KeptLists KeptLists::load(const StateFolder& state) {
    KeptLists kept;
    const auto text = state.read(kFile);
    if (!text || !*text)
        return kept;
    std::string_view rest = **text;
    while (const auto one = takeOne(rest)) {
        std::string hash(one->hash);
        if (auto objects = parseRefs(one->text, hash)) {
            kept.m_bytes += sizeOf(*objects);
            kept.m_lists.emplace(std::move(hash), std::move(*objects));
        } else
            kept.m_changed = true; // written anew without it
    }
    return kept;
}

Result<const GroupObjects*> KeptLists::get(const std::string& ref, const Read& read) {
    if (const auto kept = m_lists.find(ref); kept != m_lists.end())
        return &kept->second;
    SALVOR_ASSIGN(auto objects, read(ref));
    if (m_bytes + sizeOf(objects) > kMostBytes) { // looked at, and not kept
        m_unkept = std::move(objects);
        return &m_unkept;
    }
    m_bytes += sizeOf(objects);
    m_changed = true;
    return &m_lists.emplace(ref, std::move(objects)).first->second;
}

Result<> KeptLists::save(const StateFolder& state, const std::unordered_set<std::string>& named) const {
    const bool hasUnnamed =
        std::ranges::any_of(m_lists, [&](const auto& one) { return !named.contains(one.first); });
    if (!m_changed && !hasUnnamed)
        return {};
    std::string text;
    for (const auto& [ref, objects] : m_lists) {
        if (!named.contains(ref))
            continue;
        const std::string list = writeRefs(objects);
        text += ref + ' ' + std::to_string(list.size()) + '\n';
        text += list;
    }
    return state.write(kFile, asBytes(text));
}

} // namespace salvor

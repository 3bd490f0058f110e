// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/chunker.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::array<std::uint64_t, 256> makeGear() {
    std::array<std::uint64_t, 256> table{};
    std::uint64_t state = Chunker::kSeed;
    for (std::uint64_t& entry : table) { // SplitMix64 (Steele, Lea, Flood 2014)
        state += 0x9e3779b97f4a7c15;
        std::uint64_t z = state;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111eb;
        entry = z ^ (z >> 31U);
    }
    return table;
}

constexpr std::array<std::uint64_t, 256> kGear = makeGear();
constexpr std::uint64_t kCutBelowEarly = std::uint64_t{1} << 40U;
constexpr std::uint64_t kCutBelowLate = std::uint64_t{1} << 44U;

/// How many bytes were hashed; less than all of them, or all with `hash` below `cutBelow`, when the last is a
/// cut.
std::size_t roll(ByteView bytes, std::uint64_t& hash, std::uint64_t cutBelow) {
    // In locals, as a store of bytes may alias anything.
    std::uint64_t h = hash;
    const std::byte* const begin = bytes.data();
    const std::byte* const end = begin + bytes.size();
    const std::byte* at = begin;
    while (at != end) {
        h = (h << 1U) + kGear[std::to_integer<std::size_t>(*at)];
        ++at;
        if (h < cutBelow)
            break;
    }
    hash = h;
    return static_cast<std::size_t>(at - begin);
}

} // namespace

const std::array<std::uint64_t, 256>& Chunker::gear() { return kGear; }

void Chunker::restart() {
    m_length = 0;
    m_hash = 0;
}

Chunker::Step Chunker::take(ByteView bytes) {
    struct Zone {
        std::size_t end;
        std::uint64_t cutBelow;
    };
    // The hash is not kept up in the first zone.
    static constexpr std::array<Zone, 3> kZones{
        {{kMinBytes, 0}, {kNormalBytes, kCutBelowEarly}, {kMaxBytes, kCutBelowLate}}};
    Step step;
    for (const Zone& zone : kZones) {
        if (m_length >= zone.end)
            continue;
        const ByteView part =
            bytes.subspan(step.taken, std::min(bytes.size() - step.taken, zone.end - m_length));
        const std::size_t done = zone.cutBelow == 0 ? part.size() : roll(part, m_hash, zone.cutBelow);
        m_length += done;
        step.taken += done;
        const bool byHash = done > 0 && zone.cutBelow != 0 && m_hash < zone.cutBelow;
        if (byHash || m_length == kMaxBytes) {
            restart();
            step.cut = true;
            return step;
        }
        if (m_length < zone.end)
            break; // no bytes left
    }
    return step;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a swap that is done could not be written down with: it stands, and the records say otherwise.
#pragma once

#include "models/base/error.h"
#include "models/databaseswap.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// Such sentences of DatabaseSwap::staysBehind begin so.
inline constexpr std::string_view kNotRecorded = "Not recorded: ";

/// Those sentences; none: all of it is recorded.
inline std::vector<std::string> notRecordedOf(const DatabaseSwap& swap) {
    std::vector<std::string> out;
    std::ranges::copy_if(swap.staysBehind, std::back_inserter(out),
                         [](const std::string& sentence) { return sentence.starts_with(kNotRecorded); });
    return out;
}

/// Of a swap that failed: nobody knows whether it was done. The audit has "restored.unknown", until the next
/// look at the server's restored databases writes down what became of it.
inline bool isOutcomeUnknown(const Error& error) {
    const auto found = error.context.find("outcome");
    return found != error.context.end() && found->second == "unknown";
}

} // namespace salvor

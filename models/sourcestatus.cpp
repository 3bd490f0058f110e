// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/sourcestatus.h"

#include <array>
#include <utility>

namespace salvor {

namespace {

constexpr std::array kStates = {
    std::pair{SourceState::Never, std::string_view("never")},
    std::pair{SourceState::Ok, std::string_view("ok")},
    std::pair{SourceState::Partial, std::string_view("partial")},
    std::pair{SourceState::Failed, std::string_view("failed")},
    std::pair{SourceState::Running, std::string_view("running")},
    std::pair{SourceState::Gone, std::string_view("gone")},
    std::pair{SourceState::Lost, std::string_view("lost")},
};

} // namespace

SourceState sourceStateFromString(std::string_view name) {
    for (const auto& [state, text] : kStates) {
        if (text == name)
            return state;
    }
    return SourceState::Failed;
}

std::string_view toString(SourceState state) {
    for (const auto& [value, text] : kStates) {
        if (value == state)
            return text;
    }
    return "failed";
}

} // namespace salvor

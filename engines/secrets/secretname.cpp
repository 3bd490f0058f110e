// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/secrets/secretname.h"

#include <algorithm>

namespace salvor {

Result<> checkSecretName(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    const auto allowed = [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; };
    if (name.empty() || name.size() > 200 || !plain(name.front()) ||
        !std::all_of(name.begin(), name.end(), allowed))
        return failure(ErrorCode::InvalidInput, "not a name for a secret");
    return {};
}

Error secretUnavailable(std::string_view state, std::string message, std::string hint) {
    const bool passing = state == "locked" || state == "timeout";
    return Error{ErrorCode::SecretUnavailable,
                 std::move(message),
                 std::move(hint),
                 passing,
                 {{"state", std::string(state)}}};
}

std::string_view secretState(const Error& error) {
    const auto found = error.context.find("state");
    if (error.code != ErrorCode::SecretUnavailable || found == error.context.end())
        return {};
    return found->second;
}

bool mayComeYet(const Error& error) {
    return error.isCancelled() || secretState(error) == "timeout" || error.context.contains("prompt");
}

} // namespace salvor

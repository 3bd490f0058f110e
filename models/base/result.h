// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Result<T>: a value or an Error. Result<> is success without a value.
#pragma once

#include "models/base/error.h"

#include <tl/expected.hpp>

#include <utility>

namespace salvor {

template <typename T = void>
using Result = tl::expected<T, Error>;

/// Makes the failed side of a Result: `return failure(ErrorCode::NotFound, "…", "…");`
inline tl::unexpected<Error> failure(Error error) { return tl::unexpected<Error>(std::move(error)); }
inline tl::unexpected<Error> failure(ErrorCode code, std::string message, std::string hint = {},
                                     std::map<std::string, std::string> context = {}) {
    return tl::unexpected<Error>(Error{code, std::move(message), std::move(hint), false, std::move(context)});
}

} // namespace salvor

/// Leaves the function with the error of a failed Result<>; continues otherwise.
#define SALVOR_TRY(expression)                                                                               \
    do {                                                                                                     \
        if (auto salvorTry_ = (expression); !salvorTry_)                                                     \
            return ::salvor::failure(std::move(salvorTry_).error());                                         \
    } while (false)

#define SALVOR_CONCAT_(a, b) a##b
#define SALVOR_CONCAT(a, b) SALVOR_CONCAT_(a, b)
// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses
/// SALVOR_ASSIGN(auto value, call()): declares or assigns the value, or leaves with the error.
#define SALVOR_ASSIGN(target, expression)                                                                    \
    auto SALVOR_CONCAT(salvorResult_, __LINE__) = (expression);                                              \
    if (!SALVOR_CONCAT(salvorResult_, __LINE__))                                                             \
        return ::salvor::failure(std::move(SALVOR_CONCAT(salvorResult_, __LINE__)).error());                 \
    target = std::move(*SALVOR_CONCAT(salvorResult_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)

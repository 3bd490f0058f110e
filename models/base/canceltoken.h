// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Cancelling: a std::stop_token handed down every blocking call. Whoever blocks registers a
// std::stop_callback (PQcancel, shutdown of a socket, the child's process group) so that a call ends within
// two seconds.
#pragma once

#include "models/base/result.h"

#include <stop_token>

namespace salvor {

using CancelToken = std::stop_token;

/// The error every call ends with once its token was stopped.
inline Error cancelledError() { return Error{ErrorCode::Cancelled, "cancelled", {}, false, {}}; }

inline Result<> checkCancelled(const CancelToken& cancel) {
    if (cancel.stop_requested())
        return failure(cancelledError());
    return {};
}

} // namespace salvor

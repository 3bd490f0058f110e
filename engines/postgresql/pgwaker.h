// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Turns the stop of a token into a readable descriptor, for poll().
#pragma once

#include "models/base/canceltoken.h"

#include <sys/eventfd.h>

#include <stop_token>

namespace salvor {

/// While it lives, a stop of the token makes the descriptor readable.
class PgWaker {
public:
    PgWaker(const CancelToken& cancel, int descriptor)
        : m_callback(cancel, Write{descriptor}) {}

private:
    struct Write {
        int descriptor;
        void operator()() const noexcept { eventfd_write(descriptor, 1); }
    };
    std::stop_callback<Write> m_callback;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A secret as the input of a child process.
#pragma once

#include "models/base/bytes.h"
#include "models/base/secret.h"

#include <algorithm>

namespace salvor {

/// Borrows the secret. One thread.
class SecretSource final : public ByteSource {
public:
    explicit SecretSource(const Secret& secret)
        : m_rest(secret.bytes()) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        const std::size_t count = std::min(buffer.size(), m_rest.size());
        std::copy_n(m_rest.begin(), count, buffer.begin());
        m_rest = m_rest.subspan(count);
        return count;
    }

private:
    ByteView m_rest;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/secret.h"

#include <cstring>
#include <utility>

namespace salvor {

Secret::Secret(std::string_view text)
    : Secret(asBytes(text)) {}
Secret::Secret(ByteView bytes)
    : m_bytes(bytes.begin(), bytes.end()) {}
Secret::Secret(Secret&& other) noexcept
    : m_bytes(std::exchange(other.m_bytes, {})) {}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        m_bytes = std::exchange(other.m_bytes, {});
    }
    return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() {
    if (!m_bytes.empty())
        explicit_bzero(m_bytes.data(), m_bytes.size());
}

} // namespace salvor

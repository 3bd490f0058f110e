// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A secret in memory: wiped when it goes, never copied by accident, never printed.
#pragma once

#include "models/base/bytes.h"

#include <string_view>

namespace salvor {

/// Holds bytes in memory that is cleansed (explicit_bzero) on destruction, move-from and assignment. Move
/// only.
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view text);
    explicit Secret(ByteView bytes);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    Secret clone() const { return Secret(bytes()); } ///< an explicit copy
    bool empty() const { return m_bytes.empty(); }
    ByteView bytes() const { return m_bytes; }
    std::string_view text() const { return asText(m_bytes); } ///< valid as long as this object

private:
    void wipe();
    Bytes m_bytes;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes that pg_restore reads as a file, without one on any disk.
#pragma once

#include "models/base/bytes.h"

#include <string>

namespace salvor {

/// An anonymous file in memory. Children of the same user reach it under path() as long as this object lives.
class PgMemoryFile {
public:
    static Result<PgMemoryFile> make(ByteView bytes);
    PgMemoryFile(PgMemoryFile&& other) noexcept;
    PgMemoryFile& operator=(PgMemoryFile&& other) = delete;
    ~PgMemoryFile();

    /// "/proc/<this process>/fd/<n>"
    std::string path() const;

private:
    explicit PgMemoryFile(int descriptor)
        : m_descriptor(descriptor) {}
    int m_descriptor;
};

} // namespace salvor

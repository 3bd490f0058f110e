// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes that pg_restore reads as a file, without one on any disk.
#pragma once

#include "models/base/bytes.h"

#include <string>

namespace salvor {

/// An anonymous file in memory, for a child that is given the descriptor (ProcessRequest::keptDescriptors).
class PgMemoryFile {
public:
    static Result<PgMemoryFile> make(ByteView bytes);
    PgMemoryFile(PgMemoryFile&& other) noexcept;
    PgMemoryFile& operator=(PgMemoryFile&& other) noexcept;
    ~PgMemoryFile();

    int descriptor() const { return m_descriptor; } ///< above 2; closed with this object
    /// "/proc/self/fd/<n>": in the child, and in what it starts with its descriptors.
    std::string path() const;

private:
    explicit PgMemoryFile(int descriptor)
        : m_descriptor(descriptor) {}
    int m_descriptor;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgmemoryfile.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace salvor {

Result<PgMemoryFile> PgMemoryFile::make(ByteView bytes) {
    PgMemoryFile file(::memfd_create("salvor-archive", MFD_CLOEXEC));
    if (file.m_descriptor >= 0 && file.m_descriptor <= 2) // those are the child's streams
        file = PgMemoryFile(::fcntl(file.m_descriptor, F_DUPFD_CLOEXEC, 3));
    if (file.m_descriptor < 0)
        return failure(ErrorCode::IoError, "making a file in memory failed", "raise the limit of open files");
    while (!bytes.empty()) {
        const auto written = ::write(file.m_descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return failure(ErrorCode::IoError, "writing a file in memory failed",
                           "free memory on this computer");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return file;
}

PgMemoryFile::PgMemoryFile(PgMemoryFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)) {}

PgMemoryFile& PgMemoryFile::operator=(PgMemoryFile&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    return *this;
}

PgMemoryFile::~PgMemoryFile() {
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

std::string PgMemoryFile::path() const { return "/proc/self/fd/" + std::to_string(m_descriptor); }

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/temporaryfolder.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

namespace salvor {

Result<TemporaryFolder> TemporaryFolder::make() {
    std::string path = "/tmp/salvor-units-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
        return failure(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::IoError,
                       std::string("making a folder in /tmp: ") + std::strerror(errno), "make room in /tmp");
    return TemporaryFolder(std::move(path));
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : m_path(std::exchange(other.m_path, {})) {}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (!m_path.empty())
        std::filesystem::remove_all(m_path, ignored);
}

Result<std::string> TemporaryFolder::add(const std::string& name, const std::string& content) const {
    const std::string path = m_path + "/" + name;
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << content;
    file.close();
    if (!file)
        return failure(ErrorCode::IoError, "writing " + path + " failed", "make room in /tmp",
                       {{"path", path}});
    return path;
}

} // namespace salvor

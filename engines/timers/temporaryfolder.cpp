// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/temporaryfolder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

namespace salvor {

namespace {

constexpr const char* kTemplate = "/tmp/salvor-units-XXXXXX";

/// Locked while somebody uses it: not valid where another one does, or where it is not ours.
UniqueFd lockedFolder(const std::string& path) {
    UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
    struct stat info{};
    struct stat there{};
    if (!folder.valid() || ::fstat(folder.get(), &info) != 0 || info.st_uid != ::geteuid() ||
        ::flock(folder.get(), LOCK_EX | LOCK_NB) != 0)
        return {};
    // Whoever looked for left-overs may have taken it for one before it was locked.
    if (::lstat(path.c_str(), &there) != 0 || there.st_ino != info.st_ino || there.st_dev != info.st_dev)
        return {};
    return folder;
}

void removeLeftOvers() {
    const std::string prefix = std::string(kTemplate, std::strlen(kTemplate) - 6);
    std::error_code ignored;
    std::vector<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator("/tmp", ignored)) {
        if (entry.path().string().starts_with(prefix))
            found.push_back(entry.path().string());
    }
    for (const auto& path : found) {
        if (const UniqueFd lock = lockedFolder(path); lock.valid())
            std::filesystem::remove_all(path, ignored);
    }
}

} // namespace

Result<TemporaryFolder> TemporaryFolder::make() {
    removeLeftOvers();
    constexpr int kMostTries = 10;
    for (int i = 0; i < kMostTries; ++i) {
        std::string path = kTemplate;
        if (::mkdtemp(path.data()) == nullptr)
            break;
        if (UniqueFd lock = lockedFolder(path); lock.valid())
            return TemporaryFolder(std::move(path), std::move(lock));
    }
    return failure(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::IoError,
                   std::string("making a folder in /tmp: ") + std::strerror(errno), "make room in /tmp");
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : m_path(std::exchange(other.m_path, {}))
    , m_lock(std::move(other.m_lock)) {}

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

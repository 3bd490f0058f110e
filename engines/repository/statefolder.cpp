// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/statefolder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace salvor {

namespace {

tl::unexpected<Error> systemFailure(const char* tried, const std::filesystem::path& path, int error) {
    const auto code = error == ENOSPC || error == EDQUOT                    ? ErrorCode::NoSpace
                      : error == EACCES || error == EPERM || error == EROFS ? ErrorCode::PermissionDenied
                      : error == ENOENT                                     ? ErrorCode::NotFound
                                                                            : ErrorCode::IoError;
    std::string hint;
    if (code == ErrorCode::NoSpace)
        hint = "free space in the folder where Salvor keeps its state";
    if (code == ErrorCode::PermissionDenied)
        hint = "the folder must belong to the user who runs Salvor";
    return failure(code,
                   std::string(tried) + " " + path.string() + ": " + std::generic_category().message(error),
                   std::move(hint), {{"path", path.string()}});
}

struct Descriptor {
    int value = -1;
    ~Descriptor() {
        if (value >= 0)
            ::close(value);
    }
};

Result<> makePrivate(const std::filesystem::path& path) {
    if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST)
        return systemFailure("cannot make the folder", path, errno);
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0)
        return systemFailure("cannot look at", path, errno);
    if (!S_ISDIR(info.st_mode))
        return systemFailure("cannot use as a folder", path, ENOTDIR);
    return {};
}

Result<> syncFolder(const std::filesystem::path& folder) {
    const Descriptor handle{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (handle.value < 0 || ::fsync(handle.value) != 0)
        return systemFailure("cannot make durable", folder, errno);
    return {};
}

Result<> writeDurably(const std::filesystem::path& path, ByteView bytes) {
    const Descriptor handle{
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (handle.value < 0)
        return systemFailure("cannot write", path, errno);
    while (!bytes.empty()) {
        const ssize_t written = ::write(handle.value, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return systemFailure("cannot write", path, errno);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fsync(handle.value) != 0)
        return systemFailure("cannot make durable", path, errno);
    return {};
}

} // namespace

Result<StateFolder> StateFolder::open(std::filesystem::path path) {
    std::error_code error;
    if (path.has_parent_path())
        std::filesystem::create_directories(path.parent_path(), error);
    if (error)
        return systemFailure("cannot make the folder", path.parent_path(), error.value());
    SALVOR_TRY(makePrivate(path));
    SALVOR_TRY(makePrivate(path / "spool"));
    return StateFolder(std::move(path));
}

Result<> StateFolder::makeFolder(const std::string& name) const { return makePrivate(m_path / name); }

Result<> StateFolder::write(const std::string& name, ByteView bytes) const {
    const auto target = m_path / name;
    auto temporary = target;
    // One process may write the same name from two threads: the name of the temporary is the thread's own.
    temporary += ".tmp" + std::to_string(::getpid()) + "-" + std::to_string(::gettid());
    if (auto written = writeDurably(temporary, bytes); !written) {
        ::unlink(temporary.c_str());
        return written;
    }
    if (::rename(temporary.c_str(), target.c_str()) != 0) {
        const int error = errno;
        ::unlink(temporary.c_str());
        return systemFailure("cannot rename", temporary, error);
    }
    return syncFolder(target.parent_path());
}

Result<std::optional<std::string>> StateFolder::read(const std::string& name) const {
    const auto path = m_path / name;
    const Descriptor handle{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (handle.value < 0) {
        if (errno == ENOENT)
            return std::optional<std::string>{};
        return systemFailure("cannot read", path, errno);
    }
    std::string content;
    char buffer[65536];
    while (true) {
        const ssize_t got = ::read(handle.value, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return systemFailure("cannot read", path, errno);
        if (got == 0)
            return std::optional(std::move(content));
        content.append(buffer, static_cast<std::size_t>(got));
    }
}

Result<> StateFolder::remove(const std::string& name) const {
    const auto path = m_path / name;
    if (::unlink(path.c_str()) != 0) {
        if (errno == ENOENT)
            return {};
        return systemFailure("cannot remove", path, errno);
    }
    return syncFolder(path.parent_path());
}

Result<std::vector<std::string>> StateFolder::list(const std::string& folder) const {
    std::vector<std::string> names;
    std::error_code error;
    for (std::filesystem::directory_iterator it(m_path / folder, error), end; !error && it != end;
         it.increment(error)) {
        auto name = it->path().filename().string();
        if (name.find(".tmp") == std::string::npos)
            names.push_back(std::move(name));
    }
    if (error == std::errc::no_such_file_or_directory)
        return names;
    if (error)
        return systemFailure("cannot list", m_path / folder, error.value());
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace salvor

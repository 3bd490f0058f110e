// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace salvor::ctl {

namespace {

constexpr std::size_t kLargestFile = std::size_t{16} << 20U;

Error fileError(const std::string& doing, const std::string& path, int number) {
    const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound
                           : number == EACCES || number == EPERM || number == EROFS
                               ? ErrorCode::PermissionDenied
                           : number == EEXIST                     ? ErrorCode::AlreadyExists
                           : number == ENOSPC || number == EDQUOT ? ErrorCode::NoSpace
                                                                  : ErrorCode::IoError;
    return {
        code, doing + " " + path + ": " + std::strerror(number), "check the path", false, {{"path", path}}};
}

bool writeAll(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t put = write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    return true;
}

} // namespace

Result<std::string> readWholeFile(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return failure(fileError("reading", path, errno));
    std::string out;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = read(fd, buffer, sizeof buffer)) > 0 && out.size() <= kLargestFile)
        out.append(buffer, static_cast<std::size_t>(got));
    const int number = errno;
    close(fd);
    if (got < 0)
        return failure(fileError("reading", path, number));
    if (out.size() > kLargestFile)
        return failure(ErrorCode::InvalidInput,
                       "the file is far too large to be what was asked for: " + path);
    return out;
}

Result<> checkCanCreate(const std::string& path) {
    struct stat info{};
    if (lstat(path.c_str(), &info) == 0)
        return failure(ErrorCode::AlreadyExists,
                       "there is a file at " + path + " already; it was not touched",
                       "choose another name, or move that file away", {{"path", path}});
    const auto folder = std::filesystem::absolute(path).parent_path();
    if (access(folder.c_str(), W_OK | X_OK) != 0)
        return failure(fileError("writing into", folder.string(), errno));
    return {};
}

Result<> writeNewFile(const std::string& path, const std::string& bytes) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return failure(fileError("making", path, errno));
    const bool written = writeAll(fd, asBytes(bytes)) && fsync(fd) == 0;
    const int number = errno;
    close(fd);
    if (!written) {
        unlink(path.c_str());
        return failure(fileError("writing", path, number));
    }
    const int folder =
        open(std::filesystem::absolute(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
    return {};
}

Result<> showOnTerminal(const std::string& before, const Secret& secret, const std::string& after) {
    const int fd = open("/dev/tty", O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return failure(ErrorCode::SecretUnavailable, "there is no terminal to show the passphrase on");
    const bool shown =
        writeAll(fd, asBytes(before)) && writeAll(fd, secret.bytes()) && writeAll(fd, asBytes(after));
    close(fd);
    if (!shown)
        return failure(ErrorCode::IoError, "writing to the terminal failed");
    return {};
}

Result<> printSecret(const Secret& secret) {
    if (!writeAll(STDOUT_FILENO, secret.bytes()) || !writeAll(STDOUT_FILENO, asBytes("\n")))
        return failure(fileError("writing", "standard output", errno));
    return {};
}

} // namespace salvor::ctl

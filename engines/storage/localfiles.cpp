// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/storage/localfiles.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace salvor::localfiles {

namespace {

constexpr std::size_t kPieceBytes = 1 << 20; // a cancel waits for one of these at most
constexpr const char* kAwayHint =
    "the share or the disk is away: is it connected and mounted? Try again then";
constexpr const char* kMountHint = "is the disk mounted, and is the path right?";

struct Meaning {
    ErrorCode code;
    const char* hint;
    bool retryable;
};

Meaning meaningOf(int error) {
    switch (error) {
    case ENOSPC:
        return {ErrorCode::NoSpace, "the disk is full: free some space, or prune", false};
    case EDQUOT:
        return {ErrorCode::NoSpace, "the disk quota is used up: raise it, or prune", false};
    case EFBIG:
        return {ErrorCode::NoSpace, "the file system takes no file of this size", false};
    case EACCES:
    case EPERM:
        return {ErrorCode::PermissionDenied, "check who owns it, and its permissions", false};
    case EROFS:
        return {ErrorCode::PermissionDenied,
                "the file system is mounted read-only; after a disk error that is what "
                "the system does: look at the kernel's log",
                false};
    case ENOENT:
        return {ErrorCode::NotFound, "", false};
    case EEXIST:
        return {ErrorCode::AlreadyExists, "", false};
    case ELOOP:
    case EXDEV:
    case ENOTDIR:
    case EISDIR:
    case ENXIO: // a socket
        return {ErrorCode::Corrupt,
                "a symbolic link, or a file of another kind, is in the way; nothing of Salvor's "
                "makes one",
                false};
    case ECANCELED:
        return {ErrorCode::Cancelled, "", false};
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
        return {ErrorCode::IoError, "", true};
    case ETIMEDOUT:
    case ESTALE:
    case ENOTCONN:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
    case ECONNABORTED:
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case ENOLINK:
    case ESHUTDOWN:
    case ENODEV:
        return {ErrorCode::IoError, kAwayHint, true};
    default:
        return {ErrorCode::IoError,
                error == EIO ? "the disk or its connection fails: look at the kernel's log" : "", false};
    }
}

} // namespace

Error systemError(std::string_view what, std::string_view path, int error) {
    const Meaning meaning = meaningOf(error);
    if (meaning.code == ErrorCode::Cancelled)
        return cancelledError();
    std::string message = std::string(what) + " " + std::string(path) + ": " + std::strerror(error);
    return Error{
        meaning.code, std::move(message), meaning.hint, meaning.retryable, {{"path", std::string(path)}}};
}

Result<UniqueFd> openRoot(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.valid())
        return fd;
    const int error = errno;
    Error result = systemError("cannot open the folder", path, error);
    if (error == ENOENT)
        result.hint = kMountHint;
    if (error == ENOTDIR || error == ELOOP) {
        result.code = ErrorCode::NotFound;
        result.hint = "a store is a folder";
    }
    return failure(std::move(result));
}

int openBeneath(int root, const std::string& path, int flags, mode_t mode) {
    struct open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
    how.mode = mode;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    const char* name = path.empty() ? "." : path.c_str();
    long fd = -1;
    do {
        fd = ::syscall(SYS_openat2, root, name, &how, sizeof how);
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN)); // EAGAIN: something was renamed meanwhile
    return static_cast<int>(fd);
}

int writeAll(int fd, ByteView bytes, const CancelToken& cancel) {
    off_t offset = 0;
    while (!bytes.empty()) {
        if (cancel.stop_requested())
            return ECANCELED;
        const ssize_t count = ::pwrite(fd, bytes.data(), std::min(bytes.size(), kPieceBytes), offset);
        if (count < 0 && errno != EINTR)
            return errno;
        if (count > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(count));
            offset += count;
        }
    }
    return 0;
}

int readAll(int fd, std::span<std::byte> buffer, std::uint64_t offset, const CancelToken& cancel) {
    while (!buffer.empty()) {
        if (cancel.stop_requested())
            return ECANCELED;
        const ssize_t count =
            ::pread(fd, buffer.data(), std::min(buffer.size(), kPieceBytes), static_cast<off_t>(offset));
        if (count < 0 && errno != EINTR)
            return errno;
        if (count == 0)
            return ENODATA;
        if (count > 0) {
            buffer = buffer.subspan(static_cast<std::size_t>(count));
            offset += static_cast<std::uint64_t>(count);
        }
    }
    return 0;
}

int renameNew(int folder, const std::string& from, const std::string& to, int file) {
    if (::renameat2(folder, from.c_str(), folder, to.c_str(), RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
        return errno;
    // NFS and some FUSE file systems cannot rename without replacing, but can link.
    const int error = ::linkat(folder, from.c_str(), folder, to.c_str(), 0) == 0 ? 0 : errno;
    if (error != 0) {
        // A repeated request of an NFS client may report EEXIST although the first one worked: the count
        // tells.
        struct stat info{};
        if (::fstat(file, &info) != 0 || info.st_nlink != 2)
            return error;
    }
    ::unlinkat(folder, from.c_str(), 0); // a second name that stays is swept as a left-over
    return 0;
}

std::string parentOf(std::string_view key) {
    const std::size_t slash = key.rfind('/');
    return slash == std::string_view::npos ? std::string() : std::string(key.substr(0, slash));
}

std::string nameOf(std::string_view key) {
    const std::size_t slash = key.rfind('/');
    return std::string(slash == std::string_view::npos ? key : key.substr(slash + 1));
}

} // namespace salvor::localfiles

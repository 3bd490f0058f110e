// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/secrets/secretfiles.h"

#include "engines/secrets/secretname.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace salvor::secretfiles {

namespace {

constexpr off_t kMaxSecretBytes = 1 << 20;

Result<> checkAccess(int fd, const std::string& path, const Demand& demand) {
    struct stat info{};
    if (::fstat(fd, &info) != 0)
        return failure(systemError("cannot look at", path, errno));
    if (demand.ownedByUs && info.st_uid != ::geteuid())
        return failure(ErrorCode::PermissionDenied,
                       "secrets are not read from " + path + ": it belongs to another user",
                       "run as its owner, or change the owner", {{"path", path}});
    if ((info.st_mode & demand.forbidden) == 0)
        return {};
    const char* mode = S_ISDIR(info.st_mode) ? "700" : "600";
    return failure(ErrorCode::PermissionDenied, "secrets are not read from " + path + ": others may open it",
                   std::string("chmod ") + mode + " " + path +
                       "; and change the secrets, as others may have read them",
                   {{"path", path}});
}

} // namespace

Error systemError(const std::string& what, const std::string& path, int error) {
    ErrorCode code = ErrorCode::IoError;
    if (error == EACCES || error == EPERM || error == EROFS || error == ELOOP)
        code = ErrorCode::PermissionDenied;
    if (error == ENOSPC || error == EDQUOT)
        code = ErrorCode::NoSpace;
    return Error{code, what + " " + path + ": " + std::strerror(error), {}, false, {{"path", path}}};
}

Result<UniqueFd> openFolder(const std::string& path, const Demand& demand) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid() && (errno == ENOENT || errno == ENOTDIR))
        return failure(secretUnavailable("absent", "there is no folder of secrets at " + path));
    if (!fd.valid())
        return failure(systemError("cannot open the folder of secrets", path, errno));
    SALVOR_TRY(checkAccess(fd.get(), path, demand));
    return fd;
}

Result<Secret> readFile(int folder, const std::string& name, const std::string& path, const Demand& demand) {
    // Not blocking: a named pipe in its place must not hold us.
    const UniqueFd file(::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file.valid() && errno == ENOENT)
        return failure(secretUnavailable("not_found", "there is no secret " + path));
    if (!file.valid())
        return failure(systemError("cannot read the secret", path, errno));
    SALVOR_TRY(checkAccess(file.get(), path, demand));
    struct stat info{};
    if (::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
        return failure(ErrorCode::PermissionDenied, "not a file: " + path, {}, {{"path", path}});
    if (info.st_size > kMaxSecretBytes)
        return failure(ErrorCode::Corrupt, "too large for a secret: " + path, {}, {{"path", path}});
    Bytes bytes(static_cast<std::size_t>(info.st_size) + 1); // one more, to see a file that grows
    std::size_t filled = 0;
    int error = 0;
    while (filled < bytes.size()) {
        const ssize_t count = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
        if (count < 0 && errno == EINTR)
            continue;
        error = count < 0 ? errno : 0;
        if (count <= 0)
            break;
        filled += static_cast<std::size_t>(count);
    }
    Secret secret(ByteView(bytes).first(std::min(filled, bytes.size() - 1)));
    ::explicit_bzero(bytes.data(), bytes.size());
    if (error != 0)
        return failure(systemError("cannot read the secret", path, error));
    if (filled + 1 != bytes.size())
        return failure(ErrorCode::IoError, "the secret changed while it was read: " + path, {},
                       {{"path", path}});
    return secret;
}

} // namespace salvor::secretfiles

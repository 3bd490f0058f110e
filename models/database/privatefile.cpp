// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/database/privatefile.h"

#include "models/database/fullfolder.h"
#include "models/places.h"
#include "models/profile.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace salvor {

namespace {

tl::unexpected<Error> fileError(const std::string& doing, const std::string& path, int error) {
    if (const auto why = error == EROFS ? whyNotWritable(path) : std::nullopt)
        return failure(why->code, doing + " " + path + " failed: " + why->message, why->hint, why->context);
    const bool refused = error == EACCES || error == EPERM || error == EROFS;
    const bool full = error == ENOSPC || error == EDQUOT;
    return failure(refused ? ErrorCode::PermissionDenied
                   : full  ? ErrorCode::NoSpace
                           : ErrorCode::IoError,
                   doing + " " + path + " failed: " + std::strerror(error),
                   refused ? "check who owns the file and its folder: they must be this user's own"
                   : full  ? fullFolderHint(path.substr(0, path.rfind('/')))
                           : "",
                   {{"path", path}});
}

/// A complete file appears under its name in one step, so no open descriptor of ours is ever on the shared
/// name.
Result<> create(const std::string& path, const std::function<Result<>(const std::string& path)>& fill) {
    const std::string temporary = path + ".new-" + makeUuid();
    const int descriptor =
        ::open(temporary.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor < 0)
        return fileError("creating", path, errno);
    ::close(descriptor);
    if (fill) {
        if (const auto filled = fill(temporary); !filled) {
            ::unlink(temporary.c_str());
            return filled;
        }
    }
    const int linked = ::link(temporary.c_str(), path.c_str());
    const int error = errno;
    ::unlink(temporary.c_str());
    if (linked != 0 && error != EEXIST) // another process was first: its file is as good
        return fileError("creating", path, error);
    return {};
}

} // namespace

Result<> preparePrivateFile(const std::string& path, const std::string& what,
                            const std::function<Result<>(const std::string& path)>& fill) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0) {
        if (errno != ENOENT)
            return fileError("looking at the " + what, path, errno);
        if (const auto slash = path.rfind('/'); slash != std::string::npos && slash > 0)
            SALVOR_TRY(createPrivateFolder(path.substr(0, slash)));
        SALVOR_TRY(create(path, fill));
        if (::stat(path.c_str(), &info) != 0)
            return fileError("looking at the " + what, path, errno);
    }
    if (!S_ISREG(info.st_mode))
        return failure(ErrorCode::InvalidInput, "the " + what + " is not a file: " + path, "move it away",
                       {{"path", path}});
    if (::faccessat(AT_FDCWD, path.c_str(), R_OK | W_OK, AT_EACCESS) != 0)
        return fileError("opening the " + what, path, errno);
    if ((info.st_mode & 0177) != 0 && ::chmod(path.c_str(), 0600) != 0)
        return fileError("making private the " + what, path, errno);
    return {};
}

} // namespace salvor

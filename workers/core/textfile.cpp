// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/textfile.h"

#include "models/base/uniquefd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace salvor {

namespace {

tl::unexpected<Error> failed(const char* tried, const std::string& path, int error) {
    const ErrorCode code = error == EACCES || error == EPERM || error == EROFS ? ErrorCode::PermissionDenied
                           : error == ENOENT                                   ? ErrorCode::NotFound
                           : error == ENOSPC || error == EDQUOT                ? ErrorCode::NoSpace
                                                                               : ErrorCode::IoError;
    return failure(
        code, std::string(tried) + " " + path + ": " + std::strerror(error),
        "the folder has to be there, and the user who runs the watch has to be allowed to write into it",
        {{"path", path}});
}

Result<> writeAll(int fd, const std::string& path, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return failed("writing the metrics to", path, errno);
        text.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fchmod(fd, 0644) != 0 || ::fsync(fd) != 0)
        return failed("writing the metrics to", path, errno);
    return {};
}

} // namespace

Result<> writeTextfile(const std::string& path, const std::string& text) {
    const std::string temporary = path + ".tmp" + std::to_string(::getpid());
    ::unlink(temporary.c_str());
    const UniqueFd file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.valid())
        return failed("making the metrics file", temporary, errno);
    auto written = writeAll(file.get(), temporary, text);
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0)
        written = failed("replacing the metrics file", path, errno);
    if (!written)
        ::unlink(temporary.c_str());
    return written;
}

} // namespace salvor

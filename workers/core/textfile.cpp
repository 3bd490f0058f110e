// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/textfile.h"

#include "engines/repository/statefolder.h"
#include "models/base/json.h"
#include "models/base/uniquefd.h"
#include "models/jsonfields.h"
#include "models/watch/prometheus.h"

#include <QJsonArray>

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

constexpr const char* kNoted = "metrics-files";
constexpr std::size_t kLook = 65536; ///< the first series is well within

/// Every series has the user as its first label: see prometheusText().
bool isOwn(const std::string& path, const std::string& user) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat info{};
    if (!file.valid() || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode) ||
        info.st_uid != ::geteuid())
        return false;
    std::string begin(kLook, '\0');
    const ssize_t got = ::read(file.get(), begin.data(), begin.size());
    begin.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return begin.starts_with("# HELP salvor_") && begin.find("{" + userLabel(user)) != std::string::npos;
}

/// Whether it is no matter any more: gone, or not ours to delete.
bool isSettled(const std::string& path, const std::string& user) {
    struct stat info{};
    if (::lstat(path.c_str(), &info) != 0)
        return errno == ENOENT || errno == ENOTDIR;
    return !isOwn(path, user) || ::unlink(path.c_str()) == 0;
}

} // namespace

Result<> followTextfiles(const std::string& stateFolder, const std::string& root,
                         const std::set<std::string>& installed, const std::string& user) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    SALVOR_ASSIGN(const auto text, folder.read(kNoted));
    std::set<std::string> before;
    if (text) {
        const auto document = parseJsonObject(*text, kNoted); // damaged: nothing was noted
        for (const auto& path : document ? document->value(QLatin1String("files")).toArray() : QJsonArray())
            before.insert(fromQt(path.toString()));
    }
    std::set<std::string> noted = installed;
    for (const auto& path : before) {
        if (!installed.contains(path) && !isSettled(root + path, user))
            noted.insert(path);
    }
    if (noted == before)
        return {};
    SALVOR_ASSIGN(const std::string document,
                  toCanonicalJson({{QStringLiteral("files"),
                                    toJsonArray(std::vector<std::string>(noted.begin(), noted.end()))}}));
    return folder.write(kNoted, asBytes(document));
}

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

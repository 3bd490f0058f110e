// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/lock.h"

#include "models/base/json.h"
#include "models/base/uniquefd.h"

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace salvor {

namespace {

Error busyError(const std::string& content, const std::string& path) {
    Error error{ErrorCode::Busy, {}, "wait until it has ended, or stop it", true, {{"path", path}}};
    const auto holder = parseJsonObject(content, path);
    if (!holder) { // written in this moment
        error.message = "another process is writing to this repository";
        return error;
    }
    const auto field = [&](const char* key) { return fromQt(holder->value(QLatin1String(key)).toString()); };
    const auto pid = std::to_string(holder->value(QLatin1String("pid")).toInteger());
    error.message = "the repository is in use by " + field("process") + " (pid " + pid +
                    "): " + field("job") + ", since " + field("since");
    error.context.insert(
        {{"process", field("process")}, {"pid", pid}, {"job", field("job")}, {"since", field("since")}});
    return error;
}

std::string describe(const LockHolder& holder) {
    const QJsonObject object{{QStringLiteral("process"), toQt(holder.process)},
                             {QStringLiteral("pid"), static_cast<qint64>(::getpid())},
                             {QStringLiteral("job"), toQt(holder.job)},
                             {QStringLiteral("since"), toQt(toRfc3339(holder.since))}};
    return toCanonicalJson(object).value_or("{}") + "\n";
}

std::string readAll(int handle) {
    char buffer[4096];
    const ssize_t got = ::pread(handle, buffer, sizeof buffer, 0);
    return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
}

} // namespace

Result<RepositoryLock> RepositoryLock::acquire(const StateFolder& folder, const LockHolder& holder) {
    const std::string path = (folder.path() / "lock").string();
    const int handle = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (handle < 0)
        return failure(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::PermissionDenied,
                       "cannot open the lock file " + path + ": " + std::generic_category().message(errno),
                       "the folder must belong to the user who runs Salvor", {{"path", path}});
    RepositoryLock lock(handle);
    struct flock range{};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    if (::fcntl(handle, F_OFD_SETLK, &range) != 0) {
        const int error = errno;
        if (error == EAGAIN || error == EACCES)
            return failure(busyError(readAll(handle), path));
        return failure(ErrorCode::IoError,
                       "cannot lock " + path + ": " + std::generic_category().message(error), {},
                       {{"path", path}});
    }
    // Only tells others who holds the lock, so failing to write it (a full disk) does not matter.
    const std::string text = describe(holder);
    if (::ftruncate(handle, 0) == 0)
        (void)!::pwrite(handle, text.data(), text.size(), 0);
    return lock;
}

bool RepositoryLock::isHeld(const StateFolder& folder) {
    const UniqueFd file(::open((folder.path() / "lock").c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file.valid())
        return errno != ENOENT;
    struct flock range{};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    return ::fcntl(file.get(), F_OFD_GETLK, &range) != 0 || range.l_type != F_UNLCK;
}

RepositoryLock::RepositoryLock(RepositoryLock&& other) noexcept
    : m_handle(std::exchange(other.m_handle, -1)) {}

RepositoryLock::~RepositoryLock() {
    if (m_handle >= 0)
        ::close(m_handle);
}

} // namespace salvor

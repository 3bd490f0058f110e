// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/hostfiles.h"

#include "models/base/uniquefd.h"

#include <QByteArray>
#include <QCryptographicHash>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace salvor {

namespace {

Error fileError(const std::string& doing, const std::string& path, int number) {
    const ErrorCode code = number == EACCES || number == EPERM || number == EROFS
                               ? ErrorCode::PermissionDenied
                           : number == ENOSPC || number == EDQUOT  ? ErrorCode::NoSpace
                           : number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound
                                                                   : ErrorCode::IoError;
    return {code,
            doing + " " + path + ": " + std::strerror(number),
            code == ErrorCode::PermissionDenied ? "it needs root" : "look at that path",
            false,
            {{"path", path}}};
}

std::string parentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

/// Every folder down to this one.
bool canEnter(const std::string& folder) {
    struct stat info{};
    return ::stat((folder + "/.").c_str(), &info) == 0;
}

bool writeAll(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

void syncFolder(const std::string& folder) {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.valid())
        ::fsync(fd.get());
}

} // namespace

std::string sha256Hex(std::string_view bytes) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())));
    return hash.result().toHex().toStdString();
}

Result<std::optional<std::string>> HostFiles::read(const std::string& path) const {
    const UniqueFd file(::open(inRoot(path).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.valid() && (errno == ENOENT || errno == ENOTDIR))
        return std::optional<std::string>();
    if (!file.valid()) {
        const int number = errno;
        // salvorctl run by root makes /etc/salvor for root alone, and applying opens it: a folder that we may
        // not enter has nothing of ours yet. Root looks again, and refuses a plan that was wrong about it.
        if (number == EACCES && !canEnter(parentOf(inRoot(path))))
            return std::optional<std::string>();
        return failure(fileError("reading", path, number));
    }
    std::string bytes;
    char buffer[16384];
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure(fileError("reading", path, errno));
        if (got == 0)
            return std::optional(std::move(bytes));
        bytes.append(buffer, static_cast<std::size_t>(got));
    }
}

Result<unsigned> HostFiles::mode(const std::string& path) const {
    struct stat info{};
    if (::lstat(inRoot(path).c_str(), &info) != 0)
        return failure(fileError("looking at", path, errno));
    return static_cast<unsigned>(info.st_mode & 07777U);
}

bool HostFiles::exists(const std::string& path) const {
    struct stat info{};
    return ::lstat(inRoot(path).c_str(), &info) == 0;
}

std::vector<std::string> HostFiles::list(const std::string& folder) const {
    std::vector<std::string> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(inRoot(folder), ignored))
        found.push_back(folder + "/" + entry.path().filename().string());
    std::ranges::sort(found);
    return found;
}

Result<std::vector<FileChange>> FileTransaction::present(const HostFiles& files,
                                                         const std::vector<FileChange>& changes) {
    std::vector<FileChange> now;
    for (const FileChange& change : changes) {
        FileChange state{change.path, std::nullopt, 0644};
        SALVOR_ASSIGN(state.content, files.read(change.path));
        if (state.content) {
            SALVOR_ASSIGN(state.mode, files.mode(change.path));
        }
        now.push_back(std::move(state));
    }
    return now;
}

Result<> FileTransaction::apply(const std::vector<FileChange>& changes) {
    SALVOR_ASSIGN(auto before, present(m_files, changes));
    m_before.insert(m_before.end(), std::make_move_iterator(before.begin()),
                    std::make_move_iterator(before.end()));
    for (const FileChange& change : changes) {
        if (auto done = write(change); !done) {
            Error error = std::move(done).error();
            if (const auto back = rollBack(); !back)
                error.message += "; and putting the files back failed: " + back.error().message;
            return failure(std::move(error));
        }
    }
    return {};
}

Result<> FileTransaction::rollBack() {
    Result<> worst;
    for (auto it = m_before.rbegin(); it != m_before.rend(); ++it) {
        if (auto back = write(*it); !back && worst)
            worst = std::move(back);
    }
    for (auto it = m_made.rbegin(); it != m_made.rend(); ++it)
        ::rmdir(m_files.inRoot(*it).c_str());
    m_before.clear();
    m_made.clear();
    return worst;
}

Result<> FileTransaction::makeFolders(const std::string& path) {
    const std::string folder = parentOf(path);
    if (folder.empty() || m_files.exists(folder))
        return {};
    SALVOR_TRY(makeFolders(folder));
    const std::string real = m_files.inRoot(folder);
    if (::mkdir(real.c_str(), 0755) != 0 && errno != EEXIST)
        return failure(fileError("making the folder", folder, errno));
    ::chmod(real.c_str(), 0755); // whatever the umask says: the units' users have to read it
    m_made.push_back(folder);
    return {};
}

Result<> FileTransaction::write(const FileChange& change) {
    const std::string real = m_files.inRoot(change.path);
    if (!change.content) {
        if (::unlink(real.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
            return failure(fileError("removing", change.path, errno));
        syncFolder(parentOf(real));
        return {};
    }
    SALVOR_TRY(makeFolders(change.path));
    const std::string temporary = parentOf(real) + "/.salvor-new-" + std::to_string(::getpid());
    ::unlink(temporary.c_str());
    UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    const bool written = file.valid() && writeAll(file.get(), *change.content) &&
                         ::fchmod(file.get(), change.mode) == 0 && ::fsync(file.get()) == 0 &&
                         ::rename(temporary.c_str(), real.c_str()) == 0;
    if (!written) {
        const int number = errno;
        ::unlink(temporary.c_str());
        return failure(fileError("writing", change.path, number));
    }
    syncFolder(parentOf(real));
    return {};
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgthrowawayfiles.h"

#include "models/base/json.h"
#include "models/base/uniquefd.h"
#include "models/catalog/processmark.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

namespace salvor {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "salvor-drill-";
constexpr std::size_t kLongestSocketFolder = 85; // sun_path holds 107 bytes, ".s.PGSQL.65535.lock" takes 20

std::optional<PgServerUser> userNamed(const std::string& name) {
    std::array<char, 16384> buffer{};
    struct passwd entry{};
    struct passwd* found = nullptr;
    if (::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return std::nullopt;
    return PgServerUser{entry.pw_uid, entry.pw_gid, entry.pw_name, true};
}

tl::unexpected<Error> cannot(const std::string& what, const std::string& path) {
    const int error = errno;
    const auto code = error == ENOSPC || error == EDQUOT  ? ErrorCode::NoSpace
                      : error == EACCES || error == EPERM ? ErrorCode::PermissionDenied
                                                          : ErrorCode::IoError;
    return failure(code, what + " " + path + " failed: " + std::strerror(error),
                   "choose another folder for the drill", {{"path", path}});
}

Result<> ownedFolder(const std::string& path, const PgServerUser& user) {
    if (::mkdir(path.c_str(), 0700) != 0 || (user.isOther && ::chown(path.c_str(), user.uid, user.gid) != 0))
        return cannot("making", path);
    return {};
}

std::string readSmall(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(4096, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
}

/// The postmaster of the folder; 0 when there is none, or its number was given to another process.
pid_t postmasterOf(const std::string& dataFolder) {
    const std::string text = readSmall(dataFolder + "/postmaster.pid");
    pid_t pid = 0;
    std::from_chars(text.data(), text.data() + text.size(), pid);
    std::error_code error;
    if (pid <= 1)
        return 0;
    // It works in its data folder, and nobody else's process does.
    const auto at = fs::read_symlink("/proc/" + std::to_string(pid) + "/cwd", error);
    const auto meant = fs::canonical(dataFolder, error);
    return !error && at == meant ? pid : 0;
}

bool awaitEnd(const UniqueFd& process, std::chrono::milliseconds limit) {
    struct pollfd one{process.get(), POLLIN, 0};
    return ::poll(&one, 1, static_cast<int>(limit.count())) > 0;
}

void removeTree(const std::string& path) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
}

/// Made by this user, and not to be written by others: else it is nobody's leftover that we may touch.
bool isOurs(const fs::path& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() &&
           (info.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool isLeftover(const fs::path& path) {
    if (!path.filename().string().starts_with(kPrefix) || !isOurs(path))
        return false;
    const auto document = parseJsonObject(readSmall(path / "mark.json"), "the mark of a drill");
    if (!document)
        return false;
    RunRecord run;
    run.details = *document;
    const auto mark = processMarkOf(run);
    return mark && isSurelyDead(*mark);
}

std::string shellQuoted(const std::string& word) {
    std::string out = "'";
    for (const char c : word)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

} // namespace

Result<PgServerUser> pgServerUser(const std::string& wanted) {
    if (::geteuid() != 0) {
        SALVOR_ASSIGN(const std::string own, pgOwnUserName());
        if (!wanted.empty() && wanted != own)
            return failure(ErrorCode::InvalidInput,
                           "only root can run a throwaway server as another user, here " + wanted,
                           "leave the user out: the server runs as " + own);
        return PgServerUser{::geteuid(), ::getegid(), own, false};
    }
    for (const std::string& name :
         wanted.empty() ? std::vector<std::string>{"postgres", "nobody"} : std::vector<std::string>{wanted}) {
        const auto found = userNamed(name);
        if (found && found->uid == 0)
            return failure(ErrorCode::InvalidInput, "PostgreSQL does not run as root",
                           "name another user for the throwaway server");
        if (found)
            return *found;
    }
    return failure(ErrorCode::InvalidInput,
                   wanted.empty() ? "there is neither a user postgres nor nobody to run a throwaway server as"
                                  : "there is no user " + wanted + " to run a throwaway server as",
                   "name a user that is there");
}

Result<std::string> pgOwnUserName() {
    std::array<char, 16384> buffer{};
    struct passwd entry{};
    struct passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr)
        return failure(ErrorCode::InvalidInput,
                       "user " + std::to_string(::geteuid()) + " has no name on this computer",
                       "a throwaway server knows its user by name: run it as one that has one");
    return std::string(entry.pw_name);
}

PgThrowawayFolder::PgThrowawayFolder(PgThrowawayFolder&& other) noexcept
    : m_path(std::exchange(other.m_path, {})) {}

PgThrowawayFolder::~PgThrowawayFolder() {
    if (!m_path.empty())
        removeTree(m_path);
}

Result<PgThrowawayFolder> PgThrowawayFolder::make(const std::string& parent, const PgServerUser& user) {
    std::string path = parent + "/" + std::string(kPrefix) + "XXXXXX";
    if (path.size() + std::string_view("/server/socket").size() > kLongestSocketFolder)
        return failure(ErrorCode::InvalidInput, "the path " + parent + " is too long for a server's socket",
                       "choose a folder with a shorter path", {{"path", parent}});
    if (::mkdtemp(path.data()) == nullptr)
        return cannot("making", path);
    PgThrowawayFolder folder(path);
    RunRecord run;
    setProcessMark(run, markOfThisProcess());
    SALVOR_ASSIGN(const std::string mark, toCanonicalJson(run.details));
    SALVOR_TRY(folder.write("mark.json", mark + "\n", 0600));
    // Its user goes through, and sees no names.
    if (user.isOther && ::chmod(path.c_str(), 0711) != 0)
        return cannot("opening", path);
    SALVOR_TRY(ownedFolder(folder.server(), user));
    SALVOR_TRY(ownedFolder(folder.data(), user));
    SALVOR_TRY(ownedFolder(folder.sockets(), user));
    return folder;
}

Result<> PgThrowawayFolder::write(const std::string& name, const std::string& text, mode_t mode) const {
    const std::string path = m_path + "/" + name;
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file.valid() || ::fchmod(file.get(), mode) != 0)
        return cannot("making", path);
    for (std::string_view rest = text; !rest.empty();) {
        const ssize_t count = ::write(file.get(), rest.data(), rest.size());
        if (count < 0 && errno != EINTR)
            return cannot("writing", path);
        if (count > 0)
            rest.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

void pgStopServerOf(const std::string& dataFolder, std::chrono::milliseconds limit) {
    const pid_t pid = postmasterOf(dataFolder);
    if (pid == 0)
        return;
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!process.valid() || postmasterOf(dataFolder) != pid)
        return;
    ::syscall(SYS_pidfd_send_signal, process.get(), SIGQUIT, nullptr, 0);
    if (awaitEnd(process, limit))
        return;
    ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
    (void)awaitEnd(process, limit);
}

std::vector<std::string> pgRemoveLeftovers(const std::string& parent) {
    std::vector<std::string> removed;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(parent, ignored)) {
        if (!isLeftover(entry.path()))
            continue;
        pgStopServerOf(entry.path().string() + "/server/data", std::chrono::milliseconds(3000));
        removeTree(entry.path().string());
        removed.push_back(entry.path().string());
    }
    return removed;
}

Result<std::string> pgWrapLoader(const PgThrowawayFolder& folder, const std::vector<std::string>& words,
                                 const std::string& programs) {
    // PostgreSQL finds its libraries and data relative to where it thinks that it is:
    // …/lib/postgresql/17/bin.
    const fs::path real(programs.ends_with('/') ? programs.substr(0, programs.size() - 1) : programs);
    const fs::path root = real.parent_path().parent_path().parent_path().parent_path().parent_path();
    const fs::path tree = fs::path(folder.path()) / "tree";
    const fs::path bin = tree / "usr" / fs::relative(real, root / "usr");
    std::error_code error;
    fs::create_directories(bin, error);
    if (!error)
        fs::create_directory_symlink(real.parent_path() / "lib", bin.parent_path() / "lib", error);
    if (!error)
        fs::create_directory_symlink(root / "usr/share", tree / "usr/share", error);
    if (error)
        return failure(ErrorCode::IoError, "making " + tree.string() + " failed: " + error.message());
    std::string before;
    for (const auto& word : words)
        before += shellQuoted(word) + " ";
    for (const char* name : {"initdb", "postgres", "pg_ctl"}) {
        const fs::path script = bin / name;
        const std::string text = "#!/bin/sh\nexec " + before + "--argv0 " + shellQuoted(script.string()) +
                                 " " + shellQuoted((real / name).string()) + " \"$@\"\n";
        SALVOR_TRY(folder.write(fs::relative(script, folder.path()).string(), text, 0755));
    }
    return bin.string() + "/";
}

} // namespace salvor

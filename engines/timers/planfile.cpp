// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What root checks of a plan before it looks into it, and the pipe that its secrets come through.
#include "engines/timers/timerapply.h"
#include "models/base/uniquefd.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <cstdlib>
#include <cstring>

namespace salvor {

namespace {

constexpr off_t kLargestPlan = off_t{64} << 20;

tl::unexpected<Error> refused(const std::string& path, const std::string& why, const std::string& hint) {
    return failure(ErrorCode::PermissionDenied, "the plan " + path + " " + why + ": it is not applied", hint,
                   {{"path", path}});
}

Result<> checkNobodyElseWrites(const struct stat& info, const std::string& path) {
    if (!S_ISREG(info.st_mode) || info.st_size > kLargestPlan)
        return refused(path, "is not a regular file of a plan's size", "make it with salvorctl timers plan");
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return refused(path, "can be written by others than its owner",
                       "look at what is in it, then make it again: salvorctl timers plan");
    return {};
}

/// The units run as the user whom the plan names: nobody else may have made it.
Result<> checkOwner(uid_t owner, const TimersWanted& wanted, const std::string& path) {
    std::array<char, 16384> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwnam_r(wanted.user.c_str(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found)
        return refused(path, "is for the user \"" + wanted.user + "\", who is not known here",
                       "make the plan as the user whose timers they are");
    if (owner != 0 && owner != entry.pw_uid)
        return refused(
            path, "belongs to uid " + std::to_string(owner) + ", and its timers would run as " + wanted.user,
            "make the plan as the user whose timers they are");
    return {};
}

} // namespace

Result<std::string> readPlanFile(const std::string& path, const std::string& expectedHash) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    if (!file.valid() && errno == ELOOP)
        return refused(path, "is a symbolic link", "give the file itself");
    struct stat info{};
    if (!file.valid() || ::fstat(file.get(), &info) != 0)
        return failure(errno == EACCES ? ErrorCode::PermissionDenied : ErrorCode::NotFound,
                       "reading the plan " + path + ": " + std::strerror(errno),
                       "make it with salvorctl timers plan", {{"path", path}});
    SALVOR_TRY(checkNobodyElseWrites(info, path));
    std::string bytes(static_cast<std::size_t>(info.st_size), '\0');
    std::size_t have = 0;
    while (have < bytes.size()) {
        const ssize_t got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return failure(ErrorCode::IoError, "reading the plan " + path + " failed", {}, {{"path", path}});
        have += static_cast<std::size_t>(got);
    }
    if (const std::string hash = sha256Hex(bytes); hash != expectedHash)
        return failure(ErrorCode::Corrupt,
                       "the plan " + path + " is not the one that was looked at: its SHA-256 is " + hash +
                           ", not " + expectedHash + "; nothing was changed",
                       "make it again and look at it: salvorctl timers plan",
                       {{"path", path}, {"expected", expectedHash}, {"found", hash}});
    SALVOR_ASSIGN(const TimersWanted wanted, readTimersPlan(bytes));
    SALVOR_TRY(checkOwner(info.st_uid, wanted, path));
    return bytes;
}

Result<> checkProgram(const std::string& program) {
    std::array<char, PATH_MAX> resolved{};
    if (::realpath(program.c_str(), resolved.data()) == nullptr)
        return failure(ErrorCode::NotFound, "the program " + program + ": " + std::strerror(errno),
                       "install salvorctl", {{"path", program}});
    std::string path = resolved.data();
    while (true) {
        struct stat info{};
        const bool known = ::stat(path.c_str(), &info) == 0;
        const bool sticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
        if (!known || info.st_uid != 0 || ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky))
            return failure(ErrorCode::PermissionDenied,
                           "others than root may change " + path + ", so a timer does not run " + program,
                           "install salvorctl as root: the package, or the portable bundle under /opt/salvor",
                           {{"path", path}});
        if (path == "/")
            return {};
        const auto slash = path.rfind('/');
        path = slash == 0 ? "/" : path.substr(0, slash);
    }
}

Secret writeCredentialStream(const CredentialSecrets& secrets) {
    std::size_t bytes = 0;
    for (const auto& [name, secret] : secrets)
        bytes += name.size() + secret.bytes().size() + 24;
    std::string stream;
    stream.reserve(bytes); // never moved: no copy is left behind
    for (const auto& [name, secret] : secrets) {
        stream += name + " " + std::to_string(secret.bytes().size()) + "\n";
        stream += secret.text();
        stream += "\n";
    }
    Secret out{std::string_view(stream)};
    ::explicit_bzero(stream.data(), stream.size());
    return out;
}

Result<CredentialSecrets> readCredentialStream(const Secret& stream) {
    const auto damaged = [] {
        return failure(ErrorCode::Corrupt, "the secrets cannot be read",
                       "give exactly what salvorctl timers secrets writes");
    };
    CredentialSecrets secrets;
    std::string_view rest = stream.text();
    while (!rest.empty()) {
        const auto space = rest.find(' ');
        const auto end = rest.find('\n');
        if (space == std::string_view::npos || end == std::string_view::npos || space > end)
            return damaged();
        std::size_t count = 0;
        const auto parsed = std::from_chars(rest.data() + space + 1, rest.data() + end, count);
        const std::string name(rest.substr(0, space));
        rest.remove_prefix(end + 1);
        if (parsed.ec != std::errc() || parsed.ptr != rest.data() - 1 || rest.size() < count)
            return damaged();
        secrets.insert_or_assign(name, Secret(rest.substr(0, count)));
        rest.remove_prefix(count);
        if (!rest.empty() && rest.front() == '\n')
            rest.remove_prefix(1);
    }
    return secrets;
}

} // namespace salvor

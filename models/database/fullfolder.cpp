// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/database/fullfolder.h"

#include <sys/statvfs.h>
#include <unistd.h>

namespace salvor {

namespace {

/// What SQLite needs for itself before it reads anything: its shared memory, 32 KiB.
constexpr unsigned long kLeastBytes = 64UL * 1024;

constexpr const char* kElsewhere = "backups can be restored without it: with SALVOR_HOME set to a folder "
                                   "that has room, salvorctl repository "
                                   "open needs the store, the recovery file and its passphrase only";

std::string folderOf(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

} // namespace

std::string fullFolderHint(const std::string& folder) {
    return "free some space in " + folder + "; " + kElsewhere;
}

std::optional<Error> whyNotWritable(const std::string& path) {
    const std::string folder = folderOf(path);
    struct statvfs info{};
    if (::statvfs(folder.c_str(), &info) != 0)
        return std::nullopt;
    if ((info.f_flag & ST_RDONLY) != 0)
        return Error{ErrorCode::PermissionDenied,
                     "the file system of " + folder + " is read-only",
                     "make it writable again, after a look at why it became read-only (dmesg); " +
                         std::string(kElsewhere),
                     false,
                     {{"path", path}, {"folder", folder}}};
    const auto left = ::geteuid() == 0 ? info.f_bfree : info.f_bavail;
    const bool isFull = left * info.f_frsize < kLeastBytes || (info.f_files > 0 && info.f_ffree == 0);
    if (info.f_blocks == 0 || !isFull)
        return std::nullopt;
    return Error{ErrorCode::NoSpace,
                 "the file system of " + folder + " is full",
                 fullFolderHint(folder),
                 false,
                 {{"path", path}, {"folder", folder}}};
}

} // namespace salvor

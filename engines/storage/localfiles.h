// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// System calls that LocalStore is made of: everything below a root, and never through a symbolic link.
#pragma once

#include "models/base/bytes.h"
#include "models/base/canceltoken.h"
#include "models/base/result.h"
#include "models/base/uniquefd.h"

#include <sys/types.h>

#include <string>
#include <string_view>

namespace salvor::localfiles {

/// The error of a system call that was trying `what` on `path`: NoSpace, PermissionDenied, NotFound,
/// AlreadyExists, Corrupt (a symbolic link or a file of another kind is in the way), IoError.
Error systemError(std::string_view what, std::string_view path, int error);

/// The store's own folder; NotFound with a hint when it is not there. It may be reached by symbolic links.
Result<UniqueFd> openRoot(const std::string& path);

/// openat2 beneath `root`, refusing symbolic links in every step. -1 with errno on failure. "" is the root
/// itself.
int openBeneath(int root, const std::string& path, int flags, mode_t mode = 0);

/// All of `bytes` from the start of the file, in pieces with a look at `cancel`; 0 or the errno, ECANCELED
/// when it was stopped.
int writeAll(int fd, ByteView bytes, const CancelToken& cancel);
/// Fills all of `buffer` from `offset`; 0 or the errno, ENODATA when the file is shorter.
int readAll(int fd, std::span<std::byte> buffer, std::uint64_t offset, const CancelToken& cancel);

/// Gives the file `from` the name `to` in the same folder, never replacing one. 0 or the errno (EEXIST).
/// `file` is open on it. Afterwards `from` is gone on success, and still there on failure.
int renameNew(int folder, const std::string& from, const std::string& to, int file);

/// "db/0a" of "db/0a/name"; "" for a name without a folder.
std::string parentOf(std::string_view key);
std::string nameOf(std::string_view key);

} // namespace salvor::localfiles

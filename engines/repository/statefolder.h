// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A repository's folder in this user's state: lock, index, spool, what was seen. Folders 0700, files 0600; a
// file is replaced whole and made durable before the call returns.
#pragma once

#include "models/base/bytes.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

class StateFolder {
public:
    StateFolder() = default;
    /// Makes it and its sub-folders where they are missing. PermissionDenied, NoSpace, IoError.
    static Result<StateFolder> open(std::filesystem::path path);

    const std::filesystem::path& path() const { return m_path; }
    /// Temporary file, fsync, rename, fsync of the folder. `name` may have one sub-folder ("spool/x.json").
    Result<> write(const std::string& name, ByteView bytes) const;
    /// Makes a sub-folder that not every state folder has.
    Result<> makeFolder(const std::string& name) const;
    /// Empty when there is none.
    Result<std::optional<std::string>> read(const std::string& name) const;
    /// Absent is success.
    Result<> remove(const std::string& name) const;
    /// File names in a sub-folder, sorted, without temporary ones; none where there is no such folder.
    Result<std::vector<std::string>> list(const std::string& folder) const;

private:
    explicit StateFolder(std::filesystem::path path)
        : m_path(std::move(path)) {}
    std::filesystem::path m_path;
};

} // namespace salvor

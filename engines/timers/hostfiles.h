// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// System files that are written all or not at all: each by a temporary file and a rename, and put back when a
// later step fails.
#pragma once

#include "models/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// What a file is to become: its bytes and mode, or nothing: it is removed.
struct FileChange {
    std::string path; ///< absolute, on the host
    std::optional<std::string> content;
    unsigned mode = 0644;
};

/// The files of one host. `root` goes before every path: empty is this computer. A value.
class HostFiles {
public:
    explicit HostFiles(std::string root = {})
        : m_root(std::move(root)) {}

    std::string inRoot(const std::string& path) const { return m_root + path; }
    /// Nothing where there is none. Never through a symbolic link in the last step. PermissionDenied,
    /// IoError.
    Result<std::optional<std::string>> read(const std::string& path) const;
    Result<unsigned> mode(const std::string& path) const;
    bool exists(const std::string& path) const;
    /// Absolute paths on the host of what is in a folder, sorted; none where there is no folder.
    std::vector<std::string> list(const std::string& folder) const;

private:
    std::string m_root;
};

/// SHA-256 in hex.
std::string sha256Hex(std::string_view bytes);

/// One thread. What apply() did stays unless rollBack() is called.
class FileTransaction {
public:
    explicit FileTransaction(HostFiles files)
        : m_files(std::move(files)) {}

    /// How it is now: the changes that lead back.
    static Result<std::vector<FileChange>> present(const HostFiles& files,
                                                   const std::vector<FileChange>& changes);
    /// Makes missing folders (0755). Durable on return. After an error everything is as it was before the
    /// first apply().
    Result<> apply(const std::vector<FileChange>& changes);
    /// As it was before the first apply(), folders included. What cannot be put back is in the error; the
    /// rest is.
    Result<> rollBack();
    /// Folders that it made, the outer ones first.
    const std::vector<std::string>& madeFolders() const { return m_made; }

private:
    Result<> write(const FileChange& change);
    Result<> makeFolders(const std::string& path);

    HostFiles m_files;
    std::vector<FileChange> m_before;
    std::vector<std::string> m_made;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A folder of our own below /tmp (0700), gone with its object.
#pragma once

#include "models/base/result.h"

#include <string>

namespace salvor {

/// Move only; one thread.
class TemporaryFolder {
public:
    /// IoError, NoSpace.
    static Result<TemporaryFolder> make();
    TemporaryFolder(TemporaryFolder&& other) noexcept;
    TemporaryFolder& operator=(TemporaryFolder&& other) = delete;
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    /// Writes a new file; its path.
    Result<std::string> add(const std::string& name, const std::string& content) const;

private:
    explicit TemporaryFolder(std::string path)
        : m_path(std::move(path)) {}
    std::string m_path;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A folder of our own below /tmp (0700), gone with its object; what a killed program left goes with the next
// one.
#pragma once

#include "models/base/result.h"
#include "models/base/uniquefd.h"

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
    TemporaryFolder(std::string path, UniqueFd lock)
        : m_path(std::move(path))
        , m_lock(std::move(lock)) {}
    std::string m_path;
    UniqueFd m_lock; ///< of the folder itself: somebody is at it
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The writer's lock: an open-file-description lock (fcntl F_OFD_SETLK) on a file in the state folder. The
// kernel drops it with the process, however that ends; the file's content only tells others who holds it.
#pragma once

#include "engines/repository/statefolder.h"
#include "models/base/clock.h"

#include <string>

namespace salvor {

struct LockHolder {
    std::string process; ///< "salvor", "salvorctl"
    std::string job;     ///< "backup of app"
    Instant since{};
};

class RepositoryLock {
public:
    /// Never waits. Busy, with process, pid, job and since in message and context.
    static Result<RepositoryLock> acquire(const StateFolder& folder, const LockHolder& holder);
    /// Whether somebody has it right now; also true where that cannot be told.
    static bool isHeld(const StateFolder& folder);
    RepositoryLock(RepositoryLock&& other) noexcept;
    RepositoryLock& operator=(RepositoryLock&&) = delete;
    ~RepositoryLock();

private:
    explicit RepositoryLock(int handle)
        : m_handle(handle) {}
    int m_handle = -1;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/unfinished.h"

#include <fcntl.h>
#include <unistd.h>

#include <sstream>

namespace salvor {

namespace {

constexpr const char* kName = "unfinished";

} // namespace

UnfinishedFiles::UnfinishedFiles(const StateFolder& state)
    : m_file(::open((state.path() / kName).c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                    0600)) {
    if (m_file.valid())
        m_begin = ::lseek(m_file.get(), 0, SEEK_END);
}

void UnfinishedFiles::add(const std::string& key) const {
    const std::string line = key + "\n";
    // In one piece, so that threads do not mix. What does not get there is an orphan like any other.
    if (m_file.valid())
        (void)!::write(m_file.get(), line.data(), line.size());
}

void UnfinishedFiles::forget() const {
    // Left standing it harms nothing: what a catalog names is never taken for an orphan.
    if (m_file.valid() && m_begin >= 0)
        (void)!::ftruncate(m_file.get(), m_begin);
}

UnfinishedKeys loadUnfinished(const StateFolder& state) {
    UnfinishedKeys keys;
    const auto text = state.read(kName);
    std::istringstream lines(text && *text ? **text : std::string());
    for (std::string line; std::getline(lines, line);)
        keys.insert(line);
    return keys;
}

Result<> clearUnfinished(const StateFolder& state) { return state.remove(kName); }

} // namespace salvor

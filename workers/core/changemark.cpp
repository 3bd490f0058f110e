// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/changemark.h"

#include <sys/stat.h>

namespace salvor {

namespace {

/// Empty for a file that is not there, and for an empty log: that one comes and goes with whoever only reads.
std::string markOf(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0 || status.st_size == 0)
        return {};
    return std::to_string(status.st_ino) + ' ' + std::to_string(status.st_size) + ' ' +
           std::to_string(status.st_mtim.tv_sec) + '.' + std::to_string(status.st_mtim.tv_nsec);
}

} // namespace

std::string changeMark(const Places& places) {
    std::string mark;
    for (const auto& file : {places.workspaceFile, places.catalogFile})
        mark += markOf(file) + '\n' + markOf(file + "-wal") + '\n';
    return mark;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgspace.h"

#include <sys/statvfs.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace salvor {

namespace {

// NULL for a user without pg_read_all_settings.
constexpr const char* kWhere = R"sql(
SELECT (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory'),
       pg_catalog.trunc(extract(epoch FROM pg_catalog.pg_postmaster_start_time()))::int8::text,
       (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'port'))sql";

/// The folder of that path here belongs to that very server, and not to one in a container or at the other
/// end of a tunnel: its postmaster.pid has the port, and the time at which the server says that it started
/// (third and fourth line; PostgreSQL's pidfile.h).
bool isThatServers(const std::string& folder, const std::string& startTime, const std::string& port) {
    std::ifstream file(folder + "/postmaster.pid");
    std::string lines[4];
    for (auto& line : lines) {
        if (!std::getline(file, line))
            return false;
    }
    // A busy machine may lie between the two looks at the clock.
    const auto apart =
        std::strtoll(lines[2].c_str(), nullptr, 10) - std::strtoll(startTime.c_str(), nullptr, 10);
    return lines[3] == port && apart > -60 && apart < 60;
}

} // namespace

Result<std::optional<PgSpace>> pgServerSpace(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("looking for the server's data folder", kWhere, cancel));
    if (rows.size() != 1 || rows.isNull(0, 0))
        return std::optional<PgSpace>();
    const std::string folder = rows.text(0, 0);
    struct statvfs info{};
    if (!isThatServers(folder, rows.text(0, 1), rows.text(0, 2)) || ::statvfs(folder.c_str(), &info) != 0)
        return std::optional<PgSpace>();
    return std::optional(PgSpace{static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize,
                                 static_cast<std::uint64_t>(info.f_blocks) * info.f_frsize});
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a test connection found, for a person to read; the same in the window and on the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct ConnectionReport;
struct MissingRight;
struct SourceInfo;

/// "TimescaleDB 2.19.3, postgis 3.4.2", from details {"extensions": {NAME: VERSION}}; empty without any.
std::string extensionsText(const SourceInfo& source);

/// A database that is there and that nothing can be read from.
struct SourceRefusal {
    std::string why;      ///< "the login backup may not connect to it"
    std::string sql;      ///< changes it
    bool isRight = false; ///< a right of the login is missing; else the database itself is closed
};

/// From details {"refused": WHY, "refused_sql": SQL, "refused_right": BOOL}; none where it can be read.
std::optional<SourceRefusal> refusalOf(const SourceInfo& source);

/// Of a database that a restore made beside the one that its backup is of, which is there still: that one's
/// name, from details {"copy_of": NAME}. What was backed up before is none, nor is what was swapped in.
std::optional<std::string> copyOf(const SourceInfo& source);

/// What the report of a test connection notes of it.
std::string copyNote(const std::string& name, const std::string& original);

/// The database that the right is missing in, by "in database NAME: "; empty for a right of the server.
std::string databaseOf(const MissingRight& right, const ConnectionReport& report);

/// The report without the rights that are missing only in those databases.
ConnectionReport withoutRightsOf(ConnectionReport report, const std::vector<std::string>& databases);

/// What psql runs to grant all of them, each in its database; says as a comment how to grant, instead of each
/// table of today, those of tomorrow too. `login`: who is granted.
std::string rightsScript(const ConnectionReport& report, const std::string& login);

} // namespace salvor

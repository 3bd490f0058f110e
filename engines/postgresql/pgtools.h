// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// pg_dump and pg_restore: finding ones that fit, and running them with the password in a memfd.
#pragma once

#include "engines/postgresql/pgendpoint.h"
#include "engines/process/process.h"

#include <string>
#include <vector>

namespace salvor {

struct PgTool {
    std::vector<std::string> command; ///< without the tool's own arguments
    int major = 0;                    ///< 17
    std::string version;              ///< "17.5 (Debian 17.5-1)"
};

/// The profile's tools command comes first when there is one: words to put before the program; a last word
/// that ends in "/" is the folder of the programs, see also pgNamesFolder(). Without one: the folders of the
/// distributions, then PATH. Thread safe.
class PgTools {
public:
    PgTools(ProcessRunner& processes, PgEndpointPtr endpoint);

    /// The tool ("pg_dump", "pg_restore") of exactly `major`, or the oldest newer one. ToolMissing names
    /// found and needed.
    Result<PgTool> find(const std::string& name, int major, const CancelToken& cancel) const;
    /// Runs it against `database`; `-d` and the password are added. It is given `files` (see
    /// ProcessRequest::keptDescriptors). ToolFailed with the end of its standard error.
    Result<> run(std::string_view doing, const PgTool& tool, const std::string& database,
                 const std::vector<std::string>& arguments, ByteSource* input, ByteSink* output,
                 const CancelToken& cancel, std::vector<int> files = {}) const;
    /// Whether the tools run on this computer, so that they can open our files.
    bool reachesFiles() const;
    /// Without a server (pg_restore that only prints).
    Result<> runLocally(std::string_view doing, const PgTool& tool, const std::vector<std::string>& arguments,
                        ByteSource* input, ByteSink* output, const CancelToken& cancel) const;

private:
    std::vector<std::vector<std::string>> candidates(const std::string& name, int major) const;
    Result<PgTool> ask(const std::vector<std::string>& command, const CancelToken& cancel) const;

    ProcessRunner& m_processes;
    PgEndpointPtr m_endpoint;
};

/// Whether a tools command is a folder of programs on this computer, alone or behind a loader (ld-linux.so):
/// one that ends in "/", or is there. Behind any other word a folder may be that word's own (chroot FOLDER).
bool pgNamesFolder(const std::vector<std::string>& toolsCommand);

/// "pg_dump (PostgreSQL) 17.5 (Debian …)" → 17; 0 if it cannot be read. `version` gets what follows the
/// bracket.
int pgToolMajor(std::string_view output, std::string* version);

/// The hint to what a program said at its end. The server's words reach us as text, and in its language.
std::string pgToolHint(const std::string& text);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a test connection found: versions, sources, missing rights.
#pragma once

#include <QJsonObject>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

/// A database on the server that can be a source.
struct SourceInfo {
    std::string name;
    std::string databaseId; ///< survives renames
    std::string systemId;   ///< the server's own identifier
    std::uint64_t sizeBytes = 0;
    QJsonObject details; ///< extension versions, hypertables …
};

struct MissingRight {
    std::string what; ///< "read table public.orders"
    std::string sql;  ///< grants it
};

/// What a test connection found.
struct ConnectionReport {
    std::string product;       ///< what the server is: "PostgreSQL"
    std::string serverVersion; ///< "17.5 (Debian …)"
    std::string systemId;
    std::chrono::milliseconds clockSkew{0}; ///< server minus here
    std::string toolVersion;                ///< of the programs found that the engine needs, empty if none
    std::string toolProblem;                ///< why tools cannot be used; empty if they can
    bool encrypted = false;                 ///< the connection uses TLS
    std::vector<SourceInfo> sources;
    std::vector<MissingRight> missingRights;
    std::vector<std::string> notes;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How a database that a restore made is told from all others: the last line of its comment.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "models/restoreddatabase.h"

#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct PgMarker {
    std::string backupId;
    std::string runId;
    std::string finalName;
    std::string state;         ///< "incomplete", "unproven", "proved"
    std::string sourceComment; ///< the saved database's own comment, which stands before the marker
};

/// "metrics_salvor_20261121t074000z": at most 63 bytes, cut in the saved name and never inside a character.
std::string pgHiddenName(const std::string& finalName, const std::string& runId);
std::string pgMarkerComment(const PgMarker& marker);
std::optional<PgMarker> pgParseMarker(std::string_view comment);

/// COMMENT ON DATABASE, on a connection to any database of the server.
Result<> pgMark(PgConnection& connection, const std::string& database, const PgMarker& marker,
                const CancelToken& cancel);
Result<std::vector<RestoredDatabase>> pgListRestored(PgConnection& connection, const CancelToken& cancel);
/// InvalidInput: no marker, so no restore made it. NotFound. Busy: somebody is connected.
Result<> pgDropRestored(PgConnection& connection, const std::string& name, const CancelToken& cancel);

} // namespace salvor

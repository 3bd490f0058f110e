// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How a database that a restore made is told from all others: the last line of its comment.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgomission.h"
#include "models/restoreddatabase.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace salvor {

struct PgMarker {
    std::string backupId;
    std::string runId;
    std::string finalName;
    std::string state;         ///< "incomplete", "unproven", "proved", "proved_in_part" (but for what was
                               ///< left out), "swapped_in", "swapped_out"
    std::string sourceComment; ///< the saved database's own comment, which stands before the marker
    bool drill = false;        ///< made by a drill, which drops it
    std::string ofOid;         ///< the saved database's own; before these were kept: empty
    std::string ofSystem;      ///< the server's that it was on
    std::vector<PgOmission> omissions; ///< what it has not as its backup has it; without SQL and reasons
    std::vector<std::string> unfilled; ///< materialized views that could not be filled, as the server quotes
                                       ///< them
    std::vector<std::string> leftOff;  ///< until it is revealed: sentences, of what a restore was to do and
                                       ///< could not

    // Of the two databases of a swap: restored and replaced carry the same run.
    std::string with;         ///< the other one's name after the swap
    std::string was;          ///< the own name before it
    std::string at;           ///< RFC 3339
    std::string before;       ///< the own marker before it, without its prefix; empty: there was none
    std::int64_t writes = -1; ///< of the restored one: rows that were written in it until then; -1: not known
};

/// "metrics_salvor_20261121t074000z": at most 63 bytes, cut in the saved name and never inside a character.
std::string pgHiddenName(const std::string& finalName, const std::string& runId);
std::string pgMarkerComment(const PgMarker& marker);
std::optional<PgMarker> pgParseMarker(std::string_view comment);
/// The comment's last line without its prefix, and all before it; an empty first where there is no marker.
std::pair<std::string, std::string> pgSplitMarker(std::string_view comment);
/// A comment out of these two.
std::string pgJoinMarker(const std::string& marker, const std::string& sourceComment);
/// "<name><suffix>" of at most 63 bytes, cut in the name and never inside a character.
std::string pgSuffixedName(const std::string& name, const std::string& suffix);

/// COMMENT ON DATABASE, on a connection to any database of the server.
Result<> pgMark(PgConnection& connection, const std::string& database, const PgMarker& marker,
                const CancelToken& cancel);
Result<std::vector<RestoredDatabase>> pgListRestored(PgConnection& connection, const CancelToken& cancel);
/// InvalidInput: no marker, so no restore made it; Conflict: it is live, or is the one that was replaced.
/// NotFound. Busy: somebody is connected.
Result<> pgDropRestored(PgConnection& connection, const std::string& name, const CancelToken& cancel);
/// Drops a database that a swap replaced and nothing else. InvalidInput, NotFound, Busy.
Result<> pgDropReplaced(PgConnection& connection, const std::string& name, const CancelToken& cancel);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Extensions: their versions and configuration data, and TimescaleDB's own catalog of hypertables and chunks.
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <QJsonObject>

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace salvor {

struct PgExtension {
    std::string name;
    std::string version;
    std::string schema;    ///< where its objects are
    std::string schemaOid; ///< what an archive's list calls that schema
    std::string schemaOwner;
    std::string owner;       ///< "" for the plpgsql that every database is made with
    bool ownsSchema = false; ///< the schema is a member of the extension, which therefore makes it
    /// Quoted names of its tables, sequences, views and composite types; of TimescaleDB none, which no
    /// restore does without.
    std::vector<std::string> relations;
};

/// One table of an extension whose rows the extension asks to be saved (pg_extension.extconfig), read at run
/// time as the set changes between releases.
struct PgConfigTable {
    Oid oid = 0;
    std::string extension;
    std::string condition; ///< "WHERE id >= 1000", or empty (pg_extension.extcondition)
};

struct PgExtensions {
    std::vector<PgExtension> all;      ///< in an order in which they can be created
    std::vector<PgConfigTable> tables; ///< in an order in which their foreign keys allow writing
    bool has(const std::string& name) const;
};

Result<PgExtensions> pgReadExtensions(PgConnection& connection, const CancelToken& cancel);

struct PgChunk {
    Oid oid = 0;
    std::string hypertable;     ///< quoted
    std::string hypertableName; ///< for people
    QJsonObject timeRange; ///< "column", "from", "to" (exclusive): RFC 3339 for times, digits for integers;
                           ///< absent: unbounded
    std::string sortKey;   ///< orders the chunks of a hypertable by time
};

using PgRelationName = std::pair<std::string, std::string>; ///< schema and name, without quotes

/// A chunk in a publication, by the statement that makes it so.
struct PgPublishedChunk {
    PgRelationName chunk;
    std::string sql;
};

struct PgHypertables {
    std::map<Oid, PgChunk> chunks; ///< by the chunk's OID
    std::set<Oid> needed;          ///< chunks that other objects depend on, see pgchunkties.h
    std::vector<PgPublishedChunk> publications;
    std::vector<Oid> roots; ///< the hypertables themselves
    std::vector<std::int64_t>
        scheduledJobs; ///< ids of the jobs that are switched on, of those a backup saves
};

/// Unsupported names each compressed or tiered chunk: they are never read incompletely. VersionMismatch: a
/// TimescaleDB whose catalog is not known here.
Result<PgHypertables> pgReadHypertables(PgConnection& connection, const CancelToken& cancel);

} // namespace salvor

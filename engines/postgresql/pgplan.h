// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which items a backup has, and how each is read.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgfacts.h"
#include "engines/postgresql/pgrelations.h"
#include "engines/postgresql/pgschema.h"
#include "engines/postgresql/pgtimescale.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salvor {

/// How one item is read in this database, now. Made anew for a proof, as OIDs differ there.
struct PgItemSource {
    PgRelation relation; ///< of row items
    std::string copySql; ///< of row items: COPY … TO STDOUT …
    PgFormat format = PgFormat::Text;
    int columns = 0;
    PgSchemaScope schema; ///< of "schema" items
};

struct PgPlan {
    Plan plan;
    std::map<std::string, PgItemSource> sources; ///< by Item::id
    std::set<std::string> held;                  ///< ids of the items of PgPlanInput::held
};

struct PgPlanOptions {
    bool textOnly = false;
    std::uint64_t rangeBytes = 256ULL * 1024 * 1024; ///< tables above are read in ranges of this size
    int lockTimeoutSeconds = 30;
    std::uint64_t lockBudget = 0;                   ///< 0: from the server's settings
    std::uint64_t firstBytes = 64ULL * 1024 * 1024; ///< most of small tables that are locked and read first
    std::vector<std::string> readFirst;             ///< quoted tables that stopped an attempt before this one

    static Result<PgPlanOptions> from(const QJsonObject& options); ///< InvalidInput names the option
};

struct PgPlanInput {
    std::vector<PgRelation> relations;
    PgExtensions extensions;
    PgHypertables hypertables;
    QJsonObject server;
    std::uint64_t largeObjectBytes = 0; ///< of the table that has their pages, at least 1; 0: there are none
    PgLockTable locks;
    std::set<Oid> held; ///< tables that are locked until they are read, see pghold.h
};

/// The plan of a backup: first the tables that are held, one after the other; then the schema, as DDL before
/// it is read stops the backup; then the rest, in parallel. Unsupported: more tables than the server has
/// locks for, or a table whose rows only another access method's code can read.
Result<PgPlan> pgPlanBackup(PgPlanInput input, const PgPlanOptions& options);

/// What a backup says of what it does not hold as it is, out of the facts of the server.
std::vector<std::string> pgNotesOf(const QJsonObject& server);

/// What a backup and a restore say of "app for server far", whose options could not be read.
std::string pgHiddenMappingNote(const std::string& mapping);

/// The estimate of a schema of so many relations: more than its bytes, as reading it takes as long as that
/// much data.
std::uint64_t pgSchemaEstimate(std::size_t relations);

/// COPY statements for rows; `condition` is an extension's own ("WHERE id >= 1000"), `encoding` the one that
/// text was saved in (PgRelation::encoding).
std::string pgCopyTo(const PgRelation& relation, PgFormat format, const std::string& condition);
std::string pgCopyToRange(const PgRelation& relation, PgFormat format, std::uint64_t firstBlock,
                          std::optional<std::uint64_t> endBlock);
std::string pgCopyFrom(const std::string& quoted, const std::vector<std::string>& columns, PgFormat format,
                       bool freeze, const std::string& encoding = {});

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What ties other objects to chunks, where the schema is read in several archives. `pg_dump --table` and
// `--exclude-table` decide by relation: a view on a chunk that is in a later archive cannot be restored, and
// statistics and members of publications are in neither.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgtimescale.h"

#include <QJsonArray>

namespace salvor {

/// Fills `needed` and `publications`.
Result<> pgReadChunkTies(PgConnection& connection, PgHypertables& hypertables, const CancelToken& cancel);

/// Names of the relations that a plan's archives of chunks hold; empty: one archive has all.
std::set<PgRelationName> pgChunksInParts(const Plan& plan);
/// The statements that make `chunks` members of their publications, in an order that only they make.
QJsonArray pgChunkPublications(const PgHypertables& hypertables, const std::set<PgRelationName>& chunks);
/// Such statements in a form that does not depend on how often the server has read them.
QJsonArray pgComparablePublications(const QJsonArray& statements);

} // namespace salvor

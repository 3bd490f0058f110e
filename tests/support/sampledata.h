// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Databases worth backing up: SQL that makes the objects in which backups go wrong.
//
// Each function returns statements for LabConnection::run (one transaction). The data is the same on every
// run: no random(), no now(). Functions may be combined in one database, each once; each keeps to names of
// its own.
#pragma once

#include <string>

namespace salvor::test::sample {

/// A shop: tables, foreign keys (one deferrable, one to itself), indexes, checks, comments, a trigger. The
/// plain main job.
std::string shop(int orders = 200);
/// Schemas, tables and columns named with quotes, newlines, backslashes, Unicode, spaces, "--all", "-f" and
/// keywords.
std::string awkwardNames();
/// Table every_type: each built-in type that a column can have, with the values that go wrong (NaN, infinity,
/// BC, empty, NULL).
std::string everyType();
/// Enums, domains, composites, ranges of the database's own, and arrays of them.
std::string ownTypes();
/// Stored generated columns, identity columns of both kinds, in use.
std::string generatedAndIdentity();
/// Range, list and hash partitions, in two levels, with a default and a column order that differs from the
/// parent's.
std::string partitions();
/// Old-style inheritance: children with columns of their own, two parents, rows in the parent too.
std::string inheritance();
/// Row security that is forced: without row_security = off a reader gets 1 of 5 rows and no error.
std::string rowSecurity();
/// Materialized views on views on materialized views, one of them WITH NO DATA.
std::string viewsOnViews();
/// Expressions that PostgreSQL prints in another way once its own text has been read in again: lists of
/// varchar, BETWEEN inside AND, in every kind of object that holds an expression.
std::string expressions();
/// Sequences: used, descending, cycling, owned and free, near their end, never called.
std::string sequences();
/// Tables without rows, and one without columns but with rows.
std::string emptyTables();
/// Large objects: an empty one, one of 3 MB (pages with holes), one with a comment.
std::string largeObjects();
/// One plain table of about this many rows of 100 bytes, for ctid ranges.
std::string bigTable(int rows);
/// `count` small tables t_00001 … in schema many.
std::string manyTables(int count);

/// Everything above for a plain database, in an order that works (bigTable and manyTables aside).
std::string plainDatabase();

// What follows needs TimescaleDB.

/// Hypertable `name` (at timestamptz, device int, value double precision, note text), one chunk a day from
/// 2026-01-01 UTC.
std::string hypertable(const std::string& name, int chunks, int rowsPerChunk = 20);
/// Hypertable drifting: a column dropped and one added between chunks, so attribute numbers differ from chunk
/// to chunk.
std::string driftingHypertable();
/// Hypertable spaced: time and two space partitions.
std::string spacePartitionedHypertable();
/// A second and third hypertable, in a schema of their own: integer time; a foreign key to a plain table,
/// quoted names.
std::string furtherHypertables();
/// Everything for a TimescaleDB database: the shop, `chunks` chunks in hypertable conditions, and the
/// hypertables above.
std::string timescaleDatabase(int chunks);

} // namespace salvor::test::sample

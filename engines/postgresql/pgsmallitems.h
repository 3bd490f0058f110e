// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is small and not a table: sequence values, roles and the database's settings, large objects' owners.
// Each is a stream of lines, one JSON object a line, which also holds the SQL that makes it again ("sql"),
// for recovery with jq and psql alone.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgcopyreader.h"

#include <QJsonObject>

#include <string>

namespace salvor {

/// `text` with U+FFFD for what is not UTF-8. Comments and settings of databases and roles hold the bytes of
/// the database that they were written from; those of large objects in a database without an encoding, any.
std::string pgReadable(const std::string& text);

/// The values of all sequences now, which is after the snapshot: never behind what the snapshot's rows have
/// used. SourceChanged: one was dropped. `details` are the item's: "form", as below, and "without", a list of
/// the quoted names of those that are left out, or nothing.
Result<ItemReport> pgReadSequences(PgConnection& connection, const QJsonObject& details, ByteSink& sink,
                                   const CancelToken& cancel);
/// Roles without passwords, memberships, settings, and how the database was made.
Result<ItemReport> pgReadGlobals(PgConnection& connection, ByteSink& sink, const CancelToken& cancel);
/// Owners, rights and comments of the large objects. `form` is the item's ("form" of its details, 1 where it
/// has none), so that a proof reads what was saved.
Result<ItemReport> pgReadLargeObjectOwners(PgConnection& connection, int form, ByteSink& sink,
                                           const CancelToken& cancel);
/// The bytes of the large objects, as a binary COPY of (oid, part, up to 256 KiB).
Result<ItemReport> pgReadLargeObjects(PgConnection& connection, ByteSink& sink, const CancelToken& cancel);

/// What new backups write: also the sequences that number the rows of an extension's configuration tables.
/// TimescaleDB does not ask for that of its tablespaces.
inline constexpr int kPgSequenceForm = 2;
/// What new backups write: the whole ACL ("acl") in place of the owner's grants ("grants").
inline constexpr int kPgLargeObjectForm = 2;
/// Bytes of one part of a large object.
inline constexpr int kPgLargeObjectPart = 262144;

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a restore by a login that is no superuser is refused: owners that it cannot make, and what only
// superusers make. Judged beforehand from the schema's archive, as pg_restore and we are going to act.
//
// Source of the rules: PostgreSQL, src/bin/pg_dump/pg_backup_archiver.c, _printTocEntry() (each object is
// made by the login and then given to its owner), and src/backend/commands (who may do that).
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgarchive.h"
#include "engines/postgresql/pgconnection.h"

#include <string>
#include <vector>

namespace salvor {

/// Findings "owner" (whose the database will be), "owners", "superuser", "row_security", "tablespaces_right".
/// `server`: on any database. Needs RestoreSpec::openItem to judge more than the database's owner; without
/// it, with one that cannot be read, or with an archive of a pg_dump that is newer than this version knows, a
/// warning says what was not judged.
Result<std::vector<PreflightFinding>> pgCheckRestoreRights(PgConnection& server, const RestoreSpec& spec,
                                                           const CancelToken& cancel);

/// Whether current_user may make things that belong to `role`: it is a superuser, or has the role's rights
/// and may become it. False where there is no such role.
Result<bool> pgMayOwnFor(PgConnection& server, const std::string& role, const CancelToken& cancel);

/// The statement that lets `login` make things that belong to `role`.
std::string pgMembershipSql(const PgConnection& server, const std::string& role, const std::string& login);

/// Lets those of `roles` create in public that may not yet, for a current_user that is no superuser and owns
/// the database: PostgreSQL gives a table only to an owner that may create where it is, and rights on schemas
/// are granted behind the tables. The result is for pgClosePublic().
Result<std::vector<std::string>> pgOpenPublic(PgConnection& hidden, const std::vector<std::string>& roles,
                                              const CancelToken& cancel);
/// Takes that right again, and grants on public what the archive's `entries` do. `rightsMayFail`: a grant
/// that is refused was told before.
Result<> pgClosePublic(PgConnection& hidden, const std::vector<std::string>& opened,
                       const std::vector<PgArchiveEntry>& entries, bool rightsMayFail,
                       const CancelToken& cancel);

/// `error` of pg_restore with the GRANT in its hint, where what failed is to give something to its owner.
Error pgWithOwnerHint(Error error, const std::string& login);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a restored database has not as its backup has it, so that its rows could be loaded: constraints,
// indexes, generated columns and rights that were left out, or that are not validated.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgarchive.h"

#include <QJsonArray>
#include <QJsonObject>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// Names are plain, without quotes.
struct PgOmission {
    enum class Kind {
        Constraint,
        Index,
        Generated,
        Acl,
        Extension
    }; ///< an Acl is never asked for by its name
    enum class Outcome { Missing, NotValid };
    Kind kind = Kind::Constraint;
    std::string schema;
    std::string relation; ///< the table or domain; of an index, an extension and of rights: empty
    std::string name;     ///< of rights: what they are on, as the archive says it: "TABLE orders"
    Outcome outcome = Outcome::Missing;
    bool chunks = false; ///< TimescaleDB's records of the chunks' own were taken with it
    bool asked = false;  ///< by name; else it could not be made, or stood in the rows' way
    std::string sql;     ///< makes it, or validates it
    std::string reason;  ///< what the server said; empty when it was asked for
    /// Tables that had it in their CREATE TABLE: its own, and its heirs. Of an extension: relations that are
    /// not there without it.
    std::vector<PgTableName> carriers;
    std::set<std::string> entries; ///< titles of the archive's entries that were left out with it
    /// Of an extension, for people: what of it only the backup has: "2 rows of cron.job".
    std::vector<std::string> lost;
};

/// "constraint public.orders.orders_check": kind and name as the option takes them.
std::string pgOmissionText(const PgOmission& omission);
/// A whole sentence for people, with the SQL that makes it good. `database`: where that is to run, where the
/// server may ask for one; "": not said.
std::string pgOmissionSentence(const PgOmission& omission, const std::string& database = {});

/// The names in `options` ("leave_out": [{"kind", "name"}]). InvalidInput: an unknown kind, or a name that
/// has not the parts which its kind needs.
Result<std::vector<PgOmission>> pgAskedOmissions(const QJsonObject& options);
/// Looks for each of them in the backup's schema, where that can be read again: a blocker for one that is not
/// in it.
Result<std::vector<PreflightFinding>> pgCheckOmissions(const RestoreSpec& spec, const CancelToken& cancel);

/// For the marker of the restored database, and back.
QJsonArray pgOmissionsToMarker(const std::vector<PgOmission>& omissions);
std::vector<PgOmission> pgOmissionsFromMarker(const QJsonArray& array);
/// For reports: kind, name, outcome ("missing", "not_valid"), asked, reason, sql; of an extension also
/// database (where the SQL is to run) and lost.
QJsonArray pgOmissionsToReport(const std::vector<PgOmission>& omissions, const std::string& database);

/// "CONSTRAINT shop.orders orders_pkey", as a comparison of schemas names an entry.
std::string pgEntryTitle(const PgArchiveEntry& entry);
/// Whether the entry makes it and nothing else.
bool pgMakes(const PgArchiveEntry& entry, const PgOmission& omission);
/// Whether the entry makes a table or a domain with it in its definition.
bool pgContains(const PgArchiveEntry& entry, const PgOmission& omission);
/// CREATE TABLE or CREATE DOMAIN as pg_dump prints it, without the omission's clause; any other text as it
/// is.
std::string pgWithoutClause(const std::string& sql, const PgOmission& omission);
/// A CREATE TABLE as pg_dump prints it without some of its defaults.
struct PgDefaultsApart {
    std::string sql;
    std::vector<std::pair<std::string, std::string>> defaults; ///< column's plain name, " DEFAULT …"
};
/// Takes out those that `isMeant`, of the ones that name a relation.
PgDefaultsApart pgDefaultsApart(const std::string& sql,
                                const std::function<bool(const std::string&)>& isMeant);
/// Defaults of columns and domains that name an index, which pg_restore cannot make where they stand, before
/// the rows.
struct PgLateDefaults {
    std::set<int> ids;                      ///< entries that are such a default
    std::map<int, std::string> definitions; ///< of tables and domains, without those that stand in them
    std::vector<std::string> statements;    ///< that set them, once the indexes are there
};
PgLateDefaults pgLateDefaults(const std::vector<PgArchiveEntry>& entries);
/// ALTER TABLE … ENABLE or DISABLE TRIGGER of triggers that a partition has of its parent. Not all of them
/// name the entry that makes the trigger, so that pg_restore may run them before it, by name or by chance. In
/// an order that works: those of parents first, as what is said of them is meant for their partitions too.
std::vector<const PgArchiveEntry*> pgLateTriggers(const std::vector<PgArchiveEntry>& entries);

/// "ACL" and "DEFAULT ACL".
bool pgIsRights(const PgArchiveEntry& entry);
/// Statements of such an entry: each alone, but for those in another role's name, which stand between SET and
/// RESET.
std::vector<std::string> pgRightsStatements(const std::string& definition);

/// A name in quotes where it needs them, for people: "public", "\"My table\"".
std::string pgShownName(std::string_view name);

} // namespace salvor

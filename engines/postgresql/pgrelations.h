// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The relations of a database that hold data, as the catalog shows them in the caller's transaction.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgcopyreader.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace salvor {

struct PgColumn {
    std::string quoted; ///< as the server quotes it
    int number = 0;     ///< attribute number
    Oid type = 0;
};

/// An ordinary table, partition or chunk, or a table of an extension's configuration.
struct PgRelation {
    Oid oid = 0;
    std::string schema;
    std::string name;
    std::string quoted;          ///< "public.orders" or "\"my schema\".\"t\"", by the server
    std::string accessMethod;    ///< "heap"
    std::uint64_t blocks = 0;    ///< of the main fork now, 8 KiB each
    std::uint64_t sizeBytes = 0; ///< main fork and TOAST
    bool unlogged = false;
    bool ofExtension = false;
    /// Quoted root of the partitions, where rows must be written through it: hash partitions over an enum,
    /// whose hashes come from OIDs that another database does not share. Empty otherwise.
    std::string loadVia;
    /// COPY's, for text: the database's own where UTF-8 is not lossless for it. Empty: that of the session.
    std::string encoding;
    std::vector<PgColumn> columns;    ///< without dropped and generated ones, in the relation's own order
    bool allColumns = false;          ///< no generated ones left out: a COPY without a list means the same
    PgFormat format = PgFormat::Text; ///< Binary where every column's type has a fixed binary form
};

/// By OID, ordered by schema and name. Not: the system's, temporary ones, members of extensions that are not
/// configuration.
Result<std::vector<PgRelation>> pgReadRelations(PgConnection& connection, const CancelToken& cancel);

/// Everything that has a name among the relations, indexes aside (the schema tells those), for comparing two
/// databases: "r public.orders", "v public.summary" …
Result<std::vector<std::string>> pgRelationSet(PgConnection& connection, const CancelToken& cancel);

/// The encoding in which text of a database with this one is saved; empty: UTF-8, or bytes as they are.
/// EUC_JP has letters twice, WIN1252 bytes that are none: what goes through UTF-8 comes back as another one,
/// or not.
std::string pgCopyEncoding(const std::string& serverEncoding);

/// Types of which COPY's binary form is fixed and means the same in another database.
class PgBinaryTypes {
public:
    static Result<PgBinaryTypes> read(PgConnection& connection, const CancelToken& cancel);
    bool has(Oid type) const;

private:
    struct Type {
        char kind = 'b'; ///< typtype
        Oid base = 0;    ///< of a domain
        Oid element = 0; ///< of a true array
        bool builtIn = false;
        bool hasBinary = false; ///< send and receive functions
        bool refused = false;   ///< holds OIDs, or is not for reading in
    };
    std::map<Oid, Type> m_types;
};

} // namespace salvor

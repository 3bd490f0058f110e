// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The table of contents of a pg_dump custom archive.
//
// Source of the format: PostgreSQL, src/bin/pg_dump: WriteHead() and WriteToc() in pg_backup_archiver.c,
// WriteInt() and WriteStr() there, _WriteExtraToc() in pg_backup_custom.c. It has a version of its own: 1.14
// since PostgreSQL 12, 1.15 since 16, 1.16 since 17.
#pragma once

#include "models/base/bytes.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace salvor {

/// One object that the archive holds.
struct PgArchiveEntry {
    int id = 0;            ///< of the archive; `needs` name these
    bool postData = false; ///< belongs behind the rows
    std::string kind;      ///< "TABLE", "INDEX", "FK CONSTRAINT" …
    std::string schema;    ///< "" where the kind has none
    std::string name;
    std::string definition; ///< SQL: one statement or several; may be empty
    std::string tablespace; ///< "" the database's own, or where the kind has none
    std::vector<int> needs; ///< ids of entries that must be there first; not all are in the archive
    std::string owner = {}; ///< "" where the kind has none
};

using PgTableName = std::pair<std::string, std::string>; ///< schema and name

/// Unsupported: no custom archive of these versions. Corrupt: cut off or damaged. Never reads past the end,
/// and needs no more memory than some times the archive's size.
Result<std::vector<PgArchiveEntry>> pgReadArchive(ByteView archive);
/// The same archive without the entries of `ids`, and with other definitions where `definitions` has one; for
/// one that holds no data. Errors as above.
Result<Bytes> pgArchiveWithout(ByteView archive, const std::set<int>& ids,
                               const std::map<int, std::string>& definitions = {});

} // namespace salvor

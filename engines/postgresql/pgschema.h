// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The schema as a pg_dump custom archive, and what it says, for comparing two databases.
#pragma once

#include "engines/base/engine.h"
#include "engines/postgresql/pgrowhash.h"
#include "engines/postgresql/pgtools.h"

#include <string>
#include <vector>

namespace salvor {

/// Which part of the schema an archive holds.
struct PgSchemaScope {
    std::vector<std::string> only;    ///< relation patterns; empty: everything
    std::vector<std::string> without; ///< relation patterns that other archives hold
};

/// A relation as pg_dump's patterns name it (PostgreSQL documentation, psql, "Patterns"): quoted, so that
/// each character means itself.
std::string pgDumpPattern(const std::string& schema, const std::string& name);
/// A name in double quotes, whatever is in it.
std::string pgQuotedName(std::string_view name);
/// Patterns for relations of one schema, as few as can be: names that need no quotes share one.
std::vector<std::string> pgDumpPatterns(const std::string& schema, const std::vector<std::string>& names);

/// Writes the archive to `sink`. contentHash is of the normalised schema (below); details say with which
/// pg_dump. `encoding`: the database's own; `lockTimeoutSeconds`: how long pg_dump
/// waits for each of its locks. ToolFailed, MissingRight …
Result<ItemReport> pgDumpSchema(const PgTools& tools, const std::string& database, int serverMajor,
                                const std::string& snapshotId, int lockTimeoutSeconds,
                                const std::string& encoding, const PgSchemaScope& scope, ByteSink& sink,
                                const CancelToken& cancel);

/// Takes pg_restore's script and hashes its entries, whatever their order: without comments that tell time
/// and version, and without the settings that go between entries.
class PgSchemaHasher final : public ByteSink {
public:
    /// `kept` gets the entries, each with its header, when there is one.
    explicit PgSchemaHasher(std::vector<std::string>* kept = nullptr)
        : m_kept(kept) {}
    Result<> write(ByteView bytes) override;
    /// After the last byte.
    std::string finish();
    std::uint64_t entries() const { return m_entries; }

private:
    void takeLine(std::string_view line);
    void endEntry();

    std::vector<std::string>* m_kept;
    std::string m_partial;
    std::string m_entry;
    PgRowHash m_hash;
    std::uint64_t m_entries = 0;
    bool m_inEntry = false;
    bool m_afterRule = false; ///< the line before was "--"
};

/// All of an item that is small enough for it: an archive of a schema.
Result<Bytes> pgReadWhole(ByteSource& source);

/// Reads bytes from memory.
class PgMemorySource final : public ByteSource {
public:
    explicit PgMemorySource(ByteView bytes)
        : m_rest(bytes) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    ByteView m_rest;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The bytes of the writer's index: a mapped file that is read in place, and a file that is written in one go.
// Layout: writerindex.h.
#pragma once

#include "engines/repository/writerindex.h"

#include <span>
#include <string>
#include <vector>

namespace salvor {

/// Little-endian fields, appended.
void putU32(Bytes& out, std::uint64_t value);
void putU64(Bytes& out, std::uint64_t value);
void putText(Bytes& out, std::string_view text);

/// Takes fields off the front of a view. Past the end everything is zero or empty and ok() is false.
class FieldReader {
public:
    explicit FieldReader(ByteView bytes)
        : m_left(bytes) {}
    std::uint32_t u32();
    std::uint64_t u64();
    std::string_view text() { return asText(take(u32())); }
    ByteView take(std::uint64_t count);
    bool ok() const { return m_ok; }
    bool atEnd() const { return m_left.empty(); }

private:
    ByteView m_left;
    bool m_ok = true;
};

struct IndexRecord {
    Digest keyedId{};
    StoredObject object;
};
constexpr std::size_t kIndexRecordBytes = 72;

/// A whole, checked index file, mapped for as long as the object lives. Const calls are thread safe.
class IndexFile {
public:
    /// NotFound, Conflict (another catalog's), Corrupt, PermissionDenied, IoError.
    static Result<std::unique_ptr<IndexFile>> open(const std::filesystem::path& path,
                                                   const IndexBinding& binding);
    ~IndexFile();
    IndexFile(const IndexFile&) = delete;
    IndexFile& operator=(const IndexFile&) = delete;

    std::uint64_t count() const { return m_count; }
    IndexRecord record(std::uint64_t position) const;
    std::optional<StoredObject> find(const Digest& keyedId) const;
    std::vector<std::string_view> sources() const;
    std::vector<IndexedItem> items(std::string_view source) const;

private:
    IndexFile() = default;
    Result<> check(const std::filesystem::path& path, const IndexBinding& binding);
    /// Goes over all items, of `source` only where `out` is given; false when they are malformed.
    bool parseItems(std::string_view source, std::vector<IndexedItem>* out,
                    std::vector<std::string_view>* sources) const;
    bool parseSource(ByteView bytes, std::vector<IndexedItem>* out) const;

    ByteView m_bytes;
    ByteView m_records;
    ByteView m_items;
    std::uint64_t m_count = 0;
};

/// Writes a file of mode 0600 that takes its place when it is whole and durable; not committed, it is
/// removed.
class ReplacingFile {
public:
    static Result<std::unique_ptr<ReplacingFile>> create(const std::filesystem::path& path);
    ~ReplacingFile();
    ReplacingFile(const ReplacingFile&) = delete;
    ReplacingFile& operator=(const ReplacingFile&) = delete;

    Result<> write(ByteView bytes); ///< buffered
    Result<> commit();              ///< appends the SHA-256 of all before

private:
    ReplacingFile() = default;
    Result<> flush();

    std::filesystem::path m_path;
    std::filesystem::path m_temporary;
    int m_file = -1;
    Bytes m_buffer;
    Sha256 m_hash;
};

/// Renames and makes the folder durable.
Result<> renameDurably(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace salvor

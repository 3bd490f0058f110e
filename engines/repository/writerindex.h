// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The writer's index: which object holds which plaintext, and what each item was when it was last read. A
// cache in the writer's state folder: lost, damaged or of another catalog, it is begun anew, and everything
// is read and stored again. Nothing in it is trusted on its own: see objectstore.h.
//
// The file (mode 0600, integers little-endian):
//   0    8  "SLVRIDX1"
//   8    8  number of the catalog it is bound to
//   16  32  SHA-256 of that catalog
//   48   8  count of objects n
//   56   8  length of the items' part in bytes m
//   64  72n objects, ascending by keyed id, no id twice: keyed id 32, name 32, stored bytes 4, plain bytes 4
//   ..   m  per source: source (u32 length, bytes), length of its items in bytes u64, items:
//           id, change key, record (each u32 length, bytes), object count u32, per object its position above
//           u32
//   ..  32  SHA-256 of all before
#pragma once

#include "engines/repository/objectname.h"
#include "models/base/bytes.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace salvor {

/// An object as the store has it.
struct StoredObject {
    Digest name{};
    std::uint32_t storedBytes = 0;
    std::uint32_t plainBytes = 0;
    bool operator==(const StoredObject&) const = default;
};

/// An item as it was last read.
struct IndexedItem {
    std::string id;
    std::string changeKey;
    std::string record;          ///< what else a manifest needs of it; JSON, opaque here
    std::vector<Digest> objects; ///< names, in order
    bool operator==(const IndexedItem&) const = default;
};

/// Which catalog an index belongs to.
struct IndexBinding {
    std::uint64_t catalogNumber = 0;
    Digest catalogHash{};
    bool operator==(const IndexBinding&) const = default;
};

class IndexFile;
/// Whether an object stays in the index.
using KeepObject = std::function<bool(const Digest& name)>;

/// Two million objects take 72 bytes each in the file, which stays mapped, and none on the heap but what was
/// added. find() and items() may be called from several threads while nothing is added.
class WriterIndex {
public:
    WriterIndex();
    WriterIndex(WriterIndex&&) noexcept;
    WriterIndex& operator=(WriterIndex&&) noexcept;
    ~WriterIndex();

    /// The index at `path` or, left by a crash between catalog and index, at `path`.next, whichever is whole
    /// and bound to `binding`; else an empty one, with note() saying why, for the run's log.
    static WriterIndex load(const std::filesystem::path& path, const IndexBinding& binding);
    const std::string& note() const { return m_note; } ///< "" = loaded

    std::optional<StoredObject> find(const Digest& keyedId) const;
    std::uint64_t objectCount() const; ///< of the file and added

    /// The items of a source ("<profile uuid>/<database oid>"), as they were last read; empty for one not
    /// known.
    std::vector<IndexedItem> items(std::string_view source) const;

    /// Adds or replaces. Not thread safe.
    void add(const Digest& keyedId, const StoredObject& object);
    void setItems(std::string_view source, std::vector<IndexedItem> items);

    /// Writes `path`.next, bound to a catalog that is about to be written, and makes it durable. Objects for
    /// which `keep` says no are left out, and with them the items that name them. NoSpace, PermissionDenied,
    /// IoError: then what was at `path` is as before.
    Result<> writeNext(const std::filesystem::path& path, const IndexBinding& binding,
                       const KeepObject& keep) const;
    /// After that catalog was written: `path`.next takes the place of `path`.
    static Result<> activateNext(const std::filesystem::path& path);

private:
    Result<> forEach(const std::vector<Digest>& addedIds, const KeepObject& keep,
                     const std::function<Result<>(const Digest&, const StoredObject&)>& visit) const;

    std::unique_ptr<IndexFile> m_file; ///< null: none
    std::unordered_map<Digest, StoredObject, DigestHash> m_added;
    std::map<std::string, std::vector<IndexedItem>, std::less<>> m_items; ///< sources set since loading
    std::string m_note;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/writerindex.h"

#include "engines/repository/indexfile.h"

#include <algorithm>
#include <set>

namespace salvor {

namespace {

std::filesystem::path nextOf(const std::filesystem::path& path) {
    std::filesystem::path next = path;
    next += ".next";
    return next;
}

/// Where an object will stand in the file.
struct Place {
    Digest name{};
    std::uint32_t position = 0;
    bool operator<(const Place& other) const { return name < other.name; }
};

/// False: an object of the item is not there.
bool putItem(Bytes& out, const IndexedItem& item, const std::vector<Place>& places) {
    const std::size_t before = out.size();
    putText(out, item.id);
    putText(out, item.changeKey);
    putText(out, item.record);
    putU32(out, item.objects.size());
    for (const Digest& name : item.objects) {
        const auto at = std::lower_bound(places.begin(), places.end(), Place{name, 0});
        if (at == places.end() || at->name != name) {
            out.resize(before);
            return false;
        }
        putU32(out, at->position);
    }
    return true;
}

void putSource(Bytes& out, std::string_view source, const std::vector<IndexedItem>& items,
               const std::vector<Place>& places) {
    Bytes bytes;
    for (const IndexedItem& item : items)
        putItem(bytes, item, places);
    if (bytes.empty())
        return;
    putText(out, source);
    putU64(out, bytes.size());
    out.insert(out.end(), bytes.begin(), bytes.end());
}

} // namespace

WriterIndex::WriterIndex() = default;
WriterIndex::WriterIndex(WriterIndex&&) noexcept = default;
WriterIndex& WriterIndex::operator=(WriterIndex&&) noexcept = default;
WriterIndex::~WriterIndex() = default;

WriterIndex WriterIndex::load(const std::filesystem::path& path, const IndexBinding& binding) {
    WriterIndex index;
    auto file = IndexFile::open(path, binding);
    if (!file) {
        // The catalog was written, and then came a crash.
        if (auto next = IndexFile::open(nextOf(path), binding))
            file = std::move(next);
    }
    if (file)
        index.m_file = std::move(*file);
    else
        index.m_note = file.error().message + "; everything is read and stored again";
    return index;
}

std::optional<StoredObject> WriterIndex::find(const Digest& keyedId) const {
    if (const auto at = m_added.find(keyedId); at != m_added.end())
        return at->second;
    return m_file ? m_file->find(keyedId) : std::nullopt;
}

std::uint64_t WriterIndex::objectCount() const {
    std::uint64_t count = m_file ? m_file->count() : 0;
    for (const auto& [keyedId, object] : m_added) {
        if (!m_file || !m_file->find(keyedId))
            ++count;
    }
    return count;
}

std::vector<IndexedItem> WriterIndex::items(std::string_view source) const {
    if (const auto at = m_items.find(source); at != m_items.end())
        return at->second;
    return m_file ? m_file->items(source) : std::vector<IndexedItem>();
}

void WriterIndex::add(const Digest& keyedId, const StoredObject& object) {
    m_added.insert_or_assign(keyedId, object);
}

void WriterIndex::setItems(std::string_view source, std::vector<IndexedItem> items) {
    m_items.insert_or_assign(std::string(source), std::move(items));
}

/// Merges what the file has with what was added, in the order of the file.
Result<>
WriterIndex::forEach(const std::vector<Digest>& addedIds, const KeepObject& keep,
                     const std::function<Result<>(const Digest&, const StoredObject&)>& visit) const {
    auto added = addedIds.begin();
    const auto visitAdded = [&]() -> Result<> {
        const Digest& keyedId = *added++;
        const StoredObject& object = m_added.at(keyedId);
        return keep(object.name) ? visit(keyedId, object) : Result<>();
    };
    const std::uint64_t count = m_file ? m_file->count() : 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const IndexRecord record = m_file->record(i);
        while (added != addedIds.end() && *added < record.keyedId)
            SALVOR_TRY(visitAdded());
        if (added != addedIds.end() && *added == record.keyedId)
            SALVOR_TRY(visitAdded()); // in the place of the old one
        else if (keep(record.object.name))
            SALVOR_TRY(visit(record.keyedId, record.object));
    }
    while (added != addedIds.end())
        SALVOR_TRY(visitAdded());
    return {};
}

Result<> WriterIndex::writeNext(const std::filesystem::path& path, const IndexBinding& binding,
                                const KeepObject& keep) const {
    std::vector<Digest> addedIds;
    addedIds.reserve(m_added.size());
    for (const auto& [keyedId, object] : m_added)
        addedIds.push_back(keyedId);
    std::sort(addedIds.begin(), addedIds.end());

    std::set<std::string, std::less<>> sources;
    for (const auto& [source, items] : m_items)
        sources.insert(source);
    if (m_file) {
        for (const std::string_view source : m_file->sources())
            sources.emplace(source);
    }

    std::uint64_t count = 0;
    std::vector<Place> places;
    SALVOR_TRY(forEach(addedIds, keep, [&](const Digest&, const StoredObject& object) -> Result<> {
        if (!sources.empty())
            places.push_back({object.name, static_cast<std::uint32_t>(count)});
        ++count;
        return {};
    }));
    std::sort(places.begin(), places.end());
    Bytes itemsPart;
    for (const std::string& source : sources)
        putSource(itemsPart, source, items(source), places);
    places = {};

    Bytes header = toBytes("SLVRIDX1");
    putU64(header, binding.catalogNumber);
    header.insert(header.end(), binding.catalogHash.begin(), binding.catalogHash.end());
    putU64(header, count);
    putU64(header, itemsPart.size());
    SALVOR_ASSIGN(const auto file, ReplacingFile::create(nextOf(path)));
    SALVOR_TRY(file->write(header));
    Bytes record;
    SALVOR_TRY(forEach(addedIds, keep, [&](const Digest& keyedId, const StoredObject& object) {
        record.assign(keyedId.begin(), keyedId.end());
        record.insert(record.end(), object.name.begin(), object.name.end());
        putU32(record, object.storedBytes);
        putU32(record, object.plainBytes);
        return file->write(record);
    }));
    SALVOR_TRY(file->write(itemsPart));
    return file->commit();
}

Result<> WriterIndex::activateNext(const std::filesystem::path& path) {
    return renameDurably(nextOf(path), path);
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Committing a backup. It exists once a catalog names it, so everything that the catalog leads to is in the
// store, durable and looked at again before.
#include "engines/repository/backupwriterimpl.h"
#include "engines/repository/format.h"
#include "engines/repository/listneed.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "engines/repository/suspects.h"
#include "engines/repository/writtenonce.h"
#include "models/base/json.h"
#include "models/itemkinds.h"

#include <algorithm>
#include <map>
#include <unordered_set>

namespace salvor {

namespace {

/// Up to here single questions are cheaper than a listing of all objects.
constexpr std::size_t kAskSingly = 64;

using Wanted = std::map<Digest, std::uint64_t>;

Wanted wantedObjects(const std::vector<GroupObjects>& groups) {
    Wanted wanted;
    for (const auto& group : groups) {
        for (const auto& object : group)
            wanted.emplace(object.name, object.storedBytes);
    }
    return wanted;
}

/// Leaves in `wanted` what the store does not show in the right size.
Result<> dropFound(Store& store, Wanted& wanted, const CancelToken& cancel) {
    const auto look = [&](const StoreEntry& entry) -> Result<> {
        const auto name = objectNameOfKey(entry.key);
        const auto it = name ? wanted.find(*name) : wanted.end();
        if (it != wanted.end() && it->second == entry.sizeBytes)
            wanted.erase(it);
        return {};
    };
    if (wanted.size() > kAskSingly)
        SALVOR_TRY(store.list("objects/", look, cancel));
    // A listing may be behind; what it does not have is asked for by name.
    for (auto it = wanted.begin(); it != wanted.end();) {
        SALVOR_ASSIGN(const auto entry, store.stat(objectKey(it->first), cancel));
        it = entry && entry->sizeBytes == it->second ? wanted.erase(it) : std::next(it);
    }
    return {};
}

Result<> checkSize(Store& store, const std::string& key, std::uint64_t bytes, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto entry, store.stat(key, cancel));
    if (entry && entry->sizeBytes == bytes)
        return {};
    return failure(ErrorCode::Corrupt,
                   "cannot end the backup: " + key + " was written, but the store does not have it whole",
                   "run the backup again; when this comes back, the store loses data", {{"key", key}});
}

} // namespace

Result<std::vector<GroupObjects>> BackupWriterImpl::joinStreams(Manifest& manifest) {
    const std::scoped_lock lock(m_mutex);
    std::ranges::stable_sort(m_streams, {}, &StreamResult::order);
    std::vector<GroupObjects> groups;
    std::map<std::string, std::size_t> numbers;
    manifest.groups.clear();
    manifest.items.clear();
    for (const StreamResult& stream : m_streams) {
        const auto [it, isNew] = numbers.emplace(stream.group, groups.size());
        if (isNew) {
            groups.emplace_back();
            manifest.groups.push_back({stream.group, {}, 0});
        }
        GroupObjects& objects = groups[it->second];
        for (ManifestItem item : stream.items) {
            item.firstObject += objects.size();
            manifest.items.push_back(std::move(item));
        }
        for (const StoredObject& object : stream.objects)
            objects.push_back({object.name, object.storedBytes});
        manifest.groups[it->second].objects = objects.size();
    }
    return groups;
}

void BackupWriterImpl::completeRecord(Manifest& manifest) const {
    const WriterFigures figure = figures();
    BackupRecord& record = manifest.record;
    if (record.id.empty())
        record = m_request.record;
    record.id = m_request.record.id;
    record.repositoryId = m_repository.pin().id;
    record.items = manifest.items.size();
    record.rows = 0;
    record.sizeBytes = 0;
    for (const auto& item : manifest.items) {
        record.rows += holdsRows(item.kind) ? item.rows : 0;
        record.sizeBytes += item.sizeBytes;
    }
    record.storedBytes = figure.storedBytes;
    record.newStoredBytes = figure.newStoredBytes;
    if (record.ended < record.started || record.ended == Instant{})
        record.ended = std::max(m_repository.clock().now(), record.started);
}

Result<> BackupWriterImpl::putRefs(Manifest& manifest, const std::vector<GroupObjects>& groups,
                                   const CancelToken& cancel) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const std::string text = writeRefs(groups[i]);
        manifest.groups[i].ref = format::hashOf(asBytes(text));
        const std::string key = format::refKey(manifest.groups[i].ref);
        auto put = putExactly(m_repository.store(), key, asBytes(text), cancel);
        if (!put)
            put = replaceRefs(key, asBytes(text), put.error(), cancel);
        SALVOR_TRY(put);
        m_unfinished.add(key);
    }
    return {};
}

/// The name of a list says its bytes: where what is there is damaged, or cannot be read in a store that
/// answers, older backups are healed with it. Else `error`, which writing it gave.
Result<> BackupWriterImpl::replaceRefs(const std::string& key, ByteView bytes, const Error& error,
                                       const CancelToken& cancel) {
    Store& store = m_repository.store();
    if (error.code != ErrorCode::AlreadyExists) {
        const auto there = getFile(store, key, cancel);
        if (there || there.error().code == ErrorCode::NotFound || !concernsOneFile(there.error()))
            return failure(error);
        SALVOR_TRY(requireAnswer(store, m_base.catalog.number, there.error(), cancel));
    }
    // One that could not be read may be whole, and older backups need it: from here on nothing cuts it short.
    SALVOR_TRY(checkCancelled(cancel));
    // Where nothing can be written, what there is cannot be removed either, if there is anything.
    if (auto removed = store.remove(key, {}); !removed)
        return failure(error.code == ErrorCode::AlreadyExists ? std::move(removed).error() : error);
    auto put = putExactly(store, key, bytes, {});
    if (!put) {
        Error lost = std::move(put).error();
        lost.message += "; " + key + " was removed for it, which older backups need too: " +
                        namesOf(needing(m_base.catalog.entries, key));
        lost.hint = "run the backup again, which writes it anew";
        return failure(std::move(lost));
    }
    return {};
}

Result<CatalogEntry> BackupWriterImpl::putManifest(const Manifest& manifest, const CancelToken& cancel) {
    SALVOR_ASSIGN(const std::string text, toCanonicalJson(toJson(manifest)));
    SALVOR_ASSIGN(const EncodedObject encoded,
                  m_encoder.encode(asBytes(text), m_request.compressionLevel, cancel));
    const std::string key = format::manifestKey(manifest.record.id, m_repository.pin().encrypted);
    auto put = putExactly(m_repository.store(), key, encoded.bytes, cancel);
    if (!put && put.error().code == ErrorCode::AlreadyExists) {
        // Left by an attempt that no catalog names: begin() has seen that this id is free.
        SALVOR_TRY(m_repository.store().remove(key, cancel));
        put = putExactly(m_repository.store(), key, encoded.bytes, cancel);
    }
    SALVOR_TRY(put);
    m_unfinished.add(key);
    CatalogEntry entry;
    entry.backupId = manifest.record.id;
    entry.manifestHash = toHex(encoded.name);
    entry.manifestStoredBytes = encoded.bytes.size();
    entry.manifestPlainBytes = text.size();
    for (const auto& group : manifest.groups)
        entry.refs.push_back(group.ref);
    std::ranges::sort(entry.refs);
    entry.refs.erase(std::unique(entry.refs.begin(), entry.refs.end()), entry.refs.end());
    entry.summary = manifest.record;
    return entry;
}

Result<> BackupWriterImpl::recheck(const Manifest& manifest, const std::vector<GroupObjects>& groups,
                                   const CatalogEntry& entry, const CancelToken& cancel) {
    Store& store = m_repository.store();
    Wanted wanted = wantedObjects(groups);
    SALVOR_TRY(dropFound(store, wanted, cancel));
    if (!wanted.empty()) {
        std::set<Digest> missing;
        for (const auto& [name, bytes] : wanted)
            missing.insert(name);
        (void)addSuspects(m_repository.state(), missing);
        const std::string key = objectKey(wanted.begin()->first);
        return failure(
            ErrorCode::Corrupt,
            "cannot end the backup: " + std::to_string(wanted.size()) +
                " of its objects are not in the store, or not whole; the first is " + key,
            "run the backup again, which stores them anew; when this comes back, the store loses data",
            {{"key", key}});
    }
    for (std::size_t i = 0; i < groups.size(); ++i)
        SALVOR_TRY(
            checkSize(store, format::refKey(manifest.groups[i].ref), writeRefs(groups[i]).size(), cancel));
    SALVOR_TRY(checkSize(store, format::manifestKey(entry.backupId, m_repository.pin().encrypted),
                         entry.manifestStoredBytes, cancel));
    return m_repository.checkStillNewest(m_base, cancel);
}

void BackupWriterImpl::fillIndex(const Manifest& manifest, const std::vector<GroupObjects>& groups) {
    m_objects->visit(
        [this](const Digest& keyedId, const StoredObject& object, bool) { m_index.add(keyedId, object); });
    std::map<std::string, std::size_t> numbers;
    for (std::size_t i = 0; i < manifest.groups.size(); ++i)
        numbers.emplace(manifest.groups[i].name, i);
    std::vector<IndexedItem> items;
    for (const auto& item : manifest.items) {
        const GroupObjects& objects = groups[numbers.at(item.group)];
        IndexedItem indexed{item.id, item.changeKey, {}, {}};
        indexed.record = toCanonicalJson(item.details).value_or("{}");
        for (std::uint64_t i = 0; i < item.objectCount && item.firstObject + i < objects.size(); ++i)
            indexed.objects.push_back(objects[item.firstObject + i].name);
        items.push_back(std::move(indexed));
    }
    m_index.setItems(manifest.record.profileUuid + "/" + manifest.record.databaseId, std::move(items));
}

Result<> BackupWriterImpl::publish(CatalogEntry entry, const Manifest& manifest,
                                   const std::vector<GroupObjects>& groups, const CancelToken& cancel) {
    CatalogDocument next = m_base;
    next.catalog.entries.push_back(std::move(entry));
    // No backup depends on these files: what the store refuses here is said by every opening, and tried
    // again.
    (void)mendWrittenOnce(m_repository, *m_repository.access().writerKeys, next, cancel);
    SALVOR_ASSIGN(next, m_repository.numberAfter(std::move(next), m_base, m_base.catalog.number));
    SALVOR_ASSIGN(const std::string bytes, signCatalog(next, *m_repository.signingKey()));
    fillIndex(manifest, groups);
    const auto path = m_repository.state().path() / "index";
    const IndexBinding binding{next.catalog.number, sha256(asBytes(bytes))};
    std::unordered_set<Digest, DigestHash> referred;
    m_objects->visit([&](const Digest&, const StoredObject& object, bool) { referred.insert(object.name); });
    const auto keep = [&](const Digest& name) {
        return referred.contains(name) || m_known.size(name).has_value();
    };
    SALVOR_TRY(m_index.writeNext(path, binding, keep));
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_TRY(m_repository.publishCatalog(next, bytes));
    m_committed = true;
    m_unfinished.forget();
    // From here the backup exists. An index or a list that could not be put away costs the next run time,
    // nothing else.
    (void)WriterIndex::activateNext(path);
    (void)clearSuspects(m_repository.state(), m_suspects);
    return {};
}

Result<BackupRecord> BackupWriterImpl::commit(Manifest manifest, const CancelToken& cancel) {
    if (m_committed)
        return failure(ErrorCode::Internal, "a backup was to be committed twice");
    SALVOR_ASSIGN(const auto groups, joinStreams(manifest));
    completeRecord(manifest);
    SALVOR_TRY(putRefs(manifest, groups, cancel));
    SALVOR_ASSIGN(CatalogEntry entry, putManifest(manifest, cancel));
    SALVOR_TRY(m_repository.store().sync(cancel));
    SALVOR_TRY(recheck(manifest, groups, entry, cancel));
    SALVOR_TRY(publish(std::move(entry), manifest, groups, cancel));
    return manifest.record;
}

} // namespace salvor

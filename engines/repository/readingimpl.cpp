// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reading manifests, lists of objects and items.
#include "engines/repository/format.h"
#include "engines/repository/objectcodec.h"
#include "engines/repository/refs.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/storeaccess.h"
#include "models/base/json.h"

#include <algorithm>
#include <set>
#include <unordered_set>

namespace salvor {

namespace {

constexpr std::size_t kKeptGroups = 8;

Error namedFile(Error error, const std::string& what, const std::string& key) {
    error.message = what + ": " + error.message;
    error.context["key"] = key;
    if (error.hint.empty() && (error.code == ErrorCode::Corrupt || error.code == ErrorCode::NotFound))
        error.hint = "restore " + key + " from a copy of the repository, or use another backup";
    return error;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>(c - 'a' + 'A');
    }
    return result;
}

} // namespace

Result<Manifest> RepositoryImpl::readManifest(const CatalogEntry& entry, const CancelToken& cancel) {
    const bool encrypted = m_access.pin.encrypted;
    const std::string key = format::manifestKey(entry.backupId, encrypted);
    const std::string what = "manifest of backup " + entry.backupId;
    if (encrypted && identity() == nullptr)
        return failure(ErrorCode::SecretUnavailable,
                       what + ": it is encrypted, and the identity is not at hand",
                       "open the repository with its recovery file and passphrase", {{"key", key}});
    const auto stored = getFile(store(), key, cancel);
    if (!stored)
        return failure(namedFile(stored.error(), what, key));
    if (format::hashOf(*stored) != entry.manifestHash)
        return failure(
            namedFile({ErrorCode::Corrupt, "its bytes are not those that the catalog names", {}, false, {}},
                      what, key));
    const DecodeLimits limits{format::kManifestLimit, entry.manifestPlainBytes};
    const auto plain = decodeObject(*stored, encrypted ? identity() : nullptr, key, limits);
    if (!plain)
        return failure(namedFile(plain.error(), what, key));
    const auto object = parseJsonObject(asText(*plain), key);
    if (!object)
        return failure(namedFile(object.error(), what, key));
    auto manifest = manifestFromJson(*object);
    if (!manifest)
        return failure(namedFile(manifest.error(), what, key));
    if (manifest->record.id != entry.backupId)
        return failure(namedFile(
            {ErrorCode::Corrupt, "it is that of backup " + manifest->record.id, {}, false, {}}, what, key));
    return manifest;
}

Result<Manifest> RepositoryImpl::manifest(std::string_view backupId, const CancelToken& cancel) {
    SALVOR_ASSIGN(const Catalog known, catalog(cancel));
    const auto entry = std::ranges::find(known.entries, backupId, &CatalogEntry::backupId);
    if (entry == known.entries.end())
        return failure(ErrorCode::NotFound,
                       "there is no backup " + std::string(backupId) + " in the repository at " +
                           store().location(),
                       "list the backups to see which there are");
    return readManifest(*entry, cancel);
}

Result<std::string> RepositoryImpl::resolve(std::string_view prefix, const CancelToken& cancel) {
    SALVOR_ASSIGN(const Catalog known, catalog(cancel));
    const std::string wanted = upper(prefix);
    std::vector<std::string> found;
    for (const auto& entry : known.entries) {
        if (entry.backupId == wanted)
            return entry.backupId;
        if (!wanted.empty() && entry.backupId.starts_with(wanted))
            found.push_back(entry.backupId);
    }
    if (found.size() == 1)
        return found.front();
    if (found.empty())
        return failure(ErrorCode::NotFound, "no backup's id begins with \"" + std::string(prefix) + "\"",
                       "list the backups to see which there are");
    std::string candidates;
    for (const auto& id : found)
        candidates += (candidates.empty() ? "" : ", ") + id;
    return failure(ErrorCode::InvalidInput,
                   "several backups' ids begin with \"" + std::string(prefix) + "\": " + candidates,
                   "give more of the id", {{"candidates", candidates}});
}

Result<std::shared_ptr<const GroupObjects>>
RepositoryImpl::groupObjects(const std::string& ref, const CancelToken& cancel, bool fromCache) {
    if (fromCache) {
        const std::scoped_lock lock(m_mutex);
        if (const auto kept = m_groups.find(ref); kept != m_groups.end())
            return kept->second;
    }
    if (!format::isHash(ref))
        return failure(ErrorCode::Corrupt, "a manifest names a malformed list of objects");
    const std::string key = format::refKey(ref);
    const auto text = getText(store(), key, cancel);
    if (!text)
        return failure(namedFile(text.error(), "list of objects " + key, key));
    auto parsed = parseRefs(*text, ref);
    if (!parsed)
        return failure(namedFile(std::move(parsed).error(), "list of objects " + key, key));
    auto objects = std::make_shared<const GroupObjects>(std::move(*parsed));
    const std::scoped_lock lock(m_mutex);
    if (m_groups.size() >= kKeptGroups)
        m_groups.clear();
    m_groups.emplace(ref, objects);
    return objects;
}

Result<std::unique_ptr<ByteSource>> RepositoryImpl::openItem(const Manifest& manifest, std::size_t index,
                                                             const CancelToken& cancel) {
    if (index >= manifest.items.size())
        return failure(ErrorCode::Internal, "an item beyond the manifest was asked for");
    const ManifestItem& item = manifest.items[index];
    if (m_access.pin.encrypted && identity() == nullptr)
        return failure(ErrorCode::SecretUnavailable,
                       "cannot read " + item.name + ": the identity is not at hand",
                       "open the repository with its recovery file and passphrase");
    const auto group = std::ranges::find(manifest.groups, item.group, &ManifestGroup::name);
    if (group == manifest.groups.end())
        return failure(ErrorCode::Corrupt,
                       "the manifest of backup " + manifest.record.id + " has no group \"" + item.group +
                           "\", which item " + item.name + " names",
                       "use another backup", {{"item", item.name}});
    SALVOR_ASSIGN(const auto objects, groupObjects(group->ref, cancel));
    std::vector<Digest> names;
    // Only the item's own part is copied, so the position moves to its beginning.
    ManifestItem local = item;
    if (item.firstObject <= objects->size() && item.objectCount <= objects->size() - item.firstObject) {
        for (std::uint64_t i = 0; i < item.objectCount; ++i)
            names.push_back((*objects)[item.firstObject + i].name);
        local.firstObject = 0;
    }
    return openItemReader(m_objects, local, names, cancel);
}

Result<std::uint64_t> RepositoryImpl::referencedBytes(const CancelToken& cancel) {
    SALVOR_ASSIGN(const Catalog known, catalog(cancel));
    std::set<std::string> refs;
    for (const auto& entry : known.entries)
        refs.insert(entry.refs.begin(), entry.refs.end());
    std::unordered_set<Digest, DigestHash> counted;
    std::uint64_t bytes = 0;
    for (const auto& ref : refs) {
        SALVOR_ASSIGN(const auto objects, groupObjects(ref, cancel));
        for (const auto& object : *objects) {
            if (counted.insert(object.name).second)
                bytes += object.storedBytes;
        }
    }
    return bytes;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Verifying manifests, lists, sizes and stored bytes: none of it needs the identity.
#include "engines/repository/format.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "engines/repository/verifier.h"

#include <algorithm>
#include <atomic>
#include <mutex>

namespace salvor {

namespace {

constexpr const char* kObjectHint =
    "restore this file from a copy of the repository, or back up again, which stores its data "
    "anew for later backups; the other backups are good";

Error objectFault(const Digest& object, const std::string& what) {
    const std::string key = objectKey(object);
    return {ErrorCode::Corrupt, "object " + key + " " + what, kObjectHint, false, {{"key", key}}};
}

Error unreadable(const Digest& object, Error error) {
    if (!isRefused(error))
        return objectFault(object, "cannot be read: " + error.message);
    const std::string key = objectKey(object);
    error.message = "object " + key + " cannot be read by this user: " + error.message;
    error.context["key"] = key;
    return error;
}

} // namespace

Result<> Verifier::checkManifests() {
    const bool readable = !m_repository.pin().encrypted || m_repository.identity() != nullptr;
    for (auto& backup : m_backups) {
        const std::string& id = backup.entry.backupId;
        const std::string key = format::manifestKey(id, m_repository.pin().encrypted);
        if (readable) {
            auto manifest = m_repository.readManifest(backup.entry, m_cancel);
            if (manifest) {
                backup.manifest = std::move(*manifest);
                continue;
            }
            SALVOR_TRY(requireOneFile(manifest.error()));
            addFileProblem(manifest.error(), {id});
            continue;
        }
        const auto bytes = getFile(m_repository.store(), key, m_cancel);
        if (!bytes)
            SALVOR_TRY(requireOneFile(bytes.error()));
        if (!bytes && isRefused(bytes.error())) {
            Error error = bytes.error();
            error.message = "manifest of backup " + id + ": " + error.message;
            error.context["key"] = key;
            addFileProblem(std::move(error), {id});
            continue;
        }
        if (!bytes || format::hashOf(*bytes) != backup.entry.manifestHash)
            addProblem({ErrorCode::Corrupt,
                        "manifest of backup " + id +
                            (bytes ? ": its bytes are not those that the catalog names"
                                   : ": " + bytes.error().message),
                        "restore " + key + " from a copy of the repository, or use another backup",
                        false,
                        {{"key", key}}},
                       {id});
    }
    return {};
}

Result<> Verifier::checkRefs() {
    std::set<std::string> refs;
    for (const auto& backup : m_backups)
        refs.insert(backup.entry.refs.begin(), backup.entry.refs.end());
    for (const auto& ref : refs) {
        auto objects = m_repository.groupObjects(ref, m_cancel, false);
        if (objects) {
            for (const auto& object : **objects)
                m_objects.emplace(object.name, object.storedBytes);
            m_refs.emplace(ref, std::move(*objects));
            continue;
        }
        SALVOR_TRY(requireOneFile(objects.error()));
        std::set<std::string> items;
        for (const auto& backup : m_backups) {
            if (!backup.manifest)
                continue;
            for (const auto& group : backup.manifest->groups) {
                for (const auto& item : backup.manifest->items) {
                    if (group.ref == ref && item.group == group.name)
                        items.insert(item.name);
                }
            }
        }
        addFileProblem(objects.error(), backupsWithRef(ref), {items.begin(), items.end()});
    }
    return {};
}

/// stat() of each, which opens it. Those that fail by themselves are among `answers`; what is of the store
/// ends it, without waiting for that store once for each.
Result<> Verifier::askForEach(const std::vector<Digest>& objects,
                              std::map<Digest, Result<std::optional<StoreEntry>>>& answers) {
    std::mutex mutex;
    Result<> ofTheStore;
    std::atomic<bool> isOver{false};
    SALVOR_TRY(runInParallel(objects.size(), m_cancel, [&](std::size_t i) {
        if (isOver)
            return;
        auto entry = m_repository.store().stat(objectKey(objects[i]), m_cancel);
        auto ofOneFile = entry ? Result<>() : requireOneFile(entry.error());
        const std::scoped_lock lock(mutex);
        if (ofOneFile) {
            answers.emplace(objects[i], std::move(entry));
        } else if (!isOver) {
            ofTheStore = std::move(ofOneFile);
            isOver = true;
        }
    }));
    return ofTheStore;
}

Result<> Verifier::checkListing() {
    std::map<Digest, std::uint64_t> listed;
    const auto look = [&](const StoreEntry& entry) -> Result<> {
        if (const auto name = objectNameOfKey(entry.key); name && m_objects.contains(*name))
            listed[*name] = entry.sizeBytes;
        return {};
    };
    // Where the listing ends early, each is asked for by itself; each would say the same of rights that are
    // wrong for a whole folder.
    if (auto all = m_repository.store().list("objects/", look, m_cancel); !all) {
        // What a restore asks before it begins is only whether its own objects are there.
        if (isRefused(all.error()) && m_request.records)
            return all;
        SALVOR_TRY(requireOneFile(all.error()));
        addFileProblem(std::move(all).error(), {});
    }
    // A listing may be behind, and says nothing of the right to read: before a restore each is asked for.
    std::vector<Digest> doubtful;
    for (const auto& [object, bytes] : m_objects) {
        const auto found = listed.find(object);
        if (!m_request.records || found == listed.end() || found->second != bytes)
            doubtful.push_back(object);
    }
    std::map<Digest, Result<std::optional<StoreEntry>>> answers;
    const auto asked = askForEach(doubtful, answers);
    for (const auto& [object, bytes] : m_objects) {
        const auto found = listed.find(object);
        std::optional<std::uint64_t> size =
            found == listed.end() ? std::nullopt : std::optional(found->second);
        if (std::ranges::binary_search(doubtful, object)) {
            const auto answer = answers.find(object);
            if (answer == answers.end())
                continue; // the store went away meanwhile
            const auto& entry = answer->second;
            if (!entry) { // a link or a pipe is in its place, or this user may not read it
                m_objectFaults.emplace(object, unreadable(object, entry.error()));
                continue;
            }
            size = *entry ? std::optional((*entry)->sizeBytes) : std::nullopt;
        }
        if (!size)
            m_objectFaults.emplace(object, objectFault(object, "is missing"));
        else if (*size != bytes)
            m_objectFaults.emplace(object, objectFault(object, "has " + std::to_string(*size) +
                                                                   " bytes, it should have " +
                                                                   std::to_string(bytes)));
        m_now.bytesTotal += bytes;
    }
    m_now.itemsTotal = m_objects.size();
    return asked;
}

Result<> Verifier::checkStoredBytes() {
    std::vector<Digest> names;
    for (const auto& [object, bytes] : m_objects) {
        if (!m_objectFaults.contains(object))
            names.push_back(object);
    }
    std::mutex mutex;
    std::optional<Error> trouble;
    std::atomic<bool> isOver{false}; // each of the others would wait for the same store
    const auto check = [&](std::size_t i) {
        if (isOver)
            return;
        const auto get = [&] { return getFile(m_repository.store(), objectKey(names[i]), m_cancel); };
        auto bytes = get();
        auto ofOneFile = bytes ? Result<>() : requireOneFile(bytes.error());
        if (!bytes && ofOneFile && maySucceedNow(bytes.error())) {
            bytes = get();
            ofOneFile = bytes ? Result<>() : requireOneFile(bytes.error());
        }
        const bool good = bytes && sha256(*bytes) == names[i];
        const std::scoped_lock lock(mutex);
        if (!ofOneFile) {
            trouble = trouble ? trouble : ofOneFile.error();
            isOver = true;
        } else if (!bytes) {
            m_objectFaults.emplace(names[i], unreadable(names[i], bytes.error()));
        } else if (!good) {
            m_objectFaults.emplace(names[i],
                                   objectFault(names[i], "is damaged: its bytes are not those of its name"));
        }
        advance(bytes ? bytes->size() : 0);
    };
    SALVOR_TRY(runInParallel(names.size(), m_cancel, check));
    if (trouble)
        return failure(*trouble);
    return {};
}

} // namespace salvor

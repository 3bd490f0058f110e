// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/pruneplan.h"

#include "engines/repository/format.h"
#include "engines/repository/listneed.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "engines/repository/suspects.h"
#include "engines/repository/unfinished.h"

#include <algorithm>
#include <map>
#include <set>

namespace salvor {

namespace {

/// What the store lists under one prefix; doubled entries are there once.
using Listing = std::map<std::string, StoreEntry, std::less<>>;

Result<Listing> listAll(Store& store, std::string_view prefix, const CancelToken& cancel) {
    Listing listing;
    const auto collect = [&](const StoreEntry& entry) -> Result<> {
        listing.insert_or_assign(entry.key, entry);
        return {};
    };
    SALVOR_TRY(store.list(prefix, collect, cancel));
    return listing;
}

/// Lost, or not listed.
std::string wayOn(const std::vector<const CatalogEntry*>& hit) {
    return "the store may have listed only a part; try again. If it stays, " + wayOnWithout(hit);
}

/// A file that is there and cannot be read.
std::string outOfOrder(const Error& error, const std::vector<const CatalogEntry*>& hit) {
    return (error.hint.empty() ? std::string("try again") : error.hint + "; try again") + ". If it stays, " +
           wayOnWithout(hit);
}

tl::unexpected<Error> nothingPruned(Error error) {
    if (!error.isCancelled())
        error.message = "nothing is pruned: " + error.message;
    if (error.hint.empty() && error.retryable)
        error.hint = "try again";
    return failure(std::move(error));
}

tl::unexpected<Error> incomplete(const Store& store, const std::string& key, const std::string& what,
                                 const std::vector<const CatalogEntry*>& hit = {}) {
    Error error{ErrorCode::Corrupt,
                "nothing is pruned at " + store.location() + ": " + key + ", which a backup needs, " + what,
                wayOn(hit),
                false,
                {{"key", key}}};
    if (!hit.empty())
        error.context.emplace("backups", idsOf(hit));
    return failure(std::move(error));
}

class Planner {
public:
    Planner(RepositoryImpl& repository, const CatalogDocument& base, const PruneRequest& request,
            const CancelToken& cancel)
        : m_repository(repository)
        , m_base(base)
        , m_request(request)
        , m_cancel(cancel)
        , m_now(repository.clock().now()) {}

    Result<PrunePlan> plan() {
        divide();
        // A preview holds no lock: a run that is under way put its own files there.
        if (!m_request.dryRun || !RepositoryLock::isHeld(m_repository.state()))
            m_unfinished = loadUnfinished(m_repository.state());
        SALVOR_TRY(listsOfStaying());
        SALVOR_TRY(namesOfPurged());
        SALVOR_TRY(manifests());
        SALVOR_TRY(refs());
        SALVOR_TRY(objects());
        SALVOR_TRY(proofs());
        SALVOR_TRY(damagedCatalogs());
        return std::move(m_plan);
    }

private:
    void divide() {
        const Instant previous = m_base.catalog.created;
        for (const CatalogEntry& entry : m_base.catalog.entries) {
            const CatalogEntry dated = redated(entry, previous, m_now);
            const bool goes = entry.trashed && (m_request.freeSpaceNow || m_now >= dated.expires());
            m_plan.redates = m_plan.redates || (!goes && dated.trashedAt != entry.trashedAt);
            (goes ? m_plan.purge : m_plan.stay).push_back(dated);
        }
        const bool anyTrash = std::ranges::any_of(m_plan.stay, &CatalogEntry::trashed);
        m_plan.clockJumped = anyTrash && m_now - previous > kLongestSilence;
        std::ranges::sort(m_plan.purge, {}, &CatalogEntry::backupId);
        for (const auto& entry : m_plan.stay)
            m_refs.insert(entry.refs.begin(), entry.refs.end());
    }

    Result<> listsOfStaying() {
        auto needed = neededBy(m_repository, m_plan.stay, m_cancel);
        if (needed) {
            m_plan.needed = std::move(*needed);
            return {};
        }
        const Error& error = needed.error();
        // Of a store that is away, nothing is said of its files; least of all that backups should go.
        if (auto answer = requireAnswer(m_repository.store(), m_base.catalog.number, error, m_cancel);
            !answer)
            return nothingPruned(std::move(answer).error());
        const auto found = error.context.find("key");
        const std::string key = found == error.context.end() ? "refs/" : found->second;
        const auto hit = needing(m_plan.stay, key);
        auto failed = incomplete(m_repository.store(), key, "cannot be read: " + error.message, hit);
        if (error.code == ErrorCode::NotFound || error.code == ErrorCode::Corrupt)
            return failed;
        // It is there. Whoever mends the rights has it back, and no backup goes for that; of a bad sector
        // there may be nothing to mend.
        failed.value().code = error.code;
        failed.value().hint = isRefused(error) ? asRefused(error).hint : outOfOrder(error, hit);
        return failed;
    }

    /// What those that go named is theirs, and not an orphan. Of a list that cannot be read that is not
    /// known: its objects go by their age. All that is needed was read before, so nothing of that goes.
    Result<> namesOfPurged() {
        for (const CatalogEntry& entry : m_plan.purge) {
            for (const auto& ref : entry.refs) {
                if (m_refs.contains(ref) || !m_purgedRefs.insert(ref).second)
                    continue;
                const auto objects = m_repository.groupObjects(ref, m_cancel, false);
                if (objects)
                    m_ofPurged.add(**objects);
                else if (!isDamage(objects.error()) && !isRefused(objects.error()))
                    return failure(objects.error());
            }
        }
        m_ofPurged.settle();
        return {};
    }

    void take(const StoreEntry& entry, bool ofPurged, FileCount& count) {
        if (ofPurged) {
            count.add(entry.sizeBytes);
        } else if (!m_unfinished.contains(entry.key) && (m_now - entry.modified < m_request.orphanAge ||
                                                         m_now - m_base.catalog.created > kLongestSilence)) {
            m_plan.young.add(entry.sizeBytes);
            return;
        } else {
            m_plan.orphans.add(entry.sizeBytes);
        }
        m_plan.files.push_back({entry.key, entry.sizeBytes, !ofPurged});
    }

    Result<> manifests() {
        Store& store = m_repository.store();
        SALVOR_ASSIGN(const Listing listing, listAll(store, "manifests/", m_cancel));
        const bool encrypted = m_repository.pin().encrypted;
        std::set<std::string> needed;
        for (const CatalogEntry& entry : m_plan.stay) {
            const std::string key = format::manifestKey(entry.backupId, encrypted);
            const auto found = listing.find(key);
            if (found == listing.end())
                return incomplete(store, key, "is not listed", {&entry});
            if (found->second.sizeBytes != entry.manifestStoredBytes)
                return incomplete(store, key, "is not whole", {&entry});
            needed.insert(key);
        }
        std::set<std::string> purged;
        for (const CatalogEntry& entry : m_plan.purge)
            purged.insert(format::manifestKey(entry.backupId, encrypted));
        for (const auto& [key, entry] : listing) {
            if (!needed.contains(key) && isManifest(key))
                take(entry, purged.contains(key), m_plan.ofBackups.manifests);
        }
        return {};
    }

    static bool isManifest(std::string_view key) {
        const auto dot = key.rfind('.');
        const auto slash = key.find('/');
        return dot != std::string_view::npos && dot > slash &&
               format::isRecordId(key.substr(slash + 1, dot - slash - 1));
    }

    Result<> refs() {
        Store& store = m_repository.store();
        SALVOR_ASSIGN(const Listing listing, listAll(store, "refs/", m_cancel));
        for (const auto& ref : m_refs) {
            const std::string key = format::refKey(ref);
            if (!listing.contains(key))
                return incomplete(store, key, "is not listed", needing(m_plan.stay, key));
        }
        for (const auto& [key, entry] : listing) {
            const std::string hash = key.substr(key.rfind('/') + 1);
            if (format::isHash(hash) && key == format::refKey(hash) && !m_refs.contains(hash))
                take(entry, m_purgedRefs.contains(hash), m_plan.ofBackups.refs);
        }
        return {};
    }

    Result<> objects() {
        Store& store = m_repository.store();
        std::map<Digest, StoreEntry> unneeded;
        const auto look = [&](const StoreEntry& entry) -> Result<> {
            const auto name = objectNameOfKey(entry.key);
            if (!name)
                return {};
            if (m_plan.needed.contains(*name))
                m_plan.needed.listed(*name, entry.sizeBytes);
            else
                unneeded.insert_or_assign(*name, entry);
            return {};
        };
        SALVOR_TRY(store.list("objects/", look, m_cancel));
        std::uint64_t faults = 0;
        if (const auto fault = m_plan.needed.firstFault(faults))
            return incomplete(store, objectKey(fault->name),
                              (fault->isListed ? std::string("is not whole") : std::string("is not listed")) +
                                  (faults > 1 ? ", and " + std::to_string(faults - 1) + " more" : ""));
        for (const auto& [name, entry] : unneeded)
            take(entry, m_ofPurged.contains(name), m_plan.ofBackups.objects);
        return {};
    }

    /// Proofs of backups that no catalog names say nothing to anybody.
    Result<> proofs() {
        SALVOR_ASSIGN(const Listing listing, listAll(m_repository.store(), "proofs/", m_cancel));
        std::set<std::string, std::less<>> staying;
        std::set<std::string, std::less<>> purged;
        for (const CatalogEntry& entry : m_plan.stay)
            staying.insert(entry.backupId);
        for (const CatalogEntry& entry : m_plan.purge)
            purged.insert(entry.backupId);
        for (const auto& [key, entry] : listing) {
            const std::string_view path = std::string_view(key).substr(std::string_view("proofs/").size());
            const std::string_view backup = path.substr(0, path.find('/'));
            if (format::isRecordId(backup) && path.size() > backup.size() && !staying.contains(backup))
                take(entry, purged.contains(backup), m_plan.proofs);
        }
        return {};
    }

    /// Superseded ones that a verification found damaged, and that are so still. Only while the one that
    /// takes their place is itself in the store and whole.
    Result<> damagedCatalogs() {
        SALVOR_ASSIGN(const auto suspects, loadSuspectCatalogs(m_repository.state()));
        if (suspects.empty())
            return {};
        Store& store = m_repository.store();
        const std::uint64_t newest = m_base.catalog.number;
        SALVOR_ASSIGN(const auto current, getText(store, format::catalogKey(newest), m_cancel));
        if (format::hashOf(asBytes(current)) != m_base.catalog.hash)
            return {};
        for (const auto number : suspects) {
            const std::string key = format::catalogKey(number);
            const auto bytes = getText(store, key, m_cancel);
            if (!bytes && bytes.error().code == ErrorCode::Cancelled)
                return failure(bytes.error());
            if (number >= newest || !bytes)
                continue;
            const auto document = readCatalog(*bytes, number, m_repository.trust());
            if (document || document.error().code != ErrorCode::Corrupt)
                continue;
            m_plan.orphans.add(bytes->size());
            m_plan.files.push_back({key, bytes->size(), true});
        }
        return {};
    }

    RepositoryImpl& m_repository;
    const CatalogDocument& m_base;
    const PruneRequest& m_request;
    const CancelToken& m_cancel;
    const Instant m_now;
    PrunePlan m_plan;
    std::set<std::string> m_refs; ///< of those that stay
    std::set<std::string> m_purgedRefs;
    UnfinishedKeys m_unfinished;
    NeededObjects m_ofPurged;
};

} // namespace

CatalogEntry redated(CatalogEntry entry, Instant previous, Instant now) {
    const bool jumped = now - previous > kLongestSilence;
    if (entry.trashed && (jumped || entry.trashedAt == Instant{} || entry.trashedAt > now))
        entry.trashedAt = now;
    return entry;
}

Result<NeededObjects> neededBy(RepositoryImpl& repository, const std::vector<CatalogEntry>& entries,
                               const CancelToken& cancel) {
    std::set<std::string> refs;
    for (const auto& entry : entries)
        refs.insert(entry.refs.begin(), entry.refs.end());
    NeededObjects needed;
    for (const auto& ref : refs) {
        SALVOR_ASSIGN(const auto objects, repository.groupObjects(ref, cancel, false));
        needed.add(*objects);
    }
    needed.settle();
    return needed;
}

Result<PrunePlan> planPrune(RepositoryImpl& repository, const CatalogDocument& base,
                            const PruneRequest& request, const CancelToken& cancel) {
    return Planner(repository, base, request, cancel).plan();
}

} // namespace salvor

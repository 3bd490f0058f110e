// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Trash, undelete, hold, release: what the catalog says of backups that are there.
#include "engines/repository/keptlists.h"
#include "engines/repository/pruneplan.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/storeaccess.h"

#include <algorithm>
#include <optional>
#include <unordered_set>

namespace salvor {

namespace {

constexpr std::chrono::seconds kLongestGrace = std::chrono::hours(24 * 3653); // ten years

/// Applies changes to a catalog's entries.
class Changer {
public:
    Changer(std::vector<CatalogEntry>& entries, const BackupChanges& changes, Instant now)
        : m_entries(entries)
        , m_changes(changes)
        , m_now(now) {}

    /// Whether anything is different now.
    Result<bool> apply() {
        for (const auto& id : m_changes.release)
            SALVOR_TRY(change(id, &Changer::release));
        for (const auto& id : m_changes.undelete)
            SALVOR_TRY(change(id, &Changer::undelete));
        for (const auto& id : m_changes.hold)
            SALVOR_TRY(change(id, &Changer::hold));
        for (const auto& id : m_changes.trash)
            SALVOR_TRY(change(id, &Changer::trash));
        return m_changed;
    }

private:
    using Step = Result<> (Changer::*)(CatalogEntry&);

    Result<> change(const std::string& id, Step step) {
        const auto entry = std::ranges::find(m_entries, id, &CatalogEntry::backupId);
        if (entry == m_entries.end())
            return failure(ErrorCode::NotFound, "there is no backup " + id + " in the catalog",
                           "list the backups to see which there are; what was pruned cannot come back",
                           {{"backup", id}});
        return (this->*step)(*entry);
    }

    Result<> release(CatalogEntry& entry) {
        m_changed = m_changed || entry.summary.held;
        entry.summary.held = false;
        return {};
    }

    Result<> undelete(CatalogEntry& entry) {
        m_changed = m_changed || entry.trashed;
        entry.trashed = false;
        entry.trashedAt = {};
        entry.grace = kTrashGrace;
        return {};
    }

    Result<> hold(CatalogEntry& entry) {
        if (entry.trashed)
            return failure(ErrorCode::Conflict,
                           "backup " + entry.backupId + " cannot be held: it is in the trash",
                           "undelete it first", {{"backup", entry.backupId}});
        m_changed = m_changed || !entry.summary.held;
        entry.summary.held = true;
        return {};
    }

    Result<> trash(CatalogEntry& entry) {
        if (entry.trashed)
            return {};
        if (entry.summary.held)
            return failure(ErrorCode::Conflict, "backup " + entry.backupId + " cannot be deleted: it is held",
                           "release it first", {{"backup", entry.backupId}});
        entry.trashed = true;
        entry.trashedAt = m_now;
        entry.grace = m_changes.grace;
        m_changed = true;
        return {};
    }

    std::vector<CatalogEntry>& m_entries;
    const BackupChanges& m_changes;
    const Instant m_now;
    bool m_changed = false;
};

} // namespace

Result<Catalog> RepositoryImpl::changeBackups(const BackupChanges& changes, const CancelToken& cancel) {
    SALVOR_TRY(requireWriter());
    if (changes.grace < std::chrono::seconds(0) || changes.grace > kLongestGrace)
        return failure(ErrorCode::InvalidInput, "the trash's grace is negative or over ten years",
                       "give a grace of some days; 7 is usual");
    SALVOR_ASSIGN(const RepositoryLock held, lock("change the catalog"));
    SALVOR_ASSIGN(const CatalogDocument base, writableCatalog(cancel));
    CatalogDocument next = base;
    SALVOR_ASSIGN(const bool changed, Changer(next.catalog.entries, changes, clock().now()).apply());
    if (!changed)
        return catalog(cancel);
    SALVOR_ASSIGN(next, numberAfter(std::move(next), base, base.catalog.number));
    SALVOR_TRY(checkStillNewest(base, cancel));
    SALVOR_ASSIGN(const bool usedReserve,
                  publishWithReserve(next, base, [](const Digest&) { return true; }, {}));
    if (usedReserve)
        (void)ensureReserve(store(), cancel); // where there is still no room, the next backup makes it
    return catalog(cancel);
}

Result<FreedSpace> RepositoryImpl::freedBy(const std::vector<std::string>& backupIds,
                                           const CancelToken& cancel) {
    // Of the catalog that whoever asks has seen, if one was read here: a newer one says the same of its
    // backups.
    const auto seenBefore = known();
    std::optional<Catalog> looked;
    if (seenBefore == nullptr) {
        SALVOR_ASSIGN(looked, catalog(cancel));
    }
    const auto& entries = looked ? looked->entries : seenBefore->document.catalog.entries;
    std::unordered_set<std::string_view> going(backupIds.begin(), backupIds.end());
    std::unordered_set<std::string> staying; // lists of objects
    std::unordered_set<std::string> named;
    FreedSpace freed;
    for (const CatalogEntry& entry : entries) {
        named.insert(entry.refs.begin(), entry.refs.end());
        if (going.erase(entry.backupId) == 0)
            staying.insert(entry.refs.begin(), entry.refs.end());
        else
            freed.manifests.add(entry.manifestStoredBytes);
    }
    if (!going.empty())
        return failure(ErrorCode::NotFound,
                       "there is no backup " + std::string(*going.begin()) + " in the catalog",
                       "list the backups to see which there are");
    if (backupIds.empty())
        return freed;
    auto lists = KeptLists::load(m_state);
    const auto read = [&](const std::string& ref) {
        return groupObjects(ref, cancel, false).map([](const auto& objects) { return *objects; });
    };
    NeededObjects needed;
    NeededObjects theirs; // of lists that go
    for (const auto& ref : named) {
        auto objects = checkCancelled(cancel).and_then([&] { return lists.get(ref, read); });
        if (!objects) {
            (void)lists.save(m_state, named); // what was read until here need not be read again
            return failure(std::move(objects).error());
        }
        if (staying.contains(ref)) {
            needed.add(**objects);
            continue;
        }
        theirs.add(**objects);
        freed.refs.add(refsSize(**objects));
    }
    needed.settle();
    theirs.settle();
    theirs.forEach([&](const Digest& name, std::uint64_t bytes) {
        if (!needed.contains(name))
            freed.objects.add(bytes);
    });
    (void)lists.save(m_state, named); // without it the next look takes longer, and is as right
    return freed;
}

} // namespace salvor

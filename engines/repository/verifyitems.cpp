// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Verifying plaintext: each object of a group is read once, in order, and feeds the items that have bytes in
// it.
#include "engines/repository/storeaccess.h"
#include "engines/repository/verifier.h"

#include <algorithm>

namespace salvor {

namespace {

/// An item on its way through its objects.
struct RunningItem {
    const ManifestItem* item = nullptr;
    Sha256 hash;
    std::uint64_t skip = 0;
    std::uint64_t left = 0;
    bool unreadable = false;

    void feed(ByteView bytes) {
        const std::uint64_t skipped = std::min<std::uint64_t>(skip, bytes.size());
        skip -= skipped;
        bytes = bytes.subspan(skipped);
        const ByteView mine = bytes.first(std::min<std::uint64_t>(left, bytes.size()));
        hash.update(mine);
        left -= mine.size();
    }
    std::uint64_t end() const { return item->firstObject + item->objectCount; }
};

Error itemFault(const std::string& backupId, const ManifestItem& item, const std::string& what) {
    return {ErrorCode::Corrupt,
            "item " + item.name + " of backup " + backupId + " " + what,
            "use another backup for this item; the others of this backup are good",
            false,
            {{"key", "manifests/" + backupId}, {"item", item.name}}};
}

std::string identityOf(const std::string& ref, const ManifestItem& item) {
    return ref + "/" + std::to_string(item.firstObject) + "/" + std::to_string(item.objectCount) + "/" +
           std::to_string(item.offset) + "/" + std::to_string(item.sizeBytes) + "/" + item.sha256;
}

} // namespace

/// The items of one group, in the order of their objects.
class GroupSweep {
public:
    GroupSweep(const GroupObjects& objects, std::vector<const ManifestItem*> items)
        : m_objects(objects)
        , m_items(std::move(items)) {
        std::ranges::stable_sort(m_items, {}, [](const ManifestItem* item) { return item->firstObject; });
    }

    /// Positions of the objects that any item needs, ascending.
    std::vector<std::size_t> positions() const {
        std::set<std::size_t> needed;
        for (const ManifestItem* item : m_items) {
            if (!fits(*item))
                continue;
            for (std::uint64_t i = 0; i < item->objectCount; ++i)
                needed.insert(item->firstObject + i);
        }
        return {needed.begin(), needed.end()};
    }
    /// Feeds one object; null: it could not be read, and its own fault tells of the items.
    void feed(std::size_t position, const Bytes* plain) {
        start(position);
        for (RunningItem& running : m_running) {
            if (plain == nullptr)
                running.unreadable = true;
            else
                running.feed(*plain);
        }
        finish([&](const RunningItem& running) { return running.end() <= position + 1; });
    }
    void end() {
        start(m_objects.size());
        finish([](const RunningItem&) { return true; });
    }
    const std::vector<std::pair<const ManifestItem*, std::string>>& faults() const { return m_faults; }

private:
    bool fits(const ManifestItem& item) const {
        return item.firstObject <= m_objects.size() &&
               item.objectCount <= m_objects.size() - item.firstObject;
    }
    void start(std::size_t position) {
        for (; m_next < m_items.size() && m_items[m_next]->firstObject <= position; ++m_next) {
            const ManifestItem* item = m_items[m_next];
            if (!fits(*item))
                m_faults.emplace_back(item, "names more objects than its group has");
            else
                m_running.push_back({item, {}, item->offset, item->sizeBytes, false});
        }
    }
    template <typename Done>
    void finish(const Done& done) {
        for (RunningItem& running : m_running) {
            if (!done(running) || running.unreadable)
                continue;
            if (running.left != 0)
                m_faults.emplace_back(running.item, "is longer than its objects");
            else if (toHex(running.hash.finish()) != running.item->sha256)
                m_faults.emplace_back(running.item, "has another content than was read from the database");
        }
        std::erase_if(m_running, done);
    }

    const GroupObjects& m_objects;
    std::vector<const ManifestItem*> m_items;
    std::size_t m_next = 0;
    std::vector<RunningItem> m_running;
    std::vector<std::pair<const ManifestItem*, std::string>> m_faults;
};

Result<> Verifier::checkItems() {
    for (Backup& backup : m_backups) {
        if (backup.manifest)
            SALVOR_TRY(checkItemsOf(backup));
    }
    return {};
}

Result<> Verifier::sweepGroup(Backup& backup, const std::string& ref, const GroupObjects& objects,
                              std::vector<const ManifestItem*> items) {
    constexpr std::size_t kBatch = 4;
    GroupSweep sweep(objects, std::move(items));
    const auto positions = sweep.positions();
    for (std::size_t begin = 0; begin < positions.size(); begin += kBatch) {
        const std::size_t count = std::min(kBatch, positions.size() - begin);
        std::vector<Result<std::shared_ptr<const Bytes>>> read(count);
        SALVOR_TRY(runInParallel(count, m_cancel, [&](std::size_t i) {
            read[i] = m_reader.read(objects[positions[begin + i]].name, false, m_cancel);
        }));
        for (std::size_t i = 0; i < count; ++i) {
            const GroupObject& object = objects[positions[begin + i]];
            if (!read[i])
                SALVOR_TRY(requireOneFile(read[i].error()));
            if (!read[i] && maySucceedNow(read[i].error())) {
                read[i] = m_reader.read(object.name, false, m_cancel);
                if (!read[i])
                    SALVOR_TRY(requireOneFile(read[i].error()));
            }
            if (!read[i])
                m_objectFaults.emplace(object.name, read[i].error());
            sweep.feed(positions[begin + i], read[i] ? read[i]->get() : nullptr);
            advance(read[i] ? object.storedBytes : 0);
        }
    }
    sweep.end();
    for (const auto& [item, what] : sweep.faults()) {
        addProblem(itemFault(backup.entry.backupId, *item, what), {backup.entry.backupId}, {item->name});
        m_verifiedItems.erase(identityOf(ref, *item));
    }
    return {};
}

Result<> Verifier::checkItemsOf(Backup& backup) {
    std::map<std::string, std::vector<const ManifestItem*>> items;
    for (const ManifestItem& item : backup.manifest->items)
        items[item.group].push_back(&item);
    for (const ManifestGroup& group : backup.manifest->groups) {
        std::vector<const ManifestItem*> unread = std::move(items[group.name]);
        items.erase(group.name);
        const auto objects = m_refs.find(group.ref);
        if (objects == m_refs.end()) {
            // One that the catalog names and that could not be read is told of already.
            if (std::ranges::find(backup.entry.refs, group.ref) == backup.entry.refs.end()) {
                for (const ManifestItem* item : unread)
                    addProblem(itemFault(backup.entry.backupId, *item,
                                         "is in a list of objects that the catalog does not name"),
                               {backup.entry.backupId}, {item->name});
            }
            continue;
        }
        // Bytes that several backups share are read once.
        std::erase_if(unread, [&](const ManifestItem* item) {
            return !m_verifiedItems.insert(identityOf(group.ref, *item)).second;
        });
        if (!unread.empty())
            SALVOR_TRY(sweepGroup(backup, group.ref, *objects->second, std::move(unread)));
    }
    for (const auto& [name, orphans] : items) {
        for (const ManifestItem* item : orphans)
            addProblem(
                itemFault(backup.entry.backupId, *item, "is of a group that the manifest does not have"),
                {backup.entry.backupId}, {item->name});
    }
    return {};
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/listneed.h"

#include "engines/repository/format.h"

#include <algorithm>
#include <optional>

namespace salvor {

namespace {

constexpr std::size_t kNamed = 8;

} // namespace

std::vector<const CatalogEntry*> needing(const std::vector<CatalogEntry>& entries,
                                         const std::string& refKey) {
    std::vector<const CatalogEntry*> found;
    for (const CatalogEntry& entry : entries) {
        if (std::ranges::any_of(entry.refs, [&](const auto& ref) { return format::refKey(ref) == refKey; }))
            found.push_back(&entry);
    }
    return found;
}

std::string idsOf(const std::vector<const CatalogEntry*>& entries) {
    std::string ids;
    for (const CatalogEntry* const entry : entries)
        ids += (ids.empty() ? "" : ", ") + entry->backupId;
    return ids;
}

std::string namesOf(const std::vector<const CatalogEntry*>& entries) {
    if (entries.size() <= kNamed)
        return idsOf(entries);
    return idsOf({entries.begin(), entries.begin() + kNamed}) + " and " +
           std::to_string(entries.size() - kNamed) + " more";
}

std::string wayOnWithout(const std::vector<const CatalogEntry*>& hit) {
    std::string live;
    std::size_t lives = 0;
    std::optional<Instant> last; // of those in the trash
    for (const CatalogEntry* const entry : hit) {
        if (entry->trashed) {
            last = std::max(entry->expires(), last.value_or(entry->expires()));
        } else {
            live += (live.empty() ? "" : " ") + entry->backupId;
            ++lives;
        }
    }
    if (hit.empty() || lives > kNamed)
        return "salvorctl verify names the backups that are hit: delete those, or restore the file from a "
               "copy";
    if (lives > 0)
        return "restore the file from a copy, or delete the backups that need it: salvorctl backups delete " +
               live + ", and then empty the trash with salvorctl prune --free-space-now";
    return "restore the file from a copy, or wait: what needs it is in the trash, and a prune after " +
           toRfc3339(*last) + " goes on without it; at once does salvorctl prune --free-space-now";
}

} // namespace salvor

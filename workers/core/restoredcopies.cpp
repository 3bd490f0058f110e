// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/restoredcopies.h"

#include "models/base/json.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kAll = 10'000'000;

std::string restoredFrom(const SourceInfo& source) {
    return fromQt(source.details.value(QLatin1String("restored_from")).toString());
}

/// Which database a backup is of.
struct Origin {
    std::string databaseId;
    std::string systemId;
};

/// As the copy's own mark says: the backup may be deleted, and the database stays a copy.
Origin markedOrigin(const SourceInfo& source) {
    const QJsonObject of = source.details.value(QLatin1String("restored_of")).toObject();
    return {fromQt(of.value(QLatin1String("oid")).toString()),
            fromQt(of.value(QLatin1String("system")).toString())};
}

/// The database that the backup is of, where it is another one of that server's.
const SourceInfo* originalOf(const SourceInfo& copy, const Origin& origin, const ConnectionReport& report) {
    const auto found = std::ranges::find_if(report.sources, [&](const SourceInfo& one) {
        return !one.databaseId.empty() && one.databaseId == origin.databaseId &&
               one.systemId == origin.systemId && one.databaseId != copy.databaseId;
    });
    return found == report.sources.end() ? nullptr : &*found;
}

} // namespace

Result<> markCopies(const Core::Private& core, const std::string& profileUuid, ConnectionReport& report) {
    if (std::ranges::all_of(report.sources, [](const auto& one) { return restoredFrom(one).empty(); }))
        return {};
    SALVOR_ASSIGN(const auto catalog, core.catalog());
    BackupFilter filter;
    filter.profile = profileUuid;
    filter.limit = kAll;
    SALVOR_ASSIGN(const auto known, catalog->backups(filter));
    for (auto& source : report.sources) {
        const std::string from = restoredFrom(source);
        const bool isBackedUp = std::ranges::any_of(*known.rows, [&](const BackupRecord& backup) {
            return backup.databaseId == source.databaseId && backup.systemId == source.systemId;
        });
        if (from.empty() || isBackedUp)
            continue;
        Origin origin = markedOrigin(source);
        if (origin.databaseId.empty()) { // a mark of before it was kept there
            const auto backup = catalog->backup(from);
            if (!backup && backup.error().code == ErrorCode::NotFound)
                continue;
            SALVOR_TRY(backup);
            origin = {backup->databaseId, backup->systemId};
        }
        if (const SourceInfo* original = originalOf(source, origin, report))
            source.details.insert(QStringLiteral("copy_of"), toQt(original->name));
    }
    return {};
}

} // namespace salvor

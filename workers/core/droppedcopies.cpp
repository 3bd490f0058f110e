// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/droppedcopies.h"

#include "engines/repository/statefolder.h"
#include "models/base/json.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kMost = 1000;
constexpr const char* kShared = "dropped-copies.json";

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object.value(QLatin1String(key)).toString());
}

Result<std::vector<DroppedCopy>> ofAudit(WorkspaceDatabase& workspace) {
    AuditFilter filter;
    filter.action = "restored.drop";
    filter.limit = kMost;
    SALVOR_ASSIGN(const auto records, workspace.auditTrail(filter));
    std::vector<DroppedCopy> dropped;
    for (const auto& record : records)
        dropped.push_back({record.subject, record.at, textOf(record.before, "database")});
    return dropped;
}

Result<std::vector<DroppedCopy>> shared(const StateFolder& folder) {
    SALVOR_ASSIGN(const auto text, folder.read(kShared));
    std::vector<DroppedCopy> dropped;
    if (!text)
        return dropped;
    SALVOR_ASSIGN(const QJsonObject document, parseJsonObject(*text, (folder.path() / kShared).string()));
    for (const auto& element : document.value(QLatin1String("dropped")).toArray()) {
        const QJsonObject one = element.toObject();
        SALVOR_ASSIGN(const Instant at, fromRfc3339(textOf(one, "at")));
        dropped.push_back({textOf(one, "profile"), at, textOf(one, "database")});
    }
    return dropped;
}

Result<std::vector<DroppedCopy>> shared(const std::string& stateFolder) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    return shared(folder);
}

/// Newest first.
std::vector<DroppedCopy> united(std::vector<DroppedCopy> some, const std::vector<DroppedCopy>& more) {
    for (const auto& one : more) {
        if (std::ranges::find(some, one) == some.end())
            some.push_back(one);
    }
    std::ranges::stable_sort(some, std::ranges::greater(), &DroppedCopy::at);
    return some;
}

} // namespace

Result<> shareDroppedCopies(WorkspaceDatabase& workspace, const std::string& stateFolder) {
    SALVOR_ASSIGN(const auto own, ofAudit(workspace));
    if (own.empty())
        return {};
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    const auto before = shared(folder); // a damaged one is written anew
    auto all = united(before ? *before : std::vector<DroppedCopy>(), own);
    all.resize(std::min(all.size(), kMost));
    if (before && all == united(*before, {}))
        return {};
    QJsonArray list;
    for (const auto& one : all)
        list.append(QJsonObject{{QStringLiteral("profile"), toQt(one.profileUuid)},
                                {QStringLiteral("at"), toQt(toRfc3339Micros(one.at))},
                                {QStringLiteral("database"), toQt(one.database)}});
    SALVOR_ASSIGN(const std::string text, toCanonicalJson({{QStringLiteral("dropped"), list}}));
    return folder.write(kShared, asBytes(text));
}

std::vector<DroppedCopy> droppedCopies(WorkspaceDatabase* workspace, const std::string& stateFolder) {
    const auto kept = shared(stateFolder);
    const auto own =
        workspace ? ofAudit(*workspace) : Result<std::vector<DroppedCopy>>(std::vector<DroppedCopy>());
    return united(kept ? *kept : std::vector<DroppedCopy>(), own ? *own : std::vector<DroppedCopy>());
}

} // namespace salvor

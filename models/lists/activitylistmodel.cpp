// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/activitylistmodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"
#include "models/units.h"

#include <array>

namespace salvor {

std::vector<ActivityEntry> mergeActivity(const std::vector<RunRecord>& runs,
                                         const std::vector<AuditRecord>& changes, std::size_t limit) {
    std::vector<ActivityEntry> merged;
    auto run = runs.begin();
    auto change = changes.begin();
    while (merged.size() < limit && (run != runs.end() || change != changes.end())) {
        const bool takeRun = change == changes.end() || (run != runs.end() && run->started >= change->at);
        if (takeRun)
            merged.push_back({*run++, std::nullopt});
        else
            merged.push_back({std::nullopt, *change++});
    }
    return merged;
}

ActivityListModel::ActivityListModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QHash<int, QByteArray> ActivityListModel::roleNames() const { return roleNamesOf<Role>(); }

std::string ActivityListModel::key(const ActivityEntry& row) const {
    return row.run ? "run " + row.run->id : "change " + std::to_string(row.change->number);
}

int ActivityListModel::roleOfColumn(int column) const {
    static constexpr std::array<int, kColumns> kRoles = {
        TimeRole, WhoRole, WhatRole, OutcomeRole, SubjectRole, ProfileTitleRole, DurationRole, SizeRole};
    return kRoles[static_cast<std::size_t>(column)];
}

QVariant ActivityListModel::value(const ActivityEntry& row, int role) const {
    const RunRecord* run = row.run ? &*row.run : nullptr;
    switch (role) {
    case TimeRole:
        return toQDateTime(row.at());
    case WhoRole:
        return toQt(run != nullptr ? run->trigger : row.change->who);
    case WhatRole:
        return toQt(run != nullptr ? run->kind : row.change->action);
    case OutcomeRole:
        return run != nullptr ? QVariant::fromValue(run->outcome) : QVariant();
    case SubjectRole:
        return toQt(run != nullptr ? run->database : row.change->subject);
    case ProfileTitleRole:
        return run != nullptr ? toQt(run->profileTitle) : QString();
    case DurationRole:
        return run != nullptr && run->ended
                   ? QVariant::fromValue<qlonglong>(
                         std::chrono::duration_cast<std::chrono::milliseconds>(*run->ended - run->started)
                             .count())
                   : QVariant();
    case SizeRole:
        return run != nullptr && run->sizeBytes > 0 ? QVariant::fromValue<qulonglong>(run->sizeBytes)
                                                    : QVariant();
    default:
        return {};
    }
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/activitylistmodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"
#include "models/units.h"

#include <array>
#include <map>

namespace salvor {

namespace {

/// The run that a change may be the same as; empty: none.
std::string runOf(const AuditRecord& change) {
    const QString run = change.after.value(QLatin1String("run")).toString();
    return fromQt(run.isEmpty() ? change.after.value(QLatin1String("act")).toString() : run);
}

} // namespace

std::vector<ActivityEntry> mergeActivity(const std::vector<RunRecord>& runs,
                                         const std::vector<AuditRecord>& changes, std::size_t limit) {
    std::map<std::string, std::vector<AuditRecord>> acts;
    for (const auto& run : runs)
        acts[run.id];
    std::vector<const AuditRecord*> others;
    for (const auto& change : changes) {
        if (const auto own = acts.find(runOf(change)); own != acts.end())
            own->second.push_back(change);
        else
            others.push_back(&change);
    }
    std::vector<ActivityEntry> merged;
    auto run = runs.begin();
    auto other = others.begin();
    while (merged.size() < limit && (run != runs.end() || other != others.end())) {
        const bool takeRun = other == others.end() || (run != runs.end() && run->started >= (*other)->at);
        if (takeRun) {
            merged.push_back({*run, std::nullopt, std::move(acts[run->id])});
            ++run;
        } else {
            merged.push_back({std::nullopt, **other++, {}});
        }
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
        return toQt(run == nullptr     ? row.change->who
                    : row.acts.empty() ? run->trigger
                                       : row.acts.front().who);
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

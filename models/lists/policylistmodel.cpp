// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/policylistmodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"
#include "models/schedule/calendarexpression.h"
#include "models/units.h"

#include <array>

namespace salvor {

PolicyRow makePolicyRow(Policy policy, std::string profileTitle, std::string repositoryTitle, bool applied,
                        Instant now) {
    PolicyRow row;
    row.profileTitle = std::move(profileTitle);
    row.repositoryTitle = std::move(repositoryTitle);
    row.state = policy.schedules.empty() ? PolicyState::ByHand
                : applied                ? PolicyState::Applied
                                         : PolicyState::NotApplied;
    if (policy.paused)
        row.state = PolicyState::Paused;
    for (const auto& [kind, text] : policy.schedules) {
        const auto expression = CalendarExpression::parse(text);
        if (!expression) {
            row.state = PolicyState::Unreadable;
            continue;
        }
        const auto next = expression->next(now);
        if (next && (!row.next || *next < *row.next))
            row.next = next;
    }
    row.policy = std::move(policy);
    return row;
}

PolicyListModel::PolicyListModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QHash<int, QByteArray> PolicyListModel::roleNames() const { return roleNamesOf<Role>(); }

int PolicyListModel::roleOfColumn(int column) const {
    static constexpr std::array<int, kColumns> kRoles = {TitleRole, StateRole, ServerRole,
                                                         WhenRole,  NextRole,  KeepsRole};
    return kRoles[static_cast<std::size_t>(column)];
}

QVariant PolicyListModel::value(const PolicyRow& row, int role) const {
    switch (role) {
    case UuidRole:
        return toQt(row.policy.uuid);
    case TitleRole:
        return toQt(row.policy.title);
    case StateRole:
        return static_cast<int>(row.state);
    case ProfileUuidRole:
        return toQt(row.policy.profileUuid);
    case ServerRole:
        return toQt(row.profileTitle);
    case RepositoryRole:
        return toQt(row.repositoryTitle);
    case WhenRole: {
        QStringList texts;
        for (const auto& [kind, expression] : row.policy.schedules)
            texts << toQt(expression);
        return texts.join(QStringLiteral("; "));
    }
    case NextRole:
        return toQDateTime(row.next);
    case KeepsRole:
        return row.policy.retention.has_value();
    case RevisionRole:
        return QVariant::fromValue<qlonglong>(row.policy.revision);
    default:
        return {};
    }
}

} // namespace salvor

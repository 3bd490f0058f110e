// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Policies, with what is known of them besides their documents.
#pragma once

#include "models/lists/recordmodel.h"
#include "models/policy/policy.h"

#include <optional>

namespace salvor {

enum class PolicyState {
    ByHand,     ///< no schedule
    NotApplied, ///< a schedule that no timer of its executor follows
    Applied,    ///< its executor's timers are those of this revision
    Outdated,   ///< its executor's timers follow an older version
    Drifted,    ///< somebody changed its executor's timers by hand
    NotRunning, ///< a timer of it is disabled, stopped or failed: nothing will start its runs
    Paused,
    Unreadable, ///< its schedule cannot be read here
};

struct PolicyRow {
    Policy policy;
    std::string profileTitle;
    std::string repositoryTitle;
    PolicyState state = PolicyState::ByHand;
    std::optional<Instant> next;  ///< the first time of all its schedules
    bool timersOfSession = false; ///< what the state tells of are timers of the user's own manager
    bool hasTimers = false;       ///< installed by this home, whatever the state tells
};
/// `applied`: its executor's timers follow this revision. The next time is in this computer's zone.
PolicyRow makePolicyRow(Policy policy, std::string profileTitle, std::string repositoryTitle, bool applied,
                        Instant now);

class PolicyListModel final : public RecordModel<PolicyRow> {
    Q_OBJECT

public:
    enum Column { TitleColumn, StateColumn, ServerColumn, WhenColumn, NextColumn, KeepsColumn, kColumns };
    enum Role {
        UuidRole = Qt::UserRole + 1, ///< QString
        TitleRole,                   ///< QString
        StateRole,                   ///< PolicyState as int
        ProfileUuidRole,             ///< QString
        ServerRole,                  ///< QString, the profile's title
        RepositoryRole,              ///< QString, its title
        WhenRole,                    ///< QString: the expressions, joined by "; "
        NextRole,                    ///< QDateTime in UTC; invalid: none
        KeepsRole,                   ///< bool: it has retention rules
        RevisionRole,                ///< qlonglong
    };
    Q_ENUM(Role)

    explicit PolicyListModel(QObject* parent = nullptr);
    QHash<int, QByteArray> roleNames() const override;

protected:
    std::string key(const PolicyRow& row) const override { return row.policy.uuid; }
    QVariant value(const PolicyRow& row, int role) const override;
    int roleOfColumn(int column) const override;
};

} // namespace salvor

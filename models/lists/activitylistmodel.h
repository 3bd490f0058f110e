// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs and changes together: who did what.
#pragma once

#include "models/backuprecord.h"
#include "models/lists/recordmodel.h"
#include "models/workspace/auditrecord.h"

#include <optional>

namespace salvor {

/// A run or a change.
struct ActivityEntry {
    std::optional<RunRecord> run;
    std::optional<AuditRecord> change;
    /// Of a run: what the audit has of the same act (a restore, a test restore, a prune), the newest first.
    /// It has by whom.
    std::vector<AuditRecord> acts;
    Instant at() const { return run ? run->started : change->at; }
};

/// Both lists newest first; so is the result, and at most `limit` long. A change that has the id of a run of
/// the list ("run", or "act" of an act on backups) is that run's, and no entry of its own.
std::vector<ActivityEntry> mergeActivity(const std::vector<RunRecord>& runs,
                                         const std::vector<AuditRecord>& changes, std::size_t limit);

class ActivityListModel final : public RecordModel<ActivityEntry> {
    Q_OBJECT

public:
    enum Column {
        TimeColumn,
        WhoColumn,
        WhatColumn,
        OutcomeColumn,
        SubjectColumn,
        ProfileColumn,
        DurationColumn,
        SizeColumn,
        kColumns
    };
    enum Role {
        TimeRole = Qt::UserRole + 1, ///< QDateTime in UTC
        WhoRole,                     ///< QString: the user where there is one, else the trigger of a run
        WhatRole,                    ///< QString, stable name ("backup", "policy.edit")
        OutcomeRole,                 ///< RunOutcome; invalid for a change
        SubjectRole,                 ///< QString: databases of a run, the subject of a change
        ProfileTitleRole,            ///< QString
        DurationRole,                ///< qlonglong milliseconds; invalid while there is no end
        SizeRole,                    ///< qulonglong bytes; invalid for none
    };
    Q_ENUM(Role)

    explicit ActivityListModel(QObject* parent = nullptr);
    QHash<int, QByteArray> roleNames() const override;

protected:
    std::string key(const ActivityEntry& row) const override;
    QVariant value(const ActivityEntry& row, int role) const override;
    int roleOfColumn(int column) const override;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The sources, with what happened to each lately.
#pragma once

#include "models/lists/recordmodel.h"
#include "models/standing.h"

namespace salvor {

class DatabaseListModel final : public RecordModel<SourceStanding> {
    Q_OBJECT

public:
    enum Column {
        DatabaseColumn,
        ProfileColumn,
        StateColumn,
        HistoryColumn,
        LastGoodColumn,
        NextRunColumn,
        IfLostColumn, ///< if the server were lost now: what is gone, and how long getting the rest back takes
        ProvenColumn,
        SizeColumn,
        kColumns
    };
    enum Role {
        ProfileUuidRole = Qt::UserRole + 1, ///< QString
        ProfileTitleRole,                   ///< QString
        DatabaseRole,                       ///< QString
        StateRole,                          ///< SourceState
        ProtectionRole,                     ///< Protection
        NextRunKindRole,                    ///< NextRunKind
        NextRunRole,                        ///< QDateTime in UTC; invalid: none
        RecoverySecondsRole,                ///< double; invalid: not measured
        ProvedAtRole,                       ///< QDateTime of the newest proof of any backup; invalid: none
        LastGoodIdRole,                     ///< QString, empty: none
        LastGoodAtRole,                     ///< QDateTime in UTC, its start; invalid: none
        LastGoodSizeRole,                   ///< qulonglong bytes; invalid: none
        LastRestoredAtRole, ///< QDateTime of the last good backup's proof by a restore; invalid: none
        OutcomesRole,       ///< QList<RunOutcome>, oldest first
        RunIdsRole,         ///< QStringList in the same order
        RunTimesRole,       ///< QList<QDateTime> in the same order
    };
    Q_ENUM(Role)

    explicit DatabaseListModel(QObject* parent = nullptr);
    QHash<int, QByteArray> roleNames() const override;
    static std::string keyOf(const std::string& profileUuid, const std::string& database);

protected:
    std::string key(const SourceStanding& row) const override;
    QVariant value(const SourceStanding& row, int role) const override;
    int roleOfColumn(int column) const override;
};

} // namespace salvor

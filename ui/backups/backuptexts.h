// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts over the BackupListModel.
#pragma once

#include "models/lists/backuplistmodel.h"

#include <QIdentityProxyModel>

namespace salvor {

/// Order and filter are the database's: sort() of the model asks for them.
class BackupTexts final : public QIdentityProxyModel {
    Q_OBJECT

public:
    explicit BackupTexts(BackupListModel& model, QObject* parent = nullptr);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Null for an invalid index.
    const BackupRecord* record(const QModelIndex& index) const;

private:
    QString text(const QModelIndex& index) const;

    BackupListModel& m_model;
};

/// "full" and "person" as people say it; the name itself where it is not known.
QString backupKindText(const std::string& kind);
QString triggerText(const std::string& trigger);

/// What is known of a backup, from least to most.
struct BackupBadge {
    QString text;    ///< "restored 12 Nov 2026"
    QString toolTip; ///< with time and zone
    bool proven = false;
};
std::vector<BackupBadge> badgesOf(const BackupRecord& record);

} // namespace salvor

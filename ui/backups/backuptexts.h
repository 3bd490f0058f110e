// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts, filter and order over the BackupListModel.
#pragma once

#include "models/lists/backuplistmodel.h"
#include "ui/main/windowpage.h"

#include <QSortFilterProxyModel>

namespace salvor {

class BackupTexts final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit BackupTexts(BackupListModel& model, QObject* parent = nullptr);
    void setSelection(const Selection& selection);
    /// Anywhere in id, database or server; letters in either case.
    void setFilterText(const QString& text);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Null for an invalid index.
    const BackupRecord* record(const QModelIndex& index) const;

private:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    QString text(const QModelIndex& index) const;

    BackupListModel& m_model;
    Selection m_selection;
    QString m_filterText;
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

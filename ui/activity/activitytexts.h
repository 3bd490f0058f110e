// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts, filter and order over the ActivityListModel.
#pragma once

#include "models/lists/activitylistmodel.h"
#include "ui/main/windowpage.h"

#include <QSortFilterProxyModel>

#include <map>

namespace salvor {

/// What servers, policies, repositories and channels are called, by their ids.
using ActivityNames = std::map<QString, QString>;

class ActivityTexts final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit ActivityTexts(ActivityListModel& model, QObject* parent = nullptr);
    /// Changes are of a server when they are of it or of one of its policies. Runs were narrowed before.
    void setSelection(const Selection& selection);
    void setNames(ActivityNames names);
    /// In what a row shows; letters in either case.
    void setFilterText(const QString& text);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Null for an invalid index.
    const ActivityEntry* entry(const QModelIndex& index) const;

private:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

    ActivityListModel& m_model;
    Selection m_selection;
    QString m_text;
    ActivityNames m_names;
};

/// "anna on laptop", of an audit record's "anna@laptop".
QString authorText(const std::string& who);
/// "policy changed"; the name itself where it is not known.
QString changeText(const std::string& action);
/// What it is called, or was.
QString changeSubject(const AuditRecord& record, const ActivityNames& names);
/// The server that it was done on; empty where that says nothing.
QString changeServer(const AuditRecord& record, const ActivityNames& names);
/// Of an act that has no end, or failed; else empty.
QString changeOutcome(const AuditRecord& record);
/// An act on backups is written down before and after it: of one that ended only the end is left.
void dropBeginnings(std::vector<AuditRecord>& changes);
/// "Policy nightly changed by anna@laptop", and field by field from what to what.
QString changeSummaryText(const AuditRecord& record, const ActivityNames& names);
QString changeFactsText(const AuditRecord& record, const ActivityNames& names);
/// Of either; of a run that is in the audit too, with what stands there.
QString activitySummaryText(const ActivityEntry& entry, const ActivityNames& names);
QString activityFactsText(const ActivityEntry& entry, const ActivityNames& names);

} // namespace salvor

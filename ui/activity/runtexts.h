// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts, filter and order over the RunListModel.
#pragma once

#include "models/lists/runlistmodel.h"
#include "ui/main/windowpage.h"

#include <QSortFilterProxyModel>

namespace salvor {

class RunTexts final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit RunTexts(RunListModel& model, QObject* parent = nullptr);
    void setSelection(const Selection& selection);
    /// Only runs that failed, or succeeded in part.
    void setOnlyTroubled(bool only);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Null for an invalid index.
    const RunRecord* record(const QModelIndex& index) const;

private:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    QString text(const QModelIndex& index) const;

    RunListModel& m_model;
    Selection m_selection;
    bool m_onlyTroubled = false;
};

QString runKindText(const std::string& kind);
QString runDurationText(const RunRecord& run);

} // namespace salvor

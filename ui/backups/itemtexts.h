// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts over the BackupItemTreeModel.
#pragma once

#include <QIdentityProxyModel>

namespace salvor {

/// A chunk is told by the time it covers; its name and hash are in the tooltip.
class ItemTexts final : public QIdentityProxyModel {
    Q_OBJECT

public:
    using QIdentityProxyModel::QIdentityProxyModel;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString nameText(const QModelIndex& index) const;
    QString toolTip(const QModelIndex& index) const;
};

/// The name of a kind of item, in the singular: "chunk".
QString itemKindText(const QString& kind);

} // namespace salvor

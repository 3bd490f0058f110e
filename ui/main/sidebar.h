// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The servers and databases on the left of the main window.
#pragma once

#include "models/lists/servertreemodel.h"
#include "ui/main/windowpage.h"
#include "ui/main/workspacefeed.h"

#include <QIdentityProxyModel>
#include <QTreeView>

namespace salvor {

/// Texts, marks and tooltips over the ServerTreeModel.
class ServerTreeTexts final : public QIdentityProxyModel {
    Q_OBJECT

public:
    using QIdentityProxyModel::QIdentityProxyModel;
    QVariant data(const QModelIndex& index, int role) const override;
};

/// Keeps the selection over refreshes, as long as what was selected is there.
class Sidebar : public QTreeView {
    Q_OBJECT

public:
    explicit Sidebar(QWidget* parent = nullptr);
    void show(const WorkspaceSnapshot& snapshot);
    Selection selection() const;
    void setSelection(const Selection& selection);

signals:
    void selected(const salvor::Selection& selection);
    void contextMenuWanted(const QPoint& globalPosition);

private:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

    ServerTreeModel m_model;
    ServerTreeTexts m_texts;
    bool m_filling = false;
};

} // namespace salvor

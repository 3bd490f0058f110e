// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The items of one backup as a tree: hypertables with their chunks, tables, and the rest.
#pragma once

#include "models/backuprecord.h"

#include <QAbstractItemModel>

#include <memory>
#include <vector>

namespace salvor {

/// First level of the tree; a section without items is left out.
enum class BackupItemSection { Hypertables, Tables, Others };

/// Sections hold items, or groups that hold items: the chunks of a hypertable, the ranges of a big table. No
/// text for people but the names that stand in the backup. Lives in the window's thread.
///
/// Of an item's own fields it knows the kinds "chunk", "table" and "table_range"; a group is named after the
/// items' `details.hypertable` or `details.table`, else after their `group`.
class BackupItemTreeModel final : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Column { NameColumn, RowsColumn, SizeColumn, kColumns };
    enum Role {
        SectionRole = Qt::UserRole + 1, ///< BackupItemSection, on every node
        IsSectionRole,                  ///< bool
        IsItemRole,                     ///< bool; neither: a group
        NameRole,                       ///< QString; empty for a section
        IdRole,                         ///< QString, the item's id; empty for sections and groups
        KindRole,                       ///< QString, stable name ("chunk"); empty for sections and groups
        RowsRole,                       ///< qulonglong, the sum below for sections and groups
        SizeRole,                       ///< qulonglong bytes, likewise
        CountRole,                      ///< qulonglong items below; 1 for an item
        ContentHashRole,                ///< QString
        DetailsRole,                    ///< QJsonObject
    };
    Q_ENUM(Role)
    using Items = std::shared_ptr<const std::vector<BackupItemRow>>;

    explicit BackupItemTreeModel(QObject* parent = nullptr);
    ~BackupItemTreeModel() override;

    /// Resets, unless it is the very list that is shown; a backup's items never change.
    void setItems(Items items);

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

private:
    struct Node;
    const Node& nodeOf(const QModelIndex& index) const;
    QVariant value(const Node& node, int role) const;
    std::size_t addNode(std::size_t parent, Node node);
    void build();

    Items m_items;
    std::vector<Node> m_nodes; ///< [0] is the invisible root; a model index carries the position
};

} // namespace salvor

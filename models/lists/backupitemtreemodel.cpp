// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/backupitemtreemodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"

#include <array>
#include <map>

namespace salvor {

struct BackupItemTreeModel::Node {
    std::size_t parent = 0;
    int row = 0; ///< among the parent's children
    std::vector<std::size_t> children;
    BackupItemSection section = BackupItemSection::Others;
    bool isSection = false;
    const BackupItemRow* item = nullptr;
    std::string name;
    std::uint64_t rows = 0;
    std::uint64_t sizeBytes = 0;
    std::uint64_t count = 0;
};

namespace {

BackupItemSection sectionOf(const BackupItemRow& item) {
    if (item.kind == "chunk")
        return BackupItemSection::Hypertables;
    if (item.kind == "table" || item.kind == "table_range")
        return BackupItemSection::Tables;
    return BackupItemSection::Others;
}

bool isPartOfGroup(const BackupItemRow& item) { return item.kind == "chunk" || item.kind == "table_range"; }

std::string groupNameOf(const BackupItemRow& item) {
    const auto detail = [&](const char* key) {
        return fromQt(item.details.value(QLatin1String(key)).toString());
    };
    const std::string hypertable = detail("hypertable");
    if (item.kind == "chunk")
        return hypertable.empty() ? item.group : hypertable;
    const std::string relation = detail("relation");
    return relation.empty() ? item.group : detail("schema") + "." + relation;
}

} // namespace

BackupItemTreeModel::BackupItemTreeModel(QObject* parent)
    : QAbstractItemModel(parent)
    , m_nodes(1) {}

BackupItemTreeModel::~BackupItemTreeModel() = default;

void BackupItemTreeModel::setItems(Items items) {
    if (items == m_items)
        return;
    beginResetModel();
    m_items = std::move(items);
    build();
    endResetModel();
}

std::size_t BackupItemTreeModel::addNode(std::size_t parent, Node node) {
    const std::size_t position = m_nodes.size();
    node.parent = parent;
    node.row = static_cast<int>(m_nodes[parent].children.size());
    m_nodes[parent].children.push_back(position);
    m_nodes.push_back(std::move(node));
    return position;
}

void BackupItemTreeModel::build() {
    m_nodes.assign(1, Node{});
    if (!m_items)
        return;
    for (const auto section :
         {BackupItemSection::Hypertables, BackupItemSection::Tables, BackupItemSection::Others}) {
        std::size_t sectionNode = 0; // made by its first item
        std::map<std::string, std::size_t> groups;
        for (const auto& item : *m_items) {
            if (sectionOf(item) != section)
                continue;
            Node blank;
            blank.section = section;
            if (sectionNode == 0) {
                sectionNode = addNode(0, blank);
                m_nodes[sectionNode].isSection = true;
            }
            std::size_t parent = sectionNode;
            if (isPartOfGroup(item)) {
                auto [found, isNew] = groups.try_emplace(item.group, 0);
                if (isNew) {
                    blank.name = groupNameOf(item);
                    found->second = addNode(sectionNode, blank);
                }
                parent = found->second;
            }
            blank.name = item.name;
            blank.item = &item;
            std::size_t position = addNode(parent, std::move(blank));
            for (; position != 0; position = m_nodes[position].parent) {
                m_nodes[position].rows += item.rows;
                m_nodes[position].sizeBytes += item.sizeBytes;
                ++m_nodes[position].count;
            }
        }
    }
}

const BackupItemTreeModel::Node& BackupItemTreeModel::nodeOf(const QModelIndex& index) const {
    return m_nodes[index.isValid() ? static_cast<std::size_t>(index.internalId()) : 0];
}

QModelIndex BackupItemTreeModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeOf(parent).children[static_cast<std::size_t>(row)]);
}

QModelIndex BackupItemTreeModel::parent(const QModelIndex& child) const {
    if (!child.isValid())
        return {};
    const std::size_t parent = nodeOf(child).parent;
    return parent == 0 ? QModelIndex() : createIndex(m_nodes[parent].row, 0, parent);
}

int BackupItemTreeModel::rowCount(const QModelIndex& parent) const {
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent).children.size());
}

int BackupItemTreeModel::columnCount(const QModelIndex&) const { return kColumns; }

QVariant BackupItemTreeModel::headerData(int, Qt::Orientation, int) const { return {}; }

QHash<int, QByteArray> BackupItemTreeModel::roleNames() const { return roleNamesOf<Role>(); }

QVariant BackupItemTreeModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    static constexpr std::array<int, kColumns> kRoles = {NameRole, RowsRole, SizeRole};
    return value(nodeOf(index),
                 role == Qt::DisplayRole ? kRoles[static_cast<std::size_t>(index.column())] : role);
}

QVariant BackupItemTreeModel::value(const Node& node, int role) const {
    switch (role) {
    case SectionRole:
        return QVariant::fromValue(node.section);
    case IsSectionRole:
        return node.isSection;
    case IsItemRole:
        return node.item != nullptr;
    case NameRole:
        return toQt(node.name);
    case IdRole:
        return node.item ? toQt(node.item->id) : QString();
    case KindRole:
        return node.item ? toQt(node.item->kind) : QString();
    case RowsRole:
        return QVariant::fromValue<qulonglong>(node.rows);
    case SizeRole:
        return QVariant::fromValue<qulonglong>(node.sizeBytes);
    case CountRole:
        return QVariant::fromValue<qulonglong>(node.count);
    case ContentHashRole:
        return node.item ? toQt(node.item->contentHash) : QString();
    case DetailsRole:
        return node.item ? node.item->details : QJsonObject();
    default:
        return {};
    }
}

} // namespace salvor

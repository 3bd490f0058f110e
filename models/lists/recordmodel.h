// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of immutable pages as a model; new rows keep selection, current row and scroll position where they
// can.
#pragma once

#include "models/lists/pagedmodel.h"
#include "models/page.h"

#include <algorithm>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace salvor {

/// A derived class gives keys and values. Keys are unique in a list; should they not be, the list is reset.
template <typename Row>
class RecordModel : public PagedModel {
public:
    using PagedModel::PagedModel;
    using Rows = std::shared_ptr<const std::vector<Row>>;

    /// The whole list.
    void setRows(Rows rows) {
        const std::uint64_t total = rows->size();
        show(std::move(rows), total);
    }
    /// The first page of a list; what was appended before is gone.
    void setPage(const Page<Row>& page) { show(page.rows, page.total); }
    /// The next page. Ignored when it does not begin where this list ends: it belongs to an older state.
    void appendPage(const Page<Row>& page) {
        m_asked = false;
        if (page.offset != m_shown.size() || page.rows->empty()) {
            m_total = page.offset == m_shown.size() ? m_shown.size() : m_total;
            return;
        }
        beginInsertRows({}, rowCount(), rowCount() + static_cast<int>(page.rows->size()) - 1);
        for (const Row& row : *page.rows)
            m_shown.push_back(&row);
        m_owners.push_back(page.rows);
        endInsertRows();
        m_total = page.total;
    }

    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
    }
    bool canFetchMore(const QModelIndex& parent) const override {
        return !parent.isValid() && !m_asked && m_shown.size() < m_total;
    }
    void fetchMore(const QModelIndex& parent) override {
        if (!canFetchMore(parent))
            return;
        m_asked = true;
        emit moreNeeded(m_shown.size());
    }
    QVariant data(const QModelIndex& index, int role) const override {
        if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
            return {};
        const Row& row = *m_shown[static_cast<std::size_t>(index.row())];
        if (role == Qt::DisplayRole)
            return value(row, roleOfColumn(index.column()));
        return value(row, role);
    }

    /// The record of a row, or null. Valid until the model is given other rows.
    const Row* record(const QModelIndex& index) const {
        return index.isValid() && index.model() == this ? m_shown[static_cast<std::size_t>(index.row())]
                                                        : nullptr;
    }
    /// The first column of the row with that key, or an invalid index.
    QModelIndex indexOfKey(const std::string& wanted) const {
        for (std::size_t i = 0; i < m_shown.size(); ++i) {
            if (key(*m_shown[i]) == wanted)
                return index(static_cast<int>(i), 0);
        }
        return {};
    }

protected:
    virtual std::string key(const Row& row) const = 0;
    /// Typed, in a role of the derived class; nothing for other roles.
    virtual QVariant value(const Row& row, int role) const = 0;
    /// The role whose value a column shows: raw, a delegate makes text of it.
    virtual int roleOfColumn(int column) const = 0;

private:
    using Positions = std::unordered_map<std::string, std::size_t>;

    void show(Rows rows, std::uint64_t total) {
        m_asked = false;
        m_total = std::max<std::uint64_t>(total, rows->size());
        const auto wanted = positionsOf(pointersTo(*rows));
        const auto had = positionsOf(m_shown);
        const bool hasCommon =
            std::any_of(had.begin(), had.end(), [&](const auto& one) { return wanted.count(one.first); });
        if (wanted.size() != rows->size() || had.size() != m_shown.size() || !hasCommon)
            reset(*rows);
        else
            change(*rows, wanted);
        m_owners = {std::move(rows)};
    }

    void reset(const std::vector<Row>& rows) {
        beginResetModel();
        m_shown = pointersTo(rows);
        endResetModel();
    }

    /// Remove, reorder, insert, refresh: views keep what they know of rows that stay. The old pages live
    /// until the end.
    void change(const std::vector<Row>& rows, const Positions& wanted) {
        removeRowsBut(wanted);
        reorder(wanted);
        insertMissing(rows);
        m_shown = pointersTo(rows);
        emit dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
    }

    void removeRowsBut(const Positions& wanted) {
        for (std::size_t end = m_shown.size(); end > 0;) {
            if (wanted.count(key(*m_shown[end - 1]))) {
                --end;
                continue;
            }
            std::size_t begin = end - 1;
            while (begin > 0 && !wanted.count(key(*m_shown[begin - 1])))
                --begin;
            beginRemoveRows({}, static_cast<int>(begin), static_cast<int>(end) - 1);
            m_shown.erase(m_shown.begin() + static_cast<std::ptrdiff_t>(begin),
                          m_shown.begin() + static_cast<std::ptrdiff_t>(end));
            endRemoveRows();
            end = begin;
        }
    }

    void reorder(const Positions& wanted) {
        const auto before = [&](const Row* a, const Row* b) {
            return wanted.at(key(*a)) < wanted.at(key(*b));
        };
        if (std::is_sorted(m_shown.begin(), m_shown.end(), before))
            return;
        emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
        const std::vector<const Row*> old = m_shown;
        std::sort(m_shown.begin(), m_shown.end(), before);
        const Positions now = positionsOf(m_shown);
        const QModelIndexList from = persistentIndexList();
        QModelIndexList to;
        for (const auto& one : from)
            to << index(static_cast<int>(now.at(key(*old[static_cast<std::size_t>(one.row())]))),
                        one.column());
        changePersistentIndexList(from, to);
        emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
    }

    void insertMissing(const std::vector<Row>& rows) {
        for (std::size_t i = 0; i < rows.size();) {
            if (isShownAt(i, rows[i])) {
                ++i;
                continue;
            }
            std::size_t end = i + 1; // up to the next row that is here already
            while (end < rows.size() && !isShownAt(i, rows[end]))
                ++end;
            beginInsertRows({}, static_cast<int>(i), static_cast<int>(end) - 1);
            const auto added = pointersTo(rows, i, end);
            m_shown.insert(m_shown.begin() + static_cast<std::ptrdiff_t>(i), added.begin(), added.end());
            endInsertRows();
            i = end;
        }
    }

    bool isShownAt(std::size_t position, const Row& row) const {
        return position < m_shown.size() && key(*m_shown[position]) == key(row);
    }

    static std::vector<const Row*> pointersTo(const std::vector<Row>& rows) {
        return pointersTo(rows, 0, rows.size());
    }
    static std::vector<const Row*> pointersTo(const std::vector<Row>& rows, std::size_t from,
                                              std::size_t to) {
        std::vector<const Row*> pointers;
        for (std::size_t i = from; i < to; ++i)
            pointers.push_back(&rows[i]);
        return pointers;
    }
    Positions positionsOf(const std::vector<const Row*>& rows) const {
        Positions positions;
        for (std::size_t i = 0; i < rows.size(); ++i)
            positions.emplace(key(*rows[i]), i);
        return positions;
    }

    std::vector<Rows> m_owners;
    std::vector<const Row*> m_shown; ///< into m_owners
    std::uint64_t m_total = 0;
    bool m_asked = false;
};

} // namespace salvor

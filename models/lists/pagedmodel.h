// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What all list models share: signals for more rows and another order.
#pragma once

#include <QAbstractTableModel>

namespace salvor {

/// A table of values in typed roles, without a text for people: headers, texts and icons come from the
/// window's proxies and delegates. Lives in the window's thread. It never fetches: it asks by signal, and is
/// given immutable rows.
class PagedModel : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    int columnCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : m_columns;
    }
    /// Nothing: the base class would give numbers.
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Only asks: the order is the database's.
    void sort(int column, Qt::SortOrder order) override { emit sortNeeded(column, order); }

signals:
    /// A view came to the end of what is here, and there is more: give the page that begins at `offset`.
    void moreNeeded(quint64 offset);
    /// A view's header was clicked: give the first page in that order.
    void sortNeeded(int column, Qt::SortOrder order);

protected:
    void setColumns(int columns) { m_columns = columns; }

private:
    int m_columns = 1;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Commands before and after a run.
#pragma once

#include "ui/policies/policysection.h"

#include <QAbstractTableModel>

#include <array>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;

namespace salvor {

/// Lives in the window's thread.
class HookModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    struct Row {
        bool after = false;
        Hook hook;
    };
    enum Column { WhenColumn, CommandColumn, LimitColumn, FailureColumn, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    void setRows(std::vector<Row> rows);
    const std::vector<Row>& rows() const { return m_rows; }
    void append(Row row);
    void replace(int row, Row with);
    void remove(int row);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<Row> m_rows;
};

class HooksSection final : public PolicySection {
    Q_OBJECT

public:
    explicit HooksSection(QWidget* parent = nullptr);
    void setPolicy(const Policy& policy) override;
    void applyTo(Policy& policy) const override;
    QString summary() const override;

private:
    QWidget* makeForm();
    /// What the form says; what it has no control for is from `row`.
    HookModel::Row written(HookModel::Row row) const;
    QString problemOfForm() const;
    void showChosen();
    void update();

    HookModel m_model;
    QTableView* m_table = nullptr;
    QComboBox* m_when = nullptr;
    QLineEdit* m_command = nullptr;
    QSpinBox* m_limit = nullptr;
    QComboBox* m_failure = nullptr;
    QLineEdit* m_paths = nullptr;
    std::array<QCheckBox*, 4> m_outcomes{};
    QLabel* m_note = nullptr;
    QPushButton* m_add = nullptr;
    QPushButton* m_change = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace salvor

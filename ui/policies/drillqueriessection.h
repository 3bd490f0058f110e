// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Queries that every test restore of the policy's backups runs on the restored database: docs/drills.md.
#pragma once

#include "ui/policies/policysection.h"
#include "ui/support/rowsmodel.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace salvor {

/// Lives in the window's thread.
class DrillQueryModel final : public RowsModel<DrillCheck, 3> {
    Q_OBJECT

public:
    enum Column { NameColumn, QueryColumn, ExpectColumn };
    using RowsModel::RowsModel;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

class DrillQueriesSection final : public PolicySection {
    Q_OBJECT

public:
    explicit DrillQueriesSection(QWidget* parent = nullptr);
    void setPolicy(const Policy& policy) override;
    void applyTo(Policy& policy) const override;
    QString summary() const override;

private:
    QWidget* makeForm();
    DrillCheck written() const;
    /// With `written()` in the place of `row`, or after all when there is none.
    QString problemOfForm(int row) const;
    int chosenRow() const;
    void showChosen();
    void update();

    DrillQueryModel m_model;
    QTableView* m_table = nullptr;
    QLineEdit* m_name = nullptr;
    QLineEdit* m_sql = nullptr;
    QComboBox* m_expect = nullptr;
    QLineEdit* m_value = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_add = nullptr;
    QPushButton* m_change = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace salvor

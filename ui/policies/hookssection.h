// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Commands before and after a run.
#pragma once

#include "ui/policies/policysection.h"
#include "ui/support/rowsmodel.h"

#include <array>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QTableView;

namespace salvor {

/// A command, and on which side of a run it stands.
struct HookRow {
    bool after = false;
    Hook hook;
};

/// Lives in the window's thread.
class HookModel final : public RowsModel<HookRow, 4> {
    Q_OBJECT

public:
    using Row = HookRow;
    enum Column { WhenColumn, CommandColumn, LimitColumn, FailureColumn };
    using RowsModel::RowsModel;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
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

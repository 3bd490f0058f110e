// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Somebody else saved a policy meanwhile: both versions side by side, field by field, and one policy out of
// both.
#pragma once

#include "models/policy/policymerge.h"
#include "workers/core.h"
#include "workers/jobworker.h"

#include <QAbstractTableModel>
#include <QDialog>

class QLabel;
class QPushButton;

namespace salvor {

class ErrorPanel;

/// A tick in a column takes that side's value; what both changed has none at first. Lives in the window's
/// thread.
class ConflictModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { FieldColumn, BeforeColumn, YoursColumn, TheirsColumn, kColumns };
    explicit ConflictModel(std::vector<PolicyDifference> differences, QObject* parent = nullptr);
    const std::vector<PolicyDifference>& differences() const { return m_differences; }
    int undecided() const; ///< rows without a tick

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<PolicyDifference> m_differences;
    std::vector<bool> m_decided; ///< of each
};

/// Lives in the window's thread.
class ConflictDialog : public QDialog {
    Q_OBJECT

public:
    ConflictDialog(const Policy& before, const Policy& yours, const Policy& theirs,
                   QWidget* parent = nullptr);
    /// Says who saved theirs, once the audit has told it.
    void askAuthor(Core& core, Lookups& lookups);

signals:
    void chosen(const salvor::Policy& merged);

private:
    void setAuthor(const QString& who); ///< empty: not known
    void take();
    void update();

    Policy m_theirs;
    ConflictModel m_model;
    QLabel* m_text = nullptr;
    QLabel* m_open = nullptr; ///< what is still to be decided
    QPushButton* m_take = nullptr;
    ErrorPanel* m_error = nullptr;
};

} // namespace salvor

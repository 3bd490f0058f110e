// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// For a backup that cannot be loaded as it is: what a restore may then do. All of it is off until it is
// meant.
#pragma once

#include "ui/support/rowsmodel.h"
#include "workers/restoreexceptions.h"

#include <QStringList>
#include <QWidget>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;
class QTableView;

namespace salvor {

class FoldSection;

/// What is left out by name. Lives in the window's thread.
class LeaveOutModel final : public RowsModel<RestoreExceptions::Named, 2> {
    Q_OBJECT

public:
    enum Column { KindColumn, NameColumn };
    using RowsModel::RowsModel;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

/// Lives in the window's thread.
class ExceptionsBox : public QWidget {
    Q_OBJECT

public:
    explicit ExceptionsBox(QWidget* parent = nullptr);
    RestoreExceptions exceptions() const;
    /// Off again: they were meant for one backup.
    void reset();
    /// A name that was written and not added.
    QString problem() const;

    static QString kindText(const std::string& kind);
    /// What they make of a restore, a sentence each; none: nothing.
    static QStringList sentences(const RestoreExceptions& exceptions);

signals:
    void changed();

private:
    QWidget* makeLeaveOut();
    void update();

    LeaveOutModel m_model;
    QCheckBox* m_damaged = nullptr;
    QCheckBox* m_keepGoing = nullptr;
    FoldSection* m_fold = nullptr;
    QTableView* m_table = nullptr;
    QComboBox* m_kind = nullptr;
    QLineEdit* m_name = nullptr;
    QPushButton* m_add = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace salvor

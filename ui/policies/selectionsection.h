// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which databases a policy backs up: ordered rules, and what they select.
#pragma once

#include "ui/policies/policysection.h"

#include <QAbstractTableModel>
#include <QMap>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace salvor {

/// The rules, editable in place: a ticked rule includes. Lives in the window's thread.
class SelectionRuleModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { KindColumn, GlobColumn, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    void setRules(std::vector<SelectionRule> rules);
    const std::vector<SelectionRule>& rules() const { return m_rules; }
    void append(SelectionRule rule);
    void remove(int row);
    void move(int row, int by); ///< one up or down; beyond the ends nothing happens

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<SelectionRule> m_rules;
};

/// Databases, and whether the rules select them. Lives in the window's thread.
class SelectionPreviewModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { DatabaseColumn, ResultColumn, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    /// Sorted here. `copies`: which of them are restored copies, and of which database; these have to be
    /// named in a rule.
    void setDatabases(QStringList databases, QMap<QString, QString> copies = {});
    void setRules(const std::vector<SelectionRule>& rules);
    int selectedCount() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    int decidingRule(const QString& database) const; ///< -1: none matches
    bool isBackedUp(const QString& database) const;

    QStringList m_databases;
    QMap<QString, QString> m_copies;
    Policy m_policy;
};

class SelectionSection final : public PolicySection {
    Q_OBJECT

public:
    explicit SelectionSection(QWidget* parent = nullptr);
    void setPolicy(const Policy& policy) override;
    void applyTo(Policy& policy) const override;
    QString problem() const override;
    QString summary() const override;

    /// `origin`: where the list is from, as a sentence.
    void setDatabases(const QStringList& databases, const QString& origin,
                      const QMap<QString, QString>& copies = {});
    void setAsking(bool asking);

signals:
    void serverAsked(); ///< for the list of its databases

private:
    QWidget* makeRules();
    QWidget* makePreview();
    void addRule();
    void update();

    SelectionRuleModel m_rules;
    SelectionPreviewModel m_preview;
    std::vector<RelationRule> m_relations; ///< kept as they are
    QTableView* m_table = nullptr;
    QComboBox* m_kind = nullptr;
    QLineEdit* m_glob = nullptr;
    QPushButton* m_add = nullptr;
    QPushButton* m_up = nullptr;
    QPushButton* m_down = nullptr;
    QPushButton* m_remove = nullptr;
    QPushButton* m_ask = nullptr;
    QLabel* m_origin = nullptr;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/selectionsection.h"

#include "models/base/json.h"
#include "models/policy/leftout.h"
#include "ui/policies/policytexts.h"
#include "ui/support/statemark.h"
#include "ui/support/tables.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

bool isActedOn(const Policy& withTheFieldSet, const char* field) {
    return std::ranges::count(fieldsNotActedOn(withTheFieldSet), field) == 0;
}

void SelectionRuleModel::setRules(std::vector<SelectionRule> rules) {
    beginResetModel();
    m_rules = std::move(rules);
    endResetModel();
}

void SelectionRuleModel::append(SelectionRule rule) {
    const int row = rowCount();
    beginInsertRows({}, row, row);
    m_rules.push_back(std::move(rule));
    endInsertRows();
}

void SelectionRuleModel::remove(int row) {
    if (row < 0 || row >= rowCount())
        return;
    beginRemoveRows({}, row, row);
    m_rules.erase(m_rules.begin() + row);
    endRemoveRows();
}

void SelectionRuleModel::move(int row, int by) {
    const int to = row + by;
    if (row < 0 || row >= rowCount() || to < 0 || to >= rowCount())
        return;
    beginMoveRows({}, row, row, {}, by > 0 ? to + 1 : to);
    std::swap(m_rules[static_cast<std::size_t>(row)], m_rules[static_cast<std::size_t>(to)]);
    endMoveRows();
}

int SelectionRuleModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rules.size());
}
int SelectionRuleModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant SelectionRuleModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const SelectionRule& rule = m_rules[static_cast<std::size_t>(index.row())];
    if (index.column() == GlobColumn)
        return role == Qt::DisplayRole || role == Qt::EditRole || role == Qt::ToolTipRole
                   ? QVariant(toQt(rule.databaseGlob))
                   : QVariant();
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return rule.include ? tr("include") : tr("exclude");
    if (role == Qt::CheckStateRole)
        return rule.include ? Qt::Checked : Qt::Unchecked;
    return {};
}

bool SelectionRuleModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return false;
    SelectionRule& rule = m_rules[static_cast<std::size_t>(index.row())];
    if (index.column() == KindColumn && role == Qt::CheckStateRole)
        rule.include = value.toInt() == Qt::Checked;
    else if (index.column() == GlobColumn && role == Qt::EditRole && !value.toString().trimmed().isEmpty())
        rule.databaseGlob = value.toString().trimmed().toStdString();
    else
        return false;
    emit dataChanged(index, index);
    return true;
}

Qt::ItemFlags SelectionRuleModel::flags(const QModelIndex& index) const {
    const auto base = QAbstractTableModel::flags(index);
    if (!index.isValid())
        return base;
    return base | (index.column() == KindColumn ? Qt::ItemIsUserCheckable : Qt::ItemIsEditable);
}

QVariant SelectionRuleModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole)
        return {};
    if (orientation == Qt::Vertical)
        return section + 1;
    return section == KindColumn ? tr("Rule") : tr("Databases");
}

void SelectionPreviewModel::setDatabases(QStringList databases, QMap<QString, QString> copies) {
    beginResetModel();
    m_copies = std::move(copies);
    m_databases = std::move(databases);
    m_databases.sort(Qt::CaseInsensitive);
    endResetModel();
}

void SelectionPreviewModel::setRules(const std::vector<SelectionRule>& rules) {
    m_policy.rules = rules;
    if (!m_databases.isEmpty())
        emit dataChanged(index(0, 0), index(rowCount() - 1, kColumns - 1));
}

int SelectionPreviewModel::selectedCount() const {
    return static_cast<int>(
        std::ranges::count_if(m_databases, [this](const QString& name) { return isBackedUp(name); }));
}

bool SelectionPreviewModel::isBackedUp(const QString& database) const {
    return selects(m_policy, database.toStdString()) &&
           (!m_copies.contains(database) || namedDatabases(m_policy).contains(database.toStdString()));
}

int SelectionPreviewModel::decidingRule(const QString& database) const {
    for (int i = static_cast<int>(m_policy.rules.size()) - 1; i >= 0; --i) {
        if (matchesGlob(m_policy.rules[static_cast<std::size_t>(i)].databaseGlob, database.toStdString()))
            return i;
    }
    return -1;
}

int SelectionPreviewModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_databases.size());
}
int SelectionPreviewModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : kColumns;
}

QVariant SelectionPreviewModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const QString& name = m_databases[index.row()];
    const bool selected = isBackedUp(name);
    if (role == Qt::DecorationRole && index.column() == DatabaseColumn)
        return StateMark::icon(selected ? Tone::Good : Tone::Neutral);
    if (role != Qt::DisplayRole)
        return {};
    if (index.column() == DatabaseColumn)
        return name;
    const int rule = decidingRule(name);
    if (rule < 0)
        return tr("left out: no rule matches");
    if (!selected && selects(m_policy, name.toStdString()))
        return tr("left out: a restored copy of %1, which no rule names").arg(m_copies.value(name));
    return selected ? tr("backed up, by rule %1").arg(rule + 1) : tr("left out, by rule %1").arg(rule + 1);
}

QVariant SelectionPreviewModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == DatabaseColumn ? tr("Database") : tr("What the rules make of it");
}

SelectionSection::SelectionSection(QWidget* parent)
    : PolicySection(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 4);
    row->setSpacing(16);
    row->addWidget(makeRules(), 1);
    row->addWidget(makePreview(), 1);
    const auto touched = [this] {
        update();
        emit changed();
    };
    connect(&m_rules, &QAbstractItemModel::dataChanged, this, touched);
    connect(&m_rules, &QAbstractItemModel::rowsInserted, this, touched);
    connect(&m_rules, &QAbstractItemModel::rowsRemoved, this, touched);
    connect(&m_rules, &QAbstractItemModel::rowsMoved, this, touched);
    update();
}

QWidget* SelectionSection::makeRules() {
    auto* box = new QWidget(this);
    auto* note = new QLabel(tr("The last rule that matches decides. * stands for any letters, ? for one. "
                               "Databases made later are covered in the same way."),
                            box);
    note->setWordWrap(true);
    m_table = new QTableView(box);
    setUpTable(*m_table, "policyRules", tr("Rules on databases"));
    m_table->setSortingEnabled(false);
    m_table->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    m_table->setModel(&m_rules);
    m_table->verticalHeader()->show();
    m_table->setFrameShape(QFrame::StyledPanel);
    setColumnWidths(*m_table, {20, 18});
    m_table->setMinimumHeight(130);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &SelectionSection::update);
    const auto button = [&](const char* name, const QString& text) {
        auto* made = new QPushButton(text, box);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        made->setAutoDefault(false);
        return made;
    };
    m_kind = new QComboBox(box);
    m_kind->setObjectName(QStringLiteral("ruleKind"));
    m_kind->setAccessibleName(tr("Kind of the new rule"));
    m_kind->addItem(tr("Include"), true);
    m_kind->addItem(tr("Exclude"), false);
    m_kind->setCurrentIndex(1);
    m_glob = new QLineEdit(box);
    m_glob->setObjectName(QStringLiteral("ruleGlob"));
    m_glob->setAccessibleName(tr("Databases of the new rule"));
    m_glob->setPlaceholderText(tr("for example tmp_*"));
    m_add = button("ruleAdd", tr("A&dd"));
    m_up = button("ruleUp", tr("&Up"));
    m_down = button("ruleDown", tr("Do&wn"));
    m_remove = button("ruleRemove", tr("Re&move"));
    connect(m_add, &QPushButton::clicked, this, &SelectionSection::addRule);
    connect(m_glob, &QLineEdit::textChanged, this, &SelectionSection::update);
    const auto moveBy = [this](int by) {
        const int row = m_table->currentIndex().row();
        m_rules.move(row, by);
        update();
    };
    connect(m_up, &QPushButton::clicked, this, [moveBy] { moveBy(-1); });
    connect(m_down, &QPushButton::clicked, this, [moveBy] { moveBy(1); });
    connect(m_remove, &QPushButton::clicked, this, [this] { m_rules.remove(m_table->currentIndex().row()); });
    auto* fresh = new QHBoxLayout;
    fresh->addWidget(m_kind);
    fresh->addWidget(m_glob, 1);
    fresh->addWidget(m_add);
    auto* order = new QHBoxLayout;
    order->addWidget(m_up);
    order->addWidget(m_down);
    order->addWidget(m_remove);
    order->addStretch(1);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(note);
    column->addWidget(m_table, 1);
    column->addLayout(order);
    column->addLayout(fresh);
    return box;
}

QWidget* SelectionSection::makePreview() {
    auto* box = new QWidget(this);
    m_origin = new QLabel(box);
    m_origin->setObjectName(QStringLiteral("selectionOrigin"));
    m_origin->setTextFormat(Qt::PlainText);
    m_origin->setWordWrap(true);
    auto* table = new QTableView(box);
    setUpTable(*table, "selectionPreview", tr("What the rules select"));
    table->setSortingEnabled(false);
    table->setModel(&m_preview);
    table->setFrameShape(QFrame::StyledPanel);
    setColumnWidths(*table, {18, 24});
    table->setMinimumHeight(130);
    m_ask = new QPushButton(tr("As&k the server"), box);
    m_ask->setObjectName(QStringLiteral("selectionAsk"));
    m_ask->setAccessibleName(tr("Ask the server for its databases"));
    m_ask->setAutoDefault(false);
    connect(m_ask, &QPushButton::clicked, this, &SelectionSection::serverAsked);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_origin);
    column->addWidget(table, 1);
    column->addWidget(m_ask, 0, Qt::AlignLeft);
    return box;
}

void SelectionSection::addRule() {
    const QString glob = m_glob->text().trimmed();
    if (glob.isEmpty())
        return;
    m_rules.append({m_kind->currentData().toBool(), glob.toStdString()});
    m_glob->clear();
    m_table->setCurrentIndex(m_rules.index(m_rules.rowCount() - 1, 0));
    m_glob->setFocus();
}

void SelectionSection::update() {
    m_preview.setRules(m_rules.rules());
    const int row = m_table->currentIndex().row();
    m_add->setEnabled(!m_glob->text().trimmed().isEmpty());
    m_up->setEnabled(row > 0);
    m_down->setEnabled(row >= 0 && row + 1 < m_rules.rowCount());
    m_remove->setEnabled(row >= 0);
}

void SelectionSection::setPolicy(const Policy& policy) {
    const QSignalBlocker quiet(this);
    m_rules.setRules(policy.rules);
    m_relations = policy.relationRules;
    m_table->setCurrentIndex(m_rules.index(0, 0));
    update();
}

void SelectionSection::applyTo(Policy& policy) const { policy.rules = m_rules.rules(); }

QString SelectionSection::problem() const {
    return std::ranges::any_of(m_rules.rules(), &SelectionRule::include)
               ? QString()
               : tr("No rule includes anything: nothing would ever be backed up.");
}

QString SelectionSection::summary() const {
    const QString rules = PolicyTexts::selection(m_rules.rules());
    const int known = m_preview.rowCount();
    return known == 0 ? rules
                      : tr("%1 (%2 of %n known database(s))", nullptr, known)
                            .arg(rules)
                            .arg(m_preview.selectedCount());
}

void SelectionSection::setDatabases(const QStringList& databases, const QString& origin,
                                    const QMap<QString, QString>& copies) {
    m_preview.setDatabases(databases, copies);
    m_origin->setText(origin);
    emit changed();
}

void SelectionSection::setAsking(bool asking) { m_ask->setEnabled(!asking); }

} // namespace salvor

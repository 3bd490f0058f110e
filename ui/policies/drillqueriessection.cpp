// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/drillqueriessection.h"

#include "models/base/json.h"
#include "ui/support/tables.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace salvor {

namespace {

QString expectText(const DrillCheck& query) {
    switch (query.expect) {
    case DrillCheck::Expect::Rows:
        return DrillQueriesSection::tr("some row");
    case DrillCheck::Expect::NoRows:
        return DrillQueriesSection::tr("no row");
    case DrillCheck::Expect::Value:
        break;
    }
    return DrillQueriesSection::tr("“%1”").arg(toQt(query.value));
}

} // namespace

QVariant DrillQueryModel::data(const QModelIndex& index, int role) const {
    const DrillCheck* found = at(index);
    if (found == nullptr || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const DrillCheck& query = *found;
    switch (index.column()) {
    case NameColumn:
        return toQt(query.name);
    case QueryColumn:
        return role == Qt::DisplayRole ? toQt(query.sql).simplified() : toQt(query.sql);
    default:
        return expectText(query);
    }
}

QVariant DrillQueryModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == NameColumn ? tr("Name") : section == QueryColumn ? tr("Query") : tr("Has to give");
}

DrillQueriesSection::DrillQueriesSection(QWidget* parent)
    : PolicySection(parent) {
    auto* note = new QLabel(tr("Each test restore runs them, one after the other, in a transaction that only "
                               "reads. One that gives something else makes the test restore fail."),
                            this);
    note->setWordWrap(true);
    m_table = new QTableView(this);
    setUpTable(*m_table, "policyQueries", tr("Queries of a test restore"));
    m_table->setSortingEnabled(false);
    m_table->setFrameShape(QFrame::StyledPanel);
    m_table->setModel(&m_model);
    setColumnWidths(*m_table, {22, 56, 18});
    m_table->setMinimumHeight(110);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &DrillQueriesSection::showChosen);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->addWidget(note);
    column->addWidget(m_table);
    column->addWidget(makeForm());
    update();
}

QWidget* DrillQueriesSection::makeForm() {
    auto* box = new QWidget(this);
    const auto line = [&](const char* name, const QString& spoken, const QString& example) {
        auto* made = new QLineEdit(box);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(spoken);
        made->setPlaceholderText(example);
        connect(made, &QLineEdit::textChanged, this, &DrillQueriesSection::update);
        return made;
    };
    m_name = line("queryName", tr("Name of the query"), tr("name"));
    m_sql = line("querySql", tr("Query"), tr("SELECT 1 FROM invoices WHERE paid LIMIT 1"));
    m_value = line("queryValue", tr("The value that it has to give"), tr("value"));
    m_expect = new QComboBox(box);
    m_expect->setObjectName(QStringLiteral("queryExpect"));
    m_expect->setAccessibleName(tr("What the query has to give"));
    m_expect->addItem(tr("some row"), static_cast<int>(DrillCheck::Expect::Rows));
    m_expect->addItem(tr("no row"), static_cast<int>(DrillCheck::Expect::NoRows));
    m_expect->addItem(tr("this value"), static_cast<int>(DrillCheck::Expect::Value));
    connect(m_expect, &QComboBox::currentIndexChanged, this, &DrillQueriesSection::update);
    m_note = new QLabel(box);
    m_note->setObjectName(QStringLiteral("queryNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    const auto button = [&](const char* name, const QString& text) {
        auto* made = new QPushButton(text, box);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        made->setAutoDefault(false);
        return made;
    };
    m_add = button("queryAdd", tr("&Add as new"));
    m_change = button("queryChange", tr("Change the chosen &query"));
    m_remove = button("queryRemove", tr("Remove the chosen quer&y"));
    connect(m_add, &QPushButton::clicked, this, [this] {
        m_model.append(written());
        m_table->setCurrentIndex(m_model.index(m_model.rowCount() - 1, 0));
        emit changed();
    });
    connect(m_change, &QPushButton::clicked, this, [this] {
        m_model.replace(chosenRow(), written());
        emit changed();
    });
    connect(m_remove, &QPushButton::clicked, this, [this] {
        m_model.remove(chosenRow());
        update();
        emit changed();
    });
    auto* first = new QHBoxLayout;
    first->addWidget(m_name, 1);
    first->addWidget(m_sql, 3);
    auto* second = new QHBoxLayout;
    auto* label = new QLabel(tr("has to give"), box);
    label->setBuddy(m_expect);
    second->addWidget(label);
    second->addWidget(m_expect);
    second->addWidget(m_value);
    second->addStretch(1);
    auto* third = new QHBoxLayout;
    for (QPushButton* one : {m_add, m_change, m_remove})
        third->addWidget(one);
    third->addStretch(1);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 4, 0, 0);
    column->addLayout(first);
    column->addLayout(second);
    column->addWidget(m_note);
    column->addLayout(third);
    return box;
}

int DrillQueriesSection::chosenRow() const {
    const int row = m_table->currentIndex().row();
    return row < m_model.rowCount() ? row : -1;
}

DrillCheck DrillQueriesSection::written() const {
    DrillCheck query;
    query.name = m_name->text().trimmed().toStdString();
    query.sql = m_sql->text().trimmed().toStdString();
    query.expect = static_cast<DrillCheck::Expect>(m_expect->currentData().toInt());
    if (query.expect == DrillCheck::Expect::Value)
        query.value = m_value->text().toStdString();
    return query;
}

QString DrillQueriesSection::problemOfForm(int row) const {
    if (m_name->text().trimmed().isEmpty() || m_sql->text().trimmed().isEmpty())
        return tr("Write a name and a query to add it.");
    auto all = m_model.rows();
    if (row >= 0)
        all[static_cast<std::size_t>(row)] = written();
    else
        all.push_back(written());
    const auto good = validate(all);
    return good ? QString() : toQt(good.error().message);
}

void DrillQueriesSection::showChosen() {
    if (const int row = chosenRow(); row >= 0) {
        const DrillCheck& chosen = m_model.rows()[static_cast<std::size_t>(row)];
        m_name->setText(toQt(chosen.name));
        m_sql->setText(toQt(chosen.sql));
        m_expect->setCurrentIndex(m_expect->findData(static_cast<int>(chosen.expect)));
        m_value->setText(toQt(chosen.value));
    }
    update();
}

void DrillQueriesSection::update() {
    const int row = chosenRow();
    const QString problem = problemOfForm(-1);
    const bool changeable = row >= 0 && problemOfForm(row).isEmpty();
    m_note->setText(changeable ? QString() : problem);
    m_value->setEnabled(m_expect->currentData().toInt() == static_cast<int>(DrillCheck::Expect::Value));
    m_add->setEnabled(problem.isEmpty());
    m_change->setEnabled(changeable);
    m_remove->setEnabled(row >= 0);
}

void DrillQueriesSection::setPolicy(const Policy& policy) {
    m_model.setRows(policy.drillChecks);
    update();
}

void DrillQueriesSection::applyTo(Policy& policy) const { policy.drillChecks = m_model.rows(); }

QString DrillQueriesSection::summary() const {
    const int count = m_model.rowCount();
    return count == 0 ? tr("None") : tr("%n check(s)", nullptr, count);
}

} // namespace salvor

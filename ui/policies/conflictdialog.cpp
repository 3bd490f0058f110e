// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/conflictdialog.h"

#include "models/base/json.h"
#include "ui/support/errorpanel.h"
#include "ui/support/tables.h"

#include <QDialogButtonBox>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace salvor {

namespace {

QString shown(const QJsonValue& value) {
    if (value.isUndefined())
        return ConflictModel::tr("not set");
    if (value.isString())
        return value.toString();
    if (value.isObject()) {
        QStringList parts;
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it)
            parts << ConflictModel::tr("%1: %2", "key, value").arg(it.key(), shown(*it));
        return parts.join(QStringLiteral(", "));
    }
    if (value.isArray())
        return QString::fromUtf8(QJsonDocument(value.toArray()).toJson(QJsonDocument::Compact));
    return value.toVariant().toString();
}

} // namespace

ConflictModel::ConflictModel(std::vector<PolicyDifference> differences, QObject* parent)
    : QAbstractTableModel(parent)
    , m_differences(std::move(differences)) {}

int ConflictModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_differences.size());
}
int ConflictModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant ConflictModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const PolicyDifference& one = m_differences[static_cast<std::size_t>(index.row())];
    if (role == Qt::CheckStateRole && (index.column() == YoursColumn || index.column() == TheirsColumn))
        return one.takeYours == (index.column() == YoursColumn) ? Qt::Checked : Qt::Unchecked;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case FieldColumn:
        return toQt(one.field);
    case BeforeColumn:
        return shown(one.before);
    case YoursColumn:
        return shown(one.yours);
    default:
        return shown(one.theirs);
    }
}

bool ConflictModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid) ||
        role != Qt::CheckStateRole || index.column() < YoursColumn)
        return false;
    const bool ticked = value.toInt() == Qt::Checked;
    m_differences[static_cast<std::size_t>(index.row())].takeYours =
        ticked == (index.column() == YoursColumn);
    emit dataChanged(this->index(index.row(), YoursColumn), this->index(index.row(), TheirsColumn));
    return true;
}

Qt::ItemFlags ConflictModel::flags(const QModelIndex& index) const {
    const auto base = QAbstractTableModel::flags(index);
    return index.column() >= YoursColumn ? base | Qt::ItemIsUserCheckable : base;
}

QVariant ConflictModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case FieldColumn:
        return tr("Field");
    case BeforeColumn:
        return tr("When you began");
    case YoursColumn:
        return tr("Yours");
    default:
        return tr("Theirs, saved already");
    }
}

ConflictDialog::ConflictDialog(const Policy& before, const Policy& yours, const Policy& theirs,
                               QWidget* parent)
    : QDialog(parent)
    , m_theirs(theirs)
    , m_model(policyDifferences(before, yours, theirs)) {
    setObjectName(QStringLiteral("conflictDialog"));
    setWindowTitle(tr("The policy was changed by somebody else"));
    auto* text =
        new QLabel(tr("While you were editing, somebody saved revision %1 of this policy. Nothing of either "
                      "version is lost: tick what is to count. You can look it over once more before it is "
                      "saved.")
                       .arg(theirs.revision),
                   this);
    text->setWordWrap(true);
    auto* table = new QTableView(this);
    setUpTable(*table, "conflictTable", tr("Where the two versions differ"));
    table->setSortingEnabled(false);
    table->setFrameShape(QFrame::StyledPanel);
    table->setModel(&m_model);
    setColumnWidths(*table, {26, 24, 30, 30});
    table->setCurrentIndex(m_model.index(0, ConflictModel::YoursColumn));
    m_error = new ErrorPanel(this);
    auto* buttons = new QDialogButtonBox(this);
    auto* back = buttons->addButton(tr("&Back to editing"), QDialogButtonBox::RejectRole);
    back->setObjectName(QStringLiteral("conflictBack"));
    auto* takeIt = buttons->addButton(tr("Take what is &ticked"), QDialogButtonBox::AcceptRole);
    takeIt->setObjectName(QStringLiteral("conflictTake"));
    connect(buttons, &QDialogButtonBox::accepted, this, &ConflictDialog::take);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 14, 16, 12);
    column->setSpacing(10);
    column->addWidget(text);
    column->addWidget(table, 1);
    column->addWidget(m_error);
    column->addWidget(buttons);
    resize(860, 380);
}

void ConflictDialog::take() {
    auto merged = mergedPolicy(m_theirs, m_model.differences());
    if (!merged) {
        m_error->showError(merged.error());
        return;
    }
    emit chosen(*merged);
    accept();
}

} // namespace salvor

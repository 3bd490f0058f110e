// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/conflictdialog.h"

#include "models/base/json.h"
#include "ui/activity/activitytexts.h"
#include "ui/policies/policytexts.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/tables.h"

#include <QDialogButtonBox>
#include <QJsonArray>
#include <QJsonDocument>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

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
    , m_differences(std::move(differences)) {
    for (const auto& one : m_differences)
        m_decided.push_back(!one.changedByBoth());
}

int ConflictModel::undecided() const {
    return static_cast<int>(std::count(m_decided.begin(), m_decided.end(), false));
}

int ConflictModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_differences.size());
}
int ConflictModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant ConflictModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const PolicyDifference& one = m_differences[static_cast<std::size_t>(index.row())];
    if (role == Qt::CheckStateRole && (index.column() == YoursColumn || index.column() == TheirsColumn))
        return m_decided[static_cast<std::size_t>(index.row())] &&
                       one.takeYours == (index.column() == YoursColumn)
                   ? Qt::Checked
                   : Qt::Unchecked;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (index.column()) {
    case FieldColumn:
        return PolicyTexts::field(one.field);
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
    m_decided[static_cast<std::size_t>(index.row())] = true;
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
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("conflictText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_open = new QLabel(this);
    m_open->setObjectName(QStringLiteral("conflictOpen"));
    m_open->setWordWrap(true);
    auto* table = new QTableView(this);
    setUpTable(*table, "conflictTable", tr("Where the two versions differ"));
    table->setSortingEnabled(false);
    table->setFrameShape(QFrame::StyledPanel);
    table->setModel(&m_model);
    setColumnWidths(*table, {26, 24, 30, 30});
    table->setCurrentIndex(m_model.index(0, ConflictModel::YoursColumn));
    m_error = new ErrorPanel(this);
    auto* buttons = new QDialogButtonBox(this);
    QPushButton* back = buttons->addButton(tr("&Back to editing"), QDialogButtonBox::RejectRole);
    back->setObjectName(QStringLiteral("conflictBack"));
    back->setAutoDefault(false);
    m_take = buttons->addButton(tr("Take what is &ticked"), QDialogButtonBox::AcceptRole);
    m_take->setObjectName(QStringLiteral("conflictTake"));
    m_take->setDefault(true);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &ConflictDialog::update);
    connect(buttons, &QDialogButtonBox::accepted, this, &ConflictDialog::take);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 14, 16, 12);
    column->setSpacing(10);
    column->addWidget(m_text);
    column->addWidget(table, 1);
    column->addWidget(m_open);
    column->addWidget(m_error);
    column->addWidget(buttons);
    resize(860, 380);
    setAuthor({});
    update();
}

void ConflictDialog::setAuthor(const QString& who) {
    const QString saved =
        who.isEmpty()
            ? tr("While you were editing, somebody saved revision %1 of this policy.").arg(m_theirs.revision)
            : tr("While you were editing, %1 saved revision %2 of this policy.")
                  .arg(who)
                  .arg(m_theirs.revision);
    m_text->setText(saved + QLatin1Char(' ') +
                    tr("What only one of you changed is ticked already; where both did, tick what is to "
                       "count. What has no tick is dropped. You can look it over once more before it is "
                       "saved."));
}

void ConflictDialog::askAuthor(Core& core, Lookups& lookups) {
    AuditFilter filter;
    filter.subject = m_theirs.uuid;
    filter.action = "policy";
    auto* ask = new BackgroundCall(lookups, this);
    ask->run<std::vector<AuditRecord>>(
        [&core, filter](const CancelToken&) { return core.auditTrail(filter); },
        [this](Result<std::vector<AuditRecord>> records) {
            if (!records)
                return; // it stays "somebody"
            const auto saved = std::ranges::find_if(*records, [this](const AuditRecord& record) {
                return record.after.value(QLatin1String("revision")).toInteger() == m_theirs.revision;
            });
            if (saved != records->end())
                setAuthor(authorText(saved->who));
        });
}

void ConflictDialog::update() {
    const int open = m_model.undecided();
    m_open->setText(tr("Both of you changed %n field(s): tick one side of each.", nullptr, open));
    m_open->setVisible(open > 0);
    m_take->setEnabled(open == 0);
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

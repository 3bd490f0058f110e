// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/exceptionsbox.h"

#include "models/base/json.h"
#include "ui/restore/pageparts.h"
#include "ui/support/foldsection.h"
#include "ui/support/tables.h"

#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

#include <array>

namespace salvor {

namespace {

constexpr int kUnderABox = 22;

QLabel* underABox(const QString& text, QWidget* parent) {
    QLabel* label = plainLabel(text, parent);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setContentsMargins(kUnderABox, 0, 0, 0);
    return label;
}

/// As the option of the command line names them.
constexpr std::array kKinds{"constraint", "index", "generated", "extension"};

/// With an example that fits into the field.
struct Shape {
    QString example;
    QString explanation;
};

Shape shapeOf(const QString& kind) {
    if (kind == QLatin1String("index"))
        return {QStringLiteral("public.orders_by_day"), ExceptionsBox::tr("Schema and index")};
    if (kind == QLatin1String("generated"))
        return {QStringLiteral("public.orders.total"), ExceptionsBox::tr("Schema, table and column")};
    if (kind == QLatin1String("extension"))
        return {QStringLiteral("pg_cron"), ExceptionsBox::tr("Name of the extension")};
    return {QStringLiteral("public.orders.customer_fkey"),
            ExceptionsBox::tr("Schema, table (or domain) and constraint")};
}

} // namespace

QVariant LeaveOutModel::data(const QModelIndex& index, int role) const {
    const auto* row = at(index);
    if (row == nullptr || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    return index.column() == KindColumn ? ExceptionsBox::kindText(row->kind) : toQt(row->name);
}

QVariant LeaveOutModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == KindColumn ? tr("Kind") : tr("Name");
}

ExceptionsBox::ExceptionsBox(QWidget* parent)
    : QWidget(parent) {
    m_damaged = new QCheckBox(tr("&Try it although the backup is known to be damaged or incomplete"), this);
    m_damaged->setObjectName(QStringLiteral("exceptDamaged"));
    m_keepGoing =
        new QCheckBox(tr("Bring the &rows back also where a constraint or an index cannot be made"), this);
    m_keepGoing->setObjectName(QStringLiteral("exceptKeepGoing"));
    m_fold = new FoldSection("exceptLeaveOut", tr("Leave out by name"), makeLeaveOut(), this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(bolded(plainLabel(tr("If the backup cannot be loaded as it is"), this)));
    column->addWidget(
        plainLabel(tr("Leave all of this off until a check or a restore has said that it is needed."), this));
    column->addSpacing(4);
    column->addWidget(m_damaged);
    column->addWidget(underABox(tr("It stops where it meets the damage. What it got until then stays under a "
                                   "hidden name, to be looked at or dropped."),
                                this));
    column->addWidget(m_keepGoing);
    column->addWidget(underABox(tr("What cannot be made is left out and named, with the SQL that makes it "
                                   "good. The database is then proved but for that, and never called equal."),
                                this));
    column->addSpacing(4);
    column->addWidget(m_fold);
    connect(m_damaged, &QCheckBox::toggled, this, &ExceptionsBox::changed);
    connect(m_keepGoing, &QCheckBox::toggled, this, &ExceptionsBox::changed);
    update();
}

QWidget* ExceptionsBox::makeLeaveOut() {
    auto* box = new QWidget(this);
    m_table = new QTableView(box);
    setUpTable(*m_table, "exceptTable", tr("What is left out by name"));
    m_table->setSortingEnabled(false);
    m_table->setFrameShape(QFrame::StyledPanel);
    m_table->setModel(&m_model);
    setColumnWidths(*m_table, {22, 60});
    m_table->setFixedHeight(m_table->fontMetrics().height() * 7);
    m_kind = new QComboBox(box);
    m_kind->setObjectName(QStringLiteral("exceptKind"));
    m_kind->setAccessibleName(tr("Kind of what is left out"));
    for (const char* kind : kKinds)
        m_kind->addItem(kindText(kind), QString::fromLatin1(kind));
    m_name = new QLineEdit(box);
    m_name->setObjectName(QStringLiteral("exceptName"));
    m_name->setAccessibleName(tr("Its name"));
    const auto button = [&](const char* name, const QString& text, const QString& said) {
        auto* made = new QPushButton(text, box);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(said);
        made->setAutoDefault(false);
        return made;
    };
    m_add = button("exceptAdd", tr("&Add"), tr("Leave this out"));
    m_remove = button("exceptRemove", tr("Re&move"), tr("Do not leave the chosen one out"));
    auto* form = new QHBoxLayout;
    form->addWidget(m_kind);
    form->addWidget(m_name, 1);
    form->addWidget(m_add);
    form->addWidget(m_remove);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 4);
    column->addLayout(form);
    column->addWidget(m_table);
    const auto add = [this] {
        m_model.append(
            {m_kind->currentData().toString().toStdString(), m_name->text().trimmed().toStdString()});
        m_table->setCurrentIndex(m_model.index(m_model.rowCount() - 1, 0));
        m_name->clear();
        m_name->setFocus();
        emit changed();
    };
    connect(m_add, &QPushButton::clicked, this, add);
    connect(m_remove, &QPushButton::clicked, this, [this] {
        m_model.remove(m_table->currentIndex().row());
        update();
        emit changed();
    });
    connect(m_kind, &QComboBox::currentIndexChanged, this, &ExceptionsBox::update);
    connect(m_name, &QLineEdit::textChanged, this, [this] {
        update();
        emit changed();
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &ExceptionsBox::update);
    return box;
}

void ExceptionsBox::update() {
    const Shape shape = shapeOf(m_kind->currentData().toString());
    m_name->setPlaceholderText(tr("such as %1").arg(shape.example));
    m_name->setToolTip(
        tr("%1, with dots between them; a part that has a dot goes in double quotes").arg(shape.explanation));
    m_add->setEnabled(!m_name->text().trimmed().isEmpty());
    m_remove->setEnabled(m_table->currentIndex().isValid());
    if (m_fold == nullptr)
        return; // still being made
    const int count = m_model.rowCount();
    m_fold->setSummary(count == 0 ? tr("Nothing") : tr("%n left out", "by name", count));
    m_fold->setProblem(problem());
}

QString ExceptionsBox::problem() const {
    return m_name->text().trimmed().isEmpty() ? QString() : tr("Add the name that was written, or clear it.");
}

RestoreExceptions ExceptionsBox::exceptions() const {
    return {m_model.rows(), m_keepGoing->isChecked(), m_damaged->isChecked()};
}

void ExceptionsBox::reset() {
    m_model.setRows({});
    m_name->clear();
    m_keepGoing->setChecked(false);
    m_damaged->setChecked(false);
    m_fold->setOpen(false);
    update();
}

QString ExceptionsBox::kindText(const std::string& kind) {
    return kind == "index"       ? tr("Index")
           : kind == "generated" ? tr("Generated column")
           : kind == "extension" ? tr("Extension")
                                 : tr("Constraint");
}

QStringList ExceptionsBox::sentences(const RestoreExceptions& exceptions) {
    QStringList all;
    if (exceptions.althoughDamaged)
        all << tr("It is tried although the backup is known to be damaged or incomplete: it stops where it "
                  "meets that, and what it got stays hidden.");
    if (exceptions.keepGoing)
        all << tr(
            "A constraint, index, generated column or extension that cannot be made is left out, and named.");
    for (const auto& [kind, name] : exceptions.leaveOut)
        all << (kind == "index"       ? tr("The index %1 is not made.").arg(toQt(name))
                : kind == "generated" ? tr("The generated column %1 becomes an ordinary one.").arg(toQt(name))
                : kind == "extension" ? tr("The extension %1 is not made, nor what needs it.").arg(toQt(name))
                                      : tr("The constraint %1 is not made.").arg(toQt(name)));
    return all;
}

} // namespace salvor

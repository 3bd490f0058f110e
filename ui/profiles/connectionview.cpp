// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/profiles/connectionview.h"

#include "models/base/json.h"
#include "models/policy/leftout.h"
#include "models/sourcetexts.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QStandardItemModel>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <set>

namespace salvor {

namespace {

QStandardItem* cell(const QString& text, Qt::Alignment alignment = Qt::AlignVCenter | Qt::AlignLeft) {
    auto* item = new QStandardItem(text);
    item->setEditable(false);
    item->setToolTip(text);
    item->setTextAlignment(alignment);
    return item;
}

} // namespace

ConnectionView::ConnectionView(QWidget* parent)
    : QWidget(parent) {
    m_summary = new QLabel(this);
    m_summary->setObjectName(QStringLiteral("connectionSummary"));
    m_summary->setWordWrap(true);
    m_notes = new QLabel(this);
    m_notes->setObjectName(QStringLiteral("connectionNotes"));
    m_notes->setWordWrap(true);
    m_notes->setTextFormat(Qt::PlainText);
    m_notes->setTextInteractionFlags(Qt::TextSelectableByMouse); // it may hold a line of SQL
    m_model = new QStandardItemModel(this);
    connect(m_model, &QStandardItemModel::itemChanged, this, [this] {
        showRights();
        emit choiceChanged();
    });
    m_sources = new QTableView(this);
    m_sources->setObjectName(QStringLiteral("connectionSources"));
    m_sources->setAccessibleName(tr("Databases on the server"));
    m_sources->setModel(m_model);
    m_sources->verticalHeader()->hide();
    m_sources->setShowGrid(false);
    m_sources->setAlternatingRowColors(true);
    m_sources->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_sources->setTabKeyNavigation(false); // Tab goes on to what follows
    m_sources->setMinimumHeight(120);
    m_rightsTitle = new QLabel(
        tr("Rights are missing. Run this as an administrator of the server, then test again:"), this);
    m_rightsTitle->setWordWrap(true);
    m_rightsSql = new QPlainTextEdit(this);
    m_rightsSql->setObjectName(QStringLiteral("connectionRightsSql"));
    m_rightsSql->setAccessibleName(tr("SQL that grants the missing rights"));
    m_rightsSql->setReadOnly(true);
    m_rightsSql->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_rightsSql->setMaximumHeight(110);
    m_rightsTitle->setBuddy(m_rightsSql);
    m_copy = new QToolButton(this);
    m_copy->setObjectName(QStringLiteral("connectionRightsCopy"));
    m_copy->setText(tr("Copy SQL"));
    m_copy->setIcon(Icons::of(Icons::Copy));
    m_copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_copy->setAccessibleName(tr("Copy the SQL that grants the missing rights"));
    connect(m_copy, &QToolButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_rightsSql->toPlainText()); });
    m_error = new ErrorPanel(this);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_error, m_summary, m_sources, m_rightsTitle, m_rightsSql})
        layout->addWidget(widget, widget == m_sources ? 1 : 0);
    layout->addWidget(m_copy, 0, Qt::AlignLeft);
    layout->addWidget(m_notes);
    layout->addStretch(); // without a table an error is not pulled over the whole height
    clear();
}

void ConnectionView::clear() {
    m_error->clear();
    m_summary->clear();
    m_model->clear();
    for (QWidget* widget :
         std::initializer_list<QWidget*>{m_summary, m_sources, m_rightsTitle, m_rightsSql, m_copy, m_notes})
        widget->hide();
}

void ConnectionView::showBusy() {
    clear();
    m_summary->setText(tr("Connecting…"));
    m_summary->show();
}

void ConnectionView::showError(const Error& error) {
    clear();
    m_error->showError(error);
}

void ConnectionView::setChoosable(bool choosable) { m_choosable = choosable; }

void ConnectionView::setPolicies(std::vector<Policy> policies) { m_policies = std::move(policies); }

QString ConnectionView::policiesOf(const SourceInfo& source) const {
    QStringList titles;
    for (const auto& policy : m_policies) {
        if (backsUp(policy, source))
            titles << toQt(policy.title);
    }
    return titles.join(tr(", ", "list"));
}

QStringList ConnectionView::heads() const {
    QStringList heads{tr("Database"), tr("Size"), tr("Extensions")};
    if (!m_policies.empty())
        heads.insert(2, tr("Backed up"));
    return heads;
}

void ConnectionView::showReport(const ConnectionReport& report, const std::string& login) {
    // A second test of the same server keeps what was chosen.
    const auto ticks =
        report.systemId == m_report.systemId ? this->ticks() : std::map<std::string, Qt::CheckState>();
    clear();
    m_report = report;
    m_login = login;
    const double skew = static_cast<double>(report.clockSkew.count()) / 1000;
    QStringList parts{tr("%1 %2", "server, version").arg(toQt(report.product), toQt(report.serverVersion)),
                      report.encrypted ? tr("encrypted connection") : tr("connection NOT encrypted")};
    parts << (std::abs(skew) < 2 ? tr("clocks agree")
                                 : tr("its clock is off by %1").arg(Format::duration(std::abs(skew))));
    parts << (report.toolProblem.empty() ? tr("tools: %1").arg(toQt(report.toolVersion))
                                         : toQt(report.toolProblem));
    m_summary->setText(parts.join(QStringLiteral("  ·  ")));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->show();

    m_model->setHorizontalHeaderLabels(heads());
    std::set<std::string> lacking;
    for (const auto& right : report.missingRights)
        lacking.insert(databaseOf(right, report));
    for (const auto& source : report.sources) {
        QStandardItem* name = cell(toQt(source.name));
        if (m_choosable) {
            name->setCheckable(true);
            const auto before = ticks.find(source.name);
            name->setCheckState(before != ticks.end() ? before->second
                                : copyOf(source)      ? Qt::Unchecked
                                                      : Qt::Checked);
        }
        QList<QStandardItem*> row{name, cell(refusalOf(source) && source.sizeBytes == 0
                                                 ? tr("not known")
                                                 : Format::size(source.sizeBytes),
                                             Qt::AlignVCenter | Qt::AlignRight)};
        if (!m_policies.empty()) {
            const QString titles = policiesOf(source);
            row << cell(titles.isEmpty() ? tr("no", "backed up") : tr("by %1", "policies").arg(titles));
        }
        row << cell(refusalOf(source)               ? tr("cannot be backed up, see below")
                    : lacking.contains(source.name) ? tr("rights are missing, see below")
                                                    : toQt(extensionsText(source)));
        m_model->appendRow(row);
    }
    m_sources->resizeColumnsToContents();
    m_sources->horizontalHeader()->setStretchLastSection(true);
    m_sources->show();
    showRights();
    QStringList notes;
    for (const auto& note : report.notes)
        notes << shownNote(note);
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
}

/// Of a restored copy the report says what a policy's rule would do; here a tick does it.
QString ConnectionView::shownNote(const std::string& note) const {
    for (const auto& source : m_report.sources) {
        const auto original = copyOf(source);
        if (m_choosable && original && note == copyNote(source.name, *original))
            return tr("The database %1 is a restored copy of %2. It is backed up only if you tick it, "
                      "or once it is swapped in.")
                .arg(toQt(source.name), toQt(*original));
    }
    return toQt(note);
}

/// By name; empty where nothing can be ticked.
std::map<std::string, Qt::CheckState> ConnectionView::ticks() const {
    std::map<std::string, Qt::CheckState> states;
    for (int row = 0; row < m_model->rowCount(); ++row) {
        const QStandardItem* name = m_model->item(row);
        if (name->isCheckable())
            states.emplace(fromQt(name->text()), name->checkState());
    }
    return states;
}

std::vector<std::string> ConnectionView::leftOut() const {
    std::vector<std::string> names;
    for (const auto& [name, state] : ticks()) {
        if (state != Qt::Checked)
            names.push_back(name);
    }
    for (const auto& source : m_report.sources) {
        if (!m_policies.empty() && policiesOf(source).isEmpty())
            names.push_back(source.name);
    }
    return names;
}

void ConnectionView::showRights() {
    const ConnectionReport wanted = withoutRightsOf(m_report, leftOut());
    m_rightsSql->setPlainText(toQt(rightsScript(wanted, m_login)));
    const bool missing = !wanted.missingRights.empty();
    for (QWidget* widget : std::initializer_list<QWidget*>{m_rightsTitle, m_rightsSql, m_copy})
        widget->setVisible(missing);
}

} // namespace salvor

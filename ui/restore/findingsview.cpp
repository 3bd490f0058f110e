// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/findingsview.h"

#include "models/base/json.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/statemark.h"

#include <QApplication>
#include <QClipboard>
#include <QFontDatabase>
#include <QGridLayout>
#include <QLabel>
#include <QRegularExpression>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kMark = 18;

Tone toneOf(PreflightFinding::Level level) {
    switch (level) {
    case PreflightFinding::Level::Ok:
        return Tone::Good;
    case PreflightFinding::Level::Warning:
        return Tone::Warning;
    case PreflightFinding::Level::Blocker:
        break;
    }
    return Tone::Bad;
}

QString wordFor(PreflightFinding::Level level) {
    switch (level) {
    case PreflightFinding::Level::Ok:
        return FindingsView::tr("Fine");
    case PreflightFinding::Level::Warning:
        return FindingsView::tr("Note");
    case PreflightFinding::Level::Blocker:
        break;
    }
    return FindingsView::tr("In the way");
}

/// "GRANT … TO …;" and what is as lasting, out of a hint; names in double quotes may hold anything.
QStringList grantsIn(const QString& hint) {
    static const QRegularExpression grant(
        QStringLiteral(R"(\b(?:GRANT (?:"(?:[^"]|"")*"|[^";])*|ALTER ROLE (?:"(?:[^"]|"")*"|[^" ;]+) )"
                       R"((?:CREATEDB|CREATEROLE|INHERIT));)"));
    QStringList out;
    for (auto found = grant.globalMatch(hint); found.hasNext();)
        out << found.next().captured();
    return out;
}

/// Nothing is in the way, yet there is something to do: that is not fine.
PreflightFinding::Level shownLevel(const PreflightFinding& finding) {
    return finding.level == PreflightFinding::Level::Ok && !finding.hint.empty()
               ? PreflightFinding::Level::Warning
               : finding.level;
}

QLabel* textLabel(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

FindingsView::FindingsView(QWidget* parent)
    : QWidget(parent) {
    setObjectName(QStringLiteral("findings"));
    setAccessibleName(tr("What was found"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    clear();
}

void FindingsView::clear() {
    delete m_rows;
    m_rows = new QWidget(this);
    m_grid = new QGridLayout(m_rows);
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(10);
    m_grid->setVerticalSpacing(9);
    m_grid->setColumnStretch(2, 1);
    layout()->addWidget(m_rows);
}

void FindingsView::showFindings(const Preflight& preflight) {
    clear();
    auto findings = preflight.findings;
    std::stable_sort(findings.begin(), findings.end(),
                     [](const auto& a, const auto& b) { return shownLevel(a) > shownLevel(b); });
    for (const auto& finding : findings)
        addRow(finding);
    m_grid->setRowStretch(m_grid->rowCount(), 1);
}

/// A grant is given by somebody else, in another program: in one piece it is not mistyped there.
void FindingsView::addSql(const PreflightFinding& finding, QVBoxLayout& texts) {
    const QStringList statements = grantsIn(toQt(finding.hint));
    if (finding.level == PreflightFinding::Level::Ok || statements.isEmpty())
        return;
    const QString sql = statements.join(QLatin1Char('\n'));
    auto* line = textLabel(sql, m_rows);
    line->setObjectName(QStringLiteral("findingSql_") + toQt(finding.check));
    line->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    auto* copy = new QToolButton(m_rows);
    copy->setObjectName(QStringLiteral("findingCopy_") + toQt(finding.check));
    copy->setText(tr("Copy SQL"));
    copy->setIcon(Icons::of(Icons::Copy));
    copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    copy->setAccessibleName(tr("Copy the SQL that grants the missing rights"));
    connect(copy, &QToolButton::clicked, this, [sql] { QApplication::clipboard()->setText(sql); });
    auto* row = new QHBoxLayout;
    row->addWidget(line, 1);
    row->addWidget(copy, 0, Qt::AlignTop);
    texts.addLayout(row);
}

void FindingsView::addRow(const PreflightFinding& finding) {
    const int row = m_grid->rowCount();
    const auto level = shownLevel(finding);
    auto* mark = new QLabel(m_rows);
    mark->setPixmap(StateMark::icon(toneOf(level)).pixmap(QSize(kMark, kMark), devicePixelRatioF()));
    mark->setAccessibleName(wordFor(level));
    auto* word = new QLabel(wordFor(level), m_rows);
    QFont bold = word->font();
    bold.setBold(level != PreflightFinding::Level::Ok);
    word->setFont(bold);
    QPalette coloured = word->palette();
    coloured.setColor(QPalette::WindowText, Theme::tone(toneOf(level), palette()));
    word->setPalette(coloured);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    auto* text = textLabel(Format::told(finding.text), m_rows);
    text->setObjectName(QStringLiteral("finding_") + toQt(finding.check));
    texts->addWidget(text);
    if (!finding.hint.empty()) {
        auto* hint = textLabel(tr("What to do: %1").arg(Format::told(finding.hint)), m_rows);
        hint->setForegroundRole(QPalette::PlaceholderText);
        texts->addWidget(hint);
        addSql(finding, *texts);
    }
    m_grid->addWidget(mark, row, 0, Qt::AlignTop);
    m_grid->addWidget(word, row, 1, Qt::AlignTop);
    m_grid->addLayout(texts, row, 2);
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/foldsection.h"

#include "ui/support/theme.h"

#include <QEvent>
#include <QFrame>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

namespace salvor {

FoldSection::FoldSection(const char* objectName, const QString& title, QWidget* content, QWidget* parent)
    : QWidget(parent)
    , m_title(title)
    , m_content(content) {
    m_button = new QToolButton(this);
    m_button->setObjectName(QLatin1String(objectName));
    m_button->setText(title);
    m_button->setCheckable(true);
    m_button->setAutoRaise(true);
    m_button->setArrowType(Qt::RightArrow);
    m_button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    QFont bold = m_button->font();
    bold.setBold(true);
    m_button->setFont(bold);
    m_button->setMinimumWidth(QFontMetrics(bold).averageCharWidth() * 31); // what they say begins at one line
    m_summary = new QLabel(this);
    m_summary->setObjectName(QLatin1String(objectName) + QStringLiteral("Summary"));
    m_summary->setTextFormat(Qt::PlainText);
    m_summary->setWordWrap(true);
    connect(m_button, &QToolButton::toggled, this, &FoldSection::setOpen);
    auto* head = new QHBoxLayout;
    head->setSpacing(10);
    head->addWidget(m_button, 0, Qt::AlignTop);
    head->addWidget(m_summary, 1);
    auto* inner = new QHBoxLayout;
    inner->addSpacing(26);
    inner->addWidget(m_content, 1);
    auto* line = new QFrame(this);
    line->setFrameShape(QFrame::HLine);
    line->setForegroundRole(QPalette::Mid);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(6);
    layout->addLayout(head);
    layout->addLayout(inner);
    layout->addWidget(line);
    m_content->hide();
    showSummary();
}

void FoldSection::setSummary(const QString& text) {
    m_text = text;
    showSummary();
}

void FoldSection::setProblem(const QString& text) {
    m_problem = text;
    showSummary();
}

void FoldSection::showSummary() {
    const QString text = m_problem.isEmpty() ? m_text : m_problem;
    m_summary->setText(text);
    QPalette colours = palette();
    if (!m_problem.isEmpty())
        colours.setColor(QPalette::WindowText, Theme::tone(Tone::Bad, palette()));
    m_summary->setPalette(colours);
    m_button->setAccessibleName(m_title);
    m_button->setAccessibleDescription(text);
}

bool FoldSection::isOpen() const { return m_button->isChecked(); }

void FoldSection::setOpen(bool open) {
    m_button->setChecked(open);
    m_button->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    m_content->setVisible(open);
}

void FoldSection::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_summary != nullptr && !m_problem.isEmpty()) {
        QPalette colours = palette();
        colours.setColor(QPalette::WindowText, Theme::tone(Tone::Bad, palette()));
        if (m_summary->palette() != colours)
            m_summary->setPalette(colours);
    }
}

} // namespace salvor

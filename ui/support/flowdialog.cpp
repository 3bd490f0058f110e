// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/flowdialog.h"

#include "ui/support/busybar.h"

#include "ui/support/errorpanel.h"
#include "ui/support/steplist.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

/// The style leaves a long text no room to its frame.
void setRoomyText(QPushButton& button, const QString& text) {
    button.setText(text);
    const int wide = button.fontMetrics().size(Qt::TextShowMnemonic, text).width();
    button.setMinimumWidth(std::max(button.sizeHint().width(), wide + 28));
}

} // namespace

FlowPage::FlowPage(const QString& step, const QString& title, const QString& explanation, QWidget* parent)
    : QWidget(parent)
    , m_step(step)
    , m_title(title) {
    setAccessibleName(title);
    auto* heading = new QLabel(title, this);
    heading->setObjectName(QStringLiteral("pageTitle"));
    heading->setWordWrap(true);
    QFont large = heading->font();
    large.setPointSizeF(large.pointSizeF() * 1.45);
    large.setBold(true);
    heading->setFont(large);
    m_explanation = new QLabel(explanation, this);
    m_explanation->setObjectName(QStringLiteral("pageExplanation"));
    m_explanation->setWordWrap(true);
    m_explanation->setTextFormat(Qt::PlainText);
    m_body = new QVBoxLayout;
    m_body->setSpacing(10);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 18, 24, 12);
    layout->setSpacing(8);
    layout->addWidget(heading);
    layout->addWidget(m_explanation);
    layout->addSpacing(8);
    layout->addLayout(m_body, 1);
}

void FlowPage::setExplanation(const QString& text) { m_explanation->setText(text); }

FlowDialog::FlowDialog(const QString& title, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(title);
    setAccessibleName(title);
    build();
    resize(860, 600);
}

void FlowDialog::build() {
    m_steps = new StepList(this);
    m_banner = new QLabel(this);
    m_banner->setObjectName(QStringLiteral("flowBanner"));
    m_banner->setTextFormat(Qt::PlainText);
    m_banner->setWordWrap(true);
    m_banner->setContentsMargins(24, 9, 24, 9);
    m_banner->setAutoFillBackground(true);
    m_banner->setBackgroundRole(QPalette::AlternateBase);
    m_banner->hide();
    m_stack = new QStackedWidget(this);
    m_error = new ErrorPanel(this);
    m_bar = makeBusyBar(this, "flowBusy");
    m_bar->hide();
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("flowNote"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    m_back = new QPushButton(tr("&Back"), this);
    m_back->setObjectName(QStringLiteral("flowBack"));
    m_next = new QPushButton(this);
    m_next->setObjectName(QStringLiteral("flowNext"));
    m_next->setDefault(true);
    m_cancel = new QPushButton(tr("Cancel"), this);
    m_cancel->setObjectName(QStringLiteral("flowCancel"));
    m_cancel->setAutoDefault(false);
    m_back->setAutoDefault(false);
    connect(m_back, &QPushButton::clicked, this, &FlowDialog::back);
    connect(m_next, &QPushButton::clicked, this, &FlowDialog::next);
    connect(m_cancel, &QPushButton::clicked, this, &FlowDialog::reject);

    auto* errorRow = new QHBoxLayout;
    errorRow->setContentsMargins(24, 0, 24, 4);
    errorRow->addWidget(m_error);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(24, 8, 24, 14);
    buttons->setSpacing(8); // else what it lies in has none
    buttons->addWidget(m_note, 1);
    for (QPushButton* button : {m_back, m_next, m_cancel})
        buttons->addWidget(button);
    auto* right = new QVBoxLayout;
    right->setSpacing(0);
    right->addWidget(m_banner);
    right->addWidget(m_stack, 1);
    right->addLayout(errorRow);
    right->addWidget(m_bar);
    right->addLayout(buttons);
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->setSpacing(0);
    all->addWidget(m_steps);
    all->addLayout(right, 1);
}

void FlowDialog::addPage(FlowPage* page) {
    auto* scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(page);
    m_stack->addWidget(scroll);
    m_pages.push_back(page);
    QStringList steps;
    for (const FlowPage* one : m_pages)
        steps << one->step();
    m_steps->setSteps(steps);
    connect(page, &FlowPage::changed, this, &FlowDialog::updateButtons);
    if (m_pages.size() == 1)
        updateButtons();
}

int FlowDialog::currentIndex() const { return m_stack->currentIndex(); }

FlowPage* FlowDialog::currentPage() const {
    const int index = currentIndex();
    return index < 0 ? nullptr : pageAt(index);
}

int FlowDialog::indexOf(const FlowPage* page) const {
    const auto found = std::find(m_pages.begin(), m_pages.end(), page);
    return found == m_pages.end() ? -1 : static_cast<int>(found - m_pages.begin());
}

void FlowDialog::goTo(FlowPage* page) {
    const int index = indexOf(page);
    if (index < 0)
        return;
    clearError();
    m_stack->setCurrentIndex(index);
    m_steps->setCurrent(index);
    page->enter();
    updateButtons();
    focusInto(*page);
}

/// Into the page, not onto the button that was pressed: where it was when the page was left, else first.
void FlowDialog::focusInto(FlowPage& page) {
    const auto takesIt = [&page](const QWidget* one) {
        return one != nullptr && page.isAncestorOf(one) && one->isVisibleTo(&page) && one->isEnabled() &&
               (one->focusPolicy() & Qt::TabFocus) != 0;
    };
    if (takesIt(focusWidget())) // the page took it by itself
        return;
    QWidget* one = page.focusWidget();
    if (!takesIt(one)) {
        one = page.nextInFocusChain();
        while (one != &page && !takesIt(one))
            one = one->nextInFocusChain();
    }
    if (one != &page)
        one->setFocus(Qt::OtherFocusReason);
}

void FlowDialog::goOn() {
    if (currentIndex() + 1 < static_cast<int>(m_pages.size()))
        goTo(pageAt(currentIndex() + 1));
    else
        accept();
}

void FlowDialog::nextFrom(FlowPage*) { goOn(); }

FlowPage* FlowDialog::pageBefore(FlowPage* page) const {
    const int index = indexOf(page);
    return index > 0 ? pageAt(index - 1) : nullptr;
}

void FlowDialog::next() {
    FlowPage* page = currentPage();
    if (page == nullptr || m_busy || !page->problem().isEmpty())
        return;
    clearError();
    nextFrom(page);
}

void FlowDialog::back() {
    if (FlowPage* before = pageBefore(currentPage()); before != nullptr && !m_busy)
        goTo(before);
}

void FlowDialog::reject() {
    if (m_busy)
        cancelBusy();
    else
        QDialog::reject();
}

void FlowDialog::setBanner(const QString& text) {
    m_banner->setText(text);
    m_banner->setAccessibleName(text);
    // Room for two lines: what is below does not move when a longer target is chosen.
    m_banner->setMinimumHeight(2 * m_banner->fontMetrics().lineSpacing() + 18);
    m_banner->setVisible(!text.isEmpty());
}

void FlowDialog::setBusy(const QString& text) {
    if (!m_busy)
        m_focus = focusWidget(); // what is disabled loses it
    m_busy = true;
    m_busyText = text;
    clearError();
    updateButtons();
}

void FlowDialog::setIdle() {
    m_busy = false;
    m_busyText.clear();
    updateButtons();
    if (m_focus != nullptr && m_focus->isVisibleTo(this) && m_focus->isEnabled())
        m_focus->setFocus();
    m_focus = nullptr;
}

void FlowDialog::showError(const Error& error, const QString& leftBehind) {
    m_error->showError(error, leftBehind);
}

void FlowDialog::clearError() { m_error->clear(); }

void FlowDialog::setCancelText(const QString& text) { setRoomyText(*m_cancel, text); }

void FlowDialog::setCancelVisible(bool visible) { m_cancel->setVisible(visible); }

void FlowDialog::updateButtons() {
    FlowPage* page = currentPage();
    if (page == nullptr)
        return;
    const QString problem = page->problem();
    m_bar->setVisible(m_busy);
    m_note->setText(m_busy ? m_busyText : problem);
    setRoomyText(*m_next, page->nextText().isEmpty() ? tr("&Next") : page->nextText());
    m_next->setEnabled(!m_busy && problem.isEmpty());
    m_next->setAccessibleDescription(problem);
    m_back->setVisible(pageBefore(page) != nullptr && page->canGoBack());
    m_back->setEnabled(!m_busy);
    page->setEnabled(!m_busy);
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/proofpage.h"

#include "models/base/json.h"
#include "ui/restore/pageparts.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/icons.h"
#include "ui/support/statemark.h"

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace salvor {

ProofPage::ProofPage(const FlowContext& context, QWidget* parent)
    : FlowPage(tr("Proof"), tr("The result"), QString(), parent) {
    setObjectName(QStringLiteral("proofPage"));
    setCanGoBack(false);
    setNextText(tr("&Done"));
    m_call = new BackgroundCall(context.lookups, this);
    m_mark = new QLabel(this);
    m_verdict = bolded(plainLabel(QString(), this, "proofVerdict"));
    m_text = new QPlainTextEdit(this);
    m_text->setObjectName(QStringLiteral("proofReport"));
    m_text->setAccessibleName(tr("Report of the restore"));
    m_text->setReadOnly(true);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_saved = plainLabel(QString(), this, "proofSaved");
    m_error = new ErrorPanel(this);
    auto* verdict = new QHBoxLayout;
    verdict->addWidget(m_mark, 0, Qt::AlignTop);
    verdict->addSpacing(6);
    verdict->addWidget(m_verdict, 1);
    body()->addLayout(verdict);
    body()->addWidget(m_text, 1);
    body()->addWidget(makeButtons());
    body()->addWidget(m_saved);
    body()->addWidget(m_error);
    m_saved->hide();
}

QWidget* ProofPage::makeButtons() {
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    const auto button = [&](const char* name, const QString& text, const QString& tip) {
        auto* made = new QPushButton(text, bar);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        made->setToolTip(tip);
        made->setAutoDefault(false);
        row->addWidget(made);
        return made;
    };
    auto* copy = button("proofCopy", tr("&Copy the report"), tr("The text above"));
    copy->setIcon(Icons::of(Icons::Copy));
    auto* saveButton = button("proofSave", tr("&Save as…"), tr("The report as a web page or as PDF"));
    row->addStretch(1);
    m_swap = button("proofSwap", tr("S&wap…"),
                    tr("Gives the restored database the name that clients use. Both are kept."));
    m_drop = button("proofDrop", tr("&Undo…"), tr("Drops the database that this restore made."));
    connect(copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(ProofReport::asText(m_facts)); });
    connect(saveButton, &QPushButton::clicked, this, &ProofPage::save);
    connect(m_swap, &QPushButton::clicked, this, &ProofPage::swapWanted);
    connect(m_drop, &QPushButton::clicked, this, &ProofPage::dropWanted);
    return bar;
}

void ProofPage::setResult(const ProofFacts& facts) {
    m_facts = facts;
    const Tone tone = facts.good()                                 ? Tone::Good
                      : facts.proved || !facts.differences.empty() ? Tone::Bad
                                                                   : Tone::Warning;
    m_mark->setPixmap(StateMark::icon(tone).pixmap(QSize(22, 22), devicePixelRatioF()));
    m_verdict->setText(ProofReport::verdict(facts));
    QPalette coloured = QApplication::palette();
    coloured.setColor(QPalette::WindowText, Theme::tone(tone, coloured));
    m_verdict->setPalette(coloured);
    m_text->setPlainText(ProofReport::asText(facts).section(QLatin1Char('\n'), 3));
    // What differs from its backup stays under its hidden name, and is dropped from the list of databases.
    m_swap->setVisible(!facts.drill && facts.differences.empty());
    m_drop->setVisible(!facts.drill);
    m_saved->hide();
    emit changed();
}

void ProofPage::save() {
    auto* dialog = new QFileDialog(this, tr("Save the report"), QString(),
                                   tr("PDF document (*.pdf);;Web page (*.html)"));
    dialog->setObjectName(QStringLiteral("proofSaveDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("pdf"));
    connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.contains(QStringLiteral("*.pdf")) ? QStringLiteral("pdf")
                                                                          : QStringLiteral("html"));
    });
    const QString name = m_facts.drill ? tr("test-restore-%1") : tr("restore-%1");
    dialog->selectFile(name.arg(toQt(m_facts.backup.id)));
    connect(dialog, &QFileDialog::fileSelected, this, &ProofPage::saveTo);
    dialog->open();
}

void ProofPage::saveTo(const QString& path) {
    m_error->clear();
    m_saved->hide();
    m_call->run<void>([path, facts = m_facts](const CancelToken&) { return ProofReport::save(facts, path); },
                      [this, path](Result<> done) {
                          if (!done) {
                              m_error->showError(done.error());
                              return;
                          }
                          m_saved->setText(tr("Saved as %1").arg(path));
                          m_saved->show();
                      });
}

} // namespace salvor

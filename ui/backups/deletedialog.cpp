// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/deletedialog.h"

#include "models/base/json.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kListed = 8;

QLabel* wrapping(QWidget* parent, const char* name) {
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

} // namespace

DeleteDialog::DeleteDialog(Core& core, Lookups& lookups, std::vector<BackupRecord> backups, QWidget* parent)
    : QDialog(parent)
    , m_core(core)
    , m_backups(std::move(backups)) {
    setObjectName(QStringLiteral("deleteDialog"));
    m_call = new BackgroundCall(lookups, this);
    connect(m_call, &BackgroundCall::runningChanged, this, &DeleteDialog::updateButtons);
    build();
    plan();
}

void DeleteDialog::build() {
    const int count = static_cast<int>(m_backups.size());
    setWindowTitle(tr("Delete backups"));
    m_question = wrapping(this, "deleteQuestion");
    m_question->setText(tr("Move %n backup(s) to the trash?", nullptr, count));
    QFont large = m_question->font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    m_question->setFont(large);
    m_list = wrapping(this, "deleteList");
    QStringList lines;
    for (std::size_t i = 0; i < std::min(kListed, m_backups.size()); ++i)
        lines << tr("%1 on %2, %3")
                     .arg(toQt(m_backups[i].database), toQt(m_backups[i].profileTitle),
                          Format::time(m_backups[i].started));
    if (m_backups.size() > kListed)
        lines << tr("and %n more", nullptr, count - static_cast<int>(kListed));
    m_list->setText(lines.join(QLatin1Char('\n')));
    m_effect = wrapping(this, "deleteEffect");
    m_error = new ErrorPanel(this);
    m_meant = new QCheckBox(tr("&Yes, this is what I mean"), this);
    m_meant->setObjectName(QStringLiteral("deleteMeant"));
    m_meant->hide();
    connect(m_meant, &QCheckBox::toggled, this, &DeleteDialog::updateButtons);
    auto* buttons = new QDialogButtonBox(this);
    m_delete = buttons->addButton(tr("&Move to the trash"), QDialogButtonBox::ActionRole);
    m_delete->setObjectName(QStringLiteral("deleteConfirm"));
    m_delete->setAutoDefault(false);
    m_cancel = buttons->addButton(QDialogButtonBox::Cancel);
    m_cancel->setObjectName(QStringLiteral("deleteCancel"));
    m_cancel->setDefault(true);
    connect(m_delete, &QPushButton::clicked, this, &DeleteDialog::remove);
    connect(buttons, &QDialogButtonBox::rejected, this, &DeleteDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(10);
    for (QWidget* one : std::initializer_list<QWidget*>{m_question, m_list, m_effect, m_error, m_meant})
        layout->addWidget(one);
    layout->addStretch(1);
    layout->addWidget(buttons);
    resize(560, 300);
}

void DeleteDialog::plan() {
    const auto held = std::count_if(m_backups.begin(), m_backups.end(), [](const auto& b) { return b.held; });
    if (held > 0) {
        m_effect->setText(tr("Held among these: %n. Nothing deletes a held backup; release it first.",
                             nullptr, static_cast<int>(held)));
        updateButtons();
        return;
    }
    m_effect->setText(tr("Asking the store what that frees…"));
    m_call->run<DeletePlan>([&core = m_core, backups = m_backups](
                                const CancelToken& cancel) { return planDelete(core, backups, cancel); },
                            [this](Result<DeletePlan> planned) {
                                if (planned) {
                                    showPlan(*planned);
                                } else {
                                    m_effect->clear();
                                    m_error->showError(planned.error(), tr("Nothing was changed."));
                                }
                                updateButtons();
                            });
}

void DeleteDialog::showPlan(const DeletePlan& plan) {
    m_planned = true;
    m_large = plan.large;
    QString text =
        plan.freedKnown
            ? tr("They can be brought back until %1. Then prune may delete them for good, which frees %2; "
                 "what "
                 "other backups share stays.")
                  .arg(Format::time(plan.until), Format::size(plan.freedBytes))
            : tr("They can be brought back until %1. Then prune may delete them for good; how much that "
                 "frees "
                 "is not known, as not all that a backup needs can be read. Verify the repository to learn "
                 "which one.")
                  .arg(Format::time(plan.until));
    if (plan.large)
        text += QStringLiteral("\n\n") +
                tr("▲ That is more than a quarter of all backups, or no backup of a database would be left.");
    m_effect->setText(text);
    m_meant->setVisible(plan.large);
}

void DeleteDialog::updateButtons() {
    m_delete->setEnabled(m_planned && !m_call->isRunning() && (!m_large || m_meant->isChecked()));
    m_meant->setEnabled(!m_call->isRunning());
}

void DeleteDialog::remove() {
    m_error->clear();
    m_call->run<void>(
        [&core = m_core, backups = m_backups, meant = m_meant->isChecked()](const CancelToken& cancel) {
            return changeAll(core, BackupAct::Delete, backups, meant, cancel);
        },
        [this](Result<> done) {
            if (!done) {
                m_error->showError(done.error(), tr("The list shows what is in the trash now."));
                return;
            }
            emit deleted();
            accept();
        });
}

void DeleteDialog::reject() {
    if (m_call->isRunning() && m_planned)
        m_call->cancel();
    else
        QDialog::reject();
}

} // namespace salvor

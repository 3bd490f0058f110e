// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stores/placedialog.h"

#include "models/base/json.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "workers/repositoryedit.h"

#include <QDialogButtonBox>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace salvor {

PlaceDialog::PlaceDialog(Core& core, Lookups& lookups, const RepositoryPin& pin, QWidget* parent)
    : QDialog(parent)
    , m_core(core)
    , m_id(pin.id) {
    setObjectName(QStringLiteral("placeDialog"));
    setWindowTitle(tr("Place of %1").arg(toQt(pin.title)));
    m_call = new BackgroundCall(lookups, this);
    auto* what = new QLabel(tr("Where is this store now? Nothing is copied: what is there has to be the same "
                               "store, by its identity, its signature and its keys, and not an older copy."),
                            this);
    what->setWordWrap(true);
    m_folder = new PathField(PathField::Kind::Folder, "placeFolder", tr("Folder"), this);
    m_folder->setPath(shownUrl(pin.url));
    m_error = new ErrorPanel(this);
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("placeState"));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setWordWrap(true);
    auto* buttons = new QDialogButtonBox(this);
    m_start = buttons->addButton(tr("&Use this place"), QDialogButtonBox::AcceptRole);
    m_start->setObjectName(QStringLiteral("placeStart"));
    m_start->setDefault(true);
    m_close = buttons->addButton(QDialogButtonBox::Cancel);
    m_close->setObjectName(QStringLiteral("placeClose"));
    // Not accepted(): the dialog stays for the answer.
    connect(m_start, &QPushButton::clicked, this, &PlaceDialog::start);
    connect(m_close, &QPushButton::clicked, this, &PlaceDialog::reject);
    connect(m_folder, &PathField::changed, this, &PlaceDialog::updateButtons);
    connect(m_call, &BackgroundCall::runningChanged, this, &PlaceDialog::updateButtons);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(what);
    layout->addWidget(m_folder);
    layout->addWidget(m_error);
    layout->addWidget(m_state);
    layout->addStretch(1);
    layout->addWidget(buttons);
    resize(560, 260);
    updateButtons();
}

void PlaceDialog::updateButtons() {
    const bool busy = m_call->isRunning();
    m_start->setEnabled(!busy && !m_done && !m_folder->path().isEmpty());
    m_folder->setEnabled(!busy && !m_done);
}

void PlaceDialog::start() {
    m_error->clear();
    m_state->setText(tr("Looking…"));
    RepositoryEdit edit;
    edit.repository = m_id;
    edit.url = folderUrl(m_folder->path());
    m_call->run<RepositoryEditOutcome>(
        [&core = m_core, edit](const CancelToken& cancel) { return editRepository(core, edit, cancel); },
        [this](Result<RepositoryEditOutcome> outcome) {
            if (outcome) {
                showDone(*outcome);
                return;
            }
            m_state->clear();
            m_error->showError(outcome.error(), tr("Nothing was changed."));
        });
}

void PlaceDialog::showDone(const RepositoryEditOutcome& outcome) {
    m_done = true;
    QStringList said{tr("✓ It is there, with %n backup(s).", nullptr, static_cast<int>(outcome.backups))};
    if (outcome.formerAnswers)
        said << tr("It answers at the former place as well: one of the two is a copy. Only the new place is "
                   "written from now on.");
    for (const auto& policy : outcome.timers)
        said << tr("The timers of %1 still have the former place: apply them again.").arg(toQt(policy));
    m_state->setText(said.join(QLatin1Char('\n')));
    m_close->setText(tr("Close"));
    updateButtons();
    m_close->setFocus();
    emit moved();
}

void PlaceDialog::reject() {
    if (m_call->isRunning())
        m_call->cancel();
    else
        QDialog::reject();
}

} // namespace salvor

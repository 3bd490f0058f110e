// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stores/storeactdialog.h"

#include "models/base/json.h"
#include "models/base/progress.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/busybar.h"
#include "ui/support/dialogkeys.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"

#include <QDialogButtonBox>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

namespace salvor {

StoreActDialog::StoreActDialog(Core& core, Lookups& lookups, StoreAct act, RepositoryPin pin, QWidget* parent)
    : QDialog(parent)
    , m_core(core)
    , m_act(act)
    , m_pin(std::move(pin)) {
    setObjectName(QStringLiteral("storeActDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    const QString title = toQt(m_pin.title);
    setWindowTitle(act == StoreAct::Rebuild    ? tr("Read %1 anew").arg(title)
                   : act == StoreAct::TakeOver ? tr("Take %1 over").arg(title)
                                               : tr("Forget %1").arg(title));
    m_call = new BackgroundCall(lookups, this);
    connect(m_call, &BackgroundCall::runningChanged, this, &StoreActDialog::update);
    m_typed = act != StoreAct::Rebuild;
    build();
    if (act == StoreAct::TakeOver) {
        lookFirst();
    } else {
        m_ready = true;
        m_text->setText(explanation());
    }
    update();
    resize(560, 260);
}

QString StoreActDialog::explanation() const {
    const QString title = toQt(m_pin.title);
    if (m_act == StoreAct::Rebuild)
        return tr("The store at %1 is read, and what this computer has recorded of its backups is made again "
                  "from it. Nothing is changed in the store. It helps where backups are there and are not "
                  "shown.")
            .arg(shownUrl(m_pin.url));
    return m_pin.encrypted
               ? tr("%1 is taken off this computer's list, and its keys are removed from this computer. The "
                    "store at %2 is not touched. Only its recovery file and passphrase open it again.")
                     .arg(title, shownUrl(m_pin.url))
               : tr("%1 is taken off this computer's list, and its keys are removed from this computer. The "
                    "store at %2 is not touched. Its recovery file opens it again.")
                     .arg(title, shownUrl(m_pin.url));
}

QString StoreActDialog::actText() const {
    return m_act == StoreAct::Rebuild    ? tr("&Read it anew")
           : m_act == StoreAct::TakeOver ? tr("&Take it over")
                                         : tr("&Forget it");
}

void StoreActDialog::build() {
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("storeActText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_label = new QLabel(tr("Type the &name of the store, %1, to confirm:")
                             .arg(toQt(m_pin.title).replace(QLatin1Char('&'), QStringLiteral("&&"))),
                         this);
    m_label->setWordWrap(true);
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("storeActName"));
    m_name->setAccessibleName(tr("Name of the store, to confirm"));
    m_label->setBuddy(m_name);
    connect(m_name, &QLineEdit::textChanged, this, &StoreActDialog::update);
    m_bar = makeBusyBar(this, "storeActBusy");
    m_error = new ErrorPanel(this);
    auto* buttons = new QDialogButtonBox(this);
    m_go = buttons->addButton(actText(), QDialogButtonBox::ActionRole);
    m_go->setObjectName(QStringLiteral("storeActGo"));
    m_go->setAutoDefault(false);
    m_close = buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    m_close->setObjectName(QStringLiteral("storeActClose"));
    m_close->setAutoDefault(false); // who has typed the name and presses Enter does not mean it
    connect(m_go, &QPushButton::clicked, this, &StoreActDialog::act);
    connect(buttons, &QDialogButtonBox::rejected, this, &StoreActDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(m_text);
    layout->addWidget(m_label);
    layout->addWidget(m_name);
    layout->addStretch(1);
    for (QWidget* one : std::initializer_list<QWidget*>{m_error, m_bar, buttons})
        layout->addWidget(one);
}

void StoreActDialog::lookFirst() {
    m_text->setText(tr("Looking at the store…"));
    TakeOverRequest request;
    request.repository = m_pin.id;
    request.dryRun = true;
    m_call->run<TakeOverOutcome>(
        [&core = m_core, request](const CancelToken& cancel) {
            return core.takeOverRepository(request, cancel);
        },
        [this](Result<TakeOverOutcome> plan) {
            if (plan)
                showPlan(*plan);
            else
                fail(plan.error());
        });
}

void StoreActDialog::showPlan(const TakeOverOutcome& plan) {
    m_ready = true;
    m_loses = plan.needsConfirmation;
    QStringList lines{
        tr("User %1 of another computer writes %2 now. From then on this computer does, and the other one "
           "is refused. Take it over when the other one is gone, or will not write any more.")
            .arg(toQt(plan.formerUser), toQt(m_pin.title)),
        tr("The other computer is the one whose file /etc/machine-id holds %1.")
            .arg(toQt(plan.formerMachine))};
    if (plan.obstacle)
        lines << Format::told(plan.obstacle->message);
    if (!plan.lost.empty())
        lines << tr("%n backup(s) known here would be given up, the newest of %1.", nullptr,
                    static_cast<int>(plan.lost.size()))
                     .arg(Format::time(plan.lost.front().started));
    m_text->setText(lines.join(QStringLiteral("\n\n")));
    update();
    m_name->setFocus(); // it was not there before, and Cancel had the focus
}

bool StoreActDialog::isConfirmed() const { return !m_typed || m_name->text() == toQt(m_pin.title); }

void StoreActDialog::update() {
    const bool busy = m_call->isRunning();
    m_bar->setVisible(busy);
    m_label->setVisible(m_typed && m_ready && !m_finished);
    m_name->setVisible(m_typed && m_ready && !m_finished);
    m_name->setEnabled(!busy);
    m_go->setVisible(!m_finished);
    m_go->setEnabled(!busy && m_ready && isConfirmed());
    m_go->setDefault(m_go->isEnabled() && !m_finished);
    m_close->setDefault(m_finished);
    m_close->setText(m_finished ? tr("Close") : tr("Cancel"));
}

void StoreActDialog::act() {
    m_error->clear();
    if (m_act == StoreAct::Rebuild) {
        m_call->run<std::uint64_t>(
            [&core = m_core, id = m_pin.id](const CancelToken& cancel) {
                NullProgress nobody;
                return core.rebuildCatalog(id, nobody, cancel);
            },
            [this](Result<std::uint64_t> backups) {
                if (backups)
                    finish(tr("Done. In the store: %n backup(s).", nullptr, static_cast<int>(*backups)));
                else
                    fail(backups.error());
            });
    } else if (m_act == StoreAct::TakeOver) {
        TakeOverRequest request;
        request.repository = m_pin.id;
        request.acceptLoss = m_loses;
        m_call->run<TakeOverOutcome>(
            [&core = m_core, request](const CancelToken& cancel) {
                return core.takeOverRepository(request, cancel);
            },
            [this](Result<TakeOverOutcome> taken) {
                if (taken)
                    finish(tr("Done: this computer writes it."));
                else
                    fail(taken.error());
            });
    } else {
        m_call->run<RepositoryPin>(
            [&core = m_core, id = m_pin.id](const CancelToken&) { return core.forgetRepository(id); },
            [this](Result<RepositoryPin> forgotten) {
                if (forgotten)
                    finish(tr("Done: it is forgotten here."));
                else
                    fail(forgotten.error());
            });
    }
}

void StoreActDialog::finish(const QString& text) {
    m_finished = true;
    m_text->setText(text);
    update();
    m_close->setFocus();
    emit changed();
}

void StoreActDialog::fail(const Error& error) {
    if (!m_ready)
        m_text->clear();
    m_error->showError(error);
    update();
}

void StoreActDialog::keyPressEvent(QKeyEvent* event) {
    if (!pressedByEnter(*this, *event))
        QDialog::keyPressEvent(event);
}

void StoreActDialog::reject() {
    if (m_call->isRunning())
        m_call->cancel(); // the answer still comes
    else
        QDialog::reject();
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/repository/newrepositoryflow.h"

#include "models/base/json.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"

#include <QVBoxLayout>

namespace salvor {

NewRepositoryPage::NewRepositoryPage(QWidget* parent)
    : FlowPage(tr("Place"), tr("Where do the backups go?"),
               tr("A folder that is empty or does not exist yet, on another disk than the databases. The "
                  "repository and its keys are made at the next step; policies can choose it then."),
               parent) {
    m_form = new RepositoryForm(this);
    body()->addWidget(m_form);
    body()->addStretch(1);
    setNextText(tr("&Make it"));
    connect(m_form, &RepositoryForm::changed, this, &FlowPage::changed);
}

RepositoryInitSpec NewRepositoryPage::spec() const { return m_form->spec(); }
QString NewRepositoryPage::problem() const { return m_form->problem(); }
void NewRepositoryPage::close() { m_form->setEnabled(false); }

NewRepositoryFlow::NewRepositoryFlow(const FlowContext& context, QWidget* parent)
    : FlowDialog(tr("New repository"), parent)
    , m_context(context) {
    setObjectName(QStringLiteral("newRepositoryFlow"));
    m_call = new BackgroundCall(context.lookups, this);
    m_place = new NewRepositoryPage(this);
    m_recovery = new RecoveryPage(context, this);
    m_typeBack = new TypeBackPage(this);
    for (FlowPage* page : std::initializer_list<FlowPage*>{m_place, m_recovery, m_typeBack})
        addPage(page);
    goTo(m_place);
}

void NewRepositoryFlow::nextFrom(FlowPage* page) {
    if (page == m_place && !m_fresh)
        make();
    else if (page == m_typeBack)
        accept();
    else
        goOn();
}

void NewRepositoryFlow::make() {
    setBusy(withKeychainNote(tr("Making the repository and its keys…"), m_place->spec().secretKind));
    m_call->run<RepositoryInitResult>(
        [&core = m_context.core, spec = std::make_shared<RepositoryInitSpec>(m_place->spec())](
            const CancelToken& cancel) { return core.initRepository(std::move(*spec), cancel); },
        [this](Result<RepositoryInitResult> made) {
            setIdle();
            if (!made) {
                showError(made.error());
                return;
            }
            m_fresh = std::make_shared<const RepositoryInitResult>(std::move(*made));
            m_place->close();
            m_recovery->setRepository(m_fresh);
            m_typeBack->setRepository(m_fresh);
            emit repositoryMade(toQt(m_fresh->pin.id));
            goOn();
        });
}

void NewRepositoryFlow::cancelBusy() { m_call->cancel(); }

void NewRepositoryFlow::reject() {
    if (!m_fresh || isBusy() || (m_recovery->copySaved() && m_typeBack->isRight()))
        FlowDialog::reject();
    else
        askToLeave(*this, m_fresh->pin, [this] { QDialog::reject(); });
}

} // namespace salvor

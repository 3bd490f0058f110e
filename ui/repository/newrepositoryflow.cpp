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
                  "repository and its keys are made at the last step; policies can choose it then."),
               parent) {
    m_form = new RepositoryForm(this);
    body()->addWidget(m_form);
    body()->addStretch(1);
    connect(m_form, &RepositoryForm::changed, this, &FlowPage::changed);
}

RepositoryInitSpec NewRepositoryPage::spec() const { return m_form->spec(); }
QString NewRepositoryPage::problem() const { return m_form->problem(); }

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
    if (page == m_place && !(m_drawn && m_drawn->isFor(m_place->spec())))
        draw();
    else if (page == m_typeBack)
        make();
    else
        goOn();
}

void NewRepositoryFlow::draw() {
    setBusy(withKeychainNote(tr("Looking at the place and making the keys…"), m_place->spec().secretKind));
    m_call->run<DrawnRepository>(
        [&core = m_context.core, spec = std::make_shared<RepositoryInitSpec>(m_place->spec())](
            const CancelToken& cancel) { return NewRepository::draw(core, std::move(*spec), cancel); },
        [this](Result<DrawnRepository> drawn) {
            setIdle();
            if (!drawn) {
                showError(drawn.error());
                return;
            }
            m_drawn = std::move(*drawn);
            m_recovery->setDrawn(m_drawn);
            m_typeBack->setRepository(shownOf(m_drawn));
            goOn();
        });
}

void NewRepositoryFlow::make() {
    setBusy(withKeychainNote(tr("Making the repository…"), m_place->spec().secretKind));
    m_call->run<RepositoryPin>([drawn = m_drawn](const CancelToken& cancel) { return drawn->make(cancel); },
                               [this](Result<RepositoryPin> made) {
                                   setIdle();
                                   if (!made) {
                                       showError(made.error(), tr("No repository was made."));
                                       return;
                                   }
                                   emit repositoryMade(toQt(made->id));
                                   accept();
                               });
}

void NewRepositoryFlow::cancelBusy() { m_call->cancel(); }

void NewRepositoryFlow::reject() {
    if (!m_drawn || isBusy())
        FlowDialog::reject();
    else
        askToLeave(*this, m_drawn->result().pin, [this] { QDialog::reject(); });
}

} // namespace salvor

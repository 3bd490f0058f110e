// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// "New repository": another place for backups, without a server. Policies choose among those there are.
#pragma once

#include "ui/repository/recoverypages.h"
#include "ui/support/flowcontext.h"
#include "ui/support/flowdialog.h"

namespace salvor {

class BackgroundCall;
class RepositoryForm;

/// Where it is, what it is called, where its keys are kept. Lives in the window's thread, as all pages.
class NewRepositoryPage : public FlowPage {
    Q_OBJECT

public:
    explicit NewRepositoryPage(QWidget* parent = nullptr);
    RepositoryInitSpec spec() const;
    QString problem() const override;

private:
    RepositoryForm* m_form = nullptr;
};

/// Lives in the window's thread. The repository is made at the end, once its passphrase was typed back.
class NewRepositoryFlow : public FlowDialog {
    Q_OBJECT

public:
    explicit NewRepositoryFlow(const FlowContext& context, QWidget* parent = nullptr);

signals:
    void repositoryMade(const QString& id);

private:
    void draw();
    void make();
    void nextFrom(FlowPage* page) override;
    void cancelBusy() override;
    void reject() override;

    FlowContext m_context;
    BackgroundCall* m_call = nullptr;
    NewRepositoryPage* m_place = nullptr;
    RecoveryPage* m_recovery = nullptr;
    TypeBackPage* m_typeBack = nullptr;
    DrawnRepository m_drawn;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// "Protect a database": server, test, repository, recovery file, first backup.
#pragma once

#include "ui/support/flowcontext.h"
#include "ui/support/flowdialog.h"
#include "ui/welcome/protectpages.h"
#include "ui/welcome/whenpage.h"

#include <map>

namespace salvor {

class BackgroundCall;

/// Lives in the window's thread. A repository is made once its passphrase was typed back, and stays when the
/// flow is left then; the profile is saved just before the first backup, and so is the policy of a server
/// that has none.
class ProtectFlow : public FlowDialog {
    Q_OBJECT

public:
    /// `profileUuid`: the server that is proposed; empty or not known: a new one.
    explicit ProtectFlow(const FlowContext& context, QWidget* parent = nullptr,
                         const QString& profileUuid = {});

signals:
    void repositoryMade(const QString& id);
    /// The profile is saved and its first backup is that job.
    void backupStarted(int job);
    /// After that: the timers of the server's policies are to be shown and asked about.
    void timersWanted(const QStringList& policies);
    /// The server's policies are to be looked at: they leave out what was to be protected. Nothing was saved.
    void policiesWanted(const QString& profileUuid);

private:
    void load();
    void test();
    bool isBackedUp() const;
    std::vector<Policy> policiesOfServer() const; ///< none of a new one
    void useRepositoryOfServer();
    void useRepository();
    void drawRepository();
    void makeRepository();
    void repositoryMadeHere(const RepositoryPin& pin);
    void useRepository(const RepositoryPin& pin);
    QString databasesText() const;
    QString whenText() const;
    void start();
    void startBackup(const Profile& profile);
    void nextFrom(FlowPage* page) override;
    FlowPage* pageBefore(FlowPage* page) const override;
    void cancelBusy() override;
    void reject() override;

    FlowContext m_context;
    BackgroundCall* m_call = nullptr;
    ServerPage* m_server = nullptr;
    TestPage* m_test = nullptr;
    WhenPage* m_when = nullptr;
    RepositoryPage* m_repositoryPage = nullptr;
    RecoveryPage* m_recovery = nullptr;
    TypeBackPage* m_typeBack = nullptr;
    StartPage* m_start = nullptr;
    std::vector<RepositoryPin> m_repositories;
    QString m_proposed;                                  ///< a profile's UUID
    std::map<std::string, RepositoryPin> m_repositoryOf; ///< by profile, of those with a policy
    std::vector<Policy> m_policies;                      ///< as of the last test
    std::vector<std::string> m_newPolicies;              ///< titles, with a schedule
    std::optional<RepositoryPin> m_pin;                  ///< where to
    DrawnRepository m_drawn;                             ///< until it is made
};

} // namespace salvor

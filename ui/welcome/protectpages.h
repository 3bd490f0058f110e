// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The pages of "Protect a database": which server, does it answer, where to, and the start.
#pragma once

#include "ui/repository/recoverypages.h"
#include "ui/support/flowdialog.h"

#include <optional>

class QButtonGroup;
class QComboBox;
class QHBoxLayout;
class QLabel;
class QPushButton;
class QRadioButton;

namespace salvor {

class ConnectionView;
class ProfileForm;
class RepositoryForm;

/// A server that is known already, or a new one. Lives in the window's thread, as all pages.
class ServerPage : public FlowPage {
    Q_OBJECT

public:
    explicit ServerPage(QWidget* parent = nullptr);
    /// `chosen`: the UUID of the one that is proposed; else a new server is.
    void setProfiles(std::vector<Profile> profiles, const QString& chosen = {});
    Profile profile() const;
    std::optional<Secret> password() const;
    bool isNew() const;
    QString problem() const override;

private:
    std::vector<Profile> m_profiles;
    QComboBox* m_choice = nullptr;
    QLabel* m_choiceLabel = nullptr;
    ProfileForm* m_form = nullptr;
};

/// What the test connection found.
class TestPage : public FlowPage {
    Q_OBJECT

public:
    explicit TestPage(QWidget* parent = nullptr);
    /// `choosable`: what is left out is asked here; else `policies` say it, those of the server.
    void setReport(const ConnectionReport& report, const Profile& profile, bool choosable,
                   std::vector<Policy> policies = {});
    QString problem() const override;
    std::size_t databases() const { return chosen().size(); }
    std::uint64_t sizeBytes() const;
    /// Without a tick, or that none of the policies backs up.
    std::vector<std::string> leftOut() const;
    /// All databases, those of tomorrow included, but for those without a tick. Restored copies without one
    /// need no rule.
    std::vector<SelectionRule> rules() const;

signals:
    void againWanted();
    void policiesWanted(); ///< those that leave something out

private:
    bool isChosen(const SourceInfo& source) const;
    std::vector<SourceInfo> chosen() const;

    ConnectionReport m_report;
    bool m_choosable = true;
    ConnectionView* m_view = nullptr;
    QPushButton* m_showPolicies = nullptr;
};

/// A repository of this computer, or a new one.
class RepositoryPage : public FlowPage {
    Q_OBJECT

public:
    explicit RepositoryPage(QWidget* parent = nullptr);
    void setRepositories(const std::vector<RepositoryPin>& pins);
    void choose(const std::string& id); ///< one of them
    /// Nothing when a new one is wanted.
    std::optional<RepositoryPin> chosen() const;
    RepositoryInitSpec spec() const;
    QString problem() const override;

private:
    void updateChoice();

    std::vector<RepositoryPin> m_pins;
    QRadioButton* m_existing = nullptr;
    QRadioButton* m_new = nullptr;
    QComboBox* m_choice = nullptr;
    RepositoryForm* m_form = nullptr;
    QHBoxLayout* m_formRow = nullptr;
};

/// What will happen, in sentences.
class StartPage : public FlowPage {
    Q_OBJECT

public:
    explicit StartPage(QWidget* parent = nullptr);
    /// `when`: of the policies that back it up; empty: there is none to tell.
    void setFacts(const QString& server, const QString& databases, const QString& when,
                  const QString& repository);
    /// The repository's recovery was rehearsed, or needs no rehearsal: nothing is asked for.
    void setRehearsed(bool rehearsed);

private:
    QLabel* m_server = nullptr;
    QLabel* m_databases = nullptr;
    QLabel* m_when = nullptr;
    QLabel* m_whenLabel = nullptr;
    QLabel* m_repository = nullptr;
    QLabel* m_later = nullptr;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The pages of the restore wizard.
#pragma once

#include "ui/restore/proofreport.h"
#include "ui/support/flowcontext.h"
#include "ui/support/flowdialog.h"

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;
class QPlainTextEdit;
class QToolButton;

namespace salvor {

class BackgroundCall;
class ErrorPanel;
class FindingsView;
class JobRow;
struct Job;

/// Which backup: everything that is known of it. Lives in the window's thread, as all pages.
class WhatPage : public FlowPage {
    Q_OBJECT

public:
    explicit WhatPage(QWidget* parent = nullptr);
    void setBackup(const BackupRecord& backup);
    QString problem() const override;

private:
    bool m_filled = false;
    QFormLayout* m_facts = nullptr;
};

/// Which server, and what the new database is called.
class WherePage : public FlowPage {
    Q_OBJECT

public:
    explicit WherePage(QWidget* parent = nullptr);
    void setChoices(std::vector<Profile> profiles, const BackupRecord& backup);
    std::optional<Profile> target() const;
    QString database() const;
    QString problem() const override;

private:
    void showLogin();

    std::vector<Profile> m_profiles;
    QComboBox* m_server = nullptr;
    QLineEdit* m_name = nullptr;
    QLabel* m_login = nullptr;
};

class PreflightPage : public FlowPage {
    Q_OBJECT

public:
    explicit PreflightPage(QWidget* parent = nullptr);
    void setPreflight(const Preflight& preflight);
    QString problem() const override;

signals:
    void againWanted();

private:
    bool m_ok = false;
    FindingsView* m_findings = nullptr;
};

/// Exactly what will change. Missing roles are made only when each is ticked.
class ReviewPage : public FlowPage {
    Q_OBJECT

public:
    explicit ReviewPage(QWidget* parent = nullptr);
    void setPlan(const BackupRecord& backup, const Profile& target, const QString& database,
                 const Preflight& preflight);
    std::vector<std::string> rolesToMake() const;
    bool wantsProof() const;
    QString problem() const override;

private:
    QLabel* m_changes = nullptr;
    QLabel* m_rolesTitle = nullptr;
    QWidget* m_roleBox = nullptr;
    std::vector<QCheckBox*> m_roles;
    QCheckBox* m_prove = nullptr;
};

/// The job as the foot of the window shows it too.
class RestoreProgressPage : public FlowPage {
    Q_OBJECT

public:
    explicit RestoreProgressPage(QWidget* parent = nullptr);
    void begin(const QString& title);
    void showJob(const Job& job);
    QString problem() const override;

signals:
    void cancelWanted();

private:
    JobRow* m_row = nullptr;
};

class ProofPage : public FlowPage {
    Q_OBJECT

public:
    explicit ProofPage(const FlowContext& context, QWidget* parent = nullptr);
    void setResult(const RestoreFacts& facts);

private:
    void save();
    void saveTo(const QString& path);

    FlowContext m_context;
    RestoreFacts m_facts;
    BackgroundCall* m_call = nullptr;
    QLabel* m_mark = nullptr;
    QLabel* m_verdict = nullptr;
    QPlainTextEdit* m_text = nullptr;
    QLabel* m_saved = nullptr;
    ErrorPanel* m_error = nullptr;
};

} // namespace salvor

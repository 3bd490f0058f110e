// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The pages of the restore wizard between where to and proof.
#pragma once

#include "models/enginedescription.h"
#include "models/preflight.h"
#include "models/profile.h"
#include "ui/support/flowdialog.h"
#include "workers/core.h"
#include "workers/restoreexceptions.h"

class QCheckBox;

namespace salvor {

class ExceptionsBox;
class FindingsView;
class JobRow;
struct Job;

/// What of the backup. Engines that restore whole backups only have no part to choose, and it says so. What a
/// restore may do with a backup that cannot be loaded as it is.
class ScopePage : public FlowPage {
    Q_OBJECT

public:
    explicit ScopePage(QWidget* parent = nullptr);
    /// Another backup than before: nothing is excepted any more.
    void setBackup(const BackupRecord& backup, const EngineDescription& engine);
    RestoreExceptions exceptions() const;
    QString problem() const override;

private:
    QLabel* m_scope = nullptr;
    QLabel* m_why = nullptr;
    ExceptionsBox* m_exceptions = nullptr;
    std::string m_backupId;
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
    /// What differs from a restore as usual.
    void setExceptions(const RestoreExceptions& exceptions);
    std::vector<std::string> rolesToMake() const;
    bool wantsProof() const;
    QString problem() const override;

private:
    QLabel* m_changes = nullptr;
    QLabel* m_exceptions = nullptr;
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
    /// `drill`: what a test restore makes goes with it, also when it is cancelled.
    void begin(const QString& title, bool drill = false);
    void showJob(const Job& job);
    QString problem() const override;

signals:
    void cancelWanted();
    void dropWanted(const QString& profileUuid, const QString& database);

private:
    JobRow* m_row = nullptr;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Prune: first the plan, line by line and with what it frees, then the deed.
#pragma once

#include "ui/stores/pruneplan.h"
#include "workers/jobworker.h"

#include <QDialog>

class QCheckBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTableView;

namespace salvor {

class BackgroundCall;
class ErrorPanel;
class JobController;

/// Lives in the window's thread. The prune itself is a job of the window: it goes on, and can be cancelled at
/// the foot of the window, when this is closed.
class PruneDialog : public QDialog {
    Q_OBJECT

public:
    /// All but the pin are borrowed and outlive it.
    PruneDialog(Core& core, Lookups& lookups, JobController& jobs, RepositoryPin pin,
                QWidget* parent = nullptr);

signals:
    void pruned();

private:
    void build();
    void plan();
    void showPlan(const PruneProposal& plan);
    void prune();
    void ended(int job);
    void showDone(const PruneOutcome& outcome);
    void updateButtons();
    void reject() override;

    Core& m_core;
    JobController& m_jobs;
    int m_job = 0; ///< the prune, while it is under way
    RepositoryPin m_pin;
    BackgroundCall* m_call = nullptr;
    PrunePlanModel m_model;
    QLabel* m_summary = nullptr;
    QTableView* m_table = nullptr;
    QCheckBox* m_trashNow = nullptr;
    QCheckBox* m_meant = nullptr;
    QProgressBar* m_bar = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_prune = nullptr;
    QPushButton* m_close = nullptr;
    bool m_planned = false;
    bool m_something = false;
    bool m_needsYes = false;
    bool m_done = false;
};

} // namespace salvor

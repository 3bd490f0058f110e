// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What runs at this moment: the window's own jobs, with cancel, and what timers and other programs run.
#pragma once

#include "models/backuprecord.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/windowcontext.h"

#include <QAbstractTableModel>
#include <QWidget>

#include <chrono>
#include <map>
#include <vector>

class QPushButton;
class QTableView;

namespace salvor {

/// How long such a job took before.
struct JobHistory {
    std::size_t runs = 0;          ///< that it is told from; 0: nothing is known
    std::chrono::seconds usual{0}; ///< the median
};
/// Of the newest good runs that are like it.
Result<JobHistory> historyOf(Core& core, const JobRequest& request);
/// "about 3 min left" by history, else by rate; empty where nobody can know.
QString timeLeftText(const Job& job, const JobHistory& history, qint64 nowMs);

/// Own jobs first, then the others' runs. Lives in the window's thread.
class RunningModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { JobColumn, PhaseColumn, DoneColumn, RateColumn, LeftColumn, ByColumn, kColumns };
    explicit RunningModel(JobController& jobs, QObject* parent = nullptr);
    void setHistory(int job, JobHistory history);
    /// Runs that are under way; those of this window's jobs are left out.
    void setOthers(const std::vector<RunRecord>& running, Instant now);
    int jobId(const QModelIndex& index) const; ///< 0: not one of this window's

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void add(int id);
    void remove(int id);
    void refresh(int id);
    QString ownText(const Job& job, int column) const;
    QString otherText(const RunRecord& run, int column) const;

    JobController& m_jobs;
    std::vector<int> m_own;
    std::vector<RunRecord> m_others;
    Instant m_now{};
    std::map<int, JobHistory> m_history;
};

/// Hidden while nothing runs. Lives in the window's thread.
class RunningJobs final : public QWidget {
    Q_OBJECT

public:
    explicit RunningJobs(const WindowContext& context, QWidget* parent = nullptr);
    void refresh();

private:
    void askHistory(int id);
    void showState();

    WindowContext m_context;
    RunningModel m_model;
    QTableView* m_table = nullptr;
    QPushButton* m_cancel = nullptr;
};

} // namespace salvor

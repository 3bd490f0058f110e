// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One job at the foot of the window.
#pragma once

#include "ui/jobs/jobcontroller.h"

#include "ui/jobs/leftdatabase.h"

#include <QFrame>

class QLabel;
class QProgressBar;
class QToolButton;

namespace salvor {

class JobRow : public QFrame {
    Q_OBJECT

public:
    explicit JobRow(const QString& title, QWidget* parent = nullptr);
    /// Shows the job as it is now; `nowMs` is monotonic, as Job::startedMs.
    void update(const Job& job, qint64 nowMs);
    /// That database is on the server no longer, whoever dropped it.
    void dropped(const QString& profileUuid, const QString& database);

signals:
    void cancelWanted();
    void dismissWanted();
    void detailsWanted();
    void dropWanted(const QString& profileUuid, const QString& database); ///< what a restore left

private:
    void showRunning(const Job& job, qint64 nowMs);
    void showResult(const Job& job);
    void showSteps(const Job& job);
    void recolour();
    void recolourSteps();
    void changeEvent(QEvent* event) override;

    QLabel* m_title = nullptr;
    QLabel* m_state = nullptr;
    QLabel* m_steps = nullptr; ///< those that are done, while it goes on
    QProgressBar* m_bar = nullptr;
    QToolButton* m_details = nullptr;
    QToolButton* m_drop = nullptr; ///< visible where there is something to drop
    QToolButton* m_stop = nullptr;
    bool m_finished = false;
    int m_tone = 0; ///< a Tone, once it has finished
    std::optional<LeftDatabase> m_left;
};

/// One sentence on how a finished job ended, and its tone.
struct JobEnd {
    QString sentence;
    int tone = 0; ///< a Tone
};
JobEnd describeEnd(const Result<JobReport>& result);
JobEnd describeEnd(const Job& job); ///< a finished one

} // namespace salvor

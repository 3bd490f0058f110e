// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The jobs of this window at its foot: one row each, with bytes, rate, time left and cancel, then the result.
#pragma once

#include "ui/jobs/jobcontroller.h"

#include <QFrame>

#include <map>

class QScrollArea;
class QVBoxLayout;

namespace salvor {

class JobRow;

/// Hidden while there is no job. Lives in the window's thread.
class JobPanel : public QFrame {
    Q_OBJECT

public:
    explicit JobPanel(JobController& jobs, QWidget* parent = nullptr);

    /// See JobRow.
    void tellDropped(const QString& profileUuid, const QString& database);

signals:
    void detailsWanted(int id); ///< the user asked for the whole error or report
    void dropWanted(const QString& profileUuid, const QString& database); ///< see JobRow

private:
    void add(int id);
    void remove(int id);
    void tidy();
    bool eventFilter(QObject* watched, QEvent* event) override;

    JobController& m_jobs;
    QScrollArea* m_scroll = nullptr;
    QVBoxLayout* m_layout = nullptr; ///< of the rows
    std::map<int, JobRow*> m_rows;
};

} // namespace salvor

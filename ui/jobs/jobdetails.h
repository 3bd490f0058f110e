// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How one job ended, in full, to read and to copy.
#pragma once

#include "ui/jobs/jobcontroller.h"

#include <QDialog>

namespace salvor {

/// Keeps nothing of the job; deletes itself when it is closed.
class JobDetails : public QDialog {
    Q_OBJECT

public:
    explicit JobDetails(const Job& job, QWidget* parent = nullptr);
};

/// The report as plain text, line by line.
QString jobReportText(const JobReport& report);
QString pruneReportText(const PruneOutcome& outcome);
/// What a failed or cancelled job of that kind leaves, in one sentence.
QString jobLeftBehind(const JobRequest& request);
QString jobLeftBehind(const Job& job);

} // namespace salvor

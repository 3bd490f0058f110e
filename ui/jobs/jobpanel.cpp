// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobpanel.h"

#include "ui/jobs/jobrow.h"

#include <QCoreApplication>
#include <QTimer>
#include <QVBoxLayout>

namespace salvor {

QString jobPhaseText(const std::string& phase) {
    struct Name {
        const char* phase;
        const char* text;
    };
    static const Name kNames[] = {
        {"", QT_TRANSLATE_NOOP("JobPhase", "Starting")},
        {"connecting", QT_TRANSLATE_NOOP("JobPhase", "Connecting")},
        {"prune", QT_TRANSLATE_NOOP("JobPhase", "Deleting what nothing needs")},
        {"snapshot", QT_TRANSLATE_NOOP("JobPhase", "Taking the snapshot")},
        {"schema", QT_TRANSLATE_NOOP("JobPhase", "Schema")},
        {"globals", QT_TRANSLATE_NOOP("JobPhase", "Roles and settings")},
        {"catalog", QT_TRANSLATE_NOOP("JobPhase", "Extension's catalog")},
        {"data", QT_TRANSLATE_NOOP("JobPhase", "Data")},
        {"sequences", QT_TRANSLATE_NOOP("JobPhase", "Sequences")},
        {"large_objects", QT_TRANSLATE_NOOP("JobPhase", "Large objects")},
        {"indexes", QT_TRANSLATE_NOOP("JobPhase", "Indexes and constraints")},
        {"post_data", QT_TRANSLATE_NOOP("JobPhase", "Indexes and constraints")},
        {"finish", QT_TRANSLATE_NOOP("JobPhase", "Finishing")},
        {"commit", QT_TRANSLATE_NOOP("JobPhase", "Making the backup durable")},
        {"proof", QT_TRANSLATE_NOOP("JobPhase", "Proving: reading everything back")},
        {"reveal", QT_TRANSLATE_NOOP("JobPhase", "Giving it its name")},
        {"checks", QT_TRANSLATE_NOOP("JobPhase", "Running the check queries")},
        {"waiting", QT_TRANSLATE_NOOP("JobPhase", "Waiting for the repository")},
        {"hook", QT_TRANSLATE_NOOP("JobPhase", "Running a command of the policy")},
        {"pre_data", QT_TRANSLATE_NOOP("JobPhase", "Schema")},
        {"verify", QT_TRANSLATE_NOOP("JobPhase", "Checking")},
    };
    for (const Name& name : kNames) {
        if (phase == name.phase)
            return QCoreApplication::translate("JobPhase", name.text);
    }
    return QString::fromStdString(phase);
}

JobPanel::JobPanel(JobController& jobs, QWidget* parent)
    : QFrame(parent)
    , m_jobs(jobs) {
    setObjectName(QStringLiteral("jobPanel"));
    setAccessibleName(tr("Jobs"));
    setFrameShape(QFrame::StyledPanel);
    m_layout = new QVBoxLayout(this);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    hide();

    const auto redraw = [this](int id) {
        const Job* job = m_jobs.job(id);
        const auto row = m_rows.find(id);
        if (job != nullptr && row != m_rows.end())
            row->second->update(*job, m_jobs.nowMs());
    };
    connect(&jobs, &JobController::started, this, &JobPanel::add);
    connect(&jobs, &JobController::progressed, this, redraw);
    connect(&jobs, &JobController::finished, this, redraw);
    connect(&jobs, &JobController::dismissed, this, &JobPanel::remove);
}

void JobPanel::add(int id) {
    auto* row = new JobRow(m_jobs.job(id)->title, this);
    m_rows[id] = row;
    m_layout->insertWidget(0, row);
    connect(row, &JobRow::cancelWanted, this, [this, id] { m_jobs.cancel(id); });
    connect(row, &JobRow::dismissWanted, this, [this, id] { m_jobs.dismiss(id); });
    connect(row, &JobRow::detailsWanted, this, [this, id] { emit detailsWanted(id); });
    show();
}

void JobPanel::remove(int id) {
    const auto row = m_rows.find(id);
    if (row == m_rows.end())
        return;
    row->second->deleteLater();
    m_rows.erase(row);
    setVisible(!m_rows.empty());
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/desktop/jobwatch.h"

#include "ui/desktop/desktop.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/jobs/jobrow.h"
#include "ui/support/theme.h"

#include <QApplication>

#include <algorithm>

namespace salvor {

JobWatch::JobWatch(JobController& jobs, const WindowSettings& settings, Desktop& desktop, QObject* parent)
    : QObject(parent)
    , m_jobs(jobs)
    , m_settings(settings)
    , m_desktop(desktop) {
    connect(&jobs, &JobController::started, this, &JobWatch::guardSleep);
    connect(&jobs, &JobController::finished, this, [this](int id) {
        guardSleep();
        ended(id);
    });
}

void JobWatch::ended(int id) {
    const Job* job = m_jobs.job(id);
    if (job == nullptr || !job->isFinished() || QApplication::activeWindow() != nullptr)
        return;
    if (job->error() != nullptr && job->error()->isCancelled())
        return; // whoever did it knows
    const JobEnd end = describeEnd(*job);
    const Tone tone = static_cast<Tone>(end.tone);
    const bool troubled = tone == Tone::Bad || tone == Tone::Warning;
    const NotifyChoice choice = m_settings.notify();
    if (choice == NotifyChoice::Always || (choice == NotifyChoice::Troubled && troubled))
        m_desktop.notify(job->title, end.sentence, troubled);
}

void JobWatch::guardSleep() {
    const bool restoring = std::ranges::any_of(m_jobs.jobs(), [](const auto& job) {
        return !job->isFinished() && std::holds_alternative<RestoreJob>(job->request);
    });
    if (restoring == m_guarding)
        return;
    m_guarding = restoring;
    if (restoring)
        m_desktop.inhibitSleep(tr("A database is being restored"));
    else
        m_desktop.releaseSleep();
}

} // namespace salvor

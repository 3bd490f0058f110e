// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the desktop is told of jobs: that one ended while nobody looked, and that it must not sleep during a
// restore.
#pragma once

#include "ui/main/windowsettings.h"

#include <QObject>

namespace salvor {

class Desktop;
class JobController;

/// Lives in the window's thread. Everything is borrowed.
class JobWatch : public QObject {
    Q_OBJECT

public:
    JobWatch(JobController& jobs, const WindowSettings& settings, Desktop& desktop,
             QObject* parent = nullptr);

private:
    void ended(int id);
    void guardSleep();

    JobController& m_jobs;
    const WindowSettings& m_settings;
    Desktop& m_desktop;
    bool m_guarding = false;
};

} // namespace salvor

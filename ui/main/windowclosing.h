// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What closing the window means: it ends, it goes into the tray, or it asks what becomes of running jobs.
#pragma once

#include "ui/main/windowsettings.h"

#include <QObject>

class QMainWindow;
class QMessageBox;

namespace salvor {

class JobController;
class Tray;

/// Lives in the window's thread. Everything is borrowed and outlives it.
class WindowClosing : public QObject {
    Q_OBJECT

public:
    WindowClosing(QMainWindow& window, JobController& jobs, const WindowSettings& settings, Tray& tray);

    /// For the window's closeEvent(): whether it may close now. If not, it was hidden or a question was
    /// asked.
    bool mayClose();
    /// Closes for good, whatever the settings say; asks when jobs are running.
    void quit();
    /// Out of the tray, and in front.
    void showAgain();
    void hideInTray();
    bool isWaiting() const { return m_closeWhenDone; } ///< for the last job, to close then

signals:
    void changed(); ///< isWaiting()

private:
    void ask();
    QMessageBox* question() const; ///< the one that is open; null: none
    void describe(QMessageBox& box) const;
    void jobsChanged();
    void goOnClosing();

    QMainWindow& m_window;
    JobController& m_jobs;
    const WindowSettings& m_settings;
    Tray& m_tray;
    bool m_quit = false; ///< the user said so, not just the close button
    bool m_closeWhenDone = false;
};

} // namespace salvor

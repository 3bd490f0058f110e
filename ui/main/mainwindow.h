// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The main window: servers on the left, pages on the right, jobs at the foot.
// What it does with pages, menus and jobs is in mainwindowpages.cpp, mainwindowactions.cpp and
// mainwindowjobs.cpp.
#pragma once

#include "ui/desktop/desktop.h"
#include "ui/desktop/jobwatch.h"
#include "ui/desktop/tray.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/pageregistry.h"
#include "ui/main/windowactions.h"
#include "ui/main/windowclosing.h"
#include "ui/main/windowsettings.h"
#include "ui/main/workspacefeed.h"
#include "workers/timersroad.h"

#include <QMainWindow>

class QLabel;
class QSplitter;
class QStackedWidget;
class QTabBar;

namespace salvor {

class AbsenceNote;
class ErrorPanel;
class FirstRunPage;
class JobPanel;
class Sidebar;

/// Owns look-ups and jobs; destroying it cancels them and waits a bounded time. Dialogs and flows connect to
/// its signals and call its slots; it knows none of them.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    /// `core` and `theme` are borrowed and outlive the window.
    MainWindow(Core& core, Theme& theme, std::unique_ptr<Desktop> desktop = makeSystemDesktop());
    ~MainWindow() override;

    /// Shows itself, or starts in the tray, as the settings say.
    void start();

    /// For what is opened over this window.
    WindowContext context();
    /// A database that a restore had left is gone from that server.
    void tellDropped(const QString& profileUuid, const QString& database);
    /// Another road to root than the one that the environment offers; before anything is asked of it.
    void setTimersRoad(TimersRoad road);
    Tray& tray() { return m_tray; }
    QString currentPageId() const;
    Selection selection() const;

public slots:
    /// After something changed: profiles, repositories, backups.
    void refresh();
    void showPage(const QString& id);
    void select(const salvor::Selection& selection);
    /// The Backups page, narrowed to that source.
    void showBackups(const salvor::Selection& source);
    /// The Backups page, with that one chosen.
    void showBackup(const salvor::BackupChoice& backup);
    void startBackup(const salvor::Selection& source);
    void startVerification(const salvor::BackupChoice& backup, salvor::VerifyDepth depth);

signals:
    // What flows and dialogs answer.
    void protectWanted();
    void recoverWanted();
    void newRepositoryWanted();
    void addServerWanted();
    void editServerWanted(const QString& profileUuid);
    void removeServerWanted(const QString& profileUuid);
    void restoreWanted(const salvor::BackupChoice& backup);
    void besideWanted(const salvor::BackupChoice& backup);
    void drillWanted(const salvor::BackupChoice& backup);
    void restoredWanted(const QString& profileUuid);
    void dropWanted(const QString& profileUuid, const QString& database);
    void repositoryInfoWanted(const QString& repositoryId);
    void rehearsalWanted(const QString& repositoryId);

private:
    void makeLayout();
    void makePages();
    void connectActions();
    void connectPage(WindowPage* page);
    void showSnapshot();
    void showPageAt(int index);
    void showSourceMenu(const QPoint& at);
    QString nameOf(const Selection& source) const; ///< empty: not known
    bool canBackUp(const Selection& source) const;
    QString backUpText(const Selection& source) const;
    void updateActions();
    void updateStatus();
    void showAbout();
    void showPreferences();
    void showJobDetails(int id);
    void tellOfAbsence();
    WindowPage* page() const;
    Selection chosenSource() const;
    QString sourceName(const Selection& source) const;
    void changeEvent(QEvent* event) override;
    void closeEvent(QCloseEvent* event) override;

    Core& m_core;
    Theme& m_theme;
    Lookups m_lookups;
    JobController m_jobs;
    TimersRoad m_road;
    WorkspaceFeed m_feed;
    WindowSettings m_settings;
    std::unique_ptr<Desktop> m_desktop;
    Tray m_tray;
    JobWatch m_jobWatch;
    WindowClosing* m_closing = nullptr;
    std::vector<PageEntry> m_entries;
    WindowActions m_actions;
    QStackedWidget* m_stack = nullptr; ///< first run, or servers and pages
    FirstRunPage* m_firstRun = nullptr;
    QSplitter* m_splitter = nullptr;
    Sidebar* m_sidebar = nullptr;
    QTabBar* m_tabs = nullptr;
    QStackedWidget* m_pages = nullptr;
    JobPanel* m_jobPanel = nullptr;
    ErrorPanel* m_error = nullptr;
    AbsenceNote* m_absence = nullptr;
    QLabel* m_status = nullptr;
};

} // namespace salvor

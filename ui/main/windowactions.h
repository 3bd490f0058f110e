// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The menus of the main window and the actions in them.
#pragma once

#include "models/repositorypin.h"
#include "ui/main/pageregistry.h"
#include "ui/support/theme.h"

#include <QObject>

#include <map>
#include <vector>

class QAction;
class QActionGroup;
class QMainWindow;
class QMenu;

namespace salvor {

/// Makes the menus of `window` and says by signal what was chosen. Lives in the window's thread.
class WindowActions : public QObject {
    Q_OBJECT

public:
    WindowActions(QMainWindow& window, const std::vector<PageEntry>& pages);

    /// What can be done now; everything else is disabled.
    struct Possible {
        bool server = false; ///< a server is chosen on the left
        bool backUp = false;
        QString backUpText{}; ///< with its name; empty: nothing can be
        bool restore = false;
        bool restored = false; ///< a server is known here
        bool pages = false;
    };
    void setPossible(const Possible& possible);
    void setRepositories(const std::vector<RepositoryPin>& repositories);
    void setTheme(ThemeChoice choice);
    void setPage(int index);
    /// The actions on a server and its databases, for context menus.
    QMenu* sourceMenu() const { return m_sourceMenu; }

signals:
    void protectWanted();
    void recoverWanted();
    void addServerWanted();
    void editServerWanted();
    void removeServerWanted();
    void newRepositoryWanted();
    void repositoryInfoWanted(const QString& repositoryId);
    void rehearsalWanted(const QString& repositoryId);
    void backUpWanted();
    void restoreWanted();
    void drillWanted();
    void restoredWanted();
    void verifyWanted(salvor::VerifyDepth depth);
    void refreshWanted();
    void pageWanted(int index);
    void themeWanted(salvor::ThemeChoice choice);
    void preferencesWanted();
    void aboutWanted();
    void quitWanted();

private:
    QAction* action(QMenu* menu, const char* name, const QString& text, const QKeySequence& keys = {});
    void makeFileMenu();
    void makeBackupMenu();
    void makeViewMenu(const std::vector<PageEntry>& pages);
    void makeHelpMenu();

    QMainWindow& m_window;
    QMenu* m_repositoryMenu = nullptr;
    QMenu* m_sourceMenu = nullptr;
    QMenu* m_verifyMenu = nullptr;
    QAction* m_editServer = nullptr;
    QAction* m_removeServer = nullptr;
    QAction* m_backUp = nullptr;
    QAction* m_restore = nullptr;
    QAction* m_drill = nullptr;
    QAction* m_restored = nullptr;
    QActionGroup* m_pageGroup = nullptr;
    std::map<ThemeChoice, QAction*> m_themes;
};

/// The three depths of a verification as menu entries; `chosen` is called in the window's thread.
void addVerifyActions(QMenu* menu, QObject* context, std::function<void(VerifyDepth)> chosen);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/windowactions.h"

#include <QActionGroup>
#include <QMainWindow>
#include <QMenu>
#include <QMenuBar>

namespace salvor {

WindowActions::WindowActions(QMainWindow& window, const std::vector<PageEntry>& pages)
    : QObject(&window)
    , m_window(window) {
    makeFileMenu();
    m_repositoryMenu = window.menuBar()->addMenu(tr("&Repository"));
    m_repositoryMenu->setObjectName(QStringLiteral("repositoryMenu"));
    makeBackupMenu();
    makeViewMenu(pages);
    makeHelpMenu();
    setRepositories({});
    setPossible({});
}

QAction* WindowActions::action(QMenu* menu, const char* name, const QString& text, const QKeySequence& keys) {
    auto* made = menu->addAction(text);
    made->setObjectName(QLatin1String(name));
    made->setShortcut(keys);
    return made;
}

void WindowActions::makeFileMenu() {
    auto* menu = m_window.menuBar()->addMenu(tr("&File"));
    menu->setObjectName(QStringLiteral("fileMenu"));
    auto* protect = action(menu, "protectAction", tr("&Protect a database…"), QKeySequence::New);
    protect->setIcon(Icons::of(Icons::Add));
    auto* recover = action(menu, "recoverAction", tr("&Recover from a backup…"), QKeySequence::Open);
    recover->setIcon(Icons::of(Icons::Restore));
    menu->addSeparator();
    auto* add = action(menu, "addServerAction", tr("&Add a server…"));
    m_editServer = action(menu, "editServerAction", tr("&Edit the server…"), QKeySequence(tr("Ctrl+E")));
    m_removeServer = action(menu, "removeServerAction", tr("Re&move the server…"));
    menu->addSeparator();
    auto* preferences = action(menu, "preferencesAction", tr("Pre&ferences…"), QKeySequence(tr("Ctrl+,")));
    preferences->setIcon(Icons::of(Icons::Settings));
    menu->addSeparator();
    auto* quit = action(menu, "quitAction", tr("&Quit"), QKeySequence(tr("Ctrl+Q")));
    connect(protect, &QAction::triggered, this, &WindowActions::protectWanted);
    connect(recover, &QAction::triggered, this, &WindowActions::recoverWanted);
    connect(add, &QAction::triggered, this, &WindowActions::addServerWanted);
    connect(m_editServer, &QAction::triggered, this, &WindowActions::editServerWanted);
    connect(m_removeServer, &QAction::triggered, this, &WindowActions::removeServerWanted);
    connect(preferences, &QAction::triggered, this, &WindowActions::preferencesWanted);
    connect(quit, &QAction::triggered, this, &WindowActions::quitWanted);
}

void addVerifyActions(QMenu* menu, QObject* context, std::function<void(VerifyDepth)> chosen) {
    const auto add = [&](const char* name, const QString& text, const QString& tip, VerifyDepth depth) {
        auto* made = menu->addAction(text);
        made->setObjectName(QLatin1String(name));
        made->setToolTip(tip);
        QObject::connect(made, &QAction::triggered, context, [chosen, depth] { chosen(depth); });
    };
    menu->setToolTipsVisible(true);
    add("verifyQuick", WindowActions::tr("&Quick: is everything there?"),
        WindowActions::tr("The catalog, what each backup needs, and the sizes in the store."),
        VerifyDepth::Quick);
    add("verifyStored", WindowActions::tr("&Stored bytes: read everything back"),
        WindowActions::tr("Every stored byte against its checksum; needs no key."), VerifyDepth::Stored);
    add("verifyFull", WindowActions::tr("&Full: decrypt and compare everything"),
        WindowActions::tr("Every item is decrypted and compared with its hash; needs the key."),
        VerifyDepth::Full);
}

void WindowActions::makeBackupMenu() {
    m_sourceMenu = m_window.menuBar()->addMenu(tr("&Backup"));
    m_sourceMenu->setObjectName(QStringLiteral("backupMenu"));
    m_backUp = action(m_sourceMenu, "backUpAction", tr("&Back up now"), QKeySequence(tr("Ctrl+B")));
    m_backUp->setIcon(Icons::of(Icons::Backup));
    m_restore = action(m_sourceMenu, "restoreAction", tr("&Restore…"), QKeySequence(tr("Ctrl+R")));
    m_restore->setIcon(Icons::of(Icons::Restore));
    m_verifyMenu = m_sourceMenu->addMenu(Icons::of(Icons::Verify), tr("&Verify"));
    m_verifyMenu->setObjectName(QStringLiteral("verifyMenu"));
    addVerifyActions(m_verifyMenu, this, [this](VerifyDepth depth) { emit verifyWanted(depth); });
    m_drill = action(m_sourceMenu, "drillAction", tr("&Test restore…"), QKeySequence(tr("Ctrl+T")));
    m_sourceMenu->addSeparator();
    m_restored = action(m_sourceMenu, "restoredAction", tr("Restored &databases…"));
    m_restored->setIcon(Icons::of(Icons::Database));
    connect(m_drill, &QAction::triggered, this, &WindowActions::drillWanted);
    connect(m_restored, &QAction::triggered, this, &WindowActions::restoredWanted);
    connect(m_backUp, &QAction::triggered, this, &WindowActions::backUpWanted);
    connect(m_restore, &QAction::triggered, this, &WindowActions::restoreWanted);
}

void WindowActions::makeViewMenu(const std::vector<PageEntry>& pages) {
    auto* menu = m_window.menuBar()->addMenu(tr("&View"));
    menu->setObjectName(QStringLiteral("viewMenu"));
    m_pageGroup = new QActionGroup(this);
    for (std::size_t i = 0; i < pages.size(); ++i) {
        const int number = static_cast<int>(i);
        auto* page = menu->addAction(Icons::of(pages[i].icon), pages[i].title);
        page->setObjectName(pages[i].id + QStringLiteral("Action"));
        page->setCheckable(true);
        page->setShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(number + 1)));
        m_pageGroup->addAction(page);
        connect(page, &QAction::triggered, this, [this, number] { emit pageWanted(number); });
    }
    menu->addSeparator();
    auto* themes = menu->addMenu(tr("&Theme"));
    themes->setObjectName(QStringLiteral("themeMenu"));
    auto* group = new QActionGroup(this);
    const auto add = [&](const char* name, const QString& text, ThemeChoice choice) {
        auto* made = themes->addAction(text);
        made->setObjectName(QLatin1String(name));
        made->setCheckable(true);
        group->addAction(made);
        m_themes[choice] = made;
        connect(made, &QAction::triggered, this, [this, choice] { emit themeWanted(choice); });
    };
    add("themeSystem", tr("As the &system"), ThemeChoice::System);
    add("themeLight", tr("&Light"), ThemeChoice::Light);
    add("themeDark", tr("&Dark"), ThemeChoice::Dark);
    add("themeHighContrast", tr("&High contrast"), ThemeChoice::HighContrast);
    menu->addSeparator();
    auto* refresh = action(menu, "refreshAction", tr("&Refresh"), QKeySequence::Refresh);
    connect(refresh, &QAction::triggered, this, &WindowActions::refreshWanted);
}

void WindowActions::makeHelpMenu() {
    auto* menu = m_window.menuBar()->addMenu(tr("&Help"));
    menu->setObjectName(QStringLiteral("helpMenu"));
    auto* about = action(menu, "aboutAction", tr("&About Salvor"));
    connect(about, &QAction::triggered, this, &WindowActions::aboutWanted);
}

void WindowActions::setPossible(const Possible& possible) {
    m_editServer->setEnabled(possible.server);
    m_removeServer->setEnabled(possible.server);
    m_backUp->setEnabled(possible.backUp);
    m_backUp->setText(possible.backUpText.isEmpty() ? tr("&Back up now") : possible.backUpText);
    m_restore->setEnabled(possible.restore);
    m_verifyMenu->setEnabled(possible.restore);
    m_drill->setEnabled(possible.restore);
    m_restored->setEnabled(possible.restored);
    m_pageGroup->setEnabled(possible.pages);
}

void WindowActions::setRepositories(const std::vector<RepositoryPin>& repositories) {
    m_repositoryMenu->clear();
    for (const auto& pin : repositories) {
        const QString id = QString::fromStdString(pin.id);
        QMenu* menu = m_repositoryMenu;
        if (repositories.size() > 1)
            menu = menu->addMenu(QString::fromStdString(pin.title).replace(u'&', QStringLiteral("&&")));
        auto* info = action(menu, "repositoryInfoAction", tr("&Information…"));
        auto* rehearse = action(menu, "rehearseAction", tr("&Rehearse the recovery…"));
        rehearse->setIcon(Icons::of(Icons::Key));
        connect(info, &QAction::triggered, this, [this, id] { emit repositoryInfoWanted(id); });
        connect(rehearse, &QAction::triggered, this, [this, id] { emit rehearsalWanted(id); });
    }
    if (!repositories.empty())
        m_repositoryMenu->addSeparator();
    auto* fresh = action(m_repositoryMenu, "newRepositoryAction", tr("&New repository…"));
    fresh->setIcon(Icons::of(Icons::Add));
    connect(fresh, &QAction::triggered, this, &WindowActions::newRepositoryWanted);
}

void WindowActions::setTheme(ThemeChoice choice) { m_themes.at(choice)->setChecked(true); }

void WindowActions::setPage(int index) {
    if (index >= 0 && index < m_pageGroup->actions().size())
        m_pageGroup->actions().at(index)->setChecked(true);
}

} // namespace salvor

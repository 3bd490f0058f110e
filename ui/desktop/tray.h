// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The icon in the desktop's tray: the worst state, and the few things one does without the window.
#pragma once

#include "ui/main/windowpage.h"
#include "ui/main/workspacefeed.h"
#include "ui/support/theme.h"

#include <QMenu>
#include <QSystemTrayIcon>

namespace salvor {

class Desktop;

/// Shown while there is a tray. Lives in the window's thread.
class Tray : public QObject {
    Q_OBJECT

public:
    Tray(WorkspaceFeed& feed, Desktop& desktop, QObject* parent = nullptr);
    ~Tray() override;
    bool isShown() const { return m_icon.isVisible(); }
    const QSystemTrayIcon& icon() const { return m_icon; }
    QMenu* menu() { return &m_menu; }
    Tone tone() const { return m_tone; }

signals:
    void openWanted();
    void backupWanted(const salvor::Selection& source);
    void quitWanted();

private:
    void update();
    void fillBackups(const WorkspaceSnapshot& snapshot);

    WorkspaceFeed& m_feed;
    Desktop& m_desktop;
    QMenu m_menu;
    QSystemTrayIcon m_icon;
    QAction* m_sentence = nullptr;
    QAction* m_reason = nullptr;
    QMenu* m_backups = nullptr;
    Tone m_tone = Tone::Neutral;
};

/// The program's icon with the mark of a state in its corner.
QIcon markedIcon(Tone tone);

} // namespace salvor

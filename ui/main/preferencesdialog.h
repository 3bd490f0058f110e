// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How the window looks and behaves. What backups do is in policies, not here.
#pragma once

#include "ui/main/windowsettings.h"

#include <QDialog>

class QCheckBox;
class QComboBox;
class QLabel;

namespace salvor {

/// Lives in the window's thread. Nothing is changed before OK.
class PreferencesDialog : public QDialog {
    Q_OBJECT

public:
    /// `settings` is borrowed and outlives it. `hasTray`: what needs one can be chosen.
    PreferencesDialog(WindowSettings& settings, bool hasTray, QWidget* parent = nullptr);

signals:
    void themeWanted(salvor::ThemeChoice choice);
    void channelsWanted(); ///< those by which somebody else is told

private:
    void build(bool hasTray);
    void fill(bool hasTray);
    void accept() override;

    WindowSettings& m_settings;
    QComboBox* m_theme = nullptr;
    QComboBox* m_notify = nullptr;
    QComboBox* m_close = nullptr;
    QCheckBox* m_startInTray = nullptr;
    QCheckBox* m_absence = nullptr;
    QLabel* m_note = nullptr;
};

} // namespace salvor

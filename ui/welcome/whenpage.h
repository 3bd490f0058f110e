// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// When a database that is added is backed up, and how long its backups stay: presets.
#pragma once

#include "models/policy/policypresets.h"
#include "ui/support/flowdialog.h"

class QComboBox;
class QCheckBox;
class QLabel;
class QTimeEdit;

namespace salvor {

/// Lives in the window's thread.
class WhenPage : public FlowPage {
    Q_OBJECT

public:
    explicit WhenPage(QWidget* parent = nullptr);
    /// Schedule and retention as chosen; everything else stays.
    void applyTo(Policy& policy) const;
    /// In one line.
    QString summary() const;
    /// Whether the plan of its timers is to be shown afterwards.
    bool wantsTimers() const;

private:
    PolicyPreset preset() const;
    void update();

    QComboBox* m_preset = nullptr;
    QTimeEdit* m_time = nullptr;
    QLabel* m_timeLabel = nullptr;
    QLabel* m_facts = nullptr;
    QCheckBox* m_timers = nullptr;
};

} // namespace salvor

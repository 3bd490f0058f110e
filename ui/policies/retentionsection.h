// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How long backups stay: the rules, which of them keeps each backup there is, what a change would free, and
// what will be left on a day of the next twelve months.
#pragma once

#include "models/retention/retentionforecast.h"
#include "ui/policies/policysection.h"
#include "ui/policies/retentiontable.h"

#include <QTimer>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QSlider;
class QSpinBox;
class QTableView;

namespace salvor {

class ErrorPanel;

/// Both are immutable; null: not known yet.
struct RetentionOutlook {
    std::shared_ptr<const RetentionPreview> preview;
    std::shared_ptr<const Forecast> forecast;
};

class RetentionSection final : public PolicySection {
    Q_OBJECT

public:
    explicit RetentionSection(QWidget* parent = nullptr);
    void setPolicy(const Policy& policy) override;
    void applyTo(Policy& policy) const override;
    QString problem() const override;
    QString summary() const override;

    void setOutlook(const RetentionOutlook& outlook);
    void setOutlookError(const Error& error);
    /// A look-up is under way, or the rules are such that there is nothing to look up.
    void setOutlookPending(const QString& why);
    /// Asks again after the next short pause, as after a change.
    void askAgain();

signals:
    void outlookWanted(); ///< the rules are good and have not changed for a moment

private:
    QSpinBox* makeCount(const char* name, const QString& text);
    QWidget* makeRules();
    QWidget* makeOutlook();
    std::optional<RetentionRules> rules() const;
    void touched();
    void showOutlook();
    static QString spaceText(const QString& least, const QString& most);

    bool m_quiet = false;
    QTimer m_pause;
    RetentionOutlook m_outlook;
    RetentionTable m_table;
    QCheckBox* m_everything = nullptr;
    QWidget* m_counts = nullptr;
    QSpinBox* m_last = nullptr;
    QSpinBox* m_hourly = nullptr;
    QSpinBox* m_daily = nullptr;
    QSpinBox* m_weekly = nullptr;
    QSpinBox* m_monthly = nullptr;
    QSpinBox* m_yearly = nullptr;
    QLineEdit* m_within = nullptr;
    QComboBox* m_zone = nullptr;
    ErrorPanel* m_error = nullptr;
    QLabel* m_sentence = nullptr;
    QSlider* m_cursor = nullptr;
    QLabel* m_cursorText = nullptr;
    QTableView* m_view = nullptr;
};

} // namespace salvor

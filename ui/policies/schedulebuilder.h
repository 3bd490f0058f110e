// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A calendar expression as simple choices or as text: either changes the other. With its normal form, its
// next ten times, and a sign at the character that is wrong.
#pragma once

#include "models/schedule/schedulechoice.h"

#include <QWidget>

#include <array>
#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;
class QStackedWidget;
class QTimeEdit;

namespace salvor {

/// Lives in the window's thread; computing the next times takes far below a millisecond each.
class ScheduleBuilder : public QWidget {
    Q_OBJECT

public:
    explicit ScheduleBuilder(QWidget* parent = nullptr);
    /// Times are counted from here.
    void setNow(Instant now);
    /// Nothing: by hand only.
    void setExpression(const std::optional<std::string>& expression);
    /// As it was typed, or in the normal form where it was chosen.
    std::optional<std::string> expression() const;
    /// Why it cannot be used, with the character; empty when it can.
    QString problem() const { return m_problem; }

signals:
    void changed(); ///< by the user

private:
    void makeChoices();
    QWidget* makeWeekdays();
    void makeText();
    void choose();   ///< what is chosen becomes the text
    void readText(); ///< the text becomes what is chosen
    void showChoice(const ScheduleChoice& choice);
    void showTimes(const CalendarExpression& expression);
    void showParts();

    Instant m_now{};
    bool m_quiet = false;
    QString m_problem;
    std::string m_zone; ///< of the text, kept by choices
    QComboBox* m_kind = nullptr;
    QComboBox* m_every = nullptr;
    QSpinBox* m_minute = nullptr;
    QTimeEdit* m_time = nullptr;
    QWidget* m_days = nullptr;
    std::array<QCheckBox*, 7> m_weekdays{};
    QComboBox* m_monthDay = nullptr;
    QLabel* m_everyLabel = nullptr;
    QLabel* m_minuteLabel = nullptr;
    QLabel* m_timeLabel = nullptr;
    QLabel* m_monthDayLabel = nullptr;
    QWidget* m_textBox = nullptr;
    QLineEdit* m_text = nullptr;
    QLabel* m_note = nullptr;
    QPlainTextEdit* m_times = nullptr;
};

} // namespace salvor

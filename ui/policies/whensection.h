// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// When a policy runs: a schedule for each kind of backup that it makes, how much later it may start, and how
// old a backup may get.
#pragma once

#include "ui/policies/limitssection.h"

#include <vector>

class QLabel;
class QVBoxLayout;

namespace salvor {

class ScheduleBuilder;

/// Lives in the window's thread.
class WhenSection final : public FieldsSection {
    Q_OBJECT

public:
    explicit WhenSection(QWidget* parent = nullptr);
    void setNow(Instant now);
    void setPolicy(const Policy& policy) override;
    void applyTo(Policy& policy) const override;
    QString problem() const override;
    QString summary() const override;

private:
    struct Part {
        std::string kind;
        QLabel* title = nullptr;
        ScheduleBuilder* builder = nullptr;
    };
    void makeParts(const std::vector<std::string>& kinds);

    Instant m_now{};
    QVBoxLayout* m_column = nullptr;
    std::vector<Part> m_parts; ///< in the policy's order
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One part of the policy editor.
#pragma once

#include "models/policy/policy.h"

#include <QWidget>

namespace salvor {

/// Lives in the window's thread. What a section has no control for it leaves as it is in the policy.
class PolicySection : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;
    virtual void setPolicy(const Policy& policy) = 0;
    virtual void applyTo(Policy& policy) const = 0;
    /// Why it cannot be saved as it is, as a sentence; empty when it can.
    virtual QString problem() const { return {}; }
    /// What it says now, in one line.
    virtual QString summary() const = 0;

signals:
    void changed(); ///< by the user
};

/// Whether anything in this version acts on that field: what nothing acts on gets no control.
bool isActedOn(const Policy& withTheFieldSet, const char* field);

} // namespace salvor

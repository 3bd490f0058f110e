// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Marks of states: each a shape of its own as well as a colour, and a word for screen readers and tooltips.
#pragma once

#include "models/backuprecord.h"
#include "models/protection.h"
#include "models/sourcestatus.h"
#include "ui/support/theme.h"

#include <QCoreApplication>
#include <QIcon>

class QPainter;

namespace salvor {

class StateMark {
    Q_DECLARE_TR_FUNCTIONS(StateMark)

public:
    static Tone tone(SourceState state);
    static Tone tone(RunOutcome outcome);
    static Tone tone(Protection protection);
    static QString text(SourceState state);
    static QString text(RunOutcome outcome);
    static QString text(Protection protection);
    /// Good: a filled circle with a tick; warning: a triangle; bad: a square with a cross; running: a ring;
    /// neutral: an empty circle.
    static void paint(QPainter& painter, const QRectF& rect, Tone tone, const QPalette& palette);
    static QIcon icon(Tone tone);
};

} // namespace salvor

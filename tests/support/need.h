// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Tests that need something of the computer: skipped by name without it, or failed when
// SALVOR_REQUIRE_SERVERS is set.
#pragma once

#include <QStandardPaths>
#include <QTest>

/// Leaves the test unless the program is in PATH.
#define SALVOR_NEED_PROGRAM(program)                                                                         \
    SALVOR_NEED(!QStandardPaths::findExecutable(QStringLiteral(program)).isEmpty(),                          \
                "the program " program " is not installed")

/// Leaves the test with the reason unless the condition holds.
#define SALVOR_NEED(condition, reason)                                                                       \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            if (qEnvironmentVariableIsSet("SALVOR_REQUIRE_SERVERS"))                                         \
                QFAIL(reason ", and SALVOR_REQUIRE_SERVERS is set");                                         \
            QSKIP(reason);                                                                                   \
        }                                                                                                    \
    } while (false)

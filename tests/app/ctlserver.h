// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A profile in a CtlHome for a server of the lab.
#pragma once

#include "app/ctlprocess.h"
#include "support/lab.h"

class QProcess;

namespace salvor::test {

/// Words that reach the server's own pg_dump.
QStringList toolsWords(const LabServer& server);
/// Adds profile `title`; the whole answer, for a test to check.
CtlResult addProfile(const CtlHome& home, const LabServer& server,
                     const QString& title = QStringLiteral("lab"), const QByteArray& password = {});

/// For limitBandwidth(): about four minutes, for what is interrupted; about ten seconds, for what has to end
/// by itself.
constexpr int kSlow = 100'000;
constexpr int kUnhurried = 2'000'000;
/// Bytes a second of the policy "lab" to its store; 0: no limit. A backup of sample::bigTable() that is
/// limited lasts as long as a test needs it to, however fast the machine is.
bool limitBandwidth(const CtlHome& home, int bytesPerSecond);
/// Waits until the process reads data (true), or ended before it did (what it said is in the test's log).
bool reachesData(QProcess& process);

} // namespace salvor::test

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A profile in a CtlHome for a server of the lab.
#pragma once

#include "app/ctlprocess.h"
#include "support/lab.h"

namespace salvor::test {

/// Words that reach the server's own pg_dump.
QStringList toolsWords(const LabServer& server);
/// Adds profile `title`; the whole answer, for a test to check.
CtlResult addProfile(const CtlHome& home, const LabServer& server,
                     const QString& title = QStringLiteral("lab"), const QByteArray& password = {});

} // namespace salvor::test

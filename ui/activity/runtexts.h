// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs in words.
#pragma once

#include "models/backuprecord.h"

#include <QCoreApplication>
#include <QString>
#include <QStringList>

#include <string>

namespace salvor {

struct RunTexts {
    Q_DECLARE_TR_FUNCTIONS(RunTexts)
};

QString runKindText(const std::string& kind);
QString runDurationText(const RunRecord& run);
/// "Backup of metrics on timescale: ok", and everything known of it, line by line.
QString runSummaryText(const RunRecord& run);
QString runFactsText(const RunRecord& run);
/// What the run warned of, each on its line.
QStringList runWarningsText(const RunRecord& run);
/// Which restored copies the rules of a backup run left out, and how that is changed; empty: none.
QString leftOutCopiesText(const RunRecord& run);

} // namespace salvor

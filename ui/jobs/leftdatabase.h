// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The hidden database that a restore left which did not come to its end.
#pragma once

#include "models/backuprecord.h"
#include "ui/jobs/jobcontroller.h"

#include <QString>

#include <optional>

namespace salvor {

struct LeftDatabase {
    QString profileUuid;
    QString database;     ///< its hidden name
    bool isWhole = false; ///< only its name was taken by somebody else
};

/// Nothing where the restore was given its name, or never made anything. Whether it is still there only the
/// server knows.
std::optional<LeftDatabase> leftDatabase(const RunRecord& run);
/// The same of a finished job of this window.
std::optional<LeftDatabase> leftDatabase(const Job& job);
/// One sentence on it: where it is, and until when it stays.
QString leftDatabaseText(const LeftDatabase& left);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is in the trash, for answers that would else say that there is no backup.
#pragma once

#include "app/salvorctl/command.h"

#include <optional>
#include <vector>

namespace salvor::ctl {

/// Those in the trash that the query is of, the first to be pruned first. A repository that does not answer
/// has none here, which is said as a warning. Cancelled.
Result<std::vector<TrashedBackup>> trashedLike(Context& context, const BackupQuery& query);

/// The same of one repository, as a number; empty where it does not answer.
Result<std::optional<std::size_t>> trashedIn(Context& context, const std::string& repositoryId);

/// "In the trash: 3 backups, …: salvorctl backups trash". Of one at least.
std::string trashSentence(const std::vector<TrashedBackup>& trashed);

} // namespace salvor::ctl

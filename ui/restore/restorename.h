// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How a database that a restore makes is called before somebody chose a name.
#pragma once

#include "models/backuprecord.h"

#include <string>
#include <vector>

namespace salvor {

class Core;

/// The names that restores gave, by the newest runs; none where those cannot be read. Blocking.
std::vector<std::string> namesOfRestores(Core& core);

/// Whether the newest run by the rules did not see the backup's database on its server any more: then its own
/// name is free for it. False where it cannot be told. Blocking.
bool isOffItsServer(Core& core, const BackupRecord& backup);

/// The backup's database with that behind it, cut to what its engine keeps of a name, and numbered from 2 on
/// where it is among `taken`.
std::string freeRestoreName(const BackupRecord& backup, const std::string& tail,
                            const std::vector<std::string>& taken);

/// "billing_restored_20261121": says of when it is, so that one seldom meets another.
std::string besideName(const BackupRecord& backup, const std::vector<std::string>& taken = {});

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which backups of a database are unusually small or large, each judged by those before it: one answer for
// the watch and for retention. docs/watch.md says how.
#pragma once

#include "models/backuprecord.h"
#include "models/watch/robust.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

/// A size that changed is usual once so many backups in a row were unlike what was usual before, the last of
/// them so long after the first. Before that nothing that is unusual takes part in what is usual.
constexpr std::size_t kLastingBackups = 7;
constexpr std::chrono::hours kLastingSpan{7 * 24};

struct SizeVerdict {
    std::optional<Usual> usual; ///< in the backups before it; nothing: there were none
    bool unusual = false;
    std::size_t inARow = 0; ///< of an unusual one: it and the unusual ones just before it
    /// Whether a changed size lasts is told by it, or was: by the first one, and by the newest six.
    bool decides = false;
    /// Of a backup after a change that lasts: since when, and what was the median before.
    struct Change {
        Instant since{};
        double medianBefore = 0;
    };
    std::optional<Change> change;
};

/// By the backup's id. `backups` are intact ones of one database by one policy, in any order, none of them
/// dated in the future; kinds ("full") are judged apart. A backup is judged by up to 30 before it that are
/// still there: what it is told changes when those go.
std::map<std::string, SizeVerdict> judgeSizes(std::vector<const BackupRecord*> backups);

} // namespace salvor

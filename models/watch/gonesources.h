// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Databases that are not on their server any more, by what the newest run by the rules saw there.
#pragma once

#include "models/droppedcopy.h"
#include "models/namechanges.h"
#include "models/policy/policy.h"
#include "models/sourcestatus.h"

#include <vector>

namespace salvor {

/// As in WatchInput.
struct GoneInput {
    std::vector<Policy> policies;
    std::vector<NameChange> nameChanges;
    std::vector<DroppedCopy> dropped;
    Instant now{};
};

/// Sets the state of such sources: "gone" of one that somebody dropped, "lost" of one that went with half of
/// all or with the server itself, as the watch tells them apart (ServerLoss), and takes those away of which
/// no backup is left. What no policy selects any more is gone where a run that saw all of the server did not
/// see it. Goes by the runs that the sources have: one that was seen last before those is not known. A name
/// that a swap gave counts as put aside, whatever has it since. Pure.
void markGone(std::vector<SourceStatus>& sources, const GoneInput& input);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What timers and their watch, which have no workspace, are told of a policy: files in the state folder, each
// named by the policy's UUID and without content. Internal to workers/.
#pragma once

#include "models/base/result.h"

#include <string>

namespace salvor {

class Core;
struct TimersSetup;

/// While it stands no timer runs the policy. Absent is success. IoError, NoSpace.
Result<> setPauseMark(const std::string& stateFolder, const std::string& policyUuid, bool paused);
bool hasPauseMark(const std::string& stateFolder, const std::string& policyUuid);

/// The policy was removed from the workspace; its pause mark, if there is one, stays: its timers may come
/// back by an undo, or its job file may be run by something else. `removed` false: it is there again.
Result<> setRemovedMark(const std::string& stateFolder, const std::string& policyUuid, bool removed);
bool hasRemovedMark(const std::string& stateFolder, const std::string& policyUuid);

/// The marks of removal follow what is installed for this user, by root or in the user's own manager, and was
/// removed from the workspace, as its audit says: a policy that is merely not known, after the workspace was
/// lost, goes on being watched. Where one of these cannot be read all stay.
Result<> followRemovals(Core& core, const TimersSetup& setup);

} // namespace salvor

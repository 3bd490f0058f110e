// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Which change of a profile's password was the last one: timers have a copy of the password, and go by it
// until they are applied again. In the state folder, where a timer's watch can read it; it says nothing of
// the password. Internal to workers/.
#pragma once

#include "models/base/clock.h"
#include "models/base/result.h"

#include <string>

namespace salvor {

/// A text that no other change of it has; empty: none since this is kept.
Result<std::string> passwordChangeOf(const std::string& stateFolder, const std::string& profileUuid);
/// Before the password is changed, so that no change is missed. Where it was not changed after all,
/// takeBackPasswordChange() says what was noted before.
Result<> notePasswordChange(const std::string& stateFolder, const std::string& profileUuid, Instant now);
/// `before`: of passwordChangeOf(); empty: there was none.
Result<> takeBackPasswordChange(const std::string& stateFolder, const std::string& profileUuid,
                                const std::string& before);
/// The profile is gone. Absent is success.
Result<> forgetPasswordChange(const std::string& stateFolder, const std::string& profileUuid);

} // namespace salvor

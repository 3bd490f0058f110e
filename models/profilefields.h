// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of an engine's profiles by their keys, for whoever shows or reads all of them alike.
#pragma once

#include "models/enginedescription.h"
#include "models/profile.h"

namespace salvor {

/// Nothing but the engine and what its fields hold by default; no UUID, no title.
Profile freshProfile(const EngineDescription& engine);

/// As a text, whatever the field's kind; "" where there is none. Not of "password" and "tools_command": the
/// one is never in a profile, the other is a list of words.
std::string fieldValue(const Profile& profile, const std::string& key);
/// "port" has to be a number from 1 to 65535: InvalidInput, and the profile is as before. A key of
/// Profile::options with an empty value is taken out of them.
Result<> setFieldValue(Profile& profile, const std::string& key, std::string value);

} // namespace salvor

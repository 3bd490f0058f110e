// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Names of secrets, and the states in which one is not to be had.
#pragma once

#include "models/base/result.h"

#include <string>
#include <string_view>

namespace salvor {

/// InvalidInput unless `name` is 1 to 200 of [A-Za-z0-9._-] and begins with a letter or digit.
Result<> checkSecretName(std::string_view name);

/// SecretUnavailable with context "state" (see SecretStore).
Error secretUnavailable(std::string_view state, std::string message, std::string hint = {});
/// The "state" of such an error; empty for any other.
std::string_view secretState(const Error& error);
/// Of a put: it ended without an answer (cancelled, or waited for too long), and what was to be put may be
/// put all the same, once somebody answers the keychain's prompt.
bool mayComeYet(const Error& error);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Where passwords and keys live. Three kinds, chosen by name when something is made, never by silent
// fall-back.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/result.h"
#include "models/base/secret.h"

#include <chrono>
#include <string>
#include <string_view>

namespace salvor {

/// Thread safe, blocking, every look-up bounded (keychain: a time-out, as an unlock prompt may stay
/// unanswered). SecretUnavailable with context "state" = "locked", "absent" (no keychain or folder),
/// "not_found", "timeout" or "read_only" – states of their own, never "wrong password".
class SecretStore {
public:
    virtual ~SecretStore() = default;
    virtual std::string_view kind() const = 0; ///< "keychain", "file", "credentials"
    virtual Result<Secret> get(std::string_view name, const CancelToken& cancel) = 0;
    virtual Result<> put(std::string_view name, const Secret& secret, const CancelToken& cancel) = 0;
    virtual Result<> remove(std::string_view name, const CancelToken& cancel) = 0;
    /// The same, and asks nobody: SecretUnavailable "locked" where somebody would have to unlock it.
    virtual Result<> removeUnasked(std::string_view name, const CancelToken& cancel) {
        return remove(name, cancel);
    }
};

} // namespace salvor

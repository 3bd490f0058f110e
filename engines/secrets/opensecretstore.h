// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// From the name of a kind to its secret store; never another kind than the one that was asked for.
#pragma once

#include "engines/secrets/secretstore.h"

#include <memory>
#include <optional>

namespace salvor {

struct SecretStoreConfig {
    std::string fileFolder;        ///< of kind "file": Places::secrets
    std::string credentialsFolder; ///< of kind "credentials": $CREDENTIALS_DIRECTORY, or empty
    std::string credentialsUuid;   ///< of kind "credentials": the policy's
    std::string pluginFolder;      ///< of kind "keychain": where salvor_keychain.so is; empty: nowhere
    std::chrono::milliseconds keychainTimeout{20000}; ///< for one look-up, an unlock prompt included
    /// For a secret that is put in while the keychain's own prompt stands: somebody unlocks it, or chooses
    /// the password of a new one.
    std::chrono::milliseconds keychainPromptTimeout{120000};
};

/// InvalidInput for a kind that is not known or a path that is not absolute; for "keychain" as
/// loadKeychain().
Result<std::unique_ptr<SecretStore>> openSecretStore(std::string_view kind, const SecretStoreConfig& config);

/// The plug-in is loaded when this is first called, and stays. SecretUnavailable "absent" when it, or a
/// library that it needs, is not installed. Needs a QCoreApplication; the calls may come from any thread.
/// `promptTimeout`: as keychainPromptTimeout; none: `timeout`.
Result<std::unique_ptr<SecretStore>>
loadKeychain(const std::string& pluginFolder, std::chrono::milliseconds timeout,
             std::optional<std::chrono::milliseconds> promptTimeout = std::nullopt);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the keychain plug-in offers. It alone links QtKeychain and DBus, so that salvorctl works without them.
#pragma once

#include "engines/secrets/secretstore.h"

#include <QtPlugin>

#include <chrono>
#include <memory>

namespace salvor {

class KeychainPlugin {
public:
    virtual ~KeychainPlugin() = default;
    /// A store of kind "keychain"; each of its calls takes at most `timeout`, an unlock prompt included; one
    /// that puts a secret into a keychain that is locked, or not made yet, at most `promptTimeout`. It may
    /// live as long as the process, be used from any thread, and needs no event loop of the caller's.
    virtual std::unique_ptr<SecretStore> open(std::chrono::milliseconds timeout,
                                              std::chrono::milliseconds promptTimeout) = 0;
};

} // namespace salvor

// Built together with the program, so a change of anything that crosses here needs no new number, only a new
// build.
#define SALVOR_KEYCHAIN_IID "org.salvor.KeychainPlugin/" SALVOR_VERSION
Q_DECLARE_INTERFACE(salvor::KeychainPlugin, SALVOR_KEYCHAIN_IID)

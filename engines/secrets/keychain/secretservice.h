// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What QtKeychain does not tell: whether there is a keychain at all, and whether it is locked. It reports a
// prompt that was dismissed as "not found". Source: Secret Service API draft 0.2 (freedesktop.org), DBus
// specification.
#pragma once

#include <chrono>

namespace salvor {

enum class KeychainState {
    Absent, ///< no session bus, or nobody on it who keeps secrets
    Locked, ///< the default collection is locked
    Empty,  ///< there is no default collection yet
    Usable, ///< unlocked, or kept by KWallet, which does not say
    Unanswered,
};

/// libsecret's connection to the session bus would end the whole process (SIGTERM) when the bus ends, as at a
/// log-out in the middle of a backup. Keeps it from that; once, before libsecret is used. Nothing where there
/// is no GIO.
void outliveSessionBus();

/// Asks on the calling thread, which waits for at most `limit`. Does not prompt.
KeychainState askKeychain(std::chrono::milliseconds limit);

} // namespace salvor

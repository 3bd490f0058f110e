// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How secrets reach salvorctl: a file descriptor, or a terminal with echo off. Never argv, never the
// environment.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/secret.h"

#include <optional>
#include <string>

namespace salvor::ctl {

/// Reads to the end of the descriptor (at most 64 KiB); one newline at the end is dropped. InvalidInput: not
/// open, empty.
Result<Secret> readSecretFromFd(int fd, const CancelToken& cancel);
/// Asks on the controlling terminal. SecretUnavailable: there is none.
Result<Secret> askSecret(const std::string& prompt, const CancelToken& cancel);
/// The descriptor if one was given (>= 0), else the terminal.
Result<Secret> obtainSecret(int fd, const std::string& prompt, const CancelToken& cancel);
bool hasTerminal();

} // namespace salvor::ctl

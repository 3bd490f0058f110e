// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The texts of resources/units, with {{NAME}} where a value goes.
#pragma once

namespace salvor::unittemplates {

extern const char* const kService;
extern const char* const kUserService;
extern const char* const kTimer;
extern const char* const kWatchService;
extern const char* const kWatchUserService;
extern const char* const kWatchTimer;
extern const char* const kSandbox; ///< of both system services
extern const char* const kUserSandbox;

} // namespace salvor::unittemplates

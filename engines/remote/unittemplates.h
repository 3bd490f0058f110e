// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The texts of resources/units, with {{NAME}} where a value goes.
#pragma once

namespace salvor::unittemplates {

extern const char* const kService;
extern const char* const kUserService;
extern const char* const kTimer;

} // namespace salvor::unittemplates

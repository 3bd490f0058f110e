// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts of others in a line of ours: names of databases may hold line breaks and control characters.
#pragma once

#include <string>
#include <string_view>

namespace salvor {

/// On one line: control characters escaped as \n, \t, \x1b …, and so what turns the direction of writing
/// (\u202e) or separates lines.
std::string printable(std::string_view text);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// For Core::saveProfile(): a new server that is not to be backed up, such as one that is restored to.
#pragma once

namespace salvor {

/// Said instead of a repository's name; else the only repository of this computer is taken.
inline constexpr const char* kNoRepository = "-";

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What this program's engines are, for whoever has no Core at hand.
#pragma once

#include "models/enginedescription.h"

namespace salvor {

/// Of all engines, in the order in which they are offered; never empty, always the same. Any thread.
const std::vector<EngineDescription>& engineDescriptions();

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a policy begins with, by the engine of the server that it is for.
#pragma once

#include "models/enginedescription.h"
#include "models/policy/policy.h"

namespace salvor {

/// The engine's usual method, backups of that method's usual kind, and no options. The schedule of the kind
/// that came first is from then on the new kind's; others are taken out.
void takeDefaultsOf(const EngineDescription& engine, Policy& policy);

} // namespace salvor

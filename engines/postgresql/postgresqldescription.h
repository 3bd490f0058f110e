// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the rest of the program knows of this engine.
#pragma once

#include "models/enginedescription.h"

namespace salvor {

const EngineDescription& postgresqlDescription();

} // namespace salvor

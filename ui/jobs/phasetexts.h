// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a running job does, in words.
#pragma once

#include <QString>

#include <string>

namespace salvor {

/// Of Progress::phase: "Taking the snapshot". One that this version does not know is shown as it is.
QString jobPhaseText(const std::string& phase);

} // namespace salvor

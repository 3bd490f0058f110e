// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Pictures of timers, preferences, running jobs and what is told after an absence, from fixed data.
#pragma once

#include "ui/main/mainwindow.h"
#include "ui/sampleworkspace.h"
#include "ui/shots.h"

namespace salvor::test {

bool takeTimers(MainWindow& window, Core& core, SampleWorkspace& sample, Shots& shots);

} // namespace salvor::test

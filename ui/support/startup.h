// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What every program and test that shows the window does first.
#pragma once

class QApplication;

namespace salvor {

/// Names, resources, and the translations of the system's language. Once, before the first window.
void setUpApplication(QApplication& application);

} // namespace salvor

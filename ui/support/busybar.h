// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QProgressBar;
class QWidget;

namespace salvor {

/// A thin bar that says that something is under way and nothing more; hidden it keeps its place. Of `parent`.
QProgressBar* makeBusyBar(QWidget* parent, const char* objectName);

} // namespace salvor

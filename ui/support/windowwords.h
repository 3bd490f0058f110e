// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What models, engines and workers advise is worded for the command line. In the window it names the window's
// own controls.
#pragma once

#include <QString>

namespace salvor {

/// The text with every call and option of salvorctl replaced by the control that does the same. What is only
/// there on the command line (a call of cron's) stays.
QString windowWords(QString text);

} // namespace salvor

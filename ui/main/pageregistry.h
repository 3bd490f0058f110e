// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The pages there are, in the order of the switcher. A new page is one line here.
#pragma once

#include "ui/main/windowcontext.h"
#include "ui/main/windowpage.h"
#include "ui/support/icons.h"

#include <functional>
#include <vector>

namespace salvor {

struct PageEntry {
    QString id; ///< stable: what the settings remember
    QString title;
    Icons::Name icon;
    std::function<WindowPage*(const WindowContext&, QWidget* parent)> make;
};
std::vector<PageEntry> allPages();

} // namespace salvor

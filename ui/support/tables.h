// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How every table of the window looks and behaves.
#pragma once

#include <QString>

#include <initializer_list>

class QTableView;

namespace salvor {

/// Whole rows, one at a time, sorted by header, read only, no grid; Enter and double click activate.
void setUpTable(QTableView& table, const char* objectName, const QString& accessibleName);

/// In average characters, column by column; never less than the header's own text.
void setColumnWidths(QTableView& table, std::initializer_list<int> characters);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/pagedmodel.h"

namespace salvor {

QVariant PagedModel::headerData(int, Qt::Orientation, int) const { return {}; }

} // namespace salvor

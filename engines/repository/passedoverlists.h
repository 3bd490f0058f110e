// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Lists of objects of older backups that a new backup could not read, and does without.
#pragma once

#include "models/base/error.h"

#include <vector>

namespace salvor {

/// A BackupWriter may have it; a dynamic_cast tells. Thread safe.
class PassedOverLists {
public:
    virtual ~PassedOverLists() = default;
    /// One each that is lost, damaged or cannot be read in a store that answers: what only it names is stored
    /// anew. With the way on as its hint; the context has "key" and "backups" (ids of those that need it, by
    /// ", ").
    virtual const std::vector<Error>& passedOver() const = 0;
};

} // namespace salvor

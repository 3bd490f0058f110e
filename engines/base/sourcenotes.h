// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a backup of a source would note of it, before there is one.
#pragma once

#include "engines/base/engine.h"

#include <string>
#include <vector>

namespace salvor {

/// An engine may have it; a dynamic_cast tells. Thread safe; blocks.
class SourceNotes {
public:
    virtual ~SourceNotes() = default;
    /// What is not captured of the database, or may not load again, in whole sentences as in Plan::notes;
    /// without those that are said of every backup. Changes nothing. Errors as Engine::prepareBackup().
    virtual Result<std::vector<std::string>>
    sourceNotes(const Connection& connection, const std::string& database, const CancelToken& cancel) = 0;
};

} // namespace salvor

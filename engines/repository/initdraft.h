// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Repository::init() in its two halves: between them the recovery file is saved and its passphrase is shown
// to somebody, so that there is never a repository that nobody can recover.
#pragma once

#include "engines/repository/repository.h"

#include <array>
#include <string>

namespace salvor {

/// All of a repository before any of it is in a store. Holds its secrets.
struct InitDraft {
    InitOutcome outcome;
    std::array<Bytes, 3> files; ///< recovery file, writer's keys, first catalog, as they will be in the store
    std::string repositoryFile; ///< salvor-repository.json
};

/// In memory only; blocks for the second that scrypt takes.
Result<InitDraft> draftRepository(const Clock& clock, const InitRequest& request);

/// Puts it into an empty store, salvor-repository.json last. Errors as Repository::init(): AlreadyExists,
/// InvalidInput (not empty), Conflict (another one began there), the store's, Cancelled. After a failure what
/// it wrote is taken back, as far as the store lets it; it can be called again.
Result<> makeRepository(Store& store, const InitDraft& draft, const CancelToken& cancel);

} // namespace salvor

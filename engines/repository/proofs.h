// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reading proofs. Internal to the repository.
#pragma once

#include "engines/repository/repository.h"

#include <string>
#include <vector>

namespace salvor {

/// What decides whether a proof is of this backup, and whose word counts.
struct ProofTrust {
    std::string repositoryId;
    std::string manifestHash;
    std::vector<std::string>
        registeredKeys; ///< hex, public: the writer's and the readers' that its catalog names
};
ProofTrust proofTrust(const RepositoryPin& pin, const Catalog& catalog, const CatalogEntry& entry);

/// Oldest first. `problems` (may be null) gets those that are damaged, forged or of another backup.
Result<std::vector<Proof>> readProofs(Store& store, const std::string& backupId, const ProofTrust& trust,
                                      std::vector<Error>* problems, const CancelToken& cancel);

} // namespace salvor

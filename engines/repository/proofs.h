// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reading proofs. Internal to the repository.
#pragma once

#include "engines/repository/repository.h"

#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

/// What decides whether a proof is of this backup, and whose word counts.
struct ProofTrust {
    std::string repositoryId;
    std::string manifestHash;
    std::vector<std::string>
        registeredKeys;              ///< hex, public: the writer's and the readers' that its catalog names
    std::uint64_t catalogNumber = 0; ///< of that catalog, which the store gave
};
ProofTrust proofTrust(const RepositoryPin& pin, const Catalog& catalog, const CatalogEntry& entry);

/// Oldest first. `problems` (may be null) gets those that are damaged, forged or of another backup, and what
/// cannot be read. A store that does not answer is an error.
Result<std::vector<Proof>> readProofs(Store& store, const std::string& backupId, const ProofTrust& trust,
                                      std::vector<Error>* problems, const CancelToken& cancel);

} // namespace salvor

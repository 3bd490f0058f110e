// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Run records: first into the spool in the state folder, then, ended and signed, into the store. Internal to
// the repository.
#pragma once

#include "engines/crypto/ed25519.h"
#include "engines/repository/statefolder.h"
#include "engines/storage/store.h"
#include "models/backuprecord.h"

#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

/// All borrowed. `signer` null: a reader, whose records stay in its spool.
class RunLog {
public:
    RunLog(Store& store, const StateFolder& state, std::string repositoryId, VerifyKey verifyKey,
           const SigningKey* signer)
        : m_store(store)
        , m_state(state)
        , m_repositoryId(std::move(repositoryId))
        , m_verifyKey(verifyKey)
        , m_signer(signer) {}

    /// Durable in the spool when it returns.
    Result<> spool(const RunRecord& run) const;
    /// Uploads what the spool holds of ended runs, and empties it of them. A store that does not answer is an
    /// error; what was not sent stays.
    Result<> send(const CancelToken& cancel) const;
    /// Ends backup runs that their process left running, but never `ownRun`: a run over several sources takes
    /// the lock for each. Only under the writer's lock. A run whose process is known and may live is left
    /// alone.
    Result<> closeAbandoned(Instant now, const std::string& ownRun) const;
    /// Spool and store, oldest first. What does not verify or cannot be read is left out: `problems` (may be
    /// null) gets it. A store that does not answer (it is asked for the newest catalog, whose number it
    /// takes) is an error.
    Result<std::vector<RunRecord>> all(std::uint64_t newestCatalog, std::vector<Error>* problems,
                                       const CancelToken& cancel) const;

private:
    Result<std::vector<RunRecord>> spooled() const;
    Result<RunRecord> parse(const std::string& key, const std::string& bytes) const;

    Store& m_store;
    const StateFolder& m_state;
    std::string m_repositoryId;
    VerifyKey m_verifyKey;
    const SigningKey* m_signer;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A repository that is about to be made. Nobody must own one whose passphrase nobody saw, so both programs go
// this way: draw() thinks it up, saveCopy() writes its recovery file, the passphrase is shown and typed back,
// and only then make() makes it. Core::initRepository() is all of it in one step, for whoever has the
// passphrase already.
#pragma once

#include "workers/core.h"

#include <memory>
#include <string>
#include <vector>

namespace salvor {

struct InitDraft;

/// Until make() there is nothing of it but its copies, and those go with it when it is destroyed unmade: they
/// would open nothing. Used by one thread at a time. Holds secrets, which are wiped with it.
class NewRepository {
public:
    /// Looks whether it could be made: title, place, secret store (which may ask its question). Makes
    /// nothing. InvalidInput, AlreadyExists, the store's and the secret store's errors, Cancelled. `core`
    /// must outlive it.
    static Result<std::shared_ptr<NewRepository>> draw(Core& core, RepositoryInitSpec spec,
                                                       const CancelToken& cancel);
    ~NewRepository();
    NewRepository(const NewRepository&) = delete;
    NewRepository& operator=(const NewRepository&) = delete;

    /// What it will be; its passphrase is to be shown once.
    const RepositoryInitResult& result() const { return m_result; }
    /// Whether `spec` asks for this very one; the passphrase is not looked at.
    bool isFor(const RepositoryInitSpec& spec) const;

    /// A second copy of the recovery file, whole and durable on return; make() remembers the last one.
    /// InvalidInput inside the store; else as writeRecoveryCopy().
    Result<> saveCopy(const std::string& path);

    /// Makes it, puts its keys away and adds it to the workspace. After a failure nothing of it is there, its
    /// copies are, and it can be called again. Errors as draw(), and Conflict when it is made already.
    Result<RepositoryPin> make(const CancelToken& cancel);

private:
    NewRepository(Core& core, RepositoryInitSpec spec, InitDraft draft);

    Core& m_core;
    RepositoryInitSpec m_spec; ///< without its passphrase
    std::unique_ptr<InitDraft> m_draft;
    RepositoryInitResult m_result;
    std::vector<std::string> m_copies;
    bool m_made = false;
};

} // namespace salvor

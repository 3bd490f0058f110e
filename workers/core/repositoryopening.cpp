// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: opening repositories that are new to this computer, or whose keys it has lost.
#include "workers/repositoryopening.h"

#include "engines/repository/storerecovery.h"
#include "engines/storage/openstore.h"
#include "workers/core/missingkeys.h"
#include "workers/core/repositorykeys.h"
#include "workers/recoverycopy.h"

namespace salvor {

namespace {

std::string newKindOf(const OpeningSpec& spec) {
    return spec.secretKind.empty() ? "keychain" : spec.secretKind;
}

/// A second copy has the bytes of the store's own: where it is read from tells them apart. From a pipe or the
/// like nobody can say.
Result<bool> isStoresOwn(const OpeningSpec& spec, Store& store, const CancelToken& cancel) {
    if (spec.recovery.path.empty())
        return isStoresOwnRecovery(store, spec.recovery.bytes, cancel);
    return !checkOutsideStore(spec.url, spec.recovery.path);
}

/// Why it is none, when it is none.
Result<> rehearse(const OpenedRepository& opened, Store& store, const OpeningSpec& spec,
                  const CancelToken& cancel) {
    SALVOR_ASSIGN(const bool isOwn, isStoresOwn(spec, store, cancel));
    if (isOwn)
        return failure(ErrorCode::InvalidInput,
                       "it was opened with the copy of the recovery file that the store has itself, which is "
                       "lost with the store: that is no rehearsal of the recovery",
                       "keep that file outside the store as well, on another disk or computer, and rehearse "
                       "the recovery with it");
    const auto& entries = opened.catalog.entries;
    if (entries.empty())
        return {};
    return opened.repository->manifest(entries.back().backupId, cancel).map([](const Manifest&) {});
}

} // namespace

Result<> checkOpening(Core& core, const OpeningSpec& spec, const CancelToken& cancel) {
    const Core::Private& inside = core.inside();
    SALVOR_ASSIGN(const auto store, openStore(spec.url, *inside.config.clock));
    SALVOR_ASSIGN(const std::string id, repositoryIdAt(*store, cancel));
    SALVOR_TRY(checkRecoveryFile(spec.recovery.bytes));
    SALVOR_ASSIGN(const auto workspace, inside.workspace());
    const auto known =
        id.empty() ? Result<RepositoryPin>(failure(ErrorCode::NotFound, {})) : workspace->repository(id);
    if (known && !movesKeys(*known, spec.secretKind)) {
        SALVOR_ASSIGN(const auto secrets, keyStoreOf(inside, *known));
        SALVOR_ASSIGN(const MissingKeys missing, missingKeys(*secrets, *known, cancel));
        if (!missing.identity && !missing.writers)
            return failure(knownAlready(*known));
        return trySecretStore(*secrets, cancel);
    }
    if (!known && !spec.title.empty())
        SALVOR_TRY(requireFreeTitle(*workspace, spec.title));
    SALVOR_ASSIGN(const auto secrets, inside.secrets(newKindOf(spec)));
    return trySecretStore(*secrets, cancel);
}

Result<RepositoryPin> Core::openRepository(const OpeningSpec& spec, const Secret& passphrase,
                                           const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(const auto store, openStore(spec.url, *m_private->config.clock));
    SALVOR_ASSIGN(auto recovered, Repository::recover(*store, spec.recovery.bytes, passphrase, cancel));
    RepositoryPin& pin = recovered.pin;
    if (const auto known = workspace->repository(pin.id))
        return movesKeys(*known, spec.secretKind)
                   ? moveKeys(*m_private, *known, recovered, spec.secretKind, cancel)
                   : putKeysBack(*m_private, *known, recovered, cancel);
    SALVOR_ASSIGN(const auto secrets, m_private->secrets(newKindOf(spec)));
    SALVOR_TRY(trySecretStore(*secrets, cancel));
    if (!spec.title.empty())
        pin.title = spec.title;
    SALVOR_TRY(requireFreeTitle(*workspace, pin.title));
    pin.url = spec.url;
    pin.secretKind = newKindOf(spec);
    // The very writer, come back without its workspace, goes on where it was; anybody else reads, or takes
    // over.
    const Principal writer{pin.writerMachine, pin.writerUser};
    pin.isWriter = recovered.keys.has_value() && writer == m_private->principal();
    const WriterKeys* const keys = recovered.keys ? &*recovered.keys : nullptr;
    if (const auto kept = keepKeys(*secrets, pin, &recovered.identity, keys, cancel); !kept) {
        forgetKeys(*secrets, pin);
        return failure(kept.error());
    }
    auto inserted = workspace->insertRepository(pin);
    if (!inserted) {
        forgetKeys(*secrets, pin);
        return inserted;
    }
    SALVOR_ASSIGN(const auto opened, m_private->open(*inserted, RepositoryUse::Read, cancel));
    // The file and the passphrase worked just now, but a rehearsal is a backup that a second copy opened.
    const auto rehearsed = rehearse(opened, *store, spec, cancel);
    SALVOR_TRY(checkCancelled(cancel));
    if (!rehearsed) {
        m_private->tell(opened.pin, rehearsed.error());
        return opened.pin;
    }
    inserted = opened.pin;
    inserted->recoveryFile = spec.recovery.path;
    inserted->rehearsed = true;
    inserted->rehearsedAt = m_private->config.clock->now();
    return workspace->updateRepository(std::move(*inserted));
}

} // namespace salvor

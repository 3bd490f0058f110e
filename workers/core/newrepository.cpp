// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/newrepository.h"

#include "engines/repository/freeplace.h"
#include "engines/repository/initdraft.h"
#include "engines/storage/openstore.h"
#include "models/policy/enginedefaults.h"
#include "workers/core/repositorykeys.h"
#include "workers/recoverycopy.h"

#include <algorithm>
#include <filesystem>

namespace salvor {

namespace {

/// Before a keychain asks its questions, which would be answered for nothing. A folder that is not there yet
/// is made later.
Result<> checkPlace(const std::string& url, const Clock& clock, const CancelToken& cancel) {
    const auto store = openStore(url, clock);
    if (!store && store.error().code == ErrorCode::NotFound)
        return {};
    if (!store)
        return failure(store.error());
    return checkFreePlace(**store, cancel);
}

/// Takes back an init whose keys could not be kept: nobody could ever use it. There is nothing in it but its
/// own files.
void unmake(Store& store) {
    std::vector<std::string> keys;
    (void)store.list("",
                     [&](const StoreEntry& entry) -> Result<> {
                         keys.push_back(entry.key);
                         return {};
                     },
                     {});
    // The file that makes it a repository goes first.
    std::stable_partition(keys.begin(), keys.end(),
                          [](const std::string& key) { return key.find('/') == key.npos; });
    for (const auto& key : keys)
        (void)store.remove(key, {});
}

/// Profiles that were saved before there was a repository get their default policy now.
Result<> adoptProfiles(const Core::Private& core, WorkspaceDatabase& workspace, const RepositoryPin& pin) {
    SALVOR_ASSIGN(const auto profiles, workspace.profiles());
    for (const auto& profile : profiles) {
        SALVOR_ASSIGN(const auto policies, workspace.policiesOfProfile(profile.uuid));
        if (!policies.empty())
            continue;
        const auto engine = core.engine(profile.engine);
        if (!engine)
            continue; // a newer version's
        Policy policy = makeDefaultPolicy(profile.uuid, profile.title, pin.id);
        takeDefaultsOf((*engine)->description(), policy);
        SALVOR_TRY(workspace.insertPolicy(std::move(policy)));
    }
    return {};
}

/// It is there by then and can be recovered, so it is not unmade for that; but those servers are not backed
/// up.
void adoptProfilesOrTell(const Core::Private& core, WorkspaceDatabase& workspace, const RepositoryPin& pin) {
    const auto adopted = adoptProfiles(core, workspace, pin);
    if (adopted)
        return;
    Error error = adopted.error();
    error.message =
        "the repository is made, but servers that were added before got no policy of their own: " +
        error.message;
    error.hint = "give each of them a policy";
    core.tell(pin, error);
}

} // namespace

NewRepository::NewRepository(Core& core, RepositoryInitSpec spec, InitDraft draft)
    : m_core(core)
    , m_spec(std::move(spec))
    , m_draft(std::make_unique<InitDraft>(std::move(draft))) {
    m_result.pin = m_draft->outcome.pin;
    m_result.passphrase = m_draft->outcome.passphrase.clone();
    m_result.recoveryFile = m_draft->outcome.recoveryFile;
}

NewRepository::~NewRepository() {
    if (m_made)
        return;
    for (const auto& path : m_copies)
        removeRecoveryCopy(path, m_result.recoveryFile);
}

Result<std::shared_ptr<NewRepository>> NewRepository::draw(Core& core, RepositoryInitSpec spec,
                                                           const CancelToken& cancel) {
    const Core::Private& inside = core.inside();
    SALVOR_ASSIGN(const auto workspace, inside.workspace());
    SALVOR_TRY(requireFreeTitle(*workspace, spec.title));
    SALVOR_ASSIGN(const auto secrets, inside.secrets(spec.secretKind));
    SALVOR_TRY(checkPlace(spec.url, *inside.config.clock, cancel));
    SALVOR_TRY(trySecretStore(*secrets, cancel));
    InitRequest request;
    request.title = spec.title;
    request.encrypted = spec.encrypted;
    request.passphrase = std::move(spec.passphrase);
    request.principal = inside.principal();
    SALVOR_ASSIGN(InitDraft draft, draftRepository(*inside.config.clock, request));
    draft.outcome.pin.url = spec.url;
    draft.outcome.pin.secretKind = spec.secretKind;
    spec.passphrase.reset();
    SALVOR_TRY(checkCancelled(cancel));
    return std::shared_ptr<NewRepository>(new NewRepository(core, std::move(spec), std::move(draft)));
}

bool NewRepository::isFor(const RepositoryInitSpec& spec) const {
    return m_spec.url == spec.url && m_spec.title == spec.title && m_spec.encrypted == spec.encrypted &&
           m_spec.secretKind == spec.secretKind;
}

Result<> NewRepository::saveCopy(const std::string& path) {
    SALVOR_TRY(checkOutsideStore(m_spec.url, path));
    SALVOR_TRY(writeRecoveryCopy(path, m_result.recoveryFile));
    std::error_code ignored;
    m_result.pin.recoveryFile = std::filesystem::absolute(path, ignored).string();
    m_copies.push_back(m_result.pin.recoveryFile);
    return {};
}

Result<RepositoryPin> NewRepository::make(const CancelToken& cancel) {
    if (m_made)
        return failure(ErrorCode::Conflict, "the repository \"" + m_spec.title + "\" is made already", {},
                       {{"title", m_spec.title}});
    const Core::Private& inside = m_core.inside();
    SALVOR_ASSIGN(const auto workspace, inside.workspace());
    SALVOR_TRY(requireFreeTitle(*workspace, m_spec.title));
    SALVOR_ASSIGN(const auto secrets, inside.secrets(m_spec.secretKind));
    SALVOR_TRY(checkPlace(m_spec.url, *inside.config.clock, cancel));
    SALVOR_ASSIGN(const auto store, createStore(m_spec.url, *inside.config.clock));
    SALVOR_TRY(makeRepository(*store, *m_draft, cancel));
    const InitOutcome& outcome = m_draft->outcome;
    auto kept = keepKeys(*secrets, outcome.pin, &outcome.identity, &outcome.keys, cancel);
    auto pin =
        kept ? workspace->insertRepository(m_result.pin) : Result<RepositoryPin>(failure(kept.error()));
    if (!pin) {
        forgetKeys(*secrets, outcome.pin);
        unmake(*store);
        return failure(withContext(std::move(pin).error(), "location", store->location()));
    }
    m_made = true;
    m_result.pin = *pin;
    adoptProfilesOrTell(inside, *workspace, *pin);
    return pin;
}

Result<RepositoryInitResult> Core::initRepository(RepositoryInitSpec spec, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto drawn, NewRepository::draw(*this, std::move(spec), cancel));
    SALVOR_ASSIGN(RepositoryPin pin, drawn->make(cancel));
    return RepositoryInitResult{std::move(pin), drawn->result().passphrase.clone(),
                                drawn->result().recoveryFile};
}

} // namespace salvor

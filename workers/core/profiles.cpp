// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: profiles, their passwords and policies.
#include "engines/secrets/secretname.h"
#include "models/base/json.h"
#include "models/jsonfields.h"
#include "models/policy/enginedefaults.h"
#include "models/sourcetexts.h"
#include "models/standing.h"
#include "workers/core/coreprivate.h"
#include "workers/core/passwordchange.h"
#include "workers/core/policymarks.h"
#include "workers/core/restoredcopies.h"
#include "workers/core/timelimit.h"
#include "workers/norepository.h"

#include <algorithm>

namespace salvor {

namespace {

/// Puts the password in place and takes it back when what it belongs to could not be saved. That it was
/// changed is noted for the timers, which have a copy; of a change that did not come to be nothing stays
/// noted.
class PasswordChange {
public:
    static Result<PasswordChange> make(std::unique_ptr<SecretStore> store, const Profile& profile,
                                       const Secret& password, const std::string& stateFolder, Instant now,
                                       const CancelToken& cancel) {
        SALVOR_ASSIGN(auto noted, passwordChangeOf(stateFolder, profile.uuid));
        SALVOR_TRY(notePasswordChange(stateFolder, profile.uuid, now));
        auto change = put(std::move(store), profile.passwordSecretName(), password, cancel);
        if (!change) {
            if (!change.error().context.contains("may_come_yet"))
                (void)takeBackPasswordChange(stateFolder, profile.uuid, noted);
            return change;
        }
        change->m_stateFolder = stateFolder;
        change->m_profile = profile.uuid;
        change->m_noted = std::move(noted);
        return change;
    }
    void undo() {
        const Result<> back = m_before ? m_store->put(m_name, *m_before, {}) : m_store->remove(m_name, {});
        if (back) // else the new one stands there, and the mark says so
            (void)takeBackPasswordChange(m_stateFolder, m_profile, m_noted);
    }

private:
    static Result<PasswordChange> put(std::unique_ptr<SecretStore> store, const std::string& name,
                                      const Secret& password, const CancelToken& cancel) {
        SALVOR_ASSIGN(auto before, secretIfThere(*store, name, cancel));
        if (auto put = store->put(name, password, cancel); !put) {
            Error error = std::move(put).error();
            if (store->kind() == "keychain" && mayComeYet(error)) {
                error.context.emplace("may_come_yet", "true"); // the note of the change stays then
                if (error.isCancelled())
                    error.hint = "if the keychain still asks for a password, close its window: answered, it "
                                 "may still save this one";
            }
            return failure(std::move(error));
        }
        return PasswordChange(std::move(store), name, std::move(before));
    }
    PasswordChange(std::unique_ptr<SecretStore> store, std::string name, std::optional<Secret> before)
        : m_store(std::move(store))
        , m_name(std::move(name))
        , m_before(std::move(before)) {}
    std::unique_ptr<SecretStore> m_store;
    std::string m_name;
    std::optional<Secret> m_before;
    std::string m_stateFolder;
    std::string m_profile; ///< its UUID
    std::string m_noted;   ///< the change before this one
};

/// The profile's title, with a number behind it where another one's policy has it.
Result<std::string> freePolicyTitle(WorkspaceDatabase& workspace, const std::string& title) {
    SALVOR_ASSIGN(const auto policies, workspace.policies());
    std::string free = title;
    const auto isTaken = [&](const Policy& policy) { return policy.title == free; };
    for (int number = 2; std::any_of(policies.begin(), policies.end(), isTaken); ++number)
        free = title + " " + std::to_string(number);
    return free;
}

/// The policy by which the profile's backups go there, to be saved: a new one where it has none, its only one
/// with another repository. Nothing where one does already.
Result<std::optional<Policy>> policyTo(WorkspaceDatabase& workspace, const Profile& profile,
                                       const EngineDescription& engine, const RepositoryPin& repository) {
    SALVOR_ASSIGN(auto policies, workspace.policiesOfProfile(profile.uuid));
    if (policies.empty()) {
        SALVOR_ASSIGN(const auto title, freePolicyTitle(workspace, profile.title));
        Policy policy = makeDefaultPolicy(profile.uuid, title, repository.id);
        takeDefaultsOf(engine, policy);
        return policy;
    }
    std::string titles;
    for (const auto& policy : policies) {
        if (policy.repositoryId == repository.id)
            return std::optional<Policy>();
        titles += (titles.empty() ? "\"" : ", \"") + policy.title + "\"";
    }
    if (policies.size() > 1)
        return failure(ErrorCode::InvalidInput,
                       "\"" + profile.title + "\" is backed up by several policies: " + titles +
                           "; which of them is to go to \"" + repository.title + "\"?",
                       "say it of the policy: salvorctl policy set POLICY --repository \"" +
                           repository.title + "\"",
                       {{"profile", profile.title}, {"repository", repository.id}});
    policies.front().repositoryId = repository.id;
    return std::move(policies.front());
}

/// Where a new profile's backups go when nobody said: the only repository that this computer writes.
Result<std::optional<RepositoryPin>> onlyWritable(WorkspaceDatabase& workspace) {
    SALVOR_ASSIGN(const auto pins, workspace.repositories());
    std::vector<const RepositoryPin*> writable;
    for (const auto& pin : pins) {
        if (pin.isWriter)
            writable.push_back(&pin);
    }
    if (writable.size() > 1)
        return failure(ErrorCode::InvalidInput,
                       "several repositories are known here: to which one is it backed up?",
                       "name it with --repository, for example \"" + writable.front()->title + "\"");
    return writable.empty() ? std::optional<RepositoryPin>() : *writable.front();
}

QJsonObject protectionEnding(const Profile& profile, const std::vector<Policy>& policies,
                             const std::vector<SourceStatus>& sources) {
    QJsonArray titles;
    for (const auto& policy : policies)
        titles.append(toQt(policy.title));
    return {{QStringLiteral("title"), toQt(profile.title)},
            {QStringLiteral("policies"), titles},
            {QStringLiteral("databases"), toJsonArray(protectedDatabases(profile.uuid, policies, sources))}};
}

} // namespace

Result<Profile> Core::saveProfile(Profile profile, std::optional<Secret> password,
                                  const std::string& repository, const CancelToken& cancel) {
    const bool isNew = profile.revision == 0; // saved ones have one
    if (isNew)
        profile.uuid = profile.uuid.empty() ? makeUuid() : profile.uuid;
    SALVOR_TRY(validate(profile)); // it may name no engine at all
    SALVOR_ASSIGN(const Engine* const engine, m_private->engine(profile.engine));
    SALVOR_TRY(validateFor(profile, engine->description()));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    std::optional<RepositoryPin> pin;
    if (repository == kNoRepository) {
        // No policy comes with it.
    } else if (!repository.empty()) {
        SALVOR_ASSIGN(pin, workspace->repository(repository));
    } else if (isNew) {
        SALVOR_ASSIGN(pin, onlyWritable(*workspace));
    }
    std::optional<Policy> policy;
    if (pin) {
        SALVOR_ASSIGN(policy, policyTo(*workspace, profile, engine->description(), *pin));
    }
    if (password && profile.secretKind.empty())
        return failure(ErrorCode::InvalidInput,
                       "a password was given for \"" + profile.title + "\", and no place to keep it",
                       "choose one: keychain or file", {{"profile", profile.title}});
    std::optional<PasswordChange> change;
    if (password) {
        SALVOR_ASSIGN(auto store, m_private->secrets(profile.secretKind));
        SALVOR_ASSIGN(change, PasswordChange::make(std::move(store), profile, *password,
                                                   m_private->config.places.state,
                                                   m_private->config.clock->now(), cancel));
    }
    auto saved = isNew ? workspace->insertProfile(profile) : workspace->updateProfile(profile);
    if (!saved) {
        if (change)
            change->undo();
        return saved;
    }
    if (password) // the document's own record does not show it
        SALVOR_TRY(workspace->recordAudit("profile.password", saved->uuid, {},
                                          {{QStringLiteral("title"), toQt(saved->title)},
                                           {QStringLiteral("kept_in"), toQt(saved->secretKind)}}));
    if (policy)
        SALVOR_TRY(policy->revision == 0 ? workspace->insertPolicy(std::move(*policy))
                                         : workspace->updatePolicy(std::move(*policy)));
    return saved;
}

Result<> Core::removeProfile(const std::string& name, std::int64_t revision) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(const auto profile, workspace->profile(name));
    SALVOR_ASSIGN(const auto policies, workspace->policiesOfProfile(profile.uuid));
    SALVOR_ASSIGN(const auto sources, overview());
    SALVOR_TRY(workspace->removeProfile(profile.uuid, revision));
    SALVOR_TRY(workspace->recordAudit("profile.protection_ended", profile.uuid, {},
                                      protectionEnding(profile, policies, sources)));
    const std::string& state = m_private->config.places.state;
    Result<> marked; // told at the end: the password goes whatever became of the marks
    for (const auto& policy : policies) {
        if (auto one = setRemovedMark(state, policy.uuid, true); !one)
            marked = std::move(one);
    }
    const auto ended = [&]() -> Result<> {
        SALVOR_TRY(forgetPasswordChange(state, profile.uuid));
        return std::move(marked);
    };
    if (profile.secretKind.empty() || profile.secretKind == "credentials")
        return ended();
    SALVOR_ASSIGN(const auto store, m_private->secrets(profile.secretKind));
    const TimeLimit limit(std::chrono::seconds(30));
    auto removed = store->remove(profile.passwordSecretName(), limit.token());
    if (removed)
        return ended();
    Error error = std::move(removed).error();
    error.message = "the profile \"" + profile.title + "\" is gone, but not its password: " + error.message;
    return failure(std::move(error));
}

Result<std::vector<Profile>> Core::profiles() {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    return workspace->profiles();
}

Result<Profile> Core::profile(const std::string& name) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    return workspace->profile(name);
}

Result<std::vector<Policy>> Core::policies() {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    return workspace->policies();
}

Result<ConnectionReport> Core::testConnection(const Profile& profile, const Secret* password,
                                              const CancelToken& cancel) {
    SALVOR_TRY(validate(profile));
    SALVOR_ASSIGN(Engine* const engine, m_private->engine(profile.engine));
    SALVOR_TRY(validateFor(profile, engine->description()));
    Login login{profile, std::nullopt};
    const bool isGiven = password != nullptr || (profile.revision == 0 && !m_private->config.job);
    if (!isGiven) {
        SALVOR_ASSIGN(login, m_private->login(profile, cancel));
    }
    SALVOR_ASSIGN(auto report, engine->testConnection(
                                   isGiven ? Connection{&profile, password} : login.connection(), cancel));
    SALVOR_TRY(markCopies(*m_private, profile.uuid, report));
    for (const auto& source : report.sources) {
        if (const auto original = copyOf(source))
            report.notes.push_back(copyNote(source.name, *original));
    }
    return report;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: policies, their job files, and the audit trail.
#include "models/base/json.h"
#include "workers/core/begunswaps.h"
#include "workers/core/coreprivate.h"
#include "workers/core/policymarks.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace salvor {

namespace {

/// Where its backups are drilled is a server that is known, and another than the one backed up.
Result<> checkDrillTarget(WorkspaceDatabase& workspace, const Policy& policy) {
    if (!policy.drillTarget || *policy.drillTarget == kThrowawayTarget)
        return {};
    const auto problem = [](Error error) {
        error.context.insert_or_assign("field", "checks.drill_target");
        return failure(std::move(error));
    };
    if (*policy.drillTarget == policy.profileUuid)
        return problem({ErrorCode::InvalidInput,
                        "the policy's drill target is the server that it backs up: a drill never runs there",
                        "name the profile of another server, or throwaway",
                        false,
                        {}});
    const auto profile = workspace.profile(*policy.drillTarget);
    if (!profile)
        return problem({profile.error().code, "the policy's drill target: " + profile.error().message,
                        "name a profile that is here, or throwaway", false, profile.error().context});
    if (profile->uuid != *policy.drillTarget)
        return problem({ErrorCode::InvalidInput,
                        "the policy's drill target \"" + *policy.drillTarget + "\" is no profile's UUID",
                        "use " + profile->uuid,
                        false,
                        {}});
    return {};
}

/// A job reaches credentials that systemd gives it, and files; never a keychain.
Result<> checkReachable(const std::string& what, const std::string& keptIn, const std::string& wanted) {
    if (wanted != "file" || keptIn == "file")
        return {};
    return failure(ErrorCode::InvalidInput,
                   what + " is kept in \"" + keptIn +
                       "\", where a job with secrets from files cannot reach it",
                   "use --secrets credentials, or keep it in a file", {{"secrets", keptIn}});
}

} // namespace

Result<Policy> Core::policy(const std::string& name) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    return workspace->policy(name);
}

Result<Policy> Core::savePolicy(Policy policy) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    const bool isNew = policy.revision == 0;
    if (isNew && policy.uuid.empty())
        policy.uuid = makeUuid();
    SALVOR_ASSIGN(const auto profile, workspace->profile(policy.profileUuid));
    SALVOR_ASSIGN(Engine* const engine, m_private->engine(profile.engine));
    SALVOR_TRY(validateFor(policy, engine->description()));
    SALVOR_TRY(checkSchedulesElapse(policy, m_private->config.clock->now()));
    SALVOR_TRY(checkDrillTarget(*workspace, policy));
    SALVOR_ASSIGN(auto saved, isNew ? workspace->insertPolicy(std::move(policy))
                                    : workspace->updatePolicy(std::move(policy)));
    // Also of a new one: it may have been here before.
    const std::string& state = m_private->config.places.state;
    SALVOR_TRY(setPauseMark(state, saved.uuid, saved.paused));
    SALVOR_TRY(setRemovedMark(state, saved.uuid, false));
    return saved;
}

Result<> Core::removePolicy(const std::string& name, std::optional<std::int64_t> revision) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(const auto policy, workspace->policy(name));
    SALVOR_TRY(workspace->removePolicy(policy.uuid, revision.value_or(policy.revision)));
    // Whether it is paused stays as it is: a timer that skips it must not begin because it is gone.
    return setRemovedMark(m_private->config.places.state, policy.uuid, true);
}

Result<Policy> Core::pausePolicy(const std::string& name, bool paused) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(auto policy, workspace->policy(name));
    if (policy.paused != paused) {
        policy.paused = paused;
        SALVOR_ASSIGN(policy, workspace->updatePolicy(std::move(policy)));
    }
    // Also when nothing changed: the mark may be missing.
    SALVOR_TRY(setPauseMark(m_private->config.places.state, policy.uuid, paused));
    return policy;
}

Result<Policy> Core::importPolicy(const QJsonObject& document, const PolicyImport& how) {
    SALVOR_ASSIGN(Policy policy, policyFromJson(document));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    if (how.newUuid)
        policy.uuid = makeUuid();
    if (!how.title.empty())
        policy.title = how.title;
    SALVOR_ASSIGN(const auto profile,
                  workspace->profile(how.profile.empty() ? policy.profileUuid : how.profile));
    SALVOR_ASSIGN(const auto pin,
                  workspace->repository(how.repository.empty() ? policy.repositoryId : how.repository));
    policy.profileUuid = profile.uuid;
    policy.repositoryId = pin.id;
    SALVOR_ASSIGN(Engine* const engine, m_private->engine(profile.engine));
    SALVOR_TRY(validateFor(policy, engine->description()));
    SALVOR_TRY(checkSchedulesElapse(policy, m_private->config.clock->now()));
    SALVOR_TRY(checkDrillTarget(*workspace, policy));
    const auto revision = std::exchange(policy.revision, 0);
    SALVOR_ASSIGN(const auto all, workspace->policies());
    for (const auto& there : all) {
        if (there.uuid == policy.uuid) {
            if (!how.replace)
                return failure(ErrorCode::AlreadyExists,
                               "the policy \"" + there.title + "\" has the same UUID",
                               "use --replace to overwrite it, or --new-uuid to have both",
                               {{"uuid", there.uuid}, {"title", there.title}});
            if (revision > 0 && revision < there.revision)
                return failure(
                    ErrorCode::Conflict,
                    "the policy \"" + there.title + "\" was changed since this document: it has revision " +
                        std::to_string(revision) + ", the policy is at " + std::to_string(there.revision) +
                        "; nothing was changed",
                    "compare it with salvorctl policy export; to go back to it all the same, leave "
                    "\"revision\" out of the file",
                    {{"uuid", there.uuid},
                     {"title", there.title},
                     {"revision", std::to_string(revision)},
                     {"current", std::to_string(there.revision)}});
            policy.revision = there.revision;
        } else if (there.title == policy.title) {
            return failure(ErrorCode::AlreadyExists,
                           "there is a policy called \"" + policy.title + "\" already",
                           "give the new one another name with --title", {{"title", policy.title}});
        }
    }
    if (how.dryRun)
        return policy;
    return savePolicy(std::move(policy));
}

Result<EffectivePolicy> Core::effectivePolicyOf(const std::string& name, const PolicyOverrides& overrides) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(const auto policy, workspace->policy(name));
    SALVOR_ASSIGN(const auto pin, workspace->repository(policy.repositoryId));
    SALVOR_ASSIGN(const auto profile, workspace->profile(policy.profileUuid));
    const auto engine = m_private->engine(profile.engine);
    return effectivePolicy(policy, &pin, overrides, engine ? &(*engine)->description() : nullptr);
}

Result<std::string> Core::jobFile(const std::string& policy, const std::string& secretKind) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    JobFile job;
    SALVOR_ASSIGN(job.policy, workspace->policy(policy));
    SALVOR_ASSIGN(job.profile, workspace->profile(job.policy.profileUuid));
    SALVOR_ASSIGN(job.repository, workspace->repository(job.policy.repositoryId));
    SALVOR_ASSIGN(Engine* const engine, m_private->engine(job.profile.engine));
    SALVOR_TRY(validateFor(job.policy, engine->description()));
    if (!job.repository.isWriter)
        return failure(ErrorCode::ForeignWriter,
                       "repository \"" + job.repository.title + "\" is not written from here",
                       "make the job where its writer is, or take the repository over",
                       {{"repository", job.repository.id}});
    SALVOR_ASSIGN(const auto channels, workspace->channels());
    job.channels = channelsOf({job.policy}, channels);
    for (const auto& channel : job.channels) {
        if (!channel.secretKind.empty())
            SALVOR_TRY(checkReachable("the secret of channel \"" + channel.title + "\"", channel.secretKind,
                                      secretKind));
    }
    job.version = job.policy.revision;
    job.secretKind = secretKind;
    job.stateFolder = m_private->config.places.state;
    if (secretKind == "file")
        job.secretsFolder = m_private->config.places.secrets;
    if (!job.profile.secretKind.empty())
        SALVOR_TRY(checkReachable("the password of profile \"" + job.profile.title + "\"",
                                  job.profile.secretKind, secretKind));
    SALVOR_TRY(checkReachable("the writer's key of repository \"" + job.repository.title + "\"",
                              job.repository.secretKind, secretKind));
    return writeJobFile(job);
}

namespace {

constexpr std::size_t kMostRecords = 100'000;

QString fieldOf(const AuditRecord& record, const char* key) {
    return record.after.value(QLatin1String(key)).toString();
}

/// A swap begins as "restored.begin" and ends by what became of it; that this is not known is no end.
std::string actOf(const AuditRecord& record) {
    const bool isEndOfSwap = record.action == "restored.swap" || record.action == "restored.undo" ||
                             record.action == "restored.not_done";
    return isEndOfSwap ? "restored.begin" : record.action;
}

/// Acts whose process is at it still.
std::set<QString> swapsAtWork(const Core::Private& core) {
    std::set<QString> acts;
    for (const auto& swap : begunSwaps(core.config.places.state).value_or(std::vector<BegunSwap>())) {
        if (!isOver(swap, core.config.clock->now()))
            acts.insert(toQt(swap.act));
    }
    return acts;
}

} // namespace

/// An act that began and has no end, and whose process is gone, was cut short between the two.
Result<std::vector<AuditRecord>> Core::auditTrail(const AuditFilter& filter) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(auto trail, workspace->auditTrail(filter));
    const auto isBeginning = [](const AuditRecord& record) {
        return fieldOf(record, "state") == QLatin1String("started");
    };
    AuditFilter later; // once for all of them
    later.limit = kMostRecords;
    for (const AuditRecord& record : trail) {
        if (isBeginning(record))
            later.since = std::min(record.at, later.since.value_or(record.at));
    }
    if (!later.since)
        return trail;
    SALVOR_ASSIGN(const auto others, workspace->auditTrail(later));
    using Act = std::pair<std::string, QString>; // a prune's two have one run
    std::map<Act, std::int64_t> newest;
    for (const AuditRecord& other : others) {
        std::int64_t& number = newest[{actOf(other), fieldOf(other, "act")}];
        number = std::max(number, other.number);
    }
    const auto swaps = swapsAtWork(*m_private);
    for (AuditRecord& record : trail) {
        const QString act = fieldOf(record, "act");
        if (!isBeginning(record) || newest[{actOf(record), act}] > record.number || swaps.contains(act))
            continue;
        const auto running = run(fromQt(act));
        if (!(running && running->outcome == RunOutcome::Running))
            record.after.insert(QStringLiteral("state"), QStringLiteral("unfinished"));
    }
    return trail;
}

} // namespace salvor

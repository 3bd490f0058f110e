// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: becoming the writer of a repository, also of one whose store was set back, and forgetting one.
#include "models/base/counted.h"
#include "models/base/json.h"
#include "workers/core/coreprivate.h"
#include "workers/core/repositorykeys.h"
#include "workers/core/timelimit.h"

#include <QJsonArray>

#include <algorithm>
#include <set>
#include <utility>

namespace salvor {

namespace {

/// As the writer that this computer is; nothing where it is none, or where the store names another.
Result<std::optional<OpenedRepository>> openAsWriter(const Core::Private& core, const RepositoryPin& pin,
                                                     const CancelToken& cancel) {
    if (!pin.isWriter || Principal{pin.writerMachine, pin.writerUser} != core.principal())
        return std::optional<OpenedRepository>();
    auto opened = core.open(pin, RepositoryUse::Write, cancel);
    if (opened)
        return std::optional<OpenedRepository>(std::move(*opened));
    // Without its keys it is none, either: whoever has the identity gets them out of the store.
    if (opened.error().code == ErrorCode::ForeignWriter || isMissingSecret(opened.error(), pin))
        return std::optional<OpenedRepository>();
    return failure(std::move(opened).error());
}

/// Whoever has the identity gets the writer's keys out of the store, while their file is there.
Error noWriterKeys(const RepositoryPin& pin, const OpenedRepository& opened, const Error& why) {
    const bool isLost =
        std::any_of(opened.writtenOnce.begin(), opened.writtenOnce.end(), [](const Error& fault) {
            const auto key = fault.context.find("key");
            return key != fault.context.end() && key->second == "keys/writer.age";
        });
    Error error = why;
    error.message =
        "cannot take repository \"" + pin.title + "\" over without the writer's keys: " +
        (isLost ? "keys/writer.age, which holds them, is missing or damaged in the store" : why.message);
    error.hint = isLost
                     ? "where the computer that wrote the repository still runs, its next backup writes that "
                       "file anew; else bring the file back from a copy of the store. Without it nobody "
                       "becomes the writer: what is backed up can be read and restored all the same, and "
                       "new backups go into a new repository (salvorctl repository init)"
                     : "its recovery file and passphrase put them back: salvorctl repository open \"" +
                           pin.url + "\" --recovery FILE; then take it over";
    return withContext(std::move(error), "repository", pin.id);
}

/// The writer's keys are kept here from now on, where they were not: without them it would have a writer that
/// cannot write.
Result<> obtainKeys(SecretStore& secrets, const RepositoryPin& pin, const OpenedRepository& opened,
                    bool dryRun, const CancelToken& cancel) {
    SALVOR_ASSIGN(const bool areThere, hasWriterKeys(secrets, pin, cancel));
    if (areThere)
        return {};
    const auto keys = opened.repository->storedWriterKeys(cancel);
    SALVOR_TRY(checkCancelled(cancel));
    if (!keys)
        return failure(noWriterKeys(pin, opened, keys.error()));
    if (dryRun)
        return {};
    SALVOR_TRY(secrets.put(pin.idKeySecretName(), keys->idKey, cancel));
    return secrets.put(pin.signingKeySecretName(), keys->signingKey, cancel);
}

Result<OpenedRepository> openAsReader(const Core::Private& core, const RepositoryPin& pin, bool dryRun,
                                      const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto secrets, keyStoreOf(core, pin));
    RepositoryPin reading = pin;
    reading.isWriter = false;
    SALVOR_ASSIGN(auto opened, core.open(reading, RepositoryUse::Read, cancel));
    SALVOR_TRY(obtainKeys(*secrets, pin, opened, dryRun, cancel));
    return opened;
}

/// Why the writer cannot go on by itself, asked by a change of nothing; nothing when it can.
Result<std::optional<Error>> obstacleOf(const OpenedRepository& opened, const CancelToken& cancel) {
    auto probe = opened.repository->changeBackups({}, cancel);
    if (probe)
        return std::optional<Error>();
    // Without a warning the catalog is in order, and something else (a lock, a cancel) is in the way.
    if (opened.catalog.warnings.empty() || probe.error().code == ErrorCode::Busy ||
        probe.error().isCancelled())
        return failure(std::move(probe).error());
    return std::optional<Error>(std::move(probe).error());
}

std::string named(const std::vector<BackupRecord>& backups) {
    constexpr std::size_t kMost = 20;
    std::string out;
    for (std::size_t i = 0; i < backups.size() && i < kMost; ++i)
        out += (i == 0 ? "" : ", ") + backups[i].id + " of " + backups[i].database;
    if (backups.size() > kMost)
        out += " and " + std::to_string(backups.size() - kMost) + " more";
    return out;
}

Error lossNotAccepted(const TakeOverOutcome& outcome) {
    Error error{ErrorCode::Conflict, outcome.obstacle->message, {}, false, {{"repository", outcome.pin.id}}};
    error.message += outcome.lost.empty()
                         ? "; what was backed up later, if anything, is not known here"
                         : "; going on from here gives up " + counted(outcome.lost.size(), "backup") + ": " +
                               named(outcome.lost);
    error.hint = "restore the newer state of the store if there is a copy of it; else take the repository "
                 "over with --accept-loss";
    return error;
}

QJsonArray idsOf(const std::vector<BackupRecord>& backups) {
    QJsonArray ids;
    for (const auto& backup : backups)
        ids.append(toQt(backup.id));
    return ids;
}

QJsonObject writerJson(const std::string& machine, const std::string& user) {
    return {{QStringLiteral("writer_machine"), toQt(machine)}, {QStringLiteral("writer_user"), toQt(user)}};
}

/// Copies in the places that the keys were moved out of, as far as these answer. Of the keychain only where
/// this home kept them there: it is shared with this user's other homes, the folder of secrets is not.
void forgetFormerKeys(const Core::Private& core, WorkspaceDatabase& workspace, const RepositoryPin& pin) {
    std::set<std::string> kinds{"file"};
    AuditFilter moves;
    moves.subject = pin.id;
    moves.action = "repository.keys";
    const auto moved = workspace.auditTrail(moves);
    for (const auto& one : moved ? *moved : std::vector<AuditRecord>()) {
        if (one.before.value(QLatin1String("secret_kind")).toString() == QLatin1String("keychain"))
            kinds.insert("keychain");
    }
    kinds.erase(pin.secretKind);
    const TimeLimit limit(std::chrono::milliseconds(1500));
    for (const auto& kind : kinds) {
        const auto store = core.secrets(kind);
        if (!store)
            continue;
        for (const auto& key : {pin.identitySecretName(), pin.idKeySecretName(), pin.signingKeySecretName()})
            (void)(*store)->removeUnasked(key, limit.token());
    }
}

} // namespace

Result<TakeOverOutcome> Core::takeOverRepository(const TakeOverRequest& request, const CancelToken& cancel) {
    TakeOverOutcome outcome;
    SALVOR_ASSIGN(outcome.pin, m_private->pinOf(request.repository));
    SALVOR_ASSIGN(auto opened, openAsWriter(*m_private, outcome.pin, cancel));
    if (opened) {
        SALVOR_ASSIGN(outcome.obstacle, obstacleOf(*opened, cancel));
        if (!outcome.obstacle)
            return failure(ErrorCode::InvalidInput,
                           "this computer writes repository \"" + outcome.pin.title + "\" already",
                           "nothing stands in the way of the next backup", {{"repository", outcome.pin.id}});
    } else {
        SALVOR_ASSIGN(opened, openAsReader(*m_private, outcome.pin, request.dryRun, cancel));
        if (!opened->catalog.warnings.empty())
            outcome.obstacle = opened->catalog.warnings.back();
    }
    outcome.formerMachine = opened->catalog.writerMachine;
    outcome.formerUser = opened->catalog.writerUser;
    if (outcome.obstacle) {
        SALVOR_ASSIGN(outcome.lost, m_private->missingFrom(*opened));
        outcome.needsConfirmation = !request.acceptLoss;
        if (outcome.needsConfirmation && !request.dryRun)
            return failure(lossNotAccepted(outcome));
    }
    if (request.dryRun)
        return outcome;
    const std::uint64_t from = opened->catalog.number;
    SALVOR_ASSIGN(RepositoryPin taken, opened->repository->takeOver(cancel));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    taken.revision = opened->pin.revision;
    SALVOR_ASSIGN(outcome.pin, workspace->updateRepository(taken));
    QJsonObject after = writerJson(outcome.pin.writerMachine, outcome.pin.writerUser);
    after.insert(QStringLiteral("catalog"), static_cast<qint64>(outcome.pin.highestCatalogSeen));
    after.insert(QStringLiteral("continues_catalog"), static_cast<qint64>(from));
    if (outcome.obstacle)
        after.insert(QStringLiteral("given_up"), idsOf(outcome.lost));
    SALVOR_TRY(workspace->recordAudit("repository.take_over", outcome.pin.id,
                                      writerJson(outcome.formerMachine, outcome.formerUser), after));
    // The lists follow now; where that fails, the next opening makes good for it.
    (void)m_private->catalogChanged(*opened, {});
    return outcome;
}

Result<RepositoryPin> Core::forgetRepository(const std::string& name) {
    SALVOR_ASSIGN(RepositoryPin pin, m_private->pinOf(name));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_TRY(workspace->removeRepository(pin.id, pin.revision));
    SALVOR_ASSIGN(const auto catalog, m_private->catalog());
    SALVOR_TRY(catalog->removeRepository(pin.id));
    // Keys that stay behind would be as good as the repository itself.
    const TimeLimit limit(std::chrono::seconds(30));
    const auto secrets = m_private->secrets(pin.secretKind);
    Result<> removed = secrets ? Result<>() : Result<>(failure(secrets.error()));
    for (const auto& key : {pin.identitySecretName(), pin.idKeySecretName(), pin.signingKeySecretName()}) {
        if (secrets && removed)
            removed = (*secrets)->remove(key, limit.token());
    }
    forgetFormerKeys(*m_private, *workspace, pin);
    if (removed)
        return pin;
    Error error = std::move(removed).error();
    error.message = "the repository \"" + pin.title + "\" is forgotten, but not its keys: " + error.message;
    return failure(withContext(std::move(error), "repository", pin.id));
}

} // namespace salvor

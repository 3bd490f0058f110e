// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: databases that a restore made: list, swap, undo, drop.
#include "models/base/json.h"
#include "workers/core/begunswaps.h"
#include "workers/core/coreprivate.h"
#include "workers/core/droppedcopies.h"
#include "workers/core/namechanges.h"
#include "workers/core/restoresource.h"
#include "workers/restoreddrop.h"
#include "workers/swaprecord.h"

#include <algorithm>

namespace salvor {

namespace {

struct Server {
    Engine* engine = nullptr;
    Login login;
};

Result<Server> serverOf(const Core::Private& core, const std::string& profile, const CancelToken& cancel) {
    Server server;
    SALVOR_ASSIGN(const auto workspace, core.workspace());
    SALVOR_ASSIGN(auto found, workspace->profile(profile));
    SALVOR_ASSIGN(server.engine, core.engine(found.engine));
    SALVOR_ASSIGN(server.login, core.login(std::move(found), cancel));
    return server;
}

Result<RestoredDatabase> restoredNamed(const std::vector<RestoredDatabase>& made, const std::string& name) {
    const auto found =
        std::find_if(made.begin(), made.end(), [&](const auto& one) { return one.name == name; });
    if (found != made.end())
        return *found;
    return failure(ErrorCode::InvalidInput, "no restore made a database called \"" + name + "\" there",
                   "salvorctl restored list shows those that a restore made", {{"database", name}});
}

Result<RestoredDatabase> restoredNamed(const Server& server, const std::string& name,
                                       const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto made, server.engine->listRestored(server.login.connection(), cancel));
    return restoredNamed(made, name);
}

/// The database that its backup is of: what it replaces where nobody says another.
Result<std::string> replacedBy(const Core::Private& core, const Server& server, const std::string& database,
                               const CancelToken& cancel) {
    SALVOR_ASSIGN(const RestoredDatabase restored, restoredNamed(server, database, cancel));
    SALVOR_ASSIGN(const auto catalog, core.catalog());
    const auto backup = catalog->backup(restored.backupId);
    if (backup)
        return backup->database;
    return failure(ErrorCode::InvalidInput,
                   "which database \"" + database + "\" is to replace is not known: its backup " +
                       restored.backupId + " is not in any repository that is known here",
                   "say it with --name", {{"database", database}});
}

/// A live one stays; one that clients use or used, or that is finished and under the name that it was asked
/// for, so that somebody may have worked in it since, needs its name once more.
Result<> checkDrop(const RestoredDatabase& restored, const std::string& confirm) {
    const std::string since = restored.swapped ? toRfc3339(*restored.swapped) : "an unknown time";
    if (restored.state == "swapped_in")
        return failure(ErrorCode::Conflict,
                       "dropping database " + restored.name + ": it is live since " + since,
                       "undo the swap first: salvorctl restored undo", {{"database", restored.name}});
    if (restored.state == "swapped_out" && confirm != restored.name)
        return failure(ErrorCode::Conflict,
                       "dropping database " + restored.name +
                           ": it is no restored database, but the one that clients used until " + since +
                           ", when " + restored.counterpart + " took its place",
                       "if it is not needed any longer, say so with --confirm \"" + restored.name + "\"",
                       {{"database", restored.name}});
    const bool finished =
        restored.state == "proved" || restored.state == "unproven" || restored.state == "proved_in_part";
    if (restored.hidden || !finished || confirm == restored.name)
        return {};
    return failure(
        ErrorCode::InvalidInput,
        "database \"" + restored.name +
            "\" is whole and may be in use, and that it goes was not confirmed; nothing was changed",
        "if it is meant, add --confirm \"" + restored.name + "\"", {{"database", restored.name}});
}

QJsonObject planned(const BegunSwap& swap, const char* state) {
    QJsonObject after = swapNames(swap.plan.restoredAs, swap.plan.replacedAs);
    after.insert(QStringLiteral("backup"), toQt(swap.plan.backupId));
    after.insert(QStringLiteral("undo"), swap.plan.undo);
    after.insert(QStringLiteral("act"), toQt(swap.act));
    after.insert(QStringLiteral("state"), QLatin1String(state));
    return after;
}

QJsonObject namesBefore(const BegunSwap& swap) { return swapNames(swap.plan.restored, swap.plan.replaced); }

/// What tells the two databases apart from then on has to be written down: whether it can be is tried before
/// anything is changed. What is written tells whoever comes later what became of it, should this process die.
Result<BegunSwap> beginRecords(const Core::Private& core, const Server& server, const DatabaseSwap& plan,
                               const CancelToken& cancel) {
    BegunSwap swap;
    swap.act = core.newId();
    swap.profileUuid = server.login.profile.uuid;
    swap.at = core.config.clock->now();
    swap.plan = plan;
    swap.process = markOfThisProcess();
    if (auto* const settler = dynamic_cast<SwapSettler*>(server.engine)) {
        SALVOR_ASSIGN(swap.ids, settler->swapIds(server.login.connection(), plan, cancel));
    }
    const std::string& state = core.config.places.state;
    const auto begin = [&]() -> Result<> {
        SALVOR_TRY(writeBegunSwap(state, swap));
        SALVOR_ASSIGN(const auto workspace, core.workspace());
        return workspace->recordAudit("restored.begin", swap.profileUuid, namesBefore(swap),
                                      planned(swap, "started"));
    };
    auto begun = begin();
    if (begun)
        return swap;
    (void)forgetBegunSwap(state, swap.act); // nothing was begun; whoever finds it finds that out
    Error error = std::move(begun).error();
    error.message = "the swap could not be recorded, so nothing was changed: " + error.message;
    return failure(std::move(error));
}

void notRecorded(DatabaseSwap& done, const std::string& what) {
    done.staysBehind.push_back(std::string(kNotRecorded) + what + ".");
}

/// The swap stands, whatever of this fails.
void finishRecords(const Core::Private& core, BegunSwap swap, DatabaseSwap& done) {
    const std::string& state = core.config.places.state;
    swap.plan = done;
    swap.state = BegunSwap::State::Done;
    QJsonObject after = endOfSwap(swap);
    after.insert(QStringLiteral("ended_sessions"), static_cast<qint64>(done.clients.size()));
    const auto unwritten = core.audit(actionOf(swap), swap.profileUuid, namesBefore(swap), after);
    const auto released = forgetBegunSwap(state, swap.act); // makes room for the names
    if (!unwritten && !released)
        notRecorded(done, "that it is over: " + released.error().message);
    if (unwritten)
        notRecorded(done,
                    "the swap itself. " + *unwritten +
                        " The audit has its beginning only, until salvorctl restored list can write it");
    // Names come from the audit; where that failed, they are known to the state folder alone.
    const auto shared = unwritten ? addNameChange(state, changeOf(swap)) : core.shareNames();
    if (!shared)
        notRecorded(done, std::string("the new names, for ") +
                              (unwritten ? "status and watch, which go on judging " + done.liveName +
                                               " by the backups of the other database"
                                         : std::string("the watch of timers")) +
                              ": " + shared.error().message);
    if (unwritten)
        (void)writeBegunSwap(state, swap); // said above
}

/// The connection was lost in COMMIT, and the server could not be asked again: it is settled when it can be.
void leaveOpen(const Core::Private& core, BegunSwap swap, Error& error) {
    QJsonObject after = planned(swap, "unknown");
    after.insert(QStringLiteral("error"), toQt(error.message));
    if (const auto unwritten = core.audit("restored.unknown", swap.profileUuid, namesBefore(swap), after))
        error.message += ". " + *unwritten;
    swap.state = BegunSwap::State::Lost; // this process may live for long
    swap.why = "its connection was lost while the server confirmed it";
    if (const auto written = writeBegunSwap(core.config.places.state, swap); !written)
        error.message += ". " + written.error().message;
}

/// It was refused, failed or was cancelled, and nothing was changed.
void endUndone(const Core::Private& core, BegunSwap swap, Error& error) {
    const std::string& state = core.config.places.state;
    swap.state = BegunSwap::State::NotDone;
    swap.why = error.message;
    const auto unwritten = core.audit(actionOf(swap), swap.profileUuid, namesBefore(swap), endOfSwap(swap));
    const auto kept = unwritten ? writeBegunSwap(state, swap) : forgetBegunSwap(state, swap.act);
    if (error.isCancelled())
        return; // says nothing more; what could not be written now is written by the next look
    if (unwritten)
        error.message += ". " + *unwritten;
    if (!kept)
        error.message += ". " + kept.error().message;
}

/// Before the databases are looked at or changed: what was left open is told by what they are called.
Result<> settle(const Core::Private& core, const Server& server, const CancelToken& cancel) {
    return settleSwaps(core, *server.engine, server.login.connection(), cancel);
}

/// By the names, which another swap changes.
Result<> requireSettled(const Core::Private& core, const Server& server, const CancelToken& cancel) {
    auto settled = settle(core, server, cancel);
    if (settled || settled.error().isCancelled())
        return settled;
    Error error = std::move(settled).error();
    error.message =
        "what became of an earlier swap could not be found out or recorded, so nothing was changed: " +
        error.message;
    return failure(std::move(error));
}

} // namespace

Result<std::vector<RestoredDatabase>> Core::restoredDatabases(const std::string& profile,
                                                              const CancelToken& cancel) {
    SALVOR_ASSIGN(const Server server, serverOf(*m_private, profile, cancel));
    // Where it cannot be written the list is as true; it stays open until it can.
    (void)settle(*m_private, server, cancel);
    return server.engine->listRestored(server.login.connection(), cancel);
}

Result<RestoredDatabase> checkRestoredDrop(Core& core, const std::string& profile,
                                           const std::string& database, const std::string& confirm,
                                           const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto made, core.restoredDatabases(profile, cancel));
    SALVOR_ASSIGN(RestoredDatabase restored, restoredNamed(made, database));
    SALVOR_TRY(checkDrop(restored, confirm));
    return restored;
}

Result<> Core::dropRestoredDatabase(const std::string& profile, const std::string& database,
                                    const CancelToken& cancel, const std::string& confirm) {
    SALVOR_ASSIGN(const Server server, serverOf(*m_private, profile, cancel));
    const Connection connection = server.login.connection();
    (void)settle(*m_private, server, cancel); // it could not be told any longer once one of them is gone
    const auto restored = restoredNamed(server, database, cancel);
    if (restored)
        SALVOR_TRY(checkDrop(*restored, confirm));
    const bool isReplaced = restored && restored->state == "swapped_out";
    SALVOR_TRY(isReplaced && confirm == database ? server.engine->dropReplaced(connection, database, cancel)
                                                 : server.engine->dropRestored(connection, database, cancel));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    QJsonObject before{{QStringLiteral("database"), toQt(database)}};
    if (restored) {
        before.insert(QStringLiteral("backup"), toQt(restored->backupId));
        before.insert(QStringLiteral("state"), toQt(restored->state));
    }
    SALVOR_TRY(workspace->recordAudit("restored.drop", server.login.profile.uuid, before, {}));
    auto shared = shareDroppedCopies(*workspace, m_private->config.places.state);
    if (!shared)
        shared.error().message = "database \"" + database +
                                 "\" was dropped, but the watch of timers, which may call it lost, could not "
                                 "be told so: " +
                                 shared.error().message;
    return shared;
}

Result<DatabaseSwap> Core::swapRestored(const SwapRequest& request, const CancelToken& cancel) {
    SALVOR_ASSIGN(const Server server, serverOf(*m_private, request.profile, cancel));
    if (!server.engine->description().swapsRestored)
        return failure(ErrorCode::Unsupported,
                       "databases of " + server.engine->description().label + " cannot be swapped by name",
                       "let the clients use the restored one by its own name");
    if (!request.dryRun)
        SALVOR_TRY(requireSettled(*m_private, server, cancel));
    SwapSpec spec;
    spec.connection = server.login.connection();
    spec.database = request.database;
    spec.liveName = request.liveName;
    spec.undo = request.undo;
    spec.terminateClients = request.terminateClients;
    spec.evenUnproven = request.evenUnproven;
    spec.at = m_private->config.clock->now();
    spec.stamp = lowerCase(toCompactUtc(request.namesFrom.value_or(spec.at)));
    if (!spec.undo && spec.liveName.empty()) {
        SALVOR_ASSIGN(spec.liveName, replacedBy(*m_private, server, request.database, cancel));
    }
    SALVOR_ASSIGN(DatabaseSwap plan, server.engine->planSwap(spec, cancel));
    if (request.dryRun)
        return plan;
    if (request.confirm != plan.liveName)
        return failure(ErrorCode::InvalidInput,
                       std::string(spec.undo ? "taking back the swap" : "the swap") +
                           " concerns database \"" + plan.liveName +
                           "\", which clients use, and was not confirmed; nothing was changed",
                       "look at it with --dry-run; if it is meant, add --confirm \"" + plan.liveName + "\"",
                       {{"database", plan.liveName}});
    SALVOR_ASSIGN(const BegunSwap begun, beginRecords(*m_private, server, plan, cancel));
    auto done = server.engine->swap(spec, cancel);
    if (done)
        finishRecords(*m_private, begun, *done);
    else if (isOutcomeUnknown(done.error()))
        leaveOpen(*m_private, begun, done.error());
    else
        endUndone(*m_private, begun, done.error());
    return done;
}

} // namespace salvor

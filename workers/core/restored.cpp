// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: databases that a restore made: list, swap, undo, drop.
#include "models/base/json.h"
#include "workers/core/coreprivate.h"
#include "workers/core/namechanges.h"
#include "workers/core/restoresource.h"
#include "workers/swaprecord.h"

#include <QJsonArray>

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

Result<RestoredDatabase> restoredNamed(const Server& server, const std::string& name,
                                       const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto made, server.engine->listRestored(server.login.connection(), cancel));
    const auto found =
        std::find_if(made.begin(), made.end(), [&](const auto& one) { return one.name == name; });
    if (found != made.end())
        return *found;
    return failure(ErrorCode::InvalidInput, "no restore made a database called \"" + name + "\" there",
                   "salvorctl restored list shows those that a restore made", {{"database", name}});
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

/// Finished, and under the name that it was asked for: somebody may have worked in it since.
Result<> checkConfirmed(const RestoredDatabase& restored, const std::string& confirm) {
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

NameChange changeOf(const Core::Private& core, const std::string& uuid, const DatabaseSwap& swap) {
    return {
        uuid, core.config.clock->now(), {{swap.restored, swap.restoredAs}, {swap.replaced, swap.replacedAs}}};
}

/// What tells the two databases apart from then on has to be written down: whether it can be is tried before
/// anything is changed.
Result<> beginRecords(const Core::Private& core, const std::string& uuid, const DatabaseSwap& plan) {
    const std::string& state = core.config.places.state;
    const auto begin = [&]() -> Result<> {
        SALVOR_TRY(reserveNames(state, changeOf(core, uuid, plan)));
        SALVOR_ASSIGN(const auto workspace, core.workspace());
        QJsonObject after = swapNames(plan.restoredAs, plan.replacedAs);
        after.insert(QStringLiteral("backup"), toQt(plan.backupId));
        after.insert(QStringLiteral("undo"), plan.undo);
        return workspace->recordAudit("restored.begin", uuid, swapNames(plan.restored, plan.replaced), after);
    };
    auto begun = begin();
    if (begun)
        return {};
    (void)releaseNames(state); // what is left of it says nothing; the next swap replaces it
    Error error = std::move(begun).error();
    error.message = "the swap could not be recorded, so nothing was changed: " + error.message;
    return failure(std::move(error));
}

void notRecorded(DatabaseSwap& done, const std::string& what) {
    done.staysBehind.push_back(std::string(kNotRecorded) + what + ".");
}

/// The swap stands, whatever of this fails.
void finishRecords(const Core::Private& core, const std::string& uuid, DatabaseSwap& done) {
    QJsonObject after = swapNames(done.restoredAs, done.replacedAs);
    after.insert(QStringLiteral("backup"), toQt(done.backupId));
    after.insert(QStringLiteral("ended_sessions"), static_cast<qint64>(done.clients.size()));
    const auto unwritten = core.audit(done.undo ? "restored.undo" : "restored.swap", uuid,
                                      swapNames(done.restored, done.replaced), after);
    if (unwritten)
        notRecorded(done, "the swap itself. " + *unwritten + " The audit has its beginning only");
    // Names come from the audit; where that failed, they are known to the state folder alone.
    const auto shared =
        unwritten ? addNameChange(core.config.places.state, changeOf(core, uuid, done)) : core.shareNames();
    if (!shared)
        notRecorded(done, std::string("the new names, for ") +
                              (unwritten ? "status and watch, which go on judging " + done.liveName +
                                               " by the backups of the other database"
                                         : std::string("the watch of timers")) +
                              ": " + shared.error().message);
}

/// The connection was lost in COMMIT, and the server could not be asked again: it is settled when it can be.
void leaveOpen(const Core::Private& core, const std::string& uuid, const DatabaseSwap& plan, Error& error) {
    QJsonObject after = swapNames(plan.restoredAs, plan.replacedAs);
    after.insert(QStringLiteral("backup"), toQt(plan.backupId));
    after.insert(QStringLiteral("undo"), plan.undo);
    after.insert(QStringLiteral("error"), toQt(error.message));
    if (const auto unwritten =
            core.audit("restored.unknown", uuid, swapNames(plan.restored, plan.replaced), after))
        error.message += ". " + *unwritten;
}

/// Swaps of a server that were left open; of the newest only the names can tell still.
Result<std::optional<AuditRecord>> openSwap(WorkspaceDatabase& workspace, const std::string& uuid) {
    AuditFilter filter;
    filter.subject = uuid;
    filter.action = "restored";
    filter.limit = 100; // the newest; a drop is in it too
    SALVOR_ASSIGN(const auto records, workspace.auditTrail(filter));
    const auto decided = std::ranges::find_if(records, [](const AuditRecord& one) {
        return one.action != "restored.begin" && one.action != "restored.drop";
    });
    if (decided == records.end() || decided->action != "restored.unknown")
        return std::optional<AuditRecord>();
    return std::optional(*decided);
}

/// Whether it was done, by the names and markers that the server shows; nothing where they fit neither way.
/// The name that was free before decides: the restored one has it afterwards, or never had it.
std::optional<bool> wasDone(const AuditRecord& open, const std::vector<RestoredDatabase>& made) {
    const auto textOf = [](const QJsonObject& object, const char* key) {
        return fromQt(object.value(QLatin1String(key)).toString());
    };
    const bool undo = open.after.value(QLatin1String("undo")).toBool();
    const std::string backup = textOf(open.after, "backup");
    const auto isThere = [&](const std::string& name, bool live) {
        return std::ranges::any_of(made, [&](const RestoredDatabase& one) {
            return one.name == name && one.backupId == backup && (one.state == "swapped_in") == live;
        });
    };
    const bool before = isThere(textOf(open.before, "restored"), undo);
    const bool after = isThere(textOf(open.after, "restored"), !undo);
    if (undo ? after : !before && after)
        return true;
    return before ? std::optional(false) : std::nullopt;
}

/// Writes down what became of a swap that was left open, as of the time when it was tried.
Result<> settle(const Core::Private& core, const std::string& uuid,
                const std::vector<RestoredDatabase>& made) {
    SALVOR_ASSIGN(const auto workspace, core.workspace());
    SALVOR_ASSIGN(const auto open, openSwap(*workspace, uuid));
    const auto done = open ? wasDone(*open, made) : std::nullopt;
    if (!done)
        return {};
    QJsonObject after = open->after;
    const bool undo = after.take(QLatin1String("undo")).toBool();
    after.remove(QLatin1String("error"));
    after.insert(QStringLiteral("at"), toQt(toRfc3339Micros(open->at)));
    const char* const action = !*done ? "restored.not_done" : undo ? "restored.undo" : "restored.swap";
    SALVOR_TRY(workspace->recordAudit(action, uuid, open->before, after));
    SALVOR_TRY(releaseNames(core.config.places.state));
    return *done ? core.shareNames() : Result<>();
}

} // namespace

Result<std::vector<RestoredDatabase>> Core::restoredDatabases(const std::string& profile,
                                                              const CancelToken& cancel) {
    SALVOR_ASSIGN(const Server server, serverOf(*m_private, profile, cancel));
    SALVOR_ASSIGN(auto made, server.engine->listRestored(server.login.connection(), cancel));
    // Where it cannot be written the list is as true; it stays open until it can.
    (void)settle(*m_private, server.login.profile.uuid, made);
    return made;
}

Result<> Core::dropRestoredDatabase(const std::string& profile, const std::string& database,
                                    const CancelToken& cancel, const std::string& confirm) {
    SALVOR_ASSIGN(const Server server, serverOf(*m_private, profile, cancel));
    const Connection connection = server.login.connection();
    const auto restored = restoredNamed(server, database, cancel);
    if (restored)
        SALVOR_TRY(checkConfirmed(*restored, confirm));
    const bool isReplaced = restored && restored->state == "swapped_out";
    SALVOR_TRY(isReplaced && confirm == database ? server.engine->dropReplaced(connection, database, cancel)
                                                 : server.engine->dropRestored(connection, database, cancel));
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    QJsonObject before{{QStringLiteral("database"), toQt(database)}};
    if (restored) {
        before.insert(QStringLiteral("backup"), toQt(restored->backupId));
        before.insert(QStringLiteral("state"), toQt(restored->state));
    }
    return workspace->recordAudit("restored.drop", server.login.profile.uuid, before, {});
}

Result<DatabaseSwap> Core::swapRestored(const SwapRequest& request, const CancelToken& cancel) {
    SALVOR_ASSIGN(const Server server, serverOf(*m_private, request.profile, cancel));
    if (!server.engine->description().swapsRestored)
        return failure(ErrorCode::Unsupported,
                       "databases of " + server.engine->description().label + " cannot be swapped by name",
                       "let the clients use the restored one by its own name");
    if (!request.dryRun) { // what was left open is settled by the names, which this changes
        SALVOR_ASSIGN(const auto made, server.engine->listRestored(server.login.connection(), cancel));
        SALVOR_TRY(settle(*m_private, server.login.profile.uuid, made));
    }
    SwapSpec spec;
    spec.connection = server.login.connection();
    spec.database = request.database;
    spec.liveName = request.liveName;
    spec.undo = request.undo;
    spec.terminateClients = request.terminateClients;
    spec.evenUnproven = request.evenUnproven;
    spec.at = m_private->config.clock->now();
    spec.stamp = lowerCase(toCompactUtc(spec.at));
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
    const std::string& uuid = server.login.profile.uuid;
    SALVOR_TRY(beginRecords(*m_private, uuid, plan));
    auto done = server.engine->swap(spec, cancel);
    if (!done && isOutcomeUnknown(done.error())) { // the names stay reserved
        leaveOpen(*m_private, uuid, plan, done.error());
        return done;
    }
    auto released = releaseNames(m_private->config.places.state);
    if (!done)
        return done;
    if (!released)
        notRecorded(*done, "that it is over: " + released.error().message);
    finishRecords(*m_private, uuid, *done);
    return done;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// PgTarget: from the last written byte to a database that clients may use.
#include "engines/postgresql/pgtarget.h"

#include "engines/postgresql/pgcreate.h"
#include "engines/postgresql/pgcrew.h"
#include "engines/postgresql/pgleftout.h"
#include "engines/postgresql/pgplan.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgviewfill.h"
#include "engines/postgresql/pgwriteitems.h"
#include "models/base/json.h"

#include <algorithm>
#include <memory>
#include <mutex>

namespace salvor {

namespace {

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

Result<> discard(Result<PgRows> rows) {
    return std::move(rows).map([](const PgRows&) {});
}

/// For the marker, which holds no more than a few pages of them.
std::vector<std::string> toldIn(const QJsonArray& sentences) {
    constexpr qsizetype kMost = 100;
    std::vector<std::string> out;
    for (const auto& sentence : sentences) {
        if (std::ssize(out) < kMost)
            out.push_back(fromQt(sentence.toString()));
    }
    if (sentences.size() > kMost)
        out.push_back("And " + std::to_string(sentences.size() - kMost) + " more.");
    return out;
}

// Biggest first. Partitioned tables come before the rest, and their ANALYZE does their partitions too: those
// are not listed again. Inherited tables get statistics of the whole tree as well, their children are listed.
constexpr const char* kToAnalyze = R"sql(
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p', 'm') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
   AND NOT c.relispartition AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
 ORDER BY c.relkind = 'p' DESC, c.relhassubclass DESC, pg_catalog.pg_relation_size(c.oid) DESC)sql";

} // namespace

Result<PgSettings> PgTarget::takeSettings(QJsonArray& refused, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto hidden, PgConnection::open(m_endpoint, m_name, cancel));
    SALVOR_ASSIGN(const auto taken, pgUsableSettings(*hidden, m_waiting, refused, cancel));
    std::erase_if(m_waiting, [&](const auto& one) { return std::ranges::find(taken, one) != taken.end(); });
    m_session.insert(m_session.end(), taken.begin(), taken.end());
    if (!taken.empty())
        m_tools = std::make_unique<PgTools>(m_processes, pgWithOptions(*m_endpoint, pgAsOptions(m_session)));
    return taken;
}

Result<> PgTarget::settleSettings(PgConnection& connection, const CancelToken& cancel) {
    PgSettings late;
    {
        const std::scoped_lock lock(m_sessionMutex); // the others wait: they may not compute before
        if (!m_settled && !m_waiting.empty()) {
            SALVOR_ASSIGN(m_late, takeSettings(m_unfilled, cancel));
        }
        m_settled = true;
        late = m_late;
    }
    return pgSetAlso(connection, late, cancel); // it may have been opened before
}

Result<> PgTarget::finish(const CancelToken& cancel) {
    if (!m_settled) { // a backup of nothing but a schema
        SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
        SALVOR_TRY(settleSettings(*hidden, cancel));
    }
    if (m_omitter->isActive()) {
        SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
        hidden->setPatience(std::chrono::seconds(0)); // it reads whole tables
        SALVOR_TRY(m_omitter->begin(*hidden, cancel));
        SALVOR_TRY(m_omitter->putBack(*hidden, cancel));
    }
    SALVOR_TRY(endRestoreMode(cancel));
    SALVOR_TRY(makeLateKeys(cancel));
    SALVOR_TRY(publishChunks(cancel));
    if (m_omitter->isActive() && !m_timescaleSchema.empty()) {
        SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
        SALVOR_TRY(m_omitter->settleChunks(*hidden, cancel));
    }
    m_marker.omissions = m_omitter->omissions();
    SALVOR_TRY(refreshViews(cancel));
    SALVOR_TRY(makeEventTriggers(cancel));
    if (m_analyze)
        SALVOR_TRY(analyze(cancel));
    SALVOR_TRY(flush(cancel));
    m_finished = true;
    return {};
}

Result<> PgTarget::endRestoreMode(const CancelToken& cancel) {
    if (m_timescaleSchema.empty())
        return {};
    SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
    // They were switched off as they were written; a job that is on now would begin to work with
    // post_restore.
    SALVOR_ASSIGN(const auto on, hidden->value("checking TimescaleDB's jobs",
                                               std::string("SELECT count(*) FROM ") + kPgJobTable +
                                                   " WHERE scheduled AND id >= 1000",
                                               cancel));
    if (on != "0")
        return failure(ErrorCode::Internal,
                       on + " of TimescaleDB's jobs are switched on before the restore ended");
    SALVOR_TRY(discard(hidden->query(
        "switching TimescaleDB's restore mode off",
        "SELECT " + hidden->quoteName(m_timescaleSchema) + ".timescaledb_post_restore()", cancel)));
    SALVOR_ASSIGN(const auto after, connectHidden(cancel));
    SALVOR_ASSIGN(const auto restoring,
                  after->value("checking TimescaleDB's restore mode",
                               "SELECT current_setting('timescaledb.restoring')", cancel));
    if (restoring != "off")
        return failure(
            ErrorCode::ServerError, "TimescaleDB's restore mode is still on after timescaledb_post_restore()",
            "look for a timescaledb.restoring setting of the role or in the server's configuration");
    return {};
}

Result<> PgTarget::refreshViews(const CancelToken& cancel) {
    const auto views = m_server[QStringLiteral("materialized_views")].toArray();
    if (views.isEmpty())
        return {};
    SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
    hidden->setPatience(std::chrono::seconds(0)); // a query of the user's own: it takes what it takes
    SALVOR_TRY(pgSetForms(*hidden, m_server, m_unfilled, cancel));
    // It runs as the view's owner, who saw at the source what row security lets the owner see.
    SALVOR_TRY(hidden->query("preparing to fill materialized views", "SET row_security = on", cancel));
    SALVOR_ASSIGN(const auto unfilled, pgFillViews(*hidden, m_server, cancel));
    for (const auto& one : unfilled) {
        m_unfilled.append(toQt(one.sentence));
        m_marker.unfilled.push_back(one.quoted);
    }
    return {};
}

Result<> PgTarget::analyze(const CancelToken& cancel) {
    std::vector<std::string> relations;
    {
        SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
        SALVOR_ASSIGN(const auto rows, hidden->query("listing what to analyze", kToAnalyze, cancel));
        for (int row = 0; row < rows.size(); ++row)
            relations.push_back(rows.text(row, 0));
    }
    const auto open = [this](const CancelToken& stop) -> Result<std::unique_ptr<PgConnection>> {
        SALVOR_ASSIGN(auto hidden, connectHidden(stop));
        hidden->setPatience(std::chrono::seconds(0));
        if (m_timescaleSchema.empty())
            return hidden;
        // TimescaleDB turns ANALYZE of a hypertable into one of every chunk, which are listed themselves. In
        // its restore mode it leaves the statement alone. A user who may not set that has them analyzed
        // twice.
        const auto alone =
            hidden->query("leaving TimescaleDB out of ANALYZE", "SET timescaledb.restoring = on", stop);
        if (!alone && alone.error().code != ErrorCode::MissingRight)
            return failure(alone.error());
        return hidden;
    };
    std::mutex mutex;
    const auto work = [&](std::size_t at, PgConnection& hidden, const CancelToken& stop) -> Result<> {
        const std::string sql = "ANALYZE " + relations[at];
        const auto done = hidden.query("analyzing " + relations[at], sql, stop);
        if (done)
            return {};
        // It may ask another server, for a foreign partition, and that may be away. The rows are restored;
        // that statistics are missing is told.
        if (!hidden.usable() || done.error().code == ErrorCode::NoSpace || done.error().isCancelled())
            return failure(done.error());
        const std::scoped_lock lock(mutex);
        m_unfilled.append(toQt(relations[at] + " has no planner statistics (" + done.error().message +
                               "): " + sql + " collects them."));
        return {};
    };
    return pgInParallel(relations.size(), static_cast<std::size_t>(m_jobs), open, work, cancel);
}

Result<> PgTarget::flush(const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto maintenance, connectMaintenance(cancel));
    // All was committed with synchronous_commit off. A synchronous commit after it is durable only with all
    // before it. No CHECKPOINT: docs/decisions/0010-restore-without-checkpoint.md.
    SALVOR_TRY(
        discard(maintenance->query("making the restore durable", "SET synchronous_commit = on", cancel)));
    m_marker.state = "unproven";
    m_marker.leftOff = toldIn(m_unfilled);
    return pgMark(*maintenance, m_name, m_marker, cancel);
}

Result<QJsonObject> PgTarget::reveal(const CancelToken& cancel) {
    if (!m_finished)
        return failure(ErrorCode::Internal, "a restore was to be shown before it was finished");
    SALVOR_ASSIGN(auto report, collectLeftOff(cancel));
    QJsonArray leftOff = report[QStringLiteral("left_off")].toArray();
    SALVOR_TRY(timescaleWorkers("stop_background_workers", cancel));
    SALVOR_ASSIGN(const auto maintenance, connectMaintenance(cancel));
    SALVOR_TRY(discard(maintenance->query("showing database " + m_name, "BEGIN", cancel)));
    SALVOR_TRY(applyDatabaseSettings(*maintenance, leftOff, cancel));
    m_marker.leftOff.clear(); // whoever asked for the restore is told by this report
    m_marker.state = !m_proves ? "unproven" : m_marker.omissions.empty() ? "proved" : "proved_in_part";
    SALVOR_TRY(pgMark(*maintenance, m_name, m_marker, cancel));
    SALVOR_TRY(renameToFinal(*maintenance, cancel));
    m_name = m_marker.finalName;
    SALVOR_TRY(timescaleWorkers("start_background_workers", cancel));
    report.insert(QStringLiteral("left_off"), leftOff);
    report.insert(QStringLiteral("database"), toQt(m_name));
    return report;
}

Result<QJsonObject> PgTarget::collectLeftOff(const CancelToken& cancel) {
    QJsonArray sentences = m_unfilled;
    QJsonArray jobs;
    QJsonArray sql;
    if (!m_keepTablespaces)
        sentences.append(
            QStringLiteral("Tablespaces of the backup are missing on this server: all tables and "
                           "indexes are in the server's default one."));
    for (const auto& value : m_server[QStringLiteral("hidden_user_mappings")].toArray())
        sentences.append(toQt(pgHiddenMappingNote(fromQt(value.toString())) +
                              " ALTER USER MAPPING … OPTIONS (ADD …) puts them back."));
    {
        SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
        SALVOR_ASSIGN(const auto extensions, pgReadExtensions(*hidden, cancel));
        for (const auto& note : pgExtensionOwnerNotes(m_server, extensions))
            sentences.append(toQt(note));
    }
    for (const auto& note : pgLeftOutNotes(m_server))
        sentences.append(toQt(note));
    for (const auto& one : m_marker.omissions)
        sentences.append(toQt(pgOmissionSentence(one, m_marker.finalName)));
    const auto saved =
        m_server[QStringLiteral("timescaledb")].toObject()[QStringLiteral("scheduled_jobs")].toArray();
    if (!saved.isEmpty()) {
        SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
        SALVOR_ASSIGN(const auto rows, hidden->query("reading TimescaleDB's jobs",
                                                     std::string("SELECT id, application_name FROM ") +
                                                         kPgJobTable + " WHERE NOT scheduled ORDER BY id",
                                                     cancel));
        for (int row = 0; row < rows.size(); ++row) {
            if (!saved.contains(QJsonValue(static_cast<qint64>(rows.integer(row, 0)))))
                continue;
            sentences.append(
                toQt("The job " + rows.text(row, 1) + " (" + rows.text(row, 0) + ") is switched off."));
            jobs.append(static_cast<qint64>(rows.integer(row, 0)));
            sql.append(toQt("SELECT alter_job(" + rows.text(row, 0) + ", scheduled => true);"));
        }
    }
    return QJsonObject{
        {QStringLiteral("left_off"), sentences},
        {QStringLiteral("left_out"), pgOmissionsToReport(m_marker.omissions, m_marker.finalName)},
        {QStringLiteral("scheduled_jobs"), jobs},
        {QStringLiteral("switch_on_sql"), sql}};
}

Result<> PgTarget::applyDatabaseSettings(PgConnection& maintenance, QJsonArray& leftOff,
                                         const CancelToken& cancel) {
    const auto database = m_server[QStringLiteral("database")].toObject();
    const std::string quoted = maintenance.quoteName(m_name);
    // What cannot be set here (a role that is missing, a parameter that this server does not know) must not
    // undo a restore that is proved; it is told instead.
    const auto tried = [&](const std::string& what, const std::string& sql) -> Result<std::string> {
        SALVOR_TRY(discard(maintenance.query(what, "SAVEPOINT one", cancel)));
        const auto done = maintenance.script(what, sql, cancel);
        if (done)
            return std::string();
        if (!maintenance.usable())
            return failure(done.error());
        SALVOR_TRY(discard(maintenance.query(what, "ROLLBACK TO SAVEPOINT one", cancel)));
        return done.error().message;
    };
    const auto attempt = [&](const std::string& what, const std::string& sql) -> Result<> {
        SALVOR_ASSIGN(const std::string problem, tried(what, sql));
        if (!problem.empty())
            leftOff.append(toQt("Not applied: " + problem + "."));
        return {};
    };
    const auto acl = database[QStringLiteral("acl")].toArray();
    if (acl.isEmpty() && !database[QStringLiteral("acl")].isArray())
        SALVOR_TRY(attempt("granting the default rights",
                           "GRANT CONNECT, TEMPORARY ON DATABASE " + quoted + " TO PUBLIC"));
    SALVOR_ASSIGN(const bool disguised, pgWearsRole(maintenance, cancel));
    if (disguised) // what it needed to get in, see pgCreateHidden()
        SALVOR_TRY(
            attempt("taking the login's right", "REVOKE ALL ON DATABASE " + quoted + " FROM SESSION_USER"));
    const std::string owner = textOf(database, "owner");
    SALVOR_TRY(attempt("giving the database to " + owner,
                       "ALTER DATABASE " + quoted + " OWNER TO " + maintenance.quoteName(owner)));
    // What the owner may not do is saved as well.
    if (database[QStringLiteral("acl")].isArray())
        SALVOR_TRY(attempt("taking the rights of " + owner,
                           "REVOKE ALL ON DATABASE " + quoted + " FROM " + maintenance.quoteName(owner)));
    for (const auto& value : acl) {
        const auto grant = value.toObject();
        const std::string right = textOf(grant, "right");
        if (right != "CONNECT" && right != "TEMPORARY" && right != "CREATE")
            continue;
        const std::string to = textOf(grant, "to");
        const std::string sql = "GRANT " + right + " ON DATABASE " + quoted + " TO " +
                                (to.empty() ? "PUBLIC" : maintenance.quoteName(to)) +
                                (grant[QStringLiteral("grantable")].toBool() ? " WITH GRANT OPTION" : "");
        // Only the role itself grants in its own name. Better granted by the owner than not at all.
        if (const std::string by = textOf(grant, "by"); !by.empty() && by != owner) {
            SALVOR_ASSIGN(const std::string problem,
                          tried("granting rights to " + to, "SET LOCAL ROLE " + maintenance.quoteName(by) +
                                                                "; " + sql + "; SET LOCAL ROLE NONE"));
            if (problem.empty())
                continue;
            leftOff.append(toQt("Granted by the owner and not by " + by + ": " + problem + "."));
        }
        SALVOR_TRY(attempt("granting rights to " + to, sql));
    }
    for (const auto& value : database[QStringLiteral("settings")].toArray()) {
        const auto setting = value.toObject();
        const std::string name = textOf(setting, "name");
        if (name == "timescaledb.restoring")
            continue;
        const std::string role = textOf(setting, "role");
        SALVOR_TRY(
            attempt("setting " + name,
                    (role.empty() ? "ALTER DATABASE " + quoted
                                  : "ALTER ROLE " + maintenance.quoteName(role) + " IN DATABASE " + quoted) +
                        " SET " + pgSettingClause(maintenance, name, textOf(setting, "value"))));
    }
    if (const auto limit = database[QStringLiteral("datconnlimit")].toInt(-1); limit >= 0)
        SALVOR_TRY(attempt("setting the connection limit",
                           "ALTER DATABASE " + quoted + " CONNECTION LIMIT " + std::to_string(limit)));
    return {};
}

Result<> PgTarget::renameToFinal(PgConnection& maintenance, const CancelToken& cancel) {
    const std::string doing = "renaming database " + m_name + " to " + m_marker.finalName;
    // The server itself waits up to five seconds for sessions that are just ending.
    for (int attempt = 0;; ++attempt) {
        SALVOR_TRY(discard(maintenance.query(doing, "SAVEPOINT rename", cancel)));
        auto renamed = maintenance.query(doing,
                                         "ALTER DATABASE " + maintenance.quoteName(m_name) + " RENAME TO " +
                                             maintenance.quoteName(m_marker.finalName),
                                         cancel);
        if (renamed)
            return discard(maintenance.query(doing, "COMMIT", cancel));
        if (renamed.error().code == ErrorCode::AlreadyExists)
            return failure(nameTaken(maintenance, doing, cancel));
        if (renamed.error().code != ErrorCode::Busy)
            return failure(renamed.error());
        if (attempt >= 3)
            return failure(inUse(maintenance, doing, renamed.error(), cancel));
        SALVOR_TRY(discard(maintenance.query(doing, "ROLLBACK TO SAVEPOINT rename", cancel)));
    }
}

Result<std::string> PgTarget::keepHidden(PgConnection& maintenance, const std::string& doing,
                                         const CancelToken& cancel) {
    // Nothing is wrong with what was restored: it keeps its mark, its rights and its hidden name.
    SALVOR_TRY(maintenance.script(doing, "ROLLBACK TO SAVEPOINT rename; COMMIT", cancel));
    (void)timescaleWorkers("start_background_workers", cancel); // the server's next start does it as well
    return std::string(m_proves && m_marker.omissions.empty() ? "is whole and proved" : "is whole");
}

Error PgTarget::inUse(PgConnection& maintenance, const std::string& doing, Error busy,
                      const CancelToken& cancel) {
    // Before anything else of ours goes there.
    if (const auto back = maintenance.query(doing, "ROLLBACK TO SAVEPOINT rename", cancel); !back)
        return back.error();
    const auto sessions =
        maintenance.query("looking who is in the way",
                          "SELECT count(*), count(*) FILTER (WHERE usename = session_user AND "
                          "application_name = 'salvor') FROM pg_catalog.pg_stat_activity WHERE datname = $1",
                          cancel, {m_name});
    const auto own = sessions ? sessions->integer(0, 1) : 0;
    const auto kept = keepHidden(maintenance, doing, cancel);
    if (!kept)
        return kept.error();
    busy.message += "; the restored one " + *kept + ", and is left under that name";
    if (own > 0)
        busy.message += ". Of the sessions in the way " + std::to_string(own) +
                        " were opened for this restore and are kept open by what stands between, such as "
                        "pgpool-II: give the profile the server's own address";
    busy.hint = "end the sessions with pg_terminate_backend, then ALTER DATABASE " +
                maintenance.quoteName(m_name) + " RENAME TO " + maintenance.quoteName(m_marker.finalName);
    busy.context["database"] = m_marker.finalName;
    busy.context["restored"] = m_name;
    return busy;
}

Error PgTarget::nameTaken(PgConnection& maintenance, const std::string& doing, const CancelToken& cancel) {
    const auto kept = keepHidden(maintenance, doing, cancel);
    if (!kept)
        return kept.error();
    const std::string& name = m_marker.finalName;
    return {ErrorCode::AlreadyExists,
            "there is a database " + name +
                " by now, made while this restore was under way; the restored one " + *kept +
                ", and is left under the name " + m_name,
            "drop or rename the other one, then ALTER DATABASE " + maintenance.quoteName(m_name) +
                " RENAME TO " + maintenance.quoteName(name) +
                "; or give it the place of the other one with "
                "salvorctl restored swap",
            false,
            {{"database", name}, {"restored", m_name}}};
}

Result<> PgTarget::timescaleWorkers(const char* function, const CancelToken& cancel) {
    if (m_timescaleSchema.empty())
        return {};
    SALVOR_ASSIGN(const auto connection, PgConnection::open(m_endpoint, m_name, cancel));
    return discard(connection->query("telling TimescaleDB's workers",
                                     std::string("SELECT _timescaledb_functions.") + function + "()",
                                     cancel));
}

} // namespace salvor

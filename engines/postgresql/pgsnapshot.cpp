// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgsnapshot.h"

#include "engines/postgresql/pgchunkties.h"
#include "engines/postgresql/pgidentity.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgsmallitems.h"
#include "engines/postgresql/pgstandby.h"
#include "models/base/json.h"
#include "models/jobphase.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

namespace salvor {

namespace {

Error changed(const std::string& relation, const std::string& how) {
    return {ErrorCode::SourceChanged,
            "the table " + relation + " was " + how + " during the backup",
            "begin the backup again",
            true,
            {{"relation", relation}}};
}

/// One statement for each thing that could have happened to a table since the snapshot; see checkLocked.
constexpr std::chrono::seconds kLongestHold{30}; // of small tables, in which others may not truncate them

std::string checks(const PgRelation& relation) {
    const std::string oid = std::to_string(relation.oid);
    std::string columns;
    for (const auto& column : relation.columns)
        columns += (columns.empty() ? "" : ", ") + column.quoted;
    // The catalog is seen as of the snapshot, pg_relation_filenode answers as of now: a difference means that
    // TRUNCATE, compress_chunk or a rewrite put another file in place, in which the snapshot's rows are not,
    // without any error.
    return "LOCK TABLE ONLY " + relation.quoted +
           " IN ACCESS SHARE MODE;\n"
           "SELECT count(*) FROM pg_catalog.pg_class c WHERE (c.oid = " +
           oid + " OR c.oid = (SELECT reltoastrelid FROM pg_catalog.pg_class WHERE oid = " + oid +
           ")) AND c.relfilenode IS DISTINCT FROM pg_catalog.pg_relation_filenode(c.oid);\n"
           "SELECT " +
           columns + " FROM ONLY " + relation.quoted + " LIMIT 0;\n";
}

/// `results` ends with those of checks().
Result<> checkResults(const PgRelation& relation, const std::vector<PgRows>& results) {
    if (results.size() < 2)
        return failure(ErrorCode::Internal, "the server answered fewer statements than were sent");
    if (results[results.size() - 2].integer(0, 0) != 0)
        return failure(changed(relation.quoted, "truncated or rewritten"));
    const PgRows& described = results.back();
    for (int column = 0; column < described.columns(); ++column) {
        const auto& expected = relation.columns[static_cast<std::size_t>(column)];
        // By number, so that neither another table under the same name nor swapped columns pass.
        if (described.sourceTable(column) != relation.oid)
            return failure(changed(relation.quoted, "replaced by another one"));
        if (described.sourceColumn(column) != expected.number)
            return failure(changed(relation.quoted, "altered"));
    }
    return {};
}

/// Hands on, and asks something before the first bytes; an error of it ends the writing.
class FirstBytesSink final : public ByteSink {
public:
    FirstBytesSink(ByteSink& sink, std::function<Result<>()> first)
        : m_sink(sink)
        , m_first(std::move(first)) {}
    Result<> write(ByteView bytes) override {
        if (m_first)
            SALVOR_TRY(std::exchange(m_first, nullptr)());
        return m_sink.write(bytes);
    }

private:
    ByteSink& m_sink;
    std::function<Result<>()> m_first;
};

/// Errors that mean that the table is no longer what the plan says.
bool meansChanged(const Error& error) {
    // No such table, column or schema; a view in its place (which restrict_nonsystem_relation_kind refuses
    // with 55000).
    constexpr std::array<std::string_view, 5> kStates{"42P01", "42703", "3F000", "42809", "55000"};
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() &&
           std::find(kStates.begin(), kStates.end(), state->second) != kStates.end();
}

bool meansLocked(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() && state->second == "55P03";
}

constexpr const char* kEndThatSession =
    "wait until that session is done and try again, or end it with pg_terminate_backend";

/// SET TRANSACTION SNAPSHOT, of one that nobody has any more (22023 before 17, 42704 from then on).
bool meansNoSnapshot(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() && (state->second == "22023" || state->second == "42704");
}

/// The session is lost for a reason that need not meet another one.
bool wasEnded(const Error& error) { return error.code == ErrorCode::ConnectionLost || pgIsConflict(error); }

/// Hands on, and knows whether there was anything.
class SeenSink final : public ByteSink {
public:
    explicit SeenSink(ByteSink& sink)
        : m_sink(sink) {}
    Result<> write(ByteView bytes) override {
        seen = seen || !bytes.empty();
        return m_sink.write(bytes);
    }
    bool seen = false;

private:
    ByteSink& m_sink;
};

/// The same with the session to look at, as far as the server still knows it.
Error withHolders(Error error, const PgRelation& relation, PgConnection& connection,
                  const CancelToken& cancel) {
    error.context["relation"] = relation.quoted;
    if (!connection.query("ending the transaction", "ROLLBACK", cancel))
        return error;
    const auto holders = pgLockHolders(connection, relation.oid, cancel);
    if (!holders || holders->empty())
        return error;
    error.message += "; it is locked by " + *holders;
    error.context["holders"] = *holders;
    error.hint = kEndThatSession;
    return error;
}

/// Of an error while all tables were looked at, which does not say at which one it stopped.
Error withLockedTables(Error error, PgConnection& connection, const CancelToken& cancel) {
    if (!connection.query("ending the transaction", "ROLLBACK", cancel))
        return error;
    const auto locked = pgLockedTables(connection, cancel);
    if (!locked || locked->empty())
        return error;
    error.message += "; " + *locked;
    error.context["holders"] = *locked;
    error.hint = kEndThatSession;
    return error;
}

/// Names in a database without an encoding (SQL_ASCII) are bytes. Manifests and messages are UTF-8, so others
/// could not be found again.
Result<> requireReadableNames(const PgPlanInput& catalog) {
    const auto refused = [](const std::string& name) {
        return failure(ErrorCode::Unsupported,
                       "a name in the database is not UTF-8, so it cannot be backed up: " + name,
                       "rename it, or convert the database to an encoding", {{"name", name}});
    };
    const QString unreadable(QChar::ReplacementCharacter);
    for (const char* key : {"relations", "roles", "tablespaces", "unvalidated_constraints"}) {
        for (const auto& value : catalog.server[QLatin1String(key)].toArray()) {
            if (value.toString().contains(unreadable))
                return refused(fromQt(value.toString()));
        }
    }
    for (const auto& relation : catalog.relations) {
        for (const auto& column : relation.columns) {
            if (const QString name = toQt(relation.quoted + "." + column.quoted); name.contains(unreadable))
                return refused(fromQt(name));
        }
    }
    return {};
}

// Names that come back from UTF-8 as other ones. Those that do not get there ended the reading of the
// catalog.
constexpr const char* kOtherInUtf8 = R"sql(
SELECT x.name FROM (
  SELECT pg_catalog.format('%I.%I', n.nspname, c.relname) AS name FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  UNION ALL SELECT pg_catalog.format('%I.%I.%I', n.nspname, c.relname, a.attname) FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
   WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND a.attnum > 0 AND NOT a.attisdropped) x
 WHERE pg_catalog.convert_from(pg_catalog.convert_to(x.name, 'UTF8'), 'UTF8') <> x.name ORDER BY 1 LIMIT 1)sql";

/// By the name that UTF-8 gives back neither a backup nor a restore would find what it is of.
Result<> requireNamesInUtf8(PgConnection& connection, const CancelToken& cancel) {
    if (pgCopyEncoding(connection.parameter("server_encoding")).empty())
        return {};
    SALVOR_ASSIGN(const auto name, connection.value("looking at the names", kOtherInUtf8, cancel));
    if (name.empty())
        return {};
    return failure(
        ErrorCode::Unsupported,
        "a name in the database comes back from UTF-8 as another one, so it cannot be backed up: " + name,
        "rename it: the encoding of the database has one of its letters twice", {{"name", name}});
}

/// `before` begins the script; errors say what became of the table.
Result<> lockAndCheck(PgConnection& connection, const PgRelation& relation, const std::string& before,
                      const CancelToken& cancel) {
    auto results = connection.script("locking table " + relation.quoted, before + checks(relation), cancel);
    if (!results && meansLocked(results.error()))
        return failure(withHolders(results.error(), relation, connection, cancel));
    if (!results)
        return failure(meansChanged(results.error()) ? changed(relation.quoted, "dropped, renamed or altered")
                                                     : results.error());
    return checkResults(relation, *results);
}

Result<PgPlanInput> readCatalog(PgConnection& connection, const CancelToken& cancel) {
    PgPlanInput catalog;
    SALVOR_ASSIGN(catalog.extensions, pgReadExtensions(connection, cancel));
    if (catalog.extensions.has("timescaledb")) {
        SALVOR_ASSIGN(catalog.hypertables, pgReadHypertables(connection, cancel));
        SALVOR_TRY(pgReadChunkTies(connection, catalog.hypertables, cancel));
    }
    SALVOR_ASSIGN(catalog.relations, pgReadRelations(connection, cancel));
    SALVOR_ASSIGN(catalog.server,
                  pgReadServerFacts(connection, catalog.extensions, catalog.hypertables, cancel));
    SALVOR_ASSIGN(const auto large,
                  connection.value("looking for large objects",
                                   "SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_largeobject_metadata)",
                                   cancel));
    catalog.hasLargeObjects = large == "t";
    SALVOR_ASSIGN(catalog.locks, pgReadLockTable(connection, cancel));
    return catalog;
}

/// By the session that has tables locked, if any: looking at a table's size waits behind who wants to
/// truncate it, and that one waits for the lock.
Result<> readCatalog(PgView& view, PgHolding held, const CancelToken& cancel) {
    if (held.connection) {
        auto catalog = readCatalog(*held.connection, cancel);
        if (catalog) {
            view.catalog = std::move(*catalog);
            view.catalog.held = std::move(held.tables);
            view.holder = std::move(held.connection);
            return {};
        }
        if (!meansLocked(catalog.error()) && !wasEnded(catalog.error()))
            return failure(std::move(catalog).error());
        held = PgHolding(); // somebody has another table locked for longer, and may want one of these
    }
    auto catalog = readCatalog(*view.coordinator, cancel);
    if (!catalog)
        return failure(meansLocked(catalog.error())
                           ? withLockedTables(std::move(catalog).error(), *view.coordinator, cancel)
                           : std::move(catalog).error());
    view.catalog = std::move(*catalog);
    return {};
}

} // namespace

Result<PgView> pgOpenView(const PgEndpointPtr& endpoint, const std::string& database,
                          const PgViewOptions& options, ProgressSink& progress, const CancelToken& cancel) {
    progress.progressed({jobPhaseId(JobPhase::Connecting), database, 0, 0, 0, 0, 0});
    PgView view;
    view.endpoint = endpoint;
    view.database = database;
    SALVOR_ASSIGN(view.coordinator, PgConnection::open(endpoint, database, cancel));
    auto& connection = *view.coordinator;
    SALVOR_TRY(pgPrepareReading(connection, options.lockTimeoutSeconds, cancel));
    SALVOR_ASSIGN(const std::string dump, pgDumpOptions(connection, options.forms, cancel));
    // pg_dump's sessions too.
    if (!connection.overrides().empty())
        view.endpoint = pgWithOptions(*view.endpoint, connection.overrides());
    if (!dump.empty())
        view.endpoint = pgWithOptions(*view.endpoint, dump);
    progress.progressed({jobPhaseId(JobPhase::Snapshot), database, 0, 0, 0, 0, 0});
    SALVOR_ASSIGN(auto held, pgHoldTables(view.endpoint, database, options.hold, cancel));
    SALVOR_TRY(
        connection.query("taking the snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", cancel));
    SALVOR_ASSIGN(view.snapshotId,
                  connection.value("taking the snapshot", "SELECT pg_catalog.pg_export_snapshot()", cancel));
    SALVOR_TRY(pgJoinSnapshot(held, view.snapshotId, cancel));
    SALVOR_TRY(readCatalog(view, std::move(held), cancel));
    return view;
}

PgSnapshot::PgSnapshot(PgView view, PgPlan plan, int lockTimeoutSeconds, ProcessRunner& processes)
    : m_view(std::move(view))
    , m_plan(std::move(plan))
    , m_lockTimeoutSeconds(lockTimeoutSeconds)
    , m_tools(processes, m_view.endpoint)
    , m_heldFirst(m_plan.held)
    , m_heldSince(std::chrono::steady_clock::now()) {
    m_view.catalog.relations.clear(); // each source has its own copy
    m_view.catalog.relations.shrink_to_fit();
    if (m_plan.held.empty())
        m_view.holder.reset(); // what it locked is nothing that is read first, such as a chunk
}

Result<std::unique_ptr<Session>> PgSnapshot::openSession(const CancelToken& cancel) {
    SALVOR_ASSIGN(auto connection, PgConnection::open(m_view.endpoint, m_view.database, cancel));
    SALVOR_TRY(pgPrepareReading(*connection, m_lockTimeoutSeconds, cancel));
    return std::make_unique<PgSession>(std::move(connection));
}

Result<> PgSnapshot::begin(PgConnection& connection, const PgItemSource* locked,
                           const CancelToken& cancel) const {
    // A transaction for each item, so that a lock is held no longer than its table is read. ROLLBACK clears
    // what an item that failed may have left.
    std::string sql =
        "ROLLBACK;\nBEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSET TRANSACTION SNAPSHOT " +
        connection.quoteText(m_view.snapshotId) + ";\n";
    auto begun = locked == nullptr
                     ? connection.script("joining the snapshot", sql, cancel).map([](const auto&) {})
                     : lockAndCheck(connection, locked->relation, sql, cancel);
    if (!begun && meansNoSnapshot(begun.error()))
        return failure(whyNotJoined(std::move(begun).error(), cancel));
    return begun;
}

Error PgSnapshot::whyNotJoined(Error error, const CancelToken& cancel) const {
    const std::scoped_lock lock(m_joinMutex);
    if (!m_coordinatorEnd) {
        const auto asked = m_view.coordinator->query("keeping the snapshot", "SELECT 1", cancel);
        if (asked)
            return error;
        if (asked.error().isCancelled())
            return asked.error();
        m_coordinatorEnd = asked.error();
    }
    return *m_coordinatorEnd;
}

Result<std::optional<ItemReport>> PgSnapshot::readHeld(const std::string& id, const PgItemSource& source,
                                                       ByteSink& sink, const CancelToken& cancel) {
    auto& connection = *m_view.holder;
    SeenSink out(sink);
    const auto read = [&]() -> Result<ItemReport> {
        SALVOR_TRY(lockAndCheck(connection, source.relation, "SAVEPOINT one;\n", cancel));
        return pgReadCopy(connection, "reading table " + source.relation.quoted, source.copySql,
                          source.format, source.columns, out, cancel);
    };
    auto report = read();
    m_plan.held.erase(id);
    if (!report) {
        m_view.holder.reset();
        if (wasEnded(report.error()) && !out.seen)
            return std::optional<ItemReport>();
        return failure(std::move(report).error());
    }
    // Planning a statement locks each index of the table until the transaction ends, and all of a server's
    // locks lie in one table of its memory: going back lets those go, and keeps the lock on the table.
    const bool isLast = m_plan.held.empty();
    const auto letGo =
        connection.script(isLast ? "letting small tables go" : "letting the table's indexes go",
                          isLast ? "COMMIT" : "ROLLBACK TO SAVEPOINT one;\nRELEASE SAVEPOINT one", cancel);
    if (!letGo && letGo.error().isCancelled())
        return failure(letGo.error());
    if (!letGo || isLast)
        m_view.holder.reset(); // what was read is whole, whatever becomes of the session behind it
    return std::optional(std::move(*report));
}

Result<ItemReport> PgSnapshot::readRows(const PgItemSource& source, PgConnection& connection, ByteSink& sink,
                                        const CancelToken& cancel) const {
    SALVOR_TRY(begin(connection, &source, cancel));
    SALVOR_ASSIGN(auto report, pgReadCopy(connection, "reading table " + source.relation.quoted,
                                          source.copySql, source.format, source.columns, sink, cancel));
    SALVOR_TRY(connection.query("ending the transaction", "COMMIT", cancel));
    return report;
}

Result<ItemReport> PgSnapshot::readPlain(const Item& item, PgConnection& connection, ByteSink& sink,
                                         const CancelToken& cancel) const {
    SALVOR_TRY(begin(connection, nullptr, cancel));
    auto report =
        item.kind == "globals"     ? pgReadGlobals(connection, sink, cancel)
        : item.kind == "sequences" ? pgReadSequences(connection, item.details, sink, cancel)
        : item.kind == "large_object_owners"
            ? pgReadLargeObjectOwners(connection, item.details[QStringLiteral("form")].toInt(1), sink, cancel)
        : item.kind == "large_objects"
            ? pgReadLargeObjects(connection, sink, cancel)
            : failure(ErrorCode::Unsupported, "an item of unknown kind: " + item.kind);
    SALVOR_TRY(report);
    SALVOR_TRY(connection.query("ending the transaction", "COMMIT", cancel));
    return report;
}

Result<ItemReport> PgSnapshot::readSchema(const PgItemSource& source, PgConnection& connection,
                                          ByteSink& sink, const CancelToken& cancel) const {
    // pg_dump has all that it reads when its first bytes come, and locks every table until its last ones are
    // taken: whoever waits to drop or alter one cannot yet, and what he does then is nothing of this archive.
    // (It may have ended where all of the archive goes into the pipe.) Source: PostgreSQL,
    // pg_backup_custom.c, _CloseArchive: "No data should be written prior to this point, since the user could
    // sort the TOC after creating it."
    FirstBytesSink watched(sink, [&] { return checkSchemaHeld(connection, cancel); });
    auto report = pgDumpSchema(m_tools, m_view.database, connection.serverVersion() / 10000,
                               m_view.snapshotId, m_lockTimeoutSeconds,
                               connection.parameter("server_encoding"), source.schema, watched, cancel);
    if (!report && report.error().code == ErrorCode::ToolFailed)
        return failure(explain(report.error(), connection, cancel));
    // From 18 on it may make definitions while it writes.
    constexpr int kLastThatReadsFirst = 17;
    if (report && report->details[QStringLiteral("tool_major")].toInt() > kLastThatReadsFirst)
        SALVOR_TRY(checkSchemaHeld(connection, cancel));
    return report;
}

Result<> PgSnapshot::checkSchemaHeld(PgConnection& connection, const CancelToken& cancel) const {
    // As of this moment, not of the one in which the server has planned so long a query.
    SALVOR_TRY(connection.script("looking whether the schema changed",
                                 "ROLLBACK;\nBEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\nSELECT 1",
                                 cancel));
    SALVOR_ASSIGN(const auto now, pgReadIdentities(connection, cancel));
    SALVOR_TRY(begin(connection, nullptr, cancel));
    SALVOR_ASSIGN(const auto then, pgReadIdentities(connection, cancel));
    SALVOR_TRY(connection.query("ending the transaction", "COMMIT", cancel));
    return pgCheckIdentities(then, now);
}

Error PgSnapshot::explain(Error error, PgConnection& connection, const CancelToken& cancel) const {
    const bool mayBeConflict = pgTellsInAnotherLanguage(connection, cancel);
    for (const auto& [id, source] : m_plan.sources) {
        if (source.relation.oid == 0 || m_heldFirst.contains(id))
            continue; // what was held is read already: it may be another one since
        if (const auto begun = begin(connection, &source, cancel); !begun) {
            const ErrorCode code = begun.error().code;
            const bool coordinatorEnded = code == ErrorCode::ConnectionLost && connection.usable();
            if (code == ErrorCode::SourceChanged || coordinatorEnded || meansLocked(begun.error()))
                return begun.error();
        }
        if (!connection.usable())
            break;
    }
    // What was dropped under pg_dump may be an error of its own: "cache lookup failed".
    if (const auto held = connection.usable() ? checkSchemaHeld(connection, cancel) : Result<>();
        !held && held.error().code == ErrorCode::SourceChanged)
        return held.error();
    return pgAsConflict(std::move(error), mayBeConflict);
}

Result<ItemReport> PgSnapshot::read(const Item& item, Session& session, ByteSink& sink,
                                    const CancelToken& cancel) {
    auto* own = dynamic_cast<PgSession*>(&session);
    const auto source = m_plan.sources.find(item.id);
    if (own == nullptr || source == m_plan.sources.end())
        return failure(ErrorCode::Internal, "an item or a session of another snapshot: " + item.id);
    {
        const std::scoped_lock lock(m_heldMutex);
        if (m_view.holder && std::chrono::steady_clock::now() - m_heldSince > kLongestHold)
            m_view.holder.reset(); // a slow store: whoever waits has waited long enough
        if (m_view.holder && m_plan.held.contains(item.id)) {
            SALVOR_ASSIGN(auto report, readHeld(item.id, source->second, sink, cancel));
            if (report)
                return std::move(*report);
        }
    }
    if (!source->second.copySql.empty())
        return readRows(source->second, *own->connection, sink, cancel);
    if (item.kind == "schema" || item.kind == "schema_chunks")
        return readSchema(source->second, *own->connection, sink, cancel);
    return readPlain(item, *own->connection, sink, cancel);
}

Result<> PgSnapshot::checkLabels(const CancelToken& cancel) {
    // xmin too: a label that was renamed and renamed back was another one in between.
    constexpr const char* kLabels =
        "SELECT oid, xmin, enumlabel, enumtypid::pg_catalog.regtype FROM pg_catalog.pg_enum ORDER BY oid";
    const std::string doing = "checking that the labels of enums held";
    SALVOR_ASSIGN(const auto then, coordinator().query(doing, kLabels, cancel));
    if (then.size() == 0)
        return {};
    SALVOR_ASSIGN(const auto connection, PgConnection::open(m_view.endpoint, m_view.database, cancel));
    // Labels in a database without an encoding may be no UTF-8.
    SALVOR_TRY(pgPrepareReading(*connection, m_lockTimeoutSeconds, cancel));
    SALVOR_ASSIGN(const auto now, connection->query(doing, kLabels, cancel));
    std::map<std::string_view, std::pair<std::string_view, std::string_view>> labels;
    for (int row = 0; row < now.size(); ++row)
        labels.emplace(now.view(row, 0), std::pair(now.view(row, 1), now.view(row, 2)));
    for (int row = 0; row < then.size(); ++row) {
        const auto found = labels.find(then.view(row, 0)); // with a type that was dropped no table is left
        if (found != labels.end() && found->second != std::pair(then.view(row, 1), then.view(row, 2)))
            return failure(ErrorCode::SourceChanged,
                           "the labels of the type " + then.text(row, 3) + " were changed during the backup",
                           "begin the backup again", {{"type", then.text(row, 3)}});
    }
    return {};
}

Result<QJsonObject> PgSnapshot::finish(const CancelToken& cancel) {
    // While this transaction lives the snapshot held; had it ended, rows could have been vacuumed away in
    // between.
    SALVOR_TRY(coordinator().query("checking that the snapshot held", "SELECT 1", cancel));
    SALVOR_TRY(checkLabels(cancel));
    return QJsonObject{{QStringLiteral("snapshot_held"), true}};
}

Result<std::unique_ptr<Snapshot>> pgPrepareBackup(ProcessRunner& processes, const BackupSpec& spec,
                                                  ProgressSink& progress, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto endpoint, makePgEndpoint(spec.connection));
    SALVOR_ASSIGN(const auto options, PgPlanOptions::from(spec.options));
    const std::string database = spec.database.empty() ? endpoint->database : spec.database;
    PgViewOptions viewOptions{options.lockTimeoutSeconds, PgTextForms::Fixed, {}};
    viewOptions.hold.bytes = options.firstBytes;
    viewOptions.hold.namedBytes = options.rangeBytes;
    viewOptions.hold.lockBudget = options.lockBudget;
    viewOptions.hold.named = options.readFirst;
    SALVOR_ASSIGN(auto view, pgOpenView(endpoint, database, viewOptions, progress, cancel));
    SALVOR_TRY(requireReadableNames(view.catalog));
    SALVOR_TRY(requireNamesInUtf8(*view.coordinator, cancel));
    // Before anything is read: without a pg_dump that knows the server there is no backup.
    SALVOR_TRY(
        PgTools(processes, endpoint).find("pg_dump", view.coordinator->serverVersion() / 10000, cancel));
    SALVOR_ASSIGN(auto plan, pgPlanBackup(view.catalog, options));
    return std::make_unique<PgSnapshot>(std::move(view), std::move(plan), options.lockTimeoutSeconds,
                                        processes);
}

void PgRangeLedger::expect(const std::string& table, const ItemReport& saved) {
    const std::lock_guard lock(m_mutex);
    auto& sum = m_open[table];
    sum.hash.add(saved.contentHash);
    sum.rows += saved.rows;
    sum.bytes += saved.bytes;
    ++sum.left;
}

ItemReport PgRangeLedger::settle(const std::string& table, const ItemReport& saved, const ItemReport& found) {
    const std::lock_guard lock(m_mutex);
    auto& sum = m_open[table];
    sum.hash.subtract(found.contentHash);
    sum.rows -= found.rows;
    sum.bytes -= found.bytes;
    ItemReport report = saved;
    if (--sum.left > 0)
        return report;
    // What is left of the sums is what the table differs by; unsigned wrap-around carries its sign.
    PgRowHash hash;
    hash.add(saved.contentHash);
    hash.subtract(sum.hash.hex());
    report.contentHash = hash.hex();
    report.rows = saved.rows - sum.rows;
    return report;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgsnapshot.h"

#include "engines/postgresql/pgerror.h"
#include "engines/postgresql/pgidentity.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgsmallitems.h"
#include "engines/postgresql/pgstandby.h"
#include "engines/postgresql/pgtablelock.h"
#include "models/base/json.h"
#include "models/jobphase.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string_view>
#include <utility>

namespace salvor {

namespace {

constexpr std::chrono::seconds kLongestHold{30}; // of small tables, in which others may not truncate them
// For an index that is rebuilt (REINDEX): who waits for one has the table, and is in nobody's way but of
// those who want it for themselves.
constexpr std::chrono::seconds kIndexPatience{600};
constexpr const char* kKeeping = "keeping the snapshot";

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

/// Hands on for as long as the snapshot is there: nothing that is read behind its end counts.
class HeldSink final : public ByteSink {
public:
    HeldSink(ByteSink& sink, PgPulse& pulse, const CancelToken& cancel)
        : m_sink(sink)
        , m_pulse(pulse)
        , m_cancel(cancel) {}
    Result<> write(ByteView bytes) override {
        if (m_pulse.isLost())
            SALVOR_TRY(m_pulse.ask(kKeeping, m_cancel));
        return m_sink.write(bytes);
    }

private:
    ByteSink& m_sink;
    PgPulse& m_pulse;
    const CancelToken& m_cancel;
};

/// Begins a transaction, whatever an item that failed may have left.
std::string anew(const PgConnection& connection) {
    return std::string(connection.inTransaction() ? "ROLLBACK;\n" : "") +
           "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n";
}

/// SET TRANSACTION SNAPSHOT, of one that nobody has any more (22023 before 17, 42704 from then on).
bool meansNoSnapshot(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() && (state->second == "22023" || state->second == "42704");
}

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

} // namespace

Result<> pgWakeSession(PgSession& session, std::chrono::milliseconds every,
                       const std::function<Result<std::unique_ptr<PgConnection>>()>& open,
                       const CancelToken& cancel) {
    if (std::chrono::steady_clock::now() - session.lastUsed <= every)
        return {};
    const auto asked = session.connection->query("looking whether the session is there", "SELECT 1", cancel);
    if (!asked && asked.error().isCancelled())
        return failure(asked.error());
    if (!session.connection->usable()) {
        SALVOR_ASSIGN(session.connection, open());
    }
    return {};
}

PgSnapshot::PgSnapshot(PgView view, PgPlan plan, int lockTimeoutSeconds, std::chrono::milliseconds pulse,
                       ProcessRunner& processes)
    : m_view(std::move(view))
    , m_plan(std::move(plan))
    , m_pulseEvery(pulse)
    , m_pulse(*m_view.coordinator, kKeeping, pulse)
    , m_lockTimeoutSeconds(lockTimeoutSeconds)
    , m_tools(processes, m_view.endpoint)
    , m_waitForIndexes("SET LOCAL lock_timeout = '" +
                       std::to_string(std::max<std::int64_t>(lockTimeoutSeconds, kIndexPatience.count())) +
                       "s';\n")
    , m_heldFirst(m_plan.held)
    , m_heldSince(std::chrono::steady_clock::now()) {
    m_view.catalog.relations.clear(); // each source has its own copy
    m_view.catalog.relations.shrink_to_fit();
    if (m_plan.held.empty())
        m_view.holder.reset(); // what it locked is nothing that is read first, such as a chunk
}

Result<std::unique_ptr<PgConnection>> PgSnapshot::openConnection(const CancelToken& cancel) const {
    SALVOR_ASSIGN(auto connection, PgConnection::open(m_view.endpoint, m_view.database, cancel));
    if (connection->serverStart() != m_view.coordinator->serverStart())
        return failure(whyNotJoined(pgServersError(m_view.endpoint->title()), cancel)); // or it was restarted
    SALVOR_TRY(pgPrepareReading(*connection, m_lockTimeoutSeconds, cancel));
    return connection;
}

Result<std::unique_ptr<Session>> PgSnapshot::openSession(const CancelToken& cancel) {
    SALVOR_ASSIGN(auto connection, openConnection(cancel));
    return std::make_unique<PgSession>(std::move(connection));
}

Result<> PgSnapshot::begin(PgConnection& connection, const PgItemSource* locked,
                           const CancelToken& cancel) const {
    // A transaction for each item, so that a lock is held no longer than its table is read.
    const std::string sql =
        anew(connection) + "SET TRANSACTION SNAPSHOT " + connection.quoteText(m_view.snapshotId) + ";\n";
    auto begun = locked == nullptr
                     ? connection.script("joining the snapshot", sql, cancel).map([](const auto&) {})
                     : pgLockAndCheck(connection, locked->relation, {sql, m_waitForIndexes}, cancel);
    if (!begun && meansNoSnapshot(begun.error()))
        return failure(whyNotJoined(std::move(begun).error(), cancel));
    return begun;
}

Error PgSnapshot::whyNotJoined(Error error, const CancelToken& cancel) const {
    const auto asked = m_pulse.ask(kKeeping, cancel);
    return asked ? std::move(error) : asked.error();
}

Result<std::optional<ItemReport>> PgSnapshot::readHeld(const std::string& id, const PgItemSource& source,
                                                       ByteSink& sink, const CancelToken& cancel) {
    auto& connection = *m_view.holder;
    SeenSink out(sink);
    const auto read = [&]() -> Result<ItemReport> {
        SALVOR_TRY(pgLockAndCheck(connection, source.relation, {"SAVEPOINT one;\n", {}}, cancel));
        return pgReadCopy(connection, "reading table " + source.relation.quoted, source.copySql,
                          source.format, source.columns, out, cancel);
    };
    auto report = read();
    m_plan.held.erase(id);
    if (!report) {
        m_view.holder.reset();
        const bool isOfTheHolder = pgWasEnded(report.error()) || pgMeansLocked(report.error());
        if (isOfTheHolder && !out.seen)
            return std::optional<ItemReport>();
        return failure(std::move(report).error());
    }
    // What a statement looked into (the index of long values) stays locked until the transaction ends, and
    // all of a server's locks lie in one table of its memory: going back lets that go, and keeps the lock on
    // the table.
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
    auto report = pgReadCopy(connection, "reading table " + source.relation.quoted, source.copySql,
                             source.format, source.columns, sink, cancel);
    if (!report && pgMeansLocked(report.error())) // a range is planned, and long values have an index, too
        return failure(pgWithHolders(std::move(report).error(), source.relation, connection, cancel));
    SALVOR_TRY(report);
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
    const int major = connection.serverVersion() / 10000;
    const std::string encoding = connection.parameter("server_encoding");
    PgPulse pulse(connection, "waiting for pg_dump", m_pulseEvery);
    FirstBytesSink watched(sink, [&] {
        const auto alone = pulse.alone(cancel);
        return checkSchemaHeld(connection, cancel);
    });
    auto report = pgDumpSchema(m_tools, m_view.database, major, m_view.snapshotId, m_lockTimeoutSeconds,
                               encoding, source.schema, watched, cancel);
    pulse.end(cancel);
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
    SALVOR_TRY(
        connection.script("looking whether the schema changed", anew(connection) + "SELECT 1", cancel));
    SALVOR_ASSIGN(const auto now, pgReadIdentities(connection, cancel));
    SALVOR_TRY(begin(connection, nullptr, cancel));
    SALVOR_ASSIGN(const auto then, pgReadIdentities(connection, cancel));
    SALVOR_TRY(connection.query("ending the transaction", "COMMIT", cancel));
    return pgCheckIdentities(then, now);
}

Error PgSnapshot::explain(Error error, PgConnection& connection, const CancelToken& cancel) const {
    // What the server says is in its language, and the number of the snapshot is not: pg_dump's own session
    // was the one that reached another server.
    if (error.message.find(m_view.snapshotId) != std::string::npos)
        return whyNotJoined(pgServersError(m_view.endpoint->title()), cancel);
    const bool mayBeConflict = pgTellsInAnotherLanguage(connection, cancel);
    for (const auto& [id, source] : m_plan.sources) {
        if (source.relation.oid == 0 || m_heldFirst.contains(id))
            continue; // what was held is read already: it may be another one since
        if (const auto begun = begin(connection, &source, cancel); !begun) {
            const ErrorCode code = begun.error().code;
            const bool coordinatorEnded = code == ErrorCode::ConnectionLost && connection.usable();
            if (code == ErrorCode::SourceChanged || coordinatorEnded || pgMeansLocked(begun.error()))
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
    if (own == nullptr || !m_plan.sources.contains(item.id))
        return failure(ErrorCode::Internal, "an item or a session of another snapshot: " + item.id);
    HeldSink watched(sink, m_pulse, cancel);
    auto report = readWatched(item, *own, watched, cancel);
    own->lastUsed = std::chrono::steady_clock::now();
    return report;
}

Result<ItemReport> PgSnapshot::readWatched(const Item& item, PgSession& session, ByteSink& sink,
                                           const CancelToken& cancel) {
    const auto source = m_plan.sources.find(item.id);
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
    SALVOR_TRY(pgWakeSession(session, m_pulseEvery, [&] { return openConnection(cancel); }, cancel));
    if (!source->second.copySql.empty())
        return readRows(source->second, *session.connection, sink, cancel);
    if (item.kind == "schema" || item.kind == "schema_chunks")
        return readSchema(source->second, *session.connection, sink, cancel);
    return readPlain(item, *session.connection, sink, cancel);
}

Result<> PgSnapshot::checkLabels(const CancelToken& cancel) {
    // xmin too: a label that was renamed and renamed back was another one in between.
    constexpr const char* kLabels =
        "SELECT oid, xmin, enumlabel, enumtypid::pg_catalog.regtype FROM pg_catalog.pg_enum ORDER BY oid";
    const std::string doing = "checking that the labels of enums held";
    SALVOR_ASSIGN(const auto then, coordinator().query(doing, kLabels, cancel));
    if (then.size() == 0)
        return {};
    // Prepared as any: labels in a database without an encoding may be no UTF-8.
    SALVOR_ASSIGN(const auto connection, openConnection(cancel));
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
    m_pulse.end(cancel);
    SALVOR_TRY(m_pulse.ask("checking that the snapshot held", cancel));
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
    SALVOR_TRY(pgRequireReadableNames(view, cancel));
    // Before anything is read: without a pg_dump that knows the server there is no backup.
    SALVOR_TRY(
        PgTools(processes, endpoint).find("pg_dump", view.coordinator->serverVersion() / 10000, cancel));
    SALVOR_ASSIGN(auto plan, pgPlanBackup(view.catalog, options));
    return std::make_unique<PgSnapshot>(std::move(view), std::move(plan), options.lockTimeoutSeconds,
                                        pgPulseOf(spec.options), processes);
}

} // namespace salvor

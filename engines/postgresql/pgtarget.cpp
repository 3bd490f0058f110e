// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgtarget.h"

#include "engines/postgresql/pgchunkties.h"
#include "engines/postgresql/pgcreate.h"
#include "engines/postgresql/pgextensionparts.h"
#include "engines/postgresql/pgpreflight.h"
#include "engines/postgresql/pgpulse.h"
#include "engines/postgresql/pgrestorerights.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgsnapshot.h"
#include "engines/postgresql/pgtakenoff.h"
#include "engines/postgresql/pgwriteitems.h"
#include "models/base/json.h"
#include "models/jobphase.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace salvor {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kFreezeFromBytes = std::uint64_t{1024} * 1024;

/// A token that stops by itself: for what must be tried on the way out, however the server is.
class TimedToken {
public:
    explicit TimedToken(std::chrono::milliseconds bound)
        : m_thread([this, bound](const std::stop_token& stop) {
            std::unique_lock lock(m_mutex);
            m_wake.wait_for(lock, stop, bound, [] { return false; });
            m_source.request_stop();
        }) {}
    CancelToken token() const { return m_source.get_token(); }

private:
    std::stop_source m_source;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::jthread m_thread;
};

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

Result<PgOmitter::Options> omissionsOf(const RestoreSpec& spec) {
    PgOmitter::Options out;
    SALVOR_ASSIGN(out.asked, pgAskedOmissions(spec.options));
    out.keepGoing = spec.options[QStringLiteral("keep_going")].toBool();
    out.searchPath = pgSearchPathOf(spec.contents->plan.server, {}).value_or(kPgDefaultSearchPath);
    return out;
}

/// A value of a column is the name of a relation (regclass) that is not there yet: an index. What a function
/// does not find is another matter.
bool namesWhatIsNotThere(const Error& error) {
    const auto of = [&](const char* key) {
        const auto found = error.context.find(key);
        return found == error.context.end() ? std::string() : found->second;
    };
    return of("sqlstate") == "42P01" && of("where").find(", column ") != std::string::npos &&
           of("where").find("function") == std::string::npos;
}

bool isRowItem(const Item& item) {
    return item.kind == "table" || item.kind == "table_range" || item.kind == "chunk";
}

} // namespace

PgTarget::PgTarget(ProcessRunner& processes, PgEndpointPtr endpoint, const RestoreSpec& spec)
    : m_endpoint(std::move(endpoint))
    , m_waiting(pgSessionOf(spec.contents->plan.server))
    , m_processes(processes)
    , m_tools(std::make_unique<PgTools>(processes, m_endpoint))
    , m_openItem(spec.openItem)
    , m_server(spec.contents->plan.server)
    , m_ofExtensions(pgRelationsOfExtensions(m_server))
    , m_timescaleSchema(pgTimescaleSchema(m_server))
    , m_pulse(pgPulseOf(spec.options))
    , m_name(pgHiddenName(spec.targetDatabase, spec.runId))
    , m_archiveMajor(pgArchiveMajor(*spec.contents))
    , m_jobs(std::clamp(spec.options[QStringLiteral("jobs")].toInt(2), 1, 16))
    , m_analyze(spec.options[QStringLiteral("analyze")].toBool(true)) {
    m_chunksBehind = !pgChunksInParts(spec.contents->plan).empty() &&
                     !m_server.contains(QLatin1String("chunk_publications"));
    m_marker.backupId = fromQt(spec.options[QStringLiteral("backup_id")].toString());
    m_marker.drill = spec.options[QStringLiteral("drill")].toBool();
    m_proves = spec.options[QStringLiteral("prove")].toBool(true);
    m_marker.runId = spec.runId;
    m_marker.finalName = spec.targetDatabase;
    m_marker.state = "incomplete";
    m_marker.ofOid = textOf(m_server[QStringLiteral("database")].toObject(), "oid");
    m_marker.ofSystem = textOf(m_server, "system_identifier");
    m_marker.sourceComment =
        fromQt(m_server[QStringLiteral("database")].toObject()[QStringLiteral("comment")].toString());
}

Result<std::unique_ptr<Target>> PgTarget::prepare(ProcessRunner& processes, const RestoreSpec& spec,
                                                  ProgressSink& progress, const CancelToken& cancel) {
    SALVOR_ASSIGN(auto endpoint, makePgEndpoint(spec.connection));
    if (spec.contents == nullptr)
        return failure(ErrorCode::Internal, "a restore without a backup");
    SALVOR_ASSIGN(auto omissions, omissionsOf(spec));
    std::unique_ptr<PgTarget> target;
    progress.progressed({jobPhaseId(JobPhase::Connecting), spec.targetDatabase, 0, 0, 0, 0, 0});
    {
        SALVOR_ASSIGN(const auto server, PgConnection::open(endpoint, endpoint->database, cancel));
        SALVOR_ASSIGN(const auto preflight, pgPreflight(processes, *server, endpoint, spec, cancel));
        SALVOR_TRY(pgPreflightVerdict(preflight));
        SALVOR_ASSIGN(endpoint, pgQuietEndpoint(*server, endpoint, cancel));
        target.reset(new PgTarget(processes, endpoint, spec));
        target->m_serverMajor = server->serverVersion() / 10000;
        for (const auto& finding : preflight.findings)
            target->m_keepTablespaces = target->m_keepTablespaces && finding.check != "tablespaces";
    }
    target->m_omitter = std::make_unique<PgOmitter>(std::move(omissions));
    target->planPhases(*spec.contents);
    if (auto created = target->create(spec, progress, cancel); !created) {
        target->dropAfterFailedPreparation();
        return failure(created.error());
    }
    return std::unique_ptr<Target>(std::move(target));
}

Result<> PgTarget::create(const RestoreSpec& spec, ProgressSink& progress, const CancelToken& cancel) {
    progress.progressed({jobPhaseId(JobPhase::Creating), m_name, 0, 0, 0, 0, 0});
    SALVOR_ASSIGN(const auto maintenance, connectMaintenance(cancel));
    SALVOR_TRY(pgCreateRoles(*maintenance, spec.noLoginRoles, cancel));
    m_created = true; // from here on there may be a database
    SALVOR_TRY(pgCreateHidden(*maintenance, m_name, m_server, m_keepTablespaces, m_marker, cancel));
    QJsonArray later; // asked again when the schema is there
    SALVOR_TRY(takeSettings(later, cancel));
    SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
    SALVOR_TRY(makeExtensions(*hidden, spec, cancel));
    std::vector<std::string> roles;
    for (const auto& value : m_server[QStringLiteral("roles")].toArray())
        roles.push_back(fromQt(value.toString()));
    SALVOR_ASSIGN(m_openedPublic, pgOpenPublic(*hidden, roles, cancel));
    return pgTakeOff(*hidden, m_server, cancel);
}

Result<> PgTarget::makeExtensions(PgConnection& hidden, const RestoreSpec& spec, const CancelToken& cancel) {
    const auto leave = [&](const std::string& name, const std::string& reason) -> Result<> {
        if (!m_openItem)
            return failure(ErrorCode::Unsupported, "nothing can be left out of a backup that is not at hand");
        SALVOR_ASSIGN(const auto archives, pgReadArchives(spec.contents->plan, m_openItem, cancel));
        SALVOR_TRY(m_omitter->leaveExtensionOut(name, archives, reason));
        // Those of extensions that stay are passed over.
        for (const auto& [relation, extension] :
             m_ofExtensions.value_or(std::map<std::string, std::string>()))
            m_omitter->lacks(extension, relation);
        for (const auto& phase : spec.contents->plan.phases) {
            for (const auto& item : phase.items) {
                if (item.kind != "catalog_table")
                    continue;
                const std::string quoted = textOf(item.details, "quoted");
                const std::uint64_t rows = m_savedRows[item.id];
                m_omitter->lacks(textOf(item.details, "extension"), quoted,
                                 rows == 0 ? std::string()
                                           : std::to_string(rows) + (rows == 1 ? " row of " : " rows of ") +
                                                 quoted);
            }
        }
        return {};
    };
    SALVOR_ASSIGN(const auto asked, pgAskedOmissions(spec.options));
    for (const auto& one : asked) {
        if (one.kind == PgOmission::Kind::Extension)
            SALVOR_TRY(leave(one.name, {}));
    }
    const auto isLeftOut = [this](const std::string& name) {
        return m_omitter->withoutExtensions().contains(name);
    };
    const auto refused = [&](const std::string& name, const Error& error) -> Result<> {
        if (name == "timescaledb" || error.code == ErrorCode::NoSpace)
            return failure(error);
        if (!m_omitter->keepsGoing())
            return failure(pgWithWayOut(error, {"extension " + pgShownName(name)}));
        return leave(name, error.message);
    };
    SALVOR_ASSIGN(m_madeSchemas, pgCreateExtensions(hidden, m_server, isLeftOut, refused, cancel));
    return {};
}

void PgTarget::planPhases(const BackupContents& contents) {
    Phase preData{jobPhaseId(JobPhase::PreData), false, {}};
    Phase catalog{jobPhaseId(JobPhase::Catalog), false, {}};
    Phase data{jobPhaseId(JobPhase::Data), true, {}};
    Phase sequences{jobPhaseId(JobPhase::Sequences), false, {}};
    std::size_t at = 0;
    for (const auto& phase : contents.plan.phases) {
        for (const auto& item : phase.items) {
            const std::uint64_t rows = at < contents.reports.size() ? contents.reports[at].rows : 0;
            ++at;
            m_savedRows[item.id] = rows;
            if (isRowItem(item))
                m_tableRows[{textOf(item.details, "schema"), textOf(item.details, "relation")}] += rows;
            if (item.kind == "schema" || item.kind == "schema_chunks")
                preData.items.push_back(item);
            else if (item.kind == "catalog_table" || item.kind == "large_object_owners")
                catalog.items.push_back(item);
            else if (item.kind == "sequences")
                sequences.items.push_back(item);
            else if (item.kind == "large_objects" || (isRowItem(item) && rows > 0))
                data.items.push_back(item);
        }
    }
    std::stable_sort(catalog.items.begin(), catalog.items.end(), [](const Item& a, const Item& b) {
        return a.details[QStringLiteral("order")].toInt(-1) < b.details[QStringLiteral("order")].toInt(-1);
    });
    Phase postData = preData;
    postData.name = jobPhaseId(JobPhase::PostData);
    m_phases = {std::move(preData), std::move(catalog), std::move(data), std::move(sequences),
                std::move(postData)};
}

Result<std::unique_ptr<PgConnection>> PgTarget::connectMaintenance(const CancelToken& cancel) const {
    return PgConnection::open(m_endpoint, m_endpoint->database, cancel);
}

Result<std::unique_ptr<PgConnection>> PgTarget::connectHidden(const CancelToken& cancel) const {
    SALVOR_ASSIGN(auto connection, PgConnection::open(m_endpoint, m_name, cancel));
    const auto session = [this] {
        const std::scoped_lock lock(m_sessionMutex);
        return m_session;
    }();
    SALVOR_TRY(pgPrepareWriting(*connection, session, cancel));
    return connection;
}

Result<std::unique_ptr<Session>> PgTarget::openSession(const CancelToken& cancel) {
    SALVOR_ASSIGN(auto connection, connectHidden(cancel));
    return std::make_unique<PgSession>(std::move(connection));
}

Result<ItemReport> PgTarget::write(const Phase& phase, const Item& item, Session& session, ByteSource& source,
                                   const CancelToken& cancel) {
    auto* own = dynamic_cast<PgSession*>(&session);
    if (own == nullptr)
        return failure(ErrorCode::Internal, "a session of another target");
    // The others may have written for hours since, or pg_restore made indexes.
    SALVOR_TRY(pgWakeSession(*own, m_pulse, [&] { return connectHidden(cancel); }, cancel));
    auto report =
        writeItem(phase.name == jobPhaseId(JobPhase::PreData), item, *own->connection, source, cancel);
    if (item.kind != "schema" && item.kind != "schema_chunks") // which are written by other sessions
        own->lastUsed = std::chrono::steady_clock::now();
    return report;
}

Result<ItemReport> PgTarget::writeItem(bool isPreData, const Item& item, PgConnection& connection,
                                       ByteSource& source, const CancelToken& cancel) {
    if (!isPreData) {
        SALVOR_TRY(settleSettings(connection, cancel));
        SALVOR_TRY(m_omitter->begin(connection, cancel));
    }
    if (item.kind == "schema" || item.kind == "schema_chunks")
        return writeSchema(isPreData ? "pre-data" : "post-data", source, cancel);
    const auto without = m_omitter->withoutExtensions();
    if (item.kind == "catalog_table" && without.contains(textOf(item.details, "extension")))
        return ItemReport();
    if (item.kind == "catalog_table")
        return pgWriteCatalogRows(connection, item, source, cancel);
    if (item.kind == "sequences")
        return pgWriteSequences(
            connection, source,
            [&](const std::string& sequence) { return leavesSequenceOut(connection, sequence, cancel); },
            cancel);
    if (item.kind == "large_object_owners")
        return pgWriteLargeObjectOwners(connection, source, cancel);
    if (item.kind == "large_objects")
        return pgWriteLargeObjects(connection, source, cancel);
    const auto rows = m_savedRows.find(item.id);
    if (!isRowItem(item) || rows == m_savedRows.end())
        return failure(ErrorCode::Unsupported, "an item that this version cannot write: " + item.id,
                       "use a newer Salvor");
    // A new file for a small table costs more than freezing its rows saves.
    const bool fresh =
        item.kind != "table_range" && !item.details[QStringLiteral("hypertable_root")].toBool() &&
        !item.details.contains(QStringLiteral("load_via")) && item.sizeEstimateBytes >= kFreezeFromBytes;
    return writeRows(connection, item, rows->second, fresh, source, cancel);
}

Result<bool> PgTarget::leavesSequenceOut(PgConnection& connection, const std::string& quoted,
                                         const CancelToken& cancel) {
    const auto without = m_omitter->withoutExtensions();
    if (without.empty())
        return false;
    std::string extension;
    if (m_ofExtensions) {
        const auto member = m_ofExtensions->find(quoted);
        extension = member == m_ofExtensions->end() ? std::string() : member->second;
    } else {
        // An older backup. What no archive makes is an extension's.
        SALVOR_ASSIGN(const auto gone,
                      connection.value("looking for a sequence",
                                       "SELECT pg_catalog.to_regclass($1::pg_catalog.text) IS NULL", cancel,
                                       {quoted}));
        extension = gone == "t" ? m_omitter->extensionOf(quoted) : std::string();
    }
    if (!without.contains(extension))
        return false;
    m_omitter->lacks(extension, quoted, "the value of the sequence " + quoted);
    return true;
}

Result<ItemReport> PgTarget::writeRows(PgConnection& connection, const Item& item, std::uint64_t savedRows,
                                       bool fresh, ByteSource& source, const CancelToken& cancel) {
    const std::string table = textOf(item.details, "quoted");
    std::uint64_t seen = m_omitter->changes();
    auto written = pgWriteRows(connection, item, savedRows, fresh, source, cancel);
    // Every round takes something off, or finds that another session did.
    while (!written && m_openItem) {
        SALVOR_ASSIGN(const bool again, m_omitter->loosen(connection, table, written.error(), seen, cancel));
        if (!again)
            break;
        seen = m_omitter->changes();
        SALVOR_ASSIGN(const auto whole, m_openItem(item.id, cancel));
        written = pgWriteRows(connection, item, savedRows, fresh, *whole, cancel);
    }
    if (!written && m_openItem && namesWhatIsNotThere(written.error()) && connection.usable()) {
        SALVOR_TRY(connection.query("writing table " + table, "ROLLBACK", cancel));
        const std::scoped_lock lock(m_lateMutex);
        m_lateRows.push_back(item);
        return ItemReport();
    }
    if (written || m_omitter->keepsGoing())
        return written;
    const auto other = connectHidden(cancel);
    if (!other)
        return written;
    return failure(pgRowsWayOut(std::move(written).error(), **other, table, cancel));
}

Result<> PgTarget::writeLateRows(const CancelToken& cancel) {
    std::vector<Item> late;
    {
        const std::scoped_lock lock(m_lateMutex);
        late.swap(m_lateRows);
    }
    if (late.empty())
        return {};
    SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
    for (const Item& item : late) {
        SALVOR_ASSIGN(const auto source, m_openItem(item.id, cancel));
        SALVOR_TRY(pgWriteRows(*hidden, item, m_savedRows[item.id], false, *source, cancel));
    }
    return {};
}

void PgTarget::abandonRestoreMode() noexcept {
    const TimedToken bound(1500ms);
    auto maintenance = connectMaintenance(bound.token());
    if (!maintenance)
        return;
    (void)(*maintenance)
        ->query("switching TimescaleDB's restore mode off",
                "ALTER DATABASE " + (*maintenance)->quoteName(m_name) + " RESET timescaledb.restoring",
                bound.token());
}

void PgTarget::dropAfterFailedPreparation() noexcept {
    if (!m_created)
        return;
    const TimedToken bound(1500ms);
    auto maintenance = connectMaintenance(bound.token());
    if (!maintenance)
        return;
    // Only what carries this run's marker: CREATE DATABASE may have failed because somebody else was faster.
    auto comment = (*maintenance)
                       ->value("looking at " + m_name,
                               "SELECT pg_catalog.shobj_description(oid, 'pg_database') "
                               "FROM pg_catalog.pg_database WHERE datname = $1",
                               bound.token(), {m_name});
    const auto marker = comment ? pgParseMarker(*comment) : std::nullopt;
    if (marker && marker->runId == m_marker.runId && pgDropRestored(**maintenance, m_name, bound.token()))
        m_created = false;
}

PgTarget::~PgTarget() {
    if (m_created && !m_finished && !m_timescaleSchema.empty())
        abandonRestoreMode();
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgtarget.h"

#include "engines/postgresql/pgcreate.h"
#include "engines/postgresql/pgmemoryfile.h"
#include "engines/postgresql/pgpreflight.h"
#include "engines/postgresql/pgschema.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgsnapshot.h"
#include "engines/postgresql/pgwriteitems.h"
#include "models/base/json.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

namespace salvor {

namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kFreezeFromBytes = 1024 * 1024;

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

class TextSink final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        text += asText(bytes);
        return {};
    }
    std::string text;
};

Result<Bytes> readWhole(ByteSource& source) {
    Bytes all;
    Bytes buffer(256 * 1024);
    for (;;) {
        SALVOR_ASSIGN(const auto got, source.read(buffer));
        if (got == 0)
            return all;
        all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got));
    }
}

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

bool isRowItem(const Item& item) {
    return item.kind == "table" || item.kind == "table_range" || item.kind == "chunk";
}

} // namespace

PgTarget::PgTarget(ProcessRunner& processes, PgEndpointPtr endpoint, const RestoreSpec& spec)
    : m_endpoint(std::move(endpoint))
    , m_tools(processes, m_endpoint)
    , m_server(spec.contents->plan.server)
    , m_timescaleSchema(pgTimescaleSchema(m_server))
    , m_name(pgHiddenName(spec.targetDatabase, spec.runId))
    , m_archiveMajor(pgArchiveMajor(*spec.contents))
    , m_jobs(std::clamp(spec.options[QStringLiteral("jobs")].toInt(2), 1, 16))
    , m_analyze(spec.options[QStringLiteral("analyze")].toBool(true)) {
    m_marker.backupId = fromQt(spec.options[QStringLiteral("backup_id")].toString());
    m_marker.drill = spec.options[QStringLiteral("drill")].toBool();
    m_proves = spec.options[QStringLiteral("prove")].toBool(true);
    m_marker.runId = spec.runId;
    m_marker.finalName = spec.targetDatabase;
    m_marker.state = "incomplete";
    m_marker.sourceComment =
        fromQt(m_server[QStringLiteral("database")].toObject()[QStringLiteral("comment")].toString());
}

Result<std::unique_ptr<Target>> PgTarget::prepare(ProcessRunner& processes, const RestoreSpec& spec,
                                                  ProgressSink& progress, const CancelToken& cancel) {
    SALVOR_ASSIGN(auto endpoint, makePgEndpoint(spec.connection));
    if (spec.contents == nullptr)
        return failure(ErrorCode::Internal, "a restore without a backup");
    std::unique_ptr<PgTarget> target;
    progress.progressed({"connecting", spec.targetDatabase, 0, 0, 0, 0, 0});
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
    target->planPhases(*spec.contents);
    if (auto created = target->create(spec, progress, cancel); !created) {
        target->dropAfterFailedPreparation();
        return failure(created.error());
    }
    return std::unique_ptr<Target>(std::move(target));
}

Result<> PgTarget::create(const RestoreSpec& spec, ProgressSink& progress, const CancelToken& cancel) {
    progress.progressed({"creating", m_name, 0, 0, 0, 0, 0});
    SALVOR_ASSIGN(const auto maintenance, connectMaintenance(cancel));
    SALVOR_TRY(pgCreateRoles(*maintenance, spec.noLoginRoles, cancel));
    m_created = true; // from here on there may be a database
    SALVOR_TRY(pgCreateHidden(*maintenance, m_name, m_server, m_keepTablespaces, m_marker, cancel));
    SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
    SALVOR_ASSIGN(m_madeSchemas, pgCreateExtensions(*hidden, m_server, cancel));
    return {};
}

void PgTarget::planPhases(const BackupContents& contents) {
    Phase preData{"pre_data", false, {}};
    Phase catalog{"catalog", false, {}};
    Phase data{"data", true, {}};
    Phase sequences{"sequences", false, {}};
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
    postData.name = "post_data";
    m_phases = {std::move(preData), std::move(catalog), std::move(data), std::move(sequences),
                std::move(postData)};
}

Result<std::unique_ptr<PgConnection>> PgTarget::connectMaintenance(const CancelToken& cancel) const {
    return PgConnection::open(m_endpoint, m_endpoint->database, cancel);
}

Result<std::unique_ptr<PgConnection>> PgTarget::connectHidden(const CancelToken& cancel) const {
    SALVOR_ASSIGN(auto connection, PgConnection::open(m_endpoint, m_name, cancel));
    SALVOR_TRY(pgPrepareWriting(*connection, cancel));
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
    auto& connection = *own->connection;
    if (item.kind == "schema" || item.kind == "schema_chunks")
        return writeSchema(phase.name == "pre_data" ? "pre-data" : "post-data", source, cancel);
    if (item.kind == "catalog_table")
        return pgWriteCatalogRows(connection, item, source, cancel);
    if (item.kind == "sequences")
        return pgWriteSequences(connection, source, cancel);
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
    return pgWriteRows(connection, item, rows->second, fresh, source, cancel);
}

Result<PgIndexPlan> PgTarget::buildIndexes(ByteView archive, const CancelToken& cancel) const {
    const auto entries = pgReadArchive(archive);
    // An archive of a pg_dump that is newer than we know: all of it is left to pg_restore.
    if (!entries && entries.error().code == ErrorCode::Unsupported)
        return PgIndexPlan();
    SALVOR_TRY(entries);
    const auto plan = pgPlanIndexes(*entries, m_tableRows, m_keepTablespaces);
    const auto open = [this](const CancelToken& stop) { return connectHidden(stop); };
    SALVOR_TRY(pgBuildIndexes(plan, static_cast<std::size_t>(m_jobs), open, cancel));
    return plan;
}

Result<ItemReport> PgTarget::writeSchema(const std::string& section, ByteSource& source,
                                         const CancelToken& cancel) {
    SALVOR_ASSIGN(const Bytes archive, readWhole(source));
    ItemReport report;
    report.bytes = archive.size();
    // pg_restore can be told what to leave out only where it reaches our files.
    const bool parallel = m_tools.reachesFiles() && section == "post-data";
    PgIndexPlan built;
    if (parallel) {
        SALVOR_ASSIGN(built, buildIndexes(archive, cancel));
        if (built.leavesNothing)
            return report;
    }
    SALVOR_ASSIGN(const auto tool,
                  m_tools.find("pg_restore", std::max(m_archiveMajor, m_serverMajor), cancel));
    std::vector<std::string> arguments{"--exit-on-error", "--section=" + section};
    if (!m_keepTablespaces)
        arguments.push_back("--no-tablespaces");
    std::string list;
    SALVOR_ASSIGN(const bool shortened, listWhatIsLeft(tool, archive, built.entries(), list, cancel));
    SALVOR_ASSIGN(const auto listFile, PgMemoryFile::make(asBytes(list)));
    SALVOR_ASSIGN(const auto archiveFile, PgMemoryFile::make(archive));
    if (shortened)
        arguments.push_back("--use-list=" + listFile.path());
    std::vector<int> files{listFile.descriptor(), archiveFile.descriptor()};
    const std::string doing = "writing the schema (" + section + ")";
    if (parallel) {
        // Constraints and foreign keys, in the order of their dependencies, several at once.
        arguments.insert(arguments.end(), {"--jobs=" + std::to_string(m_jobs), archiveFile.path()});
        SALVOR_TRY(m_tools.run(doing, tool, m_name, arguments, nullptr, nullptr, cancel, std::move(files)));
        return report;
    }
    PgMemorySource memory(archive);
    SALVOR_TRY(m_tools.run(doing, tool, m_name, arguments, &memory, nullptr, cancel, std::move(files)));
    return report;
}

Result<bool> PgTarget::listWhatIsLeft(const PgTool& tool, ByteView archive, const std::set<int>& done,
                                      std::string& list, const CancelToken& cancel) const {
    if ((m_madeSchemas.empty() && done.empty()) || !m_tools.reachesFiles())
        return false;
    TextSink sink;
    PgMemorySource memory(archive);
    SALVOR_TRY(m_tools.runLocally("listing the schema's archive", tool, {"--list"}, &memory, &sink, cancel));
    // "12; 2615 16386 SCHEMA - name owner": the entry's number, then 2615 for pg_namespace and the schema's
    // OID on the source.
    const std::set<std::string> made(m_madeSchemas.begin(), m_madeSchemas.end());
    bool shortened = false;
    for (std::size_t begin = 0; begin < sink.text.size();) {
        const auto end = std::min(sink.text.find('\n', begin), sink.text.size());
        const auto line = sink.text.substr(begin, end - begin);
        begin = end + 1;
        const auto entry = line.find("; 2615 ");
        const auto oidEnd = entry == std::string::npos ? entry : line.find(' ', entry + 7);
        const bool isMade = oidEnd != std::string::npos && line.compare(oidEnd, 10, " SCHEMA - ") == 0 &&
                            made.contains(line.substr(entry + 7, oidEnd - entry - 7));
        int number = 0; // none in a comment
        std::from_chars(line.data(), line.data() + line.size(), number);
        if (isMade || done.contains(number))
            shortened = true;
        else
            list += line + "\n";
    }
    return shortened;
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

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sampleworkspace.h"

#include "models/catalog/catalogdatabase.h"
#include "models/workspace/workspacedatabase.h"

#include <array>
#include <cstdio>
#include <numeric>
#include <stdexcept>

namespace salvor::test {

namespace {

using namespace std::chrono_literals;

template <typename T>
T need(Result<T> result) {
    if (!result)
        throw std::runtime_error(result.error().toText());
    return std::move(*result);
}
void need(Result<> result) {
    if (!result)
        throw std::runtime_error(result.error().toText());
}

struct Database {
    std::size_t server;
    const char* name;
    std::uint64_t megabytes; ///< today
    std::uint64_t rows;
    int firstDay;        ///< days ago
    int lastDay;         ///< days ago
    int failsSince;      ///< days ago; 0: does not fail
    int restoredDaysAgo; ///< 0: never
    const char* version;
};
constexpr std::array kDatabases = {
    Database{0, "billing", 3'240, 18'400'000, 49, 0, 0, 6, "15.14 (Debian 15.14-0+deb12u1)"},
    Database{0, "crm", 8'720, 41'200'000, 49, 0, 0, 0, "15.14 (Debian 15.14-0+deb12u1)"},
    Database{0, "webshop", 12'480, 96'300'000, 49, 0, 0, 6, "15.14 (Debian 15.14-0+deb12u1)"},
    Database{1, "metrics", 48'600, 912'000'000, 49, 0, 0, 13, "17.6, TimescaleDB 2.19.3"},
    Database{1, "iot_raw", 126'300, 2'410'000'000, 21, 0, 2, 0, "17.6, TimescaleDB 2.19.3"},
    Database{1, "alerts", 640, 2'100'000, 12, 0, 0, 0, "17.6, TimescaleDB 2.19.3"},
    Database{2, "wiki", 1'180, 3'900'000, 49, 9, 0, 0, "15.14 (Debian 15.14-0+deb12u1)"},
    Database{2, "hr", 210, 480'000, 49, 0, 0, 6, "15.14 (Debian 15.14-0+deb12u1)"},
};

constexpr int kDaysWithItems = 2;

/// The same on every run: 0 to 999.
unsigned noise(unsigned a, unsigned b) { return (a * 2654435761U + b * 40503U + 12345U) / 7U % 1000U; }

std::string recordId(Instant at, unsigned number) {
    std::array<char, 8> tail{};
    std::snprintf(tail.data(), tail.size(), "%06u", number % 1000000U);
    return toCompactUtc(at) + "-" + tail.data();
}

Error lostConnection() {
    return {ErrorCode::ConnectionLost,
            "copying _timescaledb_internal._hyper_2_318_chunk of iot_raw: the server closed the connection "
            "after 31.2 GB: SSL SYSCALL error: EOF detected",
            "look at the server's log for a restart or an out-of-memory kill, then back up again",
            true,
            {{"database", "iot_raw"}, {"relation", "_timescaledb_internal._hyper_2_318_chunk"}}};
}

struct Made {
    RunRecord run;
    std::optional<BackupRecord> backup;
};

std::vector<BackupItemRow> itemsOf(const BackupRecord& backup);

Made makeRun(const Database& database, unsigned row, int day, const Profile& profile,
             const RepositoryPin& pin) {
    const unsigned chance = noise(row, static_cast<unsigned>(day));
    const double growth = 1.0 - 0.006 * day;
    const auto bytes =
        static_cast<std::uint64_t>(static_cast<double>(database.megabytes) * 1e6 * growth) + chance * 1000;
    const Instant started = std::chrono::floor<std::chrono::days>(FixedClock::kNow) - std::chrono::days(day) +
                            1h + std::chrono::minutes(7 * row) + std::chrono::seconds(chance % 50);
    const auto took = std::chrono::seconds(4 + bytes / 95'000'000 + chance % 9);
    Made made;
    RunRecord& run = made.run;
    run.id = recordId(started, row * 7919U + chance);
    run.kind = "backup";
    run.repositoryId = pin.id;
    run.profileUuid = profile.uuid;
    run.profileTitle = profile.title;
    run.database = database.name;
    run.trigger = chance % 17 == 3 ? "person" : "timer";
    run.host = "backup1";
    run.started = started;
    run.ended = started + took;
    run.sizeBytes = bytes;
    run.storedBytes = bytes * (28 + row * 2) / 100;
    const bool fails = (database.failsSince > 0 && day < database.failsSince) || chance > 985;
    run.outcome = fails ? RunOutcome::Failed : chance > 972 ? RunOutcome::Cancelled : RunOutcome::Ok;
    if (run.outcome == RunOutcome::Cancelled)
        run.error = cancelledError();
    if (fails)
        run.error = lostConnection();
    if (run.outcome != RunOutcome::Ok) {
        run.sizeBytes = run.storedBytes = 0;
        return made;
    }
    BackupRecord backup;
    backup.id = recordId(started, row * 104729U + chance + 17);
    backup.repositoryId = pin.id;
    backup.runId = run.id;
    backup.profileUuid = profile.uuid;
    backup.profileTitle = profile.title;
    backup.engine = "postgresql";
    backup.systemId = "7341900000000000" + std::to_string(database.server);
    backup.databaseId = std::to_string(16384 + row);
    backup.database = database.name;
    backup.method = "logical";
    backup.kind = "full";
    backup.trigger = run.trigger;
    backup.started = started;
    backup.ended = *run.ended;
    backup.items = 40 + row * 31;
    backup.rows = static_cast<std::uint64_t>(static_cast<double>(database.rows) * growth);
    backup.sizeBytes = bytes;
    if (day < kDaysWithItems) { // figures that fit what is kept of its items
        const auto items = itemsOf(backup);
        backup.items = items.size();
        const auto sum = [&](auto field) {
            return std::accumulate(items.begin(), items.end(), std::uint64_t(0),
                                   [&](std::uint64_t all, const auto& one) { return all + one.*field; });
        };
        backup.rows = sum(&BackupItemRow::rows);
        backup.sizeBytes = sum(&BackupItemRow::sizeBytes);
    }
    backup.storedBytes = run.storedBytes;
    backup.newStoredBytes = run.storedBytes * (3 + chance % 5) / 100;
    backup.serverVersion = database.version;
    if (row == 3)
        backup.notes = {"Sequence values were read after the snapshot: they are never behind the rows, and "
                        "may be ahead.",
                        "Subscriptions are not captured, as their definitions hold passwords."};
    if (day % 7 == 1)
        backup.readBackAt = *run.ended + 3h;
    if (database.restoredDaysAgo > 0 && day == (database.restoredDaysAgo + 1))
        backup.restoredAt = FixedClock::kNow - std::chrono::days(database.restoredDaysAgo) + 2h;
    if (row == 0 && day == 0)
        backup.restoredAt = FixedClock::kNow - 3h;
    run.backupIds = {backup.id};
    made.backup = std::move(backup);
    return made;
}

/// The test restore that proved the database's backup, if there was one.
std::optional<RunRecord> makeDrill(const Database& database, unsigned row, const Profile& profile,
                                   const RepositoryPin& pin) {
    if (database.restoredDaysAgo == 0)
        return std::nullopt;
    RunRecord run;
    run.started = FixedClock::kNow - std::chrono::days(database.restoredDaysAgo) + 1h;
    run.ended = run.started + std::chrono::seconds(40 + database.megabytes / 55);
    run.id = recordId(run.started, 500 + row);
    run.kind = "drill";
    run.repositoryId = pin.id;
    run.profileUuid = profile.uuid;
    run.profileTitle = profile.title;
    run.database = database.name;
    run.trigger = "person";
    run.host = "backup1";
    run.outcome = RunOutcome::Ok;
    run.sizeBytes = database.megabytes * 1'000'000;
    run.details = {
        {QStringLiteral("target"), QStringLiteral("throwaway")},
        {QStringLiteral("restore_milliseconds"),
         static_cast<qint64>(12'000 + database.megabytes * 1000 / 80)},
        {QStringLiteral("proof_milliseconds"), static_cast<qint64>(3'000 + database.megabytes * 1000 / 200)}};
    return run;
}

BackupItemRow item(const std::string& kind, const std::string& name, const std::string& group,
                   std::uint64_t rows, std::uint64_t bytes) {
    BackupItemRow row;
    row.id = kind + ":" + name;
    row.kind = kind;
    row.name = name;
    row.group = group;
    row.rows = rows;
    row.sizeBytes = bytes;
    row.contentHash =
        "9f2c41d07be8a6530f4e8d1b2a9c7756e0134fbd88c2a7519b3de6604f7a1c" + std::to_string(10 + bytes % 90);
    return row;
}

void addChunks(std::vector<BackupItemRow>& items, const std::string& table, int id, int weeks,
               std::uint64_t bytesEach) {
    const Instant first =
        Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 26)) - std::chrono::weeks(weeks);
    for (int i = 0; i < weeks; ++i) {
        const unsigned chance = noise(static_cast<unsigned>(id), static_cast<unsigned>(i));
        const std::uint64_t bytes = bytesEach * (900 + chance / 5) / 1000 / (i == weeks - 1 ? 2 : 1);
        auto chunk = item("chunk",
                          "_timescaledb_internal._hyper_" + std::to_string(id) + "_" +
                              std::to_string(100 + i) + "_chunk",
                          "hypertable:" + table, bytes / 53, bytes);
        const Instant from = first + std::chrono::weeks(i);
        chunk.details = {{QStringLiteral("hypertable"), QString::fromStdString(table)},
                         {QStringLiteral("time_range"),
                          QJsonObject{{QStringLiteral("column"), QStringLiteral("time")},
                                      {QStringLiteral("from"), QString::fromStdString(toRfc3339(from))},
                                      {QStringLiteral("to"),
                                       QString::fromStdString(toRfc3339(from + std::chrono::weeks(1)))}}}};
        items.push_back(std::move(chunk));
    }
}

std::vector<BackupItemRow> itemsOf(const BackupRecord& backup) {
    std::vector<BackupItemRow> items;
    std::uint64_t bytes = backup.sizeBytes;
    std::uint64_t rows = backup.rows;
    if (backup.database == "metrics") {
        addChunks(items, "public.conditions", 1, 52, 640'000'000);
        addChunks(items, "public.readings", 2, 30, 480'000'000);
        bytes = 424'000'000;
        rows = 1'966'105;
    }
    const auto table = [&](const char* name, std::uint64_t share) {
        items.push_back(item("table", name, "tables", rows / 1000 * share, bytes / 1000 * share));
    };
    table("public.customers", 21);
    table("public.devices", 7);
    table("public.invoices", 968);
    table("public.sites", 4);
    items.push_back(item("schema", "schema", "schema", 0, 184'000));
    items.push_back(item("sequences", "sequences", "schema", 14, 2'000));
    items.push_back(item("globals", "globals", "schema", 0, 6'000));
    return items;
}

} // namespace

SampleWorkspace::SampleWorkspace(const QString& folder)
    : m_folder(folder) {
    m_places = need(findPlaces(PlacesKind::User, [&](const char* name) -> std::optional<std::string> {
        return std::string_view(name) == "SALVOR_HOME" ? std::optional(folder.toStdString() + "/home")
                                                       : std::nullopt;
    }));
    need(createFolders(m_places));
}

CoreConfig SampleWorkspace::config() const {
    CoreConfig config;
    config.places = m_places;
    config.clock = &m_clock;
    config.machineId = "0123456789abcdef0123456789abcdef";
    config.userName = "anna";
    return config;
}

void SampleWorkspace::makeRepository(Core& core) {
    RepositoryInitSpec spec;
    spec.url = "file://" + m_folder.toStdString() + "/store";
    spec.title = "nas";
    spec.secretKind = "file";
    m_pin = need(core.initRepository(std::move(spec), CancelToken())).pin;
}

void SampleWorkspace::setRehearsed(bool rehearsed) {
    const auto workspace = need(WorkspaceDatabase::open(m_places.workspaceFile, m_clock, "anna@laptop"));
    m_pin = need(workspace->repository(m_pin.id));
    m_pin.rehearsed = rehearsed;
    m_pin = need(workspace->updateRepository(m_pin));
}

void SampleWorkspace::addServerAt(std::uint16_t port) { addProfile("local", "127.0.0.1", port); }

void SampleWorkspace::addProfile(const std::string& title, const std::string& host, std::uint16_t port) {
    const auto workspace = need(WorkspaceDatabase::open(m_places.workspaceFile, m_clock, "anna@laptop"));
    Profile profile;
    profile.uuid = "11111111-2222-4333-8444-55555555555" + std::to_string(m_profiles.size());
    profile.title = title;
    profile.engine = "postgresql";
    profile.host = host;
    profile.port = port;
    profile.tlsMode = "disable";
    profile.user = "salvor";
    profile.database = "postgres";
    profile = need(workspace->insertProfile(profile));
    need(workspace->insertPolicy(makeDefaultPolicy(profile.uuid, profile.title, m_pin.id)));
    m_profiles.push_back(std::move(profile));
}

void SampleWorkspace::addProfileOnly(Core& core) {
    makeRepository(core);
    setRehearsed(true);
    addProfile("prod-eu", "db1.example.org");
}

void SampleWorkspace::addSchedules(Core& core) {
    const auto set = [&](std::size_t server, const char* expression, std::uint64_t delay,
                         std::chrono::hours objective) {
        Policy policy = need(core.policy(m_profiles.at(server).title));
        policy.schedules["full"] = expression;
        policy.randomDelaySeconds = delay;
        policy.recoveryPointObjectiveSeconds = static_cast<std::uint64_t>(objective.count()) * 3600;
        policy.retention = RetentionRules{};
        policy.retention->daily = 7;
        policy.retention->weekly = 5;
        policy.retention->monthly = 12;
        policy.retention->timeZone = "Europe/Berlin";
        need(core.savePolicy(std::move(policy)));
    };
    set(0, "*-*-* 02:00:00", 900, 26h);
    set(1, "*-*-* 02:10:00", 0, 50h);
    set(2, "Sun *-*-* 03:30:00", 0, 168h);
    Policy often = makeDefaultPolicy(m_profiles.at(0).uuid, "crm by day", m_pin.id);
    often.title = "crm by day";
    often.rules = {{true, "crm"}};
    often.schedules["full"] = "Mon..Fri *-*-* 08,12,16:00:00";
    often = need(core.savePolicy(std::move(often)));
    need(core.pausePolicy(often.uuid, true));
}

void SampleWorkspace::fill(Core& core) {
    makeRepository(core);
    setRehearsed(true);
    addProfile("prod-eu", "db1.example.org");
    addProfile("timescale", "ts1.example.org");
    addProfile("office", "10.20.0.14");
    addSchedules(core);
    const auto catalog = need(CatalogDatabase::open(m_places.catalogFile));
    RepositoryContents contents;
    for (unsigned row = 0; row < kDatabases.size(); ++row) {
        const Database& database = kDatabases[row];
        if (auto drill = makeDrill(database, row, m_profiles[database.server], m_pin))
            contents.runs.push_back(std::move(*drill));
        for (int day = database.firstDay; day >= database.lastDay; --day) {
            Made made = makeRun(database, row, day, m_profiles[database.server], m_pin);
            contents.runs.push_back(std::move(made.run));
            if (made.backup)
                contents.backups.push_back(std::move(*made.backup));
        }
    }
    m_runs = contents.runs.size();
    m_backups = contents.backups.size();
    need(catalog->replaceRepository(m_pin.id, contents));
    for (const auto& backup : contents.backups) {
        if (FixedClock::kNow - backup.started < std::chrono::days(kDaysWithItems))
            need(catalog->saveItems(m_pin.id, backup.id, itemsOf(backup)));
    }
}

} // namespace salvor::test

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgthrowaway.h"

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgcreate.h"
#include "engines/postgresql/pgsmallitems.h"
#include "engines/postgresql/pgthrowawayfiles.h"
#include "engines/postgresql/pgtools.h"
#include "models/base/json.h"
#include "models/jobphase.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace salvor {

namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr const char* kOwnSuperuser = "salvor_drill";
constexpr auto kLongestStart = 60s;
constexpr std::uint64_t kEmptyServerBytes = 45'000'000; ///< what initdb makes, seen with 15 and 17
constexpr auto kLongestStop = 1200ms;                   // SIGQUIT; the runner's TERM and KILL come after it

/// Where the server's programs are, and what has to stand before them.
struct Programs {
    std::vector<std::string> words; ///< before each program; empty: none
    std::string folder;             ///< with its '/'; empty: PATH
    std::string version;
    bool fromProfile = false; ///< by the profile's tools command
};

Result<std::optional<Programs>> ask(ProcessRunner& processes, const std::vector<std::string>& toolsCommand,
                                    int major, const CancelToken& cancel) {
    auto endpoint = std::make_shared<PgEndpoint>();
    endpoint->toolsCommand = toolsCommand;
    auto tool = PgTools(processes, endpoint).find("initdb", major, cancel);
    SALVOR_TRY(checkCancelled(cancel));
    if (!tool || tool->major != major)
        return std::optional<Programs>();
    Programs out;
    out.version = tool->version;
    out.words.assign(tool->command.begin(), tool->command.end() - 1);
    const std::string program = tool->command.back();
    out.folder = program.substr(0, program.rfind('/') + 1);
    out.fromProfile = !toolsCommand.empty();
    return std::optional(std::move(out));
}

Result<Programs> findPrograms(ProcessRunner& processes, const ThrowawaySpec& spec, int major,
                              const CancelToken& cancel) {
    // Only a folder of programs, and a loader before it, can run a server here: docker and ssh cannot.
    const auto& command = spec.toolsCommand;
    if (pgNamesFolder(command)) {
        SALVOR_ASSIGN(auto found, ask(processes, command, major, cancel));
        if (found)
            return std::move(*found);
    }
    SALVOR_ASSIGN(auto found, ask(processes, {}, major, cancel));
    if (found)
        return std::move(*found);
    const std::string name = "postgresql-" + std::to_string(major);
    return failure(
        ErrorCode::ToolMissing,
        "a throwaway server needs the programs of PostgreSQL " + std::to_string(major) +
            ", and no initdb of that version was found",
        "install the package " + name +
            ", or let the profile's tools command end with the folder of such programs; or drill on "
            "another server: --target PROFILE",
        {{"tool", "initdb"}, {"needed", std::to_string(major)}});
}

/// The role that the backed-up server was made with, where it owns something: as a superuser it may own here
/// what only superusers may. Everybody else stays without rights.
std::string superuserOf(const ThrowawaySpec& spec) {
    const auto owners = spec.contents->plan.server[QStringLiteral("roles")].toArray();
    for (std::string_view rest = spec.globals; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size() - 1);
        const auto line = parseJsonObject(pgReadable(std::string(rest.substr(0, end))), "a role");
        rest.remove_prefix(end + 1);
        if (!line || !(*line)[QStringLiteral("superuser")].toBool())
            continue;
        const QString name = (*line)[QStringLiteral("name")].toString();
        const bool plain = std::all_of(name.begin(), name.end(), [](QChar c) {
            return c == QLatin1Char('_') || c == QLatin1Char('-') ||
                   (c.unicode() < 128 && c.isLetterOrNumber());
        });
        if (plain && !name.isEmpty() && owners.contains(QJsonValue(name)))
            return fromQt(name);
    }
    return kOwnSuperuser;
}

/// The same for who has no room at all and for who runs out of it on the way.
Error noRoom(const std::string& parent, const std::string& message) {
    return {ErrorCode::NoSpace,
            message,
            "make room there, name a folder with more of it, or drill on another server: --target PROFILE",
            false,
            {{"path", parent}}};
}

/// In the words of initdb and the server, whose messages are in English here.
bool saysNoRoom(const std::string& said) {
    return said.find("No space left on device") != std::string::npos ||
           said.find("Disk quota exceeded") != std::string::npos;
}

Result<> requireSpace(const std::string& parent, const QJsonObject& facts) {
    struct statvfs info{};
    if (::statvfs(parent.c_str(), &info) != 0)
        return failure(ErrorCode::NotFound, "there is no folder " + parent + " for a throwaway server",
                       "name one that is there", {{"path", parent}});
    const auto free = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
    const auto needed =
        kEmptyServerBytes +
        static_cast<std::uint64_t>(std::max<qint64>(
            0, facts[QStringLiteral("database")].toObject()[QStringLiteral("size_bytes")].toInteger()));
    if (needed <= free)
        return {};
    return failure(noRoom(parent, "the database and a server for it take about " +
                                      std::to_string(needed / 1'000'000 + 1) + " MB, and " + parent +
                                      " has " + std::to_string(free / 1'000'000) + " MB left"));
}

class PgThrowaway final : public ThrowawayServer {
public:
    PgThrowaway(ProcessRunner& processes, PgThrowawayFolder folder, PgServerUser user, Programs programs)
        : m_processes(processes)
        , m_folder(std::move(folder))
        , m_user(std::move(user))
        , m_programs(std::move(programs)) {}
    ~PgThrowaway() override { stop(); }

    const Profile& profile() const override { return m_profile; }
    std::string user() const override { return m_user.name; }
    std::string folder() const override { return m_folder.path(); }

    Result<> make(const ThrowawaySpec& spec, const CancelToken& cancel) {
        m_superuser = superuserOf(spec);
        m_parent = std::filesystem::path(m_folder.path()).parent_path().string();
        m_programsFolder = m_programs.folder;
        if (!m_programs.words.empty()) {
            SALVOR_ASSIGN(m_programsFolder, pgWrapLoader(m_folder, m_programs.words, m_programs.folder));
        }
        SALVOR_ASSIGN(const std::string own, pgOwnUserName());
        SALVOR_TRY(m_folder.write("pg_hba.conf", "local all all peer map=drill\n", 0644));
        SALVOR_TRY(m_folder.write("pg_ident.conf", "drill \"" + own + "\" \"" + m_superuser + "\"\n", 0644));
        ProcessRequest request = program("initdb");
        request.timeout = 120s;
        request.command.insert(request.command.end(),
                               {"-D", m_folder.data(), "-U", m_superuser, "-E", "UTF8", "--locale=C",
                                "--auth-local=peer", "--auth-host=reject", "--no-sync", "--no-instructions"});
        SALVOR_ASSIGN(const auto report, m_processes.run(request, cancel));
        if (report.exitCode != 0 && saysNoRoom(report.errorTail))
            return failure(noRoom(m_parent, "there is no room left in " + m_parent +
                                                " for a throwaway server: " + report.errorTail));
        if (report.exitCode != 0)
            return failure(ErrorCode::ToolFailed,
                           "making a throwaway server failed: initdb, run as " + m_user.name +
                               ", ended with code " + std::to_string(report.exitCode) + ": " +
                               report.errorTail,
                           "the text above is initdb's own");
        m_profile.uuid = makeUuid();
        m_profile.title = "throwaway server";
        m_profile.engine = "postgresql";
        m_profile.host = m_folder.sockets();
        m_profile.port = 5432;
        m_profile.user = m_superuser;
        m_profile.database = "postgres";
        m_profile.tlsMode = "disable";
        if (m_programs.fromProfile)
            m_profile.toolsCommand = spec.toolsCommand;
        return {};
    }

    Result<> start(bool timescale, const CancelToken& cancel) {
        ProcessRequest request = program("postgres");
        const auto set = [&](const std::string& name, const std::string& value) {
            request.command.insert(request.command.end(), {"-c", name + "=" + value});
        };
        request.command.insert(request.command.end(), {"-D", m_folder.data()});
        set("listen_addresses", "");
        set("unix_socket_directories", m_folder.sockets());
        set("hba_file", m_folder.path() + "/pg_hba.conf");
        set("ident_file", m_folder.path() + "/pg_ident.conf");
        set("max_locks_per_transaction", "512");
        // In its own folder: systemd-logind removes a user's shared memory when he logs out (RemoveIPC=),
        // whoever else uses it.
        set("dynamic_shared_memory_type", "mmap");
        set("log_min_messages", "fatal"); // what goes wrong is told by who asked for it
        set("max_worker_processes", "32");
        if (timescale) {
            set("shared_preload_libraries", "timescaledb");
            set("timescaledb.telemetry_level", "off");
        }
        m_thread = std::jthread([this, request = std::move(request)](const std::stop_token& stop) {
            auto ended = m_processes.run(request, stop);
            const std::lock_guard lock(m_mutex);
            m_ended = std::move(ended);
            m_wake.notify_all();
        });
        return awaitReady(timescale, cancel);
    }

private:
    /// The program as the server's user, in a folder that it may enter, and not outliving this process: a
    /// parent's death comes as SIGQUIT, upon which the server ends its sessions and itself.
    ProcessRequest program(const std::string& name) const {
        ProcessRequest request;
        request.command = {"env", "--chdir=" + m_folder.server(), "setpriv", "--pdeathsig=QUIT"};
        if (m_user.isOther)
            request.command.insert(request.command.end(), {"--reuid=" + std::to_string(m_user.uid),
                                                           "--regid=" + std::to_string(m_user.gid),
                                                           "--clear-groups", "--no-new-privs"});
        request.command.push_back(m_programsFolder + name);
        if (!m_programs.words.empty()) {
            // The loader's C library finds its locales where the programs come from.
            const fs::path root = fs::path(m_programs.folder)
                                      .parent_path()
                                      .parent_path()
                                      .parent_path()
                                      .parent_path()
                                      .parent_path();
            request.environment["LOCPATH"] = (root.parent_path() / "usr/lib/locale").string();
        }
        return request;
    }

    Result<> awaitReady(bool timescale, const CancelToken& cancel) {
        SALVOR_ASSIGN(const auto endpoint, makePgEndpoint({&m_profile, nullptr}));
        const auto until = std::chrono::steady_clock::now() + kLongestStart;
        std::string last;
        const std::stop_callback wake(cancel, [this] { m_wake.notify_all(); });
        while (std::chrono::steady_clock::now() < until) {
            SALVOR_TRY(checkCancelled(cancel));
            {
                std::unique_lock lock(m_mutex);
                m_wake.wait_for(lock, 50ms, [&] { return m_ended.has_value() || cancel.stop_requested(); });
                if (m_ended)
                    return failure(endedEarly(timescale));
            }
            const auto connected = PgConnection::open(endpoint, "postgres", cancel);
            if (connected)
                return {};
            last = connected.error().message;
        }
        return failure(ErrorCode::Timeout, "the throwaway server did not answer within a minute: " + last);
    }

    Error endedEarly(bool timescale) const {
        if (!*m_ended)
            return m_ended->error();
        const std::string& said = (*m_ended)->errorTail;
        if (saysNoRoom(said))
            return noRoom(m_parent, "the throwaway server found no room left in " + m_parent + ": " + said);
        if (timescale && said.find("timescaledb") != std::string::npos)
            return {ErrorCode::VersionMismatch,
                    "the backup needs TimescaleDB, which is not installed for the PostgreSQL programs in " +
                        m_programs.folder + ": " + said,
                    "install it there, or drill on another server: --target PROFILE",
                    false,
                    {{"extension", "timescaledb"}}};
        return {ErrorCode::ToolFailed,
                "the throwaway server, run as " + m_user.name + ", ended with code " +
                    std::to_string((*m_ended)->exitCode) + ": " + said,
                "the text above is the server's own",
                false,
                {}};
    }

    void stop() noexcept {
        if (!m_thread.joinable())
            return;
        pgStopServerOf(m_folder.data(), kLongestStop);
        m_thread.request_stop(); // TERM, then KILL, where that was not enough
        m_thread.join();
    }

    ProcessRunner& m_processes;
    PgThrowawayFolder m_folder;
    PgServerUser m_user;
    Programs m_programs;
    std::string m_programsFolder;
    std::string m_superuser;
    std::string m_parent; ///< where its folder lies
    Profile m_profile;
    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::optional<Result<ProcessReport>> m_ended;
    std::jthread m_thread;
};

} // namespace

Result<std::unique_ptr<ThrowawayServer>> pgStartThrowaway(ProcessRunner& processes, const ThrowawaySpec& spec,
                                                          ProgressSink& progress, const CancelToken& cancel) {
    if (spec.contents == nullptr)
        return failure(ErrorCode::Internal, "a throwaway server without a backup");
    const QJsonObject& facts = spec.contents->plan.server;
    const int major = facts[QStringLiteral("version_number")].toInt() / 10000;
    std::error_code error;
    const std::string parent =
        fs::weakly_canonical(spec.folder.empty() ? fs::temp_directory_path(error) : fs::path(spec.folder),
                             error)
            .string();
    progress.progressed({jobPhaseId(JobPhase::Server), "PostgreSQL " + std::to_string(major), 0, 0, 0, 0, 0});
    pgRemoveLeftovers(parent);
    SALVOR_ASSIGN(auto user, pgServerUser(spec.user));
    SALVOR_ASSIGN(auto programs, findPrograms(processes, spec, major, cancel));
    SALVOR_TRY(requireSpace(parent, facts));
    SALVOR_ASSIGN(auto folder, PgThrowawayFolder::make(parent, user));
    auto server =
        std::make_unique<PgThrowaway>(processes, std::move(folder), std::move(user), std::move(programs));
    SALVOR_TRY(server->make(spec, cancel));
    SALVOR_TRY(server->start(!pgTimescaleSchema(facts).empty(), cancel));
    return std::unique_ptr<ThrowawayServer>(std::move(server));
}

} // namespace salvor

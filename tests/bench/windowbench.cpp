// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How fast the window is over a long history:
//   windowbench [RUNS [DATABASES]]      default 100000 500
// Prints the time to the first paint, to switch to each page and until its answer is there, the longest time
// in which the window's thread did not answer (the pages once more while three backups run), memory, and a
// fixed piece of work of the processor to compare machines by. The history and the server are made before;
// the peak of memory is counted from the window on, without and with the backups, which are of a PostgreSQL
// server that is started for it.
#include "models/catalog/catalogdatabase.h"
#include "models/workspace/workspacedatabase.h"
#include "support/lab.h"
#include "support/sampledata.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/mainwindow.h"
#include "ui/sampleworkspace.h"
#include "ui/support/startup.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <algorithm>
#include <cstdio>
#include <malloc.h>
#include <map>
#include <memory>

using namespace salvor;

namespace {

constexpr int kPatience = 120'000;

/// A tick each 5 ms; what lies between two of them is a stall.
class Watchdog {
public:
    Watchdog() {
        m_timer.setTimerType(Qt::PreciseTimer);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer,
                         [this] { m_longest = std::max(m_longest, m_since.restart()); });
    }
    void begin() {
        m_longest = 0;
        m_since.start();
        m_timer.start(5);
    }
    qint64 end() {
        m_timer.stop();
        return m_longest;
    }

private:
    QTimer m_timer;
    QElapsedTimer m_since;
    qint64 m_longest = 0;
};

/// Three backups at once, each of a server's database into a repository of its own, begun again when they
/// end.
class RunningBackups {
public:
    static constexpr int kJobs = 3;

    Result<> prepare(Core& core, const QString& folder) {
        std::string reason;
        m_server = test::PrivateServer::start("pg-plain", {}, &reason);
        if (!m_server)
            return failure(ErrorCode::ToolMissing, reason);
        for (int i = 0; i < kJobs; ++i) {
            const std::string title = "job" + std::to_string(i);
            m_databases.push_back(std::make_unique<test::LabDatabase>(m_server->server()));
            m_databases.back()->run(test::sample::bigTable(1'000'000));
            RepositoryInitSpec spec;
            spec.url = folder.toStdString() + "/" + title;
            spec.title = title;
            spec.secretKind = "file";
            SALVOR_TRY(core.initRepository(std::move(spec), {}));
            const test::LabServer& server = m_server->server();
            Profile profile;
            profile.title = title;
            profile.engine = "postgresql";
            profile.host = server.host;
            profile.port = server.port;
            profile.user = server.user;
            profile.database = "postgres";
            profile.tlsMode = "verify-full";
            profile.tlsCaFile = server.caFile;
            profile.toolsCommand = {server.binDir + "/"};
            profile.secretKind = "file";
            SALVOR_TRY(core.saveProfile(profile, Secret(server.password), title));
        }
        return {};
    }

    void start(JobController& jobs) {
        QObject::connect(&jobs, &JobController::finished, &m_context, [this, &jobs](int id) {
            const Job* job = jobs.job(id);
            if (job == nullptr || m_ended)
                return;
            if (job->error() != nullptr) {
                std::fprintf(stderr, "%s\n", job->error()->toText().c_str());
                ++m_failed;
                return;
            }
            ++m_finished;
            begin(jobs, m_numbers[id]);
        });
        for (int i = 0; i < kJobs; ++i)
            begin(jobs, i);
    }

    /// As many as there are have to have ended by themselves; what runs then is cancelled.
    bool end(JobController& jobs) {
        const bool enough = QTest::qWaitFor([&] { return m_finished >= kJobs || m_failed > 0; }, kPatience);
        m_ended = true;
        jobs.cancelAll();
        return QTest::qWaitFor([&] { return !jobs.anyRunning(); }, kPatience) && enough && m_failed == 0;
    }
    int finished() const { return m_finished; }

private:
    void begin(JobController& jobs, int number) {
        BackupJob job;
        job.profile = "job" + std::to_string(number);
        job.databases = {m_databases[static_cast<std::size_t>(number)]->name()};
        m_numbers[jobs.start(QStringLiteral("Backing up %1").arg(number), job)] = number;
    }

    QObject m_context;
    std::unique_ptr<test::PrivateServer> m_server;
    std::vector<std::unique_ptr<test::LabDatabase>> m_databases; ///< dropped before their server ends
    std::map<int, int> m_numbers;                                ///< job's id to database
    int m_finished = 0;
    int m_failed = 0;
    bool m_ended = false;
};

void fill(const CoreConfig& config, const std::string& repositoryId, int runs, int databases) {
    const auto workspace = WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, "bench");
    Profile profile;
    profile.uuid = makeUuid();
    profile.title = "bench";
    profile.engine = "postgresql";
    profile.host = "db.example.org";
    profile.port = 5432;
    profile.user = "salvor";
    profile.database = "postgres";
    (void)(*workspace)->insertProfile(profile);
    RepositoryContents contents;
    const Instant now = config.clock->now();
    for (int i = 0; i < runs; ++i) {
        const Instant started = now - std::chrono::minutes(5) * (runs - i);
        RunRecord run;
        run.id = toCompactUtc(started) + "-" + std::to_string(100000 + i % 900000);
        run.kind = "backup";
        run.repositoryId = repositoryId;
        run.profileUuid = profile.uuid;
        run.profileTitle = profile.title;
        run.database = "database" + std::to_string(i % databases);
        run.trigger = "timer";
        run.host = "bench";
        run.started = started;
        run.ended = started + std::chrono::seconds(20 + i % 70);
        run.outcome = i % 97 == 0 ? RunOutcome::Failed : RunOutcome::Ok;
        run.sizeBytes = 1'000'000'000 + static_cast<std::uint64_t>(i) * 1000;
        run.storedBytes = run.sizeBytes / 3;
        if (run.outcome == RunOutcome::Ok) {
            BackupRecord backup;
            backup.id = toCompactUtc(started) + "-B" + std::to_string(10000 + i % 90000);
            backup.repositoryId = repositoryId;
            backup.runId = run.id;
            backup.engine = "postgresql";
            backup.profileUuid = profile.uuid;
            backup.profileTitle = profile.title;
            backup.database = run.database;
            backup.kind = "full";
            backup.trigger = "timer";
            backup.started = started;
            backup.ended = *run.ended;
            backup.sizeBytes = run.sizeBytes;
            backup.storedBytes = run.storedBytes;
            backup.newStoredBytes = run.storedBytes / 20;
            run.backupIds = {backup.id};
            contents.backups.push_back(std::move(backup));
        }
        contents.runs.push_back(std::move(run));
    }
    const auto catalog = CatalogDatabase::open(config.places.catalogFile);
    if (const auto done = (*catalog)->replaceRepository(repositoryId, contents); !done)
        std::fprintf(stderr, "%s\n", done.error().toText().c_str());
}

/// The peak of memory counts from here on; false where the kernel has no such thing.
bool beginPeak() {
    (void)::malloc_trim(0); // what was freed is not the window's
    QFile file(QStringLiteral("/proc/self/clear_refs"));
    return file.open(QIODevice::WriteOnly) && file.write("5") == 1;
}

long peakKb() {
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> lines = file.readAll().split('\n');
    for (const QByteArray& line : lines) {
        if (line.startsWith("VmHWM:"))
            return line.mid(6).simplified().split(' ').front().toLong();
    }
    return 0;
}

double processorReferenceMs() {
    QElapsedTimer timer;
    timer.start();
    const QByteArray block(1 << 20, 'x');
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (int i = 0; i < 256; ++i)
        hash.addData(block);
    (void)hash.result();
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

void report(const std::string& what, double ms, double goalMs) {
    std::printf("%-52s %9.1f ms   goal %7.1f ms   %s\n", what.c_str(), ms, goalMs,
                ms <= goalMs ? "met" : "NOT met");
}

bool timePages(MainWindow& window, const std::string& when) {
    // The calendar draws a week; its table is on top of it at a click, and hidden here.
    window.findChild<QToolButton*>(QStringLiteral("calendarAsTable"))->click();
    const std::pair<const char*, const char*> pages[] = {
        {"backups", "backupsTable"},  {"calendar", "calendarTable"}, {"policies", "policiesTable"},
        {"charts", "chartsTable"},    {"stores", "storesTable"},     {"activity", "activityTable"},
        {"overview", "overviewTable"}};
    Watchdog watchdog;
    for (const auto& [id, table] : pages) {
        const auto* view = window.findChild<QAbstractItemView*>(QLatin1String(table));
        watchdog.begin();
        QElapsedTimer timer;
        timer.start();
        window.showPage(QLatin1String(id));
        (void)window.grab(); // painted
        const double switched = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        if (view == nullptr || !QTest::qWaitFor([&] { return view->model()->rowCount() > 0; }, kPatience))
            return false;
        const double answered = static_cast<double>(timer.nsecsElapsed()) / 1e6;
        QTest::qWait(300); // for what comes after
        report(when + "switch to " + id, switched, 100);
        report(when + id + ", the answer is there", answered, 1000);
        report(when + id + ", longest stall", static_cast<double>(watchdog.end()), 50);
    }
    return true;
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const int runs = argc > 1 ? std::atoi(argv[1]) : 100'000;
    const int databases = argc > 2 ? std::atoi(argv[2]) : 500;
    setUpApplication(application);
    Theme theme(application);
    QTemporaryDir home;
    test::SampleWorkspace sample(home.path());
    const SystemClock clock;
    CoreConfig config = sample.config();
    config.clock = &clock;
    Core core(config);
    sample.addProfileOnly(core);
    fill(config, sample.repository().id, runs, databases);
    RunningBackups backups;
    if (const auto prepared = backups.prepare(core, home.path()); !prepared) {
        std::fprintf(stderr, "%s\n", prepared.error().toText().c_str());
        return 1;
    }
    std::printf("%d runs of %d databases; processor reference %.0f ms\n", runs, databases,
                processorReferenceMs());
    if (!beginPeak()) {
        std::fprintf(stderr, "the peak of memory cannot be set back: /proc/self/clear_refs\n");
        return 1;
    }
    const long before = peakKb();

    QElapsedTimer timer;
    timer.start();
    MainWindow window(core, theme);
    window.resize(1366, 768);
    window.show();
    (void)window.grab();
    report("first paint", static_cast<double>(timer.nsecsElapsed()) / 1e6, 500);
    const auto* overview = window.findChild<QAbstractItemView*>(QStringLiteral("overviewTable"));
    if (!QTest::qWaitFor([&] { return overview->model()->rowCount() >= databases; }, kPatience))
        return 1;
    report("overview with all databases", static_cast<double>(timer.nsecsElapsed()) / 1e6, 2000);
    bool good = timePages(window, "");
    const long alone = peakKb();
    auto& jobs = *window.findChild<JobController*>();
    backups.start(jobs);
    good = timePages(window, "with three backups: ") && good;
    good = backups.end(jobs) && good;
    std::printf("%d backups ended meanwhile\n", backups.finished());
    std::printf("peak memory %ld MB, with the backups %ld MB (%ld MB before the window)   goal 300 MB\n",
                alone / 1024, peakKb() / 1024, before / 1024);
    return good ? 0 : 1;
}

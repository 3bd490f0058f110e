// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How fast the window is over a long history:
//   windowbench [RUNS [DATABASES]]      default 100000 500
// Makes the history and a PostgreSQL server with three databases, and then measures in a process of its own,
// so that what made them is not in the window's memory: the time to the first paint, to switch to each page
// and until its answer is there; the longest time in which the window's thread did not answer, page by page,
// by itself and while three backups run; memory; and a fixed piece of work of the processor to compare
// machines by. Each wait is bounded, and what did not come is said; all of it ends by itself.
#include "bench/windowhistory.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/mainwindow.h"
#include "ui/sampleworkspace.h"
#include "ui/support/errorpanel.h"
#include "ui/support/startup.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QCryptographicHash>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <functional>
#include <map>

using namespace salvor;

namespace {

constexpr int kMeasuringMs = 10 * 60'000; ///< all of it, at most
constexpr int kAnswerMs = 20'000;         ///< of one page
constexpr int kBackupsMs = 120'000;       ///< until each has ended once, from the end of the walk on
constexpr int kCancelMs = 15'000;
constexpr int kSettleMs = 700;

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
        return std::max(m_longest, m_since.elapsed());
    }

private:
    QTimer m_timer;
    QElapsedTimer m_since;
    qint64 m_longest = 0;
};

/// What a user does, and the table whose rows are the answer.
struct Step {
    std::string name;
    const char* table;
    std::function<void(MainWindow&)> act;
};

std::vector<Step> steps() {
    const auto page = [](const char* id, const char* table) {
        return Step{id, table, [id](MainWindow& window) { window.showPage(QLatin1String(id)); }};
    };
    const auto button = [](const char* name, const char* table, const char* object) {
        return Step{name, table, [object](MainWindow& window) {
                        if (auto* found = window.findChild<QToolButton*>(QLatin1String(object)))
                            found->click();
                    }};
    };
    return {page("backups", "backupsTable"),
            page("charts", "chartsTable"),
            page("stores", "storesTable"),
            page("calendar", "calendarTable"), // by week; its table is filled with it
            button("calendar by month", "calendarTable", "calendarAsMonth"),
            button("calendar as a table", "calendarTable", "calendarAsTable"),
            button("calendar by week", "calendarTable", "calendarAsWeek"),
            page("policies", "policiesTable"),
            page("activity", "activityTable"),
            page("overview", "overviewTable")};
}

double msOf(const QElapsedTimer& timer) { return static_cast<double>(timer.nsecsElapsed()) / 1e6; }

void report(const std::string& what, double ms, double goalMs) {
    std::printf("%-52s %9.1f ms   goal %7.1f ms   %s\n", what.c_str(), ms, goalMs,
                ms <= goalMs ? "met" : "NOT met");
}

/// For what no goal is set.
void report(const std::string& what, double ms) { std::printf("%-52s %9.1f ms\n", what.c_str(), ms); }

/// Whether the view has so many rows in time; says what is shown instead.
bool answered(const MainWindow& window, const std::string& what, const char* table, int rows = 1) {
    const auto* view = window.findChild<QAbstractItemView*>(QLatin1String(table));
    if (view != nullptr && QTest::qWaitFor([&] { return view->model()->rowCount() >= rows; }, kAnswerMs))
        return true;
    std::printf("%-52s NO ANSWER within %d s (%d rows)\n", what.c_str(), kAnswerMs / 1000,
                view == nullptr ? -1 : view->model()->rowCount());
    for (const auto* panel : window.findChildren<ErrorPanel*>()) {
        if (panel->isVisible())
            std::printf("    %s\n", qPrintable(panel->fullText()));
    }
    return false;
}

/// The switch with its painting, and when what it shows is there.
bool timeSwitches(MainWindow& window) {
    bool all = true;
    for (const Step& step : steps()) {
        QElapsedTimer timer;
        timer.start();
        step.act(window);
        (void)window.grab(); // painted
        report("switch to " + step.name, msOf(timer), 100);
        if (answered(window, step.name, step.table))
            report(step.name + ", the answer is there", msOf(timer));
        else
            all = false;
        QTest::qWait(kSettleMs); // the next one finds nothing in its way
    }
    return all;
}

/// Nothing here but the window's own work: it paints when its event loop comes to it.
void timeStalls(MainWindow& window, const std::string& when) {
    Watchdog watchdog;
    watchdog.begin();
    QTest::qWait(2 * kSettleMs);
    report(when + "no page is switched, longest stall", static_cast<double>(watchdog.end()), 50);
    for (const Step& step : steps()) {
        watchdog.begin();
        step.act(window);
        (void)answered(window, step.name, step.table);
        QTest::qWait(kSettleMs);
        report(when + step.name + ", longest stall", static_cast<double>(watchdog.end()), 50);
    }
}

/// Three backups at once, each begun again when it ends.
class RunningBackups {
public:
    RunningBackups(JobController& jobs, std::vector<std::string> databases)
        : m_jobs(jobs)
        , m_databases(std::move(databases))
        , m_ended(m_databases.size(), 0) {
        QObject::connect(&m_jobs, &JobController::finished, &m_context, [this](int id) { finished(id); });
        for (std::size_t i = 0; i < m_databases.size(); ++i)
            begin(i);
    }

    /// Waits until each has ended once; what runs then is cancelled. False: one failed, or they did not end.
    bool end() {
        const auto all = [this] {
            return m_failed || std::ranges::all_of(m_ended, [](int times) { return times > 0; });
        };
        const bool enough = QTest::qWaitFor(all, kBackupsMs);
        m_stopping = true;
        m_jobs.cancelAll();
        const bool stopped = QTest::qWaitFor([this] { return !m_jobs.anyRunning(); }, kCancelMs);
        for (std::size_t i = 0; i < m_ended.size(); ++i)
            std::printf("backup %s ended %d times%s\n", m_databases[i].c_str(), m_ended[i],
                        m_ended[i] == 0 ? "   NOT at all" : "");
        if (!stopped)
            std::printf("the backups did NOT end within %d s of their cancel\n", kCancelMs / 1000);
        return enough && stopped && !m_failed;
    }

private:
    void begin(std::size_t number) {
        BackupJob job;
        job.profile = test::backupJobTitle(static_cast<int>(number));
        job.databases = {m_databases[number]};
        m_numbers[m_jobs.start(QStringLiteral("Backing up %1").arg(number), job)] = number;
    }

    void finished(int id) {
        const Job* job = m_jobs.job(id);
        if (job == nullptr || m_stopping)
            return;
        if (job->error() != nullptr) {
            std::printf("a backup FAILED: %s\n", job->error()->toText().c_str());
            m_failed = true;
            return;
        }
        const std::size_t number = m_numbers.at(id);
        ++m_ended[number];
        report("a backup of " + m_databases[number] + " took",
               static_cast<double>(JobController::nowMs() - job->startedMs));
        begin(number);
    }

    QObject m_context;
    JobController& m_jobs;
    std::vector<std::string> m_databases;
    std::vector<int> m_ended; ///< how often, by number
    std::map<int, std::size_t> m_numbers;
    bool m_failed = false;
    bool m_stopping = false;
};

/// Of this process, so far.
double peakMb() {
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> lines = file.readAll().split('\n');
    for (const QByteArray& line : lines) {
        if (line.startsWith("VmHWM:"))
            return line.mid(6).simplified().split(' ').front().toDouble() / 1024;
    }
    return 0;
}

void reportMemory(const char* what, double goalMb) {
    const double peak = peakMb();
    std::printf("%-52s %9.1f MB   goal %7.1f MB   %s\n", what, peak, goalMb,
                peak <= goalMb ? "met" : "NOT met");
}

void reportProcessor() {
    QElapsedTimer timer;
    timer.start();
    const QByteArray block(1 << 20, 'x');
    QCryptographicHash hash(QCryptographicHash::Sha256);
    for (int i = 0; i < 256; ++i)
        hash.addData(block);
    (void)hash.result();
    report("processor reference (SHA-256 of 256 MiB)", msOf(timer));
}

/// In a process of its own: words are the folder, how many databases, and those to back up.
int measure(int argc, char** argv, const QElapsedTimer& sinceStart) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    const QStringList words = application.arguments().mid(2);
    const int databases = words.value(1).toInt();
    std::vector<std::string> backedUp;
    for (const QString& name : words.mid(2))
        backedUp.push_back(name.toStdString());
    setUpApplication(application);
    Theme theme(application);
    const SystemClock clock;
    CoreConfig config = test::SampleWorkspace(words.value(0)).config();
    config.clock = &clock;
    Core core(config);

    QElapsedTimer timer;
    timer.start();
    MainWindow window(core, theme);
    window.resize(1366, 768);
    window.show();
    (void)window.grab();
    report("first paint, from the start of the program", msOf(sinceStart), 500);
    report("    of it the window", msOf(timer));
    bool good = answered(window, "overview", "overviewTable", databases);
    report("overview with all databases", msOf(sinceStart));
    QTest::qWait(kSettleMs);
    good = timeSwitches(window) && good;
    timeStalls(window, "");
    reportMemory("peak memory", 300);
    reportProcessor();
    if (!backedUp.empty()) {
        RunningBackups backups(*window.findChild<JobController*>(), backedUp);
        timeStalls(window, "three backups: ");
        good = backups.end() && good;
        reportMemory("peak memory, with the backups in the same process", 300);
        reportProcessor();
    }
    return good ? 0 : 1;
}

int prepareAndMeasure(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    const int runs = argc > 1 ? std::atoi(argv[1]) : 100'000;
    const int databases = argc > 2 ? std::atoi(argv[2]) : 500;
    const QTemporaryDir home;
    const SystemClock clock;
    QElapsedTimer timer;
    timer.start();
    test::SampleWorkspace sample(home.path());
    CoreConfig config = sample.config();
    config.clock = &clock;
    test::BackedUpServer server;
    {
        Core core(config);
        sample.addProfileOnly(core);
        std::printf("making %d runs of %d databases\n", runs, databases);
        if (const auto filled = test::fillHistory(config, sample.repository().id, runs, databases); !filled) {
            std::printf("it FAILED: %s\n", filled.error().toText().c_str());
            return 1;
        }
        report("made in", msOf(timer));
        std::printf("starting a server and filling %d databases\n", test::kBackupJobs);
        if (const auto prepared = server.prepare(core, home.path()); !prepared)
            std::printf("it FAILED, so no backup will run: %s\n", prepared.error().toText().c_str());
        report("begun after", msOf(timer));
    }
    QStringList words{QStringLiteral("--measure"), home.path(), QString::number(databases)};
    const auto names = server.databases();
    if (names.size() == test::kBackupJobs) {
        for (const std::string& name : names)
            words << QString::fromStdString(name);
    }
    QProcess measuring;
    measuring.setProcessChannelMode(QProcess::ForwardedChannels);
    measuring.start(QCoreApplication::applicationFilePath(), words);
    if (!measuring.waitForFinished(kMeasuringMs)) {
        std::printf("it did NOT end within %d minutes\n", kMeasuringMs / 60'000);
        measuring.kill();
        measuring.waitForFinished(kCancelMs);
        return 1;
    }
    const bool good = measuring.exitStatus() == QProcess::NormalExit && measuring.exitCode() == 0 &&
                      names.size() == test::kBackupJobs;
    std::printf("%s\n", good ? "all of it was measured" : "NOT all of it could be measured");
    return good ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    QElapsedTimer sinceStart;
    sinceStart.start();
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // each line at once, also into a file
    if (argc > 1 && std::strcmp(argv[1], "--measure") == 0)
        return measure(argc, argv, sinceStart);
    return prepareAndMeasure(argc, argv);
}

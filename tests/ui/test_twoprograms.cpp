// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window and salvorctl on one workspace, one repository and one server, either killed in the middle of a
// backup: the other one goes on, and both know what happened.
#include "app/coresetup.h"
#include "app/ctlprocess.h"
#include "ui/main/workspacefeed.h"
#include "ui/restoredesk.h"
#include "ui/support/startup.h"

#include <QProcess>
#include <QTimer>

#include <csignal>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr auto kWindow = "--window";

/// A workspace as both programs find it by themselves, a database, and its first backup.
class Both {
public:
    explicit Both(const LabServer& of)
        : server(of)
        , source(server)
        , live(source.name()) {
        source.run("CREATE TABLE public.held (i int)");
        source.run("INSERT INTO public.held VALUES (1), (2)");
        source.disconnect();
        qputenv("SALVOR_HOME", home.path(QStringLiteral("home")).toUtf8());
        core = std::make_unique<Core>(Desk::need(coreConfigFromEnvironment()));
        RepositoryInitSpec spec;
        spec.url = home.path(QStringLiteral("store")).toStdString();
        spec.title = "vault";
        spec.secretKind = "file";
        Desk::need(core->initRepository(std::move(spec), {}));
        Desk::need(core->saveProfile(CoreFixture::profileOf(server), Secret(server.password), "vault"));
        BackupJob job;
        job.profile = "lab";
        job.databases = {live};
        NullProgress nobody;
        Desk::need(core->runJob(job, nobody, {}));
    }
    ~Both() { qunsetenv("SALVOR_HOME"); }

    /// Of a backup that began: it wants what `holder` has.
    bool isWaiting() const {
        LabConnection admin(server, "postgres");
        return admin.value("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM "
                           "pg_database WHERE datname = '" +
                           live + "')") != "0";
    }
    QStringList backUp() const { return {QStringLiteral("backup"), QStringLiteral("lab/") + qt(live)}; }
    std::size_t backups() const { return Desk::need(core->backups({})).size(); }
    /// The newest that ended so.
    std::optional<RunRecord> failedRun() const {
        for (const auto& run : Desk::need(core->runs(10))) {
            if (run.outcome == RunOutcome::Failed)
                return run;
        }
        return std::nullopt;
    }
    /// Every byte is where and what it should be, also after a writer died.
    bool isIntact() const {
        VerifyJob job;
        job.depth = VerifyDepth::Full;
        NullProgress nobody;
        return std::get<VerifyOutcome>(Desk::need(core->runJob(job, nobody, {}))).report.ok();
    }

    LabServer server;
    LabDatabase source;
    std::string live;
    CtlHome home;
    std::unique_ptr<Core> core;
};

/// Keeps every backup of the database waiting.
class Holder {
public:
    explicit Holder(const Both& both)
        : m_connection(both.server, both.live) {
        m_connection.run("BEGIN");
        m_connection.run("LOCK TABLE public.held IN ACCESS EXCLUSIVE MODE");
    }
    void letGo() { m_connection.run("ROLLBACK"); }

private:
    LabConnection m_connection;
};

bool waitForTheRow(const MainWindow& window) {
    const auto* table = child<QAbstractItemView>(window, "overviewTable");
    return QTest::qWaitFor([&] { return table->model()->rowCount() == 1; }, kPatience);
}

void kill(QProcess& process) {
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), SIGKILL), 0);
    QVERIFY(process.waitForFinished(kPatience));
}

/// What the test starts as a process of its own, to be killed: a window in which somebody clicks.
int runWindow() {
    setUpApplication(*qApp);
    Core core(Desk::need(coreConfigFromEnvironment()));
    MainWindow window(core, theme());
    const WindowFlows flows(window);
    window.show();
    if (!waitForTheRow(window))
        return 1;
    click(child<QPushButton>(window, "overviewBackUp"));
    QTimer::singleShot(kPatience, qApp, &QCoreApplication::quit); // nobody killed it
    return QApplication::exec();
}

} // namespace

class TestTwoPrograms : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void salvorctl_killedDuringABackup_theWindowTellsAndGoesOn() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const Both both(server);
        MainWindow window(*both.core, theme());
        const WindowFlows flows(window);
        window.resize(1366, 768);
        window.show();
        QVERIFY(waitForTheRow(window));
        Holder holder(both);
        QProcess other;
        other.setEnvironment(both.home.environment());
        other.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        other.start(CtlHome::program(), both.backUp());
        QVERIFY(other.waitForStarted(kPatience));
        QTRY_VERIFY_WITH_TIMEOUT(both.isWaiting(), kPatience);
        kill(other);
        click(child<QPushButton>(window,
                                 "overviewBackUp")); // while the server still has the dead one's session
        JobController& jobs = window.context().jobs;
        QTRY_VERIFY_WITH_TIMEOUT(jobs.anyRunning(), kPatience);
        holder.letGo();
        QTRY_VERIFY_WITH_TIMEOUT(!jobs.anyRunning(), kPatience);
        for (const auto& job : jobs.jobs())
            QVERIFY2(job->error() == nullptr, job->error() ? job->error()->message.c_str() : "");
        QCOMPARE(both.backups(), std::size_t(2));
        window.showPage(QStringLiteral("activity"));
        QTest::keyClick(&window, Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(chooseRow(window, "activityTable", QStringLiteral("failed")), kPatience);
        QVERIFY2(shownError(window).contains(QStringLiteral("ended in the middle")),
                 qPrintable(shownError(window)));
        QVERIFY(both.isIntact());
    }

    void salvorctl_mistypedDatabase_isNoDatabaseOfTheWindow() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const Both both(server);
        const CtlResult mistyped =
            both.home.run({QStringLiteral("backup"), QStringLiteral("lab/nosuchdatabase")});
        QCOMPARE(mistyped.exitCode, 1);
        const CtlResult status = both.home.run({QStringLiteral("status")});
        QVERIFY2(!status.out.contains("nosuchdatabase"), status.out.constData());
        MainWindow window(*both.core, theme());
        window.resize(1366, 768);
        window.show();
        QVERIFY(waitForTheRow(window)); // one
        const auto* table = child<QAbstractItemView>(window, "overviewTable")->model();
        for (int column = 0; column < table->columnCount(); ++column)
            QVERIFY(!table->index(0, column).data().toString().contains(QStringLiteral("nosuchdatabase")));
        const auto snapshot = window.context().feed.snapshot();
        QCOMPARE(snapshot->sources.size(), std::size_t(1));
        // It is said where runs are.
        window.showPage(QStringLiteral("activity"));
        QTRY_VERIFY_WITH_TIMEOUT(chooseRow(window, "activityTable", QStringLiteral("failed")), kPatience);
        QVERIFY2(shownError(window).contains(QStringLiteral("there is no database \"nosuchdatabase\"")),
                 qPrintable(shownError(window)));
    }

    void window_killedDuringABackup_salvorctlTellsAndGoesOn() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const Both both(server);
        Holder holder(both);
        QProcess other;
        other.setEnvironment(both.home.environment());
        other.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        other.start(QCoreApplication::applicationFilePath(), {QLatin1String(kWindow)});
        QVERIFY(other.waitForStarted(kPatience));
        QTRY_VERIFY_WITH_TIMEOUT(both.isWaiting(), kPatience);
        kill(other);
        holder.letGo();
        const CtlResult made = both.home.run(both.backUp());
        QVERIFY2(made.exitCode == 0, (made.out + made.err).constData());
        QCOMPARE(both.backups(), std::size_t(2));
        const auto failed = both.failedRun();
        QVERIFY(failed && failed->error && failed->error->code == ErrorCode::Interrupted);
        QVERIFY(both.isIntact());
        // And a window that is opened then shows it.
        MainWindow window(*both.core, theme());
        window.show();
        QVERIFY(waitForTheRow(window));
        window.showPage(QStringLiteral("activity"));
        QTRY_VERIFY_WITH_TIMEOUT(chooseRow(window, "activityTable", QStringLiteral("failed")), kPatience);
    }
};

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    if (argc == 2 && std::string_view(argv[1]) == kWindow)
        return runWindow();
    TestTwoPrograms test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_twoprograms.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What runs, on the Activity page: own jobs with their figures and cancel, and what others run; and how what
// ran ended.
#include "models/jobphase.h"
#include "models/watch/serverchange.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/activity/runningjobs.h"
#include "ui/activity/runtexts.h"
#include "ui/clicks.h"
#include "ui/jobs/jobdetails.h"
#include "ui/jobs/jobrow.h"
#include "ui/jobs/phasetexts.h"
#include "ui/support/startup.h"
#include "ui/support/theme.h"
#include "ui/windowfixture.h"

#include <QAbstractItemModelTester>
#include <QJsonArray>
#include <QPushButton>
#include <QTableView>
#include <QTcpServer>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

RunRecord runOf(const char* id, const char* trigger, Instant started) {
    RunRecord run;
    run.id = id;
    run.kind = "backup";
    run.database = "billing";
    run.trigger = trigger;
    run.host = "backup1";
    run.started = started;
    run.outcome = RunOutcome::Running;
    return run;
}

} // namespace

class TestRunning : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    /// All names were there, so nothing failed: what was backed up may be none of what is meant.
    void backupOnAnotherServer_saysSoInItsRowReportAndRun() {
        const QString said = QStringLiteral("the server is another one than in run A");
        BackupOutcome outcome;
        outcome.backups.resize(1);
        const auto row = [&] { return describeEnd(Result<JobReport>(JobReport(outcome))); };
        QCOMPARE(row().tone, static_cast<int>(Tone::Good));
        outcome.run.details = {{QLatin1String(kServerWarningKey), said},
                               {QStringLiteral("warnings"), QJsonArray{said}}};
        QCOMPARE(row().tone, static_cast<int>(Tone::Warning));
        QVERIFY2(row().sentence.contains(QStringLiteral("another one than before")),
                 qPrintable(row().sentence));
        QVERIFY(jobReportText(JobReport(outcome)).startsWith(QStringLiteral("Warning: ") + said));
        QVERIFY(runFactsText(outcome.run).contains(said));
    }

    void phase_ofAnyJob_hasWords() {
        QVERIFY(!allJobPhases().empty());
        for (const JobPhase phase : allJobPhases()) {
            const QString words = jobPhaseText(jobPhaseId(phase));
            QVERIFY2(!words.isEmpty() && words != QString::fromStdString(jobPhaseId(phase)),
                     jobPhaseId(phase).c_str());
        }
        QCOMPARE(jobPhaseText("creating"), s("Making the new database"));
        QCOMPARE(jobPhaseText({}), s("Starting"));
        QCOMPARE(jobPhaseText("thinking"), s("thinking")); // of a later version
    }

    void page_ownJob_isListedAndCancelledByKey() {
        WindowFixture fixture(WindowFixture::Filled);
        QTcpServer silent; // accepts and never answers: the job runs until it is cancelled
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        fixture.sample.addServerAt(silent.serverPort());
        fixture.window->refresh();
        QVERIFY(fixture.waitForRows("serverTree", 5));
        fixture.window->showPage(s("activity"));
        QVERIFY(fixture.waitForRows("activityTable"));
        auto* section = fixture.find<QWidget>("runningJobs");
        QVERIFY(!section->isVisible());
        fixture.window->startBackup({QString::fromStdString(fixture.sample.server(3).uuid), {}});
        QVERIFY(section->isVisible());
        auto* table = fixture.find<QTableView>("runningTable");
        QCOMPARE(table->model()->rowCount(), 1);
        QCOMPARE(table->model()->index(0, RunningModel::JobColumn).data().toString(), s("Backing up local"));
        QCOMPARE(table->model()->index(0, RunningModel::ByColumn).data().toString(), s("this window"));
        QCOMPARE(accessibilityProblems(*fixture.window), QString());
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*section), QString(), kPatience);
        auto* cancel = fixture.find<QPushButton>("runningCancel");
        QVERIFY(cancel->isEnabled());
        cancel->setFocus();
        QTest::keyClick(cancel, Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(!section->isVisible(), kPatience);
        const auto& job = fixture.window->context().jobs.jobs().front();
        QVERIFY(job->result && !*job->result && job->result->error().isCancelled());
    }

    void model_others_comeAfterOwnOnesAndCannotBeCancelled() {
        WindowFixture fixture(WindowFixture::Filled);
        JobController jobs(*fixture.core);
        RunningModel model(jobs);
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const Instant now = FixedClock::kNow;
        model.setOthers({runOf("a", "timer", now - std::chrono::minutes(10))}, now);
        QCOMPARE(model.rowCount(), 1);
        const auto text = [&](int row, int column) { return model.index(row, column).data().toString(); };
        QCOMPARE(text(0, RunningModel::ByColumn), s("a timer, backup1"));
        QVERIFY(text(0, RunningModel::JobColumn).contains(s("billing")));
        QVERIFY2(text(0, RunningModel::PhaseColumn).contains(s("10 min")),
                 qPrintable(text(0, RunningModel::PhaseColumn)));
        QCOMPARE(model.jobId(model.index(0, 0)), 0);

        BackupJob request;
        request.profile = "no such server"; // ends by itself
        const int id = jobs.start(s("Backing up nothing"), request);
        QCOMPARE(text(0, RunningModel::JobColumn), s("Backing up nothing"));
        QCOMPARE(model.jobId(model.index(0, 0)), id);
        // Our own run's record is not listed a second time; a timer's of the same minute is.
        model.setOthers({runOf("ours", "person", now), runOf("b", "timer", now)}, now);
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(text(1, RunningModel::ByColumn), s("a timer, backup1"));
        model.setOthers({runOf("b", "timer", now), runOf("c", "person", now - std::chrono::hours(1))}, now);
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(text(2, RunningModel::ByColumn), s("another program, backup1"));
        QTRY_VERIFY_WITH_TIMEOUT(!jobs.anyRunning(), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(model.rowCount(), 2, kPatience);
        model.setOthers({}, now);
        QCOMPARE(model.rowCount(), 0);
    }

    void timeLeft_isToldFromHistoryThenFromTheRate() {
        Job job;
        job.startedMs = 0;
        job.phaseStartedMs = 0;
        QCOMPARE(timeLeftText(job, {}, 10'000), QString());
        job.progress.bytesDone = 10'000'000;
        job.progress.bytesTotal = 130'000'000;
        QVERIFY2(timeLeftText(job, {}, 10'000).contains(s("2 min")),
                 qPrintable(timeLeftText(job, {}, 10'000)));
        const JobHistory history{5, std::chrono::minutes(10)};
        QVERIFY2(timeLeftText(job, history, 60'000).contains(s("9 min")),
                 qPrintable(timeLeftText(job, history, 60'000)));
        QVERIFY2(timeLeftText(job, history, 700'000).startsWith(s("longer than usual")),
                 qPrintable(timeLeftText(job, history, 700'000)));
    }

    void history_isOfGoodRunsOfTheSameDatabase() {
        WindowFixture fixture(WindowFixture::Filled);
        BackupJob request;
        request.profile = fixture.sample.server(0).uuid;
        request.databases = {"billing"};
        const auto one = historyOf(*fixture.core, request);
        CHECK_OK(one);
        QCOMPARE(one->runs, std::size_t(5));
        QVERIFY(one->usual.count() > 0);
        request.databases = {"billing", "crm"}; // there is no run like it
        const auto two = historyOf(*fixture.core, request);
        CHECK_OK(two);
        QCOMPARE(two->runs, std::size_t(0));
        request.databases = {"never seen"};
        const auto none = historyOf(*fixture.core, request);
        CHECK_OK(none);
        QCOMPARE(none->runs, std::size_t(0));
        const auto restore = historyOf(*fixture.core, RestoreJob{});
        CHECK_OK(restore);
        QCOMPARE(restore->runs, std::size_t(0));
    }
};

QTEST_MAIN(TestRunning)
#include "test_running.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Test restores, restores beside the original, swap, undo and drop, on real servers, by clicks and keys from
// the Overview; and what happens when somebody else is quicker.
#include "app/ctlprocess.h"
#include "ui/restore/restorewizard.h"
#include "ui/restored/restoreddialog.h"
#include "ui/restored/swapdialog.h"
#include "ui/restoredesk.h"
#include "ui/support/startup.h"

#include <QCheckBox>
#include <QDateTime>
#include <QFile>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>

#include <csignal>

using namespace salvor;
using namespace salvor::test;

class TestRestoring : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void drill_fromTheOverview_isProvedMeasuredAndLeavesNothing() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        NEED_ROOM(room);
        QTemporaryDir data(room + QStringLiteral("/salvor-t-XXXXXX"));
        QFile::setPermissions(data.path(),
                              QFile::permissions(data.path()) | QFile::ExeOther | QFile::ExeGroup);
        Desk desk(server);
        QVERIFY(desk.open());
        QVERIFY(desk.cell(DatabaseListModel::IfLostColumn).contains(QStringLiteral("not yet measured")));
        QCOMPARE(desk.cell(DatabaseListModel::ProvenColumn), QStringLiteral("never"));
        click(child<QPushButton>(*desk.window, "overviewDrill"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(child<QLineEdit>(*sheet, "quickFolder")->isEnabled(), kPatience);
        type(child<QLineEdit>(*sheet, "quickFolder"), data.path());
        QCOMPARE(child<QPushButton>(*sheet, "flowNext")->text(), QStringLiteral("&Check"));
        next(*sheet);
        QVERIFY(isReady(*sheet));
        QVERIFY(child<QLabel>(*sheet, "quickSource")->text().contains(qt(desk.live)));
        QVERIFY(child<QLabel>(*sheet, "quickSpace")->text().contains(QStringLiteral("needed")));
        QVERIFY(child<QLabel>(*sheet, "flowBanner")->text().contains(QStringLiteral("throwaway")));
        CHECK_NONE(nameProblems(*sheet));
        QTRY_VERIFY2_WITH_TIMEOUT(sizeProblems(*sheet).isEmpty(),
                                  qPrintable(sizeProblems(*sheet).join(QLatin1Char(' '))), kPatience);
        next(*sheet);
        QVERIFY(desk.window->findChild<QWidget*>(QStringLiteral("jobRow")) != nullptr);
        QVERIFY(waitForPage(*sheet, "proofPage"));
        const QString report = child<QPlainTextEdit>(*sheet, "proofReport")->toPlainText();
        QVERIFY2(child<QLabel>(*sheet, "proofVerdict")->text().startsWith(QStringLiteral("Proved equal")),
                 qPrintable(report));
        QVERIFY2(report.contains(QStringLiteral("Signed proof: recorded")), qPrintable(report));
        QVERIFY2(report.contains(QStringLiteral("schema was compared")), qPrintable(report));
        CHECK_NONE(nameProblems(*sheet));
        next(*sheet);
        QTRY_VERIFY_WITH_TIMEOUT(
            desk.cell(DatabaseListModel::IfLostColumn).contains(QStringLiteral("back in")), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(desk.cell(DatabaseListModel::ProvenColumn), QStringLiteral("just now"),
                                  kPatience);
        const auto restored = desk.fixture.core.restoredDatabases(desk.profile.uuid, {});
        CHECK_OK(restored);
        QCOMPARE(QDir(data.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList());
        for (const auto& one : *restored)
            QVERIFY2(one.name.find(desk.live) == std::string::npos, one.name.c_str());
    }

    void beside_swapUndoDrop_byClicks() {
        NEED_ROOM(room);
        const TemporaryFilesIn there(room);
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        QVERIFY(desk.open());
        const std::string original = desk.oid(desk.live);
        const std::string ofTheOriginal = desk.newestGood();
        QVERIFY(!ofTheOriginal.empty());
        click(child<QPushButton>(*desk.window, "overviewBeside"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr && isReady(*sheet));
        const std::string fresh = child<QLineEdit>(*sheet, "quickName")->text().toStdString();
        next(*sheet);
        QVERIFY(waitForPage(*sheet, "proofPage"));
        const std::string restored = desk.oid(fresh);
        QCOMPARE(desk.oid(desk.live), original);
        click(child<QPushButton>(*sheet, "proofSwap"));

        auto* list = desk.dialog<RestoredDialog>();
        QVERIFY(list != nullptr);
        auto* swap = desk.dialog<SwapDialog>(); // opens by itself
        QVERIFY(swap != nullptr);
        auto* start = child<QPushButton>(*swap, "swapStart");
        QVERIFY2(waitForText(child<QLabel>(*swap, "swapSummary"), qt(fresh + " becomes " + desk.live)),
                 qPrintable(shownError(*swap)));
        QVERIFY(child<QPlainTextEdit>(*swap, "swapStaysBehind")
                    ->toPlainText()
                    .contains(QStringLiteral("stays in")));
        QVERIFY(!start->isEnabled());
        static const QRegularExpression kept(QStringLiteral(R"(\w+_replaced_\w+)"));
        const QString told = kept.match(child<QLabel>(*swap, "swapSummary")->text()).captured();
        QVERIFY(told.startsWith(qt(desk.live)));
        const qint64 second = QDateTime::currentSecsSinceEpoch();
        type(child<QLineEdit>(*swap, "swapTyped"), qt(desk.live));
        CHECK_NONE(nameProblems(*swap));
        QVERIFY(start->isEnabled());
        QTRY_VERIFY(QDateTime::currentSecsSinceEpoch() > second); // a name that is made now has another time
        click(start);
        QVERIFY2(waitForText(child<QLabel>(*swap, "swapSummary"), QStringLiteral("Done")),
                 qPrintable(shownError(*swap)));
        QCOMPARE(desk.oid(desk.live), restored);
        QCOMPARE(desk.oid(told.toStdString()), original); // under the very name that the plan told
        // What has the name now was never backed up; then it is, and then the name goes back.
        QTRY_COMPARE_WITH_TIMEOUT(desk.cell(DatabaseListModel::LastGoodColumn), QStringLiteral("none"),
                                  kPatience);
        QCOMPARE(desk.cell(DatabaseListModel::StateColumn), QStringLiteral("never backed up"));
        const std::string ofTheRestored = desk.backUp();
        QTRY_COMPARE_WITH_TIMEOUT(desk.newestGood(), ofTheRestored, kPatience);
        click(child<QPushButton>(*swap, "swapClose"));

        auto* table = child<QAbstractItemView>(*list, "restoredTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 2, kPatience);
        auto* undo = child<QPushButton>(*list, "restoredUndo");
        QTRY_VERIFY_WITH_TIMEOUT(undo->isEnabled(), kPatience);
        click(undo);
        auto* back = desk.dialog<SwapDialog>();
        QVERIFY(back != nullptr);
        QVERIFY2(waitForText(child<QLabel>(*back, "swapWritten"), QStringLiteral("stay in")),
                 qPrintable(shownError(*back)));
        type(child<QLineEdit>(*back, "swapTyped"), qt(desk.live));
        auto* takeBack = child<QPushButton>(*back, "swapStart");
        QTRY_VERIFY2_WITH_TIMEOUT(takeBack->isEnabled(), qPrintable(child<QLabel>(*back, "swapNote")->text()),
                                  kPatience);
        click(takeBack);
        QVERIFY2(waitForText(child<QLabel>(*back, "swapSummary"), QStringLiteral("Done")),
                 qPrintable(shownError(*back)));
        QCOMPARE(desk.oid(desk.live), original);
        QTRY_COMPARE_WITH_TIMEOUT(desk.newestGood(), ofTheOriginal, kPatience);
        click(child<QPushButton>(*back, "swapClose"));

        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, kPatience);
        auto* dropButton = child<QPushButton>(*list, "restoredDrop");
        QTRY_VERIFY_WITH_TIMEOUT(dropButton->isEnabled(), kPatience);
        click(dropButton);
        auto* drop = desk.dialog<DropDialog>();
        QVERIFY(drop != nullptr);
        type(child<QLineEdit>(*drop, "dropTyped"), qt(fresh));
        click(child<QPushButton>(*drop, "dropStart"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 0, kPatience);
        QCOMPARE(desk.oid(fresh), std::string("none"));
        QCOMPARE(desk.oid(desk.live), original);
        QVERIFY(child<QLabel>(*list, "restoredSaid")->text().contains(qt(fresh)));
    }

    void beside_cancelledLate_saysWhatIsLeftAndDropsItByClicks() {
        NEED_ROOM(room);
        const TemporaryFilesIn there(room);
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        desk.makeSlow();
        desk.backUp();
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewBeside"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr && isReady(*sheet));
        next(*sheet);
        QVERIFY(waitForText(child<QLabel>(*sheet, "jobState"), QStringLiteral("Indexes")));
        QTRY_COMPARE_WITH_TIMEOUT(desk.hidden().size(), std::size_t(1), kPatience);
        const std::string hidden = desk.hidden().front();
        click(child<QToolButton>(*sheet, "jobCancel"));
        auto* drop = child<QToolButton>(*sheet, "jobDrop");
        QTRY_VERIFY_WITH_TIMEOUT(drop->isVisible(), kPatience);
        const QString said = child<QLabel>(*sheet, "jobState")->text();
        QVERIFY2(said.contains(qt(hidden)) && said.startsWith(QStringLiteral("Cancelled")), qPrintable(said));
        QCOMPARE(desk.hidden().size(), std::size_t(1)); // it says the truth
        const QString foot = child<QLabel>(*child<QWidget>(*desk.window, "jobPanel"), "jobState")->text();
        QCOMPARE(foot, said);

        desk.window->showPage(QStringLiteral("activity"));
        auto* fromActivity = child<QPushButton>(*desk.window, "activityDrop");
        QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(*desk.window, "runFacts")->text().contains(qt(hidden)) ||
                                     chooseRow(*desk.window, "activityTable", QStringLiteral("cancelled")),
                                 kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(fromActivity->isVisible(), kPatience);
        QVERIFY(child<QLabel>(*desk.window, "runFacts")->text().contains(qt(hidden)));

        click(drop);
        auto* question = desk.dialog<DropDialog>(); // opens by itself
        QVERIFY(question != nullptr);
        QVERIFY(child<QLabel>(*question, "dropQuestion")->text().contains(qt(hidden)));
        click(child<QPushButton>(*question, "dropStart"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.hidden().size(), std::size_t(0), kPatience);
        QVERIFY(desk.oid(desk.live) != "none");
        // The foot says so as well, and offers nothing that is gone.
        const auto* panel = child<QWidget>(*desk.window, "jobPanel");
        QTRY_VERIFY_WITH_TIMEOUT(!child<QToolButton>(*panel, "jobDrop")->isVisible(), kPatience);
        QVERIFY2(child<QLabel>(*panel, "jobState")->text().contains(QStringLiteral("is dropped")),
                 qPrintable(child<QLabel>(*panel, "jobState")->text()));
    }

    /// By salvorctl, which is killed in the middle: the window tells of it, and gets rid of what is left.
    void restore_killedElsewhere_isToldInActivityAndDroppedByClicks() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        desk.makeSlow();
        const std::string backup = desk.backUp();
        QVERIFY(desk.open());
        QProcess other;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SALVOR_HOME"), qt(desk.fixture.path("home")));
        other.setProcessEnvironment(environment);
        other.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        other.start(CtlHome::program(), {QStringLiteral("restore"), qt(backup), QStringLiteral("--database"),
                                         qt(desk.live + "_by_another")});
        QVERIFY(other.waitForStarted(kPatience));
        const auto isBuilding = [&] {
            LabConnection admin(desk.server, "postgres");
            return !admin
                        .run("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%lazy_i%' AND pid <> "
                             "pg_backend_pid() AND state = 'active'")
                        .empty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(isBuilding(), kPatience);
        QCOMPARE(desk.hidden().size(), std::size_t(1));
        const std::string hidden = desk.hidden().front();
        QCOMPARE(::kill(static_cast<pid_t>(other.processId()), SIGKILL), 0);
        QVERIFY(other.waitForFinished(kPatience));
        {
            LabConnection admin(desk.server, "postgres"); // the server notices late that nobody waits
            admin.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + hidden +
                      "'");
        }
        desk.window->showPage(QStringLiteral("activity"));
        QTest::keyClick(desk.window.get(), Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(chooseRow(*desk.window, "activityTable", QStringLiteral("failed")),
                                 kPatience);
        const QString said = shownError(*desk.window);
        QVERIFY2(said.contains(qt(hidden)) && !said.contains(QStringLiteral("inside Salvor")) &&
                     !said.contains(QStringLiteral("counts as a backup")),
                 qPrintable(said));
        auto* drop = child<QPushButton>(*desk.window, "activityDrop");
        QVERIFY(drop->isVisible());
        click(drop);
        auto* question = desk.dialog<DropDialog>(); // opens by itself
        QVERIFY(question != nullptr);
        click(child<QPushButton>(*question, "dropStart"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.hidden().size(), std::size_t(0), kPatience);
    }

    void backups_startedAtOnce_oneAfterTheOtherAndNoneFails() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        QVERIFY(desk.open());
        for (int i = 0; i < 3; ++i)
            click(child<QPushButton>(*desk.window, "overviewBackUp"));
        JobController& jobs = desk.window->context().jobs;
        QCOMPARE(jobs.jobs().size(), std::size_t(3));
        QTRY_VERIFY_WITH_TIMEOUT(!jobs.anyRunning(), kPatience);
        for (const auto& job : jobs.jobs())
            QVERIFY2(job->error() == nullptr, job->error() ? job->error()->message.c_str() : "");
        QCOMPARE(desk.backups().size(), std::size_t(4));
    }

    void swap_planGoneStale_isShownAgainAndNothingIsDone() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        const std::string fresh = desk.restoreAs(desk.live + "_new");
        const std::string original = desk.oid(desk.live);
        QVERIFY(desk.open());
        RestoredDialog list({desk.fixture.core, *new Lookups(desk.window.get()), desk.window->context().jobs},
                            qt(desk.profile.uuid), qt(fresh), RestoredAct::Swap);
        list.show();
        SwapDialog* swap = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT((swap = list.findChild<SwapDialog*>()) != nullptr, kPatience);
        const auto* rows = child<QAbstractItemView>(list, "restoredTable")->model();
        const auto isListed = [&] { // beside what others restored on this server
            const auto found =
                rows->match(rows->index(0, 0), Qt::DisplayRole, qt(fresh), 1, Qt::MatchContains);
            return !found.isEmpty();
        };
        QVERIFY(isListed());
        auto* start = child<QPushButton>(*swap, "swapStart");
        QVERIFY(waitForText(child<QLabel>(*swap, "swapSummary"), qt(fresh + " becomes " + desk.live)));
        {
            LabConnection admin(server, "postgres"); // somebody changes what the swap has to carry over
            admin.run("ALTER DATABASE " + quoteIdentifier(desk.live) + " SET work_mem = '9MB'");
        }
        type(child<QLineEdit>(*swap, "swapTyped"), qt(desk.live));
        click(start);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*swap).isEmpty(), kPatience);
        QVERIFY2(shownError(*swap).contains(QStringLiteral("Nothing was changed")),
                 qPrintable(shownError(*swap)));
        QCOMPARE(desk.oid(desk.live), original);
        QVERIFY(child<QPlainTextEdit>(*swap, "swapStatements")
                    ->toPlainText()
                    .contains(QStringLiteral("work_mem")));
        QVERIFY(!start->isEnabled()); // the name is to be typed again
        CHECK_OK(desk.fixture.core.dropRestoredDatabase(desk.profile.uuid, fresh, {}, fresh));
        type(child<QLineEdit>(*swap, "swapTyped"), qt(desk.live));
        click(start);
        QTRY_VERIFY_WITH_TIMEOUT(shownError(*swap).contains(qt(fresh)), kPatience);
        QCOMPARE(desk.oid(desk.live), original);
        click(child<QPushButton>(*swap, "swapClose"));
        QTRY_VERIFY_WITH_TIMEOUT(!isListed(), kPatience); // looked again by itself
    }

    /// It was not there when the plan was shown.
    void swap_clientComesLate_isToldAndNothingIsDone() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        const std::string fresh = desk.restoreAs(desk.live + "_new");
        const std::string original = desk.oid(desk.live);
        const std::string restored = desk.oid(fresh);
        QVERIFY(desk.open());
        RestoredDialog list({desk.fixture.core, *new Lookups(desk.window.get()), desk.window->context().jobs},
                            qt(desk.profile.uuid), qt(fresh), RestoredAct::Swap);
        list.show();
        SwapDialog* swap = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT((swap = list.findChild<SwapDialog*>()) != nullptr, kPatience);
        auto* start = child<QPushButton>(*swap, "swapStart");
        auto* end = child<QCheckBox>(*swap, "swapTerminate");
        QVERIFY(waitForText(child<QLabel>(*swap, "swapSummary"), qt(fresh + " becomes " + desk.live)));
        QVERIFY(!end->isVisible());
        LabConnection late(server, desk.live);
        type(child<QLineEdit>(*swap, "swapTyped"), qt(desk.live));
        click(start);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*swap).isEmpty(), kPatience);
        const QString said = shownError(*swap);
        QVERIFY2(said.contains(QStringLiteral("a client is connected")) &&
                     said.contains(QStringLiteral("Nothing was changed")) &&
                     !said.contains(QStringLiteral("--")),
                 qPrintable(said));
        QCOMPARE(desk.oid(desk.live), original);
        QCOMPARE(desk.oid(fresh), restored);
        QVERIFY(late.run("SELECT 1").size() == 1); // nobody ended it
        QVERIFY(child<QPlainTextEdit>(*swap, "swapClients")->isVisible());
        QVERIFY(child<QPlainTextEdit>(*swap, "swapClients")->toPlainText().contains(qt(desk.live)));
        QVERIFY(end->isVisible() && !end->isChecked() && !start->isEnabled());
        tick(end);
        type(child<QLineEdit>(*swap, "swapTyped"), qt(desk.live));
        QTRY_VERIFY_WITH_TIMEOUT(start->isEnabled(), kPatience);
        click(start);
        QVERIFY2(waitForText(child<QLabel>(*swap, "swapSummary"), QStringLiteral("Done")),
                 qPrintable(shownError(*swap)));
        QCOMPARE(desk.oid(desk.live), restored);
    }

    void wizard_backupDeletedMeanwhile_goesBackToThoseThatAre() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        const std::string first = desk.backups().front().id;
        const std::string second = desk.backUp();
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewRestore"));
        auto* wizard = desk.dialog<RestoreWizard>();
        QVERIFY(wizard != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(wizard->findChild<QLabel*>(QStringLiteral("whatId")) != nullptr, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(child<QLabel>(*wizard, "whatId")->text(), qt(second), kPatience);
        BackupActRequest act;
        act.act = BackupAct::Delete;
        act.backups = {second};
        act.confirmLarge = true;
        CHECK_OK(desk.fixture.core.changeBackups(act, {}));
        PruneJob prune; // in the trash it could still be restored
        prune.freeSpaceNow = true;
        prune.confirmed = true;
        prune.confirmLarge = true;
        NullProgress nobody;
        CHECK_OK(desk.fixture.core.prune(prune, nobody, {}));
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "wherePage"));
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "scopePage"));
        next(*wizard);
        QTRY_VERIFY_WITH_TIMEOUT(isOnPage(*wizard, "whatPage"), kPatience);
        QVERIFY2(shownError(*wizard).contains(qt(second)), qPrintable(shownError(*wizard)));
        QCOMPARE(child<QLabel>(*wizard, "whatId")->text(), qt(first));
        QVERIFY(child<QPushButton>(*wizard, "flowNext")->isEnabled());
        CHECK_NONE(nameProblems(*wizard));
    }

    /// In the trash it can still be restored, and what proved it goes with it.
    void wizard_backupTrashedMeanwhile_isRestoredAndRecorded() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        const std::string second = desk.backUp();
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewRestore"));
        auto* wizard = desk.dialog<RestoreWizard>();
        QVERIFY(wizard != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(wizard->findChild<QLabel*>(QStringLiteral("whatId")) != nullptr, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(child<QLabel>(*wizard, "whatId")->text(), qt(second), kPatience);
        for (const char* page : {"wherePage", "scopePage", "preflightPage", "reviewPage"}) {
            next(*wizard);
            QVERIFY(waitForPage(*wizard, page));
        }
        BackupActRequest act;
        act.act = BackupAct::Delete;
        act.backups = {second};
        act.confirmLarge = true;
        CHECK_OK(desk.fixture.core.changeBackups(act, {}));
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "proofPage"));
        const QString report = child<QPlainTextEdit>(*wizard, "proofReport")->toPlainText();
        QVERIFY2(report.contains(QStringLiteral("is in the trash")), qPrintable(report));
        QVERIFY2(report.contains(QStringLiteral("recorded in the repository for this backup")),
                 qPrintable(report));
        QVERIFY2(!report.contains(QStringLiteral("rebuild")), qPrintable(report));
        act.act = BackupAct::Undelete;
        CHECK_OK(desk.fixture.core.changeBackups(act, {}));
        const auto back = desk.fixture.core.backup(second);
        CHECK_OK(back);
        QVERIFY(back->restoredAt.has_value());
    }

    void wizard_targetOfTheSameName_isBlockedAndCanBeRenamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewRestore"));
        auto* wizard = desk.dialog<RestoreWizard>();
        QVERIFY(wizard != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(wizard->findChild<QLabel*>(QStringLiteral("whatId")) != nullptr, kPatience);
        auto* forward = child<QPushButton>(*wizard, "flowNext");
        QTRY_VERIFY_WITH_TIMEOUT(forward->isEnabled(), kPatience);
        next(*wizard);
        type(child<QLineEdit>(*wizard, "restoreName"), qt(desk.live));
        next(*wizard);
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "preflightPage"));
        QVERIFY(!forward->isEnabled());
        QVERIFY(child<QLabel>(*wizard, "finding_target_name")->text().contains(qt(desk.live)));
        click(child<QPushButton>(*wizard, "flowBack"));
        click(child<QPushButton>(*wizard, "flowBack"));
        QVERIFY(isOnPage(*wizard, "wherePage"));
        type(child<QLineEdit>(*wizard, "restoreName"), qt(desk.live + "_again"));
        next(*wizard);
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "preflightPage"));
        QVERIFY(forward->isEnabled());
        QVERIFY(child<QLabel>(*wizard, "flowBanner")->text().contains(qt(desk.live + "_again")));
    }

    /// The server is frozen while the question is asked, so that the job surely runs.
    void window_closedDuringARestore_waitsAndClosesAfterIt() {
        NEED_ROOM(room);
        const TemporaryFilesIn there(room);
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewBeside"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr && isReady(*sheet));
        const std::string fresh = child<QLineEdit>(*sheet, "quickName")->text().toStdString();
        own->signal(SIGSTOP);
        const auto thaw = qScopeGuard([&] { own->signal(SIGCONT); });
        next(*sheet);
        click(child<QPushButton>(*sheet, "flowCancel")); // "Hide": the job goes on
        QVERIFY(!desk.window->close());
        auto* question = desk.window->findChild<QMessageBox*>(QStringLiteral("closeQuestion"));
        QVERIFY(question != nullptr);
        click(child<QPushButton>(*question, "closeWait"));
        QVERIFY(desk.window->isVisible());
        own->signal(SIGCONT);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window->isVisible(), kPatience);
        const auto made = desk.fixture.core.restoredDatabases(desk.profile.uuid, {});
        CHECK_OK(made);
        QCOMPARE(made->size(), std::size_t(1));
        QCOMPARE(made->front().name, fresh);
        QCOMPARE(made->front().state, std::string("proved"));
    }

    /// What it had made by then stays hidden, the record says so, and the next window gets rid of it.
    void window_cancelledAndClosedDuringARestore_endsItAndTellsWhatIsLeft() {
        NEED_ROOM(room);
        const TemporaryFilesIn there(room);
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        desk.makeSlow();
        desk.backUp();
        QVERIFY(desk.open());
        const std::string original = desk.oid(desk.live);
        click(child<QPushButton>(*desk.window, "overviewBeside"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr && isReady(*sheet));
        const std::string fresh = child<QLineEdit>(*sheet, "quickName")->text().toStdString();
        next(*sheet);
        QVERIFY(waitForText(child<QLabel>(*sheet, "jobState"), QStringLiteral("Indexes")));
        QTRY_COMPARE_WITH_TIMEOUT(desk.hidden().size(), std::size_t(1), kPatience);
        const std::string hidden = desk.hidden().front();
        click(child<QPushButton>(*sheet, "flowCancel")); // "Hide": the job goes on
        QVERIFY(!desk.window->close());
        auto* question = desk.window->findChild<QMessageBox*>(QStringLiteral("closeQuestion"));
        QVERIFY(question != nullptr);
        QVERIFY(question->informativeText().contains(QStringLiteral("stays hidden")));
        click(child<QPushButton>(*question, "closeCancel"));
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window->isVisible(), kPatience);
        QVERIFY(!desk.window->context().jobs.anyRunning());
        desk.flows.reset();
        desk.window.reset();

        const auto runs = desk.fixture.core.runs(1);
        CHECK_OK(runs);
        QVERIFY(runs->front().kind == "restore" && runs->front().outcome == RunOutcome::Cancelled);
        QCOMPARE(desk.hidden(), std::vector<std::string>{hidden});
        QCOMPARE(desk.oid(fresh), std::string("none"));
        QCOMPARE(desk.oid(desk.live), original);
        QVERIFY(desk.open());
        desk.window->showPage(QStringLiteral("activity"));
        QTRY_VERIFY_WITH_TIMEOUT(chooseRow(*desk.window, "activityTable", QStringLiteral("cancelled")),
                                 kPatience);
        auto* drop = child<QPushButton>(*desk.window, "activityDrop");
        QTRY_VERIFY_WITH_TIMEOUT(drop->isVisible(), kPatience);
        click(drop);
        auto* sure = desk.dialog<DropDialog>(); // opens by itself
        QVERIFY(sure != nullptr);
        click(child<QPushButton>(*sure, "dropStart"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.hidden().size(), std::size_t(0), kPatience);
    }
};

QTEST_MAIN(TestRestoring)
#include "test_restoring.moc"

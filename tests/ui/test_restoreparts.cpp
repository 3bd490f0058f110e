// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The pages and parts of restores and test restores, each alone, without a server.
#include "models/catalog/catalogdatabase.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/flowbench.h"
#include "ui/jobs/jobdetails.h"
#include "ui/restore/backuptimeline.h"
#include "ui/restore/findingsview.h"
#include "ui/restore/proofpage.h"
#include "ui/restore/quickrestore.h"
#include "ui/restore/restorename.h"
#include "ui/restore/restorepages.h"
#include "ui/restore/whatpage.h"
#include "ui/restore/wherepage.h"
#include "ui/restoresamples.h"
#include "ui/support/startup.h"
#include "ui/widgetchecks.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QJsonArray>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

BackupRecord backupOf(int daysAgo, const std::string& id) {
    BackupRecord backup;
    backup.id = id;
    backup.repositoryId = "r1";
    backup.database = "metrics";
    backup.profileUuid = "p1";
    backup.profileTitle = "db1";
    backup.engine = "postgresql";
    backup.kind = "full";
    backup.started = kNow - daysAgo * 24h;
    backup.ended = backup.started + 90s;
    backup.items = 12;
    backup.rows = 34'567;
    backup.sizeBytes = 8'000'000;
    backup.serverVersion = "17.6";
    return backup;
}

RestoreOutcome provedOutcome() {
    RestoreOutcome outcome;
    outcome.backupId = "b1";
    outcome.database = "metrics_restored";
    outcome.proved = true;
    outcome.items = 12;
    outcome.rows = 34'567;
    outcome.run.details = {
        {QStringLiteral("schema_compared"), true},
        {QStringLiteral("not_compared"), QJsonArray{QStringLiteral("role passwords: they are not saved")}}};
    return outcome;
}

PreflightFinding finding(PreflightFinding::Level level, const char* check) {
    return {level, check, "what was found", "what to do", ErrorCode::NoSpace};
}

} // namespace

class TestRestoreParts : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void timeline_backups_areCellsWithTheirBadges() {
        BackupTimeline line;
        line.resize(600, line.sizeHint().height());
        auto proved = backupOf(3, "b3");
        proved.restoredAt = kNow - 24h;
        auto read = backupOf(2, "b2");
        read.readBackAt = kNow;
        line.setBackups({backupOf(1, "b1"), proved, read}, "b2");
        line.show();
        QCOMPARE(line.cellCount(), 3);
        QCOMPARE(line.currentCell(), 1); // oldest first
        QVERIFY(line.cellText(0).contains(QStringLiteral("restored 20 Nov 2026")));
        QVERIFY(line.cellText(1).contains(QStringLiteral("checksums read back")));
        line.setFocus();
        QSignalSpy moved(&line, &CellWidget::currentCellChanged);
        QTest::keyClick(&line, Qt::Key_Right);
        QCOMPARE(line.currentCell(), 2);
        QTest::mouseClick(&line, Qt::LeftButton, {}, line.cellRect(0).center());
        QCOMPARE(line.currentCell(), 0);
        QCOMPARE(moved.size(), 2);
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(&line);
        QCOMPARE(face->childCount(), 3);
        QVERIFY(!face->child(0)->text(QAccessible::Name).isEmpty());
    }
    void timeline_marks_differInShape() {
        const auto picture = [](const BackupRecord& backup) {
            BackupTimeline line;
            line.resize(240, line.sizeHint().height());
            line.setBackups({backup}, {});
            QImage image = line.grab().toImage().convertToFormat(QImage::Format_Grayscale8);
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    image.scanLine(y)[x] = image.constScanLine(y)[x] < 200 ? 0 : 255;
            }
            return image;
        };
        auto read = backupOf(1, "b");
        read.readBackAt = kNow;
        auto proved = backupOf(1, "b");
        proved.restoredAt = kNow;
        const QImage stored = picture(backupOf(1, "b"));
        QVERIFY(stored != picture(read));
        QVERIFY(picture(read) != picture(proved));
    }

    void what_timelineAndTable_chooseTheSame() {
        WhatPage page;
        page.resize(700, 500);
        page.setBackups({backupOf(1, "b1"), backupOf(2, "b2"), backupOf(3, "b3")}, backupOf(2, "b2"));
        page.show();
        QSignalSpy chosen(&page, &WhatPage::chosen);
        auto* table = child<QTableView>(page, "whatTable");
        auto* line = child<BackupTimeline>(page, "backupTimeline");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        QCOMPARE(page.backup()->id, std::string("b2"));
        QCOMPARE(table->currentIndex().row(), 1);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Up);
        QCOMPARE(page.backup()->id, std::string("b1"));
        QCOMPARE(line->currentCell(), 2);
        line->setFocus();
        QTest::keyClick(line, Qt::Key_Home);
        QCOMPARE(page.backup()->id, std::string("b3"));
        QCOMPARE(table->currentIndex().row(), 2);
        QCOMPARE(chosen.size(), 2);
        QCOMPARE(child<QLabel>(page, "whatId")->text(), QStringLiteral("b3"));
        QCOMPARE(page.problem(), QString());
        CHECK_NONE(nameProblems(page));
        page.setBackups({backupOf(1, "b1")}, backupOf(9, "elsewhere"));
        QCOMPARE(page.backup()->id, std::string("elsewhere"));
        QCOMPARE(line->cellCount(), 1);
    }

    void what_damagedBackup_isSaidInTableTimelineAndFacts() {
        WhatPage page;
        page.resize(700, 500);
        page.setDamage({{"b2", Damage{"run", kNow, false}}});
        auto proved = backupOf(2, "b2");
        proved.restoredAt = kNow - 24h;
        page.setBackups({backupOf(1, "b1"), proved}, proved);
        page.show();
        const auto* rows = child<QTableView>(page, "whatTable")->model();
        const auto badges = [&](int row) {
            return rows->index(row, BackupListModel::BadgesColumn).data().toString();
        };
        QCOMPARE(badges(0), QStringLiteral("stored"));
        QCOMPARE(badges(1), QStringLiteral("damaged, stored")); // it was restored before that
        auto* line = child<BackupTimeline>(page, "backupTimeline");
        QVERIFY(line->cellText(0).contains(QStringLiteral("damaged"))); // oldest first
        QVERIFY(!line->cellText(0).contains(QStringLiteral("restored")));
        QVERIFY(!line->cellText(1).contains(QStringLiteral("damaged")));
        const auto* checked = child<QLabel>(page, "whatChecked");
        QVERIFY2(checked->text().startsWith(QStringLiteral("Damaged: ")), qPrintable(checked->text()));
        const QImage crossed = line->grab().toImage();
        line->setDamage({});
        QVERIFY(crossed != line->grab().toImage()); // it was no tick
    }

    void what_enterOnTheTimelineOrTheTable_goesOn() {
        class Flow : public FlowDialog {
        public:
            Flow()
                : FlowDialog(QStringLiteral("Flow"))
                , page(new WhatPage(this))
                , where(new WherePage(this)) {
                addPage(page);
                addPage(where);
                page->setBackups({backupOf(1, "b1"), backupOf(2, "b2")}, backupOf(1, "b1"));
                goTo(page);
            }
            using FlowDialog::goTo;
            WhatPage* page;
            WherePage* where;
        } flow;
        flow.show();
        QVERIFY(QTest::qWaitForWindowActive(&flow));
        for (const char* name : {"backupTimeline", "whatTable"}) {
            auto* view = child<QWidget>(flow, name);
            flow.goTo(flow.page);
            view->setFocus();
            QTest::keyClick(view, Qt::Key_Return);
            QVERIFY2(flow.currentPage() == flow.where, name);
        }
    }

    void where_originKnown_isBesideWithANewName() {
        WherePage page;
        page.setChoices({profileOf("p0", "other"), profileOf("p1", "db1")}, backupOf(1, "b1"));
        page.show();
        QVERIFY(child<QRadioButton>(page, "restoreBeside")->isChecked());
        QCOMPARE(page.target()->uuid, std::string("p1"));
        QCOMPARE(page.database(), QStringLiteral("metrics_restored"));
        QCOMPARE(page.problem(), QString());
        type(child<QLineEdit>(page, "restoreName"), QString());
        QVERIFY(!page.problem().isEmpty());
        type(child<QLineEdit>(page, "restoreName"), QString(64, QLatin1Char('x')));
        QVERIFY(page.problem().contains(QStringLiteral("63")));
        CHECK_NONE(nameProblems(page));
    }
    void where_nameWasGivenBefore_proposesAnother() {
        WherePage page;
        page.setTaken({"metrics_restored", "other", "metrics_restored_2"});
        page.setChoices({profileOf("p1", "db1")}, backupOf(1, "b1"));
        QCOMPARE(page.database(), QStringLiteral("metrics_restored_3"));
        QCOMPARE(page.problem(), QString());
    }
    void where_originalIsGone_proposesItsOwnName() {
        WherePage page;
        page.setTaken({"metrics", "metrics_restored"},
                      true); // an earlier restore gave it, and it was dropped
        page.setChoices({profileOf("p1", "db1")}, backupOf(1, "b1"));
        page.show();
        QCOMPARE(page.database(), QStringLiteral("metrics"));
        QVERIFY2(child<QRadioButton>(page, "restoreBeside")
                     ->text()
                     .endsWith(QStringLiteral("where metrics is not any more")),
                 qPrintable(child<QRadioButton>(page, "restoreBeside")->text()));
        QVERIFY(!child<QLabel>(page, "restoreInPlace")->isVisible());
        QCOMPARE(page.problem(), QString());
        CHECK_NONE(nameProblems(page));
    }
    void where_otherServer_wantsItsLoginMeant() {
        WherePage page;
        page.setChoices({profileOf("p0", "other"), profileOf("p1", "db1"), profileOf("p2", "third")},
                        backupOf(1, "b1"));
        page.show();
        auto* other = child<QRadioButton>(page, "restoreOther");
        other->setFocus();
        QTest::keyClick(other, Qt::Key_Space);
        QCOMPARE(page.target()->uuid, std::string("p0"));
        QVERIFY(page.problem().contains(QStringLiteral("log in")));
        auto* meant = child<QCheckBox>(page, "restoreLoginMeant");
        QVERIFY(meant->text().contains(QStringLiteral("salvor")));
        tick(meant);
        QCOMPARE(page.problem(), QString());
        auto* server = child<QComboBox>(page, "restoreServer");
        server->setFocus();
        QTest::keyClick(server, Qt::Key_Down);
        QCOMPARE(page.target()->uuid, std::string("p2"));
        QVERIFY(!page.problem().isEmpty()); // it was meant for the other one
        QSignalSpy add(&page, &WherePage::addServerWanted);
        click(child<QPushButton>(page, "restoreAddServer"));
        QCOMPARE(add.size(), 1);
        CHECK_NONE(nameProblems(page));
    }
    void where_originNotKnown_leavesAnotherServerOnly() {
        WherePage page;
        page.setChoices({}, backupOf(1, "b1"));
        QVERIFY(!child<QRadioButton>(page, "restoreBeside")->isEnabled());
        QVERIFY(!page.problem().isEmpty());
        Profile mongo = profileOf("m", "mongo");
        mongo.engine = "mongodb"; // of another kind of server: no target
        page.setChoices({mongo, profileOf("p7", "spare")}, backupOf(1, "b1"), "p7");
        QCOMPARE(page.target()->uuid, std::string("p7"));
        QCOMPARE(child<QComboBox>(page, "restoreServer")->count(), 1);
    }

    void quick_lessThanAFifthFree_isRefusedWithTheReason() {
        QuickPage page(QuickKind::Beside);
        page.resize(700, 500);
        page.setChoices(backupOf(1, "b1"), {profileOf("p1", "db1")}, "metrics_restored_20261120");
        page.show();
        QCOMPARE(page.problem(), QString());
        QVERIFY(!page.isChecked());
        QCOMPARE(page.nextText(), QStringLiteral("&Check"));
        Preflight found;
        found.bytesNeeded = 8'000'000;
        found.bytesFree = 9'000'000;
        found.expectedSeconds = 75;
        found.findings = {finding(PreflightFinding::Level::Warning, "space")};
        page.setPreflight(found);
        QVERIFY2(page.problem().contains(QStringLiteral("a fifth")), qPrintable(page.problem()));
        QVERIFY2(page.problem().contains(QStringLiteral("“Restore…”, which warns only")),
                 qPrintable(page.problem()));
        QVERIFY(child<QLabel>(page, "quickSpace")->text().contains(QStringLiteral("free")));
        QVERIFY(child<QLabel>(page, "quickTime")->text().contains(QStringLiteral("1 min 15 s")));
        found.findings = {finding(PreflightFinding::Level::Blocker, "space")};
        page.setPreflight(found);
        QVERIFY(page.problem().contains(QStringLiteral("in the way")));
        found.findings = {finding(PreflightFinding::Level::Ok, "space"),
                          finding(PreflightFinding::Level::Blocker, "target_name")};
        page.setPreflight(found);
        QVERIFY(!page.problem().isEmpty() && !page.problem().contains(QStringLiteral("a fifth")));
        found.findings.pop_back();
        found.expectedSeconds.reset();
        page.setPreflight(found);
        QCOMPARE(page.problem(), QString());
        QVERIFY(page.nextText().contains(QStringLiteral("Start")));
        QCOMPARE(child<QLabel>(page, "quickTime")->text(), QStringLiteral("not yet measured"));
        type(child<QLineEdit>(page, "quickName"), QStringLiteral("another"));
        QVERIFY(!page.isChecked()); // what was looked at is not what is chosen
        CHECK_NONE(nameProblems(page));
    }
    /// A disk that is more than four fifths full, and a small database: the finding is shown and stops
    /// nothing.
    void quick_fullDisk_stopsOnlyWhatNeedsANoticeablePartOfIt() {
        for (const QuickKind kind : {QuickKind::Drill, QuickKind::Beside}) {
            QuickPage page(kind);
            page.setChoices(backupOf(1, "b1"), {profileOf("p1", "db1")}, "fresh");
            page.show();
            Preflight found;
            found.bytesNeeded = 24'200'000;
            found.bytesFree = 39'900'000'000;
            found.findings = {finding(PreflightFinding::Level::Warning, "space")};
            page.setPreflight(found);
            QCOMPARE(page.problem(), QString());
            QVERIFY(page.nextText().contains(QStringLiteral("Start")));
            found.bytesNeeded = 3'990'000'000; // a tenth
            page.setPreflight(found);
            QCOMPARE(page.problem(), QString());
            found.bytesNeeded = 4'000'000'000;
            page.setPreflight(found);
            QVERIFY2(page.problem().contains(QStringLiteral("more than a tenth")),
                     qPrintable(page.problem()));
        }
    }
    void quick_roomThatIsNotKnown_isANote() {
        QuickPage page(QuickKind::Beside);
        page.setChoices(backupOf(1, "b1"), {profileOf("p1", "db1")}, "fresh");
        page.show();
        Preflight found;
        found.bytesNeeded = 8'000'000;
        found.findings = {
            {PreflightFinding::Level::Warning, "space", "cannot be seen", {}, ErrorCode::Internal}};
        page.setPreflight(found);
        QCOMPARE(page.problem(), QString());
    }
    void findings_grants_canBeCopied() {
        const std::string grant = "GRANT \"the; app\" TO \"backup\" WITH INHERIT TRUE, SET TRUE;";
        FindingsView view;
        Preflight found;
        found.findings = {{PreflightFinding::Level::Blocker, "owners", "cannot give",
                           grant + " GRANT b TO c; It does.", ErrorCode::MissingRight},
                          {PreflightFinding::Level::Blocker, "superuser", "only a superuser",
                           "ALTER ROLE \"a\" SUPERUSER; afterwards ALTER ROLE \"a\" NOSUPERUSER;",
                           ErrorCode::MissingRight},
                          {PreflightFinding::Level::Blocker, "rights", "none", "ALTER ROLE \"a\" CREATEDB;",
                           ErrorCode::MissingRight}};
        view.showFindings(found);
        view.show();
        click(child<QToolButton>(view, "findingCopy_owners"));
        QCOMPARE(QApplication::clipboard()->text(),
                 QString::fromStdString(grant) + QStringLiteral("\nGRANT b TO c;"));
        QCOMPARE(child<QLabel>(view, "findingSql_rights")->text(),
                 QStringLiteral("ALTER ROLE \"a\" CREATEDB;"));
        QVERIFY(view.findChild<QToolButton*>(QStringLiteral("findingCopy_superuser")) == nullptr);
        CHECK_NONE(nameProblems(view));
    }
    void review_owner_isTheOneThatItWillHave() {
        ReviewPage page;
        Preflight found;
        found.bytesNeeded = 1000;
        found.findings = {{PreflightFinding::Level::Ok,
                           "owner",
                           "the database will belong to the_app, as the saved one does",
                           {},
                           ErrorCode::Internal}};
        page.setPlan(backupOf(1, "b1"), profileOf("p1", "db1"), QStringLiteral("fresh"), found);
        const QString shown = child<QLabel>(page, "reviewChanges")->text();
        QVERIFY2(shown.contains(QStringLiteral("belong to the_app")), qPrintable(shown));
        QVERIFY2(!shown.contains(QStringLiteral("owned by salvor")), qPrintable(shown));
    }
    void quick_missingRoles_haveToBeMeant() {
        QuickPage page(QuickKind::Beside);
        page.setChoices(backupOf(1, "b1"), {profileOf("p1", "db1")}, "fresh");
        page.show();
        Preflight found;
        found.missingRoles = {"app", "r&d"};
        page.setPreflight(found);
        QVERIFY(!page.problem().isEmpty());
        QVERIFY(page.rolesToMake().empty());
        tick(child<QCheckBox>(page, "quickRoles"));
        QCOMPARE(page.problem(), QString());
        QCOMPARE(page.rolesToMake(), found.missingRoles);
    }
    void quick_drill_goesToAPrivateServerUnlessSaidOtherwise() {
        QuickPage page(QuickKind::Drill);
        page.setChoices(backupOf(1, "b1"), {profileOf("p1", "db1"), profileOf("p2", "staging")}, {});
        page.show();
        auto* target = child<QComboBox>(page, "quickTarget");
        QCOMPARE(target->count(), 2); // never the server that was backed up
        QCOMPARE(page.drillTarget(), std::string(kThrowawayTarget));
        Preflight found;
        found.missingRoles = {"app"}; // made there anyway
        page.setPreflight(found);
        QCOMPARE(page.problem(), QString());
        type(child<QLineEdit>(page, "quickFolder"), QStringLiteral("/srv/room"));
        QCOMPARE(page.drillFolder(), std::string("/srv/room"));
        QVERIFY(!page.isChecked());
        target->setFocus();
        QTest::keyClick(target, Qt::Key_Down);
        QCOMPARE(page.drillTarget(), std::string("p2"));
        QCOMPARE(page.drillFolder(), std::string());
        QVERIFY(!child<QLineEdit>(page, "quickFolder")->isEnabled());
        CHECK_NONE(nameProblems(page));
    }
    void quick_originNotKnown_pointsToTheWizard() {
        QuickPage page(QuickKind::Beside);
        page.setChoices(backupOf(1, "b1"), {}, "fresh");
        QVERIFY(page.problem().contains(QStringLiteral("Restore…")));
    }
    void progress_ofATestRestore_leavesNothing() {
        RestoreProgressPage page;
        const auto* text = child<QLabel>(page, "pageExplanation");
        page.begin(QStringLiteral("Restoring metrics"));
        QVERIFY2(text->text().contains(QStringLiteral("stays hidden until you drop it")),
                 qPrintable(text->text()));
        page.begin(QStringLiteral("Test restore of metrics"), true);
        QVERIFY2(!text->text().contains(QStringLiteral("stays hidden")) &&
                     text->text().contains(QStringLiteral("dropped at its end")),
                 qPrintable(text->text()));
        QVERIFY(!jobLeftBehind(JobRequest(DrillJob())).contains(QStringLiteral("drill")));
    }
    void besideName_longOrForeign_staysWholeAndFits() {
        auto backup = backupOf(1, "b1");
        QCOMPARE(besideName(backup), std::string("metrics_restored_20261120"));
        backup.database = std::string(60, 'x');
        QCOMPARE(besideName(backup).size(), std::size_t(63));
        backup.database.clear();
        for (int i = 0; i < 30; ++i)
            backup.database += "ä";
        const QString name = QString::fromStdString(besideName(backup));
        QVERIFY(name.toUtf8().size() <= 63);
        QVERIFY(!name.contains(QChar::ReplacementCharacter));
        QVERIFY(name.endsWith(QStringLiteral("_restored_20261120")));
    }
    /// A second time on one day; the number takes the room of the name's end.
    void besideName_thatARestoreWasGiven_isNumbered() {
        auto backup = backupOf(1, "b1");
        const std::string first = besideName(backup);
        QCOMPARE(besideName(backup, {first}), first + "_2");
        QCOMPARE(besideName(backup, {first, "other", first + "_2"}), first + "_3");
        backup.database = std::string(60, 'x');
        const std::string second = besideName(backup, {besideName(backup)});
        QCOMPARE(second.size(), std::size_t(63));
        QVERIFY(second.ends_with("_restored_20261120_2"));
        QCOMPARE(freeRestoreName(backup, "_restored", {}).size(), std::size_t(63));
    }
    /// The sheet asks the records of restores.
    void quick_nameOfAnEarlierRestore_isNotProposedAgain() {
        FlowBench bench;
        auto backup = backupOf(1, "20261120T074000Z-ABC123");
        backup.profileUuid = "11111111-2222-4333-8444-555555555550";
        RunRecord restore;
        restore.id = "20261120T084000Z-ABC124";
        restore.kind = "restore";
        restore.database = besideName(backup);
        restore.outcome = RunOutcome::Ok;
        restore.started = kNow;
        restore.ended = kNow;
        {
            const auto catalog = CatalogDatabase::open(bench.core().config().places.catalogFile);
            CHECK_OK(catalog);
            CHECK_OK((*catalog)->saveRun(restore));
        }
        QCOMPARE(namesOfRestores(bench.core()), std::vector<std::string>{besideName(backup)});
        QCOMPARE(besideName(backup, namesOfRestores(bench.core())), besideName(backup) + "_2");
    }
    void where_longName_isCutAndNotRefused() {
        WherePage page;
        auto backup = backupOf(1, "b1");
        backup.database = std::string(60, 'x');
        page.setChoices({profileOf("p1", "db1")}, backup);
        QCOMPARE(page.problem(), QString());
        QCOMPARE(page.database().size(), 63);
    }
    void quick_backupDeletedMeanwhile_isSaidAndNothingStarts() {
        FlowBench bench;
        QuickRestore sheet(bench.context(), QuickKind::Drill, {}, QStringLiteral("20261121T074000Z-ABC123"));
        sheet.show();
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(sheet).isEmpty(), kPatience);
        QVERIFY(shownError(sheet).contains(QStringLiteral("Nothing was changed")));
        QVERIFY(!child<QPushButton>(sheet, "flowNext")->isEnabled());
        QVERIFY(bench.jobs().jobs().empty());
        CHECK_NONE(nameProblems(sheet));
        QTest::keyClick(&sheet, Qt::Key_Escape);
        QVERIFY(!sheet.isVisible());
    }

    void report_differences_areNamedAndEscaped() {
        RestoreOutcome outcome;
        outcome.database = "a<b>";
        outcome.differences = {{"public.t<1>", "3 rows", "2 rows"}};
        outcome.leftOff = {"scheduled job 1000"};
        const ProofFacts facts = factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), outcome);
        QVERIFY(ProofReport::verdict(facts).startsWith(QStringLiteral("NOT equal")));
        const QString html = ProofReport::asHtml(facts);
        QVERIFY(html.contains(QStringLiteral("a&lt;b&gt;")));
        QVERIFY(html.contains(QStringLiteral("public.t&lt;1&gt;")));
        QVERIFY(!html.contains(QStringLiteral("<1>")));
        QVERIFY(html.contains(QStringLiteral("class=\"bad\"")));
        QVERIFY(ProofReport::asText(facts).contains(QStringLiteral("expected 3 rows, found 2 rows")));
        QVERIFY(ProofReport::asText(facts).contains(QStringLiteral("scheduled job 1000")));
    }
    void report_ofADrill_saysWhatTheRestoreLeftOff() {
        DrillOutcome outcome;
        outcome.proved = true;
        outcome.run.details.insert(QStringLiteral("left_off"),
                                   QJsonArray{QStringLiteral("The materialized view m is not filled.")});
        const ProofFacts facts = factsOf(backupOf(1, "b1"), outcome);
        QVERIFY(ProofReport::asText(facts).contains(
            QStringLiteral("Left off: The materialized view m is not filled.")));
        QVERIFY(
            ProofReport::asHtml(facts).contains(QStringLiteral("The materialized view m is not filled.")));
    }
    void report_repositoryOfAnotherComputer_saysWhyNoProofCounts() {
        ProofFacts facts = factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), provedOutcome());
        QVERIFY(facts.good());
        facts.isForeign = true;
        const QString text = ProofReport::asText(facts);
        QVERIFY2(text.contains(QStringLiteral("none that counts: another computer writes the repository")) &&
                     text.contains(QStringLiteral("“Take it over…”")),
                 qPrintable(text));
        facts.isSigned = true; // it is known there
        QVERIFY(ProofReport::asText(facts).contains(QStringLiteral("Signed proof: recorded")));
    }
    void report_notProved_neverSaysEqual() {
        RestoreOutcome outcome;
        const auto facts = [&] { return factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), outcome); };
        QVERIFY(!ProofReport::verdict(facts()).contains(QStringLiteral("Proved")));
        QVERIFY(!facts().good());
        outcome.proved = true;
        outcome.items = 12;
        QVERIFY(ProofReport::verdict(facts()).startsWith(QStringLiteral("Proved equal")));
        QVERIFY(facts().good());
    }
    void report_provedInPart_neverSaysEqualAndNamesTheRest() {
        ProofFacts facts = factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), provedOutcome());
        facts.proved = false;
        facts.run.details.insert(QStringLiteral("proved_in_part"), true);
        facts.run.details.insert(QStringLiteral("left_out"),
                                 QJsonArray{QJsonObject{{QStringLiteral("kind"), QStringLiteral("index")}}});
        facts.leftOff = {"The index public.broad is left out."};
        QVERIFY(!facts.good());
        const QString text = ProofReport::asText(facts);
        QVERIFY2(
            text.contains(QStringLiteral("Proved but for what was left out")) &&
                text.contains(QStringLiteral("named below: 1 of its constraints, indexes, generated columns, "
                                             "rights and extensions")) &&
                text.contains(QStringLiteral("public.broad")) &&
                text.contains(QStringLiteral("as one in part")) &&
                !text.contains(QStringLiteral("Proved equal")) &&
                !text.contains(QStringLiteral("nobody has compared")),
            qPrintable(text));
    }

    void report_scope_saysWhatWasNotCompared() {
        auto outcome = provedOutcome();
        const auto text = [&] {
            return ProofReport::asText(factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), outcome));
        };
        QVERIFY(text().contains(QStringLiteral("The schema was compared")));
        QVERIFY(text().contains(QStringLiteral("Not compared: role passwords")));
        QVERIFY(text().contains(QStringLiteral("none was recorded")));
        outcome.run.details.insert(QStringLiteral("schema_compared"), false);
        QVERIFY(text().contains(QStringLiteral("The schema was NOT compared")));
        outcome.run.details.insert(QStringLiteral("schema_names_compared"), true);
        QVERIFY(text().contains(QStringLiteral("What there is was, by kind and name")));
        outcome.run.details = {};
        QVERIFY(text().contains(QStringLiteral("not recorded")));
    }
    void report_drillWithAFailedCheck_isNotGood() {
        DrillOutcome outcome;
        outcome.target = kThrowawayTarget;
        outcome.proved = true;
        outcome.totalSeconds = 80;
        outcome.checks = {{"orders are there", true, "rows", "rows", 0.1},
                          {"books balance", false, "\"0.00\"", "\"0.01\"", 0.1}};
        const ProofFacts facts = factsOf(backupOf(1, "b1"), outcome);
        QVERIFY(!facts.good());
        QVERIFY(ProofReport::verdict(facts).contains(QStringLiteral("books balance")));
        const QString html = ProofReport::asHtml(facts);
        QVERIFY(html.contains(QStringLiteral("FAILED")));
        QVERIFY(html.contains(QStringLiteral("a private server")));
        QVERIFY(ProofReport::title(facts).contains(QStringLiteral("test restore")));
    }
    void report_saved_asHtmlAndPdfInOneStep() {
        QTemporaryDir folder;
        ProofFacts facts = factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), provedOutcome());
        facts.isSigned = true;
        const QString html = folder.filePath(QStringLiteral("r.html"));
        const QString pdf = folder.filePath(QStringLiteral("r.PDF"));
        CHECK_OK(ProofReport::save(facts, html));
        CHECK_OK(ProofReport::save(facts, pdf));
        QFile page(html);
        QVERIFY(page.open(QIODevice::ReadOnly));
        QVERIFY(page.readAll().contains("recorded in the repository"));
        QFile document(pdf);
        QVERIFY(document.open(QIODevice::ReadOnly));
        const QByteArray bytes = document.readAll();
        QVERIFY(bytes.startsWith("%PDF-"));
        QVERIFY(bytes.trimmed().endsWith("%%EOF"));
        QVERIFY(bytes.size() > 2000);
        CHECK_FAILS(ProofReport::save(facts, folder.filePath(QStringLiteral("no/such/r.pdf"))),
                    ErrorCode::IoError);
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files).size(), 2); // nothing half written
    }

    void proof_page_offersWhatCanFollow() {
        FlowBench bench;
        ProofPage page(bench.context());
        page.resize(760, 460);
        page.setResult(factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), provedOutcome()));
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        QSignalSpy swap(&page, &ProofPage::swapWanted);
        QSignalSpy drop(&page, &ProofPage::dropWanted);
        click(child<QPushButton>(page, "proofSwap"));
        click(child<QPushButton>(page, "proofDrop"));
        QCOMPARE(swap.size(), 1);
        QCOMPARE(drop.size(), 1);
        CHECK_NONE(nameProblems(page));
        CHECK_NONE(sizeProblems(page));
        auto different = provedOutcome();
        different.differences = {{"public.t", "3 rows", "2 rows"}};
        page.setResult(factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), different));
        QVERIFY(!child<QPushButton>(page, "proofSwap")->isVisible());
        QVERIFY(child<QPushButton>(page, "proofDrop")->isVisible());
        page.setResult(factsOf(backupOf(1, "b1"), DrillOutcome()));
        QVERIFY(!child<QPushButton>(page, "proofDrop")->isVisible());
    }
    void proof_page_savesWhereTheDialogSays() {
        FlowBench bench;
        ProofPage page(bench.context());
        page.setResult(factsOf(backupOf(1, "b1"), profileOf("p1", "db1"), provedOutcome()));
        page.show();
        const QString path = bench.folder(QStringLiteral("report.pdf"));
        click(child<QPushButton>(page, "proofSave"));
        auto* dialog = page.findChild<QFileDialog*>(QStringLiteral("proofSaveDialog"));
        QVERIFY(dialog != nullptr);
        emit dialog->fileSelected(path);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(page, "proofSaved")->text().contains(path), kPatience);
        emit dialog->fileSelected(bench.folder(QStringLiteral("no/such/report.pdf")));
        QTRY_VERIFY_WITH_TIMEOUT(shownError(page).contains(QStringLiteral("choose another folder")),
                                 kPatience);
        dialog->close();
    }
};

QTEST_MAIN(TestRestoreParts)
#include "test_restoreparts.moc"

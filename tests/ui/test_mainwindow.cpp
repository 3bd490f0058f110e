// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/patience.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QAction>
#include <QMenu>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabBar>
#include <QTcpServer>
#include <QTreeView>

using namespace salvor;
using namespace salvor::test;

class TestMainWindow : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void firstRun_emptyWorkspace_showsTwoDoors() {
        WindowFixture fixture(WindowFixture::Empty);
        auto* page = fixture.find<QWidget>("firstRunPage");
        QTRY_VERIFY_WITH_TIMEOUT(page->isVisible(), kPatience);
        QSignalSpy protect(fixture.window.get(), &MainWindow::protectWanted);
        QSignalSpy recover(fixture.window.get(), &MainWindow::recoverWanted);
        QTest::mouseClick(fixture.find<QAbstractButton>("protectDoor"), Qt::LeftButton);
        auto* door = fixture.find<QAbstractButton>("recoverDoor");
        door->setFocus();
        QTest::keyClick(door, Qt::Key_Space);
        QCOMPARE(protect.count(), 1);
        QCOMPARE(recover.count(), 1);
        QVERIFY(!fixture.find<QAction>("backUpAction")->isEnabled());
        QVERIFY(!fixture.find<QAction>("overviewAction")->isEnabled());
        QCOMPARE(accessibilityProblems(*fixture.window), QString());
        QCOMPARE(sizeProblems(*fixture.window), QString());
    }

    void firstRun_byEnterAlone_opensTheDoors() {
        WindowFixture fixture(WindowFixture::Empty);
        auto* page = fixture.find<QWidget>("firstRunPage");
        QTRY_VERIFY_WITH_TIMEOUT(page->isVisible(), kPatience);
        QSignalSpy protect(fixture.window.get(), &MainWindow::protectWanted);
        QSignalSpy recover(fixture.window.get(), &MainWindow::recoverWanted);
        auto* first = fixture.find<QAbstractButton>("protectDoor");
        QTRY_COMPARE_WITH_TIMEOUT(fixture.window->focusWidget(), first, kPatience);
        QTest::keyClick(first, Qt::Key_Return);
        QCOMPARE(protect.count(), 1);
        auto* other = fixture.find<QAbstractButton>("recoverDoor");
        other->setFocus();
        QTest::keyClick(other, Qt::Key_Enter);
        QCOMPARE(recover.count(), 1);
        QCOMPARE(protect.count(), 1);
    }

    void firstSize_usesTheRoomAndNoMore() {
        QCOMPARE(firstWindowPlace({0, 0, 1920, 1040}).size(), QSize(1632, 915));
        QCOMPARE(firstWindowPlace({0, 0, 3840, 2100}).size(), QSize(1680, 1000));
        QCOMPARE(firstWindowPlace({0, 0, 1366, 728}).size(), QSize(1200, 684));
        QCOMPARE(firstWindowPlace({0, 0, 1024, 560}), QRect(0, 0, 1008, 516));
        // 3840x2160 at 300 %, with a panel at the left and at the top: the frame is on the screen, too.
        for (const QRect& room : {QRect(0, 0, 1280, 720), QRect(64, 27, 1302, 741), QRect(0, 0, 1280, 680)}) {
            const QRect place = firstWindowPlace(room);
            QVERIFY(room.contains(place.adjusted(0, 0, 16, 40)));
        }
    }

    void firstSize_isNotLessThanTheWindowNeeds() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        const QSize needed = fixture.window->minimumSizeHint();
        const QSize given = firstWindowPlace({0, 0, 1280, 720}).size(); // 3840x2160 at 300 %
        QVERIFY2(needed.width() <= given.width() && needed.height() <= given.height(),
                 qPrintable(QStringLiteral("%1x%2").arg(needed.width()).arg(needed.height())));
    }

    void sidebar_filled_groupsByServerAndNarrowsPages() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("serverTree", 4));
        auto* tree = fixture.find<QTreeView>("serverTree");
        const QModelIndex server = tree->model()->index(3, 0);
        QCOMPARE(server.data().toString(), QStringLiteral("timescale"));
        QVERIFY(tree->isExpanded(server));
        QCOMPARE(server.data(Qt::AccessibleTextRole).toString(),
                 QStringLiteral("timescale, worst state: last backup failed"));
        auto* overview = fixture.find<QAbstractItemView>("overviewTable");
        QTRY_COMPARE_WITH_TIMEOUT(overview->model()->rowCount(), 8, kPatience);
        tree->setFocus();
        tree->setCurrentIndex(server);
        QCOMPARE(overview->model()->rowCount(), 3);
        QTest::keyClick(tree, Qt::Key_Down);
        QCOMPARE(overview->model()->rowCount(), 1);
        QCOMPARE(fixture.window->selection().database, QStringLiteral("alerts"));
        fixture.window->refresh();
        QTest::qWait(50);
        QCOMPARE(fixture.window->selection().database, QStringLiteral("alerts"));
    }

    void pages_keys_switchAndAreRemembered() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        QCOMPARE(fixture.window->currentPageId(), QStringLiteral("overview"));
        for (const char* id : {"charts", "stores", "activity", "backups", "activity"}) {
            fixture.find<QAction>((std::string(id) + "Action").c_str())->trigger();
            QCOMPARE(fixture.window->currentPageId(), QLatin1String(id));
        }
        QCOMPARE(fixture.find<QAction>("backupsAction")->shortcut(), QKeySequence(QStringLiteral("Ctrl+2")));
        auto* tabs = fixture.find<QTabBar>("pageSwitcher");
        QVERIFY(tabs->height() >= tabs->sizeHint().height());
        tabs->setFocus();
        QTest::keyClick(tabs, Qt::Key_Left);
        QVERIFY(fixture.window->currentPageId() != QStringLiteral("activity"));
        fixture.window->showPage(QStringLiteral("backups"));
        fixture.find<QAction>("themeDark")->trigger();
        QVERIFY(Theme::isDark(QApplication::palette()));
        QVERIFY(fixture.window->close());
        fixture.open();
        QCOMPARE(fixture.window->currentPageId(), QStringLiteral("backups"));
        QVERIFY(fixture.find<QAction>("themeDark")->isChecked());
        fixture.find<QAction>("themeLight")->trigger();
    }

    void actions_choices_enableWhatCanBeDone() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.find<QAction>("restoreAction")->isEnabled(), kPatience);
        QVERIFY(!fixture.find<QAction>("editServerAction")->isEnabled());
        fixture.window->select({QString::fromStdString(fixture.sample.server(0).uuid), {}});
        QVERIFY(fixture.find<QAction>("editServerAction")->isEnabled());
        QSignalSpy edit(fixture.window.get(), &MainWindow::editServerWanted);
        fixture.find<QAction>("editServerAction")->trigger();
        QCOMPARE(edit.value(0).value(0).toString(), QString::fromStdString(fixture.sample.server(0).uuid));
        QSignalSpy rehearse(fixture.window.get(), &MainWindow::rehearsalWanted);
        fixture.find<QAction>("rehearseAction")->trigger();
        QCOMPARE(rehearse.value(0).value(0).toString(),
                 QString::fromStdString(fixture.sample.repository().id));
        int restores = 0;
        BackupChoice chosen;
        connect(fixture.window.get(), &MainWindow::restoreWanted, this, [&](const BackupChoice& backup) {
            ++restores;
            chosen = backup;
        });
        fixture.find<QAction>("restoreAction")->trigger();
        QCOMPARE(restores, 1);
        QCOMPARE(chosen.repositoryId, QString::fromStdString(fixture.sample.repository().id));
        QVERIFY(!chosen.backupId.isEmpty());
    }

    void everyPage_filled_isNamedAndFits() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        const std::pair<const char*, const char*> pages[] = {{"overview", "overviewTable"},
                                                             {"backups", "backupsTable"},
                                                             {"charts", "chartsTable"},
                                                             {"stores", "storesTable"},
                                                             {"activity", "activityTable"}};
        for (const auto& [id, table] : pages) {
            fixture.window->showPage(QLatin1String(id));
            QVERIFY(fixture.waitForRows(table));
            QTest::qWait(20);
            QCOMPARE(accessibilityProblems(*fixture.window), QString());
            QCOMPARE(sizeProblems(*fixture.window), QString());
        }
    }

    /// A server that accepts and never answers keeps the job running until somebody acts.
    void close_jobRunning_asksAndObeys() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        fixture.sample.addServerAt(silent.serverPort());
        fixture.window->refresh();
        QVERIFY(fixture.waitForRows("serverTree", 5));
        fixture.window->startBackup({QString::fromStdString(fixture.sample.server(3).uuid), {}});
        QVERIFY(fixture.find<QWidget>("jobPanel")->isVisible());
        QCOMPARE(accessibilityProblems(*fixture.window), QString());

        QVERIFY(!fixture.window->close());
        auto* question = fixture.window->findChild<QMessageBox*>(QStringLiteral("closeQuestion"));
        QVERIFY(question != nullptr);
        QTest::mouseClick(fixture.find<QPushButton>("closeStay"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(
            fixture.window->findChild<QMessageBox*>(QStringLiteral("closeQuestion")) == nullptr, kPatience);
        QVERIFY(fixture.window->isVisible());
        QVERIFY(fixture.window->context().jobs.anyRunning());

        QVERIFY(!fixture.window->close());
        QTest::mouseClick(fixture.find<QPushButton>("closeCancel"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.window->isVisible(), kPatience);
        const auto& jobs = fixture.window->context().jobs.jobs();
        QVERIFY(jobs.front()->result && !*jobs.front()->result);
        QVERIFY(jobs.front()->result->error().isCancelled());
    }

    void job_fails_isToldWithDetails() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        quint16 port = 0;
        {
            QTcpServer closed; // its port refuses once it is gone
            QVERIFY(closed.listen(QHostAddress::LocalHost));
            port = closed.serverPort();
        }
        fixture.sample.addServerAt(port);
        fixture.window->refresh();
        QVERIFY(fixture.waitForRows("serverTree", 5));
        fixture.window->startBackup(
            {QString::fromStdString(fixture.sample.server(3).uuid), QStringLiteral("nowhere")});
        const auto& jobs = fixture.window->context().jobs.jobs();
        QTRY_VERIFY_WITH_TIMEOUT(jobs.front()->result.has_value(), kPatience);
        QTest::mouseClick(fixture.find<QAbstractButton>("jobDetails"), Qt::LeftButton);
        auto* dialog = fixture.find<QWidget>("jobDetailsDialog");
        QTRY_VERIFY_WITH_TIMEOUT(dialog->isVisible(), kPatience);
        QVERIFY(!dialog->findChild<QLabel*>(QStringLiteral("errorLeftBehind"))->text().isEmpty());
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTest::mouseClick(fixture.find<QAbstractButton>("jobCancel"), Qt::LeftButton); // now: close the row
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.find<QWidget>("jobPanel")->isVisible(), kPatience);
    }

    void jobs_manyFailed_scrollAndLeaveTheWindowItsSize() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        quint16 port = 0;
        {
            QTcpServer closed; // its port refuses once it is gone
            QVERIFY(closed.listen(QHostAddress::LocalHost));
            port = closed.serverPort();
        }
        fixture.sample.addServerAt(port);
        fixture.window->refresh();
        QVERIFY(fixture.waitForRows("serverTree", 5));
        const QSize before = fixture.window->size();
        const QString server = QString::fromStdString(fixture.sample.server(3).uuid);
        for (int i = 0; i < 13; ++i)
            fixture.window->startBackup({server, QStringLiteral("nowhere")});
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.window->context().jobs.anyRunning(), kPatience);
        const auto* panel = fixture.find<QWidget>("jobPanel");
        QTRY_VERIFY_WITH_TIMEOUT(panel->height() < before.height() / 2, kPatience);
        QCOMPARE(fixture.window->size(), before);
        QCOMPARE(panel->findChildren<QWidget*>(QStringLiteral("jobRow")).size(), 13); // what failed stays
        QCOMPARE(sizeProblems(*fixture.window), QString());
    }

    void about_menu_tellsVersion() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.find<QAction>("aboutAction")->trigger();
        auto* box = fixture.window->findChild<QMessageBox*>(QStringLiteral("aboutBox"));
        QVERIFY(box != nullptr && box->text().contains(QStringLiteral(SALVOR_VERSION)));
        box->close();
    }
};

QTEST_MAIN(TestMainWindow)
#include "test_mainwindow.moc"

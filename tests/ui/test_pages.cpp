// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/activitylistmodel.h"
#include "models/lists/backuplistmodel.h"
#include "models/lists/databaselistmodel.h"
#include "models/workspace/workspacedatabase.h"
#include "support/patience.h"
#include "ui/activity/activitytexts.h"
#include "ui/backups/chunkaxis.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/sidebar.h"
#include "ui/main/windowpage.h"
#include "ui/overview/historydelegate.h"
#include "ui/overview/overviewtexts.h"
#include "ui/support/columnfit.h"
#include "ui/support/format.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QAction>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QToolButton>
#include <QTreeView>

using namespace salvor;
using namespace salvor::test;

namespace {

/// The row of a table whose column shows that text.
int rowOf(const QAbstractItemView* table, int column, const QString& text) {
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        if (table->model()->index(row, column).data().toString() == text)
            return row;
    }
    return -1;
}

QString sentenceOf(const WindowFixture& fixture) { return fixture.find<QLabel>("overviewSentence")->text(); }

} // namespace

class TestPages : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void overview_filled_tellsTheWorstFirst() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        const auto* table = fixture.find<QAbstractItemView>("overviewTable");
        QCOMPARE(table->model()->index(0, 0).data().toString(), QStringLiteral("iot_raw"));
        QCOMPARE(table->model()->index(1, 0).data().toString(), QStringLiteral("wiki"));
        QVERIFY2(sentenceOf(fixture).startsWith(QStringLiteral("6 of 8 databases protected")),
                 qPrintable(sentenceOf(fixture)));
        QVERIFY(sentenceOf(fixture).contains(QStringLiteral("wiki overdue by 2 days")));
        QVERIFY(fixture.find<QLabel>("overviewAsOf")->text().contains(QStringLiteral("21 Nov 2026")));
    }

    void overview_row_keysAndButtonsAct() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        auto* table = fixture.find<QAbstractItemView>("overviewTable");
        table->setCurrentIndex(table->model()->index(rowOf(table, 0, QStringLiteral("crm")), 0));
        QSignalSpy restores(fixture.window.get(), &MainWindow::restoreWanted);
        QTest::mouseClick(fixture.find<QPushButton>("overviewRestore"), Qt::LeftButton);
        QCOMPARE(restores.count(), 1);
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Return);
        QCOMPARE(fixture.window->currentPageId(), QStringLiteral("backups"));
        QCOMPARE(fixture.window->selection().database, QStringLiteral("crm"));
    }

    /// The tree's menu is about the tree, whatever row a page has chosen; the Backup menu names what it
    /// means.
    void sidebar_menuOfAServer_meansTheWholeServer() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        auto* table = fixture.find<QAbstractItemView>("overviewTable");
        const QString office = QString::fromStdString(fixture.sample.server(2).uuid);
        fixture.window->select({office, {}});
        table->setCurrentIndex(table->model()->index(rowOf(table, 0, QStringLiteral("wiki")), 0));
        QTRY_COMPARE_WITH_TIMEOUT(fixture.find<QAction>("backUpAction")->text(),
                                  QStringLiteral("&Back up “wiki” now"), kPatience);
        emit fixture.window->findChild<Sidebar*>()->contextMenuWanted(QPoint(10, 10));
        auto* menu = fixture.find<QMenu>("sidebarMenu");
        auto* backUp = menu->findChild<QAction*>(QStringLiteral("sidebarBackUp"));
        QVERIFY(backUp != nullptr);
        QCOMPARE(backUp->text(), QStringLiteral("&Back up “office” now"));
        auto* jobs = fixture.window->findChild<JobController*>();
        QSignalSpy started(jobs, &JobController::started);
        backUp->trigger();
        QCOMPARE(started.size(), 1);
        const Job* job = jobs->job(started[0][0].toInt());
        QVERIFY(job != nullptr);
        QVERIFY(std::get<BackupJob>(job->request).databases.empty());
        jobs->cancelAll();
        QTRY_VERIFY_WITH_TIMEOUT(!jobs->anyRunning(), kPatience);
        menu->close();
    }

    /// At the width of a small screen, and narrower: the strip of runs gives way, states stay whole.
    void overview_narrow_statesAreReadInFull() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        auto* table = fixture.find<QTableView>("overviewTable");
        for (const int width : {1366, 1200}) {
            fixture.window->resize(width, 720);
            const auto whole = [&](int column) {
                return table->columnWidth(column) >=
                       static_cast<QAbstractItemView*>(table)->sizeHintForColumn(column);
            };
            QTRY_VERIFY_WITH_TIMEOUT(
                whole(DatabaseListModel::StateColumn) && whole(DatabaseListModel::DatabaseColumn), kPatience);
            QVERIFY(table->columnWidth(DatabaseListModel::HistoryColumn) >=
                    HistoryDelegate::widthFor(HistoryDelegate::kFewest));
        }
    }

    void overview_unrehearsed_offersTheRehearsal() {
        WindowFixture fixture(WindowFixture::Unrehearsed);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        Tray& tray = fixture.window->tray(); // why it is red, there too
        QVERIFY2(tray.icon().toolTip().contains(QStringLiteral("never tried")),
                 qPrintable(tray.icon().toolTip()));
        QVERIFY(!tray.menu()->findChild<QAction*>(QStringLiteral("trayReason"))->text().isEmpty());
        QSignalSpy wanted(fixture.window.get(), &MainWindow::rehearsalWanted);
        QTRY_VERIFY_WITH_TIMEOUT(
            fixture.window->findChild<QPushButton*>(QStringLiteral("overviewRehearse")) != nullptr,
            kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.find<QPushButton>("overviewRehearse")->isVisible(), kPatience);
        QTest::mouseClick(fixture.find<QPushButton>("overviewRehearse"), Qt::LeftButton);
        QCOMPARE(wanted.value(0).value(0).toString(), QString::fromStdString(fixture.sample.repository().id));
        QCOMPARE(accessibilityProblems(*fixture.window), QString());
    }

    void overview_identityGone_turnsRedAndSaysWhatOpens() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        const auto concern = [&] {
            const auto* label = fixture.window->findChild<QLabel*>(QStringLiteral("overviewConcern"));
            return label == nullptr ? QString() : label->text();
        };
        QDir secrets(QString::fromStdString(fixture.sample.config().places.secrets));
        const auto keys = secrets.entryList({QStringLiteral("*identity*")}, QDir::Files);
        QVERIFY(!keys.isEmpty());
        for (const auto& key : keys)
            QVERIFY(secrets.remove(key));
        fixture.open(); // a key that was found once is not asked for again
        QTRY_VERIFY2_WITH_TIMEOUT(concern().contains(QStringLiteral("cannot be opened from here")),
                                  qPrintable(concern()), kPatience);
        QVERIFY(concern().contains(QStringLiteral("recovery file")));
        QVERIFY(fixture.find<QPushButton>("overviewRepositoryInfo")->isEnabled());
    }

    void overview_columns_tellWhatWouldBeLostAndWhoRunsNext() {
        using M = DatabaseListModel;
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        auto* table = fixture.find<QTableView>("overviewTable");
        const auto cell = [&](const char* database, int column) {
            return table->model()
                ->index(rowOf(table, M::DatabaseColumn, QLatin1String(database)), column)
                .data()
                .toString();
        };
        QVERIFY(cell("billing", M::IfLostColumn).contains(QStringLiteral("back in")));
        QVERIFY(cell("crm", M::IfLostColumn).endsWith(QStringLiteral("not yet measured")));
        QCOMPARE(cell("wiki", M::StateColumn), QStringLiteral("overdue by 2 days"));
        QCOMPARE(cell("crm", M::NextRunColumn), QStringLiteral("no timer"));
        QCOMPARE(cell("crm", M::ProvenColumn), QStringLiteral("never"));
        QVERIFY(table->isColumnHidden(M::SizeColumn));
        QCOMPARE(sizeProblems(*fixture.window), QString());
        // Everything is seen without scrolling.
        QCOMPARE(table->horizontalScrollBar()->maximum(), 0);
    }

    void overview_sheets_areWantedByButtonsAndMenu() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        auto* table = fixture.find<QTableView>("overviewTable");
        table->setCurrentIndex(table->model()->index(rowOf(table, 0, QStringLiteral("crm")), 0));
        QSignalSpy drills(fixture.window.get(), &MainWindow::drillWanted);
        QSignalSpy besides(fixture.window.get(), &MainWindow::besideWanted);
        QSignalSpy restored(fixture.window.get(), &MainWindow::restoredWanted);
        QTest::mouseClick(fixture.find<QPushButton>("overviewDrill"), Qt::LeftButton);
        QTest::mouseClick(fixture.find<QPushButton>("overviewBeside"), Qt::LeftButton);
        QTest::mouseClick(fixture.find<QPushButton>("overviewRestored"), Qt::LeftButton);
        QCOMPARE(drills.count(), 1);
        QCOMPARE(besides.count(), 1);
        QVERIFY(!drills.front().front().value<BackupChoice>().backupId.isEmpty());
        QCOMPARE(drills.front().front().value<BackupChoice>(), besides.front().front().value<BackupChoice>());
        QCOMPARE(restored.value(0).value(0).toString(),
                 QString::fromStdString(fixture.sample.server(0).uuid));
        emit table->customContextMenuRequested(table->visualRect(table->currentIndex()).center());
        QMenu* menu = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT(
            (menu =
                 fixture.find<QWidget>("overviewPage")->findChild<QMenu*>(QStringLiteral("overviewMenu"))) !=
                    nullptr &&
                menu->isVisible(),
            kPatience);
        QTest::keyClick(menu, Qt::Key_T); // Test restore
        QTRY_COMPARE_WITH_TIMEOUT(drills.count(), 2, kPatience);
        fixture.find<QAction>("restoredAction")->trigger();
        QCOMPARE(restored.count(), 2);
    }

    void overview_profileWithoutBackup_saysWhatToDoFirst() {
        WindowFixture fixture(WindowFixture::OnlyProfile);
        auto* empty =
            fixture.find<QWidget>("overviewPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible(), kPatience);
        QVERIFY(sentenceOf(fixture).startsWith(QStringLiteral("No database is protected")));
        auto* button = empty->findChild<QPushButton*>(QStringLiteral("emptyAction"));
        QCOMPARE(button->accessibleName(), QStringLiteral("Back up now"));
        QVERIFY(!fixture.find<QPushButton>("overviewBackUp")->isEnabled());
        fixture.window->showPage(QStringLiteral("backups"));
        auto* noBackups =
            fixture.find<QWidget>("backupsPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(noBackups->isVisible(), kPatience);
        fixture.window->showPage(QStringLiteral("activity"));
        // What was set up is a change as well.
        QVERIFY(fixture.waitForRows("activityTable"));
        QTRY_VERIFY_WITH_TIMEOUT(rowOf(fixture.find<QAbstractItemView>("activityTable"),
                                       ActivityListModel::WhatColumn, QStringLiteral("server added")) >= 0,
                                 kPatience);
        auto* only = fixture.find<QCheckBox>("activityOnlyTroubled");
        only->setChecked(true);
        auto* noRuns =
            fixture.find<QWidget>("activityPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(noRuns->isVisible(), kPatience);
    }

    /// The sample has failed runs: a search that hides them does not make them none.
    void activity_troubledHiddenByTheSearch_isNotNothingFailed() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("activity"));
        auto* table = fixture.find<QAbstractItemView>("activityTable");
        auto* only = fixture.find<QCheckBox>("activityOnlyTroubled");
        only->setChecked(true);
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() > 0, kPatience);
        QTest::keyClicks(fixture.find<QLineEdit>("activitySearch"), QStringLiteral("no such run"));
        auto* empty =
            fixture.find<QWidget>("activityPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible(), kPatience);
        const auto labels = empty->findChildren<QLabel*>();
        QVERIFY(std::ranges::any_of(
            labels, [](const QLabel* label) { return label->text() == QStringLiteral("Nothing fits"); }));
    }

    void backups_filter_narrowsCountsAndCanBeCleared() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        const int all = static_cast<int>(fixture.sample.backups());
        QVERIFY(fixture.waitForRows("backupsTable", all));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        auto* filter = fixture.find<QLineEdit>("backupsFilter");
        QTest::keyClicks(filter, QStringLiteral("WEBSHOP"));
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() < all, kPatience);
        const int shown = table->model()->rowCount();
        QVERIFY(shown > 0);
        QCOMPARE(fixture.find<QLabel>("backupsCount")->text(), QStringLiteral("%1 backups").arg(shown));
        for (int row = 0; row < shown; ++row)
            QCOMPARE(table->model()->index(row, BackupListModel::DatabaseColumn).data().toString(),
                     QStringLiteral("webshop"));
        QTest::keyClicks(filter, QStringLiteral("x"));
        auto* empty = fixture.find<QWidget>("backupsPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible(), kPatience);
        QTest::mouseClick(empty->findChild<QPushButton*>(), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), all, kPatience);
    }

    void backups_stateAndTime_narrow() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        const int all = static_cast<int>(fixture.sample.backups());
        QVERIFY(fixture.waitForRows("backupsTable", all));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        auto* state = fixture.find<QComboBox>("backupsState");
        state->setFocus();
        QTest::keyClicks(state, QStringLiteral("Proved")); // by its first letters
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() < all, kPatience);
        QVERIFY(table->model()->rowCount() > 0);
        for (int row = 0; row < table->model()->rowCount(); ++row)
            QVERIFY(
                table->model()->index(row, 0).data(BackupListModel::RestoredAtRole).toDateTime().isValid());
        state->setCurrentIndex(0);
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), all, kPatience);
        fixture.find<QComboBox>("backupsTime")->setCurrentIndex(1);
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() < 10, kPatience);
        fixture.find<QComboBox>("backupsTime")->setCurrentIndex(5);
        QVERIFY(fixture.find<QWidget>("backupsFrom")->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() > 100, kPatience);
    }

    void backups_choiceOnTheLeft_isShownAndCanBeDropped() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        const int all = static_cast<int>(fixture.sample.backups());
        QVERIFY(fixture.waitForRows("backupsTable", all));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        fixture.window->select(
            {QString::fromStdString(fixture.sample.server(1).uuid), QStringLiteral("metrics")});
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() < all, kPatience);
        auto* chip = fixture.find<QToolButton>("backupsChip");
        QCOMPARE(chip->text(), QStringLiteral("metrics on timescale"));
        QTest::mouseClick(chip, Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), all, kPatience);
        QVERIFY(!chip->isVisible());
    }

    void backups_columns_areChosenAndRemembered() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        QVERIFY(fixture.waitForRows("backupsTable"));
        auto* menu = fixture.find<QToolButton>("backupsColumns")->menu();
        emit menu->aboutToShow();
        QAction* trigger = menu->actions().at(BackupListModel::TriggerColumn);
        QCOMPARE(trigger->text(), QStringLiteral("Trigger"));
        QVERIFY(!menu->actions().front()->isEnabled()); // one always stays
        trigger->trigger();
        QVERIFY(fixture.find<QTableView>("backupsTable")->isColumnHidden(BackupListModel::TriggerColumn));
        QVERIFY(fixture.window->close());
        fixture.open();
        QVERIFY(fixture.find<QTableView>("backupsTable")->isColumnHidden(BackupListModel::TriggerColumn));
        emit fixture.find<QToolButton>("backupsColumns")->menu()->aboutToShow();
        fixture.find<QAction>("columnsReset")->trigger();
        QVERIFY(!fixture.find<QTableView>("backupsTable")->isColumnHidden(BackupListModel::TriggerColumn));
    }

    void backups_chunks_areCellsOnATimeAxis() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        QVERIFY(fixture.waitForRows("backupsTable"));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        table->setCurrentIndex(table->model()->index(
            rowOf(table, BackupListModel::DatabaseColumn, QStringLiteral("metrics")), 0));
        auto* axis = fixture.find<ChunkAxis>("chunkAxis");
        QTRY_COMPARE_WITH_TIMEOUT(axis->cellCount(), 82, kPatience);
        QCOMPARE(axis->hypertables(), 2);
        fixture.find<QTabWidget>("backupTabs")->setCurrentIndex(1);
        QVERIFY(axis->isVisible());
        for (int cell = 0; cell < axis->cellCount(); ++cell)
            QVERIFY2(axis->rect().contains(axis->cellRect(cell)), qPrintable(axis->cellText(cell)));
        axis->setFocus();
        QTest::keyClick(axis, Qt::Key_Right);
        QCOMPARE(axis->currentCell(), 1);
        QVERIFY(
            axis->cellText(1).startsWith(QStringLiteral("public.conditions: 2025-12-04 to 2025-12-11, ")));
        QTest::keyClick(axis, Qt::Key_End);
        QCOMPARE(axis->currentCell(), 81);
        QTest::keyClick(axis, Qt::Key_Up);
        QCOMPARE(axis->currentCell(), 51); // the same week of the other hypertable
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(axis);
        QCOMPARE(face->childCount(), 82);
        QAccessibleInterface* chunk = face->child(51);
        QCOMPARE(chunk->text(QAccessible::Name), axis->cellText(51));
        QVERIFY(chunk->state().focused || !axis->hasFocus());
        QCOMPARE(face->indexOfChild(chunk), 51);
        QVERIFY(chunk->rect().isValid());
        const QPoint middle = axis->cellRect(3).center();
        QTest::mouseClick(axis, Qt::LeftButton, {}, middle);
        QCOMPARE(axis->currentCell(), 3);
        QTRY_VERIFY_WITH_TIMEOUT(fixture.find<QLabel>("backupRunText")
                                     ->text()
                                     .startsWith(QStringLiteral("Backup of metrics on timescale: ok")),
                                 kPatience);
    }

    void backups_showBackup_choosesItWhateverTheFilter() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        QVERIFY(fixture.waitForRows("backupsTable", static_cast<int>(fixture.sample.backups())));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        const QModelIndex last = table->model()->index(table->model()->rowCount() - 1, 0);
        const BackupChoice choice{last.data(BackupListModel::RepositoryIdRole).toString(),
                                  last.data(BackupListModel::IdRole).toString()};
        fixture.window->showPage(QStringLiteral("overview"));
        fixture.find<QLineEdit>("backupsFilter")->setText(QStringLiteral("webshop"));
        fixture.window->showBackup(choice);
        QCOMPARE(fixture.window->currentPageId(), QStringLiteral("backups"));
        QTRY_COMPARE_WITH_TIMEOUT(fixture.find<QLabel>("backupFact0")->text(), choice.backupId, kPatience);
        QCOMPARE(fixture.find<QLineEdit>("backupsFilter")->text(), QString());
    }

    void backups_sort_bySizeIsByNumber() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        QVERIFY(fixture.waitForRows("backupsTable"));
        auto* model = fixture.find<QAbstractItemView>("backupsTable")->model();
        model->sort(BackupListModel::SizeColumn, Qt::AscendingOrder);
        const auto sizeAt = [&](int row) {
            return model->index(row, 0).data(BackupListModel::SizeRole).toULongLong();
        };
        const auto isSorted = [&] {
            for (int row = 1; row < model->rowCount(); ++row) {
                if (sizeAt(row) < sizeAt(row - 1))
                    return false;
            }
            return model->rowCount() > 1;
        };
        QTRY_VERIFY_WITH_TIMEOUT(isSorted(), kPatience);
    }

    void backups_chosen_showsFactsItemsAndActs() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        QVERIFY(fixture.waitForRows("backupsTable"));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        const int row = rowOf(table, BackupListModel::DatabaseColumn, QStringLiteral("metrics"));
        table->setCurrentIndex(table->model()->index(row, 0));
        const QString id = table->currentIndex().data(BackupListModel::IdRole).toString();
        QCOMPARE(fixture.find<QLabel>("backupTitle")->text(), QStringLiteral("metrics on timescale"));
        QCOMPARE(fixture.find<QLabel>("backupFact0")->text(), id);
        QVERIFY(fixture.find<QLabel>("backupNotes")->text().contains(QStringLiteral("Subscriptions")));
        auto* items = fixture.find<QTreeView>("backupItems");
        QTRY_VERIFY_WITH_TIMEOUT(items->model()->rowCount() == 3, kPatience);
        const QModelIndex hypertables = items->model()->index(0, 0);
        QCOMPARE(hypertables.data().toString(), QStringLiteral("Hypertables, 82 chunks"));
        const QModelIndex conditions = items->model()->index(0, 0, hypertables);
        QCOMPARE(items->model()->index(0, 0, conditions).data().toString(),
                 QStringLiteral("2025-11-27 to 2025-12-04"));

        QTest::mouseClick(fixture.find<QPushButton>("backupCopyId"), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), id);
        QString restored;
        connect(fixture.window.get(), &MainWindow::restoreWanted, this,
                [&](const BackupChoice& choice) { restored = choice.backupId; });
        QTest::mouseClick(fixture.find<QPushButton>("backupRestore"), Qt::LeftButton);
        QCOMPARE(restored, id);
        const auto depths = fixture.find<QToolButton>("backupVerify")->menu()->actions();
        QCOMPARE(depths.size(), 3);
        depths[1]->trigger();
        QCOMPARE(fixture.window->context().jobs.jobs().size(), std::size_t(1));
        const auto& job = std::get<VerifyJob>(fixture.window->context().jobs.jobs()[0]->request);
        QVERIFY(job.depth == VerifyDepth::Stored);
        QCOMPARE(job.backups, std::vector{id.toStdString()});
    }

    void backups_itemsUnreadable_saysWhy() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        QVERIFY(fixture.waitForRows("backupsTable"));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        table->setCurrentIndex(table->model()->index(table->model()->rowCount() - 1, 0)); // not in the store
        auto* panel =
            fixture.find<QWidget>("backupDetail")->findChild<QWidget*>(QStringLiteral("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY(!panel->findChild<QLabel*>(QStringLiteral("errorMessage"))->text().isEmpty());
        table->setCurrentIndex(table->model()->index(0, 0));
        QTRY_VERIFY_WITH_TIMEOUT(!panel->isVisible(), kPatience);
    }

    void backups_badges_areToldInWords() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        QVERIFY(fixture.waitForRows("backupsTable"));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        const int row = rowOf(table, BackupListModel::DatabaseColumn, QStringLiteral("billing"));
        const QModelIndex badges = table->model()->index(row, BackupListModel::BadgesColumn);
        QCOMPARE(badges.data(Qt::AccessibleTextRole).toString(),
                 QStringLiteral("stored, restored 21 Nov 2026"));
        QVERIFY(badges.data(Qt::ToolTipRole).toString().contains(QStringLiteral("proved equal")));
    }

    void activity_failedRun_showsErrorInFull() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("activity"));
        QVERIFY(fixture.waitForRows("activityTable", static_cast<int>(fixture.sample.runs())));
        auto* table = fixture.find<QAbstractItemView>("activityTable");
        table->setCurrentIndex(table->model()->index(
            rowOf(table, ActivityListModel::OutcomeColumn, QStringLiteral("failed")), 0));
        QCOMPARE(fixture.find<QLabel>("runSummary")->text(),
                 QStringLiteral("Backup of iot_raw on timescale: failed"));
        auto* detail = fixture.find<QWidget>("runDetail");
        QVERIFY(detail->findChild<QWidget*>(QStringLiteral("errorPanel"))->isVisible());
        QCOMPARE(detail->findChild<QLabel*>(QStringLiteral("errorTitle"))->text(),
                 QStringLiteral("The connection was lost"));
        table->setCurrentIndex(
            table->model()->index(rowOf(table, ActivityListModel::OutcomeColumn, QStringLiteral("ok")), 0));
        QVERIFY(!detail->findChild<QWidget*>(QStringLiteral("errorPanel"))->isVisible());
    }

    void activity_onlyTroubled_hidesTheRest() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("activity"));
        QVERIFY(fixture.waitForRows("activityTable"));
        auto* table = fixture.find<QAbstractItemView>("activityTable");
        auto* only = fixture.find<QCheckBox>("activityOnlyTroubled");
        only->setFocus();
        const int all = table->model()->rowCount();
        QTest::keyClick(only, Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() < all, kPatience);
        QVERIFY(table->model()->rowCount() > 0);
        for (int row = 0; row < table->model()->rowCount(); ++row)
            QCOMPARE(table->model()->index(row, ActivityListModel::OutcomeColumn).data().toString(),
                     QStringLiteral("failed"));
        fixture.find<QLineEdit>("activitySearch")->setText(QStringLiteral("nothing is called so"));
        auto* empty =
            fixture.find<QWidget>("activityPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible(), kPatience);
        QTest::mouseClick(empty->findChild<QPushButton*>(), Qt::LeftButton);
        QVERIFY(!only->isChecked());
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), all, kPatience);
    }

    void activity_changes_tellWhoAndFromWhatToWhat() {
        WindowFixture fixture(WindowFixture::Filled);
        auto policies = fixture.core->policies();
        QVERIFY(policies.has_value());
        Policy policy = policies->front();
        policy.title = "every night";
        QVERIFY(fixture.core->savePolicy(policy).has_value());
        fixture.window->showPage(QStringLiteral("activity"));
        QVERIFY(fixture.waitForRows("activityTable", static_cast<int>(fixture.sample.runs())));
        auto* table = fixture.find<QAbstractItemView>("activityTable");
        auto* kind = fixture.find<QComboBox>("activityKind");
        kind->setFocus();
        QTest::keyClick(kind, Qt::Key_End);
        QTRY_VERIFY_WITH_TIMEOUT(rowOf(table, ActivityListModel::OutcomeColumn, QStringLiteral("ok")) < 0,
                                 kPatience);
        const int row = rowOf(table, ActivityListModel::SubjectColumn, QStringLiteral("every night"));
        QVERIFY(row >= 0);
        QCOMPARE(table->model()->index(row, ActivityListModel::WhatColumn).data().toString(),
                 QStringLiteral("policy changed"));
        QVERIFY(table->model()
                    ->index(row, ActivityListModel::WhoColumn)
                    .data()
                    .toString()
                    .startsWith(QStringLiteral("anna on ")));
        table->setCurrentIndex(table->model()->index(row, 0));
        QVERIFY(fixture.find<QLabel>("runSummary")
                    ->text()
                    .startsWith(QStringLiteral("Policy changed: every night, by anna@")));
        QVERIFY2(fixture.find<QLabel>("runFacts")->text().contains(QStringLiteral("to every night")),
                 qPrintable(fixture.find<QLabel>("runFacts")->text()));
        QTest::mouseClick(fixture.find<QPushButton>("activityCopy"), Qt::LeftButton);
        QVERIFY(QApplication::clipboard()->text().contains(QStringLiteral("to every night")));
        // Of another server there is no such change.
        const QString other = QString::fromStdString(policy.profileUuid == fixture.sample.server(0).uuid
                                                         ? fixture.sample.server(1).uuid
                                                         : fixture.sample.server(0).uuid);
        fixture.window->select({other, {}});
        QTRY_VERIFY_WITH_TIMEOUT(
            rowOf(table, ActivityListModel::SubjectColumn, QStringLiteral("every night")) < 0, kPatience);
    }

    void activity_backupByHand_saysWhoMadeIt() {
        ActivityEntry entry;
        entry.run.emplace();
        entry.run->id = "20261121T074000Z-ABC123";
        entry.run->kind = "backup";
        entry.run->trigger = "person";
        entry.run->host = "vm";
        ActivityListModel model;
        const ActivityTexts texts(model);
        const auto who = [&] {
            model.setRows(std::make_shared<const std::vector<ActivityEntry>>(1, entry));
            return texts.index(0, ActivityListModel::WhoColumn).data().toString();
        };
        QCOMPARE(who(), QStringLiteral("person on vm")); // of an older Salvor
        entry.run->details.insert(QStringLiteral("user"), QStringLiteral("anna"));
        QCOMPARE(who(), QStringLiteral("anna on vm"));
        const auto says = [&](const char* line) {
            return activityFactsText(entry, {}).split(QLatin1Char('\n')).contains(QLatin1String(line));
        };
        QVERIFY(says("Started by anna, on vm"));
        QVERIFY(!says("Cancelled by anna"));
        entry.run->details.insert(QStringLiteral("cancelled_by"), QStringLiteral("anna"));
        QVERIFY(says("Cancelled by anna"));
    }

    /// The window waits at its closing for what is under way.
    void overview_lookOfTheWatch_endsWithTheWindow() {
        const WindowFixture fixture(WindowFixture::Filled);
        std::stop_source closing;
        QVERIFY(lookBesideTheTable(*fixture.core, closing.get_token()).has_value());
        closing.request_stop();
        const auto ended = lookBesideTheTable(*fixture.core, closing.get_token());
        QVERIFY(!ended && ended.error().isCancelled());
    }

    void activity_acts_areToldInWordsAndOnce() {
        const ActivityNames names{{QStringLiteral("u-1"), QStringLiteral("prod")}};
        AuditRecord swap;
        swap.who = "anna@vm";
        swap.action = "restored.swap";
        swap.subject = "u-1";
        swap.before = {{QStringLiteral("restored"), QStringLiteral("shop_restored")},
                       {QStringLiteral("replaced"), QStringLiteral("shop")}};
        swap.after = {{QStringLiteral("restored"), QStringLiteral("shop")},
                      {QStringLiteral("replaced"), QStringLiteral("shop_before")},
                      {QStringLiteral("ended_sessions"), 0}};
        QCOMPARE(changeSubject(swap, names), QStringLiteral("shop"));
        QCOMPARE(changeServer(swap, names), QStringLiteral("prod"));
        QCOMPARE(changeSummaryText(swap, names), QStringLiteral("Databases swapped: shop, by anna@vm"));
        QVERIFY(changeFactsText(swap, names).contains(QStringLiteral("connections ended: 0")));
        const Instant begun = fromRfc3339("2026-11-27T04:18:45.608230Z").value();
        swap.after.insert(QStringLiteral("at"), QStringLiteral("2026-11-27T04:18:45.608230Z"));
        swap.after.insert(QStringLiteral("error"), QStringLiteral("it is live since 2026-11-27T04:18:45Z"));
        swap.after.insert(QStringLiteral("expression"), QStringLiteral("from 2026-11-27T04:18:45Z on"));
        const QStringList facts = changeFactsText(swap, names).split(QLatin1Char('\n'));
        QVERIFY2(facts.contains(QStringLiteral("begun at: ") + Format::timeExact(begun)),
                 qPrintable(facts.join(QLatin1Char('\n'))));
        QVERIFY(facts.contains(QStringLiteral("error: it is live since ") + Format::time(begun)));
        QVERIFY(
            facts.contains(QStringLiteral("expression: from 2026-11-27T04:18:45Z on"))); // somebody's words
        AuditRecord password;
        password.action = "profile.password";
        password.subject = "u-1";
        QCOMPARE(changeSubject(password, names), QStringLiteral("prod"));
        for (const char* action : {"profile.password", "drill.run", "restored.undo", "restored.swap",
                                   "restored.begin", "restored.not_done", "restored.unknown",
                                   "repository.register_reader", "repository.rebuild", "channel.add"})
            QVERIFY2(changeText(action) != QLatin1String(action), action);

        const auto record = [](const char* act, const char* state) {
            AuditRecord one;
            one.action = "backups.trash";
            one.after = {{QStringLiteral("act"), QLatin1String(act)},
                         {QStringLiteral("state"), QLatin1String(state)}};
            return one;
        };
        std::vector<AuditRecord> changes{record("b", "started"), record("a", "done"), record("a", "started"),
                                         swap};
        dropBeginnings(changes);
        QCOMPARE(changes.size(), std::size_t(3));
        QCOMPARE(changeOutcome(changes[0]), QStringLiteral("begun")); // that one has no end
        QCOMPARE(changeOutcome(changes[1]), QString());
        changes = {record("run", "done"), record("run", "started"), record("run", "started")};
        changes.back().action = "backups.prune"; // the other act of the same run, which has no end
        dropBeginnings(changes);
        QCOMPARE(changes.size(), std::size_t(2));
        QCOMPARE(changes.back().action, std::string("backups.prune"));
        // A swap ends under another name than it began with; that nobody knows is no end.
        const auto ofSwap = [&](const char* action, const char* state) {
            AuditRecord one = record("swap", state);
            one.action = action;
            return one;
        };
        for (const char* end : {"restored.swap", "restored.undo", "restored.not_done"}) {
            changes = {ofSwap(end, "done"), ofSwap("restored.begin", "started")};
            dropBeginnings(changes);
            QCOMPARE(changes.size(), std::size_t(1));
            QCOMPARE(changes.front().action, std::string(end));
        }
        changes = {ofSwap("restored.unknown", "unknown"), ofSwap("restored.begin", "started")};
        dropBeginnings(changes);
        QCOMPARE(changes.size(), std::size_t(2));
        // Of an undo that was not done too what clients call it.
        AuditRecord undone = ofSwap("restored.not_done", "failed");
        undone.before = {{QStringLiteral("restored"), QStringLiteral("shop")},
                         {QStringLiteral("replaced"), QStringLiteral("shop_replaced")}};
        undone.after.insert(QStringLiteral("undo"), true);
        QCOMPARE(changeSubject(undone, names), QStringLiteral("shop"));
        QCOMPARE(changeOutcome(undone), QStringLiteral("failed"));
    }

    void activity_runThatIsInTheAuditToo_isOneRowWithWhoDidIt() {
        WindowFixture fixture(WindowFixture::Filled);
        RunFilter drills;
        drills.kind = "drill";
        drills.limit = 1;
        const auto page = fixture.core->runPage(drills);
        QVERIFY(page && !page->rows->empty());
        const RunRecord run = page->rows->front();
        const QString id = QString::fromStdString(run.id);
        const CoreConfig config = fixture.sample.config();
        const auto workspace =
            WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, "berta@vm");
        QVERIFY(workspace.has_value());
        QVERIFY((*workspace)
                    ->recordAudit(
                        "drill.run", "of a backup", {},
                        {{QStringLiteral("run"), id}, {QStringLiteral("outcome"), QStringLiteral("ok")}})
                    .has_value());
        fixture.window->showPage(QStringLiteral("activity"));
        auto* table = fixture.find<QAbstractItemView>("activityTable");
        const auto row = [&] {
            return rowOf(table, ActivityListModel::WhoColumn, QStringLiteral("berta on vm"));
        };
        QTRY_VERIFY_WITH_TIMEOUT(row() >= 0, kPatience);
        const auto text = [&](int column) { return table->model()->index(row(), column).data().toString(); };
        QCOMPARE(text(ActivityListModel::WhatColumn), QStringLiteral("test restore"));
        QCOMPARE(text(ActivityListModel::OutcomeColumn), QStringLiteral("ok"));
        QCOMPARE(text(ActivityListModel::SubjectColumn), QString::fromStdString(run.database));
        table->setCurrentIndex(table->model()->index(row(), 0));
        QVERIFY(fixture.find<QLabel>("runSummary")->text().endsWith(QStringLiteral(": ok, by berta@vm")));
        const QString facts = fixture.find<QLabel>("runFacts")->text();
        QVERIFY2(facts.startsWith(QStringLiteral("Run ") + id) &&
                     facts.contains(QStringLiteral("outcome: ok")),
                 qPrintable(facts));

        // Once, by whomever it is looked for; and with who did it also where only runs are listed.
        fixture.find<QLineEdit>("activitySearch")->setText(id);
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, kPatience);
        fixture.find<QLineEdit>("activitySearch")->setText(QStringLiteral("berta"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, kPatience);
        auto* kind = fixture.find<QComboBox>("activityKind");
        kind->setCurrentIndex(kind->findData(QStringLiteral("drill")));
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() == 1 && row() == 0, kPatience);
        kind->setCurrentIndex(kind->findData(QStringLiteral("changes")));
        QTRY_VERIFY_WITH_TIMEOUT(
            table->model()->rowCount() == 1 && text(ActivityListModel::OutcomeColumn).isEmpty(), kPatience);
    }

    /// The page may be filled before the first snapshot is there.
    void activity_asTheFirstPage_namesServersByThemselves() {
        WindowFixture fixture(WindowFixture::Filled);
        const CoreConfig config = fixture.sample.config();
        const auto workspace =
            WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, "berta@vm");
        QVERIFY(workspace.has_value());
        QVERIFY((*workspace)
                    ->recordAudit("restored.drop", fixture.sample.server(0).uuid, {},
                                  {{QStringLiteral("database"), QStringLiteral("shop_x")}})
                    .has_value());
        fixture.window->showPage(QStringLiteral("activity"));
        QVERIFY(fixture.window->close());
        fixture.open();
        QCOMPARE(fixture.window->currentPageId(), QStringLiteral("activity"));
        auto* table = fixture.find<QAbstractItemView>("activityTable");
        const auto row = [&] {
            return rowOf(table, ActivityListModel::WhoColumn, QStringLiteral("berta on vm"));
        };
        QTRY_VERIFY_WITH_TIMEOUT(row() >= 0, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(
            table->model()->index(row(), ActivityListModel::ProfileColumn).data().toString(),
            QString::fromStdString(fixture.sample.server(0).title), kPatience);
    }

    /// What the window fitted is nobody's choice: it follows what is in the table, the next time too.
    void overview_widths_areNotKeptUnlessSomebodyChoseThem() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        fixture.window->resize(1280, 740); // stretches the last column
        QCoreApplication::processEvents();
        QVERIFY(fixture.window->close());
        fixture.open();
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        auto* table = fixture.find<QTableView>("overviewTable");
        auto* header = table->horizontalHeader();
        header->resizeSection(DatabaseListModel::DatabaseColumn, 20);
        fixture.window->resize(1300, 760);
        QTRY_VERIFY_WITH_TIMEOUT(
            table->columnWidth(DatabaseListModel::DatabaseColumn) >=
                static_cast<QAbstractItemView*>(table)->sizeHintForColumn(DatabaseListModel::DatabaseColumn),
            kPatience);
        const auto* fit = table->findChild<ColumnFit*>();
        QVERIFY(fit != nullptr && !fit->isStopped());
    }

    void activity_run_opensItsBackup() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("activity"));
        QVERIFY(fixture.waitForRows("activityTable", static_cast<int>(fixture.sample.runs())));
        auto* table = fixture.find<QAbstractItemView>("activityTable");
        table->setCurrentIndex(
            table->model()->index(rowOf(table, ActivityListModel::SubjectColumn, QStringLiteral("crm")), 0));
        QTest::mouseClick(fixture.find<QPushButton>("activityShow"), Qt::LeftButton);
        QCOMPARE(fixture.window->currentPageId(), QStringLiteral("backups"));
        QTRY_COMPARE_WITH_TIMEOUT(fixture.find<QLabel>("backupTitle")->text(),
                                  QStringLiteral("crm on prod-eu"), kPatience);
    }
};

QTEST_MAIN(TestPages)
#include "test_pages.moc"

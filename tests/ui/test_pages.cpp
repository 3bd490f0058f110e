// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/backuplistmodel.h"
#include "models/lists/databaselistmodel.h"
#include "models/lists/runlistmodel.h"
#include "ui/main/windowpage.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QCheckBox>
#include <QClipboard>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
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

    void overview_unrehearsed_offersTheRehearsal() {
        WindowFixture fixture(WindowFixture::Unrehearsed);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        QSignalSpy wanted(fixture.window.get(), &MainWindow::rehearsalWanted);
        QTRY_VERIFY(fixture.window->findChild<QPushButton*>(QStringLiteral("overviewRehearse")) != nullptr);
        QTRY_VERIFY(fixture.find<QPushButton>("overviewRehearse")->isVisible());
        QTest::mouseClick(fixture.find<QPushButton>("overviewRehearse"), Qt::LeftButton);
        QCOMPARE(wanted.value(0).value(0).toString(), QString::fromStdString(fixture.sample.repository().id));
        QCOMPARE(accessibilityProblems(*fixture.window), QString());
    }

    void overview_profileWithoutBackup_saysWhatToDoFirst() {
        WindowFixture fixture(WindowFixture::OnlyProfile);
        auto* empty =
            fixture.find<QWidget>("overviewPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY(empty->isVisible());
        QVERIFY(sentenceOf(fixture).startsWith(QStringLiteral("No database is protected")));
        auto* button = empty->findChild<QPushButton*>(QStringLiteral("emptyAction"));
        QCOMPARE(button->accessibleName(), QStringLiteral("Back up now"));
        QVERIFY(!fixture.find<QPushButton>("overviewBackUp")->isEnabled());
        fixture.window->showPage(QStringLiteral("backups"));
        auto* noBackups =
            fixture.find<QWidget>("backupsPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY(noBackups->isVisible());
        fixture.window->showPage(QStringLiteral("activity"));
        auto* noRuns =
            fixture.find<QWidget>("activityPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY(noRuns->isVisible());
    }

    void backups_filter_narrowsCountsAndCanBeCleared() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        const int all = static_cast<int>(fixture.sample.backups());
        QVERIFY(fixture.waitForRows("backupsTable", all));
        auto* table = fixture.find<QAbstractItemView>("backupsTable");
        auto* filter = fixture.find<QLineEdit>("backupsFilter");
        QTest::keyClicks(filter, QStringLiteral("WEBSHOP"));
        const int shown = table->model()->rowCount();
        QVERIFY(shown > 0 && shown < all);
        QCOMPARE(fixture.find<QLabel>("backupsCount")->text(),
                 QStringLiteral("%1 of %2 backups").arg(shown).arg(all));
        for (int row = 0; row < shown; ++row)
            QCOMPARE(table->model()->index(row, BackupListModel::DatabaseColumn).data().toString(),
                     QStringLiteral("webshop"));
        QTest::keyClicks(filter, QStringLiteral("x"));
        auto* empty = fixture.find<QWidget>("backupsPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QVERIFY(empty->isVisible());
        QTest::mouseClick(empty->findChild<QPushButton*>(), Qt::LeftButton);
        QCOMPARE(table->model()->rowCount(), all);
    }

    void backups_sort_bySizeIsByNumber() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("backups"));
        QVERIFY(fixture.waitForRows("backupsTable"));
        auto* model = fixture.find<QAbstractItemView>("backupsTable")->model();
        model->sort(BackupListModel::SizeColumn, Qt::AscendingOrder);
        qulonglong before = 0;
        for (int row = 0; row < model->rowCount(); ++row) {
            const auto size = model->index(row, 0).data(BackupListModel::SizeRole).toULongLong();
            QVERIFY(size >= before);
            before = size;
        }
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
        QTRY_VERIFY(items->model()->rowCount() == 3);
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
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), 20000);
        QVERIFY(!panel->findChild<QLabel*>(QStringLiteral("errorMessage"))->text().isEmpty());
        table->setCurrentIndex(table->model()->index(0, 0));
        QTRY_VERIFY(!panel->isVisible());
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
        table->setCurrentIndex(
            table->model()->index(rowOf(table, RunListModel::OutcomeColumn, QStringLiteral("failed")), 0));
        QCOMPARE(fixture.find<QLabel>("runSummary")->text(),
                 QStringLiteral("Backup of iot_raw on timescale: failed"));
        auto* detail = fixture.find<QWidget>("runDetail");
        QVERIFY(detail->findChild<QWidget*>(QStringLiteral("errorPanel"))->isVisible());
        QCOMPARE(detail->findChild<QLabel*>(QStringLiteral("errorTitle"))->text(),
                 QStringLiteral("The connection was lost"));
        table->setCurrentIndex(
            table->model()->index(rowOf(table, RunListModel::OutcomeColumn, QStringLiteral("ok")), 0));
        QVERIFY(!detail->findChild<QWidget*>(QStringLiteral("errorPanel"))->isVisible());
    }

    void activity_onlyTroubled_hidesTheRest() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(QStringLiteral("activity"));
        QVERIFY(fixture.waitForRows("activityTable"));
        auto* table = fixture.find<QAbstractItemView>("activityTable");
        auto* only = fixture.find<QCheckBox>("activityOnlyTroubled");
        only->setFocus();
        QTest::keyClick(only, Qt::Key_Space);
        QVERIFY(table->model()->rowCount() > 0);
        for (int row = 0; row < table->model()->rowCount(); ++row)
            QCOMPARE(table->model()->index(row, RunListModel::OutcomeColumn).data().toString(),
                     QStringLiteral("failed"));
        fixture.window->select({QString::fromStdString(fixture.sample.server(2).uuid), QStringLiteral("hr")});
        fixture.window->select(
            {QString::fromStdString(fixture.sample.server(1).uuid), QStringLiteral("alerts")});
        if (table->model()->rowCount() == 0) {
            auto* empty =
                fixture.find<QWidget>("activityPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
            QVERIFY(empty->isVisible());
            QTest::mouseClick(empty->findChild<QPushButton*>(), Qt::LeftButton);
            QVERIFY(!only->isChecked());
        }
        QVERIFY(table->model()->rowCount() > 0);
    }
};

QTEST_MAIN(TestPages)
#include "test_pages.moc"

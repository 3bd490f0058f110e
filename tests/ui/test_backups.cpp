// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the Backups page does to real backups: hold, release, trash and back.
#include "models/lists/backuplistmodel.h"
#include "support/patience.h"
#include "ui/backups/trashmodel.h"
#include "ui/realworkspace.h"
#include "ui/support/startup.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDialog>
#include <QDirIterator>
#include <QFile>
#include <QMenu>
#include <QPushButton>
#include <QTabBar>
#include <QTableView>

using namespace salvor;
using namespace salvor::test;

namespace {

QString badgesAt(const QAbstractItemView* table, int row) {
    return table->model()->index(row, BackupListModel::BadgesColumn).data().toString();
}

} // namespace

class TestBackups : public QObject {
    Q_OBJECT

private:
    static QDialog* openDialog(const RealWorkspace& real) {
        QDialog* found = nullptr;
        (void)QTest::qWaitFor(
            [&] {
                found = real.window->findChild<QDialog*>(QStringLiteral("deleteDialog"));
                return found != nullptr && found->isVisible();
            },
            kPatience);
        return found;
    }

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void delete_keyAndYes_goesToTheTrashAndComesBack() {
        RealWorkspace real(6);
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 6));
        auto* table = real.find<QTableView>("backupsTable");
        table->setFocus();
        table->selectRow(2);
        QTest::keyClick(table, Qt::Key_Delete);
        QDialog* dialog = openDialog(real);
        QVERIFY(dialog != nullptr);
        auto* confirm = child<QPushButton>(*dialog, "deleteConfirm");
        auto* effect = child<QLabel>(*dialog, "deleteEffect");
        QTRY_VERIFY_WITH_TIMEOUT(confirm->isEnabled(), kPatience);
        QVERIFY2(effect->text().contains(QStringLiteral("brought back until")), qPrintable(effect->text()));
        QVERIFY2(effect->text().contains(QStringLiteral("frees")), qPrintable(effect->text()));
        QCOMPARE(accessibilityProblems(*dialog), QString());
        QCOMPARE(sizeProblems(*dialog), QString());
        click(confirm);
        QVERIFY(real.waitForRows("backupsTable", 5));
        QCOMPARE(real.find<QLabel>("backupsDone")->text(), QStringLiteral("1 backup moved to the trash."));
        auto* mode = real.find<QTabBar>("backupsMode");
        QTRY_COMPARE_WITH_TIMEOUT(mode->tabText(1), QStringLiteral("Trash (1)"), kPatience);

        mode->setFocus();
        QTest::keyClick(mode, Qt::Key_Right);
        auto* trash = real.find<QTableView>("trashTable");
        QVERIFY(trash->isVisible());
        QCOMPARE(trash->model()->rowCount(), 1);
        QCOMPARE(trash->model()->index(0, TrashModel::DatabaseColumn).data().toString(),
                 QStringLiteral("shop"));
        QVERIFY(trash->model()
                    ->index(0, TrashModel::ExpiresColumn)
                    .data()
                    .toString()
                    .contains(QStringLiteral(", in ")));
        QCOMPARE(accessibilityProblems(*real.window), QString());
        trash->selectRow(0);
        click(real.find<QPushButton>("trashUndelete"));
        QVERIFY(real.waitForRows("trashTable", 0));
        QTRY_VERIFY_WITH_TIMEOUT(
            real.find<QWidget>("trashView")->findChild<QWidget*>(QStringLiteral("emptyState"))->isVisible(),
            kPatience);
        mode->setCurrentIndex(0);
        QVERIFY(real.waitForRows("backupsTable", 6));
    }

    void delete_mostOfThem_needsTheTick() {
        RealWorkspace real(3);
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 3));
        auto* table = real.find<QTableView>("backupsTable");
        table->setFocus();
        QTest::keyClick(table, Qt::Key_A, Qt::ControlModifier);
        click(real.find<QPushButton>("backupDelete"));
        QDialog* dialog = openDialog(real);
        QVERIFY(dialog != nullptr);
        auto* meant = child<QCheckBox>(*dialog, "deleteMeant");
        QTRY_VERIFY_WITH_TIMEOUT(meant->isVisible(), kPatience);
        auto* confirm = child<QPushButton>(*dialog, "deleteConfirm");
        QVERIFY(!confirm->isEnabled());
        QCOMPARE(child<QLabel>(*dialog, "deleteQuestion")->text(),
                 QStringLiteral("Move 3 backups to the trash?"));
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(real.window->findChild<QDialog*>(QStringLiteral("deleteDialog")) == nullptr,
                                 kPatience);
        QCOMPARE(table->model()->rowCount(), 3);
        click(real.find<QPushButton>("backupDelete"));
        dialog = openDialog(real);
        QVERIFY(dialog != nullptr);
        meant = child<QCheckBox>(*dialog, "deleteMeant");
        QTRY_VERIFY_WITH_TIMEOUT(meant->isVisible(), kPatience);
        meant->setFocus();
        QTest::keyClick(meant, Qt::Key_Space);
        click(child<QPushButton>(*dialog, "deleteConfirm"));
        QVERIFY(real.waitForRows("backupsTable", 0));
        QVERIFY(real.waitForRows("trashTable", 3));
    }

    void hold_andRelease_byKeysAndButton() {
        RealWorkspace real(5);
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 5));
        auto* table = real.find<QTableView>("backupsTable");
        table->setFocus();
        table->selectRow(0);
        QTest::keyClick(table, Qt::Key_L, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(badgesAt(table, 0).contains(QStringLiteral("held")), kPatience);
        QCOMPARE(real.find<QPushButton>("backupHold")->accessibleName(), QStringLiteral("Release 1 backup"));
        QTest::keyClick(table, Qt::Key_Delete);
        QDialog* dialog = openDialog(real);
        QVERIFY(dialog != nullptr);
        QVERIFY(!child<QPushButton>(*dialog, "deleteConfirm")->isEnabled());
        QVERIFY(child<QLabel>(*dialog, "deleteEffect")->text().contains(QStringLiteral("release it first")));
        click(child<QPushButton>(*dialog, "deleteCancel"));
        auto* state = real.find<QComboBox>("backupsState");
        state->setCurrentIndex(1);
        QVERIFY(real.waitForRows("backupsTable", 1));
        state->setCurrentIndex(0);
        QVERIFY(real.waitForRows("backupsTable", 5));
        table->selectRow(0);
        click(real.find<QPushButton>("backupHold"));
        QTRY_VERIFY_WITH_TIMEOUT(!badgesAt(table, 0).contains(QStringLiteral("held")), kPatience);
    }

    void damaged_areFoundByTheirState() {
        RealWorkspace real(4);
        const auto objects = [&real] {
            QSet<QString> found;
            for (QDirIterator each(real.folder.path() + QStringLiteral("/store/objects"), QDir::Files,
                                   QDirIterator::Subdirectories);
                 each.hasNext();)
                found.insert(each.next());
            return found;
        };
        const QSet<QString> shared = objects();
        QVERIFY(makeAged(real.source, "shop", real.clock.now(), 99).has_value());
        NullProgress nobody;
        QVERIFY(real.core->rebuildCatalog("vault", nobody, {}).has_value());
        const QSet<QString> ofTheNewest = objects() - shared;
        QVERIFY(!ofTheNewest.empty());
        const QString& object = *ofTheNewest.begin();
        QVERIFY(QFile::setPermissions(object, QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(QFile::resize(object, 1));
        QVERIFY(real.core->runJob(VerifyJob(), nobody, {}).has_value());
        const auto damaged = real.core->damage();
        QVERIFY(damaged.has_value());
        QCOMPARE(damaged->size(), std::size_t{1});
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 5));
        auto* state = real.find<QComboBox>("backupsState");
        state->setFocus();
        QTest::keyClicks(state, QStringLiteral("Dam"));
        QVERIFY(real.waitForRows("backupsTable", static_cast<int>(damaged->size())));
        const auto* table = real.find<QAbstractItemView>("backupsTable");
        for (int row = 0; row < table->model()->rowCount(); ++row)
            QVERIFY(damaged->contains(
                table->model()->index(row, 0).data(BackupListModel::IdRole).toString().toStdString()));
    }

    /// At the first size of a window, with two days and something chosen on the left.
    void filterBar_inASmallWindow_leavesTheTabsWhole() {
        RealWorkspace real(4);
        real.window->resize(1200, 720);
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 4));
        const int servers = real.find<QWidget>("serverTree")->width();
        real.find<QComboBox>("backupsTime")->setCurrentIndex(5);
        QVERIFY(real.find<QWidget>("backupsFrom")->isVisible());
        QCoreApplication::processEvents();
        const auto* mode = real.find<QTabBar>("backupsMode");
        QVERIFY(mode->width() >= mode->tabRect(0).width() + mode->tabRect(1).width());
        QCOMPARE(real.find<QWidget>("serverTree")->width(), servers);
        QCOMPARE(real.window->width(), 1200);
    }

    void menu_several_offersWhatFits() {
        RealWorkspace real(4);
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 4));
        auto* table = real.find<QTableView>("backupsTable");
        table->selectAll();
        emit table->customContextMenuRequested(QPoint(5, 5));
        auto* menu = real.find<QMenu>("backupsMenu");
        QVERIFY(!real.find<QAction>("backupRestoreAction")->isEnabled()); // of one only
        QVERIFY(real.find<QAction>("backupHoldAction")->isEnabled());
        QVERIFY(!real.find<QAction>("backupReleaseAction")->isEnabled());
        real.find<QAction>("backupCopyAction")->trigger();
        QCOMPARE(QApplication::clipboard()->text().split(QLatin1Char('\n')).size(), 4);
        menu->close();
    }

    void act_storeGone_saysSoAndChangesNothing() {
        RealWorkspace real(4);
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 4));
        QVERIFY(QDir().rename(real.folder.filePath(QStringLiteral("store")),
                              real.folder.filePath(QStringLiteral("gone"))));
        auto* table = real.find<QTableView>("backupsTable");
        table->setFocus();
        table->selectRow(1);
        QTest::keyClick(table, Qt::Key_Delete);
        QDialog* dialog = openDialog(real);
        QVERIFY(dialog != nullptr);
        auto* panel = dialog->findChild<QWidget*>(QStringLiteral("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY(!child<QPushButton>(*dialog, "deleteConfirm")->isEnabled());
        QTest::keyClick(dialog, Qt::Key_Escape);
        QCOMPARE(table->model()->rowCount(), 4);
    }

    void trashModel_rows_passTheTester() {
        SystemClock clock;
        TrashModel model(clock);
        TrashFilter filter(model);
        const QAbstractItemModelTester one(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QAbstractItemModelTester other(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<TrashedBackup> rows(3);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows[i].record.id = "id" + std::to_string(i);
            rows[i].record.profileUuid = i == 0 ? "p0" : "p1";
            rows[i].record.database = "shop";
            rows[i].expires = clock.now() + std::chrono::hours(24 * (3 - static_cast<int>(i)));
        }
        model.setRows(std::make_shared<const std::vector<TrashedBackup>>(rows));
        filter.sort(TrashModel::ExpiresColumn, Qt::AscendingOrder);
        QCOMPARE(filter.index(0, 0).data(TrashModel::IdRole).toString(), QStringLiteral("id2"));
        filter.setSelection({QStringLiteral("p0"), {}});
        QCOMPARE(filter.rowCount(), 1);
        QCOMPARE(filter.record(filter.index(0, 0))->record.id, std::string("id0"));
    }
};

QTEST_MAIN(TestBackups)
#include "test_backups.moc"

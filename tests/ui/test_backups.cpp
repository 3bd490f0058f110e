// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the Backups page does to real backups: hold, release, trash and back.
#include "models/lists/backuplistmodel.h"
#include "support/patience.h"
#include "ui/backups/badgedelegate.h"
#include "ui/backups/trashmodel.h"
#include "ui/realworkspace.h"
#include "ui/support/format.h"
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

/// The file of something that nothing but one more backup, which is the newest, has in the store.
QString objectOfANewOne(const RealWorkspace& real) {
    const auto objects = [&real] {
        QSet<QString> found;
        for (QDirIterator each(real.folder.path() + QStringLiteral("/store/objects"), QDir::Files,
                               QDirIterator::Subdirectories);
             each.hasNext();)
            found.insert(each.next());
        return found;
    };
    const QSet<QString> before = objects();
    NullProgress nobody;
    if (!makeAged(real.source, "shop", real.clock.now(), 99) ||
        !real.core->rebuildCatalog("vault", nobody, {}))
        throw std::runtime_error("one more backup cannot be made");
    const QSet<QString> own = objects() - before;
    if (own.empty())
        throw std::runtime_error("it shares everything");
    return *own.begin();
}

QStringList textsOf(const std::vector<BackupBadge>& badges) {
    QStringList texts;
    for (const auto& badge : badges)
        texts << badge.text;
    return texts;
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
        const QString object = objectOfANewOne(real);
        QVERIFY(QFile::setPermissions(object, QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(QFile::resize(object, 1));
        NullProgress nobody;
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

    void damaged_noneIsKnown_saysThatAndNotThatNothingFits() {
        RealWorkspace real(2);
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 2));
        auto* state = real.find<QComboBox>("backupsState");
        state->setFocus();
        QTest::keyClicks(state, QStringLiteral("Dam"));
        QVERIFY(real.waitForRows("backupsTable", 0));
        QString shown;
        const auto look = [&] {
            shown.clear();
            for (const QWidget* empty : real.window->findChildren<QWidget*>(QStringLiteral("emptyState"))) {
                for (const QLabel* label : empty->findChildren<QLabel*>())
                    shown += label->isVisible() ? label->text() + QLatin1Char('\n') : QString();
            }
            return !shown.isEmpty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(look(), kPatience);
        QVERIFY2(shown.contains(QStringLiteral("No backup is known to be damaged")), qPrintable(shown));
    }

    /// Also where there is no room for all of its badges: at the first size of a window, and in less.
    void damaged_haveABadge_andWhatHasNoRoomIsCounted() {
        RealWorkspace real(4);
        const QString object = objectOfANewOne(real);
        NullProgress nobody;
        QVERIFY(real.core->runJob(VerifyJob(), nobody, {}).has_value()); // all of it is read back
        BackupActRequest hold;
        hold.act = BackupAct::Hold;
        const auto all = real.core->backups({});
        QVERIFY(all.has_value() && all->size() == 5);
        for (const auto& one : *all)
            hold.backups.push_back(one.id);
        QVERIFY(real.core->changeBackups(hold, {}).has_value());
        QVERIFY(QFile::setPermissions(object, QFile::ReadOwner | QFile::WriteOwner));
        QVERIFY(QFile::resize(object, 1));
        QVERIFY(real.core->runJob(VerifyJob(), nobody, {}).has_value());
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 5));
        auto* table = real.find<QTableView>("backupsTable");
        // It was read back and found good, but before the damage.
        const QString words = QStringLiteral("damaged, stored, held");
        QTRY_COMPARE_WITH_TIMEOUT(badgesAt(table, 0), words, kPatience);
        QCOMPARE(badgesAt(table, 1), QStringLiteral("stored, held, checksums read back"));
        const auto cell = [&] { return table->model()->index(0, BackupListModel::BadgesColumn); };
        QCOMPARE(cell().data(Qt::AccessibleTextRole).toString(), words);
        const QString tip = cell().data(Qt::ToolTipRole).toString();
        QVERIFY2(tip.startsWith(QStringLiteral("Damaged: a verification found it so on ")), qPrintable(tip));
        QVERIFY2(tip.section(QLatin1Char('\n'), 0, 0).contains(QStringLiteral("; last found good on ")),
                 qPrintable(tip));
        QCOMPARE(tip.count(QLatin1Char('\n')), 2); // one line each
        table->selectRow(0);
        const QString checked = real.find<QLabel>("backupFact6")->text();
        QVERIFY2(checked.startsWith(QStringLiteral("Damaged: ")) &&
                     !checked.contains(QStringLiteral("Every stored byte")),
                 qPrintable(checked));
        table->selectRow(1);
        QVERIFY(!real.find<QLabel>("backupFact6")->text().contains(QStringLiteral("Damaged")));

        const auto badges = qobject_cast<const BackupTexts*>(table->model())->badges(cell());
        const QFontMetrics metrics = table->fontMetrics();
        for (const QSize size : {QSize(1200, 720), QSize(1366, 768)}) {
            real.window->resize(size);
            // Wide enough for the damage and the count of the rest, and in sight as a whole.
            const int least =
                BadgeDelegate::widthOf({badges.front(), {QStringLiteral("+2"), {}, Tone::Neutral}}, metrics);
            QTRY_VERIFY_WITH_TIMEOUT(
                table->viewport()->rect().contains(table->visualRect(cell()).adjusted(1, 1, -1, -1)) &&
                    table->visualRect(cell()).width() >= least,
                kPatience);
            const auto drawn = BadgeDelegate::thatFit(badges, metrics, table->visualRect(cell()).width());
            QCOMPARE(drawn.front().text, QStringLiteral("damaged"));
            QVERIFY(BadgeDelegate::widthOf(drawn, metrics) <= table->visualRect(cell()).width());
        }
    }

    /// Its server was removed elsewhere, and the window had not seen that yet.
    void backup_ofAServerThatIsGone_makesNoDatabaseOfAnother() {
        RealWorkspace real(1);
        BackupJob job;
        job.profile = makeUuid();
        job.databases = {"wiki"};
        NullProgress nobody;
        QVERIFY(!real.core->runJob(job, nobody, {}).has_value());
        const auto runs = real.core->runs(10);
        QVERIFY(runs.has_value());
        QVERIFY(std::ranges::any_of(*runs, [](const RunRecord& run) {
            return run.kind == "backup" && run.database == "wiki" && run.outcome == RunOutcome::Failed;
        }));
        const auto sources = real.core->overview();
        QVERIFY(sources.has_value());
        QCOMPARE(sources->size(), std::size_t(1));
        QCOMPARE(sources->front().database, std::string("shop"));
    }

    void badges_withoutRoom_giveWayFromTheLeast() {
        BackupRecord backup;
        backup.held = true;
        backup.readBackAt = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 20));
        backup.restoredAt = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
        const Damage damage{"run", *backup.readBackAt - std::chrono::hours(1), true}; // both looked later
        const auto badges = badgesOf(backup, &damage);
        QCOMPARE(badges.size(), std::size_t(5));
        QVERIFY(badges.front().tone == Tone::Bad && badges.back().tone == Tone::Good);
        QVERIFY2(badges.front().toolTip.startsWith(QStringLiteral("Damaged: a backup run found it so on ")),
                 qPrintable(badges.front().toolTip));
        const QFontMetrics metrics(QApplication::font());
        const QStringList inFull = textsOf(badges);
        const int whole = BadgeDelegate::widthOf(badges, metrics);
        QCOMPARE(textsOf(BadgeDelegate::thatFit(badges, metrics, whole)), inFull);
        QCOMPARE(textsOf(BadgeDelegate::thatFit(badges, metrics, whole - 1)),
                 (QStringList{inFull[0], inFull[2], inFull[3], inFull[4], QStringLiteral("+1")}));
        for (int room = whole; room > 0; --room) {
            const auto drawn = BadgeDelegate::thatFit(badges, metrics, room);
            QVERIFY(drawn.front().text == inFull[0] || drawn.size() == 2);
            if (drawn.front().text == inFull[0])
                QVERIFY(BadgeDelegate::widthOf(drawn, metrics) <= room);
            if (room < whole)
                QCOMPARE(drawn.back().text.mid(1).toInt() + static_cast<int>(drawn.size()) - 1, 5);
        }
        QCOMPARE(textsOf(BadgeDelegate::thatFit(badges, metrics, 1)).back(), QStringLiteral("+4"));
        QVERIFY(badgesOf(backup).front().tone == Tone::Neutral);
    }

    /// What was found good before it was found damaged proves nothing any more.
    void badges_olderThanTheDamage_areLeftOut() {
        BackupRecord backup;
        backup.readBackAt = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 20));
        backup.restoredAt = *backup.readBackAt + std::chrono::hours(24);
        const auto damagedAt = [&](Instant at) {
            const Damage damage{"run", at, false};
            return badgesOf(backup, &damage);
        };
        const QStringList none{QStringLiteral("damaged"), QStringLiteral("stored")};
        QCOMPARE(textsOf(damagedAt(*backup.restoredAt + std::chrono::hours(1))), none);
        QCOMPARE(textsOf(damagedAt(*backup.restoredAt)), none);
        // The newer of the two looks.
        const QString tip = damagedAt(*backup.restoredAt).front().toolTip;
        QVERIFY2(tip.endsWith(QStringLiteral("last found good on ") + Format::time(*backup.restoredAt)),
                 qPrintable(tip));
        const auto between = damagedAt(*backup.readBackAt);
        QCOMPARE(between.size(), std::size_t(3));
        QVERIFY2(between.back().text.startsWith(QStringLiteral("restored ")),
                 qPrintable(between.back().text));
        QVERIFY(between.back().tone == Tone::Good);
        // A look of later that did not go deep enough to take the damage back.
        const auto before = damagedAt(*backup.readBackAt - std::chrono::hours(1));
        QCOMPARE(before.size(), std::size_t(4));
        QVERIFY(!before.front().toolTip.contains(QStringLiteral("last found good")));
    }

    void damage_inEachPalette_canBeRead() {
        const Damage damage{"run", {}, false};
        const auto badge = badgesOf({}, &damage).front();
        for (const QPalette& palette : {Theme::light(), Theme::dark(), Theme::highContrast()}) {
            QVERIFY(Theme::contrast(Theme::tone(badge.tone, palette),
                                    Theme::toneBackground(badge.tone, palette)) >= 4.5);
            QVERIFY(Theme::tone(badge.tone, palette) != Theme::tone(Tone::Good, palette));
        }
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

    void act_storeGone_saysSoChangesNothingAndWorksOnceItIsBack() {
        RealWorkspace real(4);
        real.window->showPage(QStringLiteral("backups"));
        QVERIFY(real.waitForRows("backupsTable", 4));
        const QString store = real.folder.filePath(QStringLiteral("store"));
        const QString gone = real.folder.filePath(QStringLiteral("gone"));
        QVERIFY(QDir().rename(store, gone));
        auto* table = real.find<QTableView>("backupsTable");
        table->setFocus();
        table->selectRow(1);
        QTest::keyClick(table, Qt::Key_Delete);
        QDialog* dialog = openDialog(real);
        QVERIFY(dialog != nullptr);
        auto* panel = dialog->findChild<QWidget*>(QStringLiteral("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY2(panel->accessibleDescription().contains(store) &&
                     panel->accessibleDescription().contains(QStringLiteral("is the disk mounted")),
                 qPrintable(panel->accessibleDescription()));
        QVERIFY(!child<QPushButton>(*dialog, "deleteConfirm")->isEnabled());
        QTest::keyClick(dialog, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(real.window->findChild<QDialog*>(QStringLiteral("deleteDialog")) == nullptr,
                                 kPatience);
        QCOMPARE(table->model()->rowCount(), 4);
        QVERIFY(QDir().rename(gone, store));
        real.window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(real.window.get()));
        table->setFocus();
        table->selectRow(1);
        QTest::keyClick(table, Qt::Key_Delete);
        dialog = openDialog(real);
        QVERIFY(dialog != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*dialog, "deleteConfirm")->isEnabled(), kPatience);
        QTest::keyClick(dialog, Qt::Key_Escape);
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

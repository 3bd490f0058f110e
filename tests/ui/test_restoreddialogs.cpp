// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The dialogs of restored databases: what each state offers, swap, undo, drop; without a server.
#include "support/check.h"
#include "support/patience.h"
#include "ui/flowbench.h"
#include "ui/restored/restoreddialog.h"
#include "ui/restored/swapdialog.h"
#include "ui/restoresamples.h"
#include "ui/support/startup.h"
#include "ui/widgetchecks.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

using namespace salvor;
using namespace salvor::test;

namespace {

RestoredDatabase restoredOf(const std::string& name, const std::string& state) {
    RestoredDatabase one;
    one.name = name;
    one.state = state;
    one.backupId = "20261120T020000Z-ABC123";
    one.sizeBytes = 5'000'000;
    return one;
}

DatabaseSwap planOf(std::vector<DatabaseClient> clients = {}) {
    DatabaseSwap plan;
    plan.liveName = plan.restoredAs = plan.replaced = "shop";
    plan.restored = "shop_new";
    plan.replacedAs = "shop_replaced_20261121t070000z";
    plan.backupId = "20261120T020000Z-ABC123";
    plan.state = "proved";
    plan.statements = {"ALTER DATABASE shop RENAME TO shop_replaced_20261121t070000z",
                       "ALTER DATABASE shop_new RENAME TO shop", "COMMENT ON DATABASE shop IS 'at 07:00'"};
    plan.staysBehind = {"What was written since stays."};
    plan.clients = std::move(clients);
    return plan;
}

} // namespace

class TestRestoredDialogs : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }
    void restored_states_offerOnlyWhatCanBeDone_data() {
        QTest::addColumn<QString>("state");
        QTest::addColumn<bool>("swap");
        QTest::addColumn<bool>("undo");
        QTest::addColumn<bool>("drop");
        QTest::newRow("proved") << QStringLiteral("proved") << true << false << true;
        QTest::newRow("unproven") << QStringLiteral("unproven") << true << false << true;
        QTest::newRow("proved in part") << QStringLiteral("proved_in_part") << true << false << true;
        QTest::newRow("incomplete") << QStringLiteral("incomplete") << false << false << true;
        QTest::newRow("live") << QStringLiteral("swapped_in") << false << true << false;
        QTest::newRow("replaced") << QStringLiteral("swapped_out") << false << true << true;
    }
    void restored_states_offerOnlyWhatCanBeDone() {
        QFETCH(QString, state);
        QFETCH(bool, swap);
        QFETCH(bool, undo);
        QFETCH(bool, drop);
        FlowBench bench;
        RestoredDialog dialog(bench.context(), {});
        dialog.show();
        QTRY_VERIFY_WITH_TIMEOUT(!child<QWidget>(dialog, "restoredBusy")->isVisible(), kPatience);
        auto* table = child<QTableView>(dialog, "restoredTable");
        QAbstractItemModelTester tester(table->model(),
                                        QAbstractItemModelTester::FailureReportingMode::QtTest);
        dialog.showDatabases({restoredOf("shop_new", state.toStdString())});
        QCOMPARE(child<QPushButton>(dialog, "restoredSwap")->isEnabled(), swap);
        QCOMPARE(child<QPushButton>(dialog, "restoredUndo")->isEnabled(), undo);
        QCOMPARE(child<QPushButton>(dialog, "restoredDrop")->isEnabled(), drop);
        QVERIFY(!child<QLabel>(dialog, "restoredExplanation")->text().isEmpty());
        // The backup in the marker of the original is the other one's.
        const bool original = state == QStringLiteral("swapped_out");
        QCOMPARE(table->model()->index(0, RestoredListModel::AsOfColumn).data().toString().isEmpty(),
                 original);
        QCOMPARE(table->model()->index(0, RestoredListModel::BackupColumn).data().toString().isEmpty(),
                 original);
        if (original) {
            RestoredDatabase replaced = restoredOf("shop_replaced", "swapped_out");
            replaced.swapped = kNow;
            dialog.showDatabases({replaced});
            QVERIFY(table->model()
                        ->index(0, RestoredListModel::AsOfColumn)
                        .data()
                        .toString()
                        .startsWith(QStringLiteral("in use until")));
        }
        CHECK_NONE(nameProblems(dialog));
        CHECK_NONE(sizeProblems(dialog));
    }
    void restored_nothing_saysWhatMakesOne() {
        FlowBench bench;
        RestoredDialog dialog(bench.context(), {});
        dialog.show();
        auto* empty = child<QWidget>(dialog, "emptyState");
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible(), kPatience);
        QVERIFY(!child<QPushButton>(dialog, "restoredSwap")->isEnabled());
    }
    void restored_serverGone_showsTheErrorAndNoOldList() {
        FlowBench bench;
        Profile profile = profileOf(makeUuid(), "127.0.0.1");
        profile.host = "127.0.0.1";
        profile.port = 1; // nobody listens there
        profile.tlsMode = "disable";
        profile.database = "postgres";
        profile.secretKind.clear();
        CHECK_OK(bench.core().saveProfile(profile, std::nullopt, {}));
        RestoredDialog dialog(bench.context(), {});
        dialog.show();
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(dialog).isEmpty(), kPatience);
        QCOMPARE(child<QTableView>(dialog, "restoredTable")->model()->rowCount(), 0);
        dialog.showDatabases({restoredOf("shop_new", "proved")});
        click(child<QPushButton>(dialog, "restoredSwap"));
        auto* swap = dialog.findChild<SwapDialog*>();
        QVERIFY(swap != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*swap).isEmpty(), kPatience);
        QVERIFY(shownError(*swap).contains(QStringLiteral("Nothing was changed")));
        QVERIFY(!child<QPushButton>(*swap, "swapStart")->isEnabled());
        CHECK_NONE(nameProblems(*swap));
        QTest::keyClick(swap, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!swap || !swap->isVisible(), kPatience);
    }

    void swap_name_hasToBeTyped() {
        FlowBench bench;
        SwapDialog dialog(bench.context(), profileOf("p1", "db1"), restoredOf("shop_new", "proved"), false);
        dialog.show();
        auto* start = child<QPushButton>(dialog, "swapStart");
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(dialog, "swapAgain")->isEnabled(), kPatience);
        QVERIFY(!start->isEnabled());
        dialog.showPlan(planOf());
        QVERIFY(child<QLabel>(dialog, "swapSummary")->text().contains(QStringLiteral("shop_replaced_")));
        QVERIFY(child<QPlainTextEdit>(dialog, "swapStatements")
                    ->toPlainText()
                    .contains(QStringLiteral("RENAME TO shop;")));
        QVERIFY(!child<QCheckBox>(dialog, "swapTerminate")->isVisible());
        type(child<QLineEdit>(dialog, "swapTyped"), QStringLiteral("Shop"));
        QVERIFY(!start->isEnabled());
        type(child<QLineEdit>(dialog, "swapTyped"), QStringLiteral("shop"));
        QVERIFY(start->isEnabled());
        CHECK_NONE(nameProblems(dialog));
        CHECK_NONE(sizeProblems(dialog));
        type(child<QLineEdit>(dialog, "swapLive"), QStringLiteral("other"));
        QVERIFY(!start->isEnabled()); // the plan is of another name
    }
    void swap_clientsAndUnproven_haveToBeMeant_data() {
        QTest::addColumn<QString>("state");
        QTest::newRow("unproven") << QStringLiteral("unproven");
        QTest::newRow("proved in part") << QStringLiteral("proved_in_part");
    }
    void swap_clientsAndUnproven_haveToBeMeant() {
        QFETCH(QString, state);
        FlowBench bench;
        SwapDialog dialog(bench.context(), profileOf("p1", "db1"),
                          restoredOf("shop_new", state.toStdString()), false);
        dialog.show();
        auto* start = child<QPushButton>(dialog, "swapStart");
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(dialog, "swapAgain")->isEnabled(), kPatience);
        auto plan = planOf({{4711, "shop", "app", "invoices", "10.0.0.3", "idle"}});
        plan.state = state.toStdString();
        dialog.showPlan(plan);
        QVERIFY(child<QPlainTextEdit>(dialog, "swapClients")
                    ->toPlainText()
                    .contains(QStringLiteral("process 4711")));
        type(child<QLineEdit>(dialog, "swapTyped"), QStringLiteral("shop"));
        QVERIFY(!start->isEnabled());
        tick(child<QCheckBox>(dialog, "swapUnproven"));
        QVERIFY(!start->isEnabled());
        tick(child<QCheckBox>(dialog, "swapTerminate"));
        QVERIFY(start->isEnabled());
        plan.clients[0].processId = 0;
        plan.clients[0].state = "prepared transaction";
        dialog.showPlan(plan); // nobody's session to end
        type(child<QLineEdit>(dialog, "swapTyped"), QStringLiteral("shop"));
        QVERIFY(!start->isEnabled());
        QVERIFY(child<QLabel>(dialog, "swapNote")->text().contains(QStringLiteral("prepared")));
    }
    void swap_undo_saysHowManyRowsStayBehind() {
        DatabaseSwap plan = planOf();
        plan.undo = true;
        plan.since = kNow;
        plan.restoredAs = "shop_new";
        QVERIFY(SwapTexts::written(plan).contains(QStringLiteral("not known")));
        plan.rowsChanged = 1200;
        const QString text = SwapTexts::written(plan);
        QVERIFY2(text.contains(QStringLiteral("1,200")) && text.contains(QStringLiteral("shop_new")),
                 qPrintable(text));
        QCOMPARE(SwapTexts::written(planOf()), QString());
    }
    void samePlan_commentsAndClients_doNotMatterButWhatIsDoneDoes() {
        DatabaseSwap later = planOf({{1, "shop", "app", "", "", "idle"}});
        later.statements[2] = "COMMENT ON DATABASE shop IS 'at 07:05'";
        QVERIFY(samePlan(planOf(), later));
        DatabaseSwap other = later;
        other.statements.insert(other.statements.begin() + 2, "ALTER DATABASE shop OWNER TO mallory");
        QVERIFY(!samePlan(planOf(), other));
        other = later;
        other.backupId = "20261119T020000Z-XYZ789";
        QVERIFY(!samePlan(planOf(), other));
        other = later; // under another name than the one that was shown
        other.statements[0] = "ALTER DATABASE shop RENAME TO shop_replaced_20261121t070512z";
        QVERIFY(!samePlan(planOf(), other));
    }
    void drop_whatIsWhole_hasToBeTyped() {
        for (const char* state : {"proved", "unproven", "swapped_out"})
            QVERIFY2(dropHasToBeTyped(restoredOf("a", state)), state);
        FlowBench bench;
        DropDialog dialog(bench.context(), profileOf("p1", "db1"),
                          restoredOf("shop_replaced_1", "swapped_out"));
        dialog.show();
        auto* start = child<QPushButton>(dialog, "dropStart");
        QVERIFY(!start->isEnabled());
        type(child<QLineEdit>(dialog, "dropTyped"), QStringLiteral("shop_replaced_1"));
        QVERIFY(start->isEnabled());
        QSignalSpy pressed(start, &QPushButton::clicked);
        QTest::keyClick(child<QLineEdit>(dialog, "dropTyped"), Qt::Key_Return);
        QCOMPARE(pressed.size(), 1);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(dialog).isEmpty(), kPatience); // a profile that is not there
        QVERIFY(dialog.isVisible());
        auto* cancel = child<QPushButton>(dialog, "dropCancel");
        cancel->setFocus();
        QTest::keyClick(cancel, Qt::Key_Return);
        QVERIFY(!dialog.isVisible());
        QCOMPARE(pressed.size(), 1);
        dialog.show();
        CHECK_NONE(nameProblems(dialog));
        CHECK_NONE(sizeProblems(dialog));
        DropDialog plain(bench.context(), profileOf("p1", "db1"), restoredOf("shop_new", "incomplete"));
        plain.show();
        QVERIFY(!child<QLineEdit>(plain, "dropTyped")->isVisible());
        QVERIFY(child<QPushButton>(plain, "dropStart")->isEnabled());
        QTest::keyClick(&plain, Qt::Key_Escape);
        QVERIFY(!plain.isVisible());
    }
};

QTEST_MAIN(TestRestoredDialogs)
#include "test_restoreddialogs.moc"

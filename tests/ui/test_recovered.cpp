// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window of a computer that recovered: servers that are only restored to, and backups of servers that are
// not here.
#include "support/patience.h"
#include "ui/main/windowflows.h"
#include "ui/restored/restoreddialog.h"
#include "ui/welcome/protectflow.h"
#include "ui/windowfixture.h"
#include "workers/norepository.h"

#include <QAction>
#include <QComboBox>
#include <QPointer>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

using namespace salvor;
using namespace salvor::test;

namespace {

/// The row of a table whose first column shows that text.
int rowOf(const QAbstractItemView* table, const QString& text) {
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        if (table->model()->index(row, 0).data().toString() == text)
            return row;
    }
    return -1;
}

} // namespace

class TestRecovered : public QObject {
    Q_OBJECT

private slots:
    /// A server that is only restored to: "Back up now" is greyed out, so nothing names it.
    void overview_serverWithoutAPolicy_leadsToProtectingIt() {
        WindowFixture fixture(WindowFixture::Filled);
        Profile target = fixture.sample.server(0);
        target.uuid.clear();
        target.revision = 0;
        target.title = "target";
        const auto saved = fixture.core->saveProfile(target, std::nullopt, kNoRepository);
        QVERIFY2(saved, saved ? "" : saved.error().toText().c_str());
        fixture.window->refresh();
        QVERIFY(fixture.waitForRows("serverTree", 5));
        fixture.window->select({QString::fromStdString(saved->uuid), {}});
        auto* page = fixture.find<QWidget>("overviewPage");
        auto* empty = page->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible(), kPatience);
        QVERIFY(!fixture.find<QAction>("backUpAction")->isEnabled());
        QString texts;
        for (const QLabel* label : empty->findChildren<QLabel*>())
            texts += label->text() + QLatin1Char('\n');
        QVERIFY2(texts.contains(QStringLiteral("No policy backs this server up")) &&
                     !texts.contains(QStringLiteral("Back up now")),
                 qPrintable(texts));
        // What a restore made on it.
        QSignalSpy restored(fixture.window.get(), &MainWindow::restoredWanted);
        QVERIFY(fixture.find<QAction>("restoredAction")->isEnabled());
        QTest::mouseClick(fixture.find<QPushButton>("overviewRestored"), Qt::LeftButton);
        QCOMPARE(restored.value(0).value(0).toString(), QString::fromStdString(saved->uuid));
        const WindowFlows flows(*fixture.window);
        QTest::mouseClick(empty->findChild<QPushButton*>(QStringLiteral("emptyAction")), Qt::LeftButton);
        const QPointer<ProtectFlow> flow = fixture.window->findChild<ProtectFlow*>();
        QVERIFY(flow != nullptr);
        auto* choice = flow->findChild<QComboBox*>(QStringLiteral("serverChoice"));
        QTRY_VERIFY2_WITH_TIMEOUT(choice->currentText().startsWith(QStringLiteral("target")),
                                  qPrintable(choice->currentText()), kPatience);
        flow->close();
        QTRY_VERIFY_WITH_TIMEOUT(flow.isNull(), kPatience);
    }

    void protect_policyThatLeavesSomethingOut_isShown() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("serverTree", 4));
        const WindowFlows flows(*fixture.window);
        emit fixture.window->protectWanted();
        const QPointer<ProtectFlow> flow = fixture.window->findChild<ProtectFlow*>();
        QVERIFY(flow != nullptr);
        auto* choice = flow->findChild<QComboBox*>(QStringLiteral("serverChoice"));
        QTRY_COMPARE_WITH_TIMEOUT(choice->count(), 4, kPatience); // loaded
        const QString server = QString::fromStdString(fixture.sample.server(1).uuid);
        emit flow->policiesWanted(server);
        QCOMPARE(fixture.window->currentPageId(), QStringLiteral("policies"));
        QCOMPARE(fixture.window->selection().profileUuid, server);
        flow->close();
        QTRY_VERIFY_WITH_TIMEOUT(flow.isNull(), kPatience);
    }

    /// As after a recovery: the backups are of a server that is not here, and were restored to one that is.
    void overview_rowOfAServerThatIsNotHere_leadsToWhatWasRestored() {
        WindowFixture fixture(WindowFixture::Filled);
        const auto gone = fixture.core->profile(fixture.sample.server(0).uuid);
        QVERIFY(gone);
        QVERIFY(fixture.core->removeProfile(gone->uuid, gone->revision));
        fixture.window->refresh();
        auto* table = fixture.find<QTableView>("overviewTable");
        const auto chooseCrm = [&] {
            table->setCurrentIndex(table->model()->index(rowOf(table, QStringLiteral("crm")), 0));
            return !fixture.find<QPushButton>("overviewBackUp")->isEnabled();
        };
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        QTRY_VERIFY_WITH_TIMEOUT(chooseCrm(), kPatience);
        QVERIFY(fixture.find<QPushButton>("overviewRestored")->isEnabled());
        QVERIFY(fixture.find<QAction>("restoredAction")->isEnabled());
        const WindowFlows flows(*fixture.window);
        QTest::mouseClick(fixture.find<QPushButton>("overviewRestored"), Qt::LeftButton);
        const QPointer<RestoredDialog> dialog = fixture.window->findChild<RestoredDialog*>();
        QVERIFY(dialog != nullptr);
        QTRY_COMPARE_WITH_TIMEOUT(dialog->findChild<QComboBox*>(QStringLiteral("restoredServer"))->count(), 2,
                                  kPatience);
        dialog->close();
        QTRY_VERIFY_WITH_TIMEOUT(dialog.isNull(), kPatience);
    }
};

QTEST_MAIN(TestRecovered)
#include "test_recovered.moc"

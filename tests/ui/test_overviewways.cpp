// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The day on which databases are gone: what the Overview says, and the ways on that stand beside it.
#include "models/catalog/catalogdatabase.h"
#include "models/jsonfields.h"
#include "models/lists/databaselistmodel.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/policies/policyeditor.h"
#include "ui/restore/restorename.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

RunRecord runByRules(const Policy& policy, Instant at, const std::vector<std::string>& databases) {
    RunRecord run;
    run.id = makeRecordId(at);
    run.kind = "backup";
    run.repositoryId = policy.repositoryId;
    run.policyUuid = policy.uuid;
    run.profileUuid = policy.profileUuid;
    run.profileTitle = "prod-eu";
    run.trigger = "timer";
    run.started = at;
    run.ended = at + 60s;
    run.outcome = RunOutcome::Ok;
    run.details = {{QStringLiteral("selection"), QStringLiteral("policy")},
                   {QStringLiteral("databases"), toJsonArray(databases)}};
    return run;
}

/// Of the three databases of "prod-eu" the newest run saw one.
Result<> loseTwo(const Policy& policy, const std::string& catalogFile) {
    SALVOR_ASSIGN(const auto catalog, CatalogDatabase::open(catalogFile));
    BackupFilter filter;
    filter.profile = policy.profileUuid;
    filter.limit = 1000;
    SALVOR_ASSIGN(const auto page, catalog->backups(filter));
    for (BackupRecord backup : *page.rows) {
        backup.policyUuid = policy.uuid;
        SALVOR_TRY(catalog->saveBackup(backup));
    }
    SALVOR_TRY(catalog->saveRun(runByRules(policy, FixedClock::kNow - 2h, {"billing", "crm", "webshop"})));
    return catalog->saveRun(runByRules(policy, FixedClock::kNow - 1h, {"billing"}));
}

} // namespace

class TestOverviewWays : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void databasesAreLost_rowsAreRedAndTheWaysOnAreOneClick() {
        WindowFixture fixture(WindowFixture::Filled);
        const auto policy = fixture.core->policy("prod-eu");
        CHECK_OK(policy);
        CHECK_OK(loseTwo(*policy, fixture.sample.config().places.catalogFile));
        fixture.open();
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        const auto* rows = fixture.find<QTableView>("overviewTable")->model();
        QStringList lost;
        for (int row = 0; row < rows->rowCount(); ++row) {
            if (rows->index(row, DatabaseListModel::StateColumn).data().toString() ==
                QLatin1String("not on its server any more"))
                lost << rows->index(row, DatabaseListModel::DatabaseColumn).data().toString();
        }
        lost.sort();
        QCOMPARE(lost, (QStringList{QStringLiteral("crm"), QStringLiteral("webshop")}));
        const auto button = [&](const char* name) {
            return fixture.window->findChild<QPushButton*>(QLatin1String(name));
        };
        QTRY_VERIFY_WITH_TIMEOUT(button("overviewRestoreLost") != nullptr &&
                                     button("overviewRestoreLost")->isVisible(),
                                 kPatience);
        QSignalSpy restores(fixture.window.get(), &MainWindow::restoreWanted);
        QTest::mouseClick(button("overviewRestoreLost"), Qt::LeftButton);
        QCOMPARE(restores.count(), 1);
        const auto wanted = restores[0][0].value<BackupChoice>();
        const auto backup = fixture.core->backup(wanted.backupId.toStdString());
        CHECK_OK(backup);
        QVERIFY(lost.contains(QString::fromStdString(backup->database)));
        QVERIFY(isOffItsServer(*fixture.core, *backup)); // so that the wizard proposes its own name
        BackupRecord there = *backup;
        there.database = "billing";
        QVERIFY(!isOffItsServer(*fixture.core, there));
        QTest::mouseClick(button("overviewEditPolicy"), Qt::LeftButton);
        const auto* editor = fixture.window->findChild<PolicyEditor*>();
        QVERIFY(editor != nullptr);
        QCOMPARE(editor->policy().uuid, policy->uuid);
    }
};

QTEST_MAIN(TestOverviewWays)
#include "test_overviewways.moc"

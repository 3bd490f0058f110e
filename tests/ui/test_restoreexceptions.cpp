// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Backups that are damaged or cannot be loaded as they are, restored by clicks: refused with the control that
// helps, and what could not come back is named.
#include "ui/restore/restorewizard.h"
#include "ui/restoredesk.h"
#include "ui/support/startup.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QToolButton>

using namespace salvor;
using namespace salvor::test;

namespace {

/// The largest object of the store. Twice, it is as it was.
void flipByte(const CoreFixture& fixture) {
    QString largest;
    for (const QString& file : fixture.files(qt(fixture.storePath()) + QStringLiteral("/objects"))) {
        if (largest.isEmpty() || QFileInfo(file).size() > QFileInfo(largest).size())
            largest = file;
    }
    QFile file(largest);
    char byte = 0;
    const qint64 at = file.size() / 2;
    QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(at) && file.getChar(&byte) && file.seek(at) &&
            file.putChar(static_cast<char>(byte ^ 0x10)));
}

/// From the list of backups, which has the damaged ones too; of the newest one.
RestoreWizard* openWizard(Desk& desk) {
    if (!desk.open())
        return nullptr;
    desk.window->showPage(QStringLiteral("backups"));
    auto* table = child<QAbstractItemView>(*desk.window, "backupsTable");
    auto* restore = child<QPushButton>(*desk.window, "backupRestore");
    if (!QTest::qWaitFor([&] { return table->model()->rowCount() > 0; }, kPatience))
        return nullptr;
    table->setCurrentIndex(table->model()->index(0, 0));
    if (!QTest::qWaitFor([&] { return restore->isVisible() && restore->isEnabled(); }, kPatience))
        return nullptr;
    click(restore);
    auto* wizard = desk.dialog<RestoreWizard>();
    if (wizard == nullptr ||
        !QTest::qWaitFor([&] { return child<QPushButton>(*wizard, "flowNext")->isEnabled(); }, kPatience))
        return nullptr;
    return wizard;
}

/// Text of the page that names what was found.
QString findings(const QWidget& wizard) {
    QStringList texts;
    for (const QLabel* label : child<QWidget>(wizard, "findings")->findChildren<QLabel*>())
        texts << label->text();
    return texts.join(QLatin1Char('\n'));
}

void goOnTo(const FlowDialog& wizard, std::initializer_list<const char*> pages) {
    for (const char* page : pages) {
        next(wizard);
        QVERIFY2(waitForPage(wizard, page), page);
    }
}

/// Rows that its foreign key does not allow.
void breakAKey(Desk& desk) {
    LabConnection shop(desk.server, desk.live);
    shop.run("CREATE TABLE public.buyers (i int PRIMARY KEY)");
    shop.run("CREATE TABLE public.bought (i int, CONSTRAINT whose FOREIGN KEY (i) REFERENCES public.buyers)");
    shop.run("SET session_replication_role = replica");
    shop.run("INSERT INTO public.bought VALUES (7)");
}

} // namespace

class TestRestoreExceptions : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void damaged_isRefusedUntilMeantAndStopsAtTheDamage() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        flipByte(desk.fixture);
        const auto verified = desk.fixture.verify(VerifyDepth::Stored);
        CHECK_OK(verified);
        QVERIFY(!verified->report.ok());
        RestoreWizard* wizard = openWizard(desk);
        QVERIFY(wizard != nullptr);
        goOnTo(*wizard, {"wherePage", "scopePage", "preflightPage"});
        auto* forward = child<QPushButton>(*wizard, "flowNext");
        QVERIFY(!forward->isEnabled());
        const QString found = findings(*wizard);
        QVERIFY2(found.contains(QStringLiteral("“Try it although")) &&
                     !found.contains(QStringLiteral("salvorctl")) && !found.contains(QStringLiteral("--")),
                 qPrintable(found));
        click(child<QPushButton>(*wizard, "flowBack"));
        QVERIFY(isOnPage(*wizard, "scopePage"));
        tick(child<QCheckBox>(*wizard, "exceptDamaged"));
        CHECK_NONE(nameProblems(*wizard));
        goOnTo(*wizard, {"preflightPage"});
        QVERIFY2(forward->isEnabled(), qPrintable(findings(*wizard)));
        goOnTo(*wizard, {"reviewPage"});
        QVERIFY(child<QLabel>(*wizard, "reviewExceptions")->text().contains(QStringLiteral("damaged")));
        next(*wizard);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*wizard).isEmpty(), kPatience);
        const QString said = shownError(*wizard);
        QVERIFY2(said.contains(QStringLiteral("hidden as")) && !said.contains(QStringLiteral("salvorctl")),
                 qPrintable(said));
        QTRY_VERIFY_WITH_TIMEOUT(child<QToolButton>(*wizard, "jobDrop")->isVisible(), kPatience);
        const auto made = desk.fixture.core.restoredDatabases(desk.profile.uuid, {});
        CHECK_OK(made);
        for (const auto& one : *made) {
            if (one.finalName == desk.live + "_restored")
                CHECK_OK(desk.fixture.core.dropRestoredDatabase(desk.profile.uuid, one.name, {}, one.name));
        }
        // Mended behind Salvor's back: nothing stops it, and the report says what was known.
        flipByte(desk.fixture);
        click(child<QPushButton>(*wizard, "flowBack"));
        QVERIFY(isOnPage(*wizard, "wherePage"));
        goOnTo(*wizard, {"scopePage", "preflightPage", "reviewPage", "restoreProgressPage"});
        QVERIFY(waitForPage(*wizard, "proofPage"));
        const QString report = child<QPlainTextEdit>(*wizard, "proofReport")->toPlainText();
        QVERIFY2(report.contains(QStringLiteral("Restored all the same")), qPrintable(report));
    }

    void rowsThatBreakAKey_comeBackAndTheKeyIsNamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        breakAKey(desk);
        desk.backUp();
        RestoreWizard* wizard = openWizard(desk);
        QVERIFY(wizard != nullptr);
        goOnTo(*wizard, {"wherePage", "scopePage", "preflightPage", "reviewPage"});
        QVERIFY(!child<QLabel>(*wizard, "reviewExceptions")->isVisible());
        next(*wizard);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*wizard).isEmpty(), kPatience);
        const QString refused = shownError(*wizard);
        QVERIFY2(refused.contains(QStringLiteral("“Bring the rows back")) &&
                     refused.contains(QStringLiteral("constraint public.bought.whose")) &&
                     !refused.contains(QStringLiteral("--")),
                 qPrintable(refused));
        click(child<QPushButton>(*wizard, "flowBack"));
        goOnTo(*wizard, {"scopePage"});
        tick(child<QCheckBox>(*wizard, "exceptKeepGoing"));
        goOnTo(*wizard, {"preflightPage", "reviewPage"});
        QVERIFY(child<QLabel>(*wizard, "reviewExceptions")->isVisible());
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "proofPage"));
        const QString verdict = child<QLabel>(*wizard, "proofVerdict")->text();
        QVERIFY2(verdict.startsWith(QStringLiteral("Proved but for what was left out")), qPrintable(verdict));
        const QString report = child<QPlainTextEdit>(*wizard, "proofReport")->toPlainText();
        QVERIFY2(report.contains(QStringLiteral("public.bought.whose")), qPrintable(report));
        LabConnection restored(server, desk.live + "_restored");
        QCOMPARE(restored.value("SELECT i FROM public.bought"), std::string("7"));
    }

    void leftOutByName_isNotMadeAndAWrongNameIsRefusedBeforehand() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        breakAKey(desk);
        desk.backUp();
        RestoreWizard* wizard = openWizard(desk);
        QVERIFY(wizard != nullptr);
        goOnTo(*wizard, {"wherePage", "scopePage"});
        click(child<QToolButton>(*wizard, "exceptLeaveOut"));
        auto* name = child<QLineEdit>(*wizard, "exceptName");
        QTRY_VERIFY_WITH_TIMEOUT(name->isVisible(), kPatience);
        auto* forward = child<QPushButton>(*wizard, "flowNext");
        type(name, QStringLiteral("public.bought.whos"));
        QVERIFY(!forward->isEnabled()); // it would be lost
        click(child<QPushButton>(*wizard, "exceptAdd"));
        QTRY_VERIFY_WITH_TIMEOUT(forward->isEnabled(), kPatience);
        goOnTo(*wizard, {"preflightPage"});
        QVERIFY(!forward->isEnabled());
        QVERIFY2(findings(*wizard).contains(QStringLiteral("public.bought.whos")),
                 qPrintable(findings(*wizard)));
        click(child<QPushButton>(*wizard, "flowBack"));
        click(child<QPushButton>(*wizard, "exceptRemove"));
        type(name, QStringLiteral("public.bought.whose"));
        click(child<QPushButton>(*wizard, "exceptAdd"));
        QTRY_VERIFY_WITH_TIMEOUT(forward->isEnabled(), kPatience);
        goOnTo(*wizard, {"preflightPage", "reviewPage"});
        QVERIFY(child<QLabel>(*wizard, "reviewExceptions")
                    ->text()
                    .contains(QStringLiteral("constraint public.bought.whose is not made")));
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "proofPage"));
        LabConnection restored(server, desk.live + "_restored");
        QCOMPARE(restored.value("SELECT count(*) FROM pg_constraint WHERE conname = 'whose'"),
                 std::string("0"));
        QCOMPARE(restored.value("SELECT i FROM public.bought"), std::string("7"));
    }
};

QTEST_MAIN(TestRestoreExceptions)
#include "test_restoreexceptions.moc"

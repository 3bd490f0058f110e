// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong under a backup or a restore that the window runs, with real servers: the store is gone or
// full, there is no room, the name is taken. Each is told, nothing is lost, and the next try works.
#include "ui/restore/restorewizard.h"
#include "ui/restoredesk.h"
#include "ui/support/errorpanel.h"
#include "ui/support/startup.h"

#include <QDialog>
#include <QFile>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QToolButton>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr const char* kNoMount = "a small file system cannot be mounted here (not root)";

bool mountSmall(const QString& place, const char* size) {
    return QDir().mkpath(place) &&
           QProcess::execute(QStringLiteral("mount"),
                             {QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("-o"),
                              QLatin1String(size), QStringLiteral("tmpfs"), place}) == 0;
}

bool remount(const QString& place, const char* size) {
    return QProcess::execute(
               QStringLiteral("mount"),
               {QStringLiteral("-o"), QStringLiteral("remount,") + QLatin1String(size), place}) == 0;
}

void unmount(const QString& place) { QProcess::execute(QStringLiteral("umount"), {place}); }

/// Waits until all jobs of the window have ended; the error of the newest, null: it did not fail.
const Error* endOf(MainWindow& window) {
    const JobController& jobs = window.context().jobs;
    if (!QTest::qWaitFor([&] { return !jobs.jobs().empty() && !jobs.anyRunning(); }, kPatience))
        throw std::runtime_error("a job does not end");
    return jobs.jobs().back()->error();
}

/// What the foot of the window says of its only job, and what "Details" says that is left.
QString footOf(const MainWindow& window) {
    return child<QLabel>(*child<QWidget>(window, "jobPanel"), "jobState")->text();
}
QString leftBehind(const MainWindow& window) {
    click(child<QWidget>(*child<QWidget>(window, "jobPanel"), "jobDetails"));
    auto* details = window.findChild<QDialog*>(QStringLiteral("jobDetailsDialog"));
    if (details == nullptr)
        return {};
    const QString text = child<QLabel>(*details, "errorLeftBehind")->text();
    details->close();
    return text;
}

/// From the Overview, with the newest backup; null: it did not come.
RestoreWizard* openWizard(const Desk& desk) {
    click(child<QPushButton>(*desk.window, "overviewRestore"));
    auto* wizard = desk.dialog<RestoreWizard>();
    if (wizard == nullptr ||
        !QTest::qWaitFor([&] { return child<QPushButton>(*wizard, "flowNext")->isEnabled(); }, kPatience))
        return nullptr;
    return wizard;
}

void goOnTo(const FlowDialog& wizard, std::initializer_list<const char*> pages) {
    for (const char* page : pages) {
        next(wizard);
        QVERIFY2(waitForPage(wizard, page), page);
    }
}

} // namespace

class TestMeanwhile : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void backup_storeGone_isToldAndWorksOnceItIsBack() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        QVERIFY(desk.open());
        const QString store = qt(desk.fixture.storePath());
        const QString away = qt(desk.fixture.path("away"));
        QVERIFY(QDir().rename(store, away));
        auto* backUp = child<QPushButton>(*desk.window, "overviewBackUp");
        click(backUp);
        const Error* error = endOf(*desk.window);
        QVERIFY(error != nullptr);
        const QString said = footOf(*desk.window);
        QVERIFY2(said.startsWith(ErrorPanel::title(error->code)) && said.contains(store), qPrintable(said));
        QVERIFY2(error->hint.find("is the disk mounted") != std::string::npos, error->hint.c_str());
        QCOMPARE(leftBehind(*desk.window),
                 QStringLiteral("No backup was recorded by this run. Earlier backups are untouched."));
        QVERIFY(!QFileInfo::exists(store)); // and no other store was begun there
        QCOMPARE(desk.backups().size(), std::size_t(1));

        QVERIFY(QDir().rename(away, store));
        QTRY_VERIFY_WITH_TIMEOUT(backUp->isEnabled(), kPatience);
        click(backUp);
        error = endOf(*desk.window);
        QVERIFY2(error == nullptr, error ? error->message.c_str() : "");
        QCOMPARE(desk.backups().size(), std::size_t(2));
        const auto verified = desk.fixture.verify(VerifyDepth::Full);
        CHECK_OK(verified);
        QVERIFY(verified->report.ok());
    }

    void backup_storeFull_isToldAndWorksOnceThereIsRoom() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase source(server);
        // Does not compress: 24 MB of hashes.
        source.run("CREATE TABLE noise AS SELECT decode(string_agg(md5(i::text || '-' || g::text), ''), "
                   "'hex') AS bytes FROM generate_series(1, 24) g, generate_series(1, 65536) i GROUP BY g");
        CoreFixture fixture;
        const QString place = qt(fixture.path("small"));
        if (!mountSmall(place, "size=16m"))
            QSKIP(kNoMount);
        const auto away = qScopeGuard([&] { unmount(place); });
        CHECK_OK(fixture.init(place.toStdString() + "/store"));
        const auto profile = fixture.addProfile(server);
        CHECK_OK(profile);
        MainWindow window(fixture.core, theme());
        const WindowFlows flows(window);
        window.resize(1366, 768);
        window.show();
        QTRY_VERIFY_WITH_TIMEOUT(window.context().feed.snapshot() != nullptr, kPatience);
        const Selection wanted{qt(profile->uuid), qt(source.name())};
        window.startBackup(wanted);
        const Error* error = endOf(window);
        QVERIFY(error != nullptr);
        QVERIFY2(error->code == ErrorCode::NoSpace, error->message.c_str());
        const QString said = footOf(window);
        QVERIFY2(said.startsWith(ErrorPanel::title(ErrorCode::NoSpace)), qPrintable(said));
        QCOMPARE(leftBehind(window),
                 QStringLiteral("No backup was recorded by this run. Earlier backups are untouched."));
        const auto none = fixture.core.backups({});
        CHECK_OK(none);
        QVERIFY(none->empty());

        QVERIFY(remount(place, "size=256m"));
        window.startBackup(wanted);
        error = endOf(window);
        QVERIFY2(error == nullptr, error ? error->message.c_str() : "");
        const auto made = fixture.core.backups({});
        CHECK_OK(made);
        QCOMPARE(made->size(), std::size_t(1));
        const auto verified = fixture.verify(VerifyDepth::Full);
        CHECK_OK(verified);
        QVERIFY(verified->report.ok());
    }

    void drill_folderWithoutRoom_isRefusedAndAnotherOneIsTaken() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        NEED_ROOM(room);
        QTemporaryDir roomy(room + QStringLiteral("/salvor-t-XXXXXX"));
        QVERIFY(QFile::setPermissions(roomy.path(),
                                      QFile::permissions(roomy.path()) | QFile::ExeOther | QFile::ExeGroup));
        Desk desk(server);
        const QString small = qt(desk.fixture.path("small"));
        if (!mountSmall(small, "size=1m"))
            QSKIP(kNoMount);
        const auto away = qScopeGuard([&] { unmount(small); });
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewDrill"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr);
        auto* folder = child<QLineEdit>(*sheet, "quickFolder");
        auto* forward = child<QPushButton>(*sheet, "flowNext");
        QTRY_VERIFY_WITH_TIMEOUT(folder->isEnabled(), kPatience);
        type(folder, small);
        QCOMPARE(forward->text(), QStringLiteral("&Check"));
        click(forward);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*sheet).isEmpty(), kPatience);
        const QString said = shownError(*sheet);
        QVERIFY2(said.startsWith(ErrorPanel::title(ErrorCode::NoSpace)) && said.contains(small) &&
                     said.contains(QStringLiteral("Nothing was changed")) &&
                     !said.contains(QStringLiteral("--target")),
                 qPrintable(said));
        QVERIFY(desk.window->context().jobs.jobs().empty());
        QCOMPARE(folder->text(), small); // to be mended, not to be typed anew
        QCOMPARE(QDir(small).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList());

        QTRY_VERIFY_WITH_TIMEOUT(folder->isEnabled(), kPatience);
        type(folder, roomy.path());
        click(forward);
        QTRY_VERIFY2_WITH_TIMEOUT(forward->isEnabled() && forward->text().contains(QStringLiteral("Start")),
                                  qPrintable(shownError(*sheet)), kPatience);
        QVERIFY2(shownError(*sheet).isEmpty(), qPrintable(shownError(*sheet)));
    }

    /// After the checks had found it free.
    void wizard_nameTakenAfterTheChecks_isToldAndCanBeRenamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        QVERIFY(desk.open());
        RestoreWizard* wizard = openWizard(desk);
        QVERIFY(wizard != nullptr);
        const std::string name = desk.live + "_back";
        next(*wizard);
        type(child<QLineEdit>(*wizard, "restoreName"), qt(name));
        goOnTo(*wizard, {"scopePage", "preflightPage", "reviewPage"});
        {
            LabConnection admin(server, "postgres");
            admin.run("CREATE DATABASE " + quoteIdentifier(name));
        }
        const std::string theirs = desk.oid(name);
        next(*wizard);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*wizard).isEmpty(), kPatience);
        const QString said = shownError(*wizard);
        QVERIFY2(said.startsWith(ErrorPanel::title(ErrorCode::AlreadyExists)) && said.contains(qt(name)) &&
                     said.contains(QStringLiteral("existing ones are untouched")),
                 qPrintable(said));
        QCOMPARE(desk.oid(name), theirs);
        for (const auto& hidden : desk.hidden())
            QVERIFY2(hidden.find(desk.live) == std::string::npos, hidden.c_str());

        click(child<QPushButton>(*wizard, "flowBack"));
        QVERIFY(isOnPage(*wizard, "wherePage"));
        QCOMPARE(child<QLineEdit>(*wizard, "restoreName")->text(), qt(name));
        type(child<QLineEdit>(*wizard, "restoreName"), qt(name + "_2"));
        goOnTo(*wizard, {"scopePage", "preflightPage", "reviewPage"});
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "proofPage"));
        QCOMPARE(desk.oid(name), theirs);
        QVERIFY(desk.oid(name + "_2") != "none");
    }

    /// While the restore is under way: what it restored is whole, and stays.
    void wizard_nameTakenDuringTheRestore_leavesWhatIsWholeAndSaysWhere() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        {
            // An index that waits, in every database but this one, until somebody has that lock.
            LabConnection shop(desk.server, desk.live);
            shop.run("CREATE FUNCTION public.waiting(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$ "
                     "BEGIN WHILE pg_catalog.current_database() <> '" +
                     desk.live +
                     "' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND "
                     "objid = 4711) LOOP PERFORM pg_catalog.pg_sleep(0.05); END LOOP; RETURN i; END $f$");
            shop.run("CREATE TABLE public.lazy (i int)");
            shop.run("INSERT INTO public.lazy VALUES (1)");
            shop.run("CREATE INDEX lazy_i ON public.lazy (public.waiting(i))");
        }
        desk.backUp();
        QVERIFY(desk.open());
        RestoreWizard* wizard = openWizard(desk);
        QVERIFY(wizard != nullptr);
        const std::string name = desk.live + "_back";
        next(*wizard);
        type(child<QLineEdit>(*wizard, "restoreName"), qt(name));
        goOnTo(*wizard, {"scopePage", "preflightPage", "reviewPage"});
        next(*wizard);
        QVERIFY(waitForText(child<QLabel>(*wizard, "jobState"), QStringLiteral("Indexes")));
        LabConnection admin(desk.server, "postgres");
        admin.run("CREATE DATABASE " + quoteIdentifier(name));
        const std::string theirs = desk.oid(name);
        admin.run("SELECT pg_advisory_lock(4711)");
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*wizard).isEmpty(), kPatience);
        const QString said = shownError(*wizard);
        QCOMPARE(desk.hidden().size(), std::size_t(1));
        const std::string hidden = desk.hidden().front();
        QVERIFY2(said.startsWith(ErrorPanel::title(ErrorCode::AlreadyExists)) && said.contains(qt(hidden)) &&
                     said.contains(QStringLiteral("is whole")) &&
                     said.contains(QStringLiteral("until it is renamed, swapped or dropped")) &&
                     !said.contains(QStringLiteral("made so far")) &&
                     !said.contains(QStringLiteral("salvorctl")),
                 qPrintable(said));
        QCOMPARE(desk.oid(name), theirs);
        LabConnection restored(desk.server, hidden);
        QCOMPARE(restored.value("SELECT count(*) FROM public.lazy"), std::string("1"));
    }

    /// Between the review and the start.
    void wizard_storeGone_isToldAndGoesOnOnceItIsBack() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        QVERIFY(desk.open());
        RestoreWizard* wizard = openWizard(desk);
        QVERIFY(wizard != nullptr);
        const std::string name = desk.live + "_back";
        next(*wizard);
        type(child<QLineEdit>(*wizard, "restoreName"), qt(name));
        goOnTo(*wizard, {"scopePage", "preflightPage", "reviewPage"});
        const QString store = qt(desk.fixture.storePath());
        const QString away = qt(desk.fixture.path("away"));
        QVERIFY(QDir().rename(store, away));
        next(*wizard);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*wizard).isEmpty(), kPatience);
        const QString said = shownError(*wizard);
        QVERIFY2(said.contains(store) && said.contains(QStringLiteral("is the disk mounted")) &&
                     said.contains(QStringLiteral("No database of the wanted name was made")),
                 qPrintable(said));
        QCOMPARE(desk.oid(name), std::string("none"));
        click(child<QPushButton>(*wizard, "flowBack"));
        QVERIFY(isOnPage(*wizard, "wherePage"));
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "scopePage"));
        next(*wizard); // the checks need the store as well
        QTRY_VERIFY_WITH_TIMEOUT(shownError(*wizard).contains(store), kPatience);
        QVERIFY(isOnPage(*wizard, "scopePage"));

        QVERIFY(QDir().rename(away, store));
        auto* forward = child<QPushButton>(*wizard, "flowNext");
        QTRY_VERIFY_WITH_TIMEOUT(forward->isEnabled(), kPatience);
        click(forward);
        QTRY_VERIFY2_WITH_TIMEOUT(isOnPage(*wizard, "preflightPage"), qPrintable(shownError(*wizard)),
                                  kPatience);
        goOnTo(*wizard, {"reviewPage"});
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "proofPage"));
        QVERIFY(desk.oid(name) != "none"); // under the name that was typed
    }
};

QTEST_MAIN(TestMeanwhile)
#include "test_meanwhile.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Test restores, restores beside the original, swap, undo and drop, on real servers, by clicks and keys from
// the Overview; and what happens when somebody else is quicker.
#include "app/ctlprocess.h"
#include "models/lists/databaselistmodel.h"
#include "support/patience.h"
#include "support/sampledata.h"
#include "ui/main/mainwindow.h"
#include "ui/main/windowflows.h"
#include "ui/restore/quickrestore.h"
#include "ui/restore/restorewizard.h"
#include "ui/restored/restoreddialog.h"
#include "ui/restored/swapdialog.h"
#include "ui/support/startup.h"
#include "ui/widgetchecks.h"
#include "workers/corefixture.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QCheckBox>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPlainTextEdit>
#include <QProcess>
#include <QProcessEnvironment>
#include <QPushButton>
#include <QScopeGuard>
#include <QSignalSpy>
#include <QStorageInfo>
#include <QTemporaryDir>
#include <QToolButton>

#include <csignal>

using namespace salvor;
using namespace salvor::test;

namespace {

QString qt(const std::string& text) { return QString::fromStdString(text); }

QString shownError(const QWidget& window) {
    for (const QWidget* panel : window.findChildren<QWidget*>(QStringLiteral("errorPanel"))) {
        if (panel->isVisible())
            return panel->accessibleDescription();
    }
    return {};
}

/// One click refuses to fill a disk: a folder on one with room, which the server's own user gets through;
/// empty: there is none.
QString roomyFolder() {
    for (const QString& folder : {QDir::tempPath(), QStringLiteral("/dev/shm")}) {
        const QStorageInfo disk(folder);
        if (disk.isValid() && disk.bytesAvailable() > disk.bytesTotal() / 4 &&
            disk.bytesAvailable() > 2'000'000'000 && QFileInfo(folder).isWritable())
            return folder;
    }
    return {};
}
#define NEED_ROOM(folder)                                                                                    \
    const QString folder = roomyFolder();                                                                    \
    if (folder.isEmpty())                                                                                    \
    QSKIP("no disk here has a quarter of it free: one click restores nothing then")

/// Servers and folders for temporary files that are made meanwhile lie there.
class TemporaryFilesIn {
public:
    explicit TemporaryFilesIn(const QString& folder)
        : m_before(qgetenv("TMPDIR")) {
        qputenv("TMPDIR", folder.toLocal8Bit());
    }
    ~TemporaryFilesIn() {
        if (m_before.isNull())
            qunsetenv("TMPDIR");
        else
            qputenv("TMPDIR", m_before);
    }
    TemporaryFilesIn(const TemporaryFilesIn&) = delete;
    TemporaryFilesIn& operator=(const TemporaryFilesIn&) = delete;

private:
    QByteArray m_before;
};

Theme& theme() {
    static auto* one = new Theme(*qApp); // goes with the application
    return *one;
}

/// The main window over one database of a real server and its backups; what restores made is dropped at the
/// end.
class Desk {
public:
    explicit Desk(const LabServer& of)
        : server(of)
        , source(server)
        , live(source.name()) {
        source.run(sample::shop());
        source.disconnect(); // nobody is connected to it
        need(fixture.init());
        profile = need(fixture.addProfile(server));
        backUp();
    }
    ~Desk() {
        flows.reset();
        window.reset();
        try {
            LabConnection admin(server, "postgres");
            for (const auto& row :
                 admin.run("SELECT datname FROM pg_database WHERE datname LIKE '" + live + "\\_%'"))
                dropDatabase(server, *row.front());
        } catch (const std::exception& problem) {
            qWarning("%s", problem.what());
        }
    }
    std::string backUp() { return need(fixture.backUp(live)).backups.front().id; }
    bool open() {
        window = std::make_unique<MainWindow>(fixture.core, theme());
        flows = std::make_unique<WindowFlows>(*window);
        window->resize(1366, 768);
        window->show();
        const auto* table = child<QAbstractItemView>(*window, "overviewTable");
        return QTest::qWaitFor([&] { return table->model()->rowCount() == 1; }, kPatience);
    }
    QString cell(int column) const {
        return child<QAbstractItemView>(*window, "overviewTable")
            ->model()
            ->index(0, column)
            .data()
            .toString();
    }
    /// Of the newest one of that class that is open.
    template <typename T>
    T* dialog() const {
        T* found = nullptr;
        (void)QTest::qWaitFor(
            [&] {
                for (T* one : window->findChildren<T*>())
                    found = one->isVisible() ? one : found;
                return found != nullptr;
            },
            kPatience);
        return found;
    }
    std::string oid(const std::string& name) const {
        LabConnection admin(server, "postgres");
        const auto rows = admin.run("SELECT oid::text FROM pg_database WHERE datname = '" + name + "'");
        return rows.empty() ? std::string("none") : *rows.front().front();
    }
    /// An index that is built for ten minutes in every database but this one: a restore of a backup that is
    /// made from now on comes that far, and stays there.
    void makeSlow() {
        LabConnection shop(server, live);
        shop.run("CREATE FUNCTION public.slowly(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$ BEGIN "
                 "IF pg_catalog.current_database() <> '" +
                 live + "' THEN PERFORM pg_catalog.pg_sleep(600); END IF; RETURN i; END $f$");
        shop.run("CREATE TABLE public.lazy (i int)");
        shop.run("INSERT INTO public.lazy VALUES (1)");
        shop.run("CREATE INDEX lazy_i ON public.lazy (public.slowly(i))");
    }
    /// What the Overview would bring back of the live database.
    std::string newestGood() const {
        for (const auto& one : window->context().feed.snapshot()->sources) {
            if (one.database == live && one.lastGood)
                return one.lastGood->id;
        }
        return {};
    }
    /// Databases that a restore made and did not name yet.
    std::vector<std::string> hidden() const {
        LabConnection admin(server, "postgres");
        std::vector<std::string> names;
        for (const auto& row :
             admin.run("SELECT datname FROM pg_database WHERE datname LIKE '%\\_salvor\\_%'"))
            names.push_back(*row.front());
        return names;
    }
    /// Restored and proved by the core, as salvorctl would.
    std::string restoreAs(const std::string& name) {
        NullProgress nobody;
        need(fixture.restore(restoreJob(backups().front().id, name), nobody));
        return name;
    }
    std::vector<BackupRecord> backups() { return need(fixture.core.backups({})); }

    template <typename T>
    static T need(Result<T> result) {
        if (!result)
            throw std::runtime_error(result.error().toText());
        return std::move(*result);
    }

    LabServer server;
    LabDatabase source;
    std::string live;
    CoreFixture fixture;
    Profile profile;
    std::unique_ptr<MainWindow> window;
    std::unique_ptr<WindowFlows> flows;
};

bool isOnPage(const FlowDialog& flow, const char* page) {
    return flow.currentPage() != nullptr && flow.currentPage()->objectName() == QLatin1String(page);
}

/// Waits until the flow shows that page; a failure says the error that is shown instead.
bool waitForPage(const FlowDialog& flow, const char* page) {
    const bool came =
        QTest::qWaitFor([&] { return isOnPage(flow, page) || !shownError(flow).isEmpty(); }, kPatience) &&
        isOnPage(flow, page);
    if (!came)
        qWarning("%s did not come: %s", page, qPrintable(shownError(flow)));
    return came;
}

void next(const QWidget& flow) { click(child<QPushButton>(flow, "flowNext")); }

/// The sheet has looked at the target, and may start.
bool isReady(const QuickRestore& sheet) {
    const auto* button = child<QPushButton>(sheet, "flowNext");
    const bool ready = QTest::qWaitFor(
        [&] {
            return (button->isEnabled() && button->text().contains(QStringLiteral("Start"))) ||
                   !shownError(sheet).isEmpty();
        },
        kPatience);
    if (!button->isEnabled())
        qWarning("not ready: %s %s", qPrintable(shownError(sheet)),
                 qPrintable(child<QLabel>(sheet, "flowNote")->text()));
    return ready && button->isEnabled();
}

/// Chooses the first row in which a cell says that; false where none does.
bool chooseRow(const QWidget& window, const char* view, const QString& text) {
    auto* table = child<QAbstractItemView>(window, view);
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        for (int column = 0; column < table->model()->columnCount(); ++column) {
            if (table->model()->index(row, column).data().toString() == text) {
                table->setCurrentIndex(table->model()->index(row, 0));
                return true;
            }
        }
    }
    return false;
}

bool waitForText(const QLabel* label, const QString& part) {
    return QTest::qWaitFor([&] { return label->text().contains(part); }, kPatience);
}

} // namespace

class TestRestoring : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void drill_fromTheOverview_isProvedMeasuredAndLeavesNothing() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        NEED_ROOM(room);
        QTemporaryDir data(room + QStringLiteral("/salvor-t-XXXXXX"));
        QFile::setPermissions(data.path(),
                              QFile::permissions(data.path()) | QFile::ExeOther | QFile::ExeGroup);
        Desk desk(server);
        QVERIFY(desk.open());
        QVERIFY(desk.cell(DatabaseListModel::IfLostColumn).contains(QStringLiteral("not yet measured")));
        QCOMPARE(desk.cell(DatabaseListModel::ProvenColumn), QStringLiteral("never"));
        click(child<QPushButton>(*desk.window, "overviewDrill"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(child<QLineEdit>(*sheet, "quickFolder")->isEnabled(), kPatience);
        type(child<QLineEdit>(*sheet, "quickFolder"), data.path());
        QCOMPARE(child<QPushButton>(*sheet, "flowNext")->text(), QStringLiteral("&Check"));
        next(*sheet);
        QVERIFY(isReady(*sheet));
        QVERIFY(child<QLabel>(*sheet, "quickSource")->text().contains(qt(desk.live)));
        QVERIFY(child<QLabel>(*sheet, "quickSpace")->text().contains(QStringLiteral("needed")));
        QVERIFY(child<QLabel>(*sheet, "flowBanner")->text().contains(QStringLiteral("throwaway")));
        CHECK_NONE(nameProblems(*sheet));
        QTRY_VERIFY2_WITH_TIMEOUT(sizeProblems(*sheet).isEmpty(),
                                  qPrintable(sizeProblems(*sheet).join(QLatin1Char(' '))), kPatience);
        next(*sheet);
        QVERIFY(desk.window->findChild<QWidget*>(QStringLiteral("jobRow")) != nullptr);
        QVERIFY(waitForPage(*sheet, "proofPage"));
        const QString report = child<QPlainTextEdit>(*sheet, "proofReport")->toPlainText();
        QVERIFY2(child<QLabel>(*sheet, "proofVerdict")->text().startsWith(QStringLiteral("Proved equal")),
                 qPrintable(report));
        QVERIFY2(report.contains(QStringLiteral("Signed proof: recorded")), qPrintable(report));
        QVERIFY2(report.contains(QStringLiteral("schema was compared")), qPrintable(report));
        CHECK_NONE(nameProblems(*sheet));
        next(*sheet);
        QTRY_VERIFY_WITH_TIMEOUT(
            desk.cell(DatabaseListModel::IfLostColumn).contains(QStringLiteral("back in")), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(desk.cell(DatabaseListModel::ProvenColumn), QStringLiteral("just now"),
                                  kPatience);
        const auto restored = desk.fixture.core.restoredDatabases(desk.profile.uuid, {});
        CHECK_OK(restored);
        QCOMPARE(QDir(data.path()).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot),
                 QStringList());
        for (const auto& one : *restored)
            QVERIFY2(one.name.find(desk.live) == std::string::npos, one.name.c_str());
    }

    void beside_swapUndoDrop_byClicks() {
        NEED_ROOM(room);
        const TemporaryFilesIn there(room);
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        QVERIFY(desk.open());
        const std::string original = desk.oid(desk.live);
        const std::string ofTheOriginal = desk.newestGood();
        QVERIFY(!ofTheOriginal.empty());
        click(child<QPushButton>(*desk.window, "overviewBeside"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr && isReady(*sheet));
        const std::string fresh = child<QLineEdit>(*sheet, "quickName")->text().toStdString();
        next(*sheet);
        QVERIFY(waitForPage(*sheet, "proofPage"));
        const std::string restored = desk.oid(fresh);
        QCOMPARE(desk.oid(desk.live), original);
        click(child<QPushButton>(*sheet, "proofSwap"));

        auto* list = desk.dialog<RestoredDialog>();
        QVERIFY(list != nullptr);
        auto* swap = desk.dialog<SwapDialog>(); // opens by itself
        QVERIFY(swap != nullptr);
        auto* start = child<QPushButton>(*swap, "swapStart");
        QVERIFY2(waitForText(child<QLabel>(*swap, "swapSummary"), qt(fresh + " becomes " + desk.live)),
                 qPrintable(shownError(*swap)));
        QVERIFY(child<QPlainTextEdit>(*swap, "swapStaysBehind")
                    ->toPlainText()
                    .contains(QStringLiteral("stays in")));
        QVERIFY(!start->isEnabled());
        type(child<QLineEdit>(*swap, "swapTyped"), qt(desk.live));
        CHECK_NONE(nameProblems(*swap));
        QVERIFY(start->isEnabled());
        click(start);
        QVERIFY2(waitForText(child<QLabel>(*swap, "swapSummary"), QStringLiteral("Done")),
                 qPrintable(shownError(*swap)));
        QCOMPARE(desk.oid(desk.live), restored);
        // What has the name now was never backed up; then it is, and then the name goes back.
        QTRY_COMPARE_WITH_TIMEOUT(desk.cell(DatabaseListModel::LastGoodColumn), QStringLiteral("none"),
                                  kPatience);
        QCOMPARE(desk.cell(DatabaseListModel::StateColumn), QStringLiteral("never backed up"));
        const std::string ofTheRestored = desk.backUp();
        QTRY_COMPARE_WITH_TIMEOUT(desk.newestGood(), ofTheRestored, kPatience);
        click(child<QPushButton>(*swap, "swapClose"));

        auto* table = child<QAbstractItemView>(*list, "restoredTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 2, kPatience);
        auto* undo = child<QPushButton>(*list, "restoredUndo");
        QTRY_VERIFY_WITH_TIMEOUT(undo->isEnabled(), kPatience);
        click(undo);
        auto* back = desk.dialog<SwapDialog>();
        QVERIFY(back != nullptr);
        QVERIFY2(waitForText(child<QLabel>(*back, "swapWritten"), QStringLiteral("stay in")),
                 qPrintable(shownError(*back)));
        type(child<QLineEdit>(*back, "swapTyped"), qt(desk.live));
        auto* takeBack = child<QPushButton>(*back, "swapStart");
        QTRY_VERIFY2_WITH_TIMEOUT(takeBack->isEnabled(), qPrintable(child<QLabel>(*back, "swapNote")->text()),
                                  kPatience);
        click(takeBack);
        QVERIFY2(waitForText(child<QLabel>(*back, "swapSummary"), QStringLiteral("Done")),
                 qPrintable(shownError(*back)));
        QCOMPARE(desk.oid(desk.live), original);
        QTRY_COMPARE_WITH_TIMEOUT(desk.newestGood(), ofTheOriginal, kPatience);
        click(child<QPushButton>(*back, "swapClose"));

        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, kPatience);
        auto* dropButton = child<QPushButton>(*list, "restoredDrop");
        QTRY_VERIFY_WITH_TIMEOUT(dropButton->isEnabled(), kPatience);
        click(dropButton);
        auto* drop = desk.dialog<DropDialog>();
        QVERIFY(drop != nullptr);
        type(child<QLineEdit>(*drop, "dropTyped"), qt(fresh));
        click(child<QPushButton>(*drop, "dropStart"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 0, kPatience);
        QCOMPARE(desk.oid(fresh), std::string("none"));
        QCOMPARE(desk.oid(desk.live), original);
        QVERIFY(child<QLabel>(*list, "restoredSaid")->text().contains(qt(fresh)));
    }

    void beside_cancelledLate_saysWhatIsLeftAndDropsItByClicks() {
        NEED_ROOM(room);
        const TemporaryFilesIn there(room);
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        desk.makeSlow();
        desk.backUp();
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewBeside"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr && isReady(*sheet));
        next(*sheet);
        QVERIFY(waitForText(child<QLabel>(*sheet, "jobState"), QStringLiteral("Indexes")));
        QTRY_COMPARE_WITH_TIMEOUT(desk.hidden().size(), std::size_t(1), kPatience);
        const std::string hidden = desk.hidden().front();
        click(child<QToolButton>(*sheet, "jobCancel"));
        auto* drop = child<QToolButton>(*sheet, "jobDrop");
        QTRY_VERIFY_WITH_TIMEOUT(drop->isVisible(), kPatience);
        const QString said = child<QLabel>(*sheet, "jobState")->text();
        QVERIFY2(said.contains(qt(hidden)) && said.startsWith(QStringLiteral("Cancelled")), qPrintable(said));
        QCOMPARE(desk.hidden().size(), std::size_t(1)); // it says the truth
        const QString foot = child<QLabel>(*child<QWidget>(*desk.window, "jobPanel"), "jobState")->text();
        QCOMPARE(foot, said);

        desk.window->showPage(QStringLiteral("activity"));
        auto* fromActivity = child<QPushButton>(*desk.window, "activityDrop");
        QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(*desk.window, "runFacts")->text().contains(qt(hidden)) ||
                                     chooseRow(*desk.window, "activityTable", QStringLiteral("cancelled")),
                                 kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(fromActivity->isVisible(), kPatience);
        QVERIFY(child<QLabel>(*desk.window, "runFacts")->text().contains(qt(hidden)));

        click(drop);
        auto* question = desk.dialog<DropDialog>(); // opens by itself
        QVERIFY(question != nullptr);
        QVERIFY(child<QLabel>(*question, "dropQuestion")->text().contains(qt(hidden)));
        click(child<QPushButton>(*question, "dropStart"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.hidden().size(), std::size_t(0), kPatience);
        QVERIFY(desk.oid(desk.live) != "none");
    }

    /// By salvorctl, which is killed in the middle: the window tells of it, and gets rid of what is left.
    void restore_killedElsewhere_isToldInActivityAndDroppedByClicks() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        desk.makeSlow();
        const std::string backup = desk.backUp();
        QVERIFY(desk.open());
        QProcess other;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SALVOR_HOME"), qt(desk.fixture.path("home")));
        other.setProcessEnvironment(environment);
        other.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        other.start(CtlHome::program(), {QStringLiteral("restore"), qt(backup), QStringLiteral("--database"),
                                         qt(desk.live + "_by_another")});
        QVERIFY(other.waitForStarted(kPatience));
        const auto isBuilding = [&] {
            LabConnection admin(desk.server, "postgres");
            return !admin
                        .run("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%lazy_i%' AND pid <> "
                             "pg_backend_pid() AND state = 'active'")
                        .empty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(isBuilding(), kPatience);
        QCOMPARE(desk.hidden().size(), std::size_t(1));
        const std::string hidden = desk.hidden().front();
        QCOMPARE(::kill(static_cast<pid_t>(other.processId()), SIGKILL), 0);
        QVERIFY(other.waitForFinished(kPatience));
        {
            LabConnection admin(desk.server, "postgres"); // the server notices late that nobody waits
            admin.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + hidden +
                      "'");
        }
        desk.window->showPage(QStringLiteral("activity"));
        QTest::keyClick(desk.window.get(), Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(chooseRow(*desk.window, "activityTable", QStringLiteral("failed")),
                                 kPatience);
        const QString said = shownError(*desk.window);
        QVERIFY2(said.contains(qt(hidden)) && !said.contains(QStringLiteral("inside Salvor")) &&
                     !said.contains(QStringLiteral("counts as a backup")),
                 qPrintable(said));
        auto* drop = child<QPushButton>(*desk.window, "activityDrop");
        QVERIFY(drop->isVisible());
        click(drop);
        auto* question = desk.dialog<DropDialog>(); // opens by itself
        QVERIFY(question != nullptr);
        click(child<QPushButton>(*question, "dropStart"));
        QTRY_COMPARE_WITH_TIMEOUT(desk.hidden().size(), std::size_t(0), kPatience);
    }

    void backups_startedAtOnce_oneAfterTheOtherAndNoneFails() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        QVERIFY(desk.open());
        for (int i = 0; i < 3; ++i)
            click(child<QPushButton>(*desk.window, "overviewBackUp"));
        JobController& jobs = desk.window->context().jobs;
        QCOMPARE(jobs.jobs().size(), std::size_t(3));
        QTRY_VERIFY_WITH_TIMEOUT(!jobs.anyRunning(), kPatience);
        for (const auto& job : jobs.jobs())
            QVERIFY2(job->error() == nullptr, job->error() ? job->error()->message.c_str() : "");
        QCOMPARE(desk.backups().size(), std::size_t(4));
    }

    void swap_planGoneStale_isShownAgainAndNothingIsDone() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        const std::string fresh = desk.restoreAs(desk.live + "_new");
        const std::string original = desk.oid(desk.live);
        QVERIFY(desk.open());
        RestoredDialog list({desk.fixture.core, *new Lookups(desk.window.get()), desk.window->context().jobs},
                            qt(desk.profile.uuid), qt(fresh), RestoredAct::Swap);
        list.show();
        SwapDialog* swap = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT((swap = list.findChild<SwapDialog*>()) != nullptr, kPatience);
        const auto* rows = child<QAbstractItemView>(list, "restoredTable")->model();
        const auto isListed = [&] { // beside what others restored on this server
            const auto found =
                rows->match(rows->index(0, 0), Qt::DisplayRole, qt(fresh), 1, Qt::MatchContains);
            return !found.isEmpty();
        };
        QVERIFY(isListed());
        auto* start = child<QPushButton>(*swap, "swapStart");
        QVERIFY(waitForText(child<QLabel>(*swap, "swapSummary"), qt(fresh + " becomes " + desk.live)));
        {
            LabConnection admin(server, "postgres"); // somebody changes what the swap has to carry over
            admin.run("ALTER DATABASE " + quoteIdentifier(desk.live) + " SET work_mem = '9MB'");
        }
        type(child<QLineEdit>(*swap, "swapTyped"), qt(desk.live));
        click(start);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(*swap).isEmpty(), kPatience);
        QVERIFY2(shownError(*swap).contains(QStringLiteral("Nothing was changed")),
                 qPrintable(shownError(*swap)));
        QCOMPARE(desk.oid(desk.live), original);
        QVERIFY(child<QPlainTextEdit>(*swap, "swapStatements")
                    ->toPlainText()
                    .contains(QStringLiteral("work_mem")));
        QVERIFY(!start->isEnabled()); // the name is to be typed again
        CHECK_OK(desk.fixture.core.dropRestoredDatabase(desk.profile.uuid, fresh, {}, fresh));
        type(child<QLineEdit>(*swap, "swapTyped"), qt(desk.live));
        click(start);
        QTRY_VERIFY_WITH_TIMEOUT(shownError(*swap).contains(qt(fresh)), kPatience);
        QCOMPARE(desk.oid(desk.live), original);
        click(child<QPushButton>(*swap, "swapClose"));
        QTRY_VERIFY_WITH_TIMEOUT(!isListed(), kPatience); // looked again by itself
    }

    void wizard_backupDeletedMeanwhile_goesBackToThoseThatAre() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        const std::string first = desk.backups().front().id;
        const std::string second = desk.backUp();
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewRestore"));
        auto* wizard = desk.dialog<RestoreWizard>();
        QVERIFY(wizard != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(wizard->findChild<QLabel*>(QStringLiteral("whatId")) != nullptr, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(child<QLabel>(*wizard, "whatId")->text(), qt(second), kPatience);
        BackupActRequest act;
        act.act = BackupAct::Delete;
        act.backups = {second};
        act.confirmLarge = true;
        CHECK_OK(desk.fixture.core.changeBackups(act, {}));
        PruneJob prune; // in the trash it could still be restored
        prune.freeSpaceNow = true;
        prune.confirmed = true;
        prune.confirmLarge = true;
        NullProgress nobody;
        CHECK_OK(desk.fixture.core.prune(prune, nobody, {}));
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "wherePage"));
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "scopePage"));
        next(*wizard);
        QTRY_VERIFY_WITH_TIMEOUT(isOnPage(*wizard, "whatPage"), kPatience);
        QVERIFY2(shownError(*wizard).contains(qt(second)), qPrintable(shownError(*wizard)));
        QCOMPARE(child<QLabel>(*wizard, "whatId")->text(), qt(first));
        QVERIFY(child<QPushButton>(*wizard, "flowNext")->isEnabled());
        CHECK_NONE(nameProblems(*wizard));
    }

    /// In the trash it can still be restored, and what proved it goes with it.
    void wizard_backupTrashedMeanwhile_isRestoredAndRecorded() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        const std::string second = desk.backUp();
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewRestore"));
        auto* wizard = desk.dialog<RestoreWizard>();
        QVERIFY(wizard != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(wizard->findChild<QLabel*>(QStringLiteral("whatId")) != nullptr, kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(child<QLabel>(*wizard, "whatId")->text(), qt(second), kPatience);
        for (const char* page : {"wherePage", "scopePage", "preflightPage", "reviewPage"}) {
            next(*wizard);
            QVERIFY(waitForPage(*wizard, page));
        }
        BackupActRequest act;
        act.act = BackupAct::Delete;
        act.backups = {second};
        act.confirmLarge = true;
        CHECK_OK(desk.fixture.core.changeBackups(act, {}));
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "proofPage"));
        const QString report = child<QPlainTextEdit>(*wizard, "proofReport")->toPlainText();
        QVERIFY2(report.contains(QStringLiteral("is in the trash")), qPrintable(report));
        QVERIFY2(report.contains(QStringLiteral("recorded in the repository for this backup")),
                 qPrintable(report));
        QVERIFY2(!report.contains(QStringLiteral("rebuild")), qPrintable(report));
        act.act = BackupAct::Undelete;
        CHECK_OK(desk.fixture.core.changeBackups(act, {}));
        const auto back = desk.fixture.core.backup(second);
        CHECK_OK(back);
        QVERIFY(back->restoredAt.has_value());
    }

    void wizard_targetOfTheSameName_isBlockedAndCanBeRenamed() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        Desk desk(server);
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewRestore"));
        auto* wizard = desk.dialog<RestoreWizard>();
        QVERIFY(wizard != nullptr);
        QTRY_VERIFY_WITH_TIMEOUT(wizard->findChild<QLabel*>(QStringLiteral("whatId")) != nullptr, kPatience);
        auto* forward = child<QPushButton>(*wizard, "flowNext");
        QTRY_VERIFY_WITH_TIMEOUT(forward->isEnabled(), kPatience);
        next(*wizard);
        type(child<QLineEdit>(*wizard, "restoreName"), qt(desk.live));
        next(*wizard);
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "preflightPage"));
        QVERIFY(!forward->isEnabled());
        QVERIFY(child<QLabel>(*wizard, "finding_target_name")->text().contains(qt(desk.live)));
        click(child<QPushButton>(*wizard, "flowBack"));
        click(child<QPushButton>(*wizard, "flowBack"));
        QVERIFY(isOnPage(*wizard, "wherePage"));
        type(child<QLineEdit>(*wizard, "restoreName"), qt(desk.live + "_again"));
        next(*wizard);
        next(*wizard);
        QVERIFY(waitForPage(*wizard, "preflightPage"));
        QVERIFY(forward->isEnabled());
        QVERIFY(child<QLabel>(*wizard, "flowBanner")->text().contains(qt(desk.live + "_again")));
    }

    /// The server is frozen while the question is asked, so that the job surely runs.
    void window_closedDuringARestore_waitsAndClosesAfterIt() {
        NEED_ROOM(room);
        const TemporaryFilesIn there(room);
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        Desk desk(own->server());
        QVERIFY(desk.open());
        click(child<QPushButton>(*desk.window, "overviewBeside"));
        auto* sheet = desk.dialog<QuickRestore>();
        QVERIFY(sheet != nullptr && isReady(*sheet));
        const std::string fresh = child<QLineEdit>(*sheet, "quickName")->text().toStdString();
        own->signal(SIGSTOP);
        const auto thaw = qScopeGuard([&] { own->signal(SIGCONT); });
        next(*sheet);
        click(child<QPushButton>(*sheet, "flowCancel")); // "Hide": the job goes on
        QVERIFY(!desk.window->close());
        auto* question = desk.window->findChild<QMessageBox*>(QStringLiteral("closeQuestion"));
        QVERIFY(question != nullptr);
        click(child<QPushButton>(*question, "closeWait"));
        QVERIFY(desk.window->isVisible());
        own->signal(SIGCONT);
        QTRY_VERIFY_WITH_TIMEOUT(!desk.window->isVisible(), kPatience);
        const auto made = desk.fixture.core.restoredDatabases(desk.profile.uuid, {});
        CHECK_OK(made);
        QCOMPARE(made->size(), std::size_t(1));
        QCOMPARE(made->front().name, fresh);
        QCOMPARE(made->front().state, std::string("proved"));
    }
};

QTEST_MAIN(TestRestoring)
#include "test_restoring.moc"

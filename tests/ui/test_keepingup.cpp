// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What others do while the window is open is shown though nobody asks: not a key is pressed, and refresh() is
// not called.
#include "app/ctlprocess.h"
#include "models/catalog/catalogdatabase.h"
#include "models/workspace/workspacedatabase.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/desktop/tray.h"
#include "ui/fakedesktop.h"
#include "ui/policies/policytexts.h"
#include "ui/support/errorpanel.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QDir>
#include <QSignalSpy>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTableView>

#include <atomic>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

class MovingClock final : public Clock {
public:
    Instant now() const override { return m_now.load(); }
    void pass(std::chrono::seconds span) { m_now = m_now.load() + span; }

private:
    std::atomic<Instant> m_now{FixedClock::kNow};
};

/// A window over a workspace that a real salvorctl can open as well.
class Bench {
public:
    Bench()
        : sample(QDir::cleanPath(home.path(s("."))))
        , core(configOf()) {
        sample.fill(core);
        open();
    }
    void open() {
        window.reset();
        window = std::make_unique<MainWindow>(core, theme(), std::make_unique<FakeDesktop>(true));
        window->resize(1366, 768);
        window->show();
    }
    WorkspaceFeed& feed() const { return window->context().feed; }
    CoreConfig configOf() const {
        CoreConfig config = sample.config();
        config.clock = &clock;
        return config;
    }
    template <typename T>
    T* find(const char* name) const {
        T* found = window->findChild<T*>(QLatin1String(name));
        if (found == nullptr)
            throw std::runtime_error(std::string("there is no ") + name);
        return found;
    }
    bool waitForRows(const char* view, int rows) const {
        return QTest::qWaitFor([&] { return find<QAbstractItemView>(view)->model()->rowCount() >= rows; },
                               kPatience);
    }
    QString sentence() const { return find<QLabel>("overviewSentence")->text(); }
    /// Until what was written before is shown: nothing more is on its way.
    bool settle() const {
        for (int i = 0; i < 20; ++i) {
            if (!lookFindsSomething())
                return true;
        }
        return false;
    }
    /// Looks once and waits for the answer, and for the picture that it led to.
    bool lookFindsSomething() const {
        QSignalSpy outdated(&feed(), &WorkspaceFeed::outdated);
        QSignalSpy changed(&feed(), &WorkspaceFeed::changed);
        feed().look();
        bool done = false; // one thread answers in the order of the questions
        const WindowContext context = window->context();
        context.lookups.run<bool>(
            window.get(), [](const CancelToken&) { return Result<bool>(true); },
            [&](const Result<bool>&) { done = true; });
        if (!QTest::qWaitFor([&] { return done; }, kPatience))
            throw std::runtime_error("a look does not end");
        if (outdated.isEmpty() && changed.isEmpty())
            return false;
        if (changed.isEmpty() && !changed.wait(kPatience))
            throw std::runtime_error("a picture does not come");
        return true;
    }

    MovingClock clock;
    CtlHome home;
    SampleWorkspace sample;
    Core core;
    std::unique_ptr<MainWindow> window;
};

int pausedIn(const QTableView& table) {
    int count = 0;
    for (int row = 0; row < table.model()->rowCount(); ++row)
        count += table.model()->index(row, PolicyListModel::StateColumn).data().toString() ==
                         PolicyTexts::state(PolicyState::Paused)
                     ? 1
                     : 0;
    return count;
}

bool errorShown(const QWidget& window, ErrorCode code) {
    for (const auto* panel : window.findChildren<ErrorPanel*>()) {
        if (panel->isVisible() &&
            panel->findChild<QLabel*>(s("errorTitle"))->text() == ErrorPanel::title(code))
            return true;
    }
    return false;
}

/// Of another program, which comes and goes.
QVariant ask(const std::string& file, const QString& statement) {
    QVariant answer;
    {
        auto database = QSqlDatabase::addDatabase(s("QSQLITE"), s("other"));
        database.setDatabaseName(QString::fromStdString(file));
        QSqlQuery query(database);
        if (!database.open() || !query.exec(statement))
            throw std::runtime_error("the other program fails");
        if (query.next())
            answer = query.value(0);
    }
    QSqlDatabase::removeDatabase(s("other"));
    return answer;
}

/// As a timer leaves it in the catalog: a process of its own would need a server.
void recordFailure(const Bench& bench, const BackupRecord& like) {
    RunRecord run;
    run.id = "run-of-a-timer";
    run.kind = "backup";
    run.repositoryId = like.repositoryId;
    run.profileUuid = like.profileUuid;
    run.profileTitle = like.profileTitle;
    run.policyUuid = like.policyUuid;
    run.database = like.database;
    run.outcome = RunOutcome::Failed;
    run.started = FixedClock::kNow - 1min;
    run.ended = FixedClock::kNow;
    run.error = Error{ErrorCode::ServerError, "it was refused", "start it", true, {}};
    const auto catalog = CatalogDatabase::open(bench.core.config().places.catalogFile);
    CHECK_OK(catalog);
    CHECK_OK((*catalog)->saveRun(run));
}

} // namespace

class TestKeepingUp : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }
    void cleanup() { QApplication::setQuitOnLastWindowClosed(true); }

    void policy_pausedBySalvorctl_isShownUnasked() {
        Bench bench;
        bench.window->showPage(s("policies"));
        QVERIFY(bench.waitForRows("policiesTable", 4));
        const auto* table = bench.find<QTableView>("policiesTable");
        QTRY_COMPARE_WITH_TIMEOUT(pausedIn(*table), 1, kPatience);
        const CtlResult paused = bench.home.run({s("policy"), s("pause"), s("office"), s("--json")});
        QVERIFY2(paused.exitCode == 0, paused.err.constData());
        QTRY_COMPARE_WITH_TIMEOUT(pausedIn(*table), 2, kPatience);
    }

    void run_failedInAnotherProgram_turnsOverviewAndTray() {
        Bench bench;
        bench.window->showPage(s("overview"));
        QVERIFY(bench.waitForRows("overviewTable", 8));
        BackupRecord good;
        for (const auto& source : bench.feed().snapshot()->sources) {
            if (source.protection <= Protection::Untimed && source.lastGood)
                good = *source.lastGood;
        }
        QVERIFY(!good.database.empty());
        const QString told = s("%1 failed").arg(QString::fromStdString(good.database));
        QVERIFY(!bench.sentence().contains(told));
        recordFailure(bench, good);
        QTRY_VERIFY2_WITH_TIMEOUT(bench.sentence().contains(told), qPrintable(bench.sentence()), kPatience);
        QVERIFY(bench.window->tray().icon().toolTip().contains(told));
    }

    void tray_windowHidden_keepsUpAndThePageIsNewWhenShown() {
        Bench bench;
        bench.window->showPage(s("policies"));
        QVERIFY(bench.waitForRows("policiesTable", 4));
        QVERIFY(bench.settle());
        QApplication::setQuitOnLastWindowClosed(false);
        bench.window->hide();
        QSignalSpy changed(&bench.feed(), &WorkspaceFeed::changed);
        Core other(bench.configOf());
        CHECK_OK(other.pausePolicy("office", true));
        QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), kPatience);
        bench.window->show();
        bench.window->activateWindow();
        QTRY_COMPARE_WITH_TIMEOUT(pausedIn(*bench.find<QTableView>("policiesTable")), 2, kPatience);
    }

    void nothingWritten_isNotFetchedAgain() {
        Bench bench;
        QVERIFY(bench.waitForRows("overviewTable", 8));
        QVERIFY(bench.settle()); // reading alone changes no mark, or this would never end
        for (int i = 0; i < 5; ++i)
            QVERIFY(!bench.lookFindsSomething());
        Core other(bench.configOf());
        CHECK_OK(other.overview()); // nor do others who read
        QVERIFY(!bench.lookFindsSomething());
    }

    void timePassed_isFetchedAgainThoughNobodyWrote() {
        Bench bench;
        QVERIFY(bench.waitForRows("overviewTable", 8));
        QVERIFY(bench.settle());
        bench.clock.pass(30s);
        QVERIFY(!bench.lookFindsSomething());
        bench.clock.pass(10 * 24h); // asleep: the timers of a process stood still
        const QString awake = s("0 of 8 databases protected");
        QTRY_VERIFY2_WITH_TIMEOUT(bench.sentence().startsWith(awake), qPrintable(bench.sentence()),
                                  kPatience);
        QCOMPARE(bench.feed().snapshot()->takenAt, bench.clock.now());
        QVERIFY(bench.settle());
        bench.clock.pass(-24h); // set back
        QTRY_COMPARE_WITH_TIMEOUT(bench.feed().snapshot()->takenAt, bench.clock.now(), kPatience);
    }

    void error_whenItIsOver_goesByItself() {
        Bench bench;
        QVERIFY(bench.waitForRows("overviewTable", 8));
        const std::string& file = bench.core.config().places.workspaceFile;
        const QVariant version = ask(file, s("PRAGMA user_version"));
        QVERIFY(version.toInt() > 0);
        ask(file, s("PRAGMA user_version = 9999"));
        QTRY_VERIFY_WITH_TIMEOUT(errorShown(*bench.window, ErrorCode::NewerFormat), kPatience);
        QCOMPARE(ask(file, s("PRAGMA user_version")).toInt(), 9999);
        ask(file, s("PRAGMA user_version = %1").arg(version.toInt()));
        QTRY_VERIFY_WITH_TIMEOUT(!errorShown(*bench.window, ErrorCode::NewerFormat), kPatience);
    }
};

QTEST_MAIN(TestKeepingUp)
#include "test_keepingup.moc"

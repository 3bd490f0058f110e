// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window and the desktop around it: tray, notifications, closing, preferences, and what is told after an
// absence. The real desktop is spoken to over a bus of the test's own.
#include "support/patience.h"
#include "ui/clicks.h"
#include "ui/desktop/tray.h"
#include "ui/fakedesktop.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/absencenote.h"
#include "ui/main/preferencesdialog.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDBusConnection>
#include <QDBusUnixFileDescriptor>
#include <QMenu>
#include <QMessageBox>
#include <QPointer>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTcpServer>
#include <QTimeZone>
#include <QToolButton>

#include <fcntl.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// A window over the sample workspace with a desktop that is told what to be, and a server that accepts and
/// never answers: a job on it runs until somebody cancels it.
class Bench {
public:
    explicit Bench(bool tray, const QDateTime& lastOpen = {})
        : sample(home.path())
        , core(std::make_unique<Core>(sample.config())) {
        sample.fill(*core);
        if (!silent.listen(QHostAddress::LocalHost))
            throw std::runtime_error("no port");
        sample.addServerAt(silent.serverPort());
        if (lastOpen.isValid())
            WindowSettings(core->config().places).setLastOpen(lastOpen);
        open(tray);
    }
    void open(bool tray) {
        window.reset();
        auto made = std::make_unique<FakeDesktop>(tray);
        desktop = made.get();
        window = std::make_unique<MainWindow>(*core, theme(), std::move(made));
        window->start();
        if (!QTest::qWaitFor([this] { return window->context().feed.snapshot() != nullptr; }, kPatience))
            throw std::runtime_error("no snapshot");
    }
    Tray& tray() const { return window->tray(); }
    JobController& jobs() const { return window->context().jobs; }
    WindowSettings settings() const { return WindowSettings(core->config().places); }
    void startSilentJob() const { window->startBackup({QString::fromStdString(sample.server(3).uuid), {}}); }
    bool waitForJobs() const {
        return QTest::qWaitFor([this] { return !jobs().anyRunning(); }, kPatience);
    }
    QMessageBox* question() const { return window->findChild<QMessageBox*>(s("closeQuestion")); }

    QTemporaryDir home;
    SampleWorkspace sample;
    QTcpServer silent;
    std::unique_ptr<Core> core;
    std::unique_ptr<MainWindow> window;
    FakeDesktop* desktop = nullptr; ///< the window's
};

/// What logind and the notification server answer to.
class FakeServices : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

public slots:
    uint Notify(const QString& app, uint, const QString&, const QString& title, const QString& text,
                const QStringList&, const QVariantMap& hints, int) {
        told << app + s("|") + title + s("|") + text;
        urgency = hints.value(s("urgency")).toUInt();
        return 7;
    }

signals:
    void ActionInvoked(uint id, const QString& action);

public:
    QStringList told;
    uint urgency = 0;
};

class FakeLogin : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.login1.Manager")

public slots:
    QDBusUnixFileDescriptor Inhibit(const QString& what, const QString& who, const QString& why,
                                    const QString& mode) {
        asked << QStringList{what, who, why, mode}.join(QLatin1Char('|'));
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
            return {};
        readEnd = ends[0];
        QDBusUnixFileDescriptor lock(ends[1]); // a copy
        ::close(ends[1]);
        return lock;
    }

public:
    /// Nobody holds the other end any more.
    bool isReleased() const {
        char byte = 0;
        return readEnd >= 0 && ::read(readEnd, &byte, 1) == 0;
    }
    ~FakeLogin() override {
        if (readEnd >= 0)
            ::close(readEnd);
    }
    QStringList asked;
    int readEnd = -1;
};

} // namespace

class TestDesktop : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
        startBus();
    }
    void cleanupTestCase() {
        if (m_address.isEmpty())
            return;
        m_bus.terminate();
        QVERIFY(m_bus.waitForFinished(kPatience));
    }
    void cleanup() { QApplication::setQuitOnLastWindowClosed(true); }

    void tray_showsTheWorstStateAndOffersBackups() {
        Bench bench(true);
        Tray& tray = bench.tray();
        QVERIFY(tray.isShown());
        QTRY_COMPARE_WITH_TIMEOUT(tray.tone(), Tone::Bad, kPatience);
        QVERIFY2(tray.icon().toolTip().contains(s("protected")), qPrintable(tray.icon().toolTip()));
        QCOMPARE(tray.menu()->findChild<QAction*>(s("traySentence"))->isEnabled(), false);
        auto* backups = tray.menu()->findChild<QMenu*>(s("trayBackups"));
        QTRY_COMPARE_WITH_TIMEOUT(backups->actions().size(), 4, kPatience); // servers
        QMenu* server = nullptr;
        for (QAction* action : backups->actions()) {
            if (action->text() == s("timescale"))
                server = action->menu();
        }
        QVERIFY(server != nullptr);
        QCOMPARE(server->actions().size(), 5); // all, a line, three databases
        QSignalSpy started(&bench.jobs(), &JobController::started);
        server->actions().at(2)->trigger();
        QCOMPARE(started.count(), 1);
        bench.jobs().cancelAll();
        QVERIFY(bench.waitForJobs());
        QVERIFY(!markedIcon(Tone::Bad).pixmap(32, 32).isNull());
        QVERIFY(markedIcon(Tone::Bad).pixmap(32, 32).toImage() !=
                markedIcon(Tone::Good).pixmap(32, 32).toImage());
    }

    void tray_absent_showsNothing() {
        Bench bench(false);
        QVERIFY(!bench.tray().isShown());
        bench.startSilentJob();
        QVERIFY(!bench.window->close());
        QVERIFY(bench.question() != nullptr);
        QVERIFY(bench.question()->findChild<QPushButton*>(s("closeTray")) == nullptr);
        click(bench.question()->findChild<QPushButton*>(s("closeCancel")));
        QTRY_VERIFY_WITH_TIMEOUT(!bench.window->isVisible(), kPatience);
    }

    void close_jobRunning_goesOnInTheTrayAndComesBack() {
        Bench bench(true);
        bench.startSilentJob();
        QVERIFY(!bench.window->close());
        QVERIFY(bench.question()->text().startsWith(s("1 job still running")));
        QVERIFY(bench.question()->informativeText().contains(s("Backing up local")));
        click(bench.question()->findChild<QPushButton*>(s("closeTray")));
        QVERIFY(!bench.window->isVisible());
        QVERIFY(bench.jobs().anyRunning());
        QVERIFY(!QApplication::quitOnLastWindowClosed());
        bench.tray().menu()->findChild<QAction*>(s("trayOpen"))->trigger();
        QVERIFY(bench.window->isVisible());
        QVERIFY(QApplication::quitOnLastWindowClosed());
        // Quit from the tray asks as well.
        bench.window->hide();
        bench.tray().menu()->findChild<QAction*>(s("trayQuit"))->trigger();
        QVERIFY(bench.window->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(bench.question() != nullptr, kPatience);
        click(bench.question()->findChild<QPushButton*>(s("closeCancel")));
        QTRY_VERIFY_WITH_TIMEOUT(!bench.window->isVisible(), kPatience);
    }

    void prune_whileABackupRuns_waitsAndCanBeCancelled() {
        Bench bench(false);
        bench.startSilentJob();
        const int backup = bench.jobs().jobs().front()->id;
        PruneJob prune;
        prune.repository = bench.sample.repository().id;
        const int first = bench.jobs().startPrune(s("Pruning"), prune);
        const int second = bench.jobs().startPrune(s("Pruning again"), prune);
        const auto stateOf = [&](const QString& title) {
            for (const auto* row : bench.window->findChildren<QWidget*>(s("jobRow"))) {
                if (row->accessibleName() == title)
                    return row->findChild<QLabel*>(s("jobState"))->text();
            }
            return QString();
        };
        QCOMPARE(stateOf(s("Pruning")), s("Waiting for the repository"));
        for (auto* row : bench.window->findChildren<QWidget*>(s("jobRow"))) {
            if (row->accessibleName() == s("Pruning again"))
                click(row->findChild<QToolButton*>(s("jobCancel")));
        }
        QVERIFY(bench.jobs().job(second)->isFinished());
        QVERIFY2(stateOf(s("Pruning again")).startsWith(s("Cancelled")),
                 qPrintable(stateOf(s("Pruning again"))));
        QVERIFY(!bench.jobs().job(backup)->isFinished());
        QVERIFY(bench.jobs().job(first)->queued);
        bench.jobs().cancel(backup);
        QTRY_VERIFY_WITH_TIMEOUT(bench.jobs().job(first)->isFinished(), kPatience);
        const Error* failed = bench.jobs().job(first)->error();
        QVERIFY2(failed == nullptr || failed->code != ErrorCode::Busy, failed ? failed->message.c_str() : "");
        QVERIFY(!bench.jobs().anyRunning());
    }

    /// The name of a database may look like HTML.
    void close_question_showsNamesAsTheyAre() {
        Bench bench(false);
        bench.window->startBackup({QString::fromStdString(bench.sample.server(3).uuid), {s("a & <b>b</b>")}});
        QVERIFY(!bench.window->close());
        QVERIFY2(bench.question()->informativeText().contains(s("<b>b</b>")),
                 qPrintable(bench.question()->informativeText()));
        int texts = 0;
        for (const auto* label : bench.question()->findChildren<QLabel*>()) {
            QVERIFY2(label->text().isEmpty() || label->textFormat() == Qt::PlainText,
                     qPrintable(label->text()));
            texts += label->text().isEmpty() ? 0 : 1;
        }
        QVERIFY(texts >= 2);
        click(bench.question()->findChild<QPushButton*>(s("closeCancel")));
        QTRY_VERIFY_WITH_TIMEOUT(!bench.window->isVisible(), kPatience);
    }

    void close_wait_closesWhenTheLastJobHasEnded() {
        Bench bench(true);
        bench.startSilentJob();
        bench.startSilentJob();
        QVERIFY(!bench.window->close());
        QVERIFY(bench.question()->text().startsWith(s("2 jobs still running")));
        click(bench.question()->findChild<QPushButton*>(s("closeWait")));
        QVERIFY(bench.window->isVisible());
        QVERIFY(child<QLabel>(*bench.window, "statusText")->text().contains(s("Closes when")));
        const int first = bench.jobs().jobs().front()->id;
        bench.jobs().cancel(first);
        QTRY_VERIFY_WITH_TIMEOUT(bench.jobs().job(first)->result.has_value(), kPatience);
        QVERIFY(bench.window->isVisible());
        bench.jobs().cancelAll();
        QTRY_VERIFY_WITH_TIMEOUT(!bench.window->isVisible(), kPatience);
    }

    void close_question_followsTheJobs() {
        Bench bench(false);
        bench.startSilentJob();
        bench.startSilentJob();
        QVERIFY(!bench.window->close());
        QPointer<QMessageBox> question = bench.question();
        QVERIFY(question->text().startsWith(s("2 jobs still running")));
        bench.jobs().cancel(bench.jobs().jobs().front()->id);
        QTRY_VERIFY_WITH_TIMEOUT(question->text().startsWith(s("1 job still running")), kPatience);
        bench.jobs().cancelAll();
        QVERIFY(bench.waitForJobs());
        QTRY_VERIFY2_WITH_TIMEOUT(question->text().contains(s("have ended")), qPrintable(question->text()),
                                  kPatience);
        QVERIFY2(!question->informativeText().contains(s("cancelled")),
                 qPrintable(question->informativeText()));
        QVERIFY(!child<QPushButton>(*question, "closeCancel")->isVisible());
        QVERIFY(bench.window->isVisible()); // nobody has answered
        QTest::keyClick(question, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(question.isNull(), kPatience);
        QVERIFY(bench.window->isVisible());

        bench.startSilentJob();
        QVERIFY(!bench.window->close());
        question = bench.question();
        QVERIFY(question->text().startsWith(s("1 job still running")));
        bench.jobs().cancelAll();
        auto* wait = child<QPushButton>(*question, "closeWait");
        QTRY_COMPARE_WITH_TIMEOUT(wait->text(), s("&Close"), kPatience);
        click(wait);
        QTRY_VERIFY_WITH_TIMEOUT(!bench.window->isVisible(), kPatience);
    }

    void close_button_staysInTheTrayWhenPreferred() {
        Bench bench(true);
        auto settings = std::make_unique<WindowSettings>(bench.core->config().places);
        child<QAction>(*bench.window, "preferencesAction")->trigger();
        auto* dialog = bench.window->findChild<PreferencesDialog*>();
        QVERIFY(dialog != nullptr);
        QCOMPARE(accessibilityProblems(*dialog), QString());
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*dialog), QString(), kPatience);
        auto* close = child<QComboBox>(*dialog, "preferencesClose");
        close->setFocus();
        QTest::keyClick(close, Qt::Key_Down);
        auto* start = child<QCheckBox>(*dialog, "preferencesStartInTray");
        start->setFocus();
        QTest::keyClick(start, Qt::Key_Space);
        child<QComboBox>(*dialog, "preferencesTheme")->setCurrentIndex(2);
        click(child<QPushButton>(*dialog, "preferencesOk"));
        QVERIFY(Theme::isDark(QApplication::palette()));
        QVERIFY(!bench.window->close());
        QVERIFY(!bench.window->isVisible());
        QVERIFY(bench.question() == nullptr);
        bench.open(true); // as at the next start
        QVERIFY(!bench.window->isVisible());
        bench.tray().menu()->findChild<QAction*>(s("trayOpen"))->trigger();
        QVERIFY(bench.window->isVisible());
        child<QAction>(*bench.window, "themeLight")->trigger();
        child<QAction>(*bench.window, "quitAction")->trigger(); // Quit quits
        QVERIFY(!bench.window->isVisible());
        bench.open(false); // there is no tray on this desktop: as if nothing had been chosen
        QVERIFY(bench.window->isVisible());
        QVERIFY(bench.window->close());
    }

    void preferences_withoutATray_sayWhyAndKeepWhatWasChosen() {
        Bench bench(false);
        WindowSettings settings(bench.core->config().places);
        settings.setClosesToTray(true);
        PreferencesDialog dialog(settings, false);
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        QVERIFY(!child<QComboBox>(dialog, "preferencesClose")->isEnabled());
        QVERIFY(child<QLabel>(dialog, "preferencesNote")->isVisible());
        child<QComboBox>(dialog, "preferencesNotify")->setCurrentIndex(2);
        child<QCheckBox>(dialog, "preferencesAbsence")->setChecked(false);
        click(child<QPushButton>(dialog, "preferencesOk"));
        QVERIFY(settings.closesToTray());
        QCOMPARE(settings.notify(), NotifyChoice::Never);
        QVERIFY(!settings.tellsOfAbsence());
        PreferencesDialog again(settings, false);
        again.setAttribute(Qt::WA_DeleteOnClose, false);
        child<QComboBox>(again, "preferencesNotify")->setCurrentIndex(0);
        again.show();
        QTest::keyClick(&again, Qt::Key_Escape);
        QCOMPARE(settings.notify(), NotifyChoice::Never);
    }

    void notification_onlyWhenNobodyLooks() {
        Bench bench(true);
        const auto runOne = [&] {
            BackupJob job;
            job.profile = "no such server"; // fails by itself
            bench.jobs().start(s("Backing up nothing"), job);
            return bench.waitForJobs();
        };
        bench.window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(bench.window.get()));
        QVERIFY(runOne());
        QVERIFY(bench.desktop->told.isEmpty());
        bench.window->hide();
        QTRY_VERIFY_WITH_TIMEOUT(QApplication::activeWindow() == nullptr, kPatience);
        QVERIFY(runOne());
        QCOMPARE(bench.desktop->told.size(), 1);
        QVERIFY2(bench.desktop->told[0].startsWith(s("Backing up nothing|")) &&
                     bench.desktop->told[0].endsWith(s("|urgent")),
                 qPrintable(bench.desktop->told[0]));
        bench.startSilentJob(); // a cancel is no news
        bench.jobs().cancelAll();
        QVERIFY(bench.waitForJobs());
        QCOMPARE(bench.desktop->told.size(), 1);
        emit bench.desktop->notificationActivated();
        QVERIFY(bench.window->isVisible());
    }

    void sleep_isHeldOffDuringARestoreOnly() {
        Bench bench(true);
        bench.startSilentJob();
        QVERIFY(bench.desktop->inhibited.isEmpty());
        RestoreJob job;
        job.backup = "99999999"; // there is none: it fails by itself
        bench.jobs().start(s("Restoring"), job);
        QCOMPARE(bench.desktop->inhibited.size(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(bench.desktop->released, 1, kPatience);
        bench.jobs().cancelAll();
        QVERIFY(bench.waitForJobs());
        QCOMPARE(bench.desktop->inhibited.size(), 1);
    }

    void absence_isToldOnceAndLeadsToActivity() {
        const QDateTime lastOpen(QDate(2026, 11, 19), QTime(6, 0), QTimeZone::utc());
        Bench bench(false, lastOpen);
        auto* note = child<QWidget>(*bench.window, "absenceNote");
        QTRY_VERIFY_WITH_TIMEOUT(note->isVisible(), kPatience);
        QVERIFY(
            child<QLabel>(*note, "absenceTitle")->text().startsWith(s("While you were away, since 19 Nov")));
        const QString text = child<QLabel>(*note, "absenceText")->text();
        QVERIFY2(text.contains(s("succeeded")) && text.contains(s("failed")) && text.contains(s("iot_raw")),
                 qPrintable(text));
        QVERIFY2(text.contains(s("Overdue now: wiki")), qPrintable(text));
        QCOMPARE(accessibilityProblems(*bench.window), QString());
        QTRY_COMPARE_WITH_TIMEOUT(sizeProblems(*note), QString(), kPatience);
        // Remembered while it is open: it may be killed, and then only what came after it is told.
        QVERIFY(bench.settings().lastOpen() > lastOpen);
        auto* show = child<QPushButton>(*note, "absenceShow");
        show->setFocus();
        QTest::keyClick(show, Qt::Key_Space);
        QVERIFY(!note->isVisible());
        QCOMPARE(bench.window->currentPageId(), s("activity"));
        QVERIFY(child<QCheckBox>(*bench.window, "activityOnlyTroubled")->isChecked());
        auto* since = child<QCheckBox>(*bench.window, "activityOnlySince");
        QVERIFY(since->isVisible() && since->isChecked());
        auto* table = child<QAbstractItemView>(*bench.window, "activityTable");
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() > 0, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() < 10, kPatience);
        click(since);
        QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() >= 2, kPatience);
        QVERIFY(bench.window->close());
        bench.open(false); // nothing ran since
        QTest::qWait(50);
        QVERIFY(!child<QWidget>(*bench.window, "absenceNote")->isVisible() ||
                child<QLabel>(*bench.window, "absenceText")->text().startsWith(s("0 runs")));
    }

    void absence_first_start_tellsNothing() {
        Bench bench(false);
        QVERIFY(bench.settings().lastOpen().isValid());
        QTRY_VERIFY_WITH_TIMEOUT(
            child<QAbstractItemView>(*bench.window, "overviewTable")->model()->rowCount() > 0, kPatience);
        QVERIFY(!child<QWidget>(*bench.window, "absenceNote")->isVisible());
    }

    void absence_text_countsAndCuts() {
        Absence absence;
        absence.good = 1;
        absence.cancelled = 2;
        absence.atLeast = true;
        absence.overdue = {"a", "b", "c", "d", "e"};
        QCOMPARE(absenceText(absence),
                 s("More than 3 runs: 1 succeeded, 2 cancelled or skipped. Overdue now: "
                   "a, b, c, d, and 1 more."));
    }

    /// A bus of its own, with services that answer as the specification says.
    void systemDesktop_overABus_notifiesAndHoldsOffSleep() {
        if (m_address.isEmpty())
            QSKIP("dbus-daemon is not installed");
        {
            FakeServices notifications;
            FakeLogin login;
            auto services = QDBusConnection::connectToBus(QString::fromUtf8(m_address), s("services"));
            QVERIFY(services.isConnected());
            QVERIFY(
                services.registerObject(s("/org/freedesktop/Notifications"), &notifications,
                                        QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
            QVERIFY(services.registerObject(s("/org/freedesktop/login1"), &login,
                                            QDBusConnection::ExportAllSlots));
            QVERIFY(services.registerService(s("org.freedesktop.Notifications")));
            QVERIFY(services.registerService(s("org.freedesktop.login1")));

            const auto desktop = makeSystemDesktop();
            QSignalSpy activated(desktop.get(), &Desktop::notificationActivated);
            QSignalSpy held(desktop.get(), &Desktop::sleepInhibited);
            desktop->notify(s("Backing up"), s("a < b failed"), true);
            QTRY_COMPARE_WITH_TIMEOUT(notifications.told, QStringList{s("Salvor|Backing up|a &lt; b failed")},
                                      kPatience);
            QCOMPARE(notifications.urgency, 2U);
            emit notifications.ActionInvoked(3, s("default")); // somebody else's
            QTRY_VERIFY_WITH_TIMEOUT(
                [&] {
                    emit notifications.ActionInvoked(7, s("default"));
                    return activated.count() > 0;
                }(),
                kPatience);
            desktop->inhibitSleep(s("a restore"));
            desktop->inhibitSleep(s("a restore")); // once
            QTRY_COMPARE_WITH_TIMEOUT(held.count(), 1, kPatience);
            QCOMPARE(held[0][0].toBool(), true);
            QCOMPARE(login.asked, QStringList{s("sleep:idle|Salvor|a restore|block")});
            QVERIFY(!login.isReleased());
            desktop->releaseSleep();
            QTRY_VERIFY_WITH_TIMEOUT(login.isReleased(), kPatience);
            QVERIFY(services.unregisterService(s("org.freedesktop.Notifications")));
            QVERIFY(services.unregisterService(s("org.freedesktop.login1")));
            // Nobody there: said, and nothing else happens.
            QSignalSpy nobody(desktop.get(), &Desktop::notNotified);
            desktop->notify(s("t"), s("x"), false);
            desktop->inhibitSleep(s("again"));
            QTRY_COMPARE_WITH_TIMEOUT(nobody.count(), 1, kPatience);
            QTRY_COMPARE_WITH_TIMEOUT(held.count(), 2, kPatience);
            QCOMPARE(held[1][0].toBool(), false);
            desktop->releaseSleep();
        }
        QDBusConnection::disconnectFromBus(s("services"));
    }

private:
    /// Before anything asks for either bus: the window's tray does.
    void startBus() {
        if (QStandardPaths::findExecutable(s("dbus-daemon")).isEmpty())
            return;
        m_bus.start(s("dbus-daemon"),
                    {s("--config-file=" SALVOR_BUS_CONFIG), s("--nofork"), s("--print-address=1"),
                     s("--address=unix:path=") + m_folder.filePath(s("bus"))});
        QVERIFY(m_bus.waitForStarted(kPatience));
        QVERIFY(m_bus.waitForReadyRead(kPatience));
        m_address = m_bus.readLine().trimmed();
        qputenv("DBUS_SESSION_BUS_ADDRESS", m_address);
        qputenv("DBUS_SYSTEM_BUS_ADDRESS", m_address);
    }

    QTemporaryDir m_folder;
    QProcess m_bus;
    QByteArray m_address; ///< of the test's own bus; empty: there is none
};

QTEST_MAIN(TestDesktop)
#include "test_desktop.moc"

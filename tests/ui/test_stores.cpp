// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The Stores page over a real repository: what it says, and prune from the plan to the deed.
#include "models/base/json.h"
#include "models/lists/databaselistmodel.h"
#include "support/patience.h"
#include "ui/channels/channelform.h"
#include "ui/realworkspace.h"
#include "ui/stores/pruneplan.h"
#include "ui/stores/storetable.h"
#include "ui/support/startup.h"

#include <QAbstractItemModelTester>
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QDir>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QToolButton>

using namespace salvor;
using namespace salvor::test;

namespace {

QString factOf(const RealWorkspace& real, int fact) {
    return real.find<QLabel>(("storeFact" + std::to_string(fact)).c_str())->text();
}

void openStores(const RealWorkspace& real) {
    real.window->showPage(QStringLiteral("stores"));
    (void)QTest::qWaitFor([&] { return factOf(real, 2).contains(QStringLiteral("of store")); }, kPatience);
}

} // namespace

class TestStores : public QObject {
    Q_OBJECT

private:
    static QDialog* openPrune(const RealWorkspace& real) {
        click(real.find<QPushButton>("storePrune"));
        auto* dialog = real.find<QDialog>("pruneDialog");
        auto* summary = dialog->findChild<QLabel*>(QStringLiteral("pruneSummary"));
        (void)QTest::qWaitFor(
            [&] {
                return !summary->text().isEmpty() && !summary->text().startsWith(QStringLiteral("Working"));
            },
            kPatience);
        return dialog;
    }

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void store_facts_areTheRepositorys() {
        RealWorkspace real(4);
        openStores(real);
        QVERIFY2(factOf(real, 2).startsWith(QStringLiteral("4 backups, ")), qPrintable(factOf(real, 2)));
        QVERIFY2(factOf(real, 1).contains(QStringLiteral("free of")), qPrintable(factOf(real, 1)));
        QVERIFY(factOf(real, 4).contains(QStringLiteral("is on this computer")));
        QVERIFY(factOf(real, 4).contains(QStringLiteral("This computer writes it")));
        QVERIFY(factOf(real, 5).contains(QStringLiteral("Never rehearsed")));
        QCOMPARE(factOf(real, 6), QStringLiteral("Empty"));
        auto* table = real.find<QTableView>("storesTable");
        QCOMPARE(table->model()->index(0, StoreTableModel::StateColumn).data().toString(),
                 QStringLiteral("Recovery was never rehearsed"));
        QCOMPARE(accessibilityProblems(*real.window), QString());
        QSignalSpy rehearsals(real.window.get(), &MainWindow::rehearsalWanted);
        click(real.find<QPushButton>("storeRehearse"));
        QCOMPARE(rehearsals.count(), 1);
        QVERIFY(real.core->rehearseRecovery("vault", {real.recoveryFile}, real.passphrase, {}).has_value());
        real.window->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(factOf(real, 5).contains(QStringLiteral("Rehearsed 1 time, last on")),
                                 kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->index(0, StoreTableModel::StateColumn).data().toString(),
                                  QStringLiteral("Ready"), kPatience);
    }

    void store_verify_isARunOverAllAndIsShown() {
        RealWorkspace real(3);
        openStores(real);
        QCOMPARE(factOf(real, 3), QStringLiteral("Never"));
        const auto depths = real.find<QToolButton>("storeVerify")->menu()->actions();
        QCOMPARE(depths.size(), 3);
        depths[1]->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(factOf(real, 3).contains(QStringLiteral("read back, ok")), kPatience);
    }

    void store_gone_saysWhy() {
        RealWorkspace real(2);
        openStores(real);
        QVERIFY(QDir().rename(real.folder.filePath(QStringLiteral("store")),
                              real.folder.filePath(QStringLiteral("gone"))));
        real.window->refresh();
        auto* panel = real.find<QWidget>("storeDetail")->findChild<QWidget*>(QStringLiteral("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY2(panel->accessibleDescription().contains(real.folder.filePath(QStringLiteral("store"))) &&
                     panel->accessibleDescription().contains(QStringLiteral("is the disk mounted")),
                 qPrintable(panel->accessibleDescription()));
        const QPushButton* prune = real.find<QPushButton>("storePrune");
        QVERIFY(prune->isEnabled()); // and says the same:
        QDialog* dialog = openPrune(real);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QWidget*>(QStringLiteral("errorPanel"))->isVisible(),
                                 kPatience);
        QVERIFY(!child<QPushButton>(*dialog, "pruneStart")->isEnabled());
        QTest::keyClick(dialog, Qt::Key_Escape);
    }

    void store_moved_isFoundAgainAtItsNewPlace() {
        RealWorkspace real(2);
        openStores(real);
        const QString moved = real.folder.filePath(QStringLiteral("moved"));
        QVERIFY(QDir().rename(real.folder.filePath(QStringLiteral("store")), moved));
        auto* table = real.find<QTableView>("storesTable");
        emit table->customContextMenuRequested(QPoint(5, 5));
        QAction* change = nullptr;
        for (auto* menu : real.window->findChildren<QMenu*>()) {
            for (auto* action : menu->actions()) {
                if (action->text().remove(QLatin1Char('&')) == QStringLiteral("Change the place…"))
                    change = action;
            }
        }
        QVERIFY(change != nullptr);
        change->trigger();
        if (QWidget* popup = QApplication::activePopupWidget())
            popup->close();
        auto* dialog = real.find<QDialog>("placeDialog");
        QCOMPARE(accessibilityProblems(*dialog), QString());
        auto* start = child<QPushButton>(*dialog, "placeStart");
        auto* edit = child<QLineEdit>(*dialog, "placeFolder");
        edit->setText(real.folder.filePath(QStringLiteral("nowhere")));
        click(start);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QWidget*>(QStringLiteral("errorPanel"))->isVisible(),
                                 kPatience);
        edit->setText(moved);
        click(start);
        auto* state = child<QLabel>(*dialog, "placeState");
        QTRY_VERIFY2_WITH_TIMEOUT(state->text().contains(QStringLiteral("It is there, with 2 backups")),
                                  qPrintable(state->text()), kPatience);
        QVERIFY(!start->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(factOf(real, 0).endsWith(QStringLiteral("moved")), kPatience);
        click(child<QPushButton>(*dialog, "placeClose"));
    }

    void store_gone_protectsNothingAnyMore() {
        RealWorkspace real(2);
        openStores(real);
        const QString before = factOf(real, 2);
        const auto* overview = real.find<QTableView>("overviewTable");
        const auto* sentence = real.find<QLabel>("overviewSentence");
        const auto cell = [&](int column) { return overview->model()->index(0, column).data().toString(); };
        QTRY_VERIFY2_WITH_TIMEOUT(sentence->text().startsWith(QStringLiteral("1 of 1")),
                                  qPrintable(sentence->text()), kPatience);
        const QString store = real.folder.filePath(QStringLiteral("store"));
        const QString gone = real.folder.filePath(QStringLiteral("gone"));
        QVERIFY(QDir().rename(store, gone));
        QTest::keyClick(real.window.get(), Qt::Key_F5);
        QTRY_VERIFY2_WITH_TIMEOUT(sentence->text().startsWith(QStringLiteral("0 of 1 database protected")),
                                  qPrintable(sentence->text()), kPatience);
        QCOMPARE(cell(DatabaseListModel::StateColumn), QStringLiteral("store does not answer"));
        QVERIFY2(!cell(DatabaseListModel::IfLostColumn).contains(QStringLiteral("back in")),
                 qPrintable(cell(DatabaseListModel::IfLostColumn)));
        QVERIFY2(factOf(real, 2).endsWith(QStringLiteral("the store does not answer")),
                 qPrintable(factOf(real, 2)));
        QVERIFY2(real.window->tray().tone() == Tone::Bad, "the tray is not red");
        QVERIFY(QDir().rename(gone, store));
        QTest::keyClick(real.window.get(), Qt::Key_F5);
        QTRY_VERIFY2_WITH_TIMEOUT(sentence->text().startsWith(QStringLiteral("1 of 1")),
                                  qPrintable(sentence->text()), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(factOf(real, 2), before, kPatience);
    }

    void prune_nothing_cannotBeStarted() {
        RealWorkspace real(2);
        openStores(real);
        QDialog* dialog = openPrune(real);
        QCOMPARE(child<QLabel>(*dialog, "pruneSummary")->text(),
                 QStringLiteral("There is nothing to prune."));
        QVERIFY(!child<QPushButton>(*dialog, "pruneStart")->isEnabled());
        QCOMPARE(accessibilityProblems(*dialog), QString());
    }

    void prune_rules_planThenDeed() {
        RealWorkspace real(8);
        RetentionRules rules;
        rules.daily = 7;
        QVERIFY(setRules(real.source.places, real.clock, rules).has_value());
        openStores(real);
        QDialog* dialog = openPrune(real);
        auto* table = child<QTableView>(*dialog, "pruneTable");
        QVERIFY2(table->model()->rowCount() >= 1, qPrintable(child<QLabel>(*dialog, "pruneSummary")->text()));
        const int lines = table->model()->rowCount();
        QCOMPARE(table->model()->index(0, PrunePlanModel::EffectColumn).data().toString(),
                 QStringLiteral("to the trash"));
        QVERIFY(table->model()
                    ->index(0, PrunePlanModel::WhyColumn)
                    .data()
                    .toString()
                    .startsWith(QStringLiteral("no rule")));
        auto* start = child<QPushButton>(*dialog, "pruneStart");
        auto* meant = child<QCheckBox>(*dialog, "pruneMeant");
        if (meant->isVisible()) {
            QVERIFY(!start->isEnabled());
            QTest::keyClick(meant, Qt::Key_Space);
        }
        QVERIFY(start->isEnabled());
        QCOMPARE(real.core->backups({})->size(), std::size_t(8)); // nothing yet
        click(start);
        auto* summary = child<QLabel>(*dialog, "pruneSummary");
        QTRY_VERIFY_WITH_TIMEOUT(summary->text().contains(QStringLiteral("Done")), kPatience);
        QVERIFY(!start->isEnabled());
        click(child<QPushButton>(*dialog, "pruneClose"));
        QCOMPARE(real.core->backups({})->size(), std::size_t(8 - lines));
        QTRY_VERIFY_WITH_TIMEOUT(
            factOf(real, 6).startsWith(QString::number(lines) + QStringLiteral(" backup")), kPatience);
        // It was a job of the window, and its report is there.
        QVERIFY(real.find<QLabel>("jobState")
                    ->text()
                    .endsWith(QStringLiteral("%1 went to the trash.").arg(lines)));
        click(real.find<QWidget>("jobDetails"));
        auto* details = real.find<QDialog>("jobDetailsDialog");
        QCOMPARE(child<QPlainTextEdit>(*details, "jobReport")
                     ->toPlainText()
                     .count(QStringLiteral("To the trash: ")),
                 lines);
        details->close();
    }

    void prune_closedMeanwhile_goesOnAtTheFootOfTheWindow() {
        RealWorkspace real(8);
        RetentionRules rules;
        rules.daily = 7;
        QVERIFY(setRules(real.source.places, real.clock, rules).has_value());
        openStores(real);
        QDialog* dialog = openPrune(real);
        auto* meant = child<QCheckBox>(*dialog, "pruneMeant");
        if (meant->isVisible())
            QTest::keyClick(meant, Qt::Key_Space);
        click(child<QPushButton>(*dialog, "pruneStart"));
        QTest::keyClick(dialog, Qt::Key_Escape);
        const auto& jobs = real.window->context().jobs.jobs();
        QCOMPARE(jobs.size(), std::size_t(1));
        QTRY_VERIFY_WITH_TIMEOUT(jobs.front()->isFinished(), kPatience);
        QVERIFY(jobs.front()->pruned && jobs.front()->error() == nullptr);
        QVERIFY(real.core->backups({})->size() < 8);
    }

    void prune_storeGone_failsWithWhatIsLeft() {
        RealWorkspace real(3);
        JobController& jobs = real.window->context().jobs;
        QVERIFY(QDir(real.folder.path() + QStringLiteral("/store")).removeRecursively());
        PruneJob job;
        job.repository = real.source.pin.id;
        const int id = jobs.startPrune(QStringLiteral("Pruning"), job);
        QTRY_VERIFY_WITH_TIMEOUT(jobs.job(id)->isFinished(), kPatience);
        QVERIFY(jobs.job(id)->error() != nullptr);
        click(real.find<QWidget>("jobDetails"));
        auto* details = real.find<QDialog>("jobDetailsDialog");
        QVERIFY(child<QLabel>(*details, "errorLeftBehind")->text().contains(QStringLiteral("next prune")));
        details->close();
        jobs.dismiss(id);
        QVERIFY(jobs.job(id) == nullptr);
    }

    void prune_trashNow_needsTheTick() {
        RealWorkspace real(6);
        const auto backups = real.core->backups({});
        BackupActRequest request;
        request.act = BackupAct::Delete;
        request.backups = {backups->back().id};
        QVERIFY(real.core->changeBackups(request, {}).has_value());
        openStores(real);
        QDialog* dialog = openPrune(real);
        auto* start = child<QPushButton>(*dialog, "pruneStart");
        QVERIFY(child<QLabel>(*dialog, "pruneSummary")
                    ->text()
                    .contains(QStringLiteral("Left in the trash: 1 backup;")));
        auto* meant = child<QCheckBox>(*dialog, "pruneMeant");
        QTest::keyClick(child<QCheckBox>(*dialog, "pruneTrashNow"), Qt::Key_Space);
        QTRY_VERIFY_WITH_TIMEOUT(meant->isVisible(), kPatience);
        QVERIFY(!start->isEnabled());
        auto* table = child<QTableView>(*dialog, "pruneTable");
        QCOMPARE(table->model()->rowCount(), 1);
        QCOMPARE(table->model()->index(0, PrunePlanModel::EffectColumn).data().toString(),
                 QStringLiteral("deleted for good"));
        QTest::keyClick(meant, Qt::Key_Space);
        click(start);
        QTRY_VERIFY_WITH_TIMEOUT(child<QLabel>(*dialog, "pruneSummary")
                                     ->text()
                                     .contains(QStringLiteral("Gone for good: 1 backup.")),
                                 kPatience);
        QVERIFY(real.core->trash({}, {})->empty());
        QCOMPARE(real.core->backups({})->size(), std::size_t(5));
    }

    void store_readAnew_countsWhatIsThere() {
        RealWorkspace real(3);
        openStores(real);
        real.find<QAction>("storeRebuild")->trigger();
        auto* dialog = real.find<QDialog>("storeActDialog");
        QVERIFY(!child<QLineEdit>(*dialog, "storeActName")->isVisible()); // nothing is lost by it
        QCOMPARE(accessibilityProblems(*dialog), QString());
        click(child<QPushButton>(*dialog, "storeActGo"));
        QTRY_COMPARE_WITH_TIMEOUT(child<QLabel>(*dialog, "storeActText")->text(),
                                  QStringLiteral("Done. In the store: 3 backups."), kPatience);
    }

    void store_takeOver_ofOnesOwnSaysSo() {
        RealWorkspace real(2);
        openStores(real);
        real.find<QAction>("storeTakeOver")->trigger();
        auto* dialog = real.find<QDialog>("storeActDialog");
        auto* panel = dialog->findChild<QWidget*>(QStringLiteral("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY(!child<QPushButton>(*dialog, "storeActGo")->isEnabled());
    }

    void store_takenOverByAnother_isWrittenThereUntilTakenBack() {
        RealWorkspace real(2);
        openStores(real);
        CoreConfig config;
        config.places = placesIn((real.folder.path() + QStringLiteral("/other")).toStdString());
        config.clock = &real.clock;
        config.machineId = kBob.machine;
        config.userName = kBob.user;
        Core other(config);
        QVERIFY(other
                    .openRepository({(real.folder.path() + QStringLiteral("/store")).toStdString(),
                                     {real.recoveryFile},
                                     "vault",
                                     "file"},
                                    real.passphrase, {})
                    .has_value());
        TakeOverRequest theirs;
        theirs.repository = "vault";
        QVERIFY(other.takeOverRepository(theirs, {}).has_value());

        const auto* prune = real.find<QPushButton>("storePrune");
        QVERIFY(prune->isEnabled());
        QTest::keyClick(real.window.get(), Qt::Key_F5);
        QTRY_VERIFY2_WITH_TIMEOUT(factOf(real, 4).contains(QStringLiteral("another one took it over")),
                                  qPrintable(factOf(real, 4)), kPatience);
        QVERIFY2(!factOf(real, 4).contains(QStringLiteral("This computer writes it")),
                 qPrintable(factOf(real, 4)));
        QVERIFY(!prune->isEnabled());

        real.find<QAction>("storeTakeOver")->trigger();
        auto* dialog = real.find<QDialog>("storeActDialog");
        auto* name = child<QLineEdit>(*dialog, "storeActName");
        QTRY_VERIFY_WITH_TIMEOUT(name->isVisible(), kPatience); // also where nothing is lost
        auto* text = child<QLabel>(*dialog, "storeActText");
        QVERIFY2(text->text().contains(toQt(kBob.machine)), qPrintable(text->text()));
        QVERIFY2(text->text().contains(toQt(kBob.user)), qPrintable(text->text()));
        QVERIFY(!child<QPushButton>(*dialog, "storeActGo")->isEnabled());
        QTest::keyClicks(name, QStringLiteral("vault"));
        QTest::keyClick(name, Qt::Key_Return);
        QTRY_VERIFY2_WITH_TIMEOUT(factOf(real, 4).contains(QStringLiteral("This computer writes it")),
                                  qPrintable(factOf(real, 4)), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(prune->isEnabled(), kPatience);
    }

    void store_forgotten_onlyWhenNoPolicyUsesItAndItsNameIsTyped() {
        RealWorkspace real(2);
        openStores(real);
        real.find<QAction>("storeForget")->trigger();
        auto* dialog = real.find<QDialog>("storeActDialog");
        auto* go = child<QPushButton>(*dialog, "storeActGo");
        auto* name = child<QLineEdit>(*dialog, "storeActName");
        QVERIFY(!go->isEnabled());
        QTest::keyClicks(name, QStringLiteral("vaul"));
        QVERIFY(!go->isEnabled());
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(dialog->isVisible());
        QTest::keyClicks(name, QStringLiteral("t"));
        QVERIFY(go->isEnabled());
        QTest::keyClick(name, Qt::Key_Return); // it is meant
        QVERIFY(dialog->isVisible());
        auto* panel = dialog->findChild<QWidget*>(QStringLiteral("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience); // the policy
        QVERIFY(!real.core->repositories()->empty());
        const auto policies = real.core->policies();
        QVERIFY(real.core->removePolicy(policies->front().uuid, policies->front().revision).has_value());
        QTRY_VERIFY_WITH_TIMEOUT(go->isEnabled(), kPatience);
        click(go);
        QTRY_COMPARE_WITH_TIMEOUT(child<QLabel>(*dialog, "storeActText")->text(),
                                  QStringLiteral("Done: it is forgotten here."), kPatience);
        QVERIFY(real.core->repositories()->empty());
        QVERIFY(QDir(real.folder.filePath(QStringLiteral("store"))).exists());
    }

    void channels_fromThePreferences_areMadeTriedAndRemoved() {
        RealWorkspace real(1);
        real.find<QAction>("preferencesAction")->trigger();
        click(real.find<QPushButton>("preferencesChannels"));
        auto* dialog = real.find<QDialog>("channelsDialog");
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*dialog, "channelsAdd")->isEnabled(), kPatience);
        QCOMPARE(accessibilityProblems(*dialog), QString());
        click(child<QPushButton>(*dialog, "channelsAdd"));
        auto* form = child<QDialog>(*dialog, "channelForm");
        QCOMPARE(accessibilityProblems(*form), QString());
        auto* kind = child<QComboBox>(*form, "channelKind");
        kind->setFocus();
        QTest::keyClick(kind, Qt::Key_Down); // a webhook
        QVERIFY(!child<QLineEdit>(*form, "channelHost")->isVisible());
        QVERIFY(!child<QPushButton>(*form, "channelSave")->isEnabled());
        const auto* note = child<QLabel>(*form, "channelNote");
        QVERIFY2(note->text().startsWith(QStringLiteral("Give the channel a name")),
                 qPrintable(note->text()));
        QTest::keyClicks(child<QLineEdit>(*form, "channelTitle"), QStringLiteral("ops"));
        QCOMPARE(note->text(), QStringLiteral("Give the URL."));
        auto* url = child<QLineEdit>(*form, "channelUrl");
        QTest::keyClicks(url, QStringLiteral("http://127.0.0.1:1/hook"));
        QVERIFY2(note->text().startsWith(QStringLiteral("A URL has to begin with https://")),
                 qPrintable(note->text()));
        url->clear();
        // Nobody listens on port 1.
        QTest::keyClicks(url, QStringLiteral("https://127.0.0.1:1/hook"));
        QCOMPARE(note->text(), QString());
        kind->setFocus();
        QTest::keyClick(kind, Qt::Key_Up); // mail
        QCOMPARE(note->text(), QStringLiteral("Give the mail server."));
        QTest::keyClicks(child<QLineEdit>(*form, "channelHost"), QStringLiteral("mail.example.org"));
        QTest::keyClicks(child<QLineEdit>(*form, "channelFrom"), QStringLiteral("salvor@example.org"));
        QTest::keyClicks(child<QLineEdit>(*form, "channelTo"), QStringLiteral("nobody"));
        QCOMPARE(note->text(), QStringLiteral("“nobody” is no mail address. Give the address alone: "
                                              "salvor@example.org."));
        child<QLineEdit>(*form, "channelTo")->setText(QStringLiteral("Ops <ops@example.org>"));
        QVERIFY2(note->text().startsWith(QStringLiteral("“Ops <ops@example.org>” is no mail address.")),
                 qPrintable(note->text()));
        click(child<QToolButton>(*form, "channelCaChoose"));
        auto* files = child<QDialog>(*form, "choosePath");
        QVERIFY(files->isVisible());
        files->reject();
        kind->setFocus();
        QTest::keyClick(kind, Qt::Key_Down);
        click(child<QPushButton>(*form, "channelSave"));
        auto* table = child<QTableView>(*dialog, "channelsTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, kPatience);
        QCOMPARE(real.core->channel("ops")->url, std::string("https://127.0.0.1:1/hook"));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*dialog, "channelsTest")->isEnabled(), kPatience);
        click(child<QPushButton>(*dialog, "channelsTest"));
        auto* panel = dialog->findChild<QWidget*>(QStringLiteral("errorPanel"), Qt::FindDirectChildrenOnly);
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*dialog, "channelsRemove")->isEnabled(), kPatience);
        click(child<QPushButton>(*dialog, "channelsRemove"));
        click(child<QPushButton>(*dialog, "channelRemoveYes"));
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 0, kPatience);
        QVERIFY(real.core->channels()->empty());
    }

    void channel_savedByAnotherMeanwhile_showsBothVersionsAndLoadsTheirs() {
        RealWorkspace real(1);
        Channel ops;
        ops.title = "ops";
        ops.kind = "mail";
        ops.host = "mail.example.org";
        ops.port = 587;
        ops.tls = "starttls";
        ops.from = "salvor@example.org";
        ops.to = {"anna@example.org"};
        auto saved = real.core->saveChannel(ops, std::nullopt);
        QVERIFY(saved.has_value());
        Lookups lookups;
        ChannelForm form(*real.core, lookups, *saved);
        form.setAttribute(Qt::WA_DeleteOnClose, false);
        form.show();
        auto* to = child<QLineEdit>(form, "channelTo");
        QCOMPARE(to->text(), QStringLiteral("anna@example.org"));
        to->setText(QStringLiteral("bert@example.org"));
        Channel theirs = *saved;
        theirs.to = {"carla@example.org"};
        theirs.tls = "tls";
        theirs.port = 465;
        QVERIFY(real.core->saveChannel(theirs, std::nullopt).has_value());
        const auto* both = child<QLabel>(form, "channelTheirs");
        auto* reload = child<QPushButton>(form, "channelReload");
        QVERIFY(!both->isVisible() && !reload->isVisible());
        auto* save = child<QPushButton>(form, "channelSave");
        click(save);
        QTRY_VERIFY_WITH_TIMEOUT(reload->isVisible() && reload->isEnabled(), kPatience);
        const QString said = QStringLiteral("Port: yours is “587”, theirs “465”\n"
                                            "Encryption: yours is “STARTTLS”, theirs “TLS from the start”\n"
                                            "To: yours is “bert@example.org”, theirs “carla@example.org”");
        QCOMPARE(both->text(), said);
        QCOMPARE(accessibilityProblems(form), QString());
        click(reload);
        QTRY_COMPARE_WITH_TIMEOUT(to->text(), QStringLiteral("carla@example.org"), kPatience);
        QCOMPARE(child<QSpinBox>(form, "channelPort")->value(), 465);
        QVERIFY(!reload->isVisible());
        QCOMPARE(both->text(), said); // what was typed is to be read still
        to->setText(QStringLiteral("carla@example.org, bert@example.org"));
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        QTRY_VERIFY_WITH_TIMEOUT(!form.isVisible(), kPatience);
        QCOMPARE(real.core->channel("ops")->to.size(), std::size_t(2));
    }

    void store_ofAHomeThatCameFromAnotherComputer_isNotCalledTakenOver() {
        RealWorkspace real(2);
        CoreConfig moved;
        moved.places = real.core->config().places;
        moved.clock = &real.clock;
        moved.machineId = kBob.machine; // the same home, and the same user
        moved.userName = kAlice.user;
        real.window.reset();
        real.core = std::make_unique<Core>(moved);
        real.window = std::make_unique<MainWindow>(*real.core, theme());
        real.window->resize(1366, 768);
        real.window->show();
        openStores(real);
        const QString keys = factOf(real, 4);
        QVERIFY2(keys.contains(QStringLiteral("came here with the home of ") + toQt(kAlice.user)),
                 qPrintable(keys));
        QVERIFY2(!keys.contains(QStringLiteral("took it over")) &&
                     !keys.contains(QStringLiteral("This computer writes it")),
                 qPrintable(keys));
        QVERIFY(!real.find<QPushButton>("storePrune")->isEnabled());
        auto* table = real.find<QTableView>("storesTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->index(0, StoreTableModel::StateColumn).data().toString(),
                                  QStringLiteral("Another computer writes this repository"), kPatience);
    }

    void models_rows_passTheTester() {
        StoreTableModel stores;
        PrunePlanModel plan;
        const QAbstractItemModelTester one(&stores, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const QAbstractItemModelTester other(&plan, QAbstractItemModelTester::FailureReportingMode::QtTest);
        std::vector<StoreRow> rows(2);
        rows[0].info.pin.id = "a";
        rows[0].info.pin.rehearsed = true;
        rows[0].answered = true;
        rows[0].look.emplace();
        rows[0].look->identityThere = true;
        rows[1].info.pin.id = "b";
        rows[1].info.problem = Error{ErrorCode::IoError, "the store is gone", "", false, {}};
        QCOMPARE(rows[0].tone(), Tone::Good);
        rows[0].look->identityThere = false;
        QCOMPARE(rows[0].tone(), Tone::Bad);
        QCOMPARE(rows[0].stateText(), QStringLiteral("Its key is not on this computer"));
        QCOMPARE(rows[1].tone(), Tone::Bad);
        stores.setRows(std::make_shared<const std::vector<StoreRow>>(rows));
        QCOMPARE(stores.rowCount(), 2);
        // Asked, and no answer: nothing is known of what it holds.
        rows[1].answered = true;
        stores.setRows(std::make_shared<const std::vector<StoreRow>>(rows));
        QCOMPARE(stores.index(1, StoreTableModel::StoredColumn).data().toString(), QString());
        rows[1].info.answered = true;
        rows[1].info.storedBytes = 7000;
        stores.setRows(std::make_shared<const std::vector<StoreRow>>(rows));
        QVERIFY(stores.index(1, StoreTableModel::StoredColumn).data().toString().startsWith(u'7'));
        std::vector<PruneLine> lines(1);
        lines[0].record.id = "x";
        plan.setRows(std::make_shared<const std::vector<PruneLine>>(lines));
        QCOMPARE(plan.index(0, PrunePlanModel::StartedColumn).data().toString(), QStringLiteral("x"));
    }
};

QTEST_MAIN(TestStores)
#include "test_stores.moc"

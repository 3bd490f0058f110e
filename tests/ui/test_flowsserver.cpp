// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// From an empty window to a proved restore, on real servers, by clicks and keys.
#include "support/check.h"
#include "support/lab.h"
#include "support/labprofile.h"
#include "support/patience.h"
#include "support/sampledata.h"
#include "ui/flowbench.h"
#include "ui/profiles/profiledialog.h"
#include "ui/profiles/profileform.h"
#include "ui/repository/repositorydialogs.h"
#include "ui/restore/restorewizard.h"
#include "ui/restored/restoreddialog.h"
#include "ui/welcome/protectflow.h"
#include "ui/welcome/recoverflow.h"
#include "ui/widgetchecks.h"
#include "workers/norepository.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTimeEdit>

using namespace salvor;
using namespace salvor::test;

namespace {

QString qt(const std::string& text) { return QString::fromStdString(text); }

void fillProfile(const QWidget& form, const LabServer& server, const QString& title) {
    type(child<QLineEdit>(form, "profileTitle"), title);
    type(child<QLineEdit>(form, "profileHost"), qt(server.host));
    child<QSpinBox>(form, "profilePort")->setValue(server.port);
    type(child<QLineEdit>(form, "profileUser"), qt(server.user));
    type(child<QLineEdit>(form, "profileDatabase"), QStringLiteral("postgres"));
    auto* kind = child<QComboBox>(form, "profileSecretKind");
    kind->setCurrentIndex(kind->findData(QStringLiteral("file")));
    type(child<QLineEdit>(form, "profilePassword"), qt(server.password));
    auto* tls = child<QComboBox>(form, "profileTls");
    tls->setCurrentIndex(
        tls->findData(server.caFile.empty() ? QStringLiteral("disable") : QStringLiteral("verify-full")));
    type(child<QLineEdit>(form, "profileTlsCa"), qt(server.caFile));
    QString tools = joinWords(server.toolsCommand);
    if (!server.binDir.empty())
        tools += (tools.isEmpty() ? QString() : QStringLiteral(" ")) + qt(server.binDir) + QLatin1Char('/');
    type(child<QLineEdit>(form, "profileTools"), tools);
}

/// A server that backups are only restored to: no policy comes with it.
Result<Profile> addTarget(Core& core, const LabServer& server, const std::string& title) {
    Profile target = profileOfLab(server, title);
    target.secretKind = "file";
    return core.saveProfile(target, Secret(server.password), kNoRepository);
}

QString shownError(const QWidget& window) {
    const auto panels = window.findChildren<QWidget*>(QStringLiteral("errorPanel"));
    for (const QWidget* panel : panels) {
        if (panel->isVisible())
            return panel->accessibleDescription();
    }
    return {};
}

/// Waits until the flow shows that page; a failure says the error that is shown instead.
bool waitForPage(FlowDialog& flow, const char* page) {
    const auto there = [&] {
        return flow.currentPage() != nullptr && flow.currentPage()->objectName() == QLatin1String(page);
    };
    const bool came =
        QTest::qWaitFor([&] { return there() || !shownError(flow).isEmpty(); }, kPatience) && there();
    if (!came)
        qWarning("%s did not come: %s", page, qPrintable(shownError(flow)));
    return came;
}

/// What the table says in that column of the row that begins with the name.
QString rowOf(const QTableView& table, const std::string& name, int column) {
    const auto* model = table.model();
    for (int row = 0; row < model->rowCount(); ++row) {
        if (model->index(row, 0).data().toString() == qt(name))
            return model->index(row, column).data().toString();
    }
    return {};
}

void next(FlowDialog& flow) { click(child<QPushButton>(flow, "flowNext")); }

} // namespace

class TestFlowsServer : public QObject {
    Q_OBJECT

private slots:
    void connection_tested_showsVersionAndDatabases() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        LabDatabase database(server);
        FlowBench bench;
        ProfileDialog dialog(bench.context(), {});
        dialog.show();
        auto* test = child<QPushButton>(dialog, "profileTest");
        QTRY_VERIFY_WITH_TIMEOUT(child<QComboBox>(dialog, "profileRepository")->count() > 0, kPatience);
        fillProfile(dialog, server, QStringLiteral("lab"));
        QTRY_VERIFY_WITH_TIMEOUT(test->isEnabled(), kPatience);
        click(test);
        auto* summary = child<QLabel>(dialog, "connectionSummary");
        QTRY_VERIFY2_WITH_TIMEOUT(
            summary->text().contains(qt(server.version).section(QLatin1Char(' '), 0, 0)),
            qPrintable(summary->text() + shownError(dialog)), kPatience);
        auto* table = child<QTableView>(dialog, "connectionSources");
        QStringList names;
        for (int row = 0; row < table->model()->rowCount(); ++row)
            names << table->model()->index(row, 0).data().toString();
        QVERIFY2(names.contains(qt(database.name())), qPrintable(names.join(QLatin1Char(' '))));
        CHECK_NONE(nameProblems(dialog));
    }

    void connection_wrongPassword_isNamedAsThat() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        FlowBench bench;
        ProfileDialog dialog(bench.context(), {});
        dialog.show();
        auto* test = child<QPushButton>(dialog, "profileTest");
        QTRY_VERIFY_WITH_TIMEOUT(child<QComboBox>(dialog, "profileRepository")->count() > 0, kPatience);
        fillProfile(dialog, server, QStringLiteral("lab"));
        type(child<QLineEdit>(dialog, "profilePassword"), QStringLiteral("certainly-wrong"));
        QTRY_VERIFY_WITH_TIMEOUT(test->isEnabled(), kPatience);
        click(test);
        QTRY_VERIFY_WITH_TIMEOUT(!shownError(dialog).isEmpty(), kPatience);
        QVERIFY2(shownError(dialog).startsWith(QStringLiteral("Wrong user name or password")),
                 qPrintable(shownError(dialog)));
        QVERIFY(!shownError(dialog).contains(QStringLiteral("certainly-wrong")));
    }

    /// As after a recovery: the server was added to restore to it, with no policy. What is chosen on the way
    /// is what its policy says.
    void serverWithoutAPolicy_isProtected() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        const LabServer& server = own->server();
        LabDatabase database(server);
        database.run(sample::shop());
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        const auto target = addTarget(bench.core(), server, "target");
        CHECK_OK(target);
        ProtectFlow flow(bench.context());
        QSignalSpy started(&flow, &ProtectFlow::backupStarted);
        QSignalSpy timers(&flow, &ProtectFlow::timersWanted);
        flow.show();
        QVERIFY(QTest::qWaitForWindowActive(&flow));
        auto* choice = child<QComboBox>(flow, "serverChoice");
        QTRY_COMPARE_WITH_TIMEOUT(choice->count(), 2, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(choice->isEnabled(), kPatience);
        choice->setFocus();
        QTest::keyClick(choice, Qt::Key_Down);
        next(flow);
        QVERIFY(waitForPage(flow, "testPage"));
        auto* table = child<QTableView>(flow, "connectionSources");
        int row = 0;
        while (row < table->model()->rowCount() &&
               table->model()->index(row, 0).data().toString() != QStringLiteral("postgres"))
            ++row;
        QVERIFY(row < table->model()->rowCount());
        table->setCurrentIndex(table->model()->index(row, 0));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Space);
        next(flow);
        QVERIFY(waitForPage(flow, "whenPage"));
        child<QTimeEdit>(flow, "whenTime")->setTime(QTime(3, 20));
        next(flow);
        QVERIFY(waitForPage(flow, "repositoryPage"));
        click(child<QPushButton>(flow, "flowBack"));
        QVERIFY(waitForPage(flow, "whenPage"));
        next(flow);
        QVERIFY(waitForPage(flow, "repositoryPage"));
        next(flow);
        QVERIFY(waitForPage(flow, "startPage"));
        const QString when = child<QLabel>(flow, "startWhen")->text();
        QVERIFY2(when.contains(QStringLiteral("03:20")), qPrintable(when));
        next(flow);
        QTRY_VERIFY2_WITH_TIMEOUT(started.size() == 1, qPrintable(shownError(flow)), kPatience);
        QCOMPARE(timers.size(), 1);
        const int job = started.front().front().toInt();
        QTRY_VERIFY_WITH_TIMEOUT(bench.jobs().job(job)->result.has_value(), kPatience);
        CHECK_OK(*bench.jobs().job(job)->result);
        const auto policies = bench.core().policies();
        CHECK_OK(policies);
        QCOMPARE(policies->size(), std::size_t(1));
        const Policy& policy = policies->front();
        QCOMPARE(policy.profileUuid, target->uuid);
        QCOMPARE(policy.repositoryId, made.pin.id);
        QCOMPARE(policy.schedules.at("full"), std::string("*-*-* 03:20:00"));
        QVERIFY(selects(policy, database.name()) && !selects(policy, "postgres"));
    }

    /// Its policy takes one database: nothing says that the others are backed up, and the way to it is shown.
    void serverWithAPolicy_saysWhatItLeavesOut() {
        SALVOR_NEED_PRIVATE(own, "pg-plain", {});
        const LabServer& server = own->server();
        LabDatabase database(server);
        FlowBench bench;
        (void)bench.makeRepository(QStringLiteral("nas"));
        Profile office = profileOfLab(server, "office");
        office.secretKind = "file";
        const auto saved = bench.core().saveProfile(office, Secret(server.password), "nas");
        CHECK_OK(saved);
        auto policies = bench.core().policies();
        CHECK_OK(policies);
        QCOMPARE(policies->size(), std::size_t(1));
        ProtectFlow flow(bench.context(), nullptr, qt(saved->uuid));
        QSignalSpy wanted(&flow, &ProtectFlow::policiesWanted);
        flow.show();
        auto* choice = child<QComboBox>(flow, "serverChoice");
        QTRY_COMPARE_WITH_TIMEOUT(choice->currentIndex(), 1, kPatience);
        // Edited while the flow is open.
        policies->front().rules = {{true, database.name()}};
        CHECK_OK(bench.core().savePolicy(policies->front()));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(flow, "flowNext")->isEnabled(), kPatience);
        next(flow);
        QVERIFY(waitForPage(flow, "testPage"));
        const auto* table = child<QTableView>(flow, "connectionSources");
        QCOMPARE(rowOf(*table, database.name(), 2), QStringLiteral("by ") + qt(policies->front().title));
        QCOMPARE(rowOf(*table, "postgres", 2), QStringLiteral("no"));
        CHECK_NONE(nameProblems(flow));
        CHECK_NONE(mnemonicProblems(flow));
        next(flow);
        QVERIFY(waitForPage(flow, "startPage"));
        const QString databases = child<QLabel>(flow, "startDatabases")->text();
        QVERIFY2(databases.startsWith(QStringLiteral("1 database")) &&
                     databases.contains(QStringLiteral("not backed up: ")) &&
                     databases.contains(QStringLiteral("postgres")) &&
                     databases.contains(QStringLiteral("page Policies")),
                 qPrintable(databases));
        click(child<QPushButton>(flow, "flowBack"));
        QVERIFY(waitForPage(flow, "testPage"));
        click(child<QPushButton>(flow, "testPolicies"));
        QCOMPARE(wanted.value(0).value(0).toString(), qt(saved->uuid));
        QVERIFY(!flow.isVisible());
    }

    void wholeWay_endsInAProof_data() {
        QTest::addColumn<QString>("kind");
        QTest::newRow("PostgreSQL") << QStringLiteral("pg-plain");
        QTest::newRow("TimescaleDB") << QStringLiteral("timescale");
    }

    /// Protect, back up, rehearse, open on another computer, restore there, proof.
    void wholeWay_endsInAProof() {
        QFETCH(QString, kind);
        const bool timescale = kind == QStringLiteral("timescale");
        SALVOR_NEED_PRIVATE(own, kind.toStdString(), {});
        const LabServer& server = own->server();
        LabDatabase database(server,
                             timescale ? LabDatabase::TimescaleDb::Yes : LabDatabase::TimescaleDb::No);
        database.run(timescale ? sample::timescaleDatabase(20) : sample::shop());

        FlowBench bench;
        const QString store = bench.folder(QStringLiteral("my store"));
        const QString copy = bench.folder(QStringLiteral("copy.age"));
        QString passphrase;
        int job = 0;
        {
            ProtectFlow flow(bench.context());
            QSignalSpy started(&flow, &ProtectFlow::backupStarted);
            flow.show();
            QTRY_VERIFY_WITH_TIMEOUT(child<QLineEdit>(flow, "profileTitle")->isEnabled(), kPatience);
            fillProfile(flow, server, QStringLiteral("lab"));
            QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(flow, "flowNext")->isEnabled(), kPatience);
            next(flow);
            QVERIFY(waitForPage(flow, "testPage"));
            QCOMPARE(rowOf(*child<QTableView>(flow, "connectionSources"), database.name(), 2)
                         .contains(QStringLiteral("TimescaleDB")),
                     timescale);
            CHECK_NONE(nameProblems(flow));
            next(flow);
            QVERIFY(waitForPage(flow, "whenPage"));
            CHECK_NONE(nameProblems(flow));
            CHECK_NONE(sizeProblems(flow));
            child<QTimeEdit>(flow, "whenTime")->setTime(QTime(3, 20));
            next(flow);
            QVERIFY(waitForPage(flow, "repositoryPage"));
            type(child<QLineEdit>(flow, "repositoryFolder"), store);
            type(child<QLineEdit>(flow, "repositoryTitle"), QStringLiteral("nas"));
            auto* keys = child<QComboBox>(flow, "repositorySecretKind");
            keys->setCurrentIndex(keys->findData(QStringLiteral("file")));
            CHECK_NONE(nameProblems(flow));
            next(flow);
            QVERIFY(waitForPage(flow, "recoveryPage"));
            CHECK_NONE(nameProblems(flow));
            CHECK_NONE(sizeProblems(flow));
            passphrase = child<QLabel>(flow, "recoveryPassphrase")->text();
            QVERIFY(!child<QPushButton>(flow, "flowNext")->isEnabled());
            type(child<QLineEdit>(flow, "recoveryCopyPath"), store + QStringLiteral("/copy.age"));
            click(child<QPushButton>(flow, "recoveryCopySave"));
            QTRY_VERIFY_WITH_TIMEOUT(shownError(flow).contains(QStringLiteral("inside the repository")),
                                     kPatience);
            type(child<QLineEdit>(flow, "recoveryCopyPath"), copy);
            click(child<QPushButton>(flow, "recoveryCopySave"));
            QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(flow, "flowNext")->isEnabled(), kPatience);
            next(flow);
            QVERIFY(waitForPage(flow, "typeBackPage"));
            type(child<QLineEdit>(flow, "typeBackPassphrase"), passphrase.toLower());
            next(flow);
            QVERIFY(waitForPage(flow, "startPage"));
            const QString when = child<QLabel>(flow, "startWhen")->text();
            QVERIFY2(when.contains(QStringLiteral("03:20")) && when.contains(QStringLiteral("keeps")),
                     qPrintable(when));
            next(flow);
            QTRY_COMPARE_WITH_TIMEOUT(started.size(), 1, kPatience);
            job = started.front().front().toInt();
            QVERIFY(!flow.isVisible());
        }
        QTRY_VERIFY_WITH_TIMEOUT(bench.jobs().job(job)->result.has_value(), kPatience);
        CHECK_OK(*bench.jobs().job(job)->result);
        const auto repositories = bench.core().repositories();
        CHECK_OK(repositories);
        QCOMPARE(qt(repositories->front().recoveryFile), copy);
        const auto policies = bench.core().policies();
        CHECK_OK(policies);
        QCOMPARE(policies->front().schedules.at("full"), std::string("*-*-* 03:20:00"));
        QCOMPARE(policies->front().retention->daily, 7U);

        {
            RehearsalDialog dialog(bench.context(), qt(repositories->front().id));
            QSignalSpy rehearsed(&dialog, &RehearsalDialog::rehearsed);
            dialog.show();
            QTRY_COMPARE_WITH_TIMEOUT(child<QLineEdit>(dialog, "rehearsalFile")->text(), copy, kPatience);
            QTRY_VERIFY_WITH_TIMEOUT(child<QLineEdit>(dialog, "rehearsalPassphrase")->isEnabled(), kPatience);
            type(child<QLineEdit>(dialog, "rehearsalPassphrase"), passphrase);
            click(child<QPushButton>(dialog, "rehearsalStart"));
            QTRY_VERIFY2_WITH_TIMEOUT(rehearsed.size() == 1, qPrintable(shownError(dialog)), kPatience);
            QVERIFY(bench.core().repositories()->front().rehearsed);
        }

        FlowBench other; // a computer that never saw it
        QString repository;
        QString backup;
        {
            RecoverFlow flow(other.context());
            QSignalSpy wanted(&flow, &RecoverFlow::restoreWanted);
            flow.show();
            type(child<QLineEdit>(flow, "openStore"), store);
            type(child<QLineEdit>(flow, "openRecoveryFile"), copy);
            type(child<QLineEdit>(flow, "openPassphrase"), passphrase);
            auto* keys = child<QComboBox>(flow, "openSecretKind");
            keys->setCurrentIndex(keys->findData(QStringLiteral("file")));
            next(flow);
            QVERIFY(waitForPage(flow, "foundPage"));
            auto* found = child<QTableView>(flow, "foundBackups");
            for (int row = 0; row < found->model()->rowCount(); ++row) {
                if (found->model()->index(row, 1).data().toString() == qt(database.name()))
                    found->selectRow(row);
            }
            next(flow);
            QCOMPARE(wanted.size(), 1);
            repository = wanted.front().at(0).toString();
            backup = wanted.front().at(1).toString();
        }
        {
            ProfileDialog dialog(other.context(), {});
            dialog.show();
            QTRY_VERIFY_WITH_TIMEOUT(child<QComboBox>(dialog, "profileRepository")->count() > 0, kPatience);
            fillProfile(dialog, server, QStringLiteral("target"));
            auto* save = child<QPushButton>(dialog, "profileSave");
            QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
            click(save);
            QTRY_VERIFY2_WITH_TIMEOUT(!dialog.isVisible(), qPrintable(shownError(dialog)), kPatience);
        }
        const std::string restored = database.name() + "_restored";
        {
            RestoreWizard wizard(other.context(), repository, backup);
            wizard.show();
            QVERIFY(waitForPage(wizard, "whatPage"));
            QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(wizard, "flowNext")->isEnabled(), kPatience);
            QVERIFY(child<QLabel>(wizard, "whatDatabase")->text().startsWith(qt(database.name())));
            CHECK_NONE(nameProblems(wizard));
            CHECK_NONE(sizeProblems(wizard));
            next(wizard);
            QVERIFY(waitForPage(wizard, "wherePage"));
            QCOMPARE(child<QLineEdit>(wizard, "restoreName")->text(), qt(restored));
            // Where it came from is not known on this computer, and another login is used only if it is
            // meant.
            QVERIFY(!child<QWidget>(wizard, "restoreBeside")->isEnabled());
            QVERIFY(!child<QPushButton>(wizard, "flowNext")->isEnabled());
            tick(child<QCheckBox>(wizard, "restoreLoginMeant"));
            CHECK_NONE(nameProblems(wizard));
            click(child<QPushButton>(wizard, "restoreAddServer"));
            auto* adding = wizard.findChild<ProfileDialog*>();
            QVERIFY(adding != nullptr);
            adding->hide();
            next(wizard);
            QVERIFY(waitForPage(wizard, "scopePage"));
            QVERIFY(
                child<QLabel>(wizard, "scopeText")->text().startsWith(QStringLiteral("The whole database")));
            CHECK_NONE(nameProblems(wizard));
            next(wizard);
            emit adding->saved(QString()); // it was closed over its save, which ends only now
            QVERIFY(waitForPage(wizard, "preflightPage"));
            QVERIFY(child<QLabel>(wizard, "flowBanner")->text().contains(qt(restored)));
            QVERIFY(child<QPushButton>(wizard, "flowNext")->isEnabled());
            CHECK_NONE(nameProblems(wizard));
            next(wizard);
            QVERIFY(waitForPage(wizard, "reviewPage"));
            next(wizard);
            QVERIFY(waitForPage(wizard, "proofPage"));
            QVERIFY2(child<QLabel>(wizard, "proofVerdict")->text().startsWith(QStringLiteral("Proved equal")),
                     qPrintable(child<QPlainTextEdit>(wizard, "proofReport")->toPlainText()));
            const QString report = child<QPlainTextEdit>(wizard, "proofReport")->toPlainText();
            // It is the very computer that wrote it, with its keys back.
            QVERIFY2(report.contains(QStringLiteral("recorded in the repository for this backup")),
                     qPrintable(report));
            CHECK_NONE(nameProblems(wizard));
        }
        {
            // Asked from the backup's row, whose server is not known here; another one comes first in the
            // list.
            CHECK_OK(addTarget(other.core(), server, "a first one"));
            const auto source = other.core().backup(backup.toStdString());
            CHECK_OK(source);
            RestoredDialog dialog(other.context(), qt(source->profileUuid));
            dialog.show();
            auto* table = child<QTableView>(dialog, "restoredTable");
            QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() > 0, kPatience);
            const QString shown = child<QComboBox>(dialog, "restoredServer")->currentText();
            QVERIFY2(shown.startsWith(QStringLiteral("target")), qPrintable(shown));
        }
        {
            LabConnection there(server, restored);
            const std::string tables =
                "select count(*) from pg_class where relkind = 'r' and relnamespace not in (select oid from "
                "pg_namespace where nspname like 'pg\\_%' or nspname = 'information_schema')";
            QCOMPARE(there.value(tables), database.value(tables));
            if (timescale) { // chunks are chunks again, and a query through the hypertable finds their rows
                const std::string chunks = "select count(*) from timescaledb_information.chunks";
                QVERIFY(database.value(chunks) != "0");
                QCOMPARE(there.value(chunks), database.value(chunks));
                const std::string rows =
                    "select count(*) || md5(string_agg(c::text, ',' order by c::text)) from "
                    "conditions c where at > (select min(at) from conditions)";
                QCOMPARE(there.value(rows), database.value(rows));
            }
        }
        dropDatabase(server, restored);
    }
};

QTEST_MAIN(TestFlowsServer)
#include "test_flowsserver.moc"

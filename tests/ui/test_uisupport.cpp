// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What pages are made of, without a core: texts, the sentence, the strip, empty states.
#include "models/lists/backupitemtreemodel.h"
#include "models/lists/databaselistmodel.h"
#include "ui/backups/itemtexts.h"
#include "ui/overview/historydelegate.h"
#include "ui/overview/overviewtexts.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/startup.h"
#include "ui/support/statemark.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

const Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 7h;

SourceStatus source(const std::string& database, RunOutcome newest, std::chrono::hours goodAge) {
    SourceStatus status;
    status.profileUuid = "p";
    status.profileTitle = "prod";
    status.database = database;
    status.state = std::string(toString(newest));
    status.lastGood.emplace();
    status.lastGood->id = "backup of " + database;
    status.lastGood->started = kNow - goodAge;
    status.lastGood->sizeBytes = 3'200'000'000;
    RunRecord run;
    run.outcome = newest;
    run.started = kNow - 1h;
    status.recentRuns = {run};
    return status;
}

StandingInput byPolicy() {
    StandingInput input;
    input.now = kNow;
    input.policies = {makeDefaultPolicy("p", "nightly", "r")};
    input.policies[0].recoveryPointObjectiveSeconds = 24 * 3600;
    input.policies[0].schedules["full"] = "*-*-* 02:00:00";
    input.followed.emplace();
    return input;
}

WorkspaceSnapshot snapshot(std::vector<SourceStatus> sources) {
    WorkspaceSnapshot made;
    made.takenAt = kNow;
    made.profiles.resize(1);
    made.profiles[0].uuid = "p";
    made.repositories.resize(1);
    made.repositories[0].id = "r";
    made.repositories[0].title = "nas";
    made.repositories[0].rehearsed = true;
    StandingInput input = byPolicy();
    input.followed->insert(input.policies[0].uuid);
    made.sources = standingsOf(std::move(sources), input);
    return made;
}

QImage paintStrip(const QList<RunOutcome>& outcomes, Protection protection = Protection::Protected) {
    auto rows = std::make_shared<std::vector<SourceStanding>>(1);
    (*rows)[0].protection = protection;
    for (const auto outcome : outcomes) {
        RunRecord run;
        run.outcome = outcome;
        (*rows)[0].recentRuns.push_back(run);
    }
    DatabaseListModel model;
    model.setRows(rows);
    HistoryDelegate delegate;
    QStyleOptionViewItem option;
    option.rect = QRect(QPoint(), delegate.sizeHint(option, {}));
    option.palette = Theme::light();
    QImage image(option.rect.size(), QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    delegate.paint(&painter, option, model.index(0, DatabaseListModel::HistoryColumn));
    return image;
}

} // namespace

class TestUiSupport : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
        auto* theme = new Theme(*qApp); // goes with the application
        theme->apply(ThemeChoice::Light);
    }

    void sentence_allGood_isGreen() {
        auto one = source("billing", RunOutcome::Ok, 3h);
        one.lastGood->restoredAt = kNow;
        const auto sentence = overviewSentence(snapshot({one, source("crm", RunOutcome::Ok, 3h)}), {});
        QCOMPARE(sentence.text, QStringLiteral("2 of 2 databases protected, 1 proven by restore"));
        QVERIFY(sentence.tone == Tone::Good);
        QVERIFY(sentence.concerns.empty());
    }
    void told_timesInEnglishTexts_becomeLocalOnes() {
        const Instant at = fromRfc3339("2026-11-21T07:40:00Z").value();
        QCOMPARE(Format::told("measured on 2026-11-21T07:40:00Z with 3 rows, until 2026-11-21T07:40:00.5Z"),
                 QStringLiteral("measured on %1 with 3 rows, until %1").arg(Format::time(at)));
        QCOMPARE(Format::told("run 20261121T074000Z-1, table \"2026-11-21T07:40:00\""),
                 QStringLiteral("run 20261121T074000Z-1, table \"2026-11-21T07:40:00\""));
        QCOMPARE(Format::told("2026-13-21T07:40:00Z"), QStringLiteral("2026-13-21T07:40:00Z"));
    }
    void sentence_noTimer_isSaidAndAmber() {
        auto bare = snapshot({source("billing", RunOutcome::Ok, 3h), source("crm", RunOutcome::Ok, 3h)});
        bare.sources[0].protection = Protection::Untimed;
        const auto sentence = overviewSentence(bare, {});
        QCOMPARE(sentence.text, QStringLiteral("2 of 2 databases protected, 0 proven by restore; no timer "
                                               "for 1 of the protected"));
        QVERIFY(sentence.tone == Tone::Warning);
        QVERIFY(StateMark::tone(Protection::Untimed) == Tone::Warning);
    }
    void sentence_storeLost_countsAsNotProtected() {
        auto lost = snapshot({source("billing", RunOutcome::Ok, 3h)});
        lost.sources[0].protection = Protection::StoreLost;
        const auto sentence = overviewSentence(lost, {});
        QVERIFY2(sentence.text.startsWith(QStringLiteral("0 of 1 database protected")) &&
                     sentence.text.endsWith(QStringLiteral("the store of billing does not answer")),
                 qPrintable(sentence.text));
        QVERIFY(sentence.tone == Tone::Bad);
    }
    void sentence_serverRemoved_isCalmAndNotCounted() {
        auto shown = snapshot({source("billing", RunOutcome::Ok, 3h), source("crm", RunOutcome::Ok, 300h)});
        shown.sources[1].protection = Protection::Removed;
        shown.sources[1].next = NextRunKind::NoServer;
        const auto sentence = overviewSentence(shown, {});
        QCOMPARE(sentence.text, QStringLiteral("1 of 1 database protected, 0 proven by restore"));
        QVERIFY(sentence.tone == Tone::Good);
        QVERIFY(StateMark::tone(Protection::Removed) == Tone::Neutral);
        DatabaseListModel model;
        model.setRows(std::make_shared<std::vector<SourceStanding>>(shown.sources));
        OverviewTexts texts(model);
        texts.setNow(kNow);
        const QModelIndex row = texts.index(1, 0);
        const auto cell = [&](int column, int role) {
            return row.siblingAtColumn(column).data(role).toString();
        };
        QCOMPARE(cell(DatabaseListModel::StateColumn, Qt::DisplayRole), QStringLiteral("server removed"));
        QCOMPARE(cell(DatabaseListModel::NextRunColumn, Qt::DisplayRole), QStringLiteral("none"));
        QCOMPARE(cell(DatabaseListModel::IfLostColumn, Qt::DisplayRole), QStringLiteral("backups kept"));
        QVERIFY(cell(DatabaseListModel::IfLostColumn, Qt::ToolTipRole)
                    .contains(QStringLiteral("can be restored")));
        QVERIFY(
            cell(DatabaseListModel::StateColumn, Qt::ToolTipRole).contains(QStringLiteral("not counted")));
    }
    /// A row's cells, of one source that stands so.
    static QStringList cellsOf(const SourceStanding& source, int role = Qt::DisplayRole) {
        DatabaseListModel model;
        model.setRows(std::make_shared<std::vector<SourceStanding>>(1, source));
        OverviewTexts texts(model);
        texts.setNow(kNow);
        QStringList cells;
        for (int column = 0; column < DatabaseListModel::kColumns; ++column)
            cells << texts.index(0, column).data(role).toString();
        return cells;
    }
    void sentence_standbyThatReceivesNothing_isNeverGreen() {
        auto shown = snapshot({source("billing", RunOutcome::Ok, 3h), source("crm", RunOutcome::Ok, 3h)});
        shown.sources[1].protection = Protection::Behind;
        shown.sources[1].behindBy = 96h;
        const auto sentence = overviewSentence(shown, {});
        QCOMPARE(sentence.text,
                 QStringLiteral("1 of 2 databases protected, 0 proven by restore; crm backed up "
                                "from a server that was 4 days behind"));
        QVERIFY(sentence.tone == Tone::Warning);
        QVERIFY(StateMark::tone(Protection::Behind) == Tone::Warning);
        QCOMPARE(cellsOf(shown.sources[1])[DatabaseListModel::StateColumn],
                 QStringLiteral("old data, 4 days behind"));
        QVERIFY(cellsOf(shown.sources[1], Qt::ToolTipRole)[DatabaseListModel::StateColumn].contains(
            QStringLiteral("standby")));
    }
    void sentence_databaseThatVanished_isNotProtected() {
        auto dropped = source("shop", RunOutcome::Ok, 240h); // would be overdue
        dropped.state = "gone";
        auto shown = snapshot({source("billing", RunOutcome::Ok, 3h), dropped});
        const auto calm = overviewSentence(shown, {});
        QCOMPARE(calm.text, QStringLiteral("1 of 1 database protected, 0 proven by restore"));
        QVERIFY(calm.tone == Tone::Good);
        const QStringList cells = cellsOf(shown.sources[1]);
        QCOMPARE(cells[DatabaseListModel::StateColumn], QStringLiteral("gone from the server"));
        QCOMPARE(cells[DatabaseListModel::NextRunColumn], QStringLiteral("none"));
        QCOMPARE(cells[DatabaseListModel::IfLostColumn], QStringLiteral("backups kept"));
        dropped.state = "lost";
        shown = snapshot({source("billing", RunOutcome::Ok, 3h), dropped});
        const auto lost = overviewSentence(shown, {});
        QCOMPARE(lost.text, QStringLiteral("1 of 2 databases protected, 0 proven by restore; shop not on its "
                                           "server any more"));
        QVERIFY(lost.tone == Tone::Bad);
        QCOMPARE(cellsOf(shown.sources[1])[DatabaseListModel::StateColumn],
                 QStringLiteral("not on its server any more"));
    }
    /// Told to end after the backup, as a shutdown does: every backup is whole.
    void sentence_runThatWasNotReadBack_isNotOnlyInPart() {
        auto cut = source("billing", RunOutcome::Partial, 3h);
        cut.recentRuns[0].id = cut.lastGood->runId = "20261121T060000Z-ABC123";
        auto hook = cut;
        hook.database = "crm";
        cut.recentRuns[0].error =
            Error{ErrorCode::Interrupted, "not read back", "", false, {{"phase", "verify"}}};
        const auto one = overviewSentence(snapshot({cut}), {});
        QCOMPARE(one.text,
                 QStringLiteral("1 of 1 database protected, 0 proven by restore; 1 of the protected "
                                "not read back after the backup"));
        QVERIFY(one.tone == Tone::Warning);
        const auto both = snapshot({cut, hook});
        QVERIFY(!overviewSentence(both, {}).text.contains(QStringLiteral("only in part")));
        QVERIFY(overviewSentence(both, {}).text.startsWith(QStringLiteral("2 of 2 databases protected")));
        QCOMPARE(cellsOf(both.sources[0])[DatabaseListModel::StateColumn],
                 QStringLiteral("protected, not read back"));
        QCOMPARE(cellsOf(both.sources[1])[DatabaseListModel::StateColumn],
                 QStringLiteral("protected, run incomplete"));
        QVERIFY(cellsOf(both.sources[0], Qt::ToolTipRole)[DatabaseListModel::StateColumn].contains(
            QStringLiteral("whole")));
    }
    void sentence_oneDatabase_isSingular() {
        const auto sentence = overviewSentence(snapshot({source("crm", RunOutcome::Ok, 3h)}), {});
        QCOMPARE(sentence.text, QStringLiteral("1 of 1 database protected, 0 proven by restore"));
    }
    void sentence_noneProtected_isRedAndSaysZero() {
        const auto sentence = overviewSentence(
            snapshot({source("a", RunOutcome::Ok, 24h + 49h), source("b", RunOutcome::Partial, 1h)}), {});
        QVERIFY2(sentence.text.startsWith(QStringLiteral("0 of 2 databases protected")),
                 qPrintable(sentence.text));
        QVERIFY(sentence.text.contains(QStringLiteral("a overdue by 2 days")));
        QVERIFY(sentence.text.contains(QStringLiteral("b only in part")));
        QVERIFY(sentence.tone == Tone::Bad);
    }
    void sentence_oneOverdue_isWarning() {
        const auto sentence = overviewSentence(
            snapshot({source("a", RunOutcome::Ok, 24h + 6h), source("b", RunOutcome::Ok, 1h)}), {});
        QVERIFY(sentence.tone == Tone::Warning);
        QVERIFY(sentence.text.contains(QStringLiteral("a overdue by 6 h")));
    }
    void sentence_manyConcerns_namesThreeAndCounts() {
        std::vector<SourceStatus> sources;
        for (const char* name : {"a", "b", "c", "d", "e"})
            sources.push_back(source(name, RunOutcome::Failed, 1h));
        const auto sentence = overviewSentence(snapshot(sources), {});
        QVERIFY(sentence.text.endsWith(QStringLiteral("a failed, b failed, c failed, and 2 more")));
    }
    void sentence_unrehearsedRecovery_turnsRed() {
        auto shown = snapshot({source("billing", RunOutcome::Ok, 3h)});
        shown.repositories[0].rehearsed = false;
        const auto sentence = overviewSentence(shown, {});
        QVERIFY(sentence.tone == Tone::Bad);
        QCOMPARE(sentence.concerns.size(), std::size_t(1));
        QVERIFY(sentence.concerns[0].remedy == OverviewConcern::Remedy::Rehearse);
        QCOMPARE(sentence.concerns[0].repositoryId, QStringLiteral("r"));
    }
    void sentence_whatTheWatchFoundBesideTheTable_turnsRed() {
        auto shown = snapshot({source("billing", RunOutcome::Ok, 3h)});
        shown.policies.resize(1);
        shown.policies[0].uuid = "n";
        shown.policies[0].title = "nightly";
        WatchReport report;
        report.general = {{Severity::Warning, "catalog_lost", {}, {}, "the catalog was damaged", {}},
                          {Severity::Critical, "overdue", "n", "billing", "the table says it", {}},
                          {Severity::Warning, "workspace_lost", {}, {}, "the workspace was here", {}},
                          {Severity::Warning, "schedule_ended", "n", {}, "has no further run", {}},
                          {Severity::Warning, "no_policy", {}, {}, "nothing is protected", {}}};
        report.policies.resize(1);
        report.policies[0].findings = {{Severity::Warning,
                                        "prune_refused",
                                        "n",
                                        {},
                                        "prunes nothing",
                                        {{QStringLiteral("dropped"), 5}, {QStringLiteral("live"), 8}}}};
        const auto findings = findingsBesideTheTable(report);
        QCOMPARE(findings.size(), std::size_t(5));
        const auto sentence = overviewSentence(shown, {}, {}, findings);
        QVERIFY(sentence.tone == Tone::Bad);
        QCOMPARE(sentence.concerns.size(), std::size_t(5));
        QVERIFY(sentence.concerns[0].text.contains(QStringLiteral("the catalog was damaged")));
        QVERIFY(sentence.concerns[1].text.contains(QStringLiteral("the workspace was here")));
        QVERIFY(sentence.concerns[2].text.contains(QStringLiteral("has no further run")));
        QVERIFY(sentence.concerns[3].text.contains(QStringLiteral("nothing is protected")));
        QVERIFY(sentence.concerns[4].text.contains(QStringLiteral("“nightly” prunes nothing")));
        QVERIFY(sentence.concerns[4].text.contains(QStringLiteral("5 of 8")));
    }
    /// It is read as a sentence, and the way on stands beside it.
    void sentence_databasesThatAreLost_namesNoRunsAndOffersTheRestore() {
        auto lost = source("shop", RunOutcome::Ok, 3h);
        lost.state = "lost";
        lost.lastGood->repositoryId = "r";
        auto shown = snapshot({source("billing", RunOutcome::Ok, 3h), lost});
        shown.policies.resize(1);
        shown.policies[0].uuid = "n";
        shown.policies[0].profileUuid = "p";
        const Finding finding{
            Severity::Critical,
            "databases_gone",
            "n",
            {},
            "policy \"nightly\" lost databases: 1 of the 2 databases that its run before "
            "(20261120T074127Z-35VZAC) saw is not on its server since 20261121T060128Z-900V6F: \"shop\"",
            {}};
        const auto concern = overviewSentence(shown, {}, {}, {finding}).concerns.at(0);
        QVERIFY2(!concern.text.contains(QStringLiteral("35VZAC")) &&
                     !concern.text.contains(QStringLiteral("900V6F")),
                 qPrintable(concern.text));
        QVERIFY2(concern.text.contains(Format::time(*fromRfc3339("2026-11-20T07:41:27Z"))) &&
                     concern.text.contains(Format::time(*fromRfc3339("2026-11-21T06:01:28Z"))),
                 qPrintable(concern.text));
        QCOMPARE(concern.backup.backupId, QStringLiteral("backup of shop"));
        QCOMPARE(concern.policyUuid, QStringLiteral("n"));
        // Of a policy that is not there any more nothing is offered.
        shown.policies.clear();
        const auto bare = overviewSentence(shown, {}, {}, {finding}).concerns.at(0);
        QVERIFY(bare.backup.backupId.isEmpty() && bare.policyUuid.isEmpty());
    }
    void sentence_allBackupsInTheTrash_isNotNeverBackedUp() {
        auto emptied = source("billing", RunOutcome::Ok, 3h);
        emptied.lastGood.reset();
        emptied.recentRuns.resize(1);
        emptied.recentRuns[0].outcome = RunOutcome::Ok;
        const auto sentence = overviewSentence(snapshot({emptied}), {});
        QVERIFY2(sentence.text.endsWith(QStringLiteral("billing has no good backup left")),
                 qPrintable(sentence.text));
    }
    void sentence_missingIdentity_turnsRed() {
        RepositoryInfo info;
        info.pin.id = "r";
        info.pin.title = "nas";
        info.problem =
            Error{ErrorCode::SecretUnavailable, "reading the identity: locked", "unlock", false, {}};
        const auto sentence = overviewSentence(snapshot({source("billing", RunOutcome::Ok, 3h)}), {info});
        QVERIFY(sentence.tone == Tone::Bad);
        QVERIFY(sentence.concerns[0].text.contains(QStringLiteral("reading the identity: locked")));
    }
    void sentence_serverWithoutBackup_turnsRed() {
        auto shown = snapshot({source("billing", RunOutcome::Ok, 3h)});
        shown.profiles.resize(2);
        shown.profiles[1].uuid = "q";
        // Without a policy it is only restored to.
        QVERIFY(!overviewSentence(shown, {}).text.contains(QStringLiteral("without any backup")));
        shown.policies.push_back(makeDefaultPolicy("q", "second", "r"));
        const auto sentence = overviewSentence(shown, {});
        QVERIFY(sentence.tone == Tone::Bad);
        QVERIFY(sentence.text.endsWith(QStringLiteral("1 server without any backup")));
    }

    void sentence_serverWhoseFirstRunIsToCome_isAmber() {
        auto shown = snapshot({});
        shown.policies.push_back(makeDefaultPolicy("p", "nightly", "r"));
        QVERIFY(overviewSentence(shown, {}).tone == Tone::Bad);
        shown.waiting = {"p"};
        shown.profiles[0].title = "prod";
        const auto fresh = overviewSentence(shown, {});
        QCOMPARE(fresh.text, QStringLiteral("No database is protected yet; first run to come: prod"));
        QVERIFY(fresh.tone == Tone::Warning);
        QVERIFY(StateMark::tone(Protection::Waiting) == Tone::Warning);
        auto beside = snapshot({source("billing", RunOutcome::Failed, 3h)});
        beside.waiting = {"q"};
        QVERIFY(overviewSentence(beside, {}).tone == Tone::Bad);
    }
    void sentence_storeSetBack_isNotCalledUnusable() {
        RepositoryInfo info;
        info.pin.id = "r";
        info.pin.title = "nas";
        info.answered = true;
        info.problem = Error{ErrorCode::RolledBack, "catalog 41 is older than 44", "look", false, {}};
        const auto shown = snapshot({source("billing", RunOutcome::Ok, 3h)});
        const auto sentence = overviewSentence(shown, {info});
        QVERIFY(sentence.tone == Tone::Bad);
        QVERIFY(!sentence.concerns[0].text.contains(QStringLiteral("cannot be used")));
        QVERIFY(sentence.concerns[0].text.contains(QStringLiteral("catalog 41 is older than 44")));
        info.answered = false;
        QVERIFY(overviewSentence(shown, {info}).concerns[0].text.contains(QStringLiteral("cannot be used")));
    }
    void sentence_identityNotHere_turnsRedAndSaysWhatOpens() {
        const auto sentence = overviewSentence(snapshot({source("billing", RunOutcome::Ok, 3h)}), {},
                                               {{"r", "nas", std::nullopt}});
        QVERIFY(sentence.tone == Tone::Bad);
        QVERIFY(sentence.concerns[0].text.contains(QStringLiteral("recovery file")));
        const auto locked =
            overviewSentence(snapshot({source("billing", RunOutcome::Ok, 3h)}), {},
                             {{"r", "nas", Error{ErrorCode::Timeout, "keychain: no answer", "", true, {}}}});
        QVERIFY(locked.concerns[0].text.contains(QStringLiteral("keychain: no answer")));
    }
    void sentence_statesOfTheirOwn_areNamed() {
        auto away = source("away", RunOutcome::Failed, 3h);
        away.recentRuns[0].error = Error{ErrorCode::ConnectionFailed, "no route", "", true, {}};
        auto shown = snapshot({away});
        shown.sources.resize(3);
        shown.sources[1].database = "rest";
        shown.sources[1].protection = Protection::Paused;
        shown.sources[2].database = "new";
        shown.sources[2].protection = Protection::Unprotected;
        const QString text = overviewSentence(shown, {}).text;
        QVERIFY2(text.contains(QStringLiteral("away unreachable, new selected by no policy, rest paused")),
                 qPrintable(text));
    }

    void overviewTexts_rows_tellStateInWords() {
        StandingInput input = byPolicy();
        input.measured[sourceKey("p", "billing")] = {754, kNow - 72h, true};
        input.proved[sourceKey("p", "billing")] = kNow - 72h;
        auto rows = std::make_shared<std::vector<SourceStanding>>(
            standingsOf({source("billing", RunOutcome::Ok, 3h), source("crm", RunOutcome::Failed, 50h),
                         source("late", RunOutcome::Ok, 30h)},
                        input));
        DatabaseListModel model;
        QAbstractItemModelTester modelTester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setRows(rows);
        OverviewTexts texts(model);
        QAbstractItemModelTester tester(&texts, QAbstractItemModelTester::FailureReportingMode::QtTest);
        texts.setNow(kNow);
        texts.sort(DatabaseListModel::StateColumn, Qt::DescendingOrder);
        const auto text = [&](int row, int column, int role = Qt::DisplayRole) {
            return texts.index(row, column).data(role).toString();
        };
        using M = DatabaseListModel;
        QCOMPARE(text(0, M::DatabaseColumn), QStringLiteral("crm"));
        QCOMPARE(text(0, M::StateColumn), QStringLiteral("last backup failed"));
        QCOMPARE(text(1, M::StateColumn), QStringLiteral("overdue by 6 h"));
        QVERIFY(text(1, M::HistoryColumn, Qt::AccessibleTextRole).endsWith(QStringLiteral("overdue")));
        QVERIFY(text(0, M::LastGoodColumn, Qt::ToolTipRole).contains(QStringLiteral("2 days ago")));
        QVERIFY(text(0, M::StateColumn, Qt::ToolTipRole).contains(QStringLiteral("24 h")));
        QCOMPARE(text(0, M::IfLostColumn), QStringLiteral("2 days lost · not yet measured"));
        QCOMPARE(text(2, M::IfLostColumn), QStringLiteral("3 h lost · back in 12 min 34 s"));
        QVERIFY(text(2, M::IfLostColumn, Qt::ToolTipRole).contains(QStringLiteral("test restore")));
        QCOMPARE(text(2, M::SizeColumn), QStringLiteral("3.2 GB"));
        QCOMPARE(text(2, M::ProvenColumn), QStringLiteral("3 days ago"));
        QCOMPARE(text(0, M::ProvenColumn), QStringLiteral("never"));
        QCOMPARE(text(0, M::NextRunColumn), QStringLiteral("no timer"));
        QCOMPARE(text(0, M::HistoryColumn, Qt::AccessibleTextRole),
                 QStringLiteral("last 1 run: 1 failed; the newest: failed"));
        texts.sort(DatabaseListModel::IfLostColumn, Qt::DescendingOrder);
        QCOMPARE(text(0, M::DatabaseColumn), QStringLiteral("crm"));
        texts.setSelection({QStringLiteral("p"), QStringLiteral("billing")});
        QCOMPARE(texts.rowCount(), 1);
        texts.setSelection({QStringLiteral("other"), {}});
        QCOMPARE(texts.rowCount(), 0);
    }

    void overviewTexts_nextRun_isSaidHonestly_data() {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("tip");
        const auto row = [](NextRunKind kind, const char* text, const char* tip) {
            QTest::newRow(text) << static_cast<int>(kind) << QString::fromLatin1(text)
                                << QString::fromLatin1(tip);
        };
        row(NextRunKind::Timer, "22 Nov", "up to 15 min");
        row(NextRunKind::NoTimer, "no timer", "Policies");
        row(NextRunKind::NotKnown, "not known", "cannot be seen");
        row(NextRunKind::ByHand, "not scheduled", "somebody");
        row(NextRunKind::Paused, "paused", "resumed");
        row(NextRunKind::Unreadable, "unreadable", "cannot be read");
        row(NextRunKind::NoPolicy, "no policy", "nothing will back it up");
    }
    void overviewTexts_nextRun_isSaidHonestly() {
        QFETCH(int, kind);
        QFETCH(QString, text);
        QFETCH(QString, tip);
        auto rows = std::make_shared<std::vector<SourceStanding>>(1);
        (*rows)[0].next = static_cast<NextRunKind>(kind);
        (*rows)[0].nextRun = kNow + 22h;
        (*rows)[0].randomDelaySeconds = 900;
        DatabaseListModel model;
        model.setRows(rows);
        OverviewTexts texts(model);
        texts.setNow(kNow);
        const QModelIndex cell = texts.index(0, DatabaseListModel::NextRunColumn);
        QVERIFY2(cell.data().toString().startsWith(text), qPrintable(cell.data().toString()));
        const QString shown = cell.data(Qt::ToolTipRole).toString();
        QVERIFY2(shown.contains(tip), qPrintable(shown));
    }

    void strip_eachOutcome_hasShapeOfItsOwn() {
        // In one colour: the shapes alone must differ.
        QList<QImage> images;
        for (const auto outcome : {RunOutcome::Ok, RunOutcome::Partial, RunOutcome::Failed,
                                   RunOutcome::Running, RunOutcome::Cancelled}) {
            QImage image = paintStrip({outcome}).convertToFormat(QImage::Format_Grayscale8);
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    image.scanLine(y)[x] = image.constScanLine(y)[x] < 200 ? 0 : 255;
            }
            QVERIFY2(!images.contains(image), qPrintable(StateMark::text(outcome)));
            images << image;
        }
    }
    void strip_overdue_hasAMarkAfterTheNewestRun() {
        QVERIFY(paintStrip({RunOutcome::Ok}) != paintStrip({RunOutcome::Ok}, Protection::Overdue));
    }
    void marks_eachTone_hasShapeOfItsOwn() {
        QList<QImage> images;
        for (const auto tone : {Tone::Neutral, Tone::Good, Tone::Warning, Tone::Bad, Tone::Running}) {
            QImage image(32, 32, QImage::Format_ARGB32);
            image.fill(Qt::transparent);
            QPainter painter(&image);
            StateMark::paint(painter, QRectF(0, 0, 32, 32), tone, Theme::light());
            painter.end();
            const QImage shape = image.createAlphaMask();
            QVERIFY(!images.contains(shape));
            images << shape;
        }
    }

    void indicators_unticked_canBeSeenInTheDark() {
        auto* theme = new Theme(*qApp); // goes with the application
        for (const ThemeChoice choice : {ThemeChoice::Dark, ThemeChoice::HighContrast}) {
            theme->apply(choice);
            QRadioButton radio;
            QCheckBox check;
            for (QAbstractButton* button :
                 {static_cast<QAbstractButton*>(&radio), static_cast<QAbstractButton*>(&check)}) {
                button->resize(button->sizeHint());
                const QImage picture = button->grab().toImage();
                const QColor window = QApplication::palette().color(QPalette::Window);
                double best = 1;
                for (int x = 0; x < picture.width(); ++x)
                    best =
                        std::max(best, Theme::contrast(picture.pixelColor(x, picture.height() / 2), window));
                QVERIFY2(best >= 3, qPrintable(QString::number(best))); // WCAG 2.1, 1.4.11
            }
        }
        theme->apply(ThemeChoice::Light);
    }

    void highContrast_numbers_haveAFrameAsOtherFieldsHave() {
        auto* theme = new Theme(*qApp); // goes with the application
        theme->apply(ThemeChoice::HighContrast);
        QSpinBox number;
        QLineEdit text;
        for (QWidget* field : {static_cast<QWidget*>(&number), static_cast<QWidget*>(&text)}) {
            field->resize(120, field->sizeHint().height());
            const QImage picture = field->grab().toImage();
            const QColor window = QApplication::palette().color(QPalette::Window);
            for (const QPoint& edge : {QPoint(0, picture.height() / 2), QPoint(picture.width() / 3, 0),
                                       QPoint(picture.width() / 3, picture.height() - 1)})
                QVERIFY2(Theme::contrast(picture.pixelColor(edge), window) >= 3,
                         qPrintable(QStringLiteral("%1 at %2,%3")
                                        .arg(QLatin1String(field->metaObject()->className()))
                                        .arg(edge.x())
                                        .arg(edge.y())));
        }
        theme->apply(ThemeChoice::Light);
    }

    /// The letter behind Alt is underlined, and no wider for it: "To" was cut to "Tc".
    void labels_withAnUnderlinedLetter_fitIntoWhatTheyAskFor() {
        auto* theme = new Theme(*qApp); // goes with the application
        theme->apply(ThemeChoice::Light);
        const auto ink = [](QLabel& label, int more) {
            label.resize(label.sizeHint() + QSize(more, 0));
            const QImage picture = label.grab().toImage();
            const QRgb ground = picture.pixel(picture.width() - 1, 0);
            int count = 0;
            for (int y = 0; y < picture.height(); ++y) {
                for (int x = 0; x < picture.width(); ++x)
                    count += picture.pixel(x, y) != ground ? 1 : 0;
            }
            return count;
        };
        for (const char* word : {"&To", "&Tc", "&Va", "&We", "T&o", "A&V"}) {
            const QString text = QString::fromLatin1(word);
            QLineEdit field;
            QLabel label(text);
            label.setBuddy(&field);
            QFont large = label.font();
            large.setPointSize(30); // what is lost of two letters is some pixels then
            label.setFont(large);
            const int shown = ink(label, 0);
            QVERIFY2(shown == ink(label, 60), word);
            QLabel plain(QString(text).remove(QLatin1Char('&')));
            plain.setFont(large);
            QVERIFY2(shown > ink(plain, 0), word); // with the line
        }
    }

    void palettes_textAndTones_haveContrast() {
        for (const QPalette& palette : {Theme::light(), Theme::dark(), Theme::highContrast()}) {
            const QColor base = palette.color(QPalette::Base);
            QVERIFY(Theme::contrast(palette.color(QPalette::Text), base) >= 7);
            QVERIFY(Theme::contrast(palette.color(QPalette::PlaceholderText), base) >= 4.5);
            QVERIFY(Theme::contrast(palette.color(QPalette::HighlightedText),
                                    palette.color(QPalette::Highlight)) >= 4.5);
            for (const auto tone : {Tone::Neutral, Tone::Good, Tone::Warning, Tone::Bad, Tone::Running}) {
                QVERIFY(Theme::contrast(Theme::tone(tone, palette), base) >= 4.5);
                QVERIFY(Theme::contrast(palette.color(QPalette::Text),
                                        Theme::toneBackground(tone, palette)) >= 4.5);
            }
        }
    }

    void items_chunk_isToldByItsTime() {
        BackupItemRow chunk;
        chunk.id = "c";
        chunk.kind = "chunk";
        chunk.name = "_hyper_1_1_chunk";
        chunk.group = "hypertable:public.metrics";
        chunk.rows = 1234567;
        chunk.contentHash = "abcdef";
        chunk.details = {{QStringLiteral("hypertable"), QStringLiteral("public.metrics")},
                         {QStringLiteral("time_range"),
                          QJsonObject{{QStringLiteral("from"), QStringLiteral("2026-11-12T00:00:00Z")},
                                      {QStringLiteral("to"), QStringLiteral("2026-11-19T06:30:00Z")}}}};
        BackupItemTreeModel model;
        model.setItems(std::make_shared<const std::vector<BackupItemRow>>(std::vector{chunk, chunk}));
        ItemTexts texts;
        texts.setSourceModel(&model);
        const QModelIndex section = texts.index(0, 0);
        QCOMPARE(section.data().toString(), QStringLiteral("Hypertables, 2 chunks"));
        const QModelIndex table = texts.index(0, 0, section);
        QCOMPARE(table.data().toString(), QStringLiteral("public.metrics, 2 chunks"));
        const QModelIndex item = texts.index(0, 0, table);
        QCOMPARE(item.data().toString(), QStringLiteral("2026-11-12 to 2026-11-19 06:30 UTC"));
        QCOMPARE(item.siblingAtColumn(1).data().toString(), QStringLiteral("1,234,567"));
        const QString tip = item.data(Qt::ToolTipRole).toString();
        QVERIFY(tip.contains(QStringLiteral("_hyper_1_1_chunk")) && tip.contains(QStringLiteral("abcdef")));
    }

    void errorPanel_error_tellsAllAndCopiesIt() {
        ErrorPanel panel;
        panel.showError({ErrorCode::NoSpace,
                         "writing the object: no space",
                         "free some",
                         false,
                         {{"path", "/srv/backups"}}},
                        QStringLiteral("Nothing is left."));
        QVERIFY(!panel.isHidden());
        QCOMPARE(panel.findChild<QLabel*>(QStringLiteral("errorTitle"))->text(),
                 QStringLiteral("No space left"));
        panel.findChild<QToolButton*>(QStringLiteral("errorCopy"))->click();
        const QString copied = QApplication::clipboard()->text();
        for (const char* part : {"no space", "free some", "/srv/backups", "no_space"})
            QVERIFY2(copied.contains(QLatin1String(part)), part);
        panel.clear();
        QVERIFY(panel.isHidden());
    }

    /// What a panel coloured itself follows the theme, and what it did not colour does too.
    void errorPanel_themeChanges_itsColoursFollow() {
        QWidget window;
        auto* panel = new ErrorPanel(&window);
        panel->showError({ErrorCode::NoSpace, "writing the object: no space", "free some", false, {}});
        const QPalette before = QApplication::palette();
        const auto* title = panel->findChild<QLabel*>(QStringLiteral("errorTitle"));
        const auto* message = panel->findChild<QLabel*>(QStringLiteral("errorMessage"));
        Theme theme(*qApp);
        theme.apply(ThemeChoice::Light);
        QCoreApplication::processEvents();
        const QColor lightPanel = panel->palette().color(QPalette::Window);
        const QColor lightText = message->palette().color(QPalette::WindowText);
        theme.apply(ThemeChoice::Dark);
        QTRY_VERIFY(panel->palette().color(QPalette::Window) != lightPanel);
        QVERIFY(message->palette().color(QPalette::WindowText) != lightText);
        QVERIFY(panel->palette().color(QPalette::Window).lightness() < 128);
        QVERIFY(message->palette().color(QPalette::WindowText).lightness() > 128);
        QVERIFY(title->palette().color(QPalette::WindowText).lightness() > 128);
        theme.apply(ThemeChoice::Light);
        QApplication::setPalette(before);
    }

    void emptyState_action_isSaidAndCanBeLeftOut() {
        EmptyState state;
        QSignalSpy wanted(&state, &EmptyState::actionWanted);
        state.setTexts(QStringLiteral("Nothing"), QStringLiteral("Do this"), QStringLiteral("&Do"));
        auto* button = state.findChild<QPushButton*>();
        QCOMPARE(button->accessibleName(), QStringLiteral("Do"));
        button->click();
        QCOMPARE(wanted.count(), 1);
        state.setTexts(QStringLiteral("Nothing"), QStringLiteral("Nothing to do"));
        QVERIFY(button->isHidden());
    }

    void format_distances_areCoarse() {
        QCOMPARE(Format::distance(59), QStringLiteral("0 min"));
        QCOMPARE(Format::distance(6 * 3600), QStringLiteral("6 h"));
        QCOMPARE(Format::distance(47 * 3600), QStringLiteral("47 h"));
        QCOMPARE(Format::distance(49 * 3600), QStringLiteral("2 days"));
        QCOMPARE(Format::ago(kNow - 30s, kNow), QStringLiteral("just now"));
        QCOMPARE(Format::ago(kNow - 5h, kNow), QStringLiteral("5 h ago"));
        QCOMPARE(Format::utc(kNow), QStringLiteral("2026-11-21 07:00 UTC"));
        QCOMPARE(Format::utc(kNow - 7h), QStringLiteral("2026-11-21"));
    }

    /// Of a backup of an older version one knows whole seconds: that it took none is not true.
    void format_whatTookNoSecond_isUnderOne() {
        QCOMPARE(Format::took(kNow, kNow), QStringLiteral("under 1 s"));
        QCOMPARE(Format::took(kNow, kNow + 49ms), QStringLiteral("under 1 s"));
        QCOMPARE(Format::took(kNow, kNow + 50ms), Format::duration(0.05));
        QCOMPARE(Format::took(kNow, kNow + 65s), Format::duration(65));
    }
};

QTEST_MAIN(TestUiSupport)
#include "test_uisupport.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/activitylistmodel.h"
#include "models/lists/backuplistmodel.h"
#include "models/lists/databaselistmodel.h"
#include "models/lists/profilelistmodel.h"
#include "models/lists/restoredlistmodel.h"

#include <QAbstractItemModelTester>
#include <QDateTime>
#include <QItemSelectionModel>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTest>
#include <QTimeZone>

#include <algorithm>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 7h;
constexpr auto kMode = QAbstractItemModelTester::FailureReportingMode::QtTest;

BackupRecord makeBackup(int number) {
    BackupRecord backup;
    backup.id = std::to_string(number);
    backup.repositoryId = "r1";
    backup.runId = "run";
    backup.profileUuid = "p1";
    backup.profileTitle = "prod";
    backup.database = "billing";
    backup.kind = "full";
    backup.method = "logical";
    backup.trigger = "timer";
    backup.started = kStart + std::chrono::minutes(number);
    backup.ended = backup.started + 90s;
    backup.items = 1;
    backup.rows = 2;
    backup.sizeBytes = 5'000'000'000;
    backup.storedBytes = 4;
    backup.newStoredBytes = 5;
    backup.serverVersion = "17.5";
    backup.notes = {"n"};
    backup.restoredAt = kStart;
    return backup;
}

template <typename T>
std::shared_ptr<const std::vector<T>> share(std::vector<T> rows) {
    return std::make_shared<const std::vector<T>>(std::move(rows));
}

std::shared_ptr<const std::vector<BackupRecord>> backups(std::initializer_list<int> numbers) {
    std::vector<BackupRecord> rows;
    for (const int number : numbers)
        rows.push_back(makeBackup(number));
    return share(std::move(rows));
}

Page<BackupRecord> pageOf(std::initializer_list<int> numbers, std::uint64_t offset, std::uint64_t total) {
    return {backups(numbers), total, offset};
}

QString idsOf(const BackupListModel& model) {
    QStringList ids;
    for (int row = 0; row < model.rowCount(); ++row)
        ids << model.index(row, 0).data(BackupListModel::IdRole).toString();
    return ids.join(QLatin1Char(' '));
}

RunRecord makeRun(const std::string& id, RunOutcome outcome) {
    RunRecord run;
    run.id = id;
    run.kind = "backup";
    run.repositoryId = "r1";
    run.profileUuid = "p1";
    run.profileTitle = "prod";
    run.database = "billing";
    run.trigger = "person";
    run.host = "here";
    run.started = kStart;
    run.outcome = outcome;
    run.sizeBytes = 7;
    run.storedBytes = 8;
    run.backupIds = {"b1"};
    if (outcome == RunOutcome::Failed) {
        run.ended = kStart + 1500ms;
        run.error = Error{ErrorCode::Busy, "message", "hint", true, {}};
    }
    return run;
}

/// Roles whose value is valid in every row, by name: no role may be forgotten in data().
template <typename Model>
QStringList rolesWithoutValue(const Model& model, const QModelIndex& index) {
    QStringList missing;
    const auto names = model.roleNames();
    for (auto it = names.begin(); it != names.end(); ++it) {
        if (!index.data(it.key()).isValid())
            missing << QString::fromLatin1(it.value());
    }
    missing.sort();
    return missing;
}

} // namespace

class TestListModels : public QObject {
    Q_OBJECT
private slots:
    void backups_everyRole_hasItsType() {
        BackupListModel model;
        QAbstractItemModelTester tester(&model, kMode);
        model.setRows(backups({1}));
        const QModelIndex row = model.index(0, 0);
        QCOMPARE(rolesWithoutValue(model, row), QStringList());
        QCOMPARE(row.data(BackupListModel::IdRole).toString(), QStringLiteral("1"));
        QCOMPARE(row.data(BackupListModel::StartedRole).toDateTime(),
                 QDateTime(QDate(2026, 11, 21), QTime(7, 1), QTimeZone::utc()));
        QCOMPARE(row.data(BackupListModel::DurationRole).toLongLong(), 90000);
        QCOMPARE(row.data(BackupListModel::SizeRole).toULongLong(), 5'000'000'000ULL);
        QCOMPARE(row.data(BackupListModel::StoredSizeRole).toULongLong(), 4ULL);
        QCOMPARE(row.data(BackupListModel::NewStoredSizeRole).toULongLong(), 5ULL);
        QCOMPARE(row.data(BackupListModel::NotesRole).toStringList(), QStringList{QStringLiteral("n")});
        QVERIFY(!row.data(BackupListModel::HeldRole).toBool());
        QVERIFY(!row.data(BackupListModel::ReadBackAtRole).toDateTime().isValid());
        QVERIFY(row.data(BackupListModel::RestoredAtRole).toDateTime().isValid());
        QVERIFY(!row.data(Qt::DecorationRole).isValid());
        QCOMPARE(model.roleNames().value(BackupListModel::StoredSizeRole), QByteArray("storedSize"));
        QCOMPARE(model.record(row)->id, std::string("1"));
        QVERIFY(!model.record({}));
    }

    void backups_columns_showRawValues() {
        BackupListModel model;
        model.setRows(backups({1}));
        QCOMPARE(model.columnCount(), int(BackupListModel::kColumns));
        QCOMPARE(model.index(0, BackupListModel::SizeColumn).data().typeId(), int(QMetaType::ULongLong));
        QCOMPARE(model.index(0, BackupListModel::StartedColumn).data().typeId(), int(QMetaType::QDateTime));
        QCOMPARE(model.index(0, BackupListModel::DatabaseColumn).data().toString(),
                 QStringLiteral("billing"));
        QCOMPARE(model.index(0, BackupListModel::TriggerColumn).data().toString(), QStringLiteral("timer"));
        for (int column = 0; column < model.columnCount(); ++column) {
            QVERIFY(model.index(0, column).data().isValid());
            QVERIFY(!model.headerData(column, Qt::Horizontal, Qt::DisplayRole).isValid());
        }
    }

    void backups_changed_data() {
        QTest::addColumn<QList<int>>("before");
        QTest::addColumn<QList<int>>("after");
        QTest::newRow("from empty") << QList<int>{} << QList<int>{1, 2};
        QTest::newRow("to empty") << QList<int>{1, 2} << QList<int>{};
        QTest::newRow("nothing in common") << QList<int>{1, 2} << QList<int>{3, 4, 5};
        QTest::newRow("the same") << QList<int>{1, 2, 3} << QList<int>{1, 2, 3};
        QTest::newRow("new on top") << QList<int>{3, 2, 1} << QList<int>{5, 4, 3, 2, 1};
        QTest::newRow("gone in the middle") << QList<int>{1, 2, 3, 4, 5} << QList<int>{1, 4, 5};
        QTest::newRow("turned round") << QList<int>{1, 2, 3, 4} << QList<int>{4, 3, 2, 1};
        QTest::newRow("all at once") << QList<int>{1, 2, 3, 4, 5, 6} << QList<int>{9, 6, 8, 2, 7, 4};
        QTest::newRow("twice the same key") << QList<int>{1, 2} << QList<int>{1, 1, 2};
    }
    void backups_changed() {
        QFETCH(QList<int>, before);
        QFETCH(QList<int>, after);
        const auto rowsOf = [](const QList<int>& numbers) {
            std::vector<BackupRecord> rows;
            for (const int number : numbers)
                rows.push_back(makeBackup(number));
            return share(std::move(rows));
        };
        BackupListModel model;
        QAbstractItemModelTester tester(&model, kMode);
        model.setRows(rowsOf(before));
        model.setRows(rowsOf(after));
        QStringList expected;
        for (const int number : after)
            expected << QString::number(number);
        QCOMPARE(idsOf(model), expected.join(QLatin1Char(' ')));
    }

    void backups_changedAtRandom_keepPersistentIndexes() {
        QRandomGenerator random(20261121);
        BackupListModel model;
        QAbstractItemModelTester tester(&model, kMode);
        for (int round = 0; round < 200; ++round) {
            std::vector<QPersistentModelIndex> watched;
            QStringList ids;
            for (int row = 0; row < model.rowCount(); ++row) {
                watched.emplace_back(model.index(row, 1));
                ids << model.index(row, 0).data(BackupListModel::IdRole).toString();
            }
            std::vector<BackupRecord> rows;
            for (int number = 0; number < 12; ++number) {
                if (random.bounded(3) > 0)
                    rows.push_back(makeBackup(number));
            }
            std::shuffle(rows.begin(), rows.end(), random);
            QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
            model.setRows(share(rows));
            QCOMPARE(std::size_t(model.rowCount()), rows.size());
            for (std::size_t i = 0; i < rows.size(); ++i)
                QCOMPARE(model.record(model.index(int(i), 0))->id, rows[i].id);
            for (std::size_t i = 0; resets.isEmpty() && i < watched.size(); ++i) {
                if (watched[i].isValid())
                    QCOMPARE(watched[i].data(BackupListModel::IdRole).toString(), ids[qsizetype(i)]);
                else
                    QVERIFY(!model.indexOfKey(BackupListModel::keyOf("r1", ids[qsizetype(i)].toStdString()))
                                 .isValid());
            }
        }
    }

    void backups_newOnTop_keepsSelection() {
        BackupListModel model;
        model.setRows(backups({2, 1}));
        QItemSelectionModel selection(&model);
        selection.setCurrentIndex(model.index(1, 0),
                                  QItemSelectionModel::SelectCurrent | QItemSelectionModel::Rows);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setRows(backups({3, 2, 1}));
        QCOMPARE(resets.size(), 0);
        QCOMPARE(selection.currentIndex().row(), 2);
        QCOMPARE(selection.currentIndex().data(BackupListModel::IdRole).toString(), QStringLiteral("1"));
        QCOMPARE(selection.selectedRows().size(), 1);
    }

    void backups_oldPages_mayGoAtOnce() {
        BackupListModel model;
        auto first = backups({1, 2, 3});
        model.setRows(first);
        const std::weak_ptr<const std::vector<BackupRecord>> watch = first;
        first.reset();
        QVERIFY(!watch.expired());
        model.setRows(backups({3, 4}));
        QVERIFY(watch.expired());
        QCOMPARE(idsOf(model), QStringLiteral("3 4"));
    }

    void backups_morePages_areAskedForAndAppended() {
        BackupListModel model;
        QAbstractItemModelTester tester(&model, kMode);
        QSignalSpy asked(&model, &PagedModel::moreNeeded);
        model.setPage(pageOf({5, 4}, 0, 5));
        asked.clear(); // the tester fetches too
        model.setPage(pageOf({5, 4}, 0, 5));
        if (model.canFetchMore({}))
            model.fetchMore({});
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.front().front().toULongLong(), 2ULL);
        QVERIFY(!model.canFetchMore({}));    // asked already
        model.appendPage(pageOf({9}, 7, 8)); // of another list
        QCOMPARE(model.rowCount(), 2);
        model.appendPage(pageOf({3, 2}, 2, 5));
        model.appendPage(pageOf({1}, 4, 5));
        QCOMPARE(idsOf(model), QStringLiteral("5 4 3 2 1"));
        QVERIFY(!model.canFetchMore({}));
    }

    void backups_emptyLastPage_endsAsking() {
        BackupListModel model;
        model.setPage(pageOf({2, 1}, 0, 5));
        model.fetchMore({});
        model.appendPage(pageOf({}, 2, 2)); // the others were deleted meanwhile
        QVERIFY(!model.canFetchMore({}));
    }

    void backups_headerClicked_asksForTheOrder() {
        BackupListModel model;
        QSignalSpy asked(&model, &PagedModel::sortNeeded);
        model.sort(BackupListModel::SizeColumn, Qt::DescendingOrder);
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked.front().at(0).toInt(), int(BackupListModel::SizeColumn));
        QCOMPARE(asked.front().at(1).value<Qt::SortOrder>(), Qt::DescendingOrder);
    }

    void profiles_everyRole_hasItsType() {
        Profile profile;
        profile.uuid = "u";
        profile.title = "prod";
        profile.engine = "postgresql";
        profile.host = "::1";
        profile.port = 5432;
        profile.user = "backup";
        profile.secretKind = "keychain";
        profile.revision = 3;
        ProfileListModel model;
        QAbstractItemModelTester tester(&model, kMode);
        model.setRows(share<Profile>({profile}));
        const QModelIndex row = model.index(0, ProfileListModel::PortColumn);
        QCOMPARE(rolesWithoutValue(model, row), QStringList());
        QCOMPARE(row.data().toInt(), 5432);
        QCOMPARE(row.data(ProfileListModel::TitleRole).toString(), QStringLiteral("prod"));
        QCOMPARE(row.data(ProfileListModel::TlsModeRole).toString(), QStringLiteral("verify-full"));
        QCOMPARE(row.data(ProfileListModel::RevisionRole).toLongLong(), 3);
        QCOMPARE(model.indexOfKey("u").row(), 0);
        QVERIFY(!model.indexOfKey("v").isValid());
    }

    void databases_everyRole_hasItsType() {
        SourceStanding billing;
        billing.protection = Protection::Partial;
        billing.nextRun = kStart;
        billing.recovery = MeasuredRecovery{12.5, kStart, true};
        billing.provedAt = kStart;
        billing.profileUuid = "p1";
        billing.profileTitle = "prod";
        billing.database = "billing";
        billing.state = "partial";
        billing.lastGood = makeBackup(1);
        billing.recentRuns = {makeRun("a", RunOutcome::Failed), makeRun("b", RunOutcome::Ok)};
        SourceStanding fresh;
        fresh.profileUuid = "p1";
        fresh.database = "new";
        fresh.state = "never";
        DatabaseListModel model;
        QAbstractItemModelTester tester(&model, kMode);
        model.setRows(share<SourceStanding>({billing, fresh}));
        const QModelIndex row = model.index(0, 0);
        QCOMPARE(rolesWithoutValue(model, row), QStringList());
        QVERIFY(row.data(DatabaseListModel::StateRole).value<SourceState>() == SourceState::Partial);
        QVERIFY(row.data(DatabaseListModel::ProtectionRole).value<Protection>() == Protection::Partial);
        QCOMPARE(row.siblingAtColumn(DatabaseListModel::IfLostColumn).data().toDouble(), 12.5);
        QVERIFY(row.siblingAtColumn(DatabaseListModel::NextRunColumn).data().toDateTime().isValid());
        QCOMPARE(row.data(DatabaseListModel::LastGoodIdRole).toString(), QStringLiteral("1"));
        QCOMPARE(row.data(DatabaseListModel::LastGoodSizeRole).toULongLong(), 5'000'000'000ULL);
        QVERIFY(row.data(DatabaseListModel::LastRestoredAtRole).toDateTime().isValid());
        const auto outcomes = row.data(DatabaseListModel::OutcomesRole).value<QList<RunOutcome>>();
        QVERIFY((outcomes == QList<RunOutcome>{RunOutcome::Failed, RunOutcome::Ok}));
        QCOMPARE(row.data(DatabaseListModel::RunIdsRole).toStringList(),
                 (QStringList{QStringLiteral("a"), QStringLiteral("b")}));
        QCOMPARE(row.data(DatabaseListModel::RunTimesRole).value<QList<QDateTime>>().size(), 2);
        const QModelIndex never = model.index(1, DatabaseListModel::LastGoodColumn);
        QVERIFY(!never.data().toDateTime().isValid());
        QVERIFY(never.data(DatabaseListModel::StateRole).value<SourceState>() == SourceState::Never);
        QCOMPARE(model.indexOfKey(DatabaseListModel::keyOf("p1", "new")).row(), 1);
    }

    void restored_everyRole_hasItsType() {
        RestoredDatabase live;
        live.name = "billing";
        live.state = "swapped_in";
        live.backupId = "20261120t020000z-abc123"; // as a server keeps it
        live.sizeBytes = 5'000'000'000;
        live.counterpart = "billing_replaced_20261121t070000z";
        live.swapped = kStart;
        RestoredDatabase odd;
        odd.name = "odd";
        odd.backupId = "what is this";
        RestoredListModel model;
        QAbstractItemModelTester tester(&model, kMode);
        model.setRows(share<RestoredDatabase>({live, odd}));
        const QModelIndex row = model.index(0, RestoredListModel::AsOfColumn);
        QCOMPARE(rolesWithoutValue(model, row), QStringList());
        QCOMPARE(row.data().toDateTime(), QDateTime(QDate(2026, 11, 20), QTime(2, 0), QTimeZone::utc()));
        QCOMPARE(row.data(RestoredListModel::SizeRole).toULongLong(), 5'000'000'000ULL);
        QVERIFY(row.data(RestoredListModel::SwappedRole).toDateTime().isValid());
        QVERIFY(!model.index(1, RestoredListModel::AsOfColumn).data().toDateTime().isValid());
        QCOMPARE(model.indexOfKey("odd").row(), 1);
    }

    void activity_runThatIsInTheAuditToo_isOneEntryWithItsActs() {
        const auto run = [](const char* id, int minute) {
            RunRecord one;
            one.id = id;
            one.kind = "restore";
            one.trigger = "person";
            one.started = kStart + std::chrono::minutes(minute);
            return one;
        };
        const auto change = [](const char* action, int minute, const char* key, const char* value) {
            AuditRecord one;
            one.number = minute;
            one.at = kStart + std::chrono::minutes(minute);
            one.who = "anna@vm";
            one.action = action;
            one.after = {{QLatin1String(key), QLatin1String(value)}};
            return one;
        };
        const std::vector<RunRecord> runs{run("third", 30), run("second", 20), run("first", 10)};
        const std::vector<AuditRecord> changes{
            change("restore.run", 32, "run", "not listed"), change("backups.prune", 26, "act", "second"),
            change("backups.trash", 25, "act", "second"), change("restore.run", 12, "run", "first"),
            change("policy.edit", 5, "title", "first")};
        const auto merged = mergeActivity(runs, changes, 100);
        QCOMPARE(merged.size(), std::size_t(5));
        QCOMPARE(merged[0].change->number, std::int64_t(32)); // its run is not among those
        QVERIFY(merged[1].run->id == "third" && merged[1].acts.empty());
        QVERIFY(merged[2].run->id == "second" && !merged[2].change);
        QCOMPARE(merged[2].acts.size(), std::size_t(2));
        QCOMPARE(merged[2].acts.front().action, std::string("backups.prune"));
        QCOMPARE(merged[3].acts.size(), std::size_t(1));
        QCOMPARE(merged[4].change->action, std::string("policy.edit"));
        QCOMPARE(mergeActivity(runs, changes, 2).size(), std::size_t(2));
        QVERIFY(mergeActivity({}, {}, 2).empty());

        ActivityListModel model;
        QAbstractItemModelTester tester(&model, kMode);
        model.setRows(share<ActivityEntry>(merged));
        const auto text = [&](const char* key, int role) {
            return model.indexOfKey(key).data(role).toString();
        };
        QCOMPARE(text("run third", ActivityListModel::WhoRole), QStringLiteral("person"));
        QCOMPARE(text("run first", ActivityListModel::WhoRole), QStringLiteral("anna@vm"));
        QCOMPARE(text("run first", ActivityListModel::WhatRole), QStringLiteral("restore"));
        QCOMPARE(text("change 5", ActivityListModel::WhoRole), QStringLiteral("anna@vm"));
    }

    void sourceState_names_roundTripAndUnknownIsFailed() {
        for (const auto state : {SourceState::Never, SourceState::Ok, SourceState::Partial,
                                 SourceState::Failed, SourceState::Running, SourceState::Gone})
            QVERIFY(sourceStateFromString(toString(state)) == state);
        QVERIFY(sourceStateFromString("splendid") == SourceState::Failed);
    }
};

QTEST_GUILESS_MAIN(TestListModels)
#include "test_listmodels.moc"

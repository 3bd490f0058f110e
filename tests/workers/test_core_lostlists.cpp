// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A list of objects that the store lost or damaged: the backup that needs it can go, nothing that the list
// may name goes before it, and everything else goes on.
#include "models/damagedbackups.h"
#include "support/boundbyrights.h"
#include "support/need.h"
#include "workers/agedcore.h"

#include <QDir>
#include <QJsonArray>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

BackupActRequest deleting(const std::string& backup, bool dryRun) {
    BackupActRequest request;
    request.act = BackupAct::Delete;
    request.backups = {backup};
    request.dryRun = dryRun;
    return request;
}

PruneJob freeingSpaceNow() {
    PruneJob job;
    job.freeSpaceNow = true;
    job.confirmed = true;
    return job;
}

bool spoil(const QString& path, bool gone) {
    if (gone)
        return QFile::remove(path);
    QFile file(path);
    file.setPermissions(file.permissions() | QFile::WriteOwner);
    return file.open(QIODevice::Append) && file.write("x\n") == 2;
}

} // namespace

class TestCoreLostLists : public QObject {
    Q_OBJECT

private slots:
    void lostList_theBackupGoes_andTheRestIsWhole_data() {
        QTest::addColumn<bool>("gone");
        QTest::newRow("lost") << true;
        QTest::newRow("damaged") << false;
    }
    void lostList_theBackupGoes_andTheRestIsWhole() {
        QFETCH(const bool, gone);
        AgedCore world;
        CHECK_OK(world.make());
        const auto ids = world.backUpDaily("shop", 5);
        CHECK_OK(ids);
        const std::string& hit = (*ids)[1];
        const auto list = world.ownList(hit);
        CHECK_OK(list);
        QVERIFY(spoil(*list, gone));
        const auto objects = world.objects();
        (void)world.takeWarnings();

        // While it is needed nothing is swept, and the way out is named.
        const auto stopped = world.prune();
        CHECK_FAILS(stopped, ErrorCode::Corrupt);
        QCOMPARE(stopped.error().context.at("backups"), hit);
        QVERIFY2(has(stopped.error().hint, "salvorctl backups delete " + hit), stopped.error().hint.c_str());
        QVERIFY(world.objects() == objects);

        // What it frees is not known, of the hit one and of others, and it is said why.
        for (const std::string& id : {hit, (*ids)[0]}) {
            const auto would = world.core->changeBackups(deleting(id, true), {});
            CHECK_OK(would);
            QVERIFY(!would->freed.known);
            const auto told = world.takeWarnings();
            QVERIFY(!told.empty());
            QVERIFY2(has(told.back().error.message, "not known: list of objects refs/"),
                     told.back().error.message.c_str());
            QVERIFY(has(told.back().error.hint, "restore refs/"));
        }
        const auto deleted = world.core->changeBackups(deleting(hit, false), {});
        CHECK_OK(deleted);
        QVERIFY(!deleted->freed.known && deleted->expires);

        // In the trash it can be taken back, so nothing goes yet.
        const auto waiting = world.prune();
        CHECK_FAILS(waiting, ErrorCode::Corrupt);
        QVERIFY2(has(waiting.error().hint, "is in the trash") &&
                     has(waiting.error().hint, "--free-space-now"),
                 waiting.error().hint.c_str());
        QVERIFY(world.objects() == objects);

        const auto pruned = world.prune(freeingSpaceNow());
        CHECK_OK(pruned);
        QVERIFY(pruned->report.purged == std::vector{hit});
        QVERIFY(!QFile::exists(*list));
        const auto verified = world.verify();
        CHECK_OK(verified);
        QVERIFY(verified->report.ok());
        QCOMPARE(verified->report.backups, std::uint64_t{4});
        QVERIFY(world.core->changeBackups(deleting((*ids)[0], true), {})->freed.known);
        CHECK_OK(world.prune());
    }

    /// Somebody ran a copy as root. One chown gives it back, so nothing is damaged, and nothing has to go.
    void listOfAnotherUser_isNoDamage_andNoBackupHasToGo() {
        AgedCore world;
        CHECK_OK(world.make());
        const auto ids = world.backUpDaily("shop", 3);
        CHECK_OK(ids);
        const std::string& hit = (*ids)[2];
        const auto list = world.ownList(hit);
        CHECK_OK(list);
        const auto rights = QFile::permissions(*list);
        QVERIFY(QFile::setPermissions(*list, {}));
        {
            const BoundByRights bound;
            SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
            const auto verified = world.verify();
            CHECK_OK(verified);
            QVERIFY(!verified->report.ok() && verified->run.outcome == RunOutcome::Failed);
            QVERIFY(verified->run.error->code == ErrorCode::PermissionDenied);
            QVERIFY2(has(verified->run.error->hint, "who owns"), verified->run.error->hint.c_str());
            QVERIFY(!verified->run.details.contains(QLatin1String("damaged_backups")));
            QCOMPARE(verified->run.details.value(QLatin1String("unread_backups")).toArray(),
                     (QJsonArray{QString::fromStdString(hit)}));
            QCOMPARE(verified->report.intactBackupIds.size(), std::size_t{2});
            QVERIFY(world.core->damage()->empty());

            const auto stopped = world.prune();
            CHECK_FAILS(stopped, ErrorCode::PermissionDenied);
            QVERIFY2(has(stopped.error().hint, "who owns") && !has(stopped.error().hint, "backups delete"),
                     stopped.error().hint.c_str());
        }
        QVERIFY(QFile::setPermissions(*list, rights));
        QVERIFY(world.verify()->report.ok());
        CHECK_OK(world.prune());
    }

    /// A whole folder of root's: the verification cannot look, and records nothing of any backup.
    void objectsOfAnotherUser_endTheVerification() {
        AgedCore world;
        CHECK_OK(world.make());
        CHECK_OK(world.backUpDaily("shop", 2));
        const QString folder = QString::fromStdString(world.path("store/objects"));
        const auto rights = QFile::permissions(folder);
        QVERIFY(QFile::setPermissions(folder, {}));
        {
            const BoundByRights bound;
            SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
            const auto verified = world.verify();
            CHECK_FAILS(verified, ErrorCode::PermissionDenied);
            QVERIFY2(has(verified.error().hint, "who owns"), verified.error().hint.c_str());
            QVERIFY(world.core->damage()->empty());
        }
        QVERIFY(QFile::setPermissions(folder, rights));
        QVERIFY(world.verify()->report.ok());
    }

    /// Else the watch would take it for one of the whole store, where it is cut short.
    void verificationOfNamedBackups_recordsWhichWereAskedFor() {
        AgedCore world;
        CHECK_OK(world.make());
        const auto ids = world.backUpDaily("shop", 2);
        CHECK_OK(ids);
        const auto asked = [&] {
            return world.core->runs(1)->front().details.value(QLatin1String(kAskedBackupsKey)).toArray();
        };
        world.clock.advance(std::chrono::minutes(1));
        CHECK_OK(world.verify());
        QVERIFY(asked().isEmpty());
        world.clock.advance(std::chrono::minutes(1));
        CHECK_OK(world.verify({ids->front()}));
        QCOMPARE(asked(), (QJsonArray{QString::fromStdString(ids->front())}));
        const QString store = QString::fromStdString(world.path("store"));
        QVERIFY(QDir().rename(store, store + QStringLiteral("-away")));
        world.clock.advance(std::chrono::minutes(1));
        const std::string typed = ids->back().substr(0, 20);
        QVERIFY(!world.verify({typed}));
        QCOMPARE(asked(), (QJsonArray{QString::fromStdString(typed)}));
    }

    void lostList_rulesAreAppliedAllTheSame() {
        AgedCore world;
        CHECK_OK(world.make());
        const auto ids = world.backUpDaily("shop", 5);
        CHECK_OK(ids);
        const auto list = world.ownList((*ids)[0]);
        CHECK_OK(list);
        QVERIFY(spoil(*list, true));
        RetentionRules rules;
        rules.keepLast = 4;
        CHECK_OK(setRules(world.source.places, world.clock, rules));
        const auto preview = world.core->previewRetention({}, {});
        CHECK_OK(preview);
        QVERIFY(preview->dropIds == std::vector{(*ids)[0]});
        QVERIFY(!preview->freed.known);
        CHECK_FAILS(world.prune(), ErrorCode::Corrupt); // the list may name what others need …
        const auto trash = world.core->trash("vault", {});
        CHECK_OK(trash);
        QCOMPARE(trash->size(), std::size_t{1}); // … but what the rules drop is on its way
        const auto pruned = world.prune(freeingSpaceNow());
        CHECK_OK(pruned);
        QVERIFY(pruned->report.purged == std::vector{(*ids)[0]});
        QVERIFY(world.verify()->report.ok());
    }
};

QTEST_GUILESS_MAIN(TestCoreLostLists)
#include "test_core_lostlists.moc"

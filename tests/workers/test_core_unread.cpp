// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Proofs and run records that this user may not read (root verified, or ran a copy): they are named, and keep
// nobody from opening, listing and rebuilding, and what was known of them stays known.
#include "models/catalog/catalogdatabase.h"
#include "support/boundbyrights.h"
#include "support/need.h"
#include "workers/agedcore.h"

#include <QDir>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

class Heard final : public RepositoryWarnings {
public:
    void warned(const RepositoryWarning& warning) override { all.push_back(warning); }
    std::vector<RepositoryWarning> all;
};

/// A world with two backups that were verified, of whose records one of each kind is nobody's to read.
class UnreadWorld : public AgedCore {
public:
    Result<> prepare() {
        SALVOR_TRY(make());
        SALVOR_ASSIGN(ids, backUpDaily("shop", 2));
        SALVOR_TRY(verify().map([](const auto&) {}));
        for (const char* kind : {"store/proofs", "store/runs"}) {
            QDirIterator walk(QString::fromStdString(path(kind)), QDir::Files, QDirIterator::Subdirectories);
            const QString file = walk.hasNext() ? walk.next() : QString();
            if (!QFile::setPermissions(file, {}))
                return failure(ErrorCode::NotFound, std::string("no file in ") + kind);
            keys.push_back(file.toStdString().substr(path("store/").size()));
        }
        return {};
    }
    /// On a new machine of the same person.
    std::unique_ptr<Core> newMachine(Heard& heard) const {
        CoreConfig config;
        config.places = placesIn(path("home-new"));
        config.clock = &clock;
        config.machineId = kBob.machine;
        config.userName = kAlice.user;
        config.warnings = &heard;
        return std::make_unique<Core>(config);
    }
    Result<RepositoryPin> open(Core& by) const {
        return by.openRepository({path("store"), {recoveryFile}, "vault", "file"}, passphrase, {});
    }

    std::vector<std::string> ids;
    std::vector<std::string> keys; ///< a proof's, a run record's
};

} // namespace

class TestCoreUnread : public QObject {
    Q_OBJECT

private slots:
    void open_recordsOfAnotherUser_listsAllTheSame() {
        UnreadWorld world;
        CHECK_OK(world.prepare());
        const BoundByRights bound;
        SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
        Heard heard;
        const auto core = world.newMachine(heard);
        CHECK_OK(world.open(*core));
        QCOMPARE(core->backups({})->size(), std::size_t{2});
        QCOMPARE(heard.all.size(), std::size_t{1});
        QVERIFY(!heard.all.front().notListed); // the backups are
        const Error& told = heard.all.front().error;
        for (const auto& key : world.keys)
            QVERIFY2(has(told.message, key), told.message.c_str());
        QVERIFY2(has(told.message, "2 proofs and run records are left out"), told.message.c_str());
        QVERIFY2(has(told.hint, "who owns") && has(told.hint, "repository rebuild \"vault\""),
                 told.hint.c_str());
        heard.all.clear();
        NullProgress nobody;
        QCOMPARE(core->rebuildCatalog("vault", nobody, {}).value_or(0), std::uint64_t{2});
        QCOMPARE(heard.all.size(), std::size_t{1});
    }

    void verify_recordsOfAnotherUser_areFindingsOfNoBackup() {
        UnreadWorld world;
        CHECK_OK(world.prepare());
        const BoundByRights bound;
        SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
        const auto verified = world.verify();
        CHECK_OK(verified);
        QCOMPARE(verified->report.problems.size(), std::size_t{2});
        for (const auto& problem : verified->report.problems)
            QVERIFY(problem.unread && problem.backupIds.empty());
        QCOMPARE(verified->report.intactBackupIds.size(), std::size_t{2});
        QVERIFY(verified->run.outcome == RunOutcome::Failed);
        QVERIFY(world.core->damage()->empty());
    }

    /// A proof may be what keeps its backup.
    void rebuild_proofsOfAnotherUser_staysWhatIsKnown() {
        UnreadWorld world;
        CHECK_OK(world.prepare());
        const auto countProven = [&] {
            const auto backups = world.core->backups({});
            return std::ranges::count_if(*backups,
                                         [](const auto& one) { return one.readBackAt.has_value(); });
        };
        QCOMPARE(countProven(), 2);
        const BoundByRights bound;
        SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
        (void)world.takeWarnings();
        NullProgress nobody;
        CHECK_OK(world.core->rebuildCatalog("vault", nobody, {}));
        QCOMPARE(world.takeWarnings().size(), std::size_t{1});
        QCOMPARE(countProven(), 2);
    }

    /// The writer's catalog database was lost, and made anew without a proof that may be what keeps a backup.
    void preview_proofUnreadable_decidesNothing() {
        UnreadWorld world;
        CHECK_OK(world.prepare());
        const auto allow = [&](QFile::Permissions rights) {
            QDirIterator walk(QString::fromStdString(world.path("store/proofs/" + world.ids.front())),
                              QDir::Files);
            bool done = walk.hasNext();
            while (walk.hasNext())
                done = QFile::setPermissions(walk.next(), rights) && done;
            return done;
        };
        QVERIFY(allow({}));
        const CoreConfig config = world.core->config();
        world.core.reset();
        for (const char* end : {"", "-wal", "-shm"})
            QFile::remove(QString::fromStdString(config.places.catalogFile + end));
        world.core = std::make_unique<Core>(config);
        const BoundByRights bound;
        SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
        CHECK_OK(world.core->checkRepositories("vault", {}));
        QCOMPARE(world.core->backups({})->size(), std::size_t{2});
        RetentionQuery query;
        query.overrides.keepLast = 1;
        const auto refused = world.core->previewRetention(query, {});
        CHECK_FAILS(refused, ErrorCode::PermissionDenied);
        QVERIFY2(has(refused.error().message, "what may go is not decided"), refused.error().message.c_str());
        QVERIFY(allow(QFile::ReadOwner));
        const auto preview = world.core->previewRetention(query, {});
        CHECK_OK(preview);
        QCOMPARE(preview->dropIds, std::vector<std::string>{world.ids.front()});
    }

    /// Where the opening could not list anything, an empty list would say that there are no backups.
    void checkRepositories_neverListed_listsThem() {
        UnreadWorld world;
        CHECK_OK(world.prepare());
        Heard heard;
        const auto core = world.newMachine(heard);
        const auto pin = world.open(*core);
        CHECK_OK(pin);
        {
            const auto database = CatalogDatabase::open(core->config().places.catalogFile);
            CHECK_OK(database);
            CHECK_OK((*database)->replaceRepository(pin->id, {}));
        }
        QVERIFY(core->backups({})->empty());
        CHECK_OK(core->checkRepositories({}, {}));
        QCOMPARE(core->backups({})->size(), std::size_t{2});
        heard.all.clear();
        const QString store = QString::fromStdString(world.path("store"));
        QVERIFY(QDir().rename(store, store + QStringLiteral("-away")));
        CHECK_OK(core->checkRepositories({}, {}));
        QCOMPARE(heard.all.size(), std::size_t{1});
        QVERIFY(heard.all.front().notListed);
    }
};

QTEST_GUILESS_MAIN(TestCoreUnread)
#include "test_core_unread.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/lock.h"

#include "engines/repository/fixture.h"

#include <sys/wait.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;

class TestLock : public QObject {
    Q_OBJECT

private slots:
    void acquire_held_saysWhoWhatAndSinceWhen() {
        QTemporaryDir folder;
        const auto state = StateFolder::open(folder.path().toStdString() + "/state");
        CHECK_OK(state);
        const Instant since = fromRfc3339("2026-11-21T07:40:00Z").value();
        auto first = RepositoryLock::acquire(*state, {"salvorctl", "backup of app", since});
        CHECK_OK(first);
        const auto second = RepositoryLock::acquire(*state, {"salvor", "prune", since});
        CHECK_FAILS(second, ErrorCode::Busy);
        const Error& error = second.error();
        QVERIFY(error.retryable);
        QVERIFY(error.message.find("salvorctl") != std::string::npos);
        QVERIFY(error.message.find("backup of app") != std::string::npos);
        QVERIFY(error.message.find("2026-11-21T07:40:00Z") != std::string::npos);
        QCOMPARE(error.context.at("pid"), std::to_string(::getpid()));
    }

    void release_byDestruction_letsTheNextIn() {
        QTemporaryDir folder;
        const auto state = StateFolder::open(folder.path().toStdString() + "/state");
        {
            CHECK_OK(RepositoryLock::acquire(*state, {"a", "b", {}}));
        }
        CHECK_OK(RepositoryLock::acquire(*state, {"c", "d", {}}));
    }

    void release_byDeathOfTheProcess_letsTheNextIn() {
        QTemporaryDir folder;
        const auto state = StateFolder::open(folder.path().toStdString() + "/state");
        int ready[2];
        QCOMPARE(::pipe(ready), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto lock = RepositoryLock::acquire(*state, {"child", "backup", {}});
            (void)!::write(ready[1], lock ? "y" : "n", 1);
            ::pause();
            ::_exit(0);
        }
        char answer = 0;
        QCOMPARE(::read(ready[0], &answer, 1), ssize_t{1});
        QCOMPARE(answer, 'y');
        const auto busy = RepositoryLock::acquire(*state, {"parent", "backup", {}});
        CHECK_FAILS(busy, ErrorCode::Busy);
        QCOMPARE(busy.error().context.at("pid"), std::to_string(child));
        ::kill(child, SIGKILL);
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        CHECK_OK(RepositoryLock::acquire(*state, {"parent", "backup", {}}));
        ::close(ready[0]);
        ::close(ready[1]);
    }

    void beginBackup_whileAnotherRuns_isBusyAndTouchesNothing() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto one = fixture.openWriter();
        const auto two = fixture.openWriter();
        const auto running = writeStreams(**one, backupId(1), tinyContent());
        CHECK_OK(running);
        const auto puts = fixture.store().operations(StoreOp::Put);
        const auto refused = (*two)->beginBackup(backupRequest(backupId(2)), {});
        CHECK_FAILS(refused, ErrorCode::Busy);
        QVERIFY(refused.error().message.find("backup of app") != std::string::npos);
        QCOMPARE(fixture.store().operations(StoreOp::Put), puts);
        CHECK_OK((*running)->commit({}, {}));
    }

    void reading_whileABackupRuns_isPossible() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), tinyContent()));
        const auto running = writeStreams(**writer, backupId(2), tinyContent(2));
        CHECK_OK(running);
        QVERIFY(readAll(**writer, backupId(1)).value() == tinyContent());
        NullProgress progress;
        QVERIFY((*fixture.openReader())->verify({VerifyDepth::Full, {}}, progress, {})->ok());
    }

    void commit_anotherWriterMeanwhile_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        const auto running = writeStreams(**writer, backupId(1), tinyContent());
        CHECK_OK(running);
        // A copy of the keys on a second state folder: its lock is another one.
        RepositoryAccess access = fixture.writerAccess();
        access.stateFolder = fixture.statePath("clone");
        const auto clone = Repository::open(std::move(access), {});
        CHECK_OK(backUp(**clone, backupId(2), tinyContent(2)));
        const auto refused = (*running)->commit({}, {});
        CHECK_FAILS(refused, ErrorCode::ForeignWriter);
        QVERIFY(!refused.error().hint.empty());
        const auto catalog = (*fixture.openReader())->catalog({});
        QCOMPARE(catalog->entries.size(), std::size_t{1});
        QVERIFY(readAll(**fixture.openReader(), backupId(2)).value() == tinyContent(2));
    }

    void pruneByACopiedHome_whileABackupRuns_losesNothing() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), tinyContent()));
        auto running = writeStreams(**writer, backupId(2), tinyContent(2));
        CHECK_OK(running);
        // The whole home, with the list of what the run has put into the store so far: to the copy these are
        // the leavings of a run of its own that did not end.
        std::filesystem::copy(fixture.statePath("alice"), fixture.statePath("copy"),
                              std::filesystem::copy_options::recursive);
        RepositoryAccess access = fixture.writerAccess();
        access.stateFolder = fixture.statePath("copy");
        const auto copy = Repository::open(std::move(access), {});
        CHECK_OK(copy);
        NullProgress progress;
        CHECK_OK((*copy)->prune({}, progress, {}));
        const auto refused = (*running)->commit({}, {});
        QVERIFY(!refused); // its objects are gone, and it looks before it says that they are there
        QVERIFY2(refused.error().code == ErrorCode::Corrupt ||
                     refused.error().code == ErrorCode::ForeignWriter,
                 refused.error().message.c_str());
        running->reset(); // and lets go of the lock
        const auto reader = fixture.openReader();
        CHECK_OK(reader);
        QVERIFY((*reader)->verify({VerifyDepth::Full, {}}, progress, {})->ok());
        QVERIFY(readAll(**reader, backupId(1)).value() == tinyContent());
        QCOMPARE((*reader)->catalog({})->entries.size(), std::size_t{1});
        // Its next run is whole again, whatever its index says.
        CHECK_OK(backUp(**fixture.openWriter(), backupId(3), tinyContent(2)));
        QVERIFY(readAll(**reader, backupId(3)).value() == tinyContent(2));
        QVERIFY((*reader)->verify({VerifyDepth::Full, {}}, progress, {})->ok());
    }

    void commit_catalogAppearsAtTheLastMoment_isRefused() {
        Fixture fixture;
        CHECK_OK(fixture.init());
        const auto writer = fixture.openWriter();
        const auto running = writeStreams(**writer, backupId(1), tinyContent());
        bool once = false;
        fixture.store().onOperation([&](StoreOp op, std::string_view key) {
            if (op == StoreOp::Put && key == "catalog/2.json" && !std::exchange(once, true))
                fixture.writeRaw("catalog/2.json", "another writer's\n");
        });
        CHECK_FAILS((*running)->commit({}, {}), ErrorCode::ForeignWriter);
        QCOMPARE(fixture.readRaw("catalog/2.json"), std::string("another writer's\n"));
    }

    void stateFolder_listAndWrite_keepPrivateFiles() {
        QTemporaryDir folder;
        const auto state = StateFolder::open(folder.path().toStdString() + "/deep/state");
        CHECK_OK(state);
        CHECK_OK(state->write("spool/b.json", asBytes("1")));
        CHECK_OK(state->write("spool/a.json", asBytes("2")));
        CHECK_OK(state->write("spool/a.json", asBytes("3")));
        const std::vector<std::string> names{"a.json", "b.json"};
        QCOMPARE(state->list("spool").value(), names);
        QCOMPARE(state->read("spool/a.json").value().value(), std::string("3"));
        const auto mode = std::filesystem::status(state->path() / "spool/a.json").permissions();
        QCOMPARE(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
        CHECK_OK(state->remove("spool/a.json"));
        CHECK_OK(state->remove("spool/a.json"));
        QVERIFY(!state->read("spool/a.json").value());
        QVERIFY(state->list("nowhere").value().empty()); // not every state folder has them all
    }

    void stateFolder_aFileInItsPlace_isNamed() {
        QTemporaryDir folder;
        const std::string path = folder.path().toStdString() + "/state";
        {
            QFile file(QString::fromStdString(path));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        const auto state = StateFolder::open(path);
        QVERIFY(!state);
        QCOMPARE(state.error().context.at("path"), path);
    }
};

QTEST_GUILESS_MAIN(TestLock)
#include "test_lock.moc"

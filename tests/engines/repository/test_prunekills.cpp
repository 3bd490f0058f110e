// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Prune in processes of its own: killed at each of its system calls, several at once, on a disk that is full.
#include "engines/repository/prunefixture.h"
#include "engines/repository/tracedprobe.h"
#include "support/need.h"

#include <thread>

#include <unistd.h>

using namespace salvor;
using namespace salvor::test;

class TestPruneKills : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        CHECK_OK(m_prepared.init());
        const auto writer = m_prepared.openWriter();
        for (int i = 1; i <= 3; ++i)
            CHECK_OK(backUp(**writer, backupId(i), tinyContent(static_cast<std::uint64_t>(i))));
        CHECK_OK(writeStreams(**writer, backupId(5), tinyContent(55)));
        CHECK_OK(trash(m_prepared, {1, 2}));
        m_canTrace = traced(*m_prepared.clone(), "-e trace=fsync", "prune") == "ok";
    }

    void probe_prunes() {
        const auto fixture = m_prepared.clone();
        QCOMPARE(probe(*fixture, "prune"), std::string("ok"));
        checkExactlyNeeded(*fixture);
        QCOMPARE((*fixture->openReader())->catalog({})->entries.size(), std::size_t(1));
    }

    void kill_atEveryCall_losesNothingAndCanBeRepeated_data() {
        QTest::addColumn<QString>("call");
        for (const char* call :
             {"openat2", "pwrite64", "fsync", "renameat2", "rename", "unlinkat", "ftruncate"})
            QTest::newRow(call) << QString::fromLatin1(call);
    }
    void kill_atEveryCall_losesNothingAndCanBeRepeated() {
        SALVOR_NEED(m_canTrace, "strace is not installed or may not trace");
        QFETCH(QString, call);
        int kills = 0;
        for (int when = 1; when < 300; ++when) {
            const auto fixture = m_prepared.clone();
            const std::string inject = call.toStdString() + ":signal=KILL:when=" + std::to_string(when);
            const std::string outcome = traced(*fixture, "-e inject=" + inject, "prune");
            if (outcome == "ok") // there were no more of these calls
                break;
            QCOMPARE(outcome, std::string());
            ++kills;
            checkAfter(*fixture, inject);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY2(kills > 0 && kills < 299, qPrintable(QString::number(kills)));
    }

    void processesAtOnce_oneIsAtItAndTheOthersAreBusy() {
        int done = 0;
        for (int round = 0; round < 6; ++round) {
            const auto fixture = m_prepared.clone();
            const std::vector<std::string> actions{"prune", "7", "prune", "prune"};
            std::vector<std::string> outcomes(actions.size());
            (void)writeProbeKeys(*fixture); // before they race for it
            {
                std::vector<std::jthread> running;
                for (std::size_t i = 0; i < actions.size(); ++i) {
                    running.emplace_back([&, i] {
                        outcomes[i] = firstLine({SALVOR_REPOSITORYPROBE, fixture->root(),
                                                 fixture->statePath("alice").string(),
                                                 fixture->statePath("probe").string() + ".keys", actions[i]});
                    });
                }
            }
            for (const auto& outcome : outcomes) {
                QVERIFY2(outcome == "ok" || outcome == "busy", outcome.c_str());
                done += outcome == "ok" ? 1 : 0;
            }
            if (outcomes[1] == "ok")
                QVERIFY(readAll(**fixture->openReader(), backupId(7)).value() == tinyContent(7));
            checkAfter(*fixture, "round " + std::to_string(round));
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(done >= 6); // one of each round at least
    }

    void fullDisk_reserveMakesRoom() {
        SALVOR_NEED_PROGRAM("unshare");
        const auto fixture = m_prepared.clone();
        const std::string out = fixture->statePath("after").string();
        std::vector<std::string> command{"unshare", "--mount"};
        if (::geteuid() != 0)
            command.push_back("--map-root-user");
        // The repository on a small disk of its own, which is then filled to the last byte.
        command.insert(
            command.end(),
            {"sh", "-c",
             "mkdir \"$2\" && mount -t tmpfs -o size=6m,mode=700 none \"$2\" || { echo nomount; exit; }\n"
             "cp -a \"$1\"/. \"$2\"\n"
             "cat /dev/zero > \"$2/filler\" 2>/dev/null\n"
             "\"$3\" \"$2\" \"$4\" \"$5\" 9\n"
             "\"$3\" \"$2\" \"$4\" \"$5\" prune\n"
             "mkdir \"$2.copy\" && cp -a \"$2\"/. \"$2.copy\"",
             "sh", fixture->root(), out, SALVOR_REPOSITORYPROBE, fixture->statePath("alice").string(),
             writeProbeKeys(*fixture)});
        ProcessRequest request;
        request.command = command;
        request.timeout = std::chrono::seconds(60);
        CollectingSink sink;
        request.output = &sink;
        CHECK_OK(SystemProcessRunner().run(request, {}));
        SALVOR_NEED(!sink.text().empty() && sink.text() != "nomount\n",
                    "no right to mount a small tmpfs in a namespace of its own");
        QCOMPARE(sink.text(), std::string("no_space\nok\n")); // no backup fits, pruning does
        std::filesystem::remove(out + ".copy/filler");
        const auto store = openLocalStore(out + ".copy", fixture->clock);
        CHECK_OK(store);
        RepositoryAccess access = fixture->readerAccess();
        access.store = store->get();
        const auto reader = Repository::open(std::move(access), {});
        CHECK_OK(reader);
        QCOMPARE((*reader)->catalog({})->entries.size(), std::size_t(1));
        QVERIFY(readAll(**reader, backupId(3)).value() == tinyContent(3));
    }

private:
    void checkAfter(Fixture& fixture, const std::string& where) {
        const auto content = readAll(**fixture.openReader(), backupId(3));
        QVERIFY2(content && *content == tinyContent(3), where.c_str());
        const std::string again = probe(fixture, "prune");
        QVERIFY2(again == "ok", (where + ", again: " + again).c_str());
        QVERIFY2(storedKeys(fixture) == neededKeys(fixture), where.c_str());
        NullProgress progress;
        const auto report = (*fixture.openReader())->verify({VerifyDepth::Full, {}}, progress, {});
        QVERIFY2(report && report->ok(), where.c_str());
    }

    Fixture m_prepared;
    bool m_canTrace = false;
};

QTEST_GUILESS_MAIN(TestPruneKills)
#include "test_prunekills.moc"

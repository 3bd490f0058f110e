// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A writer that is killed, or that the system fails, at each of its system calls in turn, in the store's
// folder as in its state folder.
#include "engines/repository/tracedprobe.h"
#include "support/need.h"

using namespace salvor;
using namespace salvor::test;

class TestKills : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        CHECK_OK(m_prepared.init());
        const auto writer = m_prepared.openWriter();
        CHECK_OK(backUp(**writer, backupId(1), tinyContent(1)));
        const auto fixture = m_prepared.clone();
        m_canTrace = traced(*fixture, "-e trace=fsync", "2") == "ok";
    }

    void kill_atEveryCall_losesNothingAndCanBeRepeated_data() {
        QTest::addColumn<QString>("call");
        for (const char* call :
             {"openat2", "mkdirat", "pwrite64", "fsync", "renameat2", "rename", "unlink", "ftruncate"})
            QTest::newRow(call) << QString::fromLatin1(call);
    }
    void kill_atEveryCall_losesNothingAndCanBeRepeated() {
        SALVOR_NEED(m_canTrace, "strace is not installed or may not trace");
        QFETCH(QString, call);
        int kills = 0;
        for (int when = 1; when < 300; ++when) {
            const auto fixture = m_prepared.clone();
            const std::string inject = call.toStdString() + ":signal=KILL:when=" + std::to_string(when);
            const std::string outcome = traced(*fixture, "-e inject=" + inject, "2");
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

    void error_atEveryCall_isSaidAndLosesNothing_data() {
        QTest::addColumn<QString>("call");
        QTest::addColumn<QString>("error");
        QTest::addColumn<QString>("code");
        for (const char* call : {"pwrite64", "fsync", "renameat2", "rename", "mkdirat"}) {
            QTest::addRow("%s ENOSPC", call)
                << QString::fromLatin1(call) << QStringLiteral("ENOSPC") << QStringLiteral("no_space");
        }
        for (const char* call : {"pwrite64", "fsync", "rename"})
            QTest::addRow("%s EIO", call)
                << QString::fromLatin1(call) << QStringLiteral("EIO") << QStringLiteral("io_error");
    }
    void error_atEveryCall_isSaidAndLosesNothing() {
        SALVOR_NEED(m_canTrace, "strace is not installed or may not trace");
        QFETCH(QString, call);
        QFETCH(QString, error);
        QFETCH(QString, code);
        int said = 0;
        int survived = 0;
        for (int when = 1; when < 300 && survived < 12; ++when) {
            const auto fixture = m_prepared.clone();
            const std::string inject =
                call.toStdString() + ":error=" + error.toStdString() + ":when=" + std::to_string(when);
            const std::string outcome = traced(*fixture, "-e inject=" + inject, "2");
            // Some are got over: what is tried again, and what only makes the next run slower.
            if (outcome == "ok") {
                ++survived;
            } else {
                QCOMPARE(QString::fromStdString(outcome), code);
                ++said;
                survived = 0;
            }
            checkAfter(*fixture, inject);
            if (QTest::currentTestFailed())
                return;
        }
        QVERIFY(said > 0 || error == QStringLiteral("EIO"));
    }

private:
    void checkAfter(Fixture& fixture, const std::string& where) {
        const auto writer = fixture.openWriter();
        QVERIFY2(writer, (where + ": " + describe(writer).toStdString()).c_str());
        const auto before = (*writer)->catalog({});
        QVERIFY2(before && !before->entries.empty(), where.c_str());
        const int next = static_cast<int>(before->entries.size()) + 1;
        for (int i = 1; i < next; ++i)
            checkContent(**writer, i, where);
        const auto again = backUp(**writer, backupId(next), tinyContent(static_cast<std::uint64_t>(next)));
        QVERIFY2(again, (where + ", again: " + describe(again).toStdString()).c_str());
        for (int i = 1; i <= next; ++i)
            checkContent(**fixture.openReader(), i, where);
        NullProgress progress;
        const auto report = (*fixture.openReader())->verify({VerifyDepth::Full, {}}, progress, {});
        QVERIFY2(report && report->ok(), where.c_str());
    }

    void checkContent(Repository& repository, int number, const std::string& where) {
        const auto content = readAll(repository, backupId(number));
        QVERIFY2(content && *content == tinyContent(static_cast<std::uint64_t>(number)), where.c_str());
    }

    Fixture m_prepared;
    bool m_canTrace = false;
};

QTEST_GUILESS_MAIN(TestKills)
#include "test_kills.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Hooks that fail, hang, flood, leave children behind; with real processes.
#include "workers/core/hooks.h"

#include "support/check.h"
#include "support/patience.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>

#include <sys/stat.h>

using namespace salvor;
using salvor::test::kPatience;

class TestHooks : public QObject {
    Q_OBJECT
private:
    /// Runs `script` under sh, as an admin's own script would be.
    HookResult run(const std::string& script, std::uint64_t timeoutSeconds = 60,
                   const CancelToken& cancel = {}) {
        m_hook.command = {"/bin/sh", "-c", script};
        m_hook.timeoutSeconds = timeoutSeconds;
        HookCall call;
        call.hook = &m_hook;
        call.environment = {{"SALVOR_HOOK", "before"}, {"SALVOR_DATABASES", "[\"a b\"]"}};
        call.logFolder = m_folder->filePath(QStringLiteral("logs")).toStdString();
        call.logName = "run-before-1.log";
        return runHook(m_processes, call, cancel);
    }
    QByteArray log() const {
        QFile file(m_folder->filePath(QStringLiteral("logs/run-before-1.log")));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QByteArray fileText(const QString& name) const {
        QFile file(m_folder->filePath(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    SystemProcessRunner m_processes;
    Hook m_hook;
    std::unique_ptr<QTemporaryDir> m_folder;

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void hook_thatWorks_leavesRecordAndLog() {
        const auto result = run("echo out; echo err >&2");
        QVERIFY(!result.error);
        QCOMPARE(result.record.value(QStringLiteral("exit_code")).toInt(-1), 0);
        QCOMPARE(result.record.value(QStringLiteral("program")).toString(), QStringLiteral("/bin/sh"));
        QCOMPARE(result.record.value(QStringLiteral("output_bytes")).toInt(), 4);
        QVERIFY(log().contains("out\n") && log().contains("err\n"));
        struct stat info{};
        QCOMPARE(::stat(m_folder->filePath(QStringLiteral("logs/run-before-1.log")).toLocal8Bit().constData(),
                        &info),
                 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
    }

    void hook_thatFails_saysItsCodeAndNotItsOutput() {
        const auto result = run("echo the-password-is-hunter2; exit 7");
        QVERIFY(result.error.has_value());
        QVERIFY(result.error->code == ErrorCode::ToolFailed);
        QCOMPARE(result.error->context.at("exit_code"), std::string("7"));
        QVERIFY(result.error->toText().find("hunter2") == std::string::npos);
        QVERIFY(!result.error->context.at("log").empty());
        QVERIFY(log().contains("hunter2"));
    }

    void hook_thatIsNotThere_isToolMissing() {
        m_hook.command = {"/nonexistent/hook"};
        HookCall call;
        call.hook = &m_hook;
        call.logFolder = m_folder->filePath(QStringLiteral("logs")).toStdString();
        call.logName = "x.log";
        const auto result = runHook(m_processes, call, {});
        QVERIFY(result.error && result.error->code == ErrorCode::ToolMissing);
    }

    void hook_thatHangs_isKilledWithItsWholeGroup() {
        // The child ignores TERM, and so does what it started.
        const QString pids = m_folder->filePath(QStringLiteral("pids"));
        const auto result =
            run("trap '' TERM; sleep 1000 & echo $! $$ > '" + pids.toStdString() + "'; wait", 1);
        QVERIFY(result.error && result.error->code == ErrorCode::Timeout);
        const QList<QByteArray> names = fileText(QStringLiteral("pids")).simplified().split(' ');
        QCOMPARE(names.size(), qsizetype(2));
        for (const auto& name : names)
            QTRY_VERIFY2_WITH_TIMEOUT(::kill(name.toInt(), 0) != 0, name.constData(),
                                      kPatience); // an orphan may wait to be reaped
        QVERIFY(log().contains("did not end within 1 s"));
    }

    void hook_thatLeavesAProcessBehind_endsItAndSaysSo() {
        const auto left = [&] { return fileText(QStringLiteral("pid")).simplified().toInt(); };
        const std::string note =
            "echo $! > '" + m_folder->filePath(QStringLiteral("pid")).toStdString() + "'";
        const auto held = run("sleep 1000 & " + note);
        QVERIFY(held.error && held.error->code == ErrorCode::ToolFailed);
        QVERIFY2(held.error->message.find("kept its output open") != std::string::npos,
                 held.error->message.c_str());
        QVERIFY(left() > 0);
        QTRY_VERIFY_WITH_TIMEOUT(::kill(left(), 0) != 0, kPatience);
        // Without the output it is no failure; it ends with the hook all the same.
        QVERIFY(!run("sleep 1000 >/dev/null 2>&1 & " + note).error);
        QTRY_VERIFY_WITH_TIMEOUT(::kill(left(), 0) != 0, kPatience);
        // In a session of its own it is nobody's business but its starter's.
        const std::string itsOwn = "until [ \"$(cut -d' ' -f6 /proc/$!/stat)\" = \"$!\" ]; do :; done";
        QVERIFY(!run("setsid sleep 1000 >/dev/null 2>&1 </dev/null & " + note + "; " + itsOwn).error);
        QCOMPARE(::kill(left(), 0), 0);
        QCOMPARE(::kill(left(), SIGKILL), 0);
    }

    void hook_thatFloods_isReadOnAndBounded() {
        const auto result = run("head -c 30000000 /dev/zero | tr '\\0' x; echo; echo the-end");
        QVERIFY(!result.error);
        QVERIFY(result.record.value(QStringLiteral("output_bytes")).toInteger() > 30000000);
        QVERIFY(log().size() <= static_cast<qsizetype>(2 * kHookOutputBytes + 1000));
        QVERIFY(log().contains("the-end"));
    }

    void hook_thatFloodsForEver_endsWithItsTime() {
        const auto result = run("yes & yes >&2", 1);
        QVERIFY(result.error && result.error->code == ErrorCode::Timeout);
        QVERIFY(log().size() <= static_cast<qsizetype>(2 * kHookOutputBytes + 1000));
    }

    void hook_cancelled_isCancelled() {
        std::stop_source stop;
        stop.request_stop();
        const auto result = run("sleep 1000", 60, stop.get_token());
        QVERIFY(result.error && result.error->isCancelled());
    }

    void environment_isWhatIsDocumentedAndNoMore() {
        ::setenv("PGPASSWORD", "canary-in-our-environment", 1);
        ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/canary", 1);
        const auto result = run("env > '" + m_folder->filePath(QStringLiteral("env")).toStdString() + "'");
        ::unsetenv("PGPASSWORD");
        ::unsetenv("CREDENTIALS_DIRECTORY");
        QVERIFY(!result.error);
        const QByteArray environment = fileText(QStringLiteral("env"));
        QVERIFY(environment.contains("SALVOR_HOOK=before\n"));
        QVERIFY(environment.contains("SALVOR_DATABASES=[\"a b\"]\n"));
        QVERIFY2(!environment.contains("canary"), environment.constData());
        const QList<QByteArray> harmless{"PATH", "HOME", "LANG", "TMPDIR", "PWD", "SHLVL", "_", "OLDPWD"};
        for (const QByteArray& line : environment.split('\n')) {
            const QByteArray name = line.left(line.indexOf('='));
            const bool known = name.isEmpty() || name.startsWith("SALVOR_") || harmless.contains(name);
            QVERIFY2(known, name.constData());
        }
    }

    void logs_moreThanAreKept_loseTheOldest() {
        const auto result = run("true");
        QVERIFY(!result.error);
        for (std::size_t i = 0; i < kHookLogsKept + 5; ++i) {
            QFile file(
                m_folder->filePath(QStringLiteral("logs/20260101T%1.log").arg(i, 6, 10, QLatin1Char('0'))));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        QVERIFY(!run("true").error);
        const auto left = QDir(m_folder->filePath(QStringLiteral("logs"))).entryList(QDir::Files, QDir::Name);
        QCOMPARE(left.size(), static_cast<qsizetype>(kHookLogsKept));
        QCOMPARE(left.last(), QStringLiteral("run-before-1.log"));
        QVERIFY(!left.contains(QStringLiteral("20260101T000000.log")));
    }

    void log_thatCannotBeWritten_isSaidAndDoesNotFailTheHook() {
        QFile inTheWay(m_folder->filePath(QStringLiteral("logs")));
        QVERIFY(inTheWay.open(QIODevice::WriteOnly));
        inTheWay.close();
        const auto result = run("true");
        QVERIFY(!result.error);
        QVERIFY(
            result.record.value(QStringLiteral("log")).toString().contains(QStringLiteral("a file stands")));
    }
};

QTEST_GUILESS_MAIN(TestHooks)
#include "test_hooks.moc"

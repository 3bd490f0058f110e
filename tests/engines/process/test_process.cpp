// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/process/process.h"

#include "support/check.h"
#include "support/patience.h"
#include "support/streams.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

ProcessRequest shell(const std::string& script) {
    ProcessRequest request;
    request.command = {"sh", "-c", script};
    request.timeout = 60s; // no test waits longer, whatever goes wrong
    return request;
}

struct Outcome {
    Result<ProcessReport> result;
    std::string output;
    std::chrono::milliseconds took;
};

Outcome run(ProcessRequest request, const CancelToken& cancel = {}) {
    CollectingSink sink;
    if (request.output == nullptr)
        request.output = &sink;
    const auto start = std::chrono::steady_clock::now();
    Outcome outcome{SystemProcessRunner().run(request, cancel), {}, {}};
    outcome.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    outcome.output = sink.text();
    return outcome;
}

/// Stops a run as soon as the child and its own children have said their numbers.
Outcome runAndCancelWhenReady(ProcessRequest request, int processes = 1) {
    std::stop_source stop;
    CollectingSink sink;
    auto cancelled = std::chrono::steady_clock::time_point::max();
    sink.onWrite([&](const std::string& text) {
        if (QString::fromStdString(text).count(QStringLiteral("pid=")) == processes &&
            !stop.stop_requested()) {
            cancelled = std::chrono::steady_clock::now();
            stop.request_stop();
        }
    });
    request.output = &sink;
    Outcome outcome{SystemProcessRunner().run(request, stop.get_token()), {}, {}};
    outcome.took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - cancelled);
    outcome.output = sink.text();
    return outcome;
}

bool isGone(pid_t pid) {
    if (::kill(pid, 0) != 0)
        return errno == ESRCH;
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid)); // an orphan may wait a moment for init to reap it
    return !file.open(QIODevice::ReadOnly) || file.readAll().contains(") Z ");
}

std::vector<pid_t> pidsIn(const std::string& text, const QString& mark) {
    std::vector<pid_t> pids;
    for (const QString& line : QString::fromStdString(text).split(QLatin1Char('\n'))) {
        if (line.startsWith(mark))
            pids.push_back(line.mid(mark.size()).toInt());
    }
    return pids;
}

QByteArray readAll(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("<cannot be read>");
}

} // namespace

class TestProcess : public QObject {
    Q_OBJECT

private slots:
    void cleanup();
    void run_exitCode_isReported();
    void run_signal_is128More();
    void run_bigBothWays_staysWhole();
    void run_childClosesInput_isNotAnError();
    void run_outputFlood_isBounded();
    void run_outputPipe_isAsSmallAsWanted();
    void run_errorTail_isValidUtf8();
    void run_noStreams_readsAndWritesNull();
    void run_missingProgram_isToolMissing_data();
    void run_missingProgram_isToolMissing();
    void run_badRequest_isInvalidInput();
    void run_environment_isMinimal();
    void run_relativePathEntry_isNotSearched();
    void run_descriptors_areNotInherited();
    void run_secretFile_isPrivate();
    void run_keptDescriptor_isReachedByNumber();
    void run_secret_isNotVisible();
    void run_cancel_endsSoon();
    void run_cancelledBefore_startsNothing();
    void run_termIgnored_isKilled();
    void run_grandchildren_endWithTheChild();
    void run_grandchildHoldsOutput_isToolFailed();
    void run_grandchildHoldsError_isFine();
    void run_timeout_isTimeout();
    void run_sourceFails_childNeverSeesTheEnd();
    void run_sinkFails_childEnds();
    void run_manyThreads_shareARunner();
};

void TestProcess::cleanup() {
    // No zombie stays, whatever the test did.
    QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1);
    QCOMPARE(errno, ECHILD);
}

void TestProcess::run_exitCode_isReported() {
    const Outcome good = run(shell("printf hello; exit 0"));
    CHECK_OK(good.result);
    QCOMPARE(good.result->exitCode, 0);
    QCOMPARE(good.output, std::string("hello"));
    const Outcome bad = run(shell("echo why >&2; exit 7"));
    CHECK_OK(bad.result);
    QCOMPARE(bad.result->exitCode, 7);
    QCOMPARE(bad.result->errorTail, std::string("why\n"));
}

void TestProcess::run_signal_is128More() {
    const Outcome outcome = run(shell("kill -KILL $$"));
    CHECK_OK(outcome.result);
    QCOMPARE(outcome.result->exitCode, 128 + SIGKILL);
}

void TestProcess::run_bigBothWays_staysWhole() {
    constexpr std::uint64_t kTotal = 64 << 20;
    SequenceSource source(kTotal);
    SequenceSink sink;
    ProcessRequest request = shell("cat; cat /dev/null");
    request.input = &source;
    request.output = &sink;
    const Outcome outcome = run(request);
    CHECK_OK(outcome.result);
    QCOMPARE(outcome.result->exitCode, 0);
    QVERIFY(outcome.result->inputComplete);
    QCOMPARE(sink.count(), kTotal);
}

void TestProcess::run_childClosesInput_isNotAnError() {
    SequenceSource source(64 << 20);
    ProcessRequest request = shell("exec 0<&-; echo done");
    request.input = &source;
    const Outcome outcome = run(request);
    CHECK_OK(outcome.result);
    QVERIFY(!outcome.result->inputComplete);
    QCOMPARE(outcome.output, std::string("done\n"));
    QVERIFY(source.left() > 0);

    TextSource all("12345");
    ProcessRequest exact = shell("head -c 5 >/dev/null");
    exact.input = &all;
    const Outcome whole = run(exact);
    CHECK_OK(whole.result);
    QVERIFY(whole.result->inputComplete);
}

void TestProcess::run_outputFlood_isBounded() {
    NullSink sink;
    ProcessRequest request =
        shell("head -c 300000000 /dev/zero & head -c 100000000 /dev/zero >&2; wait; echo end >&2");
    request.output = &sink;
    request.errorTailBytes = 1000;
    const Outcome outcome = run(request);
    CHECK_OK(outcome.result);
    QCOMPARE(sink.count(), std::uint64_t(300000000));
    QCOMPARE(outcome.result->errorTail.size(), std::size_t(1000));
    QVERIFY(outcome.result->errorTail.ends_with("end\n"));
}

void TestProcess::run_outputPipe_isAsSmallAsWanted() {
    ProcessRequest request;
    request.command = {SALVOR_CHILDPROBE};
    request.outputPipeBytes = 1;
    const std::string page = "\nroom " + std::to_string(::sysconf(_SC_PAGESIZE)) + "\n";
    const Outcome small = run(request);
    CHECK_OK(small.result);
    QVERIFY2(small.output.find(page) != std::string::npos, small.output.c_str());
    request.outputPipeBytes = 0;
    const Outcome usual = run(request);
    CHECK_OK(usual.result);
    QVERIFY2(usual.output.find(page) == std::string::npos, usual.output.c_str());
}

void TestProcess::run_errorTail_isValidUtf8() {
    ProcessRequest request = shell("printf 'x\\303\\244\\303\\266\\377end' >&2");
    request.errorTailBytes = 7; // begins in the middle of the first umlaut
    const Outcome outcome = run(request);
    CHECK_OK(outcome.result);
    QCOMPARE(outcome.result->errorTail, std::string("\303\266\357\277\275end"));
}

void TestProcess::run_noStreams_readsAndWritesNull() {
    ProcessRequest request =
        shell("cat; echo dropped; seen=$(readlink /proc/$$/fd/0 /proc/$$/fd/1); echo \"$seen\" >&2");
    const auto result = SystemProcessRunner().run(request, {});
    CHECK_OK(result);
    QCOMPARE(result->errorTail, std::string("/dev/null\n/dev/null\n"));
    QVERIFY(result->inputComplete);
}

void TestProcess::run_missingProgram_isToolMissing_data() {
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("says");
    QTest::newRow("not in PATH") << "no-such-program-anywhere" << "not found";
    QTest::newRow("no such file") << "/no/such/program" << "not found";
    QTest::newRow("a folder") << "/tmp" << "not found";
    QTest::newRow("not executable") << "DIR/plain" << "not executable";
    QTest::newRow("missing interpreter") << "DIR/script" << "not found";
    QTest::newRow("not a program") << "DIR/garbage" << "not a program";
}

void TestProcess::run_missingProgram_isToolMissing() {
    QFETCH(QString, program);
    QFETCH(QString, says);
    QTemporaryDir dir;
    const auto put = [&](const QString& name, const QByteArray& bytes, QFile::Permissions mode) {
        QFile file(dir.filePath(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(bytes);
        file.setPermissions(mode);
    };
    put(QStringLiteral("plain"), "#!/bin/sh\n", QFile::ReadOwner);
    put(QStringLiteral("script"), "#!/no/such/shell\n", QFile::ReadOwner | QFile::ExeOwner);
    put(QStringLiteral("garbage"), "\1\2\3\4", QFile::ReadOwner | QFile::ExeOwner);
    ProcessRequest request;
    request.command = {program.replace(QStringLiteral("DIR"), dir.path()).toStdString(), "argument"};
    const Outcome outcome = run(request);
    CHECK_FAILS(outcome.result, ErrorCode::ToolMissing);
    QVERIFY2(outcome.result.error().message.find(says.toStdString()) != std::string::npos,
             outcome.result.error().message.c_str());
    QVERIFY(!outcome.result.error().hint.empty());
}

void TestProcess::run_badRequest_isInvalidInput() {
    CHECK_FAILS(run(ProcessRequest{}).result, ErrorCode::InvalidInput);
    CHECK_FAILS(run(shell(std::string("a\0b", 3))).result, ErrorCode::InvalidInput);
    ProcessRequest name = shell("true");
    name.environment["A=B"] = "c";
    CHECK_FAILS(run(name).result, ErrorCode::InvalidInput);
    ProcessRequest secret = shell("true");
    secret.secretFiles.push_back({"PGPASSFILE", nullptr});
    CHECK_FAILS(run(secret).result, ErrorCode::InvalidInput);
    CHECK_FAILS(run(shell(std::string(3 << 20, 'x'))).result, ErrorCode::InvalidInput);
}

void TestProcess::run_environment_isMinimal() {
    ::setenv("PGPASSWORD", "ambient", 1);
    ::setenv("LD_PRELOAD_CANARY", "ambient", 1);
    ProcessRequest request;
    request.command = {SALVOR_CHILDPROBE};
    request.environment = {{"PGAPPNAME", "salvor"}, {"LANG", "C"}};
    const Outcome outcome = run(request);
    ::unsetenv("PGPASSWORD");
    ::unsetenv("LD_PRELOAD_CANARY");
    CHECK_OK(outcome.result);
    QVERIFY(outcome.output.find("ambient") == std::string::npos);
    QVERIFY(outcome.output.find("env PGAPPNAME=salvor\n") != std::string::npos);
    QVERIFY(outcome.output.find("env LANG=C\n") != std::string::npos);
    QVERIFY(outcome.output.find("env PATH=") != std::string::npos);
    const auto count = QString::fromStdString(outcome.output).count(QStringLiteral("\nenv "));
    QVERIFY2(count <= 5, outcome.output.c_str()); // HOME and TMPDIR only where they are set here
}

void TestProcess::run_relativePathEntry_isNotSearched() {
    QTemporaryDir dir;
    QVERIFY(QFile::copy(QStringLiteral("/bin/true"), dir.filePath(QStringLiteral("planted"))));
    const QString before = QDir::currentPath();
    QVERIFY(QDir::setCurrent(dir.path()));
    ProcessRequest request;
    request.command = {"planted"};
    request.environment["PATH"] = ".::/usr/bin:/bin";
    const Outcome outcome = run(request);
    request.environment["PATH"] = ".::/usr/bin:" + dir.path().toStdString();
    const Outcome found = run(request);
    QVERIFY(QDir::setCurrent(before));
    CHECK_FAILS(outcome.result, ErrorCode::ToolMissing);
    CHECK_OK(found.result);
    QCOMPARE(found.result->exitCode, 0);
}

void TestProcess::run_descriptors_areNotInherited() {
    const int leak = ::open("/dev/null", O_RDONLY); // without O_CLOEXEC, as a library might
    const int high = ::fcntl(leak, F_DUPFD, 900);
    ProcessRequest request;
    request.command = {SALVOR_CHILDPROBE};
    const Outcome plain = run(request);
    const Secret secret(std::string_view("pass"));
    request.secretFiles.push_back({"PGPASSFILE", &secret});
    const Outcome withSecret = run(request);
    ::close(leak);
    ::close(high);
    CHECK_OK(plain.result);
    QVERIFY2(plain.output.starts_with("fd 0\nfd 1\nfd 2\nleader 1\ntty 0\ncore 0\npipe 0 0\n"),
             plain.output.c_str());
    CHECK_OK(withSecret.result);
    QCOMPARE(QString::fromStdString(withSecret.output).count(QStringLiteral("fd ")), 4);
}

void TestProcess::run_secretFile_isPrivate() {
    const Secret one(std::string_view("host:5432:*:me:s3cret\n"));
    const Secret two(std::string_view("second"));
    ProcessRequest request =
        shell("stat -L -c '%a %F' $ONE; cat $ONE; cat $ONE; sh -c 'cat $TWO'; test -L $TWO");
    request.secretFiles = {{"ONE", &one}, {"TWO", &two}};
    const Outcome outcome = run(request);
    CHECK_OK(outcome.result);
    QCOMPARE(outcome.result->exitCode, 0);
    QCOMPARE(outcome.output,
             std::string("600 regular file\nhost:5432:*:me:s3cret\nhost:5432:*:me:s3cret\nsecond"));
}

/// Also where this process is closed to its own user, as salvorctl is, and in what the child starts.
void TestProcess::run_keptDescriptor_isReachedByNumber() {
    const int file = ::memfd_create("kept", MFD_CLOEXEC);
    QVERIFY(file > 2);
    QCOMPARE(::write(file, "content", 7), ssize_t(7));
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    ProcessRequest request = shell("cat " + path + "; sh -c 'cat " + path + "'");
    request.keptDescriptors = {file};
    ::prctl(PR_SET_DUMPABLE, 0);
    const Outcome outcome = run(request);
    ::prctl(PR_SET_DUMPABLE, 1);
    ::close(file);
    CHECK_OK(outcome.result);
    QCOMPARE(outcome.output, std::string("contentcontent"));
    request.keptDescriptors = {1};
    CHECK_FAILS(run(request).result, ErrorCode::InvalidInput);
    request.keptDescriptors = {1'000'000}; // not open
    CHECK_FAILS(run(request).result, ErrorCode::InvalidInput);
}

void TestProcess::run_secret_isNotVisible() {
    const std::string canary = "canary-" + std::to_string(::getpid()) + "-5f1c";
    const Secret secret{std::string_view(canary)};
    ProcessRequest request = shell("cat $PGPASSFILE >/dev/null; echo pid=$$; echo ready; sleep 60; true");
    request.secretFiles.push_back({"PGPASSFILE", &secret});
    std::stop_source stop;
    CollectingSink sink;
    QByteArray seen;
    sink.onWrite([&](const std::string& text) {
        if (text.find("ready") == std::string::npos)
            return;
        for (const pid_t pid : pidsIn(text, QStringLiteral("pid="))) {
            seen += readAll(QStringLiteral("/proc/%1/cmdline").arg(pid));
            seen += readAll(QStringLiteral("/proc/%1/environ").arg(pid));
        }
        stop.request_stop();
    });
    request.output = &sink;
    CHECK_FAILS(SystemProcessRunner().run(request, stop.get_token()), ErrorCode::Cancelled);
    QVERIFY2(seen.contains("PGPASSFILE=/proc/self/fd/"), seen.constData());
    QVERIFY(!seen.contains(canary.c_str()));
}

void TestProcess::run_cancel_endsSoon() {
    const Outcome outcome = runAndCancelWhenReady(shell("echo pid=$$; exec sleep 60"));
    CHECK_FAILS(outcome.result, ErrorCode::Cancelled);
    QVERIFY2(outcome.took < 2000ms, qPrintable(QString::number(outcome.took.count())));
    QVERIFY(isGone(pidsIn(outcome.output, QStringLiteral("pid=")).at(0)));
}

void TestProcess::run_cancelledBefore_startsNothing() {
    std::stop_source stop;
    stop.request_stop();
    QTemporaryDir dir;
    const QString mark = dir.filePath(QStringLiteral("mark"));
    CHECK_FAILS(run(shell("touch " + mark.toStdString()), stop.get_token()).result, ErrorCode::Cancelled);
    QVERIFY(!QFile::exists(mark));
}

void TestProcess::run_termIgnored_isKilled() {
    const Outcome outcome =
        runAndCancelWhenReady(shell("trap '' TERM; echo pid=$$; while :; do sleep 1; done"));
    CHECK_FAILS(outcome.result, ErrorCode::Cancelled);
    QVERIFY(outcome.took >= 900ms);
    QVERIFY2(outcome.took < 2000ms, qPrintable(QString::number(outcome.took.count())));
    QVERIFY(isGone(pidsIn(outcome.output, QStringLiteral("pid=")).at(0)));
}

void TestProcess::run_grandchildren_endWithTheChild() {
    const Outcome outcome = runAndCancelWhenReady(
        shell("(trap '' TERM; sh -c 'echo pid=$$; exec sleep 60') & (sleep 60 & echo pid=$!; wait) & "
              "echo pid=$$; wait"),
        3);
    CHECK_FAILS(outcome.result, ErrorCode::Cancelled);
    QVERIFY2(outcome.took < 2000ms, qPrintable(QString::number(outcome.took.count())));
    const auto pids = pidsIn(outcome.output, QStringLiteral("pid="));
    QCOMPARE(pids.size(), std::size_t(3));
    for (const pid_t pid : pids)
        QTRY_VERIFY_WITH_TIMEOUT(isGone(pid), kPatience);
}

void TestProcess::run_grandchildHoldsOutput_isToolFailed() {
    const Outcome outcome = run(shell("sleep 60 & echo pid=$!; exit 0"));
    CHECK_FAILS(outcome.result, ErrorCode::ToolFailed);
    QVERIFY(outcome.took < 10s);
    const auto pids = pidsIn(outcome.output, QStringLiteral("pid="));
    QCOMPARE(pids.size(), std::size_t(1));
    QTRY_VERIFY_WITH_TIMEOUT(isGone(pids.at(0)), kPatience);
}

void TestProcess::run_grandchildHoldsError_isFine() {
    const Outcome outcome = run(shell("sleep 60 >/dev/null & echo told >&2; exit 3"));
    CHECK_OK(outcome.result);
    QCOMPARE(outcome.result->exitCode, 3);
    QCOMPARE(outcome.result->errorTail, std::string("told\n"));
    QVERIFY(outcome.took < 10s);
}

void TestProcess::run_timeout_isTimeout() {
    ProcessRequest request = shell("exec sleep 60");
    request.timeout = 1s;
    const Outcome outcome = run(request);
    CHECK_FAILS(outcome.result, ErrorCode::Timeout);
    QVERIFY(outcome.took >= 1s && outcome.took < 3s);
}

void TestProcess::run_sourceFails_childNeverSeesTheEnd() {
    QTemporaryDir dir;
    const QString mark = dir.filePath(QStringLiteral("committed"));
    SequenceSource source(3 << 20);
    source.failAtEnd(Error{ErrorCode::Corrupt, "object is not whole", {}, false, {}});
    // Ignores TERM on purpose: a tool that takes its time must not meet an end of input meanwhile.
    ProcessRequest request = shell("trap '' TERM; cat >/dev/null; touch " + mark.toStdString());
    request.input = &source;
    const Outcome outcome = run(request);
    CHECK_FAILS(outcome.result, ErrorCode::Corrupt);
    QVERIFY(!QFile::exists(mark));
}

void TestProcess::run_sinkFails_childEnds() {
    class FullSink final : public ByteSink {
        Result<> write(ByteView) override { return failure(ErrorCode::NoSpace, "the store is full"); }
    } sink;
    ProcessRequest request = shell("cat /dev/zero");
    request.output = &sink;
    const Outcome outcome = run(request);
    CHECK_FAILS(outcome.result, ErrorCode::NoSpace);
    QVERIFY(outcome.took < 2s);
}

void TestProcess::run_manyThreads_shareARunner() {
    SystemProcessRunner runner;
    std::vector<Result<ProcessReport>> results(8, Result<ProcessReport>(ProcessReport{}));
    std::vector<CollectingSink> sinks(results.size());
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < results.size(); ++i) {
            threads.emplace_back([&, i] {
                for (int round = 0; round < 10; ++round) {
                    ProcessRequest request =
                        shell("printf " + std::to_string(i) + "; exit " + std::to_string(i));
                    request.output = &sinks[i];
                    results[i] = runner.run(request, {});
                }
            });
        }
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        CHECK_OK(results[i]);
        QCOMPARE(results[i]->exitCode, static_cast<int>(i));
        QCOMPARE(sinks[i].text(), std::string(10, static_cast<char>('0' + i)));
    }
}

QTEST_GUILESS_MAIN(TestProcess)
#include "test_process.moc"

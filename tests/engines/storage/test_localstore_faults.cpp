// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A local store when the system fails it: errors and kills injected into its system calls by strace, and a
// full disk.
#include "engines/process/process.h"

#include "support/check.h"
#include "support/need.h"
#include "support/streams.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace salvor;
using namespace salvor::test;

namespace {

/// The lines that the probe printed; "failed: …" when it could not be run.
QStringList runLines(std::vector<std::string> command) {
    ProcessRequest request;
    request.command = std::move(command);
    request.timeout = std::chrono::seconds(60);
    request.environment["ASAN_OPTIONS"] = "detect_leaks=0"; // it cannot look for leaks while it is traced
    CollectingSink sink;
    request.output = &sink;
    const auto report = SystemProcessRunner().run(request, {});
    if (!report)
        return {QStringLiteral("failed: ") + describe(report)};
    return QString::fromStdString(sink.text()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
}

std::vector<std::string> words(const QString& text) {
    std::vector<std::string> result;
    for (const QString& word : text.split(QLatin1Char(' '), Qt::SkipEmptyParts))
        result.push_back(word.toStdString());
    return result;
}

} // namespace

class TestLocalStoreFaults : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void init();
    void order_isFileThenNameThenFolder();
    void injectedError_isMappedAndLeavesNothing_data();
    void injectedError_isMappedAndLeavesNothing();
    void failedFileSync_isNotTriedAgain();
    void killAnywhere_leavesAWholeBlobOrNone();
    void fullDisk_isNoSpace_andRemovingHelps();

private:
    std::string root() const { return m_dir->path().toStdString() + "/store"; }
    std::string log() const { return m_dir->path().toStdString() + "/strace.log"; }
    QStringList probe(const QString& steps) const {
        std::vector<std::string> command{SALVOR_STOREPROBE, root()};
        for (std::string& word : words(steps))
            command.push_back(std::move(word));
        return runLines(std::move(command));
    }
    QStringList traced(const QString& options, const QString& steps) const {
        std::vector<std::string> command{"strace", "-f", "-y", "-qq", "-o", log()};
        for (std::string& word : words(options))
            command.push_back(std::move(word));
        command.insert(command.end(), {SALVOR_STOREPROBE, root()});
        for (std::string& word : words(steps))
            command.push_back(std::move(word));
        return runLines(std::move(command));
    }
    QStringList logLines() const {
        QFile file(QString::fromStdString(log()));
        if (!file.open(QIODevice::ReadOnly))
            return {};
        return QString::fromUtf8(file.readAll()).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    }
    QStringList files() const {
        QStringList result;
        const QDir base(QString::fromStdString(root()));
        QDirIterator walk(base.path(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (walk.hasNext())
            result << base.relativeFilePath(walk.next());
        result.sort();
        return result;
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    bool m_canTrace = false;
};

void TestLocalStoreFaults::initTestCase() {
    init();
    m_canTrace =
        traced(QStringLiteral("-e trace=fsync"), QStringLiteral("sync")) == QStringList{QStringLiteral("ok")};
}

void TestLocalStoreFaults::init() {
    m_dir = std::make_unique<QTemporaryDir>();
    QVERIFY(QDir().mkdir(QString::fromStdString(root())));
}

void TestLocalStoreFaults::order_isFileThenNameThenFolder() {
    SALVOR_NEED(m_canTrace, "strace is not installed or may not trace");
    const auto lines =
        traced(QStringLiteral("-e trace=fsync,renameat2,linkat,rename"),
               QStringLiteral("put:objects/aa/x:3000000 put:objects/ab/y:10 sync put:catalog/1.json:10"));
    QCOMPARE(lines, QStringList(4, QStringLiteral("ok")));
    const QString base = QRegularExpression::escape(QString::fromStdString(root()));
    const auto line = [&](QString pattern) {
        pattern.replace(QStringLiteral("ROOT"), base);
        const QRegularExpression expression(pattern);
        const QStringList all = logLines();
        for (qsizetype i = 0; i < all.size(); ++i) {
            if (expression.match(all[i]).hasMatch())
                return i;
        }
        return qsizetype(-1);
    };
    const auto fileX = line(QStringLiteral("fsync\\(\\d+<ROOT/objects/aa/\\+tmp\\.\\w+>\\) += 0"));
    const auto nameX =
        line(QStringLiteral("renameat2\\(\\d+<ROOT/objects/aa>, .*\"x\", RENAME_NOREPLACE\\) += 0"));
    const auto folderX = line(QStringLiteral("fsync\\(\\d+<ROOT/objects/aa>\\) += 0"));
    const auto folderY = line(QStringLiteral("fsync\\(\\d+<ROOT/objects/ab>\\) += 0"));
    const auto above = line(QStringLiteral("fsync\\(\\d+<ROOT/objects>\\) += 0"));
    const auto top = line(QStringLiteral("fsync\\(\\d+<ROOT>\\) += 0"));
    const auto fileC = line(QStringLiteral("fsync\\(\\d+<ROOT/catalog/\\+tmp\\.\\w+>\\) += 0"));
    const auto nameC =
        line(QStringLiteral("renameat2\\(\\d+<ROOT/catalog>, .*\"1\\.json\", RENAME_NOREPLACE\\) += 0"));
    const auto folderC = line(QStringLiteral("fsync\\(\\d+<ROOT/catalog>\\) += 0"));
    const QByteArray text = logLines().join(QLatin1Char('\n')).toUtf8();
    QVERIFY2(fileX >= 0 && nameX > fileX, text.constData());
    for (const qsizetype folder : {folderX, folderY, above, top})
        QVERIFY2(folder > nameX && folder < nameC, text.constData());
    QVERIFY2(nameC > fileC && fileC >= 0 && folderC > nameC, text.constData());
}

void TestLocalStoreFaults::injectedError_isMappedAndLeavesNothing_data() {
    QTest::addColumn<QString>("inject");
    QTest::addColumn<QString>("steps");
    QTest::addColumn<QString>("outcomes");
    QTest::addColumn<QString>("left");
    const auto row = [](const char* name, const char* inject, const char* steps, const char* outcomes,
                        const char* left) {
        QTest::newRow(name) << QString::fromLatin1(inject) << QString::fromLatin1(steps)
                            << QString::fromLatin1(outcomes) << QString::fromLatin1(left);
    };
    const char* put = "put:objects/aa/x:3000000";
    const char* twice = "put:objects/aa/x:3000000 put:objects/aa/x:3000000 get:objects/aa/x sync";
    row("full at the first byte", "-e inject=pwrite64:error=ENOSPC:when=1", twice, "no_space ok ok ok",
        "objects/aa/x");
    row("full in the middle", "-e inject=pwrite64:error=ENOSPC:when=2", twice, "no_space ok ok ok",
        "objects/aa/x");
    row("quota", "-e inject=pwrite64:error=EDQUOT:when=3", put, "no_space", "");
    row("too large", "-e inject=pwrite64:error=EFBIG:when=1", put, "no_space", "");
    row("write I/O", "-e inject=pwrite64:error=EIO:when=2", twice, "io_error ok ok ok", "objects/aa/x");
    row("interrupted write", "-e inject=pwrite64:error=EINTR:when=1..2", "put:a:3000000 get:a", "ok ok", "a");
    row("fsync I/O", "-e inject=fsync:error=EIO:when=1", twice, "io_error ok ok ok", "objects/aa/x");
    row("fsync full", "-e inject=fsync:error=ENOSPC:when=1", twice, "no_space ok ok ok", "objects/aa/x");
    row("fsync quota", "-e inject=fsync:error=EDQUOT:when=1", put, "no_space", "");
    row("rename I/O", "-e inject=renameat2:error=EIO:when=1", twice, "io_error ok ok ok", "objects/aa/x");
    row("rename met one", "-e inject=renameat2:error=EEXIST:when=1", put, "already_exists", "");
    row("no rename, but link", "-e inject=renameat2:error=EINVAL", twice, "ok already_exists ok ok",
        "objects/aa/x");
    row("neither", "-e inject=renameat2:error=EINVAL -e inject=linkat:error=EPERM", put, "permission_denied",
        "");
    row("folder cannot be made", "-e inject=mkdirat:error=ENOSPC:when=2", put, "no_space", "");
    row("no right to make", "-e inject=mkdirat:error=EACCES:when=1", put, "permission_denied", "");
    row("read-only", "-e inject=mkdirat:error=EROFS:when=1", put, "permission_denied", "");
    row("no open files left", "-e inject=openat2:error=EMFILE:when=1", put, "io_error", "");
    row("read I/O", "-P ROOT/a -e inject=pread64:error=EIO:when=1", "put:a:10 get:a get:a", "ok io_error ok",
        "a");
    row("list I/O", "-e inject=getdents64:error=EIO:when=1", "put:a:10 list: list:", "ok io_error ok", "a");
    row("list I/O half-way", "-e inject=getdents64:error=EIO:when=3", "put:a/b:10 list:", "ok io_error",
        "a/b");
    row("no right to remove", "-e inject=unlinkat:error=EPERM:when=1", "put:a:10 remove:a remove:a",
        "ok permission_denied ok", "");
    row("sync of folder", "-e inject=fsync:error=EIO:when=2",
        "put:objects/aa/x:10 sync sync put:objects/aa/y:10 sync", "ok io_error io_error ok io_error",
        "objects/aa/x objects/aa/y");
    row("catalog's folder", "-e inject=fsync:error=EIO:when=2", "put:catalog/1.json:10 sync",
        "io_error io_error", "");
    row("share without folder sync", "-e inject=fsync:error=EINVAL:when=2+", "put:a:10 sync", "ok ok", "a");
}

void TestLocalStoreFaults::injectedError_isMappedAndLeavesNothing() {
    SALVOR_NEED(m_canTrace, "strace is not installed or may not trace");
    QFETCH(QString, inject);
    QFETCH(QString, steps);
    QFETCH(QString, outcomes);
    QFETCH(QString, left);
    inject.replace(QStringLiteral("ROOT"),
                   QString::fromStdString(root())); // else the program's loader would be hit
    QCOMPARE(traced(inject, steps).join(QLatin1Char(' ')), outcomes);
    QCOMPARE(files().join(QLatin1Char(' ')), left);
}

void TestLocalStoreFaults::failedFileSync_isNotTriedAgain() {
    SALVOR_NEED(m_canTrace, "strace is not installed or may not trace");
    const auto lines = traced(QStringLiteral("-e trace=fsync,fdatasync -e inject=fsync:error=EIO:when=1"),
                              QStringLiteral("put:objects/aa/x:100"));
    QCOMPARE(lines, QStringList{QStringLiteral("io_error")});
    QCOMPARE(logLines().filter(QStringLiteral("sync(")).size(), 1);
}

void TestLocalStoreFaults::killAnywhere_leavesAWholeBlobOrNone() {
    SALVOR_NEED(m_canTrace, "strace is not installed or may not trace");
    const QString steps = QStringLiteral("put:objects/aa/x:3000000 sync put:catalog/1.json:100");
    int kills = 0;
    for (const char* call : {"openat2", "mkdirat", "pwrite64", "fsync", "renameat2"}) {
        for (int when = 1; when < 100; ++when) {
            init();
            const auto lines = traced(
                QStringLiteral("-e inject=%1:signal=KILL:when=%2").arg(QLatin1String(call)).arg(when), steps);
            if (lines.size() == 3) // lived to the end: there were no more calls of this kind
                break;
            ++kills;
            const bool hasCatalog =
                QFile::exists(QString::fromStdString(root()) + QStringLiteral("/catalog/1.json"));
            const auto after =
                probe(QStringLiteral("get:objects/aa/x put:objects/aa/x:3000000 get:objects/aa/x "
                                     "sync put:catalog/1.json:100 get:catalog/1.json list:"));
            QCOMPARE(after.size(), 7);
            QVERIFY(after[0] == QStringLiteral("ok") || after[0] == QStringLiteral("not_found"));
            QVERIFY(!hasCatalog || after[0] == QStringLiteral("ok")); // what it names is there
            QCOMPARE(after[1], after[0] == QStringLiteral("ok") ? QStringLiteral("already_exists")
                                                                : QStringLiteral("ok"));
            QCOMPARE(after[4], hasCatalog ? QStringLiteral("already_exists") : QStringLiteral("ok"));
            for (const int good : {2, 3, 5, 6})
                QCOMPARE(after[good], QStringLiteral("ok"));
        }
    }
    QVERIFY2(kills >= 20, qPrintable(QString::number(kills)));
}

void TestLocalStoreFaults::fullDisk_isNoSpace_andRemovingHelps() {
    SALVOR_NEED_PROGRAM("unshare");
    std::vector<std::string> command{"unshare", "--mount"};
    if (::geteuid() != 0)
        command.push_back("--map-root-user");
    command.insert(command.end(),
                   {"sh", "-c",
                    "mount -t tmpfs -o size=3m,mode=700 none \"$1\" || { echo nomount; exit; }\n"
                    "\"$2\" \"$1\" fill:objects/aa/:900000 get:objects/aa/0 get:objects/aa/2 "
                    "get:objects/aa/3 put:objects/aa/big:2000000 remove:objects/aa/0 "
                    "put:objects/aa/again:900000 get:objects/aa/again sync\n"
                    "ls -A \"$1/objects/aa\"",
                    "sh", root(), SALVOR_STOREPROBE});
    const QStringList lines = runLines(command);
    SALVOR_NEED(lines.value(0) != QStringLiteral("nomount") && !lines.isEmpty(),
                "no right to mount a small tmpfs");
    QCOMPARE(lines.join(QLatin1Char(' ')),
             QStringLiteral("no_space ok ok not_found no_space ok ok ok ok 1 2 again"));
}

QTEST_GUILESS_MAIN(TestLocalStoreFaults)
#include "test_localstore_faults.moc"

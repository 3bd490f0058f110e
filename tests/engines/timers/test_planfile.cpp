// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What root believes of a plan file: its hash, its owner, its mode. The owner is tried where the tests run as
// root.
#include "engines/timers/timerapply.h"
#include "timersfixture.h"

#include <QTest>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;

namespace {

std::string ownName() { return ::getpwuid(::geteuid())->pw_name; }

/// A plan for this user, in a file that only he writes.
struct PlanFile {
    QTemporaryDir folder;
    std::string path = folder.filePath(QStringLiteral("plan.json")).toStdString();
    std::string bytes;
    std::string hash;

    explicit PlanFile(const std::string& user = ownName()) {
        const FakeHost host;
        TimersWanted wanted = FakeHost::wanted({sampleJob()});
        wanted.user = user;
        bytes = *writeTimersPlan(*host.plan(wanted));
        hash = sha256Hex(bytes);
        save(bytes);
    }
    void save(const std::string& content) const {
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(QByteArray::fromStdString(content));
        file.close();
        QCOMPARE(::chmod(path.c_str(), 0600), 0);
    }
};

} // namespace

class TestPlanFile : public QObject {
    Q_OBJECT
private slots:
    void plan_ofItsUser_isRead() {
        const PlanFile file;
        const auto read = readPlanFile(file.path, file.hash);
        CHECK_OK(read);
        QCOMPARE(*read, file.bytes);
    }

    void plan_withAnotherHash_isRefused() {
        const PlanFile file;
        const auto read = readPlanFile(file.path, std::string(64, '0'));
        CHECK_FAILS(read, ErrorCode::Corrupt);
        QCOMPARE(read.error().context.at("found"), file.hash);
        std::string edited = file.bytes;
        edited.replace(edited.find("02:00"), 5, "03:00");
        file.save(edited);
        CHECK_FAILS(readPlanFile(file.path, file.hash), ErrorCode::Corrupt);
    }

    void plan_thatOthersMayWrite_isRefused() {
        const PlanFile file;
        for (const mode_t mode : {0620, 0602}) {
            QCOMPARE(::chmod(file.path.c_str(), mode), 0);
            CHECK_FAILS(readPlanFile(file.path, file.hash), ErrorCode::PermissionDenied);
        }
    }

    void plan_byALink_isRefused() {
        const PlanFile file;
        const std::string link = file.path + ".link";
        QCOMPARE(::symlink(file.path.c_str(), link.c_str()), 0);
        CHECK_FAILS(readPlanFile(link, file.hash), ErrorCode::PermissionDenied);
        CHECK_FAILS(readPlanFile(file.path + ".none", file.hash), ErrorCode::NotFound);
        CHECK_FAILS(readPlanFile(file.folder.path().toStdString(), file.hash), ErrorCode::PermissionDenied);
    }

    void plan_ofSomebodyElse_isRefused() {
        if (::geteuid() != 0)
            QSKIP("giving a file to somebody else needs root");
        const PlanFile file("daemon");
        const passwd* const other = ::getpwnam("nobody");
        QVERIFY(other);
        QCOMPARE(::chown(file.path.c_str(), other->pw_uid, other->pw_gid), 0);
        const auto read = readPlanFile(file.path, file.hash);
        CHECK_FAILS(read, ErrorCode::PermissionDenied);
        QVERIFY2(read.error().message.find("would run as daemon") != std::string::npos,
                 read.error().message.c_str());
        const uid_t daemon = ::getpwnam("daemon")->pw_uid;
        QCOMPARE(::chown(file.path.c_str(), daemon, other->pw_gid), 0);
        CHECK_OK(readPlanFile(file.path, file.hash));
    }

    void plan_forNobodyKnown_isRefused() {
        const PlanFile file("nobody-of-this-name");
        CHECK_FAILS(readPlanFile(file.path, file.hash), ErrorCode::PermissionDenied);
    }

    void program_thatOthersMayChange_isRefused() {
        CHECK_OK(checkProgram("/usr/bin/env"));
        CHECK_FAILS(checkProgram("/nowhere/salvorctl"), ErrorCode::NotFound);
        const PlanFile file;
        if (::geteuid() == 0) {
            CHECK_OK(checkProgram(file.path));
            QCOMPARE(::chmod(file.folder.path().toStdString().c_str(), 0777), 0);
        }
        CHECK_FAILS(checkProgram(file.path), ErrorCode::PermissionDenied);
    }

    void secrets_throughAPipe_areTheSame() {
        CredentialSecrets secrets;
        secrets.insert_or_assign("salvor-x-key", Secret(std::string_view("binary\0and\nlines", 16)));
        secrets.insert_or_assign("salvor-x-password", Secret(std::string_view("pass word")));
        secrets.insert_or_assign("salvor-x-empty", Secret());
        const Secret stream = writeCredentialStream(secrets);
        const auto read = readCredentialStream(stream);
        CHECK_OK(read);
        QCOMPARE(read->size(), secrets.size());
        for (const auto& [name, secret] : secrets)
            QVERIFY2(read->at(name).text() == secret.text(), name.c_str());
        // As a pipe gives it: the last newline is dropped.
        CHECK_OK(readCredentialStream(Secret(stream.text().substr(0, stream.text().size() - 1))));
        CHECK_OK(readCredentialStream(Secret()));
        for (const char* damaged : {"x", "x 5\nabc\n", "x y\nabc\n", "x 1\n", "x -1\n\n"})
            CHECK_FAILS(readCredentialStream(Secret(std::string_view(damaged))), ErrorCode::Corrupt);
    }
};

QTEST_GUILESS_MAIN(TestPlanFile)
#include "test_planfile.moc"

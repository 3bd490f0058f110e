// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of both databases share: a clock that stands, records, and the second process.
#pragma once

#include "models/base/clock.h"
#include "models/profile.h"
#include "models/repositorypin.h"

#include <QCoreApplication>
#include <QProcess>

#include <sys/stat.h>

namespace salvor::test {

class StandingClock final : public Clock {
public:
    Instant now() const override { return m_now; }
    void advance(std::chrono::microseconds by) { m_now += by; }

private:
    Instant m_now = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
};

inline Profile makeProfile(const std::string& title) {
    Profile profile;
    profile.uuid = makeUuid();
    profile.title = title;
    profile.engine = "postgresql";
    profile.host = "db.example.org";
    profile.port = 5432;
    profile.user = "backup";
    profile.database = "postgres";
    return profile;
}

inline RepositoryPin makePin(const std::string& id, const std::string& title) {
    RepositoryPin pin;
    pin.id = id;
    pin.title = title;
    pin.url = "file:///srv/backups";
    pin.formatVersion = 1;
    pin.recipients = {"age1example"};
    pin.signingPublicKey = std::string(64, 'a');
    return pin;
}

inline mode_t modeOf(const QString& path) {
    struct stat info{};
    return stat(path.toLocal8Bit().constData(), &info) == 0 ? info.st_mode & 07777 : 0;
}

/// The helper program beside the test: `salvor_database_peer MODE FILE …`. It prints "ready" and waits for
/// its standard input to end. Killed when it goes out of scope.
class Peer {
public:
    explicit Peer(const QStringList& arguments) {
        m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        m_process.start(QCoreApplication::applicationDirPath() + QStringLiteral("/salvor_database_peer"),
                        arguments);
    }
    ~Peer() { kill(); }
    bool waitUntilReady() {
        while (!m_process.canReadLine()) {
            if (!m_process.waitForReadyRead(20000))
                return false;
        }
        return m_process.readLine() == "ready\n";
    }
    /// Ends its wait; true when it then succeeds.
    bool finish() {
        m_process.closeWriteChannel();
        return m_process.waitForFinished(60000) && m_process.exitStatus() == QProcess::NormalExit &&
               m_process.exitCode() == 0;
    }
    void kill() {
        if (m_process.state() == QProcess::NotRunning)
            return;
        m_process.kill();
        m_process.waitForFinished(20000);
    }
    qint64 pid() const { return m_process.processId(); }

private:
    QProcess m_process;
};

} // namespace salvor::test

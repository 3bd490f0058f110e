// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ctlserver.h"

#include <QProcess>
#include <QTest>

namespace salvor::test {

QStringList toolsWords(const LabServer& server) {
    QStringList words;
    for (const auto& word : server.toolsCommand)
        words << QStringLiteral("--tools-command=") + QString::fromStdString(word);
    words << QStringLiteral("--tools-command=") + QString::fromStdString(server.binDir) + QLatin1Char('/');
    return words;
}

CtlResult addProfile(const CtlHome& home, const LabServer& server, const QString& title,
                     const QByteArray& password) {
    const QString uri = QStringLiteral("postgresql://%1@%2:%3/postgres")
                            .arg(QString::fromStdString(server.user), QString::fromStdString(server.host),
                                 QString::number(server.port));
    QStringList words{QStringLiteral("--json"),        QStringLiteral("profile"),
                      QStringLiteral("add"),           uri,
                      QStringLiteral("--title"),       title,
                      QStringLiteral("--secrets"),     QStringLiteral("file"),
                      QStringLiteral("--password-fd"), QStringLiteral("3"),
                      QStringLiteral("--tls-ca"),      QString::fromStdString(server.caFile)};
    words += toolsWords(server);
    return home.run(words, {{3, password.isEmpty() ? QByteArray::fromStdString(server.password) : password}});
}

bool limitBandwidth(const CtlHome& home, int bytesPerSecond) {
    return home.run({QStringLiteral("policy"), QStringLiteral("set"), QStringLiteral("lab"),
                     QStringLiteral("--bandwidth"), QString::number(bytesPerSecond)})
               .exitCode == 0;
}

bool reachesData(QProcess& process) {
    QByteArray said;
    const bool seen = QTest::qWaitFor(
        [&] {
            said += process.readAllStandardError();
            return said.contains("\"progress\":\"data\"") || process.state() == QProcess::NotRunning;
        },
        60000);
    if (seen && process.state() == QProcess::Running)
        return true;
    qWarning("%s%s", said.constData(), process.readAllStandardOutput().constData());
    return false;
}

} // namespace salvor::test

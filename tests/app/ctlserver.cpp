// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ctlserver.h"

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

} // namespace salvor::test

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/ctlprocess.h"

#include <QJsonDocument>
#include <QProcess>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace salvor::test {

QJsonObject CtlResult::json() const { return QJsonDocument::fromJson(out).object(); }

QString CtlResult::errorCode() const {
    return json().value(QStringLiteral("error")).toObject().value(QStringLiteral("code")).toString();
}

QString CtlResult::errorText() const {
    const QJsonObject error = json().value(QStringLiteral("error")).toObject();
    return error.value(QStringLiteral("message")).toString() + QStringLiteral(" / ") +
           error.value(QStringLiteral("hint")).toString();
}

CtlHome::CtlHome() = default;

QString CtlHome::program() { return QStringLiteral(SALVORCTL_PATH); }

QStringList CtlHome::environment() const {
    QStringList out;
    for (const QString& entry : QProcess::systemEnvironment()) {
        if (!entry.startsWith(QLatin1String("SALVOR_HOME=")) && !entry.startsWith(QLatin1String("XDG_")))
            out << entry;
    }
    out << QStringLiteral("SALVOR_HOME=") + path(QStringLiteral("home")) << QStringLiteral("LC_ALL=C.UTF-8");
    return out;
}

CtlResult CtlHome::run(const QStringList& arguments, const std::map<int, QByteArray>& secrets,
                       const QByteArray& input, int timeoutSeconds) const {
    QProcess process;
    process.setEnvironment(environment());
    std::map<int, int> descriptors;
    for (const auto& [number, content] : secrets) {
        const int fd = memfd_create("secret", MFD_CLOEXEC);
        if (write(fd, content.constData(), static_cast<std::size_t>(content.size())) < 0)
            return {};
        lseek(fd, 0, SEEK_SET);
        // Out of the way of the numbers they will have in the child.
        descriptors[number] = fcntl(fd, F_DUPFD_CLOEXEC, 100);
        close(fd);
    }
    process.setChildProcessModifier([descriptors] {
        for (const auto& [number, fd] : descriptors)
            dup2(fd, number);
    });
    process.start(program(), arguments);
    CtlResult result;
    if (process.waitForStarted()) {
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished(timeoutSeconds * 1000)) {
            process.kill();
            process.waitForFinished(5000);
            result.err = "timed out\n";
        } else if (process.exitStatus() == QProcess::NormalExit) {
            result.exitCode = process.exitCode();
        }
        result.out = process.readAllStandardOutput();
        result.err += process.readAllStandardError();
    }
    for (const auto& [number, fd] : descriptors)
        close(fd);
    return result;
}

QByteArray CtlHome::makeRepository(const QString& title) const {
    const QByteArray passphrase =
        run({QStringLiteral("repository"), QStringLiteral("passphrase")}).out.trimmed();
    const CtlResult made =
        run({QStringLiteral("--json"), QStringLiteral("repository"), QStringLiteral("init"),
             path(QStringLiteral("store-") + title), QStringLiteral("--title"), title,
             QStringLiteral("--secrets"), QStringLiteral("file"), QStringLiteral("--recovery-out"),
             path(QStringLiteral("recovery-") + title + QStringLiteral(".age")),
             QStringLiteral("--passphrase-fd"), QStringLiteral("3")},
            {{3, passphrase}});
    if (made.exitCode != 0)
        qWarning("%s%s", made.out.constData(), made.err.constData());
    return made.exitCode == 0 ? passphrase : QByteArray();
}

} // namespace salvor::test

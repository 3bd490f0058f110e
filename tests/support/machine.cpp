// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/machine.h"

#include <QDir>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>

namespace salvor::test {

namespace {

constexpr int kStartMs = 1'700'000; // the first one of a release makes its root
constexpr int kCommandMs = 120'000;
constexpr int kStopMs = 120'000;

QString s(const char* text) { return QString::fromUtf8(text); }

} // namespace

QJsonObject MachineAnswer::json() const { return QJsonDocument::fromJson(out).object(); }

bool LabMachine::take(const QStringList& labWords, std::string* reason) {
    QProcess lab;
    lab.start(s(SALVOR_LAB_SCRIPT), labWords);
    if (!lab.waitForFinished(kStartMs) || lab.exitCode() != 0) {
        if (reason)
            *reason =
                "machine " + m_kind.toStdString() + ": " + lab.readAllStandardError().trimmed().toStdString();
        return false;
    }
    const QJsonObject entry = QJsonDocument::fromJson(lab.readAllStandardOutput()).object();
    const QJsonObject machine = entry.value(s("machine")).toObject();
    m_root = machine.value(s("root")).toString();
    m_leader = machine.value(s("leader")).toInteger();
    m_server = labServerFromJson(entry);
    return m_leader > 0;
}

std::unique_ptr<LabMachine> LabMachine::start(const QString& kind, std::string* reason) {
    QTemporaryDir parent(QDir::tempPath() + s("/salvor-machine-XXXXXX"));
    parent.setAutoRemove(false);
    std::unique_ptr<LabMachine> machine(new LabMachine(kind, parent.filePath(s("m"))));
    if (!machine->take({s("machine"), s("--kind"), kind, machine->m_folder}, reason))
        return nullptr;
    return machine;
}

LabMachine::~LabMachine() {
    QProcess lab;
    lab.start(s(SALVOR_LAB_SCRIPT), {s("machine-stop"), m_folder});
    if (!lab.waitForFinished(kStopMs) || lab.exitCode() != 0)
        qWarning("the machine in %s was not stopped: %s", qPrintable(m_folder),
                 lab.readAllStandardError().constData());
    QDir().rmdir(QFileInfo(m_folder).path());
}

MachineAnswer LabMachine::run(const QStringList& command, const QByteArray& input,
                              const QString& user) const {
    QStringList words{s("-t"),
                      QString::number(m_leader),
                      s("-m"),
                      s("-u"),
                      s("-i"),
                      s("-n"),
                      s("-p"),
                      s("--"),
                      s("runuser"),
                      s("-u"),
                      user,
                      s("--"),
                      s("env"),
                      s("-i"),
                      s("PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
                      s("LC_ALL=C.UTF-8"),
                      s("ASAN_OPTIONS=detect_leaks=0"), // it cannot look into a process in another namespace
                      s("HOME=") + (user == s("root") ? s("/root") : s("/home/") + user)};
    QProcess process;
    process.start(s("nsenter"), words + command);
    MachineAnswer answer;
    if (!process.waitForStarted())
        return answer;
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(kCommandMs)) {
        process.kill();
        process.waitForFinished(5000);
        answer.err = "timed out\n";
    } else if (process.exitStatus() == QProcess::NormalExit) {
        answer.exitCode = process.exitCode();
    }
    answer.out = process.readAllStandardOutput();
    answer.err += process.readAllStandardError();
    return answer;
}

bool LabMachine::reboot(const QStringList& backDate, std::string* reason) {
    QStringList words{s("machine-reboot"), s("--kind"), m_kind};
    for (const QString& file : backDate)
        words << s("--back-date") << file;
    return take(words << m_folder, reason);
}

} // namespace salvor::test

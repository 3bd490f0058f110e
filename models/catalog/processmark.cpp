// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/catalog/processmark.h"

#include "models/base/json.h"

#include <cerrno>
#include <fstream>
#include <sstream>

#include <signal.h>
#include <unistd.h>

namespace salvor {

namespace {

std::string firstLineOf(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::string ownPidNamespace() {
    char target[64];
    const ssize_t length = ::readlink("/proc/self/ns/pid", target, sizeof target);
    return length > 0 ? std::string(target, static_cast<std::size_t>(length)) : std::string();
}

std::string thisMachine() {
    std::string machine = firstLineOf("/etc/machine-id");
    char name[256] = "";
    if (machine.empty() && ::gethostname(name, sizeof name - 1) == 0)
        machine = name;
    return machine;
}

/// Field 22 of /proc/PID/stat; 0 when there is no such process.
std::uint64_t startTicksOf(std::int64_t pid) {
    const std::string line = firstLineOf("/proc/" + std::to_string(pid) + "/stat");
    const auto nameEnd = line.rfind(')'); // the name in field 2 may hold spaces and brackets
    if (nameEnd == std::string::npos)
        return 0;
    std::istringstream fields(line.substr(nameEnd + 1));
    std::string state;
    fields >> state;
    if (state == "Z" || state == "X") // ended, only not yet collected by its parent
        return 0;
    std::string skipped;
    for (int field = 4; field < 22; ++field)
        fields >> skipped;
    std::uint64_t ticks = 0;
    fields >> ticks;
    return ticks;
}

} // namespace

ProcessMark markOfProcess(std::int64_t pid) {
    ProcessMark mark;
    mark.startTicks = startTicksOf(pid);
    if (mark.startTicks == 0)
        return mark;
    mark.pid = pid;
    mark.machine = thisMachine();
    mark.bootId = firstLineOf("/proc/sys/kernel/random/boot_id");
    mark.pidNamespace = ownPidNamespace();
    return mark;
}

ProcessMark markOfThisProcess() { return markOfProcess(::getpid()); }

bool isSurelyDead(const ProcessMark& mark) {
    const ProcessMark here = markOfThisProcess();
    if (mark.pid == 0 || here.pid == 0 || mark.machine != here.machine)
        return false;
    // A container may show its own boot_id, mounted over the real one: a unit with a /proc of its own
    // (ProtectProc=) reads the computer's there. What runs as it began in the same namespace lives, then.
    if (mark.pidNamespace != here.pidNamespace)
        return mark.bootId != here.bootId;
    // A sandbox (ProtectProc=invisible) hides a process that is closed to its own user, as Salvor's are.
    if (::access(("/proc/" + std::to_string(mark.pid)).c_str(), F_OK) != 0)
        return ::kill(static_cast<pid_t>(mark.pid), 0) != 0 && errno == ESRCH;
    return startTicksOf(mark.pid) != mark.startTicks;
}

std::optional<ProcessMark> processMarkOf(const RunRecord& run) {
    const QJsonValue value = run.details.value(QLatin1String("process"));
    if (!value.isObject())
        return std::nullopt;
    const QJsonObject object = value.toObject();
    ProcessMark mark;
    mark.machine = fromQt(object.value(QLatin1String("machine")).toString());
    mark.bootId = fromQt(object.value(QLatin1String("boot_id")).toString());
    mark.pidNamespace = fromQt(object.value(QLatin1String("pid_namespace")).toString());
    mark.pid = object.value(QLatin1String("pid")).toInteger();
    mark.startTicks = static_cast<std::uint64_t>(object.value(QLatin1String("start_ticks")).toInteger());
    return mark;
}

void setProcessMark(RunRecord& run, const std::optional<ProcessMark>& mark) {
    if (!mark) {
        run.details.remove(QStringLiteral("process"));
        return;
    }
    run.details.insert(QStringLiteral("process"),
                       QJsonObject{{QStringLiteral("machine"), toQt(mark->machine)},
                                   {QStringLiteral("boot_id"), toQt(mark->bootId)},
                                   {QStringLiteral("pid_namespace"), toQt(mark->pidNamespace)},
                                   {QStringLiteral("pid"), static_cast<qint64>(mark->pid)},
                                   {QStringLiteral("start_ticks"), static_cast<qint64>(mark->startTicks)}});
}

} // namespace salvor

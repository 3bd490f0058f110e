// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/pty.h"

#include <poll.h>
#include <pty.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace salvor::test {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

int millisecondsLeft(Deadline deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

/// Reads what is there into `output`; false at the end of the terminal (its last holder is gone) or the
/// deadline.
bool readSome(int master, Deadline deadline, std::string& output) {
    pollfd waiting{master, POLLIN, 0};
    if (poll(&waiting, 1, millisecondsLeft(deadline)) <= 0)
        return false;
    std::array<char, 4096> buffer{};
    const ssize_t got = read(master, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR)
        return true;
    if (got <= 0)
        return false;
    output.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
}

/// Waits for the end of the child, until the deadline.
bool reap(pid_t child, Deadline deadline, int& status) {
    const int handle = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
    if (handle < 0)
        return false;
    pollfd waiting{handle, POLLIN, 0};
    const bool ended = poll(&waiting, 1, millisecondsLeft(deadline)) > 0;
    close(handle);
    return ended && waitpid(child, &status, 0) == child;
}

} // namespace

PtyResult runOnPty(const std::vector<std::string>& argv, const std::vector<PtyAnswer>& answers,
                   std::chrono::seconds limit) {
    std::vector<char*> arguments;
    for (const std::string& argument : argv)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const Deadline deadline = std::chrono::steady_clock::now() + limit;

    PtyResult result;
    int master = -1;
    const pid_t child = forkpty(&master, nullptr, nullptr, nullptr);
    if (child < 0)
        return result;
    if (child == 0) {
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    std::size_t answered = 0;
    std::size_t from = 0;
    while (readSome(master, deadline, result.output)) {
        if (answered == answers.size())
            continue;
        const std::size_t at = result.output.find(answers[answered].first, from);
        if (at == std::string::npos)
            continue;
        from = at + answers[answered].first.size();
        const std::string line = answers[answered++].second + "\n";
        if (write(master, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            break;
    }
    int status = 0;
    const bool ended = reap(child, deadline, status);
    if (!ended) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
    }
    close(master);
    result.finished = ended && answered == answers.size();
    result.exitCode = ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return result;
}

} // namespace salvor::test

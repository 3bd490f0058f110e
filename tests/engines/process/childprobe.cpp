// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a child of SystemProcessRunner sees: prints one fact per line, then copies what its argument asks for.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

int main() {
    for (int fd = 0; fd < 4096; ++fd) {
        if (::fcntl(fd, F_GETFD) >= 0)
            std::printf("fd %d\n", fd);
    }
    std::printf("leader %d\n", ::getsid(0) == ::getpid() && ::getpgid(0) == ::getpid() ? 1 : 0);
    std::printf("tty %d\n", ::open("/dev/tty", O_RDWR | O_CLOEXEC) >= 0 ? 1 : 0);
    struct rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    std::printf("core %llu\n", static_cast<unsigned long long>(core.rlim_max));
    sigset_t mask;
    ::sigprocmask(SIG_BLOCK, nullptr, &mask);
    struct sigaction pipe{};
    ::sigaction(SIGPIPE, nullptr, &pipe);
    std::printf("pipe %d %d\n", ::sigismember(&mask, SIGPIPE), pipe.sa_handler == SIG_DFL ? 0 : 1);
    std::printf("room %d\n", ::fcntl(1, F_GETPIPE_SZ));
    for (char** variable = environ; *variable != nullptr; ++variable)
        std::printf("env %s\n", *variable);
    return 0;
}

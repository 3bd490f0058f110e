// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/secretinput.h"

#include "app/salvorctl/command.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace salvor::ctl {

namespace {

constexpr std::size_t kLargestSecret = 65536;

/// The terminal's settings, put back on every way out.
class EchoOff {
public:
    explicit EchoOff(int fd)
        : m_fd(fd) {
        if (tcgetattr(fd, &m_before) != 0)
            return;
        termios quiet = m_before;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        m_changed = tcsetattr(fd, TCSAFLUSH, &quiet) == 0;
    }
    ~EchoOff() {
        if (m_changed)
            tcsetattr(m_fd, TCSAFLUSH, &m_before);
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

private:
    int m_fd;
    termios m_before{};
    bool m_changed = false;
};

/// Reads until the end of the file, or of the line for a terminal; looks at the token ten times a second.
Result<Secret> readSecret(int fd, bool oneLine, const CancelToken& cancel) {
    Bytes bytes;
    const auto wiped = [&](Error error) {
        explicit_bzero(bytes.data(), bytes.size());
        return failure(std::move(error));
    };
    bytes.reserve(kLargestSecret); // never reallocated: no copy is left behind
    while (bytes.size() < kLargestSecret) {
        if (cancel.stop_requested())
            return wiped(cancelledError());
        pollfd wait{fd, POLLIN, 0};
        if (poll(&wait, 1, 100) == 0)
            continue;
        char c = 0;
        const ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return wiped(
                {ErrorCode::InvalidInput,
                 "reading a secret from file descriptor " + std::to_string(fd) + ": " + std::strerror(errno),
                 "pass an open descriptor, for example --password-fd 3 3<file",
                 false,
                 {}});
        if (got == 0 || (oneLine && c == '\n'))
            break;
        bytes.push_back(static_cast<std::byte>(c));
    }
    if (!bytes.empty() && bytes.back() == std::byte{'\n'})
        bytes.pop_back();
    Secret secret{ByteView(bytes)};
    explicit_bzero(bytes.data(), bytes.size());
    if (secret.empty())
        return failure(ErrorCode::InvalidInput, "no secret was given: it is empty");
    return secret;
}

} // namespace

Result<Secret> readSecretFromFd(int fd, const CancelToken& cancel) { return readSecret(fd, false, cancel); }

bool hasTerminal() {
    const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return false;
    close(fd);
    return true;
}

Result<Secret> askSecret(const std::string& prompt, const CancelToken& cancel) {
    const int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return failure(ErrorCode::SecretUnavailable, "a secret is needed and there is no terminal to ask on",
                       "pass it on a file descriptor: --password-fd N or --passphrase-fd N");
    Result<Secret> secret = failure(cancelledError());
    {
        const EchoOff quiet(fd);
        const std::string shown = prompt + " ";
        (void)!write(fd, shown.data(), shown.size());
        secret = readSecret(fd, true, cancel);
        (void)!write(fd, "\n", 1);
    }
    close(fd);
    return secret;
}

Result<Secret> obtainSecret(int fd, const std::string& prompt, const CancelToken& cancel) {
    return fd >= 0 ? readSecretFromFd(fd, cancel) : askSecret(prompt, cancel);
}

} // namespace salvor::ctl

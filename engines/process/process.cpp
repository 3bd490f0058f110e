// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/process/process.h"

#include "engines/process/spawn.h"

#include <QString>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <optional>
#include <thread>

namespace salvor {

namespace {

using SteadyClock = std::chrono::steady_clock;
constexpr std::size_t kBufferBytes = std::size_t{256} << 10U;
constexpr std::chrono::milliseconds kTermWait{1000};  // from TERM to KILL
constexpr std::chrono::milliseconds kKillWait{500};   // from KILL to giving up on a child stuck in the kernel
constexpr std::chrono::milliseconds kDrainWait{1000}; // from the child's end to the end of its output

/// Writing to a child that has closed its input must give EPIPE, whatever the program does about SIGPIPE.
class SigPipeGuard {
public:
    SigPipeGuard() {
        ::sigemptyset(&m_pipe);
        ::sigaddset(&m_pipe, SIGPIPE);
        sigset_t pending;
        ::sigpending(&pending);
        m_wasPending = ::sigismember(&pending, SIGPIPE) == 1;
        ::pthread_sigmask(SIG_BLOCK, &m_pipe, &m_before);
    }
    ~SigPipeGuard() {
        const struct timespec atOnce{};
        while (!m_wasPending && ::sigtimedwait(&m_pipe, nullptr, &atOnce) < 0 && errno == EINTR) {
        }
        ::pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
    }
    SigPipeGuard(const SigPipeGuard&) = delete;
    SigPipeGuard& operator=(const SigPipeGuard&) = delete;

private:
    sigset_t m_pipe{};
    sigset_t m_before{};
    bool m_wasPending = false;
};

/// The last bytes of a stream.
class Tail {
public:
    explicit Tail(std::size_t limit)
        : m_limit(limit) {}

    void add(std::string_view text) {
        m_text.append(text);
        if (m_text.size() > 2 * m_limit + 65536)
            m_text.erase(0, m_text.size() - m_limit);
    }

    /// Valid UTF-8: a character cut at the front goes, other faults become U+FFFD.
    std::string take() const {
        std::string_view text = m_text;
        if (text.size() > m_limit) {
            text.remove_prefix(text.size() - m_limit);
            while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80)
                text.remove_prefix(1);
        }
        return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size())).toStdString();
    }

private:
    std::size_t m_limit;
    std::string m_text;
};

bool wouldBlock(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

/// One child from its start to its end. Runs on the caller's thread; source and sink are called there.
class Run {
public:
    Run(const ProcessRequest& request, SpawnedChild child, int cancelFd)
        : m_request(request)
        , m_child(std::move(child))
        , m_cancelFd(cancelFd)
        , m_buffer(kBufferBytes)
        , m_inputBuffer(request.input != nullptr ? kBufferBytes : 0)
        , m_tail(request.errorTailBytes) {
        if (request.timeout.count() > 0)
            m_deadline = SteadyClock::now() + request.timeout;
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Result<ProcessReport> finish() {
        Result<> pumped = pump();
        if (!pumped)
            terminate();
        return end(std::move(pumped));
    }

private:
    enum Slot { kInput, kOutput, kError, kExit, kCancel, kSlots };
    using PollSet = std::array<struct pollfd, kSlots>;

    Result<PollSet> wait(std::optional<SteadyClock::time_point> until, bool wantCancel) {
        PollSet set{};
        set[kInput] = {m_child.input.get(), POLLOUT, 0};
        set[kOutput] = {m_child.output.get(), POLLIN, 0};
        set[kError] = {m_child.error.get(), POLLIN, 0};
        set[kExit] = {m_exited ? -1 : m_child.pidFd.get(), POLLIN, 0};
        set[kCancel] = {wantCancel ? m_cancelFd : -1, POLLIN, 0};
        if (m_stopInput)
            set[kInput].fd = -1; // stays open: its end would look like the end of the data
        int milliseconds = -1;
        if (until) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(*until - SteadyClock::now()).count();
            milliseconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000));
        }
        if (::poll(set.data(), set.size(), milliseconds) < 0 && errno != EINTR)
            return failure(ErrorCode::Internal,
                           std::string("cannot wait for a child process: ") + std::strerror(errno));
        return set;
    }

    /// Until the child has ended and its output was taken; Cancelled, Timeout, or the error of source or
    /// sink.
    Result<> pump() {
        std::optional<SteadyClock::time_point> drainUntil;
        for (;;) {
            if (m_exited && !m_child.output.valid())
                return {};
            std::optional<SteadyClock::time_point> until = m_deadline;
            if (drainUntil && (!until || *drainUntil < *until))
                until = drainUntil;
            SALVOR_ASSIGN(PollSet set, wait(until, true));
            if (set[kCancel].revents != 0)
                return failure(cancelledError());
            const bool news = set[kOutput].revents != 0;
            SALVOR_TRY(serve(set));
            const auto now = SteadyClock::now();
            if (m_deadline && now >= *m_deadline)
                return failure(timedOut());
            if (m_exited && (!drainUntil || news))
                drainUntil = now + kDrainWait;
            else if (drainUntil && now >= *drainUntil)
                return failure(heldOutput());
        }
    }

    Result<> serve(const PollSet& set) {
        if (set[kError].revents != 0)
            takeError();
        if (set[kOutput].revents != 0)
            SALVOR_TRY(takeOutput());
        if (set[kExit].revents != 0)
            m_exited = true;
        if (m_exited)
            SALVOR_TRY(endInput());
        else if (set[kInput].revents != 0)
            SALVOR_TRY(giveInput());
        return {};
    }

    void takeError() {
        const ssize_t count = ::read(m_child.error.get(), m_buffer.data(), m_buffer.size());
        if (count > 0)
            m_tail.add(asText(ByteView(m_buffer).first(static_cast<std::size_t>(count))));
        else if (count == 0 || !wouldBlock(errno))
            m_child.error.reset();
    }

    Result<> takeOutput() {
        const ssize_t count = ::read(m_child.output.get(), m_buffer.data(), m_buffer.size());
        if (count > 0)
            return m_request.output->write(ByteView(m_buffer).first(static_cast<std::size_t>(count)));
        if (count < 0 && !wouldBlock(errno))
            return failure(ErrorCode::IoError,
                           "cannot read the output of " + name() + ": " + std::strerror(errno));
        if (count == 0)
            m_child.output.reset();
        return {};
    }

    /// Fills m_pending; closes the child's input where the source has no more.
    Result<> refill() {
        SALVOR_ASSIGN(const std::size_t count, m_request.input->read(m_inputBuffer));
        m_pending = ByteView(m_inputBuffer).first(count);
        if (count == 0) {
            m_child.input.reset();
            m_inputComplete = true;
        }
        return {};
    }

    Result<> giveInput() {
        if (m_pending.empty())
            SALVOR_TRY(refill());
        if (m_pending.empty())
            return {};
        const ssize_t count = ::write(m_child.input.get(), m_pending.data(), m_pending.size());
        if (count >= 0)
            m_pending = m_pending.subspan(static_cast<std::size_t>(count));
        else if (!wouldBlock(errno))
            m_child.input.reset(); // EPIPE: the child wants no more; its exit code says whether that is right
        return {};
    }

    /// After the child's end. It may have known the length and left before we met the end: that is complete
    /// too.
    Result<> endInput() {
        if (m_child.input.valid() && m_pending.empty())
            SALVOR_TRY(refill());
        m_child.input.reset();
        return {};
    }

    /// TERM to the group, a bounded wait in which output is dropped, KILL.
    void terminate() {
        m_stopInput = true;
        if (!m_exited) {
            ::kill(-m_child.pid, SIGTERM);
            awaitExit(kTermWait);
        }
        ::kill(-m_child.pid, SIGKILL);
        awaitExit(kKillWait);
    }

    void awaitExit(std::chrono::milliseconds limit) {
        const auto until = SteadyClock::now() + limit;
        while (!m_exited && SteadyClock::now() < until) {
            const Result<PollSet> set = wait(until, false);
            if (!set)
                return;
            if ((*set)[kError].revents != 0)
                takeError();
            if ((*set)[kOutput].revents != 0 &&
                ::read(m_child.output.get(), m_buffer.data(), m_buffer.size()) == 0)
                m_child.output.reset();
            m_exited = (*set)[kExit].revents != 0;
        }
    }

    Result<ProcessReport> end(Result<> pumped) {
        // While the child is not reaped its number, and so the group's, cannot be anybody else's.
        ::kill(-m_child.pid, SIGKILL);
        if (m_exited && m_child.error.valid())
            drainError();
        if (!m_exited) {
            reapLater();
            return failure(std::move(pumped).error());
        }
        siginfo_t info{};
        while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(m_child.pidFd.get()), &info,
                        WEXITED) != 0) {
            if (errno != EINTR)
                return failure(ErrorCode::IoError,
                               "the exit code of " + name() + " was lost: " + std::strerror(errno),
                               "do not start this program with SIGCHLD ignored");
        }
        if (!pumped)
            return failure(std::move(pumped).error());
        ProcessReport report;
        report.exitCode = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
        report.errorTail = m_tail.take();
        report.inputComplete = m_request.input == nullptr || m_inputComplete;
        return report;
    }

    /// What the child wrote before its end is in the pipe; what a process it left behind may write is not
    /// waited for.
    void drainError() {
        for (;;) {
            struct pollfd one{m_child.error.get(), POLLIN, 0};
            if (!m_child.error.valid() || ::poll(&one, 1, 0) <= 0)
                return;
            takeError();
        }
    }

    /// A killed child that hangs in the kernel (a dead network file system) must not hang its caller: a
    /// thread that owns nothing but the descriptor reaps it.
    void reapLater() {
        std::thread([fd = std::move(m_child.pidFd)] {
            siginfo_t info{};
            while (::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(fd.get()), &info, WEXITED) !=
                       0 &&
                   errno == EINTR) {
            }
        }).detach();
    }

    Error timedOut() const {
        return Error{ErrorCode::Timeout,
                     name() + " did not end within " + std::to_string(m_request.timeout.count()) +
                         " s and was stopped",
                     {},
                     true,
                     {{"program", name()}}};
    }

    Error heldOutput() const {
        return Error{ErrorCode::ToolFailed,
                     name() + " ended, but something that it started kept its output open",
                     "its output cannot be trusted to be whole; run the program in the foreground",
                     false,
                     {{"program", name()}}};
    }

    const std::string& name() const { return m_request.command.front(); }

    const ProcessRequest& m_request;
    SpawnedChild m_child;
    int m_cancelFd;
    Bytes m_buffer;
    Bytes m_inputBuffer;
    ByteView m_pending;
    Tail m_tail;
    std::optional<SteadyClock::time_point> m_deadline;
    bool m_exited = false;
    bool m_stopInput = false;
    bool m_inputComplete = false;
};

} // namespace

Result<ProcessReport> SystemProcessRunner::run(const ProcessRequest& request, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    const UniqueFd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake.valid())
        return failure(ErrorCode::IoError,
                       std::string("cannot make an event descriptor: ") + std::strerror(errno));
    const std::stop_callback onCancel(cancel, [fd = wake.get()] {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t count = ::write(fd, &one, sizeof one);
    });
    const SigPipeGuard guard;
    SALVOR_ASSIGN(SpawnedChild child, spawnChild(request));
    return Run(request, std::move(child), wake.get()).finish();
}

} // namespace salvor

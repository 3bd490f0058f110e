// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/process/spawn.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace salvor {

namespace {

constexpr int kPipeBytes = 1 << 20; // best effort: fewer wake-ups than with the default of 64 KiB
constexpr const char* kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

tl::unexpected<Error> systemFailure(const std::string& what, int error) {
    Error result{ErrorCode::IoError, what + ": " + std::strerror(error), {}, false, {}};
    result.retryable = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
    if (result.retryable)
        result.hint = "the system is short of processes, memory or open files; try again later";
    return failure(std::move(result));
}

/// Descriptors 0 to 2 are the child's streams: a program started with one of them closed must not hand us its
/// number.
UniqueFd aboveStandard(UniqueFd fd) {
    if (fd.get() > 2 || !fd.valid())
        return fd;
    return UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3));
}

Result<Pipe> makePipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return systemFailure("cannot make a pipe to a child process", errno);
    Pipe pipe{aboveStandard(UniqueFd(ends[0])), aboveStandard(UniqueFd(ends[1]))};
    if (!pipe.read.valid() || !pipe.write.valid())
        return systemFailure("cannot make a pipe to a child process", errno);
    return pipe;
}

Result<UniqueFd> openNull() {
    UniqueFd fd = aboveStandard(UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC)));
    if (!fd.valid())
        return systemFailure("cannot open /dev/null", errno);
    return fd;
}

/// libpq wants its password file private, so the mode is set although nobody else can reach a memfd by name.
Result<UniqueFd> makeSecretFile(const SecretFile& file) {
    if (file.content == nullptr)
        return failure(ErrorCode::InvalidInput, "secret file for " + file.variable + " has no content");
    UniqueFd fd = aboveStandard(UniqueFd(::memfd_create("salvor", MFD_CLOEXEC)));
    if (!fd.valid() || ::fchmod(fd.get(), 0600) != 0)
        return systemFailure("cannot make an in-memory file for a child process", errno);
    ByteView rest = file.content->bytes();
    while (!rest.empty()) {
        const ssize_t count = ::write(fd.get(), rest.data(), rest.size());
        if (count < 0 && errno != EINTR)
            return systemFailure("cannot fill an in-memory file for a child process", errno);
        if (count > 0)
            rest = rest.subspan(static_cast<std::size_t>(count));
    }
    return fd;
}

bool hasNul(const std::string& text) { return text.find('\0') != std::string::npos; }

Result<> checkKept(const std::vector<int>& descriptors) {
    for (const int descriptor : descriptors) {
        if (descriptor <= 2 || ::fcntl(descriptor, F_GETFD) < 0)
            return failure(ErrorCode::InvalidInput,
                           "a child process cannot be given descriptor " + std::to_string(descriptor));
    }
    return {};
}

Result<> checkRequest(const ProcessRequest& request) {
    if (request.command.empty() || request.command.front().empty())
        return failure(ErrorCode::InvalidInput, "cannot run an empty command");
    for (const auto& argument : request.command) {
        if (hasNul(argument))
            return failure(ErrorCode::InvalidInput,
                           "cannot run " + request.command.front() + ": an argument has a NUL");
    }
    const auto goodName = [](const std::string& name) {
        return !name.empty() && !hasNul(name) && name.find('=') == std::string::npos;
    };
    for (const auto& [name, value] : request.environment) {
        if (!goodName(name) || hasNul(value))
            return failure(ErrorCode::InvalidInput, "environment variable cannot be set: " + name);
    }
    for (const auto& file : request.secretFiles) {
        if (!goodName(file.variable))
            return failure(ErrorCode::InvalidInput, "environment variable cannot be set: " + file.variable);
    }
    return checkKept(request.keptDescriptors);
}

std::map<std::string, std::string> makeEnvironment(const ProcessRequest& request) {
    std::map<std::string, std::string> environment{{"PATH", kDefaultPath}, {"LANG", "C.UTF-8"}};
    for (const char* name : {"PATH", "HOME", "TMPDIR"}) {
        if (const char* value = std::getenv(name); value != nullptr && *value != '\0')
            environment[name] = value;
    }
    for (const auto& [name, value] : request.environment)
        environment[name] = value;
    return environment;
}

tl::unexpected<Error> missing(const std::string& program, const std::string& why, const std::string& hint) {
    return failure(ErrorCode::ToolMissing, "cannot run " + program + ": " + why, hint,
                   {{"program", program}});
}

bool isProgram(const std::string& path, bool& exists) {
    struct stat info{};
    if (::stat(path.c_str(), &info) != 0 || S_ISDIR(info.st_mode))
        return false;
    exists = true;
    return ::access(path.c_str(), X_OK) == 0;
}

/// Only absolute folders of PATH count: an empty or relative entry would run what lies in the current folder.
Result<std::string> findProgram(const std::string& program, const std::string& path) {
    bool exists = false;
    if (program.find('/') != std::string::npos) {
        if (isProgram(program, exists))
            return program;
    } else {
        for (std::size_t from = 0; from <= path.size();) {
            const std::size_t end = std::min(path.find(':', from), path.size());
            if (end > from && path[from] == '/') {
                const std::string candidate = path.substr(from, end - from) + "/" + program;
                if (isProgram(candidate, exists))
                    return candidate;
            }
            from = end + 1;
        }
    }
    if (exists)
        return missing(program, "it is not executable",
                       "check the permissions of the file and of its folders");
    return missing(program, "it was not found", "install the package that has it, or give its full path");
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (auto& text : texts)
        result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

/// All that the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct ChildPlan {
    const char* program = nullptr;
    char* const* arguments = nullptr;
    char* const* environment = nullptr;
    int input = -1;
    int output = -1;
    int error = -1;
    int report = -1;
    pid_t parent = -1;
    const int* kept = nullptr;
    std::size_t keptCount = 0;
};

bool prepareChild(const ChildPlan& plan) {
    if (::setsid() < 0 || ::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
        return false;
    if (::getppid() != plan.parent) // the parent ended before the line above
        ::_exit(127);
    struct sigaction normal{};
    normal.sa_handler = SIG_DFL; // NOLINT(cppcoreguidelines-pro-type-union-access)
    for (int number = 1; number < NSIG; ++number)
        ::sigaction(number, &normal,
                    nullptr); // KILL, STOP and the C library's own ones refuse; that is right
    sigset_t none;
    ::sigemptyset(&none);
    const struct rlimit noCore{0, 0};
    if (::sigprocmask(SIG_SETMASK, &none, nullptr) != 0 || ::setrlimit(RLIMIT_CORE, &noCore) != 0)
        return false;
    if (::dup2(plan.input, 0) < 0 || ::dup2(plan.output, 1) < 0 || ::dup2(plan.error, 2) < 0)
        return false;
    if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
        return false;
    for (std::size_t i = 0; i < plan.keptCount; ++i) {
        if (::fcntl(plan.kept[i], F_SETFD, 0) != 0)
            return false;
    }
    return true;
}

[[noreturn]] void runChild(const ChildPlan& plan) {
    if (prepareChild(plan))
        ::execve(plan.program, plan.arguments, plan.environment);
    const int error = errno;
    [[maybe_unused]] const ssize_t count = ::write(plan.report, &error, sizeof error);
    ::_exit(127);
}

void reap(pid_t pid) {
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

/// 0 once exec has worked: its report pipe closes without a word.
int execError(int report) {
    int error = 0;
    ssize_t count = 0;
    do {
        count = ::read(report, &error, sizeof error);
    } while (count < 0 && errno == EINTR);
    return count == sizeof error ? error : 0;
}

tl::unexpected<Error> execFailure(const std::string& program, int error) {
    switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
        return missing(program, "it, or the interpreter that it names, was not found", "install it again");
    case EACCES:
    case EPERM:
        return missing(program, "it is not executable",
                       "check its permissions and how its file system is mounted");
    case ENOEXEC:
    case ELIBBAD:
        return missing(program, "it is not a program for this computer", "install it again");
    case E2BIG:
        return failure(ErrorCode::InvalidInput, "cannot run " + program + ": its arguments are too long");
    default:
        return systemFailure("cannot run " + program, error);
    }
}

void makeOurEnd(const UniqueFd& fd, bool hasItsSize = false) {
    if (!fd.valid())
        return;
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    if (!hasItsSize)
        ::fcntl(fd.get(), F_SETPIPE_SZ, kPipeBytes);
}

/// Forks and waits until exec has happened or failed.
Result<SpawnedChild> start(const ChildPlan& plan, Pipe report, const std::string& name) {
    SpawnedChild child;
    child.pid = ::fork();
    if (child.pid == 0)
        runChild(plan);
    if (child.pid < 0)
        return systemFailure("cannot start " + name, errno);
    report.write.reset();
    if (const int error = execError(report.read.get()); error != 0) {
        reap(child.pid);
        return execFailure(name, error);
    }
    child.pidFd.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
    if (!child.pidFd.valid()) {
        const int error = errno;
        ::kill(-child.pid, SIGKILL);
        reap(child.pid);
        return systemFailure("cannot watch " + name, error);
    }
    return child;
}

struct Streams {
    Pipe input;
    Pipe output;
    Pipe error;
    UniqueFd null;
};

Result<Streams> makeStreams(const ProcessRequest& request) {
    Streams streams;
    SALVOR_ASSIGN(streams.null, openNull());
    SALVOR_ASSIGN(streams.error, makePipe());
    if (request.input != nullptr) {
        SALVOR_ASSIGN(streams.input, makePipe());
    }
    if (request.output != nullptr) {
        SALVOR_ASSIGN(streams.output, makePipe());
        if (request.outputPipeBytes != 0)
            ::fcntl(streams.output.read.get(), F_SETPIPE_SZ, static_cast<int>(request.outputPipeBytes));
    }
    return streams;
}

} // namespace

Result<SpawnedChild> spawnChild(const ProcessRequest& request) {
    SALVOR_TRY(checkRequest(request));
    auto environment = makeEnvironment(request);
    SALVOR_ASSIGN(const std::string program, findProgram(request.command.front(), environment["PATH"]));
    std::vector<UniqueFd> secrets;
    std::vector<int> kept = request.keptDescriptors;
    for (const auto& file : request.secretFiles) {
        SALVOR_ASSIGN(UniqueFd fd, makeSecretFile(file));
        environment[file.variable] = "/proc/self/fd/" + std::to_string(fd.get());
        kept.push_back(fd.get());
        secrets.push_back(std::move(fd));
    }
    SALVOR_ASSIGN(Streams streams, makeStreams(request));
    SALVOR_ASSIGN(Pipe report, makePipe());

    std::vector<std::string> arguments = request.command;
    std::vector<std::string> assignments;
    for (const auto& [name, value] : environment)
        assignments.push_back(name + "=" + value);
    const auto argumentPointers = pointers(arguments);
    const auto assignmentPointers = pointers(assignments);

    ChildPlan plan;
    plan.program = program.c_str();
    plan.arguments = argumentPointers.data();
    plan.environment = assignmentPointers.data();
    plan.input = request.input != nullptr ? streams.input.read.get() : streams.null.get();
    plan.output = request.output != nullptr ? streams.output.write.get() : streams.null.get();
    plan.error = streams.error.write.get();
    plan.report = report.write.get();
    plan.parent = ::getpid();
    plan.kept = kept.data();
    plan.keptCount = kept.size();
    SALVOR_ASSIGN(SpawnedChild child, start(plan, std::move(report), request.command.front()));

    child.input = std::move(streams.input.write);
    child.output = std::move(streams.output.read);
    child.error = std::move(streams.error.read);
    makeOurEnd(child.input);
    makeOurEnd(child.output, request.outputPipeBytes != 0);
    makeOurEnd(child.error);
    return child;
}

} // namespace salvor

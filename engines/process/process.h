// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Child processes: argument lists only (no shell), own process group, memfds for secrets, bounded ends.
#pragma once

#include "models/base/bytes.h"
#include "models/base/canceltoken.h"
#include "models/base/result.h"
#include "models/base/secret.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace salvor {

/// A secret file for one child: kept in a memfd (mode 0600) that only the child inherits.
struct SecretFile {
    std::string variable; ///< environment variable that gets /proc/self/fd/N, such as PGPASSFILE
    const Secret* content = nullptr;
};

struct ProcessRequest {
    /// Program (looked up in PATH when it has no '/') and arguments; never a secret.
    std::vector<std::string> command;
    /// Added to a minimal environment (PATH, HOME, LANG=C.UTF-8, TMPDIR).
    std::map<std::string, std::string> environment;
    std::vector<SecretFile> secretFiles;
    /// Descriptors of ours, above 2, that the child has under the same numbers: it opens /proc/self/fd/N. It
    /// cannot open /proc/<our process>/fd/N: a process that gives no core dumps has a /proc of root's alone.
    std::vector<int> keptDescriptors;
    ByteSource* input = nullptr; ///< standard input; null: /dev/null
    ByteSink* output = nullptr;  ///< standard output as it comes; null: dropped
    /// How far the child may be ahead of `output`, about: the size of the pipe between them, whole pages. 0:
    /// as much as the other pipes have (1 MiB). A system that does not give it leaves its own.
    std::size_t outputPipeBytes = 0;
    std::chrono::seconds timeout{0};    ///< 0: none
    std::size_t errorTailBytes = 16384; ///< how much of the end of standard error is kept
};

struct ProcessReport {
    int exitCode = 0;          ///< 128 + signal when a signal ended it
    std::string errorTail;     ///< the end of standard error, valid UTF-8
    bool inputComplete = true; ///< false when the child left before all of its input was given
};

/// Injected so that callers can be tried with faults. Thread safe.
class ProcessRunner {
public:
    virtual ~ProcessRunner() = default;
    /// Runs to its end. An exit code other than 0 is not an error here. ToolMissing: not found or not
    /// executable. Cancel or time-out: TERM to the group, a bounded wait, KILL; then Cancelled or Timeout. No
    /// zombie stays, and nothing of the child's process group. An error of source or sink ends the child in
    /// the same way and is returned; the child never sees it as the end of its input. Source and sink are
    /// called on the calling thread: they must heed `cancel` themselves while they block. ToolFailed: the
    /// child ended but left a process that holds its output.
    virtual Result<ProcessReport> run(const ProcessRequest& request, const CancelToken& cancel) = 0;
};

/// The real one: fork and exec in a session of its own, with every other descriptor closed. Needs Linux 5.11.
class SystemProcessRunner final : public ProcessRunner {
public:
    Result<ProcessReport> run(const ProcessRequest& request, const CancelToken& cancel) override;
};

} // namespace salvor

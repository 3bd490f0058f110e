// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/hooks.h"

#include "models/base/json.h"
#include "models/base/uniquefd.h"
#include "models/places.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <vector>

namespace salvor {

namespace {

/// The end of what was written, and how much it was.
class OutputTail final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        m_count += bytes.size();
        m_text.append(asText(bytes));
        if (m_text.size() > 4 * kHookOutputBytes)
            m_text.erase(0, m_text.size() - kHookOutputBytes);
        return {};
    }
    std::uint64_t count() const { return m_count; }
    std::string_view text() const {
        const std::string_view all = m_text;
        return all.size() > kHookOutputBytes ? all.substr(all.size() - kHookOutputBytes) : all;
    }

private:
    std::string m_text;
    std::uint64_t m_count = 0;
};

void removeOldLogs(const std::string& folder) {
    std::vector<std::filesystem::path> logs;
    std::error_code error;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
        logs.push_back(it->path());
    if (logs.size() <= kHookLogsKept)
        return;
    std::sort(logs.begin(), logs.end()); // their names begin with the run's time
    logs.resize(logs.size() - kHookLogsKept);
    for (const auto& log : logs)
        std::filesystem::remove(log, error);
}

Result<> writeLog(const HookCall& call, const std::string& text) {
    SALVOR_TRY(createPrivateFolder(call.logFolder));
    const std::string path = call.logFolder + "/" + call.logName;
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600));
    std::string_view rest = text;
    bool good = file.valid();
    while (good && !rest.empty()) {
        const ssize_t put = ::write(file.get(), rest.data(), rest.size());
        good = put >= 0 || errno == EINTR;
        rest.remove_prefix(put > 0 ? static_cast<std::size_t>(put) : 0);
    }
    if (!good)
        return failure(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::IoError,
                       "writing the hook's log " + path + ": " + std::strerror(errno));
    removeOldLogs(call.logFolder);
    return {};
}

Error exitError(const HookCall& call, int exitCode) {
    const std::string& program = call.hook->command.front();
    return {ErrorCode::ToolFailed,
            "the hook " + program + " failed with exit code " + std::to_string(exitCode),
            {},
            false,
            {{"exit_code", std::to_string(exitCode)}}};
}

} // namespace

HookResult runHook(ProcessRunner& processes, const HookCall& call, const CancelToken& cancel) {
    OutputTail output;
    ProcessRequest request;
    request.command = call.hook->command;
    request.environment = call.environment;
    request.output = &output;
    request.timeout = std::chrono::seconds(static_cast<std::int64_t>(call.hook->timeoutSeconds));
    request.errorTailBytes = kHookOutputBytes;
    const auto begin = std::chrono::steady_clock::now();
    const auto report = processes.run(request, cancel);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);

    HookResult result;
    result.record = {{QStringLiteral("program"), toQt(request.command.front())},
                     {QStringLiteral("milliseconds"), static_cast<qint64>(took.count())},
                     {QStringLiteral("output_bytes"), static_cast<qint64>(output.count())}};
    if (!report) {
        result.error = report.error();
    } else {
        result.record.insert(QStringLiteral("exit_code"), report->exitCode);
        if (report->exitCode != 0)
            result.error = exitError(call, report->exitCode);
    }
    std::string log(output.text());
    if (report && !report->errorTail.empty())
        log += "\n--- standard error ---\n" + report->errorTail;
    if (result.error)
        log += "\n--- " + result.error->message + " ---\n";
    const std::string path = call.logFolder + "/" + call.logName;
    const auto written = writeLog(call, log);
    result.record.insert(QStringLiteral("log"), toQt(written ? path : written.error().toText()));
    if (result.error && !result.error->isCancelled()) {
        result.error->context.emplace("hook", request.command.front());
        if (written) {
            result.error->context.emplace("log", path);
            result.error->hint = "what it wrote is in " + path;
        }
    }
    return result;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerstatus.h"

#include <algorithm>
#include <charconv>
#include <map>

namespace salvor {

namespace {

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// "@1764086400", as --timestamp=unix gives it; systemd 252 gives times of timers as "Wed 2026-11-25 17:16:40
/// UTC" all the same. Nothing for "n/a" and an empty one.
std::optional<Instant> time(const std::string& text) {
    if (text.starts_with('@')) {
        const auto seconds = number(std::string_view(text).substr(1));
        return seconds && *seconds > 0 ? std::optional(Instant(std::chrono::seconds(*seconds)))
                                       : std::nullopt;
    }
    constexpr std::size_t kDate = 4;
    constexpr std::size_t kLength = 19; // "2026-11-25 17:16:40"
    if (!text.ends_with(" UTC") || text.size() < kDate + kLength)
        return std::nullopt;
    std::string written = text.substr(kDate, kLength) + "Z";
    written[10] = 'T';
    const auto parsed = fromRfc3339(written);
    return parsed ? std::optional(*parsed) : std::nullopt;
}

std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> list;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find(' ', at), text.size());
        if (end > at)
            list.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return list;
}

Result<TimerUnitStatus> askTimer(const UnitSystem& system, const std::string& timer,
                                 const CancelToken& cancel) {
    TimerUnitStatus status;
    status.timer = timer;
    SALVOR_ASSIGN(auto of, system.show(timer,
                                       {"UnitFileState", "ActiveState", "SubState", "NextElapseUSecRealtime",
                                        "LastTriggerUSec", "DropInPaths"},
                                       cancel));
    status.enabled = of["UnitFileState"];
    status.active = of["ActiveState"];
    status.elapsed = of["SubState"] == "elapsed"; // "waiting", or "running" while its service does
    status.next = time(of["NextElapseUSecRealtime"]);
    status.last = time(of["LastTriggerUSec"]);
    status.dropIns = words(of["DropInPaths"]);
    return status;
}

Result<TimerUnitStatus> ask(const UnitSystem& system, const std::string& timer, const CancelToken& cancel) {
    SALVOR_ASSIGN(TimerUnitStatus status, askTimer(system, timer, cancel));
    const std::string service = timer.substr(0, timer.rfind('.')) + ".service";
    SALVOR_ASSIGN(auto run, system.show(service,
                                        {"Result", "ExecMainStatus", "ExecMainStartTimestamp",
                                         "ExecMainExitTimestamp", "InactiveExitTimestamp", "DropInPaths"},
                                        cancel));
    // What fails before there is a process leaves the times of the process before.
    status.began = std::max(time(run["ExecMainStartTimestamp"]), time(run["InactiveExitTimestamp"]));
    status.ended = time(run["ExecMainExitTimestamp"]);
    if (status.ended || run["Result"] != "success") {
        status.result = run["Result"];
        if (const auto code = number(run["ExecMainStatus"]); code && status.ended)
            status.exitCode = static_cast<int>(*code);
    }
    for (auto& dropIn : words(run["DropInPaths"]))
        status.dropIns.push_back(std::move(dropIn));
    return status;
}

Result<std::vector<FileStatus>> compare(const HostFiles& files, const std::vector<InstalledFile>& installed) {
    std::vector<FileStatus> states;
    for (const auto& file : installed) {
        SALVOR_ASSIGN(const auto content, files.read(file.path));
        const FileDrift drift = !content                             ? FileDrift::Missing
                                : sha256Hex(*content) == file.sha256 ? FileDrift::Same
                                                                     : FileDrift::Edited;
        states.push_back({file.path, drift});
    }
    return states;
}

std::string stemOf(const std::string& timer) { return timer.substr(0, timer.rfind('.')); }

Result<std::vector<UnitFile>> unitsAnew(const InstalledStatus& status, const TimersRecord& record,
                                        const TimersWanted& by, const TimersHost& host) {
    const bool isWatch = status.policy.uuid.empty();
    const std::string path = isWatch ? host.layout.watchFile(by.user) : status.policy.jobPath;
    SALVOR_ASSIGN(const auto bytes, host.files.read(path));
    if (!bytes)
        return failure(ErrorCode::NotFound, "there is no " + path);
    if (isWatch) {
        SALVOR_ASSIGN(WatchFile watch, readWatchFile(*bytes));
        return renderUnits(WatchUnits{std::move(watch), stemOf(record.watchTimer), path, by.scope, by.user,
                                      by.program, host.layout.credentials});
    }
    SALVOR_ASSIGN(JobFile job, readJobFile(*bytes));
    const std::string onFailure =
        record.watchTimer.empty() ? std::string() : stemOf(record.watchTimer) + ".service";
    return renderUnits(
        PolicyUnits{std::move(job), path, by.scope, by.user, by.program, onFailure, host.layout.credentials});
}

} // namespace

std::string_view toString(FileDrift drift) {
    switch (drift) {
    case FileDrift::Edited:
        return "edited";
    case FileDrift::Missing:
        return "missing";
    case FileDrift::Same:
        break;
    }
    return "same";
}

bool InstalledStatus::drifted() const {
    return std::ranges::any_of(files, [](const FileStatus& file) { return file.drift != FileDrift::Same; });
}

bool InstalledStatus::allRun() const {
    return std::ranges::all_of(timers, [](const TimerUnitStatus& timer) { return timer.runs(); });
}

bool areOthersUnits(const InstalledStatus& status, const TimersRecord& record, const TimersWanted& by,
                    const TimersHost& host) {
    const auto units = unitsAnew(status, record, by, host);
    if (!units)
        return false;
    std::map<std::string, std::string> anew; // path → SHA-256
    std::map<std::string, std::string> there;
    for (const auto& unit : *units)
        anew[host.layout.unit(unit.name)] = sha256Hex(unit.text);
    for (const auto& file : status.policy.files) {
        if (file.path.starts_with(host.layout.units + "/"))
            there[file.path] = file.sha256;
    }
    return anew != there;
}

Result<std::vector<std::string>> timersNotRunning(const UnitSystem& system,
                                                  const std::vector<std::string>& timers,
                                                  const CancelToken& cancel) {
    std::vector<std::string> off;
    for (const auto& timer : timers) {
        SALVOR_ASSIGN(const auto status, askTimer(system, timer, cancel));
        if (!status.runs())
            off.push_back(timer);
    }
    return off;
}

Result<std::vector<InstalledStatus>> timersStatus(const TimersHost& host, const TimersRecord& record,
                                                  bool withSystem, const CancelToken& cancel) {
    std::vector<InstalledStatus> all;
    auto policies = record.policies;
    if (!record.watchTimer.empty()) {
        InstalledPolicy watch;
        watch.files = record.watchFiles;
        watch.timers = {record.watchTimer};
        policies.push_back(std::move(watch));
    }
    for (auto& policy : policies) {
        InstalledStatus status;
        SALVOR_ASSIGN(status.files, compare(host.files, policy.files));
        for (const auto& timer : policy.timers) {
            TimerUnitStatus unit;
            unit.timer = timer;
            if (withSystem) {
                SALVOR_ASSIGN(unit, ask(*host.system, timer, cancel));
            }
            status.timers.push_back(std::move(unit));
        }
        status.policy = std::move(policy);
        all.push_back(std::move(status));
    }
    return all;
}

} // namespace salvor

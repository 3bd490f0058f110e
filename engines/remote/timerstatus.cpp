// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/remote/timerstatus.h"

#include <algorithm>
#include <charconv>

namespace salvor {

namespace {

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size())
        return std::nullopt;
    return value;
}

/// "@1764086400", as --timestamp=unix gives it; nothing for "n/a" and an empty one.
std::optional<Instant> time(const std::string& text) {
    const auto seconds = text.starts_with('@') ? number(std::string_view(text).substr(1)) : std::nullopt;
    if (!seconds || *seconds == 0)
        return std::nullopt;
    return Instant(std::chrono::seconds(*seconds));
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

Result<TimerUnitStatus> ask(const UnitSystem& system, const std::string& timer, const CancelToken& cancel) {
    TimerUnitStatus status;
    status.timer = timer;
    SALVOR_ASSIGN(auto of,
                  system.show(timer,
                              {"ActiveState", "NextElapseUSecRealtime", "LastTriggerUSec", "DropInPaths"},
                              cancel));
    status.active = of["ActiveState"];
    status.next = time(of["NextElapseUSecRealtime"]);
    status.last = time(of["LastTriggerUSec"]);
    status.dropIns = words(of["DropInPaths"]);
    const std::string service = timer.substr(0, timer.rfind('.')) + ".service";
    SALVOR_ASSIGN(
        auto run,
        system.show(service, {"Result", "ExecMainStatus", "ExecMainExitTimestamp", "DropInPaths"}, cancel));
    if (time(run["ExecMainExitTimestamp"])) {
        status.result = run["Result"];
        if (const auto code = number(run["ExecMainStatus"]))
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

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/policymarks.h"

#include "engines/repository/statefolder.h"
#include "engines/timers/installedtimers.h"
#include "models/base/uniquefd.h"
#include "models/watch/watchfile.h"
#include "models/workspace/auditrecord.h"
#include "workers/core.h"
#include "workers/timers.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>

namespace salvor {

namespace {

constexpr const char* kPaused = "paused";
constexpr const char* kRemoved = "removed";

std::string pathOf(const std::string& stateFolder, const char* kind, const std::string& policyUuid) {
    return stateFolder + "/" + kind + "/" + policyUuid;
}

bool isThere(const std::string& path) {
    struct stat info{};
    return ::lstat(path.c_str(), &info) == 0;
}

Result<> takeAway(const std::string& path, const std::string& whatElse) {
    if (::unlink(path.c_str()) == 0 || errno == ENOENT)
        return {};
    return failure(ErrorCode::IoError, whatElse + ": removing " + path + " failed: " + std::strerror(errno),
                   "remove that file", {{"path", path}});
}

Result<> make(const std::string& path, const std::string& whatElse, const std::string& hint) {
    SALVOR_TRY(createPrivateFolder(path.substr(0, path.rfind('/'))));
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.valid() && ::fsync(file.get()) == 0)
        return {};
    return failure(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::IoError,
                   whatElse + ": making " + path + " failed: " + std::strerror(errno), hint,
                   {{"path", path}});
}

/// Of root's units and of the user's own; and those without timers that the installed watch has.
Result<std::set<std::string>> installedPolicies(const Core& core, const TimersSetup& setup) {
    std::set<std::string> uuids;
    const HostFiles files(setup.root);
    for (const auto& layout :
         {TimersLayout::system(), TimersLayout::ofUser(setup.configHome, setup.dataHome)}) {
        SALVOR_ASSIGN(const auto installed, loadInstalledTimers(files, layout, core.config().userName));
        for (const auto& policy : installed.record.policies)
            uuids.insert(policy.uuid);
        SALVOR_ASSIGN(const auto bytes, files.read(layout.watchFile(core.config().userName)));
        const auto watch = bytes ? readWatchFile(*bytes) : Result<WatchFile>(WatchFile());
        for (const auto& policy : watch ? watch->policies : std::vector<Policy>()) // damaged: said as drift
            uuids.insert(policy.uuid);
    }
    return uuids;
}

} // namespace

Result<> setPauseMark(const std::string& stateFolder, const std::string& policyUuid, bool paused) {
    const std::string path = pathOf(stateFolder, kPaused, policyUuid);
    if (!paused)
        return takeAway(path, "the policy's timers still skip it");
    return make(path, "timers go on running the policy", "make room and pause it again");
}

bool hasPauseMark(const std::string& stateFolder, const std::string& policyUuid) {
    return isThere(pathOf(stateFolder, kPaused, policyUuid));
}

Result<> setRemovedMark(const std::string& stateFolder, const std::string& policyUuid, bool removed) {
    const std::string path = pathOf(stateFolder, kRemoved, policyUuid);
    if (!removed)
        return takeAway(path, "the timers' watch takes the policy for a removed one");
    return make(path, "the policy is removed, and the timers' watch does not know it",
                "apply the timers: salvorctl timers apply");
}

bool hasRemovedMark(const std::string& stateFolder, const std::string& policyUuid) {
    return isThere(pathOf(stateFolder, kRemoved, policyUuid));
}

namespace {

/// A workspace that was lost, and a new one in its place, has not removed anything.
Result<bool> wasRemovedHere(Core& core, const std::string& policyUuid) {
    AuditFilter filter;
    filter.action = "policy.remove";
    filter.subject = policyUuid;
    filter.limit = 1;
    SALVOR_ASSIGN(const auto found, core.auditTrail(filter));
    return !found.empty();
}

} // namespace

Result<> followRemovals(Core& core, const TimersSetup& setup) {
    const std::string& state = core.config().places.state;
    SALVOR_ASSIGN(const auto folder, StateFolder::open(state));
    SALVOR_ASSIGN(const auto removed, folder.list(kRemoved));
    SALVOR_ASSIGN(const auto installed, installedPolicies(core, setup));
    SALVOR_ASSIGN(const auto policies, core.policies());
    std::set<std::string> here;
    for (const auto& policy : policies)
        here.insert(policy.uuid);
    for (const auto& uuid : removed) {
        if (here.contains(uuid) || !installed.contains(uuid))
            SALVOR_TRY(setRemovedMark(state, uuid, false));
    }
    for (const auto& uuid : installed) { // also one that was taken away and brought back by an undo
        if (here.contains(uuid) || hasRemovedMark(state, uuid))
            continue;
        SALVOR_ASSIGN(const bool isRemoved, wasRemovedHere(core, uuid));
        if (isRemoved)
            SALVOR_TRY(setRemovedMark(state, uuid, true));
    }
    return {};
}

} // namespace salvor

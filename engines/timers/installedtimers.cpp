// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/installedtimers.h"

#include <algorithm>

namespace salvor {

namespace {

/// Followed by a full stop, or by --user-units.
constexpr std::string_view kMark = "# Made by salvorctl timers apply";

/// What stands after `key` in each line that begins with it.
std::vector<std::string> valuesOf(std::string_view unit, std::string_view key) {
    std::vector<std::string> values;
    for (std::size_t at = 0; at < unit.size();) {
        const auto end = std::min(unit.find('\n', at), unit.size());
        const std::string_view line = unit.substr(at, end - at);
        if (line.starts_with(key))
            values.emplace_back(line.substr(key.size()));
        at = end + 1;
    }
    return values;
}

std::string valueOf(std::string_view unit, std::string_view key) {
    const auto values = valuesOf(unit, key);
    return values.empty() ? std::string() : values.front();
}

void addOnce(std::vector<std::string>& list, const std::string& one) {
    if (std::ranges::find(list, one) == list.end())
        list.push_back(one);
}

FoundUnit read(const std::string& path, const std::string& text) {
    FoundUnit unit;
    unit.path = path;
    unit.name = path.substr(path.rfind('/') + 1);
    unit.sha256 = sha256Hex(text);
    unit.user = valueOf(text, "X-Salvor-User=");
    unit.policyUuid = valueOf(text, "X-Salvor-Policy=");
    unit.jobSha256 = valueOf(text, "X-Salvor-Hash=");
    for (const auto& line : valuesOf(text, "LoadCredentialEncrypted="))
        addOnce(unit.credentials, line.substr(0, line.find(':')));
    return unit;
}

class Recovery {
public:
    Recovery(const HostFiles& files, const TimersLayout& layout, InstalledTimers& installed)
        : m_files(files)
        , m_layout(layout)
        , m_installed(installed) {}

    void add(const FoundUnit& unit) {
        TimersRecord& record = m_installed.record;
        if (record.owns(unit.path))
            return;
        m_installed.unrecorded.push_back(unit.name);
        if (unit.policyUuid.empty())
            addWatch(unit);
        else
            addPolicy(unit);
    }
    /// Whoever made these folders meant them for timers; only empty ones go at the end.
    void addFolders() {
        for (const char* folder : {"", "/policies", "/timers", "/watch"}) {
            if (m_files.exists(m_layout.settings + folder))
                addOnce(m_installed.record.madeFolders, m_layout.settings + folder);
        }
    }

private:
    void addWatch(const FoundUnit& unit) {
        TimersRecord& record = m_installed.record;
        record.watchFiles.push_back({unit.path, unit.sha256});
        record.watchTimer = unit.name.substr(0, unit.name.rfind('.')) + ".timer";
        for (const auto& name : unit.credentials)
            addOnce(record.watchCredentials, name);
        addFile(record.watchFiles, m_layout.watchFile(record.user));
    }
    void addPolicy(const FoundUnit& unit) {
        auto& policies = m_installed.record.policies;
        auto found = std::ranges::find(policies, unit.policyUuid, &InstalledPolicy::uuid);
        if (found == policies.end())
            found = policies.insert(policies.end(), jobsOf(unit));
        found->files.push_back({unit.path, unit.sha256});
        if (unit.name.ends_with(".timer"))
            addOnce(found->timers, unit.name);
        for (const auto& name : unit.credentials)
            addOnce(found->credentials, name);
    }
    /// The policy by the job files in its folder: every one goes with the policy's timers, and the one that
    /// the unit runs says what it is called.
    InstalledPolicy jobsOf(const FoundUnit& unit) const {
        InstalledPolicy policy;
        policy.uuid = policy.title = unit.policyUuid;
        for (const auto& path : m_files.list(m_layout.jobFolder(unit.policyUuid))) {
            addFile(policy.files, path);
            const auto bytes = m_files.read(path);
            const auto job = bytes && *bytes ? readJobFile(**bytes)
                                             : Result<JobFile>(failure(ErrorCode::NotFound, "no job file"));
            if (!job || job->sha256 != unit.jobSha256)
                continue; // of another revision, or changed by hand: the job says so when it starts
            policy.title = job->policy.title;
            policy.version = job->version;
            policy.jobPath = path;
            policy.jobSha256 = job->sha256;
        }
        return policy;
    }
    void addFile(std::vector<InstalledFile>& list, const std::string& path) const {
        const auto bytes = m_files.read(path);
        const bool isThere = bytes && *bytes;
        if (isThere && std::ranges::find(list, path, &InstalledFile::path) == list.end())
            list.push_back({path, sha256Hex(**bytes)});
    }

    const HostFiles& m_files;
    const TimersLayout& m_layout;
    InstalledTimers& m_installed;
};

} // namespace

bool isUnitFor(std::string_view unit, const std::string& user) {
    return unit.starts_with(kMark) && valueOf(unit, "X-Salvor-User=") == user;
}

std::vector<FoundUnit> findUnits(const HostFiles& files, const TimersLayout& layout) {
    std::vector<FoundUnit> units;
    for (const auto& path : files.list(layout.units)) {
        if (!path.starts_with(layout.units + "/salvor-") ||
            (!path.ends_with(".timer") && !path.ends_with(".service")))
            continue;
        const auto text = files.read(path);
        if (text && *text && (*text)->starts_with(kMark))
            units.push_back(read(path, **text));
    }
    return units;
}

Result<InstalledTimers> loadInstalledTimers(const HostFiles& files, const TimersLayout& layout,
                                            const std::string& user) {
    InstalledTimers installed;
    auto written = loadTimersRecord(files, layout, user);
    if (!written && written.error().code != ErrorCode::Corrupt)
        return failure(std::move(written).error());
    if (written)
        installed.written = std::move(*written);
    else
        installed.state = RecordState::Damaged;
    installed.written.user = user;
    installed.record = installed.written;
    Recovery recovery(files, layout, installed);
    for (const auto& unit : findUnits(files, layout)) {
        if (unit.user == user)
            recovery.add(unit);
    }
    if (installed.state == RecordState::Fine && !installed.unrecorded.empty() &&
        !files.exists(layout.record(user)))
        installed.state = RecordState::Missing;
    if (installed.state != RecordState::Fine)
        recovery.addFolders();
    std::ranges::sort(installed.record.policies, {}, &InstalledPolicy::uuid);
    return installed;
}

std::string stateFolderOf(const HostFiles& files, const InstalledPolicy& installed) {
    if (installed.jobPath.empty())
        return {};
    const auto bytes = files.read(installed.jobPath);
    const auto job =
        bytes && *bytes ? readJobFile(**bytes) : Result<JobFile>(failure(ErrorCode::NotFound, "no job file"));
    return job ? job->stateFolder : std::string();
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/unitpaths.h"

#include "models/storefolder.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

namespace salvor {

namespace {

bool isBelow(const std::string& path, std::string_view folder) {
    return path == folder || (path.starts_with(folder) && path[folder.size()] == '/');
}

bool isBelowAny(const std::string& path, std::initializer_list<std::string_view> folders) {
    return std::any_of(folders.begin(), folders.end(),
                       [&](std::string_view folder) { return isBelow(path, folder); });
}

/// What ProtectHome= hides.
bool isHidden(const std::string& path) { return isBelowAny(path, {"/home", "/root", "/run/user"}); }

tl::unexpected<Error> unusable(const std::string& what, const std::string& path, const std::string& why,
                               const std::string& hint, ErrorCode code) {
    return failure(code, what + " " + path + " " + why, hint, {{"path", path}});
}

/// Without "." and "..", and one that a unit file can hold.
Result<std::string> checkedPath(const std::string& what, const std::string& given) {
    const bool plain = std::none_of(given.begin(), given.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f || c == '"' || c == '\\' || c == ':' || c == '\'';
    });
    if (!plain)
        return unusable(what, given, "has a character that a unit file cannot hold",
                        "use a path without quotation marks, colons and backslashes",
                        ErrorCode::InvalidInput);
    std::string path = std::filesystem::path(given).lexically_normal().string();
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    if (!path.starts_with('/'))
        return unusable(what, given, "is not absolute", "give the whole path", ErrorCode::InvalidInput);
    if (isBelowAny(path, {"/tmp", "/var/tmp"}))
        return unusable(what, path, "cannot be used by a timer: its unit has a /tmp of its own",
                        "move it to a folder that stays, such as /srv or /var/lib", ErrorCode::Unsupported);
    if (path == "/" || isBelowAny(path, {"/proc", "/sys", "/dev"}))
        return unusable(what, path, "cannot be used by a timer: its unit may not write there",
                        "use another folder", ErrorCode::Unsupported);
    return path;
}

/// The folder right below the hidden ones: whose it is, root decides.
std::string homeOf(const std::string& path) {
    for (const std::string_view all : {std::string_view("/home/"), std::string_view("/run/user/")}) {
        if (path.starts_with(all))
            return path.substr(0, path.find('/', all.size()));
    }
    return {};
}

/// Root makes the mounts, also where the unit's user may not go: a bound file of somebody else's could be
/// read past the folders that guard it, and a link that the user puts there later would be followed. So it is
/// the whole home folder that is bound, as it is: whoever may not go into it cannot do so in the unit either.
class Collector {
public:
    explicit Collector(std::string user)
        : m_user(std::move(user)) {}

    Result<> writable(const std::string& what, const std::string& given, bool mayBeMissing) {
        SALVOR_ASSIGN(const std::string path, checkedPath(what, given));
        SALVOR_TRY(bind(what, path, mayBeMissing));
        m_writable.insert((mayBeMissing ? "-" : "") + path);
        return {};
    }
    /// Needs a line only where it would be hidden.
    Result<> readable(const std::string& what, const std::string& given) {
        SALVOR_ASSIGN(const std::string path, checkedPath(what, given));
        return bind(what, path, false);
    }
    UnitPaths paths() const {
        UnitPaths paths{{m_writable.begin(), m_writable.end()}, {}};
        for (const auto& [path, mayBeMissing] : m_bound)
            paths.bound.push_back((mayBeMissing ? "-" : "") + path);
        return paths;
    }

private:
    Result<> bind(const std::string& what, const std::string& path, bool mayBeMissing) {
        if (!isHidden(path))
            return {};
        if (isBelow(path, "/root") && m_user != "root")
            return unusable(what, path,
                            "lies in root's home folder, which the unit's user \"" + m_user +
                                "\" may not enter",
                            "use a folder that this user may read", ErrorCode::PermissionDenied);
        const std::string bound = isBelow(path, "/root") && path != "/root" ? path : homeOf(path);
        if (bound.empty())
            return unusable(what, path, "cannot be used by a timer: its unit hides the home folders",
                            "use one folder in it, or one such as /srv", ErrorCode::Unsupported);
        const auto [known, isNew] = m_bound.emplace(bound, mayBeMissing);
        known->second = known->second && mayBeMissing;
        return {};
    }

    std::string m_user;
    std::set<std::string> m_writable;
    std::map<std::string, bool> m_bound; ///< whether it may be missing
};

Result<> collectAuthorities(Collector& collector, const std::vector<Channel>& channels) {
    for (const Channel& channel : channels) {
        if (!channel.caFile.empty())
            SALVOR_TRY(collector.readable("the file of trusted certificates", channel.caFile));
    }
    return {};
}

Result<> checkProgramPath(const std::string& program) {
    SALVOR_ASSIGN(const std::string runs, checkedPath("the program", program));
    if (isHidden(runs))
        return unusable("the program", runs, "lies in a home folder, which units do not see",
                        "install it: the package, or the portable bundle under /opt/salvor",
                        ErrorCode::PermissionDenied);
    return {};
}

Result<> collectHooks(Collector& collector, const std::vector<Hook>& hooks) {
    for (const Hook& hook : hooks) {
        SALVOR_TRY(collector.readable("the hook's program", hook.command.front()));
        // One that is missing is the hook's to report, in the run's record.
        for (const auto& path : hook.paths)
            SALVOR_TRY(collector.writable("the hook's folder", path, true));
    }
    return {};
}

std::string escaped(std::string_view word, bool dollars) {
    std::string out;
    bool quote = false;
    for (const char c : word) {
        if (c == '%' || (dollars && c == '$'))
            out += c;
        out += c;
        quote = quote || c == ' ' || c == '\'' || c == ';' || c == '#';
    }
    return quote ? '"' + out + '"' : out;
}

} // namespace

Result<UnitPaths> unitPathsOf(const WatchFile& watch, const std::string& program, const std::string& user) {
    SALVOR_TRY(checkProgramPath(program));
    Collector collector(user);
    SALVOR_TRY(collector.writable("the state folder", watch.stateFolder, false));
    if (watch.secretKind == "file")
        SALVOR_TRY(collector.readable("the folder of secrets", watch.secretsFolder));
    // A folder that is not there is the program's to report.
    if (!watch.textfile.empty())
        SALVOR_TRY(collector.writable("the folder of metrics",
                                      std::filesystem::path(watch.textfile).parent_path().string(), true));
    SALVOR_TRY(collectAuthorities(collector, watch.channels));
    return collector.paths();
}

Result<UnitPaths> unitPathsOf(const JobFile& job, const std::string& program, const std::string& user) {
    SALVOR_TRY(checkProgramPath(program));
    Collector collector(user);
    SALVOR_TRY(collector.writable("the state folder", job.stateFolder, false));
    // A store that is not mounted is the program's to report, in the run's record.
    const auto store = storeFolder(job.repository.url);
    if (store)
        SALVOR_TRY(collector.writable("the store", *store, true));
    else if (store.error().code != ErrorCode::Unsupported) // a store elsewhere needs no folder here
        return failure(store.error());
    if (job.secretKind == "file")
        SALVOR_TRY(collector.readable("the folder of secrets", job.secretsFolder));
    if (!job.profile.tlsCaFile.empty())
        SALVOR_TRY(collector.readable("the file of trusted certificates", job.profile.tlsCaFile));
    if (job.profile.host.starts_with('/'))
        SALVOR_TRY(collector.readable("the server's socket folder", job.profile.host));
    for (const auto& word : job.profile.toolsCommand) {
        if (word.starts_with('/'))
            SALVOR_TRY(collector.readable("the tools command's", word));
    }
    SALVOR_TRY(collectAuthorities(collector, job.channels));
    SALVOR_TRY(collectHooks(collector, job.policy.hooksBefore));
    SALVOR_TRY(collectHooks(collector, job.policy.hooksAfter));
    return collector.paths();
}

std::string unitWord(std::string_view path) { return escaped(path, false); }
std::string commandWord(std::string_view word) { return escaped(word, true); }

} // namespace salvor

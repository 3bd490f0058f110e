// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/places.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace salvor {

namespace {

std::string withoutTrailingSlash(std::string path) {
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    return path;
}

Places belowRoots(std::string config, std::string data, std::string state) {
    Places places;
    places.config = std::move(config);
    places.data = std::move(data);
    places.state = std::move(state);
    places.secrets = places.data + "/secrets";
    places.workspaceFile = places.data + "/workspace.sqlite";
    places.catalogFile = places.state + "/catalog.sqlite";
    return places;
}

std::string xdgFolder(const Environment& environment, const char* name, const std::string& home,
                      const char* fallback) {
    const auto value = environment(name);
    if (value && value->starts_with('/'))
        return withoutTrailingSlash(*value) + "/salvor";
    return home + fallback + "/salvor";
}

tl::unexpected<Error> systemError(const std::string& what, const std::string& path, int error) {
    const bool refused = error == EACCES || error == EPERM || error == EROFS;
    const ErrorCode code = refused            ? ErrorCode::PermissionDenied
                           : error == ENOSPC  ? ErrorCode::NoSpace
                           : error == ENOTDIR ? ErrorCode::InvalidInput
                                              : ErrorCode::IoError;
    return failure(code, what + " " + path + " failed: " + std::strerror(error),
                   refused ? "check who owns the folder above it, or choose another place with SALVOR_HOME"
                           : "",
                   {{"path", path}});
}

} // namespace

Environment processEnvironment() {
    return [](const char* name) -> std::optional<std::string> {
        const char* value = std::getenv(name);
        return value ? std::optional<std::string>(value) : std::nullopt;
    };
}

PlacesKind placesKindOfThisProcess() {
    const uid_t user = geteuid();
    if (user == 0)
        return PlacesKind::System;
    char buffer[4096];
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(user, &entry, buffer, sizeof buffer, &found) == 0 && found &&
        std::string_view(found->pw_name) == "salvor")
        return PlacesKind::System;
    return PlacesKind::User;
}

Result<Places> findPlaces(PlacesKind kind, const Environment& environment) {
    if (const auto home = environment("SALVOR_HOME"); home && !home->empty()) {
        if (!home->starts_with('/'))
            return failure(ErrorCode::InvalidInput, "SALVOR_HOME is not an absolute path: \"" + *home + "\"",
                           "set it to a full path, or unset it");
        const std::string root = withoutTrailingSlash(*home);
        return belowRoots(root + "/config", root + "/data", root + "/state");
    }
    if (kind == PlacesKind::System)
        return belowRoots("/etc/salvor", "/var/lib/salvor", "/var/lib/salvor");
    const auto home = environment("HOME");
    if (!home || !home->starts_with('/'))
        return failure(ErrorCode::InvalidInput, "no home folder: HOME is not set to an absolute path",
                       "set HOME, or SALVOR_HOME to a folder of your choice");
    const std::string root = withoutTrailingSlash(*home);
    return belowRoots(xdgFolder(environment, "XDG_CONFIG_HOME", root, "/.config"),
                      xdgFolder(environment, "XDG_DATA_HOME", root, "/.local/share"),
                      xdgFolder(environment, "XDG_STATE_HOME", root, "/.local/state"));
}

std::string Places::repositoryState(const std::string& repositoryId) const {
    return state + "/repositories/" + repositoryId;
}

Result<> createPrivateFolder(const std::string& path) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
        const std::string part = path.substr(0, slash);
        if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
            return systemError("creating the folder", part, errno);
        if (slash == std::string::npos)
            break;
    }
    struct stat info{};
    if (stat(path.c_str(), &info) != 0)
        return systemError("looking at the folder", path, errno);
    if (!S_ISDIR(info.st_mode))
        return failure(ErrorCode::InvalidInput, "a file stands where a folder is needed: " + path,
                       "move the file away", {{"path", path}});
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return failure(ErrorCode::PermissionDenied, "others may write into the folder " + path,
                       "run: chmod 700 '" + path + "'", {{"path", path}});
    return {};
}

Result<> createFolders(const Places& places) {
    for (const auto* folder : {&places.config, &places.data, &places.state, &places.secrets})
        SALVOR_TRY(createPrivateFolder(*folder));
    return {};
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Where this user's (or the system service's) settings, databases, states and secrets are.
#pragma once

#include "models/base/result.h"

#include <functional>
#include <optional>
#include <string>

namespace salvor {

/// Gives the value of an environment variable, or nothing where it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment processEnvironment();

/// Whose places: a person's (XDG base directories) or the system's (/etc/salvor, /var/lib/salvor).
enum class PlacesKind { User, System };
/// System for root and for the system user `salvor`.
PlacesKind placesKindOfThisProcess();

/// Absolute paths without a trailing slash. A value; nothing is created until createFolders().
struct Places {
    std::string config;        ///< settings
    std::string data;          ///< folder of the workspace
    std::string state;         ///< folder of the catalog and of what belongs to repositories
    std::string secrets;       ///< the secret store's folder of kind "file"
    std::string workspaceFile; ///< workspace.sqlite
    std::string catalogFile;   ///< catalog.sqlite

    /// Lock, index, spool and logs of one repository. `repositoryId` is a plain name (no '/').
    std::string repositoryState(const std::string& repositoryId) const;
};

/// SALVOR_HOME, when set, moves all places below that folder, for either kind. Relative XDG values are
/// ignored, as their specification demands. InvalidInput for a relative SALVOR_HOME or a person without HOME.
Result<Places> findPlaces(PlacesKind kind, const Environment& environment);

/// Makes one folder with its missing parents, all 0700. PermissionDenied where the system refuses, or when
/// the folder is there and may be written by others than its owner; InvalidInput when a file stands in the
/// way.
Result<> createPrivateFolder(const std::string& path);
/// Makes config, data, state and secrets. Errors as createPrivateFolder; folders made before the error stay.
Result<> createFolders(const Places& places);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the watch's timer reads: policies, channels and places, immutable and hashed as job files are. It
// holds no way to reach a server or a store. Format: docs/watch.md.
#pragma once

#include "models/policy/policy.h"
#include "models/watch/channel.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

constexpr std::uint64_t kWatchSchemaVersion = 1;

/// The policy's UUID in names of credentials: they are called salvor-watch-<name>.
constexpr const char* kWatchCredentialsOwner = "watch";

/// Equal content gives equal bytes: whether a policy is paused is not in it (the mark in the state folder
/// says).
struct WatchFile {
    std::vector<Policy> policies;              ///< sorted by UUID
    std::vector<Channel> channels;             ///< that they name
    std::map<std::string, std::string> titles; ///< of profiles and repositories, by UUID and id
    std::string secretKind;                    ///< "credentials" or "file"
    std::string secretsFolder;                 ///< of kind "file": absolute; else empty
    std::string stateFolder;                   ///< absolute: the catalog of runs, paused marks, notifications
    std::string textfile; ///< absolute: written for Prometheus's node exporter; empty: none
    std::string sha256;   ///< of the payload, in hex; filled in on reading
};

/// InvalidInput: a secret kind that a timer cannot reach, a path that is not absolute.
Result<std::string> writeWatchFile(WatchFile watch);
/// Corrupt: not a watch file, or changed after it was made; NewerFormat; InvalidInput.
Result<WatchFile> readWatchFile(std::string_view bytes);

/// Names in the secret store that the watch asks for. As credentials they are called salvor-watch-<name>.
std::vector<std::string> secretNames(const WatchFile& watch);

} // namespace salvor

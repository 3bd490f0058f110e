// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a timer runs: a policy with the profile and the repository's pins that it needs, immutable and hashed.
// Format: docs/jobs.md.
#pragma once

#include "models/policy/policy.h"
#include "models/profile.h"
#include "models/repositorypin.h"
#include "models/watch/channel.h"

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

constexpr std::uint64_t kJobSchemaVersion = 1;

/// Equal content gives equal bytes: what changes without an edit (catalogs seen, revisions of profile and
/// pin) is not in it.
struct JobFile {
    std::int64_t version = 0; ///< the policy's revision; the file's name below its UUID
    Policy policy;
    Profile profile;
    RepositoryPin repository;
    std::vector<Channel> channels; ///< that the policy names for notifications
    std::string secretKind;        ///< "credentials" or "file"
    std::string secretsFolder;     ///< of kind "file": absolute; else empty
    std::string stateFolder;       ///< absolute: catalog, spool, locks
    std::string sha256;            ///< of the payload, in hex; filled in on reading
};

/// Two lines: the payload's canonical bytes, then {"sha256": hex of the first line without its end}.
/// InvalidInput: a secret kind that a job cannot reach, a folder that is not absolute.
Result<std::string> writeJobFile(const JobFile& job);
/// Corrupt: not a job file, or changed after it was made; NewerFormat; InvalidInput: a policy that this
/// version refuses.
Result<JobFile> readJobFile(std::string_view bytes);

/// Names in the secret store that the job asks for. As credentials they are called
/// salvor-<policy's UUID>-<name>.
std::vector<std::string> secretNames(const JobFile& job);
/// In which kind of store the workspace keeps one of them: "keychain", "file".
std::string secretKindOf(const JobFile& job, const std::string& secretName);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What opens a repository: the second copy of its recovery file, where that must not be (in the store that it
// is to open), and whether this computer has the identity.
#pragma once

#include "models/base/canceltoken.h"
#include "models/base/result.h"
#include "models/repositorypin.h"

#include <optional>
#include <string>

namespace salvor {

class Core;
struct RecoveryCopy;

/// InvalidInput when `path`, which need not be there yet, lies in the store at `url`, by whatever way, or is
/// the very file that the store has. A store without folders on this computer has none in it.
Result<> checkOutsideStore(const std::string& url, const std::string& path);

/// The same of a repository's store, by title or id; empty: the only one. What is not known is not refused.
Result<> checkSecondCopy(Core& core, const std::string& repository, const std::string& path);

/// Of a file of at most 1 MiB, or of what a pipe gives; its path is kept when it is a file. NotFound,
/// PermissionDenied, InvalidInput (a folder, too big), IoError.
Result<RecoveryCopy> readRecoveryCopy(const std::string& path);

/// For a rehearsal: readRecoveryCopy() of one that checkSecondCopy() allows, and their errors; the way out is
/// never the store's own copy.
Result<RecoveryCopy> readSecondCopy(Core& core, const std::string& repository, const std::string& path);

/// Writes a new file that only its owner can read, whole and durable on return, or not at all. AlreadyExists,
/// and nothing overwritten; NotFound (the folder), PermissionDenied, NoSpace, IoError.
Result<> writeRecoveryCopy(const std::string& path, const std::string& bytes);
/// Takes it back; whatever else is there by then stays.
void removeRecoveryCopy(const std::string& path, const std::string& bytes);

struct KeysHere {
    bool identity = false;        ///< then whoever can use the secret store reads every backup
    bool writers = false;         ///< both of them
    std::optional<Error> problem; ///< one is damaged, or the writer's are missing where they are needed
};
/// What of the repository's keys the secret store here has, good ones only. As the secret store's errors
/// where it does not answer.
Result<KeysHere> keysHere(const Core& core, const RepositoryPin& pin, const CancelToken& cancel);

} // namespace salvor

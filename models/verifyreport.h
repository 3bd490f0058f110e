// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a verification found, in three depths, and proofs.
#pragma once

#include "models/base/clock.h"
#include "models/base/error.h"

#include <QJsonObject>

#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

enum class VerifyDepth {
    Quick,  ///< catalog chain, manifests' hashes, refs, sizes of objects as listed
    Stored, ///< and every stored byte against its name; no identity needed
    Full,   ///< and decrypted, decompressed, every item's SHA-256; identity needed
};

struct VerifyRequest {
    VerifyDepth depth = VerifyDepth::Stored;
    std::vector<std::string> backupIds; ///< empty: all live and trashed
    bool records = true;                ///< run records and proofs too, which no backup depends on
};

struct VerifyProblem {
    Error error;                        ///< context "key" names the file
    std::vector<std::string> backupIds; ///< which backups it hits
    std::vector<std::string> items;     ///< display names of the items hit, where they can be known
    /// This user may not read the file: no damage, as nothing is known of its bytes.
    bool unread = false;
};

struct VerifyReport {
    std::uint64_t backups = 0;
    std::uint64_t objects = 0;
    std::uint64_t bytesRead = 0;
    std::vector<VerifyProblem> problems;
    std::vector<std::string> intactBackupIds;
    bool ok() const { return problems.empty(); }
};

/// "This backup was read back" or "was restored and proved equal", said by a reader.
struct Proof {
    std::string id; ///< as backup ids
    std::string backupId;
    std::string kind; ///< "read_back", "restored"
    Instant at{};
    std::string machine;
    std::string user;
    QJsonObject details;     ///< counts, seconds, target's version
    std::string keyId;       ///< filled in on reading
    bool registered = false; ///< filled in on reading: the writer's catalog knows the key
};

} // namespace salvor

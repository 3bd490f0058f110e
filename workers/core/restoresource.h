// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What restores, drills and their preflights begin with, and the two steps that they share.
#pragma once

#include "workers/core/coreprivate.h"
#include "workers/executor/progressmeter.h"
#include "workers/executor/restoreexecutor.h"

#include <QJsonArray>

#include <string>
#include <vector>

namespace salvor {

std::string lowerCase(std::string text); ///< A to Z only

/// Where a backup is to go.
struct RestoreAim {
    std::string database; ///< the final name
    std::string runId;
    std::vector<std::string> noLoginRoles;
    bool prove = true;
    bool analyze = true;
    bool drill = false;
    RestoreExceptions exceptions;
};
RestoreAim aimOf(const RestoreJob& job, const std::string& runId);

struct RestoreSource;
/// Adds what would stop a restore of the backup at what is missing or damaged, or that all of it is listed in
/// its size: blockers with code and hint, or, `althoughDamaged`, warnings. Reads no object. Whether one
/// stands in the way, even though it was let pass.
Result<bool> lookAtChain(const Core::Private& core, const RestoreSource& source, bool althoughDamaged,
                         Preflight& out, const CancelToken& cancel);
/// The first of those blockers as the error.
Result<> requireChain(const Core::Private& core, const RestoreSource& source, const CancelToken& cancel);

/// Success, or ProofFailed naming the first difference.
Result<> proofVerdict(const std::string& backupId, const std::vector<ProofDifference>& differences);

/// Not movable: the spec points into it. One thread.
struct RestoreSource {
    OpenedRepository opened;
    std::string backupId;
    Manifest manifest;
    BackupContents contents;
    Engine* engine = nullptr;
    Login login;
    RestoreSpec spec;
    QJsonObject compared; ///< after prove(): what it compared, for the run's record and the signed proof
    QJsonArray leftOff;   ///< after prove(): sentences, of what the restore was to do as well and could not

    RestoreSource() = default;
    RestoreSource(const RestoreSource&) = delete;
    RestoreSource& operator=(const RestoreSource&) = delete;

    /// Repository, manifest, contents, engine: needs the identity.
    Result<> find(const Core::Private& core, const std::string& repository, const std::string& backup,
                  const CancelToken& cancel);
    /// The one named, else the one that the backup came from. NotFound, InvalidInput (another engine).
    Result<Profile> profileFor(const Core::Private& core, const std::string& name) const;
    /// The rest of the spec.
    Result<> aim(const Core::Private& core, Profile profile, const RestoreAim& aim,
                 const CancelToken& cancel);
    /// Text of the first item of a kind; empty when there is none.
    Result<std::string> textOf(const std::string& kind, const CancelToken& cancel) const;

    /// A stored item by its id.
    Result<std::unique_ptr<ByteSource>> open(const std::string& id, const CancelToken& cancel) const;

    Result<RestoreFigures> write(const Core::Private& core, Target& target, ProgressMeter& meter,
                                 const CancelToken& cancel) const;
    Result<std::vector<ProofDifference>> prove(const Core::Private& core, const Target& target,
                                               ProgressMeter& meter, const CancelToken& cancel);
};

} // namespace salvor

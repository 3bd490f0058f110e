// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a snapshot into a repository's writer, with several sessions at once.
#pragma once

#include "engines/base/engine.h"
#include "engines/repository/backupwriter.h"
#include "models/base/canceltoken.h"
#include "workers/executor/progressmeter.h"

#include <cstddef>
#include <functional>
#include <memory>

namespace salvor {

/// What a backup is made of. Everything is borrowed for the call.
struct BackupTask {
    /// Takes the writer's lock; called before the snapshot is taken, so that nobody waits in a transaction.
    std::function<Result<std::unique_ptr<BackupWriter>>(const CancelToken&)> beginWriting;
    std::function<Result<std::unique_ptr<Snapshot>>(const CancelToken&)> prepare;
    /// Told of the SourceChanged that ended an attempt, before the next one is prepared; may be empty.
    std::function<void(const Error&)> changed;
    /// The manifest without groups and items, from what was read.
    std::function<Manifest(const Plan&, const QJsonObject& finish)> describe;
    TaskRunner* runner = nullptr;
    ProgressMeter* meter = nullptr;
    std::size_t readers = 2; ///< sessions at once in parallel phases
    unsigned attempts = 3;   ///< of the whole set, while the source changes under it
};

/// Blocks until the backup is committed. SourceChanged begins the whole set again until the attempts are used
/// up; any other error ends it with nothing visible. Ends within two seconds of a cancel.
Result<BackupRecord> executeBackup(const BackupTask& task, const CancelToken& cancel);

} // namespace salvor

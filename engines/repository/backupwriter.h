// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Writing one backup. The caller owns the threads: it opens a stream per unit of work and lends a TaskRunner,
// on which compressing, encrypting, checking and uploading run.
#pragma once

#include "engines/repository/manifest.h"
#include "models/backuprecord.h"
#include "models/base/bytes.h"
#include "models/base/canceltoken.h"
#include "models/base/error.h"

#include <QJsonObject>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace salvor {

/// A bounded pool that somebody else owns. submit() blocks while all of its buffers are in use.
class TaskRunner {
public:
    virtual ~TaskRunner() = default;
    /// Runs the task on some thread. A task must not submit, and does not throw. Cancelled when the job was;
    /// a task that was taken and will not be run (cancelled meanwhile) is destroyed, which whoever waits for
    /// it notices.
    virtual Result<> submit(std::function<void()> task) = 0;
    /// A hint for the compression level: true = the source waits for the pool (step down), false = the pool
    /// waits.
    virtual bool poolIsBottleneck() const = 0;
};

struct BackupWriterRequest {
    RunRecord run;             ///< id, policy, profile, trigger, started …
    BackupRecord record;       ///< id and everything known before reading
    int compressionLevel = 3;  ///< zstd, 1 to 19
    bool adaptiveLevel = true; ///< step down while the source waits
    bool forceStore = false;   ///< store every chunk anew, whatever the index says
};

struct WriterFigures {
    std::uint64_t plainBytes = 0;
    std::uint64_t storedBytes = 0;    ///< of all objects the backup names so far
    std::uint64_t newStoredBytes = 0; ///< of those uploaded by this run
    std::uint64_t newObjects = 0;
};

/// One or several items, one after the other, as one chain of objects. Small items share objects; an item of
/// 1 MiB or more begins and ends on an object's boundary. One thread at a time. Which items share a stream is
/// the caller's choice and should be the same in every run, else unchanged data is stored again.
class ItemStream : public ByteSink {
public:
    virtual void beginItem(const ManifestItem& item) = 0; ///< phase … details filled in
    Result<> write(ByteView bytes) override = 0;
    /// Ends the item with what the engine said of it (rows, contentHash, merged details).
    virtual Result<> endItem(std::uint64_t rows, const std::string& contentHash,
                             const QJsonObject& details) = 0;
    /// After the last item: hands over what is left, without waiting for it. finish() does it too.
    virtual Result<> close() = 0;
    /// Waits until every object of the stream is in the store. First error of any task.
    virtual Result<> finish() = 0;
};

/// Holds the lock and the run's spool record. Destroyed without commit(): nothing visible, orphans at most.
class BackupWriter {
public:
    virtual ~BackupWriter() = default;
    /// `order` sorts streams into the manifest (position in the plan). Thread safe.
    virtual std::unique_ptr<ItemStream> openStream(std::uint64_t order, TaskRunner& runner,
                                                   const CancelToken& cancel) = 0;
    virtual WriterFigures figures() const = 0; ///< thread safe
    /// Lists of objects of older backups that this one does without: one each that is lost, damaged or cannot
    /// be read in a store that answers. What only it names is stored anew. With the way on as its hint; the
    /// context has "key" and "backups" (ids of those that need it, by ", "). Thread safe.
    virtual std::vector<Error> passedOver() const = 0;
    /// refs, manifest, sync, recheck of referenced objects and of the epoch, catalog n+1 (create-only),
    /// index. ForeignWriter when another writer was at work meanwhile; NoSpace … and then no backup is
    /// visible. manifest: groups and items are filled in from the streams; the rest is the caller's.
    virtual Result<BackupRecord> commit(Manifest manifest, const CancelToken& cancel) = 0;
};

} // namespace salvor

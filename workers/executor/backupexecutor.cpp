// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/backupexecutor.h"

#include "workers/executor/sessioncrew.h"
#include "workers/executor/workunits.h"

#include <deque>
#include <mutex>

namespace salvor {

namespace {

ManifestItem describeItem(const Phase& phase, const Item& item) {
    ManifestItem described;
    described.phase = phase.name;
    described.parallelPhase = phase.parallel;
    described.id = item.id;
    described.kind = item.kind;
    described.name = item.name;
    described.group = item.group;
    described.changeKey = item.changeKey;
    described.details = item.details;
    return described;
}

QJsonObject merged(QJsonObject details, const QJsonObject& over) {
    for (auto it = over.begin(); it != over.end(); ++it)
        details.insert(it.key(), it.value());
    return details;
}

/// Streams that are read to their end and not stored yet: a reader goes on to the next one meanwhile. Thread
/// safe.
class UnfinishedStreams {
public:
    explicit UnfinishedStreams(std::size_t most)
        : m_most(most) {}

    /// Finishes the oldest ones in turn while there are too many.
    Result<> add(std::unique_ptr<ItemStream> stream) {
        SALVOR_TRY(stream->close());
        {
            const std::lock_guard lock(m_mutex);
            m_streams.push_back(std::move(stream));
        }
        return finishDownTo(m_most);
    }

    Result<> finishDownTo(std::size_t most) {
        for (;;) {
            std::unique_ptr<ItemStream> oldest;
            {
                const std::lock_guard lock(m_mutex);
                if (m_streams.size() <= most)
                    return {};
                oldest = std::move(m_streams.front());
                m_streams.pop_front();
            }
            SALVOR_TRY(oldest->finish());
        }
    }

private:
    const std::size_t m_most;
    std::mutex m_mutex;
    std::deque<std::unique_ptr<ItemStream>> m_streams;
};

/// One attempt: a snapshot and a writer that belong together.
class Reading {
public:
    Reading(const BackupTask& task, Snapshot& snapshot, BackupWriter& writer)
        : m_task(task)
        , m_snapshot(snapshot)
        , m_writer(writer)
        , m_unfinished(2 * task.readers) {}

    Result<> readAll(const CancelToken& cancel) {
        SessionCrew crew(
            m_task.readers, [this](const CancelToken& stop) { return m_snapshot.openSession(stop); }, cancel);
        std::uint64_t position = 0; // in the plan, of the phase's first item
        for (const Phase& phase : m_snapshot.plan().phases) {
            m_task.meter->setPhase(phase.name);
            SALVOR_TRY(readPhase(crew, phase, position));
            position += phase.items.size();
        }
        return m_unfinished.finishDownTo(0);
    }

private:
    Result<> readPhase(SessionCrew& crew, const Phase& phase, std::uint64_t position) {
        const auto units = cutForReading(phase);
        std::vector<std::size_t> order(units.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        if (phase.parallel)
            order = biggestFirst(units, phase.begunFirst);
        return crew.run(units.size(), phase.parallel ? m_task.readers : 1,
                        [&](std::size_t turn, Session& session, const CancelToken& stop) {
                            const WorkUnit& unit = units[order[turn]];
                            return readUnit(phase, unit, position + unit.first, session, stop);
                        });
    }

    Result<> readUnit(const Phase& phase, const WorkUnit& unit, std::uint64_t position, Session& session,
                      const CancelToken& stop) {
        auto stream = m_writer.openStream(position, *m_task.runner, stop);
        for (std::size_t i = unit.first; i < unit.first + unit.count; ++i)
            SALVOR_TRY(readItem(phase, phase.items[i], session, *stream, stop));
        return m_unfinished.add(std::move(stream));
    }

    Result<> readItem(const Phase& phase, const Item& item, Session& session, ItemStream& stream,
                      const CancelToken& stop) {
        SALVOR_TRY(checkCancelled(stop));
        m_task.meter->beginItem(item.name);
        stream.beginItem(describeItem(phase, item));
        std::uint64_t count = 0;
        ItemReport report;
        {
            MeteredSink sink(stream, *m_task.meter);
            SALVOR_ASSIGN(report, m_snapshot.read(item, session, sink, stop));
            count = sink.count();
        }
        if (report.bytes != count) {
            return failure(ErrorCode::Internal,
                           "reading " + item.name + ": the engine reports " + std::to_string(report.bytes) +
                               " bytes but gave " + std::to_string(count),
                           {}, {{"item", item.id}});
        }
        SALVOR_TRY(stream.endItem(report.rows, report.contentHash, merged(item.details, report.details)));
        m_task.meter->endItem();
        return {};
    }

    const BackupTask& m_task;
    Snapshot& m_snapshot;
    BackupWriter& m_writer;
    UnfinishedStreams m_unfinished;
};

void announce(const Plan& plan, ProgressMeter& meter) {
    std::uint64_t items = 0;
    std::uint64_t bytes = 0;
    for (const Phase& phase : plan.phases) {
        items += phase.items.size();
        for (const Item& item : phase.items)
            bytes += item.sizeEstimateBytes;
    }
    meter.begin(items, bytes);
}

Result<BackupRecord> attempt(const BackupTask& task, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto writer, task.beginWriting(cancel));
    // The meter outlives the writer: it must stop asking it for figures on every way out.
    struct Figures {
        ProgressMeter& meter;
        ~Figures() { meter.setStoredBytes({}); }
    } const figures{*task.meter};
    task.meter->setStoredBytes([&writer] { return writer->figures().newStoredBytes; });

    task.meter->setPhase(JobPhase::Snapshot);
    SALVOR_ASSIGN(auto snapshot, task.prepare(cancel));
    announce(snapshot->plan(), *task.meter);
    SALVOR_TRY(Reading(task, *snapshot, *writer).readAll(cancel));
    task.meter->setPhase(JobPhase::Finish);
    SALVOR_ASSIGN(const QJsonObject finish, snapshot->finish(cancel));
    Manifest manifest = task.describe(snapshot->plan(), finish);
    snapshot.reset(); // lets the server go before the commit, which may wait for the store
    task.meter->setPhase(JobPhase::Commit);
    return writer->commit(std::move(manifest), cancel);
}

} // namespace

Result<BackupRecord> executeBackup(const BackupTask& task, const CancelToken& cancel) {
    for (unsigned number = 1;; ++number) {
        auto record = attempt(task, cancel);
        if (record || record.error().code != ErrorCode::SourceChanged)
            return record;
        if (number >= task.attempts) {
            Error error = std::move(record).error();
            error.message += " (in each of " + std::to_string(number) + " attempts)";
            return failure(std::move(error));
        }
        if (task.changed)
            task.changed(record.error());
    }
}

} // namespace salvor

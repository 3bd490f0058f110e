// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/restoreexecutor.h"

#include "models/itemkinds.h"
#include "workers/executor/prefetchsource.h"
#include "workers/executor/sessioncrew.h"
#include "workers/executor/workunits.h"

#include <array>
#include <map>

namespace salvor {

namespace {

class Writing {
public:
    explicit Writing(const RestoreTask& task)
        : m_task(task) {
        for (std::size_t i = 0; i < task.manifest->items.size(); ++i)
            m_indexes.emplace(task.manifest->items[i].id, i);
    }

    Result<> writeAll(const CancelToken& cancel) {
        announce();
        SessionCrew crew(
            m_task.writers, [this](const CancelToken& stop) { return m_task.target->openSession(stop); },
            cancel);
        for (const Phase& phase : m_task.target->phases()) {
            m_task.meter->setPhase(phase.name);
            SALVOR_TRY(writePhase(crew, phase));
        }
        return {};
    }

private:
    void announce() {
        std::uint64_t items = 0;
        std::uint64_t bytes = 0;
        for (const Phase& phase : m_task.target->phases()) {
            items += phase.items.size();
            for (const Item& item : phase.items) {
                if (const auto found = m_indexes.find(item.id); found != m_indexes.end())
                    bytes += m_task.manifest->items[found->second].sizeBytes;
            }
        }
        m_task.meter->begin(items, bytes);
    }

    Result<std::vector<const ManifestItem*>> locate(const Phase& phase) const {
        std::vector<const ManifestItem*> located;
        located.reserve(phase.items.size());
        for (const Item& item : phase.items) {
            const auto found = m_indexes.find(item.id);
            if (found == m_indexes.end()) {
                return failure(ErrorCode::Internal,
                               "restoring " + item.name + ": the backup's manifest has no such item", {},
                               {{"item", item.id}, {"phase", phase.name}});
            }
            located.push_back(&m_task.manifest->items[found->second]);
        }
        return located;
    }

    Result<> writePhase(SessionCrew& crew, const Phase& phase) {
        SALVOR_ASSIGN(const auto located, locate(phase));
        const auto units = cutForWriting(phase, located);
        std::vector<std::size_t> order(units.size());
        for (std::size_t i = 0; i < order.size(); ++i)
            order[i] = i;
        if (phase.parallel)
            order = biggestFirst(units);
        return crew.run(units.size(), phase.parallel ? m_task.writers : 1,
                        [&](std::size_t turn, Session& session, const CancelToken& stop) -> Result<> {
                            const WorkUnit& unit = units[order[turn]];
                            for (std::size_t i = unit.first; i < unit.first + unit.count; ++i)
                                SALVOR_TRY(writeItem(phase, phase.items[i], *located[i], session, stop));
                            return {};
                        });
    }

    Result<> writeItem(const Phase& phase, const Item& item, const ManifestItem& located, Session& session,
                       const CancelToken& stop) {
        SALVOR_TRY(checkCancelled(stop));
        m_task.meter->beginItem(item.name);
        const auto index = static_cast<std::size_t>(&located - m_task.manifest->items.data());
        SALVOR_ASSIGN(auto stored, m_task.open(index, stop));
        // A thread that reads ahead has something to gain only behind the first object, which comes as a
        // whole.
        if (located.objectCount > 1)
            stored = std::make_unique<PrefetchSource>(std::move(stored), stop);
        MeteredSource source(*stored, *m_task.meter);
        SALVOR_ASSIGN(const ItemReport report, m_task.target->write(phase, item, session, source, stop));
        SALVOR_TRY(readToEnd(source));
        if (report.rows != 0 && located.rows != 0 && report.rows != located.rows) {
            return failure(
                ErrorCode::ProofFailed,
                "restoring " + item.name + ": the server took " + std::to_string(report.rows) +
                    " rows, but " + std::to_string(located.rows) + " were backed up",
                "check the server's log, and the table for rules and triggers that change what is written",
                {{"item", item.id}});
        }
        m_task.meter->endItem();
        return {};
    }

    static Result<> readToEnd(ByteSource& source) {
        std::array<std::byte, 16384> rest;
        for (;;) {
            SALVOR_ASSIGN(const std::size_t count, source.read(rest));
            if (count == 0)
                return {};
        }
    }

    const RestoreTask& m_task;
    std::map<std::string, std::size_t, std::less<>> m_indexes;
};

} // namespace

BackupContents contentsOf(const Manifest& manifest) {
    BackupContents contents;
    contents.plan.server = manifest.server;
    contents.plan.notes = manifest.record.notes;
    contents.finish = manifest.finish;
    for (const ManifestItem& stored : manifest.items) {
        auto& phases = contents.plan.phases;
        if (phases.empty() || phases.back().name != stored.phase)
            phases.push_back(Phase{stored.phase, stored.parallelPhase, {}});
        Item item;
        item.id = stored.id;
        item.kind = stored.kind;
        item.name = stored.name;
        item.group = stored.group;
        item.changeKey = stored.changeKey;
        item.sizeEstimateBytes = stored.sizeBytes;
        item.details = stored.details;
        phases.back().items.push_back(std::move(item));
        contents.reports.push_back(
            ItemReport{stored.rows, stored.sizeBytes, stored.contentHash, stored.details});
    }
    return contents;
}

Result<RestoreFigures> executeRestore(const RestoreTask& task, const CancelToken& cancel) {
    SALVOR_TRY(Writing(task).writeAll(cancel));
    task.meter->setPhase(JobPhase::Finish);
    SALVOR_TRY(task.target->finish(cancel));
    RestoreFigures figures;
    for (const ManifestItem& item : task.manifest->items) {
        ++figures.items;
        figures.rows += holdsRows(item.kind) ? item.rows : 0;
        figures.bytes += item.sizeBytes;
    }
    return figures;
}

} // namespace salvor

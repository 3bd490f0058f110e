// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/proofexecutor.h"

#include "models/base/json.h"
#include "workers/executor/sessioncrew.h"
#include "workers/executor/workunits.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

namespace salvor {

namespace {

class Proving {
public:
    explicit Proving(const ProofTask& task)
        : m_task(task) {
        for (const ManifestItem& item : task.manifest->items)
            m_expected.emplace(item.id, &item);
    }

    Result<std::vector<ItemDifference>> prove(const CancelToken& cancel) {
        const Plan& plan = m_task.snapshot->plan();
        std::uint64_t items = 0;
        std::uint64_t bytes = 0;
        for (const Phase& phase : plan.phases) {
            items += phase.items.size();
            for (const Item& item : phase.items) {
                if (const auto expected = m_expected.find(item.id); expected != m_expected.end())
                    bytes += expected->second->sizeBytes;
            }
        }
        m_task.meter->begin(items, bytes);
        m_task.meter->setPhase(JobPhase::Proof);
        {
            SessionCrew crew(
                m_task.readers,
                [this](const CancelToken& stop) { return m_task.snapshot->openSession(stop); }, cancel);
            for (const Phase& phase : plan.phases)
                SALVOR_TRY(readPhase(crew, phase));
        }
        SALVOR_ASSIGN(const QJsonObject finish, m_task.snapshot->finish(cancel));
        if (m_task.finish != nullptr)
            *m_task.finish = finish;
        compareSets(plan, finish.value(QStringLiteral("not_compared")).toArray());
        compareFinish(finish);
        std::sort(m_differences.begin(), m_differences.end(),
                  [](const ItemDifference& a, const ItemDifference& b) { return a.item < b.item; });
        return std::move(m_differences);
    }

private:
    Result<> readPhase(SessionCrew& crew, const Phase& phase) {
        std::vector<WorkUnit> units(phase.items.size());
        for (std::size_t i = 0; i < units.size(); ++i) {
            const Item& item = phase.items[i];
            const auto expected = m_expected.find(item.id);
            const std::uint64_t saved = expected == m_expected.end() ? 0 : expected->second->sizeBytes;
            // The engine's estimate may be of the time it takes: a schema has few bytes and takes long.
            units[i] = WorkUnit{i, 1, std::max(saved, item.sizeEstimateBytes)};
        }
        const auto order = biggestFirst(units);
        return crew.run(units.size(), phase.parallel ? m_task.readers : 1,
                        [&](std::size_t turn, Session& session, const CancelToken& stop) {
                            const std::size_t index = phase.parallel ? order[turn] : turn;
                            return readItem(phase.items[index], session, stop);
                        });
    }

    Result<> readItem(const Item& item, Session& session, const CancelToken& stop) {
        SALVOR_TRY(checkCancelled(stop));
        m_task.meter->beginItem(item.name);
        NullSink nowhere;
        ItemReport report;
        {
            MeteredSink sink(nowhere, *m_task.meter);
            SALVOR_ASSIGN(report, m_task.snapshot->read(item, session, sink, stop));
        }
        if (const auto expected = m_expected.find(item.id); expected != m_expected.end())
            compare(*expected->second, report);
        m_task.meter->endItem();
        return {};
    }

    void compare(const ManifestItem& expected, const ItemReport& found) {
        if (expected.rows != found.rows) {
            differs(expected.name, std::to_string(expected.rows) + " rows",
                    std::to_string(found.rows) + " rows");
        } else if (expected.contentHash != found.contentHash) {
            const auto details = found.details.value(QStringLiteral("differences")).toArray();
            for (const auto& one : details)
                differs(fromQt(one[QStringLiteral("item")].toString()),
                        fromQt(one[QStringLiteral("expected")].toString()),
                        fromQt(one[QStringLiteral("found")].toString()));
            if (details.isEmpty())
                differs(expected.name, "hash " + expected.contentHash, "hash " + found.contentHash);
        }
        // Not the lengths: equal content may have several forms (an archive with a date in it).
    }

    /// What cannot be compared here (roles of another server) the engine leaves out by name, and nothing
    /// else.
    void compareSets(const Plan& plan, const QJsonArray& notCompared) {
        std::set<std::string, std::less<>> seen;
        for (const auto& id : notCompared)
            seen.insert(fromQt(id.toString()));
        for (const Phase& phase : plan.phases) {
            for (const Item& item : phase.items) {
                seen.insert(item.id);
                if (!m_expected.contains(item.id))
                    differs(item.name, "not in the backup", "in the restored database");
            }
        }
        for (const ManifestItem& item : m_task.manifest->items) {
            if (!seen.contains(item.id))
                differs(item.name, "in the backup", "not in the restored database");
        }
    }

    /// What the proof says beyond the backup is for the report only.
    void compareFinish(const QJsonObject& found) {
        const QJsonObject& expected = m_task.manifest->finish;
        const auto text = [](const QJsonObject& object, const QString& key) {
            if (!object.contains(key))
                return std::string("absent");
            const QJsonObject alone{{key, object.value(key)}};
            return fromQt(QString::fromUtf8(QJsonDocument(alone).toJson(QJsonDocument::Compact)));
        };
        for (const QString& key : expected.keys()) {
            if (expected.value(key) != found.value(key))
                differs(fromQt(key), text(expected, key), text(found, key));
        }
    }

    void differs(std::string item, std::string expected, std::string found) {
        const std::lock_guard lock(m_mutex);
        m_differences.push_back({std::move(item), std::move(expected), std::move(found)});
    }

    const ProofTask& m_task;
    std::map<std::string, const ManifestItem*, std::less<>> m_expected;
    std::mutex m_mutex; ///< guards the list
    std::vector<ItemDifference> m_differences;
};

} // namespace

Result<std::vector<ItemDifference>> executeProof(const ProofTask& task, const CancelToken& cancel) {
    return Proving(task).prove(cancel);
}

} // namespace salvor

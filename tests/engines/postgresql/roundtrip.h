// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One source database, its backup, and restores of it: what the tests of restore and proof begin with.
#pragma once

#include "engines/postgresql/postgresqlengine.h"
#include "engines/process/process.h"

#include "labprofile.h"
#include "memorybackup.h"

#include <QJsonArray>

#include <algorithm>

namespace salvor::test {

template <typename T>
QByteArray why(const Result<T>& result) {
    return result ? QByteArray("ok")
                  : QByteArray(nameOf(result.error().code) + ": " +
                               QByteArray::fromStdString(result.error().toText()));
}

class RoundTrip {
public:
    explicit RoundTrip(const LabServer& server,
                       LabDatabase::TimescaleDb extension = LabDatabase::TimescaleDb::No,
                       const std::string& create = {})
        : source(server, extension, create)
        , lab(server)
        , engine(processes)
        , m_server(server)
        , m_final(source.name() + "_back") {}
    ~RoundTrip() {
        try {
            if (target)
                target.reset();
            dropDatabase(m_server, m_final);
            if (!m_hidden.empty())
                dropDatabase(m_server, m_hidden);
        } catch (const std::exception& problem) {
            qWarning("%s", problem.what());
        }
    }

    Result<> backUp() {
        SALVOR_ASSIGN(auto snapshot,
                      engine.prepareBackup({lab.connection(), source.name(), options}, progress, {}));
        SALVOR_ASSIGN(backup, readAll(*snapshot));
        return {};
    }

    RestoreSpec spec() {
        RestoreSpec out;
        out.connection = lab.connection();
        out.contents = &backup.contents;
        out.targetDatabase = m_final;
        out.runId = "20261121t074000z";
        out.options = {{QStringLiteral("backup_id"), QStringLiteral("20261121T074000Z-ABC123")}};
        for (auto option = restoreOptions.begin(); option != restoreOptions.end(); ++option)
            out.options.insert(option.key(), option.value());
        out.openItem = [this](const std::string& id,
                              const CancelToken&) -> Result<std::unique_ptr<ByteSource>> {
            return std::make_unique<BytesSource>(backup.bytes.at(id));
        };
        return out;
    }

    Result<> restore(const CancelToken& cancel = {}) {
        SALVOR_ASSIGN(target, engine.prepareRestore(spec(), progress, cancel));
        m_hidden = target->name();
        return writeAll(*target, backup, cancel);
    }

    /// What differs between backup and restored database; empty when they are equal.
    Result<std::vector<std::string>> prove(const std::string& database) {
        SALVOR_ASSIGN(auto snapshot, engine.prepareProof(spec(), database, progress, {}));
        SALVOR_ASSIGN(const auto again, readAll(*snapshot));
        std::vector<std::string> differences;
        std::size_t compared = 0;
        for (const auto& phase : again.contents.plan.phases) {
            for (const auto& item : phase.items) {
                const auto* saved = backup.report(item.id);
                const auto* found = again.report(item.id);
                ++compared;
                if (saved != nullptr && saved->contentHash == found->contentHash &&
                    saved->rows == found->rows)
                    continue;
                std::string difference = item.id;
                for (const auto& one : found->details[QStringLiteral("differences")].toArray())
                    for (const char* key : {"item", "expected", "found"})
                        difference += " | " + one[QLatin1String(key)].toString().toStdString();
                differences.push_back(difference);
            }
        }
        finish = again.contents.finish;
        // The roles of the server, and what was left out with its rows.
        const auto left = finish[QStringLiteral("not_compared")].toArray().size();
        if (compared + static_cast<std::size_t>(std::max<qsizetype>(1, left)) <
            backup.contents.reports.size())
            differences.push_back("only " + std::to_string(compared) + " items were compared");
        return differences;
    }

    /// Backup, restore, proof, reveal. The error or difference; empty when all is well.
    std::string whole() {
        if (auto done = backUp(); !done)
            return "backup: " + done.error().toText();
        if (auto done = restore(); !done)
            return "restore: " + done.error().toText() + describe(done.error());
        const auto differences = prove(target->name());
        if (!differences)
            return "proof: " + differences.error().toText();
        if (!differences->empty()) {
            std::string out = "differs:";
            for (const auto& one : *differences)
                out += " " + one;
            return out;
        }
        auto shown = target->reveal({});
        if (!shown)
            return "reveal: " + shown.error().toText() + describe(shown.error());
        revealed = *shown;
        return {};
    }

    static std::string describe(const Error& error) {
        std::string out;
        for (const auto& [key, value] : error.context)
            out += "\n  " + key + ": " + value;
        return out;
    }

    const std::string& finalName() const { return m_final; }
    const std::string& hiddenName() const { return m_hidden; }

    LabDatabase source;
    QJsonObject restoreOptions;
    LabProfile lab;
    SystemProcessRunner processes;
    PostgresqlEngine engine;
    NullProgress progress;
    QJsonObject options;
    MemoryBackup backup;
    std::unique_ptr<Target> target;
    QJsonObject revealed;
    QJsonObject finish;

private:
    LabServer m_server;
    std::string m_final;
    std::string m_hidden;
};

} // namespace salvor::test

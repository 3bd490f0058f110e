// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/runlog.h"

#include "engines/crypto/signeddocument.h"
#include "engines/repository/format.h"
#include "engines/repository/recordkeys.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "models/base/json.h"
#include "models/catalog/processmark.h"

#include <algorithm>
#include <set>

namespace salvor {

namespace {

std::string spoolName(const std::string& runId) { return "spool/" + runId + ".json"; }

} // namespace

Result<> RunLog::spool(const RunRecord& run) const {
    if (!format::isRecordId(run.id))
        return failure(ErrorCode::InvalidInput,
                       "cannot record the run: \"" + run.id + "\" is not a run's id");
    SALVOR_ASSIGN(const std::string text, toCanonicalJson(toJson(run)));
    return m_state.write(spoolName(run.id), asBytes(text));
}

Result<std::vector<RunRecord>> RunLog::spooled() const {
    std::vector<RunRecord> runs;
    SALVOR_ASSIGN(const auto names, m_state.list("spool"));
    for (const auto& name : names) {
        SALVOR_ASSIGN(const auto text, m_state.read("spool/" + name));
        if (!text)
            continue; // sent meanwhile by another process
        const auto object = parseJsonObject(*text, name);
        auto run = object ? runRecordFromJson(*object) : Result<RunRecord>(failure(object.error()));
        if (run && format::isRecordId(run->id))
            runs.push_back(std::move(*run));
    }
    return runs;
}

Result<> RunLog::send(const CancelToken& cancel) const {
    if (m_signer == nullptr)
        return {};
    SALVOR_ASSIGN(const auto runs, spooled());
    for (const RunRecord& run : runs) {
        if (!run.ended)
            continue;
        const QJsonObject document{{QStringLiteral("document"), QStringLiteral("run")},
                                   {QStringLiteral("format"), static_cast<qint64>(format::kVersion)},
                                   {QStringLiteral("repository"), toQt(m_repositoryId)},
                                   {QStringLiteral("run"), toJson(run)}};
        SALVOR_ASSIGN(const std::string text, toCanonicalJson(document));
        SALVOR_ASSIGN(const std::string bytes, signDocument(text, *m_signer));
        auto put = putExactly(m_store, format::runKey(run.id), asBytes(bytes), cancel);
        // A record that is there with other words stays as it is: the first account counts.
        if (!put && put.error().code != ErrorCode::AlreadyExists)
            return put;
        SALVOR_TRY(m_state.remove(spoolName(run.id)));
    }
    return {};
}

Result<> RunLog::closeAbandoned(Instant now, const std::string& ownRun) const {
    SALVOR_ASSIGN(const auto runs, spooled());
    for (RunRecord run : runs) {
        if (run.ended || run.kind != "backup" || run.id == ownRun)
            continue;
        const auto mark = processMarkOf(run);
        if (mark && !isSurelyDead(*mark))
            continue; // between two of its sources
        setProcessMark(run, std::nullopt);
        run.ended = std::max(now, run.started);
        run.outcome = RunOutcome::Failed;
        run.error = Error{ErrorCode::Interrupted,
                          "the process ended before the run did",
                          "it was killed, or the machine went down; run it again",
                          true,
                          {}};
        SALVOR_TRY(spool(run));
    }
    return {};
}

Result<RunRecord> RunLog::parse(const std::string& key, const std::string& bytes) const {
    const auto read = [&]() -> Result<RunRecord> {
        SALVOR_ASSIGN(const std::string payload, verifyDocument(bytes, m_verifyKey));
        SALVOR_ASSIGN(const QJsonObject object, parseJsonObject(payload, key));
        SALVOR_ASSIGN(const std::string kind, requireString(object, "document", key));
        SALVOR_ASSIGN(const std::string repository, requireString(object, "repository", key));
        SALVOR_ASSIGN(const QJsonObject runObject, requireObject(object, "run", key));
        SALVOR_ASSIGN(RunRecord run, runRecordFromJson(runObject));
        if (kind != "run" || repository != m_repositoryId || format::runKey(run.id) != key)
            return failure(ErrorCode::Corrupt, "it is another signed document, put in its place");
        return run;
    };
    auto run = read();
    if (run)
        return run;
    return failure(ErrorCode::Corrupt, "run record " + key + " is damaged or forged: " + run.error().message,
                   "restore this file from a copy of the repository; no backup depends on it",
                   {{"key", key}});
}

Result<std::vector<RunRecord>> RunLog::all(std::uint64_t newestCatalog, std::vector<Error>* problems,
                                           const CancelToken& cancel) const {
    const auto note = [problems](Error error) {
        if (problems != nullptr)
            problems->push_back(std::move(error));
    };
    std::vector<std::string> keys;
    const auto collect = [&](const StoreEntry& entry) -> Result<> {
        if (isRecordKey(entry.key, "runs/"))
            keys.push_back(entry.key);
        return {};
    };
    if (auto listed = m_store.list("runs/", collect, cancel); !listed) {
        // Something that is no folder is in the way, or it is another one's; what was listed so far counts.
        SALVOR_TRY(requireAnswer(m_store, newestCatalog, listed.error(), cancel));
        note(recordFault("run records", "runs/", std::move(listed).error()));
    }
    SALVOR_ASSIGN(std::vector<RunRecord> runs, spooled());
    std::set<std::string> known;
    for (const RunRecord& run : runs)
        known.insert(run.id);
    for (const auto& key : keys) {
        const auto text = getText(m_store, key, cancel);
        if (!text) {
            SALVOR_TRY(requireAnswer(m_store, newestCatalog, text.error(), cancel));
            if (text.error().code != ErrorCode::NotFound) // else it went since it was listed
                note(recordFault("run record", key, text.error()));
            continue;
        }
        auto run = parse(key, *text);
        if (!run)
            note(std::move(run).error());
        else if (known.insert(run->id).second)
            runs.push_back(std::move(*run));
    }
    std::ranges::sort(runs, {}, &RunRecord::id);
    return runs;
}

} // namespace salvor

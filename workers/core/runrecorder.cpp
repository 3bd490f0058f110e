// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/runrecorder.h"

#include "engines/repository/statefolder.h"
#include "models/base/json.h"
#include "workers/core/timelimit.h"

#include <QJsonArray>

#include <algorithm>

#include <unistd.h>

namespace salvor {

namespace {

constexpr std::chrono::milliseconds kLongestRecording{1500};

std::string hostName() {
    char name[256] = "";
    return gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string();
}

} // namespace

RunRecorder::RunRecorder(const Core::Private& core, RunRecord run, std::string spoolFolder)
    : m_core(core)
    , m_spoolFolder(std::move(spoolFolder))
    , m_run(std::move(run)) {
    if (m_run.id.empty())
        m_run.id = core.newId();
    if (m_run.trigger.empty())
        m_run.trigger = "person";
    m_run.host = hostName();
    if (m_run.trigger == "person") // a backup is in no audit, which would say who it was
        m_run.details.insert(QStringLiteral("user"), toQt(core.config.userName));
    m_run.started = core.config.clock->now();
    m_run.outcome = RunOutcome::Running;
    if (!m_spoolFolder.empty()) {
        if (const auto first = spool(spooled()); !first)
            m_spoolError = first.error();
    }
    update();
}

/// As the repository's own log has it: it sends what it finds there.
Result<> RunRecorder::spool(const RunRecord& run) const {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(m_spoolFolder));
    SALVOR_ASSIGN(const std::string text, toCanonicalJson(toJson(run)));
    return folder.write("spool/" + run.id + ".json", asBytes(text));
}

RunRecorder::~RunRecorder() {
    if (!m_ended)
        end(RunOutcome::Failed, Error{ErrorCode::Internal, "the run left no result", {}, false, {}}, {});
}

void RunRecorder::update() {
    const auto catalog = m_core.catalog();
    const auto saved = catalog ? (*catalog)->startRun(m_run) : Result<>(failure(catalog.error()));
    if (!saved)
        problem(saved.error());
}

RunRecord RunRecorder::spooled() const {
    RunRecord run = m_run;
    setProcessMark(run, markOfThisProcess());
    return run;
}

void RunRecorder::note(const char* list, const std::string& text) {
    QJsonArray texts = m_run.details.value(QLatin1String(list)).toArray();
    if (!texts.contains(toQt(text)))
        texts.append(toQt(text));
    m_run.details.insert(QLatin1String(list), texts);
}

const RunRecord& RunRecorder::end(RunOutcome outcome, const std::optional<Error>& error,
                                  const std::vector<Repository*>& repositories) {
    m_ended = true;
    m_run.outcome = outcome;
    m_run.error = error;
    m_run.ended = std::max(m_core.config.clock->now(), m_run.started);
    if (!m_spoolFolder.empty()) {
        if (const auto kept = spool(m_run); !kept)
            problem(kept.error());
    }
    const TimeLimit limit(kLongestRecording);
    for (Repository* repository : repositories) {
        if (const auto recorded = repository->recordRun(m_run, limit.token()); !recorded)
            problem(recorded.error());
    }
    save();
    return m_run;
}

void RunRecorder::save() {
    const auto catalog = m_core.catalog();
    const auto saved = catalog ? (*catalog)->saveRun(m_run) : Result<>(failure(catalog.error()));
    if (!saved)
        problem(saved.error());
}

const RunRecord& RunRecorder::fail(const Error& error, const std::vector<Repository*>& repositories) {
    if (error.isCancelled())
        return end(RunOutcome::Cancelled, std::nullopt, repositories);
    return end(RunOutcome::Failed, error, repositories);
}

} // namespace salvor

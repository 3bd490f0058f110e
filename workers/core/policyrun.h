// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The part of a backup run that belongs to one policy: its hooks, its sources one after the other, its check.
#pragma once

#include "engines/repository/lock.h"
#include "models/connectionreport.h"
#include "models/policy/effectivepolicy.h"
#include "workers/core/coreprivate.h"
#include "workers/core/runrecorder.h"
#include "workers/executor/progressmeter.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace salvor {

/// What all policies of a run share. Everything is borrowed for the run.
struct RunContext {
    const Core::Private& core;
    const BackupJob& job;
    ProgressMeter& meter;
    const CancelToken& cancel;
    RunRecorder& recorder;
    Engine& engine;
    const Login& login;
    const ConnectionReport& server;
    std::map<std::string, OpenedRepository>& repositories; ///< by id, opened by the first that needs it
};

/// What a hook that failed makes of its run, the worst so far.
struct HookVerdict {
    HookFailure meaning = HookFailure::Success;
    std::optional<Error> error;
    void add(HookFailure hookMeaning, const Error& hookError);
};

class PolicyRun {
public:
    PolicyRun(RunContext context, EffectivePolicy effective, RepositoryPin pin,
              std::vector<SourceInfo> sources)
        : m_run(context)
        , m_effective(std::move(effective))
        , m_pin(std::move(pin))
        , m_sources(std::move(sources)) {}

    /// One thread; ends within two seconds of a cancel. What failed is in `outcome`, by database.
    void execute(BackupOutcome& outcome);

    const HookVerdict& hooks() const { return m_hooks; }
    bool skipped() const { return m_skipped; } ///< the whole of it: another job had the repository

private:
    const Policy& policy() const { return m_effective.policy; }
    Result<> takeRepository();
    std::chrono::seconds longestWait() const;
    Result<> runHooks(const std::vector<Hook>& hooks, const std::string& moment, RunOutcome soFar,
                      const BackupOutcome& outcome, const CancelToken& cancel);
    std::map<std::string, std::string> environment(const std::string& moment, RunOutcome soFar,
                                                   const BackupOutcome& outcome) const;
    void backUpAll(BackupOutcome& outcome);
    Result<BackupRecord> backUp(const SourceInfo& source);
    Result<BackupRecord> store(const SourceInfo& source, OpenedRepository& opened);
    Result<std::unique_ptr<BackupWriter>> begin(Repository& repository, const BackupWriterRequest& request,
                                                const CancelToken& cancel);
    Result<> waitBeforeNextTry(const CancelToken& cancel, const Error& busy, std::chrono::seconds limit);
    BackupRecord describe(const SourceInfo& source) const;
    Result<OpenedRepository*> repository();
    void verifyAfter(BackupOutcome& outcome);
    void sayNotReadBack(const std::string& depth);
    void noteVerified(const std::string& depth);
    void signFor(OpenedRepository& opened, const std::vector<std::string>& intact);
    RunOutcome soFar(const BackupOutcome& outcome) const;
    void sayMended(OpenedRepository& opened);
    void sayAge(const std::string& backupId, const QJsonObject& server);
    void sayPassedOver(const BackupWriter& writer);
    void failAll(BackupOutcome& outcome, const Error& error) const;

    RunContext m_run;
    EffectivePolicy m_effective;
    RepositoryPin m_pin;
    std::vector<SourceInfo> m_sources;
    std::size_t m_firstBackup = 0;  ///< of this policy, in the outcome
    std::size_t m_firstFailure = 0; ///< the same
    std::chrono::steady_clock::duration m_waited{0};
    HookVerdict m_hooks;
    std::set<std::string> m_listsSaid;    ///< keys
    std::optional<RepositoryLock> m_lock; ///< for the run
    bool m_skipped = false;
};

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What every command of salvorctl shares: the context it runs in and how it is registered.
#pragma once

#include "app/salvorctl/output.h"
#include "models/base/canceltoken.h"
#include "workers/core.h"

#include <CLI/CLI.hpp>
#include <QCoreApplication>

#include <functional>
#include <memory>
#include <string>

namespace salvor::ctl {

class SignalWatch;

/// Texts of salvorctl: Text::of("…") is translated, UTF-8.
class Text {
    Q_DECLARE_TR_FUNCTIONS(salvorctl)
};
inline std::string text(const QString& translated) { return translated.toStdString(); }

/// Stable exit codes (README, manual page). InvalidInput of the core is a usage error as well.
enum class Exit { Ok = 0, Failed = 1, Usage = 2, Partial = 3, Cancelled = 4, Busy = 5 };

/// Options that stand before any verb.
struct GlobalOptions {
    bool json = false;
    bool quiet = false;
};

/// What a command runs in. The core is made on first use: age and version need none. What its core notices
/// about repositories is shown as a warning, whichever command it is.
class Context : private RepositoryWarnings {
public:
    Context(const GlobalOptions& options, std::string schema, const SignalWatch& signalWatch);
    /// Valid once prepareCore() succeeded.
    Core& core() { return *m_core; }
    Result<> prepareCore();
    /// Another one than the workspace's: that of a job file.
    void useCore(std::unique_ptr<Core> core) { m_core = std::move(core); }
    RepositoryWarnings* warnings() { return this; }
    /// Whether a repository was met so far whose backups could not be listed.
    bool hasUnlisted() const { return m_hasUnlisted; }
    Output& out() { return m_out; }
    const CancelToken& cancel() const { return m_cancel; }
    const SignalWatch& signalWatch() const { return m_signalWatch; }
    ProgressSink& progress();
    /// Ends the progress line, so that what follows starts on a line of its own.
    void endProgress();

private:
    void warned(const RepositoryWarning& warning) override;

    GlobalOptions m_options;
    bool m_hasUnlisted = false;
    Output m_out;
    const SignalWatch& m_signalWatch;
    CancelToken m_cancel;
    std::unique_ptr<ProgressSink> m_progress;
    std::unique_ptr<Core> m_core;
};

using Run = std::function<Result<Exit>(Context&)>;

/// Collects the verb that the command line chose; it is run once everything is parsed.
class Commands {
public:
    explicit Commands(CLI::App& app)
        : m_app(app) {}
    CLI::App& app() { return m_app; }
    /// `schemaName` is the JSON schema's middle: "repository.init".
    /// `needsCore` is false for what works without a workspace.
    void onChosen(CLI::App* verb, const std::string& schemaName, Run run, bool needsCore = true);
    bool chosen() const { return static_cast<bool>(m_run); }
    const std::string& schemaName() const { return m_schemaName; }
    Result<Exit> run(Context& context) const;

private:
    CLI::App& m_app;
    std::string m_schemaName;
    Run m_run;
    bool m_needsCore = true;
};

void addRepositoryCommands(Commands& commands);
void addProfileCommands(Commands& commands);
void addBackupCommands(Commands& commands); ///< backup, verify, backups
void addBackupActCommands(Commands& commands,
                          CLI::App* noun);     ///< backups delete, undelete, hold, release, trash
void addRetentionCommands(Commands& commands); ///< retention, prune
void addRestoreCommands(Commands& commands);
void addRestoredCommands(Commands& commands); ///< restored list, swap, undo, drop
void addDrillCommand(Commands& commands);
void addRunCommands(Commands& commands);
void addPolicyCommands(Commands& commands);
void addJobCommand(Commands& commands); ///< run --policy: what a timer calls
void addChannelCommands(Commands& commands);
void addWatchCommands(Commands& commands);
void addStatusCommands(Commands& commands); ///< status, check
void addAuditCommands(Commands& commands);
void addAgeCommands(Commands& commands);
void addCalendarCommand(Commands& commands);
void addVersionCommand(Commands& commands);
void addCompletion(Commands& commands); ///< hidden: what the shell completion asks

/// Sentences, warnings and data of a backup run; its exit code.
Exit reportBackup(Context& context, const BackupOutcome& outcome);
/// The databases that the policies select on the profile's server.
Result<Exit> reportSelection(Context& context, const Profile& profile, const std::vector<Policy>& policies,
                             const std::vector<std::string>& named);

/// Findings as a table and as data, and one of the two sentences.
Exit reportPreflight(Context& context, const Preflight& found, const QString& canStart,
                     const QString& cannot);
/// {"name", "expected", "found"} …
QJsonArray differencesJson(const std::vector<ProofDifference>& differences);
/// On standard error, where the recovery of a repository that is written to was never rehearsed, or not for a
/// year.
void warnOfRehearsal(Context& context, const std::string& repository);
/// The sentence of that; empty when there is nothing to remind of.
std::string rehearsalReminder(Context& context, const RepositoryPin& pin);

Exit exitCodeOf(const Error& error);
Exit exitCodeOf(RunOutcome outcome);
/// Says what of a run could not be recorded (a proof that the store did not take): then what went well ends
/// in Partial.
Exit sayUnrecorded(Context& context, const RunRecord& run, Exit exit);

} // namespace salvor::ctl

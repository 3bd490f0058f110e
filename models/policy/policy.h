// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A policy: which sources of a profile are backed up, how, when and to which repository, how long the backups
// stay, and what happens around a run. The document is docs/policies.md and docs/policy.schema.json.
#pragma once

#include "models/backuprecord.h"
#include "models/base/result.h"
#include "models/drill.h"
#include "models/retention/retentionrules.h"

#include <QJsonObject>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct EngineDescription;

/// What this version writes and reads; older ones are read, newer ones refused (NewerFormat).
constexpr std::uint64_t kPolicySchemaVersion = 1;

/// One include or exclude glob on the database name; the last match wins. '*' any run, '?' one character.
struct SelectionRule {
    bool include = true;
    std::string databaseGlob;
};

/// The same on "schema.table", inside the databases that were selected. Only for engines whose restore and
/// proof know backups of a part (EngineDescription).
struct RelationRule {
    bool include = true;
    std::string glob;
};

/// What a command that failed, or did not end in time, makes of the run.
enum class HookFailure {
    Success, ///< nothing; it stands in the run's record
    Partial, ///< the run goes on and is partial
    Failed,  ///< before: nothing is backed up; after: the run is failed, its backups stay
};
std::string_view toString(HookFailure meaning);

/// A command of the admin's, run by the program without a shell.
struct Hook {
    std::vector<std::string> command; ///< the program's full path, then its arguments; never a secret
    std::uint64_t timeoutSeconds = 60;
    HookFailure failureMeans = HookFailure::Failed;
    /// After a run only: with which outcomes it runs; empty: with every one, also after a cancel.
    std::vector<RunOutcome> runOn;
    /// Absolute: what it writes to besides the store, for the sandbox of a timer's unit.
    std::vector<std::string> paths;
};

/// What is not set has its default: see effectivePolicy(). Names of notification channels and of secrets
/// stand here, never the secrets.
struct Policy {
    std::string uuid;
    std::string title;
    std::string profileUuid;
    std::string repositoryId;
    std::int64_t revision = 0;

    // what
    std::vector<SelectionRule> rules; ///< default: include "*"
    std::vector<RelationRule> relationRules;
    std::string method = "logical"; ///< until takeDefaultsOf() puts in what the server's engine has
    std::vector<std::string> kinds = {"full"};
    QJsonObject options; ///< the engine's own
    std::optional<std::uint64_t> compressionLevel;

    // when
    std::map<std::string, std::string> schedules; ///< kind → systemd calendar expression; none: by hand only
    std::optional<std::uint64_t> randomDelaySeconds;
    std::optional<std::uint64_t> recoveryPointObjectiveSeconds;

    std::optional<RetentionRules> retention; ///< none: everything is kept

    // checks
    std::optional<std::string> verifyAfter; ///< "none", "quick", "stored"
    std::optional<std::uint64_t> proofWithinSeconds;
    std::optional<std::string>
        drillTarget;                     ///< "throwaway", or a profile's UUID: where its backups are drilled
    std::vector<DrillCheck> drillChecks; ///< that a drill of its backups runs besides those it is given

    // limits
    std::optional<std::uint64_t> bandwidthBytesPerSecond;
    std::optional<std::uint64_t> threads;
    std::optional<std::uint64_t> sessions;
    std::optional<std::uint64_t> memoryBytes; ///< for the unit
    std::optional<std::uint64_t> cpuPercent;  ///< for the unit; 100 is one processor
    std::optional<std::uint64_t> lockWaitSeconds;

    std::vector<Hook> hooksBefore;
    std::vector<Hook> hooksAfter;

    // notifications: names of channels
    std::vector<std::string> mail;
    std::vector<std::string> webhooks;
    std::optional<std::string> heartbeat;
    std::vector<RunOutcome> notifyOn; ///< with which outcomes a run tells; empty: partial and failed

    std::optional<std::string> executor; ///< "this_computer", "host:<name>"
    bool paused = false;                 ///< timers skip it; by hand it runs
};

/// Whether a run of this outcome tells the policy's channels of kind mail and webhook.
bool notifiesOn(const Policy& policy, RunOutcome outcome);

/// Template databases never; otherwise the last matching rule decides, none matching means no.
bool selects(const Policy& policy, const std::string& database);
bool matchesGlob(std::string_view glob, std::string_view text);
Policy makeDefaultPolicy(const std::string& profileUuid, const std::string& profileTitle,
                         const std::string& repositoryId);

/// Only what is set; toCanonicalJson() of it are the document's bytes.
QJsonObject toJson(const Policy& policy);
/// InvalidInput names the first field (its path in context "field") that is missing, unknown or not what it
/// has to be; NewerFormat for a newer schema_version. A document of the first release, which had no
/// schema_version, is read as well.
Result<Policy> policyFromJson(const QJsonObject& object);
/// SHA-256 in hex of what the policy says: its canonical document without "revision" and "paused".
std::string policyHash(const Policy& policy);

/// What the document's form does not show: schedules of kinds that are not made, nothing
/// included, a calendar expression that cannot be read (context "offset": at which character) …
/// InvalidInput; Unsupported for what this version cannot do, by name.
Result<> validate(const Policy& policy);
/// Paths of the fields that are set, kept and checked, and that nothing in this version acts on. Whoever
/// saves a policy is told: it must not look as if a timer, a mail or a deletion would come of it.
std::vector<std::string> fieldsNotActedOn(const Policy& policy);
/// Each schedule has a time after `now`: InvalidInput for one that never comes (again).
Result<> checkSchedulesElapse(const Policy& policy, Instant now);
/// And what the engine does not do (methods, kinds, options, rules on tables): Unsupported, InvalidInput.
Result<> validateFor(const Policy& policy, const EngineDescription& engine);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How a source stands by the policies that select it: what they allow, what comes next, what it would take to
// get it back. Pure: no file, no server, the time is given.
#pragma once

#include "models/policy/policy.h"
#include "models/protection.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salvor {

/// How long getting a source back took, when somebody last tried.
struct MeasuredRecovery {
    double seconds = 0; ///< until it could be used, its proof included: see recoverytime.h
    Instant at{};
    bool drill = false; ///< else a restore
};

/// What backs a source up next.
enum class NextRunKind {
    Timer,      ///< at `SourceStanding::nextRun`, by a timer that follows the policy as it is now
    NoTimer,    ///< a schedule that no timer follows
    NotKnown,   ///< a schedule; whether a timer follows it could not be told
    ByHand,     ///< policies without a schedule
    Paused,     ///< all of its policies are
    Unreadable, ///< a schedule that cannot be read here
    NoPolicy,   ///< no policy selects it
    NoServer,   ///< its server was removed
};

struct SourceStanding : SourceStatus {
    Protection protection = Protection::Never;
    std::chrono::seconds overdueBy{0};         ///< of Protection::Overdue
    std::chrono::seconds behindBy{0};          ///< its server behind its source, when lastGood was made
    std::optional<std::chrono::seconds> limit; ///< the strictest recovery point objective of its policies
    bool bySchedule = false;                   ///< without an objective: no two times in a row may pass
    std::vector<std::string> policies;         ///< titles of those that select it
    NextRunKind next = NextRunKind::NoPolicy;
    std::optional<Instant> nextRun;           ///< by the schedules, also where no timer follows them
    std::uint64_t randomDelaySeconds = 0;     ///< the timer may wait so long after it
    std::optional<MeasuredRecovery> recovery; ///< not measured: nothing
    std::optional<Instant> provedAt;          ///< newest proof of any of its backups by a restore
    bool proven = false;                      ///< that proof is young enough: see kProofAge

    /// Without an objective and without a schedule a good backup protects for kProtectionAge.
    bool byDefault() const { return !limit && !bySchedule; }
};

/// Where no policy wants a proof within some time, one counts for so long.
constexpr std::chrono::hours kProofAge{31 * 24};

/// "profile UUID\ndatabase".
std::string sourceKey(const std::string& profileUuid, const std::string& database);

struct StandingInput {
    std::vector<Policy> policies;
    std::optional<std::set<std::string>> followed;    ///< UUIDs of policies that timers follow as they are
    std::map<std::string, MeasuredRecovery> measured; ///< by sourceKey()
    std::map<std::string, Instant> proved;            ///< the same
    std::set<std::string> lostStores;                 ///< ids of repositories that do not answer
    std::set<std::string> removed;                    ///< UUIDs of profiles that somebody removed
    Instant now{};
};

SourceStanding standingOf(SourceStatus source, const StandingInput& input);
/// And databases that were seen on a server, and that no policy selects nor leaves out by a rule.
std::vector<SourceStanding> standingsOf(std::vector<SourceStatus> sources, const StandingInput& input);

/// Names of the databases of a profile that were seen and that one of `policies` selects: what loses its
/// protection with them.
std::vector<std::string> protectedDatabases(const std::string& profileUuid,
                                            const std::vector<Policy>& policies,
                                            const std::vector<SourceStatus>& sources);

/// One source that is not protected.
struct Concern {
    std::string database;
    std::string profileTitle;
    Protection state = Protection::Never;
    std::chrono::seconds overdueBy{0}; ///< of an overdue one
    std::chrono::seconds behindBy{0};  ///< of one of old data
};

/// What isPast() is not counted in `total`.
struct ProtectionSummary {
    std::size_t total = 0;
    std::size_t protectedNow = 0;
    std::size_t untimed = 0;       ///< of the protected: no timer will keep them so
    std::size_t incomplete = 0;    ///< of the protected: their run did not do all that its policy wants
    std::size_t proven = 0;        ///< of the protected: a restore proved one of its backups lately enough
    std::vector<Concern> concerns; ///< the worst first
};
ProtectionSummary summarize(const std::vector<SourceStanding>& sources);

} // namespace salvor

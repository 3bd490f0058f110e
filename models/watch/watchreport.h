// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the watch sees: a state for each policy and each of its sources, and findings with their numbers.
// docs/watch.md has the codes.
#pragma once

#include "models/base/clock.h"
#include "models/base/error.h"

#include <QJsonObject>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

enum class Severity { Notice, Warning, Critical };
std::string_view toString(Severity severity); ///< "notice", "warning", "critical"

struct Finding {
    Severity severity = Severity::Warning;
    std::string code;     ///< stable: "overdue", "never", "last_run_failed", "size_small" …
    std::string policy;   ///< UUID; empty: of no policy alone
    std::string database; ///< empty: of the whole policy
    std::string message;  ///< lower case, with the numbers that it is about
    QJsonObject numbers;  ///< the same numbers: "age_seconds", "median_bytes" …; never a float in them
    /// Which one it is of several with this code, policy and database: a profile's UUID, a repository's id, a
    /// file, a backup …; empty where there can be only one.
    std::string subject = {};
};

/// From best to worst; Paused, Gone and Waiting (a policy's first run is still to come) are states of their
/// own.
enum class WatchState { Ok, Paused, Gone, Waiting, Partial, Overdue, Never, Failed, FutureDated };
std::string_view toString(WatchState state); ///< "ok", "paused", "gone" … "future_dated"

struct SourceWatch {
    std::string database;
    WatchState state = WatchState::Ok;
    bool selected = true;            ///< by the policy as it is now; false only of one that is Gone
    std::string lastGoodId;          ///< empty: none
    std::optional<Instant> lastGood; ///< when it began: what a restore brings back
    std::optional<Instant> lastGoodEnded;
    std::uint64_t sizeBytes = 0;   ///< of the newest good backup
    std::uint64_t storedBytes = 0; ///< that it added to the store
    std::optional<double> durationSeconds;
    std::optional<bool> lastSuccess; ///< of the newest run that was to back it up; nothing: there was none
    std::optional<Instant> provedAt; ///< newest proof by a restore
    std::optional<double> recoverySeconds; ///< measured by the newest restore or drill
    std::optional<std::int64_t> overdueSeconds;
};

struct PolicyWatch {
    std::string uuid;
    std::string title;
    std::string profileUuid;
    std::string profileTitle;
    std::string repositoryId;
    std::string repositoryTitle;
    WatchState state = WatchState::Ok;
    /// By the schedules, whether a timer is installed or not; with nextRunByTimer as systemd says it.
    std::optional<Instant> nextRun;
    bool nextRunByTimer = false;
    bool timersOutdated = false; ///< installed timers run it as it was before an edit
    std::string lastRunId;
    std::string lastRunOutcome; ///< empty: none
    std::optional<Instant> lastRunAt;
    std::vector<SourceWatch> sources; ///< by database
    std::vector<Finding> findings;

    Severity worst() const;
    /// Nothing above a notice, and not paused.
    bool well() const;
};

struct StoreWatch {
    std::string repositoryId;
    std::string title;
    std::uint64_t freeBytes = 0;
    std::uint64_t totalBytes = 0;
    Instant seenAt{};              ///< by the run that recorded it
    std::optional<Instant> fullAt; ///< forecast
    std::vector<Finding> findings;
};

struct WatchReport {
    Instant at{};
    std::vector<PolicyWatch> policies; ///< by title
    std::vector<StoreWatch> stores;
    std::vector<Finding> general; ///< of no policy and no store: notifications that did not arrive …

    /// All of them, the worst first.
    std::vector<Finding> findings() const;
    /// What a heartbeat may say of a policy: it and its store are well, and what the watch itself reads was
    /// not lost, nor is anything critical that is of no policy and no store. False of one that is not known.
    bool wellFor(const std::string& policyUuid) const;
};

QJsonObject toJson(const Finding& finding);
QJsonObject toJson(const PolicyWatch& policy);
QJsonObject toJson(const WatchReport& report);

/// "3 d 4 h", "25 min", "12 s": the two largest units.
std::string spanText(std::int64_t seconds);
/// "1.4 GB", in powers of ten.
std::string bytesText(std::uint64_t bytes);

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A policy and its records, made by hand, for the watch to look at.
#pragma once

#include "models/base/json.h"
#include "models/jsonfields.h"
#include "models/watch/evaluation.h"

#include <QString>
#include <QStringList>

#include <algorithm>
#include <string>
#include <vector>

namespace salvor::test {

using namespace std::chrono_literals;

inline const Instant kNow = *fromRfc3339("2026-11-25T12:00:00Z");
inline const std::string kProfile = "5b0f1c7e-53d1-4b1c-a2f7-1c8e0a4b9d10";
inline const std::string kRepository = "0123456789abcdef0123456789abcdef";
constexpr auto kDay = std::chrono::hours(24);

/// One policy with an objective of 25 hours, and the records that a test adds.
struct World {
    WatchInput input;

    World() {
        Policy policy = makeDefaultPolicy(kProfile, "nightly", kRepository);
        policy.uuid = "0f6f9c1e-8a53-4e0e-9a68-3e1b7f6b2a11";
        policy.recoveryPointObjectiveSeconds = 25 * 3600;
        input.policies = {policy};
        input.titles = {{kProfile, "shop server"}, {kRepository, "vault"}};
    }
    Policy& policy() { return input.policies.front(); }

    BackupRecord& backup(Instant at, std::uint64_t size = 1'000'000'000, std::chrono::seconds took = 100s,
                         const std::string& database = "shop") {
        BackupRecord record;
        record.id = makeRecordId(at);
        record.policyUuid = policy().uuid;
        record.profileUuid = kProfile;
        record.repositoryId = kRepository;
        record.database = database;
        record.kind = "full";
        record.started = at;
        record.ended = at + took;
        record.sizeBytes = size;
        input.backups.push_back(record);
        return input.backups.back();
    }
    RunRecord& run(Instant at, RunOutcome outcome, const std::vector<std::string>& databases = {"shop"},
                   const std::vector<std::string>& failed = {}) {
        RunRecord record;
        record.id = makeRecordId(at);
        record.kind = "backup";
        record.policyUuid = policy().uuid;
        record.profileUuid = kProfile;
        record.repositoryId = kRepository;
        record.started = at;
        record.ended = at + 100s;
        record.outcome = outcome;
        record.details = {{QStringLiteral("selection"), QStringLiteral("policy")},
                          {QStringLiteral("databases"), toJsonArray(databases)}};
        if (!failed.empty())
            record.details.insert(QStringLiteral("failed_databases"), toJsonArray(failed));
        input.runs.push_back(record);
        return input.runs.back();
    }
    void verified(Instant at, const std::vector<std::string>& looked, const std::vector<std::string>& damaged,
                  const QString& depth = QStringLiteral("full")) {
        RunRecord& record = run(at, damaged.empty() ? RunOutcome::Ok : RunOutcome::Failed);
        record.kind = "verify";
        record.policyUuid.clear();
        record.backupIds = looked;
        record.details = {{QStringLiteral("damaged_backups"), toJsonArray(damaged)},
                          {QStringLiteral("depth"), depth}};
    }
    /// A good night: a run and its backup.
    void night(Instant at, std::uint64_t size = 1'000'000'000, std::chrono::seconds took = 100s) {
        run(at, RunOutcome::Ok);
        backup(at, size, took);
    }
    void nights(int count, std::uint64_t size = 1'000'000'000, std::chrono::seconds took = 100s) {
        for (int i = count; i >= 1; --i)
            night(kNow - i * kDay + 1h, size, took);
    }

    WatchReport look(Instant now = kNow) const { return evaluateWatch(input, now); }
    /// A timer for the policy runs.
    WatchReport lookWithTimer(Instant firstRun, Instant now = kNow) const {
        return evaluateWatch(input, now, {{input.policies.front().uuid, firstRun}});
    }
};

inline QStringList codes(const WatchReport& report) {
    QStringList out;
    for (const auto& finding : report.findings())
        out << toQt(finding.code);
    out.sort();
    return out;
}

inline const Finding* findingOf(const WatchReport& report, const std::string& code) {
    static std::vector<Finding> all;
    all = report.findings();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.code == code; });
    return found == all.end() ? nullptr : &*found;
}

inline qint64 numberOf(const Finding* finding, const char* key) {
    return finding == nullptr ? -1 : finding->numbers.value(QLatin1String(key)).toInteger(-1);
}

inline const PolicyWatch& only(const WatchReport& report) { return report.policies.front(); }

} // namespace salvor::test

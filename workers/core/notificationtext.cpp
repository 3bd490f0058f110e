// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/notificationtext.h"

#include "models/base/json.h"
#include "models/base/printable.h"

#include <QJsonArray>

#include <algorithm>
#include <sstream>

#include <unistd.h>

namespace salvor {

namespace {

std::vector<std::string> namesIn(const QJsonObject& details, const char* key) {
    std::vector<std::string> names;
    for (const auto& element : details.value(QLatin1String(key)).toArray())
        names.push_back(fromQt(element.toString()));
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < 50; ++i)
        text += (i == 0 ? "" : ", ") + printable(names[i]);
    return names.size() > 50 ? text + " and " + std::to_string(names.size() - 50) + " more" : text;
}

std::string outcomeText(RunOutcome outcome) {
    switch (outcome) {
    case RunOutcome::Ok:
        return "ok";
    case RunOutcome::Partial:
        return "PARTIAL";
    case RunOutcome::Cancelled:
        return "cancelled";
    case RunOutcome::Skipped:
        return "skipped";
    case RunOutcome::Running:
    case RunOutcome::Failed:
        break;
    }
    return "FAILED";
}

/// By whoever ran it, at the keyboard.
std::string cancelledBy(const RunRecord& run) {
    const auto user = run.details.value(QLatin1String("cancelled_by")).toString();
    return user.isEmpty() ? std::string() : " by " + printable(fromQt(user)) + ", who ran it";
}

} // namespace

std::string thisHost() {
    char name[256] = "";
    return gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string("this computer");
}

std::string stateOf(RunOutcome outcome) { return std::string(toString(outcome)); }

std::string stateOf(const RunRecord& run) {
    std::vector<std::string> failed = namesIn(run.details, "failed_databases");
    std::sort(failed.begin(), failed.end());
    return stateOf(run.outcome) + (failed.empty() ? "" : ": " + joined(failed));
}

std::string runSubject(const Policy& policy, const RunRecord& run) {
    return "Salvor: " + outcomeText(run.outcome) + ": " + policy.title + " on " + run.host;
}

std::string runText(const Policy& policy, const RunRecord& run) {
    std::string text = "Policy:    " + policy.title + "\nProfile:   " + run.profileTitle +
                       "\nOutcome:   " + outcomeText(run.outcome) + cancelledBy(run) +
                       "\nRun:       " + run.id + " on " + run.host +
                       "\nStarted:   " + toRfc3339(run.started) + "\n";
    if (run.ended)
        text += "Took:      " +
                spanText(std::chrono::duration_cast<std::chrono::seconds>(*run.ended - run.started).count()) +
                "\n";
    if (!run.backupIds.empty())
        text += "Backups:   " + std::to_string(run.backupIds.size()) + ", " + bytesText(run.sizeBytes) +
                " read, " + bytesText(run.storedBytes) + " stored\n";
    if (const auto failed = namesIn(run.details, "failed_databases"); !failed.empty())
        text += "Without:   " + joined(failed) + "\n";
    if (run.error) {
        text += "Error:     " + printable(run.error->message) + "\n";
        if (!run.error->hint.empty())
            text += "What to do: " + printable(run.error->hint) + "\n";
    }
    for (const auto& problem : namesIn(run.details, "record_problems"))
        text += "Problem:   " + printable(problem) + "\n";
    return text;
}

QJsonObject runPayload(const Policy& policy, const RunRecord& run) {
    QJsonObject said = toJson(run);
    QJsonObject details;
    for (const char* key : {"databases", "failed_databases", "record_problems", "cancelled_by"}) {
        if (run.details.contains(QLatin1String(key)))
            details.insert(QLatin1String(key), run.details.value(QLatin1String(key)));
    }
    said.insert(QStringLiteral("details"), details);
    return {{QStringLiteral("event"), QStringLiteral("run")},
            {QStringLiteral("outcome"), toQt(toString(run.outcome))},
            {QStringLiteral("policy"), QJsonObject{{QStringLiteral("uuid"), toQt(policy.uuid)},
                                                   {QStringLiteral("title"), toQt(policy.title)}}},
            {QStringLiteral("run"), said}};
}

namespace {

std::string keyOf(const Finding& finding) {
    // What got worse, or is said of another server, store or backup, is news.
    return finding.code + "|" + finding.policy + "|" + printable(finding.database) + "|" +
           std::string(toString(finding.severity)) + "|" + printable(finding.subject);
}

} // namespace

bool FindingsFor::isOver(const std::string& before) const {
    std::istringstream lines(before);
    for (std::string key; std::getline(lines, key);) {
        const auto begin = key.find('|');
        if (begin == std::string::npos)
            continue;
        const std::string policy = key.substr(begin + 1, key.find('|', begin + 1) - begin - 1);
        if (!open.contains(key) && !open.contains(policy))
            return true;
    }
    return false;
}

FindingsFor findingsFor(const WatchReport& report, const std::vector<Policy>& policies,
                        const std::set<std::string>& saidByRuns) {
    std::set<std::string> mine;
    std::set<std::string> stores;
    for (const auto& policy : policies) {
        mine.insert(policy.uuid);
        stores.insert(policy.repositoryId);
    }
    FindingsFor found;
    const auto take = [&](const std::vector<Finding>& findings, bool saidAlready) {
        for (const auto& finding : findings) {
            const bool ofRun = finding.code == "last_run_failed" || finding.code == "last_run_partial";
            // A channel that is not reached cannot be told that it is not reached.
            if (finding.severity == Severity::Notice || finding.code == "undelivered")
                continue;
            if (ofRun && saidAlready) {
                found.silent.push_back(finding.message);
                found.open.insert(keyOf(finding));
                continue;
            }
            found.findings.push_back(finding);
        }
    };
    for (const auto& policy : report.policies) {
        if (mine.count(policy.uuid) == 0)
            continue;
        take(policy.findings, saidByRuns.count(policy.lastRunId) > 0);
        if (policy.state == WatchState::Paused) {
            found.silent.push_back("policy \"" + policy.title + "\" is paused");
            found.open.insert(policy.uuid);
        }
    }
    for (const auto& store : report.stores) {
        if (stores.count(store.repositoryId) > 0)
            take(store.findings, false);
    }
    take(report.general, false);
    std::stable_sort(found.findings.begin(), found.findings.end(),
                     [](const Finding& a, const Finding& b) { return a.severity > b.severity; });
    std::set<std::string> keys;
    for (const auto& finding : found.findings)
        keys.insert(keyOf(finding));
    for (const auto& key : keys)
        found.state += (found.state.empty() ? "" : "\n") + key;
    return found;
}

std::string findingsSubject(const FindingsFor& found) {
    if (found.well())
        return "Salvor: all is well again on " + thisHost();
    if (found.findings.empty())
        return "Salvor: over, but not all is well on " + thisHost();
    const auto critical =
        std::count_if(found.findings.begin(), found.findings.end(),
                      [](const Finding& finding) { return finding.severity == Severity::Critical; });
    std::string text = critical > 0 ? "Salvor: CRITICAL: " : "Salvor: warning: ";
    text += fromQt(toQt(printable(found.findings.front().message)).left(120));
    if (found.findings.size() > 1)
        text += " (and " + std::to_string(found.findings.size() - 1) + " more)";
    return text;
}

std::string findingsText(const FindingsFor& found, Instant at) {
    std::string text;
    if (found.findings.empty()) {
        text = "What the watch had found is over.\n";
        for (const auto& one : found.silent)
            text += "Still so: " + printable(one) + "\n";
        return text + "\nLooked at " + toRfc3339(at) + " on " + thisHost() + ".\n";
    }
    for (const auto& finding : found.findings)
        text += (finding.severity == Severity::Critical ? "CRITICAL  " : "warning   ") +
                printable(finding.message) + "\n";
    return text + "\nLooked at " + toRfc3339(at) + " on " + thisHost() +
           ". This is said again after a day, or when something changes.\n";
}

QJsonObject findingsPayload(const FindingsFor& found) {
    QJsonArray findings;
    for (const auto& finding : found.findings)
        findings.append(toJson(finding));
    return {{QStringLiteral("event"), QStringLiteral("watch")},
            {QStringLiteral("well"), found.well()},
            {QStringLiteral("findings"), findings}};
}

} // namespace salvor

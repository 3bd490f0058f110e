// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/prometheus.h"

#include <cstdio>
#include <functional>
#include <map>
#include <set>

namespace salvor {

namespace {

using Label = std::pair<const char*, std::string>;

/// Backslash, quotation mark and line feed; the format knows no other escape.
std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '"')
            out += "\\\"";
        else if (c == '\n')
            out += "\\n";
        else
            out.push_back(c);
    }
    return out;
}

std::string number(double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}
double secondsOf(Instant at) { return std::chrono::duration<double>(at.time_since_epoch()).count(); }

} // namespace

std::string userLabel(const std::string& user) { return "user=\"" + escaped(user) + "\""; }

namespace {

class Metrics {
public:
    explicit Metrics(const std::string& user)
        : m_user("{" + userLabel(user)) {}

    void declare(const char* name, const char* help) {
        m_text += std::string("# HELP ") + name + " " + help + "\n# TYPE " + name + " gauge\n";
    }
    void sample(const char* name, const std::vector<Label>& labels, double value) {
        std::string line = name + m_user;
        for (const auto& [label, is] : labels)
            line += std::string(",") + label + "=\"" + escaped(is) + "\"";
        line += "}";
        if (!m_series.insert(line).second)
            return; // two of one name and the same labels would make the whole file unreadable
        m_text += line + " " + number(value) + "\n";
    }
    std::string text() && { return std::move(m_text); }

private:
    std::string m_user; ///< the first label of all
    std::string m_text;
    std::set<std::string> m_series;
};

using OfSource = std::function<std::optional<double>(const SourceWatch&)>;

void perSource(Metrics& metrics, const WatchReport& report, const char* name, const char* help,
               const OfSource& value) {
    metrics.declare(name, help);
    for (const auto& policy : report.policies) {
        for (const auto& source : policy.sources) {
            if (source.state == WatchState::Gone)
                continue;
            if (const auto is = value(source))
                metrics.sample(name,
                               {{"policy", policy.title},
                                {"profile", policy.profileTitle},
                                {"database", source.database}},
                               *is);
        }
    }
}

std::optional<double> secondsIf(const std::optional<Instant>& at) {
    return at ? std::optional(secondsOf(*at)) : std::nullopt;
}

void perPolicy(Metrics& metrics, const WatchReport& report, const char* name, const char* help,
               const std::function<std::optional<double>(const PolicyWatch&)>& value) {
    metrics.declare(name, help);
    for (const auto& policy : report.policies) {
        if (const auto is = value(policy))
            metrics.sample(name, {{"policy", policy.title}, {"profile", policy.profileTitle}}, *is);
    }
}

void perStore(Metrics& metrics, const WatchReport& report, const char* name, const char* help,
              const std::function<std::optional<double>(const StoreWatch&)>& value) {
    metrics.declare(name, help);
    for (const auto& store : report.stores) {
        if (const auto is = value(store))
            metrics.sample(name, {{"repository", store.title}}, *is);
    }
}

void findings(Metrics& metrics, const WatchReport& report) {
    std::map<std::pair<std::string, std::string>, double> counts; // severity, code
    for (const auto& finding : report.findings())
        ++counts[{std::string(toString(finding.severity)), finding.code}];
    metrics.declare("salvor_watch_findings", "What the watch found, by severity and code.");
    for (const auto& [key, count] : counts)
        metrics.sample("salvor_watch_findings", {{"severity", key.first}, {"code", key.second}}, count);
}

} // namespace

std::string prometheusText(const WatchReport& report, const std::string& user) {
    Metrics metrics(user);
    perSource(metrics, report, "salvor_backup_last_success_timestamp_seconds",
              "When the newest good backup began, in seconds since 1970; 0 when there is none.",
              [](const SourceWatch& source) { return source.lastGood ? secondsOf(*source.lastGood) : 0.0; });
    perSource(metrics, report, "salvor_backup_size_bytes", "Bytes read for the newest good backup.",
              [](const SourceWatch& source) {
                  return source.lastGood ? std::optional(static_cast<double>(source.sizeBytes))
                                         : std::nullopt;
              });
    perSource(metrics, report, "salvor_backup_stored_bytes",
              "Bytes that the newest good backup added to its store.", [](const SourceWatch& source) {
                  return source.lastGood ? std::optional(static_cast<double>(source.storedBytes))
                                         : std::nullopt;
              });
    perSource(metrics, report, "salvor_backup_duration_seconds", "How long the newest good backup took.",
              [](const SourceWatch& source) { return source.durationSeconds; });
    perSource(metrics, report, "salvor_backup_success",
              "1 when the newest run that was to back it up did, 0 when it did not or there was none.",
              [](const SourceWatch& source) { return source.lastSuccess.value_or(false) ? 1.0 : 0.0; });
    perSource(
        metrics, report, "salvor_backup_overdue_seconds",
        "By how much the newest good backup is older than it may be; 0 when it is not.",
        [](const SourceWatch& source) { return static_cast<double>(source.overdueSeconds.value_or(0)); });
    perSource(metrics, report, "salvor_backup_last_proof_timestamp_seconds",
              "When a backup was last proved by a restore; 0 when none was.",
              [](const SourceWatch& source) { return secondsIf(source.provedAt).value_or(0); });
    perSource(metrics, report, "salvor_recovery_duration_seconds", "Measured by the newest restore or drill.",
              [](const SourceWatch& source) { return source.recoverySeconds; });
    perPolicy(metrics, report, "salvor_policy_paused", "1 while timers skip the policy.",
              [](const PolicyWatch& policy) { return policy.state == WatchState::Paused ? 1.0 : 0.0; });
    perPolicy(metrics, report, "salvor_policy_well", "1 when the watch has nothing to say of it.",
              [](const PolicyWatch& policy) { return policy.well() ? 1.0 : 0.0; });
    perPolicy(metrics, report, "salvor_policy_next_run_timestamp_seconds",
              "By its installed timer; by its schedules where none that runs is known.",
              [](const PolicyWatch& policy) { return secondsIf(policy.nextRun); });
    perStore(metrics, report, "salvor_store_free_bytes", "Free in the store when a run last looked.",
             [](const StoreWatch& store) { return static_cast<double>(store.freeBytes); });
    perStore(metrics, report, "salvor_store_total_bytes", "Size of the store when a run last looked.",
             [](const StoreWatch& store) { return static_cast<double>(store.totalBytes); });
    perStore(metrics, report, "salvor_store_full_timestamp_seconds",
             "When the store will be full, by its pace.",
             [](const StoreWatch& store) { return secondsIf(store.fullAt); });
    findings(metrics, report);
    metrics.declare("salvor_watch_last_run_timestamp_seconds", "When the watch looked.");
    metrics.sample("salvor_watch_last_run_timestamp_seconds", {}, secondsOf(report.at));
    return std::move(metrics).text();
}

} // namespace salvor

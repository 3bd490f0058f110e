// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/nagios.h"

#include "models/base/counted.h"
#include "models/base/printable.h"

#include <algorithm>
#include <cstdio>

namespace salvor {

namespace {

/// One line, without the sign that begins the performance data.
std::string oneLine(const std::string& raw) {
    std::string text = printable(raw);
    std::ranges::replace(text, '|', '/');
    return text;
}

/// In quotation marks; a quotation mark inside is doubled, '=' is not allowed.
std::string label(const std::string& text) {
    std::string out = "'";
    for (const char c : oneLine(text)) {
        if (c == '\'')
            out.push_back(c);
        out.push_back(c == '=' ? '_' : c);
    }
    return out + "'";
}

std::string performance(const WatchReport& report) {
    std::string text;
    for (const auto& policy : report.policies) {
        for (const auto& source : policy.sources) {
            if (source.state == WatchState::Gone || !source.lastGood)
                continue;
            const std::string whose = policy.title + " " + source.database;
            const auto age =
                std::chrono::duration_cast<std::chrono::seconds>(report.at - *source.lastGood).count();
            text +=
                " " + label(whose + " age") + "=" + std::to_string(std::max<std::int64_t>(age, 0)) + "s;;;0";
            text += " " + label(whose + " size") + "=" + std::to_string(source.sizeBytes) + "B;;;0";
            if (source.durationSeconds) {
                char took[40];
                std::snprintf(took, sizeof took, "%.3f", *source.durationSeconds);
                text += " " + label(whose + " duration") + "=" + took + "s;;;0";
            }
        }
    }
    return text;
}

const char* word(NagiosState state) {
    switch (state) {
    case NagiosState::Ok:
        return "OK";
    case NagiosState::Warning:
        return "WARNING";
    case NagiosState::Critical:
        return "CRITICAL";
    case NagiosState::Unknown:
        break;
    }
    return "UNKNOWN";
}

} // namespace

NagiosAnswer nagiosAnswer(const WatchReport& report) {
    if (report.policies.empty()) {
        std::string why = "there is no policy: nothing is protected";
        for (const auto& finding : report.findings()) {
            if (finding.code != "no_policy" && finding.severity != Severity::Notice)
                why += "; " + finding.message;
        }
        return nagiosUnknown(why);
    }
    NagiosAnswer answer;
    const auto findings = report.findings();
    std::size_t critical = 0;
    std::size_t warnings = 0;
    std::size_t paused = 0;
    for (const auto& finding : findings) {
        critical += finding.severity == Severity::Critical ? 1 : 0;
        warnings += finding.severity == Severity::Warning ? 1 : 0;
    }
    for (const auto& policy : report.policies)
        paused += policy.state == WatchState::Paused ? 1 : 0;
    answer.state = critical > 0                 ? NagiosState::Critical
                   : warnings > 0 || paused > 0 ? NagiosState::Warning
                                                : NagiosState::Ok;
    answer.text = std::string("SALVOR ") + word(answer.state) + " - " +
                  std::to_string(report.policies.size()) +
                  (report.policies.size() == 1 ? " policy, " : " policies, ") + std::to_string(paused) +
                  " paused, " + std::to_string(critical) + " critical, " + counted(warnings, "warning");
    if (!findings.empty() && findings.front().severity != Severity::Notice)
        answer.text += ": " + oneLine(findings.front().message);
    if (const std::string data = performance(report); !data.empty())
        answer.text += " |" + data;
    for (const auto& finding : findings)
        answer.text += "\n" + std::string(toString(finding.severity)) + ": " + oneLine(finding.message);
    return answer;
}

NagiosAnswer nagiosUnknown(const std::string& why) {
    return {NagiosState::Unknown, "SALVOR UNKNOWN - " + oneLine(why)};
}

} // namespace salvor

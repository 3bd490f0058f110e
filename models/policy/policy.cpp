// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/policy.h"

#include "models/profile.h"

#include <algorithm>

namespace salvor {

namespace {

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Past one character of UTF-8, so that '?' is a character and not a byte.
std::size_t nextCharacter(std::string_view text, std::size_t at) {
    ++at;
    while (at < text.size() && isContinuation(text[at]))
        ++at;
    return at;
}

} // namespace

// Linear in the usual case, never exponential: only the last '*' is tried again.
bool matchesGlob(std::string_view glob, std::string_view text) {
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = t;
        } else if (g < glob.size() && glob[g] == '?') {
            ++g;
            t = nextCharacter(text, t);
        } else if (g < glob.size() && glob[g] == text[t]) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            resume = nextCharacter(text, resume);
            t = resume;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*')
        ++g;
    return g == glob.size();
}

bool notifiesOn(const Policy& policy, RunOutcome outcome) {
    if (policy.notifyOn.empty())
        return outcome == RunOutcome::Partial || outcome == RunOutcome::Failed;
    return std::find(policy.notifyOn.begin(), policy.notifyOn.end(), outcome) != policy.notifyOn.end();
}

bool selects(const Policy& policy, const std::string& database) {
    bool selected = false;
    for (const auto& rule : policy.rules) {
        if (matchesGlob(rule.databaseGlob, database))
            selected = rule.include;
    }
    return selected;
}

Policy makeDefaultPolicy(const std::string& profileUuid, const std::string& profileTitle,
                         const std::string& repositoryId) {
    Policy policy;
    policy.uuid = makeUuid();
    policy.title = profileTitle;
    policy.profileUuid = profileUuid;
    policy.repositoryId = repositoryId;
    policy.rules.push_back({true, "*"});
    return policy;
}

std::string_view toString(HookFailure meaning) {
    switch (meaning) {
    case HookFailure::Success:
        return "success";
    case HookFailure::Partial:
        return "partial";
    case HookFailure::Failed:
        break;
    }
    return "failed";
}

} // namespace salvor

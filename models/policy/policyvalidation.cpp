// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/enginedescription.h"
#include "models/policy/documentfields.h"
#include "models/policy/policy.h"
#include "models/schedule/calendarexpression.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::uint64_t kLeastMemoryBytes = std::uint64_t(128) << 20U;
constexpr std::uint64_t kLeastBandwidth = 1000; ///< below it no backup would ever end

tl::unexpected<Error> bad(const char* field, const std::string& problem, const std::string& hint,
                          ErrorCode code = ErrorCode::InvalidInput) {
    return failure(code, "the policy's " + problem, hint, {{"field", field}});
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

std::string joined(const std::vector<std::string>& list) {
    std::string text;
    for (const auto& one : list)
        text += (text.empty() ? "" : ", ") + one;
    return text;
}

/// Whether any database at all could be included: the last match wins, and "*" matches all before it.
bool canSelect(const Policy& policy) {
    bool can = false;
    for (const auto& rule : policy.rules) {
        if (rule.include)
            can = true;
        else if (rule.databaseGlob.find_first_not_of('*') == std::string::npos)
            can = false;
    }
    return can;
}

Result<> validateSchedules(const Policy& policy) {
    for (const auto& [kind, expression] : policy.schedules) {
        if (!contains(policy.kinds, kind))
            return bad("when.expressions",
                       "schedule is for backups of the kind \"" + kind + "\", which it does not make",
                       "it makes: " + joined(policy.kinds));
        auto parsed = CalendarExpression::parse(expression);
        if (!parsed) {
            Error error = std::move(parsed).error();
            error.message = "the policy's schedule for \"" + kind + "\": " + error.message;
            error.context.emplace("field", "when.expressions." + kind);
            return failure(std::move(error));
        }
    }
    return {};
}

Result<> validateQueries(const Policy& policy) {
    if (policy.drillChecks.empty())
        return {};
    if (auto checked = salvor::validate(policy.drillChecks); !checked) {
        Error error = std::move(checked).error();
        error.message = "the policy's check queries: " + error.message;
        error.hint = "see docs/drills.md";
        error.context.insert_or_assign("field", "checks.queries");
        return failure(std::move(error));
    }
    return {};
}

/// The value of one of the engine's own options.
Result<> validateOption(const MethodOption& option, const QJsonValue& value) {
    const std::string field = "options." + option.key;
    if (!option.choices.empty()) {
        if (!value.isString() || !contains(option.choices, fromQt(value.toString())))
            return bad(field.c_str(), "option \"" + option.key + "\" has a value that is not known",
                       "use: " + joined(option.choices));
        return {};
    }
    // A whole number below 2^53: the form lets no other pass.
    const bool fits = value.isDouble() && value.toDouble() >= static_cast<double>(option.least) &&
                      value.toDouble() <= static_cast<double>(option.most);
    if (!fits)
        return bad(field.c_str(), "option \"" + option.key + "\" is not a whole number that can be used",
                   "give it one from " + std::to_string(option.least) + " to " + std::to_string(option.most));
    return {};
}

} // namespace

Result<> validate(const Policy& policy) {
    SALVOR_TRY(policyFromJson(toJson(policy)));
    if (!canSelect(policy))
        return bad("what.databases", "rules include no database: it would never back up anything",
                   "add one that includes, for example --include '*'");
    SALVOR_TRY(validateSchedules(policy));
    if (policy.memoryBytes.value_or(0) != 0 && *policy.memoryBytes < kLeastMemoryBytes)
        return bad("limits.memory_bytes",
                   "memory limit of " + std::to_string(*policy.memoryBytes) +
                       " bytes is too small to work in",
                   "give it " + std::to_string(kLeastMemoryBytes) + " bytes or more, or 0 for no limit");
    if (policy.bandwidthBytesPerSecond.value_or(0) != 0 && *policy.bandwidthBytesPerSecond < kLeastBandwidth)
        return bad("limits.bandwidth_bytes_per_second",
                   "bandwidth limit of " + std::to_string(*policy.bandwidthBytesPerSecond) +
                       " bytes per second is too small for any backup to end",
                   "give it " + std::to_string(kLeastBandwidth) + " or more, or 0 for no limit");
    SALVOR_TRY(validateQueries(policy));
    if (policy.executor && *policy.executor != "this_computer")
        return bad("executor",
                   "executor \"" + *policy.executor +
                       "\" cannot be used: this version runs policies on this "
                       "computer only",
                   "use this_computer", ErrorCode::Unsupported);
    return {};
}

Result<> checkSchedulesElapse(const Policy& policy, Instant now) {
    for (const auto& [kind, expression] : policy.schedules) {
        SALVOR_ASSIGN(const auto parsed, CalendarExpression::parse(expression));
        if (!parsed.next(now))
            return bad("when.expressions",
                       "schedule for \"" + kind + "\" never comes again: \"" + expression + "\"",
                       "leave the year out, or use one that lies ahead");
    }
    return {};
}

Result<> validateFor(const Policy& policy, const EngineDescription& engine) {
    SALVOR_TRY(validate(policy));
    const auto method = std::find_if(engine.methods.begin(), engine.methods.end(),
                                     [&](const BackupMethod& one) { return one.id == policy.method; });
    if (method == engine.methods.end()) {
        std::vector<std::string> known;
        for (const auto& one : engine.methods)
            known.push_back(one.id);
        return bad("method", "method \"" + policy.method + "\" is not one that " + engine.label + " has",
                   "use: " + joined(known), ErrorCode::Unsupported);
    }
    for (const auto& kind : policy.kinds) {
        if (!contains(method->kinds, kind))
            return bad("kinds",
                       "kind \"" + kind + "\" is not one that " + method->id + " backups of " + engine.label +
                           " have",
                       "use: " + joined(method->kinds), ErrorCode::Unsupported);
    }
    for (auto it = policy.options.begin(); it != policy.options.end(); ++it) {
        const auto option =
            std::find_if(method->options.begin(), method->options.end(),
                         [&](const MethodOption& one) { return one.key == fromQt(it.key()); });
        if (option == method->options.end()) {
            std::vector<std::string> known;
            for (const auto& one : method->options)
                known.push_back(one.key);
            return bad("options", "option \"" + fromQt(it.key()) + "\" is not known to " + engine.label,
                       known.empty() ? "it has none" : "it knows: " + joined(known));
        }
        SALVOR_TRY(validateOption(*option, it.value()));
    }
    if (!policy.relationRules.empty() && !method->selectsRelations)
        return bad("what.relations",
                   "rules on tables cannot be used: " + engine.label +
                       " backs up, restores and proves a database as a whole",
                   "remove them, or leave out whole databases", ErrorCode::Unsupported);
    return {};
}

std::vector<std::string> fieldsNotActedOn(const Policy&) {
    return {}; // every field has somebody who acts on it now; the next that does not yet is named here
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/policypresets.h"

namespace salvor {

namespace {

struct PresetParts {
    std::optional<ScheduleChoice> schedule;
    std::optional<RetentionRules> retention;
};

PresetParts partsOf(PolicyPreset preset) {
    PresetParts parts;
    ScheduleChoice schedule;
    RetentionRules rules;
    switch (preset) {
    case PolicyPreset::EveryNight:
        rules.daily = 7;
        rules.weekly = 5;
        rules.monthly = 12;
        break;
    case PolicyPreset::EveryHour:
        schedule.kind = ScheduleChoice::Kind::Hourly;
        rules.hourly = 48;
        rules.daily = 14;
        rules.weekly = 9;
        break;
    case PolicyPreset::EveryWeek:
        schedule.kind = ScheduleChoice::Kind::Weekly;
        schedule.weekdays = 1U << 6U; // Sunday
        rules.weekly = 9;
        rules.monthly = 12;
        break;
    case PolicyPreset::Archive:
        schedule.kind = ScheduleChoice::Kind::Monthly;
        rules.monthly = 12;
        rules.yearly = 10;
        break;
    case PolicyPreset::ByHand:
        return parts;
    }
    parts.schedule = schedule;
    parts.retention = rules;
    return parts;
}

/// The same rhythm: at which time of day, or on which day, does not count.
bool sameRhythm(const std::optional<ScheduleChoice>& wanted, const Policy& policy) {
    if (!wanted || policy.schedules.size() != 1)
        return !wanted && policy.schedules.empty();
    const auto expression = CalendarExpression::parse(policy.schedules.begin()->second);
    if (!expression)
        return false;
    const ScheduleChoice is = scheduleChoiceOf(*expression);
    if (is.kind != wanted->kind)
        return false;
    if (is.kind == ScheduleChoice::Kind::Weekly)
        return (is.weekdays & (is.weekdays - 1)) == 0;
    return is.kind != ScheduleChoice::Kind::Hourly || is.everyHours == wanted->everyHours;
}

} // namespace

const std::vector<PolicyPreset>& policyPresets() {
    static const std::vector<PolicyPreset> kAll{PolicyPreset::EveryNight, PolicyPreset::EveryHour,
                                                PolicyPreset::EveryWeek, PolicyPreset::Archive,
                                                PolicyPreset::ByHand};
    return kAll;
}

std::string_view toString(PolicyPreset preset) {
    switch (preset) {
    case PolicyPreset::EveryNight:
        return "every_night";
    case PolicyPreset::EveryHour:
        return "every_hour";
    case PolicyPreset::EveryWeek:
        return "every_week";
    case PolicyPreset::Archive:
        return "archive";
    case PolicyPreset::ByHand:
        break;
    }
    return "by_hand";
}

void applyPreset(Policy& policy, PolicyPreset preset, const std::string& timeZone) {
    PresetParts parts = partsOf(preset);
    policy.schedules.clear();
    if (parts.schedule && !policy.kinds.empty())
        policy.schedules[policy.kinds.front()] = toExpression(*parts.schedule);
    policy.retention = parts.retention;
    if (policy.retention && !timeZone.empty())
        policy.retention->timeZone = timeZone;
}

std::optional<PolicyPreset> presetOf(const Policy& policy) {
    for (const PolicyPreset preset : policyPresets()) {
        PresetParts parts = partsOf(preset);
        if (parts.retention && policy.retention)
            parts.retention->timeZone = policy.retention->timeZone;
        if (parts.retention == policy.retention && sameRhythm(parts.schedule, policy))
            return preset;
    }
    return std::nullopt;
}

} // namespace salvor

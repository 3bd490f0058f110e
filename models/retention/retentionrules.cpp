// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/retention/retentionrules.h"

#include "models/jsonfields.h"

#include <QTimeZone>

#include <algorithm>
#include <array>
#include <utility>

namespace salvor {

namespace {

struct CountField {
    const char* name;
    std::uint32_t RetentionRules::* count;
};

constexpr std::array kCounts = {
    CountField{"keep_last", &RetentionRules::keepLast}, CountField{"hourly", &RetentionRules::hourly},
    CountField{"daily", &RetentionRules::daily},        CountField{"weekly", &RetentionRules::weekly},
    CountField{"monthly", &RetentionRules::monthly},    CountField{"yearly", &RetentionRules::yearly},
};
constexpr const char* kWithin = "keep_within_seconds";
constexpr const char* kZone = "time_zone";

struct SpanUnit {
    char letter;
    std::chrono::seconds length;
};

/// The longest first, as toRetentionSpan() takes them.
constexpr std::array kUnits = {
    SpanUnit{'y', std::chrono::hours(365 * 24)}, SpanUnit{'w', std::chrono::hours(7 * 24)},
    SpanUnit{'d', std::chrono::hours(24)},       SpanUnit{'h', std::chrono::hours(1)},
    SpanUnit{'s', std::chrono::seconds(1)},
};

tl::unexpected<Error> refused(const char* field, const std::string& problem, std::string hint) {
    return failure(ErrorCode::InvalidInput, "retention rules: " + problem, std::move(hint),
                   {{"field", field}});
}

tl::unexpected<Error> badSpan(std::string_view text, std::size_t at, const std::string& problem) {
    return failure(ErrorCode::InvalidInput,
                   "time span \"" + std::string(text) + "\": " + problem + " at character " +
                       std::to_string(at + 1),
                   "write hours, days, weeks or years of 365 days: 36h, 30d, 8w, 1y, or 1y30d",
                   {{"position", std::to_string(at)}});
}

/// QTimeZone also takes rules ("CET-1CEST", and any word for one without an offset): those are no names.
bool isKnownZone(const std::string& name) {
    if (name == "UTC")
        return true;
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
               c == '_' || c == '-' || c == '+';
    };
    const QByteArray id = toQt(name).toUtf8();
    if (name.empty() || !std::all_of(name.begin(), name.end(), fits) || !QTimeZone(id).isValid())
        return false;
    return name.find('/') != std::string::npos || QTimeZone::availableTimeZoneIds().contains(id);
}

bool isKnown(const QString& key) {
    if (key == QLatin1String(kWithin) || key == QLatin1String(kZone))
        return true;
    for (const auto& field : kCounts) {
        if (key == QLatin1String(field.name))
            return true;
    }
    return false;
}

} // namespace

bool RetentionOverrides::any() const {
    return keepLast || keepWithin || hourly || daily || weekly || monthly || yearly || timeZone;
}

RetentionRules overridden(RetentionRules rules, const RetentionOverrides& overrides) {
    rules.keepLast = overrides.keepLast.value_or(rules.keepLast);
    rules.keepWithin = overrides.keepWithin.value_or(rules.keepWithin);
    rules.hourly = overrides.hourly.value_or(rules.hourly);
    rules.daily = overrides.daily.value_or(rules.daily);
    rules.weekly = overrides.weekly.value_or(rules.weekly);
    rules.monthly = overrides.monthly.value_or(rules.monthly);
    rules.yearly = overrides.yearly.value_or(rules.yearly);
    rules.timeZone = overrides.timeZone.value_or(std::move(rules.timeZone));
    return rules;
}

Result<> checkRetentionRules(const RetentionRules& rules) {
    bool keepsSomething = rules.keepWithin > std::chrono::seconds(0);
    for (const auto& field : kCounts) {
        const std::uint32_t count = rules.*field.count;
        keepsSomething = keepsSomething || count > 0;
        if (count > kLargestRetentionCount)
            return refused(field.name,
                           std::string(field.name) + " is " + std::to_string(count) + ", more than " +
                               std::to_string(kLargestRetentionCount),
                           "give a smaller count, or no rules at all to keep everything");
    }
    if (rules.keepWithin < std::chrono::seconds(0) || rules.keepWithin > kLongestKeepWithin)
        return refused(kWithin, "the time to keep everything within is negative or over a hundred years",
                       "give a shorter time, or no rules at all to keep everything");
    if (!keepsSomething)
        return refused("keep_last", "they keep nothing: every backup would be deleted",
                       "set at least one of keep_last, keep_within_seconds, hourly, daily, weekly, monthly, "
                       "yearly; without rules everything is kept");
    if (!isKnownZone(rules.timeZone))
        return refused(kZone, "time zone \"" + rules.timeZone + "\" is not known on this computer",
                       "give an IANA name such as Europe/Berlin, or UTC");
    return {};
}

QJsonObject toJson(const RetentionRules& rules) {
    QJsonObject object{{QLatin1String(kZone), toQt(rules.timeZone)}};
    for (const auto& field : kCounts) {
        if (rules.*field.count > 0)
            object.insert(QLatin1String(field.name), static_cast<qint64>(rules.*field.count));
    }
    if (rules.keepWithin > std::chrono::seconds(0))
        object.insert(QLatin1String(kWithin), static_cast<qint64>(rules.keepWithin.count()));
    return object;
}

Result<RetentionRules> retentionRulesFromJson(const QJsonObject& object) {
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (!isKnown(it.key()))
            return failure(ErrorCode::NewerFormat,
                           "retention rules: rule \"" + fromQt(it.key()) + "\" is not known",
                           "a newer Salvor wrote it, or it is misspelt; what it keeps would be deleted here",
                           {{"field", fromQt(it.key())}});
    }
    JsonFields fields(object, "retention rules");
    RetentionRules rules;
    for (const auto& field : kCounts) {
        const std::uint64_t count = fields.countOr(field.name, 0);
        if (count > kLargestRetentionCount)
            fields.fail(field.name, "is larger than " + std::to_string(kLargestRetentionCount));
        rules.*field.count = static_cast<std::uint32_t>(count);
    }
    rules.keepWithin = std::chrono::seconds(static_cast<std::int64_t>(fields.countOr(kWithin, 0)));
    rules.timeZone = fields.textOr(kZone, "UTC");
    SALVOR_TRY(fields.finish());
    SALVOR_TRY(checkRetentionRules(rules));
    return rules;
}

Result<std::chrono::seconds> parseRetentionSpan(std::string_view text) {
    std::chrono::seconds span{0};
    if (text.empty())
        return badSpan(text, 0, "nothing is given");
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        std::int64_t number = 0;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            number = number * 10 + (text[at] - '0');
            if (number > kLongestKeepWithin.count())
                return badSpan(text, start, "the number is too large");
        }
        if (at == start)
            return badSpan(text, at, "a number is expected");
        if (at == text.size())
            return badSpan(text, at, "a unit is missing");
        const char letter = text[at];
        const SpanUnit* unit = nullptr;
        for (const auto& known : kUnits)
            unit = known.letter == letter ? &known : unit;
        if (unit == nullptr)
            return badSpan(text, at, std::string("there is no unit '") + letter + "'");
        if (number > kLongestKeepWithin / unit->length || span + number * unit->length > kLongestKeepWithin)
            return badSpan(text, start, "the span is over a hundred years");
        span += number * unit->length;
        ++at;
    }
    return span;
}

std::string toRetentionSpan(std::chrono::seconds span) {
    std::string text;
    for (const auto& unit : kUnits) {
        const std::int64_t number = span / unit.length;
        // Weeks are written only where they say the whole, days otherwise: 30d, not 4w2d.
        if (number == 0 || (unit.letter == 'w' && span % unit.length != std::chrono::seconds(0)))
            continue;
        text += std::to_string(number) + unit.letter;
        span -= number * unit.length;
    }
    return text.empty() ? "0s" : text;
}

} // namespace salvor

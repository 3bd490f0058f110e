// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/jsonfields.h"

#include <algorithm>
#include <string_view>

namespace salvor {

namespace {

constexpr std::string_view kPartOfSecond = "_microseconds";
constexpr std::uint64_t kMicrosecondsInSecond = 1'000'000;

} // namespace

JsonFields::JsonFields(QJsonObject object, std::string what)
    : m_object(std::move(object))
    , m_what(std::move(what)) {}

bool JsonFields::isThere(const char* key) const {
    const QJsonValue found = value(key);
    return !found.isUndefined() && !found.isNull();
}

void JsonFields::fail(std::string_view key, std::string_view problem) {
    if (!m_error)
        m_error = Error{ErrorCode::Corrupt,
                        m_what + ": field \"" + std::string(key) + "\" " + std::string(problem),
                        {},
                        false,
                        {{"field", std::string(key)}}};
}

template <typename T>
T JsonFields::take(Result<T> result) {
    if (result)
        return *std::move(result);
    if (!m_error)
        m_error = std::move(result).error();
    return {};
}

std::string JsonFields::text(const char* key) { return take(requireString(m_object, key, m_what)); }

std::string JsonFields::textOr(const char* key, std::string fallback) {
    return isThere(key) ? text(key) : std::move(fallback);
}

std::uint64_t JsonFields::count(const char* key) { return take(requireCount(m_object, key, m_what)); }

std::uint64_t JsonFields::countOr(const char* key, std::uint64_t fallback) {
    return isThere(key) ? count(key) : fallback;
}

bool JsonFields::flagOr(const char* key, bool fallback) {
    if (!isThere(key))
        return fallback;
    if (!value(key).isBool())
        fail(key, "is not true or false");
    return value(key).toBool();
}

Instant JsonFields::time(const char* key) {
    const auto parsed = fromRfc3339(text(key));
    if (parsed)
        return *parsed;
    fail(key, "is not a time in RFC 3339 and UTC");
    return {};
}

std::optional<Instant> JsonFields::timeIfThere(const char* key) {
    if (!isThere(key))
        return std::nullopt;
    return time(key);
}

Instant JsonFields::exactTime(const char* key) {
    const Instant whole = time(key);
    const std::string name = key + std::string(kPartOfSecond);
    const std::uint64_t part = countOr(name.c_str(), 0);
    if (part < kMicrosecondsInSecond)
        return whole + std::chrono::microseconds(part);
    fail(name, "is a whole second or more");
    return whole;
}

std::optional<Instant> JsonFields::exactTimeIfThere(const char* key) {
    if (!isThere(key))
        return std::nullopt;
    return exactTime(key);
}

std::vector<std::string> JsonFields::textsOr(const char* key) {
    std::vector<std::string> texts;
    for (const auto& element : arrayOr(key)) {
        if (!element.isString())
            fail(key, "is not a list of strings");
        texts.push_back(fromQt(element.toString()));
    }
    return texts;
}

std::map<std::string, std::string> JsonFields::textMapOr(const char* key) {
    std::map<std::string, std::string> texts;
    const QJsonObject object = objectOr(key);
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (!it.value().isString())
            fail(key, "holds a value that is not a string");
        texts.emplace(fromQt(it.key()), fromQt(it.value().toString()));
    }
    return texts;
}

QJsonObject JsonFields::objectOr(const char* key) {
    return isThere(key) ? take(requireObject(m_object, key, m_what)) : QJsonObject();
}

QJsonArray JsonFields::arrayOr(const char* key) {
    return isThere(key) ? take(requireArray(m_object, key, m_what)) : QJsonArray();
}

Result<> JsonFields::finish() const {
    if (m_error)
        return failure(*m_error);
    return {};
}

QJsonArray toJsonArray(const std::vector<std::string>& texts) {
    QJsonArray array;
    for (const auto& text : texts)
        array.append(toQt(text));
    return array;
}

QJsonObject toJsonObject(const std::map<std::string, std::string>& texts) {
    QJsonObject object;
    for (const auto& [key, text] : texts)
        object.insert(toQt(key), toQt(text));
    return object;
}

QJsonValue toJsonCount(std::uint64_t count) {
    constexpr std::uint64_t kLargest = (std::uint64_t(1) << 53) - 1;
    return static_cast<qint64>(std::min(count, kLargest));
}

void insertExactTime(QJsonObject& object, const char* key, Instant time) {
    object.insert(QLatin1String(key), toJsonTime(time));
    if (const auto part = (time - std::chrono::floor<std::chrono::seconds>(time)).count(); part != 0)
        object.insert(toQt(key + std::string(kPartOfSecond)), static_cast<qint64>(part));
}

} // namespace salvor

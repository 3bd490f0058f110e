// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads the fields of one JSON document into a record; remembers the first fault, so that a parser is a flat
// list.
#pragma once

#include "models/base/clock.h"
#include "models/base/json.h"

#include <map>
#include <optional>
#include <vector>

namespace salvor {

/// Every method gives the field's value, or an empty one after remembering a Corrupt error that names `what`
/// and the key. Fields that are not asked for are ignored: later versions only add. Not thread safe.
class JsonFields {
public:
    JsonFields(QJsonObject object, std::string what);

    std::string text(const char* key);
    std::string textOr(const char* key, std::string fallback = {});
    std::uint64_t count(const char* key);
    std::uint64_t countOr(const char* key, std::uint64_t fallback);
    bool flagOr(const char* key, bool fallback);
    Instant time(const char* key);
    std::optional<Instant> timeIfThere(const char* key); ///< nothing for an absent key or null
    /// A time with the part of its second that "<key>_microseconds" says, where that is there.
    Instant exactTime(const char* key);
    std::optional<Instant> exactTimeIfThere(const char* key);
    std::vector<std::string> textsOr(const char* key); ///< empty for an absent key
    std::map<std::string, std::string> textMapOr(const char* key);
    QJsonObject objectOr(const char* key);
    QJsonArray arrayOr(const char* key);

    /// Success, or the first fault.
    Result<> finish() const;
    /// Remembers a fault that the caller found.
    void fail(std::string_view key, std::string_view problem);

private:
    QJsonValue value(const char* key) const { return m_object.value(QLatin1String(key)); }
    bool isThere(const char* key) const;
    template <typename T>
    T take(Result<T> result);

    QJsonObject m_object;
    std::string m_what;
    std::optional<Error> m_error;
};

QJsonArray toJsonArray(const std::vector<std::string>& texts);
QJsonObject toJsonObject(const std::map<std::string, std::string>& texts);
/// Counts are below 2^53 in every document (conventions for JSON); a larger one is cut to that bound.
QJsonValue toJsonCount(std::uint64_t count);
inline QJsonValue toJsonTime(Instant time) { return toQt(toRfc3339(time)); }
/// The time with whole seconds, as documents promise them, and what is left of it in a field of its own,
/// which older readers pass over: "<key>_microseconds", only where there is any.
void insertExactTime(QJsonObject& object, const char* key, Instant time);

} // namespace salvor

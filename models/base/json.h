// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Small helpers over QJson for signed and hashed documents (conventions: UTF-8, sorted keys, no floats,
// integers < 2^53).
#pragma once

#include "models/base/result.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>

#include <cstdint>
#include <string>
#include <string_view>

namespace salvor {

inline QString toQt(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}
inline std::string fromQt(const QString& text) { return text.toStdString(); }

/// Compact bytes with sorted keys. Internal for a float or an integer beyond 2^53 (a bug in the caller).
Result<std::string> toCanonicalJson(const QJsonObject& object);
/// Corrupt with the position for anything that is not one JSON object.
Result<QJsonObject> parseJsonObject(std::string_view bytes, std::string_view what);

/// Typed field access; Corrupt naming `what` and the key when the key is absent or of another type.
Result<std::string> requireString(const QJsonObject& object, const char* key, std::string_view what);
Result<std::uint64_t> requireCount(const QJsonObject& object, const char* key, std::string_view what);
Result<QJsonObject> requireObject(const QJsonObject& object, const char* key, std::string_view what);
Result<QJsonArray> requireArray(const QJsonObject& object, const char* key, std::string_view what);

} // namespace salvor

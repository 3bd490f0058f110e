// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/json.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace salvor {

namespace {

constexpr double kLargestInteger = 9007199254740992.0; // 2^53

bool isCanonical(const QJsonValue& value) {
    switch (value.type()) {
    case QJsonValue::Double: {
        const double number = value.toDouble();
        return std::nearbyint(number) == number && std::abs(number) < kLargestInteger;
    }
    case QJsonValue::Array:
        for (const auto& element : value.toArray()) {
            if (!isCanonical(element))
                return false;
        }
        return true;
    case QJsonValue::Object: {
        const QJsonObject object = value.toObject();
        for (auto it = object.begin(); it != object.end(); ++it) {
            if (!isCanonical(it.value()))
                return false;
        }
        return true;
    }
    default:
        return true;
    }
}

tl::unexpected<Error> badField(std::string_view what, const char* key, const char* type) {
    return failure(ErrorCode::Corrupt,
                   std::string(what) + ": field \"" + key + "\" is missing or is not " + type);
}

} // namespace

Result<std::string> toCanonicalJson(const QJsonObject& object) {
    if (!isCanonical(object))
        return failure(ErrorCode::Internal,
                       "a document to be hashed has a number that is not an integer below 2^53");
    return QJsonDocument(object).toJson(QJsonDocument::Compact).toStdString();
}

Result<QJsonObject> parseJsonObject(std::string_view bytes, std::string_view what) {
    QJsonParseError error;
    const auto document =
        QJsonDocument::fromJson(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())), &error);
    if (error.error != QJsonParseError::NoError)
        return failure(ErrorCode::Corrupt, std::string(what) + ": not JSON at byte " +
                                               std::to_string(error.offset) + ": " +
                                               error.errorString().toStdString());
    if (!document.isObject())
        return failure(ErrorCode::Corrupt, std::string(what) + ": not a JSON object");
    return document.object();
}

Result<std::string> requireString(const QJsonObject& object, const char* key, std::string_view what) {
    const QJsonValue value = object.value(QLatin1String(key));
    if (!value.isString())
        return badField(what, key, "a string");
    return value.toString().toStdString();
}

Result<std::uint64_t> requireCount(const QJsonObject& object, const char* key, std::string_view what) {
    const QJsonValue value = object.value(QLatin1String(key));
    const double number = value.toDouble(-1);
    if (!value.isDouble() || number < 0 || number >= kLargestInteger || std::nearbyint(number) != number)
        return badField(what, key, "a non-negative integer");
    return static_cast<std::uint64_t>(number);
}

Result<QJsonObject> requireObject(const QJsonObject& object, const char* key, std::string_view what) {
    const QJsonValue value = object.value(QLatin1String(key));
    if (!value.isObject())
        return badField(what, key, "an object");
    return value.toObject();
}

Result<QJsonArray> requireArray(const QJsonObject& object, const char* key, std::string_view what) {
    const QJsonValue value = object.value(QLatin1String(key));
    if (!value.isArray())
        return badField(what, key, "an array");
    return value.toArray();
}

} // namespace salvor

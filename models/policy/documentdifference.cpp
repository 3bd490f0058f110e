// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/documentdifference.h"

#include "models/base/json.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <map>
#include <set>

namespace salvor {

namespace {

using Fields = std::map<std::string, std::string>; ///< by path

bool isSecret(const QString& key) {
    for (const char* name : {"password", "passphrase", "secret", "token"}) {
        if (key.endsWith(QLatin1String(name)))
            return true;
    }
    return false;
}

/// Compact, in JSON's own words.
std::string textOf(const QJsonValue& value) {
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.mid(1, list.size() - 2).toStdString();
}

/// What an object of a list is told by.
std::string nameOf(const QJsonObject& object, qsizetype place) {
    for (const char* key : {"title", "name", "uuid"}) {
        if (const QString name = object.value(QLatin1String(key)).toString(); !name.isEmpty())
            return fromQt(name);
    }
    return std::to_string(place + 1);
}

bool isListOfObjects(const QJsonArray& list) { return !list.isEmpty() && list.first().isObject(); }

/// Their order is what they mean: "+* -tmp_*". Nothing for a list that is none of rules.
std::string rulesText(const QJsonArray& list) {
    std::string out;
    for (const auto& element : list) {
        const QJsonObject rule = element.toObject();
        if (!rule.value(QLatin1String("glob")).isString())
            return {};
        out += std::string(out.empty() ? "" : " ") +
               (rule.value(QLatin1String("include")).toBool() ? "+" : "-") +
               fromQt(rule.value(QLatin1String("glob")).toString());
    }
    return out;
}

void flatten(const std::string& path, const QString& key, const QJsonValue& value, Fields& out) {
    if (isSecret(key) && !value.isObject()) {
        out[path] = "(not shown)";
        return;
    }
    if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto one = object.begin(); one != object.end(); ++one)
            flatten(path.empty() ? fromQt(one.key()) : path + "." + fromQt(one.key()), one.key(), one.value(),
                    out);
        return;
    }
    if (!isListOfObjects(value.toArray())) {
        out[path] = textOf(value);
        return;
    }
    const QJsonArray list = value.toArray();
    if (const std::string rules = rulesText(list); !rules.empty()) {
        out[path] = rules;
        return;
    }
    for (qsizetype i = 0; i < list.size(); ++i)
        flatten(path + "[" + nameOf(list[i].toObject(), i) + "]", {}, list[i], out);
}

Fields fieldsOf(std::string_view bytes) {
    Fields fields;
    const auto payload = parseJsonObject(bytes.substr(0, bytes.find('\n')), "the file of a timer");
    if (!payload)
        return fields;
    const QString document = payload->value(QLatin1String("document")).toString();
    if (document != QLatin1String("job") && document != QLatin1String("watch"))
        return fields;
    flatten({}, {}, *payload, fields);
    fields.erase("document");
    fields.erase("schema_version");
    return fields;
}

/// No value is an empty text: a text in JSON's words has quotation marks.
std::vector<FieldChange> changesOf(const Fields& old, const Fields& now) {
    std::set<std::string> paths;
    for (const auto* fields : {&old, &now}) {
        for (const auto& [path, text] : *fields)
            paths.insert(path);
    }
    const auto in = [](const Fields& fields, const std::string& path) {
        const auto found = fields.find(path);
        return found == fields.end() ? std::string() : found->second;
    };
    std::vector<FieldChange> changes;
    for (const auto& path : paths) {
        FieldChange change{path, in(old, path), in(now, path)};
        if (change.before != change.after)
            changes.push_back(std::move(change));
    }
    return changes;
}

} // namespace

std::string documentDifference(std::string_view before, std::string_view after) {
    std::string out;
    for (const auto& change : changesOf(fieldsOf(before), fieldsOf(after))) {
        if (!change.before.empty())
            out += "-" + change.field + ": " + change.before + "\n";
        if (!change.after.empty())
            out += "+" + change.field + ": " + change.after + "\n";
    }
    return out;
}

std::vector<FieldChange> fieldChanges(const QJsonObject& before, const QJsonObject& after) {
    Fields old;
    Fields now;
    flatten({}, {}, before, old);
    flatten({}, {}, after, now);
    return changesOf(old, now);
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/policymerge.h"

#include "models/base/json.h"

#include <map>
#include <set>

namespace salvor {

namespace {

void collect(const QJsonObject& object, const QString& prefix, std::map<std::string, QJsonValue>& fields) {
    for (auto it = object.begin(); it != object.end(); ++it) {
        if (prefix.isEmpty() && it->isObject())
            collect(it->toObject(), it.key() + QLatin1Char('.'), fields);
        else
            fields.emplace(fromQt(prefix + it.key()), *it);
    }
}

std::map<std::string, QJsonValue> fieldsOf(const Policy& policy) {
    std::map<std::string, QJsonValue> fields;
    collect(toJson(policy), {}, fields);
    fields.erase("revision");
    return fields;
}

QJsonValue at(const std::map<std::string, QJsonValue>& fields, const std::string& path) {
    const auto found = fields.find(path);
    return found == fields.end() ? QJsonValue(QJsonValue::Undefined) : found->second;
}

void set(QJsonObject& object, const QString& key, const QJsonValue& value) {
    if (value.isUndefined())
        object.remove(key);
    else
        object.insert(key, value);
}

} // namespace

std::vector<PolicyDifference> policyDifferences(const Policy& before, const Policy& yours,
                                                const Policy& theirs) {
    const auto was = fieldsOf(before);
    const auto mine = fieldsOf(yours);
    const auto others = fieldsOf(theirs);
    std::set<std::string> paths;
    for (const auto* fields : {&mine, &others}) {
        for (const auto& [path, value] : *fields)
            paths.insert(path);
    }
    std::vector<PolicyDifference> differences;
    for (const auto& path : paths) {
        PolicyDifference one{path, at(was, path), at(mine, path), at(others, path), true};
        if (one.yours == one.theirs)
            continue;
        one.takeYours = one.yours != one.before;
        differences.push_back(std::move(one));
    }
    return differences;
}

Result<Policy> mergedPolicy(const Policy& theirs, const std::vector<PolicyDifference>& differences) {
    QJsonObject document = toJson(theirs);
    for (const auto& one : differences) {
        if (!one.takeYours)
            continue;
        const QString path = toQt(one.field);
        const auto dot = path.indexOf(QLatin1Char('.'));
        if (dot < 0) {
            set(document, path, one.yours);
            continue;
        }
        QJsonObject part = document.value(path.left(dot)).toObject();
        set(part, path.mid(dot + 1), one.yours);
        if (part.isEmpty())
            document.remove(path.left(dot));
        else
            document.insert(path.left(dot), part);
    }
    SALVOR_ASSIGN(Policy merged, policyFromJson(document));
    merged.revision = theirs.revision;
    return merged;
}

} // namespace salvor

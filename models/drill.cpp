// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/drill.h"

#include "models/base/json.h"

#include <set>

namespace salvor {

namespace {

tl::unexpected<Error> wrong(const std::string& what, const std::string& problem) {
    return failure(ErrorCode::InvalidInput, what + " " + problem,
                   "see docs/drills.md for the form of the file");
}

Result<DrillCheck> checkOf(const QJsonObject& object, const std::string& what) {
    DrillCheck check;
    const auto text = [&](const char* key) -> Result<std::string> {
        const QJsonValue value = object.value(QLatin1String(key));
        if (!value.isString())
            return wrong(what + "." + key, "is missing or no text");
        return fromQt(value.toString());
    };
    for (const QString& key : object.keys()) {
        static const std::set<std::string> known{"name", "sql", "expect", "value"};
        if (!known.contains(fromQt(key)))
            return wrong(what, "has a field that is not known: " + fromQt(key));
    }
    SALVOR_ASSIGN(check.name, text("name"));
    SALVOR_ASSIGN(check.sql, text("sql"));
    if (object.contains(QLatin1String("value"))) {
        if (object.contains(QLatin1String("expect")))
            return wrong(what, "has both \"value\" and \"expect\"");
        check.expect = DrillCheck::Expect::Value;
        SALVOR_ASSIGN(check.value, text("value"));
        return check;
    }
    if (!object.contains(QLatin1String("expect")))
        return check;
    SALVOR_ASSIGN(const std::string expect, text("expect"));
    if (expect != "rows" && expect != "no_rows")
        return wrong(what + ".expect", "is neither \"rows\" nor \"no_rows\": " + expect);
    check.expect = expect == "rows" ? DrillCheck::Expect::Rows : DrillCheck::Expect::NoRows;
    return check;
}

} // namespace

Result<std::vector<DrillCheck>> parseDrillChecks(std::string_view text, const std::string& what) {
    auto document = parseJsonObject(text, what);
    if (!document) {
        Error error = std::move(document).error();
        error.code = ErrorCode::InvalidInput;
        error.hint = "see docs/drills.md for the form of the file";
        return failure(std::move(error));
    }
    for (const QString& key : document->keys()) {
        if (key != QStringLiteral("checks"))
            return wrong(what, "has a field that is not known: " + fromQt(key));
    }
    const QJsonValue list = document->value(QLatin1String("checks"));
    if (!list.isArray() || list.toArray().isEmpty())
        return wrong(what, "has no list \"checks\" with something in it");
    std::vector<DrillCheck> checks;
    for (const auto& value : list.toArray()) {
        const std::string at = what + ": checks[" + std::to_string(checks.size()) + "]";
        if (!value.isObject())
            return wrong(at, "is no object");
        SALVOR_ASSIGN(DrillCheck check, checkOf(value.toObject(), at));
        checks.push_back(std::move(check));
    }
    SALVOR_TRY(validate(checks));
    return checks;
}

Result<> validate(const std::vector<DrillCheck>& checks) {
    std::set<std::string> names;
    for (const auto& check : checks) {
        if (check.name.empty() || check.name.size() > 200)
            return wrong("a check's name", "has to have 1 to 200 bytes");
        if (!names.insert(check.name).second)
            return wrong("the name \"" + check.name + "\"", "is there twice among the checks");
        if (check.sql.find_first_not_of(" \t\r\n;") == std::string::npos)
            return wrong("the check \"" + check.name + "\"", "has no query");
    }
    return {};
}

std::string expectedText(const DrillCheck& check) {
    switch (check.expect) {
    case DrillCheck::Expect::Rows:
        return "rows";
    case DrillCheck::Expect::NoRows:
        return "no rows";
    case DrillCheck::Expect::Value:
        break;
    }
    return "\"" + check.value + "\"";
}

} // namespace salvor

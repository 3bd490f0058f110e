// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/policy.h"

#include "models/jsonfields.h"
#include "models/profile.h"

namespace salvor {

namespace {

bool isContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// Past one character of UTF-8, so that '?' is a character and not a byte.
std::size_t nextCharacter(std::string_view text, std::size_t at) {
    ++at;
    while (at < text.size() && isContinuation(text[at]))
        ++at;
    return at;
}

/// Linear in the usual case, never exponential: only the last '*' is tried again.
bool matchesGlob(std::string_view glob, std::string_view text) {
    std::size_t g = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t resume = 0;
    while (t < text.size()) {
        if (g < glob.size() && glob[g] == '*') {
            star = g++;
            resume = t;
        } else if (g < glob.size() && glob[g] == '?') {
            ++g;
            t = nextCharacter(text, t);
        } else if (g < glob.size() && glob[g] == text[t]) {
            ++g;
            ++t;
        } else if (star != std::string_view::npos) {
            g = star + 1;
            resume = nextCharacter(text, resume);
            t = resume;
        } else {
            return false;
        }
    }
    while (g < glob.size() && glob[g] == '*')
        ++g;
    return g == glob.size();
}

} // namespace

bool selects(const Policy& policy, const std::string& database) {
    if (database == "template0" || database == "template1")
        return false;
    bool selected = false;
    for (const auto& rule : policy.rules) {
        if (matchesGlob(rule.databaseGlob, database))
            selected = rule.include;
    }
    return selected;
}

Policy makeDefaultPolicy(const std::string& profileUuid, const std::string& profileTitle,
                         const std::string& repositoryId) {
    Policy policy;
    policy.uuid = makeUuid();
    policy.title = profileTitle;
    policy.profileUuid = profileUuid;
    policy.repositoryId = repositoryId;
    policy.rules.push_back({true, "*"});
    return policy;
}

QJsonObject toJson(const Policy& policy) {
    QJsonArray rules;
    for (const auto& rule : policy.rules)
        rules.append(QJsonObject{{QStringLiteral("include"), rule.include},
                                 {QStringLiteral("database_glob"), toQt(rule.databaseGlob)}});
    return {
        {QStringLiteral("uuid"), toQt(policy.uuid)},
        {QStringLiteral("title"), toQt(policy.title)},
        {QStringLiteral("profile_uuid"), toQt(policy.profileUuid)},
        {QStringLiteral("repository_id"), toQt(policy.repositoryId)},
        {QStringLiteral("rules"), rules},
        {QStringLiteral("method"), toQt(policy.method)},
        {QStringLiteral("kind"), toQt(policy.kind)},
        {QStringLiteral("options"), policy.options},
        {QStringLiteral("revision"), static_cast<qint64>(policy.revision)},
    };
}

Result<Policy> policyFromJson(const QJsonObject& object) {
    JsonFields fields(object, "policy");
    Policy policy;
    policy.uuid = fields.text("uuid");
    policy.title = fields.text("title");
    policy.profileUuid = fields.text("profile_uuid");
    policy.repositoryId = fields.text("repository_id");
    policy.method = fields.text("method");
    policy.kind = fields.text("kind");
    policy.options = fields.objectOr("options");
    policy.revision = static_cast<std::int64_t>(fields.countOr("revision", 0));
    for (const auto& element : fields.arrayOr("rules")) {
        const QJsonObject rule = element.toObject();
        // A rule that cannot be read in full would change what is backed up: refuse the whole policy.
        if (!rule.value(QLatin1String("include")).isBool() ||
            !rule.value(QLatin1String("database_glob")).isString())
            fields.fail("rules", "holds a rule without \"include\" and \"database_glob\"");
        policy.rules.push_back({rule.value(QLatin1String("include")).toBool(),
                                fromQt(rule.value(QLatin1String("database_glob")).toString())});
    }
    SALVOR_TRY(fields.finish());
    return policy;
}

} // namespace salvor

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The policy as a document: docs/policy.schema.json says the same, and a test holds the two against each
// other.
#include "models/jsonfields.h"
#include "models/policy/documentfields.h"
#include "models/policy/policy.h"

#include <QCryptographicHash>
#include <QJsonDocument>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::uint64_t kLargest = (std::uint64_t(1) << 53) - 1;
constexpr std::uint64_t kYearSeconds = 366ULL * 86400;
constexpr TextRule kTitle{1, 200, true, nullptr};
constexpr TextRule kName{1, 100, true, "._-"};
constexpr TextRule kWord{0, 4096, false, nullptr};
constexpr TextRule kGlob{1, 1000, false, nullptr};
constexpr TextRule kQueryName{1, 50, true, nullptr};
constexpr TextRule kQuery{1, 10000, false, nullptr};
constexpr TextRule kValue{0, 1000, false, nullptr};
constexpr TextRule kExpression{1, 200, true, nullptr};

bool isLowerName(const std::string& text) {
    return !text.empty() && text.size() <= 40 && text.front() >= 'a' && text.front() <= 'z' &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

bool isUuid(const std::string& text) {
    if (text.size() != 36)
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        const char c = text[i];
        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    return true;
}

void insertIf(QJsonObject& object, const char* key, const std::optional<std::uint64_t>& value) {
    if (value)
        object.insert(QLatin1String(key), toJsonCount(*value));
}
void insertIf(QJsonObject& object, const char* key, const std::optional<std::string>& value) {
    if (value)
        object.insert(QLatin1String(key), toQt(*value));
}
void insertIf(QJsonObject& object, const char* key, const QJsonObject& part) {
    if (!part.isEmpty())
        object.insert(QLatin1String(key), part);
}
void insertIf(QJsonObject& object, const char* key, const QJsonArray& list) {
    if (!list.isEmpty())
        object.insert(QLatin1String(key), list);
}

QJsonArray hooksToJson(const std::vector<Hook>& hooks, bool after) {
    QJsonArray list;
    for (const Hook& hook : hooks) {
        QJsonObject one{{QStringLiteral("command"), toJsonArray(hook.command)},
                        {QStringLiteral("timeout_seconds"), toJsonCount(hook.timeoutSeconds)},
                        {QStringLiteral("failure_means"), toQt(toString(hook.failureMeans))}};
        QJsonArray on;
        for (const RunOutcome outcome : hook.runOn)
            on.append(toQt(toString(outcome)));
        if (after)
            insertIf(one, "run_on", on);
        insertIf(one, "paths", toJsonArray(hook.paths));
        list.append(one);
    }
    return list;
}

QJsonArray queriesToJson(const std::vector<DrillCheck>& queries) {
    QJsonArray list;
    for (const DrillCheck& query : queries) {
        QJsonObject one{{QStringLiteral("name"), toQt(query.name)}, {QStringLiteral("sql"), toQt(query.sql)}};
        if (query.expect == DrillCheck::Expect::Value)
            one.insert(QStringLiteral("value"), toQt(query.value));
        else
            one.insert(QStringLiteral("expect"), query.expect == DrillCheck::Expect::NoRows
                                                     ? QStringLiteral("no_rows")
                                                     : QStringLiteral("rows"));
        list.append(one);
    }
    return list;
}

template <typename Rule, typename Take>
std::vector<Rule> readRules(DocumentFields& what, const char* key, std::size_t least, const Take& take) {
    std::vector<Rule> rules;
    for (const auto& element : what.array(key, least, 1000)) {
        const std::string place = what.path(key) + "[" + std::to_string(rules.size()) + "]";
        if (!element.isObject())
            what.fault().add(place, "is not an object");
        DocumentFields fields(element.toObject(), place, what.fault());
        if (!fields.has("include"))
            fields.fail("include", "is missing");
        const bool include = fields.flagIfThere("include").value_or(false);
        rules.push_back(take(include, fields.text("glob", kGlob)));
        fields.refuseOthers();
    }
    return rules;
}

void readWhat(Policy& policy, DocumentFields& document) {
    if (!document.has("what"))
        document.fail("what", "is missing");
    DocumentFields what(document.object("what"), "what", document.fault());
    if (!what.has("databases"))
        what.fail("databases", "is missing");
    policy.rules = readRules<SelectionRule>(what, "databases", 1, [](bool include, std::string glob) {
        return SelectionRule{include, std::move(glob)};
    });
    policy.relationRules = readRules<RelationRule>(what, "relations", 0, [](bool include, std::string glob) {
        return RelationRule{include, std::move(glob)};
    });
    what.refuseOthers();
}

void readOptions(Policy& policy, DocumentFields& document) {
    policy.options = document.object("options");
    for (auto it = policy.options.begin(); it != policy.options.end(); ++it) {
        const std::string key = fromQt(it.key());
        if (!isLowerName(key))
            document.fail("options." + key, "has no name of small letters, digits and _");
        const double number = it.value().toDouble();
        const bool isWhole = it.value().isDouble() &&
                             number == static_cast<double>(static_cast<qint64>(number)) && number >= 0 &&
                             number <= static_cast<double>(kLargest);
        if (!it.value().isString() && !it.value().isBool() && !isWhole)
            document.fail("options." + key, "is not a text, a whole number, true or false");
    }
}

void readWhen(Policy& policy, DocumentFields& document) {
    DocumentFields when(document.object("when"), "when", document.fault());
    const QJsonObject expressions = when.object("expressions");
    if (expressions.size() > 8)
        when.fail("expressions", "has more than 8 entries");
    DocumentFields each(expressions, "when.expressions", document.fault());
    for (auto it = expressions.begin(); it != expressions.end(); ++it) {
        const std::string kind = fromQt(it.key());
        if (!isLowerName(kind))
            each.fail(kind, "is not the name of a kind of backup");
        policy.schedules[kind] = each.text(kind.c_str(), kExpression);
    }
    policy.randomDelaySeconds = when.numberIfThere("random_delay_seconds", 0, 86400);
    when.refuseOthers();
}

void readRetention(Policy& policy, DocumentFields& document) {
    if (!document.has("retention"))
        return;
    const QJsonObject rules = document.object("retention");
    DocumentFields fields(rules, "retention", document.fault());
    for (const char* count : {"keep_last", "hourly", "daily", "weekly", "monthly", "yearly"})
        fields.numberIfThere(count, 0, kLargestRetentionCount);
    fields.numberIfThere("keep_within_seconds", 0, static_cast<std::uint64_t>(kLongestKeepWithin.count()));
    fields.textIfThere("time_zone", {1, 100, true, nullptr});
    fields.refuseOthers();
    auto read = retentionRulesFromJson(rules);
    if (!read)
        document.fail("retention", "cannot be used: " + read.error().message, read.error().hint);
    else
        policy.retention = std::move(*read);
}

void readLimits(Policy& policy, DocumentFields& document) {
    DocumentFields limits(document.object("limits"), "limits", document.fault());
    policy.bandwidthBytesPerSecond = limits.numberIfThere("bandwidth_bytes_per_second", 0, kLargest);
    policy.threads = limits.numberIfThere("threads", 0, 256);
    policy.sessions = limits.numberIfThere("sessions", 0, 64);
    policy.memoryBytes = limits.numberIfThere("memory_bytes", 0, kLargest);
    policy.cpuPercent = limits.numberIfThere("cpu_percent", 0, 100000);
    policy.lockWaitSeconds = limits.numberIfThere("lock_wait_seconds", 0, 86400);
    limits.refuseOthers();
}

/// `skipped`: also that one, of a run before whose first hook it is decided.
std::vector<RunOutcome> readOutcomes(DocumentFields& fields, const char* key, bool skipped = false) {
    std::vector<RunOutcome> on;
    for (const auto& name : fields.texts(key, 1, skipped ? 5 : 4, kName, true)) {
        if (name != "ok" && name != "partial" && name != "failed" && name != "cancelled" &&
            (!skipped || name != "skipped"))
            fields.fail(key, "names no outcome: \"" + name + "\"",
                        std::string("use ok, partial, failed, cancelled") + (skipped ? ", skipped" : ""));
        on.push_back(runOutcomeFromString(name));
    }
    return on;
}

HookFailure hookFailureFrom(const std::string& name) {
    return name == "success"   ? HookFailure::Success
           : name == "partial" ? HookFailure::Partial
                               : HookFailure::Failed;
}

std::vector<Hook> readHooks(DocumentFields& part, const char* key, bool after) {
    std::vector<Hook> hooks;
    for (const auto& element : part.array(key, 0, 10)) {
        const std::string place = part.path(key) + "[" + std::to_string(hooks.size()) + "]";
        if (!element.isObject())
            part.fault().add(place, "is not an object");
        DocumentFields fields(element.toObject(), place, part.fault());
        Hook hook;
        if (!fields.has("command"))
            fields.fail("command", "is missing");
        hook.command = fields.texts("command", 1, 100, kWord, false);
        if (!hook.command.empty() && !hook.command.front().starts_with('/'))
            fields.fail("command",
                        "does not begin with the full path of a program: \"" + hook.command.front() + "\"",
                        "hooks run without a shell and without a search path");
        hook.timeoutSeconds = fields.numberIfThere("timeout_seconds", 1, 86400).value_or(hook.timeoutSeconds);
        const auto means = fields.choiceIfThere("failure_means", {"success", "partial", "failed"});
        hook.failureMeans = hookFailureFrom(means.value_or("failed"));
        if (after)
            hook.runOn = readOutcomes(fields, "run_on");
        hook.paths = fields.texts("paths", 0, 32, kWord, true);
        for (const auto& path : hook.paths) {
            if (!path.starts_with('/'))
                fields.fail("paths", "holds a path that is not absolute: \"" + path + "\"");
        }
        fields.refuseOthers();
        hooks.push_back(std::move(hook));
    }
    return hooks;
}

/// Whether the names are unique is validate()'s to say.
std::vector<DrillCheck> readQueries(DocumentFields& checks) {
    std::vector<DrillCheck> queries;
    for (const auto& element : checks.array("queries", 0, 100)) {
        const std::string place = checks.path("queries") + "[" + std::to_string(queries.size()) + "]";
        if (!element.isObject())
            checks.fault().add(place, "is not an object");
        DocumentFields fields(element.toObject(), place, checks.fault());
        DrillCheck query;
        query.name = fields.text("name", kQueryName);
        query.sql = fields.text("sql", kQuery);
        const auto expect = fields.choiceIfThere("expect", {"rows", "no_rows"});
        const auto value = fields.textIfThere("value", kValue);
        if (fields.has("expect") && fields.has("value"))
            fields.fail("value", "stands beside \"expect\"", "give one of the two");
        query.expect = value                                  ? DrillCheck::Expect::Value
                       : expect.value_or("rows") == "no_rows" ? DrillCheck::Expect::NoRows
                                                              : DrillCheck::Expect::Rows;
        query.value = value.value_or(std::string());
        fields.refuseOthers();
        queries.push_back(std::move(query));
    }
    return queries;
}

void readAround(Policy& policy, DocumentFields& document) {
    DocumentFields checks(document.object("checks"), "checks", document.fault());
    policy.verifyAfter = checks.choiceIfThere("verify_after", {"none", "quick", "stored"});
    policy.proofWithinSeconds = checks.numberIfThere("proof_within_seconds", 0, 10 * kYearSeconds);
    policy.drillTarget = checks.textIfThere("drill_target", kName);
    policy.drillChecks = readQueries(checks);
    checks.refuseOthers();
    DocumentFields hooks(document.object("hooks"), "hooks", document.fault());
    policy.hooksBefore = readHooks(hooks, "before", false);
    policy.hooksAfter = readHooks(hooks, "after", true);
    hooks.refuseOthers();
    DocumentFields notifications(document.object("notifications"), "notifications", document.fault());
    policy.mail = notifications.texts("mail", 0, 20, kName, true);
    policy.webhooks = notifications.texts("webhook", 0, 20, kName, true);
    policy.heartbeat = notifications.textIfThere("heartbeat", {0, 100, true, "._-"});
    policy.notifyOn = readOutcomes(notifications, "on", true);
    notifications.refuseOthers();
}

std::optional<std::string> readExecutor(DocumentFields& document) {
    const auto executor = document.textIfThere("executor", {1, 200, true, nullptr});
    if (!executor || *executor == "this_computer")
        return executor;
    const std::string host = executor->starts_with("host:") ? executor->substr(5) : std::string();
    const bool good = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
               c == '_' || c == '-';
    });
    if (!good)
        document.fail("executor", "is not known: \"" + *executor + "\"", "use this_computer or host:NAME");
    return executor;
}

std::string sha256Hex(const QByteArray& bytes) {
    return QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex().toStdString();
}

/// As the first release wrote them: no version, rules at the top, one kind.
QJsonObject upgraded(const QJsonObject& old) {
    QJsonObject document = old;
    document.insert(QStringLiteral("schema_version"), static_cast<qint64>(kPolicySchemaVersion));
    QJsonArray databases;
    for (const auto& rule : document.take(QStringLiteral("rules")).toArray()) {
        QJsonObject one = rule.toObject();
        one.insert(QStringLiteral("glob"), one.take(QStringLiteral("database_glob")));
        databases.append(one);
    }
    document.insert(QStringLiteral("what"), QJsonObject{{QStringLiteral("databases"), databases}});
    document.insert(QStringLiteral("kinds"), QJsonArray{document.take(QStringLiteral("kind"))});
    QJsonObject options = document.take(QStringLiteral("options")).toObject();
    if (const auto level = options.take(QStringLiteral("compression_level")); level.isDouble())
        document.insert(QStringLiteral("compression_level"), level);
    insertIf(document, "options", options);
    return document;
}

} // namespace

QJsonObject toJson(const Policy& policy) {
    QJsonArray databases;
    for (const auto& rule : policy.rules)
        databases.append(QJsonObject{{QStringLiteral("include"), rule.include},
                                     {QStringLiteral("glob"), toQt(rule.databaseGlob)}});
    QJsonArray relations;
    for (const auto& rule : policy.relationRules)
        relations.append(QJsonObject{{QStringLiteral("include"), rule.include},
                                     {QStringLiteral("glob"), toQt(rule.glob)}});
    QJsonObject what{{QStringLiteral("databases"), databases}};
    insertIf(what, "relations", relations);
    QJsonObject when;
    insertIf(when, "expressions", toJsonObject(policy.schedules));
    insertIf(when, "random_delay_seconds", policy.randomDelaySeconds);
    QJsonObject checks;
    insertIf(checks, "verify_after", policy.verifyAfter);
    insertIf(checks, "proof_within_seconds", policy.proofWithinSeconds);
    insertIf(checks, "drill_target", policy.drillTarget);
    insertIf(checks, "queries", queriesToJson(policy.drillChecks));
    QJsonObject limits;
    insertIf(limits, "bandwidth_bytes_per_second", policy.bandwidthBytesPerSecond);
    insertIf(limits, "threads", policy.threads);
    insertIf(limits, "sessions", policy.sessions);
    insertIf(limits, "memory_bytes", policy.memoryBytes);
    insertIf(limits, "cpu_percent", policy.cpuPercent);
    insertIf(limits, "lock_wait_seconds", policy.lockWaitSeconds);
    QJsonObject hooks;
    insertIf(hooks, "before", hooksToJson(policy.hooksBefore, false));
    insertIf(hooks, "after", hooksToJson(policy.hooksAfter, true));
    QJsonObject notifications;
    insertIf(notifications, "mail", toJsonArray(policy.mail));
    insertIf(notifications, "webhook", toJsonArray(policy.webhooks));
    insertIf(notifications, "heartbeat", policy.heartbeat);
    QJsonArray on;
    for (const RunOutcome outcome : policy.notifyOn)
        on.append(toQt(toString(outcome)));
    insertIf(notifications, "on", on);

    QJsonObject document{
        {QStringLiteral("schema_version"), static_cast<qint64>(kPolicySchemaVersion)},
        {QStringLiteral("uuid"), toQt(policy.uuid)},
        {QStringLiteral("title"), toQt(policy.title)},
        {QStringLiteral("profile_uuid"), toQt(policy.profileUuid)},
        {QStringLiteral("repository_id"), toQt(policy.repositoryId)},
        {QStringLiteral("what"), what},
        {QStringLiteral("method"), toQt(policy.method)},
        {QStringLiteral("kinds"), toJsonArray(policy.kinds)},
        {QStringLiteral("paused"), policy.paused},
        {QStringLiteral("revision"), static_cast<qint64>(policy.revision)},
    };
    insertIf(document, "options", policy.options);
    insertIf(document, "compression_level", policy.compressionLevel);
    insertIf(document, "when", when);
    if (policy.retention)
        document.insert(QStringLiteral("retention"), toJson(*policy.retention));
    insertIf(document, "checks", checks);
    insertIf(document, "limits", limits);
    insertIf(document, "hooks", hooks);
    insertIf(document, "notifications", notifications);
    insertIf(document, "recovery_point_objective_seconds", policy.recoveryPointObjectiveSeconds);
    insertIf(document, "executor", policy.executor);
    return document;
}

Result<Policy> policyFromJson(const QJsonObject& object) {
    const bool isFirstForm =
        !object.contains(QLatin1String("schema_version")) && object.contains(QLatin1String("rules"));
    DocumentFault fault("policy");
    DocumentFields document(isFirstForm ? upgraded(object) : object, {}, fault);
    const std::uint64_t version = document.number("schema_version", 1, kLargest);
    if (version > kPolicySchemaVersion)
        return failure(ErrorCode::NewerFormat,
                       "the policy has schema version " + std::to_string(version) +
                           ", this Salvor knows versions up to " + std::to_string(kPolicySchemaVersion),
                       "a newer Salvor wrote it: use that one, or update this one",
                       {{"field", "schema_version"}, {"version", std::to_string(version)}});
    Policy policy;
    policy.uuid = document.text("uuid", kName);
    if (!isUuid(policy.uuid))
        document.fail("uuid", "is not a UUID in lower case: \"" + policy.uuid + "\"");
    policy.title = document.text("title", kTitle);
    policy.profileUuid = document.text("profile_uuid", kName);
    policy.repositoryId = document.text("repository_id", kName);
    policy.revision = static_cast<std::int64_t>(document.numberIfThere("revision", 0, kLargest).value_or(0));
    readWhat(policy, document);
    policy.method = document.text("method", kName);
    if (!document.has("kinds"))
        document.fail("kinds", "is missing");
    policy.kinds = document.texts("kinds", 1, 8, kName, true);
    for (const auto& kind : policy.kinds) {
        if (!isLowerName(kind))
            document.fail("kinds", "names no kind of backup: \"" + kind + "\"");
    }
    readOptions(policy, document);
    policy.compressionLevel = document.numberIfThere("compression_level", 1, 19);
    readWhen(policy, document);
    readRetention(policy, document);
    readLimits(policy, document);
    readAround(policy, document);
    policy.recoveryPointObjectiveSeconds =
        document.numberIfThere("recovery_point_objective_seconds", 0, 10 * kYearSeconds);
    policy.executor = readExecutor(document);
    policy.paused = document.flagIfThere("paused").value_or(false);
    document.refuseOthers();
    SALVOR_TRY(fault.result());
    return policy;
}

std::string policyHash(const Policy& policy) {
    QJsonObject document = toJson(policy);
    document.remove(QStringLiteral("revision"));
    document.remove(QStringLiteral("paused"));
    return sha256Hex(QJsonDocument(document).toJson(QJsonDocument::Compact));
}

} // namespace salvor

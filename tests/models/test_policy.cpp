// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The policy's document, what it comes to, and what is refused.
#include "models/base/json.h"
#include "models/enginedescription.h"
#include "models/policy/effectivepolicy.h"
#include "models/policy/enginedefaults.h"
#include "support/check.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <algorithm>

using namespace salvor;

namespace {

Policy simple() { return makeDefaultPolicy("5b0f1c7e-53d1-4b1c-a2f7-1c8e0a4b9d10", "nightly", "0123abcd"); }

EngineDescription engine() {
    EngineDescription description;
    description.label = "PostgreSQL";
    description.methods = {{"logical",
                            {"full"},
                            {{"format", {"auto", "text"}, 0, 0}, {"range_bytes", {}, 8192, 1 << 20}},
                            false}};
    return description;
}

QJsonObject parsed(const char* text) { return QJsonDocument::fromJson(text).object(); }

const EffectiveValue* valueOf(const EffectivePolicy& effective, const char* field) {
    const auto found = std::find_if(effective.values.begin(), effective.values.end(),
                                    [&](const EffectiveValue& value) { return value.field == field; });
    return found == effective.values.end() ? nullptr : &*found;
}

} // namespace

class TestPolicy : public QObject {
    Q_OBJECT
private slots:
    void document_ofDefaultPolicy_saysWhatIsSetAndNoMore() {
        const QJsonObject document = toJson(simple());
        QCOMPARE(document.keys(),
                 QStringList({QStringLiteral("kinds"), QStringLiteral("method"), QStringLiteral("paused"),
                              QStringLiteral("profile_uuid"), QStringLiteral("repository_id"),
                              QStringLiteral("revision"), QStringLiteral("schema_version"),
                              QStringLiteral("title"), QStringLiteral("uuid"), QStringLiteral("what")}));
        QCOMPARE(document.value(QStringLiteral("schema_version")).toInt(), 1);
        const auto bytes = toCanonicalJson(document);
        CHECK_OK(bytes);
        QVERIFY(bytes->starts_with("{\"kinds\":[\"full\"],\"method\":\"logical\",\"paused\":false,"));
    }

    void document_everyField_comesBack() {
        Policy policy = simple();
        policy.relationRules = {{false, "public.log_*"}};
        policy.kinds = {"full", "incremental"};
        policy.options.insert(QStringLiteral("format"), QStringLiteral("text"));
        policy.compressionLevel = 7;
        policy.schedules = {{"full", "daily"}};
        policy.randomDelaySeconds = 60;
        policy.recoveryPointObjectiveSeconds = 90000;
        policy.retention = RetentionRules{};
        policy.retention->daily = 7;
        policy.verifyAfter = "stored";
        policy.proofWithinSeconds = 86400;
        policy.drillTarget = "throwaway";
        policy.drillChecks = {{"some", "SELECT 1", DrillCheck::Expect::Rows, {}},
                              {"none", "SELECT 2", DrillCheck::Expect::NoRows, {}},
                              {"three", "SELECT 3", DrillCheck::Expect::Value, "3"}};
        policy.bandwidthBytesPerSecond = 1000;
        policy.threads = 2;
        policy.sessions = 3;
        policy.memoryBytes = 1ULL << 30U;
        policy.cpuPercent = 150;
        policy.lockWaitSeconds = 5;
        policy.hooksBefore = {{{"/bin/freeze", "a b"}, 30, HookFailure::Partial, {}, {"/srv/app"}}};
        policy.hooksAfter = {
            {{"/bin/thaw"}, 60, HookFailure::Success, {RunOutcome::Ok, RunOutcome::Cancelled}, {}}};
        policy.mail = {"ops"};
        policy.webhooks = {"chat"};
        policy.heartbeat = "hc";
        policy.executor = "host:db1";
        policy.paused = true;
        policy.revision = 4;
        const auto back = policyFromJson(toJson(policy));
        CHECK_OK(back);
        QCOMPARE(toJson(*back), toJson(policy));
        QCOMPARE(back->hooksBefore.front().command.back(), std::string("a b"));
        QVERIFY(back->hooksAfter.front().runOn.back() == RunOutcome::Cancelled);
        QVERIFY(back->retention == policy.retention);
        QCOMPARE(back->lockWaitSeconds, std::optional<std::uint64_t>(5));
        QVERIFY(back->paused);
        QCOMPARE(back->hooksBefore.front().paths, std::vector<std::string>{"/srv/app"});
        QCOMPARE(back->drillTarget, std::optional<std::string>("throwaway"));
        QCOMPARE(back->drillChecks.size(), std::size_t(3));
        QVERIFY(back->drillChecks[1].expect == DrillCheck::Expect::NoRows);
        QCOMPARE(back->drillChecks[2].value, std::string("3"));
        // What a hook may write to and what a drill checks are a part of what the policy says.
        Policy other = policy;
        other.hooksBefore.front().paths.clear();
        QVERIFY(policyHash(other) != policyHash(policy));
        other = policy;
        other.drillChecks.pop_back();
        QVERIFY(policyHash(other) != policyHash(policy));
    }

    void document_ofFirstRelease_isRead() {
        const auto policy = policyFromJson(parsed(
            R"({"uuid":"0f6f9c1e-8a53-4e0e-9a68-3e1b7f6b2a11","title":"old","profile_uuid":"p","repository_id":"r",
                "rules":[{"include":true,"database_glob":"*"},{"include":false,"database_glob":"tmp_*"}],
                "method":"logical","kind":"full","options":{"compression_level":9,"format":"text"},"revision":3})"));
        CHECK_OK(policy);
        QVERIFY(selects(*policy, "app"));
        QVERIFY(!selects(*policy, "tmp_1"));
        QCOMPARE(policy->compressionLevel, std::optional<std::uint64_t>(9));
        QCOMPARE(policy->options.keys(), QStringList(QStringLiteral("format")));
        QCOMPARE(policy->revision, std::int64_t(3));
        QCOMPARE(toJson(*policy).value(QStringLiteral("schema_version")).toInt(), 1);
    }

    void document_badField_isNamedByItsPath_data() {
        QTest::addColumn<QByteArray>("change");
        QTest::addColumn<QByteArray>("field");
        const auto row = [](const char* change, const char* field) {
            QTest::newRow(field) << QByteArray(change) << QByteArray(field);
        };
        row(R"({"colour": "red"})", "colour");
        row(R"({"limits": {"thread": 2}})", "limits.thread");
        row(R"({"limits": {"threads": 1.5}})", "limits.threads");
        row(R"({"limits": null})", "limits");
        row(R"({"what": {}})", "what.databases");
        row(R"({"what": {"databases": [{"include": true, "glob": "*"}, {"include": 1, "glob": "*"}]}})",
            "what.databases[1].include");
        row("{\"title\": \"pay\u202Egnp.exe\"}", "title"); // reads from right to left from there
        row("{\"title\": \"a\u2066b\"}", "title");
        row(R"({"hooks": {"before": [{"command": ["freeze"]}]}})", "hooks.before[0].command");
        row(R"({"hooks": {"before": [{"command": ["/bin/x"], "run_on": ["ok"]}]}})",
            "hooks.before[0].run_on");
        row(R"({"hooks": {"after": [{"command": ["/bin/x"], "paths": ["srv"]}]}})", "hooks.after[0].paths");
        row(R"({"hooks": {"after": [{"command": ["/bin/x"], "run_on": ["never"]}]}})",
            "hooks.after[0].run_on");
        row(R"({"hooks": {"after": [{"command": ["/bin/x"], "run_on": ["skipped"]}]}})", // none runs then
            "hooks.after[0].run_on");
        row(R"({"notifications": {"on": ["running"]}})", "notifications.on");
        row(R"({"checks": {"queries": [{"sql": "SELECT 1"}]}})", "checks.queries[0].name");
        row(R"({"checks": {"queries": [{"name": "a", "sql": "SELECT 1", "expect": "rows", "value": "1"}]}})",
            "checks.queries[0].value");
        row(R"({"checks": {"drill_target": "a b"}})", "checks.drill_target");
        row(R"({"retention": {"keep_last": 0}})", "retention");
        row(R"({"retention": {"keep_lost": 5}})", "retention.keep_lost");
        row(R"({"uuid": "0F6F9C1E-8A53-4E0E-9A68-3E1B7F6B2A11"})", "uuid");
        row(R"({"when": {"expressions": {"full": 5}}})", "when.expressions.full");
        row(R"({"notifications": {"mail": ["a b"]}})", "notifications.mail[0]");
        row(R"({"compression_level": 20})", "compression_level");
        row(R"({"executor": "moon"})", "executor");
        row(R"({"title": ""})", "title");
    }
    void document_badField_isNamedByItsPath() {
        QFETCH(const QByteArray, change);
        QFETCH(const QByteArray, field);
        QJsonObject document = toJson(simple());
        const QJsonObject over = parsed(change.constData());
        QVERIFY(!over.isEmpty());
        for (auto it = over.begin(); it != over.end(); ++it)
            document.insert(it.key(), it.value());
        const auto policy = policyFromJson(document);
        CHECK_FAILS(policy, ErrorCode::InvalidInput);
        QCOMPARE(policy.error().context.at("field"), field.toStdString());
        QVERIFY(policy.error().message.find(field.toStdString()) != std::string::npos);
    }

    void document_ofNewerSchema_isRefusedAsSuch() {
        QJsonObject document = toJson(simple());
        document.insert(QStringLiteral("schema_version"), 2);
        document.insert(QStringLiteral("something"), QStringLiteral("new"));
        const auto policy = policyFromJson(document);
        CHECK_FAILS(policy, ErrorCode::NewerFormat);
        QVERIFY(policy.error().message.find("version 2") != std::string::npos);
    }

    void hash_isOfWhatThePolicySays() {
        Policy policy = simple();
        const std::string before = policyHash(policy);
        QCOMPARE(before.size(), std::size_t(64));
        policy.revision = 9;
        policy.paused = true;
        QCOMPARE(policyHash(policy), before);
        policy.rules.push_back({false, "tmp_*"});
        QVERIFY(policyHash(policy) != before);
    }

    void effective_valueOfEachLevel_hasItsOrigin() {
        Policy policy = simple();
        policy.threads = 2;
        RepositoryPin pin;
        pin.encrypted = true;
        PolicyOverrides overrides;
        overrides.compressionLevel = 12;
        const auto effective = effectivePolicy(policy, &pin, overrides);
        CHECK_OK(effective);
        const auto check = [&](const char* field, const QJsonValue& value, ValueOrigin origin) {
            const auto* found = valueOf(*effective, field);
            QVERIFY2(found, field);
            QCOMPARE(found->value, value);
            QCOMPARE(toString(found->origin), toString(origin));
        };
        check("limits.threads", 2, ValueOrigin::Policy);
        check("limits.sessions", 0, ValueOrigin::Default);
        check("limits.lock_wait_seconds", 600, ValueOrigin::Default);
        check("compression_level", 12, ValueOrigin::CommandLine);
        check("encryption", QStringLiteral("age"), ValueOrigin::Repository);
        check("retention", QJsonValue(QJsonValue::Undefined), ValueOrigin::Default);
        check("title", QStringLiteral("nightly"), ValueOrigin::Policy);
        QCOMPARE(effective->policy.compressionLevel, std::optional<std::uint64_t>(12));
        QCOMPARE(effective->policy.verifyAfter, std::optional<std::string>("none"));
        QCOMPARE(effective->document.value(QStringLiteral("origins"))
                     .toObject()
                     .value(QStringLiteral("limits.threads"))
                     .toString(),
                 QStringLiteral("policy"));
        QCOMPARE(effective->document.value(QStringLiteral("limits"))
                     .toObject()
                     .value(QStringLiteral("lock_wait_seconds"))
                     .toInt(),
                 600);
    }

    void effective_policyLevel_isNotTheCommandLines() {
        Policy policy = simple();
        policy.compressionLevel = 5;
        const auto effective = effectivePolicy(policy, nullptr);
        CHECK_OK(effective);
        QCOMPARE(toString(valueOf(*effective, "compression_level")->origin), toString(ValueOrigin::Policy));
        QVERIFY(valueOf(*effective, "encryption") == nullptr);
        PolicyOverrides overrides;
        overrides.compressionLevel = 77;
        CHECK_FAILS(effectivePolicy(policy, nullptr, overrides), ErrorCode::InvalidInput);
    }

    void validate_whatCannotWork_isRefusedByField_data() {
        QTest::addColumn<QByteArray>("change");
        QTest::addColumn<QByteArray>("field");
        QTest::addColumn<bool>("unsupported");
        const auto row = [](const char* change, const char* field, bool unsupported) {
            QTest::newRow(change) << QByteArray(change) << QByteArray(field) << unsupported;
        };
        row(R"({"what": {"databases": [{"include": false, "glob": "*"}]}})", "what.databases", false);
        row(R"({"what": {"databases": [{"include": true, "glob": "a*"}, {"include": false, "glob": "*"}]}})",
            "what.databases", false);
        row(R"({"when": {"expressions": {"incremental": "daily"}}})", "when.expressions", false);
        row(R"({"when": {"expressions": {"full": "Sut 02:00"}}})", "when.expressions.full", false);
        row(R"({"limits": {"memory_bytes": 1000}})", "limits.memory_bytes", false);
        row(R"({"executor": "host:db1"})", "executor", true);
        row(R"({"method": "physical"})", "method", true);
        row(R"({"kinds": ["full", "incremental"]})", "kinds", true);
        row(R"({"options": {"colour": "red"}})", "options", false);
        row(R"({"options": {"format": "xml"}})", "options.format", false);
        row(R"({"options": {"format": 1}})", "options.format", false);
        row(R"({"options": {"range_bytes": 8191}})", "options.range_bytes", false);
        row(R"({"options": {"range_bytes": 9007199254740991}})", "options.range_bytes", false);
        row(R"({"options": {"range_bytes": "many"}})", "options.range_bytes", false);
        row(R"({"limits": {"bandwidth_bytes_per_second": 1}})", "limits.bandwidth_bytes_per_second", false);
        row(R"({"checks": {"queries": [{"name": "a", "sql": "SELECT 1"}, {"name": "a", "sql": "SELECT 2"}]}})",
            "checks.queries", false);
        row(R"({"checks": {"queries": [{"name": "a", "sql": " ;"}]}})", "checks.queries", false);
        row(R"({"what": {"databases": [{"include": true, "glob": "*"}], "relations": [{"include": false, "glob": "a.*"}]}})",
            "what.relations", true);
    }
    void validate_whatCannotWork_isRefusedByField() {
        QFETCH(const QByteArray, change);
        QFETCH(const QByteArray, field);
        QFETCH(const bool, unsupported);
        QJsonObject document = toJson(simple());
        const QJsonObject over = parsed(change.constData());
        for (auto it = over.begin(); it != over.end(); ++it)
            document.insert(it.key(), it.value());
        const auto policy = policyFromJson(document);
        CHECK_OK(policy);
        const auto checked = validateFor(*policy, engine());
        CHECK_FAILS(checked, unsupported ? ErrorCode::Unsupported : ErrorCode::InvalidInput);
        QCOMPARE(checked.error().context.at("field"), field.toStdString());
        QVERIFY(!checked.error().hint.empty() || checked.error().context.contains("offset"));
    }

    void schedule_thatNeverComesAgain_isRefused() {
        const Instant now = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
        Policy policy = simple();
        policy.schedules = {{"full", "2027-01-01 02:00 UTC"}};
        CHECK_OK(checkSchedulesElapse(policy, now));
        policy.schedules = {{"full", "2026-11-20 02:00 UTC"}};
        const auto past = checkSchedulesElapse(policy, now);
        CHECK_FAILS(past, ErrorCode::InvalidInput);
        QCOMPARE(past.error().context.at("field"), std::string("when.expressions"));
        CHECK_OK(validate(policy)); // a policy that was good stays readable
    }

    void defaults_ofAnotherEngine_takeItsMethodAndKind() {
        EngineDescription other;
        other.methods = {{"files", {"whole", "changes"}, {{"depth", {"deep", "flat"}, 0, 0}}, false}};
        Policy policy = simple();
        policy.options.insert(QStringLiteral("format"), QStringLiteral("text"));
        policy.schedules = {{"full", "daily"}};
        takeDefaultsOf(other, policy);
        CHECK_OK(validateFor(policy, other));
        QCOMPARE(policy.method, std::string("files"));
        QCOMPARE(policy.kinds, std::vector<std::string>{"whole"});
        QCOMPARE(policy.schedules.at("whole"), std::string("daily"));
        QCOMPARE(policy.schedules.size(), std::size_t(1));
        const auto effective = effectivePolicy(policy, nullptr, {}, &other);
        CHECK_OK(effective);
        QCOMPARE(valueOf(*effective, "options.depth")->value.toString(), QStringLiteral("deep"));
        QVERIFY(valueOf(*effective, "options.format") == nullptr);
    }

    void validate_defaultPolicy_fitsTheEngine() { CHECK_OK(validateFor(simple(), engine())); }
};

QTEST_GUILESS_MAIN(TestPolicy)
#include "test_policy.moc"

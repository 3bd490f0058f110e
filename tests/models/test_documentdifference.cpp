// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/documentdifference.h"

#include "models/policy/jobfile.h"
#include "models/watch/watchfile.h"
#include "support/check.h"

#include <QTest>

using namespace salvor;

namespace {

JobFile job() {
    JobFile made;
    made.version = 3;
    made.policy = makeDefaultPolicy("5b0f1c7e-53d1-4b1c-a2f7-1c8e0a4b9d10", "nightly",
                                    "0123456789abcdef0123456789abcdef");
    made.policy.uuid = "0f6f9c1e-8a53-4e0e-9a68-3e1b7f6b2a11";
    made.policy.retention = RetentionRules{};
    made.policy.retention->daily = 7;
    made.profile.uuid = made.policy.profileUuid;
    made.profile.title = "shop server";
    made.profile.engine = "postgresql";
    made.profile.host = "db.example.org";
    made.profile.port = 5432;
    made.profile.user = "backup";
    made.profile.database = "postgres";
    made.repository.id = made.policy.repositoryId;
    made.repository.title = "vault";
    made.repository.url = "/srv/vault";
    made.secretKind = "credentials";
    made.stateFolder = "/home/anna/.local/state/salvor";
    return made;
}

} // namespace

class TestDocumentDifference : public QObject {
    Q_OBJECT
private slots:
    void jobs_showTheFieldsThatDiffer() {
        const auto before = writeJobFile(job());
        CHECK_OK(before);
        JobFile changed = job();
        changed.version = 4;
        changed.policy.retention->daily = 14;
        changed.policy.retention->weekly = 4;
        changed.policy.rules = {{true, "shop*"}};
        const auto after = writeJobFile(changed);
        CHECK_OK(after);
        const std::string said = documentDifference(*before, *after);
        for (const char* line : {"-policy.retention.daily: 7\n", "+policy.retention.daily: 14\n",
                                 "+policy.retention.weekly: 4\n", "-version: 3\n", "+version: 4\n", "shop*"})
            QVERIFY2(said.find(line) != std::string::npos, said.c_str());
        QVERIFY2(said.find("profile.") == std::string::npos, said.c_str()); // equal, so left out
        QVERIFY(said.find("schema_version") == std::string::npos);
        QCOMPARE(documentDifference(*before, *before), std::string());
    }

    void job_thatIsNewOrGoes_isShownWhole() {
        const auto bytes = writeJobFile(job());
        CHECK_OK(bytes);
        const std::string added = documentDifference({}, *bytes);
        QVERIFY2(added.find("+policy.title: \"nightly\"\n") != std::string::npos, added.c_str());
        QVERIFY(added.find("\n-") == std::string::npos);
        const std::string removed = documentDifference(*bytes, {});
        QVERIFY2(removed.find("-repository.url: \"/srv/vault\"\n") != std::string::npos, removed.c_str());
        QVERIFY(removed.find("\n+") == std::string::npos);
    }

    void watchFiles_tellPoliciesByTheirTitles() {
        WatchFile watch;
        watch.policies = {job().policy};
        watch.secretKind = "credentials";
        watch.stateFolder = "/state";
        const auto before = writeWatchFile(watch);
        CHECK_OK(before);
        watch.policies.front().recoveryPointObjectiveSeconds = 90000;
        const auto after = writeWatchFile(watch);
        CHECK_OK(after);
        const std::string said = documentDifference(*before, *after);
        QVERIFY2(said.starts_with("+policies[nightly]."), said.c_str());
        QVERIFY2(said.ends_with(": 90000\n"), said.c_str());
        QCOMPARE(std::count(said.begin(), said.end(), '\n'), 1);
    }

    void fields_calledLikeSecrets_areNotShown() {
        const std::string said = documentDifference(
            {}, "{\"document\":\"job\",\"secrets\":{\"kind\":\"file\"},\"x\":{\"password\":\"hunter2\","
                "\"api_token\":[\"t0p\"]}}\nsecond line");
        QVERIFY2(said.find("hunter2") == std::string::npos && said.find("t0p") == std::string::npos,
                 said.c_str());
        QVERIFY2(said.find("+x.password: (not shown)\n") != std::string::npos, said.c_str());
        QVERIFY2(said.find("+secrets.kind: \"file\"\n") != std::string::npos, said.c_str());
    }

    void documents_giveTheFieldsWithBothValues() {
        const Policy before = job().policy;
        Policy after = before;
        after.rules = {{true, "shop*"}, {false, "shop_tmp"}};
        after.retention->daily = 14;
        after.threads = 2;
        const auto changes = fieldChanges(toJson(before), toJson(after));
        QCOMPARE(changes.size(), std::size_t(3));
        QCOMPARE(changes[0].field, std::string("limits.threads"));
        QCOMPARE(changes[0].before, std::string());
        QCOMPARE(changes[0].after, std::string("2"));
        QCOMPARE(changes[1].field, std::string("retention.daily"));
        QCOMPARE(changes[1].before, std::string("7"));
        QCOMPARE(changes[2].field, std::string("what.databases"));
        QCOMPARE(changes[2].before, std::string("+*"));
        QCOMPARE(changes[2].after, std::string("+shop* -shop_tmp"));
        QVERIFY(fieldChanges(toJson(before), toJson(before)).empty());
    }

    void otherTexts_showNothing() {
        QCOMPARE(documentDifference("{\"document\":\"timers\",\"a\":1}", "{\"document\":\"timers\",\"a\":2}"),
                 std::string());
        QCOMPARE(documentDifference("no json", "{"), std::string());
    }
};

QTEST_GUILESS_MAIN(TestDocumentDifference)
#include "test_documentdifference.moc"

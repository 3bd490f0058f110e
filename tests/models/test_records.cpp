// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/backuprecord.h"
#include "models/policy/policy.h"
#include "models/repositorypin.h"

#include "support/check.h"

#include <QJsonArray>

#include <QTest>

#include <set>

using namespace salvor;
using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 7h + 40min;

Policy policyWith(std::vector<SelectionRule> rules) {
    Policy policy = makeDefaultPolicy("profile", "title", "repository");
    policy.rules = std::move(rules);
    return policy;
}

BackupRecord completeBackup() {
    BackupRecord record;
    record.id = "20261121T074000Z-ABC123";
    record.repositoryId = "repo";
    record.runId = "20261121T074000Z-RUN123";
    record.engine = "postgresql";
    record.database = "größe \"x\"\n";
    record.started = kStart;
    record.ended = kStart + 95s;
    record.items = 12;
    record.rows = 9'000'000;
    record.sizeBytes = 5'000'000'000'000;
    record.storedBytes = 1;
    record.newStoredBytes = 2;
    record.notes = {"one", "two"};
    record.held = true;
    record.readBackAt = kStart + 1h;
    return record;
}

} // namespace

class TestRecords : public QObject {
    Q_OBJECT
private slots:
    void selects_globs_data() {
        QTest::addColumn<QByteArray>("glob");
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<bool>("expected");
        const auto row = [](const char* glob, const char* name, bool expected) {
            QTest::addRow("%s on %s", glob, name) << QByteArray(glob) << QByteArray(name) << expected;
        };
        row("*", "billing", true);
        row("*", "", true);
        row("", "x", false);
        row("bill*", "billing", true);
        row("bill*", "abill", false);
        row("*ing", "billing", true);
        row("b*l*g", "billing", true);
        row("b*x*g", "billing", false);
        row("b?lling", "billing", true);
        row("b?lling", "blling", false);
        row("gr??e", "größe", true);
        row("*?e", "größe", true);
        row("Bill", "bill", false);
        row("a[b]", "a[b]", true);
        row("*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false);
    }
    void selects_globs() {
        QFETCH(QByteArray, glob);
        QFETCH(QByteArray, name);
        QFETCH(bool, expected);
        QCOMPARE(selects(policyWith({{true, glob.toStdString()}}), name.toStdString()), expected);
    }

    void selects_lastMatch_wins() {
        const Policy policy = policyWith({{true, "*"}, {false, "test_*"}, {true, "test_keep"}});
        QVERIFY(selects(policy, "billing"));
        QVERIFY(!selects(policy, "test_1"));
        QVERIFY(selects(policy, "test_keep"));
    }

    void selects_noRule_meansNo() { QVERIFY(!selects(policyWith({}), "billing")); }

    void policyJson_roundTrip_isEqual() {
        Policy policy = policyWith({{true, "*"}, {false, "tmp_?"}});
        policy.options.insert(QStringLiteral("jobs"), 4);
        policy.revision = 3;
        const auto back = policyFromJson(toJson(policy));
        QVERIFY(back.has_value());
        QCOMPARE(toJson(*back), toJson(policy));
        QCOMPARE(back->rules.size(), std::size_t(2));
        QVERIFY(!back->rules[1].include);
    }

    void policyJson_ruleUnreadable_isRefused() {
        QJsonObject object = toJson(policyWith({{true, "*"}}));
        object.insert(QStringLiteral("rules"),
                      QJsonArray{QJsonObject{{QStringLiteral("database_glob"), QStringLiteral("*")}}});
        const auto back = policyFromJson(object);
        CHECK_FAILS(back, ErrorCode::InvalidInput);
        QCOMPARE(back.error().context.at("field"), std::string("rules"));
    }

    void backupJson_roundTrip_isEqual() {
        const BackupRecord record = completeBackup();
        const auto back = backupRecordFromJson(toJson(record));
        QVERIFY(back.has_value());
        QCOMPARE(toJson(*back), toJson(record));
        QCOMPARE(back->sizeBytes, record.sizeBytes);
        QVERIFY(back->started == record.started && back->ended == record.ended);
        QVERIFY(back->readBackAt == record.readBackAt);
        QVERIFY(!back->restoredAt.has_value());
        QCOMPARE(back->notes, record.notes);
        QVERIFY(back->held);
    }

    void backupJson_partsOfASecond_standBesideWholeSeconds() {
        BackupRecord record = completeBackup();
        record.started = kStart + 950ms;
        record.ended = kStart + 1s + 1us;
        QJsonObject object = toJson(record);
        QCOMPARE(object.value(QStringLiteral("started")).toString(), QStringLiteral("2026-11-21T07:40:00Z"));
        QCOMPARE(object.value(QStringLiteral("ended")).toString(), QStringLiteral("2026-11-21T07:40:01Z"));
        QCOMPARE(object.value(QStringLiteral("started_microseconds")).toInteger(), qint64(950'000));
        QCOMPARE(object.value(QStringLiteral("ended_microseconds")).toInteger(), qint64(1));
        const auto back = backupRecordFromJson(object);
        CHECK_OK(back);
        QVERIFY(back->started == record.started && back->ended == record.ended);
        // As versions before wrote it.
        object.remove(QStringLiteral("started_microseconds"));
        object.remove(QStringLiteral("ended_microseconds"));
        const auto whole = backupRecordFromJson(object);
        CHECK_OK(whole);
        QVERIFY(whole->started == kStart && whole->ended == kStart + 1s);
    }

    void backupJson_partOfASecondTooLarge_isCorrupt() {
        QJsonObject object = toJson(completeBackup());
        QVERIFY(!object.contains(QStringLiteral("ended_microseconds"))); // there is none
        object.insert(QStringLiteral("ended_microseconds"), 1'000'000);
        const auto back = backupRecordFromJson(object);
        CHECK_FAILS(back, ErrorCode::Corrupt);
        QCOMPARE(back.error().context.at("field"), std::string("ended_microseconds"));
    }

    void backupJson_badTime_isCorrupt() {
        QJsonObject object = toJson(completeBackup());
        object.insert(QStringLiteral("started"), QStringLiteral("yesterday"));
        const auto back = backupRecordFromJson(object);
        CHECK_FAILS(back, ErrorCode::Corrupt);
        QVERIFY(back.error().message.find("\"started\"") != std::string::npos);
    }

    void runJson_roundTrip_isEqual() {
        RunRecord record;
        record.id = makeRecordId(kStart);
        record.kind = "backup";
        record.started = kStart + 1ms;
        record.ended = kStart + 1min + 123456us;
        record.outcome = RunOutcome::Partial;
        record.error =
            Error{ErrorCode::ConnectionLost, "reading a from b ended", "look", true, {{"host", "b"}}};
        record.backupIds = {"x", "y"};
        record.details.insert(QStringLiteral("stage"), QJsonObject{{QStringLiteral("copy_ms"), 5}});
        const auto back = runRecordFromJson(toJson(record));
        QVERIFY(back.has_value());
        QCOMPARE(toJson(*back), toJson(record));
        QVERIFY(back->started == record.started && back->ended == record.ended);
        QVERIFY(back->outcome == RunOutcome::Partial);
        QVERIFY(back->error->code == ErrorCode::ConnectionLost);
        QVERIFY(back->error->retryable);
        QCOMPARE(back->error->context.at("host"), std::string("b"));
        record.ended.reset();
        record.error.reset();
        const auto running = runRecordFromJson(toJson(record));
        QVERIFY(running && !running->ended && !running->error);
    }

    void outcome_names_roundTripAndUnknownIsFailed() {
        for (const auto outcome : {RunOutcome::Running, RunOutcome::Ok, RunOutcome::Partial,
                                   RunOutcome::Failed, RunOutcome::Cancelled, RunOutcome::Skipped})
            QVERIFY(runOutcomeFromString(toString(outcome)) == outcome);
        QVERIFY(runOutcomeFromString("splendid") == RunOutcome::Failed);
    }

    void makeRecordId_manyAtOneInstant_differ() {
        std::set<std::string> ids;
        for (int i = 0; i < 200; ++i)
            ids.insert(makeRecordId(kStart));
        QVERIFY(ids.size() > 195); // of 2^30: a collision is next to impossible, five are
        for (const auto& id : ids) {
            QCOMPARE(id.size(), std::size_t(23));
            QVERIFY(id.starts_with("20261121T074000Z-"));
            QVERIFY(id.find_first_of("ILOU", 17) == std::string::npos);
        }
    }

    void pinJson_roundTrip_isEqual() {
        RepositoryPin pin;
        pin.id = "r1";
        pin.title = "nas";
        pin.url = "file:///srv/b";
        pin.recipients = {"age1x", "age1y"};
        pin.signingPublicKey = std::string(64, 'a');
        pin.secretKind = "file";
        pin.isWriter = true;
        pin.highestCatalogSeen = 4'000'000'000;
        pin.highestCatalogHash = std::string(64, 'b');
        pin.rehearsed = true;
        pin.revision = 2;
        const auto back = repositoryPinFromJson(toJson(pin));
        QVERIFY(back.has_value());
        QCOMPARE(toJson(*back), toJson(pin));
        QCOMPARE(back->recipients, pin.recipients);
        QCOMPARE(back->highestCatalogSeen, pin.highestCatalogSeen);
        QVERIFY(back->isWriter && back->rehearsed);
    }

    void pinJson_trustFieldMissing_isRefused() {
        RepositoryPin pin;
        pin.recipients = {"age1x"};
        for (const char* key : {"id", "url", "format_version", "encrypted", "recipients",
                                "signing_public_key", "highest_catalog_seen", "highest_catalog_hash"}) {
            QJsonObject object = toJson(pin);
            object.remove(QLatin1String(key));
            const auto back = repositoryPinFromJson(object);
            QVERIFY2(!back.has_value(), key);
            QCOMPARE(back.error().context.contains("field") ||
                         back.error().message.find(key) != std::string::npos,
                     true);
            QVERIFY(back.error().code == ErrorCode::Corrupt);
        }
    }
};

QTEST_APPLESS_MAIN(TestRecords)
#include "test_records.moc"

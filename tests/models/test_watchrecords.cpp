// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Channels and watch files as documents.
#include "models/base/json.h"
#include "models/policy/policy.h"
#include "models/watch/channel.h"
#include "models/watch/watchfile.h"
#include "support/check.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

Channel mail() {
    Channel channel;
    channel.uuid = "7c1b1d7a-4b0b-4e8e-9f3b-0d6f3f0d7b01";
    channel.title = "ops";
    channel.kind = "mail";
    channel.host = "mail.example.org";
    channel.port = 587;
    channel.tls = "starttls";
    channel.from = "salvor@example.org";
    channel.to = {"ops@example.org", "night@example.org"};
    channel.user = "salvor";
    channel.secretKind = "file";
    return channel;
}

Channel webhook() {
    Channel channel;
    channel.uuid = "7c1b1d7a-4b0b-4e8e-9f3b-0d6f3f0d7b02";
    channel.title = "chat";
    channel.kind = "webhook";
    channel.url = "https://chat.example.org/hook";
    channel.secretKind = "keychain";
    return channel;
}

Channel heartbeat() {
    Channel channel;
    channel.uuid = "7c1b1d7a-4b0b-4e8e-9f3b-0d6f3f0d7b03";
    channel.title = "hc-1";
    channel.kind = "heartbeat";
    channel.url = "https://hc.example.org/{secret}";
    channel.failUrl = "https://hc.example.org/{secret}/fail";
    channel.secretKind = "file";
    return channel;
}

WatchFile sample() {
    WatchFile watch;
    Policy policy = makeDefaultPolicy("5b0f1c7e-53d1-4b1c-a2f7-1c8e0a4b9d10", "nightly",
                                      "0123456789abcdef0123456789abcdef");
    policy.mail = {"ops"};
    policy.heartbeat = "hc-1";
    watch.policies = {policy};
    watch.channels = channelsOf(watch.policies, {mail(), webhook(), heartbeat()});
    watch.titles = {{policy.profileUuid, "shop server"}};
    watch.secretKind = "credentials";
    watch.stateFolder = "/var/lib/salvor";
    watch.textfile = "/var/lib/prometheus/node-exporter/salvor.prom";
    return watch;
}

} // namespace

class TestWatchRecords : public QObject {
    Q_OBJECT
private slots:
    void channel_ofEachKind_isTheSameAfterReading() {
        for (const Channel& channel : {mail(), webhook(), heartbeat()}) {
            const auto read = channelFromJson(toJson(channel));
            CHECK_OK(read);
            QCOMPARE(toJson(*read), toJson(channel));
            QCOMPARE(read->secretName(), "channel-" + channel.uuid + "-secret");
        }
    }

    void channel_withAFault_isRefusedByField_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("field");
        QTest::addColumn<QJsonValue>("value");
        const auto row = [](const char* name, const char* kind, const char* field, const QJsonValue& value) {
            QTest::newRow(name) << QString::fromLatin1(kind) << QString::fromLatin1(field) << value;
        };
        row("no host", "mail", "host", QJsonValue::Undefined);
        row("host with a path", "mail", "host", QStringLiteral("mail.example.org/x"));
        row("no port", "mail", "port", QJsonValue::Undefined);
        row("port too large", "mail", "port", 65536);
        row("no TLS", "mail", "tls", QStringLiteral("none"));
        row("from with a line feed", "mail", "from", QStringLiteral("a@b.example\nBcc: c@d.example"));
        row("from with brackets", "mail", "from", QStringLiteral("<a@b.example>"));
        row("to nobody", "mail", "to", QJsonArray());
        row("to two in one", "mail", "to", QJsonArray{QStringLiteral("a@b.example,c@d.example")});
        row("login without password", "mail", "secret_kind", QString());
        row("url of a mail", "mail", "url", QStringLiteral("https://x.example"));
        row("plain http", "webhook", "url", QStringLiteral("http://chat.example.org/hook"));
        row("a file", "webhook", "url", QStringLiteral("file:///etc/passwd"));
        row("login in the URL", "webhook", "url", QStringLiteral("https://u:p@chat.example.org/"));
        row("fail URL of a webhook", "webhook", "fail_url", QStringLiteral("https://x.example"));
        row("CA beside the timer", "webhook", "ca_file", QStringLiteral("ca.pem"));
        row("credentials as a place", "webhook", "secret_kind", QStringLiteral("credentials"));
        row("place without secret", "heartbeat", "secret_kind", QString());
        row("secret without place", "heartbeat", "url", QStringLiteral("https://hc.example.org/a"));
        row("unknown kind", "webhook", "kind", QStringLiteral("pager"));
        row("name with a blank", "webhook", "title", QStringLiteral("a b"));
        row("unknown field", "webhook", "proxy", QStringLiteral("x"));
        row("no UUID", "webhook", "uuid", QStringLiteral("x"));
    }
    void channel_withAFault_isRefusedByField() {
        QFETCH(QString, kind);
        QFETCH(QString, field);
        QFETCH(QJsonValue, value);
        QJsonObject document = toJson(kind == QLatin1String("mail")      ? mail()
                                      : kind == QLatin1String("webhook") ? webhook()
                                                                         : heartbeat());
        if (field == QLatin1String("url") && kind == QLatin1String("heartbeat"))
            document.remove(QStringLiteral("fail_url"));
        if (value.isUndefined())
            document.remove(field);
        else
            document.insert(field, value);
        const auto read = channelFromJson(document);
        CHECK_FAILS(read, ErrorCode::InvalidInput);
        const QString named = toQt(read.error().context.at("field"));
        // What is missing of a login and its password, or of a URL and its secret, may be said of either.
        const bool pair = (field == QLatin1String("secret_kind") &&
                           (named == QLatin1String("user") || named == QLatin1String("url")));
        QVERIFY2(named.startsWith(field) || pair, qPrintable(named));
    }

    void channels_ofPolicies_areThoseNamedWithTheirKind() {
        const WatchFile watch = sample();
        QCOMPARE(watch.channels.size(), std::size_t(2));
        QCOMPARE(watch.channels.at(0).title, std::string("hc-1"));
        QCOMPARE(watch.channels.at(1).title, std::string("ops"));
        Policy policy = watch.policies.front();
        QVERIFY(missingChannels(policy, watch.channels).empty());
        policy.webhooks = {"ops"};
        QCOMPARE(missingChannels(policy, watch.channels), std::vector<std::string>{"webhook \"ops\""});
    }

    void watchFile_writtenAndRead_isTheSame() {
        const auto bytes = writeWatchFile(sample());
        CHECK_OK(bytes);
        const auto read = readWatchFile(*bytes);
        CHECK_OK(read);
        QCOMPARE(read->policies.size(), std::size_t(1));
        QCOMPARE(read->policies.front().mail, std::vector<std::string>{"ops"});
        QCOMPARE(read->channels.size(), std::size_t(2));
        QCOMPARE(read->titles, sample().titles);
        QCOMPARE(read->textfile, sample().textfile);
        QCOMPARE(read->sha256.size(), std::size_t(64));
        QCOMPARE(secretNames(*read),
                 (std::vector<std::string>{heartbeat().secretName(), mail().secretName()}));
        WatchFile again = *read;
        again.policies.front().paused = true; // the mark in the state folder says it, not the file
        again.channels.front().revision = 9;
        QCOMPARE(*writeWatchFile(again), *bytes);
    }

    void watchFile_editedByHand_isRefused() {
        std::string bytes = *writeWatchFile(sample());
        bytes.replace(bytes.find("mail.example.org"), 16, "evil.example.org");
        const auto read = readWatchFile(bytes);
        CHECK_FAILS(read, ErrorCode::Corrupt);
        QVERIFY(read.error().message.find("changed after it was made") != std::string::npos);
        QVERIFY(read.error().hint.find("apply the timers again") != std::string::npos);
    }

    void watchFile_ofOtherKindsOfFiles_isRefused() {
        CHECK_FAILS(readWatchFile(""), ErrorCode::Corrupt);
        CHECK_FAILS(readWatchFile("{}\n{}\n"), ErrorCode::Corrupt);
        std::string job = *writeWatchFile(sample());
        CHECK_FAILS(readWatchFile(job.substr(0, job.find('\n') + 1)), ErrorCode::Corrupt);
    }

    void watchFile_withPlacesThatATimerCannotReach_isNotWritten() {
        WatchFile watch = sample();
        watch.secretKind = "keychain";
        CHECK_FAILS(writeWatchFile(watch), ErrorCode::InvalidInput);
        watch = sample();
        watch.secretKind = "file";
        CHECK_FAILS(writeWatchFile(watch), ErrorCode::InvalidInput);
        watch.secretsFolder = "/home/anna/secrets";
        CHECK_OK(writeWatchFile(watch));
        watch.textfile = "salvor.prom";
        CHECK_FAILS(writeWatchFile(watch), ErrorCode::InvalidInput);
        watch = sample();
        watch.stateFolder.clear();
        CHECK_FAILS(writeWatchFile(watch), ErrorCode::InvalidInput);
    }

    void policy_thatChoosesOutcomes_tellsOfThoseOnly() {
        Policy policy = sample().policies.front();
        QVERIFY(notifiesOn(policy, RunOutcome::Failed));
        QVERIFY(notifiesOn(policy, RunOutcome::Partial));
        QVERIFY(!notifiesOn(policy, RunOutcome::Ok));
        QVERIFY(!notifiesOn(policy, RunOutcome::Skipped));
        policy.notifyOn = {RunOutcome::Ok, RunOutcome::Skipped};
        QVERIFY(notifiesOn(policy, RunOutcome::Skipped));
        QVERIFY(notifiesOn(policy, RunOutcome::Ok));
        QVERIFY(!notifiesOn(policy, RunOutcome::Failed));
        const auto read = policyFromJson(toJson(policy));
        CHECK_OK(read);
        QVERIFY(read->notifyOn == policy.notifyOn);
        QCOMPARE(fieldsNotActedOn(policy), std::vector<std::string>());
    }
};

QTEST_GUILESS_MAIN(TestWatchRecords)
#include "test_watchrecords.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Mail, webhooks and heartbeats against real servers, and against servers that refuse, lie or say nothing.
#include "engines/notify/notify.h"

#include "engines/notify/greeting.h"
#include "engines/notify/hiding.h"

#include "models/base/bytes.h"
#include "support/check.h"
#include "support/need.h"
#include "support/notifyservers.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <thread>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

const NotifyLimits kLimits{20s, 60s};

Secret secret() { return Secret(std::string_view(NotifyServer::secret().toStdString())); }

} // namespace

class TestNotify : public QObject {
    Q_OBJECT

    std::unique_ptr<NotifyCertificates> m_certificates;

    std::unique_ptr<NotifyServer> smtp(const QStringList& arguments = {},
                                       const char* certificate = "server") {
        return std::make_unique<NotifyServer>(*m_certificates, QStringLiteral("smtpserver.py"), arguments,
                                              certificate);
    }
    std::unique_ptr<NotifyServer> https(const char* certificate = "server") {
        return std::make_unique<NotifyServer>(*m_certificates, QStringLiteral("hookserver.py"), QStringList(),
                                              certificate);
    }
    Channel mailChannel(const NotifyServer& server) {
        Channel channel;
        channel.uuid = "7c1b1d7a-4b0b-4e8e-9f3b-0d6f3f0d7b01";
        channel.title = "ops";
        channel.kind = "mail";
        channel.host = "localhost";
        channel.port = server.port();
        channel.tls = "starttls";
        channel.from = "salvor@example.org";
        channel.to = {"ops@example.org", "night@example.org"};
        channel.user = "salvor";
        channel.secretKind = "file";
        channel.caFile = m_certificates->ca();
        return channel;
    }
    Channel hookChannel(const NotifyServer& server, const std::string& path) {
        Channel channel;
        channel.uuid = "7c1b1d7a-4b0b-4e8e-9f3b-0d6f3f0d7b02";
        channel.title = "chat";
        channel.kind = "webhook";
        channel.url = "https://localhost:" + std::to_string(server.port()) + path;
        channel.secretKind = "file";
        channel.caFile = m_certificates->ca();
        return channel;
    }
    static MailText mail(const std::string& subject = "Salvor: FAILED: nightly") {
        return {subject, "Zeile mit ä und =\n.\nthe end\n", "20261125T120000Z-ABC123",
                *fromRfc3339("2026-11-25T12:00:00Z")};
    }
    static std::string stageOf(const Error& error) {
        const auto found = error.context.find("stage");
        return found == error.context.end() ? "" : found->second;
    }
    static bool isClean(const Error& error) {
        std::string all = error.toText();
        for (const auto& [key, value] : error.context)
            all += value;
        return all.find(NotifyServer::secret().toStdString()) == std::string::npos;
    }

private slots:
    void initTestCase() {
        qputenv("no_proxy", "*"); // whatever proxy this computer has: these servers are on it
        SALVOR_NEED(NotifyServer::canRun(), "python3-aiosmtpd is not installed");
        m_certificates = std::make_unique<NotifyCertificates>();
        QVERIFY2(m_certificates->made(), "openssl could not make certificates");
    }

    void mail_overEachKindOfTls_arrivesWhole_data() {
        QTest::addColumn<QString>("tls");
        QTest::newRow("starttls") << QStringLiteral("starttls");
        QTest::newRow("tls") << QStringLiteral("tls");
    }
    void mail_overEachKindOfTls_arrivesWhole() {
        QFETCH(QString, tls);
        const auto server =
            smtp(tls == QLatin1String("tls") ? QStringList{QStringLiteral("--tls")} : QStringList());
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        Channel channel = mailChannel(*server);
        channel.tls = tls.toStdString();
        const Secret password = secret();
        const auto reply =
            sendMail(channel, &password, mail("Salvor: Größe unüblich, \"shop\""), kLimits, {});
        CHECK_OK(reply);
        QCOMPARE(*reply, std::string("250 2.0.0 kept as number 1"));
        QCOMPARE(server->taken().size(), std::size_t(1));
        const QByteArray taken = server->taken().front();
        QVERIFY2(taken.contains("X-Mail-From: salvor@example.org\r\n"), taken.constData());
        QVERIFY2(taken.contains("X-Rcpt-To: ops@example.org night@example.org\r\n"), taken.constData());
        QVERIFY2(taken.contains("Date: Wed, 25 Nov 2026 12:00:00 +0000\r\n"), taken.constData());
        QVERIFY2(taken.contains("Message-ID: <20261125T120000Z-ABC123@salvor.example.org>\r\n"),
                 taken.constData());
        QVERIFY2(taken.contains("Subject: =?UTF-8?B?"), taken.constData());
        QVERIFY2(taken.contains("Zeile mit =C3=A4 und =3D"), taken.constData());
        QVERIFY2(taken.contains("\nthe end"), taken.constData()); // the full stop alone did not end it
        QVERIFY2(taken.contains("charset=utf-8"), taken.constData());
        QVERIFY(!taken.contains(NotifyServer::secret()));
    }

    void mail_whoseSubjectHoldsLines_cannotAddAHeader() {
        const auto server = smtp();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret password = secret();
        CHECK_OK(sendMail(mailChannel(*server), &password, mail("a\r\nBcc: x@example.org"), kLimits, {}));
        QVERIFY(!server->taken().front().contains("\r\nBcc:"));
        QVERIFY(server->taken().front().contains("Subject: a  Bcc: x@example.org\r\n"));
    }

    void mail_refusedAtAStage_saysWhereAndInWhichWords_data() {
        QTest::addColumn<QString>("stage");
        QTest::addColumn<QString>("words");
        QTest::addColumn<bool>("message"); // another one may well be taken
        QTest::newRow("connect") << QStringLiteral("connect") << QStringLiteral("554 5.3.2 no mail today")
                                 << false;
        QTest::newRow("helo") << QStringLiteral("helo") << QStringLiteral("550 5.7.1 not from there")
                              << false;
        QTest::newRow("helo, said late")
            << QStringLiteral("latehelo") << QStringLiteral("Helo command rejected: Access denied") << false;
        QTest::newRow("sender") << QStringLiteral("mail")
                                << QStringLiteral("550 5.7.1 sender not wanted here") << true;
        QTest::newRow("recipient") << QStringLiteral("rcpt") << QStringLiteral("550 5.1.1 no such user here")
                                   << true;
        QTest::newRow("data") << QStringLiteral("data") << QStringLiteral("451 4.3.0 come back later")
                              << false;
        QTest::newRow("message") << QStringLiteral("body") << QStringLiteral("554 5.6.0 looks like spam")
                                 << true;
    }
    void mail_refusedAtAStage_saysWhereAndInWhichWords() {
        QFETCH(QString, stage);
        QFETCH(QString, words);
        QFETCH(bool, message);
        const auto server = smtp({QStringLiteral("--refuse"), stage});
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret password = secret();
        const auto reply = sendMail(mailChannel(*server), &password, mail(), kLimits, {});
        CHECK_FAILS(reply, ErrorCode::ServerError);
        QCOMPARE(stageOf(reply.error()), std::string("answer"));
        QVERIFY2(reply.error().message.find(words.toStdString()) != std::string::npos,
                 reply.error().message.c_str());
        QVERIFY2(reply.error().message.starts_with("sending mail through localhost:"),
                 reply.error().message.c_str());
        QVERIFY(isClean(reply.error()));
        QVERIFY(reply.error().retryable);
        QCOMPARE(refusesTheMessage(reply.error()), message);
        QVERIFY(missingRecipients(reply.error()).empty()); // nobody has it
        QVERIFY(server->taken().empty());
    }

    /// A relay that asks for one (RFC 5321, 4.1.1.1) could not be used: libcurl's own is cut at the first
    /// dot.
    void mail_greetsWithAFullName() {
        const auto server = smtp({QStringLiteral("--refuse"), QStringLiteral("shortname")});
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret password = secret();
        const Channel channel = mailChannel(*server);
        CHECK_OK(sendMail(channel, &password, mail(), kLimits, {}));
        const QByteArray expected = QByteArray::fromStdString(greetingName(channel.from));
        QVERIFY(expected.contains('.'));
        QVERIFY2(server->taken().front().contains("X-Helo: " + expected + "\r\n"),
                 server->taken().front().constData());
    }

    void greetingName_isFullWhereverThereIsOne() {
        const std::string hosts = "127.0.0.1\tlocalhost localhost.localdomain other\n"
                                  "# 10.0.0.1 db1.comment.example db1\n"
                                  "127.0.1.1 db1.example.net db1 # this one\n"
                                  "10.0.0.7 backup.example.net\n";
        const std::string from = "salvor@example.org";
        QCOMPARE(greetingName("db9.example.com", hosts, from), std::string("db9.example.com"));
        QCOMPARE(greetingName("db1", hosts, from), std::string("db1.example.net"));
        QCOMPARE(greetingName("other", hosts, from), std::string("example.org"));
        QCOMPARE(greetingName("unknown", hosts, from), std::string("example.org"));
        QCOMPARE(greetingName("localhost.localdomain", hosts, from), std::string("example.org"));
        QCOMPARE(greetingName("bad_name.example.com", {}, from), std::string("example.org"));
        QCOMPARE(greetingName("", hosts, from), std::string("example.org"));
        QCOMPARE(greetingName("db2", hosts, "root@localhost"), std::string());
        QCOMPARE(greetingName("db2", hosts, "a@b/..?"), std::string());
    }

    void mail_refusedForOne_reachesTheOthers() {
        for (const std::string gone : {"ops@example.org", "night@example.org"}) {
            const auto server = smtp({QStringLiteral("--refuse"), QString::fromStdString("rcpt:" + gone)});
            QVERIFY2(server->port() != 0, qPrintable(server->why()));
            const Secret password = secret();
            const Channel channel = mailChannel(*server);
            const std::string other = channel.to[gone == channel.to[0] ? 1 : 0];
            const auto reply = sendMail(channel, &password, mail(), kLimits, {});
            CHECK_FAILS(reply, ErrorCode::ServerError);
            QCOMPARE(missingRecipients(reply.error()), std::vector<std::string>{gone});
            QVERIFY(refusesTheMessage(reply.error()) && reply.error().retryable && isClean(reply.error()));
            QVERIFY2(reply.error().message.ends_with("it was taken for 1 of 2 recipients, and refused for " +
                                                     gone + ": 550 5.1.1 no such user here"),
                     reply.error().message.c_str());
            QCOMPARE(server->taken().size(), std::size_t(1));
            QVERIFY2(
                server->taken().front().contains(QByteArray::fromStdString("X-Rcpt-To: " + other + "\r\n")),
                server->taken().front().constData());
        }
    }

    void mail_greetedWithoutAnEnd_isGivenUpBeforeTheTimeLimit() {
        const auto server = smtp({QStringLiteral("--refuse"), QStringLiteral("flood")});
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret password = secret();
        const auto reply = sendMail(mailChannel(*server), &password, mail(), kLimits, {});
        CHECK_FAILS(reply, ErrorCode::ServerError); // and not Timeout
        QVERIFY2(reply.error().message.find("more than 64 KiB") != std::string::npos,
                 reply.error().message.c_str());
        QVERIFY(reply.error().retryable && !refusesTheMessage(reply.error()));
    }

    void mail_withAWrongPassword_isALoginThatFailed() {
        const auto server = smtp();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret wrong(std::string_view("canary-of-a-password"));
        const auto reply = sendMail(mailChannel(*server), &wrong, mail(), kLimits, {});
        CHECK_FAILS(reply, ErrorCode::AuthenticationFailed);
        QCOMPARE(stageOf(reply.error()), std::string("login"));
        QVERIFY(reply.error().toText().find("canary") == std::string::npos);
        QVERIFY(server->taken().empty());
    }

    void mail_whoseLoginIsRepeated_showsNothingOfIt() {
        const auto server = smtp({QStringLiteral("--refuse"), QStringLiteral("login")});
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret password = secret();
        const auto reply = sendMail(mailChannel(*server), &password, mail(), kLimits, {});
        CHECK_FAILS(reply, ErrorCode::AuthenticationFailed);
        const std::string sent =
            (QByteArrayLiteral("\0salvor\0") + NotifyServer::secret()).toBase64().toStdString();
        QVERIFY2(reply.error().toText().find(sent.substr(0, sent.size() - 2)) == std::string::npos,
                 reply.error().message.c_str());
        QVERIFY2(reply.error().message.find("535 5.7.8 AUTH PLAIN …") != std::string::npos,
                 reply.error().message.c_str());
        QVERIFY(isClean(reply.error()));
    }

    void secret_thatAServerRepeats_isHiddenHoweverItIsWritten_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("shown");
        const auto row = [](const char* name, const char* text, const char* shown) {
            QTest::newRow(name) << QString::fromUtf8(text) << QString::fromUtf8(shown);
        };
        row("as it is", "at T0p-Secr/et+42.", "at ….");
        row("percent", "Cannot POST /services/T0p-Secr%2Fet%2B42 x", "Cannot POST /services/… x");
        row("percent, small", "T0p-Secr%2fet%2b42", "…");
        row("percent, all of it", "%54%30%70%2D%53%65%63%72%2F%65%74%2B%34%32", "…");
        row("percent of percent", "T0p-Secr%252Fet%25252B42 z", "… z");
        row("quoted-printable", "T0p-Secr=2Fet=2B42", "…");
        row("JSON", "\"T0p-Secr\\/et\\u002B42\"", "\"…\"");
        row("HTML", "T0p-Secr&#x2F;et&#43;42 T0p-Secr&sol;et&plus;42", "… …");
        row("twice", "T0p-Secr/et+42T0p-Secr%2Fet+42", "……");
        row("percent, five times", "T0p-Secr%252525252Fet%252525252B42 z", "… z");
        row("HTML without semicolons", "&#84&#48p-Secr&soleT&plus42 z", "… z");
        row("another case", "HTTPS://T0P-SECR/ET+42 z", "HTTPS://… z");
        row("wrapped", "T0p-Se\r\n  cr/e\nt+42 T0p-S=\r\necr/et+42 T0p-Se\\r\\ncr/et+42 z", "… … … z");
        row("cut", "at T0p-Sec", "at …");
        row("cut in a code", "at T0p-Secr%2", "at …");
        row("not it", "T0p-Secr et 42 &;&#x;%%%=\\", "T0p-Secr et 42 &;&#x;%%%=\\");
    }
    void secret_thatAServerRepeats_isHiddenHoweverItIsWritten() {
        QFETCH(QString, text);
        QFETCH(QString, shown);
        QCOMPARE(QString::fromStdString(withoutSecret(text.toStdString(), "T0p-Secr/et+42")), shown);
    }

    void secret_inBase64_isHiddenWhereverItStands() {
        const std::string secret = "T0p-Secr/et+42";
        for (const char* before : {"", "a", "ab", "abc:"}) {
            for (const char* after : {"", "!", "!!"}) {
                const std::string encoded = toBase64(asBytes(before + secret + after));
                std::string forUrls = encoded;
                std::ranges::replace(forUrls, '+', '-');
                std::ranges::replace(forUrls, '/', '_');
                for (const std::string& text : {encoded, forUrls}) {
                    std::string shown = text;
                    for (const Secret& way : base64Ways(secret))
                        shown = withoutSecret(shown, way.text());
                    // What is around it decides at most one character at each end.
                    QVERIFY2(shown.find("…") != std::string::npos && shown.size() <= 3 + 6 + 4,
                             shown.c_str());
                }
            }
        }
        QVERIFY(base64Ways("abc").empty());
    }

    /// Both ways of reading each character lead on, 2^40 in all: what cannot be decided is hidden.
    void secret_andAReplyMadeForIt_endAndShowNothing() {
        QCOMPARE(withoutSecret(std::string(300, '\\'), std::string(40, '\\') + "x"), std::string("…"));
    }

    void secret_ofOddCharacters_isHidden() {
        QCOMPARE(withoutSecret("c0rrect+horse+%7Bbattery%7D", "c0rrect horse {battery}"), std::string("…"));
        QCOMPARE(withoutSecret("\\u00e4\\ud83d\\ude00 %C3%A4%F0%9F%98%80 &#228;&#128512;", "ä😀"),
                 std::string("… … …"));
        QCOMPARE(withoutSecret("x %25 y %2525", "%25"), std::string("x … y …"));
        QCOMPARE(withoutSecret("100 %", ""), std::string("100 %"));
    }

    void webhook_whoseUrlIsRepeated_showsNothingOfTheSecret() {
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret key(std::string_view("T0p-Secr/et+42"));
        Channel channel = hookChannel(*server, "/echo/{secret}");
        const auto reply = postWebhook(channel, &key, "{}", Instant{}, kLimits, {});
        CHECK_FAILS(reply, ErrorCode::ServerError);
        QCOMPARE(reply.error().context.at("reply"),
                 std::string("HTTP 404 Cannot POST /echo/… /echo/… \"/echo/…\""));
        QVERIFY2(reply.error().toText().find("Secr") == std::string::npos, reply.error().message.c_str());
        channel.kind = "heartbeat";
        const auto beaten = beat(channel, &key, true, kLimits, {});
        CHECK_FAILS(beaten, ErrorCode::ServerError);
        QVERIFY2(beaten.error().toText().find("Secr") == std::string::npos, beaten.error().message.c_str());
    }

    void certificate_thatIsNotTrusted_endsBeforeTheLogin_data() {
        QTest::addColumn<QString>("fault");
        QTest::newRow("another CA") << QStringLiteral("ca");
        QTest::newRow("another host") << QStringLiteral("host");
        QTest::newRow("the system's CAs") << QStringLiteral("system");
    }
    void certificate_thatIsNotTrusted_endsBeforeTheLogin() {
        QFETCH(QString, fault);
        const char* const name = fault == QLatin1String("host") ? "stranger" : "server";
        const auto mailServer = smtp({}, name);
        const auto hookServer = https(name);
        QVERIFY(mailServer->port() != 0 && hookServer->port() != 0);
        Channel mailTo = mailChannel(*mailServer);
        Channel hook = hookChannel(*hookServer, "/hook");
        for (Channel* channel : {&mailTo, &hook}) {
            if (fault == QLatin1String("ca"))
                channel->caFile = m_certificates->otherCa();
            if (fault == QLatin1String("system"))
                channel->caFile.clear();
        }
        const Secret key = secret();
        const auto mailed = sendMail(mailTo, &key, mail(), kLimits, {});
        CHECK_FAILS(mailed, ErrorCode::TlsFailed);
        QCOMPARE(stageOf(mailed.error()), std::string("tls"));
        const auto hooked = postWebhook(hook, &key, "{}", Instant{}, kLimits, {});
        CHECK_FAILS(hooked, ErrorCode::TlsFailed);
        QVERIFY(mailServer->taken().empty());
        QCOMPARE(hookServer->requests(), QString());
    }

    void mail_toAServerWithoutTls_isNotSent() {
        // TLS from the start where the server waits to be asked for it: no greeting that could be verified.
        const auto server = smtp({QStringLiteral("--tls")});
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret password = secret();
        const auto reply = sendMail(mailChannel(*server), &password, mail(), {5s, 5s}, {});
        QVERIFY(!reply); // what it is called depends on who gives up first
        QVERIFY(isClean(reply.error()));
        QVERIFY(server->taken().empty());
    }

    void server_thatIsNotThere_isNotReached() {
        std::uint16_t port = 0;
        {
            const auto server = smtp();
            QVERIFY2(server->port() != 0, qPrintable(server->why()));
            port = server->port();
        }
        Channel channel;
        channel.kind = "mail";
        channel.host = "127.0.0.1";
        channel.port = port;
        channel.tls = "starttls";
        channel.from = "a@b.example";
        channel.to = {"c@d.example"};
        const auto reply = sendMail(channel, nullptr, mail(), kLimits, {});
        CHECK_FAILS(reply, ErrorCode::ConnectionFailed);
        QCOMPARE(stageOf(reply.error()), std::string("connect"));
        QVERIFY(reply.error().retryable);
    }

    void server_thatHangs_endsWithTheTimeLimit() {
        const auto mailServer = smtp({QStringLiteral("--refuse"), QStringLiteral("hang")});
        const auto hookServer = https();
        QVERIFY(mailServer->port() != 0 && hookServer->port() != 0);
        const Secret key = secret();
        CHECK_FAILS(sendMail(mailChannel(*mailServer), &key, mail(), {2s, 2s}, {}), ErrorCode::Timeout);
        CHECK_FAILS(postWebhook(hookChannel(*hookServer, "/hang"), &key, "{}", Instant{}, {2s, 2s}, {}),
                    ErrorCode::Timeout);
    }

    void cancel_whileTheServerHangs_endsTheCall() {
        const auto server = smtp({QStringLiteral("--refuse"), QStringLiteral("hang")});
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        std::stop_source stop;
        const Secret key = secret();
        Result<std::string> reply = std::string();
        const auto begin = std::chrono::steady_clock::now();
        std::jthread sender(
            [&] { reply = sendMail(mailChannel(*server), &key, mail(), {60s, 120s}, stop.get_token()); });
        stop.request_stop();
        sender.join();
        CHECK_FAILS(reply, ErrorCode::Cancelled);
        QVERIFY(std::chrono::steady_clock::now() - begin < 60s); // not the time limit
    }

    void server_thatNeverConfirmsTheMessage_endsWithTheTimeLimit() {
        const auto server = smtp({QStringLiteral("--refuse"), QStringLiteral("quiet")});
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret key = secret();
        const auto begin = std::chrono::steady_clock::now();
        CHECK_FAILS(sendMail(mailChannel(*server), &key, mail(), {10s, 10s}, {}), ErrorCode::Timeout);
        const auto took = std::chrono::steady_clock::now() - begin;
        QCOMPARE(server->taken().size(), std::size_t(1)); // it was in the midst of it
        QVERIFY(took < 18s);                              // and its farewell did not take the limit again
    }

    void cancel_whileTheServerDoesNotConfirm_endsTheCall() {
        const auto server = smtp({QStringLiteral("--refuse"), QStringLiteral("quiet")});
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        std::stop_source stop;
        const Secret key = secret();
        Result<std::string> reply = std::string();
        std::jthread sender(
            [&] { reply = sendMail(mailChannel(*server), &key, mail(), {60s, 120s}, stop.get_token()); });
        QTRY_COMPARE_WITH_TIMEOUT(server->taken().size(), std::size_t(1), 60000);
        const auto begin = std::chrono::steady_clock::now();
        stop.request_stop();
        sender.join();
        CHECK_FAILS(reply, ErrorCode::Cancelled);
        QVERIFY(std::chrono::steady_clock::now() - begin < 20s);
    }

    void webhook_withItsKey_isSignedAndVerifiedByTheServer() {
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret key = secret();
        const std::string body = R"({"event":"run","title":"Größe"})";
        const auto reply = postWebhook(hookChannel(*server, "/hook"), &key, body,
                                       *fromRfc3339("2026-11-25T12:00:00Z"), kLimits, {});
        CHECK_OK(reply);
        QCOMPARE(*reply, std::string("HTTP 202 kept as number 1"));
        QCOMPARE(server->taken().front(), QByteArray::fromStdString(body));
        const Secret other(std::string_view("another key"));
        const auto refused = postWebhook(hookChannel(*server, "/hook"), &other, body, Instant{}, kLimits, {});
        CHECK_FAILS(refused, ErrorCode::ServerError);
        QVERIFY2(refused.error().message.find("401 the signature is not good") != std::string::npos,
                 refused.error().message.c_str());
        QVERIFY(!refused.error().retryable);
    }

    void webhookSignature_ofAKnownKey_isAsDocumented() {
        // printf '1764072000.{}' | openssl dgst -sha256 -hmac key
        QCOMPARE(webhookSignature(Secret(std::string_view("key")), "1764072000", "{}"),
                 std::string("v1=") + kKnownSignature);
    }

    void webhook_redirected_followsToHttpsOnly() {
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret key = secret();
        CHECK_OK(postWebhook(hookChannel(*server, "/away"), &key, "{}", Instant{}, kLimits, {}));
        QCOMPARE(server->taken().size(), std::size_t(1));
        const auto plain =
            postWebhook(hookChannel(*server, "/away-plain"), &key, "{}", Instant{}, kLimits, {});
        QVERIFY(!plain);
        QCOMPARE(server->taken().size(), std::size_t(1));
    }

    void webhook_answeredWithAFault_saysTheStatus_data() {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("retryable");
        QTest::newRow("not found") << 404 << false;
        QTest::newRow("too many") << 429 << true;
        QTest::newRow("down") << 503 << true;
    }
    void webhook_answeredWithAFault_saysTheStatus() {
        QFETCH(int, status);
        QFETCH(bool, retryable);
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret key = secret();
        const auto reply = postWebhook(hookChannel(*server, "/status/" + std::to_string(status)), &key, "{}",
                                       Instant{}, kLimits, {});
        CHECK_FAILS(reply, ErrorCode::ServerError);
        QCOMPARE(reply.error().context.at("status"), std::to_string(status));
        QCOMPARE(reply.error().retryable, retryable);
    }

    /// The status is the answer; what a server sends without an end is not read until the time limit.
    void answer_thatDoesNotEnd_isCutAndCounts() {
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        const Secret key = secret();
        const auto told = postWebhook(hookChannel(*server, "/flood/200"), &key, "{}", Instant{}, kLimits, {});
        CHECK_OK(told);
        QVERIFY2(told->starts_with("HTTP 200 more and more of it"), told->c_str());
        QVERIFY(told->size() < 1000);
        const auto down = postWebhook(hookChannel(*server, "/flood/503"), &key, "{}", Instant{}, kLimits, {});
        CHECK_FAILS(down, ErrorCode::ServerError);
        QCOMPARE(down.error().context.at("status"), std::string("503"));
        Channel channel = hookChannel(*server, "/flood/200");
        channel.kind = "heartbeat";
        CHECK_OK(beat(channel, nullptr, true, kLimits, {}));
        channel.url = "https://localhost:" + std::to_string(server->port()) + "/flood/307";
        const auto away = beat(channel, nullptr, true, kLimits, {});
        // Whether libcurl reads on before it follows depends on its version; Timeout it is not.
        QVERIFY2(away || away.error().code == ErrorCode::ServerError,
                 away ? "" : away.error().message.c_str());
    }

    void heartbeat_withASecretInItsUrl_asksForTheRightOne() {
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        Channel channel = hookChannel(*server, "/beat/{secret}");
        channel.kind = "heartbeat";
        channel.failUrl = channel.url + "/fail";
        const Secret key = secret();
        CHECK_OK(beat(channel, &key, true, kLimits, {}));
        CHECK_OK(beat(channel, &key, false, kLimits, {}));
        const QStringList lines = server->requests().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines.at(0), QStringLiteral("GET /beat/c0rrect%20horse%20%7Bbattery%7D 200 alive"));
        QCOMPARE(lines.at(1), QStringLiteral("GET /beat/c0rrect%20horse%20%7Bbattery%7D/fail 200 alive"));
        channel.failUrl.clear();
        CHECK_FAILS(beat(channel, &key, false, kLimits, {}), ErrorCode::InvalidInput);
        channel.url = "https://localhost:" + std::to_string(server->port()) + "/status/404/{secret}";
        const auto refused = beat(channel, &key, true, kLimits, {});
        CHECK_FAILS(refused, ErrorCode::ServerError);
        QVERIFY2(refused.error().message.find("battery") == std::string::npos,
                 refused.error().message.c_str());
    }

private:
    static const char* const kKnownSignature;
};

const char* const TestNotify::kKnownSignature =
    "13e2f1d9453ee7f7eac0c573a7a5536c006be59944ebc03fc23a6af598d1f5c3";

QTEST_GUILESS_MAIN(TestNotify)
#include "test_notify.moc"

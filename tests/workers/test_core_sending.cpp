// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// In which order notifications go out, and what one that does not arrive keeps back: nothing else. Real
// servers for mail and webhooks; the notifications are put where a run would put them.
#include "support/boundbyrights.h"
#include "support/check.h"
#include "support/need.h"
#include "support/notifyservers.h"
#include "workers/core/outbox.h"
#include "workers/watchedworld.h"

#include <QDateTime>
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLocale>
#include <QProcess>
#include <QScopeGuard>
#include <QTemporaryDir>
#include <QTimeZone>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

/// A world that all is well in, with two channels: "ops" is mail, "chat" a webhook.
class SendingWorld : public World {
public:
    explicit SendingWorld(const NotifyCertificates& certificates)
        : m_certificates(certificates) {}

    Result<> begin(std::uint16_t mailPort, std::uint16_t hookPort) {
        SALVOR_TRY(init());
        const Secret secret(std::string_view(NotifyServer::secret().toStdString()));
        Channel mail;
        mail.title = "ops";
        mail.kind = "mail";
        mail.host = "localhost";
        mail.port = mailPort;
        mail.tls = "starttls";
        mail.from = "salvor@example.org";
        mail.to = {"ops@example.org"};
        mail.user = "salvor";
        Channel hook;
        hook.title = "chat";
        hook.kind = "webhook";
        hook.url = "https://localhost:" + std::to_string(hookPort) + "/hook";
        for (Channel* channel : {&mail, &hook}) {
            channel->secretKind = "file";
            channel->caFile = m_certificates.ca();
            SALVOR_ASSIGN(*channel, core->saveChannel(*channel, secret.clone()));
        }
        ops = mail;
        chat = hook;
        policy.mail = {"ops"};
        policy.webhooks = {"chat"};
        SALVOR_TRY(save(policy));
        return addNight(clock.now() - 1h);
    }

    /// Made a minute after the one before.
    Result<> put(const Channel& channel, const std::string& subject) {
        SALVOR_ASSIGN(const auto outbox, Outbox::open(config.places.state));
        clock.pass(1min);
        Notification notification;
        notification.id = makeRecordId(clock.now());
        notification.channelUuid = channel.uuid;
        notification.channelTitle = channel.title;
        notification.subject = subject;
        notification.text = "a text\n";
        notification.made = clock.now();
        return outbox.put(std::move(notification));
    }

    /// "+" before what was accepted.
    static QStringList sent(const WatchOutcome& outcome) {
        QStringList out;
        for (const auto& one : outcome.deliveries)
            out << toQt((one.accepted ? "+" : "-") + one.subject);
        return out;
    }
    static QStringList waiting(const WatchOutcome& outcome) {
        QStringList out;
        for (const auto& one : outcome.undelivered)
            out << toQt(one.subject + " " + std::to_string(one.tries));
        return out;
    }

    Channel ops;
    Channel chat;

private:
    const NotifyCertificates& m_certificates;
};

} // namespace

class TestCoreSending : public QObject {
    Q_OBJECT

    std::unique_ptr<NotifyCertificates> m_certificates;

    std::unique_ptr<NotifyServer> smtp(const QStringList& arguments = {}) {
        return std::make_unique<NotifyServer>(*m_certificates, QStringLiteral("smtpserver.py"), arguments);
    }
    std::unique_ptr<NotifyServer> https() {
        return std::make_unique<NotifyServer>(*m_certificates, QStringLiteral("hookserver.py"));
    }

private slots:
    void initTestCase() {
        qputenv("no_proxy", "*");
        SALVOR_NEED(NotifyServer::canRun(), "python3-aiosmtpd is not installed");
        m_certificates = std::make_unique<NotifyCertificates>();
        QVERIFY2(m_certificates->made(), "openssl could not make certificates");
    }

    void message_thatIsRefused_keepsNoOtherBack_data() {
        QTest::addColumn<bool>("mail");
        QTest::newRow("mail, 554") << true;
        QTest::newRow("webhook, 413") << false;
    }
    void message_thatIsRefused_keepsNoOtherBack() {
        QFETCH(bool, mail);
        const auto mailServer = smtp({QStringLiteral("--refuse"), QStringLiteral("spam")});
        const auto hookServer = https();
        QVERIFY(mailServer->port() != 0 && hookServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(mailServer->port(), hookServer->port()));
        const Channel& channel = mail ? world.ops : world.chat;
        for (const char* subject : {"spam", "one", "two"})
            CHECK_OK(world.put(channel, subject));
        const auto first = world.watch();
        CHECK_OK(first);
        QCOMPARE(SendingWorld::sent(*first),
                 QStringList({QStringLiteral("-spam"), QStringLiteral("+one"), QStringLiteral("+two")}));
        QCOMPARE(SendingWorld::waiting(*first), QStringList{QStringLiteral("spam 1")});
        // In its turn twice more; then what is newer goes before it.
        for (const char* subject : {"three", "four"}) {
            CHECK_OK(world.put(channel, subject));
            const auto again = world.watch();
            CHECK_OK(again);
            QCOMPARE(SendingWorld::sent(*again),
                     QStringList({QStringLiteral("-spam"), QLatin1Char('+') + QLatin1String(subject)}));
        }
        CHECK_OK(world.put(channel, "five"));
        const auto last = world.watch();
        CHECK_OK(last);
        QCOMPARE(SendingWorld::sent(*last), QStringList({QStringLiteral("+five"), QStringLiteral("-spam")}));
        QCOMPARE(SendingWorld::waiting(*last), QStringList{QStringLiteral("spam 4")});
        QCOMPARE((mail ? mailServer : hookServer)->taken().size(), std::size_t(5));
    }

    void mail_refusedForOne_isTriedForThatOneOnlyUntilItIsGone() {
        const auto mailServer = smtp({QStringLiteral("--refuse"), QStringLiteral("rcpt:gone@example.org")});
        QVERIFY(mailServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(mailServer->port(), 1));
        world.ops.to = {"ops@example.org", "gone@example.org"};
        auto saved = world.core->saveChannel(world.ops, std::nullopt);
        CHECK_OK(saved);
        CHECK_OK(world.put(world.ops, "FAILED"));
        const auto first = world.watch();
        CHECK_OK(first);
        QCOMPARE(SendingWorld::sent(*first), QStringList{QStringLiteral("-FAILED")});
        QCOMPARE(first->deliveries[0].missing, std::vector<std::string>{"gone@example.org"});
        QCOMPARE(mailServer->taken().size(), std::size_t(1));
        CHECK_OK(world.put(world.ops, "ok"));
        const auto second = world.watch(); // who has the first has it once
        CHECK_OK(second);
        QCOMPARE(SendingWorld::sent(*second),
                 QStringList({QStringLiteral("-FAILED"), QStringLiteral("-ok")}));
        QCOMPARE(SendingWorld::waiting(*second),
                 QStringList({QStringLiteral("FAILED 2"), QStringLiteral("ok 1")}));
        QCOMPARE(second->undelivered[0].missing, std::vector<std::string>{"gone@example.org"});
        const std::string& why = second->undelivered[0].error.message;
        QVERIFY2(why.find("gone@example.org") != std::string::npos, why.c_str());
        const auto finding = std::ranges::find(second->report.general, "undelivered", &Finding::code);
        QVERIFY(finding != second->report.general.end());
        QVERIFY2(finding->message.starts_with("channel \"ops\" did not reach gone@example.org: 2 "),
                 finding->message.c_str());
        QCOMPARE(mailServer->taken().size(), std::size_t(2));
        QVERIFY2(mailServer->taken()[1].contains("X-Rcpt-To: ops@example.org\r\n") &&
                     mailServer->taken()[1].contains("Subject: ok\r\n"),
                 mailServer->taken()[1].constData());
        world.ops = *saved;
        world.ops.to = {"ops@example.org"};
        CHECK_OK(world.core->saveChannel(world.ops, std::nullopt));
        const auto last = world.watch();
        CHECK_OK(last);
        QVERIFY(last->undelivered.empty());
        QCOMPARE(mailServer->taken().size(), std::size_t(2));
    }

    /// As "undelivered" advises: who mends a mistyped address takes no alarm from whoever it is for.
    void addresses_thatCameToAChannel_getWhatIsWaitingAndWhatStands() {
        const auto mailServer = smtp({QStringLiteral("--refuse"), QStringLiteral("rcpt:bob@exmaple.org")});
        QVERIFY(mailServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(mailServer->port(), 1));
        world.policy.webhooks.clear();
        CHECK_OK(world.save(world.policy));
        const auto sendTo = [&](const std::vector<std::string>& addresses) {
            world.ops.to = addresses;
            const auto saved = world.core->saveChannel(world.ops, std::nullopt);
            CHECK_OK(saved);
            world.ops = *saved;
        };
        const auto look = [&](std::size_t mails) {
            const auto outcome = world.watch();
            CHECK_OK(outcome);
            QCOMPARE(mailServer->taken().size(), mails);
            world.clock.pass(10min);
        };
        const auto wentTo = [&](const char* addresses) {
            const QByteArray newest = mailServer->taken().back();
            return newest.contains(QByteArray("X-Rcpt-To: ") + addresses + "\r\n") &&
                   newest.contains("overdue");
        };
        sendTo({"ann@example.org", "bob@exmaple.org"});
        look(0);
        world.clock.pass(30h);
        look(1);
        QVERIFY(wentTo("ann@example.org"));
        sendTo({"ann@example.org", "bob@example.org"});
        look(2);
        QVERIFY(wentTo("bob@example.org")); // once: what was waiting is what stands
        QVERIFY(world.core->undelivered()->empty());
        look(2);
        sendTo({"ann@example.org", "bob@example.org", "carl@example.org"});
        look(3);
        QVERIFY(wentTo("carl@example.org"));
        look(3);
    }

    void told_withoutRoomForAnotherFile_isOverwritten() {
        QTemporaryDir folder;
        const auto outbox = Outbox::open(folder.path().toStdString());
        CHECK_OK(outbox);
        const Instant at = *fromRfc3339("2026-11-25T12:00:00Z");
        const std::string many(3000, 'x');
        CHECK_OK(outbox->setTold("ops", "watch", {"", {}, at}));
        const QString told = folder.filePath(QStringLiteral("notifications/told"));
        QFile old(told + QStringLiteral("/old-watch.json")); // as an older version left it
        QVERIFY(old.open(QIODevice::WriteOnly));
        QVERIFY(old.write(R"({"at":"2026-11-25T12:00:00Z","run":"","state":""})") > 0);
        old.close();
        QVERIFY(QFile::setPermissions(told, QFile::ReadOwner | QFile::ExeOwner));
        const auto allow = qScopeGuard(
            [&] { QFile::setPermissions(told, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner); });
        const BoundByRights bound;
        SALVOR_NEED(bound.isBound(), "the rights of this process cannot be lowered");
        for (const std::string& state : {many, std::string("short")}) {
            CHECK_OK(outbox->setTold("ops", "watch", {state, {}, at + 1h}));
            const auto read = outbox->told("ops", "watch");
            QVERIFY(read && read->state == state && read->at == at + 1h);
        }
        QVERIFY(!outbox->setTold("ops", "watch", {std::string(100'000, 'x'), {}, at})); // there is no room
        QVERIFY(!outbox->setTold("chat", "watch", {"short", {}, at}));
        CHECK_OK(outbox->setTold("old", "watch", {"short", {}, at}));
        QCOMPARE(outbox->told("old", "watch")->state, std::string("short"));
        QCOMPARE(outbox->told("ops", "watch")->state, std::string("short"));
    }

    void stateFolder_full_isToldOnceAndByItsName() {
        const auto mailServer = smtp();
        QVERIFY(mailServer->port() != 0);
        SendingWorld world(*m_certificates);
        const QString state = toQt(world.config.places.state);
        QVERIFY(QDir().mkpath(state));
        if (QProcess::execute(QStringLiteral("mount"),
                              {QStringLiteral("-t"), QStringLiteral("tmpfs"), QStringLiteral("-o"),
                               QStringLiteral("size=12m,mode=700"), QStringLiteral("tmpfs"), state}) != 0)
            QSKIP("a small file system cannot be mounted here (not root)");
        const auto unmount =
            qScopeGuard([&] { QProcess::execute(QStringLiteral("umount"), {QStringLiteral("-l"), state}); });
        CHECK_OK(world.begin(mailServer->port(), 1));
        world.policy.webhooks.clear();
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.watch());
        QCOMPARE(mailServer->taken().size(), std::size_t(0));
        {
            QFile filler(state + QStringLiteral("/filler"));
            QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
            while (filler.write(QByteArray(4096, 'x')) == 4096) {
            }
        }
        const auto isSaid = [](const WatchReport& report) {
            const auto found = std::ranges::find(report.general, "state_full", &Finding::code);
            return found != report.general.end() && found->severity == Severity::Critical;
        };
        for (int look = 0; look < 3; ++look) {
            const auto outcome = world.watch();
            CHECK_OK(outcome);
            QVERIFY(isSaid(outcome->report) && !outcome->report.wellFor(world.policy.uuid));
            QCOMPARE(mailServer->taken().size(), std::size_t(1)); // not four times an hour
            world.clock.pass(15min);
        }
        QVERIFY(mailServer->taken().front().contains("CRITICAL: nothing can be written"));
        QVERIFY(QFile::remove(state + QStringLiteral("/filler")));
        const auto over = world.watch();
        CHECK_OK(over);
        QVERIFY(!isSaid(over->report));
        QCOMPARE(mailServer->taken().size(), std::size_t(2));
    }

    void mail_thatArrivedButForOne_isNotCountedAsGivenUp() {
        QTemporaryDir folder;
        const auto outbox = Outbox::open(folder.path().toStdString());
        CHECK_OK(outbox);
        Instant at = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
        const auto put = [&](std::vector<std::string> missing) {
            Notification one;
            one.id = makeRecordId(at += 1min);
            one.channelUuid = "ops";
            one.made = at;
            one.missing = std::move(missing);
            return outbox->put(std::move(one));
        };
        CHECK_OK(put({"gone@example.org"}));
        CHECK_OK(put({}));
        for (std::size_t i = 0; i < Outbox::kMostOfAChannel; ++i) // both have to go for them
            CHECK_OK(put({}));
        std::vector<Error> unreadable;
        const auto all = outbox->all(unreadable);
        CHECK_OK(all);
        QCOMPARE(all->size(), Outbox::kMostOfAChannel);
        std::uint64_t dropped = 0;
        for (const auto& one : *all)
            dropped += one.dropped;
        QCOMPARE(dropped, std::uint64_t{1});
    }

    void message_thatWaited_arrivesBeforeWhatIsNewerAndSaysHowLateItIs() {
        const auto hookServer = https();
        QVERIFY(hookServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(1, 1)); // nobody listens there
        CHECK_OK(world.put(world.chat, "FAILED"));
        const Instant happened = world.clock.now();
        const auto first = world.watch();
        CHECK_OK(first);
        QCOMPARE(SendingWorld::sent(*first), QStringList{QStringLiteral("-FAILED")});
        world.chat.url = "https://localhost:" + std::to_string(hookServer->port()) + "/hook";
        auto saved = world.core->saveChannel(world.chat, std::nullopt);
        CHECK_OK(saved);
        world.clock.pass(20min);
        CHECK_OK(world.put(world.chat, "ok"));
        const auto second = world.watch();
        CHECK_OK(second);
        QCOMPARE(SendingWorld::sent(*second),
                 QStringList({QStringLiteral("+FAILED"), QStringLiteral("+ok")}));
        const auto taken = hookServer->taken();
        QCOMPARE(taken.size(), std::size_t(2));
        const QJsonObject late = QJsonDocument::fromJson(taken[0]).object();
        QCOMPARE(late.value(QStringLiteral("made")).toString(), toQt(toRfc3339(happened)));
        QCOMPARE(late.value(QStringLiteral("late_seconds")).toInteger(), qint64(21 * 60));
        QVERIFY(late.value(QStringLiteral("text"))
                    .toString()
                    .contains(QLatin1String("arrives 21 min late: what happened since")));
        const QJsonObject fresh = QJsonDocument::fromJson(taken[1]).object();
        QCOMPARE(fresh.value(QStringLiteral("late_seconds")).toInteger(), qint64(0));
        QVERIFY(!fresh.value(QStringLiteral("text")).toString().contains(QLatin1String("late")));
    }

    void mail_thatWaited_hasTheDateOfWhatHappened() {
        const auto mailServer = smtp();
        QVERIFY(mailServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(mailServer->port(), 1));
        CHECK_OK(world.put(world.ops, "FAILED"));
        const QDateTime happened = QDateTime::fromSecsSinceEpoch(
            std::chrono::duration_cast<std::chrono::seconds>(world.clock.now().time_since_epoch()).count(),
            QTimeZone::utc());
        world.clock.pass(3h);
        CHECK_OK(world.watch());
        const auto taken = mailServer->taken();
        QCOMPARE(taken.size(), std::size_t(1));
        const QByteArray date =
            "Date: " + QLocale::c().toString(happened, QStringLiteral("ddd, d MMM yyyy HH:mm:ss")).toUtf8();
        QVERIFY2(taken[0].contains(date), taken[0].constData());
    }

    void message_thatNeverArrives_letsOneGoBeforeItAfterThreeTries() {
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(1, 1)); // nobody listens there
        for (const char* subject : {"one", "two"})
            CHECK_OK(world.put(world.chat, subject));
        for (int i = 0; i < 3; ++i) {
            const auto outcome = world.watch();
            CHECK_OK(outcome);
            QCOMPARE(SendingWorld::sent(*outcome), QStringList{QStringLiteral("-one")});
        }
        const auto fourth = world.watch();
        CHECK_OK(fourth);
        QCOMPARE(SendingWorld::sent(*fourth), QStringList({QStringLiteral("-one"), QStringLiteral("-two")}));
        QCOMPARE(SendingWorld::waiting(*fourth),
                 QStringList({QStringLiteral("one 4"), QStringLiteral("two 1")}));
    }

    void messages_thatAreAllRefused_areTriedTenAtATime() {
        const auto mailServer = smtp({QStringLiteral("--refuse"), QStringLiteral("rcpt")});
        QVERIFY(mailServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(mailServer->port(), 1));
        for (int i = 0; i < 11; ++i)
            CHECK_OK(world.put(world.ops, std::to_string(i)));
        const auto first = world.watch();
        CHECK_OK(first);
        QCOMPARE(first->deliveries.size(), std::size_t(10));
        for (int i = 0; i < 2; ++i) { // in their turn
            const auto again = world.watch();
            CHECK_OK(again);
            QCOMPARE(SendingWorld::sent(*again).front(), QStringLiteral("-0"));
        }
        const auto last = world.watch();
        CHECK_OK(last);
        QCOMPARE(SendingWorld::sent(*last).front(), QStringLiteral("-10"));
    }

    /// It refuses us and no message: nothing is tried ten times over, and it goes after those that answer.
    void channel_thatLetsNobodyIn_isTriedOnceAndLater() {
        const auto mailServer = smtp({QStringLiteral("--refuse"), QStringLiteral("connect")});
        const auto hookServer = https();
        QVERIFY(mailServer->port() != 0 && hookServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(mailServer->port(), hookServer->port()));
        for (const char* subject : {"mail 1", "mail 2"})
            CHECK_OK(world.put(world.ops, subject));
        const auto first = world.watch();
        CHECK_OK(first);
        QCOMPARE(SendingWorld::sent(*first), QStringList{QStringLiteral("-mail 1")});
        QCOMPARE(first->undelivered.size(), std::size_t(2));
        CHECK_OK(world.put(world.chat, "hook"));
        const auto second = world.watch();
        CHECK_OK(second);
        QCOMPARE(SendingWorld::sent(
                     *second), // the first one first: of a channel in the order in which they were made
                 QStringList({QStringLiteral("+hook"), QStringLiteral("-mail 1")}));
    }

    void channels_withManyMessages_takeTurns() {
        const auto mailServer = smtp();
        const auto hookServer = https();
        QVERIFY(mailServer->port() != 0 && hookServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(mailServer->port(), hookServer->port()));
        CHECK_OK(world.put(world.ops, "mail 1"));
        CHECK_OK(world.put(world.ops, "mail 2"));
        CHECK_OK(world.put(world.chat, "hook"));
        const auto outcome = world.watch();
        CHECK_OK(outcome);
        QCOMPARE(
            SendingWorld::sent(*outcome),
            QStringList({QStringLiteral("+mail 1"), QStringLiteral("+hook"), QStringLiteral("+mail 2")}));
        QVERIFY(outcome->undelivered.empty());
    }

    void channel_thatDidNotAnswer_goesLast() {
        const auto hookServer = https();
        QVERIFY(hookServer->port() != 0);
        SendingWorld world(*m_certificates);
        CHECK_OK(world.begin(1, hookServer->port())); // nobody listens there
        CHECK_OK(world.put(world.ops, "mail 1"));
        CHECK_OK(world.put(world.ops, "mail 2"));
        const auto first = world.watch();
        CHECK_OK(first);
        QCOMPARE(SendingWorld::sent(*first), QStringList{QStringLiteral("-mail 1")}); // one try is enough
        CHECK_OK(world.put(world.chat, "hook"));
        const auto second = world.watch();
        CHECK_OK(second);
        QCOMPARE(SendingWorld::sent(*second),
                 QStringList({QStringLiteral("+hook"), QStringLiteral("-mail 1")}));
        QCOMPARE(SendingWorld::waiting(*second),
                 QStringList({QStringLiteral("mail 1 2"), QStringLiteral("mail 2 0")}));
    }
};

QTEST_GUILESS_MAIN(TestCoreSending)
#include "test_core_sending.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// channel, watch, status and check on the command line: grammar, exit codes, JSON, words.
#include "app/ctlprocess.h"
#include "models/base/json.h"
#include "support/need.h"
#include "support/notifyservers.h"
#include "workers/agedbackups.h"

#include <QJsonArray>
#include <QProcess>
#include <QRegularExpression>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// A home with a repository, a profile, its policy, and backups of the database shop.
class Home {
public:
    bool make(const std::vector<int>& daysAgo) {
        if (home.makeRepository().isNull() ||
            !good({s("profile"), s("add"), s("postgresql://backup@127.0.0.1:1/postgres"), s("--title"),
                   s("shop server"), s("--no-password")}))
            return false;
        for (const auto& entry : home.environment()) {
            if (entry.startsWith(s("SALVOR_HOME=")))
                m_source.places = placesIn(entry.mid(12).toStdString());
        }
        const auto workspace = WorkspaceDatabase::open(m_source.places.workspaceFile, m_clock, "test");
        if (!workspace)
            return false;
        m_source.clock = &m_clock;
        m_source.pin = (*workspace)->repositories()->front();
        m_source.policyUuid = (*workspace)->policies()->front().uuid;
        m_source.profileUuid = (*workspace)->policies()->front().profileUuid;
        for (const int days : daysAgo) {
            const auto made =
                makeAged(m_source, "shop", m_clock.now() - std::chrono::hours(24 * days + 1), 7);
            if (!made) {
                qWarning() << describe(made);
                return false;
            }
        }
        return good({s("repository"), s("info"), s("backups")}); // the catalog follows
    }
    bool good(const QStringList& arguments, const std::map<int, QByteArray>& secrets = {}) const {
        const auto result = home.run(arguments, secrets);
        if (result.exitCode != 0)
            qWarning() << result.out << result.err;
        return result.exitCode == 0;
    }
    CtlResult run(QStringList arguments, const std::map<int, QByteArray>& secrets = {}) const {
        arguments.prepend(s("--json"));
        return home.run(arguments, secrets);
    }
    bool objective(const char* span) const {
        return good({s("policy"), s("set"), s("shop server"), s("--recovery-point"), s(span)});
    }

    CtlHome home;

private:
    SystemClock m_clock;
    AgedSource m_source;
};

QStringList codes(const CtlResult& result) {
    QStringList out;
    const QJsonObject data = result.data().toObject();
    for (const auto& policy : data.value(s("policies")).toArray()) {
        for (const auto& finding : policy.toObject().value(s("findings")).toArray())
            out << finding.toObject().value(s("code")).toString();
    }
    return out;
}

} // namespace

class TestSalvorctlWatch : public QObject {
    Q_OBJECT

    std::unique_ptr<NotifyCertificates> m_certificates;

private slots:
    void initTestCase() {
        qputenv("no_proxy", "*");
        m_certificates = std::make_unique<NotifyCertificates>();
        QVERIFY2(m_certificates->made(), "openssl could not make certificates");
    }

    void watch_ofAWellPolicy_saysNothingAndExitsWithZero() {
        Home home;
        QVERIFY(home.make({1, 2, 3}));
        QVERIFY(home.objective("2d"));
        const auto result = home.run({s("watch"), s("--once")});
        QCOMPARE(result.exitCode, 0);
        QCOMPARE(result.json().value(s("schema")).toString(), s("salvor.watch.once/1"));
        QCOMPARE(codes(result), QStringList());
        const auto words = home.home.run({s("watch"), s("--once")});
        QVERIFY2(words.out.contains("Nothing to say"), words.out.constData());
    }

    /// A home that was lost with its disk, say: what is not there is not well.
    void watch_ofAnEmptyHome_saysThatThereIsNoPolicy() {
        CtlHome home;
        const auto words = home.run({s("watch"), s("--once")});
        QCOMPARE(words.exitCode, 0); // nothing is wrong with a new computer
        QVERIFY2(words.out.contains("There is no policy"), words.out.constData());
        QVERIFY2(!words.out.contains("is well"), words.out.constData());
    }

    void watch_withoutAnyPolicy_saysThatNothingIsProtected() {
        Home home;
        QVERIFY(home.make({}));
        QVERIFY(home.good({s("policy"), s("remove"), s("shop server")}));
        const auto words = home.home.run({s("watch"), s("--once")});
        QCOMPARE(words.exitCode, 3);
        QVERIFY2(words.out.contains("there is no policy: nothing is protected"), words.out.constData());
        QVERIFY2(!words.out.contains("every policy is well"), words.out.constData());
        QVERIFY(home.home.run({s("status")}).out.contains("no_policy"));
        const auto nagios = home.home.run({s("check"), s("--nagios")});
        QCOMPARE(nagios.exitCode, 3);
        QVERIFY2(nagios.out.contains("UNKNOWN"), nagios.out.constData());
    }

    void policyByHand_withoutAnObjective_isSaidNotJudged() {
        Home home;
        QVERIFY(home.make({1}));
        const auto fresh = home.home.run({s("status")});
        QVERIFY2(fresh.out.contains("no_objective"), fresh.out.constData());
        QCOMPARE(home.home.run({s("check")}).exitCode, 0);
        QCOMPARE(codes(home.run({s("check")})), QStringList{s("no_objective")});
        Home old;
        QVERIFY(old.make({9}));
        QCOMPARE(old.home.run({s("check")}).exitCode, 3);
        QCOMPARE(old.home.run({s("check"), s("--nagios")}).exitCode, 1);
        const auto quiet = old.home.run({s("--quiet"), s("watch"), s("--once")});
        QCOMPARE(quiet.exitCode, 3);
        QCOMPARE(quiet.out, QByteArray());
        const auto json = old.run({s("check"), s("--nagios")});
        QCOMPARE(json.exitCode, 1);
        const QJsonObject answer = json.data().toObject().value(s("nagios")).toObject();
        QCOMPARE(answer.value(s("state")).toInt(), 1);
        QVERIFY(answer.value(s("text")).toString().startsWith(s("SALVOR WARNING")));
        QCOMPARE(old.run({s("check"), s("--nagios"), s("--policy"), s("none")}).errorCode(), s("not_found"));
    }

    void profile_removed_saysWhatLosesItsProtection() {
        Home home;
        QVERIFY(home.make({1}));
        const auto would = home.home.run({s("profile"), s("remove"), s("shop server"), s("--dry-run")});
        QVERIFY2(would.out.contains("No longer protected: shop"), would.out.constData());
        const auto removed = home.run({s("profile"), s("remove"), s("shop server")});
        QCOMPARE(removed.exitCode, 0);
        const QJsonObject data = removed.data().toObject();
        QCOMPARE(data.value(s("unprotected_databases")).toArray(), QJsonArray{s("shop")});
        QCOMPARE(data.value(s("removed_policies")).toArray().size(), 1);
        const QJsonArray trail = home.run({s("audit"), s("list")}).data().toArray();
        const auto ended = std::find_if(trail.begin(), trail.end(), [](const QJsonValue& one) {
            return one.toObject().value(s("action")).toString() == s("profile.protection_ended");
        });
        QVERIFY(ended != trail.end());
        QCOMPARE(ended->toObject().value(s("after")).toObject().value(s("databases")).toArray(),
                 QJsonArray{s("shop")});
    }

    void watch_ofAnOverduePolicy_saysSoAndExitsWithThree() {
        Home home;
        QVERIFY(home.make({3}));
        QVERIFY(home.objective("2d"));
        const auto result = home.run({s("watch"), s("--once")});
        QCOMPARE(result.exitCode, 3);
        QCOMPARE(codes(result), QStringList{s("overdue")});
        QVERIFY(home.run({s("watch")}).exitCode == 2); // it does not stay and look again
    }

    void watch_fromItsFile_needsNoWorkspace() {
        Home home;
        QVERIFY(home.make({3}));
        QVERIFY(home.objective("2d"));
        const QString file = home.home.path(s("watch.json"));
        const QString metrics = home.home.path(s("salvor.prom"));
        const auto exported = home.run({s("watch"), s("export"), s("--output"), file, s("--secrets"),
                                        s("file"), s("--textfile"), metrics});
        QCOMPARE(exported.exitCode, 0);
        QCOMPARE(exported.json().value(s("schema")).toString(), s("salvor.watch.export/1"));
        const QString hash = exported.data().toObject().value(s("sha256")).toString();
        QCOMPARE(hash.size(), 64);
        QVERIFY(QFile::rename(home.home.path(s("home/data")), home.home.path(s("home/away"))));
        const auto result = home.run({s("watch"), s("--once"), s("--file"), file, s("--hash"), hash});
        QCOMPARE(result.exitCode, 3);
        QCOMPARE(codes(result), QStringList{s("overdue")});
        QFile written(metrics);
        QVERIFY(written.open(QIODevice::ReadOnly));
        const QByteArray metricsText = written.readAll();
        QVERIFY2(metricsText.contains("salvor_backup_success{user=\"") &&
                     metricsText.contains("\",policy=\"shop server\""),
                 metricsText.constData());
        QVERIFY(!QFile::exists(home.home.path(s("home/data")))); // and none was made
        QCOMPARE(
            home.run({s("watch"), s("--once"), s("--file"), file, s("--hash"), QString(64, QLatin1Char('0'))})
                .errorCode(),
            s("corrupt"));
        QCOMPARE(home.run({s("status"), s("--file"), file}).exitCode, 0);
    }

    void watch_fromAFileEditedByHand_isRefused() {
        Home home;
        QVERIFY(home.make({}));
        const QString file = home.home.path(s("watch.json"));
        QCOMPARE(home.run({s("watch"), s("export"), s("--output"), file}).exitCode, 0);
        QFile edited(file);
        QVERIFY(edited.open(QIODevice::ReadOnly));
        QByteArray bytes = edited.readAll();
        edited.close();
        bytes.replace("shop server", "show server");
        QVERIFY(edited.open(QIODevice::WriteOnly | QIODevice::Truncate));
        edited.write(bytes);
        edited.close();
        const auto result = home.run({s("watch"), s("--once"), s("--file"), file});
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), s("corrupt"));
    }

    void channel_madeTestedShownAndRemoved() {
        SALVOR_NEED(NotifyServer::canRun(), "python3-aiosmtpd is not installed");
        Home home;
        QVERIFY(home.make({1}));
        const NotifyServer server(*m_certificates, s("smtpserver.py"));
        QVERIFY2(server.port() != 0, qPrintable(server.why()));
        const QStringList set{s("channel"),
                              s("set"),
                              s("ops"),
                              s("--kind"),
                              s("mail"),
                              s("--host"),
                              s("localhost"),
                              s("--port"),
                              QString::number(server.port()),
                              s("--from"),
                              s("salvor@example.org"),
                              s("--to"),
                              s("ops@example.org"),
                              s("--user"),
                              s("salvor"),
                              s("--tls-ca"),
                              QString::fromStdString(m_certificates->ca()),
                              s("--secrets"),
                              s("file"),
                              s("--secret-fd"),
                              s("3")};
        QStringList tried = set;
        tried << s("--dry-run");
        QCOMPARE(home.run(tried, {{3, NotifyServer::secret()}}).exitCode, 0);
        QCOMPARE(home.run({s("channel"), s("show"), s("ops")}).errorCode(), s("not_found"));
        const auto made = home.run(set, {{3, NotifyServer::secret()}});
        QVERIFY2(made.exitCode == 0, made.out.constData());
        QVERIFY(!made.out.contains(NotifyServer::secret()));
        const auto tested = home.run({s("channel"), s("test"), s("ops")});
        QVERIFY2(tested.exitCode == 0, tested.out.constData());
        QCOMPARE(tested.data().toObject().value(s("reply")).toString(), s("250 2.0.0 kept as number 1"));
        QCOMPARE(server.taken().size(), std::size_t(1));
        const auto shown = home.home.run({s("channel"), s("show"), s("ops")});
        QVERIFY2(shown.out.contains("ops@example.org") && !shown.out.contains(NotifyServer::secret()),
                 shown.out.constData());
        QVERIFY(home.home.run({s("channel"), s("list")}).out.contains("mail"));
        // A policy names it: it stays until that is changed.
        QVERIFY(home.good({s("policy"), s("set"), s("shop server"), s("--mail"), s("ops"), s("--notify-on"),
                           s("ok"), s("--notify-on"), s("failed")}));
        QCOMPARE(home.run({s("channel"), s("remove"), s("ops")}).errorCode(), s("conflict"));
        const auto exported = home.run({s("watch"), s("export"), s("--output"), home.home.path(s("w.json"))});
        const QJsonObject credential =
            exported.data().toObject().value(s("credentials")).toArray().first().toObject();
        QCOMPARE(credential.value(s("kept_in")).toString(), s("file"));
        QCOMPARE(credential.value(s("credential")).toString(),
                 s("salvor-watch-") + credential.value(s("secret")).toString());
        const auto job = home.run({s("policy"), s("export"), s("shop server"), s("--job"), s("--output"),
                                   home.home.path(s("j.json"))});
        QVERIFY(job.data().toObject().value(s("secrets")).toArray().contains(credential.value(s("secret"))));
        QVERIFY(home.good({s("policy"), s("set"), s("shop server"), s("--unset"), s("notifications")}));
        QVERIFY(home.good({s("channel"), s("remove"), s("ops")}));
    }

    void channelTest_thatIsRefused_isAFailureInTheServersWords() {
        SALVOR_NEED(NotifyServer::canRun(), "python3-aiosmtpd is not installed");
        Home home;
        QVERIFY(home.make({}));
        const NotifyServer server(*m_certificates, s("hookserver.py"));
        QVERIFY2(server.port() != 0, qPrintable(server.why()));
        const QString url = s("https://localhost:%1/hook").arg(server.port());
        QVERIFY(home.good({s("channel"), s("set"), s("chat"), s("--kind"), s("webhook"), s("--url"), url,
                           s("--tls-ca"), QString::fromStdString(m_certificates->ca()), s("--secrets"),
                           s("file"), s("--secret-fd"), s("3")},
                          {{3, "another key"}}));
        const auto refused = home.run({s("channel"), s("test"), s("chat")});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.out.contains("401 the signature is not good"), refused.out.constData());
        QVERIFY(home.good({s("channel"), s("set"), s("chat"), s("--secret-fd"), s("3")},
                          {{3, NotifyServer::secret()}}));
        QCOMPARE(home.run({s("channel"), s("test"), s("chat")}).exitCode, 0);
        QCOMPARE(server.taken().size(), std::size_t(1));
    }

    void channel_withBadInput_isRefusedWithWords() {
        Home home;
        QVERIFY(home.make({}));
        const auto plain = home.run({s("channel"), s("set"), s("chat"), s("--kind"), s("webhook"), s("--url"),
                                     s("http://chat.example.org")});
        QCOMPARE(plain.exitCode, 2);
        QVERIFY2(plain.errorText().contains(s("no https URL")), plain.out.constData());
        QCOMPARE(home.run({s("channel"), s("set"), s("chat")}).exitCode, 2); // of which kind?
        QCOMPARE(home.run({s("channel"), s("set"), s("chat"), s("--kind"), s("pager")}).exitCode, 2);
        QCOMPARE(home.run({s("channel"), s("test"), s("chat")}).errorCode(), s("not_found"));
    }

    void check_ofOnePolicy_leavesOtherServersDatabasesOut() {
        Home home;
        QVERIFY(home.make({1}));
        QVERIFY(home.objective("2d"));
        // On another server, whose policy is gone, nothing backs its database up.
        QVERIFY(home.good({s("profile"), s("add"), s("postgresql://backup@127.0.0.1:2/postgres"),
                           s("--title"), s("other server"), s("--no-password")}));
        QVERIFY(home.good({s("policy"), s("set"), s("lone"), s("--profile"), s("other server"),
                           s("--include"), s("nothing")}));
        QVERIFY(home.good({s("policy"), s("set"), s("shop server"), s("--include"), s("crm")}));
        const auto own = home.home.run({s("check"), s("--nagios"), s("--policy"), s("shop server")});
        QVERIFY2(own.out.contains("\"shop\" on \"shop server\" is selected by no policy"),
                 own.out.constData());
        const auto other = home.home.run({s("check"), s("--nagios"), s("--policy"), s("lone")});
        QVERIFY2(!other.out.contains("shop"), other.out.constData());
    }

    void policySet_rulesThatTakeProtectionAway_saysOfWhat() {
        Home home;
        QVERIFY(home.make({1}));
        const auto tried =
            home.run({s("policy"), s("set"), s("shop server"), s("--include"), s("crm"), s("--dry-run")});
        QCOMPARE(tried.exitCode, 0);
        QCOMPARE(tried.data().toObject().value(s("databases_lost")).toArray(), QJsonArray{s("shop")});
        QVERIFY2(tried.err.contains("no policy would back these up any longer: shop"), tried.err.constData());
        const auto replaced =
            home.home.run({s("policy"), s("set"), s("shop server"), s("--include"), s("crm")});
        QCOMPARE(replaced.exitCode, 0);
        QVERIFY2(replaced.out.contains("what.databases: +* → +crm"), replaced.out.constData());
        QVERIFY2(replaced.err.contains("no policy backs these up any longer: shop"),
                 replaced.err.constData());
        QVERIFY2(replaced.err.contains("--add-include"), replaced.err.constData());
        const auto added = home.home.run({s("policy"), s("set"), s("shop server"), s("--add-include"),
                                          s("s*"), s("--add-exclude"), s("st*")});
        QCOMPARE(added.exitCode, 0);
        QVERIFY2(added.out.contains("what.databases: +crm → +crm +s* -st*"), added.out.constData());
        QVERIFY2(added.out.contains("Backed up from now on: shop"), added.out.constData());
        QVERIFY2(!added.err.contains("any longer"), added.err.constData());
    }

    void status_showsEachDatabase() {
        Home home;
        QVERIFY(home.make({1, 2}));
        QVERIFY(home.objective("2d"));
        const auto words = home.home.run({s("status")});
        QCOMPARE(words.exitCode, 0);
        QVERIFY2(words.out.contains("shop server") && words.out.contains("1 d 1 h"), words.out.constData());
        QVERIFY2(words.err.contains("repository rehearse"), words.err.constData());
        const auto result = home.run({s("status")});
        const QJsonObject data = result.data().toObject();
        const QJsonObject policy = data.value(s("policies")).toArray().first().toObject();
        QCOMPARE(policy.value(s("state")).toString(), s("ok"));
        QCOMPARE(policy.value(s("sources")).toArray().size(), 1);
        // A schedule without a timer promises no time.
        const auto at = home.home.run(
            {s("policy"), s("set"), policy.value(s("title")).toString(), s("--when"), s("02:00")});
        QCOMPARE(at.exitCode, 0);
        const auto untimed = home.home.run({s("status")});
        QVERIFY2(untimed.out.contains("no timer"), untimed.out.constData());
        const QJsonObject scheduled =
            home.run({s("status")}).data().toObject().value(s("policies")).toArray().first().toObject();
        QVERIFY(!scheduled.value(s("next_run")).toString().isEmpty());
        QCOMPARE(scheduled.value(s("timer")), QJsonValue(false));
        const QJsonObject rehearsal = data.value(s("rehearsals")).toArray().first().toObject();
        QCOMPARE(rehearsal.value(s("rehearsed")).toBool(true), false);
        QCOMPARE(rehearsal.value(s("rehearsal")).toString(), s("never"));
        QVERIFY(rehearsal.value(s("due_at")).isNull());
        QVERIFY(data.value(s("undelivered")).toArray().isEmpty());
        QCOMPARE(home.run({s("status"), s("--policy"), s("none")}).errorCode(), s("not_found"));
    }

    void check_answersNagiosWithItsOwnExitCodes() {
        Home home;
        QVERIFY(home.make({1}));
        QVERIFY(home.objective("2d"));
        const auto good = home.home.run({s("check"), s("--nagios")});
        QCOMPARE(good.exitCode, 0);
        static const QRegularExpression kLine(
            s("^SALVOR OK - 1 policy, 0 paused, 0 critical, 0 warnings \\|( '[^']*'=[0-9.]+(s|B);;;0)+\n$"));
        QVERIFY2(kLine.match(QString::fromUtf8(good.out)).hasMatch(), good.out.constData());
        QVERIFY(home.good({s("policy"), s("pause"), s("shop server")}));
        QCOMPARE(home.home.run({s("check"), s("--nagios")}).exitCode, 1);
        QVERIFY(home.good({s("policy"), s("resume"), s("shop server")}));
        QVERIFY(home.objective("1h"));
        const auto late = home.home.run({s("check"), s("--nagios")});
        QCOMPARE(late.exitCode, 2);
        QVERIFY2(late.out.startsWith("SALVOR CRITICAL - ") && late.out.contains("overdue"),
                 late.out.constData());
        QCOMPARE(home.home.run({s("check")}).exitCode, 3); // without it, our own: something to say
        for (const QStringList& wrong :
             {QStringList{s("check"), s("--nagios"), s("--policy"), s("none")},
              QStringList{s("check"), s("--nagios"), s("--file"), s("/nowhere.json")},
              QStringList{s("check"), s("--nagios"), s("--bogus")}}) {
            const auto unknown = home.home.run(wrong);
            QCOMPARE(unknown.exitCode, 3);
            QVERIFY2(unknown.out.startsWith("SALVOR UNKNOWN - "), unknown.out.constData());
        }
    }

    void alertRules_areAcceptedByPromtool() {
        SALVOR_NEED_PROGRAM("promtool");
        QProcess promtool;
        promtool.start(s("promtool"),
                       {s("check"), s("rules"), s(SALVOR_SOURCE "/packaging/salvor-alerts.yml")});
        QVERIFY(promtool.waitForFinished(60000));
        const QByteArray said = promtool.readAllStandardOutput() + promtool.readAllStandardError();
        QVERIFY2(promtool.exitCode() == 0 && said.contains("SUCCESS"), said.constData());
    }

    void metrics_areAcceptedByPromtoolAndNamedInTheRules() {
        SALVOR_NEED_PROGRAM("promtool");
        Home home;
        QVERIFY(home.make({1, 2}));
        const QString path = home.home.path(s("salvor.prom"));
        QVERIFY(home.run({s("watch"), s("--once"), s("--textfile"), path}).exitCode == 0);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray metrics = file.readAll();
        QProcess promtool;
        promtool.start(s("promtool"), {s("check"), s("metrics")});
        QVERIFY(promtool.waitForStarted(60000));
        promtool.write(metrics);
        promtool.closeWriteChannel();
        QVERIFY(promtool.waitForFinished(60000));
        const QByteArray said = promtool.readAllStandardOutput() + promtool.readAllStandardError();
        QVERIFY2(promtool.exitCode() == 0, said.constData());
        // Every name that a rule uses is one that we write.
        QFile rules(s(SALVOR_SOURCE "/packaging/salvor-alerts.yml"));
        QVERIFY(rules.open(QIODevice::ReadOnly));
        static const QRegularExpression kName(s("\\bsalvor_[a-z_]+"));
        auto names = kName.globalMatch(QString::fromUtf8(rules.readAll()));
        int found = 0;
        while (names.hasNext()) {
            const QByteArray name = names.next().captured().toUtf8();
            QVERIFY2(metrics.contains("# TYPE " + name + " "), name.constData());
            ++found;
        }
        QVERIFY(found > 4);
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlWatch)
#include "test_salvorctl_watch.moc"

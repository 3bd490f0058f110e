// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The core's watch and notifications, with records written by hand, a clock of the test's, and real servers
// for mail, webhooks and heartbeats.
#include "models/base/json.h"
#include "models/dataasof.h"
#include "models/jsonfields.h"
#include "models/watch/nagios.h"
#include "models/workspace/workspacedatabase.h"
#include "support/check.h"
#include "support/need.h"
#include "support/notifyservers.h"
#include "workers/standings.h"
#include "workers/timersroad.h"
#include "workers/watchedworld.h"

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QTemporaryDir>

#include <algorithm>
#include <map>

#include <sys/stat.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

std::string textOf(const std::string& path) {
    QFile file(toQt(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

class Heard final : public RepositoryWarnings {
public:
    void warned(const RepositoryWarning& warning) override { told.push_back(warning); }
    std::vector<RepositoryWarning> told;
};

void write(const std::string& path, const std::string& text) {
    QFile file(toQt(path));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(QByteArray::fromStdString(text)), static_cast<qint64>(text.size()));
}

QStringList codes(const WatchReport& report) {
    QStringList out;
    for (const auto& finding : report.findings())
        out << toQt(finding.code);
    return out;
}

} // namespace

class TestCoreWatch : public QObject {
    Q_OBJECT

    std::unique_ptr<NotifyCertificates> m_certificates;
    bool m_servers = false;

    Channel channel(const std::string& title, const std::string& kind, std::uint16_t port) {
        Channel made;
        made.title = title;
        made.kind = kind;
        made.secretKind = "file";
        made.caFile = m_certificates->ca();
        if (kind == "mail") {
            made.host = "localhost";
            made.port = port;
            made.tls = "starttls";
            made.from = "salvor@example.org";
            made.to = {"ops@example.org"};
            made.user = "salvor";
        } else {
            made.url = "https://localhost:" + std::to_string(port) +
                       (kind == "webhook" ? "/hook" : "/beat/{secret}");
            if (kind == "heartbeat")
                made.failUrl = made.url + "/fail";
        }
        return made;
    }
    static Secret secret() { return Secret(std::string_view(NotifyServer::secret().toStdString())); }

    Result<Channel> add(World& world, const std::string& title, const std::string& kind, std::uint16_t port) {
        return world.core->saveChannel(channel(title, kind, port), secret());
    }
    std::unique_ptr<NotifyServer> smtp(const QStringList& arguments = {}) {
        return std::make_unique<NotifyServer>(*m_certificates, QStringLiteral("smtpserver.py"), arguments);
    }
    std::unique_ptr<NotifyServer> https() {
        return std::make_unique<NotifyServer>(*m_certificates, QStringLiteral("hookserver.py"));
    }

private slots:
    void initTestCase() {
        qputenv("no_proxy", "*");
        m_servers = NotifyServer::canRun();
        m_certificates = std::make_unique<NotifyCertificates>();
        QVERIFY2(m_certificates->made(), "openssl could not make certificates");
    }

    void channel_saved_keepsItsSecretOutOfTheWorkspace() {
        World world;
        CHECK_OK(world.init());
        const auto made = add(world, "chat", "webhook", 1);
        CHECK_OK(made);
        QCOMPARE(made->revision, std::int64_t(1));
        const std::string secretText = NotifyServer::secret().toStdString();
        QCOMPARE(textOf(world.config.places.secrets + "/" + made->secretName()), secretText);
        for (const char* part : {"", "-wal"})
            QVERIFY(textOf(world.config.places.workspaceFile + part).find(secretText) == std::string::npos);
        const auto bytes = world.core->watchFile({"file", {}});
        CHECK_OK(bytes);
        QVERIFY(bytes->find(secretText) == std::string::npos);

        // That it was set is written down, never what it is.
        AuditFilter secrets;
        secrets.action = "channel.secret";
        const auto trail = world.core->auditTrail(secrets);
        CHECK_OK(trail);
        QCOMPARE(trail->size(), std::size_t(1));
        QCOMPARE(trail->front().subject, made->uuid);
        QCOMPARE(trail->front().after.value(QLatin1String("kept_in")).toString(), QStringLiteral("file"));

        Channel changed = *made;
        changed.url = "https://chat.example.org/2";
        CHECK_OK(world.core->saveChannel(changed, std::nullopt));
        CHECK_FAILS(world.core->saveChannel(changed, std::nullopt), ErrorCode::Conflict); // stale
        CHECK_OK(world.core->removeChannel("chat", {}));
        QVERIFY(!QFile::exists(toQt(world.config.places.secrets + "/" + made->secretName())));
        CHECK_FAILS(world.core->channel("chat"), ErrorCode::NotFound);
    }

    void channel_withoutItsSecret_isRefused() {
        World world;
        CHECK_OK(world.init());
        const Channel made = channel("chat", "webhook", 1);
        CHECK_FAILS(world.core->saveChannel(made, std::nullopt), ErrorCode::InvalidInput);
        Channel noPlace = made;
        noPlace.secretKind.clear();
        CHECK_FAILS(world.core->saveChannel(noPlace, secret()), ErrorCode::InvalidInput);
    }

    void channel_thatAPolicyNames_isNotRemovedNorRenamed() {
        World world;
        CHECK_OK(world.init());
        auto made = add(world, "chat", "webhook", 1);
        CHECK_OK(made);
        world.policy.webhooks = {"chat"};
        CHECK_OK(world.save(world.policy));
        CHECK_FAILS(world.core->removeChannel("chat", {}), ErrorCode::Conflict);
        made->title = "talk";
        CHECK_FAILS(world.core->saveChannel(*made, std::nullopt), ErrorCode::Conflict);
        const auto trail = world.core->auditTrail({});
        CHECK_OK(trail);
        QVERIFY(std::any_of(trail->begin(), trail->end(),
                            [](const AuditRecord& one) { return one.action == "channel.add"; }));
    }

    void watchFile_readByATimer_looksAtTheSameRecords() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(world.addNight(world.clock.now() - 30h));
        const auto timer = world.exported({"file", world.path("salvor.prom")});
        CHECK_OK(timer);
        const auto outcome = (*timer)->watch({}, {});
        CHECK_OK(outcome);
        QCOMPARE(codes(outcome->report), QStringList{QStringLiteral("overdue")});
        QCOMPARE(outcome->report.policies.front().profileTitle, std::string("shop server"));
        QVERIFY(!outcome->quiet());
        QCOMPARE(outcome->textfile, world.path("salvor.prom"));
        QVERIFY(textOf(world.path("salvor.prom"))
                    .find("salvor_backup_last_success_timestamp_seconds{user=\"alice\",policy=") !=
                std::string::npos);
        CHECK_OK(world.core->pausePolicy(world.policy.uuid, true));
        const auto paused = (*timer)->watch({}, {});
        CHECK_OK(paused);
        QCOMPARE(codes(paused->report), QStringList{QStringLiteral("paused")});
        QVERIFY(paused->quiet());
        CHECK_FAILS((*timer)->policies(), ErrorCode::Internal); // there is no workspace for it
    }

    /// A swap is known to the workspace's audit; a timer's watch has no workspace, and says the same.
    void swap_isJudgedAlikeByStatusAndATimersWatch() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(world.addNight(world.clock.now() - 2h));
        {
            const auto workspace =
                WorkspaceDatabase::open(world.config.places.workspaceFile, world.clock, "test");
            CHECK_OK(workspace);
            CHECK_OK((*workspace)
                         ->recordAudit("restored.swap", world.policy.profileUuid,
                                       {{QStringLiteral("restored"), QStringLiteral("shop_new")},
                                        {QStringLiteral("replaced"), QStringLiteral("shop")}},
                                       {{QStringLiteral("restored"), QStringLiteral("shop")},
                                        {QStringLiteral("replaced"), QStringLiteral("shop_old")}}));
        }
        world.clock.pass(10min);
        const auto timer = world.exported({"file", {}});
        CHECK_OK(timer);
        const auto own = world.core->watchReport();
        const auto seen = (*timer)->watchReport();
        CHECK_OK(own);
        CHECK_OK(seen);
        QVERIFY(!codes(*own).contains(QStringLiteral("none_left")));
        QVERIFY(codes(*own).contains(QStringLiteral("never"))); // the database that is called so now
        QCOMPARE(codes(*seen), codes(*own));
        QCOMPARE(seen->policies.front().sources.size(), own->policies.front().sources.size());
        for (std::size_t i = 0; i < own->policies.front().sources.size(); ++i) {
            const auto& a = own->policies.front().sources[i];
            const auto& b = seen->policies.front().sources[i];
            QVERIFY(a.database == b.database && a.state == b.state && a.lastGoodId == b.lastGoodId);
        }
        // As the Overview has it.
        const auto sources = world.core->overview();
        CHECK_OK(sources);
        const auto shop = std::ranges::find(*sources, std::string("shop"), &SourceStatus::database);
        QVERIFY(shop != sources->end() && !shop->lastGood);
    }

    void watchFile_thatOthersMayWrite_isNotRead() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(world.exported({"file", {}}));
        ::chmod(world.path("watch.json").c_str(), 0666);
        CHECK_FAILS(Core::forWatchFile(world.path("watch.json"), {}, world.config),
                    ErrorCode::PermissionDenied);
        ::chmod(world.path("watch.json").c_str(), 0600);
        CHECK_FAILS(Core::forWatchFile(world.path("watch.json"), std::string(64, 'a'), world.config),
                    ErrorCode::Corrupt);
        CHECK_FAILS(Core::forWatchFile(world.path("none.json"), {}, world.config), ErrorCode::NotFound);
    }

    void textfile_thatCannotBeReplaced_staysAndIsAProblem() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(world.addNight(world.clock.now() - 1h));
        QVERIFY(QDir().mkpath(toQt(world.path("taken.prom/x")))); // a folder stands there
        const auto outcome = world.core->watch({world.path("taken.prom"), true}, {});
        CHECK_OK(outcome);
        QCOMPARE(outcome->textfile, std::string());
        QCOMPARE(outcome->problems.size(), std::size_t(1));
        QVERIFY(!outcome->quiet());
        QCOMPARE(QDir(toQt(world.path(""))).entryList({QStringLiteral("taken.prom.*")}).size(), 0);
    }

    void catalog_damaged_isToldWithWhatIsLostUntilTheFileIsDeleted() {
        World world;
        CHECK_OK(world.init());
        Heard heard;
        world.config.warnings = &heard;
        world.core = std::make_unique<Core>(world.config);
        CHECK_OK(world.addNight(world.clock.now() - 2h));
        CHECK_OK(world.addRun(world.clock.now() - 1h, RunOutcome::Failed));
        // What a job could not send to its store stands in the spool.
        RunRecord spooled = world.core->runs(10)->front();
        QVERIFY(spooled.outcome == RunOutcome::Failed);
        spooled.id = makeRecordId(world.clock.now() - 30min);
        spooled.started = world.clock.now() - 30min;
        const std::string repository =
            world.config.places.repositoryState(world.core->repositories()->front().id);
        QVERIFY(QDir().mkpath(toQt(repository + "/spool")));
        write(repository + "/spool/" + spooled.id + ".json", *toCanonicalJson(toJson(spooled)));

        const std::string& catalog = world.config.places.catalogFile;
        for (const char* part : {"-wal", "-shm"})
            QFile::remove(toQt(catalog + part));
        write(catalog, "this is no database, and long enough to be taken for one that is damaged");
        const auto codesNow = [&] { return codes(world.watch().value().report); };
        QVERIFY(codesNow().contains(QStringLiteral("catalog_lost")));
        QCOMPARE(heard.told.size(), std::size_t(1)); // and not with every look at the records
        QVERIFY(heard.told.front().error.code == ErrorCode::Corrupt);
        QVERIFY(heard.told.front().title.empty());
        const std::string& text = heard.told.front().error.message;
        QVERIFY2(text.find("\"vault\" knows was read again: 0 backups, 1 run;") != std::string::npos,
                 text.c_str());
        QVERIFY2(text.find("not recovered are the runs that had reached no store") != std::string::npos,
                 text.c_str());
        QCOMPARE(world.core->runs(10)->size(), std::size_t(1));
        QCOMPARE(world.core->runs(10)->front().id, spooled.id);
        const QDir folder(QFileInfo(toQt(catalog)).path());
        const auto aside = folder.entryList({QStringLiteral("catalog.sqlite.damaged-*Z")});
        QCOMPARE(aside.size(), 1);
        QVERIFY(codesNow().contains(QStringLiteral("catalog_lost")));
        QVERIFY(QFile::remove(folder.filePath(aside.front())));
        QVERIFY(!codesNow().contains(QStringLiteral("catalog_lost")));
    }

    void catalog_damagedUnderATimersWatch_isReadAgainByTheNextCommand() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(world.addNight(world.clock.now() - 2h));
        const auto watching = world.exported({});
        CHECK_OK(watching);
        for (const char* part : {"-wal", "-shm"})
            QFile::remove(toQt(world.config.places.catalogFile + part));
        write(world.config.places.catalogFile, "this is no database, and long enough to be taken for one");
        const auto lost = [&](Core& core) -> std::string {
            const WatchReport report = core.watchReport().value();
            for (const auto& finding : report.general) {
                if (finding.code == "catalog_lost")
                    return finding.message;
            }
            return {};
        };
        // It opens no store: "never" is all that it can say of the databases.
        QVERIFY(lost(**watching).find("no store was read again yet") != std::string::npos);
        QVERIFY(lost(**watching).find("the next salvorctl command") != std::string::npos);
        CHECK_OK(world.core->backups({}));
        QVERIFY(lost(**watching).find("what \"vault\" knows was read again") != std::string::npos);
        QVERIFY(lost(*world.core).find("the next salvorctl command") == std::string::npos);
    }

    void catalog_gone_isReadAgainAndSaidUntilItsStoresAnswer() {
        World world;
        CHECK_OK(world.init());
        Heard heard;
        world.config.warnings = &heard;
        world.core = std::make_unique<Core>(world.config);
        CHECK_OK(world.addNight(world.clock.now() - 2h));
        const auto watching = world.exported({});
        CHECK_OK(watching);
        CHECK_OK(world.watch());
        QCOMPARE(heard.told.size(), std::size_t(0));
        const auto lose = [&] {
            for (const char* part : {"", "-wal", "-shm"})
                QFile::remove(toQt(world.config.places.catalogFile + part));
        };
        // A timer's watch opens no store: it says that it does not know, and not only "never".
        lose();
        QVERIFY(codes((*watching)->watchReport().value()).contains(QStringLiteral("catalog_lost")));
        // With the store away the loss stays; when it answers all is known that a store knows.
        QVERIFY(QDir().rename(toQt(world.path("store")), toQt(world.path("away"))));
        QVERIFY(codes(world.watch().value().report).contains(QStringLiteral("catalog_lost")));
        QVERIFY(!heard.told.empty());
        QVERIFY(heard.told.back().error.message.find("was gone and was made anew") != std::string::npos);
        QVERIFY(QDir().rename(toQt(world.path("away")), toQt(world.path("store"))));
        CHECK_OK(world.core->runs(10));
        QVERIFY(!codes(world.watch().value().report).contains(QStringLiteral("catalog_lost")));
    }

    void workspace_gone_isNotTakenForANewComputer() {
        World world;
        Heard heard;
        world.config.warnings = &heard;
        world.core = std::make_unique<Core>(world.config);
        CHECK_OK(world.init());
        CHECK_OK(world.addNight(world.clock.now() - 2h));
        QVERIFY(!codes(world.watch().value().report).contains(QStringLiteral("workspace_lost")));
        QCOMPARE(heard.told.size(), std::size_t(0));
        for (const char* part : {"", "-wal", "-shm"})
            QFile::remove(toQt(world.config.places.workspaceFile + part));
        CHECK_OK(world.core->policies());
        QCOMPARE(heard.told.size(), std::size_t(1));
        QVERIFY(heard.told.front().error.message.find("was here and is gone") != std::string::npos);
        // And it stays said, also where there is no policy to watch any more.
        world.clock.pass(26h);
        const auto report = world.core->watchReport();
        CHECK_OK(report);
        QVERIFY(codes(*report).contains(QStringLiteral("workspace_lost")));
        QVERIFY(nagiosAnswer(*report).text.find("was here and is gone") != std::string::npos);
        QCOMPARE(heard.told.size(), std::size_t(1));
        QVERIFY(QFile::remove(toQt(world.config.places.state + "/workspace.lost")));
        QVERIFY(!codes(*world.core->watchReport()).contains(QStringLiteral("workspace_lost")));
    }

    /// As the Overview shows it: of a lost workspace's servers nobody said that they are not wanted any more.
    void server_removedOnPurpose_standsForItself() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(world.addNight(world.clock.now() - 2h));
        CHECK_OK(world.addRun(world.clock.now() - 1h, RunOutcome::Failed, {"never"}));
        const std::string kept = world.policy.profileUuid;
        const auto states = [&] {
            std::map<std::string, Protection> found;
            const auto all = sourceStandings(*world.core, findTimersRoad("/usr/bin/salvorctl"), {});
            for (const auto& one : *all)
                found[one.profileUuid + " " + one.database] = one.protection;
            return found;
        };
        QCOMPARE(states().size(), std::size_t(2));
        QVERIFY(!isPast(states().at(kept + " shop")));
        world.policy.profileUuid = "1a2b3c4d-1111-4111-8111-123456789abc"; // never here
        CHECK_OK(world.addNight(world.clock.now() - 3h));
        const auto profile = world.core->profile(kept);
        CHECK_OK(profile);
        CHECK_OK(world.core->removeProfile(kept, profile->revision));
        const auto after = states();
        QCOMPARE(after.size(), std::size_t(2)); // of "never" nothing is left
        QVERIFY(after.at(kept + " shop") == Protection::Removed);
        QVERIFY(after.at(world.policy.profileUuid + " shop") == Protection::Unprotected);
    }

    /// Of a standby that had received nothing for two days; after it more runs failed than the strip shows.
    void ageOfABackupsData_isToldByItsOwnRunHoweverLongAgo() {
        World world;
        CHECK_OK(world.init());
        const Instant now = world.clock.now();
        CHECK_OK(world.addNight(now - 4h));
        const auto catalog = CatalogDatabase::open(world.config.places.catalogFile);
        CHECK_OK(catalog);
        BackupRecord backup = (*catalog)->backups()->rows->front();
        RunRecord run = (*catalog)->runs()->rows->front();
        backup.runId = run.id;
        run.details.insert(QStringLiteral("data_as_of"),
                           QJsonObject{{toQt(backup.id), toQt(toRfc3339(now - 48h))}});
        CHECK_OK((*catalog)->saveBackup(backup));
        CHECK_OK((*catalog)->saveRun(run));
        for (int i = 0; i < 31; ++i)
            CHECK_OK(world.addRun(now - 3h + i * 5min, RunOutcome::Failed));
        const auto all = sourceStandings(*world.core, findTimersRoad("/usr/bin/salvorctl"), {});
        CHECK_OK(all);
        QCOMPARE(all->size(), std::size_t(1));
        const SourceStanding& shop = all->front();
        QVERIFY(std::ranges::find(shop.recentRuns, run.id, &RunRecord::id) == shop.recentRuns.end());
        QVERIFY(recoveryPointOf(shop) == now - 48h);
        QVERIFY(shop.overdueBy == 23h); // an objective of 25
    }

    /// Told to end in the middle of it: the clock is asked once the policies are read.
    void look_cancelledInTheMiddle_tellsNothing() {
        struct StoppingClock final : Clock {
            Instant now() const override {
                if (armed)
                    stop.request_stop();
                return clock.now();
            }
            TestClock clock;
            std::atomic<bool> armed = false;
            mutable std::stop_source stop;
        };
        World world;
        CHECK_OK(world.init());
        CHECK_OK(world.addNight(world.clock.now() - 50h));
        StoppingClock clock;
        CoreConfig config = world.config;
        config.clock = &clock;
        Core core(config);
        WatchJob look;
        look.notify = false;
        CHECK_OK(core.watch(look, clock.stop.get_token()));
        clock.armed = true;
        CHECK_FAILS(core.watch(look, clock.stop.get_token()), ErrorCode::Cancelled);
    }

    void channel_removedWithWaitingNotifications_endsThem() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(add(world, "ops", "mail", 1)); // nobody listens there
        world.policy.mail = {"ops"};
        CHECK_OK(world.save(world.policy));
        const auto older = world.exported({"file", {}}); // a timer that knows the channel still
        CHECK_OK(older);
        CHECK_OK(world.addNight(world.clock.now() - 30h));
        CHECK_OK(world.watch());
        QCOMPARE(world.core->undelivered()->size(), std::size_t(1));
        world.policy.mail.clear();
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.core->removeChannel("ops", {}));
        QCOMPARE(world.core->undelivered()->size(), std::size_t(0));
        AuditFilter ended;
        ended.action = "channel.notifications_ended";
        const auto trail = world.core->auditTrail(ended);
        CHECK_OK(trail);
        QCOMPARE(trail->size(), std::size_t(1));
        QCOMPARE(trail->front().after.value(QStringLiteral("reason")).toString(),
                 QStringLiteral("channel removed"));
        QCOMPARE(trail->front().after.value(QStringLiteral("notifications")).toArray().size(), 1);
        // What such a timer still puts there is ended by the next look that knows the channels.
        world.clock.pass(26h);
        CHECK_OK((*older)->watch({}, {}));
        QCOMPARE(world.core->undelivered()->size(), std::size_t(1));
        CHECK_OK(world.watch());
        QCOMPARE(world.core->undelivered()->size(), std::size_t(0));
    }

    void findings_unchanged_areToldOnceADayAndWhenTheyAreOver() {
        SALVOR_NEED(m_servers, "python3-aiosmtpd is not installed");
        World world;
        CHECK_OK(world.init());
        const auto server = smtp();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        CHECK_OK(add(world, "ops", "mail", server->port()));
        world.policy.mail = {"ops"};
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.addNight(world.clock.now() - 30h));
        for (int look = 0; look < 5; ++look) {
            const auto outcome = world.watch();
            CHECK_OK(outcome);
            QCOMPARE(outcome->deliveries.size(), std::size_t(look == 0 ? 1 : 0));
            world.clock.pass(10min);
        }
        QCOMPARE(server->taken().size(), std::size_t(1));
        QVERIFY2(server->taken().front().contains("overdue"), server->taken().front().constData());
        world.clock.pass(24h);
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(2));
        CHECK_OK(world.addNight(world.clock.now() - 1h));
        const auto over = world.watch();
        CHECK_OK(over);
        QVERIFY(over->quiet());
        QCOMPARE(server->taken().size(), std::size_t(3));
        QVERIFY2(server->taken().back().contains("Subject: Salvor: all is well again"),
                 server->taken().back().constData());
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(3));
        // A clock that steps back by a year: what was told then counts for nothing, and the records are from
        // the future, which is news.
        world.clock.pass(-365 * 24h);
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(4));
        QVERIFY(server->taken().back().contains("records dated up to"));
    }

    void finding_thatGetsWorse_isToldAtOnce() {
        SALVOR_NEED(m_servers, "python3-aiosmtpd is not installed");
        World world;
        CHECK_OK(world.init());
        const auto server = smtp();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        CHECK_OK(add(world, "ops", "mail", server->port()));
        world.policy.mail = {"ops"};
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.addNight(world.clock.now() - 2h));
        const auto space = [&](int freeBytes) {
            RunRecord run;
            run.id = makeRecordId(world.clock.now());
            run.kind = "prune";
            run.repositoryId = world.policy.repositoryId;
            run.started = world.clock.now();
            run.ended = run.started;
            run.outcome = RunOutcome::Ok;
            run.details = {{QStringLiteral("store_free_bytes"), freeBytes},
                           {QStringLiteral("store_total_bytes"), 1000}};
            return CatalogDatabase::open(world.config.places.catalogFile).value()->saveRun(run);
        };
        CHECK_OK(space(90));
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(1));
        world.clock.pass(10min);
        CHECK_OK(space(80)); // no worse: not said again
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(1));
        world.clock.pass(10min);
        CHECK_OK(space(10));
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(2));
        QVERIFY2(server->taken().back().contains("CRITICAL"), server->taken().back().constData());
    }

    void notification_thatIsRefused_isKeptShownAndSentLater() {
        SALVOR_NEED(m_servers, "python3-aiosmtpd is not installed");
        World world;
        CHECK_OK(world.init());
        auto channelNow = [&] {
            const auto refusing = smtp({QStringLiteral("--refuse"), QStringLiteral("rcpt")});
            auto made = add(world, "ops", "mail", refusing->port());
            if (!made)
                return made;
            world.policy.mail = {"ops"};
            if (const auto saved = world.save(world.policy); !saved)
                return Result<Channel>(failure(saved.error()));
            if (const auto added = world.addNight(world.clock.now() - 30h); !added)
                return Result<Channel>(failure(added.error()));
            const auto outcome = world.watch();
            if (!outcome || outcome->deliveries.size() != 1 || outcome->deliveries.front().accepted ||
                outcome->undelivered.size() != 1 || outcome->undelivered.front().tries != 1)
                return Result<Channel>(failure(ErrorCode::Internal, "it was not kept"));
            return made;
        }();
        CHECK_OK(channelNow);
        const auto shown = world.core->undelivered();
        CHECK_OK(shown);
        QVERIFY2(shown->front().error.message.find("550 5.1.1 no such user here") != std::string::npos,
                 shown->front().error.message.c_str());
        const auto report = world.core->watchReport();
        CHECK_OK(report);
        QVERIFY(codes(*report).contains(QStringLiteral("undelivered")));
        // The server is another one now, and well.
        const auto server = smtp();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        channelNow->port = server->port();
        CHECK_OK(world.core->saveChannel(*channelNow, std::nullopt));
        world.clock.pass(10min);
        const auto later = world.watch();
        CHECK_OK(later);
        QVERIFY(later->undelivered.empty());
        QCOMPARE(server->taken().size(), std::size_t(1)); // the one that was kept, not a second one
    }

    void heartbeat_isAskedForOnlyWhileAllIsWell() {
        SALVOR_NEED(m_servers, "python3-aiosmtpd is not installed");
        World world;
        CHECK_OK(world.init());
        const auto server = https();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        CHECK_OK(add(world, "hc", "heartbeat", server->port()));
        world.policy.heartbeat = "hc";
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.addNight(world.clock.now() - 1h));
        const auto beats = [&](const char* end) {
            return server->requests().count(QString::fromLatin1(end));
        };
        const auto well = world.watch();
        CHECK_OK(well);
        QVERIFY(well->quiet());
        QCOMPARE(beats("%7D 200"), 1);
        // A mail channel that nobody answers: the heartbeat is what can still say so.
        CHECK_OK(add(world, "ops", "mail", 1));
        world.policy.mail = {"ops"};
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.addRun(world.clock.now() - 30min, RunOutcome::Failed));
        CHECK_OK(world.watch());
        QCOMPARE(beats("/fail 200"), 1);
        CHECK_OK(world.addRun(world.clock.now() - 20min, RunOutcome::Ok));
        CHECK_OK(world.watch());
        QCOMPARE(beats("/fail 200"), 2); // all is well again, but what was to be told never arrived
        QCOMPARE(beats("%7D 200"), 1);
        CHECK_OK(world.core->pausePolicy(world.policy.uuid, true));
        CHECK_OK(world.watch());
        QCOMPARE(beats("%7D 200"), 1); // paused is not well either
    }

    void dryRun_tellsNobodyAndWritesNothing() {
        World world;
        CHECK_OK(world.init());
        CHECK_OK(add(world, "ops", "mail", 1));
        world.policy.mail = {"ops"};
        CHECK_OK(world.save(world.policy));
        const auto outcome = world.core->watch({world.path("salvor.prom"), false}, {});
        CHECK_OK(outcome);
        QVERIFY(codes(outcome->report).contains(QStringLiteral("never")));
        QVERIFY(outcome->deliveries.empty() && outcome->undelivered.empty());
        QVERIFY(!QFile::exists(toQt(world.path("salvor.prom"))));
    }

    void run_ofATimerThatFails_tellsByEachChannelOnce() {
        SALVOR_NEED(m_servers, "python3-aiosmtpd is not installed");
        World world;
        CHECK_OK(world.init());
        const auto mailServer = smtp();
        const auto hookServer = https();
        QVERIFY(mailServer->port() != 0 && hookServer->port() != 0);
        CHECK_OK(add(world, "ops", "mail", mailServer->port()));
        CHECK_OK(add(world, "chat", "webhook", hookServer->port()));
        world.policy.mail = {"ops"};
        world.policy.webhooks = {"chat"};
        CHECK_OK(world.save(world.policy));
        BackupJob job;
        job.trigger = "timer";
        NullProgress nobody;
        for (int i = 0; i < 3; ++i) { // every ten minutes, and always the same
            const auto timer = world.job();
            CHECK_OK(timer);
            CHECK_FAILS((*timer)->runJob(job, nobody, {}), ErrorCode::ConnectionFailed);
            world.clock.pass(10min);
        }
        QCOMPARE(mailServer->taken().size(), std::size_t(1));
        QVERIFY2(mailServer->taken().front().contains("Subject: Salvor: FAILED: shop server on "),
                 mailServer->taken().front().constData());
        QCOMPARE(hookServer->taken().size(), std::size_t(1)); // and its signature was good
        const QJsonObject body = QJsonDocument::fromJson(hookServer->taken().front()).object();
        QCOMPARE(body.value(QStringLiteral("schema")).toString(), QStringLiteral("salvor.notification/1"));
        QCOMPARE(body.value(QStringLiteral("outcome")).toString(), QStringLiteral("failed"));
        QCOMPARE(body.value(QStringLiteral("policy")).toObject().value(QStringLiteral("title")).toString(),
                 QStringLiteral("shop server"));
        // The watch does not say the same once more.
        CHECK_OK(world.addNight(world.clock.now() - 2h));
        const auto timer = world.exported({"file", {}});
        CHECK_OK(timer);
        const auto looked = (*timer)->watch({}, {});
        CHECK_OK(looked);
        QVERIFY(codes(looked->report).contains(QStringLiteral("last_run_failed")));
        QVERIFY(looked->deliveries.empty());
    }

    void findings_toldByTheirRunOrPaused_areNotSaidToBeOver() {
        SALVOR_NEED(m_servers, "python3-aiosmtpd is not installed");
        World world;
        CHECK_OK(world.init());
        const auto server = smtp();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        CHECK_OK(add(world, "ops", "mail", server->port()));
        world.policy.mail = {"ops"};
        CHECK_OK(world.save(world.policy));
        CHECK_OK(world.addNight(world.clock.now() - 3h));
        CHECK_OK(world.addRun(world.clock.now() - 1h, RunOutcome::Failed)); // by hand: the watch tells it
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(1));
        const auto fail = [&] {
            BackupJob job;
            job.trigger = "timer";
            NullProgress nobody;
            const auto timer = world.job();
            CHECK_OK(timer);
            CHECK_FAILS((*timer)->runJob(job, nobody, {}), ErrorCode::ConnectionFailed);
        };
        fail();
        QCOMPARE(server->taken().size(), std::size_t(2));
        QVERIFY(server->taken().back().contains("Subject: Salvor: FAILED"));
        world.clock.pass(10min);
        CHECK_OK(world.watch());
        CHECK_OK(world.core->pausePolicy(world.policy.uuid, true));
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(2)); // neither is over
        CHECK_OK(world.core->pausePolicy(world.policy.uuid, false));
        CHECK_OK(world.addNight(world.clock.now() - 5min)); // by hand
        CHECK_OK(world.watch());
        QCOMPARE(server->taken().size(), std::size_t(3));
        QVERIFY2(server->taken().back().contains("Subject: Salvor: all is well again"),
                 server->taken().back().constData());
        world.clock.pass(10min);
        fail(); // as before, but it was well in between
        QCOMPARE(server->taken().size(), std::size_t(4));
        QVERIFY(server->taken().back().contains("Subject: Salvor: FAILED"));
    }

    void run_whoseRecordHasNoRoom_isToldAllTheSame() {
        SALVOR_NEED(m_servers, "python3-aiosmtpd is not installed");
        World world;
        CHECK_OK(world.init());
        const auto server = smtp();
        QVERIFY2(server->port() != 0, qPrintable(server->why()));
        CHECK_OK(add(world, "ops", "mail", server->port()));
        world.policy.mail = {"ops"};
        CHECK_OK(world.save(world.policy));
        const auto timer = world.job();
        CHECK_OK(timer);
        // Where the spool and the notifications would be, files stand.
        const QString state = toQt(world.config.places.state);
        const QString spool =
            toQt(world.config.places.repositoryState(world.policy.repositoryId)) + QStringLiteral("/spool");
        QVERIFY(QDir(spool).removeRecursively());
        QVERIFY(QDir().mkpath(toQt(world.config.places.repositoryState(world.policy.repositoryId))));
        for (const QString& path : {spool, state + QStringLiteral("/notifications")}) {
            QFile file(path);
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
        BackupJob job;
        job.trigger = "timer";
        NullProgress nobody;
        const auto report = (*timer)->runJob(job, nobody, {});
        QVERIFY(!report);
        QVERIFY2(report.error().message.find("nothing was backed up") != std::string::npos,
                 report.error().message.c_str());
        QVERIFY(report.error().context.count("notification_problem") ==
                1); // that it could not be kept is said
        QCOMPARE(server->taken().size(), std::size_t(1));
    }

    void channelTest_saysWhatTheServerSaid() {
        SALVOR_NEED(m_servers, "python3-aiosmtpd is not installed");
        World world;
        CHECK_OK(world.init());
        const auto good = smtp();
        const auto bad = smtp({QStringLiteral("--refuse"), QStringLiteral("body")});
        QVERIFY(good->port() != 0 && bad->port() != 0);
        CHECK_OK(add(world, "good", "mail", good->port()));
        CHECK_OK(add(world, "bad", "mail", bad->port()));
        const auto arrived = world.core->testChannel("good", {});
        CHECK_OK(arrived);
        QVERIFY(arrived->accepted);
        QCOMPARE(arrived->reply, std::string("250 2.0.0 kept as number 1"));
        const auto refused = world.core->testChannel("bad", {});
        CHECK_OK(refused);
        QVERIFY(!refused->accepted);
        QVERIFY(refused->error->message.find("554 5.6.0 looks like spam") != std::string::npos);
        QVERIFY(world.core->undelivered()->empty()); // a test is not kept
        std::stop_source stop;
        stop.request_stop();
        CHECK_FAILS(world.core->testChannel("good", stop.get_token()), ErrorCode::Cancelled);
    }

    /// Nothing of it is in the records: systemd alone knows.
};

QTEST_GUILESS_MAIN(TestCoreWatch)
#include "test_core_watch.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Retention, trash and prune through the core: policies' rules, confirmations, records, audit.
#include "engines/crypto/ed25519.h"
#include "models/base/json.h"
#include "models/catalog/catalogdatabase.h"
#include "models/jsonfields.h"
#include "workers/agedcore.h"

#include <QFile>
#include <QJsonArray>

#include <algorithm>
#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

constexpr auto kDay = std::chrono::hours(24);

/// A core of its own with one profile, its default policy, and a repository.
class Salvor : public AgedCore {
public:
    Salvor()
        : AgedCore(SystemClock().now() + 3 * kDay) {}

    Result<> keepDaily(std::uint32_t count) {
        RetentionRules rules;
        rules.daily = count;
        return setRules(source.places, clock, rules).map([](const std::string&) {});
    }

    /// As they were written, oldest first.
    std::vector<AuditRecord> audit(const std::string& action) {
        const auto workspace = WorkspaceDatabase::open(source.places.workspaceFile, clock, "test");
        AuditFilter filter;
        filter.action = action;
        return (*workspace)->auditTrail(filter).value();
    }

    /// As the core shows them, newest first.
    QStringList statesOf(const std::string& action) {
        AuditFilter filter;
        filter.action = action;
        QStringList states;
        const auto trail = core->auditTrail(filter);
        for (const auto& record : *trail)
            states << record.after.value(QLatin1String("state")).toString();
        return states;
    }

    std::vector<std::string> listed() {
        std::vector<std::string> ids;
        const auto backups = core->backups({});
        for (const auto& one : *backups)
            ids.push_back(one.id);
        std::ranges::sort(ids);
        return ids;
    }
};

/// Ends its process, as the kernel would, once a prune has deleted something.
class Killer final : public ProgressSink {
public:
    void progressed(const Progress& progress) override {
        if (progress.phase == "prune" && progress.itemsDone > 0)
            ::kill(::getpid(), SIGKILL);
    }
};

} // namespace

class TestCoreRetention : public QObject {
    Q_OBJECT

private slots:
    /// Of the others' rules nothing was looked at, so nothing is said of their backups.
    void preview_ofOnePolicy_saysNothingOfTheOthers() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 3);
        CHECK_OK(ids);
        CHECK_OK(salvor.keepDaily(2));
        const std::string own = salvor.source.policyUuid;
        salvor.source.policyUuid = makeUuid();
        CHECK_OK(salvor.backUpDaily("other", 2));
        QCOMPARE(salvor.core->previewRetention({}, {})->rows.size(), std::size_t(5));
        RetentionQuery query;
        query.policy = "shop server";
        const auto preview = salvor.core->previewRetention(query, {});
        CHECK_OK(preview);
        QCOMPARE(preview->rows.size(), std::size_t(3));
        for (const auto& row : preview->rows)
            QCOMPARE(row.record.policyUuid, own);
        QCOMPARE(preview->dropIds, std::vector<std::string>{(*ids)[0]});
    }

    void preview_saysPerBackupWhyItStays() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 10);
        CHECK_OK(ids);
        const auto others = salvor.backUpDaily("plant", 2);
        CHECK_OK(others);
        const auto everything = salvor.core->previewRetention({}, {});
        CHECK_OK(everything);
        QCOMPARE(everything->rows.size(), std::size_t(12));
        QVERIFY(std::ranges::all_of(everything->rows, &RetentionRow::stays)); // no rules, no drops
        QCOMPARE(everything->live, std::uint64_t(0));

        CHECK_OK(salvor.keepDaily(8));
        const auto preview = salvor.core->previewRetention({}, {});
        CHECK_OK(preview);
        QCOMPARE(preview->live, std::uint64_t(12));
        QVERIFY(preview->dropIds == (std::vector{(*ids)[0], (*ids)[1]})); // counts are per database
        QVERIFY(!preview->needsConfirmation && preview->freed.manifests.files == 2);
        QCOMPARE(preview->rows.back().record.id, (*ids)[0]);
        QVERIFY(!preview->rows.back().stays());
        QCOMPARE(preview->rows.front().policyTitle, std::string("shop server"));
        QVERIFY(preview->rows.front().decision.keptBy.front().rule == RetentionRule::Daily);

        RetentionQuery what;
        what.overrides.daily = 2;
        what.overrides.keepLast = 3;
        const auto stricter = salvor.core->previewRetention(what, {});
        CHECK_OK(stricter);
        QCOMPARE(stricter->dropped, std::uint64_t(7));
        QVERIFY(stricter->needsConfirmation);
        QVERIFY(stricter->freed.bytes() > preview->freed.bytes());
        what.overrides = {};
        what.overrides.daily = 0;
        CHECK_FAILS(salvor.core->previewRetention(what, {}), ErrorCode::InvalidInput);
        what.overrides = {};
        what.policy = "nobody's";
        CHECK_FAILS(salvor.core->previewRetention(what, {}), ErrorCode::NotFound);
    }

    void prune_trashesThenPrunes_withRunAndAudit() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 10).value();
        CHECK_OK(salvor.keepDaily(8));
        PruneJob look;
        look.dryRun = true;
        const auto would = salvor.prune(look);
        CHECK_OK(would);
        QVERIFY(!would->run && would->preview.dropped == 2);
        QCOMPARE(salvor.core->trash({}, {})->size(), std::size_t(0));

        const auto first = salvor.prune();
        CHECK_OK(first);
        QVERIFY(first->run->outcome == RunOutcome::Ok && first->run->kind == "prune");
        QCOMPARE(first->report.inTrash, std::uint64_t(2));
        QVERIFY(salvor.listed() == std::vector(ids.begin() + 2, ids.end()));
        const auto trash = salvor.core->trash("vault", {});
        CHECK_OK(trash);
        QCOMPARE(trash->size(), std::size_t(2));
        QVERIFY(trash->front().expires == salvor.clock.now() + kTrashGrace + 1h);
        const auto trashed = salvor.audit("backups.trash");
        QCOMPARE(trashed.size(), std::size_t(2)); // the intention, and what came of it
        for (const auto& one : trashed)
            QCOMPARE(one.after.value(QLatin1String("backups")).toArray().size(), 2);

        salvor.clock.advance(8 * kDay);
        const auto second = salvor.prune();
        CHECK_OK(second);
        QVERIFY(second->report.purged == (std::vector{ids[0], ids[1]}));
        QVERIFY(second->report.ofBackups == first->preview.freed);
        QVERIFY(second->run->backupIds == second->report.purged);
        QCOMPARE(second->run->details.value(QLatin1String("freed_bytes")).toInteger(),
                 qint64(second->report.freedBytes()));
        QCOMPARE(salvor.statesOf("backups.prune"),
                 (QStringList{QStringLiteral("done"), QStringLiteral("started")}));
        // Runs are in the repository and in the lists.
        const auto runs = salvor.core->runs(10);
        QCOMPARE(std::ranges::count(*runs, std::string("prune"), &RunRecord::kind), 2);
        const auto opened = openAged(salvor.source);
        const auto stored = opened->repository->runs({});
        QCOMPARE(std::ranges::count(*stored, std::string("prune"), &RunRecord::kind), 2);
    }

    /// The processes are real: SIGKILL once the first thing is gone.
    void prune_killedBetweenDeletingAndRecording_staysInTheAudit() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 10).value();
        CHECK_OK(salvor.keepDaily(8));
        CHECK_OK(salvor.prune());
        salvor.clock.advance(8 * kDay);
        const QString manifest =
            salvor.folder.path() + QStringLiteral("/store/manifests/%1.age").arg(toQt(ids[0]));
        QVERIFY(QFile::exists(manifest));
        const pid_t child = ::fork();
        QVERIFY(child >= 0);
        if (child == 0) {
            Killer killer;
            Core core(salvor.core->config());
            (void)core.prune({}, killer, {});
            ::_exit(7); // it was not killed
        }
        int status = 0;
        QCOMPARE(::waitpid(child, &status, 0), child);
        QVERIFY(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        QCOMPARE(salvor.statesOf("backups.prune"), QStringList{QStringLiteral("unfinished")});
        AuditFilter filter;
        filter.action = "backups.prune";
        const auto trail = salvor.core->auditTrail(filter);
        QVERIFY(trail->front().after.value(QLatin1String("backups")) ==
                QJsonValue(toJsonArray({ids[0], ids[1]})));
        RunFilter prunes;
        prunes.kind = "prune";
        const auto runs = salvor.core->runPage(prunes);
        QVERIFY(runs->rows->front().outcome == RunOutcome::Failed);
        QVERIFY(runs->rows->front().details.contains(QLatin1String("to_purge")));
        // The next one finishes it, and says so itself.
        CHECK_OK(salvor.prune());
        const auto states = salvor.statesOf("backups.prune");
        QVERIFY(states.contains(QStringLiteral("unfinished")));
        QCOMPARE(salvor.core->trash({}, {})->size(), std::size_t(0));
    }

    void prune_ofATimersJob_purgesWhatItTrashedOnceTheGraceIsOver() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 10).value();
        CHECK_OK(salvor.keepDaily(8));
        const auto text = salvor.core->jobFile(salvor.source.policyUuid, "file");
        CHECK_OK(text);
        QFile file(salvor.folder.path() + QStringLiteral("/job.json"));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(QByteArray::fromStdString(*text)) > 0);
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner));
        file.close();
        const auto night = [&]() -> Result<PruneOutcome> {
            CoreConfig base = salvor.core->config();
            base.places = {};
            SALVOR_ASSIGN(const auto job, Core::forJobFile(file.fileName().toStdString(), {}, base));
            PruneJob request;
            request.trigger = "timer";
            NullProgress nobody;
            return job->prune(request, nobody, {});
        };
        const auto first = night();
        CHECK_OK(first);
        QCOMPARE(first->report.inTrash, std::uint64_t(2));
        salvor.clock.advance(7 * kDay);
        const auto early = night();
        CHECK_OK(early);
        QVERIFY(early->report.purged.empty());
        salvor.clock.advance(2h);
        const auto late = night();
        CHECK_OK(late);
        QVERIFY(late->report.purged == (std::vector{ids[0], ids[1]}));
        QVERIFY(late->report.freedBytes() > 0);
        QCOMPARE(late->run->details.value(QLatin1String("to_purge")).toArray().size(), 2);
        for (const auto& id : late->report.purged)
            QVERIFY(!QFile::exists(salvor.folder.path() +
                                   QStringLiteral("/store/manifests/%1.age").arg(toQt(id))));
        QCOMPARE(salvor.core->trash({}, {})->size(), std::size_t(0));
        QCOMPARE(salvor.listed().size(), std::size_t(8));
    }

    void prune_moreThanAQuarter_needsConfirmation() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 8).value();
        CHECK_OK(salvor.keepDaily(5));
        const auto refused = salvor.prune();
        CHECK_FAILS(refused, ErrorCode::Conflict);
        QCOMPARE(refused.error().context.at("dropped"), std::string("3"));
        QVERIFY(salvor.listed() == ids);
        QVERIFY(salvor.core->runs(1)->front().outcome == RunOutcome::Failed);
        const auto waits = [&] {
            const auto findings = salvor.core->watchReport().value().findings();
            return std::ranges::count(findings, std::string("prune_refused"), &Finding::code);
        };
        QCOMPARE(waits(), 1);
        salvor.clock.advance(60s);
        PruneJob job;
        job.confirmLarge = true;
        CHECK_OK(salvor.prune(job));
        QCOMPARE(salvor.listed().size(), std::size_t(5));
        QCOMPARE(waits(), 0);
        CHECK_OK(salvor.keepDaily(4)); // one of five is no more than a quarter
        CHECK_OK(salvor.prune());
        QCOMPARE(salvor.listed().size(), std::size_t(4));
    }

    void prune_freeSpaceNow_isAConfirmedActOfItsOwn() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 5).value();
        BackupActRequest request;
        request.act = BackupAct::Delete;
        request.backups = {ids[1]};
        CHECK_OK(salvor.core->changeBackups(request, {}));
        PruneJob job;
        job.freeSpaceNow = true;
        CHECK_FAILS(salvor.prune(job), ErrorCode::Conflict);
        QCOMPARE(salvor.core->trash({}, {})->size(), std::size_t(1));
        job.confirmed = true;
        const auto done = salvor.prune(job);
        CHECK_OK(done);
        QVERIFY(done->report.purged == std::vector{ids[1]});
        QCOMPARE(salvor.core->trash({}, {})->size(), std::size_t(0));
    }

    void prune_freeSpaceNow_leavesWhatTheRulesDropNowItsGrace() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 9).value();
        BackupActRequest request;
        request.act = BackupAct::Delete;
        request.backups = {ids[4]};
        CHECK_OK(salvor.core->changeBackups(request, {}));
        CHECK_OK(salvor.keepDaily(3)); // of eight that live, five go: more than a quarter
        PruneJob job;
        job.freeSpaceNow = true;
        job.dryRun = true;
        const auto would = salvor.prune(job);
        CHECK_OK(would);
        job.dryRun = false;
        job.confirmed = true;
        CHECK_FAILS(salvor.prune(job), ErrorCode::Conflict); // to empty the trash is not to drop so many
        job.confirmLarge = true;
        const auto done = salvor.prune(job);
        CHECK_OK(done);
        const std::vector<std::string> dropped{ids[0], ids[1], ids[2], ids[3], ids[5]};
        QVERIFY(would->preview.dropIds == dropped && done->preview.dropIds == dropped);
        QVERIFY(would->preview.needsConfirmation);
        QVERIFY(would->report.purged == std::vector{ids[4]} && done->report.purged == std::vector{ids[4]});
        QCOMPARE(done->report.freedBytes(), would->report.freedBytes());
        QCOMPARE(done->report.inTrash, std::uint64_t(5));
        QVERIFY(done->report.nextExpiry == salvor.clock.now() + 7 * kDay + 1h);

        std::vector<std::string> inTrash;
        const auto trash = salvor.core->trash({}, {});
        CHECK_OK(trash);
        for (const auto& one : *trash)
            inTrash.push_back(one.record.id);
        std::ranges::sort(inTrash);
        QVERIFY(inTrash == dropped);
        QVERIFY(salvor.listed() == (std::vector{ids[6], ids[7], ids[8]}));

        const QJsonObject& details = done->run->details;
        QCOMPARE(details.value(QLatin1String("to_purge")).toArray(), toJsonArray({ids[4]}));
        QCOMPARE(details.value(QLatin1String("to_trash")).toArray(), toJsonArray(dropped));
        QCOMPARE(details.value(QLatin1String("pruned_backups")).toInt(), 1);
        QCOMPARE(details.value(QLatin1String("trashed_backups")).toInt(), 5);
        QCOMPARE(details.value(QLatin1String("in_trash")).toInt(), 5);
        for (const auto& record : salvor.audit("backups.prune"))
            QCOMPARE(record.after.value(QLatin1String("backups")).toArray(), toJsonArray({ids[4]}));
        const QStringList once{QStringLiteral("done"), QStringLiteral("started")};
        QCOMPARE(salvor.statesOf("backups.prune"), once);
        QCOMPARE(salvor.statesOf("backups.trash"), once + once);

        BackupActRequest back; // nothing is lost that was not announced
        back.act = BackupAct::Undelete;
        back.backups = {ids[0]};
        CHECK_OK(salvor.core->changeBackups(back, {}));
    }

    void prune_freeSpaceNowOfOnePolicy_isRefused() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 5).value();
        BackupActRequest request;
        request.act = BackupAct::Delete;
        request.backups = {ids[1]};
        CHECK_OK(salvor.core->changeBackups(request, {}));
        PruneJob job;
        job.policy = "shop server";
        job.freeSpaceNow = true;
        job.confirmed = true;
        for (const bool dry : {true, false}) {
            job.dryRun = dry;
            const auto refused = salvor.prune(job);
            CHECK_FAILS(refused, ErrorCode::InvalidInput);
            QCOMPARE(refused.error().context.at("policy"), std::string("shop server"));
        }
        QCOMPARE(salvor.core->trash({}, {})->size(), std::size_t(1));
        job.freeSpaceNow = false;
        CHECK_OK(salvor.prune(job));
    }

    void prune_otherPoliciesBackups_stay() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        CHECK_OK(salvor.backUpDaily("shop", 6));
        AgedSource gone = salvor.source;
        gone.policyUuid = "8d3e4a0e-0000-4000-8000-00000000dead"; // removed since
        const auto orphaned = makeAged(gone, "old", salvor.clock.now() - 900 * kDay, 3);
        CHECK_OK(orphaned);
        CHECK_OK(salvor.keepDaily(5));
        CHECK_OK(salvor.prune());
        const auto left = salvor.listed();
        QCOMPARE(left.size(), std::size_t(6));
        QVERIFY(std::ranges::find(left, orphaned->id) != left.end());
    }

    void prune_whileABackupRuns_isSkipped() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        CHECK_OK(salvor.backUpDaily("shop", 3));
        const auto opened = openAged(salvor.source);
        const auto writing = writeStreams(*opened->repository, backupId(1), tinyContent(1));
        CHECK_OK(writing);
        const auto refused = salvor.prune();
        CHECK_FAILS(refused, ErrorCode::Busy);
        QVERIFY(salvor.core->runs(1)->front().outcome == RunOutcome::Skipped);
    }

    void damagedBackup_displacesNoCompleteOne() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 5).value();
        // The newest one's manifest is damaged, and a verification saw it.
        QFile manifest(salvor.folder.path() + QStringLiteral("/store/manifests/%1.age").arg(toQt(ids[4])));
        QVERIFY(manifest.open(QIODevice::ReadWrite) && manifest.write("damage") > 0);
        manifest.close();
        NullProgress nobody;
        CHECK_OK(salvor.core->runJob(VerifyJob{}, nobody, {}));
        CHECK_OK(salvor.keepDaily(2));
        const auto preview = salvor.core->previewRetention({}, {});
        CHECK_OK(preview);
        // 3 and 2 are the two dailies; 4 stays only because it is the newest of all.
        QVERIFY(preview->dropIds == (std::vector{ids[0], ids[1]}));
        QVERIFY(!preview->rows.front().decision.complete);
        QCOMPARE(preview->rows.front().decision.keptBy.size(), std::size_t(1));
        QVERIFY(preview->rows.front().decision.keptBy[0].rule == RetentionRule::NewestIncomplete);
    }

    void unusualSizes_displaceNoCompleteOne() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto add = [&](int daysAgo, std::size_t bytes) {
            return makeAged(salvor.source, "shop", salvor.clock.now() - daysAgo * kDay - 1h,
                            static_cast<std::uint64_t>(daysAgo), bytes)
                .value()
                .id;
        };
        std::vector<std::string> good;
        for (int day = 10; day >= 4; --day)
            good.push_back(add(day, 4'000'000));
        std::vector<std::string> tiny;
        for (int day = 3; day >= 1; --day)
            tiny.push_back(add(day, 0));
        CHECK_OK(salvor.keepDaily(7));
        const auto preview = salvor.core->previewRetention({}, {});
        CHECK_OK(preview);
        // All seven good ones have their places; the tiny ones stay beside them until it is known what is
        // usual.
        QVERIFY(preview->dropIds.empty());
        for (const auto& row : preview->rows) {
            const bool isTiny = std::ranges::find(tiny, row.record.id) != tiny.end();
            QCOMPARE(row.unusualSize, isTiny);
            QCOMPARE(row.decision.complete, !isTiny);
            QVERIFY(row.decision.keptBy.back().rule == (isTiny ? RetentionRule::UndecidedSize
                                                        : row.record.id == good.back()
                                                            ? RetentionRule::NewestComplete
                                                            : RetentionRule::Daily));
        }
        // The watch says the same of the newest.
        const auto findings = salvor.core->watchReport().value().findings();
        const auto small = std::ranges::find(findings, std::string("size_small"), &Finding::code);
        QVERIFY(small != findings.end());
        QCOMPARE(small->numbers.value(QLatin1String("in_a_row")).toInteger(), qint64(3));
        CHECK_OK(salvor.prune());
        QCOMPARE(salvor.listed().size(), std::size_t(10));
        // A usual one again: the tiny ones have no place, and nothing is left to be decided.
        const std::string again = add(0, 4'000'000);
        CHECK_OK(salvor.keepDaily(8));
        const auto later = salvor.core->previewRetention({}, {});
        CHECK_OK(later);
        QVERIFY(later->dropIds == tiny);
        QCOMPARE(later->rows.front().record.id, again);
        QVERIFY(later->rows.front().decision.complete);
    }

    void damage_thatABackupsRunFound_displacesNoCompleteOne() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 4).value();
        RunRecord run;
        run.id = makeRecordId(salvor.clock.now());
        run.kind = "backup";
        run.repositoryId = salvor.source.pin.id;
        run.policyUuid = salvor.source.policyUuid;
        run.profileUuid = salvor.source.profileUuid;
        run.started = salvor.clock.now() - 1h;
        run.ended = run.started;
        run.outcome = RunOutcome::Partial;
        run.backupIds = {ids[3]};
        run.details = {{QStringLiteral("verified"), QStringLiteral("stored")},
                       {QStringLiteral("damaged_backups"), toJsonArray({ids[3]})}};
        const auto catalog = CatalogDatabase::open(salvor.source.places.catalogFile);
        CHECK_OK((*catalog)->saveRun(run));
        CHECK_OK(salvor.keepDaily(2));
        const auto preview = salvor.core->previewRetention({}, {});
        CHECK_OK(preview);
        QVERIFY(preview->dropIds == std::vector{ids[0]});
        QVERIFY(preview->rows.front().damaged && !preview->rows.front().decision.complete);
        QCOMPARE(salvor.core->damage()->at(ids[3]).runId, run.id);
        // A verification that finds it intact has the last word.
        salvor.clock.advance(60s);
        NullProgress nobody;
        CHECK_OK(salvor.core->runJob(VerifyJob{}, nobody, {}));
        QVERIFY(salvor.core->damage()->empty());
    }

    void prune_refused_emptiesWhatWasInTheTrashLongEnough() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 9).value();
        CHECK_OK(salvor.keepDaily(8));
        CHECK_OK(salvor.prune());
        salvor.clock.advance(8 * kDay);
        CHECK_OK(salvor.keepDaily(3));
        const auto refused = salvor.prune();
        CHECK_FAILS(refused, ErrorCode::Conflict);
        const Error& error = refused.error();
        QCOMPARE(error.context.at("purged"), std::string("1"));
        QCOMPARE(error.context.at("dropped"), std::string("5"));
        QVERIFY2(error.hint.find("salvorctl prune --confirm-large --repository " + salvor.source.pin.id) !=
                     std::string::npos,
                 error.hint.c_str());
        QCOMPARE(salvor.core->trash({}, {})->size(), std::size_t(0));
        QVERIFY(salvor.listed() == std::vector(ids.begin() + 1, ids.end()));
        const auto run = salvor.core->runs(1)->front();
        QVERIFY(run.outcome == RunOutcome::Failed);
        QCOMPARE(run.details.value(QLatin1String("pruned_backups")).toInteger(), qint64(1));
        // Again, with nothing in the trash: the same refusal, and nothing gone.
        const auto again = salvor.prune();
        CHECK_FAILS(again, ErrorCode::Conflict);
        QVERIFY(!again.error().context.contains("purged"));
    }

    void proof_keepsItsBackup() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 6).value();
        {
            const auto opened = openAged(salvor.source);
            const Secret key(Bytes(32, std::byte{5}));
            const auto signing = SigningKey::fromSeed(key);
            CHECK_OK(opened->repository->registerReader({toHex(signing->publicKey().raw()), kAlice}, {}));
            Proof proof;
            proof.id = makeRecordId(salvor.clock.now());
            proof.backupId = ids[0];
            proof.kind = "restored";
            proof.at = salvor.clock.now();
            CHECK_OK(opened->repository->recordProof(proof, key, {}));
        }
        NullProgress nobody;
        CHECK_OK(salvor.core->rebuildCatalog("vault", nobody, {}));
        CHECK_OK(salvor.keepDaily(5));
        QCOMPARE(salvor.core->previewRetention({}, {})->dropped, std::uint64_t(0));
        const auto oldest = salvor.core->previewRetention({}, {})->rows.back();
        QVERIFY(oldest.decision.keptBy == (std::vector{KeepReason{RetentionRule::NewestProven, 0, {}}}));
    }

    /// It knows nothing of the backup but what the repository says.
    void catalogRebuiltFromNothing_tellsHowLongABackupTook() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        BackupWriterRequest request = backupRequest(makeRecordId(salvor.clock.now()));
        request.run.started = salvor.clock.now() - 1h + 750ms;
        request.record.started = request.run.started;
        request.record.ended = request.record.started + 400ms;
        {
            const auto opened = openAged(salvor.source);
            CHECK_OK(opened);
            CHECK_OK(backUp(*opened->repository, request, tinyContent(1)));
        }
        NullProgress nobody;
        CHECK_OK(salvor.core->rebuildCatalog("vault", nobody, {}));
        const auto found = salvor.core->backup(request.record.id);
        CHECK_OK(found);
        QVERIFY(found->started == request.record.started);
        QVERIFY(found->ended - found->started == 400ms);
    }

    void acts_deleteHoldReleaseUndelete() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 6).value();
        BackupActRequest hold;
        hold.act = BackupAct::Hold;
        hold.backups = {ids[0]};
        CHECK_OK(salvor.core->changeBackups(hold, {}));
        QVERIFY(salvor.core->backup(ids[0])->held); // the lists know at once
        BackupActRequest remove;
        remove.act = BackupAct::Delete;
        remove.backups = {ids[0]};
        CHECK_FAILS(salvor.core->changeBackups(remove, {}), ErrorCode::Conflict);
        CHECK_OK(salvor.keepDaily(5));
        QCOMPARE(salvor.core->previewRetention({}, {})->dropped, std::uint64_t(0));

        hold.act = BackupAct::Release;
        CHECK_OK(salvor.core->changeBackups(hold, {}));
        QVERIFY(!salvor.core->backup(ids[0])->held);
        remove.dryRun = true;
        const auto would = salvor.core->changeBackups(remove, {});
        CHECK_OK(would);
        QVERIFY(would->dryRun && would->freed.manifests.files == 1 && !would->expires);
        remove.dryRun = false;
        remove.grace = 2 * kDay;
        const auto deleted = salvor.core->changeBackups(remove, {});
        CHECK_OK(deleted);
        QVERIFY(deleted->expires == salvor.clock.now() + 2 * kDay + 1h);
        QVERIFY(deleted->freed == would->freed);
        QCOMPARE(salvor.listed().size(), std::size_t(5));

        BackupActRequest back;
        back.act = BackupAct::Undelete;
        back.backups = {ids[0]};
        CHECK_OK(salvor.core->changeBackups(back, {}));
        QVERIFY(salvor.listed() == ids);
        const QStringList once{QStringLiteral("done"), QStringLiteral("started")};
        for (const char* action : {"backups.hold", "backups.release", "backups.undelete"})
            QCOMPARE(salvor.statesOf(action), once);
        // The first was refused, as the backup was held.
        QCOMPARE(salvor.statesOf("backups.trash"),
                 once + (QStringList{QStringLiteral("failed"), QStringLiteral("started")}));
        back.backups = {};
        CHECK_FAILS(salvor.core->changeBackups(back, {}), ErrorCode::InvalidInput);
        back.backups = {"2099"};
        CHECK_FAILS(salvor.core->changeBackups(back, {}), ErrorCode::NotFound);
    }

    void delete_tooMuchAtOnce_needsConfirmation() {
        Salvor salvor;
        CHECK_OK(salvor.make());
        const auto ids = salvor.backUpDaily("shop", 8).value();
        const auto single = salvor.backUpDaily("plant", 1).value();
        BackupActRequest remove;
        remove.act = BackupAct::Delete;
        remove.backups = {ids[0], ids[1], ids[2]};
        CHECK_FAILS(salvor.core->changeBackups(remove, {}), ErrorCode::Conflict);
        remove.backups = single; // one of nine, but the only one of its database
        const auto last = salvor.core->changeBackups(remove, {});
        CHECK_FAILS(last, ErrorCode::Conflict);
        QCOMPARE(last.error().context.at("database"), std::string("plant"));
        remove.dryRun = true;
        QVERIFY(salvor.core->changeBackups(remove, {})->needsConfirmation);
        remove.dryRun = false;
        remove.confirmLarge = true;
        CHECK_OK(salvor.core->changeBackups(remove, {}));
        QVERIFY(salvor.listed() == ids);
    }
};

QTEST_GUILESS_MAIN(TestCoreRetention)
#include "test_core_retention.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogshots.h"

#include "support/patience.h"
#include "ui/channels/channelform.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/profiles/connectionview.h"
#include "ui/profiles/profiledialog.h"
#include "ui/profiles/profileform.h"
#include "ui/repository/repositorydialogs.h"
#include "ui/restore/quickrestore.h"
#include "ui/restore/restorewizard.h"
#include "ui/restored/restoreddialog.h"
#include "ui/restored/swapdialog.h"
#include "ui/sampleworkspace.h"
#include "ui/stores/placedialog.h"
#include "ui/support/errorpanel.h"
#include "ui/welcome/protectflow.h"
#include "ui/welcome/recoverflow.h"

#include <QCheckBox>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

namespace salvor::test {

namespace {

/// Goes to any page, for a picture of it.
template <typename Flow>
class Turned : public Flow {
public:
    using Flow::Flow;
    using FlowDialog::clearError;
    using FlowDialog::goTo;
    bool isReady() {
        return QTest::qWaitFor([this] { return !this->isBusy(); }, kPatience);
    }
};

ConnectionReport sampleReport(bool rightsMissing) {
    ConnectionReport report;
    report.product = "PostgreSQL";
    report.serverVersion = "17.6 (Debian 17.6-0+deb13u1)";
    report.toolVersion = "17.6";
    report.encrypted = true;
    report.clockSkew = std::chrono::milliseconds(140);
    SourceInfo metrics;
    metrics.name = "metrics";
    metrics.sizeBytes = 61'300'000'000;
    metrics.details = {{QStringLiteral("extensions"),
                        QJsonObject{{QStringLiteral("timescaledb"), QStringLiteral("2.19.3")}}}};
    SourceInfo shop;
    shop.name = "shop";
    shop.sizeBytes = 4'210'000'000;
    SourceInfo billing;
    billing.name = "billing";
    billing.sizeBytes = 912'000'000;
    report.sources = {billing, metrics, shop};
    if (rightsMissing)
        report.missingRights = {{"read table public.invoices", "GRANT SELECT ON public.invoices TO salvor;"},
                                {"read sequence public.invoices_id_seq",
                                 "GRANT SELECT ON SEQUENCE public.invoices_id_seq TO salvor;"}};
    return report;
}

Profile sampleServer() {
    Profile profile;
    profile.uuid = makeUuid();
    profile.title = "prod-eu";
    profile.engine = "postgresql";
    profile.host = "db1.example.org";
    profile.port = 5432;
    profile.user = "salvor";
    profile.database = "postgres";
    profile.secretKind = "keychain";
    return profile;
}

FreshRepository sampleRepository() {
    auto fresh = std::make_shared<RepositoryInitResult>();
    fresh->pin.title = "nas";
    fresh->pin.url = "file:///mnt/nas/salvor";
    fresh->passphrase = Secret("7QK2-M9TD-XW4A-0HPE-RB6N-3VZC");
    return fresh;
}

void takeProfile(Shots& shots, const FlowContext& context) {
    ProfileDialog dialog(context, {});
    auto* save = dialog.findChild<QPushButton*>(QStringLiteral("profileSave"));
    auto* form = dialog.findChild<ProfileForm*>();
    (void)QTest::qWaitFor([&] { return form->isEnabled(); }, kPatience);
    form->setProfile(sampleServer(), true);
    dialog.findChild<QLineEdit*>(QStringLiteral("profilePassword"))
        ->setText(QStringLiteral("not a password"));
    dialog.findChild<ConnectionView*>()->showReport(sampleReport(true), "salvor");
    save->setFocus();
    (void)shots.take(dialog, QStringLiteral("profile"));
    dialog.findChild<ConnectionView*>()->showError(
        Error{ErrorCode::AuthenticationFailed,
              "cannot log in to db1.example.org:5432 as salvor: password authentication failed",
              "check user and password; pg_hba.conf on the server says who may log in how",
              false,
              {}});
    (void)shots.take(dialog, QStringLiteral("profile-error"));
}

void takeProtect(Shots& shots, const FlowContext& context) {
    Turned<ProtectFlow> flow(context);
    flow.isReady();
    (void)shots.take(flow, QStringLiteral("protect-1-server"));
    auto* test = flow.findChild<TestPage*>();
    test->setReport(sampleReport(false), sampleServer(), true);
    flow.goTo(test);
    (void)shots.take(flow, QStringLiteral("protect-2-connection"));
    flow.goTo(flow.findChild<WhenPage*>());
    (void)shots.take(flow, QStringLiteral("protect-2b-when"));
    flow.goTo(flow.findChild<RepositoryPage*>());
    (void)shots.take(flow, QStringLiteral("protect-3-repository"));
    auto* recovery = flow.findChild<RecoveryPage*>();
    recovery->setRepository(sampleRepository());
    flow.findChild<QLineEdit*>(QStringLiteral("recoveryCopyPath"))
        ->setText(QStringLiteral("/media/stick/salvor-recovery-nas.age"));
    flow.goTo(recovery);
    (void)shots.take(flow, QStringLiteral("protect-4-recovery"));
    auto* typeBack = flow.findChild<TypeBackPage*>();
    typeBack->setRepository(sampleRepository());
    flow.goTo(typeBack);
    flow.findChild<QLineEdit*>(QStringLiteral("typeBackPassphrase"))
        ->setText(QStringLiteral("7qk2-m9td-xw4a-0hpe-rb6n-3vzc"));
    (void)shots.take(flow, QStringLiteral("protect-5-type-back"));
    auto* start = flow.findChild<StartPage*>();
    start->setFacts(QStringLiteral("prod-eu (db1.example.org)"),
                    QStringLiteral("3 databases, 66.4 GB in all; not backed up: scratch"),
                    QStringLiteral("Every day at 02:00; keeps: 7 daily, 4 weekly, 12 monthly"),
                    QStringLiteral("nas in /mnt/nas/salvor"));
    flow.goTo(start);
    (void)shots.take(flow, QStringLiteral("protect-6-start"));
}

Preflight samplePreflight() {
    Preflight preflight;
    using Level = PreflightFinding::Level;
    preflight.findings = {
        {Level::Ok, "server_version", "the target is PostgreSQL 17.6, the backup was taken from 17.6", "",
         ErrorCode::Internal},
        {Level::Ok, "extension_timescaledb", "TimescaleDB 2.19.3 is installed and preloaded on the target",
         "", ErrorCode::Internal},
        {Level::Ok, "tools", "pg_restore 17.6 is found", "", ErrorCode::Internal},
        {Level::Ok, "target_name", "there is no database metrics_restored yet", "", ErrorCode::Internal},
        {Level::Warning, "roles", "2 roles own things in the backup and are missing: app, reporting",
         "tick them in the review, or make them on the server yourself", ErrorCode::Internal},
        {Level::Warning, "space", "the server does not say how much space is free",
         "make sure that about 66 GB are", ErrorCode::Internal}};
    preflight.missingRoles = {"app", "reporting"};
    preflight.bytesNeeded = 66'000'000'000;
    return preflight;
}

Job sampleJob() {
    Job job;
    job.progress.phase = "data";
    job.progress.itemsDone = 214;
    job.progress.itemsTotal = 523;
    job.progress.bytesDone = 25'400'000'000;
    job.progress.bytesTotal = 61'300'000'000;
    job.phaseStartedMs = JobController::nowMs() - 410'000;
    return job;
}

ProofFacts sampleFacts(const BackupRecord& backup, const Profile& target) {
    RestoreOutcome outcome;
    outcome.backupId = backup.id;
    outcome.database = "metrics_restored";
    outcome.proved = true;
    outcome.items = 523;
    outcome.rows = backup.rows;
    outcome.bytes = backup.sizeBytes;
    outcome.restoreSeconds = 1812;
    outcome.proofSeconds = 640;
    outcome.leftOff = {"4 scheduled jobs of TimescaleDB (compression, retention): switch them on with "
                       "timescaledb_post_restore or one by one"};
    outcome.run.id = "20261121T063000Z-0A1B2C";
    outcome.run.host = "backup1";
    outcome.run.ended = FixedClock::kNow;
    outcome.run.details = {{QStringLiteral("schema_compared"), true}};
    ProofFacts facts = factsOf(backup, target, outcome);
    facts.isSigned = true;
    return facts;
}

void takeRestore(Shots& shots, const FlowContext& context, const QString& repository, const QString& id) {
    Turned<RestoreWizard> wizard(context, repository, id);
    wizard.isReady();
    (void)shots.take(wizard, QStringLiteral("restore-1-what"));
    auto* where = wizard.findChild<WherePage*>();
    wizard.goTo(where);
    (void)shots.take(wizard, QStringLiteral("restore-2-where"));
    auto* scope = wizard.findChild<ScopePage*>();
    EngineDescription engine;
    engine.label = "PostgreSQL and TimescaleDB";
    scope->setBackup(*wizard.findChild<WhatPage*>()->backup(), engine);
    wizard.goTo(scope);
    (void)shots.take(wizard, QStringLiteral("restore-2b-scope"));
    scope->findChild<QCheckBox*>(QStringLiteral("exceptKeepGoing"))->setChecked(true);
    scope->findChild<QToolButton*>(QStringLiteral("exceptLeaveOut"))->click();
    scope->findChild<QLineEdit*>(QStringLiteral("exceptName"))
        ->setText(QStringLiteral("public.orders.whose"));
    scope->findChild<QPushButton*>(QStringLiteral("exceptAdd"))->click();
    (void)shots.take(wizard, QStringLiteral("restore-2c-exceptions"));
    auto* preflight = wizard.findChild<PreflightPage*>();
    preflight->setPreflight(samplePreflight());
    wizard.goTo(preflight);
    (void)shots.take(wizard, QStringLiteral("restore-3-checks"));
    BackupRecord backup;
    backup.id = id.toStdString();
    backup.database = "metrics";
    backup.profileTitle = "timescale";
    backup.items = 523;
    backup.rows = 184'302'117;
    backup.sizeBytes = 61'300'000'000;
    backup.started = FixedClock::kNow - std::chrono::hours(6);
    auto* review = wizard.findChild<ReviewPage*>();
    const Profile target = where->target().value_or(sampleServer());
    review->setPlan(backup, target, QStringLiteral("metrics_restored"), samplePreflight());
    review->setExceptions(scope->exceptions());
    wizard.goTo(review);
    (void)shots.take(wizard, QStringLiteral("restore-4-review"));
    auto* progress = wizard.findChild<RestoreProgressPage*>();
    progress->begin(QStringLiteral("Restoring metrics as metrics_restored"));
    wizard.goTo(progress);
    progress->showJob(sampleJob());
    (void)shots.take(wizard, QStringLiteral("restore-5-progress"));
    auto* proof = wizard.findChild<ProofPage*>();
    proof->setResult(sampleFacts(backup, target));
    wizard.goTo(proof);
    (void)shots.take(wizard, QStringLiteral("restore-6-proof"));
}

void takeQuick(Shots& shots, const FlowContext& context, const QString& repository, const QString& id) {
    Turned<QuickRestore> drill(context, QuickKind::Drill, repository, id);
    drill.isReady();
    Preflight found = samplePreflight();
    found.missingRoles.clear();
    found.bytesFree = 412'000'000'000;
    found.expectedSeconds = 1840;
    found.findings.resize(4);
    drill.findChild<QuickPage*>()->setPreflight(found);
    drill.clearError();
    (void)shots.take(drill, QStringLiteral("quick-drill"));
    Turned<QuickRestore> beside(context, QuickKind::Beside, repository, id);
    beside.isReady();
    found.bytesFree = 71'000'000'000;
    found.findings.push_back({PreflightFinding::Level::Warning, "space",
                              "about 66.0 GB are needed on the server, and 71.0 GB are free there: less "
                              "than a fifth of the disk would be left",
                              "free space there, or restore to another server", ErrorCode::NoSpace});
    beside.findChild<QuickPage*>()->setPreflight(found);
    beside.clearError();
    (void)shots.take(beside, QStringLiteral("quick-beside-no-room"));
}

RestoredDatabase sampleRestored(const char* name, const char* state) {
    RestoredDatabase one;
    one.name = name;
    one.state = state;
    one.backupId = "20261121T010712Z-4K7WQ2";
    one.runId = "20261121T063000Z-0A1B2C";
    one.finalName = name;
    one.sizeBytes = 3'240'000'000;
    return one;
}

DatabaseSwap sampleSwap() {
    DatabaseSwap plan;
    plan.liveName = plan.restoredAs = plan.replaced = "billing";
    plan.restored = "billing_restored_20261121";
    plan.replacedAs = "billing_replaced_20261121t074000z";
    plan.backupId = "20261121T010712Z-4K7WQ2";
    plan.state = "proved";
    plan.statements = {"ALTER DATABASE billing RENAME TO billing_replaced_20261121t074000z",
                       "ALTER DATABASE billing_restored_20261121 RENAME TO billing",
                       "ALTER DATABASE billing OWNER TO app",
                       "GRANT CONNECT ON DATABASE billing TO reporting"};
    plan.staysBehind = {
        "What was written to billing after backup 20261121T010712Z-4K7WQ2 began stays in "
        "billing_replaced_20261121t074000z.",
        "The replication slot warehouse (pgoutput) stays with billing_replaced_20261121t074000z: whoever "
        "reads it "
        "goes on reading that database.",
        "Backups of billing count anew for retention: to the server it is another database. Those of the "
        "replaced one stay."};
    plan.clients = {{4711, "billing", "app", "invoices 3.2", "10.20.0.31", "idle"}};
    return plan;
}

void takeRestored(Shots& shots, const FlowContext& context) {
    RestoredDialog list(context, {});
    auto* again = list.findChild<QPushButton*>(QStringLiteral("restoredAgain"));
    (void)QTest::qWaitFor([&] { return again->isEnabled(); }, kPatience);
    auto swapped = sampleRestored("crm", "swapped_in");
    swapped.counterpart = "crm_replaced_20261120t091500z";
    swapped.swapped = FixedClock::kNow - std::chrono::hours(22);
    auto out = sampleRestored("crm_replaced_20261120t091500z", "swapped_out");
    out.counterpart = "crm";
    out.swapped = swapped.swapped;
    list.showDatabases({sampleRestored("billing_restored_20261121", "proved"), swapped, out,
                        sampleRestored("hr_test", "unproven")});
    list.findChild<ErrorPanel*>()->clear(); // there is no such server
    (void)shots.take(list, QStringLiteral("restored"));
    SwapDialog swap(context, sampleServer(), sampleRestored("billing_restored_20261121", "proved"), false);
    auto* look = swap.findChild<QPushButton*>(QStringLiteral("swapAgain"));
    (void)QTest::qWaitFor([&] { return look->isEnabled(); }, kPatience);
    swap.findChild<ErrorPanel*>()->clear();
    swap.showPlan(sampleSwap());
    (void)shots.take(swap, QStringLiteral("swap"));
}

} // namespace

bool takeDialogs(const FlowContext& context, const QString& repository, const QString& backup, Shots& shots) {
    takeProfile(shots, context);
    takeProtect(shots, context);
    takeRestore(shots, context, repository, backup);
    takeQuick(shots, context, repository, backup);
    takeRestored(shots, context);
    RecoverFlow recover(context);
    (void)shots.take(recover, QStringLiteral("recover"));
    RepositoryDialog info(context, repository);
    auto* rehearse = info.findChild<QPushButton*>(QStringLiteral("repositoryRehearse"));
    (void)QTest::qWaitFor([&] { return rehearse->isEnabled(); }, kPatience);
    (void)shots.take(info, QStringLiteral("repository"));
    RehearsalDialog rehearsal(context, repository);
    QTest::qWait(300);
    (void)shots.take(rehearsal, QStringLiteral("rehearsal"));
    RepositoryPin pin;
    pin.id = repository.toStdString();
    pin.title = "nas";
    pin.url = "file:///mnt/nas/salvor";
    PlaceDialog place(context.core, context.lookups, pin);
    (void)shots.take(place, QStringLiteral("place"));
    ChannelForm channel(context.core, context.lookups, {});
    channel.setAttribute(Qt::WA_DeleteOnClose, false);
    (void)shots.take(channel, QStringLiteral("channel"));
    return shots.good();
}

} // namespace salvor::test

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Rehearsing the recovery, with a clock of the test's own, and that changes are audited.
#include "workers/corefixture.h"
#include "workers/recoverycopy.h"

#include <QCoreApplication>
#include <QJsonDocument>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

class OwnClock final : public Clock {
public:
    Instant now() const override { return at; }
    Instant at = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + 7h;
};

struct Rehearsing {
    Rehearsing() {
        CoreConfig config = fixture.config();
        config.clock = &clock;
        core = std::make_unique<Core>(config);
    }
    Result<> init() {
        RepositoryInitSpec spec;
        spec.url = fixture.storePath();
        spec.title = "vault";
        spec.secretKind = "file";
        SALVOR_ASSIGN(auto made, core->initRepository(std::move(spec), {}));
        recoveryFile = made.recoveryFile;
        passphrase = std::move(made.passphrase);
        return {};
    }
    Result<> rehearse() { return core->rehearseRecovery("vault", {recoveryFile, copyPath}, passphrase, {}); }
    Rehearsal state() { return rehearsalOf(core->repositories()->front(), clock.at); }
    std::size_t audited(const std::string& action) {
        AuditFilter filter;
        filter.action = action;
        return core->auditTrail(filter)->size();
    }

    CoreFixture fixture;
    OwnClock clock;
    std::unique_ptr<Core> core;
    std::string recoveryFile;
    std::string copyPath;
    Secret passphrase;
};

} // namespace

class TestCoreRehearsal : public QObject {
    Q_OBJECT

private slots:
    void rehearse_remindsAfterAYear();
    void rehearse_wrongPassphrase_doesNotCount();
    void open_countsAsARehearsal();
    void changes_areAudited();
    void profile_saveCancelled_changesNothing();
};

void TestCoreRehearsal::rehearse_remindsAfterAYear() {
    Rehearsing made;
    CHECK_OK(made.init());
    QVERIFY(made.state() == Rehearsal::Never);
    CHECK_OK(made.rehearse());
    QVERIFY(made.state() == Rehearsal::Fresh);
    made.clock.at += 364 * 24h;
    QVERIFY(made.state() == Rehearsal::Fresh);
    made.clock.at += 2 * 24h;
    QVERIFY(made.state() == Rehearsal::Due);
    CHECK_OK(made.rehearse()); // again, and it counts again
    QVERIFY(made.state() == Rehearsal::Fresh);
    QCOMPARE(made.audited("repository.rehearse"), std::size_t{2});
    QCOMPARE(made.core->repositories()->front().recoveryFile, std::string());
    made.copyPath = "/media/stick/recovery.age"; // it was moved
    CHECK_OK(made.rehearse());
    made.copyPath.clear(); // out of a pipe
    CHECK_OK(made.rehearse());
    QCOMPARE(made.core->repositories()->front().recoveryFile, std::string("/media/stick/recovery.age"));
    made.clock.at -= 400 * 24h; // the clock was wrong: that rehearsal's date is not believed
    QVERIFY(made.state() == Rehearsal::Due);
}

void TestCoreRehearsal::rehearse_wrongPassphrase_doesNotCount() {
    Rehearsing made;
    CHECK_OK(made.init());
    const auto wrong = made.core->rehearseRecovery("vault", {made.recoveryFile, "/media/other/recovery.age"},
                                                   Secret("AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"), {});
    QVERIFY(!wrong);
    for (const std::string& file :
         {std::string("a letter"), made.recoveryFile.substr(0, made.recoveryFile.size() / 2)}) {
        const auto useless = made.core->rehearseRecovery("vault", {file}, made.passphrase, {});
        QVERIFY(!useless);
        QVERIFY2(useless.error().hint.starts_with("that file is of no use"),
                 useless.error().toText().c_str());
    }
    const auto folder = readSecondCopy(*made.core, "vault", made.fixture.path(""));
    CHECK_FAILS(folder, ErrorCode::InvalidInput);
    QVERIFY2(folder.error().hint.find("keys/recovery.age") == std::string::npos, folder.error().hint.c_str());
    QVERIFY(made.state() == Rehearsal::Never);
    QCOMPARE(made.core->repositories()->front().recoveryFile, std::string());
    QCOMPARE(made.audited("repository.rehearse"), std::size_t{0});
}

void TestCoreRehearsal::open_countsAsARehearsal() {
    Rehearsing made;
    CHECK_OK(made.init());
    CoreFixture elsewhere("bob");
    const auto pin = elsewhere.core.openRepository(
        {made.fixture.storePath(), {made.recoveryFile, "/media/stick/recovery.age"}, "vault", "file"},
        made.passphrase, {});
    CHECK_OK(pin);
    QCOMPARE(pin->recoveryFile, std::string("/media/stick/recovery.age"));
    QVERIFY(rehearsalOf(*pin, SystemClock().now()) == Rehearsal::Fresh);
}

void TestCoreRehearsal::changes_areAudited() {
    Rehearsing made;
    CHECK_OK(made.init());
    QCOMPARE(made.audited("repository.add"), std::size_t{1});
    Profile profile;
    profile.title = "shop";
    profile.engine = "postgresql";
    profile.host = "db.example.org";
    profile.port = 5432;
    profile.user = "backup";
    profile.database = "postgres";
    profile.secretKind = "file";
    const auto saved = made.core->saveProfile(profile, Secret("s3cret"), "vault");
    CHECK_OK(saved);
    QCOMPARE(made.audited("profile.add"), std::size_t{1});
    QCOMPARE(made.audited("profile.password"), std::size_t{1});
    QCOMPARE(made.audited("policy.add"), std::size_t{1}); // the default one
    const auto again = made.core->saveProfile(*saved, Secret("an0ther"), {});
    CHECK_OK(again);
    QCOMPARE(made.audited("profile.password"), std::size_t{2});
    NullProgress nobody;
    CHECK_OK(made.core->rebuildCatalog("vault", nobody, {}));
    QCOMPARE(made.audited("repository.rebuild"), std::size_t{1});
    const auto policy = made.core->policies()->front();
    CHECK_OK(made.core->pausePolicy(policy.uuid, true));
    CHECK_OK(made.core->pausePolicy(policy.uuid, false));
    QCOMPARE(made.audited("policy.edit"), std::size_t{2});
    CHECK_OK(made.core->removePolicy(policy.uuid, {}));
    QCOMPARE(made.audited("policy.remove"), std::size_t{1});
    CHECK_OK(made.core->removeProfile("shop", again->revision));
    QCOMPARE(made.audited("profile.remove"), std::size_t{1});
    CHECK_OK(made.core->forgetRepository("vault"));
    QCOMPARE(made.audited("repository.remove"), std::size_t{1});
    // Whoever reads the audit learns no password.
    const auto trail = made.core->auditTrail({});
    CHECK_OK(trail);
    for (const auto& record : *trail) {
        const QByteArray text = QJsonDocument(toJson(record)).toJson();
        QVERIFY(!text.contains("s3cret") && !text.contains("an0ther"));
        QVERIFY(!record.who.empty());
    }
}

/// A keychain may let the password wait for its prompt.
void TestCoreRehearsal::profile_saveCancelled_changesNothing() {
    Rehearsing made;
    CHECK_OK(made.init());
    Profile profile;
    profile.title = "shop";
    profile.engine = "postgresql";
    profile.host = "db.example.org";
    profile.port = 5432;
    profile.user = "backup";
    profile.database = "postgres";
    profile.secretKind = "file";
    std::stop_source stop;
    stop.request_stop();
    CHECK_FAILS(made.core->saveProfile(profile, Secret("s3cret"), "vault", stop.get_token()),
                ErrorCode::Cancelled);
    QVERIFY(made.core->profiles()->empty());
    QVERIFY(made.core->policies()->empty());
    QCOMPARE(made.audited("profile.password"), std::size_t{0});
    CHECK_OK(made.core->saveProfile(profile, Secret("s3cret"), "vault", {}));
    QCOMPARE(made.core->profiles()->size(), std::size_t{1});
}

QTEST_GUILESS_MAIN(TestCoreRehearsal)
#include "test_core_rehearsal.moc"

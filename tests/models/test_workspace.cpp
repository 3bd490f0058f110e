// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/workspace/workspacedatabase.h"

#include "models/database/sqlitedatabase.h"
#include "models/workspace/workspaceschema.h"

#include "databasefixture.h"
#include "support/check.h"

#include <QSqlDatabase>
#include <QTemporaryDir>
#include <QTest>

#include <thread>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

class TestWorkspace : public QObject {
    Q_OBJECT
private:
    std::string path() const { return m_folder->filePath(QStringLiteral("workspace.sqlite")).toStdString(); }
    std::unique_ptr<WorkspaceDatabase> open(const std::string& who = "anna@laptop") const {
        auto database = WorkspaceDatabase::open(path(), m_clock, who);
        return database ? std::move(*database) : nullptr;
    }
    std::size_t auditCount() const { return m_workspace->auditTrail(1000)->size(); }

    std::unique_ptr<QTemporaryDir> m_folder;
    StandingClock m_clock;
    std::unique_ptr<WorkspaceDatabase> m_workspace;

private slots:
    void init() {
        m_workspace.reset();
        m_folder = std::make_unique<QTemporaryDir>();
        m_workspace = open();
        QVERIFY(m_workspace);
    }
    void cleanupTestCase() { m_workspace.reset(); }

    void profile_inserted_isFoundByUuidAndTitle() {
        Profile profile = makeProfile("Größe");
        profile.toolsCommand = {"docker", "exec"};
        const auto saved = m_workspace->insertProfile(profile);
        CHECK_OK(saved);
        QCOMPARE(saved->revision, std::int64_t(1));
        for (const auto& name : {profile.uuid, profile.title}) {
            const auto found = m_workspace->profile(name);
            CHECK_OK(found);
            QCOMPARE(toJson(*found), toJson(*saved));
        }
        const auto none = m_workspace->profile("nothing");
        CHECK_FAILS(none, ErrorCode::NotFound);
        QVERIFY(!none.error().hint.empty());
    }

    void profile_titleTaken_isAlreadyExists() {
        CHECK_OK(m_workspace->insertProfile(makeProfile("billing")));
        const auto second = m_workspace->insertProfile(makeProfile("billing"));
        CHECK_FAILS(second, ErrorCode::AlreadyExists);
        QCOMPARE(second.error().context.at("title"), std::string("billing"));
        auto other = m_workspace->insertProfile(makeProfile("shop"));
        other->title = "billing";
        CHECK_FAILS(m_workspace->updateProfile(*other), ErrorCode::AlreadyExists);
        QCOMPARE(m_workspace->profiles()->size(), std::size_t(2));
        QCOMPARE(m_workspace->profile("shop")->revision, std::int64_t(1));
    }

    void profile_sameUuid_isAlreadyExists() {
        Profile profile = makeProfile("billing");
        CHECK_OK(m_workspace->insertProfile(profile));
        profile.title = "other";
        CHECK_FAILS(m_workspace->insertProfile(profile), ErrorCode::AlreadyExists);
    }

    void profile_invalid_isRefused() {
        Profile profile = makeProfile("billing");
        profile.tlsMode = "maybe";
        CHECK_FAILS(m_workspace->insertProfile(profile), ErrorCode::InvalidInput);
        QVERIFY(m_workspace->profiles()->empty());
        QCOMPARE(auditCount(), std::size_t(0));
    }

    void profile_staleEdit_isConflictAndChangesNothing() {
        const auto first = m_workspace->insertProfile(makeProfile("billing"));
        const auto elsewhere = open("ben@desk");
        auto theirs = elsewhere->profile("billing");
        theirs->host = "new.example.org";
        CHECK_OK(elsewhere->updateProfile(*theirs));
        Profile mine = *first;
        mine.host = "mine.example.org";
        const auto stale = m_workspace->updateProfile(mine);
        CHECK_FAILS(stale, ErrorCode::Conflict);
        QCOMPARE(stale.error().context.at("current"), std::string("2"));
        QVERIFY(stale.error().context.at("theirs").find("new.example.org") != std::string::npos);
        QVERIFY(stale.error().context.at("yours").find("mine.example.org") != std::string::npos);
        QVERIFY(stale.error().message.find("differ in: host") != std::string::npos);
        QCOMPARE(m_workspace->profile("billing")->host, std::string("new.example.org"));
        CHECK_FAILS(m_workspace->removeProfile(first->uuid, first->revision), ErrorCode::Conflict);
        CHECK_OK(m_workspace->removeProfile(first->uuid, 2));
        CHECK_FAILS(m_workspace->removeProfile(first->uuid, 2), ErrorCode::NotFound);
        CHECK_FAILS(m_workspace->updateProfile(mine), ErrorCode::NotFound);
    }

    void policy_lifeOfOne_isKept() {
        const auto profile = m_workspace->insertProfile(makeProfile("billing"));
        CHECK_OK(m_workspace->insertRepository(makePin("r1", "nas")));
        auto policy = m_workspace->insertPolicy(makeDefaultPolicy(profile->uuid, profile->title, "r1"));
        CHECK_OK(policy);
        policy->rules.push_back({false, "tmp_*"});
        const auto edited = m_workspace->updatePolicy(*policy);
        CHECK_OK(edited);
        QCOMPARE(edited->revision, std::int64_t(2));
        CHECK_FAILS(m_workspace->updatePolicy(*policy), ErrorCode::Conflict);
        QCOMPARE(m_workspace->policiesOfProfile(profile->uuid)->size(), std::size_t(1));
        QCOMPARE(m_workspace->policies()->front().rules.size(), std::size_t(2));
        QCOMPARE(m_workspace->policy("billing")->uuid, policy->uuid);
        CHECK_OK(m_workspace->removePolicy(policy->uuid, 2));
        QVERIFY(m_workspace->policies()->empty());
    }

    void policy_unknownProfileOrRepository_isNotFound() {
        const auto profile = m_workspace->insertProfile(makeProfile("billing"));
        CHECK_FAILS(m_workspace->insertPolicy(makeDefaultPolicy(profile->uuid, "p", "r1")),
                    ErrorCode::NotFound);
        CHECK_OK(m_workspace->insertRepository(makePin("r1", "nas")));
        CHECK_FAILS(m_workspace->insertPolicy(makeDefaultPolicy("no-such", "p", "r1")), ErrorCode::NotFound);
        Policy untitled = makeDefaultPolicy(profile->uuid, "", "r1");
        CHECK_FAILS(m_workspace->insertPolicy(untitled), ErrorCode::InvalidInput);
    }

    void profile_removed_takesItsPoliciesAlong() {
        const auto profile = m_workspace->insertProfile(makeProfile("billing"));
        CHECK_OK(m_workspace->insertRepository(makePin("r1", "nas")));
        const auto policy = m_workspace->insertPolicy(makeDefaultPolicy(profile->uuid, "p", "r1"));
        const auto used = m_workspace->removeRepository("r1", 1);
        CHECK_FAILS(used, ErrorCode::Conflict);
        QCOMPARE(used.error().context.at("policy"), std::string("p"));
        CHECK_OK(m_workspace->removeProfile(profile->uuid, 1));
        QVERIFY(m_workspace->policies()->empty());
        const auto trail = m_workspace->auditTrail(2);
        QCOMPARE((*trail)[0].action, std::string("profile.remove"));
        QCOMPARE((*trail)[1].action, std::string("policy.remove"));
        QCOMPARE((*trail)[1].before.value(QStringLiteral("uuid")).toString().toStdString(), policy->uuid);
        CHECK_OK(m_workspace->removeRepository("r1", 1));
    }

    void profile_removeStale_keepsItsPolicies() {
        auto profile = m_workspace->insertProfile(makeProfile("billing"));
        CHECK_OK(m_workspace->insertRepository(makePin("r1", "nas")));
        CHECK_OK(m_workspace->insertPolicy(makeDefaultPolicy(profile->uuid, "p", "r1")));
        CHECK_OK(m_workspace->updateProfile(*profile));
        CHECK_FAILS(m_workspace->removeProfile(profile->uuid, 1), ErrorCode::Conflict);
        QCOMPARE(m_workspace->policies()->size(), std::size_t(1));
    }

    void repository_catalogSeen_onlyRises() {
        const auto pin = m_workspace->insertRepository(makePin("r1", "nas"));
        CHECK_OK(m_workspace->noteCatalogSeen("r1", 5, "hash5"));
        CHECK_OK(m_workspace->noteCatalogSeen("r1", 5, "hash5"));
        const auto lower = m_workspace->noteCatalogSeen("r1", 3, "hash3");
        CHECK_OK(lower);
        QCOMPARE(lower->highestCatalogSeen, std::uint64_t(5));
        CHECK_FAILS(m_workspace->noteCatalogSeen("r1", 5, "other"), ErrorCode::PinMismatch);
        CHECK_FAILS(m_workspace->noteCatalogSeen("r2", 5, "x"), ErrorCode::NotFound);
        // An edit begun before must neither be stale nor turn it back.
        RepositoryPin edit = *pin;
        edit.title = "attic";
        const auto edited = m_workspace->updateRepository(edit);
        CHECK_OK(edited);
        QCOMPARE(edited->highestCatalogSeen, std::uint64_t(5));
        QCOMPARE(m_workspace->repository("attic")->highestCatalogHash, std::string("hash5"));
        QCOMPARE(m_workspace->repositories()->size(), std::size_t(1));
    }

    void settings_setAndRemoved_leaveAnAudit() {
        QVERIFY(!m_workspace->setting("theme")->has_value());
        CHECK_OK(m_workspace->setSetting("theme", "dark"));
        CHECK_OK(m_workspace->setSetting("theme", "dark")); // no change, no line
        CHECK_OK(m_workspace->setSetting("theme", "light"));
        QCOMPARE(m_workspace->setting("theme")->value(), std::string("light"));
        CHECK_OK(m_workspace->removeSetting("theme"));
        CHECK_OK(m_workspace->removeSetting("theme"));
        QVERIFY(!m_workspace->setting("theme")->has_value());
        QCOMPARE(auditCount(), std::size_t(3));
    }

    void audit_everyChange_saysWhoWhenWhat() {
        auto profile = m_workspace->insertProfile(makeProfile("billing"));
        m_clock.advance(90s);
        profile->port = 6000;
        CHECK_OK(open("ben@desk")->updateProfile(*profile));
        CHECK_OK(m_workspace->recordAudit("database.drop", "billing_restored", {}, {}));
        const auto trail = m_workspace->auditTrail(10);
        CHECK_OK(trail);
        QCOMPARE(trail->size(), std::size_t(3));
        QCOMPARE((*trail)[0].action, std::string("database.drop"));
        const AuditRecord& edit = (*trail)[1];
        QCOMPARE(edit.action, std::string("profile.edit"));
        QCOMPARE(edit.who, std::string("ben@desk"));
        QVERIFY(edit.at == m_clock.now());
        QCOMPARE(edit.subject, profile->uuid);
        QCOMPARE(edit.before.value(QStringLiteral("port")).toInt(), 5432);
        QCOMPARE(edit.after.value(QStringLiteral("port")).toInt(), 6000);
        QCOMPARE((*trail)[2].who, std::string("anna@laptop"));
        QVERIFY((*trail)[2].before.isEmpty());
        QCOMPARE(m_workspace->auditTrail(1, 2)->front().number, (*trail)[2].number);
    }

    void audit_filtered_showsOnlyThat() {
        const auto billing = m_workspace->insertProfile(makeProfile("billing"));
        m_clock.advance(60s);
        const Instant between = m_clock.now();
        m_clock.advance(60s);
        CHECK_OK(m_workspace->insertProfile(makeProfile("shop")));
        CHECK_OK(m_workspace->setSetting("profile", "x"));
        AuditFilter filter;
        filter.action = "profile";
        QCOMPARE(m_workspace->auditTrail(filter)->size(), std::size_t(2));
        filter.action = "profile.add";
        QCOMPARE(m_workspace->auditTrail(filter)->size(), std::size_t(2));
        filter.action = "profile.a"; // no part of a word
        QVERIFY(m_workspace->auditTrail(filter)->empty());
        filter = {};
        filter.subject = billing->uuid;
        QCOMPARE(m_workspace->auditTrail(filter)->size(), std::size_t(1));
        filter = {};
        filter.since = between;
        QCOMPARE(m_workspace->auditTrail(filter)->size(), std::size_t(2));
        filter.until = between;
        QVERIFY(m_workspace->auditTrail(filter)->empty());
        const auto json = toJson(m_workspace->auditTrail(1)->front());
        QCOMPARE(json.value(QStringLiteral("who")).toString(), QStringLiteral("anna@laptop"));
        QCOMPARE(json.value(QStringLiteral("at")).toString().toStdString(), toRfc3339(m_clock.now()));
    }

    void policy_ofTheFirstSchema_isReadAndUpgradedByItsNextEdit() {
        const auto profile = m_workspace->insertProfile(makeProfile("billing"));
        CHECK_OK(m_workspace->insertRepository(makePin("r1", "nas")));
        const auto policy = m_workspace->insertPolicy(makeDefaultPolicy(profile->uuid, "p", "r1"));
        CHECK_OK(policy);
        m_workspace.reset();
        { // as version 1 of the file had it
            const auto raw = SqliteDatabase::open(path(), workspaceSchema(), 5000ms);
            CHECK_OK(raw);
            CHECK_OK((*raw)->execute(QStringLiteral("DROP INDEX audit_by_subject")));
            CHECK_OK((*raw)->execute(QStringLiteral("DROP INDEX audit_by_time")));
            CHECK_OK((*raw)->execute(QStringLiteral("DROP TABLE channels")));
            CHECK_OK((*raw)->execute(QStringLiteral("PRAGMA user_version = 1")));
            const QString old =
                QStringLiteral(R"({"uuid":"%1","title":"p","profile_uuid":"%2","repository_id":"r1","rules":)"
                               R"([{"include":true,"database_glob":"b*"}],"method":"logical","kind":"full",)"
                               R"("options":{"compression_level":9},"revision":1})")
                    .arg(QString::fromStdString(policy->uuid), QString::fromStdString(profile->uuid));
            CHECK_OK((*raw)->execute(QStringLiteral("UPDATE policies SET document = ?"), {old}));
        }
        m_workspace = open();
        QVERIFY(m_workspace);
        auto read = m_workspace->policy("p");
        CHECK_OK(read);
        QVERIFY(selects(*read, "billing") && !selects(*read, "shop"));
        QCOMPARE(read->compressionLevel, std::optional<std::uint64_t>(9));
        CHECK_OK(m_workspace->updatePolicy(*read));
        m_workspace.reset();
        const auto raw = SqliteDatabase::open(path(), workspaceSchema(), 5000ms);
        CHECK_OK(raw);
        auto row = (*raw)->query(QStringLiteral("SELECT document FROM policies"));
        CHECK_OK(row);
        QVERIFY(row->next());
        QVERIFY(row->value(0).toString().contains(QStringLiteral("\"schema_version\":1")));
    }

    void profiles_editedFromThreads_loseNoEdit() {
        CHECK_OK(m_workspace->insertProfile(makeProfile("billing")));
        constexpr int kEach = 20;
        std::vector<std::string> problems(4);
        {
            std::vector<std::jthread> threads;
            for (auto& problem : problems)
                threads.emplace_back([&] {
                    const auto workspace = WorkspaceDatabase::open(path(), m_clock, "thread", 30s);
                    for (int done = 0; workspace && done < kEach && problem.empty();) {
                        auto profile = (*workspace)->profile("billing");
                        const int edits = std::stoi("0" + profile->options["edits"]);
                        profile->options["edits"] = std::to_string(edits + 1);
                        const auto saved = (*workspace)->updateProfile(*profile);
                        if (saved)
                            ++done;
                        else if (saved.error().code != ErrorCode::Conflict)
                            problem = saved.error().toText();
                    }
                    if (!workspace)
                        problem = workspace.error().toText();
                });
        }
        for (const auto& problem : problems)
            QCOMPARE(problem, std::string());
        QCOMPARE(m_workspace->profile("billing")->options["edits"], std::to_string(4 * kEach));
        QCOMPARE(m_workspace->profile("billing")->revision, std::int64_t(4 * kEach + 1));
    }
};

QTEST_GUILESS_MAIN(TestWorkspace)
#include "test_workspace.moc"

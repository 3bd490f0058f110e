// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The editor's look at retention, over a real repository whose backups are made without a server.
#include "support/check.h"
#include "support/patience.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/workspacefeed.h"
#include "ui/policies/policyeditor.h"
#include "ui/policies/retentionsection.h"
#include "ui/support/startup.h"
#include "ui/widgetchecks.h"
#include "workers/agedbackups.h"
#include "workers/timersroad.h"

#include <QCheckBox>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>

using namespace salvor;
using namespace salvor::test;
using namespace std::chrono_literals;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// Five daily backups of one database under one policy.
class Bench {
public:
    Bench() {
        m_clock.set(toRfc3339(std::chrono::floor<std::chrono::seconds>(SystemClock().now()) + 72h));
        CoreConfig config;
        config.places = placesIn((m_folder.path() + QStringLiteral("/home")).toStdString());
        config.clock = &m_clock;
        config.machineId = kAlice.machine;
        config.userName = kAlice.user;
        core = std::make_unique<Core>(config);
    }
    Result<> make() {
        RepositoryInitSpec spec;
        spec.url = (m_folder.path() + QStringLiteral("/store")).toStdString();
        spec.title = "vault";
        spec.secretKind = "file";
        SALVOR_TRY(core->initRepository(std::move(spec), {}));
        Profile profile;
        profile.title = "shop server";
        profile.engine = "postgresql";
        profile.host = "db.example.org";
        profile.port = 5432;
        profile.user = "backup";
        profile.database = "postgres";
        SALVOR_ASSIGN(const Profile saved, core->saveProfile(profile, std::nullopt, "vault"));
        SALVOR_ASSIGN(auto policies, core->policies());
        SALVOR_ASSIGN(const auto pins, core->repositories());
        const AgedSource source{core->config().places, &m_clock,  pins.front(), kAlice,
                                policies.front().uuid, saved.uuid};
        for (int day = 4; day >= 0; --day)
            SALVOR_TRY(
                makeAged(source, "shop", m_clock.now() - day * 24h - 1h, static_cast<std::uint64_t>(day)));
        policy = policies.front();
        policy.retention = RetentionRules{};
        policy.retention->daily = 14;
        policy.schedules["full"] = "*-*-* 02:00:00";
        SALVOR_ASSIGN(policy, core->savePolicy(policy));
        jobs = std::make_unique<JobController>(*core);
        feed = std::make_unique<WorkspaceFeed>(*core, lookups, road);
        feed->refresh();
        if (!QTest::qWaitFor([this] { return feed->snapshot() != nullptr; }, kPatience))
            return failure(ErrorCode::Timeout, "no snapshot");
        return {};
    }
    WindowContext context() { return {*core, lookups, *jobs, *feed, m_clock, road}; }
    QString store() const { return m_folder.path() + QStringLiteral("/store"); }

private:
    QTemporaryDir m_folder;
    SetClock m_clock;

public:
    std::unique_ptr<Core> core;
    Lookups lookups;
    const TimersRoad road = findTimersRoad("/usr/bin/salvorctl");
    std::unique_ptr<JobController> jobs;
    std::unique_ptr<WorkspaceFeed> feed;
    Policy policy;
};

QString sentence(const QWidget& editor) { return child<QLabel>(editor, "retentionSentence")->text(); }

} // namespace

class TestPolicyRetention : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void rules_changed_showWhatWouldGo_beforeAnythingIsSaved() {
        Bench bench;
        CHECK_OK(bench.make());
        PolicyEditor editor(bench.context(), bench.policy);
        editor.open(PolicyEditor::Section::Keep, {});
        QTRY_COMPARE_WITH_TIMEOUT(sentence(editor), s("Nothing would go: this policy has 5 backups."),
                                  kPatience);
        auto* table = child<QTableView>(editor, "retentionTable");
        QCOMPARE(table->model()->rowCount(), 5);
        QVERIFY(table->model()->index(0, 2).data().toString().startsWith(s("stays: daily no. 1")));

        child<QSpinBox>(editor, "keepDaily")->setValue(2);
        QTRY_VERIFY_WITH_TIMEOUT(sentence(editor).startsWith(s("With these rules 3 backups would go")),
                                 kPatience);
        RetentionQuery query;
        query.policy = bench.policy.uuid;
        query.overrides.daily = 2;
        const auto preview = bench.core->previewRetention(query, {});
        CHECK_OK(preview);
        QCOMPARE(preview->dropped, std::uint64_t(3));
        QVERIFY(preview->freed.bytes() > 0);
        QCOMPARE(table->model()->index(0, 2).data().toString(), s("goes: no rule keeps it"));
        QCOMPARE(bench.core->policy(bench.policy.uuid)->retention->daily, 14U);

        auto* cursor = child<QSlider>(editor, "retentionCursor");
        QVERIFY(cursor->isEnabled());
        cursor->setValue(cursor->maximum());
        QVERIFY2(sentence(editor).startsWith(s("Estimate for ")) &&
                     sentence(editor).contains(s(": 2 backups.")),
                 qPrintable(sentence(editor)));
        click(child<QPushButton>(editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(!editor.isVisible(), kPatience);
        QCOMPARE(bench.core->policy(bench.policy.uuid)->retention->daily, 2U);
    }

    void store_gone_saysWhyAndCanStillBeSaved() {
        Bench bench;
        CHECK_OK(bench.make());
        QVERIFY(QDir().rename(bench.store(), bench.store() + s(".away")));
        PolicyEditor editor(bench.context(), bench.policy);
        editor.open(PolicyEditor::Section::Keep, {});
        QTRY_VERIFY_WITH_TIMEOUT(
            sentence(editor).startsWith(s("What these rules keep could not be worked out")), kPatience);
        QVERIFY(!child<QSlider>(editor, "retentionCursor")->isEnabled());
        child<QSpinBox>(editor, "keepDaily")->setValue(3);
        QVERIFY(child<QPushButton>(editor, "policySave")->isEnabled());
        click(child<QPushButton>(editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(!editor.isVisible(), kPatience);
        QCOMPARE(bench.core->policy(bench.policy.uuid)->retention->daily, 3U);
    }
};

QTEST_MAIN(TestPolicyRetention)
#include "test_policyretention.moc"

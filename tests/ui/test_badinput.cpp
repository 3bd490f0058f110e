// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What others do to the workspace while the window is open: each is said, and nothing that was typed is lost.
#include "models/workspace/workspacedatabase.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/clicks.h"
#include "ui/main/workspacefeed.h"
#include "ui/policies/policyeditor.h"
#include "ui/policies/policytexts.h"
#include "ui/support/errorpanel.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QDir>
#include <QFile>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QScopeGuard>
#include <QSqlDatabase>
#include <QSqlQuery>
#include <QTableView>
#include <QTreeView>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// Another program with the same workspace file open.
class OtherProgram {
public:
    explicit OtherProgram(const Core& core)
        : m_name(QStringLiteral("other")) {
        auto database = QSqlDatabase::addDatabase(s("QSQLITE"), m_name);
        database.setDatabaseName(QString::fromStdString(core.config().places.workspaceFile));
        if (!database.open())
            throw std::runtime_error("the workspace cannot be opened");
    }
    ~OtherProgram() {
        QSqlDatabase::database(m_name).close();
        QSqlDatabase::removeDatabase(m_name);
    }
    bool run(const char* statement) const {
        QSqlQuery query(QSqlDatabase::database(m_name));
        return query.exec(s(statement));
    }

private:
    QString m_name;
};

bool anyError(const QWidget& window, const QString& title) {
    for (const auto* panel : window.findChildren<ErrorPanel*>()) {
        if (panel->isVisible() && panel->findChild<QLabel*>(s("errorTitle"))->text() == title)
            return true;
    }
    return false;
}

/// Of the error that is to be seen, in full.
QString textOfError(const QWidget& window) {
    for (const auto* panel : window.findChildren<ErrorPanel*>()) {
        if (panel->isVisible())
            return panel->fullText();
    }
    return {};
}

/// Until nothing more can be written there.
void fill(const QString& path) {
    QFile filler(path);
    if (!filler.open(QIODevice::WriteOnly | QIODevice::Append | QIODevice::Unbuffered))
        return;
    for (const int size : {65536, 4096}) {
        while (filler.write(QByteArray(size, 'x')) == size) {
        }
    }
}

/// The editor of a policy, opened from the list.
PolicyEditor* openEditor(WindowFixture& fixture, const char* title) {
    fixture.window->showPage(s("policies"));
    if (!fixture.waitForRows("policiesTable", 4) ||
        !QTest::qWaitFor([&] { return fixture.window->context().feed.snapshot() != nullptr; }, kPatience))
        return nullptr;
    auto* table = fixture.find<QTableView>("policiesTable");
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        if (table->model()->index(row, 0).data().toString() == s(title))
            table->setCurrentIndex(table->model()->index(row, 0));
    }
    click(fixture.find<QPushButton>("policyEdit"));
    return fixture.window->findChild<PolicyEditor*>();
}

} // namespace

class TestBadInput : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void workspace_ofANewerVersion_isSaidAndNeverShownAsEmpty() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        fixture.window.reset();
        {
            OtherProgram newer(*fixture.core);
            QVERIFY(newer.run("PRAGMA user_version = 9999"));
        }
        fixture.open();
        QTRY_VERIFY_WITH_TIMEOUT(anyError(*fixture.window, ErrorPanel::title(ErrorCode::NewerFormat)),
                                 kPatience);
        QVERIFY(!fixture.find<QWidget>("firstRunPage")->isVisible());
        fixture.window->showPage(s("policies"));
        QTRY_VERIFY_WITH_TIMEOUT(
            anyError(*fixture.find<QWidget>("policiesPage"), ErrorPanel::title(ErrorCode::NewerFormat)),
            kPatience);
    }

    /// While the window is open, and over again: the page does not go on saying so above the list.
    void policies_workspaceReadableAgain_saysNothingMore() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(s("policies"));
        QVERIFY(fixture.waitForRows("policiesTable", 4));
        const auto* page = fixture.find<QWidget>("policiesPage");
        const QString newer = ErrorPanel::title(ErrorCode::NewerFormat);
        int version = 0;
        {
            const OtherProgram other(*fixture.core);
            QSqlQuery query(s("PRAGMA user_version"), QSqlDatabase::database(s("other")));
            QVERIFY(query.next());
            version = query.value(0).toInt();
            query.clear();
            QVERIFY(other.run("PRAGMA user_version = 9999"));
        }
        fixture.window->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(anyError(*page, newer), kPatience);
        {
            const OtherProgram other(*fixture.core);
            QVERIFY(other.run(qPrintable(s("PRAGMA user_version = %1").arg(version))));
        }
        fixture.window->refresh();
        QTRY_VERIFY_WITH_TIMEOUT(!anyError(*page, newer), kPatience);
        QVERIFY(fixture.waitForRows("policiesTable", 4));
    }

    void save_workspaceLocked_saysSoKeepsWhatWasTypedAndWorksLater() {
        WindowFixture fixture(WindowFixture::Filled);
        PolicyEditor* editor = openEditor(fixture, "prod-eu");
        QVERIFY(editor != nullptr);
        type(child<QLineEdit>(*editor, "policyTitle"), s("renamed"));
        const OtherProgram other(*fixture.core);
        QVERIFY(other.run("BEGIN IMMEDIATE"));
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(anyError(*editor, ErrorPanel::title(ErrorCode::Busy)), kPatience);
        QCOMPARE(child<QLineEdit>(*editor, "policyTitle")->text(), s("renamed"));
        QVERIFY(other.run("ROLLBACK"));
        QTRY_VERIFY_WITH_TIMEOUT(child<QPushButton>(*editor, "policySave")->isEnabled(), kPatience);
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(fixture.window->findChild<PolicyEditor*>() == nullptr, kPatience);
        CHECK_OK(fixture.core->policy("renamed"));
    }

    /// Whole, as some programs do that look into such files: not even to be read.
    void workspace_lockedAtTheStart_isSaidNeverShownAsEmptyAndComesByItself() {
        WindowFixture fixture(WindowFixture::Filled);
        QVERIFY(fixture.waitForRows("overviewTable", 8));
        fixture.window.reset();
        {
            const OtherProgram other(*fixture.core);
            QVERIFY(other.run("PRAGMA locking_mode = EXCLUSIVE"));
            QVERIFY(other.run("BEGIN EXCLUSIVE"));
            fixture.open();
            QTRY_VERIFY_WITH_TIMEOUT(anyError(*fixture.window, ErrorPanel::title(ErrorCode::Busy)),
                                     kPatience);
            QVERIFY(!fixture.find<QWidget>("firstRunPage")->isVisible());
        }
        const auto* rows = fixture.find<QTableView>("overviewTable")->model();
        QTRY_VERIFY_WITH_TIMEOUT(rows->rowCount() >= 8, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(!anyError(*fixture.window, ErrorPanel::title(ErrorCode::Busy)), kPatience);
    }

    void save_noRoomAtHome_saysSoKeepsWhatWasTypedAndWorksLater() {
        const QTemporaryDir outside;
        const QString small = outside.filePath(s("small"));
        if (!QDir().mkpath(small) ||
            QProcess::execute(s("mount"),
                              {s("-t"), s("tmpfs"), s("-o"), s("size=96m,mode=700"), s("tmpfs"), small}) != 0)
            QSKIP("a small file system cannot be mounted here (not root)");
        const auto away = qScopeGuard([&] { QProcess::execute(s("umount"), {small}); });
        const QByteArray temporary = qgetenv("TMPDIR");
        qputenv("TMPDIR", small.toLocal8Bit()); // where the fixture makes its home
        const auto fixture = std::make_unique<WindowFixture>(WindowFixture::Filled);
        temporary.isNull() ? qunsetenv("TMPDIR") : qputenv("TMPDIR", temporary);
        QVERIFY(fixture->home.path().startsWith(small));
        PolicyEditor* editor = openEditor(*fixture, "prod-eu");
        QVERIFY(editor != nullptr);
        type(child<QLineEdit>(*editor, "policyTitle"), s("renamed"));
        const WindowContext context = fixture->window->context();
        QTRY_COMPARE_WITH_TIMEOUT(context.feed.repositoryInfos().size(), std::size_t(1), kPatience);
        const QString filler = small + s("/filler");
        fill(filler);
        bool idle = false; // what a look-up had open until now gives its room back
        context.lookups.run<bool>(
            fixture->window.get(), [](const CancelToken&) { return Result<bool>(true); },
            [&](const Result<bool>&) { idle = true; });
        QTRY_VERIFY_WITH_TIMEOUT(idle, kPatience);
        fill(filler);
        auto* save = child<QPushButton>(*editor, "policySave");
        click(save);
        QTRY_VERIFY_WITH_TIMEOUT(anyError(*editor, ErrorPanel::title(ErrorCode::NoSpace)), kPatience);
        QVERIFY2(textOfError(*editor).contains(small) &&
                     textOfError(*editor).contains(s("Nothing was saved")),
                 qPrintable(textOfError(*editor)));
        QCOMPARE(child<QLineEdit>(*editor, "policyTitle")->text(), s("renamed"));
        CHECK_OK(fixture->core->policy("prod-eu")); // which is still read

        QVERIFY(QFile::remove(filler));
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        QTRY_VERIFY_WITH_TIMEOUT(fixture->window->findChild<PolicyEditor*>() == nullptr, kPatience);
        CHECK_OK(fixture->core->policy("renamed"));
    }

    void save_policyRemovedMeanwhile_saysSoAndKeepsWhatWasTyped() {
        WindowFixture fixture(WindowFixture::Filled);
        PolicyEditor* editor = openEditor(fixture, "prod-eu");
        QVERIFY(editor != nullptr);
        type(child<QLineEdit>(*editor, "policyTitle"), s("renamed"));
        Core other(fixture.sample.config()); // as salvorctl has it
        CHECK_OK(other.removePolicy("prod-eu", {}));
        click(child<QPushButton>(*editor, "policySave"));
        QTRY_VERIFY_WITH_TIMEOUT(anyError(*editor, ErrorPanel::title(ErrorCode::NotFound)), kPatience);
        QVERIFY2(textOfError(*editor).contains(s("removed meanwhile")) &&
                     textOfError(*editor).contains(s("Nothing was saved")),
                 qPrintable(textOfError(*editor)));
        QCOMPARE(child<QLineEdit>(*editor, "policyTitle")->text(), s("renamed"));
        CHECK_FAILS(fixture.core->policy("renamed"), ErrorCode::NotFound);
    }

    /// The run is written down before a keychain is asked, which may wait for an answer: nobody sees a server
    /// without a name meanwhile.
    void backup_secretsOutOfReach_namesItsServerFromTheStart() {
        class Looking final : public ProgressSink {
        public:
            explicit Looking(Core& of)
                : core(of) {}
            void progressed(const Progress&) override {
                if (const auto runs = core.runs(1); !seen && runs && !runs->empty())
                    seen = runs->front();
            }
            Core& core;
            std::optional<RunRecord> seen;
        };
        WindowFixture fixture(WindowFixture::Filled);
        CoreConfig config = fixture.sample.config();
        config.pluginFolder = fixture.home.filePath(s("none")).toStdString(); // no keychain is reached
        Core core(config);
        Profile profile;
        profile.title = "locked";
        profile.engine = "postgresql";
        profile.host = "db.example.org";
        profile.port = 5432;
        profile.user = "backup";
        profile.database = "postgres";
        profile.secretKind = "keychain";
        const auto saved = core.saveProfile(profile, std::nullopt, "nas");
        CHECK_OK(saved);
        BackupJob job;
        job.profile = "locked";
        Looking looking(core);
        CHECK_FAILS(core.runJob(job, looking, {}), ErrorCode::SecretUnavailable);
        QVERIFY(looking.seen.has_value());
        QVERIFY(looking.seen->outcome == RunOutcome::Running);
        QCOMPARE(looking.seen->profileUuid, saved->uuid);
        QCOMPARE(looking.seen->profileTitle, saved->title);
        fixture.window->refresh();
        auto* tree = fixture.find<QTreeView>("serverTree");
        const auto titles = [&] {
            QStringList all;
            for (int row = 0; row < tree->model()->rowCount(); ++row)
                all << tree->model()->index(row, 0).data().toString();
            return all;
        };
        QTRY_VERIFY_WITH_TIMEOUT(titles().contains(s("locked")), kPatience);
        QVERIFY2(!titles().contains(QString()), "a server without a name");
        QCOMPARE(titles().count(s("locked")), 1);
    }

    void list_changedByAnotherProgram_isShownAfterARefresh() {
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window->showPage(s("policies"));
        QVERIFY(fixture.waitForRows("policiesTable", 4));
        Core other(fixture.sample.config());
        CHECK_OK(other.pausePolicy("office", true));
        QTest::keyClick(fixture.window.get(), Qt::Key_F5);
        fixture.window->refresh();
        auto* table = fixture.find<QTableView>("policiesTable");
        const auto paused = [&] {
            int count = 0;
            for (int row = 0; row < table->model()->rowCount(); ++row)
                count += table->model()->index(row, PolicyListModel::StateColumn).data().toString() ==
                                 PolicyTexts::state(PolicyState::Paused)
                             ? 1
                             : 0;
            return count;
        };
        QTRY_COMPARE_WITH_TIMEOUT(paused(), 2, kPatience);
    }
};

QTEST_MAIN(TestBadInput)
#include "test_badinput.moc"

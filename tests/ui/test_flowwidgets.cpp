// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The pages and parts of the flows, each alone.
#include "models/policy/leftout.h"
#include "models/policy/policy.h"
#include "models/sourcetexts.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/profiles/connectionview.h"
#include "ui/profiles/profileform.h"
#include "ui/repository/recoverypages.h"
#include "ui/repository/recoverysheet.h"
#include "ui/repository/repositoryform.h"
#include "ui/restore/exceptionsbox.h"
#include "ui/restore/findingsview.h"
#include "ui/restore/restorepages.h"
#include "ui/support/columnfit.h"
#include "ui/support/flowdialog.h"
#include "ui/support/tables.h"
#include "ui/welcome/protectpages.h"
#include "ui/welcome/recoverflow.h"
#include "ui/widgetchecks.h"
#include "workers/recoverycopy.h"

#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QComboBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QHeaderView>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTableView>
#include <QTemporaryDir>
#include <QToolButton>
#include <QVBoxLayout>

using namespace salvor;
using namespace salvor::test;

namespace {

/// A page with one field that must not be empty.
class FieldPage : public FlowPage {
public:
    explicit FieldPage(const QString& name)
        : FlowPage(name, name, QStringLiteral("Fill it in."))
        , field(new QLineEdit(this)) {
        field->setObjectName(QStringLiteral("field"));
        field->setAccessibleName(name);
        body()->addWidget(field);
        connect(field, &QLineEdit::textChanged, this, &FlowPage::changed);
    }
    QString problem() const override {
        return field->text().isEmpty() ? QStringLiteral("Fill the field in.") : QString();
    }
    QLineEdit* field;
};

class TwoPages : public FlowDialog {
public:
    TwoPages()
        : FlowDialog(QStringLiteral("Two pages"))
        , first(new FieldPage(QStringLiteral("First")))
        , second(new FieldPage(QStringLiteral("Second"))) {
        addPage(first);
        addPage(second);
        goTo(first);
    }
    using FlowDialog::setBanner;
    using FlowDialog::setBusy;
    using FlowDialog::setIdle;
    using FlowDialog::showError;
    void cancelBusy() override { ++cancelled; }
    FieldPage* first;
    FieldPage* second;
    int cancelled = 0;
};

BackupRecord sampleBackup() {
    BackupRecord backup;
    backup.id = "20261121T074000Z-ABC123";
    backup.database = "metrics";
    backup.profileUuid = "p1";
    backup.profileTitle = "db1";
    backup.items = 12;
    backup.rows = 34'567;
    backup.sizeBytes = 8'000'000;
    return backup;
}

Profile sampleProfile(const std::string& uuid, const std::string& title) {
    Profile profile;
    profile.uuid = uuid;
    profile.title = title;
    profile.host = title + ".example.org";
    profile.user = "salvor";
    return profile;
}

} // namespace

class TestFlowWidgets : public QObject {
    Q_OBJECT

private slots:
    void flow_emptyField_explainsWhyItCannotGoOn() {
        TwoPages flow;
        flow.show();
        auto* next = child<QPushButton>(flow, "flowNext");
        QVERIFY(!next->isEnabled());
        QCOMPARE(child<QLabel>(flow, "flowNote")->text(), QStringLiteral("Fill the field in."));
        QVERIFY(!child<QPushButton>(flow, "flowBack")->isVisible());
        type(flow.first->field, QStringLiteral("x"));
        QVERIFY(next->isEnabled());
        CHECK_NONE(nameProblems(flow));
        CHECK_NONE(sizeProblems(flow));
    }

    void flow_byKeysAlone_goesForwardAndBackAndEnds() {
        TwoPages flow;
        flow.show();
        QVERIFY(QTest::qWaitForWindowActive(&flow));
        QTest::keyClicks(flow.first->field, QStringLiteral("x"));
        QTest::keyClick(flow.first->field, Qt::Key_Return);
        QCOMPARE(flow.currentIndex(), 1);
        QCOMPARE(flow.focusWidget(), flow.second->field);
        click(child<QPushButton>(flow, "flowBack"));
        QCOMPARE(flow.currentIndex(), 0);
        QCOMPARE(flow.focusWidget(), flow.first->field); // not Back or Cancel
        QTest::keyClick(flow.first->field, Qt::Key_Return);
        QTest::keyClicks(flow.second->field, QStringLiteral("y"));
        QTest::keyClick(flow.second->field, Qt::Key_Return);
        QCOMPARE(flow.result(), int(QDialog::Accepted));
    }

    void flow_busy_cancelsInsteadOfClosing() {
        TwoPages flow;
        flow.show();
        flow.setBusy(QStringLiteral("Working"));
        QVERIFY(!flow.first->isEnabled());
        QTest::keyClick(&flow, Qt::Key_Escape);
        QCOMPARE(flow.cancelled, 1);
        QVERIFY(flow.isVisible());
        flow.setIdle();
        QTest::keyClick(&flow, Qt::Key_Escape);
        QVERIFY(!flow.isVisible());
    }

    /// What is disabled while it works loses the focus; whoever types goes on where it was.
    void flow_afterAFailure_theFocusIsWhereItWas() {
        TwoPages flow;
        flow.show();
        QVERIFY(QTest::qWaitForWindowActive(&flow));
        flow.first->field->setFocus();
        flow.setBusy(QStringLiteral("Working"));
        QVERIFY(!flow.first->field->hasFocus());
        flow.setIdle();
        flow.showError(Error{ErrorCode::NoSpace, "no space on /srv", "free some", false, {}});
        QCOMPARE(flow.focusWidget(), flow.first->field);
    }

    void flow_error_isShownAndGoesWithTheNextPage() {
        TwoPages flow;
        flow.show();
        flow.showError(Error{ErrorCode::NoSpace, "no space on /srv", "free some", false, {}});
        auto* panel = child<QWidget>(flow, "errorPanel");
        QVERIFY(panel->isVisible());
        type(flow.first->field, QStringLiteral("x"));
        click(child<QPushButton>(flow, "flowNext"));
        QVERIFY(!panel->isVisible());
    }

    void samePassphrase_typedInOtherForms_isTheSame() {
        const Secret secret("ABCD-EFGH-J1K0-MNPQ-RSTV-WXYZ");
        QVERIFY(isSamePassphrase(QStringLiteral("abcd efgh jlko mnpq rstv wxyz"), secret));
        QVERIFY(isSamePassphrase(QStringLiteral("ABCDEFGHJ1K0MNPQRSTVWXYZ"), secret));
        QVERIFY(!isSamePassphrase(QStringLiteral("ABCDEFGHJ1K0MNPQRSTVWXYA"), secret));
        QVERIFY(!isSamePassphrase(QString(), secret));
        QVERIFY(!isSamePassphrase(QString(), Secret()));
    }

    void typeBack_wrongThenRight_goesOnOnlyWhenRight() {
        auto fresh = std::make_shared<RepositoryInitResult>();
        fresh->passphrase = Secret("ABCD-EFGH-J1K0-MNPQ-RSTV-WXYZ");
        TypeBackPage page;
        page.setRepository(fresh);
        page.show();
        auto* field = child<QLineEdit>(page, "typeBackPassphrase");
        type(field, QStringLiteral("abcd-efgh-j1k0-mnpq-rstv-wxya"));
        QVERIFY(!page.problem().isEmpty());
        QVERIFY(child<QLabel>(page, "typeBackState")
                    ->text()
                    .contains(QStringLiteral("not the passphrase: group 6 is another")));
        type(field, QStringLiteral("abcd-efxh-j1k0-mnpq-rstv-wxyz"));
        QVERIFY(child<QLabel>(page, "typeBackState")->text().contains(QStringLiteral("group 2 ")));
        type(field, QStringLiteral("abcd-efgh-j1k0-mnpq-rstv-wxyza"));
        QVERIFY(child<QLabel>(page, "typeBackState")->text().contains(QStringLiteral("group 6 ")));
        type(field, QStringLiteral("abcd-efgh-j1k0-mnpq-rstv-wxyz"));
        QVERIFY(page.isRight());
        QCOMPARE(page.problem(), QString());
    }

    void sheet_painted_holdsSomethingOnEveryThirdOfThePage() {
        QImage image(827, 1169, QImage::Format_RGB32); // A4 at 100 dots an inch
        image.fill(Qt::white);
        QPainter painter(&image);
        RepositoryPin pin;
        pin.title = "nas";
        pin.url = "file:///mnt/nas/salvor";
        pin.id = "0123456789abcdef0123456789abcdef";
        RecoverySheet::paint(painter, QRectF(50, 50, 727, 1069), 100, pin,
                             Secret("ABCD-EFGH-J1K0-MNPQ-RSTV-WXYZ"));
        painter.end();
        for (int part = 0; part < 2; ++part) {
            int dark = 0;
            for (int y = part * 300; y < part * 300 + 300; ++y) {
                for (int x = 0; x < image.width(); ++x)
                    dark += qGray(image.pixel(x, y)) < 128 ? 1 : 0;
            }
            QVERIFY2(dark > 500, qPrintable(QString::number(dark)));
        }
        for (int x = 0; x < image.width(); ++x)
            QCOMPARE(image.pixelColor(x, 20), QColor(Qt::white)); // nothing in the margin
    }

    void recoveryCopy_written_isPrivateAndNeverReplaced() {
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("copy.age")).toStdString();
        CHECK_OK(writeRecoveryCopy(path, "secret"));
        const QFileInfo info(QString::fromStdString(path));
        QCOMPARE(info.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
                 QFileDevice::Permissions());
        const auto read = readRecoveryCopy(path);
        CHECK_OK(read);
        QCOMPARE(read->bytes, std::string("secret"));
        QCOMPARE(read->path, path);
        CHECK_FAILS(writeRecoveryCopy(path, "other"), ErrorCode::AlreadyExists);
        QCOMPARE(readRecoveryCopy(path)->bytes, std::string("secret"));
        QFile opened(QString::fromStdString(path));
        QVERIFY(opened.open(QIODevice::ReadOnly));
        const std::string number = std::to_string(opened.handle());
        for (const char* folderOfNumbers : {"/proc/self/fd/", "/dev/fd/"})
            QCOMPARE(readRecoveryCopy(folderOfNumbers + number)->path,
                     QFileInfo(QString::fromStdString(path)).canonicalFilePath().toStdString());
        CHECK_FAILS(readRecoveryCopy(path + "x"), ErrorCode::NotFound);
        CHECK_FAILS(readRecoveryCopy(folder.path().toStdString()), ErrorCode::InvalidInput);
        QVERIFY(!writeRecoveryCopy(folder.path().toStdString() + "/no/such/folder/x", "a"));
    }

    void folderUrl_awkwardNames_comeBackAsTheyWere() {
        for (const QString& path : {QStringLiteral("/srv/backups"), QStringLiteral("/srv/a b#c?d%20e"),
                                    QStringLiteral("/srv/Größe")})
            QCOMPARE(shownUrl(folderUrl(path)), path);
        QCOMPARE(folderUrl(QStringLiteral("/srv/backups")), std::string("file:///srv/backups"));
    }

    void shownUrl_asItWasTyped_isTheFolderThatIsOpened() {
        QCOMPARE(shownUrl("file:///srv/a?b"), QStringLiteral("/srv/a?b"));
        QCOMPARE(shownUrl("/srv/a%20b"), QStringLiteral("/srv/a%20b"));
        QCOMPARE(shownUrl("file://nas/share"),
                 QStringLiteral("file://nas/share")); // no folder of this computer
        QCOMPARE(shownUrl("s3://bucket/x"), QStringLiteral("s3://bucket/x"));
    }

    void repositoryForm_relativeFolder_isRefused() {
        RepositoryForm form;
        form.show();
        type(child<QLineEdit>(form, "repositoryFolder"), QStringLiteral("backups"));
        type(child<QLineEdit>(form, "repositoryTitle"), QStringLiteral("nas"));
        QVERIFY(form.problem().contains(QLatin1Char('/')));
        type(child<QLineEdit>(form, "repositoryFolder"), QStringLiteral("/srv/backups/"));
        QCOMPARE(form.problem(), QString());
        QCOMPARE(form.spec().url, std::string("file:///srv/backups"));
        QVERIFY(form.spec().encrypted);
        CHECK_NONE(nameProblems(form));
    }

    void profileForm_pastedUri_fillsTheFieldsAndHidesThePassword() {
        ProfileForm form;
        form.setProfile({}, true);
        form.show();
        auto* uri = child<QLineEdit>(form, "profileUri");
        uri->setText(QStringLiteral("postgresql://anna:geheim@db1.example.org:5433/app?sslmode=require"));
        const Profile profile = form.profile();
        QCOMPARE(profile.host, std::string("db1.example.org"));
        QCOMPARE(int(profile.port), 5433);
        QCOMPARE(profile.user, std::string("anna"));
        QCOMPARE(profile.database, std::string("app"));
        QCOMPARE(profile.tlsMode, std::string("require"));
        QVERIFY(!uri->text().contains(QStringLiteral("geheim")));
        QVERIFY(form.password().has_value());
        QCOMPARE(form.password()->text(), std::string_view("geheim"));
        QCOMPARE(child<QLineEdit>(form, "profilePassword")->echoMode(), QLineEdit::Password);
        QCOMPARE(form.problem(), QString());
        CHECK_NONE(nameProblems(form));
    }

    void profileForm_typedUri_namesTheServerByTheWholeHost() {
        ProfileForm form;
        form.setProfile({}, true);
        form.show();
        type(child<QLineEdit>(form, "profileUri"), QStringLiteral("postgresql://anna@db1.example.org/app"));
        QCOMPARE(child<QLineEdit>(form, "profileTitle")->text(), QStringLiteral("db1.example.org"));
        type(child<QLineEdit>(form, "profileTitle"), QStringLiteral("mine"));
        type(child<QLineEdit>(form, "profileUri"), QStringLiteral("postgresql://anna@db2.example.org/app"));
        QCOMPARE(child<QLineEdit>(form, "profileTitle")->text(), QStringLiteral("mine"));
        CHECK_NONE(mnemonicProblems(form));
    }

    void mnemonics_literalOrDoubled_areFound() {
        QWidget window;
        auto* layout = new QFormLayout(&window);
        layout->addRow(QStringLiteral("&Host"), new QHBoxLayout); // has no buddy, and shows the "&"
        layout->addRow(QStringLiteral("&Tools"), new QLineEdit(&window));
        auto* test = new QPushButton(QStringLiteral("&Test"), &window);
        layout->addRow(test);
        window.show();
        const QStringList found = mnemonicProblems(window);
        QCOMPARE(found.size(), 2);
        QVERIFY2(found.join(QLatin1Char('\n')).contains(QStringLiteral("shows the \"&\" of \"&Host\"")),
                 qPrintable(found.join(QLatin1Char('\n'))));
        QVERIFY2(found.join(QLatin1Char('\n')).contains(QStringLiteral("Alt+T belongs to")),
                 qPrintable(found.join(QLatin1Char('\n'))));
        test->setText(QStringLiteral("T&est"));
        QCOMPARE(mnemonicProblems(window).size(), 1);
    }

    void databases_withoutATick_areLeftOutWithTheirRights() {
        ConnectionReport report;
        report.sources = {SourceInfo{"shop", "1", "", 7000, {}}, SourceInfo{"pay", "2", "", 400, {}}};
        report.missingRights = {
            {"in database pay: connect to it", "GRANT CONNECT ON DATABASE \"pay\" TO \"backup\""}};
        TestPage page;
        page.resize(700, 500);
        page.setReport(report, {}, true);
        page.show();
        QVERIFY(page.problem().startsWith(QStringLiteral("Grant the missing rights")));
        QVERIFY(child<QPlainTextEdit>(page, "connectionRightsSql")->isVisible());
        auto* table = child<QTableView>(page, "connectionSources");
        table->setCurrentIndex(table->model()->index(1, 0));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Space);
        QCOMPARE(page.problem(), QString());
        QVERIFY(!child<QPlainTextEdit>(page, "connectionRightsSql")->isVisible());
        QCOMPARE(page.databases(), std::size_t(1));
        QCOMPARE(page.sizeBytes(), std::uint64_t(7000));
        Policy policy;
        policy.rules = page.rules();
        QVERIFY(selects(policy, "shop") && selects(policy, "made tomorrow") && !selects(policy, "pay"));
        page.setReport(report, {}, true); // tested again: what was chosen stays
        QCOMPARE(page.problem(), QString());
        table->setCurrentIndex(table->model()->index(0, 0));
        QTest::keyClick(table, Qt::Key_Space);
        QCOMPARE(page.problem(), QStringLiteral("Tick a database at least."));
    }

    /// Of a server that has a policy: what it does not back up is no part of "in all", and no right is
    /// needed.
    void databases_ofAServerWithAPolicy_areMarkedByWhatItBacksUp() {
        ConnectionReport report;
        report.sources = {
            SourceInfo{"wiki", "1", "", 7000, {}}, SourceInfo{"crm", "2", "", 400, {}},
            SourceInfo{"wiki_r", "3", "", 7000, {{QStringLiteral("copy_of"), QStringLiteral("wiki")}}}};
        report.missingRights = {
            {"in database crm: connect to it", "GRANT CONNECT ON DATABASE \"crm\" TO \"backup\""}};
        Policy policy;
        policy.title = "office";
        policy.rules = {{true, "wi*"}};
        TestPage page;
        page.resize(700, 500);
        page.setReport(report, {}, false, {policy});
        page.show();
        QCOMPARE(page.databases(), std::size_t(1));
        QCOMPARE(page.sizeBytes(), std::uint64_t(7000));
        QCOMPARE(page.leftOut(), (std::vector<std::string>{"crm"})); // a copy is nothing that a policy forgot
        QCOMPARE(page.problem(), QString());
        const auto* rows = child<QTableView>(page, "connectionSources")->model();
        QCOMPARE(rows->headerData(2, Qt::Horizontal).toString(), QStringLiteral("Backed up"));
        QCOMPARE(rows->index(0, 2).data().toString(), QStringLiteral("by office"));
        QCOMPARE(rows->index(1, 2).data().toString(), QStringLiteral("no"));
        QCOMPARE(rows->index(2, 2).data().toString(), QStringLiteral("no"));
        auto* show = child<QPushButton>(page, "testPolicies");
        QVERIFY(show->isVisible());
        QVERIFY(child<QLabel>(page, "pageExplanation")->text().contains(QStringLiteral("leaves some out")));
        CHECK_NONE(mnemonicProblems(page));
        QSignalSpy wanted(&page, &TestPage::policiesWanted);
        click(show);
        QCOMPARE(wanted.size(), 1);
        policy.rules = {{true, "shop"}};
        page.setReport(report, {}, false, {policy});
        QVERIFY2(page.problem().startsWith(QStringLiteral("No policy backs up")), qPrintable(page.problem()));
        policy.rules = {{true, "*"}, {true, "wiki_r"}};
        report.missingRights.clear();
        page.setReport(report, {}, false, {policy});
        QCOMPARE(page.databases(), std::size_t(3));
        QVERIFY(!show->isVisible());
        page.setReport(report, {}, true, {policy}); // ticks say it
        QCOMPARE(rows->columnCount(), 3);
    }

    void databases_table_isLeftWithTab() {
        ConnectionReport report;
        report.sources = {SourceInfo{"shop", "1", "", 7000, {}}, SourceInfo{"pay", "2", "", 400, {}}};
        TestPage page;
        page.resize(700, 500);
        page.setReport(report, {}, true);
        page.show();
        CHECK_NONE(trapProblems(page));
        auto* table = child<QTableView>(page, "connectionSources");
        table->setCurrentIndex(table->model()->index(0, 0));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Tab);
        QCOMPARE(page.focusWidget(), child<QPushButton>(page, "testAgain"));
        table->setTabKeyNavigation(true); // as a table is without care
        QCOMPARE(trapProblems(page).size(), 1);
    }

    void connectionError_isNotPulledOverTheWholeHeight() {
        ConnectionView view;
        view.resize(430, 500);
        view.showError({ErrorCode::ConnectionFailed, "nobody answers at 127.0.0.1:1", "start it", true, {}});
        view.show();
        const auto* panel = child<QWidget>(view, "errorPanel");
        QVERIFY(panel->isVisible());
        QVERIFY2(panel->height() <= panel->heightForWidth(panel->width()),
                 qPrintable(QString::number(panel->height())));
    }

    /// Made by restores, and dropped one day: who reads nothing backs none of them up, and no rule names one.
    void databases_restoredCopies_haveNoTickAndNoRule() {
        ConnectionReport report;
        report.sources = {
            SourceInfo{"shop", "1", "", 7000, {}},
            SourceInfo{"shop_r2", "2", "", 7000, {{QStringLiteral("copy_of"), QStringLiteral("shop")}}}};
        report.notes = {copyNote("shop_r2", "shop"), "something else"};
        TestPage page;
        page.resize(700, 500);
        page.setReport(report, {}, true);
        page.show();
        QCOMPARE(page.databases(), std::size_t(1));
        QCOMPARE(page.leftOut(), std::vector<std::string>{"shop_r2"});
        QCOMPARE(page.rules().size(), std::size_t(1));
        const QString notes = child<QLabel>(page, "connectionNotes")->text();
        QVERIFY2(notes.contains(QStringLiteral("backed up only if you tick it")) &&
                     notes.contains(QStringLiteral("something else")) &&
                     !notes.contains(QStringLiteral("rules")),
                 qPrintable(notes));
        auto* table = child<QTableView>(page, "connectionSources");
        table->setCurrentIndex(table->model()->index(1, 0));
        table->setFocus();
        QTest::keyClick(table, Qt::Key_Space);
        page.setReport(report, {}, true); // tested again: what was chosen stays
        Policy policy;
        policy.rules = page.rules();
        QVERIFY(backsUp(policy, report.sources.back()));
        page.setReport(report, {}, false); // a policy says it, and has rules
        QVERIFY(child<QLabel>(page, "connectionNotes")->text().contains(QStringLiteral("one of its rules")));
    }

    void databases_withoutRights_areMarked() {
        ConnectionReport report;
        report.sources = {SourceInfo{"shop", "1", "", 7000, {}}, SourceInfo{"pay", "2", "", 400, {}}};
        report.missingRights = {
            {"in database pay: read table public.a", "GRANT SELECT ON TABLE public.a TO \"backup\""}};
        report.notes = {"The login backup may not create databases."};
        TestPage page;
        page.setReport(report, {}, true);
        const auto* model = child<QTableView>(page, "connectionSources")->model();
        QCOMPARE(model->index(0, 2).data().toString(), QString());
        QCOMPARE(model->index(1, 2).data().toString(), QStringLiteral("rights are missing, see below"));
        report.missingRights.clear(); // a note stops nobody
        page.setReport(report, {}, true);
        QCOMPARE(page.problem(), QString());
    }

    void found_trash_isTold() {
        FoundPage page;
        BackupRecord backup;
        backup.id = "b1";
        backup.database = "shop";
        TrashedBackup gone;
        gone.record = backup;
        gone.record.id = "b2";
        page.setBackups({backup}, {gone});
        QString shown;
        for (const QLabel* label : page.findChildren<QLabel*>())
            shown += label->text() + QLatin1Char('\n');
        QVERIFY2(shown.contains(QStringLiteral("1 backup")) &&
                     shown.contains(QStringLiteral("in the trash")) && shown.contains(QStringLiteral("shop")),
                 qPrintable(shown));
        QCOMPARE(page.chosen()->id, std::string("b1"));
    }

    /// The newest is damaged: it says so, and is not the one that is proposed.
    void found_damagedBackup_isSaidAndNotProposed() {
        FoundPage page;
        const auto backupAt = [](const std::string& id, int hour) {
            BackupRecord backup;
            backup.id = id;
            backup.database = "shop";
            backup.started =
                Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21)) + std::chrono::hours(hour);
            backup.readBackAt = backup.started + std::chrono::minutes(1);
            return backup;
        };
        const auto newest = backupAt("b2", 4);
        const Damage damage{"run", newest.started + std::chrono::hours(1), false};
        page.setBackups({backupAt("b1", 3), newest}, {}, {}, {{"b2", damage}});
        const auto* rows = child<QTableView>(page, "foundBackups")->model();
        const int checked = rows->columnCount() - 1;
        QCOMPARE(rows->index(0, checked).data().toString(), QStringLiteral("damaged"));
        QCOMPARE(rows->index(1, checked).data().toString(), QStringLiteral("checksums read back"));
        const QString tip = rows->index(0, checked).data(Qt::ToolTipRole).toString();
        QVERIFY2(tip.startsWith(QStringLiteral("Damaged: ")), qPrintable(tip));
        QCOMPARE(page.chosen()->id, std::string("b1"));
        page.setBackups({newest}, {}, {}, {{"b2", damage}});
        QCOMPARE(page.chosen()->id, std::string("b2")); // there is no other
    }

    void columns_room_isSharedUntilTheWidthsAreOnesOwn() {
        QStandardItemModel model(1, 3);
        model.setHorizontalHeaderLabels({QStringLiteral("A"), QStringLiteral("B"), QStringLiteral("C")});
        const QString wide(60, QLatin1Char('w'));
        model.setItem(0, 0, new QStandardItem(QStringLiteral("x")));
        model.setItem(0, 1, new QStandardItem(wide));
        model.setItem(0, 2, new QStandardItem(QStringLiteral("y")));
        QTableView table;
        setUpTable(table, "table", QStringLiteral("Table"));
        table.setModel(&model);
        setColumnWidths(table, {10, 10, 10});
        table.resize(1200, 200);
        table.show();
        const int needed = static_cast<QAbstractItemView&>(table).sizeHintForColumn(1);
        QTRY_COMPARE_WITH_TIMEOUT(table.columnWidth(1), needed, kPatience); // whole, as there is room
        table.resize(300, 200);
        QTRY_VERIFY_WITH_TIMEOUT(table.columnWidth(1) < needed, kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(table.horizontalHeader()->length() <= table.viewport()->width(), kPatience);
        // Widths of somebody's own stay.
        table.findChild<ColumnFit*>()->stop();
        const int own = table.columnWidth(1);
        table.resize(1200, 200);
        QTest::qWait(20);
        QCOMPARE(table.columnWidth(1), own);
    }

    void profileForm_badUri_namesWhatIsWrong() {
        ProfileForm form;
        form.show();
        child<QLineEdit>(form, "profileUri")->setText(QStringLiteral("mysql://host/x"));
        QVERIFY(child<QLabel>(form, "profileUriError")->isVisible());
        QVERIFY(!child<QLabel>(form, "profileUriError")->text().isEmpty());
    }

    void words_quoted_areSplitAndJoined() {
        const auto words = splitWords(QStringLiteral("docker exec -i 'my db' \"a b\" c\\ d"));
        QVERIFY(words.has_value());
        const std::vector<std::string> expected{"docker", "exec", "-i", "my db", "a b", "c d"};
        QCOMPARE(*words, expected);
        QCOMPARE(*splitWords(joinWords(expected)), expected);
        QVERIFY(!splitWords(QStringLiteral("'open")).has_value());
    }

    void findings_mixed_blockersComeFirst() {
        Preflight preflight;
        preflight.findings = {
            {PreflightFinding::Level::Ok, "tools", "pg_restore 17 is there", "", ErrorCode::Internal},
            {PreflightFinding::Level::Blocker, "target_name", "there is a database of that name",
             "choose another", ErrorCode::AlreadyExists}};
        FindingsView view;
        view.resize(600, 200);
        view.showFindings(preflight);
        view.show();
        const auto* tools = child<QLabel>(view, "finding_tools");
        const auto* name = child<QLabel>(view, "finding_target_name");
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QVERIFY(name->mapTo(&view, QPoint()).y() < tools->mapTo(&view, QPoint()).y());
        view.showFindings({});
        QVERIFY(view.findChild<QLabel*>(QStringLiteral("finding_tools")) == nullptr);
    }

    void preflight_blocked_cannotGoOn() {
        PreflightPage page;
        QVERIFY(!page.problem().isEmpty());
        Preflight preflight;
        page.setPreflight(preflight);
        QCOMPARE(page.problem(), QString());
        preflight.findings = {
            {PreflightFinding::Level::Blocker, "space", "too little", "", ErrorCode::NoSpace}};
        page.setPreflight(preflight);
        QVERIFY(!page.problem().isEmpty());
        QSignalSpy again(&page, &PreflightPage::againWanted);
        page.show();
        click(child<QPushButton>(page, "preflightAgain"));
        QCOMPARE(again.size(), 1);
    }

    void review_missingRoles_mustEachBeTicked() {
        ReviewPage page;
        Preflight preflight;
        preflight.missingRoles = {"app", "r&d"};
        page.setPlan(sampleBackup(), sampleProfile("p1", "db1"), QStringLiteral("metrics_restored"),
                     preflight);
        page.resize(700, 500);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        QVERIFY(child<QLabel>(page, "reviewChanges")->text().contains(QStringLiteral("metrics_restored")));
        QVERIFY(!page.problem().isEmpty());
        for (const char* name : {"reviewRole_app", "reviewRole_r&d"}) {
            auto* box = child<QCheckBox>(page, name);
            box->setFocus();
            QTest::keyClick(box, Qt::Key_Space);
        }
        QCOMPARE(page.problem(), QString());
        const std::vector<std::string> roles{"app", "r&d"};
        QCOMPARE(page.rolesToMake(), roles);
        QVERIFY(page.wantsProof());
        page.setPlan(sampleBackup(), sampleProfile("p1", "db1"), QStringLiteral("m"), {});
        QVERIFY(page.rolesToMake().empty());
        QCOMPARE(page.problem(), QString());
        CHECK_NONE(nameProblems(page));
    }

    void scope_exceptions_areOffUntilMeantAndForOneBackup() {
        ScopePage page;
        BackupRecord backup = sampleBackup();
        page.setBackup(backup, {});
        page.resize(700, 600);
        page.show();
        QVERIFY(QTest::qWaitForWindowExposed(&page));
        const auto off = page.exceptions();
        QVERIFY(!off.althoughDamaged && !off.keepGoing && off.leaveOut.empty());
        tick(child<QCheckBox>(page, "exceptDamaged"));
        tick(child<QCheckBox>(page, "exceptKeepGoing"));
        click(child<QToolButton>(page, "exceptLeaveOut"));
        auto* name = child<QLineEdit>(page, "exceptName");
        QTRY_VERIFY(name->isVisible());
        auto* kinds = child<QComboBox>(page, "exceptKind");
        kinds->setFocus();
        QTest::keyClick(kinds, Qt::Key_Down);
        type(name, QStringLiteral("public.broad"));
        QVERIFY(!page.problem().isEmpty()); // written, and not added
        auto* add = child<QPushButton>(page, "exceptAdd");
        click(add);
        QCOMPARE(page.problem(), QString());
        QVERIFY(!add->isEnabled());
        QTest::keyClick(kinds, Qt::Key_Up);
        type(name, QStringLiteral("public.t.c"));
        click(add);
        RestoreExceptions meant = page.exceptions();
        QVERIFY(meant.althoughDamaged && meant.keepGoing);
        QCOMPARE(meant.leaveOut.size(), std::size_t(2));
        QCOMPARE(meant.leaveOut[0].kind + " " + meant.leaveOut[0].name, std::string("index public.broad"));
        QCOMPARE(meant.leaveOut[1].kind + " " + meant.leaveOut[1].name, std::string("constraint public.t.c"));
        CHECK_NONE(nameProblems(page));
        click(child<QPushButton>(page, "exceptRemove"));
        QCOMPARE(page.exceptions().leaveOut.size(), std::size_t(1));
        page.setBackup(backup, {}); // the same, come back to
        QVERIFY(page.exceptions().keepGoing);
        backup.id += "0";
        page.setBackup(backup, {});
        QVERIFY(!page.exceptions().althoughDamaged && !page.exceptions().keepGoing);
        QVERIFY(page.exceptions().leaveOut.empty());
    }

    void leaveOutModel_rows_areAModel() {
        LeaveOutModel model;
        const QAbstractItemModelTester tester(&model);
        model.append({"generated", "public.t.g"});
        model.append({"index", "public.i"});
        QCOMPARE(model.index(0, LeaveOutModel::KindColumn).data().toString(),
                 QStringLiteral("Generated column"));
        model.remove(0);
        QCOMPARE(model.index(0, LeaveOutModel::NameColumn).data().toString(), QStringLiteral("public.i"));
    }

    void review_exceptions_areNamed() {
        ReviewPage page;
        page.resize(700, 500);
        page.show();
        auto* said = child<QLabel>(page, "reviewExceptions");
        page.setExceptions({});
        QVERIFY(!said->isVisible());
        page.setExceptions({{{"index", "public.broad"}}, true, true});
        QVERIFY(said->isVisible());
        for (const char* part : {"damaged", "cannot be made", "index public.broad"})
            QVERIFY2(said->text().contains(QLatin1String(part)), qPrintable(said->text()));
        page.setExceptions({});
        QVERIFY(!said->isVisible());
    }
};

QTEST_MAIN(TestFlowWidgets)
#include "test_flowwidgets.moc"

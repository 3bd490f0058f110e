// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The dialogs and flows over a real core, as far as they need no database server.
#include "models/base/json.h"
#include "models/workspace/workspacedatabase.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/flowbench.h"
#include "ui/profiles/profiledialog.h"
#include "ui/repository/newrepositoryflow.h"
#include "ui/repository/repositorydialogs.h"
#include "ui/restore/restorewizard.h"
#include "ui/welcome/protectflow.h"
#include "ui/welcome/recoverflow.h"
#include "ui/widgetchecks.h"
#include "workers/newrepository.h"
#include "workers/norepository.h"
#include "workers/recoverycopy.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>

using namespace salvor;
using namespace salvor::test;

namespace {

void fillProfile(const QWidget& form, const QString& title, quint16 port) {
    type(child<QLineEdit>(form, "profileTitle"), title);
    type(child<QLineEdit>(form, "profileHost"), QStringLiteral("127.0.0.1"));
    child<QSpinBox>(form, "profilePort")->setValue(port);
    type(child<QLineEdit>(form, "profileUser"), QStringLiteral("salvor"));
    type(child<QLineEdit>(form, "profileDatabase"), QStringLiteral("postgres"));
    auto* kind = child<QComboBox>(form, "profileSecretKind");
    kind->setCurrentIndex(kind->findData(QStringLiteral("file")));
    type(child<QLineEdit>(form, "profilePassword"), QStringLiteral("geheim"));
    auto* tls = child<QComboBox>(form, "profileTls");
    tls->setCurrentIndex(tls->findData(QStringLiteral("disable")));
}

QString errorText(const QWidget& window) {
    const auto panels = window.findChildren<QWidget*>(QStringLiteral("errorPanel"));
    for (const QWidget* panel : panels) {
        if (panel->isVisible())
            return panel->accessibleDescription();
    }
    return {};
}

/// Port 1 of this computer: nobody listens there.
constexpr quint16 kClosedPort = 1;

/// A server that backups are only restored to: no policy comes with it.
Result<Profile> addTarget(Core& core) {
    Profile target;
    target.title = "target";
    target.engine = "postgresql";
    target.host = "127.0.0.1";
    target.port = kClosedPort;
    target.tlsMode = "disable";
    target.user = "salvor";
    target.database = "postgres";
    return core.saveProfile(target, std::nullopt, kNoRepository);
}

} // namespace

class TestFlows : public QObject {
    Q_OBJECT

private slots:
    void profile_added_isSavedWithItsPasswordAndPolicy() {
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        ProfileDialog dialog(bench.context(), {});
        QSignalSpy saved(&dialog, &ProfileDialog::saved);
        dialog.show();
        auto* save = child<QPushButton>(dialog, "profileSave");
        auto* repository = child<QComboBox>(dialog, "profileRepository");
        QTRY_COMPARE_WITH_TIMEOUT(repository->currentData().toString().toStdString(), made.pin.id, kPatience);
        QVERIFY(!save->isEnabled());
        QVERIFY(!child<QLabel>(dialog, "profileNote")->text().isEmpty());
        fillProfile(dialog, QStringLiteral("db1"), 5432);
        CHECK_NONE(nameProblems(dialog));
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        QTRY_COMPARE_WITH_TIMEOUT(saved.size(), 1, kPatience);
        const auto profile = bench.core().profile("db1");
        CHECK_OK(profile);
        QCOMPARE(profile->secretKind, std::string("file"));
        const auto policies = bench.core().policies();
        CHECK_OK(policies);
        QCOMPARE(policies->size(), std::size_t(1));
        QCOMPARE(policies->front().repositoryId, made.pin.id);
    }

    /// As the wizard opens it after a recovery: whoever restores there does not mean to back it up.
    void profile_asTheTargetOfARestore_isBackedUpNowhereAndBeginsAtItsUri() {
        FlowBench bench;
        bench.makeRepository(QStringLiteral("nas"));
        ProfileDialog dialog(bench.context(), {});
        dialog.setRestoredTo();
        dialog.show();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        auto* repository = child<QComboBox>(dialog, "profileRepository");
        QTRY_COMPARE_WITH_TIMEOUT(repository->count(), 2, kPatience);
        QVERIFY2(repository->currentText().startsWith(QStringLiteral("Nowhere")),
                 qPrintable(repository->currentText()));
        QVERIFY(repository->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(dialog.focusWidget(), child<QLineEdit>(dialog, "profileUri"), kPatience);
        fillProfile(dialog, QStringLiteral("db1"), 5432);
        auto* save = child<QPushButton>(dialog, "profileSave");
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog.isVisible(), kPatience);
        const auto policies = bench.core().policies();
        CHECK_OK(policies);
        QVERIFY(policies->empty());
    }

    /// "give it a repository", an error says: it can be given one there.
    void profile_withoutAPolicy_canBeGivenARepository() {
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        const auto target = addTarget(bench.core());
        CHECK_OK(target);
        ProfileDialog dialog(bench.context(), QString::fromStdString(target->uuid));
        dialog.show();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        auto* repository = child<QComboBox>(dialog, "profileRepository");
        QTRY_COMPARE_WITH_TIMEOUT(repository->currentText(), QStringLiteral("No repository yet"), kPatience);
        QVERIFY(repository->isEnabled());
        repository->setFocus();
        QTest::keyClick(repository, Qt::Key_Down);
        auto* save = child<QPushButton>(dialog, "profileSave");
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        QTRY_VERIFY2_WITH_TIMEOUT(!dialog.isVisible(), qPrintable(errorText(dialog)), kPatience);
        const auto policies = bench.core().policies();
        CHECK_OK(policies);
        QCOMPARE(policies->size(), std::size_t(1));
        QCOMPARE(policies->front().repositoryId, made.pin.id);
    }

    void profile_cancelledWhileItLoads_closesAtOnce() {
        FlowBench bench;
        ProfileDialog dialog(bench.context(), {});
        dialog.show();
        click(child<QPushButton>(dialog, "profileCancel"));
        QVERIFY(!dialog.isVisible());
    }

    /// Whether that was in time is the core's word, and what is said and listed follows it.
    void profile_cancelledWhileItSaves_closesAtOnceAndSaysWhatBecameOfIt() {
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        ProfileDialog dialog(bench.context(), {});
        QSignalSpy saved(&dialog, &ProfileDialog::saved);
        dialog.show();
        auto* repository = child<QComboBox>(dialog, "profileRepository");
        QTRY_COMPARE_WITH_TIMEOUT(repository->currentData().toString().toStdString(), made.pin.id, kPatience);
        fillProfile(dialog, QStringLiteral("db1"), 5432);
        auto* save = child<QPushButton>(dialog, "profileSave");
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        QVERIFY(dialog.isVisible());
        click(child<QPushButton>(dialog, "profileCancel"));
        QVERIFY(!dialog.isVisible());
        bool isAnswered = false; // look-ups run one after the other
        bench.context().lookups.run<void>(
            &dialog, [](const CancelToken&) { return Result<>(); },
            [&isAnswered](Result<>) { isAnswered = true; });
        QTRY_VERIFY_WITH_TIMEOUT(isAnswered, kPatience);
        const bool isSaved = bench.core().profile("db1").has_value();
        QCOMPARE(saved.size(), isSaved ? 1 : 0);
        QPointer<QWidget> said;
        for (QWidget* top : QApplication::topLevelWidgets()) {
            if (top->objectName() == QStringLiteral("profileLeft"))
                said = top;
        }
        QCOMPARE(!said.isNull(), isSaved);
        delete said;
    }

    void profile_serverNotThere_showsTheErrorAndSavesNothing() {
        FlowBench bench;
        ProfileDialog dialog(bench.context(), {});
        dialog.show();
        auto* test = child<QPushButton>(dialog, "profileTest");
        QTRY_VERIFY_WITH_TIMEOUT(child<QComboBox>(dialog, "profileRepository")->count() == 1, kPatience);
        fillProfile(dialog, QStringLiteral("db1"), kClosedPort);
        QTRY_VERIFY_WITH_TIMEOUT(test->isEnabled(), kPatience);
        click(test);
        QTRY_VERIFY_WITH_TIMEOUT(!errorText(dialog).isEmpty(), kPatience);
        QVERIFY2(!errorText(dialog).contains(QStringLiteral("geheim")), qPrintable(errorText(dialog)));
        CHECK_OK(bench.core().profiles());
        QVERIFY(bench.core().profiles()->empty());
        QTRY_VERIFY_WITH_TIMEOUT(test->isEnabled(), kPatience);
    }

    void profile_editedBySomebodyElse_isShownAndCanBeLoadedAgain() {
        FlowBench bench;
        Profile profile;
        profile.uuid = makeUuid();
        profile.title = "db1";
        profile.engine = "postgresql";
        profile.host = "127.0.0.1";
        profile.port = 5432;
        profile.user = "salvor";
        profile.database = "postgres";
        const auto first = bench.core().saveProfile(profile, std::nullopt, {});
        CHECK_OK(first);
        ProfileDialog dialog(bench.context(), QString::fromStdString(first->uuid));
        dialog.show();
        auto* user = child<QLineEdit>(dialog, "profileUser");
        QTRY_COMPARE_WITH_TIMEOUT(user->text(), QStringLiteral("salvor"), kPatience);
        Profile other = *first;
        other.user = "other";
        CHECK_OK(bench.core().saveProfile(other, std::nullopt, {}));
        QTRY_VERIFY_WITH_TIMEOUT(user->isEnabled(), kPatience);
        type(user, QStringLiteral("mine"));
        auto* save = child<QPushButton>(dialog, "profileSave");
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        auto* reload = child<QPushButton>(dialog, "profileReload");
        QTRY_VERIFY_WITH_TIMEOUT(reload->isVisible(), kPatience);
        QVERIFY(errorText(dialog).contains(QStringLiteral("somebody else")));
        QCOMPARE(user->text(), QStringLiteral("mine"));
        const auto* both = child<QLabel>(dialog, "profileTheirs");
        QVERIFY(both->isVisible());
        QCOMPARE(both->text(), // and nothing where they do not differ
                 QStringLiteral("%1: yours is “mine”, theirs “other”").arg(user->accessibleName()));
        CHECK_NONE(sizeProblems(dialog));
        QCOMPARE(bench.core().profile("db1")->user, std::string("other"));
        click(reload);
        QTRY_COMPARE_WITH_TIMEOUT(user->text(), QStringLiteral("other"), kPatience);
        QVERIFY(both->isVisible() && both->text().contains(QStringLiteral("mine"))); // to be read still
        QTRY_VERIFY_WITH_TIMEOUT(user->isEnabled(), kPatience);
        type(user, QStringLiteral("mine"));
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog.isVisible(), kPatience);
        QCOMPARE(bench.core().profile("db1")->user, std::string("mine"));
    }

    void profile_removed_onlyAfterTheQuestion() {
        FlowBench bench;
        Profile profile;
        profile.uuid = makeUuid();
        profile.title = "db1";
        profile.engine = "postgresql";
        profile.host = "127.0.0.1";
        profile.port = 5432;
        profile.user = "salvor";
        profile.database = "postgres";
        const auto saved = bench.core().saveProfile(profile, std::nullopt, {});
        CHECK_OK(saved);
        RemoveProfileDialog keep(bench.context(), *saved);
        keep.show();
        QTest::keyClick(&keep, Qt::Key_Return); // the default keeps it
        QTRY_VERIFY_WITH_TIMEOUT(!keep.isVisible(), kPatience);
        QCOMPARE(bench.core().profiles()->size(), std::size_t(1));
        RemoveProfileDialog remove(bench.context(), *saved);
        remove.show();
        CHECK_NONE(nameProblems(remove));
        click(child<QPushButton>(remove, "removeConfirm"));
        QTRY_VERIFY_WITH_TIMEOUT(!remove.isVisible(), kPatience);
        QVERIFY(bench.core().profiles()->empty());
    }

    void protect_serverNotThere_staysAndSaysWhy() {
        FlowBench bench;
        ProtectFlow flow(bench.context());
        flow.show();
        auto* next = child<QPushButton>(flow, "flowNext");
        QTRY_VERIFY_WITH_TIMEOUT(child<QLineEdit>(flow, "profileTitle")->isEnabled(), kPatience);
        fillProfile(flow, QStringLiteral("db1"), kClosedPort);
        QTRY_VERIFY_WITH_TIMEOUT(next->isEnabled(), kPatience);
        CHECK_NONE(nameProblems(flow));
        click(next);
        QTRY_VERIFY_WITH_TIMEOUT(!errorText(flow).isEmpty(), kPatience);
        QCOMPARE(flow.currentIndex(), 0);
        QVERIFY(bench.core().profiles()->empty());
    }

    void newRepository_withoutAServer_isMadeAndItsPassphraseTypedBack() {
        FlowBench bench;
        NewRepositoryFlow flow(bench.context());
        QSignalSpy made(&flow, &NewRepositoryFlow::repositoryMade);
        flow.show();
        auto* next = child<QPushButton>(flow, "flowNext");
        QVERIFY(!next->isEnabled());
        type(child<QLineEdit>(flow, "repositoryFolder"), bench.folder(QStringLiteral("offsite")));
        type(child<QLineEdit>(flow, "repositoryTitle"), QStringLiteral("offsite"));
        auto* kind = child<QComboBox>(flow, "repositorySecretKind");
        kind->setCurrentIndex(kind->findData(QStringLiteral("file")));
        QTRY_VERIFY_WITH_TIMEOUT(next->isEnabled(), kPatience);
        CHECK_NONE(nameProblems(flow));
        click(next);
        QTRY_COMPARE_WITH_TIMEOUT(flow.currentIndex(), 1, kPatience);
        QCOMPARE(made.size(), 0); // nobody has its passphrase yet
        QVERIFY(bench.core().repositories()->empty());
        QVERIFY(!QFile::exists(bench.folder(QStringLiteral("offsite"))));
        const QString passphrase = child<QLabel>(flow, "recoveryPassphrase")->text();
        QVERIFY(passphrase.size() > 20);

        click(child<QPushButton>(flow, "flowCancel")); // the passphrase was not typed back
        auto* stay = child<QPushButton>(flow, "leaveStay");
        QVERIFY(flow.isVisible());
        click(stay);
        const QString copy = bench.folder(QStringLiteral("recovery.age"));
        type(child<QLineEdit>(flow, "recoveryCopyPath"), copy);
        click(child<QPushButton>(flow, "recoveryCopySave"));
        QTRY_VERIFY_WITH_TIMEOUT(next->isEnabled(), kPatience);
        QVERIFY(QFile::exists(copy));
        click(next);
        QCOMPARE(flow.currentIndex(), 2);
        QVERIFY(!next->isEnabled());
        type(child<QLineEdit>(flow, "typeBackPassphrase"), passphrase);
        QTRY_VERIFY_WITH_TIMEOUT(next->isEnabled(), kPatience);
        click(next);
        QTRY_VERIFY_WITH_TIMEOUT(!flow.isVisible(), kPatience);
        QCOMPARE(made.size(), 1);
        const auto pins = bench.core().repositories();
        CHECK_OK(pins);
        QCOMPARE(pins->size(), std::size_t(1));
        QCOMPARE(pins->front().title, std::string("offsite"));
        QCOMPARE(QString::fromStdString(pins->front().recoveryFile), copy);
        QVERIFY(QFile::exists(copy));
    }

    /// Who leaves, or whose window is killed, has no repository whose passphrase nobody knows.
    void newRepository_leftBeforeItWasTypedBack_leavesNothing() {
        FlowBench bench;
        const QString copy = bench.folder(QStringLiteral("recovery.age"));
        {
            NewRepositoryFlow flow(bench.context());
            flow.show();
            auto* next = child<QPushButton>(flow, "flowNext");
            type(child<QLineEdit>(flow, "repositoryFolder"), bench.folder(QStringLiteral("offsite")));
            type(child<QLineEdit>(flow, "repositoryTitle"), QStringLiteral("offsite"));
            auto* kind = child<QComboBox>(flow, "repositorySecretKind");
            kind->setCurrentIndex(kind->findData(QStringLiteral("file")));
            QTRY_VERIFY_WITH_TIMEOUT(next->isEnabled(), kPatience);
            click(next);
            QTRY_COMPARE_WITH_TIMEOUT(flow.currentIndex(), 1, kPatience);
            type(child<QLineEdit>(flow, "recoveryCopyPath"), copy);
            click(child<QPushButton>(flow, "recoveryCopySave"));
            QTRY_VERIFY_WITH_TIMEOUT(next->isEnabled(), kPatience);
            QVERIFY(QFile::exists(copy));
            click(child<QPushButton>(flow, "flowCancel"));
            click(child<QPushButton>(flow, "leaveConfirm"));
            QVERIFY(!flow.isVisible());
        }
        QTRY_VERIFY_WITH_TIMEOUT(!QFile::exists(copy), kPatience);
        QVERIFY(bench.core().repositories()->empty());
        QVERIFY(!QFile::exists(bench.folder(QStringLiteral("offsite"))));
    }

    /// Where somebody goes back and draws up another one while the copy is still being written.
    void recoveryCopy_writtenLate_isNotOfAnotherDraft() {
        FlowBench bench;
        const auto draw = [&](const QString& name) {
            RepositoryInitSpec spec;
            spec.url = bench.folder(name).toStdString();
            spec.title = name.toStdString();
            spec.secretKind = "file";
            return NewRepository::draw(bench.core(), std::move(spec), {});
        };
        const auto first = draw(QStringLiteral("first"));
        const auto second = draw(QStringLiteral("second"));
        CHECK_OK(first);
        CHECK_OK(second);
        RecoveryPage page(bench.context());
        page.show();
        page.setDrawn(*first);
        const QString copy = bench.folder(QStringLiteral("recovery.age"));
        type(child<QLineEdit>(page, "recoveryCopyPath"), copy);
        auto* save = child<QPushButton>(page, "recoveryCopySave");
        save->click();
        page.setDrawn(*second);
        bool done = false; // look-ups answer in their order
        bench.context().lookups.run<void>(
            &page, [](const CancelToken&) { return Result<>(); }, [&](Result<>) { done = true; });
        QTRY_VERIFY_WITH_TIMEOUT(done, kPatience);
        QVERIFY(QFile::exists(copy));
        QVERIFY(!page.problem().isEmpty());
        QVERIFY(child<QLabel>(page, "recoveryCopyState")->text().isEmpty());
        type(child<QLineEdit>(page, "recoveryCopyPath"), bench.folder(QStringLiteral("second.age")));
        save->click();
        QTRY_VERIFY_WITH_TIMEOUT(page.problem().isEmpty(), kPatience);
    }

    void repository_notRehearsed_saysSoAndOffersIt() {
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        RepositoryDialog dialog(bench.context(), QString::fromStdString(made.pin.id));
        QSignalSpy wanted(&dialog, &RepositoryDialog::rehearsalWanted);
        dialog.show();
        auto* rehearse = child<QPushButton>(dialog, "repositoryRehearse");
        QTRY_VERIFY_WITH_TIMEOUT(rehearse->isEnabled(), kPatience);
        QVERIFY(
            child<QLabel>(dialog, "repositoryState")->text().contains(QStringLiteral("not been rehearsed")));
        QCOMPARE(child<QLabel>(dialog, "factUrl")->text(), bench.folder(QStringLiteral("nas")));
        QCOMPARE(child<QLabel>(dialog, "factId")->text().toStdString(), made.pin.id);
        CHECK_NONE(nameProblems(dialog));
        click(rehearse);
        QCOMPARE(wanted.size(), 1);
    }

    void repository_storeGone_showsTheError() {
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        QVERIFY(QDir(bench.folder(QStringLiteral("nas"))).removeRecursively());
        RepositoryDialog dialog(bench.context(), QString::fromStdString(made.pin.id));
        dialog.show();
        QTRY_VERIFY_WITH_TIMEOUT(!errorText(dialog).isEmpty(), kPatience);
        QVERIFY(!child<QPushButton>(dialog, "repositoryRehearse")->isEnabled());
    }

    void rehearsal_wrongPassphrase_doesNotCount() {
        FlowBench bench;
        const QString copy = bench.folder(QStringLiteral("copy.age"));
        const auto drawn = NewRepository::draw(bench.core(), bench.specOf(QStringLiteral("nas")), {});
        CHECK_OK(drawn);
        CHECK_OK((*drawn)->saveCopy(copy.toStdString()));
        const auto made = (*drawn)->make({});
        CHECK_OK(made);
        RehearsalDialog dialog(bench.context(), QString::fromStdString(made->id));
        QSignalSpy rehearsed(&dialog, &RehearsalDialog::rehearsed);
        dialog.show();
        auto* start = child<QPushButton>(dialog, "rehearsalStart");
        QTRY_COMPARE_WITH_TIMEOUT(child<QLineEdit>(dialog, "rehearsalFile")->text(), copy, kPatience);
        QVERIFY(!start->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(child<QLineEdit>(dialog, "rehearsalPassphrase")->isEnabled(), kPatience);
        type(child<QLineEdit>(dialog, "rehearsalPassphrase"),
             QStringLiteral("ABCD-EFGH-JKMN-PQRS-TVWX-YZ00"));
        CHECK_NONE(nameProblems(dialog));
        click(start);
        QTRY_VERIFY_WITH_TIMEOUT(!errorText(dialog).isEmpty(), kPatience);
        QCOMPARE(rehearsed.size(), 0);
        QVERIFY(!bench.core().repositories()->front().rehearsed);
    }

    /// The store's own copy is no way out here: a rehearsal refuses that one.
    void rehearsal_copyNotFound_asksForTheOneThatIsKeptElsewhere() {
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        RehearsalDialog dialog(bench.context(), QString::fromStdString(made.pin.id));
        dialog.show();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        auto* file = child<QLineEdit>(dialog, "rehearsalFile");
        auto* passphrase = child<QLineEdit>(dialog, "rehearsalPassphrase");
        QTRY_VERIFY_WITH_TIMEOUT(passphrase->isEnabled(), kPatience);
        type(file, bench.folder(QStringLiteral("gone.age")));
        type(passphrase, QStringLiteral("ABCD-EFGH-JKMN-PQRS-TVWX-YZ00"));
        click(child<QPushButton>(dialog, "rehearsalStart"));
        QTRY_VERIFY_WITH_TIMEOUT(!errorText(dialog).isEmpty(), kPatience);
        QVERIFY2(errorText(dialog).contains(QStringLiteral("kept outside the repository")) &&
                     !errorText(dialog).contains(QStringLiteral("keys/recovery.age")),
                 qPrintable(errorText(dialog)));
        QTRY_COMPARE_WITH_TIMEOUT(dialog.focusWidget(), file, kPatience);
        type(file, bench.folder(QStringLiteral("nas/keys/recovery.age")));
        click(child<QPushButton>(dialog, "rehearsalStart"));
        QTRY_VERIFY_WITH_TIMEOUT(errorText(dialog).contains(QStringLiteral("outside the store")), kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(dialog.focusWidget(), file, kPatience);
    }

    /// The passphrase is right, or nobody knows: what is to be changed is the file.
    void rehearsal_wrongFile_isTheOneToChange() {
        FlowBench bench;
        const auto nas = bench.makeRepository(QStringLiteral("nas"));
        const auto other = bench.makeRepository(QStringLiteral("other"));
        const QString copy = bench.folder(QStringLiteral("other.age"));
        CHECK_OK(writeRecoveryCopy(copy.toStdString(), other.recoveryFile));
        const QString text = bench.folder(QStringLiteral("readme"));
        CHECK_OK(writeRecoveryCopy(text.toStdString(), "read me\n"));
        RehearsalDialog dialog(bench.context(), QString::fromStdString(nas.pin.id));
        dialog.show();
        QVERIFY(QTest::qWaitForWindowActive(&dialog));
        auto* file = child<QLineEdit>(dialog, "rehearsalFile");
        auto* passphrase = child<QLineEdit>(dialog, "rehearsalPassphrase");
        QTRY_VERIFY_WITH_TIMEOUT(passphrase->isEnabled(), kPatience);
        type(passphrase,
             QString::fromUtf8(other.passphrase.text().data(), qsizetype(other.passphrase.text().size())));
        type(file, copy);
        passphrase->setFocus();
        click(child<QPushButton>(dialog, "rehearsalStart"));
        QTRY_VERIFY_WITH_TIMEOUT(!errorText(dialog).isEmpty(), kPatience);
        const QString said = errorText(dialog);
        QVERIFY2(said.contains(QStringLiteral("recovery file is of the repository")) &&
                     said.contains(QStringLiteral("other")) && said.contains(QStringLiteral("not of")) &&
                     said.contains(QStringLiteral("nas")) && !said.contains(QStringLiteral("passphrase")),
                 qPrintable(said));
        QTRY_COMPARE_WITH_TIMEOUT(dialog.focusWidget(), file, kPatience);
        type(file, text);
        passphrase->setFocus();
        click(child<QPushButton>(dialog, "rehearsalStart"));
        QTRY_VERIFY_WITH_TIMEOUT(errorText(dialog).contains(QStringLiteral("not a recovery file")),
                                 kPatience);
        QTRY_COMPARE_WITH_TIMEOUT(dialog.focusWidget(), file, kPatience);
        QVERIFY(!bench.core().repositories()->front().rehearsed);
    }

    void recover_freshRepository_opensAndSaysThatItIsEmpty() {
        FlowBench owner;
        const auto made = owner.makeRepository(QStringLiteral("nas"));
        const QString copy = owner.folder(QStringLiteral("copy.age"));
        CHECK_OK(writeRecoveryCopy(copy.toStdString(), made.recoveryFile));
        FlowBench other;
        RecoverFlow flow(other.context());
        QSignalSpy opened(&flow, &RecoverFlow::opened);
        flow.show();
        auto* next = child<QPushButton>(flow, "flowNext");
        QVERIFY(!next->isEnabled());
        type(child<QLineEdit>(flow, "openStore"), owner.folder(QStringLiteral("nas")));
        QCOMPARE(child<QLineEdit>(flow, "openTitle")->text(), QStringLiteral("nas"));
        type(child<QLineEdit>(flow, "openRecoveryFile"), copy + QStringLiteral(".no"));
        type(child<QLineEdit>(flow, "openPassphrase"),
             QString::fromUtf8(made.passphrase.text().data(), qsizetype(made.passphrase.text().size())));
        auto* kind = child<QComboBox>(flow, "openSecretKind");
        kind->setCurrentIndex(kind->findData(QStringLiteral("file")));
        CHECK_NONE(nameProblems(flow));
        QVERIFY(next->isEnabled());
        click(next);
        QTRY_VERIFY_WITH_TIMEOUT(errorText(flow).contains(QStringLiteral("recovery.age")), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(next->isEnabled(), kPatience);
        type(child<QLineEdit>(flow, "openRecoveryFile"), copy);
        click(next);
        QTRY_COMPARE_WITH_TIMEOUT(flow.currentIndex(), 1, kPatience);
        QCOMPARE(opened.size(), 1);
        QCOMPARE(child<QLineEdit>(flow, "openPassphrase")->text(), QString());
        QVERIFY(!other.core().repositories()->empty());
        click(next);
        QVERIFY(!flow.isVisible());
    }

    /// Known here, with its keys in a keychain that is not here: the choice of the form moves them.
    void recover_keysInAKeychainThatIsGone_goWhereItIsChosen_data() {
        QTest::addColumn<bool>("choose");
        QTest::newRow("chosen") << true;
        QTest::newRow("left as it is") << false;
    }
    void recover_keysInAKeychainThatIsGone_goWhereItIsChosen() {
        QFETCH(const bool, choose);
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        const QString copy = bench.folder(QStringLiteral("copy.age"));
        CHECK_OK(writeRecoveryCopy(copy.toStdString(), made.recoveryFile));
        const CoreConfig& config = bench.core().config();
        QVERIFY(QDir(toQt(config.places.secrets)).removeRecursively());
        {
            const auto workspace =
                WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, "test");
            CHECK_OK(workspace);
            RepositoryPin pin = (*workspace)->repositories()->front();
            pin.secretKind = "keychain";
            CHECK_OK((*workspace)->updateRepository(pin));
        }
        RecoverFlow flow(bench.context());
        flow.show();
        type(child<QLineEdit>(flow, "openStore"), bench.folder(QStringLiteral("nas")));
        type(child<QLineEdit>(flow, "openRecoveryFile"), copy);
        type(child<QLineEdit>(flow, "openPassphrase"),
             QString::fromUtf8(made.passphrase.text().data(), qsizetype(made.passphrase.text().size())));
        auto* kind = child<QComboBox>(flow, "openSecretKind");
        if (choose)
            kind->setCurrentIndex(kind->findData(QStringLiteral("file")));
        click(child<QPushButton>(flow, "flowNext"));
        if (!choose) {
            QTRY_VERIFY_WITH_TIMEOUT(errorText(flow).contains(QStringLiteral("Keys kept in")), kPatience);
            QCOMPARE(bench.core().repositories()->front().secretKind, std::string("keychain"));
            return;
        }
        QTRY_COMPARE_WITH_TIMEOUT(flow.currentIndex(), 1, kPatience);
        QCOMPARE(bench.core().repositories()->front().secretKind, std::string("file"));
        QString shown;
        for (const QLabel* label : flow.findChildren<QLabel*>())
            shown += label->text() + QLatin1Char('\n');
        QVERIFY2(shown.contains(QStringLiteral("Its keys are in files from now on")), qPrintable(shown));
    }

    /// Nobody chose where the keys go: they go where they were, whatever the form begins with.
    void recover_keysLost_comeBackWhereTheyWere() {
        FlowBench bench;
        const auto made = bench.makeRepository(QStringLiteral("nas"));
        const QString copy = bench.folder(QStringLiteral("copy.age"));
        CHECK_OK(writeRecoveryCopy(copy.toStdString(), made.recoveryFile));
        QVERIFY(QDir(toQt(bench.core().config().places.secrets)).removeRecursively());
        RecoverFlow flow(bench.context());
        flow.show();
        type(child<QLineEdit>(flow, "openStore"), bench.folder(QStringLiteral("nas")));
        type(child<QLineEdit>(flow, "openRecoveryFile"), copy);
        type(child<QLineEdit>(flow, "openPassphrase"),
             QString::fromUtf8(made.passphrase.text().data(), qsizetype(made.passphrase.text().size())));
        click(child<QPushButton>(flow, "flowNext"));
        QTRY_COMPARE_WITH_TIMEOUT(flow.currentIndex(), 1, kPatience);
        QCOMPARE(bench.core().repositories()->front().secretKind, std::string("file"));
    }

    void recover_failsAfterItWasTakenIn_saysThatItIsOnTheList() {
        FlowBench owner;
        const auto made = owner.makeRepository(QStringLiteral("nas"));
        const QString copy = owner.folder(QStringLiteral("copy.age"));
        CHECK_OK(writeRecoveryCopy(copy.toStdString(), made.recoveryFile));
        FlowBench other;
        // Nobody can open that list.
        QVERIFY(QDir().mkpath(toQt(other.core().config().places.catalogFile) + QStringLiteral("/x")));
        RecoverFlow flow(other.context());
        QSignalSpy opened(&flow, &RecoverFlow::opened);
        flow.show();
        type(child<QLineEdit>(flow, "openStore"), owner.folder(QStringLiteral("nas")));
        type(child<QLineEdit>(flow, "openRecoveryFile"), copy);
        type(child<QLineEdit>(flow, "openPassphrase"),
             QString::fromUtf8(made.passphrase.text().data(), qsizetype(made.passphrase.text().size())));
        auto* kind = child<QComboBox>(flow, "openSecretKind");
        kind->setCurrentIndex(kind->findData(QStringLiteral("file")));
        click(child<QPushButton>(flow, "flowNext"));
        QTRY_VERIFY_WITH_TIMEOUT(!errorText(flow).isEmpty(), kPatience);
        QCOMPARE(other.core().repositories()->size(), std::size_t(1));
        const QString left = child<QLabel>(flow, "errorLeftBehind")->text();
        QVERIFY2(left.contains(QStringLiteral("on this computer's list")), qPrintable(left));
        QCOMPARE(opened.size(), 1);
    }

    void restore_backupNotThere_showsTheError() {
        FlowBench bench;
        RestoreWizard wizard(bench.context(), {}, QStringLiteral("20261121T074000Z-ABC123"));
        wizard.show();
        QTRY_VERIFY_WITH_TIMEOUT(!errorText(wizard).isEmpty(), kPatience);
        QVERIFY(!child<QPushButton>(wizard, "flowNext")->isEnabled());
        QTest::keyClick(&wizard, Qt::Key_Escape);
        QVERIFY(!wizard.isVisible());
    }
};

QTEST_MAIN(TestFlows)
#include "test_flows.moc"

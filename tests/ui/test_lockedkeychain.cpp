// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The window while the keychain is locked, with a real GNOME Keyring on a bus of the test's own: it is said
// whose password is out of reach and what helps, nothing is lost, and once it is unlocked the same click
// works.
#include "support/check.h"
#include "support/need.h"
#include "support/patience.h"
#include "ui/clicks.h"
#include "ui/main/windowflows.h"
#include "ui/profiles/profiledialog.h"
#include "ui/support/errorpanel.h"
#include "ui/support/startup.h"
#include "ui/testkeyring.h"
#include "ui/windowfixture.h"

#include <QAction>
#include <QLineEdit>
#include <QPointer>
#include <QPushButton>
#include <QTcpServer>
#include <QTreeView>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// Of the newest job that has ended; null: none did.
const Error* jobError(const MainWindow& window) {
    const auto& jobs = const_cast<MainWindow&>(window).context().jobs.jobs();
    return jobs.empty() || !jobs.back()->isFinished() ? nullptr : jobs.back()->error();
}

} // namespace

class TestLockedKeychain : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
#ifndef SALVOR_HAVE_KEYCHAIN
        SALVOR_NEED(false, "built without QtKeychain");
#endif
        SALVOR_NEED_PROGRAM("dbus-daemon");
        SALVOR_NEED_PROGRAM("gnome-keyring-daemon");
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void backup_keychainLocked_isToldAndWorksOnceItIsUnlocked() {
        Keyring keyring;
        QVERIFY(keyring.start());
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window.reset();
        CoreConfig config = fixture.sample.config();
        config.pluginFolder = SALVOR_PLUGIN_DIR;
        fixture.core = std::make_unique<Core>(config);
        QTcpServer nobody; // a port that was free, and at which nobody answers
        QVERIFY(nobody.listen(QHostAddress::LocalHost));
        const Profile profile = inKeychain(nobody.serverPort());
        nobody.close();
        CHECK_OK(fixture.core->saveProfile(profile, Secret(std::string_view("s3cret")), "nas"));
        QVERIFY(Keyring::lock());

        fixture.open();
        MainWindow& window = *fixture.window;
        const WindowFlows flows(window);
        auto* tree = fixture.find<QTreeView>("serverTree");
        const auto server = [&] {
            const auto found = tree->model()->match(tree->model()->index(0, 0), Qt::DisplayRole,
                                                    s("a locked one"), 1, Qt::MatchExactly);
            return found.isEmpty() ? QModelIndex() : found.front();
        };
        QTRY_VERIFY_WITH_TIMEOUT(server().isValid(), kPatience);
        tree->setCurrentIndex(server());
        auto* backUp = fixture.find<QAction>("backUpAction");
        QTRY_VERIFY_WITH_TIMEOUT(backUp->isEnabled(), kPatience);
        backUp->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(jobError(window) != nullptr, kPatience);
        QVERIFY2(jobError(window)->code == ErrorCode::SecretUnavailable, jobError(window)->message.c_str());
        auto* foot = fixture.find<QWidget>("jobPanel");
        const QString said = child<QLabel>(*foot, "jobState")->text();
        QVERIFY2(said.startsWith(ErrorPanel::title(ErrorCode::SecretUnavailable)) &&
                     said.contains(s("locked")),
                 qPrintable(said));
        QVERIFY(server().isValid()); // under its name

        // A new password cannot be kept either: what was typed stays, and it is not said to be read.
        fixture.find<QAction>("editServerAction")->trigger();
        ProfileDialog* dialog = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT((dialog = window.findChild<ProfileDialog*>()) != nullptr, kPatience);
        auto* save = child<QPushButton>(*dialog, "profileSave");
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        type(child<QLineEdit>(*dialog, "profilePassword"), s("another"));
        click(save);
        auto* panel = child<ErrorPanel>(*dialog, "errorPanel");
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        QVERIFY2(panel->fullText().contains(s("locked")) && !panel->fullText().contains(s("read")),
                 qPrintable(panel->fullText()));
        QCOMPARE(child<QLineEdit>(*dialog, "profilePassword")->text(), s("another"));
        QVERIFY(Keyring::unlock());
        QTRY_VERIFY_WITH_TIMEOUT(save->isEnabled(), kPatience);
        click(save);
        const QPointer<ErrorPanel> stillThere(panel);
        QTRY_VERIFY2_WITH_TIMEOUT(window.findChild<ProfileDialog*>() == nullptr,
                                  stillThere ? qPrintable(stillThere->fullText()) : "", kPatience);

        QTRY_VERIFY_WITH_TIMEOUT(backUp->isEnabled(), kPatience);
        backUp->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(window.context().jobs.jobs().size() == 2 && jobError(window) != nullptr,
                                 kPatience);
        QVERIFY2(jobError(window)->code == ErrorCode::ConnectionFailed, // the password was there
                 jobError(window)->message.c_str());
    }
};

QTEST_MAIN(TestLockedKeychain)
#include "test_lockedkeychain.moc"

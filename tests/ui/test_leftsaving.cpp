// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The editor of a server is left while it saves a password, and the keychain's prompt stands that nobody
// answers: it closes at once, what became of it is told, and nothing waits behind it. With a real GNOME
// Keyring.
#include "engines/secrets/standingprompter.h"
#include "support/check.h"
#include "support/need.h"
#include "ui/clicks.h"
#include "ui/main/windowflows.h"
#include "ui/profiles/profiledialog.h"
#include "ui/support/startup.h"
#include "ui/testkeyring.h"
#include "ui/windowfixture.h"

#include <QAction>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QMessageBox>
#include <QPointer>
#include <QPushButton>
#include <QTreeView>

#include <optional>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// A look-up in the keychain ends by itself after twenty seconds.
constexpr int kWithoutWaitingMs = 10'000;

/// The one that is seen.
ProfileDialog* editor(const QWidget& window) {
    for (auto* dialog : window.findChildren<ProfileDialog*>()) {
        if (dialog->isVisible())
            return dialog;
    }
    return nullptr;
}

/// Opens it, types a new password and saves; null: it did not load.
ProfileDialog* saveAnother(const WindowFixture& fixture) {
    fixture.find<QAction>("editServerAction")->trigger();
    ProfileDialog* dialog = editor(*fixture.window);
    if (dialog == nullptr)
        return nullptr;
    auto* save = child<QPushButton>(*dialog, "profileSave");
    if (!QTest::qWaitFor([&] { return save->isEnabled(); }, kPatience))
        return nullptr;
    type(child<QLineEdit>(*dialog, "profilePassword"), s("another"));
    click(save);
    return dialog;
}

} // namespace

class TestLeftSaving : public QObject {
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

    void cancel_whileThePromptStands_closesAtOnceAndTells() {
        Keyring keyring;
        QVERIFY(keyring.start());
        StandingPrompter prompter;
        QVERIFY(prompter.start());
        WindowFixture fixture(WindowFixture::Filled);
        fixture.window.reset();
        CoreConfig config = fixture.sample.config();
        config.pluginFolder = SALVOR_PLUGIN_DIR;
        fixture.core = std::make_unique<Core>(config);
        const auto before =
            fixture.core->saveProfile(inKeychain(), Secret(std::string_view("s3cret")), "nas");
        CHECK_OK(before);
        QVERIFY(Keyring::lock());
        fixture.open();
        std::optional<WindowFlows> flows(std::in_place, *fixture.window);
        auto* tree = fixture.find<QTreeView>("serverTree");
        const auto server = [&] {
            const auto found = tree->model()->match(tree->model()->index(0, 0), Qt::DisplayRole,
                                                    s("a locked one"), 1, Qt::MatchExactly);
            return found.isEmpty() ? QModelIndex() : found.front();
        };
        QTRY_VERIFY_WITH_TIMEOUT(server().isValid(), kPatience);
        tree->setCurrentIndex(server());
        QTRY_VERIFY_WITH_TIMEOUT(fixture.find<QAction>("editServerAction")->isEnabled(), kPatience);

        const QPointer<ProfileDialog> first = saveAnother(fixture);
        QVERIFY(first);
        QTRY_VERIFY_WITH_TIMEOUT(prompter.prompts > 0, kPatience);
        QVERIFY(first->isVisible());
        QElapsedTimer sinceCancel;
        sinceCancel.start();
        click(child<QPushButton>(*first, "profileCancel"));
        QVERIFY(!first || !first->isVisible());
        QMessageBox* said = nullptr;
        QTRY_VERIFY_WITH_TIMEOUT(
            (said = fixture.window->findChild<QMessageBox*>(s("profileLeft"))) != nullptr, kPatience);
        QVERIFY2(sinceCancel.elapsed() < kWithoutWaitingMs,
                 qPrintable(QString::number(sinceCancel.elapsed())));
        QVERIFY2(said->text().startsWith(s("Nothing was saved")) &&
                     said->text().contains(s("may still save")),
                 qPrintable(said->text()));
        QVERIFY(said->isVisible() && !said->isModal());
        QTRY_VERIFY_WITH_TIMEOUT(first.isNull(), kPatience);
        const auto after = fixture.core->profile("a locked one");
        CHECK_OK(after);
        QCOMPARE(after->revision, before->revision);

        // The prompt still stands: the next editor does not wait behind it, and the window may go meanwhile.
        const QPointer<ProfileDialog> second = saveAnother(fixture);
        QVERIFY(second);
        click(child<QPushButton>(*second, "profileCancel"));
        QElapsedTimer sinceClosing;
        sinceClosing.start();
        flows.reset();
        fixture.window.reset();
        QVERIFY(second.isNull());
        QVERIFY2(sinceClosing.elapsed() < kWithoutWaitingMs,
                 qPrintable(QString::number(sinceClosing.elapsed())));
        QCOMPARE(fixture.core->profile("a locked one")->revision, before->revision);
    }
};

QTEST_MAIN(TestLeftSaving)
#include "test_leftsaving.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Stores that were set back or damaged, taking over and forgetting, on the command line.
#include "app/agedhome.h"

#include <QFile>
#include <QJsonArray>

using namespace salvor;
using namespace salvor::test;

namespace {

bool flipABit(const QString& path) {
    QFile file(path);
    file.setPermissions(file.permissions() | QFile::WriteOwner);
    if (!file.open(QIODevice::ReadWrite))
        return false;
    QByteArray bytes = file.readAll();
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    return file.seek(0) && file.write(bytes) == bytes.size();
}

QStringList warningCodes(const CtlResult& result) {
    QStringList codes;
    for (const auto& warning : result.json().value(s("warnings")).toArray())
        codes.append(warning.toObject().value(s("code")).toString());
    return codes;
}

} // namespace

class TestSalvorctlRepository : public QObject {
    Q_OBJECT

private slots:
    void rolledBack_everyCommandThatOpensItWarns_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("exitCode");
        QTest::newRow("info") << QStringList{s("repository"), s("info")} << 3;
        QTest::newRow("backups list") << QStringList{s("backups"), s("list")} << 0;
        QTest::newRow("backups show") << QStringList{s("backups"), s("show"), s("ID"), s("--items")} << 0;
        QTest::newRow("backups trash") << QStringList{s("backups"), s("trash")} << 0;
        QTest::newRow("verify") << QStringList{s("verify"), s("ID")} << -1;
        QTest::newRow("prune") << QStringList{s("prune"), s("--dry-run")} << -1;
        QTest::newRow("hold") << QStringList{s("backups"), s("hold"), s("ID")} << 1;
        // There is no server to restore to: the warning comes with the error too.
        QTest::newRow("restore --dry-run")
            << QStringList{s("restore"), s("ID"), s("--database"), s("x"), s("--dry-run")} << -1;
        QTest::newRow("restore") << QStringList{s("restore"), s("ID"), s("--database"), s("x")} << -1;
        QTest::newRow("take-over --dry-run")
            << QStringList{s("repository"), s("take-over"), s("--dry-run")} << 0;
        QTest::newRow("rebuild") << QStringList{s("repository"), s("rebuild")} << 0;
    }
    void rolledBack_everyCommandThatOpensItWarns() {
        QFETCH(QStringList, words);
        QFETCH(int, exitCode);
        AgedHome home;
        QVERIFY(home.make(3));
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        QVERIFY(QFile::remove(home.newestCatalog()));
        words.replaceInStrings(s("ID"), home.ids.front());
        const auto result = home.run(words);
        if (exitCode >= 0)
            QCOMPARE(result.exitCode, exitCode);
        QVERIFY2(warningCodes(result).contains(s("rolled_back")), result.out.constData());
        const auto warning = result.json().value(s("warnings")).toArray().first().toObject();
        QCOMPARE(warning.value(s("missing_backups")).toArray(), QJsonArray{home.ids.back()});
        QVERIFY(result.err.contains("warning: repository \"backups\""));
        QCOMPARE(result.err.count("warning: repository"), 1);
        QVERIFY(result.err.contains(home.ids.back().toUtf8()));
        QCOMPARE(result.json().contains(s("data")), !result.json().contains(s("error")));
    }

    void damagedCatalog_isSaid_andTheListKeepsWhatItKnew() {
        AgedHome home;
        QVERIFY(home.make(3));
        QCOMPARE(home.run({s("backups"), s("list")}).json().contains(s("warnings")), false);
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        QVERIFY(flipABit(home.newestCatalog()));
        const auto info = home.run({s("repository"), s("info")});
        QCOMPARE(info.exitCode, 3);
        QCOMPARE(info.data().toObject().value(s("backups")).toInt(), 2);
        const auto listed = home.run({s("backups"), s("list")});
        QCOMPARE(listed.data().toArray().size(), 3);
        QCOMPARE(warningCodes(listed), QStringList{s("corrupt")});
        QVERIFY(listed.err.contains(home.ids.back().toUtf8()));
        const auto rebuilt = home.say({s("repository"), s("rebuild")});
        QCOMPARE(rebuilt.exitCode, 0);
        QVERIFY(rebuilt.err.contains("warning: ") && rebuilt.err.contains(home.ids.back().toUtf8()));
    }

    void storeAway_infoIsAnError_listIsAWarning() {
        AgedHome home;
        QVERIFY(home.make(1));
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        QVERIFY(QFile::rename(home.path(s("store-backups")), home.path(s("away"))));
        const auto info = home.run({s("repository"), s("info")});
        QCOMPARE(info.exitCode, 1);
        QVERIFY(!info.errorCode().isEmpty());
        QVERIFY(!info.json().contains(s("data")));
        const auto said = home.say({s("repository"), s("info")});
        QCOMPARE(said.exitCode, 1);
        QVERIFY(said.out.contains("backups") && said.err.contains("salvorctl: "));
        const auto listed = home.run({s("backups"), s("list")});
        QCOMPARE(listed.exitCode, 0);
        QCOMPARE(listed.data().toArray().size(), 1);
        QCOMPARE(warningCodes(listed).size(), 1);
    }

    void takeOver_afterARollBack_goesOn() {
        AgedHome home;
        QVERIFY(home.make(3));
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        QCOMPARE(home.run({s("repository"), s("take-over")}).exitCode, 2); // nothing is in the way
        QVERIFY(QFile::remove(home.newestCatalog()));
        CHECK_FAILS(home.backUp(7), ErrorCode::RolledBack);

        const auto would = home.run({s("repository"), s("take-over"), s("--dry-run")});
        QCOMPARE(would.exitCode, 0);
        const QJsonObject plan = would.data().toObject();
        QCOMPARE(plan.value(s("needs_confirmation")).toBool(), true);
        QCOMPARE(plan.value(s("given_up")).toArray().first().toObject().value(s("id")).toString(),
                 home.ids.back());
        const auto refused = home.run({s("repository"), s("take-over"), s("backups")});
        QCOMPARE(refused.exitCode, 1);
        QCOMPARE(refused.errorCode(), s("conflict"));
        QVERIFY(refused.errorText().contains(home.ids.back()));
        QVERIFY(refused.errorText().contains(s("--accept-loss")));
        CHECK_FAILS(home.backUp(7), ErrorCode::RolledBack);

        const auto taken = home.say({s("repository"), s("take-over"), s("--accept-loss")});
        QVERIFY2(taken.exitCode == 0, taken.err.constData());
        QVERIFY(taken.out.contains("Given up: " + home.ids.back().toUtf8()));
        const auto made = home.backUp(7);
        QVERIFY2(made.has_value(), made ? "" : made.error().toText().c_str());
        const auto info = home.run({s("repository"), s("info")});
        QCOMPARE(info.exitCode, 0);
        QVERIFY(!info.json().contains(s("warnings")));
        QCOMPARE(home.run({s("verify"), s("--depth"), s("full")}).exitCode, 0);
        QStringList listed;
        for (const auto& one : home.run({s("backups"), s("list")}).data().toArray())
            listed.append(one.toObject().value(s("id")).toString());
        QCOMPARE(listed.size(), 3);
        QVERIFY(!listed.contains(home.ids.back()));
        const auto audit = home.run({s("audit"), s("list")});
        QVERIFY(audit.out.contains("repository.take_over") && audit.out.contains("given_up"));
    }

    void edit_moved_isFoundAgain() {
        AgedHome home;
        QVERIFY(home.make(2));
        const QString moved = home.path(s("moved"));
        QVERIFY(QFile::rename(home.path(s("store-backups")), moved));
        const auto away = home.run({s("repository"), s("info")});
        QCOMPARE(away.exitCode, 1);
        QVERIFY2(away.errorText().contains(s("repository edit \"backups\" --url")), away.out.constData());
        const QStringList words{s("repository"), s("edit"), s("backups"), s("--url"), moved};
        const auto would = home.run(words + QStringList{s("--dry-run")});
        QCOMPARE(would.exitCode, 0);
        QCOMPARE(would.data().toObject().value(s("backups")).toInt(), 2);
        QCOMPARE(would.data().toObject().value(s("dry_run")).toBool(), true);
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 1);
        const auto done = home.say(words);
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QVERIFY2(done.out.contains("It is the same repository, with 2 backups"), done.out.constData());
        QCOMPARE(home.run({s("repository"), s("info")}).exitCode, 0);
        QCOMPARE(home.run({s("verify"), s("--depth"), s("full")}).exitCode, 0);
        const auto again = home.run(words);
        QCOMPARE(again.exitCode, 2);
        QCOMPARE(home.run({s("repository"), s("edit"), s("--title"), s("attic")}).exitCode, 0);
        QCOMPARE(home.run({s("repository"), s("info"), s("attic")}).exitCode, 0);
        QVERIFY(home.run({s("audit"), s("list")}).out.contains("repository.edit"));
    }

    void profileEdit_anotherRepository_movesItsOnlyPolicy() {
        AgedHome home;
        QVERIFY(home.make(1));
        QVERIFY(!home.home().makeRepository(s("second")).isNull());
        const QStringList words{s("profile"), s("edit"), s("shop"), s("--repository"), s("second")};
        const auto missing = home.run({s("profile"), s("edit"), s("shop"), s("--repository"), s("third")});
        QCOMPARE(missing.errorCode(), s("not_found"));
        const auto moved = home.say(words);
        QVERIFY2(moved.exitCode == 0, moved.err.constData());
        QVERIFY2(moved.out.contains("\"shop\" backs up to \"second\" from now on; what is in \"backups\""),
                 moved.out.constData());
        QVERIFY(home.say(words).out.contains("backs up to \"second\" already"));
        QCOMPARE(home.run({s("policy"), s("list")}).data().toArray().size(), 1);
        QCOMPARE(home.run({s("policy"), s("set"), s("more"), s("--profile"), s("shop"), s("--repository"),
                           s("second")})
                     .exitCode,
                 0);
        const auto several = home.run({s("profile"), s("edit"), s("shop"), s("--repository"), s("backups")});
        QCOMPARE(several.exitCode, 2);
        QVERIFY2(several.errorText().contains(s("\"more\", \"shop\"")), several.out.constData());
        QVERIFY(several.errorText().contains(s("policy set POLICY")));
        for (const char* title : {"more", "shop"})
            QCOMPARE(home.run({s("policy"), s("remove"), s(title)}).exitCode, 0);
        const auto made = home.say({s("profile"), s("edit"), s("shop"), s("--repository"), s("backups")});
        QVERIFY2(made.out.contains("A new policy, \"shop\", backs it up to \"backups\""),
                 made.out.constData());
    }

    void open_mistyped_namesTheGroup() {
        const CtlHome home;
        const QByteArray passphrase = home.makeRepository();
        QVERIFY(!passphrase.isEmpty());
        QByteArray bad = passphrase;
        bad[6] = bad[6] == 'A' ? 'B' : 'A';
        const auto opening = [&](const QByteArray& typed) {
            return home.run({s("--json"), s("repository"), s("rehearse"), s("--recovery"),
                             home.path(s("recovery-backups.age")), s("--passphrase-fd"), s("3")},
                            {{3, typed}});
        };
        const auto mistyped = opening(bad);
        QCOMPARE(mistyped.errorCode(), s("wrong_identity"));
        QVERIFY2(mistyped.errorText().contains(s("typing error")), mistyped.out.constData());
        QVERIFY(!mistyped.errorText().contains(s("group")) || mistyped.errorText().contains(s("group 2")));
        QVERIFY(!mistyped.out.contains(passphrase.left(4)));
        const auto other =
            opening(home.run({s("repository"), s("passphrase")}).out.trimmed()); // well formed, of nobody
        QVERIFY2(other.errorText().contains(s("has no typing error")), other.out.constData());
        QCOMPARE(opening(passphrase.toLower()).exitCode, 0);
        // Of any age file only where it looks like one of ours.
        const auto sealed = home.run({s("age"), s("encrypt"), s("--passphrase-fd"), s("5")},
                                     {{5, passphrase}}, QByteArray("plain"))
                                .out;
        const auto decrypting = [&](const QByteArray& typed) {
            return home.run({s("age"), s("decrypt"), s("--passphrase-fd"), s("5")}, {{5, typed}}, sealed);
        };
        QVERIFY2(decrypting(bad).err.contains("typing error"), decrypting(bad).err.constData());
        const auto sentence = decrypting("correct horse battery staple");
        QCOMPARE(sentence.exitCode, 1);
        QVERIFY2(!sentence.err.contains("typing error"), sentence.err.constData());
        QCOMPARE(decrypting(passphrase).out, QByteArray("plain"));
    }

    void severalRepositories_verifyFindsTheBackups() {
        AgedHome home;
        QVERIFY(home.make(1));
        const auto made = home.home().run({s("--json"), s("repository"), s("init"), home.path(s("offsite")),
                                           s("--secrets"), s("file"), s("--recovery-out"),
                                           home.path(s("offsite.age")), s("--passphrase-fd"), s("3")},
                                          {{3, home.say({s("repository"), s("passphrase")}).out.trimmed()}});
        QCOMPARE(made.exitCode, 0);
        QCOMPARE(made.data().toObject().value(s("title")).toString(), s("offsite")); // after its place
        const auto found = home.run({s("verify"), home.ids.front()});
        QVERIFY2(found.exitCode == 0, found.out.constData());
        QCOMPARE(home.run({s("verify"), s("--repository"), s("offsite")}).exitCode, 0);
        QCOMPARE(home.run({s("verify")}).exitCode, 2); // which one?
        QCOMPARE(home.run({s("verify"), s("20200101T000000Z-AAAAAA")}).errorCode(), s("not_found"));
    }

    void init_withoutATitle_isCalledAsItsFolderIs() {
        const CtlHome home;
        const auto would =
            home.run({s("--json"), s("repository"), s("init"), s("file:///srv/my%20backups/"), s("--dry-run"),
                      s("--recovery-out"), home.path(s("recovery.age")), s("--passphrase-fd"), s("3")},
                     {{3, "not read"}});
        QVERIFY2(would.exitCode == 0, would.out.constData());
        QCOMPARE(would.data().toObject().value(s("title")).toString(), s("my backups"));
    }

    void forget_asks_andRemovesIt() {
        AgedHome home;
        QVERIFY(home.make(2));
        const auto unknown = home.run({s("repository"), s("forget"), s("other")});
        QCOMPARE(unknown.errorCode(), s("not_found"));
        const auto asked = home.run({s("repository"), s("forget"), s("backups")});
        QCOMPARE(asked.exitCode, 2);
        QVERIFY(asked.errorText().contains(s("--confirm")));
        const auto would = home.run({s("repository"), s("forget"), s("backups"), s("--dry-run")});
        QCOMPARE(would.data().toObject().value(s("dry_run")).toBool(), true);
        const QStringList confirmed{s("repository"), s("forget"), s("backups"), s("--confirm"), s("backups")};
        const auto used = home.run(confirmed);
        QCOMPARE(used.errorCode(), s("conflict"));
        QVERIFY(used.errorText().contains(s("policy")));
        QCOMPARE(home.run({s("policy"), s("remove"), s("shop")}).exitCode, 0);
        const auto forgotten = home.run(confirmed);
        QVERIFY2(forgotten.exitCode == 0, forgotten.out.constData());
        QCOMPARE(home.run({s("repository"), s("list")}).data().toArray().size(), 0);
        QVERIFY(home.run({s("audit"), s("list")}).out.contains("repository.remove"));
    }

    void profileAdd_withoutARepositoryToWrite_saysThatNoPolicyWasMade() {
        const CtlHome reader;
        const auto added =
            reader.run({s("--json"), s("profile"), s("add"), s("postgresql://backup@db.example.org/postgres"),
                        s("--title"), s("shop"), s("--no-password")});
        QCOMPARE(added.exitCode, 0);
        QVERIFY(added.err.contains("no policy backs up \"shop\""));
        QCOMPARE(added.json().value(s("warnings")).toArray().size(), 1);
    }

    void unknownVerb_isNamed_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("said");
        QTest::newRow("noun") << QStringList{s("nonsense")} << s("there is no \"salvorctl nonsense\"");
        QTest::newRow("verb") << QStringList{s("repository"), s("nonsense")}
                              << s("there is no \"salvorctl repository nonsense\"");
        QTest::newRow("none") << QStringList{s("repository")} << s("salvorctl repository needs a verb");
        QTest::newRow("nothing") << QStringList{} << s("salvorctl needs a verb");
    }
    void unknownVerb_isNamed() {
        QFETCH(QStringList, words);
        QFETCH(QString, said);
        const CtlHome home;
        const auto result = home.run(words);
        QCOMPARE(result.exitCode, 2);
        QVERIFY2(result.err.contains(said.toUtf8()), result.err.constData());
        QVERIFY(result.err.contains("There is: ") && !result.err.contains("complete-words"));
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlRepository)
#include "test_salvorctl_repository.moc"

// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// retention, prune and the trash on the command line: grammar, exit codes, JSON, words.
#include "app/agedhome.h"

#include <QJsonArray>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

class TestSalvorctlRetention : public QObject {
    Q_OBJECT

private slots:
    void preview_namesRulesAndBytes() {
        AgedHome home;
        QVERIFY(home.make(6));
        const auto shown = home.run({s("retention"), s("preview"), s("--keep-daily"), s("5")});
        QCOMPARE(shown.exitCode, 0);
        QCOMPARE(shown.json().value(s("schema")).toString(), s("salvor.retention.preview/1"));
        const QJsonObject data = shown.data().toObject();
        QCOMPARE(data.value(s("dropped")).toInt(), 1);
        QCOMPARE(data.value(s("live")).toInt(), 6);
        QCOMPARE(data.value(s("needs_confirmation")).toBool(true), false);
        const QJsonObject freed = data.value(s("freed")).toObject();
        double sum = 0;
        for (const char* part : {"objects", "refs", "manifests"})
            sum += freed.value(s(part)).toObject().value(s("size_bytes")).toDouble();
        QVERIFY(sum > 0);
        QCOMPARE(data.value(s("freed_bytes")).toDouble(), sum);
        const QJsonArray backups = data.value(s("backups")).toArray();
        QCOMPARE(backups.size(), 6);
        QCOMPARE(backups.last().toObject().value(s("id")).toString(), home.ids.front());
        QCOMPARE(backups.last().toObject().value(s("kept")).toBool(true), false);
        const QJsonObject rule = backups.first().toObject().value(s("rules")).toArray().first().toObject();
        QCOMPARE(rule.value(s("rule")).toString(), s("daily"));
        QCOMPARE(rule.value(s("place")).toInt(), 1);
        QVERIFY(data.value(s("other_timers")).isArray());
        QCOMPARE(data.value(s("other_timers")).toArray().size(), 0);
        QVERIFY(data.value(s("former_databases")).isArray());
        QCOMPARE(data.value(s("former_databases")).toArray().size(), 0);

        const auto said = home.say({s("retention"), s("preview"), s("--keep-last"), s("2")});
        QCOMPARE(said.exitCode, 0);
        QVERIFY(said.out.contains("GOES") && said.out.contains("last (2)"));
        QVERIFY(said.out.contains("more than a quarter"));
    }

    void preview_badInput_isUsageError_data() {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("keeps nothing") << QStringList{s("--keep-daily"), s("0")};
        QTest::newRow("no span") << QStringList{s("--keep-within"), s("30 days")};
        QTest::newRow("no zone") << QStringList{s("--keep-last"), s("1"), s("--time-zone"), s("Atlantis")};
        QTest::newRow("no number") << QStringList{s("--keep-last"), s("many")};
        QTest::newRow("too many") << QStringList{s("--keep-last"), s("100001")};
    }
    void preview_badInput_isUsageError() {
        QFETCH(QStringList, options);
        AgedHome home;
        QVERIFY(home.make(1));
        const auto refused = home.run(QStringList{s("retention"), s("preview")} + options);
        QCOMPARE(refused.exitCode, 2);
        QCOMPARE(refused.errorCode(), s("invalid_input"));
    }

    void prune_dryRun_thenPrune_thenFreeSpaceNow() {
        AgedHome home;
        QVERIFY(home.make(6));
        QVERIFY(home.keepDaily(5));
        const auto would = home.run({s("prune"), s("--dry-run")});
        QCOMPARE(would.exitCode, 0);
        QCOMPARE(would.data().toObject().value(s("trashed")).toArray().size(), 1);
        QVERIFY(!would.data().toObject().contains(s("run")));
        QCOMPARE(home.run({s("backups"), s("list")}).data().toArray().size(), 6);

        const auto done = home.run({s("prune")});
        QCOMPARE(done.exitCode, 0);
        QCOMPARE(done.json().value(s("schema")).toString(), s("salvor.prune.run/1"));
        QCOMPARE(done.data().toObject().value(s("in_trash")).toInt(), 1);
        QCOMPARE(done.data().toObject().value(s("pruned")).toArray().size(), 0);
        const auto trash = home.run({s("backups"), s("trash")});
        QCOMPARE(trash.data().toArray().first().toObject().value(s("id")).toString(), home.ids.front());
        QVERIFY(trash.data().toArray().first().toObject().contains(s("expires")));

        const auto refused = home.run({s("prune"), s("--free-space-now")});
        QCOMPARE(refused.exitCode, 1);
        QCOMPARE(refused.errorCode(), s("conflict"));
        const auto ofOne = home.run({s("prune"), s("--policy"), s("any"), s("--free-space-now"), s("--yes")});
        QCOMPARE(ofOne.exitCode, 2);
        QCOMPARE(home.run({s("backups"), s("trash")}).data().toArray().size(), 1);
        const auto now = home.run({s("prune"), s("--free-space-now"), s("--yes")});
        QCOMPARE(now.exitCode, 0);
        QCOMPARE(now.data().toObject().value(s("pruned")).toArray().first().toString(), home.ids.front());
        QVERIFY(now.data().toObject().value(s("freed_bytes")).toDouble() > 0);
        QCOMPARE(now.data().toObject().value(s("run")).toObject().value(s("kind")).toString(), s("prune"));
        const auto gone = home.run({s("backups"), s("undelete"), home.ids.front()});
        QCOMPARE(gone.errorCode(), s("not_found"));
        QCOMPARE(home.run({s("verify")}).exitCode, 0);
    }

    void prune_moreThanAQuarter_isAskedAbout() {
        AgedHome home;
        QVERIFY(home.make(6));
        QVERIFY(home.keepDaily(3));
        const auto refused = home.say({s("prune")});
        QCOMPARE(refused.exitCode, 1);
        QVERIFY(refused.err.contains("--confirm-large"));
        QCOMPARE(home.run({s("prune"), s("--yes")}).errorCode(), s("conflict")); // it has words of its own
        QCOMPARE(home.run({s("prune"), s("--confirm-large")}).exitCode, 0);
        QCOMPARE(home.run({s("backups"), s("list")}).data().toArray().size(), 3);
    }

    /// Whoever cleaned up too much, and sees the empty list, has seven days.
    void everyBackupInTheTrash_isSaidWhereBackupsAreLookedFor() {
        AgedHome home;
        QVERIFY(home.make(3));
        QVERIFY(!home.say({s("repository"), s("info")}).out.contains("trash"));
        QCOMPARE(home.run({s("repository"), s("info")}).data().toObject().value(s("trashed")).toInt(-1), 0);
        QCOMPARE(home.run(QStringList{s("backups"), s("delete"), s("--confirm-large")} + home.ids).exitCode,
                 0);
        for (const QStringList& more : {QStringList{}, QStringList{s("--database"), s("shop")},
                                        QStringList{s("--repository"), s("backups")}}) {
            const auto listed = home.say(QStringList{s("backups"), s("list")} + more);
            QCOMPARE(listed.exitCode, 0);
            QVERIFY2(listed.out.contains("in the trash") && !listed.out.contains("salvorctl backup PROFILE"),
                     listed.out.constData());
            QVERIFY2(listed.err.contains("salvorctl backups trash"), listed.err.constData());
            const auto answer = home.run(QStringList{s("backups"), s("list")} + more);
            QVERIFY(answer.data().toArray().isEmpty());
            const auto warnings = answer.json().value(s("warnings")).toArray();
            QCOMPARE(warnings.size(), 1);
            QCOMPARE(warnings.first().toObject().value(s("trashed")).toInt(), 3);
        }
        const auto other = home.say({s("backups"), s("list"), s("--database"), s("else")});
        QVERIFY2(!other.out.contains("trash") && !other.err.contains("trash"), other.out.constData());
        QVERIFY(home.say({s("repository"), s("info")}).out.contains("salvorctl backups trash"));
        QCOMPARE(home.run({s("repository"), s("info")}).data().toObject().value(s("trashed")).toInt(), 3);

        // A new computer.
        const CtlHome fresh;
        const QStringList open{s("repository"),
                               s("open"),
                               home.path(s("store-backups")),
                               s("--recovery"),
                               home.path(s("recovery-backups.age")),
                               s("--secrets"),
                               s("file"),
                               s("--passphrase-fd"),
                               s("3")};
        const auto opened = fresh.run(open, {{3, home.passphrase}});
        QCOMPARE(opened.exitCode, 0);
        QVERIFY2(opened.out.contains("salvorctl backups trash"), opened.out.constData());
        QVERIFY(fresh.run({s("backups"), s("list")}).err.contains("salvorctl backups trash"));
    }

    void backups_holdDeleteUndelete() {
        AgedHome home;
        QVERIFY(home.make(5));
        QCOMPARE(home.run({s("backups"), s("hold"), home.ids[0]}).exitCode, 0);
        QVERIFY(home.say({s("backups"), s("list")}).out.contains("stored, held"));
        const auto held = home.run({s("backups"), s("delete"), home.ids[0]});
        QCOMPARE(held.errorCode(), s("conflict"));
        QCOMPARE(home.run({s("backups"), s("release"), home.ids[0]}).exitCode, 0);
        const auto would = home.run({s("backups"), s("delete"), home.ids[0], s("--dry-run")});
        QCOMPARE(would.data().toObject().value(s("dry_run")).toBool(), true);
        const auto deleted = home.run({s("backups"), s("delete"), home.ids[0], s("--grace"), s("36h")});
        QCOMPARE(deleted.exitCode, 0);
        QVERIFY(deleted.data().toObject().value(s("freed_bytes")).toDouble() > 0);
        QVERIFY(deleted.data().toObject().contains(s("expires")));
        QCOMPARE(home.run({s("backups"), s("list")}).data().toArray().size(), 4);
        QCOMPARE(home.run({s("backups"), s("delete"), home.ids[1], home.ids[2]}).errorCode(), s("conflict"));
        QCOMPARE(home.run({s("backups"), s("delete"), home.ids[1], s("--grace"), s("soon")}).exitCode, 2);
        const auto back = home.run({s("backups"), s("undelete"), home.ids[0]});
        QCOMPARE(back.exitCode, 0);
        QCOMPARE(home.run({s("backups"), s("list")}).data().toArray().size(), 5);
        QVERIFY(home.say({s("backups"), s("trash")}).out.contains("empty"));
        const auto notThere = home.run({s("backups"), s("undelete"), home.ids[0]});
        QCOMPARE(notThere.exitCode, 1);
        QCOMPARE(notThere.errorCode(), s("conflict"));
        QVERIFY2(notThere.errorText().contains(s("not in the trash")), notThere.out.constData());
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlRetention)
#include "test_salvorctl_retention.moc"

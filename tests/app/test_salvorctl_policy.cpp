// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The policy and audit verbs without a server: documents, conflicts, export and import, job files.
#include "app/ctlprocess.h"
#include "support/pty.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// One profile and one repository, nothing else; the profile's own policy is called "lab".
bool prepare(const CtlHome& home) {
    return !home.makeRepository().isEmpty() &&
           home.run({s("profile"), s("add"), s("postgresql://backup@db.example.org/postgres"), s("--title"),
                     s("lab"), s("--no-password")})
                   .exitCode == 0;
}

CtlResult policy(const CtlHome& home, const QStringList& words, const QByteArray& input = {}) {
    return home.run(QStringList{s("--json"), s("policy")} + words, {}, input);
}

QJsonObject shown(const CtlHome& home, const char* name) {
    return policy(home, {s("show"), s(name)}).data().toObject();
}

bool writeFile(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size();
}

QByteArray readFile(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TestSalvorctlPolicy : public QObject {
    Q_OBJECT
private slots:
    void set_newTitle_makesOneWithItsFlags() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto made = policy(home, {s("set"),
                                        s("nightly"),
                                        s("--include"),
                                        s("*"),
                                        s("--exclude"),
                                        s("tmp_*"),
                                        s("--include"),
                                        s("tmp_keep"),
                                        s("--when"),
                                        s("full=daily"),
                                        s("--level"),
                                        s("9"),
                                        s("--keep-daily"),
                                        s("7"),
                                        s("--keep-within"),
                                        s("36h"),
                                        s("--bandwidth"),
                                        s("20M"),
                                        s("--threads"),
                                        s("2"),
                                        s("--hook-before"),
                                        s("/bin/freeze"),
                                        s("--hook-before"),
                                        s("--all"),
                                        s("--hook-failure"),
                                        s("partial"),
                                        s("--hook-path"),
                                        s("/srv/app"),
                                        s("--drill-target"),
                                        s("throwaway"),
                                        s("--recovery-point"),
                                        s("25h"),
                                        s("--mail"),
                                        s("ops"),
                                        s("--option"),
                                        s("lock_timeout_seconds=5"),
                                        s("--verify-after"),
                                        s("quick")});
        QVERIFY2(made.exitCode == 0, made.out.constData());
        // What nothing acts on yet must not look as if it worked.
        for (const char* acted : {"when.expressions", "retention", "limits.",
                                  "recovery_point_objective_seconds", "notifications"})
            QVERIFY2(!made.err.contains(acted), made.err.constData());
        QVERIFY2(made.err.contains("There is no channel mail \"ops\" yet"), made.err.constData());
        const QJsonObject document = shown(home, "nightly");
        QCOMPARE(document.value(s("revision")).toInt(), 1);
        const QJsonArray rules = document.value(s("what")).toObject().value(s("databases")).toArray();
        QCOMPARE(rules.size(), 3);
        QCOMPARE(rules.at(1).toObject().value(s("include")).toBool(true), false);
        QCOMPARE(rules.at(2).toObject().value(s("glob")).toString(), s("tmp_keep"));
        QCOMPARE(document.value(s("limits")).toObject().value(s("bandwidth_bytes_per_second")).toInteger(),
                 20000000);
        QCOMPARE(document.value(s("retention")).toObject().value(s("keep_within_seconds")).toInt(),
                 36 * 3600);
        QCOMPARE(document.value(s("recovery_point_objective_seconds")).toInt(), 25 * 3600);
        QCOMPARE(document.value(s("options")).toObject().value(s("lock_timeout_seconds")).toInt(), 5);
        const QJsonObject hook =
            document.value(s("hooks")).toObject().value(s("before")).toArray().at(0).toObject();
        QCOMPARE(hook.value(s("command")).toArray().size(), 2);
        QCOMPARE(hook.value(s("failure_means")).toString(), s("partial"));
        QCOMPARE(hook.value(s("paths")).toArray(), QJsonArray{s("/srv/app")});
        QCOMPARE(document.value(s("checks")).toObject().value(s("drill_target")).toString(), s("throwaway"));
        QCOMPARE(document.value(s("sha256")).toString().size(), 64);
        QVERIFY(policy(home, {s("list")}).out.contains("nightly"));
    }

    void set_toKeepOneBackup_isWarnedAbout() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto one = home.run({s("policy"), s("set"), s("lab"), s("--keep-last"), s("1")});
        QCOMPARE(one.exitCode, 0);
        QVERIFY2(one.err.contains("keep one backup of each database"), one.err.constData());
        const auto two = home.run({s("policy"), s("set"), s("lab"), s("--keep-last"), s("2")});
        QVERIFY2(!two.err.contains("keep one backup"), two.err.constData());
    }

    void set_again_changesOnlyWhatIsGiven() {
        const CtlHome home;
        QVERIFY(prepare(home));
        QCOMPARE(policy(home, {s("set"), s("lab"), s("--threads"), s("2")}).exitCode, 0);
        QCOMPARE(
            policy(home, {s("set"), s("lab"), s("--keep-last"), s("3"), s("--title"), s("nightly")}).exitCode,
            0);
        QJsonObject document = shown(home, "nightly");
        QCOMPARE(document.value(s("limits")).toObject().value(s("threads")).toInt(), 2);
        QCOMPARE(document.value(s("revision")).toInt(), 3);
        QCOMPARE(
            policy(home, {s("set"), s("nightly"), s("--unset"), s("limits.threads"), s("--keep-everything")})
                .exitCode,
            0);
        document = shown(home, "nightly");
        QVERIFY(!document.contains(s("limits")) && !document.contains(s("retention")));
        const auto nothing = policy(home, {s("set"), s("nightly"), s("--unset"), s("limits.threads")});
        QCOMPARE(nothing.exitCode, 2);
    }

    void set_documentWithAKeyTwice_isRefused() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto twice = policy(
            home, {s("set"), s("lab"), s("--file"), s("-")},
            R"({"retention":{"keep_last":9},"what":{"databases":[{"include":true,"glob":"*"}]},"retention":{"keep_last":2}})");
        QCOMPARE(twice.exitCode, 2);
        QVERIFY2(twice.errorText().contains(s("\"retention\" is there twice")), twice.out.constData());
        QVERIFY(!shown(home, "lab").contains(s("retention")));
    }

    void set_again_saysEachFieldThatItChanges() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto changed = home.run({s("policy"), s("set"), s("lab"), s("--threads"), s("2"),
                                       s("--exclude"), s("tmp_*"), s("--when"), s("02:00")});
        QCOMPARE(changed.exitCode, 0);
        for (const char* line : {"limits.threads: not set → 2", "what.databases: +* → +* -tmp_*",
                                 "when.expressions.full: not set → \"02:00\""})
            QVERIFY2(changed.out.contains(line), changed.out.constData());
        QVERIFY2(!changed.out.contains("revision") && !changed.out.contains("timers apply"),
                 changed.out.constData()); // none is installed
        const auto again =
            policy(home, {s("set"), s("lab"), s("--add-include"), s("tmp_keep"), s("--dry-run")});
        QCOMPARE(again.exitCode, 0);
        const QJsonArray changes = again.data().toObject().value(s("changes")).toArray();
        QCOMPARE(changes.size(), 1);
        QCOMPARE(changes.at(0).toObject().value(s("before")).toString(), s("+* -tmp_*"));
        QCOMPARE(changes.at(0).toObject().value(s("after")).toString(), s("+* -tmp_* +tmp_keep"));
        QVERIFY(again.data().toObject().value(s("timers")).isNull());
        const auto same = home.run({s("policy"), s("set"), s("lab"), s("--threads"), s("2")});
        QVERIFY2(same.out.contains("Nothing in it is different"), same.out.constData());
        // A new one has no before.
        const auto made = policy(home, {s("set"), s("other"), s("--include"), s("a")});
        QCOMPARE(made.exitCode, 0);
        QVERIFY(!made.data().toObject().contains(s("changes")));
    }

    void set_whatCannotWork_isRefusedAndNothingSaved_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("said");
        QTest::addColumn<QString>("code");
        QTest::newRow("nothing included")
            << QStringList{s("--exclude"), s("*")} << s("include no database") << s("invalid_input");
        QTest::newRow("level") << QStringList{s("--level"), s("40")} << s("compression_level")
                               << s("invalid_input");
        QTest::newRow("keeps nothing")
            << QStringList{s("--keep-last"), s("0")} << s("keep nothing") << s("invalid_input");
        QTest::newRow("span") << QStringList{s("--keep-within"), s("5x")} << s("character")
                              << s("invalid_input");
        QTest::newRow("kind") << QStringList{s("--when"), s("incremental=daily")} << s("incremental")
                              << s("invalid_input");
        QTest::newRow("expression") << QStringList{s("--when"), s("Sut 02:00")} << s("Sut 02:00")
                                    << s("invalid_input");
        QTest::newRow("past") << QStringList{s("--when"), s("2020-01-01")} << s("never comes again")
                              << s("invalid_input");
        QTest::newRow("hook") << QStringList{s("--hook-before"), s("freeze")} << s("full path")
                              << s("invalid_input");
        QTest::newRow("option") << QStringList{s("--option"), s("colour=red")} << s("colour")
                                << s("invalid_input");
        QTest::newRow("value") << QStringList{s("--option"), s("lock_timeout_seconds=9999999999999")}
                               << s("from 1 to 86400") << s("invalid_input");
        QTest::newRow("no value") << QStringList{s("--option"), s("range_bytes=big")} << s("from 8192")
                                  << s("invalid_input");
        QTest::newRow("format") << QStringList{s("--option"), s("format=xml")} << s("auto, text, binary")
                                << s("invalid_input");
        QTest::newRow("bandwidth") << QStringList{s("--bandwidth"), s("1")} << s("1000 or more")
                                   << s("invalid_input");
        QTest::newRow("path without a hook")
            << QStringList{s("--hook-path"), s("/srv/app")} << s("has none") << s("invalid_input");
        QTest::newRow("path") << QStringList{s("--hook-after"), s("/bin/true"), s("--hook-path"), s("srv")}
                              << s("not absolute") << s("invalid_input");
        QTest::newRow("drill target")
            << QStringList{s("--drill-target"), s("lab")} << s("never runs there") << s("invalid_input");
    }
    void set_whatCannotWork_isRefusedAndNothingSaved() {
        QFETCH(const QStringList, words);
        QFETCH(const QString, said);
        QFETCH(const QString, code);
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto result = policy(home, QStringList{s("set"), s("lab")} + words);
        QCOMPARE(result.errorCode(), code);
        QVERIFY2(result.errorText().contains(said), result.out.constData());
        QCOMPARE(shown(home, "lab").value(s("revision")).toInt(), 1);
    }

    void set_rulesOnTables_areRefusedForThisEngine() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const QByteArray document =
            R"({"schema_version":1,"method":"logical","kinds":["full"],"what":{"databases":)"
            R"([{"include":true,"glob":"*"}],"relations":[{"include":false,"glob":"public.log"}]}})";
        const auto result = policy(home, {s("set"), s("lab"), s("--file"), s("-")}, document);
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), s("unsupported"));
        QVERIFY2(result.errorText().contains(s("as a whole")), result.out.constData());
    }

    void set_fromFile_takesTheWholeDocument() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const QByteArray document =
            R"({"schema_version":1,"method":"logical","kinds":["full"],)"
            R"("what":{"databases":[{"include":true,"glob":"app*"}]},"limits":{"threads":1}})";
        const auto made =
            policy(home, {s("set"), s("apps"), s("--file"), s("-"), s("--sessions"), s("1")}, document);
        QVERIFY2(made.exitCode == 0, made.out.constData());
        QCOMPARE(made.data().toObject().value(s("limits")).toObject().size(), 2);
        const auto unknown = policy(home, {s("set"), s("apps"), s("--file"), s("-")},
                                    QByteArray(document).replace("\"threads\"", "\"thread\""));
        QCOMPARE(unknown.exitCode, 2);
        QVERIFY2(unknown.errorText().contains(s("limits.thread")), unknown.out.constData());
        const auto newer = policy(home, {s("set"), s("apps"), s("--file"), s("-")},
                                  QByteArray(document).replace("_version\":1", "_version\":2"));
        QCOMPARE(newer.errorCode(), s("newer_format"));
        const auto none = policy(home, {s("set"), s("apps"), s("--file"), s("-")}, "not JSON");
        QCOMPARE(none.exitCode, 2);
        QCOMPARE(shown(home, "apps").value(s("revision")).toInt(), 1);
    }

    void set_staleRevision_isConflictWithBothDocuments() {
        const CtlHome home;
        QVERIFY(prepare(home));
        QCOMPARE(policy(home, {s("set"), s("lab"), s("--threads"), s("2")}).exitCode, 0);
        const auto stale =
            policy(home, {s("set"), s("lab"), s("--threads"), s("3"), s("--revision"), s("1")});
        QCOMPARE(stale.exitCode, 1);
        QCOMPARE(stale.errorCode(), s("conflict"));
        const QJsonObject context = stale.json().value(s("error")).toObject().value(s("context")).toObject();
        QVERIFY(context.value(s("theirs")).toString().contains(s("\"threads\":2")));
        QVERIFY(context.value(s("yours")).toString().contains(s("\"threads\":3")));
        QVERIFY(stale.errorText().contains(s("limits")));
    }

    void set_dryRun_changesNothing() {
        const CtlHome home;
        QVERIFY(prepare(home));
        QCOMPARE(policy(home, {s("set"), s("lab"), s("--threads"), s("2"), s("--dry-run")}).exitCode, 0);
        QCOMPARE(shown(home, "lab").value(s("revision")).toInt(), 1);
        QCOMPARE(policy(home, {s("set"), s("lab"), s("--level"), s("99"), s("--dry-run")}).exitCode, 2);
        QCOMPARE(policy(home, {s("remove"), s("lab"), s("--dry-run")}).exitCode, 0);
        QVERIFY(policy(home, {s("list")}).out.contains("lab"));
    }

    void show_effective_saysWhereEachValueIsFrom() {
        const CtlHome home;
        QVERIFY(prepare(home));
        QCOMPARE(policy(home, {s("set"), s("lab"), s("--threads"), s("2")}).exitCode, 0);
        const auto shown = policy(home, {s("show"), s("lab"), s("--effective"), s("--level"), s("11")});
        QVERIFY2(shown.exitCode == 0, shown.out.constData());
        QMap<QString, QString> origins;
        for (const auto& value : shown.data().toObject().value(s("values")).toArray())
            origins.insert(value.toObject().value(s("field")).toString(),
                           value.toObject().value(s("origin")).toString());
        QCOMPARE(origins.value(s("limits.threads")), s("policy"));
        QCOMPARE(origins.value(s("limits.sessions")), s("default"));
        QCOMPARE(origins.value(s("compression_level")), s("command_line"));
        QCOMPARE(origins.value(s("encryption")), s("repository"));
        QCOMPARE(origins.value(s("retention")), s("default"));
    }

    void exported_importedElsewhere_isTheSamePolicy() {
        const CtlHome home;
        QVERIFY(prepare(home));
        QCOMPARE(policy(home, {s("set"), s("lab"), s("--threads"), s("2")}).exitCode, 0);
        const QString file = home.path(s("lab.json"));
        const auto exported = policy(home, {s("export"), s("lab"), s("--output"), file});
        QVERIFY2(exported.exitCode == 0, exported.out.constData());
        const QString hash = exported.data().toObject().value(s("sha256")).toString();
        QCOMPARE(policy(home, {s("export"), s("lab"), s("--output"), file}).errorCode(), s("already_exists"));
        QCOMPARE(home.run({s("policy"), s("export"), s("lab")}).out, readFile(file));

        const auto same = policy(home, {s("import"), file});
        QCOMPARE(same.errorCode(), s("already_exists"));
        QCOMPARE(policy(home, {s("import"), file, s("--replace")}).exitCode, 0);
        const auto copy = policy(home, {s("import"), file, s("--new-uuid"), s("--title"), s("copy")});
        QVERIFY2(copy.exitCode == 0, copy.out.constData());
        QVERIFY(copy.data().toObject().value(s("uuid")) != shown(home, "lab").value(s("uuid")));

        // Changed since: it is not taken back without a word.
        QCOMPARE(policy(home, {s("set"), s("lab"), s("--threads"), s("3")}).exitCode, 0);
        const auto older = policy(home, {s("import"), file, s("--replace")});
        QCOMPARE(older.errorCode(), s("conflict"));
        QCOMPARE(policy(home, {s("import"), file, s("--replace"), s("--dry-run")}).errorCode(),
                 s("conflict"));
        QCOMPARE(shown(home, "lab").value(s("limits")).toObject().value(s("threads")).toInt(), 3);
        QJsonObject meant = QJsonDocument::fromJson(readFile(file)).object();
        QVERIFY(meant.contains(s("revision")));
        meant.remove(s("revision"));
        const QString without = home.path(s("without.json"));
        QFile edited(without);
        QVERIFY(edited.open(QIODevice::WriteOnly) && edited.write(QJsonDocument(meant).toJson()) > 0);
        edited.close();
        QCOMPARE(policy(home, {s("import"), without, s("--replace")}).exitCode, 0);
        QCOMPARE(shown(home, "lab").value(s("limits")).toObject().value(s("threads")).toInt(), 2);

        const CtlHome other; // another workspace, where profile and repository are others
        QVERIFY(prepare(other));
        QCOMPARE(policy(other, {s("remove"), s("lab")}).exitCode, 0);
        QCOMPARE(policy(other, {s("import"), file}).errorCode(), s("not_found"));
        const QStringList there{s("import"), file, s("--profile"), s("lab"), s("--repository"), s("backups")};
        QCOMPARE(policy(other, there + QStringList{s("--dry-run")}).exitCode, 0);
        QVERIFY(!policy(other, {s("list")}).out.contains("lab"));
        const auto taken = policy(other, there);
        QVERIFY2(taken.exitCode == 0, taken.out.constData());
        QCOMPARE(taken.data().toObject().value(s("uuid")), shown(home, "lab").value(s("uuid")));
        QCOMPARE(taken.data().toObject().value(s("limits")), shown(home, "lab").value(s("limits")));
        QCOMPARE(hash.size(), 64);
    }

    void edit_withoutTerminal_isRefused() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto result = policy(home, {s("edit"), s("lab")});
        QCOMPARE(result.exitCode, 2);
        QVERIFY(result.errorText().contains(s("--file")));
    }

    void edit_onTerminal_savesWhatTheEditorLeft() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto onTerminal = [&](const char* script) {
            const QString editor = home.path(s("editor"));
            QFile::remove(editor);
            if (!writeFile(editor, script))
                return PtyResult{};
            QFile::setPermissions(editor, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
            return runOnPty({"env", "SALVOR_HOME=" + home.path(s("home")).toStdString(),
                             "VISUAL=", "EDITOR=" + editor.toStdString(), CtlHome::program().toStdString(),
                             "policy", "edit", "lab"},
                            {});
        };
        const auto good = onTerminal("#!/bin/sh\nsed -i 's/\"glob\": \"\\*\"/\"glob\": \"app*\"/' \"$1\"\n");
        QVERIFY(good.finished);
        QVERIFY2(good.exitCode == 0, good.output.c_str());
        QVERIFY(policy(home, {s("show"), s("lab")}).out.contains("app*"));
        const auto same = onTerminal("#!/bin/sh\ntrue\n");
        QVERIFY2(same.exitCode == 0 && same.output.find("Nothing was changed") != std::string::npos,
                 same.output.c_str());
        const auto broken = onTerminal("#!/bin/sh\necho '{' > \"$1\"\n");
        QCOMPARE(broken.exitCode, 2);
        QVERIFY2(broken.output.find("your text is in") != std::string::npos, broken.output.c_str());
        const auto failed = onTerminal("#!/bin/sh\nexit 3\n");
        QCOMPARE(failed.exitCode, 1);
        QCOMPARE(shown(home, "lab").value(s("revision")).toInt(), 2);
    }

    void pause_andResume_areSeenAtOnce() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const QString uuid = shown(home, "lab").value(s("uuid")).toString();
        const QString mark = home.path(s("home/state/paused/")) + uuid;
        QVERIFY(policy(home, {s("pause"), s("lab"), s("--dry-run")}).exitCode == 0 &&
                !QFileInfo::exists(mark));
        QCOMPARE(policy(home, {s("pause"), s("lab")}).data().toObject().value(s("paused")).toBool(), true);
        QVERIFY(QFileInfo::exists(mark));
        QCOMPARE(policy(home, {s("pause"), s("lab")}).exitCode, 0); // again: no change
        QCOMPARE(shown(home, "lab").value(s("revision")).toInt(), 2);
        QVERIFY(policy(home, {s("resume"), s("lab"), s("--dry-run")}).exitCode == 0 &&
                QFileInfo::exists(mark));
        QCOMPARE(policy(home, {s("resume"), s("lab")}).exitCode, 0);
        QVERIFY(!QFileInfo::exists(mark));
        QCOMPARE(shown(home, "lab").value(s("paused")).toBool(true), false);
    }

    void audit_ofPolicies_saysWhoDidWhat() {
        const CtlHome home;
        QVERIFY(prepare(home));
        QCOMPARE(policy(home, {s("set"), s("lab"), s("--threads"), s("2")}).exitCode, 0);
        QCOMPARE(policy(home, {s("pause"), s("lab")}).exitCode, 0);
        QCOMPARE(policy(home, {s("remove"), s("lab")}).exitCode, 0);
        const auto trail =
            home.run({s("--json"), s("audit"), s("list"), s("--action"), s("policy")}).data().toArray();
        QStringList actions;
        for (const auto& line : trail)
            actions << line.toObject().value(s("action")).toString();
        QCOMPARE(actions,
                 QStringList({s("policy.remove"), s("policy.edit"), s("policy.edit"), s("policy.add")}));
        const QJsonObject edit = trail.at(2).toObject();
        QVERIFY(edit.value(s("who")).toString().contains(QLatin1Char('@')));
        QVERIFY(!edit.value(s("before")).toObject().contains(s("limits")));
        QCOMPARE(edit.value(s("after")).toObject().value(s("limits")).toObject().value(s("threads")).toInt(),
                 2);
        const auto all = home.run({s("--json"), s("audit"), s("list")}).out;
        QVERIFY2(all.contains("repository.add") && all.contains("profile.add"), all.constData());
        QVERIFY(home.run({s("audit"), s("list")}).out.contains("policy.remove"));
        QCOMPARE(home.run({s("audit"), s("list"), s("--since"), s("yesterday")}).exitCode, 2);
    }

    void jobFile_ofKeychainOrFileSecrets_isCheckedForWhatItCanReach() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const auto job =
            policy(home, {s("export"), s("lab"), s("--job"), s("--output"), home.path(s("job.json"))});
        QVERIFY2(job.exitCode == 0, job.out.constData());
        QCOMPARE(job.data().toObject().value(s("secrets")).toArray().size(), 2); // no password
        QCOMPARE(readFile(home.path(s("job.json"))).count('\n'), qsizetype(2));
        QVERIFY(job.data().toObject().value(s("sha256")).toString().size() == 64);
    }

    void runPolicy_fileThatMustNotBeRun_isRefusedBeforeAnything_data() {
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("code");
        QTest::newRow("not there") << s("absent") << s("not_found");
        QTest::newRow("edited") << s("edited") << s("corrupt");
        QTest::newRow("another hash") << s("hash") << s("corrupt");
        QTest::newRow("others may write it") << s("open") << s("permission_denied");
        QTest::newRow("a plain policy") << s("policy") << s("corrupt");
    }
    void runPolicy_fileThatMustNotBeRun_isRefusedBeforeAnything() {
        QFETCH(const QString, what);
        QFETCH(const QString, code);
        const CtlHome home;
        QVERIFY(prepare(home));
        const QString file = home.path(s("job.json"));
        QStringList exporting{s("export"), s("lab"), s("--output"), file};
        if (what != s("policy"))
            exporting << s("--job") << s("--secrets") << s("file");
        if (what != s("absent"))
            QCOMPARE(policy(home, exporting).exitCode, 0);
        QStringList words{s("--json"), s("run"), s("--policy"), file};
        if (what == s("edited")) {
            QByteArray bytes = readFile(file);
            QVERIFY(bytes.contains("db.example.org"));
            QVERIFY(writeFile(file, bytes.replace("db.example.org", "db.example.com")));
        } else if (what == s("hash")) {
            words << s("--hash") << QString(64, QLatin1Char('0'));
        } else if (what == s("open")) {
            QVERIFY(QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner | QFile::WriteOther));
        }
        const auto result = home.run(words);
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), code);
        QVERIFY2(!result.json().value(s("error")).toObject().value(s("hint")).toString().isEmpty(),
                 result.out.constData());
        QCOMPARE(home.run({s("--json"), s("runs"), s("list")}).data().toArray().size(), 0);
    }

    void runPolicy_serverUnreachable_leavesARecordInTheSpool() {
        const CtlHome home;
        QVERIFY(prepare(home));
        QCOMPARE(home.run({s("profile"), s("edit"), s("lab"), s("--host"), s("127.0.0.1"), s("--port"),
                           s("1"), s("--tls"), s("disable")})
                     .exitCode,
                 0);
        const QString file = home.path(s("job.json"));
        QCOMPARE(
            policy(home, {s("export"), s("lab"), s("--job"), s("--secrets"), s("file"), s("--output"), file})
                .exitCode,
            0);
        const auto result = home.run({s("--json"), s("run"), s("--policy"), file});
        QCOMPARE(result.exitCode, 1);
        QCOMPARE(result.errorCode(), s("connection_failed"));
        const QString id = result.json()
                               .value(s("error"))
                               .toObject()
                               .value(s("context"))
                               .toObject()
                               .value(s("run"))
                               .toString();
        QVERIFY(!id.isEmpty());
        const QJsonArray runs = home.run({s("--json"), s("runs"), s("list")}).data().toArray();
        QCOMPARE(runs.size(), 1);
        QCOMPARE(runs.at(0).toObject().value(s("id")).toString(), id);
        QCOMPARE(runs.at(0).toObject().value(s("trigger")).toString(), s("timer"));
        QCOMPARE(runs.at(0).toObject().value(s("outcome")).toString(), s("failed"));
        const QString repository = home.run({s("--json"), s("repository"), s("list")})
                                       .data()
                                       .toArray()
                                       .at(0)
                                       .toObject()
                                       .value(s("id"))
                                       .toString();
        const QByteArray spooled =
            readFile(home.path(s("home/state/repositories/")) + repository + s("/spool/") + id + s(".json"));
        QVERIFY2(spooled.contains("\"outcome\":\"failed\"") && spooled.contains("connection_failed"),
                 spooled.constData());

        // Who began a run by hand is told, and a list of a timer's runs has no column for it.
        QVERIFY(runs.at(0).toObject().value(s("user")).isNull());
        QVERIFY(!home.run({s("runs"), s("list")}).out.contains("  BY  "));
        QCOMPARE(home.run({s("backup"), s("lab")}).exitCode, 1);
        const QJsonObject byHand =
            home.run({s("--json"), s("runs"), s("list")}).data().toArray().at(0).toObject();
        const QByteArray user = byHand.value(s("user")).toString().toUtf8();
        QVERIFY(!user.isEmpty());
        const QByteArray list = home.run({s("runs"), s("list")}).out;
        QVERIFY2(list.contains("  BY") && list.contains("  " + user + "  ") && list.contains("  timer  "),
                 list.constData());
        const auto shown = home.run({s("--json"), s("runs"), s("show"), byHand.value(s("id")).toString()});
        QCOMPARE(shown.data().toObject().value(s("user")).toString().toUtf8(), user);
        QVERIFY(home.run({s("runs"), s("show"), byHand.value(s("id")).toString()}).out.contains(user));
    }

    void runPolicy_recordCannotBeWritten_runsNothingAndSaysSo() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const QString file = home.path(s("job.json"));
        QCOMPARE(
            policy(home, {s("export"), s("lab"), s("--job"), s("--secrets"), s("file"), s("--output"), file})
                .exitCode,
            0);
        const QString repository = home.run({s("--json"), s("repository"), s("list")})
                                       .data()
                                       .toArray()
                                       .at(0)
                                       .toObject()
                                       .value(s("id"))
                                       .toString();
        const QString state = home.path(s("home/state/repositories/")) + repository;
        QVERIFY(QDir(state).removeRecursively());
        QVERIFY(QDir().mkpath(home.path(s("home/state/repositories"))));
        QVERIFY(writeFile(state, "in the way"));
        const auto result = home.run({s("--json"), s("run"), s("--policy"), file});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errorText().contains(s("record cannot be written")), result.out.constData());
    }

    void runPolicy_paused_isSkippedAndRecorded() {
        const CtlHome home;
        QVERIFY(prepare(home));
        const QString file = home.path(s("job.json"));
        QCOMPARE(
            policy(home, {s("export"), s("lab"), s("--job"), s("--secrets"), s("file"), s("--output"), file})
                .exitCode,
            0);
        QCOMPARE(policy(home, {s("pause"), s("lab")}).exitCode, 0);
        const auto result = home.run({s("--json"), s("run"), s("--policy"), file});
        QVERIFY2(result.exitCode == 5, result.out.constData());
        const QJsonObject run = result.data().toObject().value(s("run")).toObject();
        QCOMPARE(run.value(s("outcome")).toString(), s("skipped"));
        QCOMPARE(run.value(s("details")).toObject().value(s("skipped")).toString(), s("paused"));
        QCOMPARE(home.run({s("--json"), s("runs"), s("list")}).data().toArray().size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlPolicy)
#include "test_salvorctl_policy.moc"

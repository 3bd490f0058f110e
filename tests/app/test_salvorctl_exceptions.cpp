// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A backup that no restore can load as it is, by the command line: what the admin is told, and how the rows
// come back.
#include "app/ctlserver.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }
QString q(const std::string& text) { return QString::fromStdString(text); }

// A row without its customer, as a session without triggers leaves it; an object that belongs to the system.
constexpr const char* kBroken = "CREATE TABLE customers (id int PRIMARY KEY); CREATE TABLE orders (id int, "
                                "customer int REFERENCES customers);"
                                "SET session_replication_role = replica; INSERT INTO orders VALUES (1, 7); "
                                "RESET session_replication_role";

} // namespace

class TestSalvorctlExceptions : public QObject {
    Q_OBJECT

private slots:
    void restore_foreignKeyThatRowsBreak_comesBackInPartAndSaysSo() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabDatabase source(server);
        LabConnection(server, source.name()).run(kBroken);
        const CtlHome home;
        QVERIFY(!home.makeRepository().isEmpty());
        QCOMPARE(addProfile(home, server).exitCode, 0);
        const auto made = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
        QVERIFY2(made.exitCode == 0, made.out.constData());
        const QString id =
            made.data().toObject().value(s("backups")).toArray().at(0).toObject().value(s("id")).toString();
        const std::string target = source.name() + "_again";
        const QStringList restore{s("--json"), s("restore"), id, s("--database"), q(target)};

        const auto refused = home.run(restore);
        QCOMPARE(refused.exitCode, 1);
        QVERIFY2(refused.out.contains("--leave-out constraint public.orders.orders_customer_fkey"),
                 refused.out.constData());
        QVERIFY2(refused.out.contains("--keep-going"), refused.out.constData());
        for (const auto& left :
             home.run({s("--json"), s("restored"), s("list"), s("lab")}).data().toArray()) {
            const QString name = left.toObject().value(s("database")).toString();
            if (name.startsWith(q(source.name())))
                QCOMPARE(home.run({s("restored"), s("drop"), s("lab"), name}).exitCode, 0);
        }

        const auto unknown =
            home.run(restore + QStringList{s("--leave-out"), s("constraint"), s("public.orders.x")});
        QCOMPARE(unknown.exitCode, 2);
        const auto asked =
            home.run(restore + QStringList{s("--leave-out"), s("constraint"),
                                           s("public.orders.orders_customer_fkey"), s("--dry-run")});
        QVERIFY2(asked.exitCode == 0 && asked.out.contains("will be left out"), asked.out.constData());

        const auto kept = home.run(restore + QStringList{s("--keep-going")});
        QVERIFY2(kept.exitCode == 3, kept.out.constData());
        const QJsonObject data = kept.data().toObject();
        QCOMPARE(data.value(s("proved")).toBool(true), false);
        QCOMPARE(data.value(s("proved_in_part")).toBool(), true);
        const QJsonObject leftOut = data.value(s("left_out")).toArray().at(0).toObject();
        QCOMPARE(leftOut.value(s("name")).toString(), s("public.orders.orders_customer_fkey"));
        QCOMPARE(leftOut.value(s("outcome")).toString(), s("not_valid"));
        QVERIFY2(leftOut.value(s("reason")).toString().contains(s("(7)")), kept.out.constData());
        QCOMPARE(q(LabConnection(server, target).value("SELECT count(*) FROM orders")), s("1"));

        // The list, the run and the backup say no more than what was proved.
        QVERIFY(home.run({s("--json"), s("restored"), s("list"), s("lab")}).out.contains("proved_in_part"));
        const auto run = home.run(
            {s("--json"), s("runs"), s("show"), data.value(s("run")).toObject().value(s("id")).toString()});
        QVERIFY2(run.out.contains("orders_customer_fkey"), run.out.constData());
        QCOMPARE(run.data().toObject().value(s("outcome")).toString(), s("partial"));
        const auto badge = home.run({s("--json"), s("backups"), s("show"), id}).data().toObject();
        QCOMPARE(badge.value(s("restored_at")).toString(), QString());
        QCOMPARE(
            home.run({s("restored"), s("drop"), s("lab"), q(target), s("--confirm"), q(target)}).exitCode, 0);

        // For people; with two options of that kind.
        LabConnection(server, source.name()).run("CREATE INDEX broad ON orders (customer)");
        QCOMPARE(home.run({s("backup"), s("lab/") + q(source.name())}).exitCode, 0);
        const auto newest =
            home.run({s("--json"), s("backups"), s("list")}).data().toArray().at(0).toObject();
        const auto shown =
            home.run({s("restore"), newest.value(s("id")).toString(), s("--database"), q(target),
                      s("--leave-out"), s("index"), s("public.broad"), s("--leave-out"), s("constraint"),
                      s("public.orders.orders_customer_fkey")});
        QVERIFY2(shown.exitCode == 3, shown.out.constData());
        const QByteArray all = shown.out + shown.err;
        QVERIFY2(all.contains("PROVED BUT FOR WHAT WAS LEFT OUT") && !all.contains("PROVED EQUAL"),
                 all.constData());
        QVERIFY2(all.contains("CREATE INDEX broad"), all.constData());
        QCOMPARE(
            home.run({s("restored"), s("drop"), s("lab"), q(target), s("--confirm"), q(target)}).exitCode, 0);
    }

    /// The server is gone: its logins come back by what the backup holds of them.
    void show_roles_givesTheSqlThatMakesThemAgain() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabDatabase source(server);
        LabConnection admin(server, source.name());
        const std::string group = source.name() + "_rw";
        const std::string login = "\"" + source.name() + " o'ner\"";
        admin.run("CREATE ROLE " + group + "; CREATE ROLE " + login +
                  " LOGIN PASSWORD 'not-saved' VALID UNTIL '2031-01-01 00:00:00+00' "
                  "IN ROLE " +
                  group + "; ALTER ROLE " + login +
                  " SET work_mem TO '7MB'; CREATE TABLE t (n int); GRANT SELECT ON t TO " + group);
        const CtlHome home;
        QVERIFY(!home.makeRepository().isEmpty());
        QCOMPARE(addProfile(home, server).exitCode, 0);
        const auto made = home.run({s("--json"), s("backup"), s("lab/") + q(source.name())});
        const std::string facts = "SELECT string_agg(concat_ws(' ', rolcanlogin, rolvaliduntil, rolconfig, "
                                  "m.groups), ';' ORDER BY rolname) "
                                  "FROM pg_roles r, LATERAL (SELECT string_agg(g.rolname, ',') FROM "
                                  "pg_auth_members a JOIN pg_roles g ON g.oid = "
                                  "a.roleid WHERE a.member = r.oid) m (groups) WHERE starts_with(rolname, '" +
                                  source.name() + "')";
        const std::string before = admin.value(facts);
        admin.run("DROP OWNED BY " + group + "; DROP ROLE " + group + ", " + login);
        QVERIFY2(made.exitCode == 0, made.out.constData());
        const QString id = home.run({s("--json"), s("backups"), s("list")})
                               .data()
                               .toArray()
                               .at(0)
                               .toObject()
                               .value(s("id"))
                               .toString();
        const auto plain = home.run({s("backups"), s("show"), id, s("--roles")});
        const auto json =
            home.run({s("--json"), s("backups"), s("show"), id, s("--roles")}).data().toObject();
        int statements = 0;
        for (const auto& value : json.value(s("roles")).toArray()) {
            const QJsonObject one = value.toObject();
            if (!one.value(s("sql")).toString().contains(q(source.name())))
                continue; // of other tests
            QVERIFY2(plain.out.contains(one.value(s("sql")).toString().toUtf8()), plain.out.constData());
            admin.run(one.value(s("sql")).toString().toStdString());
            ++statements;
        }
        const std::string after = admin.value(facts);
        admin.run("DROP ROLE " + group + ", " + login);
        QCOMPARE(statements, 4);
        QCOMPARE(after, before);
        QVERIFY2(plain.exitCode == 0 && plain.out.startsWith("-- ") && !plain.out.contains("not-saved"),
                 plain.out.constData());
        QCOMPARE(json.value(s("profile")).toObject().value(s("title")).toString(), s("lab"));
    }

    /// A login that may read this database and no other, and create none: all that its backup needs.
    void backup_dryRun_judgesByTheRightsThatThisBackupNeeds() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabDatabase source(server);
        const LabDatabase other(server);
        LabConnection admin(server, source.name());
        const std::string login = source.name() + "_reader";
        const std::string password = "only-for-this-test";
        admin.run("CREATE TABLE t (n int); CREATE ROLE " + login + " LOGIN PASSWORD '" + password +
                  "'; GRANT SELECT ON t TO " + login);
        LabConnection(server, other.name()).run("CREATE TABLE secret (n int)");
        LabServer narrow = server;
        narrow.user = login;
        const CtlHome home;
        const bool made = !home.makeRepository().isEmpty();
        const auto added = addProfile(home, narrow, s("lab"), QByteArray::fromStdString(password));
        const auto dryRun = [&](const LabDatabase& database) {
            return home.run({s("backup"), s("lab/") + q(database.name()), s("--dry-run")});
        };
        const auto can = dryRun(source);
        const auto cannot = dryRun(other);
        const auto none = home.run({s("backups"), s("list"), s("--database"), s("nosuch")});
        admin.run("DROP OWNED BY " + login + "; DROP ROLE " + login);
        QVERIFY(made);
        QCOMPARE(added.exitCode, 0);
        QVERIFY2(can.exitCode == 0, can.out.constData());
        QVERIFY2(!can.out.contains("Missing") && !can.out.contains(other.name().c_str()),
                 can.out.constData());
        QCOMPARE(cannot.exitCode, 1);
        QVERIFY2(cannot.out.contains("read table public.secret"), cannot.out.constData());
        QCOMPARE(none.exitCode, 0);
        QVERIFY2(none.out.contains("No backup is like that"), none.out.constData());
    }

    void backup_dryRun_saysWhatTheBackupWillLeaveOut() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        const LabDatabase source(server);
        LabConnection(server, source.name()).run("CREATE TABLE information_schema.mine (i int)");
        const CtlHome home;
        QVERIFY(!home.makeRepository().isEmpty());
        QCOMPARE(addProfile(home, server).exitCode, 0);
        const auto told = home.run({s("--json"), s("backup"), s("lab/") + q(source.name()), s("--dry-run")});
        QVERIFY2(told.exitCode == 0, told.out.constData());
        const auto notes = told.data().toObject().value(s("notes")).toArray();
        QCOMPARE(notes.size(), 1);
        QCOMPARE(notes.at(0).toObject().value(s("database")).toString(), q(source.name()));
        QVERIFY2(notes.at(0).toObject().value(s("note")).toString().startsWith(
                     s("Left out: table information_schema.mine")),
                 told.out.constData());
        QVERIFY(home.run({s("backup"), s("lab/") + q(source.name()), s("--dry-run")})
                    .out.contains("Left out: table"));
    }
};

QTEST_GUILESS_MAIN(TestSalvorctlExceptions)
#include "test_salvorctl_exceptions.moc"

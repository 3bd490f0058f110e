// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Backups that no restore can load as they are: the rows come back all the same, and what does not is named.
#include "roundtrip.h"
#include "threeroles.h"

#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

// A foreign key, a CHECK and a unique index that the rows do not fulfil, as sessions without triggers and
// superusers leave them; a CHECK whose function names a table by its bare name.
constexpr const char* kBroken = R"sql(
CREATE TABLE customers (id int PRIMARY KEY);
CREATE TABLE orders (id int PRIMARY KEY, customer int, amount int, kind text, CONSTRAINT positive CHECK (amount > 0));
INSERT INTO customers SELECT generate_series(1, 5);
INSERT INTO orders SELECT g, 1 + g % 5, g, 'a' FROM generate_series(1, 100) g;
ALTER TABLE orders ADD CONSTRAINT orders_customer_fkey FOREIGN KEY (customer) REFERENCES customers;
COMMENT ON CONSTRAINT orders_customer_fkey ON orders IS 'who buys';
COMMENT ON CONSTRAINT positive ON orders IS 'no refunds';
SET session_replication_role = replica; INSERT INTO orders VALUES (101, 7, 1, 'a'); RESET session_replication_role)sql";

// The row comes by a CHECK that was wider once.
constexpr const char* kBreakCheck =
    "CREATE OR REPLACE FUNCTION big(n int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT n > 0';"
    "ALTER TABLE orders ADD CONSTRAINT big CHECK (big(amount));"
    "CREATE OR REPLACE FUNCTION big(n int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT n > 50'";

constexpr const char* kBareName =
    "CREATE TABLE kinds (k text); INSERT INTO kinds VALUES ('a');"
    "CREATE FUNCTION known(t text) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN EXISTS (SELECT 1 FROM "
    "kinds "
    "WHERE k = t); END'; ALTER TABLE orders ADD CONSTRAINT known CHECK (known(kind))";

// A right that was granted by somebody who may not look into the schema any more.
std::string rightsOfALead(const ThreeRoles& roles) {
    return "CREATE TABLE sales (id int PRIMARY KEY); INSERT INTO sales VALUES (1); CREATE FUNCTION f() "
           "RETURNS int "
           "LANGUAGE sql AS 'SELECT 1'; GRANT EXECUTE ON FUNCTION f() TO " +
           roles.first + " WITH GRANT OPTION; GRANT SELECT ON sales TO " + roles.first +
           " WITH GRANT OPTION; GRANT INSERT, UPDATE (id) ON sales TO " + roles.second + "; SET ROLE " +
           roles.first + "; GRANT SELECT ON sales TO " + roles.second +
           "; GRANT EXECUTE ON FUNCTION f() TO " + roles.second +
           "; RESET ROLE; REVOKE ALL ON SCHEMA public FROM PUBLIC";
}

constexpr const char* kSalesAcl = "SELECT string_agg(a::text, ' ' ORDER BY a::text COLLATE \"C\") FROM "
                                  "pg_class, unnest(relacl) a WHERE relname = "
                                  "'sales'";

QJsonObject leaveOut(const std::vector<std::pair<const char*, const char*>>& what) {
    QJsonArray list;
    for (const auto& [kind, name] : what)
        list.append(QJsonObject{{QStringLiteral("kind"), QString::fromUtf8(kind)},
                                {QStringLiteral("name"), QString::fromUtf8(name)}});
    return {{QStringLiteral("leave_out"), list}};
}

const QJsonObject kKeepGoing{{QStringLiteral("keep_going"), true}};

/// "constraint public.orders.big missing" …, in the order of the alphabet.
QStringList omitted(const QJsonObject& revealed) {
    QStringList out;
    for (const auto& value : revealed[QStringLiteral("left_out")].toArray())
        out << value[QStringLiteral("kind")].toString() + u' ' + value[QStringLiteral("name")].toString() +
                   u' ' + value[QStringLiteral("outcome")].toString();
    out.sort();
    return out;
}

std::string stateOf(RoundTrip& trip) {
    const auto all = trip.engine.listRestored(trip.lab.connection(), {});
    if (!all)
        return all.error().toText();
    const auto one = std::ranges::find(*all, trip.finalName(), &RestoredDatabase::name);
    return one == all->end() ? "not there" : one->state;
}

constexpr const char* kConstraints =
    "SELECT string_agg(conname || ' ' || convalidated, ', ' ORDER BY conname) FROM pg_constraint "
    "WHERE conrelid = 'orders'::regclass";

} // namespace

class TestPgOmissions : public QObject {
    Q_OBJECT

private slots:
    void restore_foreignKeyThatRowsBreak_namesTheRowAndTheWayOut() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(kBroken);
        QVERIFY(trip.backUp());
        const auto refused = trip.restore();
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::ToolFailed));
        QVERIFY2(refused.error().message.find("(7)") != std::string::npos, why(refused));
        QVERIFY2(refused.error().hint.find("--keep-going") != std::string::npos, why(refused));
        QVERIFY2(refused.error().hint.find("--leave-out constraint public.orders.orders_customer_fkey") !=
                     std::string::npos,
                 why(refused));
    }

    void restore_checkThatRowsBreak_namesTheWayOut() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(kBroken);
        trip.source.run(kBreakCheck);
        QVERIFY(trip.backUp());
        const auto refused = trip.restore();
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::ServerError));
        QVERIFY2(refused.error().hint.find("--leave-out constraint public.orders.big") != std::string::npos,
                 why(refused));
        QVERIFY2(refused.error().hint.find("positive") == std::string::npos, why(refused));
    }

    void restore_functionThatFails_namesAllThatMayCallIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(kBroken);
        trip.source.run(kBareName);
        QVERIFY(trip.backUp());
        const auto refused = trip.restore();
        QVERIFY(!refused);
        QVERIFY2(
            refused.error().hint.find("--leave-out constraint public.orders.known --leave-out constraint "
                                      "public.orders.positive") != std::string::npos,
            why(refused));
    }

    void whole_leftOutByName_bringsTheRowsAndSaysWhatIsMissing() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(kBroken);
        trip.source.run(kBreakCheck);
        trip.source.run("CREATE INDEX broad ON orders (kind, amount); COMMENT ON INDEX broad IS 'x'");
        trip.restoreOptions = leaveOut({{"constraint", "public.orders.orders_customer_fkey"},
                                        {"constraint", "public.orders.big"},
                                        {"index", "public.broad"}});
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(omitted(trip.revealed),
                 (QStringList{QStringLiteral("constraint public.orders.big missing"),
                              QStringLiteral("constraint public.orders.orders_customer_fkey missing"),
                              QStringLiteral("index public.broad missing")}));
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT count(*) FROM orders"), std::string("101"));
        QCOMPARE(restored.value(kConstraints), std::string("orders_pkey true, positive true"));
        // The proof names each, and the database says of itself that it is not whole.
        QCOMPARE(trip.finish[QStringLiteral("left_out")].toArray().size(), 3);
        QCOMPARE(stateOf(trip), std::string("proved_in_part"));
        // What the report gives is what makes them, once the rows are mended.
        restored.run("DELETE FROM orders WHERE customer = 7 OR amount <= 50");
        for (const auto& value : trip.revealed[QStringLiteral("left_out")].toArray())
            restored.run(value[QStringLiteral("sql")].toString().toStdString());
        QCOMPARE(restored.value(kConstraints),
                 std::string("big true, orders_customer_fkey true, orders_pkey true, positive true"));
    }

    void whole_keepGoing_leavesOutNoMoreThanItMust() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            trip.source.run(kBroken);
            trip.source.run(kBreakCheck);
            trip.source.run(kBareName);
            trip.source.run(
                "CREATE FUNCTION half(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n / 2';"
                "CREATE INDEX halves ON orders (half(amount));"
                "CREATE OR REPLACE FUNCTION half(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT "
                "1 / (n - 7)'");
            trip.restoreOptions = kKeepGoing;
            const auto problem = trip.whole();
            QVERIFY2(problem.empty(), problem.c_str());
            // The bare name is found once all tables are full: that CHECK is as it was.
            QCOMPARE(omitted(trip.revealed),
                     (QStringList{QStringLiteral("constraint public.orders.big not_valid"),
                                  QStringLiteral("constraint public.orders.orders_customer_fkey not_valid"),
                                  QStringLiteral("index public.halves missing")}));
            LabConnection restored(server, trip.finalName());
            QCOMPARE(restored.value("SELECT count(*) FROM orders"), std::string("101"));
            QCOMPARE(
                restored.value(kConstraints),
                std::string("big false, known true, orders_customer_fkey false, orders_pkey true, positive "
                            "true"));
            QCOMPARE(restored.value(
                         "SELECT string_agg(obj_description(oid, 'pg_constraint'), ', ' ORDER BY conname) "
                         "FROM pg_constraint WHERE conrelid = 'orders'::regclass"),
                     std::string("who buys, no refunds"));
            QCOMPARE(stateOf(trip), std::string("proved_in_part"));
            for (const auto& value : trip.revealed[QStringLiteral("left_out")].toArray())
                QVERIFY(!value[QStringLiteral("reason")].toString().isEmpty());
        }
    }

    void whole_rightThatNobodyMayGrantAnyMore_isNamed() {
        for (const char* name : {"pg-plain", "pg17"}) {
            SALVOR_NEED_SERVER(server, name);
            RoundTrip trip(server);
            const ThreeRoles roles(trip.source);
            trip.source.run(rightsOfALead(roles));
            const auto saved = trip.backUp();
            const auto refused = saved ? trip.restore() : saved;
            dropRestored(trip, server);
            trip.restoreOptions = kKeepGoing;
            auto problem = trip.whole();
            std::string kept;
            std::string mended;
            if (problem.empty()) {
                LabConnection restored(server, trip.finalName());
                kept = restored.value("SELECT has_table_privilege('" + roles.second +
                                      "', 'sales', 'INSERT') || ' ' || has_table_privilege('" + roles.second +
                                      "', 'sales', 'SELECT')");
                // Once the one who granted it may look into the schema again, for as long as that takes.
                restored.run("GRANT USAGE ON SCHEMA public TO " + roles.first);
                for (const auto& value : trip.revealed[QStringLiteral("left_out")].toArray())
                    restored.run(value[QStringLiteral("sql")].toString().toStdString());
                mended = restored.value(kSalesAcl);
            }
            const std::string expected = trip.source.value(kSalesAcl);
            const std::string state = stateOf(trip);
            dropRestored(trip, server);
            QVERIFY(saved);
            QVERIFY2(!refused && refused.error().hint.find("--keep-going") != std::string::npos,
                     why(refused));
            QVERIFY2(problem.empty(), problem.c_str());
            QCOMPARE(omitted(trip.revealed), (QStringList{QStringLiteral("acl FUNCTION public.f() missing"),
                                                          QStringLiteral("acl TABLE public.sales missing")}));
            QCOMPARE(state, std::string("proved_in_part"));
            QCOMPARE(kept, std::string("true false"));
            QCOMPARE(mended, expected);
        }
    }

    void whole_keepGoingWhereNothingIsWrong_isEqualAndSaysNothing() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE a (i int PRIMARY KEY, j int UNIQUE CHECK (j > 0), EXCLUDE USING hash (j WITH =));"
            "CREATE TABLE b (i int REFERENCES a, k int GENERATED ALWAYS AS (i + 1) STORED) PARTITION BY "
            "RANGE (i);"
            "CREATE TABLE b1 PARTITION OF b FOR VALUES FROM (0) TO (50); ALTER TABLE b ADD PRIMARY KEY (i);"
            "CREATE TABLE c (i int REFERENCES b); CREATE INDEX ON b (k); COMMENT ON CONSTRAINT c_i_fkey ON c "
            "IS 'x';"
            "INSERT INTO a SELECT g, g FROM generate_series(1, 20) g; INSERT INTO b SELECT "
            "generate_series(1, 20);"
            "INSERT INTO c SELECT generate_series(1, 20); GRANT SELECT ON a TO PUBLIC; GRANT UPDATE (j) ON a "
            "TO "
            "PUBLIC; ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;"
            "CREATE FUNCTION late() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT max(i) FROM a GROUP BY i; "
            "END;"
            "REVOKE ALL ON FUNCTION late() FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM "
            "pg_database_owner");
        trip.restoreOptions = kKeepGoing;
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(omitted(trip.revealed), QStringList());
        QCOMPARE(stateOf(trip), std::string("proved"));
        QVERIFY(!trip.finish.contains(QStringLiteral("left_out")));
    }

    void whole_partitionsHeirsAndDomains_bringTheirRows() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE FUNCTION ok(n int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';"
            "CREATE DOMAIN \"Small\" AS int CONSTRAINT fits CHECK (ok(VALUE)) CONSTRAINT other CHECK (VALUE "
            "< 99);"
            "CREATE TABLE p (i int CONSTRAINT \"odd, one\" CHECK (ok(i)), t text DEFAULT 'a,\n    b') "
            "PARTITION BY "
            "RANGE (i); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (50);"
            "CREATE TABLE root (i int CONSTRAINT c CHECK (ok(i)));"
            "CREATE TABLE heir (j int, CONSTRAINT c CHECK (ok(i))) INHERITS (root);"
            "CREATE TABLE d (v \"Small\");"
            "INSERT INTO p VALUES (1); INSERT INTO heir VALUES (1, 2); INSERT INTO d VALUES (3);"
            "CREATE OR REPLACE FUNCTION ok(n int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false'");
        trip.restoreOptions = kKeepGoing;
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(
            restored.value("SELECT (SELECT count(*) FROM p) + (SELECT count(*) FROM root) + (SELECT count(*) "
                           "FROM d)"),
            std::string("3"));
        QCOMPARE(
            restored.value("SELECT count(*) FROM pg_constraint WHERE conname = 'other' AND convalidated"),
            std::string("1"));
        const auto found = omitted(trip.revealed);
        QVERIFY2(found.contains(QStringLiteral("constraint public.p.\"odd, one\" not_valid")),
                 qPrintable(found.join(u'\n')));
        QVERIFY2(found.contains(QStringLiteral("constraint public.root.c not_valid")),
                 qPrintable(found.join(u'\n')));
        QVERIFY2(found.contains(QStringLiteral("constraint public.\"Small\".fits not_valid")),
                 qPrintable(found.join(u'\n')));
        // By name, without any of them.
        RoundTrip& again = trip;
        dropDatabase(server, trip.finalName());
        again.target.reset();
        again.restoreOptions = leaveOut({{"constraint", "public.p.odd, one"},
                                         {"constraint", "public.root.c"},
                                         {"constraint", "public.heir.c"},
                                         {"constraint", "public.\"Small\".fits"}});
        const auto second = again.whole();
        QVERIFY2(second.empty(), second.c_str());
        QCOMPARE(
            LabConnection(server, trip.finalName())
                .value("SELECT count(*) FROM pg_constraint WHERE pg_get_constraintdef(oid) LIKE '%ok(%'"),
            std::string("0"));
        // Another difference is still one.
        LabConnection(server, trip.finalName()).run("ALTER TABLE p ALTER t SET DEFAULT 'other'");
        const auto differences = trip.prove(trip.finalName());
        QVERIFY2(differences, why(differences));
        QVERIFY(!differences->empty());
    }

    void whole_generatedColumnThatFails_isAnOrdinaryOne() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n';"
            "CREATE TABLE g (a int CHECK (a > 0), b int GENERATED ALWAYS AS (f(a)) STORED NOT NULL, c text);"
            "INSERT INTO g VALUES (1, DEFAULT, 'x');"
            "CREATE OR REPLACE FUNCTION f(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n / 0'");
        QVERIFY(trip.backUp());
        const auto refused = trip.restore();
        QVERIFY(!refused);
        QVERIFY2(refused.error().hint.find("--leave-out generated public.g.b") != std::string::npos,
                 why(refused));
        for (const auto& options : {kKeepGoing, leaveOut({{"generated", "public.g.b"}})}) {
            dropDatabase(server, trip.hiddenName());
            trip.target.reset();
            dropDatabase(server, trip.finalName());
            trip.restoreOptions = options;
            const auto problem = trip.whole();
            QVERIFY2(problem.empty(), problem.c_str());
            QCOMPARE(omitted(trip.revealed), QStringList{QStringLiteral("generated public.g.b missing")});
            LabConnection restored(server, trip.finalName());
            QCOMPARE(restored.value("SELECT (a, b, c)::text FROM g"), std::string("(1,,x)"));
            QCOMPARE(restored.value("SELECT count(*) FROM pg_constraint WHERE conrelid = 'g'::regclass"),
                     std::string("1"));
        }
    }

    void whole_defaultThatNamesAnIndex_isMadeBehindIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE n (i int PRIMARY KEY); CREATE INDEX n_idx ON n (i); CREATE TABLE o (x regclass "
            "DEFAULT 'n_idx'::regclass, y int DEFAULT 3, z regclass DEFAULT 'n_pkey'::regclass);"
            "ALTER TABLE n ADD COLUMN own regclass DEFAULT 'n_idx'::regclass");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(stateOf(trip), std::string("proved"));
        LabConnection restored(server, trip.finalName());
        restored.run("INSERT INTO o DEFAULT VALUES");
        QCOMPARE(
            restored.value("SELECT count(*) FROM o WHERE x = 'n_idx'::regclass AND z = 'n_pkey'::regclass"),
            std::string("1"));
    }

    void whole_rowsThatNameAnIndex_comeBehindIt() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        for (const auto& options : {QJsonObject(), kKeepGoing}) {
            RoundTrip trip(server);
            trip.source.run(
                "CREATE TABLE n (i int PRIMARY KEY); CREATE INDEX n_idx ON n (i); INSERT INTO n VALUES (1);"
                "CREATE TABLE o (x regclass, n int REFERENCES n); INSERT INTO o VALUES ('n_idx', 1), "
                "('n_pkey', 1);"
                "CREATE INDEX ON o (n); CREATE TABLE seen (i int); CREATE FUNCTION f() RETURNS trigger "
                "LANGUAGE plpgsql "
                "AS 'BEGIN INSERT INTO public.seen VALUES (1); RETURN NEW; END';"
                "CREATE TRIGGER t AFTER INSERT ON o FOR EACH ROW EXECUTE FUNCTION f()");
            trip.restoreOptions = options;
            const auto problem = trip.whole();
            QVERIFY2(problem.empty(), problem.c_str());
            QCOMPARE(stateOf(trip), std::string("proved"));
            LabConnection restored(server, trip.finalName());
            QCOMPARE(restored.value("SELECT string_agg(x::text, ' ' ORDER BY x::text) FROM o"),
                     std::string("n_idx n_pkey"));
            QCOMPARE(restored.value("SELECT count(*) FROM seen"), std::string("0"));
        }
    }

    void whole_constraintsNotValidAtTheSource_areNotValidAgain() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        for (const auto& options : {QJsonObject(), kKeepGoing}) {
            RoundTrip trip(server);
            trip.source.run(
                "CREATE TABLE k (id int PRIMARY KEY); CREATE TABLE orders (i int, k int); INSERT INTO orders "
                "VALUES (-1, 9); ALTER TABLE orders ADD CONSTRAINT above CHECK (i > 0) NOT VALID;"
                "ALTER TABLE orders ADD CONSTRAINT of_k FOREIGN KEY (k) REFERENCES k NOT VALID");
            trip.restoreOptions = options;
            const auto problem = trip.whole();
            QVERIFY2(problem.empty(), problem.c_str());
            QCOMPARE(LabConnection(server, trip.finalName()).value(kConstraints),
                     std::string("above false, of_k false"));
            QCOMPARE(stateOf(trip), std::string("proved"));
            QCOMPARE(omitted(trip.revealed), QStringList());
        }
    }

    void whole_hypertableWithBrokenChecks_bringsItsRows() {
        SALVOR_NEED_SERVER(server, "timescale");
        RoundTrip trip(server, LabDatabase::TimescaleDb::Yes);
        trip.source.run("CREATE FUNCTION ok(n float8) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';"
                        "CREATE TABLE m (t timestamptz NOT NULL, v float8 CONSTRAINT fine CHECK (ok(v)))");
        trip.source.run("SELECT create_hypertable('m', 't')");
        trip.source.run(
            "INSERT INTO m SELECT '2026-01-01'::timestamptz + g * interval '1 day', g FROM "
            "generate_series(1, 30) g; CREATE OR REPLACE FUNCTION ok(n float8) RETURNS bool LANGUAGE sql "
            "IMMUTABLE AS 'SELECT n > 5'");
        trip.restoreOptions = kKeepGoing;
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(omitted(trip.revealed), QStringList{QStringLiteral("constraint public.m.fine not_valid")});
        QCOMPARE(LabConnection(server, trip.finalName()).value("SELECT count(*) FROM m"), std::string("30"));
    }

    void preflight_namesThatAreNotInTheBackup_areRefused() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run("CREATE TABLE t (i int CHECK (i > 0), g int GENERATED ALWAYS AS (i) STORED)");
        QVERIFY(trip.backUp());
        for (const auto& [kind, name] :
             std::vector<std::pair<const char*, const char*>>{{"constraint", "public.t.other"},
                                                              {"index", "public.t"},
                                                              {"generated", "public.t.i"},
                                                              {"constraint", "t_i_check"},
                                                              {"table", "public.t"},
                                                              {"index", "public."}}) {
            auto spec = trip.spec();
            spec.options.insert(QStringLiteral("leave_out"),
                                leaveOut({{kind, name}})[QStringLiteral("leave_out")]);
            const auto found = trip.engine.preflight(spec, {});
            QVERIFY2(found, why(found));
            QVERIFY2(!found->ok(), name);
            const auto one =
                std::ranges::find(found->findings, std::string("leave_out"), &PreflightFinding::check);
            QVERIFY(one != found->findings.end());
            QVERIFY2(one->code == ErrorCode::InvalidInput && !one->hint.empty(), one->text.c_str());
        }
        auto spec = trip.spec();
        spec.options.insert(QStringLiteral("leave_out"),
                            leaveOut({{"constraint", "public.t.t_i_check"}})[QStringLiteral("leave_out")]);
        const auto found = trip.engine.preflight(spec, {});
        QVERIFY2(found, why(found));
        QVERIFY(found->ok());
    }

    void swap_provedInPart_isRefusedByName() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(kBroken);
        trip.restoreOptions = leaveOut({{"constraint", "public.orders.orders_customer_fkey"}});
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        trip.target.reset();
        SwapSpec swap;
        swap.connection = trip.lab.connection();
        swap.database = trip.finalName();
        swap.liveName = trip.source.name();
        swap.stamp = "20261121t080000z";
        const auto refused = trip.engine.planSwap(swap, {});
        QVERIFY(!refused);
        QCOMPARE(nameOf(refused.error().code), nameOf(ErrorCode::Conflict));
        QVERIFY2(refused.error().message.find("public.orders.orders_customer_fkey") != std::string::npos,
                 why(refused));
        swap.evenUnproven = true;
        const auto plan = trip.engine.planSwap(swap, {});
        QVERIFY2(plan, why(plan));
    }
};

QTEST_GUILESS_MAIN(TestPgOmissions)
#include "test_pgomissions.moc"

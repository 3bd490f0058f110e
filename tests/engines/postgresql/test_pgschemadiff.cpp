// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The canonical form of SQL, and the comparison of schemas that is built on it. That the server really prints
// both forms is tested with servers, by the sample with expressions.
#include "engines/postgresql/pgcanonical.h"
#include "engines/postgresql/pgomission.h"
#include "engines/postgresql/pgschemadiff.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTest>

using namespace salvor;

namespace {

std::string entry(const std::string& kind, const std::string& name, const std::string& sql,
                  const std::string& tablespace = {}) {
    return "-- Name: " + name + "; Type: " + kind + "; Schema: s; Owner: me" +
           (tablespace.empty() ? "" : "; Tablespace: " + tablespace) + "\n" + sql + "\n";
}

} // namespace

class TestPgSchemaDiff : public QObject {
    Q_OBJECT

private slots:
    void canonical_twoWaysToPrintOneThing_areEqual_data() {
        QTest::addColumn<QString>("once");
        QTest::addColumn<QString>("again");
        const auto row = [](const char* name, const char* once, const char* again) {
            QTest::newRow(name) << QString::fromUtf8(once) << QString::fromUtf8(again);
        };
        row("list of varchar",
            "CHECK (((x)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))",
            "CHECK (((x)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character "
            "varying)::text])))");
        row("of expressions",
            "((x)::text = ANY ((ARRAY[(y)::character varying, x, lower((x)::text)])::text[]))",
            "((x)::text = ANY (ARRAY[((y)::character varying)::text, (x)::text, (lower((x)::text))::text]))");
        row("printed prettily",
            "(x::text = ANY (ARRAY['a'::character varying, 'b'::character varying]::text[]))",
            "(x::text = ANY (ARRAY['a'::character varying::text, 'b'::character varying::text]))");
        row("with a length", "(ARRAY['a'::text])::character varying(5)[]",
            "ARRAY[('a'::text)::character varying(5)]");
        row("of a schema's type", "(ARRAY['a'::text])::s.\"T y\"[]", "ARRAY[('a'::text)::s.\"T y\"]");
        row("nested", "(ARRAY[ARRAY[x], ARRAY['b'::text]])::character varying[]",
            "ARRAY[ARRAY[(x)::character varying], ARRAY[('b'::text)::character varying]]");
        row("BETWEEN in AND", "((((y >= 1) AND (y <= 5)) AND (y <> 3)))",
            "(((y >= 1) AND (y <= 5) AND (y <> 3)))");
        row("NOT BETWEEN in OR", "(((m < 1) OR (m > 2)) OR (m = 4))", "((m < 1) OR (m > 2) OR (m = 4))");
        row("some flattened, some not", "(((m >= 1) AND (m <= 2)) AND ((n >= 3) AND (n <= 4)))",
            "((m >= 1) AND (m <= 2) AND ((n >= 3) AND (n <= 4)))");
        row("a sub-select's constant", "(EXISTS ( SELECT NULL::text FROM u WHERE (u.id = t.id)))",
            "(EXISTS ( SELECT NULL::text AS text FROM u WHERE (u.id = t.id)))");
        row("of each of several",
            "(EXISTS ( SELECT DISTINCT '-1.5'::numeric, '-5'::integer, '1'::bigint FROM u))",
            "(EXISTS ( SELECT DISTINCT '-1.5'::numeric AS \"numeric\", '-5'::integer AS int4, '1'::bigint AS "
            "int8 "
            "FROM u))");
        row("of a later arm",
            "SELECT 'order'::text AS kind, t.id FROM t UNION ALL SELECT 'return'::text, u.id FROM u",
            "SELECT 'order'::text AS kind, t.id FROM t UNION ALL SELECT 'return'::text AS text, u.id FROM u");
        row("of ARRAY", "ARRAY( SELECT 'a'::text) AS arr", "ARRAY( SELECT 'a'::text AS text) AS arr");
        row("of IN", "(s IN ( SELECT 'a'::text UNION SELECT 'b'::text))",
            "(s IN ( SELECT 'a'::text AS text UNION SELECT 'b'::text AS text))");
        row("of an UPDATE", "UPDATE t SET (s, n) = ( SELECT new.s, '-1'::integer);",
            "UPDATE t SET (s, n) = ( SELECT new.s, '-1'::integer AS int4);");
        row("of RETURNING", "DELETE FROM t RETURNING 'q'::text, ( SELECT 'z'::text);",
            "DELETE FROM t RETURNING 'q'::text AS text, ( SELECT 'z'::text AS text) AS text;");
        row("of a sub-select in one", "(EXISTS ( SELECT ( SELECT ( SELECT '-5'::integer))))",
            "(EXISTS ( SELECT ( SELECT ( SELECT '-5'::integer AS int4) AS int4) AS int4))");
        row("cast again", "(EXISTS ( SELECT (( SELECT 'x'::text))::character varying FROM u))",
            "(EXISTS ( SELECT (( SELECT 'x'::text AS text))::character varying AS text FROM u))");
        row("of arms in brackets",
            "(EXISTS (( SELECT 'x'::text) UNION ( SELECT 'y'::text ORDER BY 1 LIMIT 1)))",
            "(EXISTS (( SELECT 'x'::text AS text) UNION ( SELECT 'y'::text AS text ORDER BY 1 LIMIT 1)))");
        row("with a collation", "(EXISTS ( SELECT ('x'::text COLLATE \"C\") FROM u))",
            "(EXISTS ( SELECT ('x'::text COLLATE \"C\") AS text FROM u))");
        row("in CASE", "(EXISTS ( SELECT CASE WHEN true THEN 'a'::text ELSE ( SELECT 'x'::text) END FROM u))",
            "(EXISTS ( SELECT CASE WHEN true THEN 'a'::text ELSE ( SELECT 'x'::text AS text) END AS text "
            "FROM u))");
        row("behind DISTINCT ON", "(EXISTS ( SELECT DISTINCT ON (u.s) 'x'::text FROM u))",
            "(EXISTS ( SELECT DISTINCT ON (u.s) 'x'::text AS text FROM u))");
        row("of types with several words",
            "SELECT NULL::timestamp(3) with time zone, NULL::time without time zone, NULL::double precision, "
            "NULL::interval day to second(3), NULL::character varying(4)[], NULL::character(4), "
            "NULL::bit(3), NULL::bit "
            "varying(5)",
            "SELECT NULL::timestamp(3) with time zone AS timestamptz, NULL::time without time zone AS "
            "\"time\", "
            "NULL::double precision AS float8, NULL::interval day to second(3) AS \"interval\", "
            "NULL::character "
            "varying(4)[] AS \"varchar\", NULL::character(4) AS bpchar, NULL::bit(3) AS \"bit\", NULL::bit "
            "varying(5) "
            "AS varbit");
        row("of a schema's own type", "(SELECT NULL::s.\"T \"\"y\"\"\", NULL::s.e[] FROM t)",
            "(SELECT NULL::s.\"T \"\"y\"\"\" AS \"T \"\"y\"\"\", NULL::s.e[] AS e FROM t)");
        row("space", "SELECT a,\n    b\n   FROM t;", "SELECT a, b FROM t;");
        row("a policy's roles", "CREATE POLICY p ON s.t TO zeta, \"A b\", alpha USING ((id = 1));",
            "CREATE POLICY p ON s.t TO \"A b\", alpha, zeta USING ((id = 1));");
    }
    void canonical_twoWaysToPrintOneThing_areEqual() {
        QFETCH(QString, once);
        QFETCH(QString, again);
        QCOMPARE(QString::fromStdString(pgCanonicalSql(once.toStdString())),
                 QString::fromStdString(pgCanonicalSql(again.toStdString())));
    }

    void canonical_otherMeanings_stayOther_data() {
        QTest::addColumn<QString>("once");
        QTest::addColumn<QString>("other");
        const auto row = [](const char* name, const char* once, const char* other) {
            QTest::newRow(name) << QString::fromUtf8(once) << QString::fromUtf8(other);
        };
        row("a constant", "(x = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            "(x = ANY (ARRAY[('a'::character varying)::text, ('c'::character varying)::text]))");
        row("a type", "(x = ANY ((ARRAY['a'::character varying])::text[]))",
            "(x = ANY (ARRAY[('a'::character varying)::bpchar]))");
        row("no cast", "(x = ANY ((ARRAY['a'::character varying])::text[]))",
            "(x = ANY (ARRAY['a'::character varying]))");
        row("a cast of the whole", "(ARRAY['a'::text])::text", "ARRAY[('a'::text)::text]");
        row("the length", "(ARRAY['a'::text])::character varying(5)[]",
            "(ARRAY['a'::text])::character varying(6)[]");
        row("AND and OR", "((a AND b) OR c)", "(a AND (b OR c))");
        row("OR inside AND", "((a OR b) AND c)", "(a OR b AND c)");
        row("NOT over AND", "(NOT (a AND b) AND c)", "(NOT a AND b AND c)");
        row("AND compared", "((a AND b) = c AND d)", "(a AND b = c AND d)");
        row("a window's AND", "(ROWS BETWEEN x AND (a AND b))", "(ROWS BETWEEN x AND a AND b)");
        row("IS over AND", "((a AND b) IS TRUE AND c)", "(a AND b IS TRUE AND c)");
        row("a call", "(f(x)::text)", "(f x::text)");
        row("arithmetic", "((a + b) * c)", "(a + (b * c))");
        row("a sign's place", "(- (1)::bigint)", "((- 1)::bigint)");
        row("space in text", "'a  b'", "'a b'");
        row("brackets in text", "'((a AND b) AND c)'", "'(a AND b AND c)'");
        row("space in a name", "\"a  b\"", "\"a b\"");
        row("space in a body", "AS $$ a  b $$", "AS $$ a b $$");
        row("brackets in a tagged body", "AS $_x$ ((a AND b) AND c) $_x$", "AS $_x$ (a AND b AND c) $_x$");
        row("an escaped quote", "E'a\\'  b'", "E'a\\' b'");
        row("a policy's roles", "CREATE POLICY p ON t TO a, b;", "CREATE POLICY p ON t TO a, c;");
        row("a column's name", "SELECT 'x'::text AS text FROM t", "SELECT 'x'::text AS \"?column?\" FROM t");
        row("the name of another type", "SELECT 'x'::text AS text FROM t", "SELECT 'x'::text AS int4 FROM t");
        row("a name in capitals", "SELECT 'x'::text AS text FROM t", "SELECT 'x'::text AS \"TEXT\" FROM t");
        row("a constant with a name", "(SELECT 'x'::text AS text)", "(SELECT 'y'::text AS text)");
        row("the name of a column", "SELECT a.text AS kind FROM a", "SELECT a.text FROM a");
        row("the name of a sub-select", "SELECT ( SELECT 'x'::text AS text) AS kind",
            "SELECT ( SELECT 'x'::text AS text) AS text");
        row("a table's other name", "SELECT 1 FROM f('x'::text) AS text(a)", "SELECT 1 FROM f('x'::text)");
        row("the order of names", "SELECT 1 AS a, 'x'::text AS b", "SELECT 1 AS b, 'x'::text AS a");
        row("order of columns", "CREATE TABLE t (a int, b int);", "CREATE TABLE t (b int, a int);");
    }
    void canonical_otherMeanings_stayOther() {
        QFETCH(QString, once);
        QFETCH(QString, other);
        QVERIFY(pgCanonicalSql(once.toStdString()) != pgCanonicalSql(other.toStdString()));
    }

    void canonical_whatIsNoSql_comesBackAsItWas_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("a bracket too many") << QByteArray("(a))");
        QTest::newRow("one too few") << QByteArray("((a)");
        QTest::newRow("crossed") << QByteArray("([a)]");
        QTest::newRow("too deep") << QByteArray(5000, '(') + QByteArray(5000, ')');
    }
    void canonical_whatIsNoSql_comesBackAsItWas() {
        QFETCH(QByteArray, text);
        QCOMPARE(QByteArray::fromStdString(pgCanonicalSql(text.toStdString())), text);
    }

    void canonical_unfinishedQuotes_end() {
        for (const char* text : {"'abc", "\"abc", "$$abc", "E'abc\\", "$", "--", "CREATE POLICY",
                                 "::", "ARRAY[", "AS", "SELECT x AS", "SELECT ( WITH ) AS a",
                                 "(SELECT DISTINCT ON) AS a", "((SELECT)) AS a, ()::t AS t"})
            QVERIFY2(!pgCanonicalSql(text).empty(), text);
        QCOMPARE(pgCanonicalSql(""), std::string());
    }

    void compare_sameEntriesInAnotherOrder_areEqual() {
        const auto a = entry("TABLE", "a", "CREATE TABLE s.a (n integer);");
        const auto b = entry("TABLE", "b", "CREATE TABLE s.b (n integer);");
        QVERIFY(pgCompareSchemas({a, b, a}, {a, a, b}, {}).empty());
    }

    void compare_oneOtherEntry_isNamedWithBothSides() {
        const auto a = entry("TABLE", "a", "CREATE TABLE s.a (n integer);");
        const auto differences =
            pgCompareSchemas({a, entry("TABLE", "b", "CREATE TABLE s.b (n integer DEFAULT 4);")},
                             {a, entry("TABLE", "b", "CREATE TABLE s.b (n integer DEFAULT 5);")}, {});
        QCOMPARE(differences.size(), std::size_t{1});
        QCOMPARE(differences[0].entry, std::string("TABLE s.b"));
        QVERIFY(differences[0].expected.find("DEFAULT 4") != std::string::npos);
        QVERIFY(differences[0].found.find("DEFAULT 5") != std::string::npos);
    }

    void compare_missingAndSurplusEntries_areNamed() {
        const auto a = entry("TABLE", "a", "CREATE TABLE s.a (n integer);");
        const auto i = entry("INDEX", "i", "CREATE INDEX i ON s.a USING btree (n);");
        auto differences = pgCompareSchemas({a, i}, {a}, {});
        QCOMPARE(differences.size(), std::size_t{1});
        QCOMPARE(differences[0].entry, std::string("INDEX s.i"));
        QCOMPARE(differences[0].found, std::string("missing"));
        differences = pgCompareSchemas({a}, {a, i, i}, {});
        QCOMPARE(differences.size(), std::size_t{2});
        QCOMPARE(differences[1].expected, std::string("not there"));
    }

    void compare_owner_counts() {
        auto other = entry("TABLE", "a", "CREATE TABLE s.a ();");
        other.replace(other.find("Owner: me"), 9, "Owner: us");
        QCOMPARE(pgCompareSchemas({entry("TABLE", "a", "CREATE TABLE s.a ();")}, {other}, {}).size(),
                 std::size_t{1});
    }

    void compare_tablespaces_areThoseWhereTheDataAre() {
        const auto inDefault = entry("TABLE", "a", "CREATE TABLE s.a ();");
        const auto inFast = entry("TABLE", "a", "CREATE TABLE s.a ();", "fast");
        QVERIFY(pgCompareSchemas({inFast}, {inDefault}, {"pg_default", "fast", false, {}}).empty());
        QVERIFY(pgCompareSchemas({inFast}, {inDefault}, {"pg_default", "pg_default", true, {}}).empty());
        const auto differences =
            pgCompareSchemas({inFast}, {inDefault}, {"pg_default", "pg_default", false, {}});
        QCOMPARE(differences.size(), std::size_t{1});
        QCOMPARE(differences[0].expected, std::string("in tablespace fast"));
        QCOMPARE(differences[0].found, std::string("in tablespace pg_default"));
    }

    void compare_whatWasLeftOut_isNoDifference() {
        PgOmission check;
        check.schema = "s";
        check.relation = "t";
        check.name = "odd, one";
        check.carriers = {{"s", "t"}, {"s", "t1"}};
        check.entries = {"COMMENT s.CONSTRAINT odd, one ON t"};
        PgOmission generated = check;
        generated.kind = PgOmission::Kind::Generated;
        generated.name = "g";
        generated.entries.clear();
        PgOmission key;
        key.schema = "s";
        key.relation = "t";
        key.name = "fk";
        key.outcome = PgOmission::Outcome::NotValid;
        key.entries = {"FK CONSTRAINT s.t fk"};
        const PgSchemaRules rules{"", "", false, {check, generated, key}};
        const std::string table =
            "CREATE TABLE s.t (\n    a integer DEFAULT 1,\n    g integer GENERATED ALWAYS AS ((a + 1)) "
            "STORED NOT NULL,\n    CONSTRAINT \"odd, one\" CHECK ((a > 0)),\n    CONSTRAINT other CHECK "
            "((a < 9))\n);\nALTER TABLE s.t OWNER TO me;";
        const std::string bare =
            "CREATE TABLE s.t (\n    a integer DEFAULT 1,\n    g integer,\n    CONSTRAINT other CHECK ((a < "
            "9))\n);\nALTER TABLE s.t OWNER TO me;";
        const std::string foreignKey =
            "ALTER TABLE ONLY s.t\n    ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES s.u(a)";
        const std::vector<std::string> saved{entry("TABLE", "t", table),
                                             entry("FK CONSTRAINT", "t fk", foreignKey + ";"),
                                             entry("COMMENT", "CONSTRAINT \"odd, one\" ON t",
                                                   "COMMENT ON CONSTRAINT \"odd, one\" ON s.t IS 'x';"),
                                             entry("INDEX", "i", "CREATE INDEX i ON s.t;")};
        std::vector<std::string> found{entry("TABLE", "t", bare),
                                       entry("FK CONSTRAINT", "t fk", foreignKey + " NOT VALID;"),
                                       entry("INDEX", "i", "CREATE INDEX i ON s.t;")};
        QCOMPARE(pgCompareSchemas(saved, found, rules).size(), std::size_t{0});
        QCOMPARE(pgCompareSchemaNames(saved, found, rules.omissions).size(), std::size_t{0});
        QCOMPARE(pgCompareSchemas(saved, found, {}).size(), std::size_t{3});
        QCOMPARE(pgCompareSchemaNames(saved, found).size(), std::size_t{1});
        // Nothing else may differ, neither in the same table nor in the same constraint.
        found[0] = entry("TABLE", "t",
                         "CREATE TABLE s.t (\n    a integer DEFAULT 2,\n    g integer,\n    CONSTRAINT other "
                         "CHECK ((a < 9))\n);\nALTER TABLE s.t OWNER TO me;");
        QCOMPARE(pgCompareSchemas(saved, found, rules).size(), std::size_t{1});
        found[0] = entry("TABLE", "t", bare);
        found[1] =
            entry("FK CONSTRAINT", "t fk",
                  "ALTER TABLE ONLY s.t\n    ADD CONSTRAINT fk FOREIGN KEY (a) REFERENCES s.v(a) NOT VALID;");
        QCOMPARE(pgCompareSchemas(saved, found, rules).size(), std::size_t{1});
        found.erase(found.begin() + 1, found.end());
        QCOMPARE(pgCompareSchemas(saved, found, rules).size(), std::size_t{2}); // the key, the index
    }

    void compare_rightsThatWereLeftOut_areNoDifference() {
        PgOmission rights;
        rights.kind = PgOmission::Kind::Acl;
        rights.schema = "s";
        rights.name = "TABLE t";
        rights.entries = {"ACL s.TABLE t"};
        const PgSchemaRules rules{"", "", false, {rights}};
        const std::string own = "GRANT SELECT ON TABLE s.t TO a WITH GRANT OPTION;\n";
        const std::string others =
            "SET SESSION AUTHORIZATION a;\nGRANT SELECT ON TABLE s.t TO b;\nRESET SESSION AUTHORIZATION;\n";
        const std::vector<std::string> saved{entry("ACL", "TABLE t", own + others),
                                             entry("ACL", "TABLE u", "GRANT ALL ON TABLE s.u TO a;")};
        auto found = saved;
        found[0] = entry("ACL", "TABLE t", own);
        QCOMPARE(pgCompareSchemas(saved, found, rules).size(), std::size_t{0});
        QCOMPARE(pgCompareSchemas(saved, found, {}).size(), std::size_t{1});
        found.erase(found.begin());
        QCOMPARE(pgCompareSchemas(saved, found, rules).size(), std::size_t{0});
        QCOMPARE(pgCompareSchemaNames(saved, found, {rights}).size(), std::size_t{0});
        // More than was saved is a difference, and so is what is missing elsewhere.
        for (const auto& sql :
             {own + "GRANT SELECT ON TABLE s.t TO b;\n", own + "GRANT ALL ON TABLE s.t TO c;\n"})
            QCOMPARE(pgCompareSchemas(saved, {entry("ACL", "TABLE t", sql), saved[1]}, rules).size(),
                     std::size_t{1});
        QCOMPARE(pgCompareSchemas(saved, {saved[0]}, rules).size(), std::size_t{1});
        QCOMPARE(pgCompareSchemas({saved[1]}, saved, rules).size(), std::size_t{1});
    }

    void rights_statements_areTakenApartWhereTheyMayBe() {
        const auto parts = pgRightsStatements(
            "REVOKE ALL ON TABLE s.t FROM o;\nGRANT SELECT ON TABLE s.\"a;\"\"b\" TO x;\nSET SESSION "
            "AUTHORIZATION "
            "x;\nGRANT SELECT ON TABLE s.t TO y;\nGRANT UPDATE ON TABLE s.t TO y;\nRESET SESSION "
            "AUTHORIZATION;\nGRANT ALL ON TABLE s.t TO z;\n\n");
        QCOMPARE(parts.size(), std::size_t{4});
        QCOMPARE(parts[1], std::string("GRANT SELECT ON TABLE s.\"a;\"\"b\" TO x;\n"));
        QVERIFY(parts[2].starts_with("SET ") && parts[2].ends_with("RESET SESSION AUTHORIZATION;\n"));
        QCOMPARE(parts[3], std::string("GRANT ALL ON TABLE s.t TO z;\n"));
        QCOMPARE(pgRightsStatements("").size(), std::size_t{0});
        QCOMPARE(pgRightsStatements("GRANT").size(), std::size_t{1});
    }

    void omission_rights_areNamedAndKept() {
        PgOmission one;
        one.kind = PgOmission::Kind::Acl;
        one.schema = "My s";
        one.entries = {"ACL s.x"};
        for (const auto& [name, text] :
             {std::pair{"TABLE a b", "acl TABLE \"My s\".a b"},
              std::pair{"FUNCTION f(integer, text)", "acl FUNCTION \"My s\".f(integer, text)"},
              std::pair{"DEFAULT PRIVILEGES FOR TABLES",
                        "acl DEFAULT PRIVILEGES FOR TABLES IN SCHEMA \"My s\""}}) {
            one.name = name;
            const auto back = pgOmissionsFromMarker(pgOmissionsToMarker({one})).front();
            QVERIFY(back.kind == PgOmission::Kind::Acl && back.entries == one.entries);
            QCOMPARE(pgOmissionText(back), std::string(text));
        }
        one.schema.clear();
        one.name = "SCHEMA x";
        QCOMPARE(pgOmissionText(one), std::string("acl SCHEMA x"));
        QVERIFY(pgOmissionSentence(one).starts_with("The rights of SCHEMA x are not all as in the backup"));
        // Nobody leaves them out by name.
        const QJsonArray list{QJsonObject{{QStringLiteral("kind"), QStringLiteral("acl")},
                                          {QStringLiteral("name"), QStringLiteral("a.b.c")}}};
        QVERIFY(!pgAskedOmissions({{QStringLiteral("leave_out"), list}}));
    }

    void omission_names_areReadAndWritten() {
        const auto asked = [](const char* kind, const char* name) {
            const QJsonArray list{QJsonObject{{QStringLiteral("kind"), QString::fromUtf8(kind)},
                                              {QStringLiteral("name"), QString::fromUtf8(name)}}};
            return pgAskedOmissions({{QStringLiteral("leave_out"), list}});
        };
        const auto check = asked("constraint", "public.\"My.table\".\"a \"\"b\"\"\"");
        QVERIFY(check);
        QCOMPARE(check->front().relation, std::string("My.table"));
        QCOMPARE(check->front().name, std::string("a \"b\""));
        QCOMPARE(pgOmissionText(check->front()),
                 std::string("constraint public.\"My.table\".\"a \"\"b\"\"\""));
        QCOMPARE(asked("constraint", "public.My table.a b")->front().relation, std::string("My table"));
        QCOMPARE(pgOmissionText(asked("index", "s.i")->front()), std::string("index s.i"));
        for (const char* name : {"", ".", "a.", "a.b", ".a.b", "a..b", "a.b.c.d", "\"a.b.c", "\"a\"b.c.d"})
            QVERIFY2(!asked("constraint", name), name);
        QVERIFY(!asked("view", "a.b.c"));
        // The marker keeps all that a proof has to know.
        auto kept = check->front();
        kept.outcome = PgOmission::Outcome::NotValid;
        kept.carriers = {{"public", "My.table"}};
        kept.entries = {"x"};
        const auto back = pgOmissionsFromMarker(pgOmissionsToMarker({kept})).front();
        QCOMPARE(pgOmissionText(back), pgOmissionText(kept));
        QVERIFY(back.outcome == kept.outcome && back.carriers == kept.carriers &&
                back.entries == kept.entries);
    }
};

QTEST_GUILESS_MAIN(TestPgSchemaDiff)
#include "test_pgschemadiff.moc"

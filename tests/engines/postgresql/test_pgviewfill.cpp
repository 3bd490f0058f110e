// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Materialized views of a restore: filled as the source's clients fill them, and told where they are not.
#include "engines/postgresql/pgviewfill.h"

#include "engines/postgresql/pgmarker.h"

#include "roundtrip.h"
#include "threeroles.h"

#include <QScopeGuard>
#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

QJsonObject viewOf(const char* quoted, bool populated) {
    return {{QStringLiteral("quoted"), QString::fromLatin1(quoted)},
            {QStringLiteral("populated"), populated}};
}

/// A view by a function that finds its table in a schema of the search_path, and one that reads this view.
std::string viewsIn(const std::string& schema) {
    return "CREATE SCHEMA IF NOT EXISTS " + schema + "; SET search_path = " + schema +
           "; CREATE TABLE posts (id int); INSERT INTO posts VALUES (1), (2);"
           "CREATE FUNCTION cnt() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM posts';"
           "CREATE MATERIALIZED VIEW stats AS SELECT cnt() AS n;"
           "CREATE MATERIALIZED VIEW above AS SELECT n + 1 AS n FROM stats";
}

/// One that no restore can fill: its function is another one since it was filled.
constexpr const char* kFar =
    "CREATE FUNCTION far() RETURNS int LANGUAGE sql AS 'SELECT 1';"
    "CREATE MATERIALIZED VIEW a AS SELECT public.far() AS n; CREATE MATERIALIZED VIEW b AS SELECT 2 AS n;"
    "CREATE MATERIALIZED VIEW never AS SELECT 3 AS n WITH NO DATA;"
    "CREATE OR REPLACE FUNCTION far() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
    "'d\xC3\xBCnn' USING ERRCODE = '55000'; END $$";

PgMarker markerIn(LabConnection& connection) {
    return pgParseMarker(connection.value("SELECT shobj_description(oid, 'pg_database') FROM pg_database "
                                          "WHERE datname = current_database()"))
        .value_or(PgMarker());
}

bool names(const std::vector<std::string>& sentences, const std::string& what) {
    return std::ranges::any_of(sentences,
                               [&](const std::string& one) { return one.find(what) != std::string::npos; });
}

} // namespace

class TestPgViewFill : public QObject {
    Q_OBJECT

private slots:
    void note_saysWhichAreEmpty_data() {
        QTest::addColumn<QJsonArray>("saved");
        QTest::addColumn<QJsonArray>("found");
        QTest::addColumn<QString>("note");
        const QJsonArray two{viewOf("s.a", true), viewOf("s.b", true), viewOf("s.never", false)};
        QTest::newRow("none there") << QJsonArray() << QJsonArray() << "";
        QTest::newRow("none filled") << QJsonArray{viewOf("s.never", false)}
                                     << QJsonArray{viewOf("s.never", false)} << "";
        QTest::newRow("all filled")
            << two << two << "The rows of materialized views: they were made anew from the restored tables.";
        QTest::newRow("one is empty")
            << two << QJsonArray{viewOf("s.a", false), viewOf("s.b", true), viewOf("s.never", false)}
            << "The rows of materialized views: they were made anew from the restored tables, but for those "
               "that could not be filled and are empty: s.a.";
        QTest::newRow("all are empty")
            << two << QJsonArray{viewOf("s.a", false), viewOf("s.b", false), viewOf("s.never", false)}
            << "The rows of materialized views: these could not be filled and are empty: s.a, s.b.";
    }
    void note_saysWhichAreEmpty() {
        QFETCH(QJsonArray, saved);
        QFETCH(QJsonArray, found);
        QFETCH(QString, note);
        QCOMPARE(QString::fromStdString(pgViewsNote(saved, found)), note);
    }

    void whole_functionFindsByBareName_isFilledUnderTheSearchPath_data() {
        QTest::addColumn<QString>("whose");
        QTest::newRow("what sessions have by themselves") << "nobody";
        QTest::newRow("the database's") << "database";
        QTest::newRow("the owner's") << "owner";
    }
    void whole_functionFindsByBareName_isFilledUnderTheSearchPath() {
        QFETCH(QString, whose);
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        if (trip.source.value("SELECT current_setting('server_version_num')::int >= 170000") == "t")
            QSKIP("REFRESH of this version takes the search_path away");
        const ThreeRoles roles(trip.source);
        const auto dropFirst = qScopeGuard([&] { dropRestored(trip, server); });
        const std::string schema = whose == u"nobody" ? "public" : "shop";
        trip.source.run(viewsIn(schema));
        if (whose == u"database")
            trip.source.run("ALTER DATABASE " + quoteIdentifier(trip.source.name()) +
                            " SET search_path = shop");
        if (whose == u"owner")
            trip.source.run("GRANT ALL ON SCHEMA shop TO " + roles.owner +
                            "; GRANT ALL ON ALL TABLES IN SCHEMA shop TO " + roles.owner +
                            "; ALTER MATERIALIZED VIEW stats OWNER TO " + roles.owner +
                            "; ALTER MATERIALIZED VIEW above OWNER TO " + roles.owner + "; ALTER ROLE " +
                            roles.owner + " SET search_path = shop");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        QCOMPARE(trip.revealed[QStringLiteral("left_off")].toArray(), QJsonArray());
        LabConnection restored(server, trip.finalName());
        QCOMPARE(restored.value("SELECT n FROM " + schema + ".stats"), std::string("2"));
        QCOMPARE(restored.value("SELECT n FROM " + schema + ".above"), std::string("3"));
        QCOMPARE(markerIn(restored).unfilled, std::vector<std::string>());
    }

    /// There REFRESH itself takes the search_path away, so the source can fill it no more, either.
    void whole_17_bareNameIsToldWithTheWayOut() {
        SALVOR_NEED_SERVER(server, "pg17");
        RoundTrip trip(server);
        trip.source.run(
            "CREATE TABLE posts (id int);"
            "CREATE FUNCTION cnt() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.posts';"
            "CREATE MATERIALIZED VIEW stats AS SELECT public.cnt() AS n;"
            "CREATE OR REPLACE FUNCTION cnt() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM posts'");
        const auto problem = trip.whole();
        QVERIFY2(problem.empty(), problem.c_str());
        const auto leftOff = trip.revealed[QStringLiteral("left_off")].toArray();
        QCOMPARE(leftOff.size(), 1);
        const QString said = leftOff[0].toString();
        QVERIFY2(said.contains(u"public.stats is not filled") && said.contains(u"\"posts\" does not exist") &&
                     said.contains(u"ALTER FUNCTION … SET search_path"),
                 qPrintable(said));
        LabConnection restored(server, trip.finalName());
        restored.run("ALTER FUNCTION cnt() SET search_path = public; REFRESH MATERIALIZED VIEW stats");
        QCOMPARE(restored.value("SELECT n FROM stats"), std::string("0"));
    }

    /// Of a drill nothing is left that could say it later; of a restore only what still is so.
    void whole_viewThatStaysEmpty_isSaidByProofMarkerAndSwap() {
        SALVOR_NEED_SERVER(server, "pg-plain");
        RoundTrip trip(server);
        trip.source.run(kFar);
        const auto saved = trip.backUp();
        QVERIFY2(saved, why(saved));
        const auto restored = trip.restore();
        QVERIFY2(restored, why(restored));
        const auto differences = trip.prove(trip.hiddenName());
        QVERIFY2(differences && differences->empty(), why(differences));
        const auto because = trip.finish[QStringLiteral("not_compared_because")].toArray();
        QCOMPARE(because.size(), 1);
        QVERIFY2(because[0].toString().endsWith(u"could not be filled and are empty: public.a."),
                 qPrintable(because[0].toString()));
        const auto leftOff = trip.finish[QStringLiteral("left_off")].toArray();
        QCOMPARE(leftOff.size(), 1);
        QVERIFY2(leftOff[0].toString().contains(QStringLiteral("public.a is not filled (refreshing "
                                                               "materialized view public.a: d\u00FCnn")),
                 qPrintable(leftOff[0].toString()));
        const auto shown = trip.target->reveal({});
        QVERIFY2(shown, why(shown));
        QCOMPARE((*shown)[QStringLiteral("left_off")].toArray(), leftOff);
        LabConnection live(server, trip.finalName());
        QCOMPARE(markerIn(live).unfilled, std::vector<std::string>{"public.a"});
        QCOMPARE(markerIn(live).leftOff, std::vector<std::string>());
        const auto plan = [&] {
            SwapSpec spec;
            spec.connection = trip.lab.connection();
            spec.database = trip.finalName();
            spec.liveName = trip.source.name();
            spec.stamp = "20261121t074000z";
            return trip.engine.planSwap(spec, {});
        };
        const auto before = plan();
        QVERIFY2(before, why(before));
        QVERIFY(names(before->staysBehind, "The materialized view public.a is empty"));
        QVERIFY(!names(before->staysBehind, "never"));
        live.run("CREATE OR REPLACE FUNCTION far() RETURNS int LANGUAGE sql AS 'SELECT 1';"
                 "REFRESH MATERIALIZED VIEW a");
        const auto after = plan();
        QVERIFY2(after, why(after));
        QVERIFY(!names(after->staysBehind, "materialized view"));
    }
};

QTEST_GUILESS_MAIN(TestPgViewFill)
#include "test_pgviewfill.moc"

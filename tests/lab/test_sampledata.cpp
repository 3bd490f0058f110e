// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The sample databases are what their header says: a test that uses them proves what it claims to prove.
#include "support/lab.h"
#include "support/sampledata.h"

#include <QTest>

using namespace salvor::test;

class TestSampleData : public QObject {
    Q_OBJECT

private slots:
    void plainDatabase_onEachServer_loads_data();
    void plainDatabase_onEachServer_loads();
    void everyType_columns_coverEveryBuiltInType();
    void rowSecurity_withoutTheSetting_hidesRows();
    void manyTables_threeHundred_areThere();
    void timescaleDatabase_chunks_areAsManyAsAsked();
    void driftingHypertable_chunks_differInAttributeNumbers();
};

void TestSampleData::plainDatabase_onEachServer_loads_data() {
    QTest::addColumn<QString>("name");
    for (const char* name : {"pg-plain", "pg17", "timescale"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void TestSampleData::plainDatabase_onEachServer_loads() {
    QFETCH(QString, name);
    SALVOR_NEED_SERVER(server, name.toStdString());
    LabDatabase database(server);
    database.run(sample::plainDatabase());
    QCOMPARE(database.value("SELECT count(*) FROM shop.orders"), std::string("200"));
    const std::string awkward = quoteIdentifier("awk\"ward'; DROP") + "." + quoteIdentifier("--all");
    QCOMPARE(database.value("SELECT count(*) FROM " + awkward), std::string("7"));
    QCOMPARE(database.value("SELECT count(*) FROM every_type"), std::string("40"));
    QCOMPARE(database.value("SELECT count(*) FROM ONLY places"), std::string("2"));
    QCOMPARE(database.value("SELECT count(*) FROM parted_other WHERE day >= '2027-01-01'"),
             database.value("SELECT count(*) FROM parted_other"));
    QCOMPARE(database.value("SELECT count(*) FROM pg_largeobject_metadata"), std::string("3"));
    QCOMPARE(database.value("SELECT length(lo_get(70003))"), std::string("3000004"));
    QCOMPARE(database.value("SELECT count(*) FROM no_columns"), std::string("4"));
}

void TestSampleData::everyType_columns_coverEveryBuiltInType() {
    SALVOR_NEED_SERVER(server, "pg17");
    LabDatabase database(server);
    database.run(sample::everyType());
    // Not to be had in a table a user makes: internal statistics and planner types, and GiST's own form of a
    // tsvector.
    const auto missing = database.run(R"(
        SELECT typname FROM pg_type t WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm')
          AND typelem = 0 AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'every_type'::regclass AND atttypid = t.oid)
          AND typname NOT IN ('pg_node_tree', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', 'pg_brin_bloom_summary',
                              'pg_brin_minmax_multi_summary', 'gtsvector'))");
    std::string names;
    for (const auto& row : missing)
        names += row[0].value_or("?") + " ";
    QVERIFY2(missing.empty(), names.c_str());
}

void TestSampleData::rowSecurity_withoutTheSetting_hidesRows() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase database(server);
    database.run(sample::rowSecurity());
    const std::string role = database.name() + "_reader";
    database.run("CREATE ROLE " + role + "; GRANT SELECT ON secrets_by_owner TO " + role + "; SET ROLE " +
                 role);
    const std::string seen = database.value("SELECT count(*) FROM secrets_by_owner");
    database.run("RESET ROLE; REVOKE ALL ON secrets_by_owner FROM " + role + "; DROP ROLE " + role);
    QCOMPARE(seen, std::string("1"));
}

void TestSampleData::manyTables_threeHundred_areThere() {
    SALVOR_NEED_SERVER(server, "pg-plain");
    LabDatabase database(server);
    database.run(sample::manyTables(300));
    QCOMPARE(database.value("SELECT count(*) FROM pg_tables WHERE schemaname = 'many'"), std::string("300"));
}

void TestSampleData::timescaleDatabase_chunks_areAsManyAsAsked() {
    SALVOR_NEED_SERVER(server, "timescale");
    LabDatabase database(server, LabDatabase::TimescaleDb::Yes);
    database.run(sample::timescaleDatabase(25));
    QCOMPARE(database.value("SELECT count(*) FROM show_chunks('conditions')"), std::string("25"));
    QCOMPARE(database.value("SELECT count(*) FROM conditions"), std::string("500"));
    QCOMPARE(database.value("SELECT count(*) FROM timescaledb_information.hypertables"), std::string("6"));
    QVERIFY(std::stoi(database.value("SELECT count(*) FROM show_chunks('spaced')")) > 6);
}

void TestSampleData::driftingHypertable_chunks_differInAttributeNumbers() {
    SALVOR_NEED_SERVER(server, "timescale");
    LabDatabase database(server, LabDatabase::TimescaleDb::Yes);
    database.run(sample::driftingHypertable());
    const std::string numbers =
        database.value("SELECT count(DISTINCT attnum) FROM pg_attribute a JOIN show_chunks('drifting') c ON "
                       "c = attrelid WHERE attname = 'c'");
    QVERIFY2(std::stoi(numbers) >= 2, numbers.c_str());
}

QTEST_GUILESS_MAIN(TestSampleData)
#include "test_sampledata.moc"
